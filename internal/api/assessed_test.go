// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// join adds an officer of ada's unit.
func (w *world) join(login string, roles ...iru.Role) {
	w.t.Helper()
	o := iru.Officer{Unit: w.people["ada"].Unit, Login: login, Name: "Officer " + login, Roles: roles, State: iru.OfficerActive, Created: w.now()}
	must(w.t, w.desk.DB.Tx(w.t.Context(), func(x *db.Tx) error { return x.AddOfficer(w.t.Context(), &o) }))
	w.people[login] = o
	w.tokens[login] = w.issue(login, desk.TokenScopes...)
}

// assessed: what is judged twice, scrutinised, hurried and grouped.
func (w *world) assessed() {
	w.join("adm", iru.Administrator)
	w.join("rita", iru.Reviewer)
	w.post("adm", to("/v1/officers/%d/identify", int64(w.people["ben"].ID)), words{"subject": "https://idp.test/|ben", "reason": "badge"}, nil)
	w.desk.Rules.Spot = 1
	asset, item := w.watched("ada", "https://tram-timetable.test/", "Tram Timetable")
	plain := words{}
	for k, v := range refer {
		plain[k] = v
	}
	delete(plain, "grounds")
	var a Assessment
	if w.post("ada", to("/v1/items/%d/assess", item.ID), plain, &a); strings.Join(a.Open, ",") != "attribution,listing,collateral,least intrusive measure" {
		w.t.Errorf("what is open: %v", a.Open)
	}
	if w.post("ada", to("/v1/assessments/%d/complete", a.ID), words{"grounds": refer["grounds"]}, &a); len(a.Open) != 0 {
		w.t.Errorf("what is open: %v", a.Open)
	}
	// A spot check.
	var ss List[Spot]
	w.get("ben", "/v1/spots", &ss)
	s := ss.Items[len(ss.Items)-1]
	w.post("ben", to("/v1/spots/%d/take", s.ID), words{"unseen": true}, nil)
	w.post("ben", to("/v1/spots/%d/return", s.ID), nil, nil)
	w.post("ben", to("/v1/spots/%d/take", s.ID), words{"unseen": true}, nil)
	w.get("ben", to("/v1/spots/%d", s.ID), &s)
	if s.Finding != "" || !strings.Contains(s.Text, "snow line") {
		w.t.Errorf("the blind reader is shown %+v", s)
	}
	w.refused(403, "ben", "GET", to("/v1/items/%d", item.ID), nil)
	w.post("ben", to("/v1/spots/%d/read", s.ID), words{"finding": "no_action", "reason": "a timetable"}, nil)
	w.post("lena", to("/v1/spots/%d/settle", s.ID), words{"reason": "it stands"}, nil)
	var g Agreement
	if w.get("ada", "/v1/agreement", &g); len(g.Sources) != 2 || g.Sources[1].All.Pairs != 1 || g.Sources[1].All.Rate != nil {
		w.t.Errorf("agreement of one pair: %+v", g)
	}
	// A mock scrutiny.
	host := w.carrier(asset, "host")
	draft := words{"asset": asset.ID, "item": item.ID, "provider": host, "layer": "host", "instrument": "removal_order"}
	var n thing
	w.post("lena", "/v1/notices", draft, &n)
	var m Mock
	w.post("ada", to("/v1/notices/%d/mock", n.ID), words{"why": "is it news?"}, &m)
	w.post("rita", to("/v1/mocks/%d/take", m.ID), words{"unread": true}, nil)
	w.refused(403, "rita", "GET", to("/v1/notices/%d", n.ID), nil)
	if raw := w.call(200, "rita", "GET", "/v1/notices?limit=200", nil, nil).Body.String(); strings.Contains(raw, "Tram Timetable, graded") {
		w.t.Error("the list shows the reasons to the blind reviewer")
	}
	w.post("rita", to("/v1/mocks/%d/look", m.ID), words{"opinion": "unclear", "reason": "a timetable, to me"}, nil)
	answers := []words{}
	for _, c := range iru.MockChecks {
		answers = append(answers, words{"check": c.ID, "answer": "yes"})
	}
	w.post("rita", to("/v1/mocks/%d/conclude", m.ID), words{"digest": w.seen("rita", n.ID)["digest"], "answers": answers, "outcome": "annulled", "reason": "nobody is asked to do anything"}, nil)
	w.refused(409, "lena", "POST", to("/v1/notices/%d/submit", n.ID), nil)
	w.post("sig", to("/v1/mocks/%d/decide", m.ID), words{"reason": "the second half asks"}, nil)
	w.get("sig", to("/v1/mocks/%d", m.ID), &m)
	w.get("sig", "/v1/mocks", nil)
	w.post("lena", to("/v1/notices/%d/submit", n.ID), nil, nil)
	w.post("ada", "/v1/notices", draft, &n)
	w.post("ada", to("/v1/notices/%d/mock", n.ID), words{}, &m)
	w.post("ada", to("/v1/mocks/%d/drop", m.ID), words{"reason": "late"}, nil)
	// A threat to life.
	open := words{"item": item.ID, "provider": host, "layer": "host", "instrument": "removal_order", "category": "attack", "reason": "a speaker says he will attack the station tonight"}
	var h Threat
	w.post("ada", "/v1/threats", open, &h)
	w.post("sig", to("/v1/threats/%d/withdraw", h.ID), words{"reason": "a play"}, nil)
	w.post("ada", "/v1/threats", open, &h)
	w.post("sig", to("/v1/threats/%d/declare", h.ID), w.seen("sig", h.Notice), nil)
	w.post("ben", to("/v1/threats/%d/inform", h.ID), words{"to": "europol", "how": "by telephone"}, nil)
	w.post("lena", to("/v1/threats/%d/review", h.ID), words{"right": true, "reason": "it was"}, nil)
	if w.get("ada", to("/v1/threats/%d", h.ID), &h); h.State != "upheld" || len(h.Inform) != 3 {
		w.t.Errorf("%+v", h)
	}
	w.get("ada", "/v1/threats", nil)
	// Grouped referrals.
	cal := words{"zone": "UTC", "windows": []iru.Window{{Days: []int{0, 1, 2, 3, 4, 5, 6}, From: "00:00", To: "24:00"}}, "most": 5, "gather_minutes": 60}
	w.post("ada", to("/v1/providers/%d/calendar", host), cal, nil)
	w.get("ada", to("/v1/providers/%d/calendar", host), nil)
	cal["groups"] = []string{"removal_order"}
	if p := w.refused(403, "ada", "POST", to("/v1/providers/%d/calendar", host), cal); !strings.Contains(p.Detail, "never waits") {
		w.t.Errorf("a calendar for orders: %+v", p)
	}
	draft["instrument"] = "referral"
	w.post("ada", "/v1/notices", draft, &n)
	w.post("ada", to("/v1/notices/%d/submit", n.ID), nil, nil)
	w.approve("ben", n.ID)
	var bs List[Batch]
	if w.get("ada", "/v1/batches", &bs); len(bs.Items) != 1 || len(bs.Items[0].Notices) != 1 {
		w.t.Errorf("grouped letters: %+v", bs)
	}
	w.get("ada", to("/v1/batches/%d", bs.Items[0].ID), nil)
	w.post("ada", to("/v1/providers/%d/calendar/end", host), words{"reason": "single letters wanted"}, nil)
}

// Nothing that a second reviewer can read tells the first answer before the second is given: every route is asked.
func TestNoRouteTellsTheFirstAnswer(t *testing.T) {
	w := newWorld(t, dbtest.Open(t))
	asset, item := w.watched("ada", "https://halcyon-weather.test/", "Halcyon Weather Wire")
	secret := doubt()
	secret["passage"], secret["purpose_reason"], secret["reason"] = "snow", "SECRET-PURPOSE", "SECRET-REASON"
	body, err := json.Marshal(secret["grounds"])
	must(t, err)
	var g iru.Grounds
	must(t, json.Unmarshal(body, &g))
	g.Attribution.Why, g.Measure.Words, g.Collateral.Words = "SECRET-WHY", "SECRET-MEASURE", "SECRET-COLLATERAL"
	g.Passages = []iru.Passage{{Text: "SECRET-PASSAGE", Limbs: []string{"c"}}}
	secret["grounds"] = g
	w.post("ada", to("/v1/items/%d/assess", item.ID), secret, nil)
	asked := 0
	for p, op := range w.server.huma.OpenAPI().Paths {
		if op.Get == nil {
			continue
		}
		for _, n := range []string{"1", "2", "3"} {
			path := strings.NewReplacer("{id}", n, "{letter}", n).Replace(p)
			if strings.Contains(path, "{") {
				continue
			}
			r := w.request("ben", path)
			asked++
			if strings.Contains(r, "SECRET") {
				t.Errorf("%s tells the first answer: %s", path, r)
			}
		}
	}
	if asked < 60 {
		t.Errorf("only %d routes were asked", asked)
	}
	w.later(time.Second)
	if r := w.request("ada", to("/v1/items/%d", item.ID)); !strings.Contains(r, "SECRET-PASSAGE") {
		t.Errorf("the author does not see her own answer: %s", r)
	}
	_ = asset
}

// request is whatever a route answers an officer with.
func (w *world) request(login, path string) string {
	return w.do(req("GET", path, w.tokens[login], nil)).Body.String()
}

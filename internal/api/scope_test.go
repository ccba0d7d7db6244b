// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// TestUnits: an officer of unit B sees nothing of unit A but what an operation shares.
func TestUnits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		secret, item := w.watched("ada", "https://halcyon-weather.test/", "Halcyon Weather Wire")
		w.post("ada", to("/v1/items/%d/assess", item.ID), refer, nil)
		var n, k thing
		w.post("ada", "/v1/notices", words{"asset": secret.ID, "provider": w.carrier(secret, "host"), "layer": "host", "instrument": "notice"}, &n)
		l, err := w.desk.AddTermList(w.t.Context(), w.scope("ada"), iru.TermList{Name: "halcyon"})
		must(w.t, err)
		_, err = w.desk.AddTerm(w.t.Context(), w.scope("ada"), iru.Term{List: l.ID, Text: "harbour tram", Lang: "en"})
		must(w.t, err)
		w.post("ada", "/v1/known", words{"bank": "own bulletins", "medium": "pdq", "value": strings.Repeat("0f", 32), "label": "halcyon", "finding": "refer"}, &k)
		var bank thing
		w.post("ada", "/v1/banks", words{"name": "halcyon bank", "source": "feed"}, &bank)
		for _, path := range []string{to("/v1/banks/%d", bank.ID), to("/v1/known/%d", k.ID), to("/v1/terms/lists/%d", int64(l.ID)), to("/v1/outlets/%d", secret.Outlet), to("/v1/assets/%d", secret.ID), to("/v1/assets/%d/options", secret.ID), to("/v1/items/%d", item.ID),
			"/v1/exhibits/1", "/v1/providers/1", to("/v1/notices/%d", n.ID)} {
			w.get("ada", path, nil)
			w.refused(404, "bea", "GET", path, nil)
		}
		for _, path := range []string{"/v1/outlets", "/v1/assets", "/v1/items", "/v1/queue", "/v1/exhibits", "/v1/providers", "/v1/notices", "/v1/operations", "/v1/clocks", "/v1/known", "/v1/terms", "/v1/terms/lists", "/v1/banks", "/v1/rescans"} {
			var l things
			if w.get("bea", path, &l); len(l.Items) != 0 {
				t.Errorf("%s shows unit A's: %+v", path, l)
			}
		}
		if text := w.call(200, "bea", "GET", "/v1/events", nil, nil).Body.String(); strings.Contains(text, "halcyon") || strings.Contains(text, `"noun":"asset"`) {
			t.Errorf("events show unit A's: %s", text)
		}
		var es struct {
			Items []Event `json:"items"`
		}
		w.get("ada", "/v1/events?noun=asset", &es)
		w.seal()
		w.get("ada", "/v1/events?noun=asset", &es)
		w.refused(404, "bea", "GET", to("/v1/ledger/proof/%d", es.Items[0].ID), nil)
		for _, c := range []struct {
			path string
			body any
		}{
			{to("/v1/assets/%d/attribute", secret.ID), words{"outlet_name": "Ours", "reason": "r"}}, {to("/v1/assets/%d/reject", secret.ID), words{"reason": "r"}},
			{to("/v1/items/%d/hold", item.ID), nil}, {to("/v1/items/%d/assess", item.ID), refer}, {to("/v1/notices/%d/submit", n.ID), nil}, {to("/v1/notices/%d/approve", n.ID), w.seen("ada", n.ID)},
			{to("/v1/known/%d/opine", k.ID), words{"verdict": "disputed"}}, {to("/v1/known/%d/quarantine", k.ID), words{"reason": "r"}}, {to("/v1/known/%d/release", k.ID), words{"reason": "r"}},
			{to("/v1/known/%d/spare", k.ID), words{"reason": "r"}}, {to("/v1/known/%d/withdraw", k.ID), words{"reason": "r"}}, {to("/v1/known/%d/restore", k.ID), words{"reason": "r"}},
			{to("/v1/banks/%d/mute", bank.ID), words{"reason": "r"}}, {to("/v1/banks/%d/unmute", bank.ID), words{"reason": "r"}}, {to("/v1/banks/%d/import", bank.ID), words{"name": "f", "content": "pdq 12"}},
			{"/v1/terms", words{"list": l.ID, "text": "tram"}}, {"/v1/terms/1/mute", words{"reason": "r"}}, {"/v1/terms/1/unmute", words{"reason": "r"}}, {"/v1/terms/1/remove", words{"reason": "r"}},
			{"/v1/terms/1/put-back", words{"reason": "r"}}, {to("/v1/terms/lists/%d/mute", int64(l.ID)), words{"reason": "r"}}, {to("/v1/terms/lists/%d/unmute", int64(l.ID)), words{"reason": "r"}},
			{to("/v1/terms/lists/%d/remove", int64(l.ID)), words{"reason": "r"}}, {to("/v1/terms/lists/%d/put-back", int64(l.ID)), words{"reason": "r"}},
			{to("/v1/terms/lists/%d/import", int64(l.ID)), words{"name": "f", "content": "tram"}}, {to("/v1/terms/lists/%d/undo-import", int64(l.ID)), words{"import": 1, "reason": "r"}},
			{to("/v1/items/%d/reopen", item.ID), words{"reason": "r"}}, {to("/v1/items/%d/capture", item.ID), nil}, {to("/v1/assets/%d/give-up", secret.ID), words{"reason": "r"}},
			{to("/v1/assets/%d/reconsider", secret.ID), words{"reason": "r"}}, {to("/v1/outlets/%d/close", secret.Outlet), words{"reason": "r"}}, {to("/v1/outlets/%d/watch", secret.Outlet), words{"reason": "r"}},
			{"/v1/providers/1/hours", words{"always": true, "reason": "r"}},
		} {
			w.refused(404, "bea", "POST", c.path, c.body)
		}

		other, _ := w.watched("ada", "https://tram-bulletin.test/", "Tram Bulletin")
		w.post("ada", fmt.Sprintf("/v1/items/%d/assess", w.itemOf(other)), refer, nil)
		op, task := w.planned("Lantern", other)
		own, _ := w.watched("ada", "https://ferry-bulletin.test/", "Ferry Bulletin") // a task of unit A in the same operation
		w.post("ada", fmt.Sprintf("/v1/items/%d/assess", w.itemOf(own)), refer, nil)
		w.post("ada", "/v1/notices", words{"asset": own.ID, "provider": w.carrier(own, "host"), "layer": "host", "instrument": "notice", "operation": op.ID}, nil)
		w.get("bea", to("/v1/operations/%d", op.ID), nil)
		w.get("bea", to("/v1/notices/%d", task.ID), nil)
		w.get("bea", to("/v1/assets/%d", other.ID), nil)
		var shared struct {
			Items []thing `json:"items"`
		}
		if w.get("bea", "/v1/assets", &shared); len(shared.Items) != 1 || shared.Items[0].ID != other.ID {
			t.Errorf("the operation shares %+v", shared)
		}
		w.refused(404, "bea", "GET", to("/v1/assets/%d", secret.ID), nil)
		w.refused(404, "bea", "GET", to("/v1/assets/%d", own.ID), nil)
		var told List[Event]
		w.get("bea", "/v1/events?noun=asset&limit=200", &told)
		for _, e := range told.Items {
			if e.Subject != other.ID {
				t.Errorf("the log tells unit B of an asset that it does not serve: %+v", e)
			}
		}
		if len(told.Items) == 0 {
			t.Error("the log tells nothing of the asset that is shared")
		}

		// What it shares can be read; deciding on it stays with the unit whose it is.
		var act thing
		w.post("ada", "/v1/notices", words{"asset": other.ID, "provider": w.carrier(other, "host"), "layer": "host", "instrument": "notice", "operation": op.ID}, &act)
		for _, c := range []struct {
			path string
			body any
		}{
			{to("/v1/assets/%d/reject", other.ID), words{"reason": "r"}}, {to("/v1/assets/%d/attribute", other.ID), words{"outlet": other.Outlet, "reason": "r"}},
			{to("/v1/assets/%d/carry", other.ID), words{"provider": 1, "source": "s"}}, {to("/v1/items/%d/hold", w.itemOf(other)), nil}, {to("/v1/items/%d/assess", w.itemOf(other)), refer},
			{to("/v1/items/%d/second", w.itemOf(other)), words{"reason": "r"}}, {to("/v1/notices/%d/edit", act.ID), words{"reasons": "r", "lang": "en"}}, {to("/v1/notices/%d/submit", act.ID), nil},
			{to("/v1/notices/%d/return", act.ID), words{"reason": "r"}}, {to("/v1/notices/%d/withdraw", act.ID), words{"reason": "r"}}, {to("/v1/notices/%d/answer", act.ID), words{"text": "r"}},
			{to("/v1/notices/%d/resend", act.ID), nil}, {to("/v1/notices/%d/approve", act.ID), w.seen("bea", act.ID)},
			{to("/v1/items/%d/reopen", w.itemOf(other)), words{"reason": "r"}}, {to("/v1/items/%d/hand-over", w.itemOf(other)), words{"to": w.people["bea"].ID}},
			{to("/v1/items/%d/capture", w.itemOf(other)), nil}, {to("/v1/assets/%d/reconsider", other.ID), words{"reason": "r"}}, {to("/v1/assets/%d/give-up", other.ID), words{"reason": "r"}},
			{to("/v1/outlets/%d/close", other.Outlet), words{"reason": "r"}}, {to("/v1/outlets/%d/watch", other.Outlet), words{"reason": "r"}},
			{to("/v1/operations/%d/stand-down", op.ID), words{"unit": act.Unit, "reason": "r"}},
		} {
			if p := w.refused(403, "bea", "POST", c.path, c.body); !strings.Contains(p.Detail, "unit") {
				t.Errorf("%s: %+v", c.path, p)
			}
		}
	})
}

func (w *world) itemOf(asset thing) int64 {
	var is things
	w.get("ada", fmt.Sprintf("/v1/items?asset=%d", asset.ID), &is)
	return is.Items[0].ID
}

// TestSecondOpinion: nobody but its author reads the first answer, wherever it stands, until the second one is given.
func TestSecondOpinion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		_, item := w.watched("ada", "https://halcyon-weather.test/", "Halcyon Weather Wire")
		w.post("ada", to("/v1/items/%d/assess", item.ID), doubt(), nil)
		places := []string{to("/v1/items/%d", item.ID), "/v1/items", "/v1/queue", "/v1/events?limit=200", fmt.Sprintf("/v1/events?noun=item&subject=%d", item.ID), "/v1/events?noun=assessment"}
		for _, path := range places {
			for _, answer := range []string{"journalist", `"doubt"`, "snow line\",\"passage_lang", `"finding":"refer"`, "doubted"} {
				if text := w.call(200, "ben", "GET", path, nil, nil).Body.String(); strings.Contains(text, answer) {
					t.Errorf("%s shows %q to the second reviewer: %s", path, answer, text)
				}
			}
		}
		var detail struct {
			State       string  `json:"state"`
			Withheld    bool    `json:"withheld"`
			Assessments []thing `json:"assessments"`
		}
		if w.get("ben", to("/v1/items/%d", item.ID), &detail); !detail.Withheld || len(detail.Assessments) != 0 || detail.State != "second" {
			t.Errorf("to the second reviewer: %+v", detail)
		}
		if w.get("ada", to("/v1/items/%d", item.ID), &detail); len(detail.Assessments) != 1 {
			t.Errorf("to the first: %+v", detail)
		}
		if p := w.refused(403, "ada", "POST", to("/v1/items/%d/assess", item.ID), refer); !strings.Contains(p.Detail, "another person") {
			t.Errorf("a second opinion by the first reviewer: %+v", p)
		}
		w.post("ben", to("/v1/items/%d/assess", item.ID), refer, nil)
		if w.get("ben", to("/v1/items/%d", item.ID), &detail); detail.Withheld || len(detail.Assessments) != 2 {
			t.Errorf("afterwards: %+v", detail)
		}
		if text := w.call(200, "ben", "GET", "/v1/events?noun=assessment", nil, nil).Body.String(); !strings.Contains(text, "journalist") {
			t.Errorf("afterwards the log lacks the first answer: %s", text)
		}
	})
}

// TestConsultations: who looked into what, and why, is the auditor's alone to read.
func TestConsultations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		a, _ := w.watched("ada", "https://tram-bulletin.test/", "Tram Bulletin")
		must(t, w.desk.Consult(t.Context(), w.scope("ada"), iru.Subject{Noun: "asset", ID: a.ID}, "wants to compare"))
		for login, want := range map[string]bool{"ben": false, "ada": false, "aud": true} {
			var es List[Event]
			w.get(login, "/v1/events?limit=200", &es)
			for _, e := range es.Items {
				if e.Verb == "consult" {
					want = !want
				}
			}
			if want {
				t.Errorf("%s and the log of consultations: %+v", login, es.Items)
			}
			if strings.Contains(w.call(200, login, "GET", to("/v1/assets/%d", a.ID), nil, nil).Body.String(), "wants to compare") != (login == "aud") {
				t.Errorf("%s and the history of the asset", login)
			}
		}
	})
}

// TestPages goes through lists page by page and meets everything once.
func TestPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for i := range 7 {
			w.watched("ada", fmt.Sprintf("https://tram-%d.test/", i), "Tram Bulletin")
		}
		w.post("ada", to("/v1/items/%d/assess", 3), refer, nil)
		var first things
		w.get("ada", "/v1/assets", &first)
		for i, a := range first.Items[2:5] { // clocks: three acts with the same limit
			var n thing
			if i > 0 {
				w.post("ada", fmt.Sprintf("/v1/items/%d/assess", w.itemOf(a)), refer, nil)
			}
			host := w.carrier(a, "host")
			w.post("ada", "/v1/notices", words{"asset": a.ID, "provider": host, "layer": "host", "instrument": "removal_order"}, &n)
			w.post("ada", to("/v1/notices/%d/submit", n.ID), nil, nil)
			w.approve("lena", n.ID)
			w.approve("sig", n.ID)
			if i == 0 {
				w.confirm("ben", host, "register")
				w.informed(host)
			}
			w.seal()
			_, err := w.desk.Dispatch(t.Context(), iru.NoticeID(n.ID))
			must(t, err)
			must(t, w.desk.RecordSent(t.Context(), iru.NoticeID(n.ID), desk.Sending{At: w.now(), Proof: "250 Ok", Receipt: true}))
		}
		for _, name := range []string{"lines", "stops", "weather"} {
			l, err := w.desk.AddTermList(t.Context(), w.scope("ada"), iru.TermList{Name: name})
			must(t, err)
			_, err = w.desk.AddTerm(t.Context(), w.scope("ada"), iru.Term{List: l.ID, Text: name})
			must(t, err)
		}
		for _, name := range []string{"maps", "songs", "bulletins"} {
			w.post("ada", "/v1/banks", words{"name": name, "source": "partner"}, nil)
		}
		for n := range 3 {
			w.post("ada", "/v1/known", words{"bank": "maps", "medium": "pdq", "value": strings.Repeat(fmt.Sprint(n), 64), "label": "map", "finding": "refer"}, nil)
		}
		for path, want := range map[string]int{"/v1/banks": 4, "/v1/known?state=active": 0, "/v1/rescans": 2, "/v1/assets": 7, "/v1/items": 7, "/v1/queue": 4, "/v1/exhibits": 7, "/v1/providers": 2, "/v1/notices": 3, "/v1/officers": 9, "/v1/units": 2,
			"/v1/outlets": 1, "/v1/clocks": 0, "/v1/events?noun=asset": 0, "/v1/known": 0, "/v1/terms": 3, "/v1/terms/lists": 3} {
			if want == 0 {
				var all things
				w.get("ada", path+map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")]+"limit=200", &all)
				if want = len(all.Items); want < 3 {
					t.Errorf("%s has only %d", path, want)
				}
			}
			seen, next := map[int64]bool{}, path+map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")]+"limit=2"
			for pages := 0; next != "" && pages < 100; pages++ {
				var l things
				rec := w.call(200, "ada", "GET", next, nil, &l)
				for _, x := range l.Items {
					if seen[x.ID] {
						t.Errorf("%s shows %d twice", path, x.ID)
					}
					seen[x.ID] = true
				}
				next = linked(t, rec)
				if (next == "") != (l.Next == "") {
					t.Errorf("%s: Link %q, next %q", path, next, l.Next)
				}
			}
			if len(seen) != want {
				t.Errorf("%s page by page has %d of %d", path, len(seen), want)
			}
		}
		if text := w.call(200, "bea", "GET", "/v1/assets", nil, nil).Body.String(); strings.TrimSpace(text) != `{"items":[]}` {
			t.Errorf("an empty list: %s", text)
		}
		if text := w.call(200, "ada", "GET", "/v1/assets?after=0&limit=1", nil, nil).Body.String(); !strings.Contains(text, `"id":1`) {
			t.Errorf("after nothing: %s", text)
		}
	})
}

func linked(t *testing.T, rec *httptest.ResponseRecorder) string {
	t.Helper()
	link := rec.Header().Get("Link")
	if link == "" {
		return ""
	}
	target, ok := strings.CutSuffix(link, `>; rel="next"`)
	if !ok || !strings.HasPrefix(target, "</v1/") {
		t.Fatalf("Link: %s", link)
	}
	return target[1:]
}

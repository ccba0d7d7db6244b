// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"strings"
	"time"
)

// agreed: who takes part, what each does, and whether it may be touched.
func (w *world) agreed(op, asset thing) {
	w.t.Helper()
	o := func(path string) string { return to("/v1/operations/%d/", op.ID) + path }
	var people struct{ Items []Participant }
	if w.get("brit", o("participants"), &people); len(people.Items) != 2 || people.Items[0].Roles[0] != "lead" {
		w.t.Errorf("participants: %+v", people)
	}
	var court Participant
	w.post("dora", o("participants"), words{"kind": "prosecutor", "name": "Court of Ashford", "country": "XA", "roles": []string{"seize_servers"}}, &court)
	w.refused(422, "dora", "POST", o("participants"), words{"kind": "prosecutor", "name": "nobody", "roles": []string{"lead"}})
	w.post("dora", to("/v1/participants/%d/roles", court.ID), words{"roles": []string{"seize_servers", "seize_evidence"}, "reason": "evidence too"}, &court)
	w.refused(422, "dora", "POST", o("director"), words{"director": w.people["brit"].ID, "reason": "of another unit"})
	w.post("dora", o("director"), words{"director": w.people["dave"].ID, "reason": "leave"}, nil)
	w.refused(403, "dora", "POST", o("hold"), words{"reason": "no director any more"})
	w.post("dave", o("director"), words{"director": w.people["dora"].ID, "reason": "back early"}, nil)
	var k Task
	w.post("dora", o("tasks"), words{"participant": court.ID, "asset": asset.ID, "role": "seize_servers", "instrument": "court_order", "note": "the rack"}, &k)
	for _, step := range []words{{"verb": "accept"}, {"verb": "ready", "title": "AZ 7/26", "valid_until": w.now().Add(48 * time.Hour).Format(time.RFC3339)}} {
		w.post("dora", to("/v1/tasks/%d/step", k.ID), step, &k)
	}
	w.refused(404, "brit", "POST", to("/v1/tasks/%d/step", k.ID), words{"verb": "start"})
	var tasks struct{ Items []Task }
	if w.get("dora", o("tasks"), &tasks); len(tasks.Items) != 2 || len(tasks.Items[0].Misses) == 0 {
		w.t.Errorf("tasks: %+v", tasks)
	}
	var n counted
	if w.post("dora", o("preserve"), nil, &n); n.Count != 1 {
		w.t.Errorf("preserved %d", n.Count)
	}
	if w.post("dora", o("unkept"), words{"reason": "captured yesterday, unchanged since"}, &n); n.Count != 2 {
		w.t.Errorf("unkept %d", n.Count)
	}
	w.questioned(op, court)
	w.post("dora", to("/v1/tasks/%d/step", k.ID), words{"verb": "withdraw", "reason": "the rack is empty"}, &k)
	var pack struct {
		Tasks    []struct{}
		Withheld []struct{ Why string }
	}
	if w.get("dora", to("/v1/participants/%d/package", people.Items[1].ID), &pack); len(pack.Tasks) != 0 || len(pack.Withheld) != 1 || !strings.Contains(pack.Withheld[0].Why, "H2") {
		w.t.Errorf("package: %+v", pack)
	}
	w.post("lena", to("/v1/participants/%d/package", people.Items[1].ID), words{"reason": "to the desk of unit B, by courier"}, &pack)
}

func (w *world) questioned(op thing, court Participant) {
	w.t.Helper()
	var qs struct{ Items []Question }
	w.post("dora", to("/v1/operations/%d/agree-time", op.ID), words{"by": w.now().Add(time.Hour).Format(time.RFC3339)}, nil)
	w.get("dora", to("/v1/operations/%d/questions", op.ID), &qs)
	if len(qs.Items) != 3 {
		w.t.Fatalf("questions: %+v", qs)
	}
	by := map[string][]int64{}
	for _, q := range qs.Items {
		switch {
		case q.Participant == court.ID:
			by["court"] = append(by["court"], q.ID)
		case q.Unit == int64(w.people["brit"].Unit):
			by["brit"] = append(by["brit"], q.ID)
		default:
			by["ben"] = append(by["ben"], q.ID)
		}
	}
	w.get("brit", "/v1/questions", nil)
	w.post("brit", "/v1/questions/answer", words{"questions": by["brit"], "answer": "hold", "until": w.now().Add(time.Hour).Format(time.RFC3339), "contact": "desk of unit B, 555-0102", "reason": "a case of ours"}, &qs)
	if raw := w.call(200, "dora", "GET", to("/v1/operations/%d/questions", op.ID), nil, nil).Body.String(); !strings.Contains(raw, "555-0102") || strings.Contains(raw, "a case of ours") {
		w.t.Errorf("who asks sees a contact, never the case: %s", raw)
	}
	w.refused(403, "ben", "POST", "/v1/questions/answer", words{"questions": by["brit"], "answer": "clear"})
	w.post("lena", "/v1/questions/endanger", words{"questions": by["brit"], "category": "attack", "reason": "an attack on the harbour tram is announced there for tonight"}, nil)
	w.refused(403, "lena", "POST", "/v1/questions/override", words{"questions": by["brit"]})
	w.post("sig", "/v1/questions/override", words{"questions": by["brit"]}, nil)
	w.refused(403, "sig", "POST", "/v1/questions/review", words{"questions": by["brit"], "right": true, "reason": "it was"})
	if w.post("ben", "/v1/questions/review", words{"questions": by["brit"], "right": false, "reason": "a call would have done"}, &qs); len(qs.Items) != 1 || qs.Items[0].ReviewDue != nil || qs.Items[0].Overrides[0].Why == "" {
		w.t.Errorf("reviewed: %+v", qs)
	}
	w.post("ben", "/v1/questions/answer", words{"questions": by["ben"], "answer": "evidence", "until": w.now().Add(time.Hour).Format(time.RFC3339), "contact": "ben"}, nil)
	w.post("ben", "/v1/questions/free", words{"questions": by["ben"], "reason": "it is kept"}, nil)
	w.post("ben", "/v1/questions/answer", words{"questions": by["court"], "answer": "duplicate", "reference": "AZ 9/26", "contact": "registry", "word": "clerk of the court, by telephone"}, nil)
	w.post("dora", "/v1/questions/decide", words{"questions": by["court"], "reason": "the court's own task"}, nil)
}

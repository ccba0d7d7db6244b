// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"strings"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// unplaced: mail that names no act is put into a thread, or set aside and kept.
func (w *world) unplaced(notice thing) {
	w.t.Helper()
	for _, n := range []string{"a1", "b2"} {
		must(w.t, w.desk.TakeStray(w.t.Context(), desk.Reply{At: w.now(), From: "night@birchrack.test", Subject: "the trams", Text: "Which page do you mean?", MessageID: n, Proof: strings.Repeat(n, 32)}, "it names no act"))
	}
	var ys List[Stray]
	if w.get("ben", "/v1/strays?state=open", &ys); len(ys.Items) != 2 || ys.Items[0].Why != "it names no act" || ys.Items[0].Proof != strings.Repeat("a1", 32) {
		w.t.Fatalf("strays: %+v", ys.Items)
	}
	first, second := to("/v1/strays/%d", ys.Items[0].ID), to("/v1/strays/%d", ys.Items[1].ID)
	var y Stray
	var one, two List[Stray]
	if w.get("ben", "/v1/strays?limit=1", &one); len(one.Items) != 1 || one.Next == "" {
		w.t.Errorf("the first page: %+v", one)
	}
	if w.get("ben", "/v1/strays?after="+one.Next, &two); len(two.Items) != 1 || two.Next != "" {
		w.t.Errorf("the second page: %+v", two)
	}
	w.refused(404, "bea", "GET", first, nil)
	w.refused(422, "ben", "POST", first+"/dismiss", words{"reason": " "})
	if w.post("ben", first+"/dismiss", words{"reason": "a greeting"}, &y); y.State != "dismissed" || y.By != int64(w.people["ben"].ID) {
		w.t.Errorf("set aside: %+v", y)
	}
	w.refused(409, "ben", "POST", first+"/dismiss", words{"reason": "again"})
	w.refused(404, "ben", "POST", first+"/file", words{"notice": 987654})
	var l Letter
	for _, path := range []string{first, second} { // what was set aside can still be filed
		if w.post("ben", path+"/file", words{"notice": notice.ID}, &l); l.Notice != notice.ID || !l.Guess || l.Kind != "unknown" || l.Text != "Which page do you mean?" {
			w.t.Errorf("filed: %+v", l)
		}
	}
	w.refused(409, "ben", "POST", second+"/file", words{"notice": notice.ID})
	if w.get("ben", second, &y); y.State != "filed" || y.Notice != notice.ID {
		w.t.Errorf("filed: %+v", y)
	}
	if w.get("bea", "/v1/strays", &ys); len(ys.Items) != 0 {
		w.t.Errorf("unit B is shown unit A's mail: %+v", ys.Items)
	}
}

// practised: a practice order is sent and read; it is no act.
func (w *world) practised(asset thing) {
	w.t.Helper()
	host := w.carrier(asset, "host")
	w.confirm("ben", host, "called")
	var k Drill
	if w.post("ben", to("/v1/providers/%d/drill", host), nil, &k); k.State != "ordered" || k.Provider != host || !strings.HasPrefix(k.Ref, "PRACTICE-2026-") {
		w.t.Errorf("ordered: %+v", k)
	}
	w.refused(403, "aud", "POST", to("/v1/providers/%d/drill", host), nil)
	w.refused(404, "brit", "POST", to("/v1/providers/%d/drill", host), nil)
	id := k.ID
	must(w.t, w.desk.RecordPractised(w.t.Context(), iru.DrillID(id), desk.Sending{At: w.now(), Proof: "250 ok"}, ""))
	_, err := w.desk.AnswerDrill(w.t.Context(), iru.DrillID(id), desk.PortalAnswer{Kind: "receipt", Once: strings.Repeat("1", 32)})
	must(w.t, err)
	if w.get("ada", to("/v1/drills/%d", id), &k); k.State != "received" || k.Received == nil || k.Until == nil || k.Proof != "250 ok" {
		w.t.Errorf("received: %+v", k)
	}
	var ks List[Drill]
	if w.get("ada", to("/v1/drills?provider=%d", host), &ks); len(ks.Items) != 1 || ks.Items[0].ID != id {
		w.t.Errorf("drills: %+v", ks.Items)
	}
	if w.get("ada", to("/v1/drills?provider=%d", host+1000), &ks); len(ks.Items) != 0 {
		w.t.Errorf("drills of another provider: %+v", ks.Items)
	}
	w.refused(404, "bea", "GET", to("/v1/drills/%d", id), nil)
}

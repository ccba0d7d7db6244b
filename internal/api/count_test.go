// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"slices"
	"strings"
	"time"

	"iolaus/internal/iru"
)

// day: the count with a built-in hold, the duty log, a drill, and the hours of a desk.
func (w *world) day(op thing) {
	w.t.Helper()
	o := func(path string) string { return to("/v1/operations/%d/", op.ID) + path }
	plan := words{"t0": w.now().Add(20 * time.Minute).Format(time.RFC3339Nano), "holds": []words{{"before_minutes": 15, "why": "last look"}}}
	w.refused(403, "ben", "POST", o("count"), plan)
	w.refused(422, "dora", "POST", o("count"), words{"t0": w.now().Add(-time.Minute).Format(time.RFC3339Nano)})
	w.refused(409, "dora", "POST", o("go-on"), words{"reason": "it does not stand"})
	var c Count
	if w.post("dora", o("count"), plan, &c); c.T0 == nil || c.Stands || c.Released || len(c.Holds) != 1 || c.Holds[0].Before != 15 || len(c.Stages) != 3 || c.Stages[1].Acts != 1 {
		w.t.Errorf("planned: %+v", c)
	}
	w.later(6 * time.Minute)
	if w.get("brit", o("count"), &c); !c.Stands || c.At == nil || c.At.Why != "last look" {
		w.t.Errorf("at the hold: %+v", c)
	}
	w.refused(422, "dora", "POST", o("go-on"), words{"reason": ""})
	if w.post("dora", o("go-on"), words{"reason": "all looked at"}, &c); c.Stands || c.Holds[0].Reason != "all looked at" || c.Holds[0].By == 0 {
		w.t.Errorf("went on: %+v", c)
	}
	var said DutyLine
	w.post("dora", o("duty-log"), words{"text": "Trains run on time.", "handling": words{"tlp": "GREEN", "pap": "GREEN", "h": "H0"}}, &said)
	w.post("dora", o("duty-log"), words{"text": "Only for us."}, nil)
	w.refused(422, "dora", "POST", o("duty-log"), words{"text": "  "})
	raw := w.call(200, "brit", "GET", o("duty-log"), nil, nil).Body.String()
	if !strings.Contains(raw, "Trains run") || strings.Contains(raw, "Only for us") || !strings.Contains(raw, `"verb":"plan_t0"`) {
		w.t.Errorf("the duty log of unit B: %s", raw)
	}
	var drill Operation
	if w.post("dora", "/v1/operations", words{"name": "Lantern, practised", "outlets": []int64{}, "drill": true}, &drill); !drill.Drill {
		w.t.Errorf("no drill: %+v", drill)
	}
	var ts struct{ Items []Task }
	w.get("dora", o("tasks"), &ts)
	var played thing
	w.post("ada", "/v1/notices", words{"asset": ts.Items[0].Asset, "provider": ts.Items[0].Provider, "layer": ts.Items[0].Layer, "instrument": "referral", "operation": drill.ID}, &played)
	for path, want := range map[string]bool{"/v1/notices?limit=200": false, "/v1/notices?limit=200&drills=true": true, to("/v1/notices?operation=%d", drill.ID): true, to("/v1/notices?limit=200&asset=%d", ts.Items[0].Asset): false} {
		var ns List[Notice]
		if w.get("ada", path, &ns); slices.ContainsFunc(ns.Items, func(n Notice) bool { return n.ID == played.ID }) != want {
			w.t.Errorf("%s lists the act of a drill: %v", path, !want)
		}
	}
	w.post("dora", to("/v1/operations/%d/abort", drill.ID), words{"reason": "exercise over"}, nil)
	var h DeskHours
	days := []iru.Window{{Days: []int{1, 2, 3}, From: "08:00", To: "16:00"}}
	if w.post("ben", "/v1/providers/1/hours", words{"windows": days, "holidays": []string{"2026-12-24"}, "cache_hours": 1.5, "reason": "their page"}, &h); h.Cache != 1.5 || len(h.Windows) != 1 || h.By == 0 {
		w.t.Errorf("hours: %+v", h)
	}
	w.refused(422, "ben", "POST", "/v1/providers/1/hours", words{"windows": []iru.Window{{Days: []int{9}, From: "08:00", To: "16:00"}}, "reason": "r"})
	w.refused(404, "brit", "POST", "/v1/providers/9999/hours", words{"always": true, "reason": "r"})
	var hs List[DeskHours]
	if w.get("ada", "/v1/desk-hours", &hs); len(hs.Items) != 1 {
		w.t.Errorf("hours: %+v", hs)
	}
	w.post("ben", "/v1/providers/1/hours", words{"end": true, "reason": "they moved"}, nil)
}

// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"fmt"
	"strings"

	"iolaus/internal/iru"
)

// plan: a plan is drafted, changed, given back, approved by a second person, and its tasks drafted.
func (w *world) plan(asset thing) {
	w.t.Helper()
	var p, q PlanDetail
	w.post("ada", "/v1/plans", words{"outlet": asset.Outlet, "name": "Lantern"}, &p)
	if p.State != "draft" || p.Mode != "n-1" || p.Failed != "" && len(p.Missing) == 0 || len(p.Nodes) < 4 || len(p.Measures) == 0 || p.Digest == "" || p.AtMost != -1 {
		w.t.Errorf("the plan: %+v", p)
	}
	w.refused(404, "ada", "POST", "/v1/plans", words{"outlet": 999})
	w.refused(422, "ada", "POST", "/v1/plans", words{"outlet": asset.Outlet, "mode": "max"})
	verb := func(status int, login, verb string, body any) {
		w.t.Helper()
		if path := to("/v1/plans/%d/", p.ID) + verb; status != 200 {
			w.refused(status, login, "POST", path, body)
		} else {
			var now PlanDetail
			w.post(login, path, body, &now)
			p = now
		}
	}
	verb(200, "ada", "replan", words{"mode": "min", "rest": true, "price": 0.5})
	if p.Mode != "min" || p.Failed != "" || len(p.Chosen) == 0 || len(p.Failures) < len(p.Chosen) || len(p.Offers) < 3 || p.Price != .5 {
		w.t.Fatalf("planned again: %+v", p.Plan)
	}
	m := p.Chosen[0]
	var day Rehearsal
	path := to("/v1/plans/%d/rehearsal", p.ID)
	if w.get("ada", path+"?t0=2026-03-07T12:00:00Z&runs=200&spread=72", &day); len(day.Steps) != len(p.Chosen) || day.Once.Runs != 200 || day.Spread == nil || len(day.Assumed) < 3 || day.Bare == nil || day.Covers != "all" || day.Named != day.Dark {
		w.t.Errorf("rehearsed: %+v", day)
	}
	w.refused(404, "bea", "GET", path, nil)
	w.refused(422, "ada", "GET", path+"?runs=0", nil)
	verb(422, "ada", "replan", words{"veto": []string{m}})
	verb(200, "ada", "replan", words{"include": []string{m}, "prices": []words{{"measure": m, "figure": "effort", "value": 9}}, "why": "counted by hand"})
	for _, x := range p.Measures {
		if x.ID == m && (x.Figures[iru.FigureEffort].Value != 9 || x.Figures[iru.FigureEffort].Source != "counted by hand") {
			w.t.Errorf("re-priced: %+v", x)
		}
	}
	verb(409, "ada", "propose", words{"digest": strings.Repeat("0", 64)})
	verb(200, "ada", "propose", words{"digest": p.Digest, "why": "the least harm"})
	verb(200, "dora", "return", words{"reason": "count again"})
	verb(200, "ada", "propose", words{"digest": p.Digest})
	verb(403, "ada", "approve", words{"digest": p.Digest, "director": int64(w.people["dora"].ID)})
	verb(200, "dora", "approve", words{"digest": p.Digest, "name": "Night Train"})
	if p.State != "approved" || p.Operation == 0 || p.Approved != int64(w.people["dora"].ID) {
		w.t.Errorf("approved: %+v", p.Plan)
	}
	var ts PlanTasks
	if w.post("ada", to("/v1/plans/%d/tasks", p.ID), nil, &ts); ts.Operation != p.Operation || len(ts.Drafted)+len(ts.Missing) == 0 {
		w.t.Errorf("tasks: %+v", ts)
	}
	w.post("ada", "/v1/plans", words{"outlet": asset.Outlet, "mode": "hold", "horizon_hours": 24}, &q)
	w.post("ada", to("/v1/plans/%d/drop", q.ID), words{"reason": "one is enough"}, &q)
	var list List[Plan]
	if w.get("ada", fmt.Sprintf("/v1/plans?outlet=%d&limit=1", asset.Outlet), &list); len(list.Items) != 1 || list.Items[0].ID != p.ID || list.Next == "" {
		w.t.Errorf("plans: %+v", list)
	}
	if w.get("ada", to("/v1/plans/%d", q.ID), &q); q.State != "dropped" {
		w.t.Errorf("dropped: %+v", q.Plan)
	}
	var rates List[Rate]
	if w.get("ada", "/v1/rates", &rates); len(rates.Items) != len(iru.RateKeys()) || !rates.Items[0].Assumed {
		w.t.Errorf("rates: %+v", rates.Items)
	}
	var r Rate
	if w.post("ada", "/v1/rates", words{"key": iru.RateView, "value": 4, "why": "counted in spring"}, &r); r.Value != 4 || r.Assumed || r.By != int64(w.people["ada"].ID) {
		w.t.Errorf("the rate: %+v", r)
	}
	who := p.Measures[0].Provider
	w.refused(422, "ada", "POST", "/v1/rates", words{"key": "desk", "value": 4, "why": "asked"})
	w.refused(404, "ada", "POST", "/v1/rates", words{"key": "desk", "provider": 999, "value": 4, "why": "asked"})
	if w.post("ada", "/v1/rates", words{"key": "desk", "provider": who, "value": 4, "why": "asked"}, &r); r.Value != 4 || r.Provider != who || r.Key != "desk" {
		w.t.Errorf("of an addressee: %+v", r)
	}
	if w.get("ada", "/v1/rates", &rates); len(rates.Items) != len(iru.RateKeys())+1 || rates.Items[len(iru.RateKeys())].Provider != who {
		w.t.Errorf("rates: %+v", rates.Items)
	}
}

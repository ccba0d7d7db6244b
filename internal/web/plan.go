// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/plan"
	"iolaus/internal/web/ui"
)

// plansPage lists plans, and is where one is begun.
func (v *visit) plansPage() error { return v.plans("", nil) }

func (v *visit) plans(why string, refused error) error {
	ctx := v.ctx()
	p := PlansPage{Frame: v.frame("outlets", ui.T(ctx, "Plans")), Said: v.said(), MayPlan: v.may(iru.ToPlan), Problem: why}
	p.Outlet = iru.OutletID(number(v.r.FormValue("outlet")))
	err := v.read(func(t *db.Tx) error {
		var err error
		if p.Outlet != 0 {
			if _, err = t.Outlet(ctx, v.scope, p.Outlet); err != nil {
				return err
			}
		}
		if p.Plans, err = t.PlansOf(ctx, v.scope, p.Outlet, 200); err != nil {
			return err
		}
		if p.Outlets, err = t.Outlets(ctx, v.scope); err != nil {
			return err
		}
		p.Outlets = slices.DeleteFunc(p.Outlets, func(o iru.Outlet) bool { return o.Unit != v.by.Unit })
		units, err := t.Units(ctx)
		if err != nil {
			return err
		}
		p.Units = slices.DeleteFunc(units, func(u iru.Unit) bool { return u.ID == v.by.Unit || u.State != iru.UnitActive })
		p.Who = names{}
		for _, x := range p.Plans {
			p.Who.of(ctx, t, x.By)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if refused != nil {
		return v.again(refused, p.View())
	}
	return v.show(p.View())
}

// draftPlan computes a plan.
func (v *visit) draftPlan() error {
	r := desk.PlanRequest{Outlet: iru.OutletID(v.whole("outlet")), Name: v.value("name"), Units: []iru.UnitID{}}
	for _, x := range v.values("unit") {
		if n := number(x); n != 0 {
			r.Units = append(r.Units, iru.UnitID(n))
		}
	}
	p, err := v.desk.DraftPlan(v.ctx(), v.scope, r)
	if why, ok := complaint(err); ok {
		return v.plans(why, err)
	}
	if err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "A plan was computed. It is a suggestion: nothing is served by it."))
	return v.to("/plans/%d", p.ID)
}

// readPlan reads the plan of the path with what stands around it.
func (v *visit) readPlan() (PlanBoard, error) {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return PlanBoard{}, err
	}
	var p PlanBoard
	err = v.read(func(t *db.Tx) error {
		p = PlanBoard{Now: v.now, Who: names{}, Acts: map[string]iru.Notice{}}
		if p.Plan, err = t.Plan(ctx, v.scope, iru.PlanID(n)); err != nil {
			return err
		}
		if p.Outlet, err = t.Outlet(ctx, v.scope, p.Plan.Outlet); err != nil {
			return err
		}
		for _, o := range []iru.OfficerID{p.Plan.By, p.Plan.Proposed, p.Plan.Approved} {
			p.Who.of(ctx, t, o)
		}
		units, err := t.Units(ctx)
		if err != nil {
			return err
		}
		p.Units = map[iru.UnitID]iru.Unit{}
		for _, u := range units {
			p.Units[u.ID] = u
		}
		if p.Others, err = t.PlansOf(ctx, v.scope, p.Plan.Outlet, 50); err != nil {
			return err
		}
		es, err := t.EventsOf(ctx, iru.Subject{Noun: "plan", ID: n})
		if err != nil {
			return err
		}
		if p.History, err = v.historyTable(ctx, t, p.Who, es); err != nil || p.Plan.Operation == 0 {
			return err
		}
		if p.Operation, err = t.Operation(ctx, v.scope, p.Plan.Operation); err != nil {
			return err
		}
		ts, err := t.Tasks(ctx, v.scope, p.Plan.Operation)
		for _, x := range ts {
			if x.State != iru.NoticeWithdrawn {
				p.Acts[actKey(x.Asset, x.Provider, string(x.Layer))] = x
			}
		}
		return err
	})
	if err != nil {
		return p, err
	}
	p.Outlet.Name, p.Tried = cutText(p.Outlet.Name, 80), p.Plan.Ask
	p.Frame = v.frame("outlets", ui.T(ctx, "Plan %s", p.Plan.Name))
	p.Frame.Handling = handling(p.Outlet.Handling)
	p.MayChange = v.may(iru.ToPlan) && p.Plan.State == iru.PlanDraft
	p.MayDraft = v.may(iru.ToDraft)
	p.Steps = v.planSteps(p.Plan)
	if p.Up, err = p.Plan.Stands(p.Plan.Answer.Measures); err != nil {
		return p, fmt.Errorf("read plan %d: %w: %w", p.Plan.ID, iru.Internal, err)
	}
	if p.Failures, err = p.Plan.Failures(); err != nil {
		return p, fmt.Errorf("read plan %d: %w: %w", p.Plan.ID, iru.Internal, err)
	}
	return p, nil
}

func actKey(a iru.AssetID, p iru.ProviderID, layer string) string {
	return fmt.Sprintf("%d %d %s", a, p, layer)
}

// planBoard shows a plan, and what stays up without some of its measures.
func (v *visit) planBoard() error {
	p, err := v.readPlan()
	if err != nil {
		return err
	}
	p.Said = v.said()
	p.Without = v.r.URL.Query()["without"]
	if q := v.r.URL.Query(); q.Get("mode") != "" { // what was offered, to be asked
		p.Tried.Mode = plan.Mode(q.Get("mode"))
		if h, err := strconv.ParseFloat(q.Get("horizon"), 64); err == nil && h > 0 && h < 1e5 {
			p.Tried.Horizon = time.Duration(h * float64(time.Hour))
		}
		if f, err := strconv.ParseFloat(q.Get("open"), 64); err == nil && f > 0 && f < 1 {
			p.Tried.Open = f
		}
	}
	return v.showBoard(p, nil)
}

func (v *visit) showBoard(p PlanBoard, refused error) error {
	rest := slices.DeleteFunc(slices.Clone(p.Plan.Answer.Measures), func(m string) bool { return slices.Contains(p.Without, m) })
	var err error
	if p.Open, err = p.Plan.Ways(rest); err != nil {
		return fmt.Errorf("read plan %d: %w: %w", p.Plan.ID, iru.Internal, err)
	}
	if refused != nil {
		return v.again(refused, p.View())
	}
	return v.show(p.View())
}

// planFile is the tree as the planner reads it (docs/format/plan.md).
func (v *visit) planFile() error {
	p, err := v.readPlan()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := plan.Write(&b, p.Plan.Tree()); err != nil {
		return fmt.Errorf("write plan %d: %w: %w", p.Plan.ID, iru.Internal, err)
	}
	v.w.Header().Set("Content-Type", "application/json")
	v.w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="plan-%d.json"`, p.Plan.ID))
	_, err = v.w.Write(b.Bytes())
	return err
}

// replan puts the question of the form.
func (v *visit) replan() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var c desk.PlanChange
	mode, rest := plan.Mode(v.value("mode")), v.value("rest") != ""
	c.Mode, c.Rest, c.Why = &mode, &rest, v.value("why")
	bad := ""
	decimal := func(name string, to func(float64)) {
		text := v.value(name)
		if text == "" {
			return
		}
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || f < 0 || f > 1e12 {
			bad = name
			return
		}
		to(f)
	}
	none, zero := -1, 0.0
	c.Bystanders, c.Budget = &none, &zero // an empty field is no bound
	decimal("horizon", func(f float64) { h := time.Duration(min(f, 1e5) * float64(time.Hour)); c.Horizon = &h })
	decimal("open", func(f float64) { c.Open = &f })
	decimal("price", func(f float64) { c.Price = &f })
	decimal("bystanders", func(f float64) { b := int(min(f, 1e9)); c.Bystanders = &b })
	decimal("budget", func(f float64) { c.Budget = &f })
	if bad != "" {
		err = iru.Refuse(iru.Invalid, "one of the figures is no number", "write digits and a full stop, such as 0.05")
	} else {
		_, err = v.desk.ReplanPlan(ctx, v.scope, iru.PlanID(n), c)
	}
	if why, ok := complaint(err); ok {
		p, rerr := v.readPlan()
		if rerr != nil {
			return rerr
		}
		p.Problem = why
		return v.showBoard(p, err)
	}
	if err != nil {
		return err
	}
	v.say(ui.T(ctx, "Planned again, on the map as it is now."))
	return v.to("/plans/%d", n)
}

// draftTasks drafts the acts of an approved plan, and says what is missing for the rest.
func (v *visit) draftTasks() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	ts, err := v.desk.DraftTasks(ctx, v.scope, iru.PlanID(n))
	if _, ok := complaint(err); err != nil && !ok {
		return err
	}
	p, rerr := v.readPlan()
	if rerr != nil {
		return rerr
	}
	if why, ok := complaint(err); ok {
		p.Problem = why
		return v.showBoard(p, err)
	}
	p.Said, p.Gaps = ui.T(ctx, "%s drafted; %s had been before; %s could not be drafted yet.", ui.Thousands(len(ts.Drafted)), ui.Thousands(ts.Had), ui.Thousands(len(ts.Missing))), map[string]string{}
	for _, g := range ts.Missing {
		p.Gaps[g.Measure+" "+id(g.Asset)] = g.Why
	}
	return v.showBoard(p, nil)
}

// ratesPage shows what measures are priced by, and takes the unit's own numbers.
func (v *visit) ratesPage() error {
	ctx := v.ctx()
	p := RatesPage{Frame: v.frame("outlets", ui.T(ctx, "What measures are priced by")), Said: v.said(), MaySet: v.may(iru.ToPlan), Key: v.r.FormValue("rate"), Value: v.value("value"), Why: v.value("why"), Who: names{}}
	var refused error
	if v.r.Method != "GET" {
		f, err := strconv.ParseFloat(p.Value, 64)
		if err != nil {
			err = iru.Refuse(iru.Invalid, "that is no number", "write digits and a full stop, such as 0.5")
		} else {
			_, err = v.desk.SetRate(ctx, v.scope, p.Key, f, p.Why)
		}
		why, ok := complaint(err)
		switch {
		case err == nil:
			v.say(ui.T(ctx, "Set. Plans that are computed from now on are priced by it."))
			return v.to("/plans/rates")
		case !ok:
			return err
		}
		p.Problem, refused = why, err
	}
	err := v.read(func(t *db.Tx) error {
		own, err := t.Rates(ctx, v.scope)
		p.Rates, p.Desks = own, nil
		for _, r := range append(slices.Clone(own), iru.Rate{Key: p.Key}) {
			n, desk := iru.DeskOf(r.Key)
			if _, known := p.desk(r.Key); !desk || known {
				continue
			}
			x, err := t.Provider(ctx, v.scope, n)
			if errors.Is(err, iru.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			p.Desks = append(p.Desks, RateDesk{r.Key, x.Name})
		}
		for _, r := range own {
			p.Who.of(ctx, t, r.By)
		}
		return err
	})
	if err != nil {
		return err
	}
	if refused != nil {
		return v.again(refused, p.View())
	}
	return v.show(p.View())
}

// comparePlans puts two plans side by side.
func (v *visit) comparePlans() error {
	ctx, q := v.ctx(), v.r.URL.Query()
	p := PlanComparePage{Frame: v.frame("outlets", ui.T(ctx, "Two plans"))}
	err := v.read(func(t *db.Tx) error {
		var err error
		if p.A, err = t.Plan(ctx, v.scope, iru.PlanID(number(q.Get("a")))); err != nil {
			return err
		}
		if p.B, err = t.Plan(ctx, v.scope, iru.PlanID(number(q.Get("b")))); err != nil {
			return err
		}
		p.Outlet, err = t.Outlet(ctx, v.scope, p.A.Outlet)
		return err
	})
	if err != nil {
		return err
	}
	p.Frame.Handling = handling(p.Outlet.Handling)
	return v.show(p.View())
}

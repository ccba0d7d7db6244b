// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/plan"
	"iolaus/internal/web/ui"
)

// planVerbs are the steps of a plan, in the order of the buttons.
var planVerbs = []string{"propose", "approve", "return", "drop"}

func planVerbName(ctx context.Context, verb string) string {
	switch verb {
	case "propose":
		return ui.T(ctx, "Choose this plan")
	case "approve":
		return ui.T(ctx, "Approve the plan")
	case "return":
		return ui.T(ctx, "Give it back")
	}
	return ui.T(ctx, "Lay it aside")
}

// planSteps are the steps that the officer may take now.
func (v *visit) planSteps(p iru.Plan) []string {
	if !v.may(iru.ToPlan) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(planVerbs), func(verb string) bool {
		_, _, err := p.Step(verb, v.by.ID, v.now, "x")
		return err != nil
	})
}

// planStep is the page before a step of a plan, and the step.
func (v *visit) planStep() error {
	ctx, verb := v.ctx(), v.r.PathValue("verb")
	p, err := v.readPlan()
	if err != nil {
		return err
	}
	if v.r.Method == "GET" && !slices.Contains(p.Steps, verb) || !slices.Contains(planVerbs, verb) {
		return iru.NotFound
	}
	base, title := "/plans/"+id(p.Plan.ID), planVerbName(ctx, verb)
	digest, err := desk.PlanDigest(p.Plan)
	if err != nil {
		return err
	}
	s := StepPage{Frame: p.Frame, Crumbs: p.crumbs(ctx), Title: title, State: planState(ctx, p.Plan.State), Action: base + "/step/" + verb, Verb: title, Kind: ui.Primary, Back: base,
		Beside: p.measures(ctx, true), Facts: p.sum(ctx), Fields: []ui.Field{v.why(verb == "return" || verb == "drop")}}
	var do func() error
	done := ""
	pid := p.Plan.ID
	switch verb {
	case "propose":
		s.Hidden = map[string]string{"digest": digest}
		s.Next = []string{ui.T(ctx, "You choose this plan, by your name."), ui.T(ctx, "It stays as it is until a second, different person approves it or gives it back."), ui.T(ctx, "Nothing is served by it.")}
		done = ui.T(ctx, "The plan is chosen. A second person approves it.")
		do = func() error {
			_, err := v.desk.ProposePlan(ctx, v.scope, pid, v.value("digest"), v.value("why"))
			return err
		}
	case "approve":
		s.Hidden = map[string]string{"digest": digest}
		s.Next = []string{ui.T(ctx, "An operation is made of the plan, with every unit that serves one of its measures."), ui.T(ctx, "Its acts are then drafted as tasks, as far as an assessment and the law allow; each is submitted and approved as any other."),
			ui.T(ctx, "Nothing leaves before the operation is released.")}
		more, err := v.approveFields(p.Plan)
		if err != nil {
			return err
		}
		s.Fields = append(more, s.Fields...)
		done = ui.T(ctx, "The plan is approved and an operation made of it. Draft its tasks.")
		do = func() error {
			_, err := v.desk.ApprovePlan(ctx, v.scope, pid, v.value("digest"), v.value("name"), iru.OfficerID(v.whole("director")), v.value("why"))
			return err
		}
	case "return":
		s.Next, done = []string{ui.T(ctx, "It is a draft again and can be changed.")}, ui.T(ctx, "The plan is a draft again.")
		do = func() error {
			_, err := v.desk.ReturnPlan(ctx, v.scope, pid, v.value("why"))
			return err
		}
	default:
		s.Kind = ui.Danger
		s.Next, done = []string{ui.T(ctx, "It stays readable and is used no more.")}, ui.T(ctx, "The plan is laid aside.")
		do = func() error {
			_, err := v.desk.DropPlan(ctx, v.scope, pid, v.value("why"))
			return err
		}
	}
	return v.takeStep(s, func() (string, error) { return done, do() })
}

// approveFields ask for the operation's name and who will direct it.
func (v *visit) approveFields(p iru.Plan) ([]ui.Field, error) {
	ctx := v.ctx()
	var who []ui.Option
	err := v.read(func(t *db.Tx) error {
		who = nil
		os, err := t.Officers(ctx)
		for _, o := range os {
			if o.Unit == v.by.Unit && o.State == iru.OfficerActive && o.Scope().May(iru.ToRelease) == nil {
				who = append(who, ui.Option{Value: id(o.ID), Text: o.Name})
			}
		}
		return err
	})
	name := v.value("name")
	if name == "" {
		name = p.Name
	}
	return []ui.Field{
		{Name: "name", Label: ui.T(ctx, "Name of the operation"), Value: name, Required: true, Max: 100, Autocomplete: "off", Hint: ui.T(ctx, "One that tells outsiders nothing.")},
		{Name: "director", Label: ui.T(ctx, "Director"), Type: "select", Options: who, Value: v.value("director"), Required: true, Hint: ui.T(ctx, "Polls, holds, releases and aborts; nobody else can.")},
	}, err
}

// measurePage shows one measure with the source of each figure, and takes what a person changes of it.
func (v *visit) measurePage() error {
	b, err := v.readPlan()
	if err != nil {
		return err
	}
	m, ok := b.Plan.Measure(v.r.FormValue("m"))
	if !ok {
		return iru.NotFound
	}
	p := MeasurePage{Board: b, Measure: m, Do: v.value("do"), Figure: v.value("figure"), Value: v.value("value"), Why: v.value("why"), Instrument: v.value("instrument")}
	return v.changePlan(p.Board.Plan.ID, m.ID, func() (desk.PlanChange, error) {
		c := desk.PlanChange{Why: p.Why}
		switch p.Do {
		case "include":
			c.Include = []string{m.ID}
		case "veto":
			c.Veto = []string{m.ID}
		case "free":
			c.Free = []string{m.ID}
		case "means":
			c.Means = map[string]legal.Instrument{m.ID: legal.Instrument(p.Instrument)}
		case "price":
			f, err := strconv.ParseFloat(p.Value, 64)
			if err != nil {
				return c, iru.Refuse(iru.Invalid, "that is no number", "write digits and a full stop, such as 0.5")
			}
			c.Figures = []iru.Price{{Measure: m.ID, Figure: p.Figure, Value: f}}
		default:
			return c, iru.Refuse(iru.Invalid, "it is not said what to change", "choose one")
		}
		return c, nil
	}, func(why string, refused error) error {
		p.Problem = why
		if refused != nil {
			return v.again(refused, p.View())
		}
		return v.show(p.View())
	})
}

// changePlan shows a form of a plan's part or, when it was sent, plans again and leads back.
func (v *visit) changePlan(p iru.PlanID, part string, read func() (desk.PlanChange, error), show func(why string, refused error) error) error {
	if v.r.Method == "GET" {
		return show("", nil)
	}
	c, err := read()
	var now iru.Plan
	if err == nil {
		now, err = v.desk.ReplanPlan(v.ctx(), v.scope, p, c)
	}
	if why, ok := complaint(err); ok {
		return show(why, err)
	}
	if err != nil {
		return err
	}
	said := ui.T(v.ctx(), "Planned again, on the map as it is now.")
	if slices.Contains(now.Answer.Measures, part) {
		said += " " + ui.T(v.ctx(), "The measure is in the plan.")
	} else if !strings.HasPrefix(part, "asset/") {
		said += " " + ui.T(v.ctx(), "The measure is not in the plan.")
	}
	v.say(said)
	return v.to("/plans/%d", p)
}

// addressPage spares an address, or takes its audience.
func (v *visit) addressPage() error {
	b, err := v.readPlan()
	if err != nil {
		return err
	}
	node := v.r.FormValue("n")
	n := slices.IndexFunc(b.Plan.Nodes, func(x plan.Node) bool { return x.ID == node && strings.HasPrefix(node, "asset/") })
	if n < 0 {
		return iru.NotFound
	}
	p := PlanAddressPage{Board: b, Node: b.Plan.Nodes[n], Value: v.value("value"), Why: v.value("why")}
	return v.changePlan(b.Plan.ID, node, func() (desk.PlanChange, error) {
		c := desk.PlanChange{Why: p.Why}
		switch v.value("do") {
		case "spare":
			c.Spare = []string{node}
		case "release":
			c.Release = []string{node}
		case "audience":
			f, err := strconv.ParseFloat(p.Value, 64)
			if err != nil {
				return c, iru.Refuse(iru.Invalid, "that is no number", "write digits")
			}
			c.Figures = []iru.Price{{Measure: node, Figure: iru.FigureAudience, Value: f}}
		default:
			return c, iru.Refuse(iru.Invalid, "it is not said what to change", "choose one")
		}
		return c, nil
	}, func(why string, refused error) error {
		p.Problem = why
		if refused != nil {
			return v.again(refused, p.View())
		}
		return v.show(p.View())
	})
}

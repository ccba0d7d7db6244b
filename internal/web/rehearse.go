// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"strconv"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/rehearse"
	"iolaus/internal/web/ui"
)

// pageRuns are enough that a chance is known to three in a hundred, and few enough that nobody waits.
const pageRuns = 1000

// rehearsalPage plays an operation before its day.
func (v *visit) rehearsalPage() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var o iru.Operation
	links := map[string]string{}
	x, none, err := v.rehearsed(func(t *db.Tx) (desk.Rehearsed, error) {
		var err error
		if o, err = t.Operation(v.ctx(), v.scope, iru.OperationID(n)); err != nil {
			return desk.Rehearsed{}, err
		}
		tasks, err := t.Tasks(v.ctx(), v.scope, o.ID)
		if err != nil {
			return desk.Rehearsed{}, err
		}
		for _, n := range tasks {
			links[n.Ref] = "/notices/" + id(n.ID)
		}
		return v.desk.Rehearsed(v.ctx(), t, v.scope, o.ID)
	})
	if err != nil {
		return err
	}
	p := RehearsalPage{Frame: v.frame("operations", ui.T(v.ctx(), "Rehearsal of %s", o.Name)), Back: "/operations/" + id(o.ID), Rehearsal: Rehearsal{Links: links},
		Head: ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(v.ctx(), "Operations"), Href: "/operations"}, {Text: o.Name, Href: "/operations/" + id(o.ID)}}, State: operationState(v.ctx(), o.State)}}
	p.Head.Title = p.Frame.Title
	return v.showRehearsal(p, x, none)
}

// planRehearsal plays a plan that is no operation yet.
func (v *visit) planRehearsal() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var (
		b PlanBoard
		r = Rehearsal{Links: map[string]string{}, Words: map[string]string{}}
	)
	x, none, err := v.rehearsed(func(t *db.Tx) (desk.Rehearsed, error) {
		var (
			err error
			x   desk.Rehearsed
		)
		if b.Plan, err = t.Plan(v.ctx(), v.scope, iru.PlanID(n)); err != nil {
			return x, err
		}
		if b.Outlet, err = t.Outlet(v.ctx(), v.scope, b.Plan.Outlet); err != nil {
			return x, err
		}
		_, x, err = v.desk.RehearsedPlan(v.ctx(), t, v.scope, b.Plan.ID)
		return x, err
	})
	if err != nil {
		return err
	}
	for _, m := range b.Plan.Measures {
		r.Links[m.ID], r.Words[m.ID] = at(planPath(b.Plan)+"/measure", "m", m.ID), measureWords(v.ctx(), b.Plan, m)
	}
	b.Outlet.Name = cutText(b.Outlet.Name, 80)
	p := RehearsalPage{Frame: v.frame("outlets", ui.T(v.ctx(), "Rehearsal of %s", b.Plan.Name)), Back: planPath(b.Plan), Plan: true, Rehearsal: r, Head: ui.Head{Crumbs: b.crumbs(v.ctx()), State: planState(v.ctx(), b.Plan.State)}}
	p.Head.Title, p.Frame.Handling = p.Frame.Title, handling(b.Outlet.Handling)
	return v.showRehearsal(p, x, none)
}

// rehearsed reads what is played. none says why there is nothing to play.
func (v *visit) rehearsed(read func(*db.Tx) (desk.Rehearsed, error)) (x desk.Rehearsed, none, err error) {
	err = v.read(func(t *db.Tx) error {
		x, none = read(t)
		if none != nil && !errors.Is(none, iru.Conflict) {
			return none
		}
		return nil
	})
	return x, none, err
}

func (v *visit) showRehearsal(p RehearsalPage, x desk.Rehearsed, none error) error {
	if none != nil {
		return v.show(p.View())
	}
	p.Bare, p.Beside = x.Bare, len(x.Beside)
	p.Rehearsal.Bare = len(x.Bare)
	if v.may(iru.ToPlan) {
		p.Rehearsal.Layers = x.Layers
	}
	ask, bad := v.rehearseAsk()
	p.Bad = bad
	if err := v.play(&p.Rehearsal, x, ask); err != nil {
		return err
	}
	return v.show(p.View())
}

// play fills what any rehearsal shows: of an operation, or of a plan that is none yet.
func (v *visit) play(p *Rehearsal, x desk.Rehearsed, ask desk.RehearseAsk) error {
	r, err := v.desk.Rehearse(v.ctx(), x, ask)
	if err != nil {
		return err
	}
	p.Report = &r
	p.Names = map[string]string{}
	for _, n := range x.Tree.Nodes {
		p.Names[n.ID] = n.Name
	}
	return nil
}

// rehearseAsk reads the questions of the page; what cannot be is told and taken for what is usual.
func (v *visit) rehearseAsk() (ask desk.RehearseAsk, bad string) {
	q := v.r.URL.Query()
	ask.Play = rehearse.Play{Runs: pageRuns, Seed: 1, Spread: 72 * time.Hour}
	if t := q.Get("t0"); t != "" {
		at, err := time.Parse("2006-01-02T15:04", t)
		if err != nil || at.Year() < 1970 || at.Year() > 2099 {
			bad = ui.T(v.ctx(), "That is no date and time.")
		} else {
			ask.T0 = at
		}
	}
	hours := func(name string, most int) time.Duration {
		n, err := strconv.Atoi(q.Get(name))
		if err != nil || n < 0 || n > most {
			return -1
		}
		return time.Duration(n) * time.Hour
	}
	if d := hours("after", 168); d > 0 {
		ask.After = d
	}
	if d := hours("spread", 336); d >= 0 {
		ask.Play.Spread = d
	}
	if d := hours("dark", 336); d > 0 {
		ask.Play.Dark = d
	}
	return ask, bad
}

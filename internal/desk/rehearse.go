// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/plan"
	"iolaus/internal/rehearse"
)

// A RehearseAsk is what a rehearsal is asked. The zero value asks what is usual.
type RehearseAsk struct {
	T0    time.Time     // zero: that of the operation, else the next full hour
	After time.Duration // the instant that is shown, from T0; 0: an hour
	Play  rehearse.Play
}

// A Rehearsed is a plan that can be played: a tree, its measures, and what is known of those to whom they go.
type Rehearsed struct {
	Tree     plan.Tree
	Measures []string
	Assume   rehearse.Assumptions
	Layers   map[string]legal.Layer // of its measures
	T0       time.Time              // of an operation that has one
	Bare     []iru.Asset            // addresses of its outlets that are up and that no act names: they stay up in any case
	Beside   []iru.Notice           // acts of it that fell nothing: for data, to those who only show the way
}

// Rehearsed reads an operation as a plan: each address that its acts name is an alternative, up while each part that an act fells is. What is
// assumed of the addressees is the unit's own record where the officer may see it and it is of enough acts. Errors: NotFound; Conflict
// when no act would fell anything.
func (d *Desk) Rehearsed(ctx context.Context, t *db.Tx, s iru.Scope, id iru.OperationID) (Rehearsed, error) {
	o, err := t.Operation(ctx, s, id)
	if err != nil {
		return Rehearsed{}, err
	}
	tasks, err := t.Tasks(ctx, s, id)
	if err != nil {
		return Rehearsed{}, err
	}
	rates, err := t.Rates(ctx, s)
	if err != nil {
		return Rehearsed{}, err
	}
	r := rehearsing{out: Rehearsed{Assume: bareAssumptions(o.Name, rates), T0: o.T0, Layers: map[string]legal.Layer{}}, node: map[string]bool{}, needs: map[iru.AssetID][]string{}, rates: rates}
	if r.hours, err = deskHours(ctx, t, s); err != nil {
		return Rehearsed{}, err
	}
	scores, err := d.Scorecard(ctx, t, s, 0, time.Time{}, time.Time{})
	if err != nil && !errors.Is(err, iru.Forbidden) {
		return Rehearsed{}, err
	}
	all, err := t.Assets(ctx, s)
	if err != nil {
		return Rehearsed{}, err
	}
	if r.back, err = returned(ctx, t, s, all, d.now()); err != nil {
		return Rehearsed{}, err
	}
	list, err := t.AssetsIn(ctx, s, id)
	if err != nil {
		return Rehearsed{}, err
	}
	assets := map[iru.AssetID]iru.Asset{}
	for _, a := range list {
		assets[a.ID] = a
	}
	ks, err := t.OperationTasks(ctx, s, id)
	if err != nil {
		return Rehearsed{}, err
	}
	titles := map[iru.NoticeID]iru.Task{}
	for _, k := range ks {
		if k.Notice != 0 && k.Title != "" {
			titles[k.Notice] = k
		}
	}
	for _, n := range tasks {
		a, known := assets[n.Asset]
		if n.State == iru.NoticeWithdrawn || !known {
			continue
		}
		kind, fells := partOf[n.Layer]
		if !fells || !n.EndsWithRemoval() {
			r.out.Beside = append(r.out.Beside, n)
			continue
		}
		p, err := t.Provider(ctx, iru.Program(), n.Provider) // named in a task of the operation
		if err != nil {
			return Rehearsed{}, err
		}
		r.act(n, a, kind, p, scores)
		if k, ok := titles[n.ID]; ok { // its order is valid from and until
			m := r.out.Measures[len(r.out.Measures)-1]
			to := r.out.Assume.Measures[m]
			to.From, to.Until = k.ValidFrom, k.ValidUntil
			r.out.Assume.Measures[m] = to
		}
	}
	if len(r.out.Measures) == 0 {
		return Rehearsed{}, iru.Refuse(iru.Conflict, "the operation has no act that would fell anything", "draft its tasks from the addresses first")
	}
	r.root(list)
	for _, out := range o.Outlets {
		as, err := t.AssetsOf(ctx, s, out)
		if err != nil {
			return Rehearsed{}, err
		}
		for _, a := range as {
			if len(r.needs[a.ID]) == 0 && a.Presence.State != iru.PresenceGone {
				r.out.Bare = append(r.out.Bare, a)
			}
		}
	}
	return r.out, nil
}

// partOf is the kind of part that an act at a layer fells, as assumptions name kinds. Layers that only show the way fell nothing.
var partOf = map[legal.Layer]string{legal.Platform: "account", legal.Host: "host", legal.Upstream: "network", legal.CDN: "cdn", legal.DDoSProtection: "cdn", legal.DNSOperator: "name_server",
	legal.Registrar: "name", legal.Registry: "name", legal.AppStore: "app", legal.AddonStore: "addon", legal.Newsletter: "list", legal.StreamHost: "stream"}

type rehearsing struct {
	out   Rehearsed
	node  map[string]bool
	needs map[iru.AssetID][]string
	rates iru.Rates
	hours map[iru.ProviderID]iru.DeskHours
	back  iru.PlanFigure // until what fell is back, by the unit's own record; without a source: too few cases
}

// act adds a measure, the part that it fells, and its addressee.
func (r *rehearsing) act(n iru.Notice, a iru.Asset, kind string, p iru.Provider, scores []iru.Score) {
	part := fmt.Sprintf("%s:%d", kind, a.ID)
	if kind == "name" || kind == "name_server" { // one name carries all that lies below it
		part = kind + ":" + a.Site
	}
	if !r.node[part] {
		r.node[part] = true
		r.out.Tree.Nodes = append(r.out.Tree.Nodes, plan.Node{ID: part})
	}
	if !slices.Contains(r.needs[a.ID], part) {
		r.needs[a.ID] = append(r.needs[a.ID], part)
	}
	m := plan.Measure{ID: n.Ref, Fells: []string{part}, Cost: 1}
	if m.ID == "" {
		m.ID = fmt.Sprintf("act %d", n.ID)
	}
	r.out.Tree.Measures = append(r.out.Tree.Measures, m)
	r.out.Measures = append(r.out.Measures, m.ID)
	r.out.Layers[m.ID] = n.Layer
	address(&r.out.Assume, m, n.Instrument, n.Lang, p, scores, r.rates, r.hours)
	to := r.out.Assume.Measures[m.ID]
	if to.Back = backRate(n.Layer, r.rates); r.back.Source != "" {
		to.Back = rehearse.Delay{Median: hoursOf(r.back.Value), Law: rehearse.Exponential, Source: r.back.Source}
	}
	r.out.Assume.Measures[m.ID] = to
}

// address says of a measure to whom it goes, and what is known of that addressee.
func address(a *rehearse.Assumptions, m plan.Measure, i legal.Instrument, lang string, p iru.Provider, scores []iru.Score, rates iru.Rates, hours map[iru.ProviderID]iru.DeskHours) {
	to := fmt.Sprint(p.ID)
	a.Measures[m.ID] = rehearse.Measure{Addressee: to, Instrument: string(i), Language: lang}
	who, ok := a.Addressees[to]
	if !ok {
		who = rehearse.Addressee{Name: p.Name, State: state(p), Habits: map[string]rehearse.Habit{}, Source: "the register of providers"}
		if said, ok := hours[p.ID]; ok {
			worksAs(&who, said)
		}
	}
	if i.Binding() {
		who.Languages = p.Languages
	}
	if said := hours[p.ID]; said.Cache > 0 {
		for _, part := range m.Fells {
			x := a.Parts[part]
			x.Cache = rehearse.Delay{Median: said.Cache, Source: said.Reason}
			a.Parts[part] = x
		}
	}
	h, known := habit(p, i, scores)
	if f := rates.Of(iru.DeskRate(p.ID)); !f.Assumed { // a person's word stands before the record
		own := aroundTheClock(f)
		own.Manner, own.Chance = cmp.Or(h.Manner, own.Manner), h.Chance
		h, known = own, true
	}
	if known {
		who.Habits[string(i)] = h
	}
	a.Addressees[to] = who
}

// worksAs takes in when a desk works, as somebody of the unit said.
func worksAs(who *rehearse.Addressee, h iru.DeskHours) {
	who.Always, who.Zone, who.Holidays, who.Works, who.Source = h.Always, h.Zone, h.Holidays, h.Works, h.Reason
	for _, w := range h.Windows {
		who.Hours = append(who.Hours, rehearse.Window(w))
	}
}

// state is where a provider's people sit, as far as it is known.
func state(p iru.Provider) string {
	for _, c := range []string{p.Establishment, p.Jurisdiction} {
		if len(c) == 2 && c[0] >= 'A' && c[0] <= 'Z' && c[1] >= 'A' && c[1] <= 'Z' {
			return c
		}
	}
	return ""
}

// zNinety is the quantile of the standard normal distribution at nine tenths.
const zNinety = 1.2815515655446004

// habit is what the unit's own record says of an addressee's answers to an instrument. Its times are by the clock, weekends and all, as they
// were measured; how they spread is taken from the ninth decile, or is as assumed of any desk.
func habit(p iru.Provider, i legal.Instrument, scores []iru.Score) (rehearse.Habit, bool) {
	const record = "provider's record"
	for _, c := range scores {
		if c.Provider != p.ID || c.Instrument != i || c.Few() {
			continue
		}
		source := fmt.Sprintf("%s, %d acts", record, c.Acts)
		h := rehearse.Habit{Manner: rehearse.Acts, Always: true, Source: source, Chance: rehearse.Chance{Value: float64(c.Acted) / float64(max(c.Acts-c.Open, c.Acted, 1)), Source: source}}
		if 2*c.Clarified > c.Received {
			h.Manner = rehearse.Clarifies
		}
		if !c.HasMedian {
			continue
		}
		h.Act = rehearse.Delay{Median: min(max(c.Median, 0), rehearse.MaxDelay), Sigma: .8, Source: source}
		if c.HasNinety && c.Median > 0 && c.Ninety >= c.Median {
			h.Act.Sigma = min(math.Log(float64(c.Ninety)/float64(c.Median))/zNinety, rehearse.MaxSigma)
		}
		return h, true
	}
	return rehearse.Habit{}, false
}

// root puts the addresses together: any of them keeps the outlet up.
func (r *rehearsing) root(list []iru.Asset) {
	top := plan.Node{ID: "operation"}
	for _, a := range list {
		if parts := r.needs[a.ID]; len(parts) > 0 {
			id := fmt.Sprintf("address:%d", a.ID)
			r.out.Tree.Nodes = append(r.out.Tree.Nodes, plan.Node{ID: id, Name: a.Locator, All: parts})
			top.Any = append(top.Any, id)
		}
	}
	r.out.Tree.Root = top.ID
	r.out.Tree.Nodes = append(r.out.Tree.Nodes, top)
}

// Rehearse plays what was read, of an operation or of a plan that is none yet. It reads nothing and changes nothing. Errors: Invalid.
func (d *Desk) Rehearse(ctx context.Context, x Rehearsed, ask RehearseAsk) (rehearse.Report, error) {
	if ask.T0.IsZero() {
		ask.T0 = x.T0
	}
	if ask.T0.IsZero() {
		ask.T0 = d.now().UTC().Truncate(time.Hour).Add(time.Hour)
	}
	if ask.After == 0 {
		ask.After = time.Hour
	}
	if ask.After < 0 || ask.After > rehearse.Week {
		return rehearse.Report{}, iru.Refuse(iru.Invalid, "the day cannot be shown "+ask.After.String()+" after T0", "choose up to a week")
	}
	r, err := rehearse.New(x.Tree, x.Measures, x.Assume, ask.T0)
	if err != nil {
		return rehearse.Report{}, iru.Refuse(iru.Invalid, err.Error(), "choose otherwise")
	}
	out, err := r.Report(ask.After, ask.Play, func() bool { return ctx.Err() != nil })
	if ctx.Err() != nil {
		return rehearse.Report{}, ctx.Err()
	}
	if err != nil {
		return rehearse.Report{}, iru.Refuse(iru.Invalid, err.Error(), "choose otherwise")
	}
	return out, nil
}

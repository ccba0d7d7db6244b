// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/plan"
)

// planPatience is how long one answer is computed: a person waits for it. What was found until then is kept and says that it is not all.
const planPatience = 15 * time.Second

// A PlanRequest asks for a plan against an outlet.
type PlanRequest struct {
	Outlet iru.OutletID
	Name   string       // "": that of the outlet
	Ask    *iru.PlanAsk // nil: DefaultPlan
	Mode   bool         // the mode of Ask is somebody's choice; otherwise what is offered first is taken (iru.OfferFirst)
	Units  []iru.UnitID // that can serve, beside the officer's own
}

// DefaultPlan asks that the outlet falls although any one measure fails, with no bound and no price of bystanders.
func DefaultPlan() iru.PlanAsk {
	return iru.PlanAsk{Ask: plan.Ask{Mode: plan.N1, Horizon: iru.PlanHorizon, Open: iru.PlanOpen, Bystanders: -1}}
}

// A PlanChange is what a person changes of a plan. Of the question what is nil stays as it is.
type PlanChange struct {
	Mode       *plan.Mode
	Horizon    *time.Duration
	Open       *float64
	Price      *float64
	Bystanders *int // negative: no bound
	Budget     *float64
	Rest       *bool
	Include    []string // measures, each with Why
	Veto       []string
	Free       []string // neither included nor vetoed any more
	Spare      []string // addresses by their node, with Why
	Release    []string // addresses that need not be spared any more
	Means      map[string]legal.Instrument
	Figures    []iru.Price // reason, officer and time are filled in
	Why        string
	Units      []iru.UnitID // nil: as they are
}

// DraftPlan computes a plan against an outlet on the map as it is now. It is a suggestion: nothing is served by it.
func (d *Desk) DraftPlan(ctx context.Context, s iru.Scope, r PlanRequest) (iru.Plan, error) {
	if err := s.May(iru.ToPlan); err != nil {
		return iru.Plan{}, err
	}
	ask := DefaultPlan()
	if r.Ask != nil {
		ask = *r.Ask
	}
	if r.Units != nil {
		ask.Units = r.Units
	}
	if err := ask.Check(); err != nil {
		return iru.Plan{}, err
	}
	p := iru.Plan{Unit: s.Unit, Outlet: r.Outlet, Name: clip(r.Name, 200), State: iru.PlanDraft, Ask: ask, By: s.Officer}
	p, o, err := d.solve(ctx, s, p, nil)
	if err != nil {
		return p, err
	}
	for _, x := range p.Answer.Offers {
		if x.First && !r.Mode && !x.Asked(p.Ask) {
			p.Ask.Mode, p.Ask.Horizon, p.Ask.Open = x.Mode, x.Horizon, x.Open
			if p, o, err = d.solve(ctx, s, p, p.Answer.Offers); err != nil {
				return p, err
			}
			break
		}
	}
	if p.Name == "" {
		p.Name = o.Name
	}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		p.ID, p.Created = 0, now
		if err := t.AddPlan(ctx, &p); err != nil {
			return err
		}
		_, err := t.Record(ctx, planned(p, "draft", s.Officer, now, p.Name))
		return err
	})
	return p, err
}

// planned is the event of a plan as it was computed.
func planned(p iru.Plan, verb string, by iru.OfficerID, now time.Time, note string) iru.Event {
	e := happened("plan", int64(p.ID), verb, by, p.Unit, now, note).With("outlet", int64(p.Outlet)).With("mode", string(p.Ask.Mode)).
		With("measures", slices.Clone(p.Answer.Measures)).With("cost", p.Answer.Cost).With("bystanders", p.Answer.Bystanders)
	if verb == "draft" {
		e.To = string(p.State)
	}
	if p.Answer.Failed != "" {
		e = e.With("failed", p.Answer.Failed)
	}
	return e
}

// solve draws the tree anew from the store and has the question answered, and compared with other ways of asking unless these are known.
func (d *Desk) solve(ctx context.Context, s iru.Scope, p iru.Plan, known []iru.PlanOffer) (iru.Plan, iru.Outlet, error) {
	now := d.now()
	var e iru.Estate
	err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		e, err = d.estate(ctx, t, s, p.Outlet, p.Ask, now)
		return err
	})
	if err != nil {
		return p, e.Outlet, err
	}
	p.Root, p.Nodes = e.PlanTree()
	p.Measures = e.PlanMeasures(p.Ask.Means, p.Ask.Prices)
	patience, cancel := context.WithTimeout(ctx, planPatience)
	defer cancel()
	p.Answer = p.Solve(func() bool { return patience.Err() != nil })
	p.Drawn, p.Solved = now, now
	p.Answer.Offers = known
	if err := ctx.Err(); err != nil || known != nil || !p.Answer.Found() || len(p.Answer.Measures) == 0 || p.Ask.Budget > 0 {
		return p, e.Outlet, err
	}
	p.Answer.Offers, err = d.Offers(patience, s, p)
	return p, e.Outlet, errors.Join(err, ctx.Err())
}

// ReplanPlan takes a person's changes in and answers anew, on the map as it is now. Only a draft changes.
func (d *Desk) ReplanPlan(ctx context.Context, s iru.Scope, id iru.PlanID, c PlanChange) (iru.Plan, error) {
	if err := s.May(iru.ToPlan); err != nil {
		return iru.Plan{}, err
	}
	was, err := d.Plan(ctx, s, id)
	if err != nil {
		return was, err
	}
	if was.State != iru.PlanDraft {
		return was, iru.Refuse(iru.Conflict, "the plan is "+string(was.State)+": what was chosen stays as it is", "return it first, or draft another one")
	}
	p := was
	if p.Ask, err = d.changed(was, c, s.Officer); err != nil {
		return was, err
	}
	if p, _, err = d.solve(ctx, s, p, nil); err != nil {
		return was, err
	}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		is, err := t.Plan(ctx, s, id)
		if err != nil {
			return err
		}
		if !is.Solved.Equal(was.Solved) {
			return iru.Refuse(iru.Conflict, "somebody changed the plan meanwhile", "read it again")
		}
		if !p.Solved.After(was.Solved) { // two within one tick of the clock are two all the same
			p.Solved = was.Solved.Add(time.Microsecond)
		}
		if err := t.UpdatePlan(ctx, p, iru.PlanDraft); err != nil {
			return err
		}
		_, err = t.Record(ctx, c.told(planned(p, "replan", s.Officer, now, clip(c.Why, 500))))
		return err
	})
	return p, err
}

// Put takes what it changes of the question itself into a question: neither measures nor figures.
func (c PlanChange) Put(a *iru.PlanAsk) {
	put(&a.Mode, c.Mode)
	put(&a.Horizon, c.Horizon)
	put(&a.Open, c.Open)
	put(&a.Ask.Price, c.Price)
	put(&a.Bystanders, c.Bystanders)
	put(&a.Budget, c.Budget)
	put(&a.Rest, c.Rest)
	if c.Units != nil {
		a.Units = c.Units
	}
}

// told puts on record what a person changed.
func (c PlanChange) told(e iru.Event) iru.Event {
	for key, list := range map[string][]string{"include": c.Include, "veto": c.Veto, "free": c.Free, "spare": c.Spare, "release": c.Release} {
		if len(list) > 0 {
			e = e.With(key, list)
		}
	}
	var priced []string
	for _, p := range c.Figures {
		priced = append(priced, p.Measure+" "+p.Figure)
	}
	if len(priced) > 0 {
		e = e.With("priced", priced)
	}
	var by []string
	for m, i := range c.Means {
		by = append(by, m+" "+string(i))
	}
	if slices.Sort(by); len(by) > 0 {
		e = e.With("by", by)
	}
	return e
}

// changed takes changes into a question.
func (d *Desk) changed(p iru.Plan, c PlanChange, by iru.OfficerID) (iru.PlanAsk, error) {
	a := p.Ask
	c.Put(&a)
	why := clip(c.Why, 500)
	if why == "" && len(c.Include)+len(c.Veto)+len(c.Spare)+len(c.Means)+len(c.Figures) > 0 {
		return a, iru.Refuse(iru.Invalid, "the reason is missing", "say why the measure is changed: the next reader must be able to judge it")
	}
	a.Why, a.Spare, a.Means, a.Prices = clone(a.Why), clone(a.Spare), clone(a.Means), slices.Clone(a.Prices)
	drop := func(list []string, out ...string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(m string) bool { return slices.Contains(out, m) })
	}
	for _, m := range slices.Concat(c.Include, c.Veto, slices.Collect(maps.Keys(c.Means))) {
		x, ok := p.Measure(m)
		if !ok {
			return a, iru.Refuse(iru.Invalid, "the plan has no measure "+clip(m, 80), "choose one of its table")
		}
		if x.Veto != "" && slices.Contains(c.Include, m) {
			return a, iru.Refuse(iru.Conflict, "that measure must not be taken: "+x.Veto, "")
		}
		if i, ok := c.Means[m]; ok && !x.Allows(i) {
			return a, iru.Refuse(iru.Forbidden, "the law does not allow "+i.Title()+" there", "choose one of those that it allows")
		}
	}
	a.Include = append(drop(a.Include, slices.Concat(c.Include, c.Veto, c.Free)...), c.Include...)
	a.Veto = append(drop(a.Veto, slices.Concat(c.Include, c.Veto, c.Free)...), c.Veto...)
	for _, m := range c.Free {
		delete(a.Why, m)
	}
	for _, m := range slices.Concat(c.Include, c.Veto) {
		a.Why[m] = why
	}
	for m, i := range c.Means {
		a.Means[m] = i
	}
	for _, n := range c.Spare {
		if !slices.ContainsFunc(p.Nodes, func(x plan.Node) bool { return x.ID == n && strings.HasPrefix(n, "asset/") }) {
			return a, iru.Refuse(iru.Invalid, "the plan has no address "+clip(n, 80), "choose one of its tree")
		}
		a.Spare[n] = why
	}
	for _, n := range c.Release {
		delete(a.Spare, n)
	}
	for _, x := range c.Figures {
		x.Reason, x.By, x.At = why, by, d.now()
		if err := repriced(p, x); err != nil {
			return a, err
		}
		a.Prices = append(slices.DeleteFunc(a.Prices, func(o iru.Price) bool { return o.Measure == x.Measure && o.Figure == x.Figure }), x)
	}
	return a, a.Check()
}

// repriced refuses a figure that cannot be, of a measure or, for an audience, of an address.
func repriced(p iru.Plan, x iru.Price) error {
	if x.Figure == iru.FigureAudience {
		switch {
		case !slices.ContainsFunc(p.Nodes, func(n plan.Node) bool { return n.ID == x.Measure && strings.HasPrefix(n.ID, "asset/") }):
			return iru.Refuse(iru.Invalid, "the plan has no address "+clip(x.Measure, 80), "choose one of its tree")
		case !(x.Value >= 0 && x.Value <= 1e10):
			return iru.Refuse(iru.Invalid, "an audience cannot be that number", "give the people whom the address reaches")
		}
		return nil
	}
	m, ok := p.Measure(x.Measure)
	if !ok {
		return iru.Refuse(iru.Invalid, "the plan has no measure "+clip(x.Measure, 80), "choose one of its table")
	}
	_, err := m.Priced(x)
	return err
}

func put[T any](to *T, v *T) {
	if v != nil {
		*to = *v
	}
}

func clone[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return maps.Clone(m)
}

// Plan reads a plan.
func (d *Desk) Plan(ctx context.Context, s iru.Scope, id iru.PlanID) (iru.Plan, error) {
	var p iru.Plan
	err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		p, err = t.Plan(ctx, s, id)
		return err
	})
	return p, err
}

// PlanDigest is the SHA-256 of everything that choosing or approving a plan covers.
func PlanDigest(p iru.Plan) (string, error) {
	return digest([]any{p.ID, p.Outlet, p.Ask, p.Root, p.Nodes, p.Measures, p.Answer})
}

// SetRate sets one of the unit's own numbers from which measures are priced, with the reason.
func (d *Desk) SetRate(ctx context.Context, s iru.Scope, key string, value float64, why string) (iru.Rate, error) {
	if err := s.May(iru.ToPlan); err != nil {
		return iru.Rate{}, err
	}
	var r iru.Rate
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		r = iru.Rate{Unit: s.Unit, Key: key, Value: value, Reason: clip(why, 500), By: s.Officer, At: now}
		if err := r.Check(); err != nil {
			return err
		}
		if p, ok := iru.DeskOf(key); ok {
			if _, err := t.Provider(ctx, s, p); err != nil {
				return err
			}
		}
		if err := t.AddRate(ctx, &r); err != nil {
			return err
		}
		_, err := t.Record(ctx, happened("rate", r.ID, "set", s.Officer, s.Unit, now, r.Reason).With("rate", r.Key).With("value", r.Value))
		return err
	})
	return r, err
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A PlanGap is an act of an approved plan that could not be drafted yet, and what is missing for it.
type PlanGap struct {
	Measure string
	Asset   iru.AssetID
	Why     string
}

// PlanTasks are the acts of an approved plan.
type PlanTasks struct {
	Plan    iru.Plan
	Drafted []iru.Notice // by this call
	Had     int          // that were drafted before
	Missing []PlanGap
}

// ProposePlan is a named person's choice of a plan as it was read.
func (d *Desk) ProposePlan(ctx context.Context, s iru.Scope, id iru.PlanID, seen, why string) (iru.Plan, error) {
	return d.stepPlan(ctx, s, id, "propose", seen, why, nil)
}

// ReturnPlan gives a chosen plan back: it is a draft again.
func (d *Desk) ReturnPlan(ctx context.Context, s iru.Scope, id iru.PlanID, why string) (iru.Plan, error) {
	return d.stepPlan(ctx, s, id, "return", "", why, nil)
}

// DropPlan lays a plan aside.
func (d *Desk) DropPlan(ctx context.Context, s iru.Scope, id iru.PlanID, why string) (iru.Plan, error) {
	return d.stepPlan(ctx, s, id, "drop", "", why, nil)
}

func (d *Desk) stepPlan(ctx context.Context, s iru.Scope, id iru.PlanID, verb, seen, why string, more func(*db.Tx, *iru.Plan, time.Time) error) (iru.Plan, error) {
	if err := s.May(iru.ToPlan); err != nil {
		return iru.Plan{}, err
	}
	var p iru.Plan
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if p, err = t.Plan(ctx, s, id); err != nil {
			return err
		}
		if verb == "propose" || verb == "approve" {
			dig, err := PlanDigest(p)
			if err != nil {
				return err
			}
			if err := asSeen("plan", dig, seen); err != nil {
				return err
			}
		}
		if why = clip(why, 500); why == "" && (verb == "return" || verb == "drop") {
			return iru.Refuse(iru.Invalid, "the reason is missing", "say what is wrong with the plan")
		}
		if verb == "propose" || verb == "approve" {
			if err := d.stillSo(ctx, t, s, p, now); err != nil {
				return err
			}
		}
		old := p.State
		var e iru.Event
		if p, e, err = p.Step(verb, s.Officer, now, why); err != nil {
			return err
		}
		if more != nil {
			if err := more(t, &p, now); err != nil {
				return err
			}
		}
		if err := t.UpdatePlan(ctx, p, old); err != nil {
			return err
		}
		if p.Operation != 0 {
			e = e.With("operation", int64(p.Operation))
		}
		_, err = t.Record(ctx, e)
		return err
	})
	return p, err
}

// stillSo refuses a plan whose measures are not what they were when it was computed: a provider changed, an address came under PAP:RED, the law's
// answer is another one.
func (d *Desk) stillSo(ctx context.Context, t *db.Tx, s iru.Scope, p iru.Plan, now time.Time) error {
	e, err := d.estate(ctx, t, s, p.Outlet, p.Ask, now)
	if err != nil {
		return err
	}
	fresh := iru.Plan{Measures: e.PlanMeasures(p.Ask.Means, p.Ask.Prices)}
	for _, m := range p.Chosen() {
		is, ok := fresh.Measure(m.ID)
		var why string
		switch {
		case !ok:
			why = m.Name + " does not carry it any more"
		case is.Veto != "":
			why = m.Name + ": " + is.Veto
		case !is.Allows(m.Instrument):
			why = "the law does not allow " + m.Instrument.Title() + " to " + m.Name + " any more"
		case !slices.Equal(is.Fells, m.Fells):
			why = m.Name + " carries something else than when the plan was computed"
		default:
			continue
		}
		return iru.Refuse(iru.Conflict, "the plan is not up to date: "+why, "plan again on the map as it is now")
	}
	return nil
}

// ApprovePlan is a second person's approval of a plan as it was read. It makes the operation, with the units that serve its measures, and names director as the one who
// will release it; 0 is the officer. Its acts are drafted by DraftTasks.
func (d *Desk) ApprovePlan(ctx context.Context, s iru.Scope, id iru.PlanID, seen, name string, director iru.OfficerID, why string) (iru.Plan, error) {
	return d.stepPlan(ctx, s, id, "approve", seen, why, func(t *db.Tx, p *iru.Plan, now time.Time) error {
		if err := twoPeople(ctx, t, s.Officer, p.Proposed); err != nil {
			return err
		}
		var units []iru.UnitID
		for _, m := range p.Chosen() {
			units = append(units, m.Unit)
		}
		note := fmt.Sprintf("Plan %d: %s", p.ID, p.Name)
		o, err := d.planOperation(ctx, t, s, or(clip(name, 200), p.Name), []iru.OutletID{p.Outlet}, units, director, note, now)
		if p.Operation = o.ID; err != nil {
			return err
		}
		return d.proposePlan(ctx, t, s, o, *p, now)
	})
}

// DraftTasks drafts the acts of an approved plan as tasks of its operation, each as far as an assessment, the law and the addressee allow, and says what is missing for the
// rest. Called again it drafts what has become possible. Each draft goes the way of every other one: it is submitted, and approved by people.
func (d *Desk) DraftTasks(ctx context.Context, s iru.Scope, id iru.PlanID) (PlanTasks, error) {
	if err := s.May(iru.ToDraft); err != nil {
		return PlanTasks{}, err
	}
	p, err := d.Plan(ctx, s, id)
	if err != nil {
		return PlanTasks{}, err
	}
	keys := map[string]string{}
	for _, m := range p.Chosen() {
		for _, a := range m.Acts {
			key := make([]byte, 16)
			if _, err := rand.Read(key); err != nil {
				return PlanTasks{}, fmt.Errorf("draft tasks: %w: %w", iru.Internal, err)
			}
			keys[m.ID+" "+a.Node] = hex.EncodeToString(key)
		}
	}
	var out PlanTasks
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		out = PlanTasks{}
		if p, err = t.Plan(ctx, s, id); err != nil {
			return err
		}
		if out.Plan = p; p.Operation == 0 {
			return iru.Refuse(iru.Conflict, "the plan is "+string(p.State)+": it has no operation", "have it approved first")
		}
		ts, err := t.Tasks(ctx, s, p.Operation)
		if err != nil {
			return err
		}
		for _, m := range p.Chosen() {
			for _, a := range m.Acts {
				if slices.ContainsFunc(ts, func(n iru.Notice) bool {
					return n.Asset == a.Asset && n.Provider == m.Provider && n.Layer == m.Layer && n.State != iru.NoticeWithdrawn
				}) {
					out.Had++
					continue
				}
				n, err := d.draft(ctx, t, s, DraftRequest{Asset: a.Asset, Provider: m.Provider, Layer: m.Layer, Instrument: m.Instrument, Request: m.Request(), Operation: p.Operation, Unit: m.Unit},
					keys[m.ID+" "+a.Node], now)
				var r *iru.Refusal
				if errors.As(err, &r) {
					out.Missing = append(out.Missing, PlanGap{m.ID, a.Asset, r.Error()})
					continue
				}
				if err != nil {
					return err
				}
				out.Drafted = append(out.Drafted, n)
				ts = append(ts, n)
			}
		}
		_, err = t.Record(ctx, happened("plan", int64(p.ID), "task", s.Officer, p.Unit, now, "").With("operation", int64(p.Operation)).
			With("drafted", len(out.Drafted)).With("missing", len(out.Missing)))
		return err
	})
	return out, err
}

// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/plan"
)

func (u *unit) plan(id iru.PlanID) iru.Plan {
	u.t.Helper()
	p, err := u.Desk.Plan(u.t.Context(), u.scope("lena"), id)
	must(u.t, err)
	return p
}

// read is the plan as a person who decides on it has just read it.
func (u *unit) read(id iru.PlanID) string {
	u.t.Helper()
	d, err := desk.PlanDigest(u.plan(id))
	must(u.t, err)
	return d
}

// find has a person find that an asset's own page should go.
func (u *unit) find(a iru.Asset) {
	u.t.Helper()
	i := view(u, func(x *db.Tx) (iru.Item, error) { return x.ItemByLocator(u.t.Context(), a.Unit, a.Locator) })
	_, err := u.Assess(u.t.Context(), u.scope("ada"), finding(i, iru.PurposeProceed))
	must(u.t, err)
}

// TestPlanOfOutlet: from the map to a plan, to a second person's approval, to an operation with its tasks; what is missing for a task is said, and drafted once
// it is there.
func TestPlanOfOutlet(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, first, second := u.chart()
		p, err := u.DraftPlan(ctx, u.scope("dora"), desk.PlanRequest{Outlet: o})
		must(t, err)
		if p.State != iru.PlanDraft || p.Name != "Northline Trains" || p.Ask.Mode != plan.N1 || !p.Answer.Found() || len(p.Answer.Measures) != 3 || len(p.Answer.Single) != 0 || p.Answer.Least >= p.Answer.Cost {
			t.Fatalf("%+v", p.Answer)
		}
		is := u.plan(p.ID)
		if !slices.Equal(is.Answer.Measures, p.Answer.Measures) || len(is.Nodes) != len(p.Nodes) || !is.Drawn.Equal(u.now) {
			t.Errorf("stored: %+v", is.Answer)
		}
		min := plan.Min
		p, err = u.ReplanPlan(ctx, u.scope("ada"), p.ID, desk.PlanChange{Mode: &min})
		must(t, err)
		if m := p.Chosen(); len(m) != 1 || m[0].Layer != legal.Registrar || len(m[0].Acts) != 2 {
			t.Fatalf("the least: %+v", p.Answer)
		}
		registrar := p.Answer.Measures[0]
		refuse := func(kind error, c desk.PlanChange) {
			t.Helper()
			if _, err := u.ReplanPlan(ctx, u.scope("dora"), p.ID, c); !errors.Is(err, kind) {
				t.Errorf("%+v: %v, want %v", c, err, kind)
			}
		}
		refuse(iru.Invalid, desk.PlanChange{Veto: []string{registrar}})
		refuse(iru.Invalid, desk.PlanChange{Veto: []string{"host/99"}, Why: "x"})
		refuse(iru.Invalid, desk.PlanChange{Figures: []iru.Price{{Measure: registrar, Figure: iru.FigureChance, Value: 3}}, Why: "x"})
		refuse(iru.Forbidden, desk.PlanChange{Means: map[string]legal.Instrument{registrar: legal.RemovalOrder}, Why: "x"})
		refuse(iru.Invalid, desk.PlanChange{Spare: []string{"name/x.test"}, Why: "x"})
		p, err = u.ReplanPlan(ctx, u.scope("dora"), p.ID, desk.PlanChange{Veto: []string{registrar}, Why: "its court is slow"})
		must(t, err)
		if len(p.Answer.Measures) != 2 || slices.Contains(p.Answer.Measures, registrar) || p.Ask.Why[registrar] != "its court is slow" {
			t.Errorf("vetoed: %+v", p.Answer)
		}
		p, err = u.ReplanPlan(ctx, u.scope("dora"), p.ID, desk.PlanChange{Free: []string{registrar}, Figures: []iru.Price{{Measure: registrar, Figure: iru.FigureEffort, Value: 90}}, Why: "it asks for everything twice"})
		must(t, err)
		if m, _ := p.Measure(registrar); len(p.Answer.Measures) != 2 || m.Effort.Value != 90 || m.Effort.By != u.people["dora"].ID {
			t.Errorf("re-priced: %+v", p.Answer)
		}
		p, err = u.ReplanPlan(ctx, u.scope("dora"), p.ID, desk.PlanChange{Include: []string{registrar}, Means: map[string]legal.Instrument{p.Answer.Measures[0]: legal.Notice}, Why: "the name must go in any case"})
		must(t, err)
		if !slices.Contains(p.Answer.Measures, registrar) {
			t.Errorf("included: %+v", p.Answer)
		}
		p, err = u.ReplanPlan(ctx, u.scope("dora"), p.ID, desk.PlanChange{Spare: []string{iru.PlanAsset(second.ID)}, Why: "a live investigation of unit B"})
		must(t, err)
		if p.Answer.Found() || len(p.Answer.Missing) != 1 || p.Told(p.Answer.Missing)[0].Assets[0] != iru.PlanAsset(second.ID) {
			t.Errorf("spared: %+v", p.Answer)
		}
		if _, err := u.ProposePlan(ctx, u.scope("ada"), p.ID, u.read(p.ID), ""); !errors.Is(err, iru.Conflict) {
			t.Errorf("a plan that is none was chosen: %v", err)
		}
		n1 := plan.N1
		p, err = u.ReplanPlan(ctx, u.scope("dora"), p.ID, desk.PlanChange{Mode: &n1, Release: []string{iru.PlanAsset(second.ID)}})
		must(t, err)

		if _, err := u.ProposePlan(ctx, u.scope("ada"), p.ID, "", "the least harm"); !errors.Is(err, iru.Invalid) {
			t.Errorf("chosen without reading: %v", err)
		}
		p, err = u.ProposePlan(ctx, u.scope("ada"), p.ID, u.read(p.ID), "the least harm")
		must(t, err)
		refuse(iru.Conflict, desk.PlanChange{Mode: &min})
		if _, err := u.ApprovePlan(ctx, u.scope("ada"), p.ID, u.read(p.ID), "Lantern", u.people["dora"].ID, ""); !errors.Is(err, iru.Forbidden) {
			t.Errorf("approved by who chose it: %v", err)
		}
		if _, err := u.DraftTasks(ctx, u.scope("dora"), p.ID); !errors.Is(err, iru.Conflict) {
			t.Errorf("tasks before the approval: %v", err)
		}
		p, err = u.ApprovePlan(ctx, u.scope("dora"), p.ID, u.read(p.ID), "Lantern", 0, "agreed")
		must(t, err)
		op := view(u, func(x *db.Tx) (iru.Operation, error) { return x.Operation(ctx, u.scope("dora"), p.Operation) })
		if p.State != iru.PlanApproved || op.Name != "Lantern" || op.State != iru.OperationDraft || op.Director != u.people["dora"].ID || !slices.Equal(op.Outlets, []iru.OutletID{o}) {
			t.Errorf("the operation: %+v", op)
		}
		ts, err := u.DraftTasks(ctx, u.scope("dora"), p.ID)
		must(t, err)
		if len(ts.Drafted) != 0 || len(ts.Missing) != 4 || !strings.Contains(ts.Missing[0].Why, "assess") {
			t.Errorf("tasks without an assessment: %+v", ts)
		}
		u.find(first) // the other shows the same, and is settled by it
		ts, err = u.DraftTasks(ctx, u.scope("dora"), p.ID)
		must(t, err)
		if len(ts.Drafted) != 4 || len(ts.Missing) != 0 || ts.Drafted[0].Operation != op.ID || ts.Drafted[0].State != iru.NoticeDraft {
			t.Errorf("tasks: %+v", ts)
		}
		ts, err = u.DraftTasks(ctx, u.scope("dora"), p.ID)
		must(t, err)
		if len(ts.Drafted) != 0 || ts.Had != 4 {
			t.Errorf("once more: %+v", ts)
		}
		var verbs []string
		for _, e := range u.events("plan", int64(p.ID)) {
			verbs = append(verbs, e.Verb)
		}
		if want := "draft replan replan replan replan replan replan propose approve task task task"; strings.Join(verbs, " ") != want {
			t.Errorf("on record: %v", verbs)
		}
	})
}

// TestPlanHeld: codes that forbid every act make every measure one that must not be taken, a plan whose measures changed is not approved, and only those plan who may.
func TestPlanHeld(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, first, _ := u.chart()
		if _, err := u.DraftPlan(ctx, u.scope("sig"), desk.PlanRequest{Outlet: o}); !errors.Is(err, iru.Forbidden) {
			t.Errorf("planned by who may not: %v", err)
		}
		if _, err := u.DraftPlan(ctx, u.scope("dora"), desk.PlanRequest{Outlet: 99}); !errors.Is(err, iru.NotFound) {
			t.Errorf("planned against nothing: %v", err)
		}
		p, err := u.DraftPlan(ctx, u.scope("dora"), desk.PlanRequest{Outlet: o, Name: "All of it"})
		must(t, err)
		p, err = u.ProposePlan(ctx, u.scope("ada"), p.ID, u.read(p.ID), "")
		must(t, err)
		must(t, u.RecordCarriers(ctx, first.ID, []desk.Carriage{{Name: "Alder Hosting", Layer: legal.Host, Jurisdiction: "XB", Channel: iru.ByMail, Address: "abuse@alder.test", Source: "RDAP of the network"}}))
		if _, err := u.ApprovePlan(ctx, u.scope("dora"), p.ID, u.read(p.ID), "", 0, ""); !errors.Is(err, iru.Conflict) || !strings.Contains(err.Error(), "up to date") {
			t.Errorf("approved though the address moved: %v", err)
		}
		if _, err := u.ReturnPlan(ctx, u.scope("dora"), p.ID, ""); !errors.Is(err, iru.Invalid) {
			t.Errorf("returned without a reason: %v", err)
		}
		p, err = u.ReturnPlan(ctx, u.scope("dora"), p.ID, "it moved")
		must(t, err)
		u.classify(first, iru.Handling{TLP: "AMBER", PAP: "RED", H: "H0"})
		p, err = u.ReplanPlan(ctx, u.scope("dora"), p.ID, desk.PlanChange{})
		must(t, err)
		if p.Answer.Found() {
			t.Errorf("planned under PAP:RED: %+v", p.Answer)
		}
		for _, m := range p.Measures {
			if !strings.Contains(m.Veto, "PAP:RED") {
				t.Errorf("not vetoed: %+v", m)
			}
		}
		p, err = u.DropPlan(ctx, u.scope("dora"), p.ID, "nobody may act")
		must(t, err)
		if p.State != iru.PlanDropped {
			t.Errorf("dropped: %s", p.State)
		}
	})
}

// TestPlanFiguresOfStore: neighbours at the address, the unit's rates and audiences come from the store, each with its source.
func TestPlanFiguresOfStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, first, _ := u.chart()
		at := u.now
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			return x.SeeEdges(ctx, []iru.Edge{{Unit: first.Unit, From: iru.Node{Kind: iru.NodeName, Name: "library.test"}, To: iru.Node{Kind: iru.NodeAddress, Name: "127.9.0.1"}, Rel: iru.RelResolvesTo,
				Source: "dns", First: at, Last: at, Confidence: 1}})
		}))
		if _, err := u.SetRate(ctx, u.scope("dora"), "luck", 1, "x"); !errors.Is(err, iru.Invalid) {
			t.Errorf("a rate that is none: %v", err)
		}
		for _, v := range []float64{5, 7} {
			u.later(time.Minute)
			_, err := u.SetRate(ctx, u.scope("dora"), iru.EffortRate(legal.RegistrarReport), v, "counted in spring")
			must(t, err)
		}
		p, err := u.DraftPlan(ctx, u.scope("dora"), desk.PlanRequest{Outlet: o})
		must(t, err)
		for _, m := range p.Measures {
			switch m.Layer {
			case legal.Host:
				if m.Bystanders.Value != 1 || m.Bystanders.Unknown {
					t.Errorf("bystanders: %+v", m.Bystanders)
				}
			case legal.Registrar:
				if !m.Bystanders.Unknown || m.Instrument == legal.RegistrarReport && (m.Effort.Value != 7*1.1 || m.Effort.Assumed) {
					t.Errorf("the registrar: %+v", m)
				}
			}
		}
		none := 0
		p, err = u.ReplanPlan(ctx, u.scope("dora"), p.ID, desk.PlanChange{Bystanders: &none, Figures: []iru.Price{{Measure: iru.PlanAsset(first.ID), Figure: iru.FigureAudience, Value: 1200}}, Why: "its own counter"})
		must(t, err)
		if c := p.Answer.Curve; len(c) > 0 && c[0].Audience != 1200 {
			t.Errorf("audience: %+v", c)
		}
		if p.Answer.Bystanders != 0 {
			t.Errorf("a plan that harms nobody harms %d", p.Answer.Bystanders)
		}
	})
}

// TestPlanOfUnits: a unit of the addressee's own state serves a measure, and takes part in the operation; one of another state does not.
func TestPlanOfUnits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, _, _ := u.chart() // hosts in XB, a registrar in XA
		b := u.second()
		p, err := u.DraftPlan(ctx, u.scope("dora"), desk.PlanRequest{Outlet: o, Units: []iru.UnitID{b.ID, b.ID, u.people["dora"].Unit}})
		must(t, err)
		for _, m := range p.Measures {
			want := b.ID
			if m.Layer == legal.Registrar {
				want = u.people["dora"].Unit
			}
			if m.Unit != want || m.Friction.Value != 0 {
				t.Errorf("%s is served by %d, want %d, at a friction of %v", m.ID, m.Unit, want, m.Friction.Value)
			}
		}
		alone, err := u.DraftPlan(ctx, u.scope("dora"), desk.PlanRequest{Outlet: o})
		must(t, err)
		for _, m := range alone.Measures {
			if m.Layer == legal.Host && (m.Unit != u.people["dora"].Unit || m.Friction.Value == 0 || !strings.Contains(m.Friction.Source, "another state")) {
				t.Errorf("alone: %+v", m)
			}
		}
		p, err = u.ProposePlan(ctx, u.scope("ada"), p.ID, u.read(p.ID), "")
		must(t, err)
		p, err = u.ApprovePlan(ctx, u.scope("dora"), p.ID, u.read(p.ID), "Lantern", 0, "")
		must(t, err)
		if ps := u.polls(p.Operation); len(ps) != 2 {
			t.Errorf("units of the operation: %v", ps)
		}
		if _, err := u.Desk.Plan(ctx, u.scope("bea"), p.ID); !errors.Is(err, iru.NotFound) {
			t.Errorf("another unit reads the plan: %v", err)
		}
		if _, err := u.DraftPlan(ctx, u.scope("bea"), desk.PlanRequest{Outlet: o}); !errors.Is(err, iru.NotFound) && !errors.Is(err, iru.Forbidden) {
			t.Errorf("another unit plans against the outlet: %v", err)
		}
		if _, err := u.DraftPlan(ctx, u.scope("dora"), desk.PlanRequest{Outlet: o, Units: []iru.UnitID{999}}); !errors.Is(err, iru.NotFound) {
			t.Errorf("a unit that does not exist: %v", err)
		}
	})
}

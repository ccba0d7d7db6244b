// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// An AfterRequest says which after-action report.
type AfterRequest struct {
	Operation iru.OperationID
	Edition   iru.AfterEdition
	Threshold int    // from which number on a press figure is given; 0: the unit's own, 1: no number is too small
	Size      int64  // of the ledger at which it is computed; 0: the newest checkpoint's
	All       bool   // the acts of their own about the same outlets since it was planned, too: not for the press
	Seed      string // of the salts, hexadecimal; "": no commitments
}

// AfterAction computes the after-action report of an operation, at a signed checkpoint of the ledger. Errors: Forbidden, Invalid, NotFound (no such
// operation, no checkpoint of that size), Conflict (T0 has not come as of the ledger; a press edition of what is not over, or of a drill).
func (d *Desk) AfterAction(ctx context.Context, t *db.Tx, s iru.Scope, q AfterRequest) (iru.AfterAction, error) {
	a, r, err := d.afterRecord(ctx, t, s, q)
	if err != nil {
		return a, err
	}
	a.Figures = r.Figures()
	if a.Edition == iru.AfterPress {
		d.forPress(&a, r)
	} else {
		a.Tables = r.Tables()
	}
	a.Verdict = verdict(r.Effect, a.Edition)
	commit(&a, q.Seed)
	return a, nil
}

// AfterRecord is the report without its figures, and the record that they are computed from.
func (d *Desk) AfterRecord(ctx context.Context, t *db.Tx, s iru.Scope, q AfterRequest) (iru.AfterAction, iru.AfterRecord, error) {
	return d.afterRecord(ctx, t, s, q)
}

func (d *Desk) afterRecord(ctx context.Context, t *db.Tx, s iru.Scope, q AfterRequest) (a iru.AfterAction, r iru.AfterRecord, err error) {
	if err := mayReport(s); err != nil {
		return a, r, err
	}
	if !slices.Contains(iru.AfterEditions, q.Edition) {
		return a, r, iru.Refuse(iru.Invalid, fmt.Sprintf("there is no edition %.20q", string(q.Edition)), "it is team, court or press")
	}
	if q.Threshold = cmp.Or(q.Threshold, d.Rules.Suppress, iru.DefaultThreshold); q.Threshold < 1 || q.Threshold > 100 {
		return a, r, iru.Refuse(iru.Invalid, fmt.Sprintf("%d is no threshold", q.Threshold), "it is a number from 1, which hides nothing, to 100")
	}
	if q.All && q.Edition == iru.AfterPress {
		return a, r, iru.Refuse(iru.Invalid, "the press edition is of the operation alone", "make the court's edition of all acts")
	}
	if r.Operation, err = t.Operation(ctx, s, q.Operation); err != nil {
		return a, r, err
	}
	var signed []byte
	if q.Size == 0 {
		q.Size, r.AsOf, signed, err = t.Checkpoint(ctx)
	} else {
		r.AsOf, signed, err = t.CheckpointAt(ctx, q.Size)
	}
	if err != nil {
		return a, r, fmt.Errorf("read checkpoint: %w; a report is computed at a signed checkpoint of the ledger", err)
	}
	c, err := ledger.Peek(signed)
	if err != nil {
		return a, r, fmt.Errorf("read checkpoint: %w: %w", iru.Internal, err)
	}
	if err := d.fillRecord(ctx, t, s, &r, q); err != nil {
		return a, r, err
	}
	if err := reportable(r, q.Edition); err != nil {
		return a, r, err
	}
	u, err := t.Unit(ctx, iru.UnitID(s.Reach()))
	if err != nil {
		return a, r, err
	}
	a = iru.AfterAction{Schema: iru.AfterSchema, Edition: q.Edition, AsOf: r.AsOf, Unit: u.ID, UnitName: u.Name, Country: u.Country, Software: d.Software, Query: iru.AfterVersion, Threshold: q.Threshold,
		Ledger: iru.ReportLedger{Origin: c.Origin, Size: q.Size, Root: c.Root.String(), Checkpoint: string(signed)}, Notes: afterNotes(r, q), Figures: []iru.Figure{}, Tables: []iru.AfterTable{}, Operation: subject(r, q.Edition)}
	if q.Edition != iru.AfterPress {
		a.Seed = q.Seed
		if len(r.Outlets) > 0 {
			a.Handling = r.Outlets[0].Handling.String()
		}
	}
	if q.All {
		a.Operation.Acts = iru.AfterAll
	}
	if q.Edition != iru.AfterTeam {
		r.Officers = nil
	}
	return a, r, nil
}

// reportable refuses what there is nothing to say about, or nothing yet to say to the public.
func reportable(r iru.AfterRecord, e iru.AfterEdition) error {
	o := r.Operation
	over := o.State == iru.OperationClosed || o.State == iru.OperationAborted
	switch {
	case r.From.IsZero() && o.State != iru.OperationAborted:
		return iru.Refuse(iru.Conflict, o.Name+" has not begun, as of the ledger: T0 has not come", "ask for the report after T0")
	case e != iru.AfterPress:
		return nil
	case r.Drill:
		return iru.Refuse(iru.Conflict, o.Name+" was a drill", "a drill has no press edition")
	case !over:
		return iru.Refuse(iru.Conflict, o.Name+" is not over: nothing may be published that prejudices ongoing work (Regulation (EU) 2021/784, Article 8(2))", "close the operation first")
	}
	return nil
}

// played has an event that plans an operation say how fast its story runs, where it is a play.
func (d *Desk) played(plan iru.Event) iru.Event {
	if d.Rules.Compress > 0 {
		return plan.With(compressFact, d.Rules.Compress)
	}
	return plan
}

const compressFact = "compress"

// compressOf is how many times faster than a clock the story of an operation ran, by the event that planned it; 0 where that says nothing.
func compressOf(r iru.AfterRecord) float64 {
	for _, e := range r.Events {
		if e.Subject == (iru.Subject{Noun: "operation", ID: int64(r.Operation.ID)}) && e.Verb == "plan" {
			f, _ := e.Facts[compressFact].(float64)
			return f
		}
	}
	return 0
}

func subject(r iru.AfterRecord, e iru.AfterEdition) iru.AfterSubject {
	o := r.Operation
	s := iru.AfterSubject{ID: o.ID, State: o.State, Drill: r.Drill, Wave: r.Wave.Number, After: r.Wave.After, Compress: compressOf(r)}
	s.Name, s.Lead = o.Name, r.Units[o.Unit].Name
	if !o.T0.IsZero() {
		s.T0 = new(o.T0)
	}
	if e == iru.AfterPress { // the name tells outsiders nothing, and stays; the outlets are for a person to name
		return s
	}
	for _, x := range r.Outlets {
		s.Outlets = append(s.Outlets, x.Name)
	}
	if !r.From.IsZero() {
		s.From, s.To = new(r.From), new(r.To)
	}
	return s
}

// fillRecord reads what an operation names and what the ledger says of it, up to a size.
func (d *Desk) fillRecord(ctx context.Context, t *db.Tx, s iru.Scope, r *iru.AfterRecord, q AfterRequest) error {
	o, size := r.Operation, q.Size
	r.Drill = o.Drill
	var err error
	if r.Wave, err = t.Wave(ctx, o.ID); err != nil {
		return err
	}
	if r.Tasks, err = t.Tasks(ctx, s, o.ID); err != nil {
		return err
	}
	if err := d.fillAssets(ctx, t, s, r); err != nil {
		return err
	}
	var clocks []int64
	if q.All {
		if clocks, err = fillOwn(ctx, t, s, r); err != nil {
			return err
		}
	}
	if err := fillNames(ctx, t, s, r); err != nil {
		return err
	}
	if r.Musters, err = t.Musters(ctx, s, o.ID); err != nil {
		return err
	}
	if r.Work, err = t.OperationTasks(ctx, s, o.ID); err != nil {
		return err
	}
	if r.Questions, err = t.Deconflictions(ctx, s, o.ID); err != nil {
		return err
	}
	r.Questions = slices.DeleteFunc(r.Questions, func(q iru.Deconfliction) bool { return len(q.Overrides) == 0 })
	if err := fillEvents(ctx, t, s, r, clocks, size); err != nil {
		return err
	}
	r.Operation.State = stateIn(r.Events, o)
	if r.Effect, err = d.effectAt(ctx, t, s, o.ID, r.AsOf); err != nil {
		return err
	}
	if r.Effect.Entry >= size { // sealed after this state of the ledger
		r.Effect.Entry = -1
	}
	begun := slices.ContainsFunc(r.Events, func(e iru.Event) bool {
		return e.Subject.Noun == "operation" && (e.Verb == "fire" || e.Verb == "sent")
	}) || !r.Effect.From.IsZero()
	if o.T0.IsZero() || r.AsOf.Before(o.T0) || !begun {
		return nil
	}
	if r.From, r.To = r.Effect.From, r.Effect.To; r.From.IsZero() {
		r.From, r.To = o.T0.Add(-iru.LookedAt), o.T0.Add(iru.LookedAt)
	}
	if r.To.After(r.AsOf) {
		r.To = r.AsOf
	}
	return nil
}

// stateIn is where the operation stood as of the ledger.
func stateIn(es []iru.Event, o iru.Operation) iru.OperationState {
	state := iru.OperationDraft
	for _, e := range es {
		if e.Subject == (iru.Subject{Noun: "operation", ID: int64(o.ID)}) && slices.Contains(iru.OperationTable.States(), iru.OperationState(e.To)) {
			state = iru.OperationState(e.To)
		}
	}
	return state
}

// fillAssets reads the outlets and every asset of theirs, and those that the tasks are about.
func (d *Desk) fillAssets(ctx context.Context, t *db.Tx, s iru.Scope, r *iru.AfterRecord) error {
	have := map[iru.AssetID]bool{}
	add := func(as []iru.Asset) {
		for _, a := range as {
			if !have[a.ID] && a.State != iru.AssetRejected {
				have[a.ID], r.Assets = true, append(r.Assets, a)
			}
		}
	}
	for _, id := range r.Operation.Outlets {
		o, err := t.Outlet(ctx, s, id)
		if err != nil { // another unit's outlet is not told of here
			continue
		}
		r.Outlets = append(r.Outlets, o)
		as, err := t.AssetsOf(ctx, s, id)
		if err != nil {
			return err
		}
		add(as)
	}
	as, err := t.AssetsIn(ctx, s, r.Operation.ID)
	if err != nil {
		return err
	}
	add(as)
	slices.SortFunc(r.Assets, func(a, b iru.Asset) int { return int(a.ID - b.ID) })
	return nil
}

// fillOwn adds the acts of their own about the same assets since the operation was planned, and gives their clocks: what a wave that is not served at one
// instant consists of, and what followed one that was.
func fillOwn(ctx context.Context, t *db.Tx, s iru.Scope, r *iru.AfterRecord) (clocks []int64, err error) {
	for _, a := range r.Assets {
		ns, err := t.NoticesOf(ctx, s, a.ID)
		if err != nil {
			return nil, err
		}
		for _, n := range ns {
			if n.Operation != 0 || n.Drill || n.Created.Before(r.Operation.Created) {
				continue
			}
			r.Tasks = append(r.Tasks, n)
			cs, err := t.ClocksOf(ctx, s, n.ID)
			if err != nil {
				return nil, err
			}
			for _, c := range cs {
				clocks = append(clocks, int64(c.ID))
			}
		}
	}
	slices.SortFunc(r.Tasks, func(a, b iru.Notice) int { return cmp.Compare(a.ID, b.ID) })
	return clocks, nil
}

func fillNames(ctx context.Context, t *db.Tx, s iru.Scope, r *iru.AfterRecord) error {
	us, err := t.Units(ctx)
	if err != nil {
		return err
	}
	r.Units = map[iru.UnitID]iru.Unit{}
	for _, u := range us {
		r.Units[u.ID] = u
	}
	os, err := t.Officers(ctx)
	if err != nil {
		return err
	}
	ps, err := t.Participants(ctx, r.Operation.ID)
	if err != nil {
		return err
	}
	r.Members = map[iru.ParticipantID]string{}
	for _, p := range ps {
		r.Members[p.ID] = p.Name
	}
	r.Officers = map[iru.OfficerID]string{}
	for _, o := range os {
		r.Officers[o.ID] = o.Name
	}
	r.Providers = map[iru.ProviderID]string{}
	for _, n := range r.Tasks {
		if r.Providers[n.Provider] != "" {
			continue
		}
		p, err := t.Provider(ctx, iru.Program(), n.Provider) // named in a task of the operation
		if err != nil {
			return err
		}
		r.Providers[n.Provider] = p.Name
	}
	return nil
}

func fillEvents(ctx context.Context, t *db.Tx, s iru.Scope, r *iru.AfterRecord, own []int64, size int64) error {
	clocks, err := t.ClocksOfTasks(ctx, s, r.Operation.ID)
	if err != nil {
		return err
	}
	about := map[string][]int64{"operation": {int64(r.Operation.ID)}, "clock": append(clocks, own...)}
	for _, n := range r.Tasks {
		about["notice"] = append(about["notice"], int64(n.ID))
	}
	for _, a := range r.Assets {
		about["asset"] = append(about["asset"], int64(a.ID))
	}
	for _, m := range r.Musters {
		about["muster"] = append(about["muster"], int64(m.ID))
	}
	for _, k := range r.Work {
		about["task"] = append(about["task"], int64(k.ID))
	}
	for _, q := range r.Questions {
		about["deconfliction"] = append(about["deconfliction"], int64(q.ID))
	}
	for noun, ids := range about {
		es, err := t.EventsInLog(ctx, noun, ids, size)
		if err != nil {
			return err
		}
		r.Events = append(r.Events, es...)
	}
	slices.SortFunc(r.Events, func(a, b iru.Event) int { return cmp.Compare(a.Index, b.Index) })
	// What was found or drafted after this state of the ledger is not there yet.
	seen := map[iru.Subject]bool{}
	for _, e := range r.Events {
		seen[e.Subject] = true
	}
	r.Tasks = slices.DeleteFunc(r.Tasks, func(n iru.Notice) bool { return !seen[iru.Subject{Noun: "notice", ID: int64(n.ID)}] })
	r.Questions = slices.DeleteFunc(r.Questions, func(q iru.Deconfliction) bool {
		return !slices.ContainsFunc(r.Events, func(e iru.Event) bool {
			return e.Subject == iru.Subject{Noun: "deconfliction", ID: int64(q.ID)} && e.Verb == "override"
		})
	})
	r.Assets = slices.DeleteFunc(r.Assets, func(a iru.Asset) bool { return !seen[iru.Subject{Noun: "asset", ID: int64(a.ID)}] })
	return nil
}

// afterNotes say what a reader must know.
func afterNotes(r iru.AfterRecord, q AfterRequest) []string {
	n := []string{"Computed from the unit's own store at a signed checkpoint of its ledger. What this unit does not see of others is not in it."}
	if r.Drill {
		n = append(n, "This was a drill: nothing was sent.")
	}
	if c := compressOf(r); c > 0 {
		n = append(n, fmt.Sprintf("This was played: a second of its times is %s of the story.", tookText(c)))
	}
	if r.From.IsZero() {
		n = append(n, "The operation was aborted before T0: nothing left, and nothing is measured.")
	}
	if r.Wave.After != 0 {
		n = append(n, fmt.Sprintf("It is wave %d, after operation %d.", r.Wave.Number, r.Wave.After))
	}
	if q.All {
		n = append(n, "Acts of their own about the same outlets since the operation was planned are counted, too.")
	}
	switch q.Edition {
	case iru.AfterTeam:
		n = append(n, "For the units that took part: nothing is suppressed, and officers are named. Do not hand it on.")
	case iru.AfterCourt:
		n = append(n, "For courts and partners: officers are not named. The handling codes of what is named in it bind whoever reads it.")
	case iru.AfterPress:
		if q.Threshold > 1 {
			n = append(n, fmt.Sprintf("Numbers from 1 to %d are suppressed, and so are further ones from which such a number could be computed. Zero is printed as zero.", q.Threshold-1))
		}
	}
	return append(n, "That a removal followed an act does not show that the act was its cause.")
}

// commit seals each figure's list.
func commit(a *iru.AfterAction, seed string) {
	for i, f := range a.Figures {
		if seed != "" && f.State != iru.FigureUnknown {
			a.Figures[i].Commitment = iru.CommitFigure(f.ID, iru.FigureSalt(seed, f.ID), f.Indices)
			a.Figures[i].Salt = iru.FigureSalt(seed, f.ID)
		}
		if a.Edition == iru.AfterPress {
			a.Figures[i].Salt, a.Figures[i].Indices, a.Figures[i].Count = "", nil, nil
		}
	}
}

// verdict says whether a count changed, by the window that was sealed.
func verdict(x iru.OperationEffect, e iru.AfterEdition) iru.AfterVerdict {
	v := iru.AfterVerdict{Verdict: "cannot be told", Why: x.Why.String(), Entry: -1}
	if x.Window != nil {
		v.Entry, v.Counted = x.Entry, cmp.Or(x.Window.Words, string(x.Window.Counts))
	}
	if c := x.Change; c != nil {
		v.Verdict, v.Why, v.Found, v.Expected, v.Unseen, v.Placebos = string(c.Verdict), c.Why.String(), c.Counted, c.Expected, c.Unseen, c.Placebos
		if c.Whole.Value != 0 {
			v.Change = &iru.AfterRatio{Value: c.Whole.Value, Low: c.Whole.Low, High: c.Whole.High}
		}
	}
	if x.Operation.ID == 0 || x.From.IsZero() && v.Why == "" {
		v.Why = "nothing was measured"
	}
	return v
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/effect"
	"iolaus/internal/iru"
)

// SealWindow fixes what will be looked at to say what an operation did, and puts it into the ledger: before T0, never after. One that is sealed is not
// changed; it is withdrawn, and another one sealed, as long as T0 has not come.
func (d *Desk) SealWindow(ctx context.Context, s iru.Scope, id iru.OperationID, w iru.EffectWindow) (iru.EffectWindow, error) {
	if err := s.May(iru.ToPlan); err != nil {
		return w, err
	}
	w.Words, w.Beside = clip(w.Words, 300), clip(w.Beside, 300)
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, by, sealed, err := windowOf(ctx, t, s, id)
		if err != nil {
			return err
		}
		if sealed != nil {
			return iru.Refuse(iru.Conflict, "a window is sealed already", "withdraw it, with the reason, and seal another one before T0")
		}
		if w.Compare != 0 {
			if _, err := t.Outlet(ctx, s, w.Compare); err != nil {
				return err
			}
		}
		if w, err = w.Seal(o, by, now); err != nil {
			return err
		}
		if err := t.AddEffectWindow(ctx, &w); err != nil {
			return err
		}
		_, err = t.Record(ctx, w.Sealing())
		return err
	})
	return w, err
}

// WithdrawWindow takes the sealed window of an operation back.
func (d *Desk) WithdrawWindow(ctx context.Context, s iru.Scope, id iru.OperationID, reason string) (iru.EffectWindow, error) {
	if err := s.May(iru.ToPlan); err != nil {
		return iru.EffectWindow{}, err
	}
	var w iru.EffectWindow
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		_, by, sealed, err := windowOf(ctx, t, s, id)
		if err != nil {
			return err
		}
		if sealed == nil {
			return iru.Refuse(iru.Conflict, "no window is sealed", "seal one before T0")
		}
		old := sealed.State
		next, e, err := sealed.Withdraw(by, clip(reason, 1000), now)
		if err != nil {
			return err
		}
		if err := t.UpdateEffectWindow(ctx, next, old); err != nil {
			return err
		}
		w = next
		_, err = t.Record(ctx, e)
		return err
	})
	return w, err
}

func windowOf(ctx context.Context, t *db.Tx, s iru.Scope, id iru.OperationID) (o iru.Operation, by iru.Officer, sealed *iru.EffectWindow, err error) {
	if o, err = t.Operation(ctx, s, id); err != nil {
		return o, by, nil, err
	}
	if by, err = t.Officer(ctx, s.Officer); err != nil {
		return o, by, nil, err
	}
	ws, err := t.EffectWindows(ctx, s, id)
	for i := range ws {
		if ws[i].State == iru.EffectWindowSealed {
			sealed = &ws[i]
		}
	}
	return o, by, sealed, err
}

// Effect says what an operation did, as far as it can be told, by the window that was sealed before it. A drill did nothing.
func (d *Desk) Effect(ctx context.Context, s iru.Scope, id iru.OperationID) (iru.OperationEffect, error) {
	var x iru.OperationEffect
	err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		x, err = d.EffectIn(ctx, t, s, id)
		return err
	})
	return x, err
}

// EffectIn is Effect in a transaction that a page reads in.
func (d *Desk) EffectIn(ctx context.Context, t *db.Tx, s iru.Scope, id iru.OperationID) (iru.OperationEffect, error) {
	return d.effectAt(ctx, t, s, id, d.now())
}

// effectAt is EffectIn as of a time.
func (d *Desk) effectAt(ctx context.Context, t *db.Tx, s iru.Scope, id iru.OperationID, now time.Time) (iru.OperationEffect, error) {
	x, err := WindowIn(ctx, t, s, id)
	if err != nil || x.Operation.Drill || x.Operation.T0.IsZero() || now.Before(x.Operation.T0) || !x.Operation.Leaves() && x.Operation.FirstSent.IsZero() {
		return x, err
	}
	t0 := x.Operation.T0
	x.From, x.To = t0.Add(-iru.LookedAt), t0.Add(iru.LookedAt)
	if x.Window != nil {
		x.From, x.To = t0.AddDate(0, 0, -x.Window.Window.Before), t0.AddDate(0, 0, x.Window.Window.After)
	}
	if x.To.After(now) {
		x.To = now
	}
	if err := fared(ctx, t, s, &x, now); err != nil {
		return x, err
	}
	tasks, err := t.Tasks(ctx, s, id)
	if err != nil {
		return x, err
	}
	x.Actions = iru.ActionSpells(tasks, now)
	for _, o := range x.Outlets {
		if err := d.spread(ctx, t, s, &x, o.ID, now); err != nil {
			return x, err
		}
	}
	return x, measured(ctx, t, s, &x, now)
}

// WindowIn reads what an operation's window says, without what it did.
func WindowIn(ctx context.Context, t *db.Tx, s iru.Scope, id iru.OperationID) (iru.OperationEffect, error) {
	x := iru.OperationEffect{Entry: -1}
	var err error
	if x.Operation, err = t.Operation(ctx, s, id); err != nil {
		return x, err
	}
	for _, o := range x.Operation.Outlets {
		if out, err := t.Outlet(ctx, s, o); err == nil { // another unit's outlet is not told of here
			x.Outlets = append(x.Outlets, out)
		}
	}
	ws, err := t.EffectWindows(ctx, s, id)
	if err != nil {
		return x, err
	}
	for i, w := range ws {
		if w.State == iru.EffectWindowWithdrawn {
			x.Withdrawn = append(x.Withdrawn, w)
		} else {
			x.Window = &ws[i]
		}
	}
	if x.Window == nil {
		return x, nil
	}
	if x.Window.Compare != 0 {
		if x.Compare, err = t.Outlet(ctx, s, x.Window.Compare); err != nil {
			x.Compare = iru.Outlet{ID: x.Window.Compare}
		}
	}
	es, err := t.LastOf(ctx, iru.Subject{Noun: "operation", ID: int64(id)}, "seal_window", len(ws))
	for _, e := range es {
		if e.Facts["window"] == float64(x.Window.ID) {
			x.Entry = e.Index
		}
	}
	return x, err
}

// fared fills in how the addresses fared before T0 and after.
func fared(ctx context.Context, t *db.Tx, s iru.Scope, x *iru.OperationEffect, now time.Time) error {
	var assets []iru.Asset
	var changes []iru.Change
	for _, o := range x.Outlets {
		as, err := t.AssetsOf(ctx, s, o.ID)
		if err != nil {
			return err
		}
		cs, err := t.PresenceChangesOf(ctx, s, o.ID, mapEvents)
		if err != nil {
			return err
		}
		for _, c := range cs {
			changes = append(changes, iru.Change{Asset: c.Asset, At: c.At, To: c.To})
		}
		for _, a := range as {
			if a.State != iru.AssetRejected {
				assets = append(assets, a)
			}
		}
	}
	slices.SortFunc(assets, func(a, b iru.Asset) int { return int(a.ID - b.ID) })
	slices.SortStableFunc(changes, func(a, b iru.Change) int { return a.At.Compare(b.At) })
	heads, t0 := iru.Heads(assets, changes), x.Operation.T0
	x.Before, x.After = effect.Together(heads, x.From, t0), effect.Together(heads, t0, x.To)
	for i, h := range heads {
		x.Heads = append(x.Heads, iru.HeadEffect{Asset: assets[i], Before: h.Available(x.From, t0), After: h.Available(t0, x.To)})
	}
	var falls []effect.Fall
	for _, f := range effect.Falls(heads) {
		if f.At.Before(t0) || f.At.After(x.To) {
			continue
		}
		falls = append(falls, f)
		x.Returns = append(x.Returns, f.Spell(now))
		c := iru.Comeback{Fell: assets[f.Head].ID, At: f.At, Up: f.Up}
		if f.Back >= 0 {
			c.Back = assets[f.Back].ID
		}
		x.Falls = append(x.Falls, c)
	}
	x.Between = effect.Between(falls, now)
	var raised []effect.Head
	for _, h := range heads {
		if !h.Begun.Before(t0) {
			raised = append(raised, h)
		}
	}
	x.Lives = effect.Lives(raised, now)
	if len(falls) > 0 {
		x.First = effect.Spell{Took: max(now.Sub(falls[0].At), 0), Open: true}
		for _, f := range falls {
			if f.Back >= 0 && (x.First.Open || f.Up.Sub(falls[0].At) < x.First.Took) {
				x.First = effect.Spell{Took: f.Up.Sub(falls[0].At)}
			}
		}
	}
	return nil
}

// spread fills in on how few an outlet hung just before T0, and at the end of what is looked at.
func (d *Desk) spread(ctx context.Context, t *db.Tx, s iru.Scope, x *iru.OperationEffect, o iru.OutletID, now time.Time) error {
	before, err := d.mapIn(ctx, t, s, o, x.Operation.T0.Add(-time.Microsecond), now)
	if err != nil {
		return err
	}
	after, err := d.mapIn(ctx, t, s, o, x.To, now)
	if err != nil {
		return err
	}
	for n, c := range before.Concentration {
		x.Spread = append(x.Spread, iru.ConcentrationEffect{Outlet: o, Before: c, After: after.Concentration[n]})
	}
	return nil
}

// mostHistory is how many days before T0 are counted at most: what the placebos need, and no more than a season repeats.
const mostHistory = 730

// measured counts by day what the window says, and measures whether it changed.
func measured(ctx context.Context, t *db.Tx, s iru.Scope, x *iru.OperationEffect, now time.Time) error {
	switch {
	case x.Window == nil:
		x.Why = effect.Because(effect.WhyNotSealed)
		return nil
	case x.Window.Counts == iru.CountElsewhere:
		x.Why = effect.Because(effect.WhyElsewhere)
		return nil
	}
	after := min(int(now.Sub(x.Operation.T0)/(24*time.Hour)), x.Window.Window.After)
	first := now
	for _, h := range x.Heads {
		if h.Asset.Created.Before(first) {
			first = h.Asset.Created
		}
	}
	// What is found on the first day was not new on it.
	before := min(int(x.Operation.T0.Sub(first)/(24*time.Hour))-1, mostHistory)
	if before < 1 || after < 1 {
		x.Why = effect.Because(effect.WhyDays, max(before+1, 0), after)
		return nil
	}
	outlets := make([]iru.OutletID, 0, len(x.Outlets))
	for _, o := range x.Outlets {
		outlets = append(outlets, o.ID)
	}
	series := effect.Series{Name: string(x.Window.Counts), Start: x.Operation.T0.AddDate(0, 0, -before), Step: effect.Days}
	var blind int
	var err error
	if series.Counts, blind, err = daily(ctx, t, s, outlets, x.Window.Counts, series.Start, before+after); err != nil {
		return err
	}
	if x.Window.Compare != 0 {
		var dark int
		if series.Other, dark, err = daily(ctx, t, s, []iru.OutletID{x.Window.Compare}, x.Window.Counts, series.Start, before+after); err != nil {
			return err
		}
		blind, series.Beside = max(blind, dark), x.Compare.Name
	}
	if blind >= max(before-x.Window.Window.Before, 0) {
		x.Why = effect.Because(effect.WhyNobodyLooked, series.At(blind).Format(time.DateOnly))
		return nil
	}
	// What lies before a day on which nobody looked is left out.
	series.Start, series.Counts = series.At(blind+1), series.Counts[blind+1:]
	if series.Other != nil {
		series.Other = series.Other[blind+1:]
	}
	x.Series = &series
	c, err := series.Measure(x.Operation.T0, x.Window.Window)
	if err != nil {
		x.Why = effect.WhyOf(err)
		return nil
	}
	x.Change = &c
	return nil
}

// daily counts what was found of outlets in each day. blind is the last day on which nobody looked at any of them; -1: there is none.
func daily(ctx context.Context, t *db.Tx, s iru.Scope, outlets []iru.OutletID, counts iru.CountedKind, from time.Time, days int) (found []float64, blind int, err error) {
	found, looked := make([]float64, days), make([]bool, days)
	for _, o := range outlets {
		list, err := t.DaysOf(ctx, s, o, counts, from, days)
		if err != nil {
			return nil, 0, err
		}
		for _, c := range list {
			found[c.Day] += float64(c.Found)
			looked[c.Day] = looked[c.Day] || c.Looks > 0 || c.Found > 0
		}
	}
	return found, lastFalse(looked), nil
}

func lastFalse(list []bool) int {
	for i := len(list) - 1; i >= 0; i-- {
		if !list[i] {
			return i
		}
	}
	return -1
}

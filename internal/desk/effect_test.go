// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/effect"
	"iolaus/internal/iru"
)

// daysOf has an outlet publish and be looked at, so many pieces each day at noon after a start.
func (u *unit) daysOf(a iru.Asset, from time.Time, each []int) {
	u.t.Helper()
	ctx := u.t.Context()
	must(u.t, u.DB.Tx(ctx, func(x *db.Tx) error {
		for day, n := range each {
			at := from.Add(time.Duration(day)*24*time.Hour + 12*time.Hour)
			if err := x.AddObservation(ctx, &iru.Observation{Asset: a.ID, At: at, Vantage: "north", Outcome: iru.Up}); err != nil {
				return err
			}
			for k := range n {
				i := iru.Item{Unit: a.Unit, Asset: a.ID, Locator: a.Locator + at.Format("2006-01-02") + "/" + strings.Repeat("x", k), State: iru.ItemNew, Created: at}
				if err := x.AddItem(ctx, &i); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// counts are pieces a day that vary a little.
func counts(days, about int) []int {
	out := make([]int, days)
	for i := range out {
		out[i] = about + (i*7919)%5 - 2
	}
	return out
}

// TestComparedEffect: two outlets of an operation are counted together, beside one to which nothing was done and which falls just as much.
func TestComparedEffect(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, _, _ := u.watched(ctx)
	other, err := u.Watch(ctx, u.scope("ada"), desk.WatchRequest{Address: "https://fog-post.test/", Name: "Fog Post"})
	must(t, err)
	twin, err := u.Watch(ctx, u.scope("ada"), desk.WatchRequest{Address: "https://tram-times.test/", Name: "Tram Times"})
	must(t, err)
	u.later(121 * 24 * time.Hour)
	o, err := u.PlanOperation(ctx, u.scope("dora"), "Snowfall", []iru.OutletID{a.Outlet, other.Outlet}, nil, 0, "")
	must(t, err)
	_, err = u.SealWindow(ctx, u.scope("ada"), o.ID, iru.EffectWindow{Counts: iru.CountItems, Compare: twin.Outlet, Window: effect.Window{Before: 60, After: 14, Model: effect.Model{Family: effect.NegativeBinomial}}})
	must(t, err)
	must(t, u.DB.Tx(ctx, func(x *db.Tx) error {
		old := o.State
		o.State, o.T0, o.FirstSent = iru.OperationReleased, u.now, u.now
		return x.UpdateOperation(ctx, o, old)
	}))
	from := o.T0.Add(-120 * 24 * time.Hour)
	u.daysOf(a, from, append(counts(120, 7), counts(14, 3)...))
	u.daysOf(other, from, append(counts(120, 5), counts(14, 3)...))
	u.daysOf(twin, from, append(counts(120, 12), counts(14, 6)...))
	u.later(15 * 24 * time.Hour)
	x, err := u.Effect(ctx, u.scope("dora"), o.ID)
	must(t, err)
	if x.Change == nil || x.Change.Verdict != effect.NoChange || x.Change.Counted != 86 || x.Change.Beside == nil || x.Series.Beside != "Tram Times" || x.Compare.Name != "Tram Times" {
		t.Fatalf("%+v, %q", x.Change, x.Why)
	}
	must(t, u.DB.Tx(ctx, func(x *db.Tx) error { // nobody looked at the comparison
		_, err := x.Exec(ctx, "DELETE FROM observation WHERE asset=$1 AND at>=$2", twin.ID, db.At(o.T0))
		if err == nil {
			_, err = x.Exec(ctx, "DELETE FROM item WHERE asset=$1 AND created>=$2", twin.ID, db.At(o.T0))
		}
		return err
	}))
	if x, err = u.Effect(ctx, u.scope("dora"), o.ID); err != nil || x.Change != nil || !strings.Contains(x.Why.String(), "nobody looked") {
		t.Errorf("nobody looked at the comparison: %+v, %q, %v", x.Change, x.Why, err)
	}
	o.State, o.Drill = iru.OperationReleased, true
	must(t, u.DB.Tx(ctx, func(x *db.Tx) error { return x.UpdateOperation(ctx, o, o.State) }))
	if x, err = u.Effect(ctx, u.scope("dora"), o.ID); err != nil || !x.From.IsZero() || len(x.Actions) != 0 || x.Change != nil {
		t.Errorf("a drill had an effect: %+v, %v", x, err)
	}
}

func TestSealedWindow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, _, _ := u.watched(ctx)
		b := u.second()
		u.look(a.ID, iru.Up, iru.Up)
		u.later(101 * 24 * time.Hour)
		o, err := u.PlanOperation(ctx, u.scope("dora"), "Snowfall", []iru.OutletID{a.Outlet}, []iru.UnitID{b.ID}, 0, "")
		must(t, err)
		twin, err := u.Watch(ctx, u.scope("ada"), desk.WatchRequest{Address: "https://tram-times.test/", Name: "Tram Times"})
		must(t, err)
		w := iru.EffectWindow{Counts: iru.CountItems, Words: "bulletins", Window: effect.Window{Before: 50, After: 10, Model: effect.Model{Family: effect.NegativeBinomial}}}
		seal := func(who string, change func(*iru.EffectWindow)) error {
			x := w
			if change != nil {
				change(&x)
			}
			_, err := u.SealWindow(ctx, u.scope(who), o.ID, x)
			return err
		}
		refused(t, "a signing officer", seal("sig", nil), iru.Forbidden, "plan an operation")
		refused(t, "a unit that takes part", seal("brit", nil), iru.Forbidden, "leads")
		refused(t, "three days", seal("ada", func(x *iru.EffectWindow) { x.Window.After = 3 }), iru.Invalid, "3 after are no window")
		refused(t, "too long", seal("ada", func(x *iru.EffectWindow) { x.Window.Before = 9999 }), iru.Invalid, "no window")
		refused(t, "what is not counted", seal("ada", func(x *iru.EffectWindow) { x.Counts = "words" }), iru.Invalid, "nothing is counted as")
		refused(t, "beside itself", seal("ada", func(x *iru.EffectWindow) { x.Compare = a.Outlet }), iru.Invalid, "against that outlet")
		refused(t, "beside nothing", seal("ada", func(x *iru.EffectWindow) { x.Compare = 99 }), iru.NotFound, "outlet")
		refused(t, "elsewhere", seal("ada", func(x *iru.EffectWindow) { x.Counts, x.Words = iru.CountElsewhere, " " }), iru.Invalid, "not said")
		refused(t, "another family", seal("ada", func(x *iru.EffectWindow) { x.Window.Family = "normal" }), iru.Invalid, "no family")
		refused(t, "a large model", seal("ada", func(x *iru.EffectWindow) { x.Window.Before, x.Window.After, x.Window.Week = 8, 8, true }), iru.Invalid, "too few for a model")
		_, err = u.WithdrawWindow(ctx, u.scope("ada"), o.ID, "x")
		refused(t, "nothing is sealed", err, iru.Conflict, "no window is sealed")
		must(t, seal("ada", func(x *iru.EffectWindow) { x.Compare = twin.Outlet }))
		refused(t, "a second one", seal("ada", nil), iru.Conflict, "sealed already")
		_, err = u.WithdrawWindow(ctx, u.scope("ada"), o.ID, " ")
		refused(t, "without a reason", err, iru.Invalid, "reason is missing")
		_, err = u.WithdrawWindow(ctx, u.scope("brit"), o.ID, "x")
		refused(t, "by another unit", err, iru.Forbidden, "sealed the window")
		_, err = u.WithdrawWindow(ctx, u.scope("ada"), o.ID, "the twin is watched since today only")
		must(t, err)
		must(t, seal("ada", nil))
		x, err := u.Effect(ctx, u.scope("brit"), o.ID)
		if err != nil || x.Window == nil || x.Window.Words != "bulletins" || x.Entry != -1 || len(x.Withdrawn) != 1 || !x.From.IsZero() {
			t.Errorf("before T0: %+v, %v", x, err)
		}
		must(t, u.DB.Tx(ctx, func(x *db.Tx) error { // as the release does it, which has tests of its own
			old := o.State
			o.State, o.T0, o.FirstSent = iru.OperationReleased, u.now.Add(time.Hour), u.now.Add(time.Hour)
			return x.UpdateOperation(ctx, o, old)
		}))
		_, err = u.Seal(ctx, "test")
		must(t, err)
		u.daysOf(a, o.T0.Add(-100*24*time.Hour), append(counts(100, 9), counts(10, 3)...))
		u.later(time.Hour)
		_, err = u.WithdrawWindow(ctx, u.scope("ada"), o.ID, "we changed our mind")
		must(t, err)
		refused(t, "after T0", seal("ada", nil), iru.Conflict, "T0 has passed")
		must(t, u.DB.Tx(ctx, func(x *db.Tx) error { // undone, for the rest of the test
			_, err := x.Exec(ctx, "UPDATE effect_window SET state='sealed' WHERE id=(SELECT MAX(id) FROM effect_window)")
			return err
		}))
		for range 3 {
			u.later(9 * time.Minute)
			u.look(a.ID, iru.Gone, iru.Gone)
		}
		u.later(48 * time.Hour)
		u.look(a.ID, iru.Up, iru.Up)
		back := u.now
		x, err = u.Effect(ctx, u.scope("dora"), o.ID)
		must(t, err)
		if x.Change == nil || x.Change.Verdict != effect.Untold || !strings.Contains(x.Change.Why.String(), "there are 2 so far") || x.Entry < 0 {
			t.Errorf("two days after: %+v, %q, entry %d", x.Change, x.Why, x.Entry)
		}
		u.later(9 * 24 * time.Hour)
		x, err = u.Effect(ctx, u.scope("dora"), o.ID)
		must(t, err)
		if x.Change == nil || x.Change.Verdict != effect.Fewer || x.Change.Whole.Value > .5 || x.Change.Window.Before != 50 || x.Change.Counted != 30 {
			t.Errorf("the change: %+v, %q", x.Change, x.Why)
		}
		if len(x.Returns) != 1 || x.Returns[0].Open || x.Returns[0].Took < 48*time.Hour || x.Returns[0].Took > 49*time.Hour || !x.Falls[0].Up.Equal(back) || x.First != x.Returns[0] || len(x.Falls) != 1 || x.Falls[0].Back != a.ID {
			t.Errorf("returns %v, first %v, falls %+v", x.Returns, x.First, x.Falls)
		}
		before, _ := x.Before.Available()
		if after, ok := x.After.Available(); before != 1 || !ok || after >= 1 || x.After.Down != x.Returns[0].Took || !x.From.Equal(o.T0.AddDate(0, 0, -50)) {
			t.Errorf("available %v before, after %+v, from %v", before, x.After.Share, x.From)
		}
		if len(x.Spread) != len(iru.Concentrated) || len(x.Heads) != 1 {
			t.Errorf("%d concentrations, %d addresses", len(x.Spread), len(x.Heads))
		}
		// A day on which nobody looked is no day without.
		must(t, u.DB.Tx(ctx, func(x *db.Tx) error {
			from, to := db.At(o.T0.Add(-10*24*time.Hour)), db.At(o.T0.Add(-9*24*time.Hour))
			for _, table := range []string{"observation WHERE at>=$1 AND at<$2", "item WHERE created>=$1 AND created<$2"} {
				if _, err := x.Exec(ctx, "DELETE FROM "+table, from, to); err != nil {
					return err
				}
			}
			return nil
		}))
		if x, err = u.Effect(ctx, u.scope("dora"), o.ID); err != nil || x.Change != nil || !strings.Contains(x.Why.String(), "nobody looked on") {
			t.Errorf("a gap: %+v, %q, %v", x.Change, x.Why, err)
		}
	})
}

// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"context"
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
	"iolaus/internal/rehearse"
)

// TestRehearsed: an operation is read as a plan, with what is known of its addressees, and played.
func TestRehearsed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, ours, theirs := u.joint()
		read := func(who string) (x desk.Rehearsed, err error) {
			err = u.DB.View(ctx, func(t *db.Tx) error {
				x, err = u.Rehearsed(ctx, t, u.scope(who), o.ID)
				return err
			})
			return x, err
		}
		x, err := read("dora")
		must(t, err)
		if !slices.Equal(x.Measures, []string{ours.Ref, theirs.Ref}) || len(x.Tree.Nodes) != 3 || len(x.Bare) != 0 || len(x.Beside) != 0 {
			t.Fatalf("two orders on one address: %+v", x)
		}
		m := x.Assume.Measures[ours.Ref]
		if who := x.Assume.Addressees[m.Addressee]; m.Instrument != string(ours.Instrument) || who.Name != "Birchrack" || len(who.Habits) != 0 {
			t.Errorf("to whom: %+v, %+v", m, who)
		}
		if _, err := read("brit"); err != nil {
			t.Errorf("the liaison of the other unit: %v", err)
		}
		refused(t, "nobody's operation", u.DB.View(ctx, func(x *db.Tx) error {
			_, err := u.Rehearsed(ctx, x, u.scope("dora"), 999)
			return err
		}), iru.NotFound, "")
		r, err := u.Rehearse(ctx, x, desk.RehearseAsk{Play: rehearse.Play{Runs: 300}})
		must(t, err)
		if s := r.Picture.Steps; len(s) != 2 || s[0].Stand != rehearse.Felt || !r.Picture.Dark || r.Once.Chance < .6 || r.Once.Chance > .95 {
			t.Errorf("orders within their hour: %+v, chance %.2f", s, r.Once.Chance)
		}
		_, err = u.SetRate(ctx, u.scope("dora"), iru.BackRate(legal.Host), 36, "counted in spring")
		must(t, err)
		_, err = u.SetRate(ctx, u.scope("dora"), iru.DeskRate(ours.Provider), 3, "asked by telephone")
		must(t, err)
		_, err = u.SetRate(ctx, u.scope("dora"), iru.DeskRate(999), 3, "asked by telephone")
		refused(t, "nobody's desk", err, iru.NotFound, "")
		x, err = read("dora")
		must(t, err)
		r, err = u.Rehearse(ctx, x, desk.RehearseAsk{Play: rehearse.Play{Runs: 300}})
		must(t, err)
		said := func(what, value, source string) bool {
			return slices.ContainsFunc(r.Assumed, func(f rehearse.Figure) bool {
				return f.What == what && strings.HasPrefix(f.Value, value) && strings.Contains(f.Source, source)
			})
		}
		if s := r.Picture.Steps[0]; s.Stand != rehearse.Working || !s.Felt.Equal(s.Served.Add(3*time.Hour)) || !said("back", "36h", "counted in spring") || !said("act", "3h", "asked by telephone") || !said("compliance", "0.98", "assumed") {
			t.Errorf("as the unit says: %+v, %+v", r.Picture.Steps[0], r.Assumed)
		}
		if x, err = read("brit"); err != nil || x.Assume.Measures[ours.Ref].Back.Median != 72*time.Hour {
			t.Errorf("the other unit has rates of its own: %+v, %v", x.Assume.Measures[ours.Ref], err)
		}
		_, err = u.SetRate(ctx, u.scope("dora"), iru.DeskRate(ours.Provider), 0, "its record counts")
		must(t, err)
		if x, err = read("dora"); err != nil || len(x.Assume.Addressees[x.Assume.Measures[ours.Ref].Addressee].Habits) != 0 {
			t.Errorf("taken back: %+v, %v", x.Assume.Addressees, err)
		}
		saturday := []iru.Window{{Days: []int{6}, From: "10:00", To: "14:00"}}
		_, err = u.SetDeskHours(ctx, u.scope("dora"), iru.DeskHours{Provider: ours.Provider, Zone: "Asia/Tokyo", Windows: saturday, Works: []string{"2026-03-21"}, Cache: 5 * time.Hour, Reason: "stands on its page"})
		must(t, err)
		for name, h := range map[string]iru.DeskHours{"no zone": {Provider: ours.Provider, Zone: "Asia/Nowhere", Windows: saturday, Reason: "x"}, "nothing": {Provider: ours.Provider, Reason: "x"}} {
			_, err = u.SetDeskHours(ctx, u.scope("dora"), h)
			refused(t, name, err, iru.Invalid, "")
		}
		_, err = u.SetDeskHours(ctx, u.scope("dora"), iru.DeskHours{Provider: 999, Always: true, Reason: "x"})
		refused(t, "nobody's desk", err, iru.NotFound, "")
		_, err = u.SetDeskHours(ctx, u.scope("ben"), iru.DeskHours{Provider: ours.Provider, Always: true})
		refused(t, "without a reason", err, iru.Invalid, "")
		x, err = read("dora")
		must(t, err)
		who := x.Assume.Addressees[x.Assume.Measures[ours.Ref].Addressee]
		if who.Zone != "Asia/Tokyo" || len(who.Hours) != 1 || who.Hours[0].From != "10:00" || len(who.Works) != 1 || who.Source != "stands on its page" {
			t.Errorf("its hours as the unit knows them: %+v", who)
		}
		for _, m := range x.Tree.Measures {
			for _, part := range m.Fells {
				if m.ID == ours.Ref && x.Assume.Parts[part].Cache.Median != 5*time.Hour {
					t.Errorf("its caches: %+v", x.Assume.Parts)
				}
			}
		}
		if x, err = read("brit"); err != nil || len(x.Assume.Addressees[x.Assume.Measures[ours.Ref].Addressee].Hours) != 0 {
			t.Errorf("the other unit knows nothing of them: %+v, %v", x.Assume.Addressees, err)
		}
		_, err = u.SetDeskHours(ctx, u.scope("dora"), iru.DeskHours{Provider: ours.Provider, Ended: true, Reason: "that was another desk"})
		must(t, err)
		if x, err = read("dora"); err != nil || len(x.Assume.Parts) != 0 || x.Assume.Addressees[x.Assume.Measures[ours.Ref].Addressee].Zone != "" {
			t.Errorf("taken back: %+v, %v", x.Assume, err)
		}
		for _, ask := range []desk.RehearseAsk{{After: -1}, {After: 8 * 24 * time.Hour}, {T0: time.Date(1910, 1, 1, 0, 0, 0, 0, time.UTC)}, {Play: rehearse.Play{Runs: -5}}} {
			_, err := u.Rehearse(ctx, x, ask)
			refused(t, "asked what cannot be", err, iru.Invalid, "")
		}
		gone, stop := context.WithCancel(ctx)
		stop()
		if _, err := u.Rehearse(gone, x, desk.RehearseAsk{}); err == nil || !strings.Contains(err.Error(), "canceled") {
			t.Errorf("who left is not waited for: %v", err)
		}
		tree := plan.Tree{Root: "outlet", Nodes: []plan.Node{{ID: "outlet", Any: []string{"host/1/a1"}}, {ID: "host/1/a1"}}, Measures: []plan.Measure{{ID: "one", Fells: []string{"host/1/a1"}}, {ID: "two", Fells: []string{"host/1/a1"}}}}
		acts := []desk.RehearsedAct{{Measure: "one", Provider: ours.Provider, Instrument: legal.Referral, Chosen: true}, {Measure: "two", Provider: ours.Provider, Instrument: legal.RemovalOrder}}
		must(t, u.DB.View(ctx, func(t *db.Tx) (err error) {
			x, err = u.RehearsedTree(ctx, t, u.scope("ada"), "a plan", tree, acts)
			return err
		}))
		r, err = u.Rehearse(ctx, x, desk.RehearseAsk{T0: time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC), Play: rehearse.Play{Runs: 50}})
		must(t, err)
		if a := r.Picture.Advice; len(x.Measures) != 1 || r.Picture.Steps[0].Stand != rehearse.Closed || len(a) != 2 || a[0].Do != rehearse.Earlier {
			t.Errorf("a plan on a Saturday: %+v", r.Picture)
		}
		refused(t, "nothing chosen", u.DB.View(ctx, func(t *db.Tx) error {
			_, err := u.RehearsedTree(ctx, t, u.scope("ada"), "a plan", tree, acts[1:])
			return err
		}), iru.Conflict, "")
		empty, err := u.PlanOperation(ctx, u.scope("dora"), "Rain", o.Outlets, nil, 0, "")
		must(t, err)
		refused(t, "no task", u.DB.View(ctx, func(x *db.Tx) error {
			_, err := u.Rehearsed(ctx, x, u.scope("dora"), empty.ID)
			return err
		}), iru.Conflict, "")
	})
}

// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"reflect"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A day that is read on, after whatever happened, is the one that is read anew; and one that nothing happened to keeps what it read.
func TestDayIsReadOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, ours, theirs := u.joint()
		type seen struct {
			Acts    []iru.Notice
			Ballots map[int64]string
			Polls   []iru.Poll
			Clocks  map[iru.NoticeID][]iru.Clock
			Carry   map[iru.ProviderID]iru.Provider
			Misses  [][]iru.Lack
			Readied []iru.TaskState
			Tiles   []iru.Asset
		}
		see := func(y *desk.Day, s iru.Scope) (out seen) {
			out = seen{Acts: y.Acts, Ballots: map[int64]string{}, Polls: y.Polls, Clocks: y.Clocks, Carry: y.Providers}
			for _, b := range y.Ballots() {
				dig, err := b.Digest()
				must(t, err)
				out.Ballots[b.ID] = dig
			}
			for _, r := range y.Readiness(s, o, u.now.Add(time.Hour), u.now) {
				out.Misses, out.Readied = append(out.Misses, r.Misses), append(out.Readied, r.Task.State)
			}
			out.Tiles = view(u, func(x *db.Tx) ([]iru.Asset, error) { return y.Tiles(ctx, x, s, u.now) })
			return out
		}
		read := func(y *desk.Day) *desk.Day {
			return view(u, func(x *db.Tx) (*desk.Day, error) { return y.Next(ctx, x, o, u.now) })
		}
		y := read(nil)
		fresh := map[string]func(){
			"nothing": func() {},
			"a look":  func() { u.look(ours.Asset, iru.Up, iru.Up) },
			"a draft": func() {
				a := u.asset(ours.Asset)
				_, err := u.Draft(ctx, u.scope("dora"), desk.DraftRequest{Asset: a.ID, Item: ours.Item, Provider: ours.Provider, Layer: ours.Layer, Instrument: ours.Instrument, Operation: o.ID})
				must(t, err)
			},
			"a withdrawal": func() {
				_, err := u.Withdraw(ctx, u.scope("bea"), theirs.ID, "asked to")
				must(t, err)
			},
			"a contact": func() {
				_, err := u.RecordInformed(ctx, u.scope("ben"), ours.Provider, u.now.Add(-48*time.Hour).Format(time.RFC3339), "", "registered letter")
				must(t, err)
			},
			"a hold": func() {
				_, err := u.HoldOperation(ctx, u.scope("dora"), o.ID, "wait")
				must(t, err)
			},
		}
		for _, what := range []string{"nothing", "a look", "a draft", "a look", "a withdrawal", "a contact", "a hold", "nothing"} {
			fresh[what]()
			u.now = u.now.Add(400 * time.Millisecond)
			y = read(y)
			for who, s := range map[string]iru.Scope{"the program": iru.Program(), "who leads": u.scope("dora"), "who takes part": u.scope("brit")} {
				if got, want := see(y, s), see(read(nil), s); !reflect.DeepEqual(got, want) {
					t.Errorf("after %s, for %s:\n%+v\nread anew:\n%+v", what, who, got, want)
				}
			}
		}
		before := d.Statements()
		read(y)
		if n := d.Statements() - before; n > 6 {
			t.Errorf("the store is asked %d times though nothing happened", n)
		}
	})
}

// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// Near copies are related by known content that both were met by, near enough, or that one of them left.
func TestItemsNear(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, h, other := t.Context(), house(t, d, "a"), house(t, d, "b")
		s := h.officer.Scope()
		place := 0
		item := func(state iru.ItemState, content string) iru.ItemID {
			place++
			i := iru.Item{Unit: h.unit.ID, Asset: h.asset.ID, Locator: fmt.Sprint(h.asset.Locator, place), State: state, Content: content}
			must(t, d.Tx(ctx, func(x *db.Tx) error { return x.AddItem(ctx, &i) }))
			return i.ID
		}
		met := func(i iru.ItemID, k int64, medium string, distance float64, state iru.MatchState) {
			m := iru.Match{Unit: h.unit.ID, Item: i, Exhibit: h.exhibit.ID, Known: k, Medium: medium, Distance: distance, Where: "w", State: state}
			must(t, d.Tx(ctx, func(x *db.Tx) error { _, err := x.AddMatch(ctx, &m); return err }))
		}
		judged, a, b, far, unlike, wrong, same := item(iru.ItemReferred, ""), item(iru.ItemReady, "aa"), item(iru.ItemSecond, ""), item(iru.ItemReady, ""),
			item(iru.ItemReady, ""), item(iru.ItemReady, ""), item(iru.ItemReady, "aa")
		k := iru.Known{Bank: h.bank.ID, Item: judged, State: iru.KnownActive, Signals: []iru.Signal{{Medium: "pdq", Value: []byte("near")}}}
		must(t, d.Tx(ctx, func(x *db.Tx) error { return x.AddKnown(ctx, &k) }))
		met(a, k.ID, "pdq", iru.PDQRadius, iru.MatchSuggested)
		met(b, k.ID, "text", 1-iru.TextSimilarity, iru.MatchConfirmed)
		met(far, k.ID, "pdq", iru.PDQRadius+1, iru.MatchSuggested)
		met(unlike, k.ID, "text", 0.31, iru.MatchSuggested)
		met(wrong, k.ID, "pdq", 0, iru.MatchDisputed)
		met(same, k.ID, "pdq", 2, iru.MatchSuggested)

		near := func(s iru.Scope, i iru.ItemID, n int) (ids []iru.ItemID) {
			t.Helper()
			must(t, d.View(ctx, func(x *db.Tx) error {
				ids = nil
				ns, err := x.ItemsNear(ctx, s, i, n)
				for _, o := range ns {
					ids = append(ids, o.Item.ID)
					if o.Known != k.ID || o.Item.Unit != h.unit.ID {
						t.Errorf("near %+v", o)
					}
				}
				return err
			}))
			return ids
		}
		for _, c := range []struct {
			of   iru.ItemID
			want []iru.ItemID
		}{{a, []iru.ItemID{b, judged}}, {b, []iru.ItemID{a, same, judged}}, {judged, []iru.ItemID{a, b, same}}, {far, nil}, {unlike, nil}, {wrong, nil}} {
			if diff := cmp.Diff(c.want, near(s, c.of, 9)); diff != "" {
				t.Errorf("near %d (-want +got):\n%s", c.of, diff)
			}
		}
		if got := near(s, judged, 2); !slices.Equal(got, []iru.ItemID{a, b}) {
			t.Errorf("two of them: %v", got)
		}
		if got := near(other.officer.Scope(), a, 9); got != nil {
			t.Errorf("another unit sees %v", got)
		}
		for name, f := range map[string]func(*iru.Known){"quarantined": func(k *iru.Known) { k.State = iru.KnownQuarantined }, "flooding": func(k *iru.Known) { k.Flood = iru.FloodMarked }} {
			silent := k
			f(&silent)
			must(t, d.Tx(ctx, func(x *db.Tx) error { return x.UpdateKnown(ctx, silent, iru.KnownActive) }))
			if got := near(s, a, 9); got != nil {
				t.Errorf("%s content relates %v", name, got)
			}
			must(t, d.Tx(ctx, func(x *db.Tx) error { return x.UpdateKnown(ctx, k, silent.State) }))
		}
		must(t, d.View(ctx, func(x *db.Tx) error {
			ms, err := x.MatchesWith(ctx, s, k.ID, 0, 4)
			must(t, err)
			if len(ms) != 4 || ms[0].Item != same || ms[3].Item != far {
				t.Errorf("newest four matches: %+v", ms)
			}
			older, err := x.MatchesWith(ctx, s, k.ID, ms[3].ID, 9)
			if len(older) != 2 || older[1].Item != a {
				t.Errorf("older matches: %+v", older)
			}
			return err
		}))
	})
}

// A bank's content is counted by medium and narrowed by state.
func TestBankIsLookedInto(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, h, other := t.Context(), house(t, d, "a"), house(t, d, "b")
		s := h.officer.Scope()
		flooding := iru.Known{Bank: h.bank.ID, State: iru.KnownActive, Flood: iru.FloodMarked, Signals: []iru.Signal{{Medium: "pdq", Value: []byte("p")}, {Medium: "md5", Value: []byte("m")}}}
		aside := iru.Known{Bank: h.bank.ID, State: iru.KnownQuarantined, Signals: []iru.Signal{{Medium: "pdq", Value: []byte("q")}}}
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			f, a := flooding, aside
			if err := x.AddKnown(ctx, &f); err != nil {
				return err
			}
			if err := x.AddKnown(ctx, &a); err != nil {
				return err
			}
			flooding.ID, aside.ID = f.ID, a.ID
			_, err := x.Record(ctx, iru.Event{Subject: iru.Subject{Noun: "bank", ID: int64(h.bank.ID)}, Verb: "import", Unit: h.unit.ID, Note: "last"})
			return err
		}))
		must(t, d.View(ctx, func(x *db.Tx) error {
			all, cut, err := x.BankMedia(ctx, s, h.bank.ID, 3)
			must(t, err)
			if diff := cmp.Diff(map[string]int{"sha256": 1, "pdq": 2, "md5": 1}, all); diff != "" || cut {
				t.Errorf("media, cut %v (-want +got):\n%s", cut, diff)
			}
			first, cut, err := x.BankMedia(ctx, s, h.bank.ID, 2)
			must(t, err)
			if first["pdq"] != 1 || !cut {
				t.Errorf("of two contents: %v, cut %v", first, cut)
			}
			none, _, err := x.BankMedia(ctx, other.officer.Scope(), h.bank.ID, 9)
			must(t, err)
			if len(none) != 0 {
				t.Errorf("another unit counts %v", none)
			}
			for f, want := range map[db.KnownFilter]int64{{Bank: h.bank.ID, State: iru.KnownQuarantined}: aside.ID, {Flood: iru.FloodMarked}: flooding.ID, {Medium: "md5", State: iru.KnownActive}: flooding.ID} {
				ks, err := x.KnownsAfter(ctx, s, f, 0, 9)
				must(t, err)
				if len(ks) != 1 || ks[0].ID != want {
					t.Errorf("%+v: %+v", f, ks)
				}
			}
			es, err := x.LastOf(ctx, iru.Subject{Noun: "bank", ID: int64(h.bank.ID)}, "import", 1)
			if len(es) != 1 || es[0].Note != "last" {
				t.Errorf("last import: %+v", es)
			}
			return err
		}))
	})
}

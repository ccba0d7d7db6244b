// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// TestEdgesAreIntervals: what is seen moves on, lapses and begins again; what a look did not show ends; late news finds its place.
func TestEdgesAreIntervals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, h := t.Context(), house(t, d, "a")
		day := func(n int) time.Time { return time.Date(2026, 3, 1, 9, 0, 0, 1000, time.UTC).AddDate(0, 0, n) }
		edge := func(to string, n int) iru.Edge {
			return iru.Edge{Unit: h.unit.ID, From: iru.Node{Kind: iru.NodeName, Name: "a.test"}, To: iru.Node{Kind: iru.NodeAddress, Name: to}, Rel: iru.RelResolvesTo,
				Source: "dns", Asset: h.asset.ID, First: day(n), Last: day(n), Confidence: 0.5}
		}
		lasts := func(list []iru.Edge) (out []string) {
			for _, e := range list {
				if e.Rel != iru.RelResolvesTo {
					continue
				}
				s := e.To.Name + " " + e.First.Format("01-02") + " to " + e.Last.Format("01-02")
				if !e.Ended.IsZero() {
					s += " ended " + e.Ended.Format("01-02")
				}
				out = append(out, s)
			}
			slices.Sort(out)
			return out
		}
		check := func(step string, want ...string) {
			t.Helper()
			must(t, d.View(ctx, func(x *db.Tx) error {
				got, err := x.EdgesOf(ctx, h.officer.Scope(), h.asset.ID)
				if diff := cmp.Diff(want, lasts(got)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", step, diff)
				}
				return err
			}))
		}
		do := func(end int, seen ...iru.Edge) {
			t.Helper()
			must(t, d.Tx(ctx, func(x *db.Tx) error {
				if err := x.SeeEdges(ctx, seen); err != nil || end < 0 {
					return err
				}
				return x.EndEdges(ctx, h.asset.ID, "dns", []string{iru.RelResolvesTo}, day(end))
			}))
		}
		bad := edge("x", 0)
		bad.To.Name = "nul\x00byte"
		do(-1, edge("127.1.0.1", 1), bad, edge("127.1.0.2", 1))
		check("first", "127.1.0.1 03-02 to 03-02", "127.1.0.2 03-02 to 03-02")
		do(-1, edge("127.1.0.1", 3), edge("127.1.0.1", 3), edge("127.1.0.2", 3))
		do(-1, edge("127.1.0.1", 3), edge("127.1.0.1", 2))
		check("again, twice and late", "127.1.0.1 03-02 to 03-04", "127.1.0.2 03-02 to 03-04")
		do(5, edge("127.1.0.1", 5))
		check("one is not shown any more", "127.1.0.1 03-02 to 03-06", "127.1.0.2 03-02 to 03-04 ended 03-06")
		do(7, edge("127.1.0.1", 7), edge("127.1.0.2", 7))
		check("and is again", "127.1.0.1 03-02 to 03-08", "127.1.0.2 03-02 to 03-04 ended 03-06", "127.1.0.2 03-08 to 03-08")
		do(-1, edge("127.1.0.1", 50))
		check("lapsed", "127.1.0.1 03-02 to 03-08", "127.1.0.1 04-20 to 04-20", "127.1.0.2 03-02 to 03-04 ended 03-06", "127.1.0.2 03-08 to 03-08")
		do(-1, edge("127.1.0.1", 30))
		check("what joins two", "127.1.0.1 03-02 to 04-20", "127.1.0.2 03-02 to 03-04 ended 03-06", "127.1.0.2 03-08 to 03-08")

		// As it was: only what the outlet publishes leads anywhere, and every field came back.
		said := iru.Edge{Unit: h.unit.ID, From: iru.OutletNode(h.outlet.ID), To: iru.AssetNode(h.asset.ID), Rel: iru.RelPublishes, Source: "ledger", Asset: h.asset.ID, First: day(0), Last: day(0), Confidence: 1}
		named := said
		named.From, named.To, named.Rel = said.To, iru.Node{Kind: iru.NodeName, Name: "a.test"}, iru.RelNamed
		loop := named
		loop.From, loop.To, loop.Rel = named.To, iru.Node{Kind: iru.NodeHost, Name: "north"}, iru.RelRunBy
		back := loop
		back.From, back.To, back.Rel = loop.To, named.To, iru.RelRunBy
		elsewhere := iru.Edge{Unit: h.unit.ID, From: iru.Node{Kind: iru.NodeName, Name: "b.test"}, To: loop.To, Rel: iru.RelRunBy, Source: "dns", First: day(0), Last: day(0), Confidence: 1}
		do(-1, said, named, loop, back, elsewhere)
		must(t, d.View(ctx, func(x *db.Tx) error {
			got, err := x.MapOf(ctx, h.officer.Scope(), h.outlet.ID)
			if len(got) != 8 || slices.ContainsFunc(got, func(e iru.Edge) bool { return e.From.Name == "b.test" }) {
				t.Errorf("map: %v", got)
			}
			if n := slices.IndexFunc(got, func(e iru.Edge) bool { return e.Rel == iru.RelPublishes && e.Source == said.Source }); n < 0 {
				t.Error("the outlet publishes nothing")
			} else if got[n].ID = 0; got[n] != said {
				t.Errorf("stored %v, read %v", said, got[n])
			}
			to, err2 := x.EdgesTo(ctx, h.officer.Scope(), loop.To, 9)
			if len(to) != 2 || err2 != nil {
				t.Errorf("what hangs on it: %v, %v", to, err2)
			}
			return err
		}))
		must(t, d.Tx(ctx, func(x *db.Tx) error { return x.EndEdge(ctx, said.Unit, said.From, said.Rel, said.To, day(9)) }))
		must(t, d.View(ctx, func(x *db.Tx) error {
			got, err := x.MapOf(ctx, h.officer.Scope(), h.outlet.ID)
			if len(got) != 8 || !slices.ContainsFunc(got, func(e iru.Edge) bool { return e.Source == said.Source && e.Ended.Equal(day(9)) }) {
				t.Errorf("ended: %v", got)
			}
			return err
		}))
	})
}

// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// BenchmarkEdges: one look that sees the same twenty edges again, and the map of an outlet with two hundred addresses of twenty edges each.
func BenchmarkEdges(b *testing.B) {
	for _, engine := range []string{db.SQLite, db.PostgreSQL} {
		b.Run(engine, func(b *testing.B) { benchEdges(b, engine) })
	}
}

func benchEdges(b *testing.B, engine string) {
	dsn := filepath.Join(b.TempDir(), "bench.db")
	if engine == db.PostgreSQL {
		dsn = dbtest.Postgres(b)
	}
	d, err := db.Open(b.Context(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	ctx := b.Context()
	u := iru.Unit{Name: "a", Country: "XA", Kind: "unit", State: iru.UnitActive}
	o := iru.Outlet{Name: "a", State: iru.OutletWatched}
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	look := func(n int, at time.Time) (out []iru.Edge) {
		add := func(from, to iru.Node, rel string) {
			out = append(out, iru.Edge{Unit: u.ID, From: from, To: to, Rel: rel, Source: "dns", Asset: iru.AssetID(n), First: at, Last: at, Confidence: 1})
		}
		name := iru.Node{Kind: iru.NodeName, Name: fmt.Sprintf("a%d.test", n)}
		add(iru.OutletNode(o.ID), iru.AssetNode(iru.AssetID(n)), iru.RelPublishes)
		add(iru.AssetNode(iru.AssetID(n)), name, iru.RelNamed)
		for k := range 18 {
			add(name, iru.Node{Kind: iru.NodeAddress, Name: fmt.Sprintf("127.0.%d.%d", n%50, k)}, iru.RelResolvesTo)
		}
		return out
	}
	err = d.Tx(ctx, func(x *db.Tx) error {
		if err := x.AddUnit(ctx, &u); err != nil {
			return err
		}
		o.Unit = u.ID
		if err := x.AddOutlet(ctx, &o); err != nil {
			return err
		}
		for n := 1; n <= 200; n++ {
			if err := x.SeeEdges(ctx, look(n, at)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("look", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if err := d.Tx(ctx, func(x *db.Tx) error { return x.SeeEdges(ctx, look(i%200+1, at.Add(time.Duration(i)*time.Second))) }); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("map", func(b *testing.B) {
		for b.Loop() {
			if err := d.View(ctx, func(x *db.Tx) error {
				es, err := x.MapOf(ctx, iru.Program(), o.ID)
				if len(es) != 4000 {
					b.Fatalf("%d edges", len(es))
				}
				if ts := iru.MapAt(es, o.ID, at.Add(time.Hour)); len(ts) != 4000 {
					b.Fatalf("%d ties", len(ts))
				}
				return err
			}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

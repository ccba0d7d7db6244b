// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
)

// BenchmarkDecision is the transaction that everything else is made of: read a state, change it guarded, write an event, enqueue
// the next job. Eight desks do so at once; retried counts how often a function ran again because another was in the way.
func BenchmarkDecision(b *testing.B) {
	for _, engine := range []string{db.SQLite, db.PostgreSQL} {
		b.Run(engine, func(b *testing.B) {
			dsn := filepath.Join(b.TempDir(), "bench.db")
			if engine == db.PostgreSQL {
				dsn = dbtest.Postgres(b)
			}
			d, err := db.Open(b.Context(), dsn)
			if err != nil {
				b.Fatal(err)
			}
			defer d.Close()
			ctx := context.Background()
			exec := func(query string) {
				if err := d.Tx(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, query); return err }); err != nil {
					b.Fatal(err)
				}
			}
			exec(db.Translate(d, "CREATE TABLE bench_signal (id BIGINT IDENTITY PRIMARY KEY, state TEXT NOT NULL, at BIGINT NOT NULL)"))
			exec(db.Translate(d, "CREATE TABLE bench_event (id BIGINT IDENTITY PRIMARY KEY, signal BIGINT NOT NULL, what JSON NOT NULL, seq BIGINT)"))
			exec("CREATE INDEX bench_event_seq ON bench_event (seq)")
			var next, ran atomic.Int64
			b.SetParallelism(4)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					n := next.Add(1)
					if err := d.Tx(ctx, func(tx *db.Tx) error {
						ran.Add(1)
						var id int64
						if err := tx.QueryRow(ctx, "INSERT INTO bench_signal (state, at) VALUES ('red', $1) RETURNING id", n).Scan(&id); err != nil {
							return err
						}
						res, err := tx.Exec(ctx, "UPDATE bench_signal SET state = 'green' WHERE id = $1 AND state = 'red'", id)
						if err != nil {
							return err
						}
						if err := db.Guarded(res); err != nil {
							return err
						}
						what := map[string]int64{"signal": id}
						if _, err := tx.Exec(ctx, "INSERT INTO bench_event (signal, what) VALUES ($1, $2)", id, db.JSON(&what)); err != nil {
							return err
						}
						_, err = tx.Enqueue(ctx, depart{fmt.Sprint(n)}, &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}})
						return err
					}); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(ran.Load()-next.Load())/float64(b.N), "retried/op")
		})
	}
}

// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
	"iolaus/internal/sim"
)

// BenchmarkReleaseMany measures a release on both engines with a third of ten thousand acts, one unit's share where three release together,
// and with all of them at one unit. IOLAUS_RELEASE_ACTS sets other numbers.
func BenchmarkReleaseMany(b *testing.B) {
	many := []int{3334, 10_000}
	if n, err := strconv.Atoi(os.Getenv("IOLAUS_RELEASE_ACTS")); err == nil {
		many = []int{n}
	}
	for _, n := range many {
		for _, engine := range []string{db.SQLite, db.PostgreSQL} {
			b.Run(fmt.Sprintf("%s/%d", engine, n), func(b *testing.B) {
				for range b.N {
					s, err := sim.StartSink(b.Context(), n)
					ok(b, err)
					place := sinkInstallation(b, s)
					if engine == db.PostgreSQL {
						place.dsn = dbtest.Postgres(b)
					}
					spread, own, late := releaseAll(b, place, s, n)
					s.Close()
					b.ReportMetric(spread, "release_spread_ms")
					b.ReportMetric(own, "own_spread_ms")
					b.ReportMetric(late, "first_after_t0_ms")
					measured(fmt.Sprintf("Release of %d acts at T0, half by mail (one server), half by a provider's interface (TLS), with PDF and JSON; %s, receiver on the same machine", n, engine),
						line{"first to last arrival at the receiver", spread, "ms"}, line{"first to last by our own record", own, "ms"}, line{"T0 to first arrival", late, "ms"})
				}
			})
		}
	}
}

// releaseAll lines acts up, releases them and gives how far apart they arrived, by our own record too, and how late the first came.
func releaseAll(b *testing.B, place installation, s *sim.Sink, acts int) (spread, own, late float64) {
	b.Helper()
	o := staff(b, place, sim.World{})
	begun := time.Now()
	op := o.lineUp(b, s, acts)
	b.Logf("%d acts stood after %s", acts, time.Since(begun).Round(time.Second))
	worker := iolaus(b, place.args("work")...)
	worker.await("Working on")
	t0 := time.Now().Add(time.Minute + time.Duration(acts)*50*time.Millisecond).UTC() // their documents are made before
	_, err := o.Release(b.Context(), o.scope("dora"), op.ID, t0)
	ok(b, err)
	ctx, cancel := context.WithTimeout(b.Context(), time.Until(t0)+2*patience)
	defer cancel()
	if err := s.Wait(ctx, acts); err != nil {
		b.Fatalf("%v\n%s", err, worker.output())
	}
	for end := time.Now().Add(2 * time.Minute); op.LastSent.IsZero() && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		o.read(func(ctx context.Context, t *db.Tx) error {
			op, err = t.Operation(ctx, iru.Program(), op.ID)
			return err
		})
	}
	at := s.Arrivals()
	seen := map[string]bool{}
	for _, a := range at {
		seen[a.Key] = true
	}
	if len(seen) != acts {
		b.Errorf("%d different acts arrived, not %d", len(seen), acts)
	}
	first, last := slices.MinFunc(at, byTime).At, slices.MaxFunc(at, byTime).At
	if first.Before(t0) {
		b.Errorf("the first act arrived %s before T0", t0.Sub(first))
	}
	if _, code := worker.stop(); code != 0 {
		b.Errorf("the worker ended with %d:\n%s", code, worker.output())
	}
	return ms(last.Sub(first)), ms(op.LastSent.Sub(op.FirstSent)), ms(first.Sub(t0))
}

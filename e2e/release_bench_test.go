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
					spread, own, late := newReleasing(b, engine, n).releaseAll(b)
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

// BenchmarkReleaseTogether measures ten thousand acts of three units that release at one instant, each with an installation, a store and a worker
// process of its own, one of them on PostgreSQL: how far the acts of each are apart, and how far the units are. IOLAUS_RELEASE_ACTS sets another number.
func BenchmarkReleaseTogether(b *testing.B) {
	n := 10_000
	if set, err := strconv.Atoi(os.Getenv("IOLAUS_RELEASE_ACTS")); err == nil {
		n = set
	}
	each := (n + 2) / 3
	for range b.N {
		var units []*releasing
		for _, engine := range []string{db.SQLite, db.PostgreSQL, db.SQLite} {
			u := newReleasing(b, engine, each)
			u.lineUp(b)
			units = append(units, u)
		}
		for _, u := range units {
			u.start(b)
		}
		t0 := time.Now().Add(time.Minute + 3*time.Duration(each)*25*time.Millisecond).UTC() // they share the processors while they get ready
		for _, u := range units {
			u.release(b, t0)
		}
		var first, last []time.Time
		var lines []line
		for i, u := range units {
			f, l, own := u.done(b, t0)
			first, last = append(first, f), append(last, l)
			name := fmt.Sprintf("unit %d, %s", i+1, u.engine)
			lines = append(lines, line{name + ": T0 to first arrival", ms(f.Sub(t0)), "ms"}, line{name + ": first to last arrival", ms(l.Sub(f)), "ms"}, line{name + ": first to last by its own record", own, "ms"})
			b.ReportMetric(ms(l.Sub(f)), fmt.Sprintf("unit%d_%s_spread_ms", i+1, u.engine))
		}
		apart := func(at []time.Time) float64 {
			return ms(slices.MaxFunc(at, time.Time.Compare).Sub(slices.MinFunc(at, time.Time.Compare)))
		}
		lines = append(lines, line{"between the first acts of the units", apart(first), "ms"}, line{"between the last acts of the units", apart(last), "ms"},
			line{"first to last of all", ms(slices.MaxFunc(last, time.Time.Compare).Sub(slices.MinFunc(first, time.Time.Compare))), "ms"})
		b.ReportMetric(apart(first), "skew_of_first_ms")
		b.ReportMetric(apart(last), "skew_of_last_ms")
		for _, l := range lines {
			b.Logf("%s: %.1f %s", l.what, l.value, l.unit)
		}
		measured(fmt.Sprintf("Release of %d acts of three units at one T0, each with a worker process, a store and a receiver of its own on one machine; half by mail, half by interface, with PDF and JSON", 3*each), lines...)
	}
}

// A releasing unit has acts that leave together.
type releasing struct {
	engine string
	acts   int
	sink   *sim.Sink
	place  installation
	office *office
	op     iru.Operation
	worker *program
}

func newReleasing(b *testing.B, engine string, acts int) *releasing {
	b.Helper()
	s, err := sim.StartSink(b.Context(), acts)
	ok(b, err)
	b.Cleanup(s.Close)
	r := &releasing{engine: engine, acts: acts, sink: s, place: sinkInstallation(b, s)}
	if engine == db.PostgreSQL {
		r.place.dsn = dbtest.Postgres(b)
	}
	return r
}

func (r *releasing) lineUp(b *testing.B) {
	b.Helper()
	r.office = staff(b, r.place, sim.World{})
	begun := time.Now()
	r.op = r.office.lineUp(b, r.sink, r.acts)
	b.Logf("%d acts stood after %s on %s", r.acts, time.Since(begun).Round(time.Second), r.engine)
}

// start has a worker seal what was decided: the store is busy with that, and on a day it was done long before.
func (r *releasing) start(b *testing.B) {
	b.Helper()
	r.worker = iolaus(b, r.place.args("work")...)
	r.worker.await("Working on")
	for end := time.Now().Add(2 * patience); ; time.Sleep(100 * time.Millisecond) {
		waiting, err := r.office.Waiting(b.Context())
		ok(b, err)
		if !waiting {
			return
		}
		if time.Now().After(end) {
			b.Fatal("what was decided is not sealed")
		}
	}
}

func (r *releasing) release(b *testing.B, t0 time.Time) {
	b.Helper()
	_, err := r.office.Release(b.Context(), r.office.scope("dora"), r.op.ID, t0)
	ok(b, err)
}

// done waits until all have arrived, and gives when the first and the last did, and the spread in milliseconds by the unit's own record.
func (r *releasing) done(b *testing.B, t0 time.Time) (first, last time.Time, own float64) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Until(t0)+2*patience)
	defer cancel()
	if err := r.sink.Wait(ctx, r.acts); err != nil {
		b.Fatalf("%v\n%s", err, r.worker.output())
	}
	for end := time.Now().Add(2 * time.Minute); r.op.LastSent.IsZero() && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		r.office.read(func(ctx context.Context, t *db.Tx) (err error) {
			r.op, err = t.Operation(ctx, iru.Program(), r.op.ID)
			return err
		})
	}
	ok(b, r.sink.Read())
	at := r.sink.Arrivals()
	seen := map[string]bool{}
	for _, a := range at {
		seen[a.Key] = true
	}
	if len(seen) != r.acts {
		b.Errorf("%d different acts arrived, not %d", len(seen), r.acts)
	}
	first, last = slices.MinFunc(at, byTime).At, slices.MaxFunc(at, byTime).At
	if first.Before(t0) {
		b.Errorf("the first act arrived %s before T0", t0.Sub(first))
	}
	if _, code := r.worker.stop(); code != 0 {
		b.Errorf("the worker ended with %d:\n%s", code, r.worker.output())
	}
	return first, last, ms(r.op.LastSent.Sub(r.op.FirstSent))
}

// releaseAll lines acts up, releases them and gives how far apart they arrived, by our own record too, and how late the first came.
func (r *releasing) releaseAll(b *testing.B) (spread, own, late float64) {
	b.Helper()
	r.lineUp(b)
	r.start(b)
	t0 := time.Now().Add(time.Minute + time.Duration(r.acts)*50*time.Millisecond).UTC() // their documents are made before
	r.release(b, t0)
	first, last, own := r.done(b, t0)
	return ms(last.Sub(first)), own, ms(first.Sub(t0))
}

// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"strings"
	"sync"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// chatter writes so many events that say nothing.
func (u *unit) chatter(n int) {
	u.t.Helper()
	for n > 0 {
		batch := min(n, 500)
		must(u.t, u.DB.Tx(u.t.Context(), func(x *db.Tx) error {
			for range batch {
				if _, err := x.Record(u.t.Context(), iru.Event{At: u.now, Unit: 1, Subject: iru.Subject{Noun: "asset", ID: 1}, Verb: "seen"}); err != nil {
					return err
				}
			}
			return nil
		}))
		n -= batch
	}
}

// Of two holders one sequences; the other one says so and does nothing, until the role is free.
func TestOneSequencer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		u.whole() // as "test", which holds the role from here on
		u.chatter(3)
		if n, err := u.Seal(ctx, "other"); n != 0 || err != nil {
			t.Errorf("two sequencers: %d, %v", n, err)
		}
		if n, err := u.Seal(ctx, "test"); n != 3 || err != nil {
			t.Errorf("the holder sealed %d: %v", n, err)
		}
		must(t, d.ReleaseLease(ctx, "sequencer", "test"))
		u.chatter(2)
		if n, err := u.Seal(ctx, "other"); n != 2 || err != nil {
			t.Errorf("after the role was given up: %d, %v", n, err)
		}
		must(t, d.ReleaseLease(ctx, "sequencer", "other"))
		u.whole()
	})
}

// Many callers at once, while others write: each event gets one place, and nobody fails.
func TestSealAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		u.whole()
		var wg sync.WaitGroup
		var mu sync.Mutex
		total := 0
		wg.Go(func() { u.chatter(120) })
		for range 4 {
			wg.Go(func() {
				for range 6 {
					n, err := u.Seal(ctx, "test")
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					total += n
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		for {
			n, err := u.Seal(ctx, "test")
			must(t, err)
			if total += n; n == 0 {
				break
			}
		}
		if total != 120 {
			t.Errorf("%d of 120 events were sealed", total)
		}
		u.whole()
	})
}

// Three full batches, exhibits among the last of one.
func TestSealInBatches(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		_, i, _ := u.watched(ctx)
		u.whole()
		u.chatter(3*desk.SealBatch - 3)
		_, err := u.RecordCapture(ctx, captured(i, u.now, "text")) // one event: the capture
		must(t, err)
		waiting := len(view(u, func(x *db.Tx) ([]db.Unsequenced, error) { return x.Unsequenced(ctx, 4*desk.SealBatch) }))
		u.chatter(3*desk.SealBatch - waiting)
		var sealed []int
		for {
			n, err := u.Seal(ctx, "test")
			must(t, err)
			if n == 0 {
				break
			}
			sealed = append(sealed, n)
		}
		if len(sealed) != 3 || sealed[0] != desk.SealBatch || sealed[2] != desk.SealBatch {
			t.Errorf("sealed %v", sealed)
		}
		for _, x := range view(u, func(x *db.Tx) ([]iru.Exhibit, error) { return x.Exhibits(ctx, iru.Program(), 9) }) {
			if x.State != iru.ExhibitSealed {
				t.Errorf("exhibit %d is %s though its event is sealed", x.ID, x.State)
			}
		}
		if w, err := u.Waiting(ctx); w || err != nil {
			t.Errorf("events wait: %v, %v", w, err)
		}
		u.whole()
	})
}

// A checkpoint that is not this log's stops the sequencer: it signs nothing on top of a forgery.
func TestSealOnAForgery(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	u.whole()
	must(t, u.DB.Tx(ctx, func(x *db.Tx) error {
		_, err := x.Exec(ctx, "UPDATE checkpoint SET signed=replace(signed, 'unit-a', 'unit-z')")
		return err
	}))
	u.chatter(1)
	if n, err := u.Seal(ctx, "test"); n != 0 || err == nil || !strings.Contains(err.Error(), "not ours") {
		t.Errorf("sealed %d on a forged checkpoint: %v", n, err)
	}
}

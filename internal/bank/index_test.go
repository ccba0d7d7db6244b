// SPDX-License-Identifier: EUPL-1.2

package bank

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"iolaus/internal/iru"
	"iolaus/internal/recognise/ring"
)

// What was removed before, or never was there, is not taken away a second time: also when a merge has forgotten that it was.
func TestRemoveCountsOnce(t *testing.T) {
	t.Parallel()
	x := open(t, t.TempDir(), Options{})
	c := counted{limit: 20_000}
	takeIn(t, x, c)
	c.gone = 20_000
	for range 3 {
		check(t, x.Remove(append(removals(0, c.gone), 3, 3, -1, 0, c.limit+3)))
		same(t, x, c)
		check(t, x.Merge(t.Context()))
		same(t, x, c)
	}
	check(t, x.Remove([]int64{c.limit + 3}))
	c.limit += 100
	takeIn(t, x, c)
	same(t, x, c)
}

func TestIndexFollowsItsStore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	x := open(t, dir, Options{})
	reader := open(t, dir, Options{Follow: true})
	var c counted
	for _, next := range []counted{{0, 0}, {1, 0}, {3000, 0}, {3000, 2000}, {9000, 2000}, {9100, 9100}, {40000, 9100}, {40000, 40000}, {40001, 40000}} {
		grown := counted{next.limit, c.gone}
		if n, want := takeIn(t, x, grown), len(mustAfter(t, grown, c.limit)); n != want {
			t.Fatalf("%v: %d added, want %d", next, n, want)
		}
		check(t, x.Remove(removals(c.gone, next.gone)))
		c = next
		if x.Watermark() != c.limit && c.has(c.limit) {
			t.Fatalf("%v: watermark %d", c, x.Watermark())
		}
		same(t, x, c)
		check(t, reader.Refresh())
		same(t, reader, c)
		if n := takeIn(t, x, c); n != 0 {
			t.Fatalf("%v: %d added a second time", c, n)
		}
		if c.limit == 9000 || c.limit == 40000 {
			check(t, x.Merge(t.Context()))
			same(t, x, c)
			check(t, reader.Refresh())
			same(t, reader, c)
		}
		check(t, x.Close())
		x = open(t, dir, Options{Damaged: func(file string, err error) { t.Errorf("%s: %v", file, err) }})
		same(t, x, c)
	}
	check(t, x.Verify())
	check(t, x.Merge(t.Context()))
	x.mu.Lock()
	defer x.mu.Unlock()
	if from, to := due(x.m.Segments, x.dead); from != to || len(x.m.Segments) > 3 {
		t.Errorf("after a merge: %+v", x.m.Segments)
	}
	left, err := os.ReadDir(dir)
	check(t, err)
	for _, f := range left {
		if n := f.Name(); n != "manifest" && n != "lock" && !x.m.names(n) {
			t.Errorf("%s was left", n)
		}
	}
}

func mustAfter(t *testing.T, c counted, id int64) []Entry {
	all, err := c.After(t.Context(), id, 1<<30)
	check(t, err)
	return all
}

func TestOneWriter(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	x := open(t, dir, Options{})
	if _, err := Open(dir, Options{}); !errors.Is(err, iru.Conflict) {
		t.Errorf("a second writer: %v", err)
	}
	reader := open(t, dir, Options{Follow: true})
	if err := reader.Remove([]int64{1}); !errors.Is(err, iru.Conflict) {
		t.Errorf("who follows removed: %v", err)
	}
	if _, err := reader.Sync(t.Context(), counted{limit: 1}); !errors.Is(err, iru.Conflict) {
		t.Errorf("who follows took in: %v", err)
	}
	if err := reader.Merge(t.Context()); !errors.Is(err, iru.Conflict) {
		t.Errorf("who follows merged: %v", err)
	}
	takeIn(t, x, counted{limit: 10})
	check(t, x.Close())
	if x.Len() != 0 || x.Search(fingerprint(1), 31, nil) != nil || x.Watermark() != 0 {
		t.Error("there is something after Close")
	}
	if _, err := x.Sync(t.Context(), counted{limit: 1}); !errors.Is(err, iru.Conflict) {
		t.Errorf("took in after Close: %v", err)
	}
	check(t, x.Close())
	open(t, dir, Options{})
}

// Searches run while everything changes; each sees a moment of the store, in which the removed are gone and the rest is there.
func TestReadersNeverWait(t *testing.T) {
	t.Parallel()
	x := open(t, t.TempDir(), Options{})
	takeIn(t, x, counted{limit: 6000})
	var all sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		all.Go(func() {
			var hits []ring.Hit
			for n := int64(0); ; n++ {
				select {
				case <-done:
					return
				default:
				}
				id := n%6000 + 1
				hits = x.Search(fingerprint(id), 0, hits[:0])
				found := false
				for _, h := range hits {
					found = found || h.ID == id
				}
				if !found && id%7 != 3 {
					t.Errorf("%d was not found", id)
					return
				}
			}
		})
	}
	merges := make(chan error, 1)
	go func() {
		for {
			if err := x.Merge(t.Context()); err != nil {
				merges <- err
				return
			}
			select {
			case <-done:
				merges <- nil
				return
			default:
			}
		}
	}()
	c := counted{limit: 6000}
	for range 30 {
		next := counted{limit: c.limit + 1500, gone: c.limit}
		check(t, x.Remove(removals(c.gone, next.gone)))
		takeIn(t, x, next)
		c = next
	}
	close(done)
	all.Wait()
	check(t, <-merges)
	same(t, x, c)
}

// A long rebuild tells how far it is, ends with its context, and goes on from there.
func TestSyncIsResumed(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), counted{limit: 3 * page}
	ctx, cancel := context.WithCancel(t.Context())
	told := 0
	x := open(t, dir, Options{Progress: func(n int, watermark int64) {
		if told = n; watermark < int64(n) {
			t.Errorf("watermark %d after %d", watermark, n)
		}
		cancel()
	}})
	s := &slow{counted: counted{limit: page / 2}}
	if n, err := x.Sync(ctx, s); !errors.Is(err, context.Canceled) || n != told || n != page/2 {
		t.Fatalf("%d, %v after %d", n, err, told)
	}
	if n := takeIn(t, x, c); n != 3*page-page/2 {
		t.Fatalf("%d added afterwards", n)
	}
	same(t, x, c)
	ended, stop := context.WithCancel(t.Context())
	stop()
	if err := x.Merge(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("merge: %v", err)
	}
	same(t, x, c)
}

// slow gives more each time.
type slow struct{ counted }

func (s *slow) After(ctx context.Context, id int64, n int) ([]Entry, error) {
	all, err := s.counted.After(ctx, id, n)
	s.limit += page / 2
	return all, err
}

func TestSourceOutOfOrderIsRefused(t *testing.T) {
	t.Parallel()
	x := open(t, t.TempDir(), Options{})
	if _, err := x.Sync(t.Context(), backwards{}); !errors.Is(err, iru.Internal) || !strings.Contains(err.Error(), "1 after 2") {
		t.Errorf("%v", err)
	}
	if x.Len() != 0 {
		t.Error("something was taken in")
	}
}

type backwards struct{ counted }

func (backwards) After(context.Context, int64, int) ([]Entry, error) {
	return []Entry{{ID: 2}, {ID: 1}}, nil
}

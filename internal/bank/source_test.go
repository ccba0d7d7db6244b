// SPDX-License-Identifier: EUPL-1.2

package bank

import (
	"context"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"iolaus/internal/recognise/ring"
)

// counted is a store whose content two numbers describe: it has had the numbers up to limit, and each seventh up to gone was removed.
type counted struct{ limit, gone int64 }

func (c counted) has(id int64) bool { return id > 0 && id <= c.limit && (id > c.gone || id%7 != 3) }

// fingerprint is what the store has under a number: families of near copies, in which some are equal.
func fingerprint(id int64) ring.Hash {
	r := rand.New(rand.NewPCG(uint64(id/20), 9))
	h := ring.Hash{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
	r = rand.New(rand.NewPCG(uint64(id), 10))
	for range r.IntN(12) {
		b := r.IntN(256)
		h[b/64] ^= 1 << (b % 64)
	}
	return h
}

func (c counted) After(ctx context.Context, id int64, n int) (all []Entry, err error) {
	for id++; id <= c.limit && len(all) < n; id++ {
		if c.has(id) {
			all = append(all, Entry{ID: id, Hash: fingerprint(id)})
		}
	}
	return all, ctx.Err()
}

func (c counted) Alive(_ context.Context, ids []int64) (alive []int64, err error) {
	for _, id := range ids {
		if c.has(id) {
			alive = append(alive, id)
		}
	}
	return alive, nil
}

// removals are the numbers that go when gone goes from one number to another.
func removals(from, to int64) (ids []int64) {
	for id := from + 1; id <= to; id++ {
		if id%7 == 3 {
			ids = append(ids, id)
		}
	}
	return ids
}

func (c counted) brute(q ring.Hash, radius int) (hits []ring.Hit) {
	for id := int64(1); id <= c.limit; id++ {
		if !c.has(id) {
			continue
		}
		h, d := fingerprint(id), 0
		for i := range h {
			d += bits.OnesCount64(h[i] ^ q[i])
		}
		if d <= radius {
			hits = append(hits, ring.Hit{ID: id, Distance: d})
		}
	}
	return hits
}

// same compares the index with the store: everything, and what is near a few.
func same(t *testing.T, x *Index, c counted) {
	t.Helper()
	qs := []ring.Hash{fingerprint(1), fingerprint(c.limit / 2), fingerprint(c.limit)}
	for _, radius := range []int{256, 31, 0} {
		many := make([][]ring.Hit, len(qs))
		x.SearchMany(qs, radius, func(n int, h ring.Hit) { many[n] = append(many[n], h) })
		for n, q := range qs {
			want := c.brute(q, radius)
			for _, got := range [][]ring.Hit{x.Search(q, radius, nil), many[n]} {
				slices.SortFunc(got, func(a, b ring.Hit) int { return int(a.ID - b.ID) })
				if !slices.Equal(got, want) {
					t.Fatalf("radius %d: %d hits, want %d", radius, len(got), len(want))
				}
			}
		}
	}
	if n := len(c.brute(ring.Hash{}, 256)); x.Len() != n {
		t.Fatalf("length %d, want %d", x.Len(), n)
	}
}

func open(t *testing.T, dir string, o Options) *Index {
	t.Helper()
	x, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

func takeIn(t *testing.T, x *Index, c counted) int {
	t.Helper()
	n, err := x.Sync(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

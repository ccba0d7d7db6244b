// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func hashOf(r *rapid.T, label string) PDQ {
	return PDQ{rapid.Uint64().Draw(r, label), rapid.Uint64().Draw(r, label), rapid.Uint64().Draw(r, label), rapid.Uint64().Draw(r, label)}
}

// flipped is p with the given bits inverted.
func flipped(p PDQ, bits []int) PDQ {
	for _, k := range bits {
		p[k/64] ^= 1 << (k % 64)
	}
	return p
}

// The index agrees with a list of pairs through any series of additions, removals and searches.
func TestIndexAgreesWithAList(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		type pair struct {
			p  PDQ
			id int64
		}
		centre := hashOf(r, "centre")
		x := NewIndex()
		var list []pair
		for range rapid.IntRange(0, 40).Draw(r, "steps") {
			bits := rapid.SliceOfNDistinct(rapid.IntRange(0, 255), 0, 40, rapid.ID).Draw(r, "bits")
			p := pair{flipped(centre, bits), rapid.Int64Range(1, 5).Draw(r, "id")}
			at := slices.Index(list, p)
			if rapid.IntRange(0, 3).Draw(r, "remove") == 0 {
				if len(list) > 0 {
					at = rapid.IntRange(0, len(list)-1).Draw(r, "which")
					p = list[at]
				}
				if x.Remove(p.p, p.id) != (at >= 0) {
					r.Fatal("removal disagrees")
				}
				if at >= 0 {
					list = slices.Delete(list, at, at+1)
				}
				continue
			}
			x.Add(p.p, p.id)
			if at < 0 {
				list = append(list, p)
			}
		}
		if x.Len() != len(list) {
			r.Fatalf("%d pairs, want %d", x.Len(), len(list))
		}
		radius := rapid.IntRange(0, MatchRadius).Draw(r, "radius")
		want := map[Hit]int{}
		for _, p := range list {
			if d := p.p.Distance(centre); d <= radius {
				want[Hit{p.id, d}]++
			}
		}
		got := x.Search(centre, radius)
		for i, h := range got {
			want[h]--
			if i > 0 && got[i-1].Distance > h.Distance {
				r.Fatal("not nearest first")
			}
		}
		for h, n := range want {
			if n != 0 {
				r.Fatalf("%v is %d times too few", h, n)
			}
		}
	})
}

func TestIndexReadersSideBySide(t *testing.T) {
	t.Parallel()
	x := NewIndex()
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for k := range 200 {
				x.Add(PDQ{uint64(i), uint64(k)}, int64(k))
				if hits := x.Search(PDQ{uint64(i), uint64(k)}, 0); len(hits) != 1 {
					t.Errorf("%d hits for a hash just added", len(hits))
				}
				if k%2 == 0 && !x.Remove(PDQ{uint64(i), uint64(k)}, int64(k)) {
					t.Error("a hash just added is not there")
				}
			}
		})
	}
	all.Wait()
	if x.Len() != 400 {
		t.Errorf("%d pairs left, want 400", x.Len())
	}
}

func BenchmarkIndexSearch(b *testing.B) {
	x := NewIndex()
	state := uint64(1)
	next := func() uint64 {
		state = state*6364136223846793005 + 1442695040888963407
		return state ^ state>>31
	}
	for i := range 100_000 {
		x.Add(PDQ{next(), next(), next(), next()}, int64(i))
	}
	for b.Loop() {
		x.Search(PDQ{next(), next(), next(), next()}, MatchRadius)
	}
}

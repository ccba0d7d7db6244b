// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// Every kernel, on every kind of data, gives what comparing everything gives, one by one and all at once.
func TestAnswersEqualBruteForce(t *testing.T) {
	t.Parallel()
	sizes := []int{0, 1, 2, 7, 8, 9, 31, 32, 33, few - 1, few, few + 1, 5000, 70000}
	radii := []int{-1, 0, 1, 7, 15, 16, 23, 24, 31, 32, 40, 47, 48, 100, 256, 300}
	for kind, make := range kinds {
		for _, n := range sizes {
			t.Run(fmt.Sprintf("%s %d", kind, n), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(uint64(n), 1))
				hashes := make(r, n)
				entries := entriesOf(hashes)
				qs := kinds["random"](r, 2)
				for i := range 10 {
					if n > 0 {
						qs = append(qs, turned(r, hashes[r.IntN(n)], i*6))
					}
				}
				s := build(t, entries)
				if s.Len() != n {
					t.Fatalf("%d entries, want %d", s.Len(), n)
				}
				for _, k := range kernels() {
					s := s.with(k)
					for _, radius := range radii {
						if n > 10000 && (radius > 48 || kind == "few" && radius > 1) { // a million hits a query
							continue
						}
						many := map[int][]Hit{}
						s.SearchMany(qs, radius, func(q int, h Hit) { many[q] = append(many[q], h) })
						swept, did := map[int][]Hit{}, false
						if l := limitsOf(radius); radius >= 0 && l.one <= 1 && n > few {
							did = true
							s.sweep(qs, radius, l, func(q int, h Hit) { swept[q] = append(swept[q], h) })
						}
						for i, q := range qs {
							want := brute(entries, q, radius)
							if got := sorted(s.Search(q, radius, nil)); !slices.Equal(got, want) {
								t.Fatalf("%s, radius %d, query %d: %d hits, want %d", k.name, radius, i, len(got), len(want))
							}
							if got := sorted(many[i]); !slices.Equal(got, want) {
								t.Fatalf("%s, radius %d, query %d of many: %d hits, want %d", k.name, radius, i, len(got), len(want))
							}
							if got := sorted(swept[i]); did && !slices.Equal(got, want) {
								t.Fatalf("%s, radius %d, query %d of a sweep: %d hits, want %d", k.name, radius, i, len(got), len(want))
							}
						}
					}
				}
			})
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// From how many hashes on the tables are faster than comparing everything: few.
func BenchmarkSmall(b *testing.B) {
	for _, n := range []int{512, 1024, few, 4096, 8192} {
		r := rand.New(rand.NewPCG(uint64(n), 3))
		s, qs := build(b, entriesOf(kinds["random"](r, n))), kinds["random"](r, 1000)
		for _, way := range []string{"tables", "scan"} {
			b.Run(fmt.Sprintf("%d/%s", n, way), func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					if way == "scan" {
						s.scan(&qs[i%1000], 31, nil)
					} else {
						s.probe(&qs[i%1000], 31, nil)
					}
				}
			})
		}
	}
}

// From how many queries on a sweep is faster than a search for each: pays.
func BenchmarkBatch(b *testing.B) {
	r := rand.New(rand.NewPCG(6, 3))
	s := build(b, entriesOf(kinds["random"](r, 1_000_000)))
	for _, n := range []int{512, 1024, 2048, 4096, 8192, 16384} {
		qs := kinds["random"](r, n)
		for _, way := range []string{"sweep", "one"} {
			b.Run(fmt.Sprintf("%d/%s", n, way), func(b *testing.B) {
				for b.Loop() {
					if way == "sweep" {
						s.sweep(qs, 31, limitsOf(31), func(int, Hit) {})
					} else {
						for i := range qs {
							s.Search(qs[i], 31, nil)
						}
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/query")
			})
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// One core, in memory: a segment of each kind of data, beside the peer's index of the same hashes where IOLAUS_PEERS says where it is.
// scratch-B/hash is all memory that was asked for beside the entries and what was written.
func BenchmarkBuild(b *testing.B) {
	for _, n := range sizes() {
		for _, kind := range []string{"random", "clustered", "biased", "alike"} {
			b.Run(fmt.Sprintf("%s/%dM", kind, n/1e6), func(b *testing.B) {
				runtime.LockOSThread()
				hashes := kinds[kind](rand.New(rand.NewPCG(uint64(n), 3)), n)
				entries := entriesOf(hashes)
				var buf bytes.Buffer
				buf.Grow(n*135 + 1<<20)
				var from, to runtime.MemStats
				runtime.ReadMemStats(&from)
				before := spent()
				if err := Build(&buf, entries); err != nil {
					b.Fatal(err)
				}
				built := spent() - before
				runtime.ReadMemStats(&to)
				for b.Loop() {
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(built, "cpu-s")
				b.ReportMetric(float64(to.TotalAlloc-from.TotalAlloc)/float64(n), "scratch-B/hash")
				if p := peer(b, hashes, slices.Clone(hashes[:1])); p != nil {
					b.ReportMetric(p.Build/built, "times-faiss")
				}
			})
		}
	}
}

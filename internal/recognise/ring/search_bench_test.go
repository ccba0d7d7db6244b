// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// IOLAUS_RING_SIZES are the numbers of hashes to measure at, in millions; a segment of 50 needs 12 GB while it is built.
func sizes() (all []int) {
	s := os.Getenv("IOLAUS_RING_SIZES")
	if s == "" {
		s = "1 10"
	}
	for f := range strings.FieldsSeq(s) {
		n, err := strconv.ParseFloat(f, 64)
		if err != nil {
			panic(err)
		}
		all = append(all, int(n*1e6))
	}
	return all
}

// spent is the processor time of this thread, in seconds.
func spent() float64 {
	var u syscall.Rusage
	const thread = 1 // RUSAGE_THREAD
	if err := syscall.Getrusage(thread, &u); err != nil {
		panic(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

type peerFigures struct {
	Build   float64 `json:"build_cpu_seconds"`
	Seconds float64 `json:"cpu_seconds"`
	Queries float64 `json:"queries"`
	Hits    int     `json:"hits"`
	Bytes   float64 `json:"bytes"`
}

// peer runs the multi-index hashing of IOLAUS_PEERS on the same hashes and queries.
func peer(b *testing.B, hashes, qs []Hash) *peerFigures {
	dir := os.Getenv("IOLAUS_PEERS")
	if dir == "" {
		return nil
	}
	var files []string
	for name, all := range map[string][]Hash{"1hashes": hashes, "2queries": qs} {
		var raw []byte
		for _, h := range all {
			raw = appendHash(raw, h)
		}
		files = append(files, filepath.Join(b.TempDir(), name))
		if err := os.WriteFile(files[len(files)-1], raw, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	slices.SortFunc(files, func(x, y string) int { return strings.Compare(filepath.Base(x), filepath.Base(y)) })
	out, err := exec.Command(filepath.Join(dir, "pdq-multihash"), files[0], files[1], "31").Output()
	if err != nil {
		b.Fatal(err)
	}
	var p peerFigures
	if err := json.Unmarshal(out, &p); err != nil {
		b.Fatal(err)
	}
	return &p
}

// One core, radius 31; a query in ten is near a stored one. Beyond 10 million the peer is left out: it would take an hour.
func BenchmarkSearch(b *testing.B) {
	runtime.LockOSThread()
	for _, n := range sizes() {
		for _, c := range []struct {
			kind  string
			asked int // of the peer, which takes 50 ms for one at 10 million
			most  int
		}{{"random", 500, math.MaxInt}, {"clustered", 500, 10e6}, {"biased", 500, 10e6}, {"alike", 20, 1e6}} {
			if n <= c.most {
				search(b, n, c.kind, c.asked)
			}
		}
	}
}

func search(b *testing.B, n int, kind string, asked int) {
	r := rand.New(rand.NewPCG(uint64(n), 3))
	hashes := kinds[kind](r, n)
	qs := kinds[kind](r, batch)
	for i := 0; i < len(qs); i += 10 {
		qs[i] = turned(r, hashes[r.IntN(n)], 24)
	}
	entries := entriesOf(hashes)
	var p *peerFigures
	if n <= 10e6 {
		p = peer(b, hashes, qs[:asked])
	}
	var buf bytes.Buffer
	buf.Grow(n*135 + 1<<20)
	before := spent()
	if err := Build(&buf, entries); err != nil {
		b.Fatal(err)
	}
	built := spent() - before
	s, err := Open(buf.Bytes())
	if err != nil {
		b.Fatal(err)
	}
	found := 0
	for _, q := range qs[:asked] {
		found += len(s.Search(q, 31, nil))
	}
	if p != nil && p.Hits != found {
		b.Fatalf("%d hits, the peer has %d", found, p.Hits)
	}
	of := fmt.Sprintf("%s-%dM", kind, n/1e6)
	b.Run("build/"+of, func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(built, "cpu-s")
		b.ReportMetric(float64(s.Size())/float64(n), "B/hash")
		if p != nil {
			b.ReportMetric(p.Build/built, "times-faiss")
			b.ReportMetric(p.Bytes/float64(n), "faiss-B/hash")
		}
	})
	report := func(b *testing.B, queries int, seconds float64) {
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(queries)/seconds, "queries/s")
		if p != nil {
			b.ReportMetric(float64(queries)/seconds/(p.Queries/p.Seconds), "times-faiss")
		}
	}
	for _, k := range kernels() {
		s := s.with(k)
		b.Run(fmt.Sprintf("one/%s/%s", of, k.name), func(b *testing.B) {
			runtime.LockOSThread()
			var hits []Hit
			i, before := 0, spent()
			for b.Loop() {
				hits = s.Search(qs[i%asked], 31, hits[:0])
				i++
			}
			report(b, i, spent()-before)
		})
		b.Run(fmt.Sprintf("many/%s/%s", of, k.name), func(b *testing.B) {
			runtime.LockOSThread()
			many := qs
			if kind == "alike" { // each answer is most of the segment
				many = qs[:500]
			}
			i, before := 0, spent()
			for b.Loop() {
				s.SearchMany(many, 31, func(int, Hit) {})
				i += len(many)
			}
			report(b, i, spent()-before)
		})
	}
}

// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// soundOf makes a fingerprint as a programme has: bits that are set unevenly often and stay as they are for a while.
func soundOf(seed uint64, steps int) recognise.Audio {
	g := rand.New(rand.NewPCG(seed, 11))
	var often [32]float64
	for b := range often {
		often[b] = .25 + .5*rand.New(rand.NewPCG(uint64(b), 3)).Float64()
	}
	a := make(recognise.Audio, steps)
	var v uint32
	for i := range a {
		for b := range often {
			if g.IntN(5) == 0 {
				v &^= 1 << b
				if g.Float64() < often[b] {
					v |= 1 << b
				}
			}
		}
		a[i] = v
	}
	return a
}

// noisy is a part of a fingerprint, with one bit in twenty wrong.
func noisy(a recognise.Audio, from, steps int, seed uint64) recognise.Audio {
	g := rand.New(rand.NewPCG(seed, 13))
	out := append(recognise.Audio{}, a[from:from+steps]...)
	for i := range out {
		for b := range 32 {
			if g.IntN(20) == 0 {
				out[i] ^= 1 << b
			}
		}
	}
	return out
}

const (
	programmes     = 10_000
	programmeSteps = 1454 // three minutes
)

// BenchmarkLookupSound is what it costs to look up thirty seconds of a stream among 10,000 programmes of three minutes: with the index at
// hand, and by who has none yet.
func BenchmarkLookupSound(b *testing.B) {
	ctx, d := b.Context(), dbtest.Open(b)
	s := newScene(b, d)
	var bank iru.Bank
	err := d.Tx(ctx, func(x *db.Tx) error {
		bank = iru.Bank{Unit: s.scope.Unit, Name: "programmes", Source: iru.SourceFeed}
		return x.AddBank(ctx, &bank)
	})
	for n := 0; n < programmes && err == nil; n += 1000 {
		err = d.Tx(ctx, func(x *db.Tx) error {
			var ks []*iru.Known
			for i := range 1000 {
				ks = append(ks, &iru.Known{Bank: bank.ID, State: iru.KnownActive, Label: fmt.Sprint(n + i),
					Signals: []iru.Signal{{Medium: iru.MediumAudio, Value: soundOf(uint64(n+i), programmeSteps).Bytes()}}})
			}
			return x.AddKnowns(ctx, ks)
		})
	}
	if err != nil {
		b.Fatal(err)
	}
	look := func(b *testing.B, l *Lookup, n int) {
		q := noisy(soundOf(uint64(n%programmes), programmeSteps), 300, 242, uint64(n))
		found, err := l.Find(ctx, iru.ProgramFor(s.scope.Unit), []iru.Signal{{Medium: iru.MediumAudio, Value: q.Bytes()}})
		if err != nil || len(found[0]) != 1 || found[0][0].Known.Label != fmt.Sprint(n%programmes) {
			b.Fatalf("%d: %v, %v", n, found, err)
		}
	}
	heap := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / 1e6
	}
	b.Run("first", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			look(b, NewLookup(d, ""), n)
		}
	})
	b.Run("kept", func(b *testing.B) {
		before := heap()
		l := NewLookup(d, "")
		look(b, l, 1)
		kept := heap() - before
		for n := 0; b.Loop(); n++ {
			look(b, l, n)
		}
		b.ReportMetric(kept, "MB-kept")
		runtime.KeepAlive(l)
	})
}

// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"bytes"
	"cmp"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Equal hashes lie once and keep all their numbers; the same entry twice counts once; numbers may be anything.
func TestNumbersAreKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		entries := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Entry {
			id := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-3, 3), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64})).Draw(t, "id")
			return Entry{id, Hash{rapid.Uint64Range(0, 2).Draw(t, "first") << 60, 0, 0, rapid.Uint64Range(0, 2).Draw(t, "last")}}
		}), 0, 60).Draw(rt, "entries")
		s := build(t, entries)
		want := slices.Clone(entries)
		slices.SortFunc(want, order)
		want = slices.Compact(want)
		if got := slices.Collect(s.All()); !slices.Equal(got, want) || s.Len() != len(want) {
			rt.Fatalf("%v, want %v", got, want)
		}
		numbers := slices.Sorted(s.Numbers())
		for i, e := range slices.SortedFunc(slices.Values(want), func(a, b Entry) int { return cmp.Compare(a.ID, b.ID) }) {
			if len(numbers) != len(want) || numbers[i] != e.ID {
				rt.Fatalf("numbers %v of %v", numbers, want)
			}
		}
		for _, e := range want {
			if !slices.Contains(s.Search(e.Hash, 0, nil), Hit{e.ID, 0}) {
				rt.Fatalf("%v was not found", e)
			}
		}
	})
}

// All 16 bits of a slot choose the bucket from 1,966,080 hashes on.
func TestTwoMillion(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 5))
	hashes := kinds["random"](r, 2_000_000)
	for i := range 1000 {
		hashes[i*7] = turned(r, hashes[i*1000], i%40)
	}
	entries := entriesOf(hashes)
	s := build(t, entries)
	if s.buckets != slotBits {
		t.Fatalf("%d bits", s.buckets)
	}
	if n := s.Size() / s.Len(); n > 130 {
		t.Errorf("%d bytes a hash", n)
	}
	if !bytes.Equal(s.b, plainly(entries)) {
		t.Error("the segment is not as a plain one")
	}
	var qs []Hash
	for i := range 6 {
		qs = append(qs, turned(r, hashes[i*5000], i*7))
	}
	for _, k := range kernels() {
		s := s.with(k)
		for _, radius := range []int{0, 31, 47} {
			many := make([][]Hit, len(qs))
			if radius <= 31 {
				s.sweep(qs, radius, limitsOf(radius), func(q int, h Hit) { many[q] = append(many[q], h) })
			}
			for i, q := range qs {
				want := brute(entries, q, radius)
				if got := sorted(s.Search(q, radius, nil)); !slices.Equal(got, want) {
					t.Errorf("%s, radius %d: %v, want %v", k.name, radius, got, want)
				}
				if radius <= 31 && !slices.Equal(sorted(many[i]), want) {
					t.Errorf("%s, radius %d, sweep: %v, want %v", k.name, radius, many[i], want)
				}
			}
		}
	}
}

// A flipped bit is found by Verify, wherever it is; until then no search crashes or reads elsewhere.
func TestFlippedBits(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 8))
	hashes := kinds["clustered"](r, 3000)
	hashes = append(hashes, hashes[:50]...)
	whole := build(t, entriesOf(hashes)).b
	at := []int{0, 7, 8, 12, 13, 16, 24, 56, 63, len(whole) - 1, len(whole) - footSize}
	for range 500 {
		at = append(at, r.IntN(len(whole)))
	}
	for _, i := range at {
		b := slices.Clone(whole)
		b[i] ^= 1 << r.IntN(8)
		if looks(t, b, hashes[:4]) == nil {
			t.Fatalf("byte %d of %d was changed and nothing noticed", i, len(b))
		}
	}
	for _, n := range []int{0, 1, headSize, len(whole) - align, len(whole) - 1} {
		if looks(t, whole[:n], nil) == nil {
			t.Errorf("%d bytes of %d were taken for whole", n, len(whole))
		}
	}
}

// looks uses a segment in every way and gives what is wrong with it.
func looks(t testing.TB, b []byte, qs []Hash) error {
	s, err := Open(b)
	if err != nil {
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("%v", err)
		}
		return err
	}
	for _, k := range kernels() {
		s := s.with(k)
		for _, radius := range []int{0, 31, 47, 256} {
			for _, q := range qs {
				s.Search(q, radius, nil)
			}
		}
		if s.distinct > 0 {
			s.sweep(qs, 31, limitsOf(31), func(int, Hit) {})
		}
	}
	for range s.All() {
	}
	return s.Verify()
}

// Any bytes at all, also with right checksums in head and foot, are refused or searched without harm.
func FuzzOpen(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{0, 1, 40} {
		hashes := kinds["few"](r, n)
		var b bytes.Buffer
		if err := Build(&b, entriesOf(hashes)); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		looks(t, b, nil)
		if len(b) < headSize+footSize {
			return
		}
		b = slices.Clone(b)
		mend(b)
		looks(t, b, []Hash{{}, {1, 2, 3, 4}})
	})
}

type broken struct{ left int }

func (b *broken) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errors.New("full")
	}
	return len(p), nil
}

func TestBuildTellsOfAFullDisk(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 100, 5000} {
		if err := Build(&broken{n}, entriesOf(kinds["random"](rand.New(rand.NewPCG(1, 1)), 300))); err == nil {
			t.Errorf("%d bytes were enough", n)
		}
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	entries := entriesOf(kinds["clustered"](r, 3000))
	var tail Tail
	for i, e := range entries {
		if before := tail; i%500 == 0 {
			tail.Add(e)
			if got := sorted(before.Search(e.Hash, 256, nil)); len(got) != i {
				t.Fatalf("%d, want %d", len(got), i)
			}
			continue
		}
		tail.Add(e)
	}
	for _, radius := range []int{0, 31, 256} {
		if got := sorted(tail.Search(entries[5].Hash, radius, nil)); !slices.Equal(got, brute(entries, entries[5].Hash, radius)) {
			t.Errorf("radius %d: %d hits", radius, len(got))
		}
	}
	if tail.At(7) != entries[7] || tail.Len() != len(entries) {
		t.Error("an entry is not what was added")
	}
}

// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// kinds of data that an index may meet. Each gives n hashes.
var kinds = map[string]func(r *rand.Rand, n int) []Hash{
	"random": func(r *rand.Rand, n int) []Hash {
		all := make([]Hash, n)
		for i := range all {
			all[i] = Hash{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
		}
		return all
	},
	// Families of near copies.
	"clustered": func(r *rand.Rand, n int) []Hash {
		all := make([]Hash, n)
		for i := range all {
			if i == 0 || r.IntN(20) == 0 {
				all[i] = Hash{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
				continue
			}
			all[i] = turned(r, all[r.IntN(i)], r.IntN(20))
		}
		return all
	},
	// Each bit has a chance of its own to be set, from a tenth to nine tenths, as bits of pictures of one kind have.
	"biased": func(r *rand.Rand, n int) []Hash {
		var chance [256]uint32
		of := rand.New(rand.NewPCG(256, 1)) // the same for the hashes and the queries
		for b := range chance {
			chance[b] = uint32((.1 + .8*of.Float64()) * (1 << 16))
		}
		all := make([]Hash, n)
		for i := range all {
			for b := 0; b < 256; b += 4 {
				v := r.Uint64()
				for k := range 4 {
					if uint32(v>>(16*k)&0xffff) < chance[b+k] {
						all[i][b/64] |= 1 << ((b + k) % 64)
					}
				}
			}
		}
		return all
	},
	// A bit is rarely set, and half the slots hardly at all: more than half of all lie within 31 bits of each other.
	"alike": func(r *rand.Rand, n int) []Hash {
		all := make([]Hash, n)
		for i := range all {
			for k := range all[i] {
				all[i][k] = r.Uint64() & r.Uint64() & r.Uint64()
				if k%2 == 0 {
					all[i][k] &= r.Uint64() & r.Uint64() & r.Uint64() & r.Uint64()
				}
			}
		}
		return all
	},
	"few": func(r *rand.Rand, n int) []Hash {
		all := make([]Hash, n)
		for i := range all {
			all[i] = Hash{0, uint64(r.IntN(3)), 0, uint64(r.IntN(3)) << 60}
		}
		return all
	},
}

// turned is h with n bits turned, some maybe twice.
func turned(r *rand.Rand, h Hash, n int) Hash {
	for range n {
		b := r.IntN(256)
		h[b/64] ^= 1 << (b % 64)
	}
	return h
}

func entriesOf(hashes []Hash) []Entry {
	all := make([]Entry, len(hashes))
	for i, h := range hashes {
		all[i] = Entry{int64(i) + 1000, h}
	}
	return all
}

func build(t testing.TB, entries []Entry) *Segment {
	t.Helper()
	var b bytes.Buffer
	if err := Build(&b, slices.Clone(entries)); err != nil {
		t.Fatal(err)
	}
	s, err := Open(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(); err != nil {
		t.Fatal(err)
	}
	return s
}

// with is the segment searched by another kernel.
func (s *Segment) with(k kernel) *Segment {
	c, err := Open(s.b)
	if err != nil {
		panic(err)
	}
	c.kernel = k
	return c
}

func brute(entries []Entry, q Hash, radius int) (hits []Hit) {
	for _, e := range entries {
		if d := distance(&e.Hash, &q); d <= radius {
			hits = append(hits, Hit{e.ID, d})
		}
	}
	return sorted(hits)
}

func sorted(hits []Hit) []Hit {
	slices.SortFunc(hits, func(a, b Hit) int {
		if a.ID != b.ID {
			return int(a.ID - b.ID)
		}
		return a.Distance - b.Distance
	})
	return hits
}

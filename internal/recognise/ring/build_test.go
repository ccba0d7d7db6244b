// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// plainly writes a segment as layout.go describes it, by the library's sort and one append after the other.
func plainly(entries []Entry) []byte {
	all := slices.Clone(entries)
	slices.SortFunc(all, order)
	all = slices.Compact(all)
	var hashes []Hash
	var first, further []int64
	var at []byte
	for _, e := range all {
		if len(hashes) > 0 && hashes[len(hashes)-1] == e.Hash {
			at, further = binary.LittleEndian.AppendUint32(at, uint32(len(hashes)-1)), append(further, e.ID)
			continue
		}
		hashes, first = append(hashes, e.Hash), append(first, e.ID)
	}
	l := layout{distinct: uint32(len(hashes)), buckets: bucketsOf(len(hashes)), width: 1, more: uint64(len(further))}
	if len(all) > 0 {
		ids := append(slices.Clone(first), further...)
		l.base = slices.Min(ids)
		for l.width < 8 && uint64(slices.Max(ids))-uint64(l.base) >= 1<<(8*l.width) {
			l.width++
		}
	}
	b, foot := l.head(), []byte(nil)
	part := func(p []byte) {
		p = append(p, make([]byte, (align-len(p)%align)%align)...)
		b, foot = append(b, p...), binary.LittleEndian.AppendUint32(foot, crc32.Checksum(p, castagnoli))
	}
	numbers := func(ids []int64) (p []byte) {
		for _, id := range ids {
			p = append(p, binary.LittleEndian.AppendUint64(nil, uint64(id)-uint64(l.base))[:l.width]...)
		}
		return p
	}
	var p []byte
	for _, h := range hashes {
		p = appendHash(p, h)
	}
	part(p)
	part(numbers(first))
	part(at)
	part(numbers(further))
	order := make([]uint64, len(hashes)) // by bucket, then position
	for i := range slots {
		counts := make([]uint32, 1<<l.buckets+1)
		for k := range order {
			bucket := slot(&hashes[k], i) >> (slotBits - l.buckets)
			order[k] = uint64(bucket)<<32 | uint64(k)
			counts[bucket]++
		}
		slices.Sort(order)
		var starts, places, near []byte
		sum := uint32(0)
		for _, n := range counts {
			starts = binary.LittleEndian.AppendUint32(starts, sum)
			sum += n
		}
		for _, k := range order {
			h := &hashes[uint32(k)]
			if i > 0 {
				places = binary.LittleEndian.AppendUint32(places, uint32(k)|uint32(slot(h, i+2)&l.tagMask())<<l.positionBits())
			}
			near = binary.LittleEndian.AppendUint16(near, slot(h, i+1))
		}
		part(starts)
		part(places)
		part(near)
	}
	foot = append(foot, make([]byte, footSize-4-len(foot))...)
	return append(b, binary.LittleEndian.AppendUint32(foot, crc32.Checksum(foot, castagnoli))...)
}

// sameAsPlainly builds, and looks at the order that the entries have then.
func sameAsPlainly(t rapid.TB, entries []Entry) {
	t.Helper()
	given := slices.Clone(entries)
	var b bytes.Buffer
	if err := Build(&b, given); err != nil {
		t.Fatal(err)
	}
	want := plainly(entries)
	if got := b.Bytes(); !bytes.Equal(got, want) {
		at := 0
		for at < min(len(got), len(want)) && got[at] == want[at] {
			at++
		}
		t.Fatalf("%d bytes, want %d; they differ from byte %d on", len(got), len(want), at)
	}
	slices.SortFunc(entries, order)
	if !slices.Equal(given, entries) {
		t.Fatal("the entries were not sorted, or are not those that were given")
	}
}

func TestBuildIsPlain(t *testing.T) {
	t.Parallel()
	deep := func(r *rand.Rand, n int) []Hash { // equal but for the end, where a sort from the front has the longest way
		all := make([]Hash, n)
		for i := range all {
			all[i] = Hash{7, 1 << 63, 7, uint64(r.IntN(n)) << r.IntN(2)}
		}
		return all
	}
	for name, kind := range map[string]func(*rand.Rand, int) []Hash{
		"random": kinds["random"], "clustered": kinds["clustered"], "biased": kinds["biased"], "alike": kinds["alike"], "few": kinds["few"], "deep": deep,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, n := range []int{0, 1, 2, byInsertion + 1, byComparing + 1, 4000, aside + 1, 40_000} {
				r := rand.New(rand.NewPCG(uint64(n), 9))
				entries := entriesOf(kind(r, n))
				for range n / 10 { // equal hashes, and equal entries
					i, k := r.IntN(n), r.IntN(n)
					entries[i].Hash = entries[k].Hash
					if r.IntN(2) == 0 {
						entries[i].ID = entries[k].ID
					}
				}
				sameAsPlainly(t, entries) // and sorts them
				sameAsPlainly(t, entries)
				slices.Reverse(entries)
				if n > 0 {
					entries[0].ID, entries[n-1].ID = math.MinInt64, math.MaxInt64
				}
				sameAsPlainly(t, entries)
			}
		})
	}
}

func TestBuildOfAnythingIsPlain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		word := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 3), rapid.Just(uint64(math.MaxUint64)))
		entries := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Entry {
			return Entry{rapid.Int64().Draw(t, "id"), Hash{word.Draw(t, "0"), word.Draw(t, "1"), word.Draw(t, "2"), word.Draw(t, "3")}}
		}), 0, 600).Draw(rt, "entries")
		sameAsPlainly(rt, entries)
	})
}

// Build says how much memory it needs beside the entries. It is not parallel, so that nothing else takes any meanwhile.
func TestBuildAllocates(t *testing.T) {
	const n = 200_000
	for name, most := range map[string]uint64{"random": 42, "biased": 48, "alike": 48, "sorted": 34} {
		kind := name
		if name == "sorted" {
			kind = "random"
		}
		entries := entriesOf(kinds[kind](rand.New(rand.NewPCG(1, 9)), n))
		if name == "sorted" {
			slices.SortFunc(entries, order)
		}
		var from, to runtime.MemStats
		runtime.ReadMemStats(&from)
		if err := Build(io.Discard, entries); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&to)
		if got := to.TotalAlloc - from.TotalAlloc; got > most*n+1<<20 {
			t.Errorf("%s: %d bytes, %d an entry and a megabyte were meant", name, got, most)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "iolaus.unit.test/ledger"

// testKey makes the same key for the same seed.
func testKey(t testing.TB, name string, seed byte) (note.Signer, note.Verifier) {
	t.Helper()
	skey, vkey, err := NewKey(bytes.NewReader(bytes.Repeat([]byte{seed}, 64)), name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	return s, v
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// testLeaf is the leaf of the event with the id i+1.
func testLeaf(i int64) []byte {
	var salt [16]byte
	binary.BigEndian.PutUint64(salt[:], uint64(i))
	return Entry{Event: i + 1, At: noon.Add(time.Duration(i) * time.Millisecond), Kind: "notice.approve",
		Commitment: Commit(salt, fmt.Appendf(nil, "tram %d was late", i))}.Leaf()
}

func testLeaves(from, to int64) [][]byte {
	var leaves [][]byte
	for i := from; i < to; i++ {
		leaves = append(leaves, testLeaf(i))
	}
	return leaves
}

// sliceHashes stores hashes in a slice, by number.
type sliceHashes []tlog.Hash

func (s sliceHashes) ReadHashes(numbers []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, n := range numbers {
		if n >= int64(len(s)) {
			return nil, fmt.Errorf("there is no hash %d among %d", n, len(s))
		}
		out = append(out, s[n])
	}
	return out, nil
}

// store is a log as a database would hold it: three tables, ordered when read.
type store struct {
	size   int64
	events []Event
	hashes []StoredHash
	heads  []StoredCheckpoint
	open   int // iterators open at this moment
}

func (s *store) Size() (int64, error) { return s.size, nil }

func between[T any](s *store, rows []T, number func(T) int64, from, to int64) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if s.open++; s.open > 1 {
			panic("two iterators of a source are open at once")
		}
		defer func() { s.open-- }()
		at, _ := slices.BinarySearchFunc(rows, from, func(r T, n int64) int {
			if number(r) < n {
				return -1
			}
			return 1
		})
		for ; at < len(rows) && number(rows[at]) < to; at++ {
			if !yield(rows[at], nil) {
				return
			}
		}
	}
}

func (s *store) Events(from, to int64) iter.Seq2[Event, error] {
	return between(s, s.events, func(e Event) int64 { return e.Index }, from, to)
}

func (s *store) Hashes(from, to int64) iter.Seq2[StoredHash, error] {
	return between(s, s.hashes, func(h StoredHash) int64 { return h.Number }, from, to)
}

func (s *store) Checkpoints(from, to int64) iter.Seq2[StoredCheckpoint, error] {
	return between(s, s.heads, func(c StoredCheckpoint) int64 { return c.Size }, from, to)
}

func (s *store) ReadHashes(numbers []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, n := range numbers {
		if n >= int64(len(s.hashes)) || s.hashes[n].Number != n {
			return nil, fmt.Errorf("there is no hash %d", n)
		}
		out = append(out, s.hashes[n].Hash)
	}
	return out, nil
}

// grow sequences leaves as the sequencer does.
func (s *store) grow(t testing.TB, key note.Signer, leaves [][]byte) {
	t.Helper()
	last := Checkpoint{Origin: key.Name()}
	if n := len(s.heads); n > 0 {
		var err error
		if last, err = Peek(s.heads[n-1].Signed); err != nil {
			t.Fatal(err)
		}
	}
	hashes, next, err := Extend(last, leaves, noon, s)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := Sign(next, key)
	if err != nil {
		t.Fatal(err)
	}
	for i, leaf := range leaves {
		s.events = append(s.events, Event{Index: s.size + int64(i), Leaf: leaf})
	}
	for _, h := range hashes {
		s.hashes = append(s.hashes, StoredHash{int64(len(s.hashes)), h})
	}
	s.heads = append(s.heads, StoredCheckpoint{next.Size, signed})
	s.size = next.Size
}

// newStore makes a log whose checkpoints have the given sizes.
func newStore(t testing.TB, key note.Signer, sizes ...int64) *store {
	t.Helper()
	s := &store{}
	for _, size := range sizes {
		s.grow(t, key, testLeaves(s.size, size))
	}
	return s
}

func (s *store) clone() *store {
	c := &store{size: s.size, events: slices.Clone(s.events), hashes: slices.Clone(s.hashes), heads: slices.Clone(s.heads)}
	return c
}

// What somebody with access to the database might do.

func forged(i int64) []byte {
	return bytes.Replace(testLeaf(i), []byte("notice.approve"), []byte("notice.abandon"), 1)
}

func (s *store) flip(i int64) { s.events[i].Leaf = forged(i) }
func (s *store) remove(i int64) {
	s.events = slices.Delete(s.events, int(i), int(i)+1)
}
func (s *store) renumber() {
	for i := range s.events {
		s.events[i].Index = int64(i)
	}
}
func (s *store) insert(i, index int64, leaf []byte) {
	s.events = slices.Insert(s.events, int(i), Event{Index: index, Leaf: leaf})
}
func (s *store) swap(i, j int64) {
	s.events[i].Leaf, s.events[j].Leaf = s.events[j].Leaf, s.events[i].Leaf
}
func (s *store) alter(level int, n int64) {
	s.hashes[tlog.StoredHashIndex(level, n)].Hash[7] ^= 4
}
func (s *store) forget(level int, n int64) {
	i, _ := slices.BinarySearchFunc(s.hashes, tlog.StoredHashIndex(level, n), func(h StoredHash, n int64) int { return int(h.Number - n) })
	s.hashes = slices.Delete(s.hashes, i, i+1)
}

// rewrite changes an event and the hashes over it up to some level.
func (s *store) rewrite(i int64, levels int) {
	s.flip(i)
	h := tlog.RecordHash(s.events[i].Leaf)
	for level := 0; level <= levels; level++ {
		n := i >> level
		if (n+1)<<level > s.size {
			return
		}
		if level > 0 {
			h = tlog.NodeHash(s.hashes[tlog.StoredHashIndex(level-1, 2*n)].Hash, s.hashes[tlog.StoredHashIndex(level-1, 2*n+1)].Hash)
		}
		s.hashes[tlog.StoredHashIndex(level, n)].Hash = h
	}
}

func names(faults []Fault) string {
	var b strings.Builder
	for _, f := range faults {
		fmt.Fprintf(&b, "\n\t%v", f)
	}
	return b.String()
}

// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"bytes"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

func TestWholeLogsVerify(t *testing.T) {
	key, v := testKey(t, origin, 1)
	for _, sizes := range [][]int64{{}, {0}, {1}, {2}, {0, 1, 1, 3}, {255, 256, 257}, {4095, 4096, 4097}, {100, 5000, 9001, 9001}} {
		s := newStore(t, key, sizes...)
		r, err := Verify(s, v, origin)
		if err != nil {
			t.Fatal(err)
		}
		root, err := Root(s.size, s)
		if err != nil {
			t.Fatal(err)
		}
		if r.Err() != nil || r.Size != s.size || r.Root != root || r.Checkpoints != int64(len(sizes)) || r.More {
			t.Errorf("%v: %+v", sizes, r)
		}
	}
}

func TestErasedPayloadsAreCounted(t *testing.T) {
	key, v := testKey(t, origin, 1)
	s := newStore(t, key, 10)
	s.events[3].Erased, s.events[4].Erased = true, true
	if r, err := Verify(s, v, origin); err != nil || r.Err() != nil || r.Erased != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	s.events[3].Leaf = forged(3)
	if r, err := Verify(s, v, origin); err != nil || len(r.Faults) != 1 || r.Faults[0].Kind != Flipped {
		t.Fatalf("an erased event whose commitment was changed: %+v, %v", r, err)
	}
}

// Every way of tampering, with what must be said first and how many faults in all.
func TestTamperingIsNamed(t *testing.T) {
	key, v := testKey(t, origin, 1)
	thief, _ := testKey(t, origin, 2)
	whole := newStore(t, key, 10, 100, 4000, 4500, 9000)
	for _, c := range []struct {
		name   string
		change func(*store)
		kind   string
		index  int64
		faults int
		says   string
	}{
		{"payload", func(s *store) { s.flip(17) }, Flipped, 17, 1, "that of event 18); the signed checkpoint attests"},
		{"first payload", func(s *store) { s.flip(0) }, Flipped, 0, 1, ""},
		{"last payload", func(s *store) { s.flip(8999) }, Flipped, 8999, 1, "attests"},
		{"row that is no event", func(s *store) { s.events[5].Leaf = nil }, Flipped, 5, 1, "cannot be read"},
		{"three payloads in a row", func(s *store) { s.flip(4095); s.flip(4096); s.flip(4097) }, Flipped, 4095, 1, "4095 to 4097"},
		{"two payloads", func(s *store) { s.flip(4095); s.flip(5000) }, Flipped, 4095, 2, ""},

		{"leaf hash", func(s *store) { s.alter(0, 17) }, BadHash, 17, 1, "event is whole"},
		{"inner hash", func(s *store) { s.alter(1, 8) }, BadHash, 16, 1, "over entries 16 to 17, is altered"},
		{"high inner hash", func(s *store) { s.alter(12, 0) }, BadHash, 0, 1, "entries 0 to 4095"},
		{"leaf hash and payload", func(s *store) { s.flip(17); s.hashes[tlog.StoredHashIndex(0, 17)].Hash[0] ^= 1 }, Flipped, 17, 1, ""},
		{"lost leaf hash", func(s *store) { s.forget(0, 17) }, BadHash, 17, 1, "number 32 is missing"},
		{"lost inner hash", func(s *store) { s.forget(3, 2) }, BadHash, 16, 1, "is missing"},
		{"surplus hash", func(s *store) { s.hashes = append(s.hashes, StoredHash{int64(len(s.hashes)), tlog.Hash{}}) }, BadHash, 9000, 1, "beyond"},
		{"doubled hash", func(s *store) { s.hashes = slices.Insert(s.hashes, 4, s.hashes[3]) }, BadHash, 2, 1, "two hashes"},
		{"lost leaf hash and payload", func(s *store) { s.flip(17); s.forget(0, 17) }, Flipped, 16, 2, "among entries 16 to 17"},

		{"removed", func(s *store) { s.remove(17) }, Removed, 17, 1, "entry 17"},
		{"removed last", func(s *store) { s.remove(8999) }, Removed, 8999, 1, ""},
		{"removed many", func(s *store) { s.events = slices.Delete(s.events, 4000, 4200) }, Removed, 4000, 1, "200 events"},
		{"removed and renumbered", func(s *store) { s.remove(17); s.renumber() }, Removed, 17, 1, "entry 17"},
		{"two removed and renumbered", func(s *store) { s.remove(4097); s.remove(17); s.renumber() }, Removed, 17, 2, "entry 17"},
		{"removed with its hash", func(s *store) { s.remove(17); s.forget(0, 17) }, Removed, 17, 2, "entry 17"},
		{"all removed", func(s *store) { s.events = nil }, Removed, 0, 1, "0 to 8999"},

		{"added at the end", func(s *store) { s.insert(9000, 9000, testLeaf(9000)) }, Added, 9000, 1, "9000 entries"},
		{"added far beyond", func(s *store) { s.insert(9000, 1<<40, testLeaf(9000)) }, Added, 1 << 40, 1, "that of event 9001"},
		{"added before its double", func(s *store) { s.insert(17, 17, testLeaf(9000)) }, Added, 17, 1, "that of event 9001"},
		{"added after its double", func(s *store) { s.insert(18, 17, testLeaf(9000)) }, Added, 17, 1, "that of event 9001"},
		{"copied", func(s *store) { s.insert(18, 17, testLeaf(17)) }, Added, 17, 1, ""},
		{"added and renumbered", func(s *store) { s.insert(17, 17, testLeaf(9000)); s.renumber() }, Added, 17, 1, "that of event 9001"},

		{"neighbours swapped", func(s *store) { s.swap(17, 18) }, Reordered, 17, 1, "17 and 18 have changed places"},
		{"far ones swapped", func(s *store) { s.swap(17, 8900) }, Reordered, 17, 1, "17 and 8900"},
		{"three rotated", func(s *store) { s.swap(17, 18); s.swap(18, 19) }, Reordered, 17, 3, "entry 17 stands at entry 19"},
		{"moved to the end", func(s *store) {
			e := s.events[17]
			s.remove(17)
			s.insert(8999, 9000, e.Leaf)
		}, Reordered, 17, 1, "stands at entry 9000"},

		{"rewritten with its hash", func(s *store) { s.rewrite(17, 0) }, Flipped, 16, 1, "among entries 16 to 17"},
		{"rewritten three levels up", func(s *store) { s.rewrite(17, 3) }, Flipped, 16, 1, "among entries 16 to 31"},
		{"rewritten with all hashes", func(s *store) { s.rewrite(17, 60) }, BadSigning, 100, 1, "entries from 10 to 99 were rewritten"},
		{"the newest rewritten", func(s *store) { s.rewrite(8999, 60) }, BadSigning, 9000, 1, "entries from 4500 to 8999"},

		{"checkpoint bit", func(s *store) {
			s.heads[1].Signed = bytes.Replace(s.heads[1].Signed, []byte("\n100\n"), []byte("\n101\n"), 1)
		}, BadSigning, 100, 1, "invalid signature"},
		{"checkpoint by a thief", func(s *store) {
			c, _ := Peek(s.heads[2].Signed)
			s.heads[2].Signed, _ = Sign(c, thief)
		}, BadSigning, 4000, 1, "stored under size 4000"},
		{"checkpoint of another size", func(s *store) { s.heads[1].Signed = s.heads[0].Signed }, BadSigning, 100, 1, "signed for size 10"},
		{"last checkpoint lost", func(s *store) { s.heads = s.heads[:4] }, BadSigning, 4500, 1, "covers entries 4500 to 8999"},
		{"all checkpoints lost", func(s *store) { s.heads = nil }, BadSigning, 0, 1, "covers entries 0 to 8999"},
		{"two histories", func(s *store) {
			c, _ := Peek(s.heads[2].Signed)
			c.Root[0] ^= 1
			signed, _ := Sign(c, key)
			s.heads = slices.Insert(s.heads, 3, StoredCheckpoint{4000, signed})
		}, BadSigning, 4000, 1, "two histories"},
		{"one of another history", func(s *store) {
			c, _ := Peek(s.heads[2].Signed)
			c.Root[0] ^= 1
			s.heads[2].Signed, _ = Sign(c, key)
		}, BadSigning, 4000, 1, "another history"},
		{"cut off but for the checkpoint", func(s *store) {
			s.events, s.hashes, s.size = s.events[:4500], s.hashes[:tlog.StoredHashCount(4500)], 4500
		}, Removed, 4500, 1, "signed for 9000 entries"},
		{"size set too small", func(s *store) { s.size = 4500 }, Removed, 4500, 3, ""},
		{"size set too great", func(s *store) { s.size = 9001 }, Removed, 9000, 3, ""},
	} {
		s := whole.clone()
		c.change(s)
		r, err := Verify(s, v, origin)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if !errors.Is(r.Err(), ErrFault) || len(r.Faults) != c.faults {
			t.Errorf("%s: %d faults, wanted %d:%s", c.name, len(r.Faults), c.faults, names(r.Faults))
			continue
		}
		if f := r.Faults[0]; f.Kind != c.kind || f.Index != c.index || !strings.Contains(f.Detail, c.says) {
			t.Errorf("%s: wanted %s at %d saying %q, found%s", c.name, c.kind, c.index, c.says, names(r.Faults))
		}
	}
	if r, err := Verify(whole, v, origin); err != nil || r.Err() != nil {
		t.Fatalf("the log itself: %+v, %v", r, err)
	}
}

// What only a checkpoint kept elsewhere can show.
func TestKeptCheckpoints(t *testing.T) {
	key, v := testKey(t, origin, 1)
	whole := newStore(t, key, 10, 100, 300)
	kept := whole.heads[2].Signed

	cut := newStore(t, key, 10, 100)
	if r, err := Verify(cut, v, origin); err != nil || r.Err() != nil {
		t.Fatalf("nothing in the store itself shows the cut: %+v, %v", r, err)
	}
	r, err := Verify(cut, v, origin, kept)
	if err != nil || len(r.Faults) != 1 || r.Faults[0].Kind != Removed || r.Faults[0].Index != 100 {
		t.Fatalf("cut back: %+v, %v", r, err)
	}

	anew := &store{}
	anew.grow(t, key, testLeaves(0, 10))
	anew.grow(t, key, append([][]byte{forged(10)}, testLeaves(11, 300)...))
	r, err = Verify(anew, v, origin, whole.heads[0].Signed, kept)
	if err != nil || len(r.Faults) != 1 || r.Faults[0].Kind != BadSigning || r.Faults[0].Index != 300 {
		t.Fatalf("signed anew: %+v, %v", r, err)
	}
	if r, err := Verify(whole, v, origin, kept, whole.heads[1].Signed); err != nil || r.Err() != nil || r.Checkpoints != 3 {
		t.Fatalf("whole: %+v, %v", r, err)
	}
	// A kept checkpoint decides what the stored ones cannot, because one is lost and the next was signed for another history.
	astray := whole.clone()
	c, _ := Peek(astray.heads[2].Signed)
	c.Root[0] ^= 1
	astray.heads[2].Signed, _ = Sign(c, key)
	astray.heads = slices.Delete(astray.heads, 1, 2)
	astray.alter(0, 17)
	r, err = Verify(astray, v, origin, whole.heads[1].Signed)
	if err != nil || len(r.Faults) != 2 || r.Faults[0].Kind != BadHash || r.Faults[0].Index != 17 || r.Faults[1].Kind != BadSigning {
		t.Fatalf("decided by a kept checkpoint: %v%s", err, names(r.Faults))
	}
	if _, err := Verify(whole, v, origin, []byte("rain")); !errors.Is(err, ErrCheckpoint) {
		t.Fatalf("a kept checkpoint that is none: %v", err)
	}
}

// Whatever single thing is done to a log, the report names it and its place.
func TestAnyTamperingIsFound(t *testing.T) {
	key, v := testKey(t, origin, 1)
	rapid.Check(t, func(t *rapid.T) {
		var sizes []int64
		size := int64(0)
		for _, n := range rapid.SliceOfN(rapid.Int64Range(1, 120), 1, 6).Draw(t, "batches") {
			size += n
			sizes = append(sizes, size)
		}
		s := &store{}
		for _, size := range sizes {
			hashes, next, err := Extend(Checkpoint{Origin: origin, Size: s.size, Root: mustRoot(s)}, testLeaves(s.size, size), noon, s)
			if err != nil {
				t.Fatal(err)
			}
			signed, err := Sign(next, key)
			if err != nil {
				t.Fatal(err)
			}
			for i := s.size; i < size; i++ {
				s.events = append(s.events, Event{Index: i, Leaf: testLeaf(i)})
			}
			for _, h := range hashes {
				s.hashes = append(s.hashes, StoredHash{int64(len(s.hashes)), h})
			}
			s.heads, s.size = append(s.heads, StoredCheckpoint{size, signed}), size
		}
		i := rapid.Int64Range(0, size-1).Draw(t, "entry")
		kind, index := "", i
		switch what := rapid.SampledFrom([]string{"flip", "hash", "remove", "remove+renumber", "double", "insert", "append", "swap", "checkpoint"}).Draw(t, "what"); what {
		case "flip":
			leaf := bytes.Clone(s.events[i].Leaf)
			leaf[rapid.IntRange(0, len(leaf)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
			s.events[i].Leaf, kind = leaf, Flipped
		case "hash":
			n := rapid.IntRange(0, len(s.hashes)-1).Draw(t, "number")
			s.hashes[n].Hash[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
			kind, index = BadHash, firstLeaf(int64(n))
		case "remove":
			s.remove(i)
			kind = Removed
		case "remove+renumber":
			s.remove(i)
			s.renumber()
			kind = Removed
		case "double":
			s.insert(i+rapid.Int64Range(0, 1).Draw(t, "after"), i, testLeaf(size))
			kind = Added
		case "insert":
			s.insert(i, i, testLeaf(size))
			s.renumber()
			kind = Added
		case "append":
			s.insert(size, size, testLeaf(size))
			kind, index = Added, size
		case "swap":
			j := rapid.Int64Range(0, size-1).Draw(t, "other")
			if i == j {
				return
			}
			s.swap(i, j)
			kind, index = Reordered, min(i, j)
		case "checkpoint":
			h := &s.heads[rapid.IntRange(0, len(s.heads)-1).Draw(t, "checkpoint")]
			h.Signed = bytes.Clone(h.Signed)
			h.Signed[rapid.IntRange(0, len(h.Signed)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
			r, err := Verify(s, v, origin)
			if err != nil || !slices.ContainsFunc(r.Faults, func(f Fault) bool { return f.Kind == BadSigning && f.Index == h.Size }) {
				t.Fatalf("checkpoint of %d altered: %+v, %v", h.Size, r, err)
			}
			return
		}
		r, err := Verify(s, v, origin)
		if err != nil || len(r.Faults) != 1 || r.Faults[0].Kind != kind || r.Faults[0].Index != index {
			t.Fatalf("wanted %s at %d in a log of %v, found %v%s", kind, index, sizes, err, names(r.Faults))
		}
	})
}

func mustRoot(s *store) tlog.Hash {
	root, err := Root(s.size, s)
	if err != nil {
		panic(err)
	}
	return root
}

func TestManyFaultsAreBounded(t *testing.T) {
	key, v := testKey(t, origin, 1)
	s := newStore(t, key, 20000)
	for i := range s.hashes {
		s.hashes[i].Hash[0] ^= 1
	}
	for i := int64(0); i < s.size; i += 2 {
		s.flip(i)
	}
	r, err := Verify(s, v, origin)
	if err != nil || len(r.Faults) != maxFaults || !r.More || r.Faults[0].Index != 0 || s.open != 0 {
		t.Fatalf("%d faults, more %v, %v", len(r.Faults), r.More, err)
	}
}

// unruly is a source that fails or breaks its contract.
type unruly struct {
	*store
	size                      func() (int64, error)
	events, hashes, checkings error
	unsorted                  bool
}

func (u unruly) Size() (int64, error) {
	if u.size != nil {
		return u.size()
	}
	return u.store.Size()
}

func failing[T any](all iter.Seq2[T, error], err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		if err != nil {
			yield(zero, err)
			return
		}
		all(yield)
	}
}

func (u unruly) Events(from, to int64) iter.Seq2[Event, error] {
	if u.unsorted {
		from, to = 0, u.store.size
	}
	return failing(u.store.Events(from, to), u.events)
}

func (u unruly) Hashes(from, to int64) iter.Seq2[StoredHash, error] {
	return failing(u.store.Hashes(from, to), u.hashes)
}

func (u unruly) Checkpoints(from, to int64) iter.Seq2[StoredCheckpoint, error] {
	return failing(u.store.Checkpoints(from, to), u.checkings)
}

func TestErrorsOfTheSourceAreErrors(t *testing.T) {
	key, v := testKey(t, origin, 1)
	s := newStore(t, key, 5000)
	broken := errors.New("connection lost")
	for name, u := range map[string]unruly{
		"size":        {size: func() (int64, error) { return 0, broken }},
		"events":      {events: broken},
		"hashes":      {hashes: broken},
		"checkpoints": {checkings: broken},
	} {
		u.store = s
		if _, err := Verify(u, v, origin); !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Verify(unruly{store: s, unsorted: true}, v, origin); !errors.Is(err, errOrder) {
		t.Errorf("rows out of range: %v", err)
	}
	for _, size := range []int64{-1, 1<<63 - 1} {
		if _, err := Verify(unruly{store: s, size: func() (int64, error) { return size, nil }}, v, origin); !errors.Is(err, ErrSize) {
			t.Errorf("size %d: %v", size, err)
		}
	}
	if err := Export(unruly{store: s, events: broken}, s.heads[0].Signed, func(string, []byte) error { return nil }); !errors.Is(err, broken) {
		t.Errorf("export: %v", err)
	}
}

func BenchmarkVerify(b *testing.B) {
	key, v := testKey(b, origin, 1)
	s := newStore(b, key, 50_000)
	for b.Loop() {
		if r, err := Verify(s, v, origin); err != nil || r.Err() != nil {
			b.Fatal(r, err)
		}
	}
	b.ReportMetric(float64(b.N)*float64(s.size)/b.Elapsed().Seconds(), "entries/s")
}

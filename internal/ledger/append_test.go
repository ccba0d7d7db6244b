// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"crypto/sha256"
	"errors"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// oneByOne is the log that golang.org/x/mod/sumdb/tlog makes of the first n test leaves.
func oneByOne(t testing.TB, n int64) sliceHashes {
	t.Helper()
	var s sliceHashes
	for i := range n {
		hashes, err := tlog.StoredHashes(i, testLeaf(i), s)
		if err != nil {
			t.Fatal(err)
		}
		s = append(s, hashes...)
	}
	return s
}

// counting counts reads.
type counting struct {
	sliceHashes
	calls, hashes int
}

func (c *counting) ReadHashes(numbers []int64) ([]tlog.Hash, error) {
	c.calls++
	c.hashes += len(numbers)
	if !slices.IsSorted(numbers) {
		return nil, errors.New("numbers are not in order")
	}
	return c.sliceHashes.ReadHashes(numbers)
}

func TestBatchEqualsOneByOne(t *testing.T) {
	const longest = 600
	for _, size := range []int64{0, 255} {
		whole := oneByOne(t, size+longest)
		leaves := testLeaves(size, size+longest)
		for n := range int64(longest + 1) {
			stored := &counting{sliceHashes: whole[:tlog.StoredHashCount(size)]}
			hashes, root, err := Append(size, leaves[:n], stored)
			if err != nil {
				t.Fatal(err)
			}
			want := whole[tlog.StoredHashIndex(0, size):tlog.StoredHashCount(size+n)]
			if !slices.Equal(hashes, want) {
				t.Fatalf("%d leaves at size %d: hashes differ", n, size)
			}
			wantRoot, err := tlog.TreeHash(size+n, whole)
			if err != nil || root != wantRoot {
				t.Fatalf("%d leaves at size %d: root %v, wanted %v, %v", n, size, root, wantRoot, err)
			}
			if stored.calls > 1 || stored.hashes > 10 {
				t.Fatalf("%d leaves at size %d: read %d hashes in %d calls", n, size, stored.hashes, stored.calls)
			}
		}
	}
}

func TestAnyBatchesGiveOneLog(t *testing.T) {
	whole := oneByOne(t, 2000)
	rapid.Check(t, func(t *rapid.T) {
		var stored sliceHashes
		last := Checkpoint{Origin: origin}
		for _, n := range rapid.SliceOfN(rapid.Int64Range(0, 100), 1, 20).Draw(t, "batches") {
			hashes, next, err := Extend(last, testLeaves(last.Size, last.Size+n), noon, stored)
			if err != nil {
				t.Fatal(err)
			}
			stored, last = append(stored, hashes...), next
			if root, err := Root(last.Size, stored); err != nil || root != last.Root {
				t.Fatalf("root at %d is %v and %v, %v", last.Size, root, last.Root, err)
			}
		}
		if !slices.Equal(stored, whole[:len(stored)]) || int64(len(stored)) != tlog.StoredHashCount(last.Size) {
			t.Fatal("hashes differ from those made one by one")
		}
	})
}

func TestEmptyRoot(t *testing.T) {
	root, err := Root(0, nil)
	if err != nil || root != sha256.Sum256(nil) {
		t.Fatalf("root of nothing is %x, %v", root, err)
	}
}

func TestExtendRefusesAnAlteredEdge(t *testing.T) {
	stored := oneByOne(t, 13)
	root, _ := Root(13, stored)
	last := Checkpoint{Origin: origin, Size: 13, Root: root}
	if _, next, err := Extend(last, testLeaves(13, 15), noon, stored); err != nil || next.Size != 15 || next.Origin != origin || !next.At.Equal(noon) {
		t.Fatalf("%+v, %v", next, err)
	}
	for _, at := range []int64{tlog.StoredHashIndex(3, 0), tlog.StoredHashIndex(2, 2), tlog.StoredHashIndex(0, 12)} {
		altered := slices.Clone(stored)
		altered[at][0] ^= 1
		if _, _, err := Extend(last, testLeaves(13, 15), noon, altered); !errors.Is(err, ErrRoot) {
			t.Fatalf("hash %d altered: %v", at, err)
		}
	}
	if _, _, err := Extend(Checkpoint{Origin: origin, Root: root}, testLeaves(0, 1), noon, nil); !errors.Is(err, ErrRoot) {
		t.Fatalf("an empty log with another root: %v", err)
	}
}

func TestAppendRefusesBadInput(t *testing.T) {
	for _, size := range []int64{-1, MaxSize + 1, 1<<63 - 1} {
		if _, _, err := Append(size, nil, sliceHashes(nil)); !errors.Is(err, ErrSize) {
			t.Errorf("size %d: %v", size, err)
		}
	}
	some := tlog.HashReaderFunc(func(n []int64) ([]tlog.Hash, error) { return make([]tlog.Hash, len(n)), nil })
	if _, _, err := Append(MaxSize, testLeaves(0, 1), some); !errors.Is(err, ErrSize) {
		t.Errorf("beyond the greatest size: %v", err)
	}
	few := tlog.HashReaderFunc(func(n []int64) ([]tlog.Hash, error) { return nil, nil })
	if _, _, err := Append(3, testLeaves(3, 4), few); err == nil {
		t.Error("storage that returns too few hashes is believed")
	}
	failing := tlog.HashReaderFunc(func(n []int64) ([]tlog.Hash, error) { return nil, errOrder })
	if _, _, err := Append(3, testLeaves(3, 4), failing); !errors.Is(err, errOrder) {
		t.Errorf("the error of the storage is lost: %v", err)
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, c := range []struct {
		name  string
		batch int64
	}{{"1", 1}, {"16", 16}, {"256", 256}, {"4096", 4096}} {
		b.Run(c.name, func(b *testing.B) {
			const size = 99_999 // every level of the edge is there or not, as it comes
			stored := sliceHashes(make([]tlog.Hash, tlog.StoredHashCount(size)))
			leaves := testLeaves(size, size+c.batch)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := Append(size, leaves, stored); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(c.batch)/b.Elapsed().Seconds(), "entries/s")
		})
	}
}

func BenchmarkLeaf(b *testing.B) {
	e := Entry{Event: 4711, At: noon, Kind: "notice.approve"}
	payload := make([]byte, 600)
	for b.Loop() {
		e.Commitment = Commit([16]byte{1}, payload)
		e.Leaf()
	}
}

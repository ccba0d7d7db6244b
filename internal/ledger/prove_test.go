// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

const proveUpTo = 300

// roots returns the checkpoint at every size up to that of the log.
func roots(t testing.TB, stored sliceHashes, upTo int64) []Checkpoint {
	t.Helper()
	out := make([]Checkpoint, upTo+1)
	for size := range out {
		root, err := Root(int64(size), stored)
		if err != nil {
			t.Fatal(err)
		}
		out[size] = Checkpoint{Origin: origin, Size: int64(size), Root: root}
	}
	return out
}

func TestInclusionOfEveryEntryAtEverySize(t *testing.T) {
	stored := oneByOne(t, proveUpTo)
	heads, leaves := roots(t, stored, proveUpTo), testLeaves(0, proveUpTo)
	for size := int64(1); size <= proveUpTo; size++ {
		c := heads[size]
		for i := range size {
			p, err := ProveInclusion(size, i, stored)
			if err != nil {
				t.Fatal(err)
			}
			if err := CheckInclusion(p, c, i, leaves[i]); err != nil {
				t.Fatal(err)
			}
			bad := []error{
				CheckInclusion(p, c, i, leaves[(i+1)%proveUpTo]),
				CheckInclusion(p, Checkpoint{Size: size, Root: heads[size-1].Root}, i, leaves[i]),
				CheckInclusion(append(slices.Clone(p), tlog.Hash{}), c, i, leaves[i]),
				CheckInclusion(p, c, size, leaves[i]), CheckInclusion(p, c, -1, leaves[i]),
			}
			if len(p) > 0 {
				altered := slices.Clone(p)
				altered[int(i)%len(p)][i%32] ^= 1
				bad = append(bad, CheckInclusion(altered, c, i, leaves[i]), CheckInclusion(p[1:], c, i, leaves[i]),
					CheckInclusion(p, c, (i+1)%size, leaves[i]))
			}
			for n, err := range bad {
				if !errors.Is(err, ErrProof) {
					t.Fatalf("size %d entry %d: alteration %d: %v", size, i, n, err)
				}
			}
		}
	}
}

func TestConsistencyOfEveryTwoSizes(t *testing.T) {
	stored := oneByOne(t, proveUpTo)
	heads := roots(t, stored, proveUpTo)
	for newer := range int64(proveUpTo + 1) {
		for older := range newer + 1 {
			p, err := ProveConsistency(older, newer, stored)
			if err != nil {
				t.Fatal(err)
			}
			if err := CheckConsistency(p, heads[older], heads[newer]); err != nil {
				t.Fatal(err)
			}
			forgedOld, forgedNew := heads[older], heads[newer]
			forgedOld.Root[3] ^= 1
			forgedNew.Root[3] ^= 1
			foreign := heads[older]
			foreign.Origin = "other.test"
			bad := []error{
				CheckConsistency(p, forgedOld, heads[newer]),
				CheckConsistency(append(slices.Clone(p), tlog.Hash{}), heads[older], heads[newer]),
				CheckConsistency(p, foreign, heads[newer]),
			}
			if older > 0 {
				bad = append(bad, CheckConsistency(p, heads[older], forgedNew))
			}
			if older < newer {
				bad = append(bad, CheckConsistency(p, heads[newer], heads[older]))
			}
			if len(p) > 0 {
				altered := slices.Clone(p)
				altered[int(older)%len(p)][older%32] ^= 1
				bad = append(bad, CheckConsistency(altered, heads[older], heads[newer]), CheckConsistency(p[1:], heads[older], heads[newer]))
			}
			for n, err := range bad {
				if !errors.Is(err, ErrProof) {
					t.Fatalf("sizes %d and %d: alteration %d: %v", older, newer, n, err)
				}
			}
		}
	}
}

func TestProofsOutOfRange(t *testing.T) {
	stored := oneByOne(t, 5)
	for _, at := range [][2]int64{{5, 5}, {5, -1}, {0, 0}, {-1, 0}, {1<<63 - 1, 4}, {MaxSize + 1, 4}} {
		if _, err := ProveInclusion(at[0], at[1], stored); !errors.Is(err, ErrSize) {
			t.Errorf("inclusion of entry %d among %d: %v", at[1], at[0], err)
		}
	}
	for _, at := range [][2]int64{{6, 5}, {-1, 5}, {1, MaxSize + 1}, {1, 1<<63 - 1}} {
		if _, err := ProveConsistency(at[0], at[1], stored); !errors.Is(err, ErrSize) {
			t.Errorf("consistency of %d with %d: %v", at[0], at[1], err)
		}
	}
	huge := Checkpoint{Size: 1<<63 - 1}
	if err := CheckInclusion(nil, huge, 4, nil); !errors.Is(err, ErrProof) {
		t.Error(err)
	}
	if err := CheckConsistency(nil, Checkpoint{Size: 4}, huge); !errors.Is(err, ErrProof) {
		t.Error(err)
	}
	if _, err := ProveInclusion(9, 8, stored); err == nil {
		t.Error("a proof was made of hashes that are not there")
	}
}

func TestProofComesBackAndTorchwoodAgrees(t *testing.T) {
	key, v := testKey(t, origin, 1)
	s := newStore(t, key, 100, 300, 700)
	policy := torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(origin), torchwood.SingleVerifierPolicy(v))
	rapid.Check(t, func(t *rapid.T) {
		head := rapid.SampledFrom(s.heads).Draw(t, "checkpoint")
		index := rapid.Int64Range(0, head.Size-1).Draw(t, "index")
		p, err := Prove(head.Signed, index, s)
		if err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "remark") {
			p.Extra = append([]byte{}, rapid.SliceOf(rapid.Byte()).Draw(t, "extra")...)
		}
		text := p.Format()
		back, err := ParseProof(text)
		if err != nil || !bytes.Equal(back.Format(), text) || back.Index != index || !bytes.Equal(back.Extra, p.Extra) || (back.Extra == nil) != (p.Extra == nil) {
			t.Fatalf("%+v came back as %+v, %v", p, back, err)
		}
		leaf := testLeaf(index)
		if c, err := back.Check(leaf, v, origin); err != nil || c.Size != head.Size {
			t.Fatalf("%+v, %v", c, err)
		}
		if err := torchwood.VerifyProof(policy, tlog.RecordHash(leaf), text); err != nil {
			t.Fatalf("torchwood: %v", err)
		}
		if _, err := back.Check(testLeaf(index+1), v, origin); !errors.Is(err, ErrProof) {
			t.Fatalf("another leaf: %v", err)
		}
		// A flipped bit anywhere but in the remark, which nothing authenticates, fails.
		from := bytes.Index(text, []byte("\nindex ")) + 1
		i := rapid.IntRange(from, len(text)-1).Draw(t, "byte")
		text[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if back, err := ParseProof(text); err == nil {
			if _, err := back.Check(leaf, v, origin); err == nil {
				t.Fatalf("a flipped bit in byte %d is not noticed:\n%s", i, text)
			}
		}
	})
	if _, err := Prove(s.heads[0].Signed, 100, s); !errors.Is(err, ErrSize) {
		t.Errorf("proof of an entry beyond the checkpoint: %v", err)
	}
	if _, err := Prove([]byte("rain"), 1, s); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("proof for no checkpoint: %v", err)
	}
}

func TestProofFromOfficialExampleShape(t *testing.T) {
	text := "c2sp.org/tlog-proof@v1\nextra cmFpbg==\nindex 1\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n\n" +
		"example.com/log\n2\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n\n— example.com/log AAAAAAA=\n"
	p, err := ParseProof([]byte(text))
	if err != nil || p.Index != 1 || string(p.Extra) != "rain" || len(p.Path) != 1 {
		t.Fatalf("%+v, %v", p, err)
	}
	for name, change := range map[string][2]string{
		"version": {"@v1", "@v2"}, "leading zero": {"index 1", "index 01"}, "negative": {"index 1", "index -1"}, "base64": {"cmFpbg==", "cmFpbh=="},
		"hash": {"index 1\nbj", "index 1\nb"}, "not strict": {"oB0=\n\nex", "oB1=\n\nex"}, "no index": {"index 1\n", ""}, "checkpoint": {"\n2\n", "\nx\n"},
		"no hashes end": {"oB0=\n\nexample", "oB0=\nexample"}, "carriage return": {"index 1\n", "index 1\r\n"},
	} {
		if _, err := ParseProof(bytes.Replace([]byte(text), []byte(change[0]), []byte(change[1]), 1)); err == nil {
			t.Errorf("%s: a malformed proof is taken", name)
		}
	}
}

func FuzzParseProof(f *testing.F) {
	key, v := testKey(f, origin, 1)
	s := newStore(f, key, 5)
	p, err := Prove(s.heads[0].Signed, 3, s)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p.Format())
	p.Extra = []byte("rain")
	f.Add(p.Format())
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := ParseProof(text)
		if err != nil {
			if !errors.Is(err, ErrProof) && !errors.Is(err, ErrCheckpoint) {
				t.Fatal(err)
			}
			return
		}
		if !bytes.Equal(p.Format(), text) {
			t.Fatalf("%q came back as %q", text, p.Format())
		}
		for i := range int64(5) {
			if _, err := p.Check(testLeaf(i), v, origin); err == nil && i != p.Index {
				t.Fatalf("the proof of entry %d shows that leaf %d is there", p.Index, i)
			}
		}
		if _, err := p.Check([]byte("never logged"), v, origin); err == nil {
			t.Fatal("a proof of what was never logged")
		}
	})
}

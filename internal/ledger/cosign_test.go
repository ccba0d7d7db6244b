// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func testWitness(t testing.TB, name string, seed byte) (Witness, Cosigner) {
	t.Helper()
	w, err := NewWitness(name, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCosigner(w.Key())
	if err != nil {
		t.Fatal(err)
	}
	return w, c
}

func signedAt(t testing.TB, stored Hashes, size int64, s note.Signer) []byte {
	t.Helper()
	root, err := Root(size, stored)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := Sign(Checkpoint{Origin: origin, Size: size, Root: root, At: noon}, s)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// A log grows, and two witnesses follow it by what they saw; torchwood reads what they wrote, and the other way round.
func TestCosignedAsItGrows(t *testing.T) {
	s, v := testKey(t, origin, 1)
	stored := oneByOne(t, 40)
	north, nv := testWitness(t, "north.peer.invalid", 7)
	south, sv := testWitness(t, "south.peer.invalid", 8)
	var seen Checkpoint
	for _, size := range []int64{0, 1, 7, 7, 8, 40} {
		signed := signedAt(t, stored, size, s)
		sub, err := Submit(signed, seen.Size, stored)
		if err != nil {
			t.Fatal(err)
		}
		if sub, err = ParseSubmission(sub.Format()); err != nil {
			t.Fatal(err)
		}
		next, line, err := north.Cosign(sub, seen, v, origin, noon)
		if err != nil || next.Size != size {
			t.Fatalf("at %d: %+v, %v", size, next, err)
		}
		_, other, err := south.Cosign(sub, seen, v, origin, noon.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		seen = next
		both, err := AddCosignature(signed, line, nv)
		if err == nil {
			both, err = AddCosignature(both, other, sv)
		}
		if err == nil {
			both, err = AddCosignature(both, line, nv) // again, which takes the place of the first
		}
		if err != nil {
			t.Fatal(err)
		}
		c, by, err := Cosignatures(both, v, origin, nv, sv)
		if err != nil || c.Size != size || len(by) != 2 || by[0] != (Cosignature{"south.peer.invalid", noon.Add(time.Minute)}) || by[1] != (Cosignature{"north.peer.invalid", noon}) {
			t.Fatalf("at %d: %+v, %+v, %v", size, c, by, err)
		}
		if _, by, err := Cosignatures(both, v, origin, nv); err != nil || len(by) != 1 {
			t.Errorf("of one witness: %+v, %v", by, err)
		}
		public, err := torchwood.NewCosignatureVerifier(north.Key())
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := torchwood.VerifyCheckpoint(both, torchwood.ThresholdPolicy(3, torchwood.OriginPolicy(origin), torchwood.SingleVerifierPolicy(v), torchwood.SingleVerifierPolicy(public))); err != nil {
			t.Errorf("torchwood: %v", err)
		}
		if _, err := Open(both, v, origin); err != nil {
			t.Error(err)
		}
	}
	theirs, err := torchwood.NewCosignatureSigner("east.peer.invalid", ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open(signedAt(t, stored, 40, s), note.VerifierList(v))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(n, theirs)
	if err != nil {
		t.Fatal(err)
	}
	ev, err := NewCosigner(theirs.Verifier().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, by, err := Cosignatures(signed, v, origin, ev); err != nil || len(by) != 1 || by[0].Name != "east.peer.invalid" {
		t.Errorf("of torchwood: %+v, %v", by, err)
	}
}

func TestWhatIsNotCosigned(t *testing.T) {
	s, v := testKey(t, origin, 1)
	stored := oneByOne(t, 40)
	w, _ := testWitness(t, "north.peer.invalid", 7)
	at := func(size int64) Checkpoint {
		c, err := Peek(signedAt(t, stored, size, s))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	submit := func(old, size int64) Submission {
		sub, err := Submit(signedAt(t, stored, size, s), old, stored)
		if err != nil {
			t.Fatal(err)
		}
		return sub
	}
	forked := submit(7, 7)
	fork, err := Sign(Checkpoint{Origin: origin, Size: 7, Root: tlog.RecordHash(nil), At: noon}, s)
	if err != nil {
		t.Fatal(err)
	}
	forked.Checkpoint = fork
	altered := submit(7, 40)
	altered.Proof[0][3] ^= 1
	short := submit(7, 40)
	short.Proof = short.Proof[1:]
	unsigned := submit(7, 40)
	unsigned.Checkpoint = bytes.Replace(unsigned.Checkpoint, []byte("\n40\n"), []byte("\n41\n"), 1)
	back := submit(7, 7)
	back.Old = 40
	for name, x := range map[string]struct {
		sub  Submission
		seen Checkpoint
		at   time.Time
		want error
	}{
		"from another size":         {submit(3, 40), at(7), noon, ErrSize},
		"from nothing":              {submit(0, 40), at(7), noon, ErrSize},
		"two histories":             {forked, at(7), noon, ErrSplit},
		"altered proof":             {altered, at(7), noon, ErrProof},
		"short proof":               {short, at(7), noon, ErrProof},
		"not signed":                {unsigned, at(7), noon, ErrCheckpoint},
		"a log that went back":      {back, at(40), noon, ErrProof},
		"seen of another log":       {submit(7, 40), Checkpoint{Origin: "other.test", Size: 7, Root: at(7).Root}, noon, ErrCheckpoint},
		"no time":                   {submit(7, 40), at(7), time.Time{}, ErrCheckpoint},
		"a proof that is not asked": {Submission{0, tlog.TreeProof{{}}, signedAt(t, stored, 7, s)}, Checkpoint{}, noon, ErrProof},
	} {
		if c, line, err := w.Cosign(x.sub, x.seen, v, origin, x.at); !errors.Is(err, x.want) || line != nil || c != (Checkpoint{}) {
			t.Errorf("%s: %v; want %v", name, err, x.want)
		}
	}
}

func TestCosignaturesThatAreRefused(t *testing.T) {
	s, v := testKey(t, origin, 1)
	stored := oneByOne(t, 8)
	w, c := testWitness(t, "north.peer.invalid", 7)
	_, other := testWitness(t, "north.peer.invalid", 8)
	signed := signedAt(t, stored, 8, s)
	sub, err := Submit(signed, 0, stored)
	if err != nil {
		t.Fatal(err)
	}
	_, line, err := w.Cosign(sub, Checkpoint{}, v, origin, noon)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := signedAt(t, stored, 7, s)
	for name, x := range map[string]struct {
		signed, line []byte
		by           Cosigner
	}{
		"another key":      {signed, line, other},
		"other checkpoint": {elsewhere, line, c},
		"two lines":        {signed, append(bytes.Clone(line), line...), c},
		"no newline":       {signed, bytes.TrimSpace(line), c},
		"another name":     {signed, bytes.Replace(line, []byte("north"), []byte("south"), 1), c},
		"no note":          {[]byte("fog"), line, c},
		"empty":            {signed, nil, c},
	} {
		if _, err := AddCosignature(x.signed, x.line, x.by); !errors.Is(err, ErrCheckpoint) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := Cosignatures(append(bytes.Clone(elsewhere), line...), v, origin, c); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("a line of another checkpoint: %v", err)
	}
	for i := range len(line) - 1 { // the newline belongs to the note
		bad := bytes.Clone(line)
		bad[i] ^= 1
		if _, by, err := Cosignatures(append(bytes.Clone(signed), bad...), v, origin, c); err == nil && len(by) > 0 {
			t.Errorf("a flipped bit in byte %d passes", i)
		}
	}
	full := append(bytes.Clone(signed), bytes.Repeat([]byte("— x AAAAAAA=\n"), (MaxCheckpoint-len(signed))/15)...)
	if _, err := AddCosignature(full, line, c); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("a checkpoint without room: %v", err)
	}
	for _, text := range []string{"", "a", "a+b+c", w.Key() + "=", strings.Replace(w.Key(), "+", "+0", 1), strings.ToUpper(w.Key()), v.Name() + "+00000000+AQ=="} {
		if _, err := NewCosigner(text); !errors.Is(err, ErrCheckpoint) {
			t.Errorf("the key %q: %v", text, err)
		}
	}
	if _, err := NewWitness("a b", make([]byte, ed25519.PrivateKeySize)); err == nil {
		t.Error("a name with a space")
	}
	if _, err := NewWitness("north.test", nil); err == nil {
		t.Error("no key")
	}
}

func FuzzParseSubmission(f *testing.F) {
	s, v := testKey(f, origin, 1)
	stored := oneByOne(f, 40)
	w, _ := testWitness(f, "north.peer.invalid", 7)
	for _, old := range []int64{0, 7, 40} {
		sub, err := Submit(signedAt(f, stored, 40, s), old, stored)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(sub.Format())
	}
	seven, err := Peek(signedAt(f, stored, 7, s))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		sub, err := ParseSubmission(text)
		if err != nil {
			if !errors.Is(err, ErrProof) && !errors.Is(err, ErrCheckpoint) {
				t.Fatal(err)
			}
			return
		}
		if !bytes.Equal(sub.Format(), text) {
			t.Fatal("it is not written as it was read")
		}
		if c, _, err := w.Cosign(sub, seven, v, origin, noon); err == nil && c.Size != 40 {
			t.Fatalf("a forged checkpoint of %d entries was cosigned", c.Size)
		}
	})
}

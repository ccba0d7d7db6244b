// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestLeafIsWhatTheDocumentSays(t *testing.T) {
	salt := [16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	e := Entry{Event: 42, At: time.Date(2026, 3, 1, 13, 0, 0, 1_234_999, time.FixedZone("CET", 3600)), Kind: "notice.approve",
		Commitment: Commit(salt, []byte("{}"))}
	sum := sha256.Sum256(append(append([]byte("iolaus/commitment/v1\n"), salt[:]...), "{}"...))
	want := "iolaus/event/v1\nevent 42\nat 2026-03-01T12:00:00.001234Z\nkind notice.approve\ncommitment " + hex.EncodeToString(sum[:]) + "\n"
	if got := string(e.Leaf()); got != want {
		t.Fatalf("leaf is\n%swanted\n%s", got, want)
	}
	if hex.EncodeToString(sum[:]) != "d92f1739e0a6c1794a8123f4324cf92a766526120deacd839aa67251a06b69ea" {
		t.Fatalf("the commitment in docs/format/ledger.md is %x", sum)
	}
}

func TestCommitDependsOnEverything(t *testing.T) {
	a := Commit([16]byte{1}, []byte("rain"))
	for _, b := range [][32]byte{Commit([16]byte{2}, []byte("rain")), Commit([16]byte{1}, []byte("rains")), Commit([16]byte{1}, nil), sha256.Sum256([]byte("rain"))} {
		if a == b {
			t.Fatal("two commitments are the same")
		}
	}
}

func drawEntry(t *rapid.T) Entry {
	e := Entry{
		Event: rapid.Int64Range(1, 1<<62).Draw(t, "event"),
		At:    time.UnixMicro(rapid.Int64Range(-62135596800000000, 253402300799999999).Draw(t, "at")).UTC(),
		Kind:  rapid.StringMatching(`[a-z][a-z0-9._-]{0,63}`).Draw(t, "kind"),
	}
	copy(e.Commitment[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "commitment"))
	return e
}

func TestLeafComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEntry(t)
		leaf := e.Leaf()
		got, err := ParseLeaf(leaf)
		if err != nil || got != e {
			t.Fatalf("%+v came back as %+v, %v", e, got, err)
		}
		i := rapid.IntRange(0, len(leaf)-1).Draw(t, "byte")
		leaf[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if other, err := ParseLeaf(leaf); err == nil && other == e {
			t.Fatalf("two texts of one entry: %q", leaf)
		}
	})
}

func TestEntriesThatAreRefused(t *testing.T) {
	good := Entry{Event: 1, At: noon, Kind: "a"}
	for name, change := range map[string]func(*Entry){
		"id 0":           func(e *Entry) { e.Event = 0 },
		"negative id":    func(e *Entry) { e.Event = -1 },
		"no kind":        func(e *Entry) { e.Kind = "" },
		"capital":        func(e *Entry) { e.Kind = "Notice" },
		"digit first":    func(e *Entry) { e.Kind = "1a" },
		"two lines":      func(e *Entry) { e.Kind = "a\nkind b" },
		"space":          func(e *Entry) { e.Kind = "a b" },
		"long kind":      func(e *Entry) { e.Kind = strings.Repeat("a", 65) },
		"five digits":    func(e *Entry) { e.At = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"before year 0":  func(e *Entry) { e.At = time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC) },
		"very long kind": func(e *Entry) { e.Kind = strings.Repeat("a", 1000) },
	} {
		e := good
		change(&e)
		if err := e.Check(); !errors.Is(err, ErrLeaf) {
			t.Errorf("%s: Check says %v", name, err)
		}
		if _, err := ParseLeaf(e.Leaf()); !errors.Is(err, ErrLeaf) {
			t.Errorf("%s: ParseLeaf says %v", name, err)
		}
		if _, _, err := Append(0, [][]byte{good.Leaf(), e.Leaf()}, sliceHashes(nil)); !errors.Is(err, ErrLeaf) {
			t.Errorf("%s: Append says %v", name, err)
		}
	}
	leaf := good.Leaf()
	for name, text := range map[string][]byte{
		"nothing": nil, "no newline": leaf[:len(leaf)-1], "more": append(bytes.Clone(leaf), '\n'),
		"capital digits": bytes.Replace(leaf, []byte("commitment 00"), []byte("commitment AA"), 1),
		"leading zero":   bytes.Replace(leaf, []byte("event 1"), []byte("event 01"), 1),
		"plus":           bytes.Replace(leaf, []byte("event 1"), []byte("event +1"), 1),
		"millisecond":    bytes.Replace(leaf, []byte(".000000Z"), []byte(".000Z"), 1),
		"comma":          bytes.Replace(leaf, []byte(".000000Z"), []byte(",000000Z"), 1),
		"leap":           bytes.Replace(leaf, []byte("12:00:00"), []byte("23:59:60"), 1),
		"version":        bytes.Replace(leaf, []byte("event/v1"), []byte("event/v2"), 1),
		"order":          []byte("iolaus/event/v1\nat 2026-03-01T12:00:00.000000Z\nevent 1\nkind a\n"),
	} {
		if _, err := ParseLeaf(text); !errors.Is(err, ErrLeaf) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseLeaf(f *testing.F) {
	f.Add(testLeaf(0))
	f.Add([]byte("iolaus/event/v1\nevent 1\nat 2026-03-01T12:00:00,000000Z\nkind a\ncommitment \n"))
	f.Fuzz(func(t *testing.T, leaf []byte) {
		e, err := ParseLeaf(leaf)
		if err != nil {
			if !errors.Is(err, ErrLeaf) {
				t.Fatal(err)
			}
			return
		}
		if !bytes.Equal(e.Leaf(), leaf) {
			t.Fatalf("%q came back as %q", leaf, e.Leaf())
		}
	})
}

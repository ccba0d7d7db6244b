// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

func TestCheckpointComesBack(t *testing.T) {
	s, v := testKey(t, origin, 1)
	rapid.Check(t, func(t *rapid.T) {
		c := Checkpoint{Origin: origin, Size: rapid.Int64Range(1, MaxSize).Draw(t, "size")}
		copy(c.Root[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "root"))
		if rapid.Bool().Draw(t, "timed") {
			c.At = time.UnixMicro(rapid.Int64Range(0, 253402300799999999).Draw(t, "at")).UTC()
		}
		signed, err := Sign(c, s)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Open(signed, v, origin); err != nil || got != c {
			t.Fatalf("%+v came back as %+v, %v", c, got, err)
		}
		if got, err := Peek(signed); err != nil || got != c {
			t.Fatalf("%+v came back as %+v, %v", c, got, err)
		}
		public, n, err := torchwood.VerifyCheckpoint(signed, torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(origin), torchwood.SingleVerifierPolicy(v)))
		if err != nil || public.N != c.Size || public.Hash != c.Root || len(n.Sigs) != 1 {
			t.Fatalf("torchwood reads %+v, %v", public, err)
		}
		i := rapid.IntRange(0, len(signed)-1).Draw(t, "byte")
		signed[i] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := Open(signed, v, origin); !errors.Is(err, ErrCheckpoint) {
			t.Fatalf("a flipped bit in byte %d: %v", i, err)
		}
	})
}

// Every bit of a signature counts, also those that base64 leaves over at its end.
func TestLastBitsOfASignature(t *testing.T) {
	s, v := testKey(t, origin, 1)
	for size := range int64(64) {
		signed, err := Sign(Checkpoint{Origin: origin, Size: size + 1, At: noon}, s)
		if err != nil {
			t.Fatal(err)
		}
		for i := len(signed) - 4; i < len(signed); i++ {
			for bit := range 8 {
				b := bytes.Clone(signed)
				b[i] ^= 1 << bit
				if _, err := Open(b, v, origin); !errors.Is(err, ErrCheckpoint) {
					t.Errorf("size %d, a flipped bit %d of byte %d: %v", size+1, bit, i, err)
				}
			}
		}
	}
}

func TestCheckpointText(t *testing.T) {
	s, v := testKey(t, origin, 1)
	signed, err := Sign(Checkpoint{Origin: origin, Size: 3, Root: tlog.RecordHash(nil), At: noon}, s)
	if err != nil {
		t.Fatal(err)
	}
	want := origin + "\n3\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\ntime 2026-03-01T12:00:00.000000Z\n\n— " + origin + " "
	if !strings.HasPrefix(string(signed), want) {
		t.Fatalf("signed checkpoint is\n%s", signed)
	}
	// A witness adds its line; the log's own signature stays good.
	w, wv := testKey(t, "tram-unit.test", 2)
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		t.Fatal(err)
	}
	both, err := note.Sign(n, w)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(both, v, origin); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(both, wv, origin); err != nil {
		t.Fatal(err)
	}
}

func TestCheckpointsThatAreRefused(t *testing.T) {
	s, v := testKey(t, origin, 1)
	root := tlog.RecordHash(nil)
	for name, text := range map[string]string{
		"two lines":       origin + "\n3\n",
		"no newline":      origin + "\n3\n" + root.String(),
		"no origin":       "\n3\n" + root.String() + "\n",
		"spaced origin":   "a log\n3\n" + root.String() + "\n",
		"other origin":    "other.test\n3\n" + root.String() + "\n",
		"leading zero":    origin + "\n03\n" + root.String() + "\n",
		"negative":        origin + "\n-3\n" + root.String() + "\n",
		"too great":       origin + "\n9223372036854775807\n" + root.String() + "\n",
		"empty log":       origin + "\n0\n" + root.String() + "\n",
		"short root":      origin + "\n3\n" + root.String()[:40] + "\n",
		"root not strict": origin + "\n3\nbjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB1=\n",
		"empty extension": origin + "\n3\n" + root.String() + "\n\nx\n",
		"bad time":        origin + "\n3\n" + root.String() + "\ntime 2026-03-01T12:00:00Z\n",
		"two times":       origin + "\n3\n" + root.String() + "\ntime 2026-03-01T12:00:00.000000Z\ntime 2026-03-01T12:00:00.000000Z\n",
	} {
		signed, err := note.Sign(&note.Note{Text: text}, s)
		if err != nil {
			continue
		}
		if _, err := Open(signed, v, origin); !errors.Is(err, ErrCheckpoint) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := Checkpoint{Origin: origin, Size: 3, Root: root}
	signed, err := Sign(good, s)
	if err != nil {
		t.Fatal(err)
	}
	_, other := testKey(t, origin, 2)
	if _, err := Open(signed, other, origin); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("another key of the same name: %v", err)
	}
	if _, err := Open(append(signed, bytes.Repeat([]byte("\n"), MaxCheckpoint)...), v, origin); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("a long text: %v", err)
	}
	for name, c := range map[string]Checkpoint{
		"origin": {Origin: "a b", Size: 3}, "key name": {Origin: "other.test", Size: 3}, "size": {Origin: origin, Size: -1},
		"great size": {Origin: origin, Size: MaxSize + 1}, "root of nothing": {Origin: origin, Root: root},
		"year": {Origin: origin, Size: 1, At: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		if _, err := Sign(c, s); !errors.Is(err, ErrCheckpoint) {
			t.Errorf("signing with a bad %s: %v", name, err)
		}
	}
}

func TestNewKey(t *testing.T) {
	skey, vkey, err := NewKey(rand.Reader, origin)
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
	signed, err := Sign(Checkpoint{Origin: origin, Size: 1}, s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(signed, v, origin); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "a b", "a+b", "a\nb", strings.Repeat("a", 256), "\xff"} {
		if _, _, err := NewKey(rand.Reader, name); err == nil {
			t.Errorf("a key was made for the name %q", name)
		}
	}
	if _, _, err := NewKey(nil, origin); err == nil {
		t.Error("a key was made of nothing")
	}
	if _, _, err := NewKey(strings.NewReader("short"), origin); err == nil {
		t.Error("a key was made of five bytes")
	}
}

func FuzzOpen(f *testing.F) {
	s, v := testKey(f, origin, 1)
	signed, err := Sign(Checkpoint{Origin: origin, Size: 3, Root: tlog.RecordHash(nil), At: noon}, s)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(signed)
	f.Add([]byte(origin + "\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— x AAAAAAA=\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if c, err := Peek(text); err == nil {
			again, err := parseCheckpoint(c.text())
			if err != nil || again != c {
				t.Fatalf("%+v came back as %+v, %v", c, again, err)
			}
		}
		c, err := Open(text, v, origin)
		if err != nil {
			if !errors.Is(err, ErrCheckpoint) {
				t.Fatal(err)
			}
			return
		}
		if c.Size != 3 || c.Root != tlog.RecordHash(nil) || !c.At.Equal(noon) {
			t.Fatalf("a forged checkpoint: %+v", c)
		}
	})
}

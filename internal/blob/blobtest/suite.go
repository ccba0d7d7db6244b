// SPDX-License-Identifier: EUPL-1.2

package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"iolaus/internal/blob"
	"iolaus/internal/iru"
)

// Run puts a store through the contract. open makes an empty one.
func Run(t *testing.T, open func(t *testing.T) blob.Store) {
	for name, test := range map[string]func(*testing.T, blob.Store){
		"put and open":      putOpen,
		"put twice":         putTwice,
		"nothing there":     nothing,
		"no digest":         noDigest,
		"reader fails":      readerFails,
		"cancelled":         cancelled,
		"many at once":      manyAtOnce,
		"one's own content": ownContent,
		"removed":           removed,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// Digest is the SHA-256 of bytes, in hex.
func Digest(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func putOpen(t *testing.T, s blob.Store) {
	ctx := t.Context()
	for _, n := range []int{0, 1, 31, 4096, 1<<20 + 7} {
		want := bytes.Repeat([]byte("tram line 9 "), n/12+1)[:n]
		d, size, err := s.Put(ctx, bytes.NewReader(want))
		if err != nil || d != Digest(want) || size != int64(n) {
			t.Fatalf("put of %d bytes: %s, %d, %v", n, d, size, err)
		}
		if size, err := s.Stat(ctx, d); err != nil || size != int64(n) {
			t.Fatalf("stat of %d bytes: %d, %v", n, size, err)
		}
		r, err := s.Open(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("read %d bytes of %d, %v", len(got), n, err)
		}
		if at, err := r.Seek(int64(n/2), io.SeekStart); err != nil || at != int64(n/2) {
			t.Fatalf("seek: %d, %v", at, err)
		}
		if at := make([]byte, n-n/3); len(at) > 0 {
			if _, err := r.ReadAt(at, int64(n/3)); err != nil && err != io.EOF || !bytes.Equal(at, want[n/3:]) {
				t.Fatalf("read at %d of %d bytes: %v", n/3, n, err)
			}
		}
		if rest, err := io.ReadAll(r); err != nil || !bytes.Equal(rest, want[n/2:]) {
			t.Fatalf("second half: %d bytes, %v", len(rest), err)
		}
		if at, err := r.Seek(0, io.SeekEnd); err != nil || at != int64(n) {
			t.Fatalf("seek to the end: %d, %v", at, err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if err := s.Verify(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
}

func putTwice(t *testing.T, s blob.Store) {
	for range 2 {
		d, n, err := s.Put(t.Context(), strings.NewReader("rain at noon"))
		if err != nil || n != 12 || d != Digest([]byte("rain at noon")) {
			t.Fatal(d, n, err)
		}
	}
}

func nothing(t *testing.T, s blob.Store) {
	d := Digest([]byte("never put"))
	_, err := s.Open(t.Context(), d)
	wants(t, "open", err, iru.NotFound)
	_, err = s.Stat(t.Context(), d)
	wants(t, "stat", err, iru.NotFound)
	wants(t, "verify", s.Verify(t.Context(), d), iru.NotFound)
}

func noDigest(t *testing.T, s blob.Store) {
	for _, d := range []string{"", "ab", strings.Repeat("A", 64), "../../../../etc/passwd", strings.Repeat("/", 64), strings.Repeat("a", 65)} {
		_, err := s.Open(t.Context(), d)
		wants(t, "open", err, iru.Invalid)
		_, err = s.Stat(t.Context(), d)
		wants(t, "stat", err, iru.Invalid)
		wants(t, "verify", s.Verify(t.Context(), d), iru.Invalid)
	}
}

func readerFails(t *testing.T, s blob.Store) {
	broken := errors.New("line broken")
	_, _, err := s.Put(t.Context(), io.MultiReader(strings.NewReader("half"), failing{broken}))
	wants(t, "put", err, broken)
	_, err = s.Stat(t.Context(), Digest([]byte("half")))
	wants(t, "stat", err, iru.NotFound)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func cancelled(t *testing.T, s blob.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := s.Put(ctx, strings.NewReader("too late"))
	wants(t, "put", err, context.Canceled)
	_, err = s.Stat(t.Context(), Digest([]byte("too late")))
	wants(t, "stat", err, iru.NotFound)
}

func manyAtOnce(t *testing.T, s blob.Store) {
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for i := range 12 {
				text := fmt.Sprintf("train %d", (w+i)%10) // workers meet on the same bytes
				d, _, err := s.Put(t.Context(), strings.NewReader(text))
				if err != nil || d != Digest([]byte(text)) {
					t.Errorf("worker %d: %s, %v", w, d, err)
				}
				if err := s.Verify(t.Context(), d); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func ownContent(t *testing.T, s blob.Store) {
	a, _, err := s.Put(t.Context(), strings.NewReader("timetable A"))
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := s.Put(t.Context(), strings.NewReader("timetable B"))
	if err != nil || a == b {
		t.Fatal(a, b, err)
	}
	for d, want := range map[string]string{a: "timetable A", b: "timetable B"} {
		r, err := s.Open(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", d, got, err)
		}
		r.Close()
	}
}

func removed(t *testing.T, s blob.Store) {
	d, _, err := s.Put(t.Context(), strings.NewReader("platform 4"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Remove(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		_, err = s.Open(t.Context(), d)
		wants(t, "open", err, iru.NotFound)
	}
	wants(t, "remove", s.Remove(t.Context(), "no digest"), iru.Invalid)
	if again, _, err := s.Put(t.Context(), strings.NewReader("platform 4")); err != nil || again != d || s.Verify(t.Context(), d) != nil {
		t.Fatal("put after it was removed:", again, err)
	}
}

func wants(t *testing.T, what string, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: error is %v, want one that is %v", what, err, kind)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"iolaus/internal/iru"
)

func TestSpoolGivesBackWhatItTook(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		s := NewSpool(folder)
		defer s.Close()
		var want bytes.Buffer
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 400<<10), 0, 6).Draw(t, "pieces") {
			piece := bytes.Repeat([]byte{byte(n), byte(n >> 8), 'x'}, n/3+1)[:n]
			want.Write(piece)
			if m, err := s.Write(piece); m != n || err != nil {
				t.Fatal(m, err)
			}
			if s.Size() != int64(want.Len()) {
				t.Fatal(s.Size(), want.Len())
			}
			// Reading in between does not move what is written next.
			at := rapid.IntRange(0, want.Len()).Draw(t, "at")
			if _, err := s.Seek(int64(at), io.SeekStart); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(io.LimitReader(s, 1000))
			if err != nil || !bytes.Equal(got, want.Bytes()[at:min(at+1000, want.Len())]) {
				t.Fatal("something else came back", err)
			}
		}
		if _, err := s.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(s); err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Fatal(len(got), want.Len(), err)
		}
	})
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("files are left: %v, %v", left, err)
	}
}

func TestSpoolIsAReader(t *testing.T) {
	for _, n := range []int{0, 5, spoolMemory, spoolMemory + 1} {
		s := NewSpool(t.TempDir())
		what := bytes.Repeat([]byte("rain "), n/5+1)[:n]
		if _, err := s.Write(what); err != nil {
			t.Fatal(err)
		}
		if n <= 5 { // it tries every offset
			if err := iotest.TestReader(s, what); err != nil {
				t.Errorf("%d: %v", n, err)
			}
		}
		if (s.file != nil) != (n > spoolMemory) {
			t.Errorf("%d bytes: file %v", n, s.file)
		}
		if at, err := s.Seek(-3, io.SeekEnd); n > 3 && (err != nil || at != int64(n-3)) {
			t.Error(at, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestSpoolFails(t *testing.T) {
	s := NewSpool("/nonexistent")
	if n, err := s.Write(make([]byte, spoolMemory)); n != spoolMemory || err != nil {
		t.Fatal(n, err)
	}
	if n, err := s.Write([]byte("more")); n != 0 || !errors.Is(err, iru.Unavailable) || s.Size() != spoolMemory {
		t.Error(n, err, s.Size())
	}
	if _, err := s.Seek(-1, io.SeekStart); !errors.Is(err, iru.Invalid) {
		t.Error(err)
	}
	if err := errors.Join(s.Close(), s.Close(), (*Spool)(nil).Close()); err != nil {
		t.Error(err)
	}
	if _, err := s.Write([]byte("x")); !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
	if _, err := s.Read(make([]byte, 1)); !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
}

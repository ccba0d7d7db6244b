// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tlshInput is content that a seed and a length determine, in four kinds: noise, letters, three values only, slow steps. The golden
// files were made by programs over the reference that generate the same bytes.
func tlshInput(seed uint64, length int) []byte {
	b := make([]byte, length)
	s := seed*0x9E3779B97F4A7C15 + 1
	for i := range b {
		s ^= s << 13
		s ^= s >> 7
		s ^= s << 17
		v := byte(s >> 32)
		switch seed % 4 {
		case 1:
			v = 'a' + v%26
		case 2:
			v %= 3
		case 3:
			step := byte(i / 7)
			if i%64 != 0 {
				v = 0
			}
			v ^= step
		}
		b[i] = v
	}
	return b
}

// The digests of golden.txt are those of Debian's libtlsh 3.4.4 (and of 4.12.1, which agrees); those of short.txt, for which 3.x
// asks for more bytes, of 4.12.1. A line is "h SEED LENGTH DIGEST", "-" for none, or "d I J DISTANCE WITHOUT-LENGTH" of two
// lines of digests, counted from 0.
func TestTLSHAgainstReference(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/tlsh/*.txt")
	if err != nil || len(files) < 2 {
		t.Fatalf("golden files: %v, %v", files, err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			checkTLSH(t, f)
		})
	}
}

func checkTLSH(t *testing.T, file string) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []TLSH
	digests, none, pairs := 0, 0, 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "h ") {
			var seed uint64
			var length int
			var want string
			if _, err := fmt.Sscanf(line, "h %d %d %s", &seed, &length, &want); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			h, ok := HashTLSH(tlshInput(seed, length))
			all = append(all, h)
			digests++
			if want == "-" {
				none++
				if ok {
					t.Errorf("%s: got %s", line, h)
				}
				continue
			}
			if !ok || h.String() != "T1"+want {
				t.Errorf("%s: got %s, %v", line, h, ok)
			}
			continue
		}
		var i, j, with, without int
		if _, err := fmt.Sscanf(line, "d %d %d %d %d", &i, &j, &with, &without); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		pairs++
		if a, b := all[i].Distance(all[j]), all[j].DistanceApart(all[i]); a != with || b != without {
			t.Errorf("%s: got %d and %d", line, a, b)
		}
	}
	if digests < 100 || none < 10 || pairs < 100 {
		t.Errorf("%d digests, %d of them none, %d pairs", digests, none, pairs)
	}
}

func TestTLSHText(t *testing.T) {
	t.Parallel()
	h, ok := HashTLSH(tlshInput(1, 4000))
	if !ok {
		t.Fatal("letters have no TLSH")
	}
	s := h.String()
	for _, form := range []string{s, s[2:], strings.ToLower(s), strings.ToLower(s[2:])} {
		if got, err := ParseTLSH(form); err != nil || got != h {
			t.Errorf("%s: %v, %v", form, got, err)
		}
	}
	var back TLSH
	if text, err := h.MarshalText(); err != nil || back.UnmarshalText(text) != nil || back != h {
		t.Errorf("marshalled %s, back %s", text, back)
	}
	for _, bad := range []string{"", "T1", s[1:], s[:71], s + "0", "T2" + s[2:], "T1" + strings.Repeat("g", 70), "tnull"} {
		if _, err := ParseTLSH(bad); !errors.Is(err, ErrSyntax) {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}

// However the bytes arrive, the digest is the same.
func TestTLSHWriter(t *testing.T) {
	t.Parallel()
	for _, piece := range []int{1, 2, 3, 4, 5, 7, 64, 1000} {
		var w TLSHWriter
		data := tlshInput(7, 3001)
		for rest := data; len(rest) > 0; rest = rest[min(piece, len(rest)):] {
			if n, err := w.Write(rest[:min(piece, len(rest))]); err != nil || n != min(piece, len(rest)) {
				t.Fatalf("wrote %d, %v", n, err)
			}
		}
		got, ok := w.Sum()
		if want, _ := HashTLSH(data); !ok || got != want {
			t.Errorf("in pieces of %d: %s, want %s", piece, got, want)
		}
	}
}

func TestTLSHOfNothing(t *testing.T) {
	t.Parallel()
	for name, b := range map[string][]byte{
		"empty": nil, "short": tlshInput(1, MinTLSH-1), "zeroes": make([]byte, 10000), "one word": []byte(strings.Repeat("train ", 500)),
	} {
		if h, ok := HashTLSH(b); ok || h != (TLSH{}) {
			t.Errorf("%s has a TLSH: %s", name, h)
		}
	}
}

// A small edit is a small distance, and another text a large one.
func TestTLSHNear(t *testing.T) {
	t.Parallel()
	text := tlshInput(5, 6000)
	edited := append([]byte("Trains and weather. "), text...)
	a, _ := HashTLSH(text)
	b, _ := HashTLSH(edited)
	c, _ := HashTLSH(tlshInput(9, 6000))
	if a.Distance(a) != 0 || a.Distance(b) > 30 || a.Distance(c) < 60 {
		t.Errorf("distances: itself %d, edited %d, other %d", a.Distance(a), a.Distance(b), a.Distance(c))
	}
}

func FuzzTLSH(f *testing.F) {
	f.Add([]byte(""), "T1")
	f.Add(tlshInput(1, 300), "T1"+strings.Repeat("0F", 35))
	f.Fuzz(func(t *testing.T, b []byte, s string) {
		h, ok := HashTLSH(b)
		if !ok && h != (TLSH{}) {
			t.Fatalf("a digest although there is none: %s", h)
		}
		if back, err := ParseTLSH(h.String()); err != nil || back != h {
			t.Fatalf("%s reads back as %s, %v", h, back, err)
		}
		p, err := ParseTLSH(s)
		if err != nil {
			return
		}
		if !strings.EqualFold(strings.TrimPrefix(p.String(), "T1"), s[len(s)-tlshText:]) {
			t.Fatalf("%q became %s", s, p)
		}
		if h.Distance(p) != p.Distance(h) || p.Distance(p) != 0 {
			t.Fatalf("distance of %s and %s is not symmetric", h, p)
		}
	})
}

func BenchmarkTLSH(b *testing.B) {
	data := tlshInput(1, 1<<20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		HashTLSH(data)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// SketchSize is how many hashes a Sketch keeps: the standard error of Similarity is then at most 0.044 (0.5/sqrt(128)).
const SketchSize = 128

// hash64 is FNV-1a of the bytes, then the finaliser of SplitMix64. It is part of the stored form of sketches: never change it.
func hash64(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

const hashStart = 14695981039346656037

func finish(h uint64) uint64 {
	h ^= h >> 30
	h *= 0xbf58476d1ce4e5b9
	h ^= h >> 27
	h *= 0x94d049bb133111eb
	return h ^ h>>31
}

// Shingles returns a hash of every run of n words of the text, folded, in order. A text of fewer words has one shingle, an empty
// one none. Three words suit sentences, one suits word lists.
func Shingles(text string, n int) []uint64 {
	n = max(n, 1)
	window := make([]string, 0, n)
	var out []uint64
	add := func() {
		h := uint64(hashStart)
		for _, w := range window {
			h = hash64(hash64(h, w), "\x1f")
		}
		out = append(out, finish(h))
	}
	words(Fold(text), func(w string) bool {
		if len(window) == n {
			window = append(window[:0], window[1:]...)
		}
		if window = append(window, w); len(window) == n {
			add()
		}
		return true
	})
	if len(out) == 0 && len(window) > 0 {
		add()
	}
	return out
}

// SimHash is Charikar's 64-bit fingerprint: similar sets of shingles differ in few bits. No shingles give 0.
func SimHash(shingles []uint64) uint64 {
	var votes [64]int
	for _, s := range shingles {
		for k := range votes {
			votes[k] += int(s>>k&1)*2 - 1
		}
	}
	var h uint64
	for k, v := range votes {
		if v > 0 {
			h |= 1 << k
		}
	}
	return h
}

// SimHashDistance is the number of differing bits, 0 to 64. Under 4 is a near duplicate for texts of a page or more.
func SimHashDistance(a, b uint64) int { return bits.OnesCount64(a ^ b) }

// Sketch is a bottom-k sketch of a set of shingles: the SketchSize smallest, ascending. It estimates how much two texts overlap.
type Sketch []uint64

// NewSketch makes the sketch of a set of shingles. It leaves its argument alone.
func NewSketch(shingles []uint64) Sketch {
	s := slices.Clone(shingles)
	slices.Sort(s)
	s = slices.Compact(s)
	return Sketch(slices.Clone(s[:min(len(s), SketchSize)]))
}

// SketchText is the sketch of the text's three-word shingles.
func SketchText(text string) Sketch { return NewSketch(Shingles(text, 3)) }

// Similarity estimates the Jaccard index of the two sets of shingles, 0 to 1. An empty sketch resembles nothing, not even another
// empty one.
func Similarity(a, b Sketch) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	// The k smallest of the union are a fair sample of it; a set smaller than k is known whole.
	union, both := 0, 0
	for i, j := 0, 0; union < SketchSize && (i < len(a) || j < len(b)); union++ {
		switch {
		case j == len(b) || i < len(a) && a[i] < b[j]:
			i++
		case i == len(a) || b[j] < a[i]:
			j++
		default:
			i, j, both = i+1, j+1, both+1
		}
	}
	return float64(both) / float64(union)
}

const sketchPrefix = "bk1:" // bottom-k, version 1

// String is the stored form: a version, then base64 of the hashes, eight bytes each.
func (s Sketch) String() string {
	return sketchPrefix + base64.RawURLEncoding.EncodeToString(s.Bytes())
}

// Bytes are the hashes, eight bytes each, the most significant first.
func (s Sketch) Bytes() []byte {
	b := make([]byte, 0, 8*len(s))
	for _, v := range s {
		b = binary.BigEndian.AppendUint64(b, v)
	}
	return b
}

// SketchOf reads what Bytes gave; what is left at the end is left out.
func SketchOf(b []byte) Sketch {
	s := make(Sketch, len(b)/8)
	for i := range s {
		s[i] = binary.BigEndian.Uint64(b[8*i:])
	}
	return s
}

// ParseSketch reads what String wrote. The error wraps ErrSyntax.
func ParseSketch(text string) (Sketch, error) {
	body, ok := strings.CutPrefix(text, sketchPrefix)
	if !ok {
		return nil, fmt.Errorf("read sketch: %w: it does not begin with %q", ErrSyntax, sketchPrefix)
	}
	if len(body) > base64.RawURLEncoding.EncodedLen(8*SketchSize) {
		return nil, fmt.Errorf("read sketch: %w: more than %d hashes", ErrSyntax, SketchSize)
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil || len(b)%8 != 0 || strings.ContainsAny(body, "\r\n") {
		return nil, fmt.Errorf("read sketch: %w: damaged base64", ErrSyntax)
	}
	s := make(Sketch, len(b)/8)
	for i := range s {
		s[i] = binary.BigEndian.Uint64(b[8*i:])
		if i > 0 && s[i] <= s[i-1] {
			return nil, fmt.Errorf("read sketch: %w: hashes are not ascending", ErrSyntax)
		}
	}
	return s, nil
}

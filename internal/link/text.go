// SPDX-License-Identifier: EUPL-1.2

package link

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
)

// shingleWords is the number of words in a shingle, structureTags the number of tags in one of a page.
const (
	shingleWords  = 5
	structureTags = 4
)

// boilerplate is the share of known outlets above which a shingle (a cookie notice, a licence) is no longer the outlet's own text.
const boilerplate = .01

// leastShingles is the number of runs below which a comparison says nothing: a slogan or a headline.
const leastShingles = 12

// Shingles returns the text as features: the hashes of all runs of five words, of which the 256 smallest are kept. Words are
// letters and digits in lower case, marks dropped. A text of fewer than five words gives none.
//
// The 256 smallest of a random function are a fair sample of all (a bottom-k sketch; Broder, On the resemblance and containment of
// documents, 1997), and those of two texts estimate the share of shingles that they have in common.
func Shingles(text string) []Feature {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r)
	})
	for n, w := range words {
		words[n] = strings.Map(func(r rune) rune {
			if unicode.Is(unicode.M, r) {
				return -1
			}
			return r
		}, w)
	}
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	var hashes []string
	for n := 0; n+shingleWords <= len(words); n++ {
		sum := sha256.Sum256([]byte(strings.Join(words[n:n+shingleWords], " ")))
		hashes = append(hashes, hex.EncodeToString(sum[:8]))
	}
	slices.Sort(hashes)
	hashes = slices.Compact(hashes)
	out := make([]Feature, 0, min(len(hashes), SketchSize))
	for _, h := range hashes[:min(len(hashes), SketchSize)] {
		out = append(out, New(TextShingle, h))
	}
	return out
}

// compareText estimates the share of common shingles and weighs it by the step it falls into.
func (k Kind) compareText(a, b []string, f Frequencies) []Evidence {
	// The smallest of the union, at most as many as either sketch can vouch for, are a sample of the union.
	union := append(slices.Clone(a), b...)
	slices.Sort(union)
	union = slices.Compact(union)
	union = union[:min(len(union), SketchSize)]
	counted, common, dropped := 0, 0, 0
	for _, h := range union {
		_, inA := slices.BinarySearch(a, h)
		_, inB := slices.BinarySearch(b, h)
		if inA && inB {
			if everywhere(h, f) {
				dropped++
				continue
			}
			common++
		}
		counted++
	}
	if counted < leastShingles {
		return nil // too little text of its own: no evidence either way
	}
	share := float64(common) / float64(counted)
	step := overlaps[len(overlaps)-1]
	for _, o := range overlaps {
		if share >= o.least {
			step = o
			break
		}
	}
	note := fmt.Sprintf("%.0f %% of the runs of five words are common, of %d compared.", 100*share, counted)
	if dropped > 0 {
		note += fmt.Sprintf(" %d that many outlets have were left out.", dropped)
	}
	return limit([]Evidence{{
		Feature: Feature{Family: k.Family, Kind: k.Name, Value: union[0]},
		Weight:  math.Log2(step.m / step.u),
		Note:    note,
	}}, k.Cap)
}

// everywhere reports whether a shingle is boilerplate: on more than two other outlets, and more than one in a hundred.
func everywhere(hash string, f Frequencies) bool {
	if f == nil {
		return false
	}
	seen, total := f.Count(TextShingle, hash)
	others, known := seen-2, total-2
	return others > 2 && float64(others) > boilerplate*float64(known)
}

// Structure returns the structure of a page as a feature: a simhash (Charikar, Similarity estimation techniques from rounding
// algorithms, 2002) of all runs of four tags, given the names of a page's opening tags in order. Fewer than four tags give the zero
// Feature, which Compare ignores.
func Structure(tags []string) Feature {
	if len(tags) < structureTags {
		return Feature{}
	}
	var votes [64]int
	for n := 0; n+structureTags <= len(tags); n++ {
		sum := sha256.Sum256([]byte(strings.ToLower(strings.Join(tags[n:n+structureTags], " "))))
		for bit := range 64 {
			if sum[bit/8]>>(bit%8)&1 == 1 {
				votes[bit]++
			} else {
				votes[bit]--
			}
		}
	}
	var hash [8]byte
	for bit, v := range votes {
		if v > 0 {
			hash[bit/8] |= 1 << (bit % 8)
		}
	}
	return New(PageStructure, hex.EncodeToString(hash[:]))
}

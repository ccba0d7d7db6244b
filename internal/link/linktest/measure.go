// SPDX-License-Identifier: EUPL-1.2

package linktest

import (
	"math"
	"math/bits"
	"slices"

	"iolaus/internal/link"
)

// A Pair is two sites with what is known of them.
type Pair struct {
	Same  bool
	Hard  bool    // different owners, the same kit and subject
	Score float64 // bits, by package link
	Hash  float64 // likeness of the page hashes, 0 to 1
}

// counts are the frequencies of a world's outlets.
type counts struct {
	seen  map[string]int
	total int
}

// Count implements link.Frequencies.
func (c counts) Count(kind, value string) (int, int) { return c.seen[kind+" "+value], c.total }

// Pairs compares each outlet's two sites, and each site with the moved ones of other outlets of the same kit (hard) and of others (a few).
func (w World) Pairs() []Pair {
	f := counts{seen: map[string]int{}, total: 2 * len(w.Before)}
	for _, list := range [][]Site{w.Before, w.After} {
		for _, s := range list {
			for _, m := range s.Marks {
				f.seen[m.Kind+" "+m.Value]++
			}
		}
	}
	var out []Pair
	for i, a := range w.Before {
		for j, b := range w.After {
			same, hard := i == j, i != j && (a.Kit == b.Kit || a.Kit == w.Before[j].Kit)
			if !same && !hard && (i+j)%17 != 0 {
				continue
			}
			r := link.Compare(a.Marks, b.Marks, f, .5)
			out = append(out, Pair{same, hard, r.Score, 1 - float64(bits.OnesCount64(a.Hash^b.Hash))/64})
		}
	}
	return out
}

// AUC is the probability that a pair of one outlet scores higher than one of two, ties counting half (Hanley and McNeil, Radiology 143, 1982).
func AUC(pairs []Pair, of func(Pair) float64) float64 {
	p := slices.Clone(pairs)
	slices.SortFunc(p, func(a, b Pair) int {
		switch x, y := of(a), of(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	var rank, same, other float64
	for i := 0; i < len(p); {
		j := i
		for j < len(p) && of(p[j]) == of(p[i]) {
			j++
		}
		for k := i; k < j; k++ {
			if p[k].Same {
				rank += float64(i+j+1) / 2
				same++
			} else {
				other++
			}
		}
		i = j
	}
	return (rank - same*(same+1)/2) / (same * other)
}

// Recall is the share of pairs of one outlet that score above every pair of two.
func Recall(pairs []Pair, of func(Pair) float64) float64 {
	most := math.Inf(-1)
	for _, p := range pairs {
		if !p.Same {
			most = max(most, of(p))
		}
	}
	n, above := 0.0, 0.0
	for _, p := range pairs {
		if p.Same {
			if n++; of(p) > most {
				above++
			}
		}
	}
	return above / n
}

// Fit gives slope and offset, in bits, of the logarithm of the likelihood ratio as a straight line of the score, by logistic regression of balanced classes
// (Platt, Probabilistic outputs for support vector machines, 1999) and Newton's method.
func Fit(pairs []Pair) (slope, offset float64) {
	same, other := 0.0, 0.0
	for _, p := range pairs {
		if p.Same {
			same++
		} else {
			other++
		}
	}
	a, b := 0.0, .1
	for range 50 {
		var ga, gb, haa, hab, hbb float64
		for _, p := range pairs {
			weight, y := .5/other, 0.0
			if p.Same {
				weight, y = .5/same, 1
			}
			q := 1 / (1 + math.Exp(-(a + b*p.Score)))
			g, h := weight*(q-y), weight*q*(1-q)
			ga, gb, haa, hab, hbb = ga+g, gb+g*p.Score, haa+h, hab+h*p.Score, hbb+h*p.Score*p.Score
		}
		haa, hbb = haa+1e-9, hbb+1e-9
		det := haa*hbb - hab*hab
		a, b = a-(hbb*ga-hab*gb)/det, b-(haa*gb-hab*ga)/det
	}
	return b / math.Ln2, a / math.Ln2
}

// A Bin is one line of a table of reliability.
type Bin struct {
	From, To float64 // predicted probability, classes balanced
	Said     float64 // mean prediction
	Seen     float64 // share of pairs of one outlet, classes balanced
	N        int
}

// Reliability tells, by what was predicted, how often it was so, both classes weighing the same; error is the mean distance of the two, weighted (expected
// calibration error, ECE).
func Reliability(pairs []Pair, edges []float64, predict func(score float64) float64) (bins []Bin, ece float64) {
	same, other := 0.0, 0.0
	for _, p := range pairs {
		if p.Same {
			same++
		} else {
			other++
		}
	}
	for i := range len(edges) - 1 {
		b := Bin{From: edges[i], To: edges[i+1]}
		var weight, hits float64
		for _, p := range pairs {
			q := predict(p.Score)
			if q < b.From || q >= b.To && (b.To < 1 || q > 1) {
				continue
			}
			w := .5 / other
			if p.Same {
				w = .5 / same
				hits += w
			}
			weight, b.Said, b.N = weight+w, b.Said+w*q, b.N+1
		}
		if weight > 0 {
			b.Said, b.Seen = b.Said/weight, hits/weight
			ece += weight * math.Abs(b.Said-b.Seen)
		}
		bins = append(bins, b)
	}
	return bins, ece
}

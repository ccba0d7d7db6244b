// SPDX-License-Identifier: EUPL-1.2

package iru

import "math"

// MinPairs is the least number of pairs of readings for which a rate is shown: below it a rate says more about single persons than about
// the work, and the interval is wider than half of the scale (this program's own rule).
const MinPairs = 10

// A Pair is two readings of the same content by two persons, the second blind.
type Pair struct {
	First, Second bool // yes, it should go; or of a limb: it is met
}

// A Concord is how far two readers agree.
type Concord struct {
	Pairs, Agreed int
	Low, High     float64 // of the rate of disagreement: Wilson's interval at 95 %
	Kappa         float64 // Cohen's; NaN where chance alone would agree always
	Few           bool    // fewer than MinPairs: rate, interval and kappa are not shown
}

// Disagreement is the rate of disagreement, 0 to 1; 0 without pairs.
func (a Concord) Disagreement() float64 {
	if a.Pairs == 0 {
		return 0
	}
	return float64(a.Pairs-a.Agreed) / float64(a.Pairs)
}

// Agree counts pairs. Sources: Wilson, J. Am. Stat. Assoc. 22 (1927) 209, with z = 1.959964; Cohen, Educ. Psychol. Meas. 20 (1960) 37.
func Agree(pairs []Pair) Concord {
	a := Concord{Pairs: len(pairs), Few: len(pairs) < MinPairs, Kappa: math.NaN()}
	var first, second int
	for _, p := range pairs {
		if p.First == p.Second {
			a.Agreed++
		}
		if p.First {
			first++
		}
		if p.Second {
			second++
		}
	}
	if a.Pairs == 0 {
		a.High = 1
		return a
	}
	n := float64(a.Pairs)
	a.Low, a.High = wilson(a.Disagreement(), n)
	p1, p2, observed := float64(first)/n, float64(second)/n, float64(a.Agreed)/n
	if chance := p1*p2 + (1-p1)*(1-p2); chance < 1 {
		a.Kappa = (observed - chance) / (1 - chance)
	}
	return a
}

func wilson(p, n float64) (low, high float64) {
	const z = 1.959964
	mid := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, mid-half), min(1, mid+half)
}

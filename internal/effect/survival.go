// SPDX-License-Identifier: EUPL-1.2

package effect

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// A Spell is how long something was waited for, and whether it came. One that has not come is known to take longer than that.
type Spell struct {
	Took time.Duration
	Open bool
}

// A Drop is a time at which something came, and what is left after it.
type Drop struct {
	After time.Duration
	Left  float64 // the share still waiting
	Low   float64 // 95 % interval of it
	High  float64
	Risk  int // still waited for just before
	Came  int // at this time
}

// A Curve is the share still waiting after each time at which something came, in rising order of time.
type Curve []Drop

// Survival is the Kaplan-Meier estimate (Kaplan and Meier, J. Am. Stat. Assoc. 53, 1958): at each time at which something came, the share
// still waiting falls by its part in all that had been waited for so long. What is still open counts as long as it was watched. Where something
// came and something else ceased to be watched at the same time, the coming is taken first. The interval is that of log(-log) with Greenwood's
// variance (Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data, 1980): it stays between 0 and 1. Where nothing is left it
// reaches from 0 to where it reached before, for then the variance is not known.
func Survival(spells []Spell) Curve {
	s := slices.Clone(spells)
	slices.SortFunc(s, func(a, b Spell) int { return cmp.Compare(a.Took, b.Took) })
	var out Curve
	left, greenwood := 1.0, 0.0
	for i := 0; i < len(s); {
		came, n, at := 0, 0, s[i].Took
		for ; i+n < len(s) && s[i+n].Took == at; n++ {
			if !s[i+n].Open {
				came++
			}
		}
		if came > 0 {
			risk := len(s) - i
			left *= 1 - float64(came)/float64(risk)
			d := Drop{After: at, Left: left, Risk: risk, Came: came, High: 1}
			if came < risk {
				greenwood += float64(came) / (float64(risk) * float64(risk-came))
				wide := normal975 * math.Sqrt(greenwood) / math.Abs(math.Log(left))
				d.Low, d.High = math.Pow(left, math.Exp(wide)), math.Pow(left, math.Exp(-wide))
			} else if d.Left = 0; len(out) > 0 {
				d.High = out[len(out)-1].High
			}
			out = append(out, d)
		}
		i += n
	}
	return out
}

const tiny = 1e-9 // of what rounding leaves over

// Quantile is the least time by which a share q (0 to 1) had come; false where it had not.
func (c Curve) Quantile(q float64) (time.Duration, bool) {
	return c.first(q, func(d Drop) float64 { return d.Left })
}

// Within is the 95 % interval of a quantile (Brookmeyer and Crowley, Biometrics 38, 1982): the times at which the interval of the curve begins
// and ceases to hold the share. A second or fourth result that is false says that this end lies beyond what was watched.
func (c Curve) Within(q float64) (low time.Duration, lowKnown bool, high time.Duration, highKnown bool) {
	low, lowKnown = c.first(q, func(d Drop) float64 { return d.Low })
	high, highKnown = c.first(q, func(d Drop) float64 { return d.High })
	return low, lowKnown, high, highKnown
}

func (c Curve) first(q float64, of func(Drop) float64) (time.Duration, bool) {
	for _, p := range c {
		if of(p) <= 1-q+tiny {
			return p.After, true
		}
	}
	return 0, false
}

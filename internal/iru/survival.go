// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"cmp"
	"slices"
	"time"
)

// A Spell is how long something was waited for, and whether it came. One that has not come is known to take longer than that.
type Spell struct {
	Took time.Duration
	Open bool
}

// A Curve is the share still waiting after each time at which something came, in rising order of time.
type Curve []struct {
	After time.Duration
	Left  float64
}

// Spells of a list; what has no beginning is left out, and what ended before it began took no time.
func Spells(list []Counted) []Spell {
	out := make([]Spell, 0, len(list))
	for _, c := range list {
		if c.Begun.IsZero() {
			continue
		}
		s := Spell{Took: c.Ended.Sub(c.Begun)}
		if c.Ended.IsZero() {
			s = Spell{Took: c.Until.Sub(c.Begun), Open: true}
		}
		s.Took = max(s.Took, 0)
		out = append(out, s)
	}
	return out
}

// Survival is the Kaplan-Meier estimate (Kaplan and Meier, J. Am. Stat. Assoc. 53, 1958): at each time at which something came, the share
// still waiting falls by its part in all that had been waited for so long. What is still open counts as long as it was watched. Where something
// came and something else ceased to be watched at the same time, the coming is taken first.
func Survival(spells []Spell) Curve {
	s := slices.Clone(spells)
	slices.SortFunc(s, func(a, b Spell) int { return cmp.Compare(a.Took, b.Took) })
	var out Curve
	left := 1.0
	for i := 0; i < len(s); {
		came, n, at := 0, 0, s[i].Took
		for ; i+n < len(s) && s[i+n].Took == at; n++ {
			if !s[i+n].Open {
				came++
			}
		}
		if came > 0 {
			left *= 1 - float64(came)/float64(len(s)-i)
			out = append(out, struct {
				After time.Duration
				Left  float64
			}{at, left})
		}
		i += n
	}
	return out
}

// Quantile is the least time by which a share q (0 to 1) had come; false where it had not.
func (c Curve) Quantile(q float64) (time.Duration, bool) {
	const tiny = 1e-9 // of what rounding leaves over
	for _, p := range c {
		if p.Left <= 1-q+tiny {
			return p.After, true
		}
	}
	return 0, false
}

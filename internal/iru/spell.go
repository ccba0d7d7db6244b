// SPDX-License-Identifier: EUPL-1.2

package iru

import "iolaus/internal/effect"

// Spells of a list; what has no beginning is left out, and what ended before it began took no time.
func Spells(list []Counted) []effect.Spell {
	out := make([]effect.Spell, 0, len(list))
	for _, c := range list {
		if c.Begun.IsZero() {
			continue
		}
		s := effect.Spell{Took: c.Ended.Sub(c.Begun)}
		if c.Ended.IsZero() {
			s = effect.Spell{Took: c.Until.Sub(c.Begun), Open: true}
		}
		s.Took = max(s.Took, 0)
		out = append(out, s)
	}
	return out
}

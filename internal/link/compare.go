// SPDX-License-Identifier: EUPL-1.2

package link

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Compare weighs what two sites have in common. The order of features and of the two sites does not matter; repeated features
// count once. prior is the probability, before any feature is seen, that the two belong to one outlet; outside (0, 1) it is
// DefaultPrior. f may be nil: then only the model's own rates count.
func Compare(a, b []Feature, f Frequencies, prior float64) Result {
	left, right := byKind(a), byKind(b)
	var names []string
	for name := range left {
		if len(right[name].values) > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	families := map[Family][]Evidence{}
	var order []Family
	for _, name := range names {
		x, y := left[name], right[name]
		// The two sites may name different families for a kind that the model does not know.
		k := x.kind
		k.Family = min(k.Family, y.kind.Family)
		if !slices.Contains(order, k.Family) {
			order = append(order, k.Family)
		}
		families[k.Family] = append(families[k.Family], k.compare(x.values, y.values, f)...)
	}
	var r Result
	for _, family := range order {
		r.Evidence = append(r.Evidence, capFamily(family, families[family])...)
	}
	slices.SortFunc(r.Evidence, stronger)
	for _, e := range r.Evidence {
		r.Score += e.Weight
	}
	if r.Probability = Calibrated(prior, r.Score); len(r.Evidence) == 0 { // nothing was compared: nothing is known beyond the prior
		r.Probability = Calibrated(prior, -Offset/Slope)
	}
	return r
}

// Calibrated is the probability that two are one outlet after so many bits of evidence: Bayes' rule, with the score put onto the scale on which it was seen to
// be right. The bits of evidence that come together are counted as if they were independent, so that they promise more than they keep.
func Calibrated(prior, score float64) float64 {
	if !(prior > 0 && prior < 1) {
		prior = DefaultPrior
	}
	return 1 / (1 + math.Exp2(-(math.Log2(prior/(1-prior)) + Slope*score + Offset)))
}

// stronger orders evidence by weight, whatever its sign, and then by what it is about, so that the order is always the same.
func stronger(a, b Evidence) int {
	return cmp.Or(cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight)), cmp.Compare(a.Feature.Kind, b.Feature.Kind),
		cmp.Compare(a.Feature.Value, b.Feature.Value), cmp.Compare(a.Note, b.Note))
}

type values struct {
	kind   Kind
	values []string // sorted, each once
}

// byKind sorts the features of one site.
func byKind(features []Feature) map[string]values {
	m := map[string]values{}
	for _, f := range features {
		if f.Value == "" || f.Kind == "" {
			continue
		}
		v, known := m[f.Kind]
		if k := kindOf(f); !known || k.Family < v.kind.Family {
			v.kind = k
		}
		v.values = append(v.values, f.Value)
		m[f.Kind] = v
	}
	for name, v := range m {
		slices.Sort(v.values)
		v.values = slices.Compact(v.values)
		limit := maxValues
		switch name {
		case ImagePDQ:
			limit = maxImages
		case TextShingle:
			limit = SketchSize
		}
		v.values = v.values[:min(len(v.values), limit)]
		m[name] = v
	}
	return m
}

// compare returns the evidence of one kind, its own cap applied.
func (k Kind) compare(a, b []string, f Frequencies) []Evidence {
	switch k.Name {
	case TextShingle:
		return k.compareText(a, b, f)
	case ImagePDQ:
		return k.agreements(pairs(a, b, 64, ImageRadius), f)
	case PageStructure:
		if same := pairs(a, b, 16, StructureRadius); len(same) > 0 {
			return k.agreements(same, f)
		}
		return k.difference(a, b)
	}
	var same []pair
	for _, v := range a {
		if _, found := slices.BinarySearch(b, v); found {
			same = append(same, pair{v, v, 0})
		}
	}
	if len(same) > 0 {
		return k.agreements(same, f)
	}
	return k.difference(a, b)
}

// agreements weighs what is shared. Values of one kind come together, so each after the rarest counts half of the one before.
func (k Kind) agreements(same []pair, f Frequencies) []Evidence {
	list := make([]Evidence, 0, len(same))
	for _, p := range same {
		u, seen, total := k.chance(p, f)
		list = append(list, Evidence{
			Feature: Feature{Family: k.Family, Kind: k.Name, Value: p.a},
			// A value so common that agreeing on it would speak against is only worth nothing.
			Weight: max(0, math.Log2(k.M/u)),
			Note:   k.note(p, seen, total),
		})
	}
	slices.SortFunc(list, stronger)
	if more := len(list) - maxShown; more > 0 { // the next would weigh less than a thousandth of the first
		list = list[:maxShown]
		list[maxShown-1].Note += fmt.Sprintf(" And %d more of this kind.", more)
	}
	share := 1.0
	for n := range list {
		if n > 0 {
			share /= 2
			list[n].Weight *= share
			if list[n].Weight > 0 {
				list[n].Note += fmt.Sprintf(" It counts 1/%.0f, as values of one kind come together.", 1/share)
			}
		}
	}
	return limit(list, k.Cap)
}

// chance returns u(value): the probability that an unrelated outlet has it, the two compared ones left out of the count.
func (k Kind) chance(p pair, f Frequencies) (u float64, seen, total int) {
	if f != nil {
		seen, total = f.Count(k.Name, p.a)
		if p.b != p.a {
			if s, t := f.Count(k.Name, p.b); s > seen {
				seen, total = s, t
			}
		}
	}
	others, known := float64(max(seen-2, 0)), float64(max(total-2, 0))
	others = min(others, known)
	strength := k.Strength
	if k.Lent { // that it is rare is believed as long as nobody else shows it: each other owner makes a host's key likelier
		strength /= (1 + others) * (1 + others)
		known = others // who shows it was found by it, and is no sample of all that are known
	}
	return (others + strength*k.U) / (known + strength), seen, total
}

func (k Kind) note(p pair, seen, total int) string {
	var note string
	if p.a == p.b {
		note = "Both have the same value."
	} else {
		note = fmt.Sprintf("Nearly the same: %d bits apart from %.64s.", p.distance, p.b)
	}
	if total > 0 {
		note += fmt.Sprintf(" Seen on %d of %d known outlets.", seen, total)
	}
	return note + " Why it weighs: " + k.Reason + "."
}

// difference weighs that both have the kind and no value in common: log2((1-m)/(1-u)).
func (k Kind) difference(a, b []string) []Evidence {
	if !k.Against {
		return nil
	}
	return []Evidence{{
		Feature: Feature{Family: k.Family, Kind: k.Name, Value: min(a[0], b[0])},
		Weight:  math.Log2((1 - k.M) / (1 - k.U)),
		Note:    "Both have one, and they differ.",
	}}
}

// limit lets the strongest agreements count until together they weigh most.
func limit(list []Evidence, most float64) []Evidence {
	slices.SortFunc(list, stronger)
	left := most
	for n := range list {
		w := list[n].Weight
		if w <= 0 {
			continue
		}
		if w > left {
			list[n].Weight, list[n].Capped = left, true
		}
		left -= list[n].Weight
	}
	return list
}

// capFamily applies the caps across kinds, for and against.
func capFamily(family Family, list []Evidence) []Evidence {
	var theme, other, against []Evidence
	for _, e := range list {
		switch {
		case e.Weight < 0:
			e.Weight = -e.Weight
			against = append(against, e)
		case presentation[e.Feature.Kind]:
			theme = append(theme, e)
		default:
			other = append(other, e)
		}
	}
	most, known := familyCaps[family]
	if !known {
		most = unknownFamilyCap
	}
	out := limit(append(other, limit(theme, presentationCap)...), most)
	for _, e := range limit(against, againstCap) {
		e.Weight = -e.Weight
		out = append(out, e)
	}
	return out
}

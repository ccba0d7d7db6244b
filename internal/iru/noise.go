// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/locator"
)

// A JudgedLead is a lead to an address of which a person said whose it is.
type JudgedLead struct {
	Lead
	Refused bool      // it is somebody else's; false: it was attributed to an outlet
	At      time.Time // when that was said
}

// A NoiseMark is something that leads have in common and by which refusals are counted.
type NoiseMark struct {
	Kind  string // one of the kinds below
	Value string
}

// The kinds of noise mark.
const (
	NoiseDocument = "document" // the same page, file or name led there
	NoiseAsset    = "asset"    // the same asset led there in the same way: "SOURCE NUMBER"
	NoiseRule     = "rule"     // the same word, key or fuzzer: "SOURCE WORDS"
	NoiseSite     = "site"     // addresses under the same registrable name
)

// A Trusted mark is one of which a person said that it is no noise: refusals before that time do not count.
type Trusted struct {
	ID     int64
	Unit   UnitID
	Mark   NoiseMark
	Reason string
	By     OfficerID
	At     time.Time
}

// A NoiseReason says why leads with a mark are ranked low.
type NoiseReason struct {
	Mark              NoiseMark
	Refused, Accepted int // addresses
}

// noiseLeast is how many refusals are needed at all, noiseMany the same where the mark is wide: a page links to many things. noiseShare is the share
// of refusals, by Laplace's rule of succession ((refused + 1) of (all + 2); Essai philosophique sur les probabilités, 1814), from which on the next lead
// with the mark is expected to be refused: three of three, eight of nine.
const (
	noiseLeast = 3
	noiseMany  = 5
	noiseShare = .8
)

// Noise is what was learnt from refusals. It hides nothing: leads that look like noise are shown after the others, with the reason.
type Noise struct {
	counts map[NoiseMark]NoiseReason
}

// LearnNoise counts refusals and acceptances by mark; an address counts once for a mark. A trusted mark forgets what was judged before it was
// trusted.
func LearnNoise(judged []JudgedLead, trusted []Trusted) Noise {
	since := map[NoiseMark]time.Time{}
	for _, u := range trusted {
		if u.At.After(since[u.Mark]) {
			since[u.Mark] = u.At
		}
	}
	n := Noise{counts: map[NoiseMark]NoiseReason{}}
	seen := map[string]bool{}
	for _, j := range judged {
		if j.Source == LeadPerson {
			continue
		}
		for _, m := range j.Marks() {
			key := fmt.Sprintf("%d %s %s", j.Asset, m.Kind, m.Value)
			if seen[key] || !j.At.After(since[m]) && !since[m].IsZero() {
				continue
			}
			seen[key] = true
			r := n.counts[m]
			r.Mark = m
			if j.Refused {
				r.Refused++
			} else {
				r.Accepted++
			}
			n.counts[m] = r
		}
	}
	return n
}

// Marks are what a lead has in common with others.
func (l Lead) Marks() []NoiseMark {
	var out []NoiseMark
	if l.Path.Document != "" {
		out = append(out, NoiseMark{NoiseDocument, l.Path.Document})
	}
	if l.Path.From != 0 {
		out = append(out, NoiseMark{NoiseAsset, fmt.Sprintf("%s %d", l.Source, l.Path.From)})
	}
	switch l.Source { // of the others the words are what a page says, and each says something else
	case LeadCT, LeadPermutation, LeadDNS, LeadAnalytics, LeadDonation, LeadFavicon:
		if l.Path.How != "" {
			out = append(out, NoiseMark{NoiseRule, string(l.Source) + " " + l.Path.How})
		}
	}
	if a, err := locator.Parse(l.Address); err == nil && a.Site() != "" {
		out = append(out, NoiseMark{NoiseSite, a.Site()})
	}
	return out
}

// Low says why an address with these leads is ranked low: for each lead the mark that was refused most. nil: it is not, because a lead speaks for it
// that is no noise, or a person entered it.
func (n Noise) Low(leads []Lead) []NoiseReason {
	var out []NoiseReason
	for _, l := range leads {
		if l.Source == LeadPerson {
			return nil
		}
		var worst NoiseReason
		for _, m := range l.Marks() {
			if r := n.counts[m]; r.noisy() && r.share() > worst.share() {
				worst = r
			}
		}
		if !worst.noisy() {
			return nil
		}
		if !slices.Contains(out, worst) {
			out = append(out, worst)
		}
	}
	slices.SortFunc(out, often)
	return out
}

func (r NoiseReason) share() float64 {
	if r.Refused == 0 {
		return 0
	}
	return float64(r.Refused+1) / float64(r.Refused+r.Accepted+2)
}

func (r NoiseReason) noisy() bool {
	least := noiseLeast
	if r.Mark.Kind == NoiseDocument || r.Mark.Kind == NoiseAsset {
		least = noiseMany
	}
	return r.Refused >= least && r.share() >= noiseShare
}

// Of gives what was counted for a mark; false: nothing.
func (n Noise) Of(m NoiseMark) (NoiseReason, bool) {
	r, ok := n.counts[m]
	return r, ok
}

// All lists the marks by which candidates are ranked low, the most often refused first.
func (n Noise) All() []NoiseReason {
	var out []NoiseReason
	for _, r := range n.counts {
		if r.noisy() {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, often)
	return out
}

func often(a, b NoiseReason) int {
	return cmp.Or(cmp.Compare(b.Refused, a.Refused), strings.Compare(a.Mark.Kind, b.Mark.Kind), strings.Compare(a.Mark.Value, b.Mark.Value))
}

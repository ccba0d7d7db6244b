// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"time"

	"iolaus/internal/effect"
	"iolaus/internal/legal"
)

// A Served is one act as an addressee got it: what a scorecard is made of.
type Served struct {
	Counted
	Provider   ProviderID
	Name       string
	Instrument legal.Instrument
	Clarified  bool
	Refused    bool
	Bounced    bool
	Due        time.Time // the end of the time that the law gives the addressee, as last restarted; zero: none
}

// A Score is how one addressee answered acts by one instrument. It ranks nobody of the unit.
type Score struct {
	Provider   ProviderID
	Name       string
	Instrument legal.Instrument
	Acts       int
	Received   int // receipt known
	Acted      int // followed by verified removal
	Open       int // received, neither acted upon nor withdrawn, taken over or refused
	Clarified  int
	Refused    int
	Bounced    int
	InTime     int           // acted before the end of the time that the law gives
	Timed      int           // acts of which that can be said: acted upon, or their time is over
	Median     time.Duration // from receipt to acting, with what is still open taken in (effect.Survival); HasMedian says whether it was reached
	Ninety     time.Duration
	HasMedian  bool
	HasNinety  bool
}

// FewActs is the number under which a score says words and no numbers of its own: too few acts tell nothing.
const FewActs = DefaultThreshold

// Few reports whether too few acts were received for times and shares.
func (s Score) Few() bool { return s.Received < FewActs }

// Scores makes the scorecard at now, a line for each addressee and instrument, in the order in which they come.
func Scores(list []Served, now time.Time) []Score {
	type key struct {
		provider   ProviderID
		instrument legal.Instrument
	}
	at := map[key]int{}
	var out []Score
	spells := map[int][]Counted{}
	for _, x := range list {
		k := key{x.Provider, x.Instrument}
		if _, ok := at[k]; !ok {
			at[k] = len(out)
			out = append(out, Score{Provider: x.Provider, Name: x.Name, Instrument: x.Instrument})
		}
		s := &out[at[k]]
		s.take(x, now)
		if !x.Begun.IsZero() {
			spells[at[k]] = append(spells[at[k]], x.Counted)
		}
	}
	for i := range out {
		c := effect.Survival(Spells(spells[i]))
		out[i].Median, out[i].HasMedian = c.Quantile(0.5)
		out[i].Ninety, out[i].HasNinety = c.Quantile(0.9)
	}
	return out
}

func (s *Score) take(x Served, now time.Time) {
	count := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	acted := !x.Ended.IsZero()
	count(&s.Acts, true)
	count(&s.Received, !x.Begun.IsZero())
	count(&s.Acted, acted)
	count(&s.Open, !x.Begun.IsZero() && !acted && !x.Refused && !x.Until.Before(now))
	count(&s.Clarified, x.Clarified)
	count(&s.Refused, x.Refused)
	count(&s.Bounced, x.Bounced)
	if x.Due.IsZero() || x.Begun.IsZero() {
		return
	}
	inTime := acted && !x.Ended.After(x.Due)
	count(&s.InTime, inTime)
	count(&s.Timed, inTime || x.Until.After(x.Due)) // watching ended before the time was over: nobody can say
}

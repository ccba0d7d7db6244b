// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"cmp"
	"slices"
	"time"
)

// spans are times, from T0 or before on, in which something is down: in order, apart, none empty. One that does not end ends at never.
type spans []opening

// join is when any of two is down.
func (s spans) join(o spans) spans {
	if len(o) == 0 {
		return s
	}
	if len(s) == 0 {
		return o
	}
	out := make(spans, 0, len(s)+len(o))
	for len(s)+len(o) > 0 {
		var next opening
		if len(o) == 0 || len(s) > 0 && s[0].from <= o[0].from {
			next, s = s[0], s[1:]
		} else {
			next, o = o[0], o[1:]
		}
		if k := len(out) - 1; k >= 0 && next.from <= out[k].to {
			out[k].to = max(out[k].to, next.to)
		} else {
			out = append(out, next)
		}
	}
	return out
}

// meet is when both are down.
func (s spans) meet(o spans) spans {
	var out spans
	for len(s) > 0 && len(o) > 0 {
		from, to := max(s[0].from, o[0].from), min(s[0].to, o[0].to)
		if from < to {
			out = append(out, opening{from, to})
		}
		if s[0].to < o[0].to {
			s = s[1:]
		} else {
			o = o[1:]
		}
	}
	return out
}

// few is when more than most of several are down.
func few(all []spans, most int) spans {
	type edge struct {
		at   time.Duration
		step int
	}
	var edges []edge
	for _, s := range all {
		for _, o := range s {
			edges = append(edges, edge{o.from, 1}, edge{o.to, -1})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Or(cmp.Compare(a.at, b.at), a.step-b.step) }) // what ends counts first
	var out spans
	n := 0
	for _, e := range edges {
		before := n
		n += e.step
		switch {
		case before <= most && n > most:
			if k := len(out) - 1; k >= 0 && out[k].to == e.at {
				continue // it went on: the end is taken back with the next
			}
			out = append(out, opening{e.at, never})
		case before > most && n <= most:
			out[len(out)-1].to = e.at
		}
	}
	return slices.DeleteFunc(out, func(o opening) bool { return o.from >= o.to })
}

func (s spans) equal(o spans) bool { return slices.Equal(s, o) }

// at reports whether it is down at t.
func (s spans) at(t time.Duration) bool {
	for _, o := range s {
		if o.from <= t && t < o.to {
			return true
		}
	}
	return false
}

// longest is the longest of them until an end.
func (s spans) longest(until time.Duration) (long time.Duration) {
	for _, o := range s {
		long = max(long, min(o.to, until)-max(o.from, 0))
	}
	return long
}

// sum is how much of the time from 0 until an end is covered.
func (s spans) sum(until time.Duration) (all time.Duration) {
	for _, o := range s {
		all += max(min(o.to, until)-max(o.from, 0), 0)
	}
	return all
}

// SPDX-License-Identifier: EUPL-1.2

package effect

import (
	"cmp"
	"slices"
	"time"
)

// A State is what is known of something at a time. Unknown is not down.
type State string

// The states.
const (
	Up      State = "up"
	Down    State = "down"
	Unknown State = "unknown"
)

// A Mark is a moment from which on a state holds.
type Mark struct {
	At    time.Time
	State State
}

// A Head is one way to an audience: what was known of it from when on, in the order of time. Before its first mark it was not there.
type Head struct {
	Name    string
	Marks   []Mark
	Begun   time.Time // when it was first seen; the zero time: at its first mark
	Follows int       // the index of the head whose place it took; -1: none
}

func (h Head) begun() time.Time {
	if h.Begun.IsZero() && len(h.Marks) > 0 {
		return h.Marks[0].At
	}
	return h.Begun
}

// at is what was known at a time; "" before the head was there.
func (h Head) at(t time.Time) State {
	var s State
	if b := h.begun(); !b.IsZero() && !t.Before(b) {
		s = Unknown
	}
	for _, m := range h.Marks {
		if m.At.After(t) {
			break
		}
		s = m.State
	}
	return s
}

// A Stretch is a time in which a state held.
type Stretch struct {
	From, To time.Time
	State    State
}

// A Share is how long something was up, down and not known.
type Share struct {
	Up, Down, Unknown time.Duration
}

// Available is the part of the time of which something is known in which it was up; false where nothing is known.
func (s Share) Available() (float64, bool) {
	known := s.Up + s.Down
	if known <= 0 {
		return 0, false
	}
	return float64(s.Up) / float64(known), true
}

func (s *Share) add(x Stretch) {
	switch d := x.To.Sub(x.From); x.State {
	case Up:
		s.Up += d
	case Down:
		s.Down += d
	case Unknown:
		s.Unknown += d
	}
}

// Available is how long one head was up, down and not known between two times; what was before it was there does not count.
func (h Head) Available(from, to time.Time) Share { return Together([]Head{h}, from, to).Share }

// A Presence is how all heads together fared between two times: up while one of them was, down, which is dark, while all that were there were
// down, else unknown.
type Presence struct {
	Share
	Stretches []Stretch // without a gap from the first head on, in the order of time
}

// Dark lists the stretches in which nothing was up.
func (p Presence) Dark() []Stretch {
	return slices.DeleteFunc(slices.Clone(p.Stretches), func(s Stretch) bool { return s.State != Down })
}

// Together lays heads over each other.
func Together(heads []Head, from, to time.Time) Presence {
	var p Presence
	cuts := []time.Time{from}
	for _, h := range heads {
		cuts = append(cuts, h.begun())
		for _, m := range h.Marks {
			cuts = append(cuts, m.At)
		}
	}
	cuts = slices.DeleteFunc(cuts, func(t time.Time) bool { return t.Before(from) || !t.Before(to) })
	slices.SortFunc(cuts, time.Time.Compare)
	cuts = slices.CompactFunc(cuts, time.Time.Equal)
	for n, at := range cuts {
		end := to
		if n+1 < len(cuts) {
			end = cuts[n+1]
		}
		var s State
		for _, h := range heads {
			switch x := h.at(at); {
			case x == Up:
				s = Up
			case x == Unknown && s != Up:
				s = Unknown
			case x == Down && s == "":
				s = Down
			}
		}
		if s == "" || !at.Before(end) {
			continue
		}
		if l := len(p.Stretches) - 1; l >= 0 && p.Stretches[l].State == s && p.Stretches[l].To.Equal(at) {
			p.Stretches[l].To = end
		} else {
			p.Stretches = append(p.Stretches, Stretch{at, end, s})
		}
		p.add(Stretch{at, end, s})
	}
	return p
}

// A Fall is one fall of a head, and the first return after it: of the same, or of one that took its place.
type Fall struct {
	Head int
	At   time.Time
	Back int       // what came back first; -1: nothing yet
	Up   time.Time // when that was seen
}

// Spell is how long was done without, or has been done until now.
func (f Fall) Spell(now time.Time) Spell {
	if f.Back < 0 {
		return Spell{Took: max(now.Sub(f.At), 0), Open: true}
	}
	return Spell{Took: max(f.Up.Sub(f.At), 0)}
}

// Falls are the falls of heads in the order of time.
func Falls(heads []Head) []Fall {
	var out []Fall
	for i, h := range heads {
		open := -1
		for _, m := range h.Marks {
			switch {
			case m.State == Down && open < 0:
				open = len(out)
				out = append(out, Fall{Head: i, At: m.At, Back: -1})
			case m.State == Up && open >= 0:
				out[open].Back, out[open].Up = i, m.At
				open = -1
			}
		}
	}
	for n, f := range out {
		for i, h := range heads {
			if b := h.begun(); h.Follows == f.Head && i != f.Head && !b.Before(f.At) && (out[n].Back < 0 || b.Before(out[n].Up)) {
				out[n].Back, out[n].Up = i, b
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Fall) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Head, b.Head)) })
	return out
}

// Between are the times from one return to the next, and from the last one until now, in which none came.
func Between(falls []Fall, now time.Time) []Spell {
	var at []time.Time
	for _, f := range falls {
		if f.Back >= 0 {
			at = append(at, f.Up)
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	at = slices.CompactFunc(at, time.Time.Equal)
	var out []Spell
	for n, t := range at {
		if n+1 < len(at) {
			out = append(out, Spell{Took: at[n+1].Sub(t)})
		} else {
			out = append(out, Spell{Took: max(now.Sub(t), 0), Open: true})
		}
	}
	return out
}

// Lives are how long heads that took another's place stood until they first fell, or have stood until now.
func Lives(heads []Head, now time.Time) []Spell {
	var out []Spell
	for _, h := range heads {
		if h.Follows < 0 {
			continue
		}
		s := Spell{Took: max(now.Sub(h.begun()), 0), Open: true}
		if i := slices.IndexFunc(h.Marks, func(m Mark) bool { return m.State == Down }); i >= 0 {
			s = Spell{Took: max(h.Marks[i].At.Sub(h.begun()), 0)}
		}
		out = append(out, s)
	}
	return out
}

// HHI is the Herfindahl-Hirschman index of parts that sum to one: the sum of their squares, 1 where all hangs on one.
func HHI(parts []float64) float64 {
	sum := 0.0
	for _, p := range parts {
		sum += p * p
	}
	return sum
}

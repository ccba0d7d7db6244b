// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"slices"
	"time"

	"iolaus/internal/plan"
)

// Stand is how an act stands at an instant.
type Stand string

// The stands, each with what keeps it from the next.
const (
	Felt         Stand = "felt"        // nobody reaches what it fells
	Cached       Stand = "cached"      // it is done; caches, or the rest of the provider's machines, still show it
	Working      Stand = "working"     // the desk works on it
	Asking       Stand = "asking"      // the desk asks first
	Closed       Stand = "closed"      // the desk is not at work
	Translating  Stand = "translating" // the text is not in a language that the addressee reads
	Early        Stand = "early"       // the order is not valid yet
	Lapsed       Stand = "lapsed"      // the order is not valid any more when it is served, or when the desk comes to it
	Unserved     Stand = "unserved"    // it leaves later
	Refused      Stand = "refused"     // the desk refuses
	NeedsOrder   Stand = "needs_order" // the desk acts upon an order only
	Unanswered   Stand = "unanswered"  // the desk never answers
	Undelivered  Stand = "undelivered" // its address does not work
	Unlikely     Stand = "unlikely"    // by its record it will rather not take effect
	NeverInSight Stand = "never"       // the desk does not open in sight
)

// A Step is one act on the day, as the medians have it. Times that do not come are zero.
type Step struct {
	Measure, Name         string
	Addressee, Who        string
	Instrument            string
	State, Zone           string // of the addressee
	Served, Opened, Acked time.Time
	Acted, Felt           time.Time // Felt: everywhere, caches emptied
	Lead                  time.Duration
	Chance                float64
	Stand                 Stand
}

// Advice is what would change a step that is not felt in time.
type Advice struct {
	Do      Do
	Measure string        // whose step it mends; empty: the whole plan's
	By      time.Duration // Earlier, Translate: so much earlier than now planned
	At      time.Time     // Earlier: leave then; OtherTime: the better T0
	Instead string        // OtherWay: the measure of the tree that would be felt in time
	Felt    time.Time     // with the change
	Before  bool          // with the change it is felt before T0: the operator is warned
}

// Do is a kind of advice.
type Do string

// The kinds of advice.
const (
	Earlier   Do = "earlier"    // serve it earlier
	OtherTime Do = "other_time" // move T0
	OtherWay  Do = "other_way"  // take another measure
	Translate Do = "translate"  // have the translation ready before T0
	Extend    Do = "extend"     // have the order's validity changed
	NoWay     Do = "no_way"     // nothing in the tree would: find another way
)

// A Picture is how the day stands at an instant after T0, as the medians have it.
type Picture struct {
	T0      time.Time
	After   time.Duration
	Steps   []Step
	Felt    int            // steps that are felt
	Dark    bool           // the root is down
	DarkAt  time.Time      // when it is down for the first time from T0 on; zero: never on this day
	Ways    []plan.Survive // through which it is up, a few, smallest first
	Advice  []Advice
	Unknown []string // states whose public holidays are not known
}

// walk is the day as the medians have it, T0 moved by a time.
type walk struct {
	acts  []times
	felt  []time.Duration // of each act: of the last of its parts
	down  []spans
	moved time.Duration
}

func (r *Rehearsal) day(moved time.Duration) *walk {
	w := &walk{acts: make([]times, len(r.plan)), felt: make([]time.Duration, len(r.plan)), down: make([]spans, len(r.estate.nodes)), moved: moved}
	fell := make(map[int]time.Duration, len(r.plan))
	for n := range r.plan {
		x := &r.plan[n]
		w.acts[n] = r.serve(x, moved+x.stage, how{median: true})
		for k, i := range x.fells {
			at := x.felt(w.acts[n], k, how{median: true})
			w.felt[n] = max(w.felt[n], at)
			if before, ok := fell[i]; !ok || at < before {
				fell[i] = at
			}
		}
	}
	r.estate.run(w.down, func(n int) spans {
		y := &r.estate.nodes[n]
		switch at, ok := fell[n]; {
		case y.down || y.latent:
			return spans{{-never, never}}
		case ok && at < never:
			return spans{{at, never}}
		}
		return nil
	})
	return w
}

// dark is when the root is first down from T0 on.
func (w *walk) dark(root int) time.Duration {
	for _, o := range w.down[root] {
		if o.to > w.moved {
			return max(o.from, w.moved)
		}
	}
	return never
}

// At walks through the day and shows it at an instant after T0, with what to change. Returns are not part of it: Play draws them.
func (r *Rehearsal) At(after time.Duration) Picture { return r.at(after, r.Hours(after)) }

func (r *Rehearsal) at(after time.Duration, hours []Hour) Picture {
	w := r.day(0)
	p := Picture{T0: r.t0, After: after, Dark: w.down[r.estate.root].at(after)}
	if at := w.dark(r.estate.root); at < never {
		p.DarkAt = r.t0.Add(at)
	}
	for n := range r.plan {
		s := r.step(&r.plan[n], w.acts[n], w.felt[n], after)
		if s.Stand == Felt {
			p.Felt++
		}
		p.Steps = append(p.Steps, s)
		if s.State != "" && !HolidaysKnown(s.State) && !slices.Contains(p.Unknown, s.State) {
			p.Unknown = append(p.Unknown, s.State)
		}
	}
	slices.Sort(p.Unknown)
	if !p.Dark {
		p.Ways = r.ways(w, after)
	}
	p.Advice = r.advise(p, w, after, hours)
	return p
}

func (r *Rehearsal) when(d time.Duration) time.Time {
	if d >= never || d <= -never {
		return time.Time{}
	}
	return r.t0.Add(d)
}

func (r *Rehearsal) step(x *act, t times, felt, after time.Duration) Step {
	s := Step{Measure: x.id, Name: x.name, Addressee: x.addressee, Who: x.who.Name, Instrument: x.instrument, State: x.who.State, Served: r.when(t.served), Opened: r.when(t.opened),
		Acked: r.when(t.acked), Acted: r.when(t.acted), Felt: r.when(felt), Lead: t.lead, Chance: x.chance.Value}
	if loc, err := zoneOf(x.who); err == nil && (x.who.Zone != "" || x.who.State != "") {
		s.Zone = loc.String()
	}
	if s.Who == "" {
		s.Who = x.addressee
	}
	s.Stand = stand(x, t, felt, after)
	return s
}

// stand says how an act stands: first what will never be, then what is, from the end to the beginning.
func stand(x *act, t times, felt, after time.Duration) Stand {
	switch {
	case t.served > x.until:
		return Lapsed
	case x.delay.Source == "" && x.habit.Manner == Bounces:
		return Undelivered
	case x.delay.Source == "" && x.habit.Manner == Silent:
		return Unanswered
	case x.delay.Source == "" && x.habit.Manner == Refuses:
		return Refused
	case x.delay.Source == "" && x.habit.Manner == Order:
		return NeedsOrder
	case t.acted >= never && x.until < never && t.opened < never:
		return Lapsed
	case t.acted >= never:
		return NeverInSight
	case x.chance.Value < .5:
		return Unlikely
	case felt <= after:
		return Felt
	case t.acted <= after:
		return Cached
	case t.served > after && t.lead > 0 && t.served-t.lead <= after:
		return Translating
	case t.served > after && x.from > after:
		return Early
	case t.served > after:
		return Unserved
	case !x.habit.Always && x.delay.Source == "" && x.cal.opens(after+ahead) != after+ahead:
		return Closed
	case x.habit.Manner == Clarifies && x.delay.Source == "":
		return Asking
	}
	return Working
}

// ways asks the planner what stands with nothing taken but with what is down at an instant.
func (r *Rehearsal) ways(w *walk, after time.Duration) []plan.Survive {
	t := r.tree
	t.Nodes = slices.Clone(r.tree.Nodes)
	for n := range t.Nodes {
		t.Nodes[n].Down = t.Nodes[n].Down || w.down[n].at(after)
	}
	p, err := plan.New(t)
	if err != nil { // it was checked when the rehearsal was made
		return nil
	}
	return p.Standing(nil)
}

// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"slices"
	"time"
)

// quarter is the grid on which earlier services are looked for.
const quarter = 15 * time.Minute

// earliest is how much earlier than T0 a service is suggested at most.
const earliest = 14 * 24 * time.Hour

// advise says what would change each step that is not felt in time, and whether another T0 would.
func (r *Rehearsal) advise(p Picture, w *walk, after time.Duration, hours []Hour) []Advice {
	var out []Advice
	for n := range r.plan {
		if p.Steps[n].Stand == Felt {
			continue
		}
		out = append(out, r.mend(n, p.Steps[n].Stand, w, after))
	}
	if p.Felt == len(r.plan) {
		return nil
	}
	if best, now := hours[Best(hours)], hours[0]; better(best, now) {
		out = append(out, Advice{Do: OtherTime, At: best.T0})
	}
	return out
}

func (r *Rehearsal) mend(n int, s Stand, w *walk, after time.Duration) Advice {
	x := &r.plan[n]
	a := Advice{Do: NoWay, Measure: x.id}
	set := func(do Do, y *act, leaves time.Duration) bool {
		t := r.serve(y, leaves, how{median: true})
		felt := y.last(t)
		if felt > after {
			return false
		}
		a.Do, a.Felt, a.Before = do, r.t0.Add(felt), felt < 0
		return true
	}
	leaves := w.moved + x.stage
	switch s {
	case Translating:
		ready := *x
		ready.translate = false
		for by := time.Duration(0); by <= earliest; by += quarter {
			if set(Translate, &ready, leaves-by) {
				a.By, a.At = w.acts[n].lead, r.t0.Add(leaves-by)
				return a
			}
		}
	case Early, Lapsed:
		open := *x
		if open.from, open.until = -never, never; set(Extend, &open, leaves) {
			a.At = r.t0.Add(leaves)
			return a
		}
	case Working, Asking, Closed, Cached, Unserved:
		for by := quarter; by <= earliest; by += quarter {
			if at := leaves - by; set(Earlier, x, at) {
				a.By, a.At = by, r.t0.Add(at)
				return a
			}
		}
	}
	// Another measure that fells one of the same parts, or closes a way on which it lies, in time; the first of the tree that does.
	near := r.near(x.fells)
	for k := range r.others {
		y := &r.others[k]
		if y.vetoed || y.chance.Value < .5 || !slices.ContainsFunc(y.fells, func(i int) bool { return near[i] }) {
			continue
		}
		if set(OtherWay, y, w.moved+y.stage) {
			a.Instead, a.At = y.id, r.t0.Add(w.moved+y.stage)
			return a
		}
	}
	return a
}

// last is when the last of an act's parts is felt, by the medians.
func (x *act) last(t times) (felt time.Duration) {
	for k := range x.fells {
		felt = max(felt, x.felt(t, k, how{median: true}))
	}
	if len(x.fells) == 0 {
		return never
	}
	return felt
}

// near are the nodes to fell which serves what to fell one of these does: themselves, what depends on them alone, and what else that needs.
func (r *Rehearsal) near(these []int) map[int]bool {
	out := map[int]bool{}
	for _, n := range these {
		out[n] = true
	}
	for n := range r.estate.nodes {
		if x := &r.estate.nodes[n]; x.kind == all && slices.ContainsFunc(x.kids, func(k int) bool { return slices.Contains(these, k) }) {
			out[n] = true
			for _, k := range x.kids {
				out[k] = true
			}
		}
	}
	return out
}

// An Hour is the day with another T0.
type Hour struct {
	T0   time.Time
	Felt int           // acts that are felt in time
	Dark bool          // the outlet is down in time
	Till time.Duration // from T0 until it is down; never: Never
}

// Never stands for a time that does not come.
const Never = never

// Hours plays the day for each hour of the week that begins with T0: what is felt so long after.
func (r *Rehearsal) Hours(after time.Duration) []Hour {
	out := make([]Hour, 0, 168)
	for moved := time.Duration(0); moved < Week; moved += time.Hour {
		w := r.day(moved)
		h := Hour{T0: r.t0.Add(moved), Dark: w.down[r.estate.root].at(moved + after), Till: never}
		if at := w.dark(r.estate.root); at < never {
			h.Till = at - moved
		}
		for n := range r.plan {
			if stand(&r.plan[n], w.acts[n], w.felt[n], moved+after) == Felt {
				h.Felt++
			}
		}
		out = append(out, h)
	}
	return out
}

// better reports whether a is a better hour than b: the outlet is down in time, sooner by a quarter of an hour or more, or more acts are felt.
func better(a, b Hour) bool {
	switch {
	case a.Dark != b.Dark:
		return a.Dark
	case a.Till/quarter != b.Till/quarter:
		return a.Till < b.Till
	}
	return a.Felt > b.Felt
}

// Best is the place of the best hour, the first of equals.
func Best(hours []Hour) int {
	best := 0
	for n := range hours {
		if better(hours[n], hours[best]) {
			best = n
		}
	}
	return best
}

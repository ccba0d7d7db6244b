// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"iolaus/internal/plan"
)

// MaxMeasures bounds a plan that is rehearsed.
const MaxMeasures = 100_000

// Week is how far T0 is moved to look for a better one.
const Week = 7 * 24 * time.Hour

// ahead is how long before T0 and after a week's end calendars reach: longer than any run of holidays and the median of any habit.
const ahead = 60 * 24 * time.Hour

// A Rehearsal is a plan on a tree under assumptions, with its T0. It is not changed by what is asked of it, and may be asked by many at once.
type Rehearsal struct {
	tree   plan.Tree
	a      Assumptions
	t0     time.Time
	estate *estate
	plan   []act // the plan's measures, in its order
	others []act // the tree's others, which could be taken instead
}

// act is a measure, compiled.
type act struct {
	id, name   string
	addressee  string
	instrument string
	who        Addressee
	cal        calendar // from t0-ahead on
	habit      Habit
	stage      time.Duration
	translate  bool
	from       time.Duration // -never: any time
	until      time.Duration // never: without end
	chance     Chance
	delay      Delay // instead of the habit, when it has a source
	back       Delay
	fells      []int
	caches     []Delay
	vetoed     bool
}

// New checks the assumptions against the tree and makes a plan's rehearsal. Errors say what is wrong: a measure that the tree does not have, a
// figure that cannot be, an entry that leads nowhere.
func New(t plan.Tree, measures []string, a Assumptions, t0 time.Time) (*Rehearsal, error) {
	fail := func(err error) (*Rehearsal, error) { return nil, fmt.Errorf("rehearse plan: %w", err) }
	if err := a.Check(); err != nil {
		return fail(err)
	}
	if len(measures) == 0 {
		return fail(fmt.Errorf("the plan has no measure: choose at least one"))
	}
	if len(measures) > MaxMeasures {
		return fail(fmt.Errorf("the plan has %d measures: at most %d", len(measures), MaxMeasures))
	}
	if y := t0.Year(); y < 1970 || y > 2099 {
		return fail(fmt.Errorf("T0 lies in the year %d: from 1970 to 2099", y))
	}
	if _, err := plan.New(t); err != nil {
		return fail(err)
	}
	e, err := compile(t, a)
	if err != nil {
		return fail(err)
	}
	r := &Rehearsal{tree: t, a: a, t0: t0, estate: e}
	byID := make(map[string]plan.Measure, len(t.Measures))
	for _, m := range t.Measures {
		byID[m.ID] = m
	}
	for _, id := range slices.Sorted(maps.Keys(a.Measures)) {
		if _, ok := byID[id]; !ok {
			return fail(fmt.Errorf("measure %q of the assumptions is none of the tree", id))
		}
	}
	taken, cals := map[string]bool{}, map[string]calendar{}
	for _, id := range measures {
		m, ok := byID[id]
		if !ok {
			return fail(fmt.Errorf("measure %q of the plan is none of the tree", id))
		}
		if taken[id] {
			return fail(fmt.Errorf("measure %q is in the plan twice", id))
		}
		taken[id] = true
		x, err := r.act(m, cals)
		if err != nil {
			return fail(err)
		}
		for k, n := range x.fells {
			e.nodes[n].struck = append(e.nodes[n].struck, strike{len(r.plan), k})
		}
		r.plan = append(r.plan, x)
	}
	for _, m := range t.Measures {
		if taken[m.ID] {
			continue
		}
		x, err := r.act(m, cals)
		if err != nil {
			return fail(err)
		}
		r.others = append(r.others, x)
	}
	return r, nil
}

func (r *Rehearsal) act(m plan.Measure, cals map[string]calendar) (act, error) {
	s := r.a.Measures[m.ID]
	x := act{id: m.ID, name: m.Name, addressee: s.Addressee, instrument: s.Instrument, who: r.a.Addressees[s.Addressee], stage: s.Stage, from: -never, until: never,
		delay: s.Delay, back: s.Back, vetoed: m.Vetoed}
	if x.name == "" {
		x.name = m.ID
	}
	for _, id := range m.Fells {
		n := r.estate.at[id]
		x.fells, x.caches = append(x.fells, n), append(x.caches, r.estate.nodes[n].part.cache)
	}
	x.habit = r.habit(x)
	if x.delay.Source == "" && m.Delay > 0 && s.Addressee == "" {
		x.delay = Delay{Median: m.Delay, Sigma: .5, Source: fromTree}
	}
	switch {
	case s.Chance.Source != "":
		x.chance = s.Chance
	case x.habit.Chance.Source != "":
		x.chance = x.habit.Chance
	case m.Chance > 0:
		x.chance = Chance{m.Chance, fromTree}
	default:
		x.chance = r.a.Compliance
	}
	if x.back.Source == "" && m.Back > 0 {
		x.back = Delay{Median: m.Back, Law: Exponential, Source: fromTree}
	}
	if !s.From.IsZero() {
		x.from = s.From.Sub(r.t0)
	}
	if !s.Until.IsZero() {
		x.until = s.Until.Sub(r.t0)
	}
	x.translate = s.Language != "" && !s.Translated && len(x.who.Languages) > 0 && !slices.Contains(x.who.Languages, s.Language)
	c, ok := cals[s.Addressee]
	if !ok {
		var err error
		if c, err = calendarOf(x.who, r.a.Hours, r.t0.Add(-ahead), 2*ahead+Week+r.late()); err != nil {
			return x, fmt.Errorf("addressee %q: %w", s.Addressee, err)
		}
		cals[s.Addressee] = c
	}
	x.cal = c
	return x, nil
}

// fromTree is the source of what the tree of the plan says.
const fromTree = "the plan's tree"

// late is how much later than T0 the last measure is served.
func (r *Rehearsal) late() (d time.Duration) {
	for _, m := range r.a.Measures {
		d = max(d, m.Stage)
	}
	return d
}

// habit is the addressee's for the instrument, else for any, else what is assumed of any desk.
func (r *Rehearsal) habit(x act) Habit {
	for _, all := range []map[string]Habit{x.who.Habits, r.a.Habits} {
		for _, key := range []string{x.instrument, "*"} {
			if h, ok := all[key]; ok && key != "" {
				return h
			}
		}
	}
	return Habit{Manner: Acts, Source: Assumed}
}

// backOf is the time until a part comes back that the act felled: what was said of the act, of the part, in the tree, of its kind.
func (r *Rehearsal) backOf(x *act, n int) Delay {
	if x.back.Source != "" && x.back.Source != fromTree {
		return x.back
	}
	y := &r.estate.nodes[n]
	if p := r.a.Parts[y.id]; p.Back != (Delay{}) {
		return p.Back
	}
	if x.back.Source != "" {
		return x.back
	}
	return y.part.back
}

// T0 is the instant that was rehearsed.
func (r *Rehearsal) T0() time.Time { return r.t0 }

// Measures are the plan's, in its order.
func (r *Rehearsal) Measures() []string {
	out := make([]string, len(r.plan))
	for n, x := range r.plan {
		out[n] = x.id
	}
	return out
}

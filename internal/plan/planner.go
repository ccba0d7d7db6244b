// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"fmt"
	"math"
	"slices"
)

// A Planner answers questions about one tree. It keeps the survival sets that it found, so that a second question takes less; it serves one
// caller at a time.
type Planner struct {
	tree  Tree
	index *index
	form  *form
	whole *problem // that the root is down
	part  *problem // that some audience is left, made when it is asked for
	reach []reach
	with  []int32 // by measure: the number, from 1, of those that fail together, 0 for alone; nil: none do
}

// New checks a tree and makes it ready. The tree must not be changed afterwards. An error says what is wrong, where, and what to do.
func New(t Tree) (*Planner, error) {
	x, err := t.check()
	if err != nil {
		return nil, fmt.Errorf("read tree: %w", err)
	}
	f := t.form(x)
	return &Planner{tree: t, index: x, form: f, whole: &problem{form: f}, with: t.groups()}, nil
}

// A Short says that no plan does what was asked, and why: a way to stay up that the measures at hand do not close.
type Short struct {
	Mode Mode
	Way  Survive // its measures are those that may be taken; none: nothing touches it
	Best float64 // of Hold: the least chance that this way is open, all its measures taken; what Open could be
}

func (s *Short) Error() string {
	way := few(s.Way.Nodes)
	switch {
	case len(s.Way.Measures) == 0:
		return fmt.Sprintf("nothing fells the root: it stays up through %s, which no measure touches that may be taken; add a measure, or lift a veto", way)
	case s.Mode == N1 && len(s.Way.Measures) > 1:
		return fmt.Sprintf("no plan survives the failure of any one measure: %s fail together, and only they close %s; add a measure that does not fail with them, or ask for the cheapest plan", few(s.Way.Measures), way)
	case s.Mode == N1:
		return fmt.Sprintf("no plan survives the failure of any one measure: only %s closes %s; add a second measure, or ask for the cheapest plan", few(s.Way.Measures), way)
	case s.Mode == Hold:
		return fmt.Sprintf("no plan holds so long: with all of %s taken, the way through %s is open with a chance of %.3g; ask for no less, or for a shorter horizon", few(s.Way.Measures), way, s.Best)
	}
	return fmt.Sprintf("no plan keeps within its bounds: the way through %s stays up", way)
}

func few(names []string) string {
	const most = 6
	text := ""
	for i, n := range names[:min(len(names), most)] {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%q", n)
	}
	if len(names) > most {
		text += fmt.Sprintf(" and %d more", len(names)-most)
	}
	return text
}

// measures finds measures by their names.
func (p *Planner) measures(names []string) ([]int32, error) {
	var out []int32
	for _, n := range names {
		i, ok := p.index.measure[n]
		if !ok {
			return nil, fmt.Errorf("there is no measure %q in the tree", n)
		}
		out = append(out, i)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func (p *Planner) names(measures []int32) []string {
	out := make([]string, len(measures))
	for i, m := range measures {
		out[i] = p.tree.Measures[m].ID
	}
	return out
}

// Up tells of each node whether it is up under these measures; unknown ones are no measures.
func (p *Planner) Up(measures []string) map[string]bool {
	s := p.form.borrow()
	defer p.form.give(s)
	for _, m := range measures {
		if i, ok := p.index.measure[m]; ok {
			s.mark(i)
		}
	}
	s.spread()
	out := make(map[string]bool, len(p.tree.Nodes))
	for i := range p.tree.Nodes {
		out[p.tree.Nodes[i].ID] = !s.down[p.form.vars+int32(i)]
	}
	return out
}

// Standing gives ways that are still open under these measures, at most eight, with no measure in common where there are such, the smallest
// first; none: the root is down. The measures of a way are all that touch it, vetoed ones too.
func (p *Planner) Standing(measures []string) []Survive {
	const most = 8
	f, s := p.form, p.form.borrow()
	defer f.give(s)
	for _, m := range measures {
		if i, ok := p.index.measure[m]; ok {
			s.mark(i)
		}
	}
	s.spread()
	var out []Survive
	for len(out) < most && !s.down[f.root] {
		w := f.minimal(s, p.whole.weights())
		out = append(out, p.survive(w))
		if len(w.measures) == 0 {
			break
		}
		s.fellAll(w.measures)
	}
	slices.SortStableFunc(out, func(a, b Survive) int { return len(a.Measures) - len(b.Measures) })
	return out
}

// survive puts a survival set of the whole form into words.
func (p *Planner) survive(w way) Survive {
	out := Survive{Measures: p.names(w.measures)}
	for _, g := range w.leaves {
		out.Nodes = append(out.Nodes, p.tree.Nodes[g-p.form.vars].ID)
	}
	return out
}

// weights estimates of each node how many measures keep it up.
func (f *form) weights() []float64 {
	w := make([]float64, f.size())
	for v := range f.vars {
		w[v] = 1
	}
	f.weigh(w)
	return w
}

// weigh makes weights of gates out of those of the measures.
func (f *form) weigh(w []float64) {
	var some []float64
	for _, n := range f.order() {
		in := f.in.of(n)
		need := len(in) - int(f.lim[n]) + 1
		switch {
		case need == len(in):
			for _, i := range in {
				w[n] += w[i]
			}
		case need == 1:
			w[n] = math.Inf(1)
			for _, i := range in {
				w[n] = min(w[n], w[i])
			}
		case need > 0:
			some = some[:0]
			for _, i := range in {
				some = append(some, w[i])
			}
			slices.Sort(some)
			for _, x := range some[:min(need, len(some))] {
				w[n] += x
			}
		}
	}
}

// order gives the gates that lead to the root, each after its inputs, except where they hang on themselves.
func (f *form) order() []int32 {
	if f.sorted != nil {
		return f.sorted
	}
	out := make([]int32, 0, f.size()-f.vars)
	next := make([]int32, f.size()) // 0: not met, else one more than the inputs gone through
	stack := []int32{f.root}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		if n < f.vars {
			stack = stack[:len(stack)-1]
			continue
		}
		in := f.in.of(n)
		if int(next[n]) < len(in) {
			i := in[next[n]]
			next[n]++
			if i >= f.vars && next[i] == 0 {
				stack = append(stack, i)
			}
			continue
		}
		stack = stack[:len(stack)-1]
		if next[n] <= int32(len(in)) {
			next[n] = int32(len(in)) + 1
			out = append(out, n)
		}
	}
	f.sorted = out
	return out
}

// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"slices"
	"strings"

	"iolaus/internal/plan"
)

// shadow ends the ID of a stand-in, behind those that it stands for: where one provider alone closes a way, n-1 can ask for no second one, and
// takes it as given there.
const (
	shadow  = "\x00again"
	between = "\x00"
)

// singles adds the stand-ins at once that the solver would ask for one by one; false where there are none.
func (q *quiz) singles(a plan.Ask) bool {
	by := map[string]plan.Node{}
	for _, n := range q.tree.Nodes {
		by[n.ID] = n
	}
	able, done := q.able(a), false
	whole := q.last.Up(able)
	for _, m := range able {
		up := q.last.Up(slices.DeleteFunc(slices.Clone(able), func(x string) bool { return x == m }))
		for _, asset := range by[q.tree.Root].Any {
			if !up[asset] || whole[asset] {
				continue
			}
			if w := (plan.Survive{Nodes: upLeaves(by, up, asset), Measures: []string{m}}); q.double(w) {
				q.single, done = append(q.single, w), true
			}
		}
	}
	return done
}

// upLeaves gives the leaves of the ways by which a node is up.
func upLeaves(by map[string]plan.Node, up map[string]bool, id string) (out []string) {
	seen, next := map[string]bool{id: true}, []string{id}
	for len(next) > 0 {
		n := by[next[0]]
		next = next[1:]
		in := slices.Concat(n.All, n.Any, n.Of)
		if len(in) == 0 {
			out = append(out, n.ID)
		}
		for _, x := range in {
			if up[x] && !seen[x] {
				seen[x] = true
				next = append(next, x)
			}
		}
	}
	return out
}

// shaded asks that a stand-in is vetoed with all that it stands for, and takes what can be had where not all can.
func (q *quiz) shaded(a plan.Ask) plan.Ask {
	a.Veto, a.Most = slices.Clone(a.Veto), q.loose != nil
	for _, m := range q.tree.Measures {
		if of, ok := strings.CutSuffix(m.ID, shadow); ok && !slices.ContainsFunc(strings.Split(of, between), func(x string) bool { return !slices.Contains(a.Veto, x) }) {
			a.Veto = append(a.Veto, m.ID)
		}
	}
	return a
}

// double adds a stand-in for the measures of a way that fail together, on the leaves that no other address needs; false where they do not.
func (q *quiz) double(w plan.Survive) bool {
	of := map[string]plan.Measure{}
	for _, x := range q.tree.Measures {
		if slices.Contains(w.Measures, x.ID) {
			of[x.ID] = x
		}
	}
	with := of[w.Measures[0]].With
	for id, x := range of {
		if strings.HasSuffix(id, shadow) || len(of) > 1 && (with == "" || x.With != with) {
			return false
		}
	}
	q.tree.Measures = slices.Clone(q.tree.Measures)
	if len(of) > 1 && q.shared(w, of) {
		for n, x := range q.tree.Measures { // each counts alone again: another way of the address needs more than one of them
			if _, is := of[x.ID]; is {
				q.tree.Measures[n].With = ""
			}
		}
		return true
	}
	m := strings.Join(w.Measures, between)
	var fells []string
	for _, x := range w.Nodes {
		if _, own := ownLeaf(x); own { // what is shared stands on other ways too
			fells = append(fells, x)
		}
	}
	if len(fells) == 0 {
		return false
	}
	if k := slices.IndexFunc(q.tree.Measures, func(x plan.Measure) bool { return x.ID == m+shadow }); k >= 0 {
		had := q.tree.Measures[k].Fells
		both := slices.Compact(slices.Sorted(slices.Values(slices.Concat(had, fells))))
		if len(both) == len(had) {
			return false
		}
		q.tree.Measures[k].Fells = both
		return true
	}
	q.tree.Measures = append(q.tree.Measures, plan.Measure{ID: m + shadow, Fells: fells})
	return true
}

// shared reports whether another way of the same address may stand on a leaf that the stand-in of this one would fell, without all that the measures of
// this one fell: so that they do not close it as well.
func (q *quiz) shared(w plan.Survive, of map[string]plan.Measure) bool {
	var assets, own []string
	for _, l := range w.Nodes {
		if asset, ok := ownLeaf(l); ok {
			assets, own = append(assets, asset), append(own, l)
		}
	}
	for _, l := range w.Nodes {
		felled := slices.ContainsFunc(w.Measures, func(m string) bool { return slices.Contains(of[m].Fells, l) })
		if !felled || len(own) == 1 && l == own[0] {
			continue
		}
		t := q.tree
		t.Nodes = slices.Clone(t.Nodes)
		t.Nodes[slices.IndexFunc(t.Nodes, func(x plan.Node) bool { return x.ID == l })].Down = true
		p, err := plan.New(t)
		if err != nil || slices.ContainsFunc(assets, func(a string) bool { return p.Up(nil)[a] }) {
			return true
		}
	}
	return false
}

func unshaded(p plan.Plan) plan.Plan {
	p.Measures = real(p.Measures)
	for _, ws := range [][]plan.Survive{p.Proof, p.Open} {
		for n := range ws {
			ws[n].Measures = real(ws[n].Measures)
		}
	}
	return p
}

func real(ms []string) []string {
	return slices.DeleteFunc(slices.Clone(ms), func(m string) bool { return strings.HasSuffix(m, shadow) })
}

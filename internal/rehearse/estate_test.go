// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"iolaus/internal/plan"
)

// anyTree draws a small tree with shared parts, gates of k, cycles and measures on gates.
func anyTree(r *rand.Rand) plan.Tree {
	gates, leaves := 2+r.IntN(6), 2+r.IntN(6)
	id := func(n int) string { return fmt.Sprint("n", n) }
	t := plan.Tree{Root: "n0"}
	for g := range gates {
		n := plan.Node{ID: id(g)}
		var in []string
		for _, k := range r.Perm(gates + leaves) {
			if (k > g || r.IntN(5) == 0) && len(in) < 1+r.IntN(4) {
				in = append(in, id(k))
			}
		}
		switch r.IntN(3) {
		case 0:
			n.All = in
		case 1:
			n.Any = in
		default:
			if len(in) > 0 {
				n.Of, n.K = in, 1+r.IntN(len(in))
			}
		}
		t.Nodes = append(t.Nodes, n)
	}
	for l := range leaves {
		t.Nodes = append(t.Nodes, plan.Node{ID: id(gates + l), Down: r.IntN(20) == 0})
	}
	for m := range 1 + r.IntN(8) {
		x := plan.Measure{ID: fmt.Sprint("m", m), Cost: 1}
		for range 1 + r.IntN(2) {
			x.Fells = append(x.Fells, id(r.IntN(gates+leaves)))
		}
		t.Measures = append(t.Measures, x)
	}
	return t
}

// The sets of times agree, at any instant, with the planner's answer for the measures that are in effect then.
func TestTimesAgreeWithThePlanner(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for n := range 2000 {
		tree := anyTree(r)
		p, err := plan.New(tree)
		if err != nil {
			t.Fatal(err)
		}
		a := Defaults()
		a.Kinds = map[string]Kind{"*": {Back: Delay{Never: true, Source: Assumed}}}
		a.Compliance = Chance{1, Assumed}
		a.Measures = map[string]Measure{}
		var all []string
		at := map[string]time.Duration{}
		for _, m := range tree.Measures {
			at[m.ID] = time.Duration(r.IntN(10)) * time.Hour
			a.Measures[m.ID] = Measure{Stage: at[m.ID], Delay: Delay{Source: Assumed}}
			all = append(all, m.ID)
		}
		x, err := New(tree, all, a, monday)
		if err != nil {
			t.Fatal(err)
		}
		w := x.run()
		w.play(Play{Horizon: 24 * time.Hour}, 1)
		day := x.day(0)
		for h := range 11 {
			now := time.Duration(h)*time.Hour + time.Minute
			var taken []string
			for id, d := range at {
				if d < now {
					taken = append(taken, id)
				}
			}
			up := p.Up(taken)
			for i, y := range tree.Nodes {
				if x.estate.seen(i) && (w.down[i].at(now) == up[y.ID] || day.down[i].at(now) == up[y.ID]) {
					t.Fatalf("tree %d, node %s at %s: planner says up %t, rehearsal %v, day %v\n%+v", n, y.ID, now, up[y.ID], w.down[i], day.down[i], tree)
				}
			}
		}
	}
}

// seen reports whether the root depends on a node.
func (e *estate) seen(n int) bool {
	for _, g := range e.groups {
		for _, k := range g {
			if k == n {
				return true
			}
		}
	}
	return false
}

// One part that comes back after an exponential time: the chance of a day without it is known.
func TestChanceIsTheKnownOne(t *testing.T) {
	tree := plan.Tree{Root: "host:1", Nodes: []plan.Node{{ID: "host:1"}}, Measures: []plan.Measure{{ID: "m", Fells: []string{"host:1"}}}}
	a := asGenerated()
	a.Measures = map[string]Measure{"m": {Delay: Delay{Source: Assumed}}}
	r, err := New(tree, []string{"m"}, a, monday)
	if err != nil {
		t.Fatal(err)
	}
	out, err := r.Play(Play{Runs: 40_000, Horizon: 30 * 24 * time.Hour}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := .98 * .7937 // .98 comply; the third root of a half is still away after a third of the median
	if d := out.Chance - want; d < -.008 || d > .008 || out.Low > want || out.High < want {
		t.Errorf("chance %.4f (%.4f to %.4f), want %.4f", out.Chance, out.Low, out.High, want)
	}
	if m := out.Return.Q50.Hours(); m < 70 || m > 74 {
		t.Errorf("back after %.1f h at the median, want 72", m)
	}
	if d := out.Never - .02; d < -.003 || d > .003 {
		t.Errorf("never dark: %.4f, want .02", out.Never)
	}
	again, err := r.Play(Play{Runs: 40_000, Horizon: 30 * 24 * time.Hour}, nil)
	if err != nil || fmt.Sprint(again) != fmt.Sprint(out) {
		t.Errorf("the same seed gives another result: %v", err)
	}
}

func TestSuccessionsAndServingAgain(t *testing.T) {
	tree := plan.Tree{Root: "outlet", Nodes: []plan.Node{{ID: "outlet", Any: []string{"a", "b"}}, {ID: "a"}, {ID: "b"}},
		Measures: []plan.Measure{{ID: "ma", Fells: []string{"a"}}, {ID: "mb", Fells: []string{"b"}}}}
	fixed := func(h int) Delay { return Delay{Median: time.Duration(h) * time.Hour, Source: Assumed} }
	a := asGenerated()
	a.Compliance = Chance{1, Assumed}
	a.Kinds = map[string]Kind{"*": {Back: Delay{Never: true, Source: Assumed}}}
	a.Parts = map[string]Part{"b": {Latent: true}}
	a.Successions = []Succession{{On: "a", Raises: "b", After: fixed(10)}}
	a.Measures = map[string]Measure{"ma": {Delay: fixed(1)}, "mb": {Delay: fixed(1)}}
	for _, c := range []struct {
		again *Delay
		back  Delay
		want  string
	}{
		{nil, Delay{}, "1-11"},                               // b comes up ten hours after a fell, and stays
		{new(fixed(2)), Delay{}, "1-11 14-never"},            // it is served two hours later
		{new(fixed(2)), fixed(20), "1-11 14-21 24-34 37-44"}, // both come back, and are served again
	} {
		a.Again = c.again
		a.Parts["a"], a.Parts["b"] = Part{Back: c.back}, Part{Latent: true, Back: c.back}
		r, err := New(tree, []string{"ma", "mb"}, a, monday)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, o := range r.run().play(Play{Horizon: 40 * time.Hour}, 5) {
			got += fmt.Sprintf("%v-%v ", o.from.Hours(), o.to.Hours())
		}
		if o := strings.TrimSpace(got); o != c.want && !(strings.HasSuffix(c.want, "never") && strings.HasPrefix(o, strings.TrimSuffix(c.want, "never"))) {
			t.Errorf("dark %s, want %s", got, c.want)
		}
	}
	a.Parts["a"], a.Successions = Part{Latent: true}, append(a.Successions, Succession{On: "outlet", Raises: "a", After: fixed(1)})
	if _, err := New(tree, []string{"ma"}, a, monday); err == nil || !strings.Contains(err.Error(), "nothing would begin") {
		t.Errorf("a succession upon what depends on it: %v", err)
	}
}

func TestFewOfSeveral(t *testing.T) {
	h := func(n ...int) (s spans) {
		for i := 0; i < len(n); i += 2 {
			s = append(s, opening{time.Duration(n[i]), time.Duration(n[i+1])})
		}
		return s
	}
	if got := few([]spans{h(0, 4, 6, 9), h(2, 6), h(3, 7)}, 1); fmt.Sprint(got) != fmt.Sprint(h(2, 7)) {
		t.Errorf("more than one of three: %v", got)
	}
	if got := few([]spans{h(0, 4), h(5, 9)}, 1); len(got) != 0 {
		t.Errorf("never two: %v", got)
	}
}

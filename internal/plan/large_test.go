// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func written(t testing.TB, tree Tree) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, tree); err != nil {
		t.Fatal(err)
	}
	return &b
}

// The cheapest plan lies within its bounds, and the plan of the upper one fells the root at its cost.
func TestBoundHolds(t *testing.T) {
	near := 0
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 5))
		tree := random(r)
		if seed%10 == 0 {
			tree = outlet(r, 50+r.IntN(300))
		}
		p, err := New(tree)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Bound(written(t, tree), nil)
		if err != nil || b.Nodes != len(tree.Nodes) || b.Measures != len(tree.Measures) {
			t.Fatalf("seed %d: %+v, %v", seed, b, err)
		}
		got, err := p.Solve(Ask{Mode: Min, Bystanders: -1}, nil, nil)
		short := new(Short)
		if errors.As(err, &short) {
			if !math.IsInf(b.Upper, 1) {
				t.Errorf("seed %d: nothing fells it, and %+v", seed, b)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.
		for _, id := range b.Plan {
			sum += tree.Measures[p.index.measure[id]].Cost
		}
		if b.Lower > got.Cost+1e-6 || b.Upper < got.Cost-1e-6 || math.Abs(sum-b.Upper) > 1e-6 || p.Up(b.Plan)[tree.Root] {
			t.Errorf("seed %d: cost %v, bounds %+v", seed, got.Cost, b)
		}
		if seed%10 == 0 && b.Upper < 1.5*b.Lower {
			near++
		}
	}
	if near < 50 {
		t.Errorf("only %d of 60 outlets are known to the half", near)
	}
}

func TestBoundRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{"root":"x","nodes":[{"id":"a"}],"measures":[]}`:                                          "not among the nodes",
		`{"root":"a","nodes":[{"id":"a","any":["b"]}],"measures":[]}`:                              "not among the nodes",
		`{"root":"a","nodes":[{"id":"a"},{"id":"a"}],"measures":[]}`:                               "twice",
		`{"nodes":[{"id":"a"}],"measures":[]}`:                                                     "no root",
		`{"root":"a","nodes":[{"id":"a"}],"measures":[{"id":"m","fells":["a"],"cost":-1}]}`:        "costs -1",
		`{"root":"a","nodes":[{"id":"a","k":3,"of":["a"]}],"measures":[]}`:                         "needs 3 of 1",
		`{"root":"a","nodes":[{"id":"a"}],"measures":[{"id":"m","fells":["b"],"cost":1}]}`:         "not among the nodes",
		`{"root":"a","nodes":[{"id":"a"}],"measures":[{"id":"m","fells":["a"],"cost":1}]`:          "ends in the middle",
		`{"root":"a","nodes":[{"id":"a"}],"measures":[{"id":"","fells":["a"],"cost":1,"k":"no"}]}`: "unknown field",
	} {
		if _, err := Bound(strings.NewReader(text), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if b, err := Bound(strings.NewReader(`{"root":"a","nodes":[{"id":"a"}],"measures":[{"id":"m","fells":["a"],"cost":1}]}`), func() bool { return true }); err != nil || b.Upper != math.Inf(1) {
		t.Errorf("stopped at once: %+v, %v", b, err)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// writeWCNF puts the question after the cheapest plan into the form of clause solvers: for each gate that is down, why. Variable n+1 is true while
// node n is up. Weights are in hundredths. No gate may count or hang on itself.
func writeWCNF(w io.Writer, f *form, cost []int64) error {
	b := bufio.NewWriter(w)
	clauses, top := 1+int(f.vars), int64(1)
	for g := f.vars; g < f.size(); g++ {
		if f.lim[g] == 1 {
			clauses++
		} else {
			clauses += len(f.in.of(g))
		}
	}
	for _, c := range cost {
		top += c / 1e4
	}
	fmt.Fprintf(b, "p wcnf %d %d %d\n%d -%d 0\n", f.size(), clauses, top, top, f.root+1)
	for g := f.vars; g < f.size(); g++ {
		if in := f.in.of(g); f.lim[g] == 1 {
			fmt.Fprintf(b, "%d %d", top, g+1)
			for _, i := range in {
				fmt.Fprintf(b, " -%d", i+1)
			}
			fmt.Fprint(b, " 0\n")
		} else {
			for _, i := range in {
				fmt.Fprintf(b, "%d %d -%d 0\n", top, g+1, i+1)
			}
		}
	}
	for v, c := range cost {
		fmt.Fprintf(b, "%d %d 0\n", int64(math.Round(float64(c)/1e4)), v+1)
	}
	return b.Flush()
}

// writeLP is the same for solvers of integer programmes: x is 1 for what is down.
func writeLP(w io.Writer, f *form, cost []int64) error {
	b := bufio.NewWriter(w)
	fmt.Fprint(b, "Minimize\n cost:")
	for v, c := range cost {
		fmt.Fprintf(b, " + %d x%d\n", int64(math.Round(float64(c)/1e4)), v)
	}
	fmt.Fprintf(b, "Subject To\n x%d = 1\n", f.root)
	for g := f.vars; g < f.size(); g++ {
		if in := f.in.of(g); f.lim[g] == 1 {
			fmt.Fprintf(b, " x%d", g)
			for k, i := range in {
				if !slices.Contains(in[:k], i) { // named twice it is no programme
					fmt.Fprintf(b, " - x%d\n", i)
				}
			}
			fmt.Fprint(b, " <= 0\n")
		} else {
			for _, i := range in {
				fmt.Fprintf(b, " x%d - x%d <= 0\n", g, i)
			}
		}
	}
	fmt.Fprint(b, "Binary\n")
	for n := range f.size() {
		fmt.Fprintf(b, " x%d\n", n)
	}
	fmt.Fprint(b, "End\n")
	return b.Flush()
}

// rival runs another solver on a tree and gives the optimum that it proved, NaN for none in time, and its CPU seconds.
func rival(t testing.TB, program string, tree Tree, limit time.Duration) (cost, seconds float64) {
	t.Helper()
	p, err := New(tree)
	if err != nil {
		t.Fatal(err)
	}
	q, err := p.quest(Ask{Mode: Min, Bystanders: -1})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "problem")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	put, args, found := writeWCNF, []string{"--quiet=1", "--opt-strategy=usc,oll,disjoint", "--time-limit=" + strconv.Itoa(int(limit.Seconds())), path}, `s OPTIMUM FOUND[\s\S]*Optimization *: *(\d+)`
	if program == "glpsol" {
		put, args = writeLP, []string{"--lp", path, "--cuts", "--tmlim", strconv.Itoa(int(limit.Seconds())), "-o", path + ".out"}
		found = `Status: +INTEGER OPTIMAL\nObjective: +cost = (\d+)`
	}
	if err := put(f, p.form, q.cost); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), program, args...)
	out, err := c.Output() // clasp ends with a status of its own for each answer
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	if program == "glpsol" {
		out, _ = os.ReadFile(path + ".out")
	}
	use := c.ProcessState.SysUsage().(*syscall.Rusage)
	seconds = time.Duration(use.Utime.Nano() + use.Stime.Nano()).Seconds()
	m := regexp.MustCompile(found).FindSubmatch(out)
	if m == nil {
		return math.NaN(), seconds
	}
	n, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return n / 100, seconds
}

func TestEqualsOtherSolvers(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 11))
		tree := andOr(r, 100+r.IntN(300), 30+r.IntN(20), 20+r.IntN(60))
		if seed%2 == 0 {
			tree = outlet(r, 100+r.IntN(400))
		}
		p, err := New(tree)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Solve(Ask{Mode: Min, Bystanders: -1}, nil, nil)
		if err != nil || !got.Proved {
			t.Fatalf("%v, %v", got, err)
		}
		for _, program := range []string{"clasp", "glpsol"} {
			if program == "glpsol" && seed > 3 {
				continue
			}
			if want, _ := rival(t, program, tree, 20*time.Second); !(math.Abs(want-got.Cost) < 1e-6) {
				t.Errorf("seed %d: cost %v, by %s %v", seed, got.Cost, program, want)
			}
		}
	}
}

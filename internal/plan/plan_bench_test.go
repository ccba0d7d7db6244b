// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"bytes"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// spent is the CPU time of this process in seconds, the collector's included.
func spent() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

func middle(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

// Published instances with stated optima and times, which stand in files of the folder plan in that of the peers: the cheapest plan of each, CPU from
// the tree in memory to the proved plan with its proof, and beside it that of checking the tree, which the stated times leave out.
func BenchmarkPublished(b *testing.B) {
	dir := os.Getenv("IOLAUS_PEERS")
	if dir == "" {
		b.ReportMetric(0, "instances") // they are no part of the house
		return
	}
	for b.Loop() {
		var took, checked, faster, stated []float64
		graphs := 0
		err := filepath.WalkDir(filepath.Join(dir, "plan"), func(path string, _ fs.DirEntry, err error) error {
			read := ReadWCNF
			if err != nil || !strings.HasSuffix(path, ".wcnf") {
				if read = ReadGraph; err != nil || filepath.Base(filepath.Dir(path)) != "json" {
					return err
				}
			}
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			tree, says, err := read(f)
			if err != nil {
				return err
			}
			start := spent()
			p, err := New(tree)
			if err != nil {
				return err
			}
			made := spent()
			got, err := p.Solve(Ask{Mode: Min, Bystanders: -1}, nil, nil)
			if err != nil {
				return err
			}
			done := spent()
			if !got.Proved || math.Abs(got.Cost*says.Unit-says.Cost) > 1e-3 {
				b.Errorf("%s: cost %v, stated %v, proved: %v", path, got.Cost*says.Unit, says.Cost, got.Proved)
			}
			if says.Milli == 0 { // the same instance once more, in the other shape
				graphs++
				return nil
			}
			took, checked, stated = append(took, 1e3*(done-made)), append(checked, 1e3*(made-start)), append(stated, says.Milli)
			faster = append(faster, says.Milli/(1e3*(done-made)))
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(took)), "instances")
		b.ReportMetric(float64(graphs), "graphs-again")
		b.ReportMetric(middle(took), "median-ms")
		b.ReportMetric(slices.Max(took), "longest-ms")
		b.ReportMetric(middle(checked), "median-check-ms")
		b.ReportMetric(middle(stated), "stated-median-ms")
		b.ReportMetric(middle(faster), "median-times-faster")
	}
}

// timed gives the plan of a generated tree and the CPU from its file in memory to the plan, and from the tree to the plan.
func timed(b *testing.B, tree Tree, a Ask) (p *Planner, got Plan, whole, solving float64) {
	b.Helper()
	var file bytes.Buffer
	if err := Write(&file, tree); err != nil {
		b.Fatal(err)
	}
	start := spent()
	tree, err := Read(&file)
	if err != nil {
		b.Fatal(err)
	}
	read := spent()
	if p, err = New(tree); err != nil {
		b.Fatal(err)
	}
	if got, err = p.Solve(a, nil, nil); err != nil || !got.Proved {
		b.Fatalf("%v, proved: %v", err, got.Proved)
	}
	end := spent()
	return p, got, end - start, end - read
}

// The cheapest plan of invented outlets and of random AND/OR graphs, beside clasp with the strategy that did best of those tried, in the same run; GLPK
// where it ends.
func BenchmarkCheapest(b *testing.B) {
	for _, c := range []struct {
		name  string
		tree  func(r *rand.Rand) Tree
		rival bool
	}{
		{"outlet_79k", func(r *rand.Rand) Tree { return outlet(r, 90_000) }, true},
		{"graph_77k", func(r *rand.Rand) Tree { return andOr(r, 77_000, 38, 100) }, true},
		{"outlet_770k", func(r *rand.Rand) Tree { return outlet(r, 880_000) }, false},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				tree := c.tree(rand.New(rand.NewPCG(1, 2)))
				_, got, whole, solving := timed(b, tree, Ask{Mode: Min, Bystanders: -1})
				b.ReportMetric(float64(len(tree.Nodes)), "nodes")
				b.ReportMetric(whole, "CPU-s")
				b.ReportMetric(solving, "without-reading-CPU-s")
				if c.rival {
					cost, seconds := rival(b, "clasp", tree, 5*time.Minute)
					b.ReportMetric(seconds, "clasp-CPU-s")
					b.ReportMetric(seconds/whole, "clasp/own")
					if math.Abs(cost-got.Cost) > 1e-6 {
						b.Errorf("cost %v, by clasp %v", got.Cost, cost)
					}
				}
			}
		})
	}
}

// N-1 and Hold of an invented outlet, and each again after one veto of a measure of the plan, whose plan costs what one from nothing does.
func BenchmarkAgain(b *testing.B) {
	tree := outlet(rand.New(rand.NewPCG(1, 2)), 9_050)
	for _, mode := range []Mode{Min, N1, Hold} {
		b.Run(string(mode), func(b *testing.B) {
			for b.Loop() {
				a := Ask{Mode: mode, Bystanders: -1, Horizon: 24 * time.Hour, Open: .5}
				p, got, _, nothing := timed(b, tree, a)
				b.ReportMetric(float64(len(tree.Nodes)), "nodes")
				b.ReportMetric(1e3*nothing, "from-nothing-CPU-ms")
				const vetoes = 40
				var again, anew []float64
				for k := range vetoes {
					a.Veto = []string{got.Measures[k*len(got.Measures)/vetoes]}
					start := spent()
					x, err := p.Solve(a, nil, nil)
					again = append(again, 1e3*(spent()-start))
					if k%8 == 0 {
						q, _ := New(tree)
						start := spent()
						y, err2 := q.Solve(a, nil, nil)
						anew = append(anew, 1e3*(spent()-start))
						if (err == nil) != (err2 == nil) || math.Abs(x.Cost-y.Cost) > 1e-6 {
							b.Errorf("veto %s: again %v, %v; anew %v, %v", a.Veto, x.Cost, err, y.Cost, err2)
						}
					}
				}
				b.ReportMetric(middle(again), "again-CPU-ms")
				b.ReportMetric(middle(anew), "anew-CPU-ms")
				b.ReportMetric(middle(anew)/middle(again), "anew/again")
			}
		})
	}
}

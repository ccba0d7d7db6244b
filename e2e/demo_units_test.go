// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
)

// Three units with an installation each play the joint action. How near to each other the acts of a unit leave is not asked here, where other tests take
// the processors at the same time: BenchmarkReleaseMany measures it.
func TestDemoUnits(t *testing.T) {
	t.Parallel()
	file, out := filepath.Join(t.TempDir(), "report.json"), filepath.Join(t.TempDir(), "after")
	begun := time.Now()
	p := iolaus(t, "demo", "--headless", "--scenario", "s2", "--units", "3", "--report", file, "--out", out, "--limit", (2 * patience).String())
	select {
	case <-p.done:
	case <-time.After(2*patience + time.Minute):
		t.Fatalf("it does not end:\n%s", tail(p.output(), 4000))
	}
	t.Logf("three units: %.1f s", time.Since(begun).Seconds())
	raw, err := os.ReadFile(file)
	ok(t, err)
	var r struct {
		report
		Joint struct {
			Units []struct {
				Name, State string
				Released    string `json:"released_by"`
				T0          time.Time
				Acts        int
				First       float64 `json:"first_after_t0_ms"`
				Spread      float64 `json:"spread_ms"`
				Ledger      struct{ Verified bool }

				Arrived, Answered, Received, Removed int
			}
			Skew                    float64 `json:"skew_ms"`
			Tasks, Done, Same, Seen int
		}
	}
	ok(t, json.Unmarshal(raw, &r))
	j := r.Joint
	var slow []string // said of whoever took longer than a second, and of nobody else
	if o := r.Operation; o != nil && o.Spread > 1000 {
		slow = append(slow, fmt.Sprintf("the tasks left within %.0f ms, not one second", o.Spread))
	}
	for _, u := range j.Units {
		if u.Spread > 1000 {
			slow = append(slow, fmt.Sprintf("the acts of %s left within %.0f ms, not one second", u.Name, u.Spread))
		}
	}
	if !slices.Equal(r.Problems, slow) {
		t.Errorf("it did not hold: %q, and not %q\n%s", r.Problems, slow, tail(p.output(), 4000))
	}
	if len(j.Units) != 3 || j.Tasks < 10 || j.Done != j.Tasks || j.Same != j.Tasks || j.Seen != j.Tasks {
		t.Fatalf("joint: %+v", j)
	}
	directors, firsts := map[string]bool{}, []float64{}
	for n, u := range j.Units {
		if u.Arrived != u.Acts || u.Answered < u.Acts-1 || u.Received != u.Answered || u.Removed < u.Acts-1 { // one desk is silent, and one refuses
			t.Errorf("the letters of %s and what came back: %+v", u.Name, u)
		}
		directors[u.Released], firsts = true, append(firsts, u.First)
		if u.State != string(iru.OperationReleased) || u.Acts < 5 || u.First < 0 || !u.T0.Equal(j.Units[0].T0) || !u.Ledger.Verified {
			t.Errorf("%s: %+v", u.Name, u)
		}
		text, err := os.ReadFile(filepath.Join(out, strings.ReplaceAll(strings.ToLower(u.Name), " ", "-"), "report.json"))
		ok(t, err)
		a, err := iru.ParseAfterAction(text)
		ok(t, err)
		tasks, _ := a.Table("tasks")
		followed := 0 // acts of the lead's own: on the registrar of what refuses, and on the head that comes back
		if n == 0 {
			followed = 3
		}
		if a.UnitName != u.Name || len(tasks.Rows) != u.Acts+followed {
			t.Errorf("the after-action report of unit %d is of %s, with %d acts: %+v", n, a.UnitName, len(tasks.Rows), u)
		}
		for _, row := range tasks.Rows { // nobody else's act is in this store
			if got := tasks.Cell(row, "unit"); got != u.Name {
				t.Errorf("%s has an act of %s", u.Name, got)
			}
		}
	}
	if len(directors) != 3 {
		t.Errorf("released by %v, not by three directors", directors)
	}
	if skew := slices.Max(firsts) - slices.Min(firsts); j.Skew < skew-.01 || j.Skew > skew+.01 {
		t.Errorf("the skew is said to be %.3f ms and is %.3f ms", j.Skew, skew)
	}
	if d := r.Scores.Discovery; d.Found != d.Assets || d.Wrong != 0 {
		t.Errorf("discovery: %+v", d)
	}
	if i := r.Scores.Innocents; i.Linked+i.Served+i.Harmed != 0 {
		t.Errorf("innocents: %+v", i)
	}
}

// What cannot be played is said.
func TestDemoUnitsWrong(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{"--units 1 or --units 3": {"--units", "2"}, "play --scenario s2 or s7": {"--units", "3", "--scenario", "s3"}} {
		p := iolaus(t, append([]string{"demo", "--headless"}, args...)...)
		if _, code := p.ended(time.Now()); code == 0 || !strings.Contains(p.output(), want) {
			t.Errorf("%v ended with %d: %s", args, code, p.output())
		}
	}
}

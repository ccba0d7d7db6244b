// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package e2e

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"
)

// A host that refuses: each refusal is known, a named person turns to the next addressee, and the address falls all the same.
func TestSoakDemoRefusal(t *testing.T) {
	_, r := playWithin(t, patience, "s4", 1)
	unharmed(t, r, 12, 4)
	if x := r.Scores.Refusals; x.Said < 4 || x.Known != x.Said || x.TakenOn != x.Said || x.Fell != x.Said {
		t.Errorf("refusals: %+v", x)
	}
}

// An outlet among innocent neighbours, at their address and under their key.
func TestSoakDemoNeighbours(t *testing.T) {
	_, r := playWithin(t, patience, "s5", 1)
	unharmed(t, r, 5, 15)
	if i := r.Scores.Innocents; i.Known < 12 {
		t.Errorf("the neighbours were never in danger: %+v", i)
	}
}

// The wave of s2 over a week: what moves between the days is found again and again.
func TestSoakDemoWeek(t *testing.T) {
	_, r := playWithin(t, patience, "s7", 1)
	if d := r.Scores.Dark; d.Served != 19 || d.Planned != 19 || d.Days < 5 || d.Between == 0 || 100*d.Seen < 95*d.Came {
		t.Errorf("the wave: %+v", d)
	}
	if i := r.Scores.Innocents; i.World != 9 || i.Linked+i.Served+i.Harmed != 0 {
		t.Errorf("innocents: %+v", i)
	}
}

// The same acts at one instant and over a week, in one house and in three: no play misses anything, and the reports of both lie beside each other.
func TestSoakDemoBeside(t *testing.T) {
	for units, lead := range map[string]string{"1": "", "3": "unit-a"} {
		t.Run(units, func(t *testing.T) {
			dir := t.TempDir()
			args := []string{"report", "--out", filepath.Join(dir, "beside")}
			for _, scenario := range []string{"s2", "s7"} {
				out := filepath.Join(dir, scenario)
				p := iolaus(t, "demo", "--headless", "--scenario", scenario, "--units", units, "--out", out, "--limit", (4 * patience).String())
				select {
				case <-p.done:
				case <-time.After(5 * patience):
					t.Fatalf("%s does not end:\n%s", scenario, tail(p.output(), 4000))
				}
				if code := p.cmd.ProcessState.ExitCode(); code != 0 {
					t.Fatalf("%s ended with %d:\n%s", scenario, code, tail(p.output(), 4000))
				}
				args = append(args, "--beside", filepath.Join(out, lead, "report.json"))
			}
			must(t, args...)
			f, err := os.Open(filepath.Join(dir, "beside", "comparison.csv"))
			ok(t, err)
			defer f.Close()
			rows, err := csv.NewReader(f).ReadAll()
			ok(t, err)
			n := slices.IndexFunc(rows, func(r []string) bool { return r[0] == "Acts that left" })
			if n < 0 {
				t.Fatalf("it is not said how many acts left: %q", rows)
			}
			for _, said := range rows[n][1:3] {
				if acts, err := strconv.Atoi(said); err != nil || acts < 8 {
					t.Errorf("acts that left: %q", rows[n])
				}
			}
		})
	}
}

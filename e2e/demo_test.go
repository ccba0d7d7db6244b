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

	gocmp "github.com/google/go-cmp/cmp"

	"iolaus/internal/db/dbtest"
)

// fields is every member of a report of the second scenario; docs/report.md says what each means. [] is a list, * a name that is
// data.
var fields = strings.Fields(`
	assessments assets[].absent_looks_in_a_row.* assets[].found_by assets[].history[].at assets[].history[].by assets[].history[].from
	assets[].history[].note assets[].history[].to assets[].history[].verb assets[].id assets[].kind assets[].locator assets[].outlet
	assets[].presence assets[].state ledger.root ledger.size ledger.verified matches.pdq matches.sha256 matches.text notices[].addressee
	notices[].approval_ledger_index[] notices[].approved_by[] notices[].asset notices[].binding notices[].channel notices[].clarified
	notices[].clocks[].binding notices[].clocks[].due_at notices[].clocks[].ended_at notices[].clocks[].rule notices[].clocks[].started_at
	notices[].clocks[].state notices[].clocks[].why notices[].due_at notices[].escalates notices[].in_operation notices[].instrument
	notices[].jurisdiction notices[].layer notices[].locator notices[].outcome notices[].outcome_at notices[].received_at notices[].ref
	notices[].sent_at notices[].state notices[].unit operation.first_sent_at operation.last_sent_at operation.name
	operation.participants[].answer operation.participants[].at operation.participants[].by operation.participants[].unit
	operation.release_spread_ms operation.state operation.t0 operation.tasks outlets[].assets outlets[].languages[] outlets[].name
	outlets[].state problems reemergence.asset reemergence.evidence[].kind reemergence.evidence[].note reemergence.evidence[].weight
	reemergence.found_after_ms reemergence.found_by reemergence.linked_to reemergence.locator reemergence.score reemergence.state
	reemergences[].asset reemergences[].evidence[].kind reemergences[].evidence[].note reemergences[].evidence[].weight
	reemergences[].found_after_ms reemergences[].found_by reemergences[].linked_to reemergences[].locator reemergences[].score
	reemergences[].state scenario scores.dark.asset_hours scores.dark.asset_hours_seen scores.dark.between scores.dark.came_back
	scores.dark.came_back_seen scores.dark.days scores.dark.outlet_hours scores.dark.planned scores.dark.served scores.discovery.assets scores.discovery.beside scores.discovery.found scores.discovery.seeds
	scores.discovery.wrong scores.innocents.harmed scores.innocents.known scores.innocents.linked scores.innocents.served
	scores.innocents.suggested scores.innocents.world scores.refusals.fell scores.refusals.known scores.refusals.said
	scores.refusals.taken_on scores.return.found scores.return.in_time scores.return.most_ms scores.return.period_ms scores.return.raised seed
	took_ms version`)

// A report is what the tests read of a demonstration's report.
type report struct {
	Problems []string
	Assets   []told
	Notices  []struct {
		Ref, Instrument, Addressee, Channel, Locator, State string
		Binding                                             bool
		ApprovedBy                                          []string `json:"approved_by"`
	}
	Operation *struct {
		Spread float64 `json:"release_spread_ms"`
	}
	Ledger struct {
		Size     int64
		Verified bool
	}
	Scores struct {
		Discovery struct{ Assets, Found, Wrong int }
		Return    struct {
			Raised, Found int
			InTime        int `json:"in_time"`
		}
		Refusals struct {
			Said, Known, Fell int
			TakenOn           int `json:"taken_on"`
		}
		Innocents struct{ World, Known, Suggested, Linked, Served, Harmed int }
		Dark      struct {
			Planned, Served, Between int
			Days                     float64
			Came                     int     `json:"came_back"`
			Seen                     int     `json:"came_back_seen"`
			Hours                    float64 `json:"asset_hours"`
		}
	}
}

type told struct {
	Locator, Kind, Outlet, State string
	History                      []struct{ Verb, From, To string }
}

// play runs the demonstration to its end, in under two minutes, and gives its report, raw and read.
func play(t *testing.T, scenario string, seed int, more ...string) ([]byte, report) {
	t.Helper()
	return playWithin(t, 2*time.Minute, scenario, seed, more...)
}

// playWithin is play where more time is allowed, because only the story matters and the machine may be busy.
func playWithin(t *testing.T, limit time.Duration, scenario string, seed int, more ...string) ([]byte, report) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.json")
	begun := time.Now()
	out := must(t, append(more, "demo", "--headless", "--scenario", scenario, "--seed", fmt.Sprint(seed), "--report", file, "--limit", (limit-10*time.Second).String())...)
	took := time.Since(begun)
	t.Logf("scenario %s, seed %d: %.1f s", scenario, seed, took.Seconds())
	if took > limit {
		t.Errorf("the demonstration took %s, not at most %s", took, limit)
	}
	raw, err := os.ReadFile(file)
	ok(t, err)
	var r report
	ok(t, json.Unmarshal(raw, &r))
	if len(r.Problems) > 0 || !r.Ledger.Verified || r.Ledger.Size == 0 || len(r.Assets) == 0 || len(r.Notices) == 0 {
		t.Errorf("the report of scenario %s: %d assets, %d notices, ledger %+v, problems %q\n%s", scenario, len(r.Assets), len(r.Notices), r.Ledger, r.Problems, tail(out, 4000))
	}
	return raw, r
}

// paths lists the members of a JSON value, lists without their indexes.
func paths(at string, v any, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if strings.HasSuffix(at, "absent_looks_in_a_row") {
				k = "*"
			}
			paths(strings.TrimPrefix(at+"."+k, "."), x, into)
		}
	case []any:
		for _, x := range v {
			paths(at+"[]", x, into)
		}
		if len(v) == 0 {
			into[at] = true
		}
	default:
		into[at] = true
	}
}

// stands leaves out a list that was empty somewhere and had members elsewhere.
func stands(found map[string]bool) []string {
	var out []string
	for p := range found {
		member := false
		for q := range found {
			member = member || strings.HasPrefix(q, p+"[]")
		}
		if !member {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// A whole operation plays in under two minutes, its report says what it is said to say, and the other engine tells the same story.
func TestDemoOperation(t *testing.T) {
	raw, r := play(t, "s2", 1)
	t.Parallel() // from here on time does not matter
	var v any
	ok(t, json.Unmarshal(raw, &v))
	found := map[string]bool{}
	paths("", v, found)
	if d := gocmp.Diff(fields, stands(found)); d != "" {
		t.Errorf("the report's members changed; docs/report.md must follow (-want +got):\n%s", d)
	}
	doc, err := os.ReadFile("../docs/report.md")
	ok(t, err)
	for _, f := range fields {
		if !strings.Contains(string(doc), "`"+f+"`") {
			t.Errorf("docs/report.md does not say what `%s` is", f)
		}
	}
	if r.Operation == nil || r.Operation.Spread > 1000 {
		t.Errorf("operation %+v", r.Operation)
	}
	byChannel := map[string]int{}
	for _, n := range r.Notices {
		byChannel[n.Channel]++
		if n.Binding && len(slices.Compact(slices.Sorted(slices.Values(n.ApprovedBy)))) < 2 {
			t.Errorf("%s is binding and was approved by %q", n.Ref, n.ApprovedBy)
		}
	}
	if byChannel["smtp"] == 0 || byChannel["api"] == 0 {
		t.Errorf("notices left by %v", byChannel)
	}
	_, other := playWithin(t, patience, "s2", 1, "--db", dbtest.Postgres(t))
	if d := gocmp.Diff(story(r), story(other)); d != "" {
		t.Errorf("the same seed told another story on PostgreSQL (-sqlite +postgres):\n%s", d)
	}
}

// beliefs are the looks in an asset's history that changed what was believed: when a look falls is a matter of time, such as between
// a stream's mount that closes and the listener whom it still serves.
var beliefs = []string{"seen", "missed", "agreed", "differs", "cloak"}

// story is what happened to whom, a line for each asset and each notice; times, numbers, the order in which they were found and single
// looks aside.
func story(r report) []string {
	var lines []string
	for _, a := range r.Assets {
		line := fmt.Sprintf("%s %s of %q is %s:", a.Kind, a.Locator, a.Outlet, a.State)
		for _, h := range a.History {
			if slices.Contains(beliefs, h.Verb) {
				continue
			}
			line += fmt.Sprintf(" %s(%s>%s)", h.Verb, h.From, h.To)
		}
		lines = append(lines, line)
	}
	for _, n := range r.Notices {
		lines = append(lines, fmt.Sprintf("%s to %s by %s about %s is %s, approved by %q", n.Instrument, n.Addressee, n.Channel, n.Locator, n.State, n.ApprovedBy))
	}
	slices.Sort(lines)
	return lines
}

// In the stories of a hydra and of another owner of the same theme all is found, in time, and nobody else is taken for the outlet or harmed.
func TestDemoScores(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scenario               string
		assets, raised, others int
	}{{"s3", 6, 3, 1}, {"s6", 4, 1, 5}} {
		t.Run(c.scenario, func(t *testing.T) {
			t.Parallel()
			_, r := playWithin(t, patience, c.scenario, 1)
			unharmed(t, r, c.assets, c.others)
			if back := r.Scores.Return; back.Raised != c.raised || back.Found != c.raised || back.InTime != c.raised {
				t.Errorf("returns: %+v", back)
			}
			if d := r.Scores.Dark; d.Came != c.raised || d.Seen != c.raised || d.Hours <= 0 {
				t.Errorf("dark: %+v", d)
			}
		})
	}
}

// unharmed fails unless so many addresses of the outlets were found, and so many others left in peace.
func unharmed(t *testing.T, r report, assets, others int) {
	t.Helper()
	if d := r.Scores.Discovery; d.Assets != assets || d.Found != assets || d.Wrong != 0 {
		t.Errorf("discovery: %+v, want %d found", d, assets)
	}
	if i := r.Scores.Innocents; i.World != others || i.Suggested+i.Linked+i.Served+i.Harmed != 0 {
		t.Errorf("innocents: %+v of %d", i, others)
	}
}

// The same seed tells the same story, whichever engine keeps it.
func TestDemoSeed(t *testing.T) {
	t.Parallel()
	stories := make(chan []string, 3)
	t.Run("plays", func(t *testing.T) {
		for _, name := range []string{"sqlite", "sqlite again", "postgres"} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				var more []string
				if name == "postgres" {
					more = []string{"--db", dbtest.Postgres(t)}
				}
				_, r := play(t, "s1", 7, more...)
				stories <- story(r)
			})
		}
	})
	close(stories)
	first := <-stories
	for next := range stories {
		if d := gocmp.Diff(first, next); d != "" {
			t.Errorf("the same seed told another story (-one +other):\n%s", d)
		}
	}
}

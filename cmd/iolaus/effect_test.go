// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
)

// TestEffectCommand: counts and observations, by flags and by a sealed window, in words and as JSON.
func TestEffectCommand(t *testing.T) {
	dir := t.TempDir()
	counts, window := filepath.Join(dir, "counts.csv"), filepath.Join(dir, "window.json")
	var text strings.Builder
	text.WriteString("date,bulletins,elsewhere\n")
	for i := range 150 {
		n := 20 + (i*7919)%7
		if i >= 120 {
			n = 6 + i%3
		}
		fmt.Fprintf(&text, "%s,%d,%d\n", time.Date(2025, 12, 26, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i).Format(time.DateOnly), n, 15+i%4)
	}
	const sealed = `{"format":"iolaus-effect-window/1","counted":"bulletins","before":60,"after":28,"family":"negative binomial","slope":false,"day":"2026-04-25","sealed":"2026-04-20T09:00:00Z","entry":4711}`
	for file, what := range map[string]string{counts: text.String(), window: sealed} {
		if err := os.WriteFile(file, []byte(what), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	call := func(stdin string, args ...string) (string, error) {
		var out bytes.Buffer
		err := run(t.Context(), append([]string{"effect"}, args...), env{getenv: func(string) string { return "" }, stdin: strings.NewReader(stdin), stdout: &out, stderr: &out})
		return out.String(), err
	}
	out, err := call("", "--in", counts, "--day", "2026-04-25", "--after", "28")
	if err != nil || !strings.Contains(out, "not sealed") || !strings.Contains(out, "fewer: between") || !strings.Contains(out, "120 before 2026-04-25 and 28 from then on") {
		t.Errorf("counts: %v\n%s", err, out)
	}
	out, err = call("", "--in", counts, "--window", window)
	if err != nil || !strings.Contains(out, "sealed 2026-04-20T09:00:00Z, entry 4711 of the ledger") || !strings.Contains(out, "60 before 2026-04-25 and 28") {
		t.Errorf("by a sealed window: %v\n%s", err, out)
	}
	var f effectFile
	out, err = call(text.String(), "--in", "-", "--day", "2026-04-25", "--compare", "elsewhere", "--level-only", "--json")
	if err == nil {
		err = json.Unmarshal([]byte(out), &f)
	}
	if err != nil || f.Verdict != "fewer" || f.Whole == nil || f.Whole.High >= 1 || f.Other == nil || f.Beside != "elsewhere" || f.Slope != nil {
		t.Errorf("beside another: %v\n%s", err, out)
	}
	const observed = "asset,at,state,follows,host\nfog.test,2026-04-20,up,,Alder\nfog.test,2026-04-25T06:00:00Z,down,,Alder\nfog2.test,2026-04-26T18:00:00Z,up,fog.test,Birch\nfog2.test,2026-04-30,down,,Birch\n"
	out, err = call(observed, "--in", "-", "--day", "2026-04-25")
	if err != nil || !strings.Contains(out, "% available") || !strings.Contains(out, "after 36.0 h") || !strings.Contains(out, "HHI over host") {
		t.Errorf("observations: %v\n%s", err, out)
	}
	var h effectHeads
	if out, err = call(observed, "--in", "-", "--day", "2026-04-25", "--json"); err != nil || json.Unmarshal([]byte(out), &h) != nil || h.After.Dark != 36 || h.First.Of != 2 || h.First.Open != 1 || len(h.Spread) != 1 {
		t.Errorf("observations as JSON: %v\n%s", err, out)
	}
	for name, c := range map[string]struct {
		stdin string
		args  []string
		kind  error
		says  string
	}{
		"no file":        {"", []string{"--in", filepath.Join(dir, "none.csv"), "--day", "2026-04-25"}, iru.NotFound, "none.csv"},
		"no day":         {text.String(), []string{"--in", "-"}, iru.Invalid, "is no day"},
		"three points":   {"date,n\n2026-04-01,3\n2026-04-02,2\n2026-04-03,1\n", []string{"--in", "-", "--day", "2026-04-02"}, iru.Invalid, "3 points: no model"},
		"a gap":          {"date,n\n2026-04-01,3\n2026-04-02,2\n2026-04-04,1\n", []string{"--in", "-", "--day", "2026-04-02"}, iru.Invalid, "2026-04-03 is missing"},
		"no event":       {"date,n\n2026-04-01,0\n2026-04-02,0\n2026-04-03,0\n2026-04-04,0\n", []string{"--in", "-", "--day", "2026-04-02"}, iru.Invalid, "there is no event"},
		"against it":     {"", []string{"--in", counts, "--window", window, "--before", "30"}, iru.Invalid, "the window is sealed"},
		"another day":    {"", []string{"--in", counts, "--window", window, "--day", "2026-04-26"}, iru.Invalid, "sealed for 2026-04-25"},
		"no comparison":  {"", []string{"--in", counts, "--window", window, "--compare", "elsewhere"}, iru.Invalid, "sealed with the comparison"},
		"no window":      {"", []string{"--in", counts, "--window", counts}, iru.Invalid, "read window"},
		"days elsewhere": {observed, []string{"--in", "-", "--day", "2027-01-01"}, iru.Invalid, "do not lie about the day"},
	} {
		if out, err := call(c.stdin, c.args...); !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

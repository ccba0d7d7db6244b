// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"iolaus/internal/iru"
	"iolaus/internal/rehearse"
)

// TestRehearseCommand: a plan is played from files, in words and as JSON, and what is wrong with a file is said with its name.
func TestRehearseCommand(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tree := file("tree.json", `{"root": "outlet", "nodes": [{"id": "outlet", "any": ["name:one.test", "app:1"]}, {"id": "name:one.test"}, {"id": "app:1"}],
		"measures": [{"id": "hold", "fells": ["name:one.test"], "cost": 1}, {"id": "store", "fells": ["app:1"], "cost": 1}]}`)
	plan := file("plan.json", `{"measures": ["hold", "store"], "cost": 2}`)
	assume := file("assume.json", `{"title": "for the test", "addressees": {"b": {"name": "Birchrack", "state": "AT", "source": "its page"}}, "measures": {"hold": {"addressee": "b"}}}`)
	call := func(args ...string) (string, error) {
		var out bytes.Buffer
		err := run(t.Context(), append([]string{"rehearse"}, args...), env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: &out, stderr: &out})
		return out.String(), err
	}
	whole := []string{"--tree", tree, "--plan", plan, "--assume", assume, "--runs", "200"}
	out, err := call(append(whole, "--at", "2026-03-07T10:00", "--zone", "Europe/Vienna", "--spread", "72h")...)
	for _, want := range []string{"T0 Sat 2026-03-07 09:00Z", "0 of 2 acts", "the desk is not at work", "name:one.test", "hold: serve it at", "200, all at once", "200, over 72.0 h", "for the test", "Birchrack", "assumed"} {
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%v: no %q in\n%s", err, want, out)
		}
	}
	if out, err = call(append(whole, "--at", "2026-03-09T09:00:00Z", "--json")...); err != nil {
		t.Fatal(err)
	}
	var s rehearse.Sheet
	if err := json.Unmarshal([]byte(out), &s); err != nil || len(s.Steps) != 2 || s.Once.Runs != 200 || len(s.Assumed) < 5 || s.Spread != nil {
		t.Errorf("%v: %+v", err, s)
	}
	if again, err := call(append(whole, "--at", "2026-03-09T09:00:00Z", "--json")...); err != nil || again != out {
		t.Errorf("the same seed gives another report: %v", err)
	}
	list := file("list.json", `["hold"]`)
	if _, err := call("--tree", tree, "--plan", list, "--runs", "10"); err != nil {
		t.Errorf("a bare list: %v", err)
	}
	if _, err := call("--tree", tree, "--plan", file("answer.json", `{"mode": "min", "measures": [{"id": "hold", "cost": 1, "fells": ["name:one.test"]}]}`), "--runs", "10"); err != nil {
		t.Errorf("as iolaus plan --json writes it: %v", err)
	}
	defaults := filepath.Join(dir, "defaults.json")
	if _, err := call("--write", defaults); err != nil {
		t.Fatal(err)
	}
	if _, err := call("--tree", tree, "--plan", list, "--runs", "10", "--assume", defaults); err != nil {
		t.Errorf("with what was written: %v", err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--tree", tree}, "--plan FILE"},
		{[]string{"--tree", plan, "--plan", plan}, "plan.json: read tree"},
		{[]string{"--tree", tree, "--plan", file("z.json", `{"measures": 7}`)}, "no list"},
		{[]string{"--tree", tree, "--plan", file("x.json", `["nothing"]`)}, `"nothing" of the plan`},
		{[]string{"--tree", tree, "--plan", file("y.json", `[]`)}, "no measure"},
		{append(whole, "--at", "soon"), "no date and time"},
		{append(whole, "--at", "2026-03-29T02:30", "--zone", "Europe/Vienna"), "put forward"},
		{append(whole, "--runs", "0", "--dark", "500h"), "do not fit"},
		{append(whole, "--after=-1h"), "cannot be shown"},
		{[]string{"--tree", tree, "--plan", plan, "--assume", file("bad.json", `{"addressees": {"b": {"zone": "Mars/Olympus"}}}`)}, "no time zone"},
		{[]string{"--tree", tree, "--plan", plan, "--assume", file("off.json", `{"measures": {"elsewhere": {}}}`)}, `"elsewhere" of the assumptions`},
	} {
		if _, err := call(c.args...); !errors.Is(err, iru.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v; want %q", c.args, err, c.want)
		}
	}
	if _, err := call("--tree", filepath.Join(dir, "none"), "--plan", plan); !errors.Is(err, iru.NotFound) {
		t.Errorf("no tree: %v", err)
	}
}

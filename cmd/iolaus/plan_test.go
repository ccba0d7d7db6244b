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
)

// The example of the document is what the command reads.
func planExample(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/format/plan.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "```json\n")
	tree, _, ok := strings.Cut(after, "```")
	if !ok {
		t.Fatal("the document has no example")
	}
	path := filepath.Join(t.TempDir(), "tree.json")
	if err := os.WriteFile(path, []byte(tree), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func planRun(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out, told bytes.Buffer
	err := run(t.Context(), append([]string{"plan"}, args...), env{func(string) string { return "" }, strings.NewReader(""), &out, &told})
	return out.String(), err
}

func TestPlan(t *testing.T) {
	tree := planExample(t)
	for _, c := range []struct {
		args string
		says []string
	}{
		{"--mode min", []string{"1 measures, cost 5.00, 4 bystanders. No plan costs less.", "order-host", "through lark-radio.test, ns1, racks; closed by", "notice-name"}},
		{"", []string{"3 measures, cost 10.50", "notice-stream"}},
		{"--mode min --bystanders 0", []string{"2 measures, cost 5.50, 0 bystanders", "notice-name", "notice-stream"}},
		{"--mode min --price 1", []string{"2 measures, cost 5.50"}},
		{"--mode min --veto notice-name --price 1", []string{"The vetoes cost 3.50", "order-host"}},
		{"--mode min --include notice-stream", []string{"2 measures, cost 5.50", "notice-name"}},
		{"--mode min --budget 3", []string{"The best under it costs 3.00 and leaves an audience of 300", "Still up:", "stream"}},
		{"--mode min --explain order-host", []string{"Without order-host it stays up:", "through ", "To do without it costs 0.50 more"}},
		{"--mode n-1 --explain order-host", []string{"the others suffice", "It cannot be done without", "only \"notice-name\""}},
		{"--mode min --explain notice-name", []string{"notice-name is not in the plan"}},
		{"--mode hold --horizon 1h --open .3", []string{"No plan costs less"}},
		{"--mode min --bound", []string{"9 nodes, 4 measures", "no plan costs less than", "fell the root for"}},
		{"--mode hold --horizon 24h --open .001 --most", []string{"measures, cost"}},
		{"--mode min --curve 10", []string{"audience left", "1200", "300", "3.00", "5.00"}},
	} {
		out, err := planRun(t, append([]string{"--in", tree}, strings.Fields(c.args)...)...)
		if err != nil {
			t.Errorf("%s: %v", c.args, err)
		}
		for _, s := range c.says {
			if !strings.Contains(out, s) {
				t.Errorf("%s: %s\nshould say %q", c.args, out, s)
			}
		}
	}
	out, err := planRun(t, "--in", tree, "--json")
	var got planAnswer
	if e := json.Unmarshal([]byte(out), &got); err != nil || e != nil || got.Cost != 10.5 || !got.Proved || len(got.Proof) == 0 || len(got.Measures) != 3 {
		t.Errorf("%v, %v: %s", err, e, out)
	}
}

func TestPlanRefuses(t *testing.T) {
	tree := planExample(t)
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		kind error
		says string
		args []string
	}{
		{iru.NotFound, "no such file", []string{"--in", filepath.Join(t.TempDir(), "none")}},
		{iru.Invalid, "ends in the middle", []string{"--in", file("a.json", `{"root":`)}},
		{iru.Invalid, "line that begins with p", []string{"--in", file("a.wcnf", "1 2 0\n")}},
		{iru.Invalid, `no measure "moon"`, []string{"--in", tree, "--veto", "moon"}},
		{iru.Conflict, "nothing fells the root", []string{"--in", file("b.json", `{"root":"a","nodes":[{"id":"a"}],"measures":[]}`)}},
		{iru.Conflict, "the way through", []string{"--in", tree, "--mode", "hold", "--horizon", "1000h"}},
		{iru.Invalid, "bystanders", []string{"--in", tree, "--mode", "n-1", "--bystanders", "1"}},
	} {
		if out, err := planRun(t, c.args...); !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %s, %v; want %q", c.args, out, err, c.says)
		}
	}
	out, err := planRun(t, "--in", file("c.json", `{"root":"a","nodes":[{"id":"a","down":true}],"measures":[]}`))
	if err != nil || !strings.Contains(out, "down already") {
		t.Errorf("%s, %v", out, err)
	}
}

// A published graph is converted, and the tree says the same.
func TestPlanConverts(t *testing.T) {
	dir := t.TempDir()
	graph := filepath.Join(dir, "g.json")
	text := `{"graph": {"target": "t", "nodes": [{"id":"t","type":"actuator","value":"inf"},{"id":"o","type":"or","value":"none"},
{"id":"a","type":"agent","value":"2"},{"id":"b","type":"agent","value":"3"}],"edges":[{"source":"o","target":"t"},{"source":"a","target":"o"},{"source":"b","target":"o"}]}}`
	clauses := filepath.Join(dir, "g.wcnf")
	if err := errors.Join(os.WriteFile(graph, []byte(text), 0o600), os.WriteFile(clauses, []byte("c x\np wcnf 4 8 99\n99 4 0\n99 -4 -3 0\n99 4 3 0\n99 -3 1 2 0\n99 3 -1 0\n99 3 -2 0\n2 1 0\n3 2 0\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{graph, clauses} {
		tree := in + ".tree"
		if _, err := planRun(t, "--in", in, "--convert", tree); err != nil {
			t.Fatal(err)
		}
		for _, f := range []string{in, tree} {
			if out, err := planRun(t, "--in", f, "--mode", "min"); err != nil || !strings.Contains(out, "2 measures, cost 5.00") {
				t.Errorf("%s: %s, %v", f, out, err)
			}
		}
	}
}

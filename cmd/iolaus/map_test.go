// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"iolaus/internal/iru"
)

// TestMapCommand: the map of an outlet of the store is written as its ending says, never over anything, and the ledger says who did.
func TestMapCommand(t *testing.T) {
	data := reportHouse(t, 1)
	dir := t.TempDir()
	call := func(args ...string) (string, error) {
		var out bytes.Buffer
		err := run(t.Context(), append([]string{"--data", data, "map"}, args...), env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: &out, stderr: &out})
		return out.String(), err
	}
	for ending, want := range map[string]string{"graphml": "<graphml", "json": iru.MapFormat} {
		file := filepath.Join(dir, "map."+ending)
		out, err := call("--outlet", "1", "--out", file, "--as", "ada")
		if err != nil || !strings.Contains(out, "TLP:AMBER+STRICT") || !strings.Contains(out, "4 nodes") { // outlet, brand, asset, name
			t.Fatalf("%s: %v: %s", ending, err, out)
		}
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), want) || !strings.Contains(string(text), "https://tram-news.test/") {
			t.Errorf("%s: %v: %s", ending, err, text)
		}
		if _, err := call("--outlet", "1", "--out", file); !errors.Is(err, iru.Conflict) {
			t.Errorf("over what is there: %v", err)
		}
	}
	if out, err := call("--outlet", "1", "--on", "2020-01-01", "--out", filepath.Join(dir, "past.json")); err != nil || !strings.Contains(out, "0 nodes") {
		t.Errorf("before anything was known: %v: %s", err, out)
	}
	for name, c := range map[string]struct {
		args []string
		kind error
	}{
		"ending": {[]string{"--outlet", "1", "--out", filepath.Join(dir, "map.png")}, iru.Invalid}, "day": {[]string{"--outlet", "1", "--on", "yesterday", "--out", filepath.Join(dir, "x.json")}, iru.Invalid},
		"outlet": {[]string{"--outlet", "99", "--out", filepath.Join(dir, "x.json")}, iru.NotFound}, "officer": {[]string{"--outlet", "1", "--as", "nobody", "--out", filepath.Join(dir, "x.json")}, iru.NotFound},
	} {
		if _, err := call(c.args...); !errors.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "x.json")); err == nil {
		t.Error("a refusal left a file")
	}
}

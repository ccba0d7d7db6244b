// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The doctor only looks: wherever --data points, nothing is made or changed there.
func TestDoctorOnlyLooks(t *testing.T) {
	base := t.TempDir()
	before := examine(t, base, filepath.Join(base, "data"))
	for _, name := range []string{"data folder", "keys", "database", "ledger", "evidence keys", "evidence store"} {
		if !strings.HasPrefix(before[name], "new") {
			t.Errorf("before the first serve, %s: %s", name, before[name])
		}
	}

	cfg := defaults()
	cfg.data, cfg.db = filepath.Join(base, "data"), filepath.Join(base, "data", "iolaus.db")
	h, err := open(t.Context(), cfg, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.begin(t.Context())
	h.shut(&err)
	if err != nil {
		t.Fatal(err)
	}
	well := examine(t, base, cfg.data)
	for _, name := range []string{"data folder", "keys", "database", "ledger", "evidence keys", "evidence store"} {
		if !strings.HasPrefix(well[name], "ok") {
			t.Errorf("%s: %s", name, well[name])
		}
	}

	if err := os.Remove(filepath.Join(cfg.data, "keys", "tags")); err != nil { // a backup that was restored in part
		t.Fatal(err)
	}
	if found := examine(t, base, cfg.data)["keys"]; !strings.HasPrefix(found, "WRONG") || !strings.Contains(found, "tags") {
		t.Errorf("without the key of reply addresses: %s", found)
	}
}

// examine runs the doctor on a data folder and gives what it found, by name.
func examine(t *testing.T, base, data string) map[string]string {
	t.Helper()
	before := tree(t, base)
	var out strings.Builder
	err := run(t.Context(), []string{"--data", data, "doctor"}, env{func(string) string { return "" }, nil, &out, io.Discard})
	if after := tree(t, base); !maps.Equal(before, after) {
		t.Errorf("before %v\nafter %v", before, after)
	}
	if got := strings.Contains(out.String(), "WRONG"); got != (err != nil) {
		t.Errorf("%v after\n%s", err, out.String())
	}
	found := map[string]string{}
	for line := range strings.Lines(out.String()) {
		name, rest := line[:15], line[16:]
		found[strings.TrimSpace(name)] = rest
	}
	return found
}

// tree is every file and folder below a folder, with its content.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			out[path] = ""
			return err
		}
		b, err := os.ReadFile(path)
		out[path] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

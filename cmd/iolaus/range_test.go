// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"iolaus/internal/iru"
	"iolaus/internal/sim"
)

func rangeRun(ctx context.Context, t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(ctx, append([]string{"range"}, args...), env{func(string) string { return "" }, strings.NewReader(""), &out, &out})
	return out.String(), err
}

// TestRangeCommand: a scenario written out is a world that can be served and played; what is wrong in it is told.
func TestRangeCommand(t *testing.T) {
	dir := t.TempDir()
	world, truth := filepath.Join(dir, "s5.toml"), filepath.Join(dir, "truth.json")
	if _, err := rangeRun(t.Context(), t, "--scenario", "s5", "--write", world); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // it says where everything is, and ends
	out, err := rangeRun(ctx, t, "--world", world, "--setup", filepath.Join(dir, "setup"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"https://tideway-trams.test/", "https://ct.exchange.test/static/", "--proxy-server=127.20.0.80:", "127.20.6.10", "birchrack", "abuse@alder.test"} {
		if !strings.Contains(out, want) {
			t.Errorf("the table lacks %s: %s", want, out)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "setup", "iolaus.toml"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := defaults()
	if err := decode("iolaus.toml", text, &cfg); err != nil || len(cfg.Network.Ports) < 4 || len(cfg.Vantages) != 3 || len(cfg.Stamps.Authorities) != 2 {
		t.Errorf("configuration: %v\n%s", err, text)
	}
	out, err = rangeRun(t.Context(), t, "--scenario", "s7", "--play", "2d", "--truth", truth)
	if err != nil {
		t.Fatal(out, err)
	}
	b, err := os.ReadFile(truth)
	var got sim.Truth
	if err == nil {
		err = json.Unmarshal(b, &got)
	}
	if err != nil || got.Scenario != "s7" || len(got.Wave) != 19 || len(got.Audience) != 2 {
		t.Errorf("%v: %s, %d served, %d audiences", err, got.Scenario, len(got.Wave), len(got.Audience))
	}
	if err := os.WriteFile(world, []byte("[[provider]]\nid = \"registry\"\ncolour = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := rangeRun(t.Context(), t, "--world", world); !errors.Is(err, iru.Invalid) || !strings.Contains(err.Error(), `line 3: there is no key "colour"`) {
		t.Errorf("a wrong world: %v", err)
	}
	if _, err := rangeRun(t.Context(), t, "--play", "soon"); !errors.Is(err, iru.Invalid) {
		t.Errorf("a wrong time: %v", err)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"iolaus/internal/exhibit"
	"iolaus/internal/sandbox"
)

// TestMain lets the test binary be a cell, as the program is one.
func TestMain(m *testing.M) {
	sandbox.Main()
	os.Exit(m.Run())
}

// site serves a small site and gives a configuration by which its address is reached.
func site(t *testing.T, h http.Handler) (config string) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(srv.URL, "http://"), ":")
	config = filepath.Join(t.TempDir(), "iolaus.toml")
	text := fmt.Sprintf("[network]\nallow = [\"127.0.0.0/8\"]\npace = \"0s\"\n[network.ports]\n80 = %s\n[sources]\nrdap = \"\"\n", port)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config
}

// command runs the program and gives what it printed.
func command(t *testing.T, args ...string) (out, errs string, err error) {
	t.Helper()
	var o, e bytes.Buffer
	err = run(t.Context(), args, env{os.Getenv, strings.NewReader(""), &o, &e})
	return o.String(), e.String(), err
}

// TestCapture: one command leaves one bundle, with picture, text and custody, that checks by itself.
func TestCapture(t *testing.T) {
	asked := map[string]int{}
	cfg := site(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked[r.URL.Path]++
		switch r.URL.Path {
		case "/":
			fmt.Fprint(w, `<!doctype html><html lang="en"><title>Tram news</title><p>Line 9 runs every ten minutes today.<a href="/two">more</a>`)
		case "/two":
			fmt.Fprint(w, `<!doctype html><title>Two</title><p>Line 4 is late.`)
		default:
			http.NotFound(w, r)
		}
	}))
	data, out := t.TempDir(), filepath.Join(t.TempDir(), "tram.wacz")
	said, steps, err := command(t, "-c", cfg, "--data", data, "capture", "http://127.0.0.1/", "--depth", "1", "--out", out)
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, said, steps)
	}
	for _, want := range []string{"up", "screenshot", "pdf", "mhtml", "dom", "text", "dns", "warc", "manifest", "iolaus verify"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not tell of %s:\n%s", want, said)
		}
	}
	if !strings.Contains(steps, "looking at") || !strings.Contains(steps, "2 of 2 addresses") || asked["/two"] == 0 {
		t.Errorf("progress %q, asked for %v", steps, asked)
	}
	if _, err := os.Stat(out + ".part"); !os.IsNotExist(err) {
		t.Error("the working folder is left:", err)
	}
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	i, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(filepath.Join(data, "keys", "log.pub"))
	if err != nil {
		t.Fatal(err)
	}
	rep := exhibit.Verify(f, i.Size(), exhibit.Trust{Key: strings.TrimSpace(string(key))}, exhibit.Limits{})
	if err := rep.Err(); err != nil {
		t.Error(err)
	}
	if b, err := os.ReadFile(out); err != nil || !bytes.Contains(b, []byte(`"browser":"Chromium `)) || !bytes.Contains(b, []byte("Pictures with          Chromium ")) {
		t.Error("the bundle does not tell of the browser:", err)
	}
	if !strings.Contains(rep.Exhibit, "/capture/") || rep.OwnKey {
		t.Errorf("%+v", rep)
	}
	if _, _, err := command(t, "-c", cfg, "--data", data, "capture", "http://127.0.0.1/", "--out", out); err == nil || !strings.Contains(err.Error(), "exists") {
		t.Error("a bundle is written over:", err)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
)

// What cannot be right is refused with the file, the line and the key, and nothing is made.
func TestConfigurationError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, line, key string
	}{
		"unknown key":       {"[web]\nlisten = \"127.0.0.1:0\"\nport = 80\n", "line 3", "web.port"},
		"unknown section":   {"[wob]\nlisten = \"127.0.0.1:0\"\n", "line 1", "wob"},
		"wrong type":        {"[network]\nrobots = \"yes\"\n", "line 2", "network.robots"},
		"no address":        {"# the workbench\n[web]\nlisten = \"here\"\n", "line 3", "web.listen"},
		"no sender":         {"[mail]\nserver = \"127.0.0.1:25\"\n", "line 1", "mail.from"},
		"no time":           {"[rules]\n\ngap = \"soon\"\n", "line 3", "rules.gap"},
		"no range":          {"[network]\nallow = [\"127\"]\n", "line 2", "network.allow"},
		"no such unit":      {"[unit]\nkind = \"weather\"\n", "line 2", "unit.kind"},
		"no such platform":  {"[platforms]\n\"pond.test\" = \"lake\"\n", "line 2", "platforms"},
		"no TOML":           {"[web\n", "line 1", ""},
		"no vantage point":  {"[[vantage]]\nname = \"north\"\nlocal = \"north\"\n", "line 3", "vantage.local"},
		"ports in the wild": {"[network]\nports = { \"80\" = 8080 }\n", "line 2", "network.ports"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file, data := filepath.Join(dir, "unit.toml"), filepath.Join(dir, "data")
			ok(t, os.WriteFile(file, []byte(c.text), 0o600))
			out, errs, code := call(t, "--config", file, "--data", data, "serve")
			if code != 1 || out != "" || !strings.Contains(errs, file) || !strings.Contains(errs, c.line) || !strings.Contains(errs, c.key) {
				t.Errorf("exit %d, %q, %q; it should name %s, %q and %q", code, out, errs, file, c.line, c.key)
			}
			if strings.Count(errs, "\n") > 3 || strings.Contains(errs, "goroutine") {
				t.Errorf("too many words: %q", errs)
			}
			if _, err := os.Stat(data); err == nil {
				t.Error("a data folder was made all the same")
			}
		})
	}
}

// answers waits until the workbench answers a page, and gives the time since begun.
func answers(t testing.TB, host string, begun time.Time) time.Duration {
	t.Helper()
	var took time.Duration
	eventually(t, func() string {
		res, err := http.Get("http://" + host + "/signin")
		if err != nil {
			return err.Error()
		}
		defer res.Body.Close()
		took = time.Since(begun)
		if res.StatusCode != http.StatusOK {
			return res.Status
		}
		return ""
	})
	return took
}

// Two processes that start at once on one empty store agree: one of them is the first.
func TestStartTogether(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{db.SQLite, db.PostgreSQL} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			dsn := filepath.Join(dir, "iolaus.db")
			if engine == db.PostgreSQL {
				dsn = dbtest.EmptyPostgres(t)
			}
			args := func(more ...string) []string {
				return append([]string{"--data", dir, "--db", dsn, "--allow", "127.0.0.0/8"}, more...)
			}
			begun := time.Now()
			two := []*program{iolaus(t, args("serve", "--listen", "127.0.0.1:0")...), iolaus(t, args("serve", "--listen", "127.0.0.1:0")...)}
			links := 0
			for _, p := range two {
				host := p.await(`Workbench: http://(\S+)`)[1]
				t.Logf("answered after %s", answers(t, host, begun).Round(time.Millisecond))
			}
			for _, p := range two {
				if took, code := p.stop(); code != 0 || took > 10*time.Second {
					t.Errorf("ended with %d after %s:\n%s", code, took, p.output())
				}
				links += len(regexp.MustCompile(`/welcome/[0-9a-f]{64}`).FindAllString(p.output(), -1))
			}
			if links != 1 {
				t.Errorf("%d one-time links were printed, not one", links)
			}
			if out := must(t, args("ledger", "verify")...); !strings.Contains(out, "whole") {
				t.Errorf("ledger verify says %q", out)
			}
		})
	}
}

// A first start on an empty store answers soon and ends when it is asked to, also with people connected.
func TestStartAndStop(t *testing.T) {
	dir := t.TempDir()
	begun := time.Now()
	p := iolaus(t, "--data", dir, "--allow", "127.0.0.0/8", "serve", "--listen", "127.0.0.1:0")
	host := p.await(`Workbench: http://(\S+)`)[1]
	t.Logf("an empty store answered after %s", answers(t, host, begun).Round(time.Millisecond))
	idle := &http.Client{Transport: &http.Transport{}}
	res, err := idle.Get("http://" + host + "/signin") // the connection stays open
	ok(t, err)
	ok(t, res.Body.Close())
	took, code := p.stop()
	if code != 0 || took > 10*time.Second {
		t.Errorf("ended with %d after %s:\n%s", code, took, p.output())
	}
	t.Logf("ended after %s", took.Round(time.Millisecond))
	if out, errs, code := call(t, "--data", dir, "--allow", "127.0.0.0/8", "serve", "--listen", "256.0.0.1:1"); code != 1 || !strings.Contains(errs, "listen") {
		t.Errorf("an address that cannot be: exit %d, %q, %q", code, out, errs)
	}
	for _, d := range []string{dir, filepath.Join(dir, "keys"), filepath.Join(dir, "evidence")} {
		info, err := os.Stat(d)
		ok(t, err)
		if d != dir && info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v", d, info.Mode())
		}
	}
}

// Help and version need no store.
func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {}, {"serve", "--help"}} {
		if out := must(t, args...); !strings.Contains(out, "Usage: iolaus") {
			t.Errorf("iolaus %v says %q", args, out)
		}
	}
	if out := must(t, "--version"); !regexp.MustCompile(`^iolaus/\S+\n$`).MatchString(out) {
		t.Errorf("version %q", out)
	}
	_, errs, code := call(t, "surf")
	if code != 1 || !strings.Contains(errs, "iolaus --help") {
		t.Errorf("an unknown command: exit %d, %s", code, fmt.Sprintf("%q", errs))
	}
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/sim"
)

// A stampedHouse is an installation whose ledger two authorities of a range stamped, by nothing but its configuration file.
type stampedHouse struct {
	r            *sim.Range
	config, data string
}

func stampHouse(t *testing.T) stampedHouse {
	t.Helper()
	r, err := sim.Start(t.Context(), sim.Options{Seed: 1, Scenario: "s1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	dir := t.TempDir()
	s := stampedHouse{r: r, config: filepath.Join(dir, "iolaus.toml"), data: filepath.Join(dir, "data")}
	roots := filepath.Join(dir, "roots.pem")
	text := fmt.Sprintf("[network]\nallow = [\"127.0.0.0/8\"]\nroots = %q\n[network.ports]\n443 = %d\n[[vantage]]\nname = \"north\"\nresolver = %q\n[stamps]\nevery = \"1s\"\n",
		roots, r.Ports()[443], r.Resolver())
	for _, a := range r.Stampers() {
		text += fmt.Sprintf("[[stamps.authority]]\nname = %q\nurl = %q\nroots = %q\n", a.Name, a.URL, roots)
		if a.User != "" {
			pass := filepath.Join(dir, a.Name)
			text += fmt.Sprintf("user = %q\npassword_file = %q\n", a.User, pass)
			if err := os.WriteFile(pass, []byte(a.Password+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, b := range map[string][]byte{s.config: []byte(text), roots: r.Authority()} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// store does something to the installation's store.
func (s stampedHouse) store(t *testing.T, f func(h *house) error) {
	t.Helper()
	c := &cli{Config: s.config, Data: s.data}
	cfg, err := c.load(env{getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	h, err := open(t.Context(), cfg, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	err = f(h)
	h.shut(&err)
	if err != nil {
		t.Fatal(err)
	}
}

// work lets the crew work until each authority has stamped.
func (s stampedHouse) work(t *testing.T) {
	t.Helper()
	s.store(t, func(h *house) error {
		if _, err := h.begin(t.Context()); err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- h.crew.Run(ctx) }()
		for n := 0; n < 2; time.Sleep(20 * time.Millisecond) {
			if err := h.db.View(ctx, func(x *db.Tx) error {
				all, err := x.Stamps(ctx, 0, 0, 9)
				n = len(all)
				return err
			}); err != nil {
				t.Error(err)
				break
			}
		}
		cancel()
		return <-ended
	})
}

// TestLedgerStamps: from the configuration file to a token that openssl verifies.
func TestLedgerStamps(t *testing.T) {
	s := stampHouse(t)
	args := func(more ...string) []string { return append([]string{"-c", s.config, "--data", s.data}, more...) }
	s.work(t)

	said, _, err := command(t, args("ledger", "stamps")...)
	if err != nil || !strings.Contains(said, "Northline Time Authority") || !strings.Contains(said, "Eastbank Time Authority") || strings.Contains(said, "not judged") {
		t.Errorf("%v\n%s", err, said)
	}
	out := filepath.Join(t.TempDir(), "log")
	if said, _, err := command(t, args("ledger", "export", out)...); err != nil || !strings.Contains(said, "and 2 time stamps written") {
		t.Errorf("%v\n%s", err, said)
	}
	tokens, err := filepath.Glob(filepath.Join(out, "stamps", "*.tsr"))
	if err != nil || len(tokens) != 2 {
		t.Fatalf("tokens %v, %v", tokens, err)
	}
	root := filepath.Join(filepath.Dir(s.config), "roots.pem")
	for _, tsr := range tokens {
		checkpoint := strings.TrimSuffix(tsr, ".tsr") + ".checkpoint"
		b, err := exec.Command("openssl", "ts", "-verify", "-token_in", "-in", tsr, "-data", checkpoint, "-CAfile", root).CombinedOutput()
		if err != nil || !strings.Contains(string(b), "Verification: OK") {
			t.Errorf("%s: %v\n%s", tsr, err, b)
		}
		if said, _, err := command(t, args("ledger", "verify", "--kept", checkpoint)...); err != nil {
			t.Errorf("the store does not extend what was stamped: %v\n%s", err, said)
		}
	}
	if said, _, err := command(t, args("ledger", "verify", out)...); err != nil {
		t.Errorf("the folder with its stamps: %v\n%s", err, said)
	}

	s.store(t, func(h *house) error { // somebody backdates a stamp by changing what it is over
		return h.db.Tx(t.Context(), func(x *db.Tx) error {
			_, err := x.Exec(t.Context(), "UPDATE stamp SET signed=replace(signed, 'time 20', 'time 19') WHERE authority='east'")
			return err
		})
	})
	if said, _, err := command(t, args("ledger", "stamps")...); err == nil || !strings.Contains(err.Error(), "1 of 2") || !strings.Contains(said, "WRONG") {
		t.Errorf("%v\n%s", err, said)
	}
}

// TestDoctorAndStamps: the doctor says what is not configured, what answers, and what is late.
func TestDoctorAndStamps(t *testing.T) {
	cfg := defaults()
	cfg.data, cfg.db = t.TempDir(), filepath.Join(t.TempDir(), "none.db")
	if _, err := checkStamps(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "41(2)") {
		t.Errorf("nothing configured: %v", err)
	}
	s := stampHouse(t)
	look := func(want string) {
		t.Helper()
		said, _, _ := command(t, "-c", s.config, "--data", s.data, "doctor")
		for line := range strings.Lines(said) {
			if strings.HasPrefix(line, "time stamps") {
				if !strings.Contains(line, want) {
					t.Errorf("%swant %q", line, want)
				}
				return
			}
		}
		t.Errorf("no line about time stamps:\n%s", said)
	}
	look("ok       north: answers; east: answers")
	s.work(t)
	look("ok       north: stamped ")
	late := func(h *house) error {
		return h.db.Tx(t.Context(), func(x *db.Tx) error {
			if _, err := x.Exec(t.Context(), "UPDATE stamp SET received=$1", db.At(time.Now().AddDate(0, 0, -3))); err != nil {
				return err
			}
			if _, err := x.Exec(t.Context(), "DELETE FROM lease"); err != nil { // the crew's, which has ended
				return err
			}
			_, err := x.Record(t.Context(), iru.Event{At: h.desk.Now(), Unit: 1, Subject: iru.Subject{Noun: "asset", ID: 1}, Verb: "seen"})
			return err
		})
	}
	s.store(t, late)
	s.store(t, func(h *house) error { _, err := h.desk.Seal(t.Context(), h.crew.Holder); return err })
	look("WRONG    the newest stamp of north is 72h0m0s old and events wait")
	s.r.Close()
	look("WRONG    reach time-stamp authority north")
}

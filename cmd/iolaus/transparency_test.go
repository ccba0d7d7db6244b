// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// reportHouse makes an installation whose unit sent so many removal orders in 2026, and gives its data folder.
func reportHouse(t *testing.T, orders int) string {
	t.Helper()
	ctx, data := t.Context(), t.TempDir()
	c := &cli{Data: data}
	cfg, err := c.load(env{getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	h, err := open(ctx, cfg, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if h.shut(&err); err != nil {
			t.Fatal(err)
		}
	}()
	if _, err = h.begin(ctx); err != nil {
		return data
	}
	var ada iru.Officer
	err = h.db.Tx(ctx, func(x *db.Tx) error {
		us, err := x.Units(ctx)
		if err != nil {
			return err
		}
		ada = iru.Officer{Unit: us[0].ID, Login: "ada", Name: "ada", Roles: []iru.Role{iru.Analyst, iru.Liaison}, State: iru.OfficerActive, Created: time.Now()}
		return x.AddOfficer(ctx, &ada)
	})
	if err != nil {
		return data
	}
	a, err := h.desk.Watch(ctx, ada.Scope(), desk.WatchRequest{Address: "hxxps://tram-news[.]test/", Name: "Tram News", Reason: "exercise"})
	if err != nil {
		return data
	}
	p, err := h.desk.EnterProvider(ctx, ada.Scope(), iru.Provider{Name: "Birchrack", Site: "birchrack.test", Layer: legal.Host, Jurisdiction: "XB", Channel: iru.ByMail, Address: "abuse@birchrack.test", Source: "their page"})
	if err != nil {
		return data
	}
	err = h.db.Tx(ctx, func(x *db.Tx) error {
		for k := range orders {
			n := iru.Notice{Unit: ada.Unit, Ref: fmt.Sprint("RO-", k), Instrument: legal.RemovalOrder, Request: legal.RemoveContent, Asset: a.ID, Locator: a.Locator, Provider: p.ID, Layer: legal.Host,
				Drafted: ada.ID, Approvals: []iru.Approval{}, State: iru.NoticeSent, Key: fmt.Sprint(k), Created: time.Now()}
			if err := x.AddNotice(ctx, &n); err != nil {
				return err
			}
			if _, err := x.Record(ctx, iru.Event{At: time.Date(2026, 5, 1+k, 9, 0, 0, 0, time.UTC), Unit: ada.Unit, Subject: iru.Subject{Noun: "notice", ID: int64(n.ID)}, Verb: "send", From: "dispatched", To: "sent"}); err != nil {
				return err
			}
		}
		return nil
	})
	for n := 1; err == nil && n > 0; {
		n, err = h.desk.Seal(ctx, "test")
	}
	return data
}

// TestReports: the reports are made from a store, read by people's tools, computed again, and found wrong when one number or one event changes.
func TestReports(t *testing.T) {
	data, out := reportHouse(t, 3), filepath.Join(t.TempDir(), "out")
	with := func(args ...string) []string { return append([]string{"--data", data, "report"}, args...) }
	said, _, err := command(t, with("transparency", "--year", "2026", "--out", out, "--internal", "--proofs")...)
	if err != nil || strings.Count(said, "\n") < 4*2*3 || !strings.Contains(said, "3 proofs") {
		t.Fatalf("%v: %s", err, said)
	}
	if _, _, err := command(t, with("transparency", "--year", "2026", "--out", out)...); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("reports were overwritten: %v", err)
	}
	find := func(kind, end string) string {
		t.Helper()
		names, err := filepath.Glob(filepath.Join(out, "*"+kind+"-2026-"+end))
		if err != nil || len(names) != 1 {
			t.Fatalf("%s %s: %q, %v", kind, end, names, err)
		}
		return names[0]
	}
	public, internal := find("tco8", "public.json"), find("tco8", "internal.json")
	text, err := os.ReadFile(find("tco8", "public.csv"))
	if err != nil || !strings.Contains(string(text), "tco8.a.issued,Removal orders issued") || !strings.Contains(string(text), "count,given,3,") || !strings.Contains(string(text), "count,not recorded,,") {
		t.Errorf("table: %v: %.600s", err, text)
	}
	unit, err := os.ReadFile(find("unit", "public.csv"))
	if err != nil || !strings.Contains(string(unit), "Acts that left,the unit's own statistics,,,count,suppressed,,\"it rests on fewer than 5") || !strings.Contains(string(unit), "count,given,0,") {
		t.Errorf("a small number of the unit's own: %v: %.1500s", err, unit)
	}
	if pdf, err := exec.CommandContext(t.Context(), "pdftotext", "-layout", find("tco8", "public.pdf"), "-").Output(); err != nil || !strings.Contains(string(pdf), "Removal orders issued: 3") || !strings.Contains(string(pdf), "Penalties imposed: not recorded") {
		t.Errorf("document: %v: %.900s", err, pdf)
	}
	list, err := os.ReadFile(filepath.Join(strings.TrimSuffix(internal, ".json")+"-lists", "tco8.a.issued.csv"))
	if err != nil || strings.Count(string(list), "\r\n") != 4 || !strings.Contains(string(list), "RO-2") {
		t.Errorf("list: %v: %s", err, list)
	}

	key := filepath.Join(t.TempDir(), "tiles")
	if said, _, err := command(t, "--data", data, "ledger", "export", key); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	for _, args := range [][]string{{public}, {public, "--internal", internal}, {internal}, {internal, "--ledger", key, "--proofs", filepath.Join(out, "proofs"), "--key", filepath.Join(key, "log.pub")}} {
		if said, _, err := command(t, with(append([]string{"verify"}, args...)...)...); err != nil {
			t.Errorf("%v: %v: %s", args, err, said)
		}
	}
	// One figure is another.
	b, err := os.ReadFile(public)
	if err != nil {
		t.Fatal(err)
	}
	forged := filepath.Join(t.TempDir(), "forged.json")
	if err := os.WriteFile(forged, []byte(strings.Replace(string(b), `"value": "3"`, `"value": "2"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, _, err := command(t, with("verify", forged)...); err == nil || !strings.Contains(said, "tco8.a.issued: it says 2, computed again it is 3") {
		t.Errorf("a forged figure: %v: %s", err, said)
	}
	// One proof is of another event.
	proofs, err := filepath.Glob(filepath.Join(out, "proofs", "*"))
	if err != nil || len(proofs) != 3 {
		t.Fatal(proofs, err)
	}
	if err := os.Rename(proofs[0], proofs[1]); err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(proofs[1])
	if err == nil {
		err = os.WriteFile(proofs[0], other, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if said, _, err := command(t, with("verify", internal, "--proofs", filepath.Join(out, "proofs"))...); err == nil || !strings.Contains(said, "or of another checkpoint") {
		t.Errorf("another event's proof: %v: %s", err, said)
	}
	// One event of the store is another.
	d, err := db.Open(t.Context(), filepath.Join(data, "iolaus.db"))
	if err != nil {
		t.Fatal(err)
	}
	err = d.Tx(t.Context(), func(x *db.Tx) error {
		_, err := x.Exec(t.Context(), "UPDATE event SET at=at+1 WHERE noun='notice' AND subject=1")
		return err
	})
	d.Close()
	if err != nil {
		t.Fatal(err)
	}
	if said, _, err := command(t, with("verify", internal)...); err == nil || !strings.Contains(said, "the ledger: flipped") {
		t.Errorf("a changed event: %v: %s", err, said)
	}
}

// TestReportsRefuse: what is no report, and what belongs to the internal edition.
func TestReportsRefuse(t *testing.T) {
	data := reportHouse(t, 1)
	no := filepath.Join(t.TempDir(), "no.json")
	for text, want := range map[string]string{"{}": "it is no report", "[": "invalid", `{"schema":"iolaus-report/1","kind":"tco8","edition":"public","x":1}`: "unknown field",
		`{"schema":"iolaus-report/1","kind":"tco8","edition":"public","seed":"00"}`: "carries the seed"} {
		if err := os.WriteFile(no, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := command(t, "--data", data, "report", "verify", no); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s", text, err, want)
		}
	}
	for want, args := range map[string][]string{
		"--proofs belongs to --internal": {"--year", "2026", "--proofs"},
		"no year of a report":            {"--year", "26"},
		"there is no unit":               {"--year", "2026", "--unit", "Nobody"},
		"is no threshold":                {"--year", "2026", "--threshold", "101"},
	} {
		if _, _, err := command(t, append([]string{"--data", data, "report", "transparency", "--out", t.TempDir()}, args...)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v; want %s", args, err, want)
		}
	}
}

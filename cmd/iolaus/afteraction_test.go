// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// actionHouse makes an installation with two operations whose T0 is past, each with some acts that left, and gives its data folder.
func actionHouse(t *testing.T) string {
	t.Helper()
	ctx, data := t.Context(), t.TempDir()
	c := &cli{Data: data}
	cfg, err := c.load(env{getenv: func(string) string { return "" }})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	h, err := open(ctx, cfg, nil, slog.New(slog.DiscardHandler))
	must(err)
	defer func() {
		h.shut(&err)
		must(err)
	}()
	_, err = h.begin(ctx)
	must(err)
	var dora iru.Officer
	must(h.db.Tx(ctx, func(x *db.Tx) error {
		us, err := x.Units(ctx)
		if err != nil {
			return err
		}
		dora = iru.Officer{Unit: us[0].ID, Login: "dora", Name: "Dora Quill", Roles: []iru.Role{iru.Analyst, iru.Liaison, iru.Director}, State: iru.OfficerActive, Created: time.Now()}
		return x.AddOfficer(ctx, &dora)
	}))
	a, err := h.desk.Watch(ctx, dora.Scope(), desk.WatchRequest{Address: "hxxps://tram-news[.]test/", Name: "Tram News", Reason: "exercise"})
	must(err)
	p, err := h.desk.EnterProvider(ctx, dora.Scope(), iru.Provider{Name: "Birchrack", Site: "birchrack.test", Layer: legal.Host, Jurisdiction: "XB", Channel: iru.ByMail, Address: "abuse@birchrack.test", Source: "their page"})
	must(err)
	for k, name := range []string{"Snowfall", "Thaw"} {
		o, err := h.desk.PlanOperation(ctx, dora.Scope(), name, []iru.OutletID{a.Outlet}, nil, 0, "")
		must(err)
		must(served(ctx, h.db, o, a, p, dora, k))
	}
	for n := 1; n > 0; {
		n, err = h.desk.Seal(ctx, "test")
		must(err)
	}
	return data
}

// served stores an operation's T0 and acts, as its release would leave them.
func served(ctx context.Context, d *db.DB, o iru.Operation, a iru.Asset, p iru.Provider, by iru.Officer, k int) error {
	t0 := time.Now().Add(-time.Duration(3+k) * time.Hour).UTC().Truncate(time.Microsecond)
	return d.Tx(ctx, func(x *db.Tx) error {
		o.State, o.T0, o.FirstSent = iru.OperationReleased, t0, t0
		if err := x.UpdateOperation(ctx, o, iru.OperationDraft); err != nil {
			return err
		}
		if _, err := x.Record(ctx, iru.Event{At: t0.Add(-time.Minute), By: by.ID, Unit: by.Unit, Subject: iru.Subject{Noun: "operation", ID: int64(o.ID)}, Verb: "release", From: "polling", To: "released", Facts: map[string]any{"t0": t0.Format(time.RFC3339Nano)}}); err != nil {
			return err
		}
		for n := range 4 + k { // the last one is an act of its own, which followed
			op := o.ID
			if n == 3+k {
				op = 0
			}
			act := iru.Notice{Unit: by.Unit, Ref: fmt.Sprintf("RO-%d-%d", k, n), Instrument: legal.RemovalOrder, Request: legal.RemoveContent, Asset: a.ID, Locator: a.Locator, Provider: p.ID, Layer: legal.Host, Operation: op,
				Drafted: by.ID, Approvals: []iru.Approval{}, State: iru.NoticeSent, Key: fmt.Sprint(k, n), Created: o.Created}
			if err := x.AddNotice(ctx, &act); err != nil {
				return err
			}
			e := iru.Event{At: t0.Add(-time.Hour), By: by.ID, Unit: by.Unit, Subject: iru.Subject{Noun: "notice", ID: int64(act.ID)}, Verb: "draft", To: "draft", Note: act.Ref, Facts: map[string]any{"operation": int64(op), "asset": int64(a.ID), "provider": int64(p.ID), "instrument": "removal_order", "layer": "host", "request": "remove_content"}}
			if _, err := x.Record(ctx, e); err != nil {
				return err
			}
			if _, err := x.Record(ctx, iru.Event{At: t0.Add(time.Duration(n) * time.Millisecond), Unit: by.Unit, Subject: e.Subject, Verb: "send", From: "dispatched", To: "sent"}); err != nil {
				return err
			}
		}
		return nil
	})
}

// What followed outside the operation is counted where it is asked for, and reports that were made before lie beside each other without their stores.
func TestAfterActionBeside(t *testing.T) {
	data, out := actionHouse(t), t.TempDir()
	report := func(args ...string) error {
		_, _, err := command(t, append([]string{"--data", data, "report"}, args...)...)
		return err
	}
	first, second, all := filepath.Join(out, "1"), filepath.Join(out, "2"), filepath.Join(out, "all")
	for _, args := range [][]string{{"--operation", "1", "--out", first}, {"--operation", "2", "--out", second}, {"--operation", "2", "--acts", "all", "--out", all}} {
		if err := report(args...); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
	}
	file := func(folder string) string { return filepath.Join(folder, "report.json") }
	if said, _, err := command(t, "--data", data, "report", "verify", file(all)); err != nil || !strings.Contains(said, "computed again, the same") {
		t.Errorf("%v: %s", err, said)
	}
	for name, x := range map[string]struct {
		args []string
		line string
	}{
		"two files":   {[]string{"--data", t.TempDir(), "report", "--beside", file(first), "--beside", file(second)}, "Acts that left,3,4,"},
		"all beside":  {[]string{"--data", t.TempDir(), "report", "--beside", file(second), "--beside", file(all)}, "Acts that left,4,5,"},
		"store, file": {[]string{"--data", data, "report", "--operation", "1", "--beside", file(second)}, "Acts that left,3,4,"},
	} {
		to := filepath.Join(out, name)
		if said, _, err := command(t, append(x.args, "--out", to)...); err != nil {
			t.Errorf("%s: %v: %s", name, err, said)
			continue
		}
		table, err := os.ReadFile(filepath.Join(to, "comparison.csv"))
		if err != nil || !strings.Contains(string(table), x.line) {
			t.Errorf("%s: %v: %.400s", name, err, table)
		}
		page, err := os.ReadFile(filepath.Join(to, "comparison.html"))
		for _, want := range []string{"What the difference says", "First act, after T0", "Two operations are no experiment", "nothing: one of the two is not given"} {
			if err != nil || !strings.Contains(string(page), want) {
				t.Errorf("%s: %v: the page does not say %q", name, err, want)
			}
		}
	}
	for why, args := range map[string][]string{
		"not said of which operation": {"--out", out + "a"}, "lies beside nothing": {"--beside", file(first), "--out", out + "b"}, "no such file": {"--beside", out + "/none", "--beside", file(first), "--out", out + "c"},
		"press edition is of the operation alone": {"--operation", "1", "--acts", "all", "--edition", "press", "--out", out + "d"}, "read after-action report": {"--beside", filepath.Join(first, "figures.csv"), "--beside", file(first), "--out", out + "e"}} {
		if err := report(args...); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%v: %v", args, err)
		}
	}
}

// The after-action report is made from a store, checked with and without it, and found wrong when a cell changes; two lie side by side.
func TestAfterActionReport(t *testing.T) {
	data, out := actionHouse(t), filepath.Join(t.TempDir(), "out")
	with := func(args ...string) []string { return append([]string{"--data", data, "report"}, args...) }
	said, _, err := command(t, with("--operation", "1", "--out", out, "--edition", "team", "--proofs")...)
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	for _, name := range []string{"report.json", "report.pdf", "report.html", "figures.csv", "checkpoint", "record.jsonl", filepath.Join("tables", "tasks.csv"), filepath.Join("tables", "removal.curve.csv")} {
		if i, err := os.Stat(filepath.Join(out, name)); err != nil || i.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	csv, err := os.ReadFile(filepath.Join(out, "figures.csv"))
	if err != nil || !strings.Contains(string(csv), "\n1,team,spread,First to last,What was served,,,span,given,2000,") {
		t.Errorf("figures: %.900s", csv)
	}
	said, _, err = command(t, with("verify", filepath.Join(out, "report.json"))...)
	if err != nil || !strings.Contains(said, "computed again, the same") {
		t.Errorf("%v: %s", err, said)
	}
	said, _, err = command(t, with("verify", filepath.Join(out, "report.json"), "--proofs", filepath.Join(out, "proofs"))...)
	if err != nil || !strings.Contains(said, "entries are in it") {
		t.Errorf("%v: %s", err, said)
	}
	text, err := os.ReadFile(filepath.Join(out, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	forged := filepath.Join(t.TempDir(), "forged.json")
	if err := os.WriteFile(forged, []byte(strings.Replace(string(text), "Birchrack", "Alderrack", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, _, err = command(t, with("verify", forged)...); err == nil || !strings.Contains(said, "not what is computed again") {
		t.Errorf("forged: %v: %s", err, said)
	}
	for _, x := range []struct {
		why  string
		args []string
	}{{"is there already", []string{"--operation", "1", "--out", out, "--edition", "team"}}, {"not over", []string{"--operation", "1", "--out", out + "p", "--edition", "press"}},
		{"not found", []string{"--operation", "99", "--out", out + "q"}}, {"does not name entries", []string{"--operation", "1", "--out", out + "r", "--edition", "press", "--proofs"}}} {
		if _, _, err := command(t, with(x.args...)...); err == nil || !strings.Contains(err.Error(), x.why) {
			t.Errorf("%v: %v", x.args, err)
		}
	}
	both := filepath.Join(t.TempDir(), "both")
	if said, _, err = command(t, with("--operation", "1", "--operation", "2", "--out", both)...); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	table, err := os.ReadFile(filepath.Join(both, "comparison.csv"))
	if err != nil || !strings.Contains(string(table), "Acts that left,3,4,") || !strings.Contains(string(table), "figure,Snowfall,Thaw,") {
		t.Errorf("%v: %.400s", err, table)
	}
	page, err := os.ReadFile(filepath.Join(both, "operation-1", "report.html"))
	if err != nil || strings.Contains(string(page), "Dora Quill") || strings.Contains(string(page), "<script") {
		t.Errorf("the court's edition names an officer, or runs a script: %v", err)
	}
}

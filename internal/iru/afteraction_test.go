// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"fmt"
	"testing"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// afterRecord is a day of so many addresses with two acts each, all of which left, fell an hour later, and a tenth of which came back.
func afterRecord(addresses int, looked bool) iru.AfterRecord {
	t0 := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	r := iru.AfterRecord{Operation: iru.Operation{ID: 1, Unit: 1, Name: "Snowfall", T0: t0}, Units: map[iru.UnitID]iru.Unit{1: {ID: 1, Name: "Unit A"}, 2: {ID: 2, Name: "Unit B"}},
		Providers: map[iru.ProviderID]string{}, AsOf: t0.Add(40 * 24 * time.Hour), From: t0.Add(-iru.LookedAt), To: t0.Add(iru.LookedAt)}
	add := func(noun string, id int64, verb string, at time.Time, from, to string) {
		r.Events = append(r.Events, iru.Event{Index: int64(len(r.Events)), At: at, Unit: 1, Subject: iru.Subject{Noun: noun, ID: id}, Verb: verb, From: from, To: to})
	}
	for k := 1; k <= addresses; k++ {
		r.Providers[iru.ProviderID(k%50)] = fmt.Sprint("Host ", k%50)
		r.Assets = append(r.Assets, iru.Asset{ID: iru.AssetID(k), Outlet: 1, Locator: fmt.Sprintf("https://halcyon-%d.test/", k), Created: t0.Add(-200 * 24 * time.Hour)})
		add("asset", int64(k), "find", t0.Add(-200*24*time.Hour), "", "candidate")
		if looked {
			add("asset", int64(k), "seen", t0.Add(-199*24*time.Hour), "unknown", "up")
		}
		for n := range 2 {
			id := int64(2*k + n)
			r.Tasks = append(r.Tasks, iru.Notice{ID: iru.NoticeID(id), Ref: fmt.Sprint("RO-", id), Unit: iru.UnitID(1 + n), Asset: iru.AssetID(k), Provider: iru.ProviderID(k % 50), Layer: legal.Host, Instrument: legal.RemovalOrder, Request: legal.RemoveContent})
			add("notice", id, "draft", t0.Add(-time.Hour), "", "draft")
			add("notice", id, "receive", t0.Add(time.Duration(k)*time.Millisecond), "dispatched", "received")
			add("notice", id, "verify", t0.Add(time.Duration(k)*time.Second), "received", "complied")
		}
		add("asset", int64(k), "agreed", t0.Add(30*time.Minute), "up", "gone")
		if k%10 == 0 {
			add("asset", int64(k), "seen", t0.Add(time.Duration(k)*time.Minute+48*time.Hour), "gone", "back")
		}
	}
	return r
}

// One address, and nobody looked before: that is told, and is not zero.
func TestAfterActionOfOne(t *testing.T) {
	a := iru.AfterAction{Figures: afterRecord(1, false).Figures()}
	for id, want := range map[string]string{"assets": "1", "acts.left": "2", "spread": "0", "state.t15": "1", "state.t60": "1", "falls": "1", "returns": "0", "available.before": "", "available.after": "0.0", "return.median": ""} {
		f, ok := a.Figure(id)
		if !ok || f.Value != want {
			t.Errorf("%s is %q (%s), want %q", id, f.Value, f.State, want)
		}
	}
	if f, _ := a.Figure("available.before"); f.State != iru.FigureNothing || f.Why == "" {
		t.Errorf("nobody looked before: %+v", f)
	}
	if f, _ := a.Figure("state.t15"); len(f.Groups) != 1 || f.Groups[0].Key != "unknown" {
		t.Errorf("nobody looked before T+15: %+v", f.Groups)
	}
	if f, _ := a.Figure("return.median"); f.State != iru.FigureTooEarly {
		t.Errorf("what is not back has no time: %+v", f)
	}
}

// Each figure of a large day names its sources, once each, and the ledger has them.
func TestAfterActionOfMany(t *testing.T) {
	r := afterRecord(300, true)
	a := iru.AfterAction{Figures: r.Figures(), Tables: r.Tables(), Verdict: iru.AfterVerdict{Entry: -1}}
	for _, i := range a.Sources() {
		if i < 0 || i >= int64(len(r.Events)) {
			t.Fatalf("there is no entry %d", i)
		}
	}
	for _, f := range a.Figures {
		if f.Title == "" || f.Words == "" || f.Law == "" {
			t.Errorf("figure %s has no words", f.ID)
		}
		if f.Kind == iru.FigureCount && f.State == iru.FigureGiven && f.Value != fmt.Sprint(len(f.Indices)) {
			t.Errorf("figure %s is %s and rests on %d entries", f.ID, f.Value, len(f.Indices))
		}
	}
	for _, x := range a.Tables {
		if w := iru.AfterWords(x.ID); w.Part == "" || w.Title == "" {
			t.Errorf("table %s has no words", x.ID)
		}
		for _, row := range x.Rows {
			if len(row.Cells) != len(x.Columns) {
				t.Fatalf("table %s: %d cells for %d columns", x.ID, len(row.Cells), len(x.Columns))
			}
		}
	}
	for id, want := range map[string]string{"falls": "300", "returns": "30", "acts.removed": "600"} {
		if f, _ := a.Figure(id); f.Value != want {
			t.Errorf("%s is %s, want %s", id, f.Value, want)
		}
	}
}

// BenchmarkAfterAction computes the figures and tables of a day of 2,000 addresses and 4,000 acts from its events, and writes them as JSON.
func BenchmarkAfterAction(b *testing.B) {
	r := afterRecord(2000, true)
	size := 0
	for b.Loop() {
		a := iru.AfterAction{Figures: r.Figures(), Tables: r.Tables()}
		text, err := a.JSON()
		if err != nil {
			b.Fatal(err)
		}
		size = len(text)
	}
	b.ReportMetric(float64(len(r.Events)), "events")
	b.ReportMetric(float64(size)/1e6, "MB-json")
}

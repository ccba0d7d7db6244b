// SPDX-License-Identifier: EUPL-1.2

package legal_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/legal"
)

func TestInstruments(t *testing.T) {
	wants := []struct {
		i       legal.Instrument
		ref     string
		binding bool
		clocks  []string
	}{
		{legal.Referral, "RF", false, []string{"internal-72h"}},
		{legal.Notice, "NT", false, []string{"internal-72h"}},
		{legal.RemovalOrder, "RO", true, []string{"tco-1h"}},
		{legal.OrderToAct, "OA", true, []string{"internal-24h"}},
		{legal.PreservationOrder, "PR", true, []string{"epoc-pr"}},
		{legal.ProductionOrder, "PO", true, []string{"epoc"}},
		{legal.RegistrarReport, "RR", false, []string{"raa-24h"}},
		{legal.RegistrationDataRequest, "RD", true, []string{"nis2-72h"}},
		{legal.StoreReport, "SR", false, []string{"internal-72h"}},
		{legal.CourtOrder, "CO", true, []string{"internal-24h"}},
	}
	eu := legal.EU()
	if len(wants) != len(legal.Instruments()) {
		t.Fatalf("%d instruments, %d expected", len(legal.Instruments()), len(wants))
	}
	for n, w := range wants {
		var ids []string
		for _, c := range eu.ClocksFor(w.i, false) {
			ids = append(ids, c.ID)
			if c.Trigger == "" || !strings.HasPrefix(c.Trigger, "receipt") {
				t.Errorf("%s: clock %s starts with %q, not with receipt", w.i, c.ID, c.Trigger)
			}
		}
		if legal.Instruments()[n] != w.i || w.i.Ref() != w.ref || w.i.Binding() != w.binding || !slices.Equal(ids, w.clocks) {
			t.Errorf("%s: %s, binding %v, clocks %v; want %+v", legal.Instruments()[n], w.i.Ref(), w.i.Binding(), ids, w)
		}
		if w.i.Title() == "" || w.i.Basis() == "" || !w.i.Valid() {
			t.Errorf("%s: title %q, basis %q", w.i, w.i.Title(), w.i.Basis())
		}
		signers := 1
		if w.binding {
			signers = 2
		}
		if eu.Signers(w.i) != signers {
			t.Errorf("%s: %d signers", w.i, eu.Signers(w.i))
		}
	}
	if unknown := legal.Instrument("fax"); unknown.Valid() || unknown.Binding() || unknown.Ref() != "" || len(eu.ClocksFor(unknown, true)) > 0 {
		t.Error("an unknown instrument is taken for one")
	}
}

func TestInForce(t *testing.T) {
	eu := legal.EU()
	before, since := time.Date(2026, 8, 17, 23, 59, 59, 0, time.UTC), time.Date(2026, 8, 18, 0, 0, 0, 0, time.UTC)
	for _, i := range legal.Instruments() {
		evidence := i == legal.PreservationOrder || i == legal.ProductionOrder
		if eu.InForce(i, before) == evidence || !eu.InForce(i, since) {
			t.Errorf("%s: %v before, %v since 18 August 2026", i, eu.InForce(i, before), eu.InForce(i, since))
		}
	}
	if eu.InForce("fax", since) {
		t.Error("an unknown instrument is in force")
	}
}

// clockTable quotes the table of clocks of the design's chapter on law, section 3: identifier, obliged, source and mark.
const clockTable = `
tco-12h | authority | Art 3(2) V
tco-1h | provider | Art 3(3),(7),(8) V
tco-copy | issuer | Art 4(1) V
tco-72h-own | home authority | Art 4(3) V
tco-48h | provider, content provider | Art 4(4) V
tco-72h-req | home authority | Art 4(4) V
tco-6w | authority | Art 11(3) V
tco-6m | provider preserves | Art 6 V
tco-final | issuer | Art 3(9) V
tco-exposed | oversight authority | Art 5(4) V
tco-measures | provider reports | Art 5(5) V
tco-review | authority | Art 5(7) V
tco-complaint | provider answers | Art 10(2) V
tco-art8 | authority publishes | Art 8 V
tco-art21 | Member State reports | Art 21 V
epoc | addressee | Art 10 V
epoc-8h | addressee | Art 10(4) V
epoc-pr | addressee | Art 11 V
epoc-48h | issuer | Art 4(5) V
nis2-72h | registry, registrar | Art 28(5) V
led-3y | unit | Art 31 M
`

func TestClockTable(t *testing.T) {
	eu := legal.EU()
	quoted := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(clockTable), "\n") {
		cells := split(line)
		id, obliged, source := cells[0], cells[1], cells[2]
		quoted[id] = true
		c, ok := eu.Clock(id)
		if !ok {
			t.Errorf("%s is missing", id)
			continue
		}
		mark := source[len(source)-1:]
		article := strings.Fields(source)[1]
		article, _, _ = strings.Cut(article, ",")
		if string(c.Mark) != mark || !strings.Contains(c.Source, article) || c.Internal {
			t.Errorf("%s: %q [%s], want article %s [%s]", id, c.Source, c.Mark, article, mark)
		}
		obliged, _, _ = strings.Cut(obliged, ",")
		last := strings.Fields(obliged)
		if !strings.Contains(c.Obliged, last[0]) && !(last[0] == "issuer" && c.Obliged == "issuing authority") {
			t.Errorf("%s: obliged %q, want %q", id, c.Obliged, obliged)
		}
		if c.Term == "" || c.Trigger == "" || c.Sense == "" {
			t.Errorf("%s: %+v", id, c)
		}
	}
	ids := map[string]bool{}
	for _, c := range eu.Clocks {
		if ids[c.ID] {
			t.Errorf("%s is there twice", c.ID)
		}
		ids[c.ID] = true
		if !quoted[c.ID] && !c.Internal {
			t.Errorf("%s is no clock of the table and not internal", c.ID)
		}
		if c.Internal && c.Mark == legal.Verified {
			t.Errorf("%s is internal and said to be read in the law", c.ID)
		}
	}
	if _, ok := eu.Clock("tram"); ok {
		t.Error("there is a clock for trams")
	}
}

func TestClockEnds(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse("2006-01-02 15:04:05", s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	eu := legal.EU()
	for _, c := range []struct{ id, start, end string }{
		{"tco-12h", "2026-11-21 20:00:00", "2026-11-22 08:00:00"},
		{"tco-1h", "2026-11-22 23:30:01", "2026-11-23 00:30:01"},
		{"tco-copy", "2026-11-22 23:30:01", ""},
		{"tco-72h-own", "2026-11-22 10:00:00", "2026-11-25 10:00:00"},
		{"tco-48h", "2026-11-22 10:00:00", "2026-11-24 10:00:00"},
		{"tco-72h-req", "2026-11-22 10:00:00", "2026-11-25 10:00:00"},
		{"tco-6w", "2026-11-22 10:00:00", "2027-01-03 10:00:00"},
		{"tco-6m", "2026-11-22 10:00:00", "2027-05-22 10:00:00"},
		{"tco-6m", "2026-08-31 10:00:00", "2027-02-28 10:00:00"}, // the month's last day
		{"tco-6m", "2027-08-31 10:00:00", "2028-02-29 10:00:00"},
		{"tco-final", "2026-11-22 10:00:00", ""},
		{"tco-exposed", "2026-11-22 10:00:00", "2027-11-22 10:00:00"},
		{"tco-measures", "2026-11-30 10:00:00", "2027-02-28 10:00:00"},
		{"tco-review", "2026-11-22 10:00:00", "2027-02-22 10:00:00"},
		{"tco-complaint", "2026-11-22 10:00:00", "2026-12-06 10:00:00"},
		{"tco-art8", "2026-11-22 10:00:00", ""},
		{"tco-art21", "2026-12-31 10:00:00", "2027-04-01 00:00:00"},
		{"tco-art21", "2028-02-29 10:00:00", "2029-04-01 00:00:00"},
		{"epoc", "2026-11-22 10:00:00", "2026-12-02 10:00:00"},
		{"epoc-8h", "2026-11-22 10:00:00", "2026-11-22 18:00:00"},
		{"epoc-pr", "2026-11-22 10:00:00", "2027-01-21 10:00:00"},
		{"epoc-48h", "2026-11-22 10:00:00", "2026-11-24 10:00:00"},
		{"nis2-72h", "2026-11-22 10:00:00", "2026-11-25 10:00:00"},
		{"led-3y", "2028-02-29 10:00:00", "2031-02-28 10:00:00"},
		{"raa-24h", "2026-11-22 10:00:00", "2026-11-23 10:00:00"},
		{"internal-24h", "2026-11-22 10:00:00", "2026-11-23 10:00:00"},
		{"internal-72h", "2026-11-22 10:00:00", "2026-11-25 10:00:00"},
	} {
		rule, _ := eu.Clock(c.id)
		end, ok := rule.End(at(c.start))
		if ok != (c.end != "") || ok && !end.Equal(at(c.end)) {
			t.Errorf("%s from %s: %s, %v; want %s", c.id, c.start, end, ok, c.end)
		}
	}
	if c, _ := eu.Clock("epoc-pr"); c.Extend != 30*24*time.Hour || c.Sense != legal.Keep {
		t.Errorf("epoc-pr: %+v", c)
	}
	if c, _ := eu.Clock("tco-6w"); c.Extend != 6*7*24*time.Hour {
		t.Errorf("tco-6w: %+v", c)
	}
}

func TestAssessment(t *testing.T) {
	eu := legal.EU()
	order, _ := eu.Form(legal.FormRemovalOrder)
	keys := map[string]string{}
	for _, f := range order.Fields() {
		keys[f.Key] = f.Label
	}
	var letters string
	for _, l := range eu.Limbs {
		letters += string(l.Limb)
		if !strings.Contains(keys[l.Field], "point ("+string(l.Limb)+")") {
			t.Errorf("limb (%s): the box %q says %q", l.Limb, l.Field, keys[l.Field])
		}
		if found, ok := eu.Limb(l.Limb); !ok || found != l || l.Mark != legal.Secondary || !strings.HasSuffix(l.Text, ".") {
			t.Errorf("limb (%s): %+v", l.Limb, l)
		}
	}
	if letters != "abcde" {
		t.Errorf("limbs %q", letters)
	}
	if _, ok := eu.Limb("f"); ok {
		t.Error("there is a limb (f)")
	}
	if d, _ := eu.Limb(legal.LimbInstructs); !strings.Contains(d.Text, "for the purpose of") {
		t.Errorf("limb (d) without its purpose: %s", d.Text)
	}
	if len(eu.Purposes) != 5 {
		t.Errorf("%d purposes", len(eu.Purposes))
	}
	for o, want := range map[legal.PurposeOutcome][3]bool{
		legal.Excluded: {true, false, false}, legal.Doubt: {true, true, false}, legal.Proceed: {true, false, true}, "": {}, "yes": {},
	} {
		if got := [3]bool{o.Valid(), o.NeedsBlindReview(), o.MayProceed()}; got != want {
			t.Errorf("%q: valid, blind review, may proceed: %v, want %v", o, got, want)
		}
	}
}

func TestForms(t *testing.T) {
	eu := legal.EU()
	for _, c := range []struct {
		id, title, sections string
		fields              int
	}{
		{legal.FormRemovalOrder, "REMOVAL ORDER", "ABCDEFG", 36},
		{legal.FormFeedback, "FEEDBACK", "ABC", 13},
		{legal.FormImpossibility, "IMPOSSIBILITY", "ABC", 13},
	} {
		f, ok := eu.Form(c.id)
		if !ok {
			t.Fatalf("%s is missing", c.id)
		}
		var sections string
		keys := map[string]bool{}
		for _, s := range f.Sections {
			sections += s.ID
		}
		for _, field := range f.Fields() {
			if keys[field.Key] || field.Key == "" || field.Label == "" || field.Type == "" || field.Mark == "" {
				t.Errorf("%s: field %+v", c.id, field)
			}
			keys[field.Key] = true
			if field.Type == legal.TypeEnum && len(field.Values) < 2 {
				t.Errorf("%s: %s has nothing to choose from", c.id, field.Key)
			}
		}
		if sections != c.sections || len(keys) != c.fields || !strings.Contains(f.Title, c.title) || f.Version != "2021-05-17" || !strings.Contains(f.Act, "2021/784") {
			t.Errorf("%s: sections %s, %d fields, version %s, %q", c.id, sections, len(keys), f.Version, f.Title)
		}
	}
	order, _ := eu.Form(legal.FormRemovalOrder)
	if len(order.Preamble) != 3 || order.Sections[1].Fields[0].Key != "url" || order.Sections[1].Fields[0].Min != 1 || order.Sections[1].Fields[0].Type != legal.TypeTexts {
		t.Errorf("%+v", order.Sections[1].Fields[0])
	}
	if order.Sections[0].Fields[0].Mark != legal.Verified || order.Sections[6].Fields[0].Mark != legal.Memory {
		t.Error("the marks of the removal order do not say what was verified")
	}
	if _, ok := eu.Form("tram"); ok {
		t.Error("there is a form for trams")
	}
}

// TestRegimeIsAValue: what one caller does to its copy does not change the law for another.
func TestRegimeIsAValue(t *testing.T) {
	a := legal.EU()
	a.Clocks[0].Length = 0
	a.Instruments[0].Title = ""
	delete(a.Cells[legal.Host], legal.Referral)
	a.Started[legal.RemovalOrder][0] = ""
	a.Forms[0].Sections[0].Fields[0].Label = ""
	if b := legal.EU(); !reflect.DeepEqual(b, legal.EU()) || b.Clocks[0].Length == 0 || b.Instruments[0].Title == "" || b.Started[legal.RemovalOrder][0] == "" ||
		b.Forms[0].Sections[0].Fields[0].Label == "" || !b.Rule(legal.Referral, legal.Unit, legal.Target{Layer: legal.Host}).Allowed {
		t.Error("one copy changed another")
	}
	if b := legal.EU(); b.ID != "eu" || b.Version != 1 {
		t.Errorf("%s %d", b.ID, b.Version)
	}
}

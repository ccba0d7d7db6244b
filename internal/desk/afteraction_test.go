// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// after makes an after-action report in the view of unit A, and its record.
func (u *unit) after(o iru.OperationID, e iru.AfterEdition) (a iru.AfterAction, record []byte) {
	u.t.Helper()
	seed, err := desk.NewReportSeed()
	must(u.t, err)
	must(u.t, u.DB.View(u.t.Context(), func(x *db.Tx) error {
		q := desk.AfterRequest{Operation: o, Edition: e, Seed: seed}
		s := iru.ProgramFor(u.people["admin"].Unit)
		if a, err = u.AfterAction(u.t.Context(), x, s, q); err != nil {
			return err
		}
		_, r, err := u.AfterRecord(u.t.Context(), x, s, q)
		if err != nil {
			return err
		}
		record, err = desk.AfterRecordFile(u.t.Context(), x, r)
		return err
	}))
	return a, record
}

// Every figure comes out the same when it is counted again, in another way, from the opened record alone; and every line of the record is in the
// ledger, by its proof.
func TestAfterActionAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		u := newUnit(t, d)
		var a iru.AfterAction
		for seed, addresses := range []int{1, 2, 3, 5, 25} {
			day := u.day(uint64(seed), addresses)
			var record []byte
			a, record = u.after(day.op.ID, iru.AfterTeam)
			newOracle(readRecord(t, record), int64(day.op.ID), a.AsOf, *a.Operation.From, *a.Operation.To).hold(t, a)
			if seed == 3 {
				opened(t, u, a, record)
			}
		}
		must(t, u.DB.View(t.Context(), func(x *db.Tx) error {
			wrong, err := u.VerifyAfterAction(t.Context(), x, a)
			if len(wrong) > 0 {
				t.Errorf("as it was made: %v", wrong)
			}
			return err
		}))
	})
}

// opened holds each line of the record against its proof.
func opened(t *testing.T, u *unit, a iru.AfterAction, record []byte) {
	t.Helper()
	named := map[int64]bool{}
	must(t, u.DB.View(t.Context(), func(x *db.Tx) error {
		for line := range bytes.Lines(record) {
			var o desk.AfterOpening
			must(t, json.Unmarshal(line, &o))
			named[o.Index] = true
			text, err := desk.ProveEntry(t.Context(), x, a.Report(), o.Index)
			if err != nil {
				return err
			}
			p, err := ledger.ParseProof(text)
			must(t, err)
			_, err = p.Check(p.Extra, u.Log.Verifier, u.Log.Origin)
			must(t, err)
			salt, err := hex.DecodeString(o.Salt)
			must(t, err)
			sum := sha256.Sum256([]byte("iolaus/commitment/v1\n" + string(salt) + o.Payload))
			if !strings.Contains(string(p.Extra), "commitment "+hex.EncodeToString(sum[:])) {
				t.Fatalf("entry %d does not open", o.Index)
			}
		}
		return nil
	}))
	for _, i := range a.Sources() {
		if !named[i] {
			t.Errorf("entry %d is a source and not in the record", i)
		}
	}
}

// A report in which one thing is changed is found wrong.
func TestAfterActionTampered(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	day := u.day(3, 12)
	a, _ := u.after(day.op.ID, iru.AfterCourt)
	text, err := a.JSON()
	must(t, err)
	for name, change := range map[string]func(*iru.AfterAction){
		"a figure":  func(a *iru.AfterAction) { a.Figures[1].Value += "0" },
		"a source":  func(a *iru.AfterAction) { a.Figures[1].Indices[0]++ },
		"a cell":    func(a *iru.AfterAction) { a.Tables[0].Rows[0].Cells[3] = "order" },
		"a row":     func(a *iru.AfterAction) { a.Tables[0].Rows = a.Tables[0].Rows[1:] },
		"a note":    func(a *iru.AfterAction) { a.Notes = a.Notes[1:] },
		"its name":  func(a *iru.AfterAction) { a.Operation.Name = "Rain" },
		"a verdict": func(a *iru.AfterAction) { a.Verdict.Verdict = "fewer" },
		"its time":  func(a *iru.AfterAction) { a.AsOf = a.AsOf.Add(time.Second) },
	} {
		b, err := iru.ParseAfterAction(text)
		must(t, err)
		change(&b)
		must(t, u.DB.View(t.Context(), func(x *db.Tx) error {
			wrong, err := u.VerifyAfterAction(t.Context(), x, b)
			if len(wrong) == 0 {
				t.Errorf("%s was changed, and nobody saw it", name)
			}
			return err
		}))
	}
	for _, bad := range []string{"", "{}", `{"schema":"iolaus-after-action/2"}`, string(text) + "{}", strings.Replace(string(text), `"edition": "court"`, `"edition": "all"`, 1), strings.Replace(string(text), `"cells": [`, `"cells": ["x",`, 1)} {
		if _, err := iru.ParseAfterAction([]byte(bad)); err == nil {
			t.Errorf("taken: %.40s", bad)
		}
	}
}

// The press gets no name of a person, no address, no addressee, and no small number.
func TestAfterActionForThePress(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	u.Rules.Compress = 3600
	day := u.day(5, 30)
	u.Rules.Compress = 0 // who reads it later need not know
	ask := func(e iru.AfterEdition) (a iru.AfterAction, err error) {
		err = u.DB.View(ctx, func(x *db.Tx) error {
			a, err = u.AfterAction(ctx, x, u.scope("dora"), desk.AfterRequest{Operation: day.op.ID, Edition: e})
			return err
		})
		return a, err
	}
	_, err := ask(iru.AfterPress)
	refused(t, "before it is over", err, iru.Conflict, "not over")
	_, err = ask("all")
	refused(t, "an edition that there is not", err, iru.Invalid, "team, court or press")
	_, err = u.Close(ctx, u.scope("dora"), day.op.ID)
	must(t, err)
	u.sealAll()
	for _, e := range []iru.AfterEdition{iru.AfterCourt, iru.AfterPress} {
		a, err := ask(e)
		must(t, err)
		if a.Operation.Compress != 3600 || !slices.Contains(a.Notes, "This was played: a second of its times is 60 min of the story.") {
			t.Errorf("the %s edition tells of a play %g times as fast, and %q", e, a.Operation.Compress, a.Notes)
		}
		text, err := a.JSON()
		must(t, err)
		html := desk.AfterHTML("en", "ltr", nil, a)
		pdf, err := desk.AfterPDF(a, "en", nil)
		must(t, err)
		if len(pdf) < 1000 || !bytes.HasPrefix(pdf, []byte("%PDF")) {
			t.Errorf("%s: no document", e)
		}
		for _, o := range u.people {
			if len(o.Name) > 3 && bytes.Contains(html, []byte(">"+o.Name+"<")) || bytes.Contains(text, []byte(`"`+o.Name+`"`)) {
				t.Errorf("the %s edition names %s", e, o.Name)
			}
		}
		if e == iru.AfterCourt {
			if !bytes.Contains(pdf, []byte("/S /Figure")) {
				t.Error("the document has no drawing")
			}
			continue
		}
		if bytes.Contains(pdf, []byte("/S /Figure")) {
			t.Error("a drawing of the press edition says more than its figures")
		}
		for _, no := range []string{"halcyon", "Halcyon", "Birchrack", "Alder", "X-1", `"indices"`, `"salt"`} {
			if bytes.Contains(text, []byte(no)) || bytes.Contains(html, []byte(no)) {
				t.Errorf("the press edition says %q", no)
			}
		}
		given := 0
		for _, f := range a.Figures {
			for _, g := range f.Groups {
				if n := len(g.Value); g.State == iru.FigureGiven && n == 1 && strings.ContainsAny(g.Value, "1234") {
					t.Errorf("%s by %s: %s is small", f.ID, g.Key, g.Value)
				}
			}
			if f.State == iru.FigureGiven && f.Kind == iru.FigureCount {
				if given++; f.ID != "units" && f.ID != "countries" && len(f.Value) == 1 && strings.ContainsAny(f.Value, "1234") {
					t.Errorf("%s: %s is small", f.ID, f.Value)
				}
			}
		}
		if given < 5 {
			t.Errorf("%d figures are given", given)
		}
	}
}

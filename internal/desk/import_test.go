// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/iru/bankfile"
)

func (u *unit) bank(name string) iru.Bank {
	u.t.Helper()
	b, err := u.OpenBank(u.t.Context(), u.scope("ada"), iru.Bank{Name: name, Source: iru.SourceFeed})
	must(u.t, err)
	return b
}

func hashes(from, to int) string {
	var b strings.Builder
	for n := from; n < to; n++ {
		fmt.Fprintf(&b, "pdq %064x\n", n)
	}
	return b.String()
}

// cut ends a file after some rows, as a kill does.
func cut(rows iter.Seq2[bankfile.Row, error], after int) iter.Seq2[bankfile.Row, error] {
	return func(yield func(bankfile.Row, error) bool) {
		n := 0
		for r, err := range rows {
			if n == after {
				yield(bankfile.Row{}, context.Canceled)
				return
			}
			if n++; !yield(r, err) {
				return
			}
		}
	}
}

func TestImport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		b := u.bank("feed")
		text := hashes(0, 10) + "pdq 12\n" + hashes(5, 12) + "md5 " + strings.Repeat("AB", 16) + "\n"
		var wrong []string
		r := desk.Import{Bank: b.ID, From: "list.txt", Format: bankfile.Signals, Digest: "d1", Batch: 4, Wrong: func(line int, err error) { wrong = append(wrong, fmt.Sprint(line, ": ", err)) }}
		rows := func() iter.Seq2[bankfile.Row, error] { return bankfile.Read(strings.NewReader(text), bankfile.Signals) }
		_, err := u.Import(ctx, u.scope("sig"), r, rows())
		refused(t, "a signing officer", err, iru.Forbidden, "enter known content")
		_, err = u.Import(ctx, u.scope("ada"), r, cut(rows(), 10))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cut short: %v", err)
		}
		wrong = nil
		told, err := u.Import(ctx, u.scope("ada"), r, rows())
		must(t, err)
		if want := (desk.ImportTold{Rows: 19, Added: 13, Present: 5, Wrong: 1}); told != want {
			t.Errorf("killed and gone on: %+v, want %+v", told, want)
		}
		if s := strings.Join(wrong, "; "); s != "11: the value is not 64 hexadecimal digits; copy it whole" {
			t.Errorf("wrong rows: %s", s)
		}
		told, err = u.Import(ctx, u.scope("ada"), r, rows())
		must(t, err)
		if want := (desk.ImportTold{Rows: 19, Present: 18, Wrong: 1}); told != want {
			t.Errorf("the same file again: %+v, want %+v", told, want)
		}
		es := u.events("bank", int64(b.ID))
		if len(es) != 3 || es[1].Verb != "import" || es[1].Facts["sha256"] != "d1" || es[1].Facts["added"] != 13.0 || es[1].Facts["from"] != "list.txt" {
			t.Errorf("told as %+v", es)
		}
		if n := view(u, func(x *db.Tx) (map[iru.BankID]int, error) { return x.BankSizes(ctx, u.scope("ada")) })[b.ID]; n != 13 {
			t.Errorf("the bank has %d contents", n)
		}
		u.whole()
	})
}

// A feed goes on where it was; what its source deleted is withdrawn, and stays so until a person restores it.
func TestImportOfAFeed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		b := u.bank("feed")
		row := func(n int, deleted bool) bankfile.Row {
			return bankfile.Row{Line: n + 1, Deleted: deleted, Known: iru.Known{Ref: fmt.Sprint(n), Signals: []iru.Signal{signal(t, "md5", fmt.Sprintf("%032x", n))}}}
		}
		feed := func(rows ...bankfile.Row) desk.ImportTold {
			t.Helper()
			told, err := u.Import(ctx, u.scope("ada"), desk.Import{Bank: b.ID, From: "https://feed.test/", Format: bankfile.Feed}, func(yield func(bankfile.Row, error) bool) {
				for _, r := range rows {
					if !yield(r, nil) {
						return
					}
				}
			})
			must(t, err)
			return told
		}
		cursor := func() string {
			return desk.FeedCursor(view(u, func(x *db.Tx) (iru.Bank, error) { return x.Bank(ctx, iru.Program(), b.ID) }))
		}
		if told := feed(row(1, false), row(2, false), bankfile.Row{Cursor: "a,1"}, row(3, false), row(3, true), row(4, true)); told != (desk.ImportTold{Rows: 5, Added: 3, Withdrawn: 1, Present: 1}) || cursor() != "a,1" {
			t.Errorf("%+v, on from %q", told, cursor())
		}
		if told := feed(row(1, true), bankfile.Row{Cursor: "b,2"}); told != (desk.ImportTold{Rows: 1, Withdrawn: 1}) || cursor() != "b,2" {
			t.Errorf("deleted: %+v, on from %q", told, cursor())
		}
		k := view(u, func(x *db.Tx) (iru.Known, error) {
			return x.KnownBySignal(ctx, b.ID, signal(t, "md5", fmt.Sprintf("%032x", 1)))
		})
		if k.State != iru.KnownWithdrawn || k.Ref != "1" {
			t.Errorf("%+v", k)
		}
		if told := feed(row(1, false), row(1, true)); told != (desk.ImportTold{Rows: 2, Present: 2}) {
			t.Errorf("again: %+v", told)
		}
		_, err := u.RestoreKnown(ctx, u.scope("ada"), k.ID, "they were wrong")
		must(t, err)
		u.whole()
	})
}

// A further fingerprint of what a bank holds is put to that content.
func TestImportExtends(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		b := u.bank("partners")
		one, two := signal(t, "sha256", strings.Repeat("ab", 32)), signal(t, "pdq", strings.Repeat("0f", 32))
		take := func(ss ...iru.Signal) desk.ImportTold {
			told, err := u.Import(ctx, u.scope("ada"), desk.Import{Bank: b.ID}, func(yield func(bankfile.Row, error) bool) {
				yield(bankfile.Row{Line: 1, Known: iru.Known{Signals: ss}}, nil)
			})
			must(t, err)
			return told
		}
		if a, b, c := take(one), take(two, one), take(one, two); a.Added != 1 || b.Extended != 1 || c.Present != 1 {
			t.Errorf("%+v, %+v, %+v", a, b, c)
		}
		k := view(u, func(x *db.Tx) (iru.Known, error) { return x.KnownBySignal(ctx, b.ID, two) })
		if len(k.Signals) != 2 || k.Finding != string(iru.FindRefer) {
			t.Errorf("%+v", k)
		}
	})
}

// Two imports into one bank do not mix.
func TestImportsDoNotMix(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	b := u.bank("feed")
	read := func(s string) iter.Seq2[bankfile.Row, error] {
		return bankfile.Read(strings.NewReader(s), bankfile.Signals)
	}
	_, err := u.Import(ctx, u.scope("ada"), desk.Import{Bank: b.ID, Digest: "1", Batch: 1, Each: func(desk.ImportTold) {
		if _, err := u.Import(ctx, u.scope("ada"), desk.Import{Bank: b.ID, Digest: "2"}, read(hashes(5, 6))); err != nil {
			t.Error(err)
		}
	}}, read(hashes(0, 2)))
	refused(t, "the first one", err, iru.Conflict, "something else is imported")
}

// What comes out in our own format goes in as it was; codes decide whether it leaves.
func TestExportBank(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		b := u.bank("feed")
		_, err := u.Import(ctx, u.scope("ada"), desk.Import{Bank: b.ID}, bankfile.Read(strings.NewReader(hashes(0, 7)), bankfile.Signals))
		must(t, err)
		_, _, err = u.ExportBank(ctx, u.scope("ada"), desk.Handover{Bank: b.ID, Use: iru.ForPartner, To: "Unit N"})
		refused(t, "an analyst", err, iru.Forbidden, "hand evidence out")
		_, _, err = u.ExportBank(ctx, u.scope("lena"), desk.Handover{Bank: b.ID, Use: iru.ForPartner})
		refused(t, "to nobody", err, iru.Invalid, "who receives it")
		_, _, err = u.ExportBank(ctx, u.scope("lena"), desk.Handover{Bank: b.ID, Use: iru.ForPartner, To: "Unit N"})
		refused(t, "H2", err, iru.Forbidden, "H2")
		if n := len(u.events("bank", int64(b.ID))); n != 2 {
			t.Errorf("what was refused is in the log: %d events", n)
		}
		open := iru.Handling{TLP: "GREEN", PAP: "GREEN", H: "H0"}
		_, err = u.ChangeBank(ctx, u.scope("lena"), b.ID, desk.BankChange{Handling: &open})
		must(t, err)
		bank, ks, err := u.ExportBank(ctx, u.scope("lena"), desk.Handover{Bank: b.ID, Use: iru.ForPartner, To: "Unit N", Why: "agreement 4"})
		must(t, err)
		var out strings.Builder
		w, err := bankfile.NewWriter(&out, bankfile.JSON, bankfile.Header{Bank: bank.Name, Source: bank.Source, Handling: bank.Handling})
		must(t, err)
		for k, err := range ks {
			must(t, err)
			must(t, w.Write(k))
		}
		must(t, w.Close())
		copied := u.bank("copy")
		told, err := u.Import(ctx, u.scope("ada"), desk.Import{Bank: copied.ID}, bankfile.Read(io.Reader(strings.NewReader(out.String())), bankfile.JSON))
		must(t, err)
		if told.Added != 7 || told.Wrong != 0 {
			t.Errorf("%+v of\n%s", told, out.String())
		}
		u.whole()
	})
}

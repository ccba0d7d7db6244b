// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A TermImport is a file of terms that is to be put on a list.
type TermImport struct {
	List iru.TermListID
	Lang string // of the terms that name none
	Rest bool   // lines that are no terms are left out; else they refuse the file
	Name string // of the file; the log keeps it
}

// Imported says what became of a file.
type Imported struct {
	Event   iru.EventID // names the import, to take it back; 0 when nothing was added
	Added   int
	Back    int // put back: they had been taken off
	Present int // on the list already
	Wrong   []iru.TermLine
}

// importedAtOnce bounds what one transaction compares; a list is read whole.
const importedAtOnce = 10_000

// ImportTerms puts the terms of a file on a list, all in one transaction: all of them, or those that can be, or none. When lines are wrong
// and the rest is not asked for, it refuses, and Wrong says which.
func (d *Desk) ImportTerms(ctx context.Context, s iru.Scope, r TermImport, file io.Reader) (Imported, error) {
	if err := s.May(iru.ToCurateBanks); err != nil {
		return Imported{}, err
	}
	sum := sha256.New()
	terms, wrong, err := iru.ReadTerms(io.TeeReader(file, sum), r.Lang)
	if err != nil {
		return Imported{}, err
	}
	digest := hex.EncodeToString(sum.Sum(nil))
	if len(wrong) > 0 && !r.Rest {
		return Imported{Wrong: wrong}, iru.Refuse(iru.Invalid, fmt.Sprintf("%d lines are no terms, the first is %s", len(wrong), wrong[0]), "mend them, or import the rest")
	}
	var out Imported
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		out = Imported{Wrong: wrong}
		l, err := openList(ctx, t, s, r.List)
		if err != nil {
			return err
		}
		known, err := termsByWords(ctx, t, s, l.ID)
		if err != nil {
			return err
		}
		var fresh, back []iru.Term
		for _, x := range terms {
			was, ok := known[[2]string{x.Text, x.Lang}]
			switch {
			case !ok:
				x.Unit, x.List, x.State, x.By, x.Created = l.Unit, l.ID, iru.TermActive, s.Officer, now
				fresh = append(fresh, x)
			case was.State == iru.TermWithdrawn:
				back = append(back, was)
			default:
				out.Present++
			}
		}
		if out.Added, out.Back = len(fresh), len(back); len(fresh)+len(back) == 0 {
			return nil
		}
		out.Event, err = t.Record(ctx, happened("term_list", int64(l.ID), "import", s.Officer, l.Unit, now, clip(r.Name, 200)).With("list", l.Name).
			With("added", out.Added).With("back", out.Back).With("present", out.Present).With("wrong", len(wrong)).With("sha256", digest))
		if err != nil {
			return err
		}
		for n := range fresh {
			fresh[n].Import = out.Event
		}
		if err := t.AddTerms(ctx, fresh); err != nil {
			return err
		}
		if err := t.PutBackTerms(ctx, back, out.Event); err != nil {
			return err
		}
		if err := t.TouchTermList(ctx, l.ID); err != nil {
			return err
		}
		if len(back) > 0 {
			if err := d.reweigh(ctx, t, l.ID, 0); err != nil {
				return err
			}
		}
		return askRescan(ctx, t, l.Unit, iru.SoughtTerms, now)
	})
	return out, err
}

func termsByWords(ctx context.Context, t *db.Tx, s iru.Scope, l iru.TermListID) (map[[2]string]iru.Term, error) {
	out := map[[2]string]iru.Term{}
	for after := iru.TermID(0); ; {
		xs, err := t.TermsAfter(ctx, s, l, after, importedAtOnce)
		if err != nil {
			return nil, err
		}
		for _, x := range xs {
			out[[2]string{x.Text, x.Lang}] = x
		}
		if len(xs) < importedAtOnce {
			return out, nil
		}
		after = xs[len(xs)-1].ID
	}
}

// UndoImport takes off the list what an import brought, muted or not, and says how many terms that were. A term can be put back.
func (d *Desk) UndoImport(ctx context.Context, s iru.Scope, l iru.TermListID, e iru.EventID, why string) (int, error) {
	if err := s.May(iru.ToCurateBanks); err != nil {
		return 0, err
	}
	n := 0
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		list, err := t.TermList(ctx, s, l)
		if err != nil {
			return err
		}
		if err := own(s, list.Unit); err != nil {
			return err
		}
		if e == 0 {
			return iru.Refuse(iru.NotFound, "it is not said which import", "")
		}
		if n, err = t.WithdrawImported(ctx, l, e); err != nil {
			return err
		}
		if n == 0 {
			return iru.Refuse(iru.Conflict, "nothing that the import brought is on the list", "")
		}
		if err := t.TouchTermList(ctx, l); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("term_list", int64(l), "undo_import", s.Officer, list.Unit, now, clip(why, 500)).With("list", list.Name).With("import", int64(e)).With("terms", n))
		if err != nil {
			return err
		}
		return d.reweigh(ctx, t, l, 0)
	})
	return n, err
}

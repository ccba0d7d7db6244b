// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/form"
	"iolaus/internal/iru"
)

// Kinds of a document's file in the store of letters.
const (
	DocumentPDF  = "pdf"
	DocumentJSON = "json"
)

// Issued is the act of a letter as it leaves; false for a letter that has no documents: an answer, or an act that was handed in before
// documents were made.
func (d *Desk) Issued(ctx context.Context, x Dispatch) (form.Act, bool, error) {
	if x.Letter.Kind != "notice" || x.Notice.Facts == "" {
		return form.Act{}, false, nil
	}
	var a form.Act
	err := d.DB.View(ctx, func(t *db.Tx) error {
		var err error
		a, err = d.Act(ctx, t, x.Notice)
		return err
	})
	return issued(a, x.Notice, x.Provider, d.Signature), err == nil, err
}

// KeepDocuments stores which documents a letter carries, once: what is there already stays, and is given back. Their bytes lie in the
// store of letters. The ledger has their digests.
func (d *Desk) KeepDocuments(ctx context.Context, letter int64, files []iru.File) ([]iru.File, error) {
	kept, err := d.KeepAllDocuments(ctx, map[int64][]iru.File{letter: files})
	return kept[letter], err
}

// KeepAllDocuments is KeepDocuments for many letters, all or none.
func (d *Desk) KeepAllDocuments(ctx context.Context, files map[int64][]iru.File) (map[int64][]iru.File, error) {
	kept := map[int64][]iru.File{}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) (err error) {
		for _, letter := range slices.Sorted(maps.Keys(files)) {
			if kept[letter], err = keepDocuments(ctx, t, letter, files[letter], now); err != nil {
				return err
			}
		}
		return nil
	})
	return kept, err
}

func keepDocuments(ctx context.Context, t *db.Tx, letter int64, files []iru.File, now time.Time) ([]iru.File, error) {
	first, err := t.SetLetterFiles(ctx, letter, files)
	if err != nil {
		return nil, err
	}
	l, err := t.Letter(ctx, letter)
	if err != nil || !first {
		return l.Files, err
	}
	n, err := t.Notice(ctx, iru.Program(), l.Notice)
	if err != nil {
		return nil, err
	}
	e := happened("notice", int64(n.ID), "document", 0, n.Unit, now, "").With("letter", letter)
	for _, f := range files {
		e = e.With(f.Kind, f.SHA256)
	}
	_, err = t.Record(ctx, e)
	return l.Files, err
}

// A Preview is an act's documents before they leave.
type Preview struct {
	Act     form.Act
	Missing []string // what the law or the form wants and the record does not say, in words
	Digest  string   // that an approval covers
}

// Preview gives the record of an act for reading, with what it lacks. After it left, it is what left.
func (d *Desk) Preview(ctx context.Context, s iru.Scope, id iru.NoticeID) (Preview, error) {
	var out Preview
	err := d.DB.View(ctx, func(t *db.Tx) error {
		n, err := t.Notice(ctx, s, id)
		if err != nil {
			return err
		}
		if out.Act, err = d.Act(ctx, t, n); err != nil {
			return err
		}
		out.Missing = form.Missing(out.Act)
		out.Digest, err = ActDigest(n)
		return err
	})
	return out, err
}

// Documents are the files that the letter of an act carries, none before it left.
func (d *Desk) Documents(ctx context.Context, s iru.Scope, id iru.NoticeID) ([]iru.File, error) {
	var out []iru.File
	err := d.DB.View(ctx, func(t *db.Tx) error {
		n, err := t.Notice(ctx, s, id)
		if err != nil {
			return err
		}
		l, there, err := written(ctx, t, n)
		if there {
			out = l.Files
		}
		return err
	})
	return out, err
}

// SetLetterhead changes what a unit's documents say of it: an administrator of that unit. Acts that were approved before then say
// something that was changed, and do not leave.
func (d *Desk) SetLetterhead(ctx context.Context, s iru.Scope, l iru.Letterhead) (iru.Unit, error) {
	var u iru.Unit
	if err := s.May(iru.ToAdminister); err != nil {
		return u, err
	}
	if l.Type != "" && l.Type != "judicial" && l.Type != "police" && l.Type != "other" {
		return u, iru.Refuse(iru.Invalid, fmt.Sprintf("%.20q is no type of authority", l.Type), "it is judicial, police or other")
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		if err := t.SetLetterhead(ctx, s.Unit, l); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("unit", int64(s.Unit), "letterhead", s.Officer, s.Unit, now, "")); err != nil {
			return err
		}
		var err error
		u, err = t.Unit(ctx, s.Unit)
		return err
	})
	return u, err
}

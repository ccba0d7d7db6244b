// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/iru/bankfile"
)

// A Bank is a collection of known content from one source, under one handling code.
type Bank struct {
	ID       int64    `json:"id"`
	Unit     int64    `json:"unit"`
	Name     string   `json:"name"`
	Source   source   `json:"source"`
	Handling Handling `json:"handling"`
	Note     string   `json:"note,omitempty"`
	Muted    bool     `json:"muted" doc:"Nothing in it is suggested."`
	Feed     string   `json:"feed,omitempty" doc:"Address that it is fetched from."`
	Contents int      `json:"contents" doc:"Whatever their state is."`
	By       int64    `json:"by"`
	Created  *Stamp   `json:"created"`
}

// A BankImport counts what became of the rows of a file.
type BankImport struct {
	Bank      int64   `json:"bank"`
	Format    format  `json:"format"`
	Rows      int     `json:"rows"`
	Added     int     `json:"added" doc:"Contents that the bank did not have."`
	Extended  int     `json:"extended" doc:"Contents that got a further fingerprint."`
	Present   int     `json:"present" doc:"Contents that the bank had as they are."`
	Withdrawn int     `json:"withdrawn" doc:"Contents that the source took back."`
	Wrong     int     `json:"wrong" doc:"Rows that were left out."`
	Errors    []Fault `json:"errors" nullable:"false" doc:"The first of the wrong rows, by line."`
}

func (b Bank) cursor() string { return number(b.ID) }

// banksShown gives banks with their sizes.
func banksShown(ctx context.Context, t *db.Tx, sc iru.Scope, bs ...iru.Bank) ([]Bank, error) {
	sizes, err := t.BankSizes(ctx, sc)
	return paged(bs, err, func(b iru.Bank) Bank {
		return Bank{ID: int64(b.ID), Unit: int64(b.Unit), Name: b.Name, Source: source(b.Source), Handling: Handling(b.Handling), Note: b.Note, Muted: b.Muted, Feed: b.Feed,
			Contents: sizes[b.ID], By: int64(b.By), Created: at(b.Created)}
	})
}

func bankDetail(ctx context.Context, t *db.Tx, sc iru.Scope, id iru.BankID) (Bank, error) {
	b, err := t.Bank(ctx, sc, id)
	if err != nil {
		return Bank{}, err
	}
	bs, err := banksShown(ctx, t, sc, b)
	if err != nil {
		return Bank{}, err
	}
	return bs[0], nil
}

// bankNamed finds a bank of the officer's unit; without one the zero bank.
func bankNamed(ctx context.Context, t *db.Tx, sc iru.Scope, name string) (iru.Bank, error) {
	b, err := t.BankByName(ctx, sc.Unit, name)
	if errors.Is(err, iru.NotFound) {
		return iru.Bank{}, nil
	}
	return b, err
}

type (
	bankBody struct {
		Name     string    `json:"name" minLength:"1" maxLength:"80"`
		Source   source    `json:"source"`
		Handling *Handling `json:"handling,omitempty" doc:"Without it the unit only, no onward sharing."`
		Note     string    `json:"note,omitempty" maxLength:"4000"`
		Feed     string    `json:"feed,omitempty" maxLength:"2048" doc:"Address that it is fetched from."`
	}
	bankImportBody struct {
		Name    string  `json:"name" minLength:"1" maxLength:"200" doc:"Of the file; the log keeps it."`
		Content string  `json:"content" minLength:"1" doc:"The file. What is longer than a request is imported in parts, or by iolaus bank import on the server."`
		Format  format  `json:"format,omitempty" doc:"Without it the beginning of the file says so."`
		Finding verdict `json:"finding,omitempty" doc:"What was found where the file does not say; refer without it."`
		Rest    bool    `json:"rest,omitempty" doc:"Leave wrong rows out; without it one wrong row refuses the file, and nothing is imported."`
	}
)

func handlingOf(h *Handling) iru.Handling {
	if h == nil {
		return iru.Handling{}
	}
	return iru.Handling(*h)
}

func (s *server) banks() {
	list(s, "/v1/banks", "list-banks", "List the banks of known content", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *Page, n int) ([]Bank, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		bs, err := t.Banks(ctx, sc)
		if err != nil {
			return nil, err
		}
		slices.SortFunc(bs, func(a, b iru.Bank) int { return cmp.Compare(a.ID, b.ID) })
		bs = slices.DeleteFunc(bs, func(b iru.Bank) bool { return int64(b.ID) <= after })
		return banksShown(ctx, t, sc, bs[:min(len(bs), n)]...)
	})
	get(s, "/v1/banks/{id}", "get-bank", "Read a bank", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (Bank, error) {
		return bankDetail(ctx, t, sc, iru.BankID(in.ID))
	})
	again := func(ctx context.Context, b iru.Bank, err error) (Bank, error) {
		if err != nil {
			return Bank{}, err
		}
		return view(ctx, s, func(t *db.Tx, sc iru.Scope) (Bank, error) { return bankDetail(ctx, t, sc, b.ID) })
	}
	post(s, "/v1/banks", "open-bank", "Open a bank", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[bankBody]) (Bank, error) {
		w := in.Body
		b, err := s.desk.OpenBank(ctx, sc, iru.Bank{Name: w.Name, Source: iru.Source(w.Source), Handling: handlingOf(w.Handling), Note: w.Note, Feed: w.Feed})
		return again(ctx, b, err)
	})
	for _, v := range []struct {
		verb, summary string
		do            func(context.Context, iru.Scope, iru.BankID, string) (iru.Bank, error)
	}{
		{"mute", "Stop a bank from suggesting anything", s.desk.Mute},
		{"unmute", "Undo mute: what was captured meanwhile is compared with it", s.desk.Unmute},
	} {
		post(s, "/v1/banks/{id}/"+v.verb, v.verb+"-bank", v.summary, desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Bank, error) {
			b, err := v.do(ctx, sc, iru.BankID(in.ID), in.Body.Reason)
			return again(ctx, b, err)
		})
	}
	post(s, "/v1/banks/{id}/import", "import-bank", "Take a file of fingerprints into a bank; the same file again changes nothing", desk.ScopeDecide, s.importBank)
}

// wrongTold is how many wrong rows or lines an answer names; the others are counted.
const wrongTold = 20

func (s *server) importBank(ctx context.Context, sc iru.Scope, in *with[bankImportBody]) (BankImport, error) {
	b, f := in.Body, bankfile.Format(in.Body.Format)
	out := BankImport{Bank: in.ID, Errors: []Fault{}}
	if err := sc.May(iru.ToCurateBanks); err != nil {
		return out, err
	}
	if _, err := view(ctx, s, func(t *db.Tx, sc iru.Scope) (iru.Bank, error) { return t.Bank(ctx, sc, iru.BankID(in.ID)) }); err != nil {
		return out, err
	}
	if f == "" {
		f = bankfile.Guess([]byte(b.Content[:min(len(b.Content), 4096)]))
	}
	rows, wrong := 0, 0
	for row, err := range bankfile.Read(strings.NewReader(b.Content), f) { // what is wrong with it is known before anything is imported
		switch {
		case err != nil:
			return out, iru.Refuse(iru.Invalid, "the file cannot be read on: "+inWords(err), "choose its format, or correct it")
		case row.Cursor != "":
			continue
		case row.Err != nil:
			if wrong++; wrong <= wrongTold {
				out.Errors = append(out.Errors, Fault{fmt.Sprintf("body.content, line %d", row.Line), inWords(row.Err)})
			}
		}
		rows++
	}
	if wrong > 0 && !b.Rest {
		p := refusal(http.StatusUnprocessableEntity, fmt.Sprintf("%d of %d rows are wrong, and nothing was imported", wrong, rows), "correct them, or leave them out with rest")
		p.Errors = out.Errors
		return out, p
	}
	sum := sha256.Sum256([]byte(b.Content))
	told, err := s.desk.Import(ctx, sc, desk.Import{Bank: iru.BankID(in.ID), From: b.Name, Format: f, Digest: hex.EncodeToString(sum[:]), Finding: string(b.Finding)}, bankfile.Read(strings.NewReader(b.Content), f))
	out.Format, out.Rows, out.Added, out.Extended, out.Present, out.Withdrawn, out.Wrong = format(f), told.Rows, told.Added, told.Extended, told.Present, told.Withdrawn, told.Wrong
	return out, err
}

// inWords is what is wrong, for a person.
func inWords(err error) string {
	var r *iru.Refusal
	if errors.As(err, &r) {
		return r.Reason
	}
	return err.Error()
}

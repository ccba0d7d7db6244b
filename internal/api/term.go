// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"cmp"
	"context"
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A TermList is a watch list.
type TermList struct {
	ID       int64     `json:"id"`
	Unit     int64     `json:"unit"`
	Name     string    `json:"name"`
	Note     string    `json:"note,omitempty"`
	Handling Handling  `json:"handling"`
	State    termState `json:"state"`
	Version  int64     `json:"version" doc:"Grows with every change to the list and its terms."`
	Terms    int       `json:"terms" doc:"Terms on it, muted ones too."`
	Muted    int       `json:"muted" doc:"How many of them are muted."`
	By       int64     `json:"by"`
	Created  *Stamp    `json:"created"`
}

// A Term is a word or phrase of a watch list.
type Term struct {
	ID      int64     `json:"id"`
	List    int64     `json:"list"`
	Text    string    `json:"text"`
	Lang    string    `json:"lang,omitempty" doc:"ISO 639; it decides what counts as a spelling."`
	Note    string    `json:"note,omitempty"`
	State   termState `json:"state"`
	By      int64     `json:"by"`
	Created *Stamp    `json:"created"`
}

func (l TermList) cursor() string { return number(l.ID) }
func (x Term) cursor() string     { return number(x.ID) }

func termList(l iru.TermList, c map[iru.TermState]int) TermList {
	return TermList{ID: int64(l.ID), Unit: int64(l.Unit), Name: l.Name, Note: l.Note, Handling: Handling(l.Handling), State: termState(l.State), Version: l.Version,
		Terms: c[iru.TermActive] + c[iru.TermMuted], Muted: c[iru.TermMuted], By: int64(l.By), Created: at(l.Created)}
}

// termListDetail reads a watch list with the number of its terms.
func termListDetail(ctx context.Context, t *db.Tx, sc iru.Scope, id iru.TermListID) (TermList, error) {
	l, err := t.TermList(ctx, sc, id)
	if err != nil {
		return TermList{}, err
	}
	counts, err := t.CountTerms(ctx, sc)
	return termList(l, counts[l.ID]), err
}

func term(x iru.Term) Term {
	return Term{ID: int64(x.ID), List: int64(x.List), Text: x.Text, Lang: x.Lang, Note: x.Note, State: termState(x.State), By: int64(x.By), Created: at(x.Created)}
}

type termsIn struct {
	Page
	List int64 `query:"list" minimum:"1" doc:"Of this watch list only."`
}

func (s *server) terms() {
	list(s, "/v1/terms/lists", "list-watch-lists", "List the watch lists", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *Page, n int) ([]TermList, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		ls, err := t.TermLists(ctx, sc)
		if err != nil {
			return nil, err
		}
		counts, err := t.CountTerms(ctx, sc)
		slices.SortFunc(ls, func(a, b iru.TermList) int { return cmp.Compare(a.ID, b.ID) })
		ls = slices.DeleteFunc(ls, func(l iru.TermList) bool { return int64(l.ID) <= after })
		return paged(ls[:min(len(ls), n)], err, func(l iru.TermList) TermList { return termList(l, counts[l.ID]) })
	})
	get(s, "/v1/terms/lists/{id}", "get-watch-list", "Read a watch list", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (TermList, error) {
		return termListDetail(ctx, t, sc, iru.TermListID(in.ID))
	})
	list(s, "/v1/terms", "list-terms", "List the terms of the watch lists, removed ones too", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *termsIn, n int) ([]Term, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		xs, err := t.TermsAfter(ctx, sc, iru.TermListID(in.List), iru.TermID(after), n)
		return paged(xs, err, term)
	})
}

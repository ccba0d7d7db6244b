// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"fmt"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A TermImport says what became of a file of terms.
type TermImport struct {
	List    int64   `json:"list"`
	Import  int64   `json:"import,omitempty" doc:"Names the import, to take it back; absent when nothing was added."`
	Added   int     `json:"added"`
	Back    int     `json:"back" doc:"Put back: they had been taken off."`
	Present int     `json:"present" doc:"On the list already."`
	Wrong   int     `json:"wrong" doc:"Lines that were left out."`
	Errors  []Fault `json:"errors" nullable:"false" doc:"The first of them."`
}

// A TermsUndone says how many terms an import had brought that were taken off.
type TermsUndone struct {
	List    int64 `json:"list"`
	Removed int   `json:"removed"`
}

type (
	termListBody struct {
		Name     string    `json:"name" minLength:"1" maxLength:"120"`
		Note     string    `json:"note,omitempty" maxLength:"1000"`
		Handling *Handling `json:"handling,omitempty" doc:"Without it the unit only, no onward sharing."`
	}
	termBody struct {
		List int64  `json:"list" minimum:"1"`
		Text string `json:"text" minLength:"1" maxLength:"1000"`
		Lang string `json:"lang,omitempty" maxLength:"3" doc:"ISO 639; it decides what counts as a spelling."`
		Note string `json:"note,omitempty" maxLength:"1000"`
	}
	termImportBody struct {
		Name    string `json:"name" minLength:"1" maxLength:"200" doc:"Of the file; the log keeps it."`
		Content string `json:"content" minLength:"1" doc:"The file: a term a line, or CSV with the columns text, lang and note."`
		Lang    string `json:"lang,omitempty" maxLength:"3" doc:"Language of the terms that name none."`
		Rest    bool   `json:"rest,omitempty" doc:"Leave lines out that are no terms; without it one such line refuses the file."`
	}
	undoBody struct {
		Import int64  `json:"import" minimum:"1"`
		Reason string `json:"reason" maxLength:"4000"`
	}
)

// termSteps are the steps of a term and of a list, by their part of the address.
var termSteps = []struct{ path, verb, of string }{
	{"mute", "mute", "Keep a %s and do not look for it"}, {"unmute", "unmute", "Look for a muted %s again, in what was captured meanwhile too"},
	{"remove", "remove", "Take a %s off; it can be put back"}, {"put-back", "put_back", "Put a %s back that was taken off"},
}

func wrongLines(all []iru.TermLine) []Fault {
	return shown(all[:min(len(all), wrongTold)], func(l iru.TermLine) Fault { return Fault{"body.content", l.String()} })
}

func (s *server) termActs() {
	list := func(ctx context.Context, id iru.TermListID, err error) (TermList, error) {
		if err != nil {
			return TermList{}, err
		}
		return view(ctx, s, func(t *db.Tx, sc iru.Scope) (TermList, error) { return termListDetail(ctx, t, sc, id) })
	}
	post(s, "/v1/terms/lists", "begin-watch-list", "Begin a watch list", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[termListBody]) (TermList, error) {
		l, err := s.desk.AddTermList(ctx, sc, iru.TermList{Name: in.Body.Name, Note: in.Body.Note, Handling: handlingOf(in.Body.Handling)})
		return list(ctx, l.ID, err)
	})
	post(s, "/v1/terms", "add-term", "Put a term on a watch list; it is looked for in what was captured earlier, too", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[termBody]) (Term, error) {
		b := in.Body
		x, err := s.desk.AddTerm(ctx, sc, iru.Term{List: iru.TermListID(b.List), Text: b.Text, Lang: b.Lang, Note: b.Note})
		return term(x), err
	})
	for _, v := range termSteps {
		post(s, "/v1/terms/{id}/"+v.path, v.path+"-term", fmt.Sprintf(v.of, "term"), desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Term, error) {
			x, err := s.desk.JudgeTerm(ctx, sc, iru.TermID(in.ID), v.verb, in.Body.Reason)
			return term(x), err
		})
		post(s, "/v1/terms/lists/{id}/"+v.path, v.path+"-watch-list", fmt.Sprintf(v.of, "watch list"), desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (TermList, error) {
			l, err := s.desk.JudgeTermList(ctx, sc, iru.TermListID(in.ID), v.verb, in.Body.Reason)
			return list(ctx, l.ID, err)
		})
	}
	post(s, "/v1/terms/lists/{id}/import", "import-terms", "Put the terms of a file on a watch list: all of them, or the rest, or none", desk.ScopeDecide, s.importTerms)
	post(s, "/v1/terms/lists/{id}/undo-import", "undo-import-terms", "Take off the list what an import brought", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[undoBody]) (TermsUndone, error) {
		n, err := s.desk.UndoImport(ctx, sc, iru.TermListID(in.ID), iru.EventID(in.Body.Import), in.Body.Reason)
		return TermsUndone{in.ID, n}, err
	})
}

func (s *server) importTerms(ctx context.Context, sc iru.Scope, in *with[termImportBody]) (TermImport, error) {
	b := in.Body
	done, err := s.desk.ImportTerms(ctx, sc, desk.TermImport{List: iru.TermListID(in.ID), Lang: strings.ToLower(b.Lang), Rest: b.Rest, Name: b.Name}, strings.NewReader(b.Content))
	if err != nil && len(done.Wrong) > 0 {
		p := s.problem(err)
		p.Errors = wrongLines(done.Wrong)
		return TermImport{}, p
	}
	return TermImport{List: in.ID, Import: int64(done.Event), Added: done.Added, Back: done.Back, Present: done.Present, Wrong: len(done.Wrong), Errors: wrongLines(done.Wrong)}, err
}

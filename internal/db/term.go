// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"iolaus/internal/iru"
)

var termLists = shape[iru.TermList]{"term_list", "id, unit, name, note, handling, state, version, by_officer, created", func(l *iru.TermList) []any {
	return []any{&l.ID, &l.Unit, &l.Name, &l.Note, JSON(&l.Handling), &l.State, &l.Version, &l.By, Micros(&l.Created)}
}}

var terms = shape[iru.Term]{"term", "id, unit, list, text, lang, note, state, import, by_officer, created", func(x *iru.Term) []any {
	return []any{&x.ID, &x.Unit, &x.List, &x.Text, &x.Lang, &x.Note, &x.State, &x.Import, &x.By, Micros(&x.Created)}
}}

var termHits = shape[iru.TermHit]{"term_hit", "id, unit, item, exhibit, term, start_at, end_at, lead, words, trail, at", func(h *iru.TermHit) []any {
	return []any{&h.ID, &h.Unit, &h.Item, &h.Exhibit, &h.Term, &h.Start, &h.End, &h.Before, &h.Words, &h.After, Micros(&h.At)}
}}

// unitReach is what only the unit itself sees: watch lists are shared with nobody by an operation.
const unitReach = "($1=0 OR unit=$1)"

// AddTermList stores a watch list; Conflict if the unit has one of that name.
func (t *Tx) AddTermList(ctx context.Context, l *iru.TermList) error {
	return termLists.insert(ctx, t, l)
}

// TermList reads one watch list.
func (t *Tx) TermList(ctx context.Context, s iru.Scope, id iru.TermListID) (iru.TermList, error) {
	return termLists.get(ctx, t, unitReach+" AND id=$2", s.Reach(), id)
}

// TermListNamed reads a unit's watch list by its name.
func (t *Tx) TermListNamed(ctx context.Context, s iru.Scope, name string) (iru.TermList, error) {
	return termLists.get(ctx, t, unitReach+" AND name=$2 ORDER BY id LIMIT 1", s.Reach(), name)
}

// TermLists lists the watch lists by name, withdrawn ones too.
func (t *Tx) TermLists(ctx context.Context, s iru.Scope) ([]iru.TermList, error) {
	return termLists.list(ctx, t, "WHERE "+unitReach+" ORDER BY name, id", s.Reach())
}

// UpdateTermList stores a watch list again, with the next version, if its state is still the old one.
func (t *Tx) UpdateTermList(ctx context.Context, l iru.TermList, old iru.TermState) error {
	if err := t.TouchTermList(ctx, l.ID); err != nil {
		return err
	}
	l.Version++ // nobody else writes while this transaction does
	return termLists.update(ctx, t, &l, "state", old)
}

// TouchTermList gives a list its next version: one of its terms changed.
func (t *Tx) TouchTermList(ctx context.Context, id iru.TermListID) error {
	res, err := t.Exec(ctx, "UPDATE term_list SET version=version+1 WHERE id=$1", id)
	if err != nil {
		return fmt.Errorf("change term_list: %w", err)
	}
	return Guarded(res)
}

// AddTerm stores a term; Conflict if its list has it.
func (t *Tx) AddTerm(ctx context.Context, x *iru.Term) error { return terms.insert(ctx, t, x) }

// AddTerms stores many terms, whose ids stay unknown; Conflict if a list has one of them.
func (t *Tx) AddTerms(ctx context.Context, list []iru.Term) error {
	_, columns, _ := strings.Cut(terms.columns, ", ")
	for part := range slices.Chunk(list, 200) {
		var rows []string
		var args []any
		for n := range part {
			f := terms.fields(&part[n])[1:]
			rows = append(rows, "("+binds(len(args)+1, len(f))+")")
			args = append(args, f...)
		}
		if _, err := t.Exec(ctx, "INSERT INTO term ("+columns+") VALUES "+strings.Join(rows, ", "), args...); err != nil {
			return fmt.Errorf("add terms: %w", err)
		}
	}
	return nil
}

// Term reads one term.
func (t *Tx) Term(ctx context.Context, s iru.Scope, id iru.TermID) (iru.Term, error) {
	return terms.get(ctx, t, unitReach+" AND id=$2", s.Reach(), id)
}

// TermOf reads a list's term by its words.
func (t *Tx) TermOf(ctx context.Context, s iru.Scope, l iru.TermListID, text, lang string) (iru.Term, error) {
	return terms.get(ctx, t, unitReach+" AND list=$2 AND text=$3 AND lang=$4", s.Reach(), l, text, lang)
}

// UpdateTerm stores a term again if its state is still the old one.
func (t *Tx) UpdateTerm(ctx context.Context, x iru.Term, old iru.TermState) error {
	return terms.update(ctx, t, &x, "state", old)
}

// TermsAfter lists a list's terms (0: of every list) after an id, oldest first, at most n; withdrawn ones too.
func (t *Tx) TermsAfter(ctx context.Context, s iru.Scope, l iru.TermListID, after iru.TermID, n int) ([]iru.Term, error) {
	return terms.list(ctx, t, "WHERE "+unitReach+" AND (list=$2 OR $2=0) AND id>$3 ORDER BY id LIMIT $4", s.Reach(), l, after, n)
}

// WithdrawImported withdraws the terms of a list that an import brought, and says how many.
func (t *Tx) WithdrawImported(ctx context.Context, l iru.TermListID, e iru.EventID) (int, error) {
	res, err := t.Exec(ctx, "UPDATE term SET state='withdrawn' WHERE list=$1 AND import=$2 AND state<>'withdrawn'", l, e)
	if err != nil {
		return 0, fmt.Errorf("withdraw terms: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// PutBackTerms makes withdrawn terms active again, as brought by an import.
func (t *Tx) PutBackTerms(ctx context.Context, list []iru.Term, e iru.EventID) error {
	for part := range slices.Chunk(list, 500) {
		args := []any{e}
		for _, x := range part {
			args = append(args, x.ID)
		}
		if _, err := t.Exec(ctx, "UPDATE term SET state='active', import=$1 WHERE state='withdrawn' AND id IN ("+binds(2, len(part))+")", args...); err != nil {
			return fmt.Errorf("put terms back: %w", err)
		}
	}
	return nil
}

// CountTerms counts a scope's terms that are not withdrawn, by list and state.
func (t *Tx) CountTerms(ctx context.Context, s iru.Scope) (map[iru.TermListID]map[iru.TermState]int, error) {
	type row struct {
		list  iru.TermListID
		state iru.TermState
		n     int
	}
	rows, err := All(ctx, t, func(r *row) []any { return []any{&r.list, &r.state, &r.n} },
		"SELECT list, state, COUNT(*) FROM term WHERE "+unitReach+" AND state<>'withdrawn' GROUP BY list, state", s.Reach())
	if err != nil {
		return nil, fmt.Errorf("count terms: %w", err)
	}
	out := map[iru.TermListID]map[iru.TermState]int{}
	for _, r := range rows {
		if out[r.list] == nil {
			out[r.list] = map[iru.TermState]int{}
		}
		out[r.list][r.state] = r.n
	}
	return out, nil
}

// ActiveTerms lists what a unit looks for: the active terms of its active lists.
func (t *Tx) ActiveTerms(ctx context.Context, u iru.UnitID) ([]iru.Term, error) {
	return terms.list(ctx, t, "WHERE unit=$1 AND state='active' AND list IN (SELECT id FROM term_list WHERE unit=$1 AND state='active') ORDER BY id", u)
}

// TermsVersion grows whenever ActiveTerms of the unit may have changed.
func (t *Tx) TermsVersion(ctx context.Context, u iru.UnitID) (int64, error) {
	var v int64
	if err := t.QueryRow(ctx, "SELECT COALESCE(SUM(version), 0) FROM term_list WHERE unit=$1", u).Scan(&v); err != nil {
		return 0, fmt.Errorf("read version of terms: %w", err)
	}
	return v, nil
}

// AddTermHit stores a hit once; false if the exhibit had it already.
func (t *Tx) AddTermHit(ctx context.Context, h *iru.TermHit) (bool, error) {
	var n int
	err := t.QueryRow(ctx, "SELECT COUNT(*) FROM term_hit WHERE exhibit=$1 AND term=$2 AND start_at=$3 AND end_at=$4", h.Exhibit, h.Term, h.Start, h.End).Scan(&n)
	if err != nil || n > 0 {
		return false, err
	}
	return true, termHits.insert(ctx, t, h)
}

// TermHitsOf lists the hits in an exhibit, in the order of its text, with what the lists say. Hits of terms and lists that are muted or
// withdrawn are left out.
func (t *Tx) TermHitsOf(ctx context.Context, s iru.Scope, x iru.ExhibitID) ([]iru.TermHit, error) {
	hs, err := All(ctx, t, func(h *iru.TermHit) []any {
		return append(termHits.fields(h), &h.List, &h.Text, &h.Lang, JSON(&h.Handling))
	}, "SELECT h."+strings.ReplaceAll(termHits.columns, ", ", ", h.")+", l.name, t.text, t.lang, l.handling FROM term_hit h JOIN term t ON t.id=h.term JOIN term_list l ON l.id=t.list "+
		"WHERE ($1=0 OR h.unit=$1) AND h.exhibit=$2 AND t.state='active' AND l.state='active' ORDER BY h.start_at, h.end_at DESC, h.id", s.Reach(), x)
	if err != nil {
		return nil, fmt.Errorf("list term_hit: %w", err)
	}
	return hs, nil
}

// BlankTermHits takes the words of an exhibit out of its hits: it was erased.
func (t *Tx) BlankTermHits(ctx context.Context, x iru.ExhibitID) error {
	if _, err := t.Exec(ctx, "UPDATE term_hit SET lead='', words='', trail='' WHERE exhibit=$1", x); err != nil {
		return fmt.Errorf("change term_hit: %w", err)
	}
	return nil
}

// ItemsWithTerm lists the items in whose newest exhibit a term, or any of a list's, stands.
func (t *Tx) ItemsWithTerm(ctx context.Context, l iru.TermListID, term iru.TermID) ([]iru.ItemID, error) {
	ids, err := All(ctx, t, func(i *iru.ItemID) []any { return []any{i} },
		"SELECT DISTINCT h.item FROM term_hit h JOIN term t ON t.id=h.term JOIN item i ON i.id=h.item AND i.exhibit=h.exhibit WHERE t.list=$1 AND ($2=0 OR t.id=$2) ORDER BY h.item", l, term)
	if err != nil {
		return nil, fmt.Errorf("list items with term: %w", err)
	}
	return ids, nil
}

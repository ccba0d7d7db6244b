// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// AddTermList begins a watch list. Its handling code is the unit's usual one where none is given.
func (d *Desk) AddTermList(ctx context.Context, s iru.Scope, l iru.TermList) (iru.TermList, error) {
	if err := s.May(iru.ToCurateBanks); err != nil {
		return l, err
	}
	l.Name, l.Note = clip(l.Name, 200), strings.TrimSpace(l.Note)
	if l.Handling == (iru.Handling{}) {
		l.Handling = iru.DefaultHandling
	}
	if err := l.Check(); err != nil {
		return l, err
	}
	l.Unit, l.By, l.State, l.Version = s.Unit, s.Officer, iru.TermActive, 1
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		l.ID, l.Created = 0, now
		if was, err := t.TermListNamed(ctx, s, l.Name); err == nil {
			return iru.Refuse(iru.Conflict, "there is a list of that name, which is "+string(was.State), "choose another name, or put that one back")
		} else if !errors.Is(err, iru.NotFound) {
			return err
		}
		if err := t.AddTermList(ctx, &l); err != nil {
			return err
		}
		_, err := t.Record(ctx, happened("term_list", int64(l.ID), "enter", s.Officer, l.Unit, now, l.Note).With("list", l.Name).With("handling", l.Handling.String()))
		return err
	})
	return l, err
}

// AddTerm puts a term on a list of the unit. One that was taken off is put back. It is looked for in what was captured earlier, too.
func (d *Desk) AddTerm(ctx context.Context, s iru.Scope, x iru.Term) (iru.Term, error) {
	if err := s.May(iru.ToCurateBanks); err != nil {
		return x, err
	}
	x.Text, x.Lang, x.Note = strings.TrimSpace(x.Text), strings.ToLower(strings.TrimSpace(x.Lang)), strings.TrimSpace(x.Note)
	if err := x.Check(); err != nil {
		return x, err
	}
	given := x
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		x = given
		l, err := openList(ctx, t, s, x.List)
		if err != nil {
			return err
		}
		was, err := t.TermOf(ctx, s, l.ID, x.Text, x.Lang)
		switch {
		case err == nil && was.State == iru.TermWithdrawn:
			was.Note = x.Note
			if x, err = stepTerm(ctx, t, was, "put_back", s, now, x.Note); err != nil {
				return err
			}
			if err := d.reweigh(ctx, t, l.ID, x.ID); err != nil {
				return err
			}
			return askRescan(ctx, t, l.Unit, iru.SoughtTerms, now)
		case err == nil:
			return iru.Refuse(iru.Conflict, "the list has this term, which is "+string(was.State), "")
		case !errors.Is(err, iru.NotFound):
			return err
		}
		x.Unit, x.State, x.By, x.Created, x.Import = l.Unit, iru.TermActive, s.Officer, now, 0
		if err := t.AddTerm(ctx, &x); err != nil {
			return err
		}
		if err := t.TouchTermList(ctx, l.ID); err != nil {
			return err
		}
		if _, err = t.Record(ctx, happened("term", int64(x.ID), "enter", s.Officer, x.Unit, now, x.Note).With("term", x.Text).With("lang", x.Lang).With("list", int64(l.ID))); err != nil {
			return err
		}
		return askRescan(ctx, t, l.Unit, iru.SoughtTerms, now)
	})
	return x, err
}

// openList reads a list of the officer's unit to which terms can be added.
func openList(ctx context.Context, t *db.Tx, s iru.Scope, id iru.TermListID) (iru.TermList, error) {
	l, err := t.TermList(ctx, s, id)
	if err != nil {
		return l, err
	}
	if l.State == iru.TermWithdrawn {
		return l, iru.Refuse(iru.Conflict, "the list was taken off", "put it back first")
	}
	return l, own(s, l.Unit)
}

// JudgeTerm mutes, unmutes, removes or puts back a term. Its hits vanish and show again with it, and what was captured meanwhile is gone
// through for it.
func (d *Desk) JudgeTerm(ctx context.Context, s iru.Scope, id iru.TermID, verb, why string) (iru.Term, error) {
	var x iru.Term
	if err := s.May(iru.ToCurateBanks); err != nil {
		return x, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		was, err := t.Term(ctx, s, id)
		if err != nil {
			return err
		}
		if err := own(s, was.Unit); err != nil {
			return err
		}
		if x, err = stepTerm(ctx, t, was, verb, s, now, why); err != nil {
			return err
		}
		if x.State == iru.TermActive {
			if err := askRescan(ctx, t, x.Unit, iru.SoughtTerms, now); err != nil {
				return err
			}
		}
		return d.reweigh(ctx, t, x.List, x.ID)
	})
	return x, err
}

func stepTerm(ctx context.Context, t *db.Tx, x iru.Term, verb string, s iru.Scope, now time.Time, why string) (iru.Term, error) {
	next, e, err := x.Step(verb, s.Officer, now, clip(why, 500))
	if err != nil {
		return x, err
	}
	if err := t.UpdateTerm(ctx, next, x.State); err != nil {
		return x, err
	}
	if err := t.TouchTermList(ctx, x.List); err != nil {
		return x, err
	}
	_, err = t.Record(ctx, e)
	return next, err
}

// JudgeTermList mutes, unmutes, removes or puts back a whole list.
func (d *Desk) JudgeTermList(ctx context.Context, s iru.Scope, id iru.TermListID, verb, why string) (iru.TermList, error) {
	var l iru.TermList
	if err := s.May(iru.ToCurateBanks); err != nil {
		return l, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		was, err := t.TermList(ctx, s, id)
		if err != nil {
			return err
		}
		if err := own(s, was.Unit); err != nil {
			return err
		}
		var e iru.Event
		if l, e, err = was.Step(verb, s.Officer, now, clip(why, 500)); err != nil {
			return err
		}
		if err := t.UpdateTermList(ctx, l, was.State); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		if l.State == iru.TermActive {
			if err := askRescan(ctx, t, l.Unit, iru.SoughtTerms, now); err != nil {
				return err
			}
		}
		return d.reweigh(ctx, t, l.ID, 0)
	})
	return l, err
}

// reweigh works out anew why items are in the queue that a term, or any of its list, stands in; 0 is any.
func (d *Desk) reweigh(ctx context.Context, t *db.Tx, l iru.TermListID, x iru.TermID) error {
	ids, err := t.ItemsWithTerm(ctx, l, x)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := d.reasons(ctx, t, id); err != nil {
			return err
		}
	}
	return nil
}

// MaxTermHits is how many hits of one exhibit are kept; the event says how many there were.
const MaxTermHits = 500

// RecordTermHits takes in where terms stand in the text of an exhibit, and says so among the reasons of its item. Nothing is decided by
// it. The same hits may come again.
func (d *Desk) RecordTermHits(ctx context.Context, id iru.ExhibitID, found []iru.TermHit) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		x, err := t.Exhibit(ctx, iru.Program(), id)
		if err != nil || x.State == iru.ExhibitErased {
			return err
		}
		fresh, terms := 0, map[iru.TermID]bool{}
		for _, h := range found[:min(len(found), MaxTermHits)] {
			h.Unit, h.Item, h.Exhibit, h.At = x.Unit, x.Item, x.ID, now
			isNew, err := t.AddTermHit(ctx, &h)
			if err != nil {
				return err
			}
			if isNew {
				fresh++
				terms[h.Term] = true
			}
		}
		if fresh == 0 {
			return nil
		}
		e := happened("item", int64(x.Item), "spot", 0, x.Unit, now, fmt.Sprintf("%d terms of watch lists, %d places", len(terms), len(found))).
			With("exhibit", int64(x.ID)).With("terms", len(terms)).With("places", len(found))
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		return d.reasons(ctx, t, x.Item)
	})
}

// termWeight is how much more urgent an item is in whose text a term of a watch list stands; more terms do not add to it.
const termWeight = 10

// watchedFor adds the watch lists whose terms stand in an item's newest exhibit to its reasons.
func watchedFor(ctx context.Context, t *db.Tx, i *iru.Item) error {
	hits, err := t.TermHitsOf(ctx, iru.Program(), i.Exhibit)
	if err != nil || len(hits) == 0 {
		return err
	}
	i.Priority += termWeight
	var lists []string
	words, places := map[string][]string{}, map[string]map[string]int{}
	for _, h := range hits {
		if places[h.List] == nil {
			lists = append(lists, h.List)
			places[h.List] = map[string]int{}
		}
		if places[h.List][h.Text]++; places[h.List][h.Text] == 1 {
			words[h.List] = append(words[h.List], h.Text)
		}
	}
	for _, l := range lists[:min(len(lists), 4)] {
		said := words[l]
		more := ""
		if len(said) > 5 {
			more = fmt.Sprintf(" and %d more", len(said)-5)
			said = said[:5]
		}
		i.Reasons = append(i.Reasons, iru.Reason{Kind: "watch list", Words: strings.Join(said, ", ") + more, Note: l, Tone: "near"})
	}
	return nil
}

// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"

	"iolaus/internal/iru"
)

var knowns = shape[iru.Known]{"known", "id, bank, label, finding, item, by_officer, created, ref, tags, state, flood", func(k *iru.Known) []any {
	return []any{&k.ID, &k.Bank, &k.Label, &k.Finding, &k.Item, &k.By, Micros(&k.Created), &k.Ref, words{&k.Tags}, &k.State, &k.Flood}
}}

// words stores a list of words as one text, a line each: JSON would cost two bytes more a row for none.
type words struct{ list *[]string }

func (w words) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("read words: a column of type %T is not text", src)
	}
	*w.list = []string{}
	if text != "" {
		*w.list = strings.Split(text, "\n")
	}
	return nil
}

func (w words) Value() (driver.Value, error) { return strings.Join(*w.list, "\n"), nil }

// knownReach is the condition that a known content is of a bank of the scope $1.
const knownReach = "bank IN (SELECT id FROM bank WHERE $1=0 OR unit=$1)"

// AddKnown stores known content with its fingerprints and sets their ids; Conflict if the bank holds one of these already.
func (t *Tx) AddKnown(ctx context.Context, k *iru.Known) error {
	for _, s := range k.Signals {
		switch _, err := t.KnownBySignal(ctx, k.Bank, s); {
		case err == nil:
			return fmt.Errorf("add known: %w", iru.Refuse(iru.Conflict, "the bank holds this fingerprint already", "change that entry"))
		case !errors.Is(err, iru.NotFound):
			return err
		}
	}
	if err := knowns.insert(ctx, t, k); err != nil {
		return err
	}
	for i := range k.Signals {
		k.Signals[i].Known = k.ID
		if err := signals.insert(ctx, t, &k.Signals[i]); err != nil {
			return err
		}
	}
	return nil
}

// Known reads one known content.
func (t *Tx) Known(ctx context.Context, s iru.Scope, id int64) (iru.Known, error) {
	return t.whole(knowns.list(ctx, t, "WHERE "+knownReach+" AND id=$2", s.Reach(), id))(ctx)
}

// KnownBySignal reads the content of a bank that has the fingerprint.
func (t *Tx) KnownBySignal(ctx context.Context, b iru.BankID, s iru.Signal) (iru.Known, error) {
	return t.whole(knowns.list(ctx, t, `WHERE bank=$1 AND id IN (SELECT known FROM signal WHERE medium=$2 AND substr(value, 1, 8)=$3 AND value=$4)
		ORDER BY id LIMIT 1`, b, s.Medium, key(s.Value), s.Value))(ctx)
}

// whole fills what one content's bank and fingerprints say; none is NotFound.
func (t *Tx) whole(ks []iru.Known, err error) func(context.Context) (iru.Known, error) {
	return func(ctx context.Context) (iru.Known, error) {
		if err != nil {
			return iru.Known{}, err
		}
		if len(ks) == 0 {
			return iru.Known{}, fmt.Errorf("read known: %w", iru.NotFound)
		}
		err := t.fill(ctx, ks)
		return ks[0], err
	}
}

// KnownsFrom lists what the judgement of an item left in a unit's bank, oldest first.
func (t *Tx) KnownsFrom(ctx context.Context, u iru.UnitID, bank string, i iru.ItemID) ([]iru.Known, error) {
	ks, err := knowns.list(ctx, t, "WHERE item=$3 AND item<>0 AND bank IN (SELECT id FROM bank WHERE unit=$1 AND name=$2) ORDER BY id", u, bank, i)
	if err != nil {
		return nil, err
	}
	return ks, t.fill(ctx, ks)
}

// KnownsOfItem lists what the judgement of an item, or with 0 of any item of an asset, left in a unit's banks, oldest first.
func (t *Tx) KnownsOfItem(ctx context.Context, u iru.UnitID, i iru.ItemID, a iru.AssetID) ([]iru.Known, error) {
	ks, err := knowns.list(ctx, t, "WHERE item<>0 AND (item=$2 OR ($2=0 AND item IN (SELECT id FROM item WHERE asset=$3))) AND bank IN (SELECT id FROM bank WHERE unit=$1) ORDER BY id", u, i, a)
	if err != nil {
		return nil, err
	}
	return ks, t.fill(ctx, ks)
}

// UpdateKnown stores known content again, without its fingerprints, if its state is still the old one.
func (t *Tx) UpdateKnown(ctx context.Context, k iru.Known, old iru.KnownState) error {
	return knowns.update(ctx, t, &k, "state", old)
}

// A KnownFilter narrows a list of known content; a zero field narrows nothing.
type KnownFilter struct {
	Bank   iru.BankID
	Medium string
	State  iru.KnownState
	Flood  iru.Flood
}

// KnownsAfter lists a scope's known content that passes the filter after an id, oldest first, at most n.
func (t *Tx) KnownsAfter(ctx context.Context, s iru.Scope, f KnownFilter, after int64, n int) ([]iru.Known, error) {
	where, args := knownsWhere(s, f, after, n)
	ks, err := knowns.list(ctx, t, where, args...)
	if err != nil {
		return nil, err
	}
	return ks, t.fill(ctx, ks)
}

func knownsWhere(s iru.Scope, f KnownFilter, after int64, n int) (string, []any) {
	where, args := "WHERE "+knownReach+" AND id>$2", []any{s.Reach(), after, n}
	if f.Bank != 0 {
		args = append(args, f.Bank)
		where += fmt.Sprintf(" AND bank=$%d", len(args))
	}
	if f.Medium != "" {
		args = append(args, f.Medium)
		where += fmt.Sprintf(" AND EXISTS (SELECT 1 FROM signal WHERE signal.known=known.id AND medium=$%d)", len(args))
	}
	if f.State != "" {
		args = append(args, f.State)
		where += fmt.Sprintf(" AND state=$%d", len(args))
		if f.State != iru.KnownActive { // the words of the index known_aside
			where += " AND state<>'active'"
		}
	}
	if f.Flood != iru.FloodNone {
		args = append(args, f.Flood)
		where += fmt.Sprintf(" AND flood=$%d", len(args))
		if f.Flood == iru.FloodMarked { // the words of the index known_flood
			where += " AND flood='floods'"
		}
	}
	return where + " ORDER BY id LIMIT $3", args
}

// CountFloods counts a scope's known content that is marked as flooding and active, so that it waits for a person's decision.
func (t *Tx) CountFloods(ctx context.Context, s iru.Scope) (n int, err error) {
	err = t.QueryRow(ctx, "SELECT COUNT(*) FROM known WHERE flood='floods' AND state='active' AND "+knownReach, s.Reach()).Scan(&n)
	return n, err
}

// knownsIn reads contents by their ids.
func (t *Tx) knownsIn(ctx context.Context, ids []int64) (map[int64]iru.Known, error) {
	out := map[int64]iru.Known{}
	for some := range slices.Chunk(ids, maxBinds) {
		ks, err := knowns.list(ctx, t, "WHERE id IN ("+binds(1, len(some))+")", anys(some)...)
		if err == nil {
			err = t.fill(ctx, ks)
		}
		if err != nil {
			return nil, err
		}
		for _, k := range ks {
			out[k.ID] = k
		}
	}
	return out, nil
}

// fill reads what the banks and the fingerprints of contents say, in two queries for so many.
func (t *Tx) fill(ctx context.Context, ks []iru.Known) error {
	for some := range slices.Chunk(ks, maxBinds) {
		at, ids := map[int64]int{}, make([]any, len(some))
		held := map[iru.BankID]bool{}
		var of []any
		for i, k := range some {
			at[k.ID], ids[i] = i, k.ID
			if !held[k.Bank] {
				held[k.Bank] = true
				of = append(of, k.Bank)
			}
		}
		bs, err := banks.list(ctx, t, "WHERE id IN ("+binds(1, len(of))+")", of...)
		if err != nil {
			return err
		}
		by := map[iru.BankID]iru.Bank{}
		for _, b := range bs {
			by[b.ID] = b
		}
		for i := range some {
			b := by[some[i].Bank]
			some[i].Unit, some[i].BankName, some[i].Muted, some[i].Signals = b.Unit, b.Name, b.Muted, nil
		}
		ss, err := signals.list(ctx, t, "WHERE known IN ("+binds(1, len(ids))+") ORDER BY id", ids...)
		if err != nil {
			return err
		}
		for _, s := range ss {
			i := at[s.Known]
			some[i].Signals = append(some[i].Signals, s)
		}
	}
	return nil
}

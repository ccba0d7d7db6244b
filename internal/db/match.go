// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"

	"iolaus/internal/iru"
)

var knowns = shape[iru.Known]{"known", "id, unit, bank, medium, value, label, finding, item, by_officer, created, muted", func(k *iru.Known) []any {
	return []any{&k.ID, &k.Unit, &k.Bank, &k.Medium, &k.Value, &k.Label, &k.Finding, &k.Item, &k.By, Micros(&k.Created), &k.Muted}
}}

// AddKnown stores an entry of a bank; Conflict if the bank holds that value already.
func (t *Tx) AddKnown(ctx context.Context, k *iru.Known) error { return knowns.insert(ctx, t, k) }

// HasKnown reports whether a bank holds the value already.
func (t *Tx) HasKnown(ctx context.Context, u iru.UnitID, bank, medium, value string) (bool, error) {
	var n int
	err := t.QueryRow(ctx, "SELECT COUNT(*) FROM known WHERE unit=$1 AND bank=$2 AND medium=$3 AND value=$4", u, bank, medium, value).Scan(&n)
	return n > 0, err
}

// KnownByValue reads a unit's entry of a bank by its fingerprint.
func (t *Tx) KnownByValue(ctx context.Context, u iru.UnitID, bank, medium, value string) (iru.Known, error) {
	return knowns.get(ctx, t, "unit=$1 AND bank=$2 AND medium=$3 AND value=$4", u, bank, medium, value)
}

// KnownsFrom lists the entries that the judgement of an item left in a bank.
func (t *Tx) KnownsFrom(ctx context.Context, u iru.UnitID, bank string, i iru.ItemID) ([]iru.Known, error) {
	return knowns.list(ctx, t, "WHERE unit=$1 AND bank=$2 AND item=$3 ORDER BY id", u, bank, i)
}

// UpdateKnown stores an entry again.
func (t *Tx) UpdateKnown(ctx context.Context, k iru.Known) error {
	return knowns.update(ctx, t, &k, "", nil)
}

// Knowns lists a unit's entries of one medium that are not muted and come after an id.
func (t *Tx) Knowns(ctx context.Context, u iru.UnitID, medium string, after int64) ([]iru.Known, error) {
	return knowns.list(ctx, t, "WHERE unit=$1 AND medium=$2 AND id>$3 AND NOT muted ORDER BY id", u, medium, after)
}

// Banks counts a scope's entries by bank.
func (t *Tx) Banks(ctx context.Context, s iru.Scope) (map[string]int, error) {
	type bank struct {
		name string
		n    int
	}
	rows, err := All(ctx, t, func(b *bank) []any { return []any{&b.name, &b.n} },
		"SELECT bank, COUNT(*) FROM known WHERE ($1=0 OR unit=$1) AND NOT muted GROUP BY bank", s.Reach())
	if err != nil {
		return nil, fmt.Errorf("count banks: %w", err)
	}
	out := map[string]int{}
	for _, b := range rows {
		out[b.name] = b.n
	}
	return out, nil
}

var matches = shape[iru.Match]{"match", "id, unit, item, exhibit, known, medium, distance, place, state, at", func(m *iru.Match) []any {
	return []any{&m.ID, &m.Unit, &m.Item, &m.Exhibit, &m.Known, &m.Medium, &m.Distance, &m.Where, &m.State, Micros(&m.At)}
}}

// AddMatch stores a suggestion once; false if the item had it already.
func (t *Tx) AddMatch(ctx context.Context, m *iru.Match) (bool, error) {
	var n int
	err := t.QueryRow(ctx, "SELECT COUNT(*) FROM match WHERE item=$1 AND known=$2 AND place=$3", m.Item, m.Known, m.Where).Scan(&n)
	if err != nil || n > 0 {
		return false, err
	}
	return true, matches.insert(ctx, t, m)
}

// MatchesOf lists an item's matches with what the banks say, nearest first.
func (t *Tx) MatchesOf(ctx context.Context, s iru.Scope, i iru.ItemID) ([]iru.Match, error) {
	ms, err := matches.list(ctx, t, "WHERE item IN (SELECT id FROM item WHERE "+partReach+") AND item=$2 ORDER BY distance, id", s.Reach(), i)
	if err != nil {
		return nil, err
	}
	for j := range ms {
		k, err := knowns.get(ctx, t, "id=$1", ms[j].Known)
		if err != nil {
			return nil, err
		}
		ms[j].Bank, ms[j].Label, ms[j].Finding = k.Bank, k.Label, k.Finding
	}
	return ms, nil
}

// Match reads one match.
func (t *Tx) Match(ctx context.Context, s iru.Scope, id iru.MatchID) (iru.Match, error) {
	return matches.get(ctx, t, "($1=0 OR unit=$1) AND id=$2", s.Reach(), id)
}

// UpdateMatch stores the match again if its state is still the old one.
func (t *Tx) UpdateMatch(ctx context.Context, m iru.Match, old iru.MatchState) error {
	return matches.update(ctx, t, &m, "state", old)
}

// A KnownFilter narrows a list of known content; a zero field narrows nothing.
type KnownFilter struct {
	Bank   string
	Medium string
}

// KnownsAfter lists a scope's entries of its banks that pass the filter after an id, muted ones too, oldest first, at most n.
func (t *Tx) KnownsAfter(ctx context.Context, s iru.Scope, f KnownFilter, after int64, n int) ([]iru.Known, error) {
	return knowns.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND id>$2 AND (bank=$3 OR $3='') AND (medium=$4 OR $4='') ORDER BY id LIMIT $5",
		s.Reach(), after, f.Bank, f.Medium, n)
}

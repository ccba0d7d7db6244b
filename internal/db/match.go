// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"

	"iolaus/internal/iru"
)

var matches = shape[iru.Match]{"match", "id, unit, item, exhibit, known, medium, distance, place, state, at", func(m *iru.Match) []any {
	return []any{&m.ID, &m.Unit, &m.Item, &m.Exhibit, &m.Known, &m.Medium, &m.Distance, &m.Where, &m.State, Micros(&m.At)}
}}

// AddMatch stores a suggestion once; false if the item had it already.
func (t *Tx) AddMatch(ctx context.Context, m *iru.Match) (bool, error) {
	var n int
	err := t.QueryRow(ctx, "SELECT COUNT(*) FROM match WHERE item=$1 AND known=$2 AND medium=$3 AND place=$4", m.Item, m.Known, m.Medium, m.Where).Scan(&n)
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
	ids := make([]int64, len(ms))
	for j, m := range ms {
		ids[j] = m.Known
	}
	ks, err := t.knownsIn(ctx, ids)
	if err != nil {
		return nil, err
	}
	said, err := t.opinionsOn(ctx, ids)
	if err != nil {
		return nil, err
	}
	for j := range ms {
		k := ks[ms[j].Known]
		ms[j].Opinions = iru.Standing(said[k.ID])
		ms[j].Bank, ms[j].Label, ms[j].Finding, ms[j].Silent = k.BankName, k.Name(), k.Finding, k.Muted || k.State != iru.KnownActive
	}
	return ms, nil
}

// MatchesWith lists the matches of a scope's items with known content before an id (0: from the end), newest first, at most n.
func (t *Tx) MatchesWith(ctx context.Context, s iru.Scope, known int64, before iru.MatchID, n int) ([]iru.Match, error) {
	return matches.list(ctx, t, "WHERE item IN (SELECT id FROM item WHERE "+partReach+") AND known=$2 AND ($3=0 OR id<$3) ORDER BY id DESC LIMIT $4", s.Reach(), known, before, n)
}

// Match reads one match.
func (t *Tx) Match(ctx context.Context, s iru.Scope, id iru.MatchID) (iru.Match, error) {
	return matches.get(ctx, t, "($1=0 OR unit=$1) AND id=$2", s.Reach(), id)
}

// UpdateMatch stores the match again if its state is still the old one.
func (t *Tx) UpdateMatch(ctx context.Context, m iru.Match, old iru.MatchState) error {
	return matches.update(ctx, t, &m, "state", old)
}

// Spread counts the items that known content was met on, as far as most, and says whether a person confirmed the match on one.
func (t *Tx) Spread(ctx context.Context, known int64, most int) (items int, confirmed bool, err error) {
	err = t.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM (SELECT DISTINCT item FROM match WHERE known=$1 LIMIT $2) AS met),
		EXISTS (SELECT 1 FROM match WHERE known=$1 AND state='confirmed')`, known, most).Scan(&items, &confirmed)
	return items, confirmed, err
}

// ItemsMet lists the items after an id that wait for a person and were met by known content, by that of a bank, or both (0: any),
// at most n.
func (t *Tx) ItemsMet(ctx context.Context, known int64, b iru.BankID, after iru.ItemID, n int) ([]iru.ItemID, error) {
	ids, err := All(ctx, t, func(id *iru.ItemID) []any { return []any{id} }, `SELECT DISTINCT m.item FROM match m JOIN item i ON i.id=m.item JOIN known k ON k.id=m.known
		WHERE ($1=0 OR m.known=$1) AND ($2=0 OR k.bank=$2) AND m.item>$3 AND i.state IN ('ready','deferred','second') ORDER BY m.item LIMIT $4`, known, b, after, n)
	if err != nil {
		return nil, fmt.Errorf("list matched items: %w", err)
	}
	return ids, nil
}

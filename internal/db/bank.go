// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"

	"iolaus/internal/iru"
)

var banks = shape[iru.Bank]{"bank", "id, unit, name, source, handling, note, muted, feed, checkpoint, created, by_officer", func(b *iru.Bank) []any {
	return []any{&b.ID, &b.Unit, &b.Name, &b.Source, JSON(&b.Handling), &b.Note, &b.Muted, &b.Feed, &b.Checkpoint, Micros(&b.Created), &b.By}
}}

// AddBank stores a bank and sets its id; Conflict if the unit has one of that name.
func (t *Tx) AddBank(ctx context.Context, b *iru.Bank) error { return banks.insert(ctx, t, b) }

// Bank reads one bank.
func (t *Tx) Bank(ctx context.Context, s iru.Scope, id iru.BankID) (iru.Bank, error) {
	return banks.get(ctx, t, "($1=0 OR unit=$1) AND id=$2", s.Reach(), id)
}

// BankByName reads a unit's bank by its name.
func (t *Tx) BankByName(ctx context.Context, u iru.UnitID, name string) (iru.Bank, error) {
	return banks.get(ctx, t, "unit=$1 AND name=$2", u, name)
}

// Banks lists a scope's banks by name.
func (t *Tx) Banks(ctx context.Context, s iru.Scope) ([]iru.Bank, error) {
	return banks.list(ctx, t, "WHERE ($1=0 OR unit=$1) ORDER BY name, id", s.Reach())
}

// UpdateBank stores a bank again if nobody moved its checkpoint meanwhile.
func (t *Tx) UpdateBank(ctx context.Context, b iru.Bank, checkpoint string) error {
	return banks.update(ctx, t, &b, "checkpoint", checkpoint)
}

// BankSizes counts the contents of a scope's banks, whatever their state: an index answers, so that ten million take a second.
func (t *Tx) BankSizes(ctx context.Context, s iru.Scope) (map[iru.BankID]int, error) {
	type size struct {
		bank iru.BankID
		n    int
	}
	rows, err := All(ctx, t, func(b *size) []any { return []any{&b.bank, &b.n} },
		"SELECT id, (SELECT COUNT(*) FROM known WHERE known.bank=bank.id) FROM bank WHERE ($1=0 OR unit=$1)", s.Reach())
	if err != nil {
		return nil, fmt.Errorf("count banks: %w", err)
	}
	out := map[iru.BankID]int{}
	for _, b := range rows {
		out[b.bank] = b.n
	}
	return out, nil
}

// BankMedia counts the fingerprints of a scope's bank by medium among its first contents, as many as most; cut says that there are more.
// All of ten million would take minutes.
func (t *Tx) BankMedia(ctx context.Context, s iru.Scope, b iru.BankID, most int) (media map[string]int, cut bool, err error) {
	type row struct {
		medium string
		n      int
	}
	rows, err := All(ctx, t, func(r *row) []any { return []any{&r.medium, &r.n} }, `SELECT s.medium, COUNT(*) FROM (
			SELECT id FROM known WHERE `+knownReach+` AND bank=$2 ORDER BY id LIMIT $3) AS k JOIN signal s ON s.known=k.id GROUP BY s.medium`, s.Reach(), b, most)
	if err != nil {
		return nil, false, fmt.Errorf("count fingerprints: %w", err)
	}
	media = map[string]int{}
	for _, r := range rows {
		media[r.medium] = r.n
	}
	err = t.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM known WHERE bank=$1 ORDER BY id LIMIT 1 OFFSET $2)", b, most).Scan(&cut)
	return media, cut, err
}

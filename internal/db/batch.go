// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var batches = shape[iru.Batch]{"batch", "id, unit, ref, provider, lang, key, created, due, lead, subject, text, sent_at, proof, state", func(b *iru.Batch) []any {
	return []any{&b.ID, &b.Unit, &b.Ref, &b.Provider, &b.Lang, &b.Key, Micros(&b.Created), Micros(&b.Due), &b.Lead, &b.Subject, &b.Text, Micros(&b.SentAt), &b.Proof, &b.State}
}}

// AddBatch stores a grouped letter and sets its id.
func (t *Tx) AddBatch(ctx context.Context, b *iru.Batch) error { return batches.insert(ctx, t, b) }

// Batch reads one grouped letter.
func (t *Tx) Batch(ctx context.Context, s iru.Scope, id iru.BatchID) (iru.Batch, error) {
	return batches.get(ctx, t, "($1=0 OR unit=$1) AND id=$2", s.Reach(), id)
}

// Batches lists the grouped letters, newest first, at most n.
func (t *Tx) Batches(ctx context.Context, s iru.Scope, n int) ([]iru.Batch, error) {
	return batches.list(ctx, t, "WHERE ($1=0 OR unit=$1) ORDER BY id DESC LIMIT $2", s.Reach(), n)
}

// BatchesAfter lists the grouped letters after an id, oldest first, at most n.
func (t *Tx) BatchesAfter(ctx context.Context, s iru.Scope, after iru.BatchID, n int) ([]iru.Batch, error) {
	return batches.list(ctx, t, "WHERE ($1=0 OR unit=$1) AND id>$2 ORDER BY id LIMIT $3", s.Reach(), after, n)
}

// Gathering lists the letters to a provider that still take acts in, oldest first.
func (t *Tx) Gathering(ctx context.Context, p iru.ProviderID) ([]iru.Batch, error) {
	return batches.list(ctx, t, "WHERE provider=$1 AND state='gathering' ORDER BY id", p)
}

// UpdateBatch stores the letter again if its state is still the old one.
func (t *Tx) UpdateBatch(ctx context.Context, b iru.Batch, old iru.BatchState) error {
	return batches.update(ctx, t, &b, "state", old)
}

// Grouped lists the acts of a grouped letter, in the order in which they came.
func (t *Tx) Grouped(ctx context.Context, s iru.Scope, b iru.BatchID) ([]iru.Notice, error) {
	return notices.list(ctx, t, "WHERE "+noticeReach+" AND batch=$2 ORDER BY id", s.Reach(), b)
}

var calendars = shape[iru.Calendar]{"calendar", "id, unit, provider, zone, windows, holidays, most, gather, grouped, pause_until, pause_why, by_officer, at", func(c *iru.Calendar) []any {
	return []any{&c.ID, &c.Unit, &c.Provider, &c.Zone, JSON(&c.Windows), JSON(&c.Holidays), &c.Most, (*int64)(&c.Gather), JSON(&c.Groups), Micros(&c.PauseUntil), &c.PauseWhy, &c.By, Micros(&c.At)}
}}

// Calendar reads the calendar of a provider.
func (t *Tx) Calendar(ctx context.Context, p iru.ProviderID) (iru.Calendar, error) {
	return calendars.get(ctx, t, "provider=$1", p)
}

// SetCalendar stores the calendar of a provider, in place of the one that there was.
func (t *Tx) SetCalendar(ctx context.Context, c *iru.Calendar) error {
	if c.ID == 0 {
		return calendars.insert(ctx, t, c)
	}
	return calendars.update(ctx, t, c, "", nil)
}

// DropCalendar ends the grouping for a provider.
func (t *Tx) DropCalendar(ctx context.Context, p iru.ProviderID) error {
	_, err := t.Exec(ctx, "DELETE FROM calendar WHERE provider=$1", p)
	return err
}

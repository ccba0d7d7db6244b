// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"

	"iolaus/internal/exhibit"
	"iolaus/internal/iru"
)

var stamps = shape[iru.Stamp]{"stamp", "id, authority, size, signed, token, at, until, received, event", func(s *iru.Stamp) []any {
	return []any{&s.ID, &s.Authority, &s.Size, &s.Checkpoint, &s.Token, Micros(&s.At), Micros(&s.Until), Micros(&s.Received), &s.Event}
}}

// AddStamp stores a time stamp and sets its id.
func (t *Tx) AddStamp(ctx context.Context, s *iru.Stamp) error { return stamps.insert(ctx, t, s) }

// ReceiveStamp notes the event of a stamp's receipt, once.
func (t *Tx) ReceiveStamp(ctx context.Context, id iru.StampID, e iru.EventID) error {
	res, err := t.Exec(ctx, "UPDATE stamp SET event=$2 WHERE id=$1 AND event=0", id, e)
	if err != nil {
		return fmt.Errorf("change stamp: %w", err)
	}
	return Guarded(res)
}

// StampAt reads an authority's stamp over a checkpoint of that size; NotFound if there is none.
func (t *Tx) StampAt(ctx context.Context, authority string, size int64) (iru.Stamp, error) {
	return stamps.get(ctx, t, "authority=$1 AND size=$2", authority, size)
}

// LastStamp reads an authority's stamp over the greatest checkpoint ("" for any); NotFound before the first.
func (t *Tx) LastStamp(ctx context.Context, authority string) (iru.Stamp, error) {
	return stamps.get(ctx, t, "(authority=$1 OR $1='') ORDER BY size DESC, id DESC LIMIT 1", authority)
}

// Stamps lists the stamps over checkpoints of at least so many entries after an id, oldest first, at most n.
func (t *Tx) Stamps(ctx context.Context, size int64, after iru.StampID, n int) ([]iru.Stamp, error) {
	return stamps.list(ctx, t, "WHERE size>=$1 AND id>$2 ORDER BY id LIMIT $3", size, after, n)
}

// FirstStamps lists, for each authority, its stamp over the smallest checkpoint that covers an entry, if it has at most so many
// entries: nobody has an older proof of the entry's time from that authority.
func (t *Tx) FirstStamps(ctx context.Context, index, most int64) ([]iru.Stamp, error) {
	return stamps.list(ctx, t, "WHERE size<=$2 AND size=(SELECT MIN(size) FROM stamp s WHERE s.authority=stamp.authority AND s.size>$1) ORDER BY id", index, most)
}

// Successor reads the stamp that carries another one furthest: over a checkpoint that covers the entry of its receipt and has at most
// so many entries, made before its signing certificate expired, with a certificate that lasts longest. NotFound if there is none.
func (t *Tx) Successor(ctx context.Context, s iru.Stamp, receipt, most int64) (iru.Stamp, error) {
	return stamps.get(ctx, t, "size>$1 AND size<=$2 AND at<=$3 AND until>$3 ORDER BY until DESC, id LIMIT 1", receipt, most, Micros(&s.Until))
}

// LongestStamp reads the stamp over a checkpoint that covers an entry, and has at most so many, whose signing certificate lasts longest;
// of those the oldest. NotFound if there is none.
func (t *Tx) LongestStamp(ctx context.Context, index, most int64) (iru.Stamp, error) {
	return stamps.get(ctx, t, "size>$1 AND size<=$2 ORDER BY until DESC, size, id LIMIT 1", index, most)
}

// Happened reports whether the entries of a range, from inclusive, to exclusive, hold anything but receipts of stamps.
func (t *Tx) Happened(ctx context.Context, from, to int64) (bool, error) {
	var any bool
	err := t.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM event WHERE idx>=$1 AND idx<$2 AND noun<>'stamp')", from, to).Scan(&any)
	return any, err
}

// Opened reads an event together with what opens its leaf in the ledger: salt and payload. Reading what it is about checks the scope.
func (t *Tx) Opened(ctx context.Context, id iru.EventID) (exhibit.CustodyEvent, error) {
	r, err := eventRows.get(ctx, t, "id=$1", id)
	if err != nil {
		return exhibit.CustodyEvent{}, err
	}
	return r.open()
}

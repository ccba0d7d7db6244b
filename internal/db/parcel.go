// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"database/sql/driver"
	"fmt"

	"iolaus/internal/iru"
)

var outgoings = shape[iru.Outgoing]{"outgoing", "id, partner, kind, handling, operation, body, digest, epoch, seq, sealed, state, by_officer, at, delivered", func(o *iru.Outgoing) []any {
	return []any{&o.ID, &o.Partner, &o.Kind, JSON(&o.Handling), &o.Operation, &o.Body, &o.Digest, &o.Epoch, &o.Seq, raw{&o.Sealed}, &o.State, &o.By, Micros(&o.At), Micros(&o.Delivered)}
}}

// raw stores bytes; none come back as none, and NULL too: one engine's driver tells them apart and the other's does not.
type raw struct{ b *[]byte }

func (r raw) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*r.b = []byte{}
	case []byte:
		*r.b = append([]byte{}, v...)
	default:
		return fmt.Errorf("read bytes: a column of type %T holds none", src)
	}
	return nil
}

func (r raw) Value() (driver.Value, error) { return *r.b, nil }

// Where messages lie. Each text names the condition of its index word for word: SQLite does not see that one value of a state, or a number that it is given, meets it.
const (
	outgoingQueued  = "partner=$1 AND state='queued'"                                                                                   // outgoing_queued
	outgoingSealed  = "partner=$1 AND epoch=$2 AND seq<=$3 AND state='sealed'"                                                          // outgoing_sealed
	outgoingKept    = "partner=$1 AND state='delivered' AND sealed IS NOT NULL AND delivered<$2 AND (epoch<$3 OR epoch=$3 AND seq<=$4)" // outgoing_kept
	outgoingFrom    = "partner=$1 AND epoch=$2 AND epoch>0 AND seq>$3"                                                                  // outgoing_place
	outgoingAt      = "partner=$1 AND epoch=$2 AND epoch>0 AND seq=$3"                                                                  // outgoing_place
	incomingOpen    = "partner=$1 AND state=$2 AND state IN ('received','waiting','parked')"                                            // incoming_open
	incomingWaiting = "partner=$1 AND operation=$2 AND operation<>'' AND state='waiting'"                                               // incoming_operation
	backlog         = "SELECT COUNT(*) AS n, MIN(at) AS oldest FROM outgoing WHERE partner=$1 AND state='%s'"                           // outgoing_queued, outgoing_sealed
)

// AddOutgoing stores a message to a partner and sets its id.
func (t *Tx) AddOutgoing(ctx context.Context, o *iru.Outgoing) error {
	return outgoings.insert(ctx, t, o)
}

// Seal stores the place of a message to a partner and its sealed bytes, if it waits for them.
func (t *Tx) Seal(ctx context.Context, o iru.Outgoing) error {
	res, err := t.Exec(ctx, "UPDATE outgoing SET state=$2, digest=$3, epoch=$4, seq=$5, sealed=$6 WHERE id=$1 AND state='queued'", o.ID, o.State, o.Digest, o.Epoch, o.Seq, raw{&o.Sealed})
	if err == nil {
		err = Guarded(res)
	}
	if err != nil {
		return fmt.Errorf("seal message %d: %w", o.ID, err)
	}
	return nil
}

// OutgoingLast reads the newest message of a kind to a partner.
func (t *Tx) OutgoingLast(ctx context.Context, p iru.PartnerID, k iru.MessageKind) (iru.Outgoing, error) {
	return outgoings.get(ctx, t, "partner=$1 AND kind=$2 ORDER BY id DESC LIMIT 1", p, k)
}

// OutgoingQueued lists what is yet to be sealed for a partner, in order, at most n.
func (t *Tx) OutgoingQueued(ctx context.Context, p iru.PartnerID, n int) ([]iru.Outgoing, error) {
	return outgoings.list(ctx, t, "WHERE "+outgoingQueued+" ORDER BY id LIMIT $2", p, n)
}

// OutgoingFrom lists what was sealed for a partner in an epoch after a number, in order, at most n, delivered or not.
func (t *Tx) OutgoingFrom(ctx context.Context, p iru.PartnerID, epoch, seq int64, n int) ([]iru.Outgoing, error) {
	return outgoings.list(ctx, t, "WHERE "+outgoingFrom+" ORDER BY seq LIMIT $4", p, epoch, seq, n)
}

// OutgoingAt reads the message at a place.
func (t *Tx) OutgoingAt(ctx context.Context, p iru.PartnerID, epoch, seq int64) (iru.Outgoing, error) {
	return outgoings.get(ctx, t, outgoingAt, p, epoch, seq)
}

// Deliver marks what was sealed for a partner in an epoch up to a number as durable there.
func (t *Tx) Deliver(ctx context.Context, p iru.PartnerID, epoch, seq int64, at int64) error {
	_, err := t.Exec(ctx, "UPDATE outgoing SET state='delivered', delivered=$4 WHERE "+outgoingSealed, p, epoch, seq, at)
	return err
}

// PruneOutgoing drops the sealed bytes of what a partner has had up to a mark since before a time, and what is in its sets: at most n messages. What was said, its
// place and its digest stay.
func (t *Tx) PruneOutgoing(ctx context.Context, p iru.PartnerID, upTo iru.Mark, before int64, n int) (int64, error) {
	res, err := t.Exec(ctx, "UPDATE outgoing SET sealed=NULL, body=CASE WHEN kind='set' THEN '' ELSE body END WHERE id IN (SELECT id FROM outgoing WHERE "+outgoingKept+" ORDER BY delivered LIMIT $5)", p, before, upTo.Epoch, upTo.Seq, n)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// PruneSets drops what is in a partner's sets that came before a time, but not in the newest ones, of which keep stay: at most n.
func (t *Tx) PruneSets(ctx context.Context, p iru.PartnerID, before int64, keep, n int) (int64, error) {
	res, err := t.Exec(ctx, "UPDATE incoming SET signed=NULL, body='' WHERE id IN (SELECT id FROM incoming WHERE partner=$1 AND kind='set' AND state='applied' AND body<>'' AND at<$2 "+
		"AND id NOT IN (SELECT id FROM incoming WHERE partner=$1 AND kind='set' AND state='applied' ORDER BY id DESC LIMIT $3) ORDER BY id LIMIT $4)", p, before, keep, n)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Unseal gives back the numbers of what is not known to be delivered to a partner: it is sealed anew, in its order.
func (t *Tx) Unseal(ctx context.Context, p iru.PartnerID) (int64, error) {
	res, err := t.Exec(ctx, "UPDATE outgoing SET state='queued', digest='', epoch=0, seq=0, sealed=NULL WHERE partner=$1 AND state='sealed'", p)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Outgoings lists what was written to a partner, newest first, before an id (0: from the newest), at most n.
func (t *Tx) Outgoings(ctx context.Context, s iru.Scope, p iru.PartnerID, before iru.OutgoingID, n int) ([]iru.Outgoing, error) {
	return outgoings.list(ctx, t, "WHERE partner=$2 AND partner IN (SELECT id FROM partner WHERE "+ownReach+") AND ($3=0 OR id<$3) ORDER BY id DESC LIMIT $4", s.Reach(), p, before, n)
}

// OutgoingOf lists what was written to partners about an operation, oldest first, at most n.
func (t *Tx) OutgoingOf(ctx context.Context, s iru.Scope, uid string, n int) ([]iru.Outgoing, error) {
	return outgoings.list(ctx, t, "WHERE operation=$2 AND partner IN (SELECT id FROM partner WHERE "+ownReach+") ORDER BY id LIMIT $3", s.Reach(), uid, n)
}

var incomings = shape[iru.Incoming]{"incoming", "id, partner, kind, handling, operation, body, digest, epoch, seq, said, at, state, why, by_officer, decided", func(i *iru.Incoming) []any {
	return []any{&i.ID, &i.Partner, &i.Kind, &i.Handling, &i.Operation, &i.Body, &i.Digest, &i.Epoch, &i.Seq, Micros(&i.Said), Micros(&i.At), &i.State, &i.Why, &i.By, Micros(&i.Decided)}
}}

// A signedIncoming is a message with what its sender signed, which lists leave where it is.
type signedIncoming struct {
	iru.Incoming
	signed []byte
}

var signedIncomings = shape[signedIncoming]{incomings.table, incomings.columns + ", signed", func(i *signedIncoming) []any {
	return append(incomings.fields(&i.Incoming), raw{&i.signed})
}}

// AddIncomings stores messages of a partner in their order, each with what the partner signed byte for byte, and sets their ids.
func (t *Tx) AddIncomings(ctx context.Context, list []iru.Incoming, signed [][]byte) error {
	rows := make([]signedIncoming, len(list))
	for n, i := range list {
		rows[n] = signedIncoming{i, signed[n]}
	}
	if err := signedIncomings.insertAll(ctx, t, rows); err != nil {
		return err
	}
	for n := range rows {
		list[n].ID = rows[n].ID
	}
	return nil
}

// IncomingSigned reads one message of a partner with what the partner signed.
func (t *Tx) IncomingSigned(ctx context.Context, s iru.Scope, id iru.IncomingID) (iru.Incoming, []byte, error) {
	v, err := signedIncomings.get(ctx, t, "id=$2 AND partner IN (SELECT id FROM partner WHERE "+ownReach+")", s.Reach(), id)
	return v.Incoming, v.signed, err
}

// UpdateIncoming stores it again if its state is still the old one.
func (t *Tx) UpdateIncoming(ctx context.Context, i iru.Incoming, old iru.IncomingState) error {
	return incomings.update(ctx, t, &i, "state", old)
}

// Incoming reads one message of a partner.
func (t *Tx) Incoming(ctx context.Context, s iru.Scope, id iru.IncomingID) (iru.Incoming, error) {
	return incomings.get(ctx, t, "id=$2 AND partner IN (SELECT id FROM partner WHERE "+ownReach+")", s.Reach(), id)
}

// IncomingAt reads the message at a place.
func (t *Tx) IncomingAt(ctx context.Context, p iru.PartnerID, epoch, seq int64) (iru.Incoming, error) {
	return incomings.get(ctx, t, "partner=$1 AND epoch=$2 AND seq=$3", p, epoch, seq)
}

// IncomingIn lists a partner's messages in a state, in the order in which they were sent, at most n.
func (t *Tx) IncomingIn(ctx context.Context, p iru.PartnerID, state iru.IncomingState, n int) ([]iru.Incoming, error) {
	where := "partner=$1 AND state=$2"
	if state == iru.IncomingReceived || state == iru.IncomingWaiting || state == iru.IncomingParked {
		where = incomingOpen
	}
	return incomings.list(ctx, t, "WHERE "+where+" ORDER BY id LIMIT $3", p, state, n)
}

// A Heard is a message that came and was not brought about, and how many bytes its body has.
type Heard struct {
	ID   iru.IncomingID
	Size int64
}

// ToHear lists what of a partner is to be brought about, in the order in which it was sent, at most n.
func (t *Tx) ToHear(ctx context.Context, p iru.PartnerID, n int) ([]Heard, error) {
	return All(ctx, t, func(h *Heard) []any { return []any{&h.ID, &h.Size} }, "SELECT id, octet_length(body) FROM incoming WHERE "+incomingOpen+" ORDER BY id LIMIT $3", p, iru.IncomingReceived, n)
}

// IncomingLast lists the newest messages of a kind of a partner that were applied, newest first, at most n.
func (t *Tx) IncomingLast(ctx context.Context, p iru.PartnerID, k iru.MessageKind, n int) ([]iru.Incoming, error) {
	return incomings.list(ctx, t, "WHERE partner=$1 AND kind=$2 AND state='applied' ORDER BY id DESC LIMIT $3", p, k, n)
}

// IncomingBetween lists what of a partner is to be brought about from one id to another, in the order in which it was sent.
func (t *Tx) IncomingBetween(ctx context.Context, p iru.PartnerID, first, last iru.IncomingID) ([]iru.Incoming, error) {
	return incomings.list(ctx, t, "WHERE "+incomingOpen+" AND id BETWEEN $3 AND $4 ORDER BY id", p, iru.IncomingReceived, first, last)
}

// IncomingWaiting lists what waits for the invitation to an operation, in order.
func (t *Tx) IncomingWaiting(ctx context.Context, p iru.PartnerID, uid string) ([]iru.Incoming, error) {
	return incomings.list(ctx, t, "WHERE "+incomingWaiting+" ORDER BY id", p, uid)
}

// Incomings lists a partner's messages, newest first, before an id (0: from the newest), at most n.
func (t *Tx) Incomings(ctx context.Context, s iru.Scope, p iru.PartnerID, before iru.IncomingID, n int) ([]iru.Incoming, error) {
	return incomings.list(ctx, t, "WHERE partner=$2 AND partner IN (SELECT id FROM partner WHERE "+ownReach+") AND ($3=0 OR id<$3) ORDER BY id DESC LIMIT $4", s.Reach(), p, before, n)
}

// IncomingParked lists what a person must look at, of every partner of a scope, oldest first, at most n.
func (t *Tx) IncomingParked(ctx context.Context, s iru.Scope, n int) ([]iru.Incoming, error) {
	return incomings.list(ctx, t, "WHERE state='parked' AND partner IN (SELECT id FROM partner WHERE "+ownReach+") ORDER BY id LIMIT $2", s.Reach(), n)
}

// IncomingOf lists what partners said about an operation, oldest first, at most n.
func (t *Tx) IncomingOf(ctx context.Context, s iru.Scope, uid string, n int) ([]iru.Incoming, error) {
	return incomings.list(ctx, t, "WHERE operation=$2 AND partner IN (SELECT id FROM partner WHERE "+ownReach+") ORDER BY id LIMIT $3", s.Reach(), uid, n)
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/exhibit"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// A StampDue is a checkpoint that an authority should stamp now.
type StampDue struct {
	Authority  string
	Size       int64
	Checkpoint []byte // signed
	Why        string // "something happened", or that the last stamp's certificate expires
}

// StampsDue says which checkpoint each authority should stamp now. It is the newest, when something happened since the authority's
// last stamp, at most once every so long; or when that stamp's signing certificate expires within before, so that the new stamp
// carries it on. The receipts of stamps themselves are nothing that happened.
func (d *Desk) StampsDue(ctx context.Context, authorities []string, every, before time.Duration) ([]StampDue, error) {
	var due []StampDue
	now := d.now()
	err := d.DB.View(ctx, func(t *db.Tx) error {
		due = nil
		size, _, signed, err := t.Checkpoint(ctx)
		if errors.Is(err, iru.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, a := range authorities {
			last, err := t.LastStamp(ctx, a)
			if err != nil && !errors.Is(err, iru.NotFound) {
				return err
			}
			if !last.Received.IsZero() && (now.Sub(last.Received) < every || size <= last.Size) {
				continue
			}
			why := "something happened"
			news, err := t.Happened(ctx, last.Size, size)
			if err != nil {
				return err
			}
			if !news {
				if last.ID == 0 || last.Until.Sub(now) > before {
					continue
				}
				why = "the certificate of the last stamp expires at " + last.Until.Format(time.RFC3339)
			}
			due = append(due, StampDue{Authority: a, Size: size, Checkpoint: signed, Why: why})
		}
		return nil
	})
	return due, err
}

// skew is how far an authority's clock may be from ours before the log says so.
const skew = time.Minute

// RecordStamp takes an authority's token over a checkpoint in, together with the event that it was received. It checks that the
// checkpoint is ours and the token good, and with roots whose it is. A second token over the same checkpoint is not kept: the first
// one is given. Errors: Invalid (what is wrong with the token), Internal.
func (d *Desk) RecordStamp(ctx context.Context, authority string, checkpoint, token []byte, roots *x509.CertPool) (iru.Stamp, error) {
	c, err := ledger.Open(checkpoint, d.Log.Verifier, d.Log.Origin)
	if err != nil {
		return iru.Stamp{}, fmt.Errorf("record time stamp: %w: %w", iru.Invalid, err)
	}
	said, err := ledger.ReadStamp(token, checkpoint, roots)
	if err != nil {
		return iru.Stamp{}, fmt.Errorf("record time stamp of %s: %w: %w", authority, iru.Invalid, err)
	}
	var s iru.Stamp
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if s, err = t.StampAt(ctx, authority, c.Size); !errors.Is(err, iru.NotFound) {
			return err
		}
		s = iru.Stamp{Authority: authority, Size: c.Size, Checkpoint: string(checkpoint), Token: token, At: said.At.Truncate(time.Microsecond),
			Until: said.Until, Received: now}
		if err := t.AddStamp(ctx, &s); err != nil {
			return err
		}
		note := fmt.Sprintf("%s (%s) saw %d entries at %s", authority, clip(said.Authority, 200), c.Size, said.At.Format(time.RFC3339))
		if off := said.At.Sub(now).Abs(); off > skew {
			note += fmt.Sprintf("; its clock and ours differ by %s", off.Round(time.Second))
		}
		sum := sha256.Sum256(token)
		s.Event, err = t.Record(ctx, happened("stamp", int64(s.ID), "receive", 0, 0, now, note).With("authority", authority).With("size", c.Size).
			With("token", hex.EncodeToString(sum[:])).With("at", said.At.Format(time.RFC3339Nano)).With("until", said.Until.Format(time.RFC3339)).
			With("serial", said.Serial).With("policy", said.Policy))
		if err != nil {
			return err
		}
		return t.ReceiveStamp(ctx, s.ID, s.Event)
	})
	return s, err
}

// A StampOver is a time stamp whose checkpoint covers an entry, as a bundle wants it.
type StampOver struct {
	exhibit.Stamped
	Authority string
	At        time.Time
	Until     time.Time
}

// maxSuccessors bounds how many stamps carry one on: with certificates of a year it is enough for a century.
const maxSuccessors = 100

// StampsOver gives the stamps that prove when an entry of the log was there: of each authority the oldest one that covers it, and
// those that carry it on where its signing certificate has expired since; if all have expired, one more that has not. Proofs are against checkpoint, which must be one of
// ours; stamps over a newer one are left out. An entry that nobody has stamped yet has none.
func (d *Desk) StampsOver(ctx context.Context, index int64, checkpoint []byte) ([]StampOver, error) {
	var out []StampOver
	err := d.DB.View(ctx, func(t *db.Tx) error {
		var err error
		out, err = d.stampsOver(ctx, t, index, checkpoint)
		return err
	})
	return out, err
}

func (d *Desk) stampsOver(ctx context.Context, t *db.Tx, index int64, checkpoint []byte) ([]StampOver, error) {
	newest, err := ledger.Open(checkpoint, d.Log.Verifier, d.Log.Origin)
	if err != nil {
		return nil, fmt.Errorf("find time stamps: %w: %w", iru.Invalid, err)
	}
	first, err := t.FirstStamps(ctx, index, newest.Size)
	if err != nil {
		return nil, err
	}
	var out []StampOver
	seen, now, stands := map[iru.StampID]bool{}, d.now(), false
	for _, s := range first {
		for range maxSuccessors {
			if seen[s.ID] {
				break
			}
			seen[s.ID] = true
			o, err := show(ctx, t, s, checkpoint, newest.Size)
			if err != nil {
				return nil, err
			}
			out, stands = append(out, o), stands || s.Until.After(now)
			if s.Until.After(now) || o.Receipt.Event == 0 {
				break
			}
			if s, err = t.Successor(ctx, s, o.Receipt.Index, newest.Size); errors.Is(err, iru.NotFound) {
				break
			} else if err != nil {
				return nil, err
			}
		}
	}
	if len(out) == 0 || stands {
		return out, nil
	}
	// Nobody carried them on in time: what is left is a proof that the entry was there later.
	s, err := t.LongestStamp(ctx, index, newest.Size)
	if err != nil || seen[s.ID] || !s.Until.After(now) {
		return out, err
	}
	o, err := show(ctx, t, s, checkpoint, newest.Size)
	return append(out, o), err
}

// show puts the proofs to a stamp.
func show(ctx context.Context, t *db.Tx, s iru.Stamp, checkpoint []byte, size int64) (StampOver, error) {
	o := StampOver{Authority: s.Authority, At: s.At, Until: s.Until, Stamped: exhibit.Stamped{Token: s.Token, Checkpoint: []byte(s.Checkpoint)}}
	var err error
	if o.Path, err = ledger.ProveConsistency(s.Size, size, t.Log(ctx)); err != nil {
		return o, fmt.Errorf("show time stamp: %w: %w", iru.Internal, err)
	}
	e, err := t.Opened(ctx, s.Event)
	if err != nil {
		return o, fmt.Errorf("show time stamp: %w", err)
	}
	if e.Index < 0 || e.Index >= size {
		return o, nil
	}
	o.Receipt = e
	if o.Proof, err = ledger.Prove(checkpoint, e.Index, t.Log(ctx)); err != nil {
		return o, fmt.Errorf("show time stamp: %w: %w", iru.Internal, err)
	}
	return o, nil
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// received records the receipt that the program saw, and starts the clocks that the instrument has.
func (d *Desk) received(ctx context.Context, t *db.Tx, n iru.Notice, at time.Time, proof string) error {
	p, err := t.Provider(ctx, iru.Program(), n.Provider)
	if err != nil {
		return err
	}
	return d.receipt(ctx, t, n, p, iru.Receipt{At: at, Channel: p.Channel, Proof: proof, Recorded: d.now()})
}

// heard records the receipt that an officer heard of, by the officer whose word counts: the one who confirmed it, if it had to be.
func (d *Desk) heard(ctx context.Context, t *db.Tx, n iru.Notice, l iru.Letter, by iru.OfficerID, now time.Time) error {
	p, err := t.Provider(ctx, iru.Program(), n.Provider)
	if err != nil {
		return err
	}
	return d.receipt(ctx, t, n, p, iru.Receipt{At: l.At, Channel: l.Channel, Proof: clip(l.Text, 500), Recorded: now, By: by})
}

func (d *Desk) receipt(ctx context.Context, t *db.Tx, n iru.Notice, p iru.Provider, r iru.Receipt) error {
	n, err := stepped(ctx, t, n, "receive", r.By, r.At, r.Proof)
	if err != nil {
		return err
	}
	r.Unit, r.Notice = n.Unit, n.ID
	if err := t.AddReceipt(ctx, &r); err != nil {
		return err
	}
	for _, rule := range d.Regime.ClocksFor(n.Instrument, n.Emergency.Declared()) {
		c := onNotice(n, p)
		c.By = r.By
		if _, err := d.begin(ctx, t, c, rule.ID, r.At, r.Proof); err != nil {
			return err
		}
	}
	if n.Instrument.Binding() {
		return d.finality(ctx, t, n, p, r)
	}
	return nil
}

// A ReceiptRequest is what an officer knows better of a receipt.
type ReceiptRequest struct {
	At      string // as a clock showed it: "2026-03-29T10:15", with an offset where the change of clocks makes it ambiguous
	Zone    string // of that clock: "Europe/Vienna"; "" is UTC
	Channel string // "phone", "letter", "portal", ...
	Proof   string // who said so, and how
	Reason  string // why the record before is wrong
}

// CorrectReceipt records a further receipt, with the reason why the one before is wrong, and counts the addressee's clocks anew from it. Both
// stay visible; nothing is edited.
func (d *Desk) CorrectReceipt(ctx context.Context, s iru.Scope, id iru.NoticeID, q ReceiptRequest) (iru.Receipt, error) {
	var r iru.Receipt
	if err := s.May(iru.ToAnswer); err != nil {
		return r, err
	}
	at, err := moment(q.At, q.Zone)
	if err != nil {
		return r, err
	}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := ownNotice(ctx, t, s, id)
		if err != nil {
			return err
		}
		if err := own(s, n.Unit); err != nil {
			return err
		}
		p, err := t.Provider(ctx, iru.Program(), n.Provider)
		if err != nil {
			return err
		}
		rs, err := t.Receipts(ctx, s, n.ID)
		if err != nil {
			return err
		}
		r = iru.Receipt{Unit: n.Unit, Notice: n.ID, At: at, Zone: strings.TrimSpace(q.Zone), Channel: clip(q.Channel, 40), Proof: clip(strings.TrimSpace(q.Proof), 500), Recorded: now, By: s.Officer}
		last, have := iru.InForce(rs)
		switch {
		case !have:
			return iru.Refuse(iru.Conflict, "there is no receipt of "+n.Ref+" to correct", "record it")
		case last.At.Equal(at):
			return iru.Refuse(iru.Invalid, "the corrected receipt is the same", "")
		}
		r.Of, r.Reason = last.ID, clip(strings.TrimSpace(q.Reason), 500)
		sent := n.SentAt
		if err := r.Check(sent.Truncate(time.Minute)); err != nil { // people's clocks show minutes
			return err
		}
		if r.At.Before(sent) {
			r.At = sent
		}
		return d.correct(ctx, t, n, p, &r, now)
	})
	return r, err
}

// correct stores a correction and counts anew: a clock that ran from the receipt is replaced; one that stopped is replaced by one that
// stopped at the same time.
func (d *Desk) correct(ctx context.Context, t *db.Tx, n iru.Notice, p iru.Provider, r *iru.Receipt, now time.Time) error {
	was := n.ReceivedAt
	if err := t.AddReceipt(ctx, r); err != nil {
		return err
	}
	n.ReceivedAt = r.At
	if err := t.UpdateNotice(ctx, n, n.State); err != nil {
		return err
	}
	e := happened("notice", int64(n.ID), "correct_receipt", r.By, n.Unit, now, r.Reason).With("was", was.Format(time.RFC3339Nano)).With("at", r.At.Format(time.RFC3339Nano)).With("receipt", r.ID)
	if _, err := t.Record(ctx, e); err != nil {
		return err
	}
	cs, err := t.ClocksOf(ctx, iru.Program(), n.ID)
	if err != nil {
		return err
	}
	for _, c := range cs {
		if c.State == iru.ClockReplaced || !c.Started.Equal(was) || !d.receiptStarts(n, c) && c.Rule != "tco-final" {
			continue // what a clarification started is not the receipt's
		}
		if c.Rule == "tco-final" && c.By != 0 { // a person named its end
			continue
		}
		stopped, ended, why := c.State == iru.ClockStopped, c.Ended, c.Why
		if c.Rule == "tco-final" {
			if err := stopOrReplace(ctx, t, c, now, "the receipt was corrected: "+r.Reason, r.By); err != nil {
				return err
			}
			if err := d.finality(ctx, t, n, p, *r); err != nil {
				return err
			}
			continue
		}
		next, err := d.restarted(ctx, t, c, now, r.At, "the receipt was corrected: "+r.Reason, r.By)
		if err != nil {
			return err
		}
		if stopped {
			if ended.Before(next.Started) {
				ended = next.Started
			}
			if err := stopClock(ctx, t, next, ended, why); err != nil {
				return err
			}
		}
	}
	return nil
}

func stopOrReplace(ctx context.Context, t *db.Tx, c iru.Clock, at time.Time, why string, by iru.OfficerID) error {
	old, _, err := c.Restart(at, why)
	if err != nil {
		return err
	}
	return endClock(ctx, t, c, old, "restart", c.Unit, by)
}

// restart ends a clock and begins it anew by its rule.
func (d *Desk) restart(ctx context.Context, t *db.Tx, c iru.Clock, end, begin time.Time, why string, by iru.OfficerID) error {
	_, err := d.restarted(ctx, t, c, end, begin, why, by)
	return err
}

func (d *Desk) restarted(ctx context.Context, t *db.Tx, c iru.Clock, end, begin time.Time, why string, by iru.OfficerID) (iru.Clock, error) {
	var old, next iru.Clock
	var err error
	if r, ok := d.Regime.Clock(c.Rule); ok {
		old, next, err = c.RestartBy(r, end, begin, why)
	} else { // a rule of an older version of the regime
		old, next, err = c.Restart(end, why)
	}
	if err != nil {
		return next, err
	}
	if err := endClock(ctx, t, c, old, "restart", c.Unit, by); err != nil {
		return next, err
	}
	next.By = by
	return next, d.start(ctx, t, &next)
}

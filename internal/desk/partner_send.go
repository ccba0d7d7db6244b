// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// between are the codes of what partners tell each other of an operation that both know of, where nothing stricter is meant.
var between = iru.Handling{TLP: "AMBER", PAP: "AMBER", H: "H0"}

// tellPartner writes a message to a partner, in the transaction of what it tells. Codes that forbid it are refused, as Forbidden.
func (d *Desk) tellPartner(ctx context.Context, t *db.Tx, id iru.PartnerID, kind iru.MessageKind, operation string, h iru.Handling, b iru.Body, by iru.OfficerID, now time.Time) error {
	p, err := t.Partner(ctx, iru.Program(), id)
	if err != nil {
		return err
	}
	if p.State == iru.PartnerEnded || p.State == iru.PartnerProposed {
		return p.Open()
	}
	if err := h.Release(iru.ForPartner, true); err != nil {
		return err
	}
	text, err := iru.WriteBody(kind, operation, b)
	if err != nil {
		return err
	}
	o := iru.Outgoing{Partner: id, Kind: kind, Handling: h, Operation: operation, Body: text, State: iru.OutgoingQueued, By: by, At: now}
	if err := t.AddOutgoing(ctx, &o); err != nil {
		return err
	}
	_, err = t.Record(ctx, happened("partner", int64(id), "tell", by, p.Unit, now, string(kind)).With("message", int64(o.ID)).With("sha256", Digest(text)).With("handling", h.String()))
	return err
}

// A Correspondent is a partner with which there is traffic, and where it stands.
type Correspondent struct {
	iru.Partner
	Line   iru.Line
	Queued bool // something is to be sealed
	Owed   bool // something was sealed and is not known to be there
}

// Correspondents lists the confirmed partners, for whoever carries messages.
func (d *Desk) Correspondents(ctx context.Context) ([]Correspondent, error) {
	var out []Correspondent
	err := d.DB.View(ctx, func(t *db.Tx) error {
		out = nil
		ps, err := t.Partners(ctx, iru.Program())
		if err != nil {
			return err
		}
		for _, p := range ps {
			if p.State != iru.PartnerConfirmed {
				continue
			}
			c := Correspondent{Partner: p}
			if c.Line, err = t.Line(ctx, p.ID); err != nil {
				return err
			}
			q, err := t.OutgoingQueued(ctx, p.ID, 1)
			if err != nil {
				return err
			}
			c.Queued, c.Owed = len(q) > 0, c.Line.Out.Seq > c.Line.Durable.Seq
			out = append(out, c)
		}
		return nil
	})
	return out, err
}

// LineOf reads where the traffic with a partner stands, for whoever carries messages.
func (d *Desk) LineOf(ctx context.Context, id iru.PartnerID) (iru.Line, error) {
	var l iru.Line
	err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		l, err = t.Line(ctx, id)
		return err
	})
	return l, err
}

// ToSeal lists what is to be sealed for a partner next, with the place after which it comes.
func (d *Desk) ToSeal(ctx context.Context, id iru.PartnerID, n int) (last iru.Mark, queued []iru.Outgoing, err error) {
	err = d.DB.View(ctx, func(t *db.Tx) error {
		l, err := t.Line(ctx, id)
		if err != nil {
			return err
		}
		last = l.Out
		queued, err = t.OutgoingQueued(ctx, id, n)
		return err
	})
	return last, queued, err
}

// RecordSealed stores what was sealed after a place. Conflict: somebody else sealed meanwhile, or a new epoch began; nothing of it was sent.
func (d *Desk) RecordSealed(ctx context.Context, id iru.PartnerID, last iru.Mark, sealed []iru.Outgoing) error {
	return d.enact(ctx, func(t *db.Tx, _ time.Time) error {
		l, err := t.Line(ctx, id)
		if err != nil {
			return err
		}
		if l.Out != last {
			return iru.Refuse(iru.Conflict, "somebody else sealed messages to this partner", "")
		}
		for _, o := range sealed {
			if o.State, err = iru.OutgoingTable.Next(iru.OutgoingQueued, "seal"); err != nil {
				return err
			}
			if err := t.Seal(ctx, o); err != nil {
				return err
			}
			l.Out = iru.Mark{Epoch: o.Epoch, Seq: o.Seq, Digest: o.Digest}
		}
		return t.UpdateLine(ctx, l)
	})
}

// ToSend lists what was sealed for a partner after a number of its epoch, delivered or not, at most n.
func (d *Desk) ToSend(ctx context.Context, id iru.PartnerID, epoch, after int64, n int) ([]iru.Outgoing, error) {
	var out []iru.Outgoing
	err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		out, err = t.OutgoingFrom(ctx, id, epoch, after, n)
		return err
	})
	return out, err
}

// SealedAt gives the digest of the message at a place of what was sent to a partner; NotFound if there is none.
func (d *Desk) SealedAt(ctx context.Context, id iru.PartnerID, epoch, seq int64) (string, error) {
	digest := ""
	err := d.DB.View(ctx, func(t *db.Tx) error {
		o, err := t.OutgoingAt(ctx, id, epoch, seq)
		digest = o.Digest
		return err
	})
	return digest, err
}

// A Reach is what an exchange with a partner showed.
type Reach struct {
	Durable iru.Mark      // what the partner has; the zero Mark: it did not say
	Skew    time.Duration // its clock minus ours
	SkewAt  time.Time     // zero: not measured
	Failed  error         // it could not be reached, or did not take what was sent
	Trouble string        // what a person must decide; "": nothing
	Back    bool          // its store went back: it is sent again what it had acknowledged
	Retry   time.Duration // it asked for so long a pause
}

// RecordReach stores what an exchange with a partner showed.
func (d *Desk) RecordReach(ctx context.Context, id iru.PartnerID, r Reach) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		p, err := t.Partner(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		l, err := t.Line(ctx, id)
		if err != nil {
			return err
		}
		old := l
		if !r.SkewAt.IsZero() {
			l.Skew, l.SkewAt = r.Skew, r.SkewAt
			if l.Skewed() != nil && old.Skewed() == nil {
				if _, err := t.Record(ctx, happened("partner", int64(id), "skew", 0, p.Unit, now, l.Skewed().Error()).With("skew_ms", r.Skew.Milliseconds())); err != nil {
					return err
				}
			}
		}
		if r.Durable != (iru.Mark{}) || r.Failed == nil {
			l.Heard = now
		}
		if m := r.Durable; m.Epoch == l.Out.Epoch && m.Seq <= l.Out.Seq && m.Seq > 0 && (m.Seq > l.Durable.Seq || r.Back) {
			if m.Seq > l.Durable.Seq {
				l.Sent = now
			}
			l.Durable = m
			if err := t.Deliver(ctx, id, m.Epoch, m.Seq, db.At(now)); err != nil {
				return err
			}
		}
		if r.Back {
			if l.Durable.Seq > r.Durable.Seq { // it has nothing of this epoch any more
				l.Durable = iru.Mark{}
			}
			if _, err := t.Record(ctx, happened("partner", int64(id), "sent_again", 0, p.Unit, now, "the partner's store is older than what it acknowledged").With("after", r.Durable.Seq)); err != nil {
				return err
			}
		}
		if l.Trouble = r.Trouble; l.Trouble != "" && l.Trouble != old.Trouble {
			if _, err := t.Record(ctx, happened("partner", int64(id), "trouble", 0, p.Unit, now, clip(l.Trouble, 300))); err != nil {
				return err
			}
		}
		if r.Failed == nil {
			l.Failed, l.Tries, l.Next = "", 0, time.Time{}
		} else {
			l.Failed, l.Tries = clip(r.Failed.Error(), 300), l.Tries+1
			l.Next = now.Add(max(iru.Patience(l.Tries), r.Retry))
		}
		if l == old {
			return nil
		}
		return t.UpdateLine(ctx, l)
	})
}

// RecordAlarm stores that something came from a partner and was not taken, for a person to look into. It is told once.
func (d *Desk) RecordAlarm(ctx context.Context, id iru.PartnerID, what string) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		p, err := t.Partner(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		l, err := t.Line(ctx, id)
		what = clip(what, 300)
		if err != nil || l.Alarm == what {
			return err
		}
		l.Alarm = what
		if err := t.UpdateLine(ctx, l); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("partner", int64(id), "alarm", 0, p.Unit, now, what))
		return err
	})
}

// PartnerOf finds the confirmed partner that has these keys. Forbidden: there is none, or it is not listened to.
func (d *Desk) PartnerOf(ctx context.Context, key string) (iru.Partner, iru.Line, error) {
	var p iru.Partner
	var l iru.Line
	err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		if p, err = t.PartnerByKey(ctx, key); err != nil {
			return err
		}
		if err := p.Open(); err != nil {
			return err
		}
		l, err = t.Line(ctx, p.ID)
		return err
	})
	if errors.Is(err, iru.NotFound) {
		err = iru.Refuse(iru.Forbidden, "no partner has these keys", "")
	}
	return p, l, err
}

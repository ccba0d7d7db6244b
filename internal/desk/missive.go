// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/form"
	"iolaus/internal/iru"
)

// write drafts a missive; facts give its words.
func (d *Desk) write(ctx context.Context, t *db.Tx, u iru.Unit, m iru.Missive, f form.Missive, now time.Time) (iru.Missive, error) {
	f.Kind, f.Ref, f.From, f.FromMail, f.To = string(m.Kind), m.Ref, u.Name+", "+u.Country, u.Mail, m.Name
	m.Unit, m.Created, m.State, m.Lang = u.ID, now, iru.MissiveDraft, "en"
	m.Subject, m.Text = form.Letter(f)
	no, err := t.Count(ctx, "missive")
	if err != nil {
		return m, err
	}
	m.Key = Digest(fmt.Sprintf("missive %d %s %d", no, m.Kind, now.UnixMicro()))[:32]
	if err := t.AddMissive(ctx, &m); err != nil {
		return m, err
	}
	e := happened("missive", int64(m.ID), "draft", m.By, m.Unit, now, m.Subject).With("kind", string(m.Kind)).With("to", m.Name).With("notice", int64(m.Notice))
	e.To = string(m.State)
	_, err = t.Record(ctx, e)
	return m, err
}

// queue has a drafted missive leave.
func (d *Desk) queue(ctx context.Context, t *db.Tx, m iru.Missive, by iru.OfficerID, now time.Time) (iru.Missive, error) {
	next, err := moveMissive(ctx, t, m, "queue", by, now, "to "+m.Name)
	if err != nil {
		return m, err
	}
	_, err = t.Enqueue(ctx, Mail{Missive: m.ID}, act(soon))
	return next, err
}

func moveMissive(ctx context.Context, t *db.Tx, m iru.Missive, verb string, by iru.OfficerID, at time.Time, note string) (iru.Missive, error) {
	next, e, err := m.Step(verb, by, at, note)
	if err != nil {
		return m, err
	}
	if err := t.UpdateMissive(ctx, next, m.State); err != nil {
		return m, err
	}
	_, err = t.Record(ctx, e)
	return next, err
}

func ownMissive(ctx context.Context, t *db.Tx, s iru.Scope, id iru.MissiveID) (iru.Missive, error) {
	m, err := t.Missive(ctx, s, id)
	if err != nil {
		return m, err
	}
	return m, own(s, m.Unit)
}

// SendMissive has a drafted letter leave by mail, with the words and to the address that the officer leaves it with ("" keeps what is there).
func (d *Desk) SendMissive(ctx context.Context, s iru.Scope, id iru.MissiveID, address, text string) (iru.Missive, error) {
	var m iru.Missive
	if err := s.May(iru.ToAnswer); err != nil {
		return m, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if m, err = ownMissive(ctx, t, s, id); err != nil {
			return err
		}
		if m.State == iru.MissiveDraft || m.State == iru.MissiveFailed {
			if a := strings.TrimSpace(address); a != "" {
				m.Address = a
			}
			if strings.TrimSpace(text) != "" && m.State == iru.MissiveDraft {
				m.Text = text
			}
			if err := t.UpdateMissive(ctx, m, m.State); err != nil {
				return err
			}
		}
		m, err = d.queue(ctx, t, m, s.Officer, now)
		return err
	})
	return m, err
}

// ByHand records that a letter left by another way than mail: by post, by telephone, on a page of theirs. at is as a clock in the zone showed
// it, and may lie before today.
func (d *Desk) ByHand(ctx context.Context, s iru.Scope, id iru.MissiveID, at, zone, how string) (iru.Missive, error) {
	var m iru.Missive
	if err := s.May(iru.ToAnswer); err != nil {
		return m, err
	}
	when, err := moment(at, zone)
	if err != nil {
		return m, err
	}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		if m, err = ownMissive(ctx, t, s, id); err != nil {
			return err
		}
		if when.After(now) {
			return iru.Refuse(iru.Invalid, "the sending would lie in the future", "check the day, the time and the zone")
		}
		if m.Kind != iru.Information && when.Before(m.Created.Truncate(time.Minute)) {
			return iru.Refuse(iru.Invalid, "the letter would have left before it was written", "check the day, the time and the zone")
		}
		if m, err = moveMissive(ctx, t, m, "by_hand", s.Officer, when, clip(how, 500)); err != nil {
			return err
		}
		return d.posted(ctx, t, m, when)
	})
	return m, err
}

// DropMissive ends a drafted letter that is not sent, with the reason.
func (d *Desk) DropMissive(ctx context.Context, s iru.Scope, id iru.MissiveID, why string) (iru.Missive, error) {
	return d.stepMissive(ctx, s, id, "drop", why, time.Time{})
}

// GotMissive records that the addressee has a letter: its word and when, in the zone of the clock that showed it.
func (d *Desk) GotMissive(ctx context.Context, s iru.Scope, id iru.MissiveID, at, zone, proof string) (iru.Missive, error) {
	when, err := moment(at, zone)
	if err != nil {
		return iru.Missive{}, err
	}
	return d.stepMissive(ctx, s, id, "receive", proof, when)
}

func (d *Desk) stepMissive(ctx context.Context, s iru.Scope, id iru.MissiveID, verb, note string, at time.Time) (iru.Missive, error) {
	var m iru.Missive
	if err := s.May(iru.ToAnswer); err != nil {
		return m, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if m, err = ownMissive(ctx, t, s, id); err != nil {
			return err
		}
		if at.IsZero() {
			at = now
		}
		if at.After(now) || verb == "receive" && at.Before(m.SentAt.Truncate(time.Minute)) {
			return iru.Refuse(iru.Invalid, "that would be before the sending, or in the future", "check the day, the time and the zone")
		}
		if m, err = moveMissive(ctx, t, m, verb, s.Officer, at, clip(note, 500)); err != nil {
			return err
		}
		if verb == "receive" && m.Kind == iru.OrderCopy {
			return d.copyReceived(ctx, t, m, s.Officer)
		}
		return nil
	})
	return m, err
}

// A Mailing is all that a worker needs to send a missive.
type Mailing struct {
	Missive iru.Missive
	Unit    iru.Unit
	Seal    iru.Seal // how its addressee wants mail protected, as directory and register have it for this address
	SealKey string
}

// Mailing gives a worker the missive to send.
func (d *Desk) Mailing(ctx context.Context, id iru.MissiveID) (Mailing, error) {
	var out Mailing
	err := d.DB.View(ctx, func(t *db.Tx) error {
		m, err := t.Missive(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		if out.Unit, err = t.Unit(ctx, m.Unit); err != nil {
			return err
		}
		out.Missive = m
		out.Seal, out.SealKey, err = sealFor(ctx, t, m)
		return err
	})
	return out, err
}

func sealFor(ctx context.Context, t *db.Tx, m iru.Missive) (iru.Seal, string, error) {
	if m.Provider != 0 {
		p, err := t.Provider(ctx, iru.Program(), m.Provider)
		if err != nil || p.Channel != iru.ByMail || p.Address != m.Address {
			return "", "", err
		}
		return p.Seal, p.SealKey, nil
	}
	as, err := t.Authorities(ctx, iru.ProgramFor(m.Unit))
	if err != nil {
		return "", "", err
	}
	for _, a := range as {
		if a.Mail == m.Address && a.State == iru.ContactConfirmed && a.Seal != "" {
			return a.Seal, a.SealKey, nil
		}
	}
	return "", "", nil
}

// RecordMailed takes the proof of sending a missive in, once.
func (d *Desk) RecordMailed(ctx context.Context, id iru.MissiveID, s Sending) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		m, err := t.Missive(ctx, iru.Program(), id)
		if err != nil || m.State != iru.MissiveQueued {
			return err
		}
		if s.At = s.At.UTC().Truncate(time.Microsecond); s.At.IsZero() || s.At.After(now) || s.At.Before(m.Created) {
			s.At = now
		}
		if m, err = moveMissive(ctx, t, m, "send", 0, s.At, s.Proof); err != nil {
			return err
		}
		if s.Receipt {
			if m, err = moveMissive(ctx, t, m, "receive", 0, s.At, s.Proof); err != nil {
				return err
			}
		}
		return d.posted(ctx, t, m, now)
	})
}

// Unmailed records that a missive could not be delivered, for good: people see it.
func (d *Desk) Unmailed(ctx context.Context, id iru.MissiveID, why string) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		m, err := t.Missive(ctx, iru.Program(), id)
		if err != nil || m.State != iru.MissiveQueued {
			return err
		}
		_, err = moveMissive(ctx, t, m, "fail", 0, now, clip(why, 300))
		return err
	})
}

// posted does what follows when a missive has left.
func (d *Desk) posted(ctx context.Context, t *db.Tx, m iru.Missive, now time.Time) error {
	if m.Kind == iru.OrderCopy && m.State == iru.MissiveReceived {
		return d.copyReceived(ctx, t, m, 0)
	}
	if m.Kind == iru.Restore && m.Notice != 0 {
		return d.askedBack(ctx, t, m, now)
	}
	return nil
}

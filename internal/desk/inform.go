// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/form"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// heldBack refuses to let a removal order leave that the law holds back: a provider's first one before it had the information for twelve hours
// (TCO Art 3(2)), and one to a provider of another Member State whose authority could not get the copy with it (Art 4(1)).
func (d *Desk) heldBack(ctx context.Context, t *db.Tx, n iru.Notice, p iru.Provider, u iru.Unit, now time.Time) error {
	if n.Instrument != legal.RemovalOrder {
		return nil
	}
	if when, err := d.firstFrom(ctx, t, n, p, now); err != nil {
		return err
	} else if now.Before(when) {
		return iru.Refuse(iru.Conflict, fmt.Sprintf("%s is the first removal order to %s, which had the information on procedures and deadlines less than 12 hours ago", n.Ref, p.Name),
			"it leaves at "+when.UTC().Format("2006-01-02 15:04:05")+" UTC; in a duly justified emergency two officers may waive that")
	}
	if !crossBorder(n, p, u) {
		return nil
	}
	_, err := d.home(ctx, t, u, p.Establishment, iru.RoleScrutinise)
	return err
}

// firstFrom is when a removal order may leave, by the twelve hours: zero for any but the first one, and for one with a waiver. Where the provider
// was not informed at all it refuses.
func (d *Desk) firstFrom(ctx context.Context, t *db.Tx, n iru.Notice, p iru.Provider, _ time.Time) (time.Time, error) {
	if before, err := t.OrderedBefore(ctx, n.Unit, p, n.ID); err != nil || before {
		return time.Time{}, err
	}
	ws, err := t.Waivers(ctx, iru.Program(), n.ID)
	if err != nil || slices.ContainsFunc(ws, func(w iru.Waiver) bool { return w.State == iru.WaiverGranted }) {
		return time.Time{}, err
	}
	ms, err := t.InformedOn(ctx, n.Unit, p)
	if err != nil {
		return time.Time{}, err
	}
	rule, _ := d.Regime.Clock("tco-12h")
	when, ok := iru.InformedFor(ms, rule.Length)
	if !ok {
		return when, iru.Refuse(iru.Conflict, fmt.Sprintf("%s is the first removal order to %s, which was not informed of procedures and deadlines (Article 3(2))", n.Ref, p.Name),
			"send the information, and the order 12 hours later; in a duly justified emergency two officers may waive that")
	}
	return when, nil
}

// FirstOrder is what the twelve hours say of a provider.
type FirstOrder struct {
	Ordered bool          // it had a removal order before: the twelve hours are past
	Letters []iru.Missive // informations, oldest first
	From    time.Time     // from when a first order may leave; zero: it was not informed
}

// FirstOrderTo gives the ledger of the twelve hours for a provider.
func (d *Desk) FirstOrderTo(ctx context.Context, s iru.Scope, id iru.ProviderID) (FirstOrder, error) {
	var f FirstOrder
	err := d.DB.View(ctx, func(t *db.Tx) error {
		p, err := t.Provider(ctx, s, id)
		if err != nil {
			return err
		}
		if f.Ordered, err = t.OrderedBefore(ctx, s.Unit, p, 0); err != nil {
			return err
		}
		f.Letters, err = t.InformedOn(ctx, s.Unit, p)
		rule, _ := d.Regime.Clock("tco-12h")
		f.From, _ = iru.InformedFor(f.Letters, rule.Length)
		return err
	})
	return f, err
}

// free leaves out the removal orders that are held back.
func (d *Desk) free(ctx context.Context, t *db.Tx, ids []iru.NoticeID, now time.Time) ([]iru.NoticeID, error) {
	var out []iru.NoticeID
	for _, id := range ids {
		n, err := t.Notice(ctx, iru.Program(), id)
		if err != nil {
			return nil, err
		}
		if n.State == iru.NoticeApproved && n.Instrument == legal.RemovalOrder {
			p, err := t.Provider(ctx, iru.Program(), n.Provider)
			if err != nil {
				return nil, err
			}
			u, err := t.Unit(ctx, n.Unit)
			if err != nil {
				return nil, err
			}
			if d.heldBack(ctx, t, n, p, u, now) != nil {
				continue
			}
		}
		out = append(out, id)
	}
	return out, nil
}

// Inform writes to a provider, at its confirmed contact, what it must know twelve hours before its first removal order. A provider that has an
// interface instead of a mail address is informed by hand.
func (d *Desk) Inform(ctx context.Context, s iru.Scope, id iru.ProviderID) (iru.Missive, error) {
	return d.inform(ctx, s, id, func(t *db.Tx, p iru.Provider, m iru.Missive, now time.Time) (iru.Missive, error) {
		if err := confirmed(p); err != nil {
			return m, err
		}
		return d.queue(ctx, t, m, s.Officer, now)
	})
}

// RecordInformed records that a provider was informed by other means, such as a registered letter last week: when, as a clock in the zone showed
// it, and the proof.
func (d *Desk) RecordInformed(ctx context.Context, s iru.Scope, id iru.ProviderID, at, zone, proof string) (iru.Missive, error) {
	when, err := moment(at, zone)
	if err != nil {
		return iru.Missive{}, err
	}
	return d.inform(ctx, s, id, func(t *db.Tx, _ iru.Provider, m iru.Missive, now time.Time) (iru.Missive, error) {
		if when.After(now) {
			return m, iru.Refuse(iru.Invalid, "the sending would lie in the future", "check the day, the time and the zone")
		}
		return moveMissive(ctx, t, m, "by_hand", s.Officer, when, clip(proof, 500))
	})
}

func (d *Desk) inform(ctx context.Context, s iru.Scope, id iru.ProviderID, leave func(*db.Tx, iru.Provider, iru.Missive, time.Time) (iru.Missive, error)) (iru.Missive, error) {
	var m iru.Missive
	if err := s.May(iru.ToAnswer); err != nil {
		return m, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		p, err := t.Provider(ctx, s, id) // also another unit's, on whom an operation has ours serve an act: each authority informs for itself
		if err != nil {
			return err
		}
		u, err := t.Unit(ctx, s.Unit)
		if err != nil {
			return err
		}
		wait, _ := d.Regime.Clock("tco-12h")
		hour, _ := d.Regime.Clock("tco-1h")
		m = iru.Missive{Kind: iru.Information, Provider: p.ID, Name: p.Name, By: s.Officer}
		if p.Channel == iru.ByMail {
			m.Address = p.Address
		}
		if m, err = d.write(ctx, t, u, m, form.Missive{Wait: hours(wait.Length), Limit: hour.Term}, now); err != nil {
			return err
		}
		m, err = leave(t, p, m, now)
		return err
	})
	return m, err
}

func hours(d time.Duration) string { return fmt.Sprintf("%d hours", int(d/time.Hour)) }

// AskWaiver asks to let a provider's first removal order leave before the twelve hours are over, in a duly justified emergency.
func (d *Desk) AskWaiver(ctx context.Context, s iru.Scope, id iru.NoticeID, reason string) (iru.Waiver, error) {
	var w iru.Waiver
	if err := s.May(iru.ToEndorse); err != nil {
		return w, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := t.Notice(ctx, s, id)
		if err != nil {
			return err
		}
		if err := own(s, n.Unit); err != nil {
			return err
		}
		if n.Instrument != legal.RemovalOrder || !n.SentAt.IsZero() || n.State == iru.NoticeWithdrawn {
			return iru.Refuse(iru.Conflict, n.Ref+" is no removal order that is still to leave", "")
		}
		ws, err := t.Waivers(ctx, s, n.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(ws, func(w iru.Waiver) bool { return w.State != iru.WaiverRefused }) {
			return iru.Refuse(iru.Conflict, "a waiver was asked for already", "a second officer decides")
		}
		var e iru.Event
		if w, _, err = (iru.Waiver{Unit: n.Unit, Notice: n.ID, Reason: clip(strings.TrimSpace(reason), 1000), By: s.Officer, At: now}).Ask(); err != nil {
			return err
		}
		if err := t.AddWaiver(ctx, &w); err != nil {
			return err
		}
		w, e, _ = w.Ask()
		_, err = t.Record(ctx, e)
		return err
	})
	return w, err
}

// SettleWaiver is the second person's word: grant or refuse. A granted order goes on its way.
func (d *Desk) SettleWaiver(ctx context.Context, s iru.Scope, id int64, grant bool, note string) (iru.Waiver, error) {
	var w iru.Waiver
	if err := s.May(iru.ToSign); err != nil {
		return w, err
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if w, err = t.Waiver(ctx, s, id); err != nil {
			return err
		}
		if err := own(s, w.Unit); err != nil {
			return err
		}
		verb := "refuse"
		if grant {
			verb = "grant"
		}
		old := w.State
		var e iru.Event
		if w, e, err = w.Settle(verb, s.Officer, now, clip(note, 500)); err != nil {
			return err
		}
		if err := twoPeople(ctx, t, s.Officer, w.By); err != nil {
			return err
		}
		if err := t.UpdateWaiver(ctx, w, old); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		n, err := t.Notice(ctx, iru.Program(), w.Notice)
		if err != nil || !grant || n.State != iru.NoticeApproved || n.Operation != 0 {
			return err
		}
		_, err = t.Enqueue(ctx, Deliver{Notice: n.ID}, act(soon))
		return err
	})
	return w, err
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// Drill sends a provider a practice order: harmless, about nobody's address, outside every clock of law and every report.
func (d *Desk) Drill(ctx context.Context, s iru.Scope, id iru.ProviderID) (iru.Drill, error) {
	if err := s.May(iru.ToConfirm); err != nil {
		return iru.Drill{}, err
	}
	key := make([]byte, 16)
	if _, err := rand.Read(key); err != nil {
		return iru.Drill{}, fmt.Errorf("make practice order: %w: %w", iru.Internal, err)
	}
	var out iru.Drill
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		p, err := t.Provider(ctx, s, id)
		if err != nil {
			return err
		}
		if err := own(s, p.Unit); err != nil {
			return err
		}
		if err := confirmed(p); err != nil {
			return err
		}
		if p.Channel == iru.ByAPI || !p.ByMachine() {
			return iru.Refuse(iru.Conflict, p.Name+" is not written to by mail", "practise with providers that answer by the page in the mail")
		}
		no, err := t.Count(ctx, fmt.Sprintf("PRACTICE-%d", now.Year()))
		if err != nil {
			return err
		}
		out = iru.Drill{Unit: s.Unit, Ref: fmt.Sprintf("PRACTICE-%d-%04d", now.Year(), no), Provider: p.ID, By: s.Officer, Lang: "en", Key: hex.EncodeToString(key), Created: now, State: iru.DrillOrdered}
		if err := t.AddDrill(ctx, &out); err != nil {
			return err
		}
		e := happened("drill", int64(out.ID), "order", s.Officer, s.Unit, now, out.Ref+" to "+p.Name)
		e.To = string(out.State)
		if _, err := t.Record(ctx, e); err != nil {
			return err
		}
		_, err = t.Enqueue(ctx, Practise{Drill: out.ID}, act(soon))
		return err
	})
	return out, err
}

// Practising gives a worker the practice order to send, with its addressee.
func (d *Desk) Practising(ctx context.Context, id iru.DrillID) (k iru.Drill, p iru.Provider, u iru.Unit, err error) {
	err = d.DB.View(ctx, func(t *db.Tx) error {
		var err error
		if k, err = t.Drill(ctx, iru.Program(), id); err != nil {
			return err
		}
		if p, err = t.Provider(ctx, iru.Program(), k.Provider); err != nil {
			return err
		}
		u, err = t.Unit(ctx, k.Unit)
		return err
	})
	return k, p, u, err
}

// RecordPractised takes in that a practice order left, or why it cannot ("" for none).
func (d *Desk) RecordPractised(ctx context.Context, id iru.DrillID, s Sending, failed string) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		k, err := t.Drill(ctx, iru.Program(), id)
		if err != nil || !k.SentAt.IsZero() {
			return err
		}
		old, verb, note := k.State, "send", s.Proof
		if failed != "" {
			verb, note = "fail", failed
		}
		if !iru.DrillTable.Can(k.State, verb) { // their answer was quicker
			k.SentAt, k.Proof = s.At, s.Proof
			return t.UpdateDrill(ctx, k, old)
		}
		next, e, err := k.Step(verb, 0, now, clip(note, 300))
		if err != nil {
			return err
		}
		if next.Proof = clip(note, 1000); failed == "" {
			next.SentAt = s.At.UTC().Truncate(time.Microsecond)
		}
		if err := t.UpdateDrill(ctx, next, old); err != nil {
			return err
		}
		_, err = t.Record(ctx, e)
		return err
	})
}

// OpenedDrill records that a practice order's page was opened for the first time.
func (d *Desk) OpenedDrill(ctx context.Context, id iru.DrillID) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		k, err := t.Drill(ctx, iru.Program(), id)
		if err != nil || !k.OpenedAt.IsZero() {
			return err
		}
		k.OpenedAt = now
		if err := t.UpdateDrill(ctx, k, k.State); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("drill", int64(id), "access", 0, k.Unit, now, "its page was opened"))
		return err
	})
}

// AnswerDrill takes in what a provider practised, once for each form.
func (d *Desk) AnswerDrill(ctx context.Context, id iru.DrillID, a PortalAnswer) (iru.Drill, error) {
	if err := a.CheckPortal(); err != nil {
		return iru.Drill{}, err
	}
	var out iru.Drill
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if out, err = t.Drill(ctx, iru.Program(), id); err != nil || out.Once == a.Once {
			return err
		}
		old, verb := out.State, "answer"
		if a.Kind == "receipt" {
			verb = "receive"
		}
		if !iru.DrillTable.Can(out.State, verb) {
			return iru.Refuse(iru.Conflict, out.Ref+" is "+string(out.State)+" already", "a further practice is a new order: ask the unit for one")
		}
		next, e, err := out.Step(verb, 0, now, a.Kind)
		if err != nil {
			return err
		}
		if next.ReceivedAt.IsZero() {
			next.ReceivedAt = now
		}
		if verb == "answer" {
			next.AnsweredAt, next.Answer, next.Text, next.Digest = now, a.Kind, a.Text, a.Proof
			if a.Annex != nil {
				next.Text = a.Annex.Text() + "\n" + a.Text
			}
		}
		next.Once = a.Once
		if err := t.UpdateDrill(ctx, next, old); err != nil {
			return err
		}
		out = next
		_, err = t.Record(ctx, e.With("sha256", a.Proof))
		return err
	})
	return out, err
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// WitnessEvery is how often checkpoints are exchanged; around T0 of a shared operation it is done at once.
const WitnessEvery = 24 * time.Hour

// SendCheckpoints sends the newest checkpoint of our ledger to every partner that had none for a day, or to which it is owed since the operation that
// both take part in was released or is over.
func (d *Desk) SendCheckpoints(ctx context.Context) error {
	cs, err := d.Correspondents(ctx)
	if err != nil {
		return err
	}
	var all error
	for _, c := range cs {
		all = errors.Join(all, d.enact(ctx, func(t *db.Tx, now time.Time) error {
			l, err := t.Line(ctx, c.ID)
			if err != nil {
				return err
			}
			last, err := t.OutgoingLast(ctx, c.ID, iru.SayCheckpoint)
			if err != nil && !errors.Is(err, iru.NotFound) {
				return err
			}
			if now.Sub(last.At) < WitnessEvery {
				around, err := t.ReleasedBetween(ctx, c.ID, last.At, now)
				if err != nil || !around {
					return err
				}
			}
			return d.sendCheckpoint(ctx, t, c.Partner, l, now)
		}))
	}
	return all
}

// sendCheckpoint tells a partner our newest checkpoint, with the proof that it extends the one that the partner has seen last.
func (d *Desk) sendCheckpoint(ctx context.Context, t *db.Tx, p iru.Partner, _ iru.Line, now time.Time) error {
	size, _, signed, err := t.Checkpoint(ctx)
	if errors.Is(err, iru.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	b := &iru.CheckpointBody{Key: d.Log.Public, Checkpoint: string(signed)}
	if w, err := t.WitnessLast(ctx, p.ID, true); err == nil && w.Size <= size {
		b.From = w.Size
	} else if err != nil && !errors.Is(err, iru.NotFound) {
		return err
	}
	proof, err := ledger.ProveConsistency(b.From, size, t.Log(ctx))
	if err != nil {
		return fmt.Errorf("prove checkpoint: %w: %w", iru.Internal, err)
	}
	for _, h := range proof {
		b.Proof = append(b.Proof, hex.EncodeToString(h[:]))
	}
	return d.tellPartner(ctx, t, p.ID, iru.SayCheckpoint, "", between, b, 0, now)
}

// heardCheckpoint holds a partner's checkpoint against the last one that was seen of its ledger, and cosigns it. What does not extend it is an alarm.
func (d *Desk) heardCheckpoint(ctx context.Context, t *db.Tx, m message, b *iru.CheckpointBody) error {
	v, err := note.NewVerifier(b.Key)
	if err != nil {
		return iru.Refuse(iru.Invalid, "the key of the partner's log is none", "")
	}
	c, err := ledger.Open([]byte(b.Checkpoint), v, v.Name())
	if err != nil {
		return fmt.Errorf("%w: %w", iru.Invalid, err)
	}
	last, err := t.WitnessLast(ctx, m.Partner, false)
	if err != nil && !errors.Is(err, iru.NotFound) {
		return err
	}
	w := iru.Witness{Unit: m.partner.Unit, Partner: m.Partner, Size: c.Size, Key: b.Key, Signed: b.Checkpoint, At: m.now}
	if d.Keys == nil {
		return iru.Refuse(iru.Unavailable, "this process speaks to no partners", "")
	}
	l, err := t.Line(ctx, m.Partner)
	if err != nil {
		return err
	}
	witness, err := d.Keys.Witness(l.Own)
	if err != nil {
		return err
	}
	answer := &iru.CosignatureBody{Key: witness.Key(), Size: last.Size}
	wrong, signed := "", ""
	switch {
	case last.Key != b.Key && last.ID != 0:
		wrong = "the key of its log is another one than before"
	case c.Size < last.Size:
		wrong = fmt.Sprintf("its ledger has %d events and had %d: something was removed, or its store was put back", c.Size, last.Size)
	case b.From != last.Size: // it does not know what we saw
		answer.Again, answer.Objection = true, "the proof begins elsewhere than at the last checkpoint that was seen here"
	default:
		if signed, wrong, err = vouch(witness, b, last, v, m.now); err != nil {
			return err
		}
	}
	if wrong != "" {
		w.Objection, answer.Objection = wrong, wrong
		if err := d.alarm(ctx, t, m.partner, "inconsistent", wrong, m.now); err != nil {
			return err
		}
	}
	if answer.Objection == "" {
		answer.Signed, answer.Size = signed, c.Size
	}
	if answer.Objection == "" || wrong != "" {
		if err := t.AddWitness(ctx, &w); err != nil {
			return err
		}
		if _, err := t.Record(ctx, happened("partner", int64(m.Partner), "witness", 0, m.partner.Unit, m.now, wrong).With("size", c.Size).With("root", c.Root.String())); err != nil {
			return err
		}
	}
	return d.tellPartner(ctx, t, m.Partner, iru.SayCosignature, "", between, answer, 0, m.now)
}

// vouch cosigns a checkpoint that continues what was seen, or says what is wrong with it.
func vouch(by ledger.Witness, b *iru.CheckpointBody, last iru.Witness, v note.Verifier, at time.Time) (signed, wrong string, err error) {
	seen := ledger.Checkpoint{}
	if last.ID != 0 {
		if seen, err = ledger.Peek([]byte(last.Signed)); err != nil {
			return "", "", fmt.Errorf("read what was seen: %w: %w", iru.Internal, err)
		}
	}
	sub := ledger.Submission{Old: b.From, Checkpoint: []byte(b.Checkpoint)}
	for _, s := range b.Proof {
		raw, err := hex.DecodeString(s)
		if err != nil || len(raw) != tlog.HashSize {
			return "", "its proof is none", nil
		}
		sub.Proof = append(sub.Proof, tlog.Hash(raw))
	}
	_, line, err := by.Cosign(sub, seen, v, v.Name(), at)
	switch {
	case errors.Is(err, ledger.ErrSplit), errors.Is(err, ledger.ErrProof):
		return "", fmt.Sprintf("its ledger does not begin with the one of %d events that was seen before: something in it was changed", seen.Size), nil
	case err != nil:
		return "", "", fmt.Errorf("%w: %w", iru.Invalid, err)
	}
	return b.Checkpoint + string(line), "", nil
}

// alarm shows something to people until one has looked into it.
func (d *Desk) alarm(ctx context.Context, t *db.Tx, p iru.Partner, verb, what string, now time.Time) error {
	l, err := t.Line(ctx, p.ID)
	if err != nil {
		return err
	}
	l.Alarm = clip(what, 300)
	if err := t.UpdateLine(ctx, l); err != nil {
		return err
	}
	_, err = t.Record(ctx, happened("partner", int64(p.ID), verb, 0, p.Unit, now, l.Alarm))
	return err
}

// heardCosignature keeps what a partner says of a checkpoint of ours. Its objection is an alarm here too: one of the two is wrong.
func (d *Desk) heardCosignature(ctx context.Context, t *db.Tx, m message, b *iru.CosignatureBody) error {
	w := iru.Witness{Unit: m.partner.Unit, Partner: m.Partner, Ours: true, Size: b.Size, Key: b.Key, Signed: b.Signed, Objection: b.Objection, At: m.now}
	if b.Signed != "" {
		is, err := d.cosigner(ctx, t, m.partner, b.Key)
		if err != nil {
			return err
		}
		if !is {
			return iru.Refuse(iru.Forbidden, "the cosigner's key is not the one of the partner's card", "ask the partner's person")
		}
		v, err := ledger.NewCosigner(b.Key)
		if err != nil {
			return iru.Refuse(iru.Invalid, "the cosigner's key is none", "")
		}
		c, by, err := ledger.Cosignatures([]byte(b.Signed), d.Log.Verifier, d.Log.Origin, v)
		if err != nil || len(by) != 1 || c.Size != b.Size {
			return iru.Refuse(iru.Invalid, "that is no checkpoint of ours with the partner's cosignature", "")
		}
	}
	if err := t.AddWitness(ctx, &w); err != nil {
		return err
	}
	verb := "cosigned"
	if b.Objection != "" {
		verb = "objected"
		if !b.Again {
			if err := d.alarm(ctx, t, m.partner, "inconsistent", "the partner does not cosign our checkpoint: "+b.Objection, m.now); err != nil {
				return err
			}
		}
	}
	_, err := t.Record(ctx, happened("partner", int64(m.Partner), verb, 0, m.partner.Unit, m.now, clip(b.Objection, 300)).With("size", b.Size))
	return err
}

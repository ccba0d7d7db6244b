// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// SealBatch is how many events get their place in one transaction, at most.
const SealBatch = 2000

// sealLease is the role of the one sequencer, and for how long it is held.
const (
	sealLease = "sequencer"
	sealHold  = 10 * time.Second
)

// Seal gives waiting events their places in the ledger, signs a checkpoint over them and marks the exhibits that it covers, all
// in one transaction. Only the holder of the sequencer's lease does so; holder names this process. It gives the number of events
// sealed; 0 if none waited or another process holds the role.
func (d *Desk) Seal(ctx context.Context, holder string) (int, error) {
	held, err := d.DB.Lease(ctx, sealLease, holder, sealHold)
	if err != nil || !held {
		return 0, err
	}
	n := 0
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n = 0
		if err := t.Holds(ctx, sealLease, holder); err != nil {
			return err
		}
		wait, err := t.Unsequenced(ctx, SealBatch)
		if err != nil || len(wait) == 0 {
			return err
		}
		last := ledger.Checkpoint{Origin: d.Log.Origin}
		_, _, signed, err := t.Checkpoint(ctx)
		switch {
		case err == nil:
			if last, err = ledger.Open(signed, d.Log.Verifier, d.Log.Origin); err != nil {
				return fmt.Errorf("seal events: the last checkpoint is not ours: %w: %w", iru.Internal, err)
			}
		case !errors.Is(err, iru.NotFound):
			return err
		}
		leaves, ids := make([][]byte, len(wait)), make([]iru.EventID, len(wait))
		for i, w := range wait {
			leaves[i], ids[i] = w.Leaf, w.ID
		}
		hashes, next, err := ledger.Extend(last, leaves, now, t.Log(ctx))
		if err != nil {
			return fmt.Errorf("seal events: %w: %w", iru.Internal, err)
		}
		if signed, err = ledger.Sign(next, d.Log.Signer); err != nil {
			return fmt.Errorf("seal events: %w: %w", iru.Internal, err)
		}
		if err := t.Sequence(ctx, last.Size, ids, hashes, next.Size, now, signed); err != nil {
			return err
		}
		n = len(wait)
		return sealExhibits(ctx, t, next.Size, now)
	})
	return n, err
}

// Unseat gives the sequencer's role up, if holder has it, so that the next process need not wait for its end.
func (d *Desk) Unseat(ctx context.Context, holder string) error {
	return d.DB.ReleaseLease(ctx, sealLease, holder)
}

func sealExhibits(ctx context.Context, t *db.Tx, size int64, now time.Time) error {
	es, err := t.ExhibitsToSeal(ctx, size, SealBatch)
	if err != nil {
		return err
	}
	for _, e := range es {
		old := e.State
		if e.State, err = iru.ExhibitTable.Next(old, "seal"); err != nil {
			return err
		}
		if err := t.UpdateExhibit(ctx, e, old); err != nil {
			return err
		}
		if err := evidenced(ctx, t, e, now); err != nil {
			return err
		}
	}
	return nil
}

// Waiting reports whether events wait for their place.
func (d *Desk) Waiting(ctx context.Context) (bool, error) {
	waiting := false
	err := d.DB.View(ctx, func(t *db.Tx) error {
		u, err := t.Unsequenced(ctx, 1)
		waiting = len(u) > 0
		return err
	})
	return waiting, err
}

// sealed refuses an act that is not what the officers approved whom it needs and, with Unavailable, one whose approvals no signed
// checkpoint covers yet.
func sealed(ctx context.Context, t *db.Tx, n iru.Notice) error {
	dig, err := ActDigest(n)
	if err != nil {
		return err
	}
	if err := n.Signed(dig); err != nil {
		return err
	}
	if err := persons(ctx, t, n); err != nil {
		return err
	}
	for _, a := range n.Approvals {
		if _, ok, err := t.Sealed(ctx, a.Event); err != nil {
			return err
		} else if !ok {
			return iru.Refuse(iru.Unavailable, n.Ref+" waits for the checkpoint that covers its approval", "it leaves by itself, usually within a second")
		}
	}
	return nil
}

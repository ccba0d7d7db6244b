// SPDX-License-Identifier: EUPL-1.2

package desktest

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A Reader is a desk at which people decide on what they have just read: the verbs that ask what was seen are told so.
type Reader struct{ *desk.Desk }

// Approve approves the act as it stands.
func (r Reader) Approve(ctx context.Context, s iru.Scope, id iru.NoticeID) (iru.Notice, error) {
	seen := ""
	if err := r.DB.View(ctx, func(t *db.Tx) error {
		n, err := t.Notice(ctx, iru.Program(), id)
		if err == nil {
			seen, err = desk.ActDigest(n)
		}
		return err
	}); err != nil {
		return iru.Notice{}, err
	}
	return r.Desk.Approve(ctx, s, id, seen)
}

// Confirm confirms the contact as it stands.
func (r Reader) Confirm(ctx context.Context, s iru.Scope, id iru.ProviderID, note string) (iru.Provider, error) {
	seen := ""
	if err := r.DB.View(ctx, func(t *db.Tx) error {
		p, err := t.Provider(ctx, iru.Program(), id)
		seen = p.Way()
		return err
	}); err != nil {
		return iru.Provider{}, err
	}
	return r.Desk.Confirm(ctx, s, id, seen, note)
}

// Poll answers on the unit's tasks as they stand.
func (r Reader) Poll(ctx context.Context, s iru.Scope, id iru.OperationID, state iru.PollState, reason string) (iru.Poll, error) {
	seen := ""
	if err := r.DB.View(ctx, func(t *db.Tx) error {
		bs, err := desk.BallotsOf(ctx, t, id)
		for _, b := range bs {
			if b.Unit == s.Unit && err == nil {
				seen, err = b.Digest()
			}
		}
		return err
	}); err != nil {
		return iru.Poll{}, err
	}
	if state == iru.PollGo {
		if err := r.Clear(ctx, s, id); err != nil {
			return iru.Poll{}, err
		}
	}
	return r.Desk.Poll(ctx, s, id, state, seen, reason)
}

// Clear answers whatever the officer's unit is asked in an operation: no interest.
func (r Reader) Clear(ctx context.Context, s iru.Scope, id iru.OperationID) error {
	qs, err := r.Deconflictions(ctx, s, id)
	if err != nil {
		return err
	}
	var ids []iru.DeconflictionID
	for _, q := range qs {
		if q.Unit == s.Unit && q.State == iru.DeconflictionRequested {
			ids = append(ids, q.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err = r.AnswerDeconflictions(ctx, s, ids, iru.DeconflictionAnswer{Verb: "clear"})
	return err
}

// Release sets T0 after it was said why nothing needs to be preserved again.
func (r Reader) Release(ctx context.Context, s iru.Scope, id iru.OperationID, t0 time.Time) (iru.Operation, error) {
	if s.May(iru.ToPlan) == nil {
		if _, err := r.Unkept(ctx, s, id, nil, "preserved before the operation began"); err != nil {
			return iru.Operation{}, err
		}
	}
	return r.Desk.Release(ctx, s, id, t0)
}

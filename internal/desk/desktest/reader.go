// SPDX-License-Identifier: EUPL-1.2

package desktest

import (
	"context"

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
		ts, err := t.Tasks(ctx, iru.Program(), id)
		if err == nil {
			seen, err = desk.TaskDigest(s.Unit, ts)
		}
		return err
	}); err != nil {
		return iru.Poll{}, err
	}
	return r.Desk.Poll(ctx, s, id, state, seen, reason)
}

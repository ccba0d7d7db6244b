// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// Reject says that an asset is somebody else's.
func (d *Desk) Reject(ctx context.Context, s iru.Scope, id iru.AssetID, reason string) (iru.Asset, error) {
	return d.judgeAsset(ctx, s, id, "reject", reason, "say whose it is, or why it is not this outlet's", nil)
}

// Reconsider makes an asset a candidate again: a rejection was wrong, or it was attributed to the wrong outlet. As long as an act
// about it is under way it stays what it is.
func (d *Desk) Reconsider(ctx context.Context, s iru.Scope, id iru.AssetID, reason string) (iru.Asset, error) {
	return d.judgeAsset(ctx, s, id, "reconsider", reason, "say what was wrong, or what has become known", func(t *db.Tx, a iru.Asset, now time.Time) error {
		ns, err := t.NoticesOf(ctx, iru.Program(), a.ID)
		if err != nil {
			return err
		}
		for _, n := range ns {
			if iru.NoticeTable.Can(n.State, "withdraw") {
				return iru.Refuse(iru.Conflict, n.Ref+" is about this asset", "withdraw it first")
			}
		}
		i, err := t.ItemByLocator(ctx, a.Unit, a.Locator)
		if err != nil {
			return err
		}
		_, err = t.Enqueue(ctx, Capture{Item: i.ID}, read(soon)) // if it never was
		return err
	})
}

// GiveUp ends the pursuit of an asset that nobody takes down: it is watched as before.
func (d *Desk) GiveUp(ctx context.Context, s iru.Scope, id iru.AssetID, reason string) (iru.Asset, error) {
	return d.judgeAsset(ctx, s, id, "give_up", reason, "say why it is given up", func(t *db.Tx, a iru.Asset, now time.Time) error {
		ns, err := t.NoticesOf(ctx, iru.Program(), a.ID)
		if err != nil {
			return err
		}
		for _, n := range ns {
			if n.State.Open() && iru.NoticeTable.Can(n.State, "withdraw") {
				return iru.Refuse(iru.Conflict, n.Ref+" is still with its addressee", "withdraw it first")
			}
		}
		_, err = t.Enqueue(ctx, Monitor{Asset: a.ID}, visit(soon))
		return err
	})
}

// judgeAsset moves an asset by an officer's word, which needs a reason.
func (d *Desk) judgeAsset(ctx context.Context, s iru.Scope, id iru.AssetID, verb, reason, hint string, also func(*db.Tx, iru.Asset, time.Time) error) (iru.Asset, error) {
	if err := s.May(iru.ToAttribute); err != nil {
		return iru.Asset{}, err
	}
	if strings.TrimSpace(reason) == "" {
		return iru.Asset{}, iru.Refuse(iru.Invalid, "the reason is missing", hint)
	}
	var a iru.Asset
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if a, err = ownAsset(ctx, t, s, id); err != nil {
			return err
		}
		old, was := a.State, a
		var e iru.Event
		if a, e, err = a.Step(verb, s.Officer, now, reason); err != nil {
			return err
		}
		if also != nil {
			if err := also(t, a, now); err != nil {
				return err
			}
		}
		if err := t.UpdateAsset(ctx, a, old); err != nil {
			return err
		}
		if a.Outlet != was.Outlet {
			if err := d.unchartOwner(ctx, t, was, now); err != nil {
				return err
			}
		}
		_, err = t.Record(ctx, e)
		return err
	})
	return a, err
}

// relent ends the pursuit of an asset when the last act about it was taken back, by the officer who did so.
func relent(ctx context.Context, t *db.Tx, id iru.AssetID, by iru.OfficerID, now time.Time, why string) error {
	a, err := t.Asset(ctx, iru.Program(), id)
	if err != nil || !iru.AssetTable.Can(a.State, "give_up") {
		return err
	}
	ns, err := t.NoticesOf(ctx, iru.Program(), id)
	if err != nil {
		return err
	}
	for _, n := range ns {
		switch n.State {
		case iru.NoticeDraft, iru.NoticeSubmitted, iru.NoticeEndorsed, iru.NoticeApproved, iru.NoticeWithdrawn, iru.NoticeBounced:
		default:
			return nil
		}
	}
	next, e, err := a.Step("give_up", by, now, why)
	if err != nil {
		return err
	}
	if err := t.UpdateAsset(ctx, next, a.State); err != nil {
		return err
	}
	_, err = t.Record(ctx, e)
	return err
}

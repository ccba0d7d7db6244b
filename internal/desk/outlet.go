// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// CloseOutlet ends the watch over an outlet: its assets are not visited any more. What is under way goes on.
func (d *Desk) CloseOutlet(ctx context.Context, s iru.Scope, id iru.OutletID, why string) (iru.Outlet, error) {
	if strings.TrimSpace(why) == "" {
		return iru.Outlet{}, iru.Refuse(iru.Invalid, "the reason is missing", "say why the outlet is no longer watched")
	}
	return d.judgeOutlet(ctx, s, id, "close", why)
}

// WatchOutlet takes up the watch over an outlet that was closed.
func (d *Desk) WatchOutlet(ctx context.Context, s iru.Scope, id iru.OutletID, why string) (iru.Outlet, error) {
	return d.judgeOutlet(ctx, s, id, "watch", why)
}

// Classify changes an outlet's handling codes: who may see, who may act, under which conditions its evidence travels. Opening them is how
// leave is given, so the reason names who gave it.
func (d *Desk) Classify(ctx context.Context, s iru.Scope, id iru.OutletID, h iru.Handling, why string) (iru.Outlet, error) {
	if err := s.May(iru.ToClassify); err != nil {
		return iru.Outlet{}, err
	}
	if err := h.Check(); err != nil {
		return iru.Outlet{}, err
	}
	if strings.TrimSpace(why) == "" {
		return iru.Outlet{}, iru.Refuse(iru.Invalid, "the reason is missing", "say why, and who gave leave where the codes are opened")
	}
	var o iru.Outlet
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if o, err = t.Outlet(ctx, s, id); err != nil {
			return err
		}
		if err := own(s, o.Unit); err != nil {
			return err
		}
		was := o.Handling
		o.Handling = h
		if err := t.UpdateOutlet(ctx, o, o.State); err != nil {
			return err
		}
		if _, err = t.Record(ctx, happened("outlet", int64(o.ID), "classify", s.Officer, o.Unit, now, clip(why, 500)).
			With("was", was.String()).With("is", h.String())); err != nil {
			return err
		}
		if was.Untouchable() && !h.Untouchable() { // its servers may be asked again
			as, err := t.AssetsOf(ctx, iru.Program(), o.ID)
			if err != nil {
				return err
			}
			for _, a := range as {
				if err := attend(ctx, t, a, now); err != nil {
					return err
				}
			}
		}
		return retried(ctx, t, o.ID, now)
	})
	return o, err
}

func (d *Desk) judgeOutlet(ctx context.Context, s iru.Scope, id iru.OutletID, verb, why string) (iru.Outlet, error) {
	if err := s.May(iru.ToWatch); err != nil {
		return iru.Outlet{}, err
	}
	var o iru.Outlet
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		was, err := t.Outlet(ctx, s, id)
		if err != nil {
			return err
		}
		if err := own(s, was.Unit); err != nil {
			return err
		}
		var e iru.Event
		if o, e, err = was.Step(verb, s.Officer, now, why); err != nil {
			return err
		}
		if err := t.UpdateOutlet(ctx, o, was.State); err != nil {
			return err
		}
		if _, err := t.Record(ctx, e); err != nil || verb == "close" {
			return err
		}
		as, err := t.AssetsOf(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		for _, a := range as {
			if err := attend(ctx, t, a, now); err != nil {
				return err
			}
		}
		return nil
	})
	return o, err
}

// attend has an attributed asset looked after, by its state: visited while it is up, rechecked while it is down.
func attend(ctx context.Context, t *db.Tx, a iru.Asset, now time.Time) error {
	var err error
	//exhaustive:enforce
	switch a.State {
	case iru.AssetLive, iru.AssetActioned, iru.AssetReturned:
		_, err = t.Enqueue(ctx, Monitor{Asset: a.ID}, visit(soon))
	case iru.AssetDown:
		_, err = t.Enqueue(ctx, Recheck{Asset: a.ID}, look(soon))
	case iru.AssetCandidate, iru.AssetRejected:
	}
	return err
}

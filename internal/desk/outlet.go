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

// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// monitor visits an asset once when it was attributed or is watched again: its own address is captured anew, what it links to is taken up, and
// its monitors begin. From then on rounds look at it, in pauses that adapt.
type monitor struct {
	river.WorkerDefaults[desk.Monitor]
	*Crew
}

func (w *monitor) Work(ctx context.Context, job *river.Job[desk.Monitor]) error {
	a, err := w.asset(ctx, job.Args.Asset)
	if err != nil {
		return outcome(err)
	}
	if a.State == iru.AssetRejected || a.State == iru.AssetDown {
		return nil // a rejected one is left alone; one that is down is rechecked until it returns
	}
	var i iru.Item
	closed := false
	if err := w.Desk.DB.View(ctx, func(t *db.Tx) error {
		if closed, err = unwatched(ctx, t, a); err != nil {
			return err
		}
		i, err = t.ItemByLocator(ctx, a.Unit, a.Locator)
		return err
	}); err != nil {
		return outcome(err)
	}
	if closed {
		return nil // until a person watches the outlet again
	}
	if i.State != iru.ItemNew { // else its first capture is under way
		if err := w.record(ctx, w.Vantages[0], a, i, plenty); err != nil {
			return paced(err)
		}
	}
	return outcome(w.Desk.Schedule(ctx, a.ID))
}

// unwatched reports whether an asset's outlet is no longer watched, or must not be touched.
func unwatched(ctx context.Context, t *db.Tx, a iru.Asset) (bool, error) {
	if ok, err := desk.Touchable(ctx, t, a); err != nil || !ok {
		return !ok, err
	}
	if a.Outlet == 0 {
		return false, nil
	}
	o, err := t.Outlet(ctx, iru.Program(), a.Outlet)
	return o.State == iru.OutletClosed, err
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// Schedule has an attributed asset looked at by all of its monitors from now on, in pauses that adapt. What is scheduled already stays as it
// is; what must not be touched is not scheduled.
func (d *Desk) Schedule(ctx context.Context, id iru.AssetID) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		a, err := t.Asset(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		if ok, err := Touchable(ctx, t, a); err != nil || !ok {
			return err
		}
		for _, m := range iru.MonitorsOf(a.Kind, d.OnPlatform(a.Locator)) {
			if err := t.AddSchedule(ctx, iru.NewSchedule(a, m, d.bounds(m), now)); err != nil {
				return err
			}
		}
		_, err = t.Enqueue(ctx, Round{Shard: int(a.ID % iru.Shards)}, look(soon))
		return err
	})
}

func (d *Desk) bounds(m iru.Monitor) iru.Bounds {
	b := iru.BoundsOf(m, d.Rules.Monitor)
	if d.Rules.MonitorMost > 0 {
		b.Most = max(b.Least, d.Rules.MonitorMost)
		b.First = min(b.First, b.Most)
	}
	return b
}

// Touchable reports whether servers of an asset may be asked for anything: not where its outlet, or that of the asset that led to it, is
// handled as PAP:RED.
func Touchable(ctx context.Context, t *db.Tx, a iru.Asset) (bool, error) {
	outlet := a.Outlet
	for range 2 {
		if outlet != 0 {
			o, err := t.Outlet(ctx, iru.Program(), outlet)
			return err == nil && !o.Handling.Untouchable(), err
		}
		if a.FoundFrom == 0 {
			return true, nil
		}
		from, err := t.Asset(ctx, iru.Program(), a.FoundFrom)
		if err != nil {
			return false, err
		}
		outlet, a = from.Outlet, from
	}
	return true, nil
}

// A Due is one look that a round is to take.
type Due struct {
	iru.Schedule
	Of iru.Asset
}

// ClaimLooks takes looks of a shard that are due, at most n, and has them due again after hold, in case nobody reports of them. What is not to
// be looked at any more loses its schedule. next is when the shard has something due after that; zero: nothing.
func (d *Desk) ClaimLooks(ctx context.Context, shard, n int, hold time.Duration) (due []Due, next time.Time, err error) {
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		due = nil
		list, err := t.Due(ctx, shard, now, n)
		if err != nil {
			return err
		}
		as, err := t.AssetsByID(ctx, assetsOf(list))
		if err != nil {
			return err
		}
		outlets := map[iru.OutletID]iru.Outlet{}
		var held []int64
		for _, s := range list {
			a := as[s.Asset]
			o, ok := outlets[a.Outlet]
			if !ok && a.Outlet != 0 {
				if o, err = t.Outlet(ctx, iru.Program(), a.Outlet); err != nil {
					return err
				}
				outlets[a.Outlet] = o
			}
			if !watched(a, o, s.Monitor) {
				if err := t.RemoveSchedule(ctx, s.ID); err != nil {
					return err
				}
				continue
			}
			held = append(held, s.ID)
			due = append(due, Due{s, a})
		}
		if err := t.PostponeAll(ctx, held, now.Add(hold)); err != nil {
			return err
		}
		next, err = t.NextDue(ctx, shard)
		return err
	})
	return due, next, err
}

func assetsOf(list []iru.Schedule) (ids []iru.AssetID) {
	for _, s := range list {
		ids = append(ids, s.Asset)
	}
	return ids
}

// watched reports whether a monitor looks at an asset in its state. One that is down is looked at for its return by rechecks; its name is
// watched on, since it may be registered anew.
func watched(a iru.Asset, o iru.Outlet, m iru.Monitor) bool {
	if a.ID == 0 || a.Outlet == 0 || o.State == iru.OutletClosed || o.Handling.Untouchable() {
		return false
	}
	switch a.State {
	case iru.AssetLive, iru.AssetActioned, iru.AssetReturned:
		return true
	case iru.AssetDown:
		return m == iru.DomainMonitor
	}
	return false
}

// TakePace reserves n requests to each of several servers for this process, so far apart, and says how long to wait for them: all machines
// together keep one pace.
func (d *Desk) TakePace(ctx context.Context, servers []string, n int, every time.Duration) (waits []time.Duration, err error) {
	err = d.DB.Tx(ctx, func(t *db.Tx) error {
		waits, err = t.TakePace(ctx, servers, n, every)
		return err
	})
	return waits, err
}

// HoldPace keeps all machines away from a server that asked for it: for as long as it says, within bounds (iru.Ban). Below nought it serves
// again, and what it asked for before is forgotten.
func (d *Desk) HoldPace(ctx context.Context, server string, after time.Duration) error {
	return d.DB.Tx(ctx, func(t *db.Tx) error {
		if after < 0 {
			return t.HoldPace(ctx, server, 0)
		}
		n, err := t.Strikes(ctx, server)
		if err != nil {
			return err
		}
		return t.HoldPace(ctx, server, iru.Ban(after, n))
	})
}

// paceKept is how long a server that nobody asks any more is remembered.
const paceKept = 24 * time.Hour

// ForgetPace forgets servers that nobody asked for a day and that ask for nothing.
func (d *Desk) ForgetPace(ctx context.Context) error {
	return d.DB.Tx(ctx, func(t *db.Tx) error { return t.ForgetPace(ctx, paceKept) })
}

// Held is how long a server is still to be left alone.
func (d *Desk) Held(ctx context.Context, server string) (long time.Duration, err error) {
	err = d.DB.View(ctx, func(t *db.Tx) error {
		long, err = t.PaceHeld(ctx, server)
		return err
	})
	return long, err
}

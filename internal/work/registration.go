// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
	"iolaus/internal/probe"
)

// registrant asks whether the name of an asset that is down is registered anew, and then looks at the address at once. The DNS is asked; the registry
// only where the DNS knows the name.
type registrant struct {
	river.WorkerDefaults[desk.Registration]
	*Crew
}

func (w *registrant) Work(ctx context.Context, job *river.Job[desk.Registration]) error {
	a, err := w.asset(ctx, job.Args.Asset)
	if err != nil {
		return outcome(err)
	}
	asleep, err := w.asleep(ctx, a)
	if err != nil {
		return outcome(err)
	}
	if a.State != iru.AssetDown || asleep {
		return nil
	}
	l, err := locator.Parse(a.Locator)
	if err != nil {
		return outcome(fmt.Errorf("ask for the name of asset %d: %w: %w", a.ID, iru.Invalid, err))
	}
	seen, err := w.nameOf(ctx, l)
	if err != nil {
		if ctx.Err() == nil && job.Args.Again == 0 { // a server that does not answer says nothing about the name
			return river.JobSnooze(w.Desk.Rules.Registration)
		}
		return outcome(err)
	}
	anew, err := w.Desk.RecordName(ctx, a.ID, seen)
	if err != nil {
		return outcome(err)
	}
	if anew || job.Args.Again != 0 {
		if a, err = w.round(ctx, a); err != nil {
			return outcome(err)
		}
	}
	if job.Args.Again != 0 || a.State != iru.AssetDown || w.Desk.Rules.Registration <= 0 {
		return nil
	}
	return river.JobSnooze(w.Desk.Rules.Registration)
}

// asleep reports whether an asset is not to be looked at: its outlet is no longer watched, or must not be touched.
func (c *Crew) asleep(ctx context.Context, a iru.Asset) (bool, error) {
	if a.Outlet == 0 {
		return true, nil
	}
	asleep := false
	err := c.Desk.DB.View(ctx, func(t *db.Tx) error {
		o, err := t.Outlet(ctx, iru.Program(), a.Outlet)
		asleep = o.State == iru.OutletClosed || o.Handling.PAP == "RED"
		return err
	})
	return asleep, err
}

// nameOf is what the DNS, and where that knows it the registry, say of the registered name of an address.
func (c *Crew) nameOf(ctx context.Context, l locator.Locator) (desk.NameSeen, error) {
	v := c.Vantages[0].Network()
	exists, err := probe.Exists(ctx, probe.Resolver{Server: v.Resolver, Local: v.Local}, l.Site())
	seen := desk.NameSeen{Missing: !exists, Source: "dns"}
	if err != nil || !exists || c.RDAP == nil {
		return seen, err
	}
	reg, err := c.RDAP.Domain(ctx, l.Site())
	if err != nil {
		return seen, nil // what the DNS said stands
	}
	for _, e := range reg.Events {
		if e.Action == "registration" && e.At.After(seen.Registered) && !e.At.After(time.Now().Add(time.Hour)) {
			seen.Registered = e.At
		}
	}
	seen.Registrar, seen.Source = reg.Registrar.Name, "rdap "+reg.Server
	return seen, nil
}

// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
)

// resolve asks once more, just before an act leaves, who carries what it is about, and takes the answer in: what moved between approval
// and sending does not leave (desk.Dispatch refuses it). Who could not be asked is not known to carry it still: Unavailable, and it is
// tried again. An officer's own word on the carrier stands in place of a probe.
func (c *Crew) resolve(ctx context.Context, id iru.NoticeID) error {
	if c.RDAP == nil {
		return nil // who carries an asset is entered by hand here
	}
	var n iru.Notice
	var a iru.Asset
	var p iru.Provider
	var directory []iru.Provider
	var carriers []iru.Carrier
	if err := c.Desk.DB.View(ctx, func(t *db.Tx) (err error) {
		if n, err = t.Notice(ctx, iru.Program(), id); err != nil {
			return err
		}
		if a, err = t.Asset(ctx, iru.Program(), n.Asset); err != nil {
			return err
		}
		if p, err = t.Provider(ctx, iru.Program(), n.Provider); err != nil {
			return err
		}
		if carriers, err = t.Carriers(ctx, a.ID); err != nil {
			return err
		}
		directory, err = t.Providers(ctx, iru.Program())
		return err
	}); err != nil {
		return err
	}
	if n.State != iru.NoticeApproved {
		return nil
	}
	if slices.ContainsFunc(carriers, func(x iru.Carrier) bool { return x.Provider == n.Provider && x.Layer == n.Layer && x.By != 0 }) {
		return nil
	}
	l, err := locator.Parse(a.Locator)
	if err != nil || shared(directory, c.Desk.Rules.Platforms, l) {
		return nil // the address lies under the provider's own name
	}
	found, missing := c.Who(ctx, l, directory)
	if err := ctx.Err(); err != nil {
		return err
	}
	found = reachableOnly(found)
	own := slices.IndexFunc(found, func(x desk.Carriage) bool { return x.Layer == n.Layer && x.Name == p.Name })
	if own >= 0 && unchanged(p, found[own]) {
		return nil
	}
	if missing == nil {
		return c.Desk.RecordCarriers(ctx, a.ID, found)
	}
	if len(found) > 0 {
		if err := c.Desk.AddCarriers(ctx, a.ID, found); err != nil {
			return err
		}
	}
	if own >= 0 {
		return nil
	}
	return fmt.Errorf("ask again who carries what %s is about: %w: %v", n.Ref, iru.Unavailable, missing)
}

// unchanged reports whether a probe tells nothing new of how a provider is reached.
func unchanged(p iru.Provider, x desk.Carriage) bool {
	return x.Address == "" || x.Directory || p.Channel == iru.ByAPI || x.Guess && !p.Guess || x.Channel == p.Channel && x.Address == p.Address
}

// resolveLeast is the time that asking again is given even where a release is set for at once: an act to the wrong addressee is worse
// than one that is two seconds late.
const resolveLeast = 2 * time.Second

// resolveBy is how long before a release's last preparations its addresses have been asked for again, and resolvers how many are at once.
const (
	resolveBy = 2 * time.Second
	resolvers = 32
)

// resolveAll is resolve for all tasks of a stage of an operation, until an instant. It gives those of whom it is not known: they follow by
// themselves as soon as it is.
func (c *Crew) resolveAll(ctx context.Context, o iru.Operation, stage iru.Stage, until time.Time) map[iru.NoticeID]error {
	var ts []iru.TaskRow
	unknown := map[iru.NoticeID]error{}
	if c.RDAP == nil {
		return unknown
	}
	if err := c.Desk.DB.View(ctx, func(t *db.Tx) (err error) { ts, err = t.TaskRows(ctx, iru.Program(), o.ID); return err }); err != nil {
		c.Log.Warn("the tasks of an operation could not be read", "operation", o.ID, "error", err)
		return unknown
	}
	bound, cancel := context.WithTimeout(ctx, max(until.Sub(c.Desk.Now()), resolveLeast))
	defer cancel()
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, resolvers)
	for _, n := range ts {
		if n.State != iru.NoticeApproved || n.Stage != stage {
			continue
		}
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			err := c.resolve(bound, n.ID)
			if err == nil {
				return
			}
			if bound.Err() != nil {
				err = errors.Join(err, iru.Unavailable)
			}
			mu.Lock()
			defer mu.Unlock()
			unknown[n.ID] = fmt.Errorf("%w: %w", iru.Unavailable, err)
		})
	}
	wg.Wait()
	return unknown
}

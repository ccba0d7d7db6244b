// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"sync"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// verifier looks at an asset about which an act is pending, until its removal is believed or nothing is pending any more; and at one that is
// to be put back, until that is seen.
type verifier struct {
	river.WorkerDefaults[desk.Verify]
	*Crew
}

func (w *verifier) Work(ctx context.Context, job *river.Job[desk.Verify]) error {
	a, pending, err := w.Desk.Pending(ctx, job.Args.Asset)
	if err != nil {
		return outcome(err)
	}
	if !pending {
		return nil
	}
	if _, err = w.round(ctx, a); err != nil {
		return outcome(err)
	}
	if _, pending, err = w.Desk.Pending(ctx, job.Args.Asset); err != nil {
		return outcome(err)
	}
	if !pending || job.Args.Letter != 0 {
		return nil
	}
	return river.JobSnooze(w.Desk.Rules.Verify)
}

// rechecker looks at an asset that is down, in growing pauses, and ends when it returned: monitoring takes over then.
type rechecker struct {
	river.WorkerDefaults[desk.Recheck]
	*Crew
}

func (w *rechecker) Work(ctx context.Context, job *river.Job[desk.Recheck]) error {
	a, err := w.asset(ctx, job.Args.Asset)
	if err != nil {
		return outcome(err)
	}
	closed := false
	if err := w.Desk.DB.View(ctx, func(t *db.Tx) error {
		closed, err = unwatched(ctx, t, a)
		return err
	}); err != nil {
		return outcome(err)
	}
	if a.State != iru.AssetDown || closed {
		return nil
	}
	if a, err = w.round(ctx, a); err != nil {
		return outcome(err)
	}
	if a.State != iru.AssetDown {
		return nil
	}
	return river.JobSnooze(w.Desk.Pause(a, w.Desk.Now()))
}

// round looks once from every vantage point at the same time and hands all that was seen to the desk.
func (c *Crew) round(ctx context.Context, a iru.Asset) (iru.Asset, error) {
	e, err := c.expect(ctx, a)
	if err != nil {
		return a, err
	}
	looks := make([]iru.Observation, len(c.Vantages))
	var wg sync.WaitGroup
	for n, v := range c.Vantages {
		wg.Go(func() {
			looks[n] = fetch.Look(ctx, v, address(a.Locator), e).Observation
			looks[n].Detail = line(looks[n].Detail, maxDetail) // servers say what they like
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return a, err
	}
	return c.Desk.RecordLooks(ctx, a.ID, looks)
}

// expect is what a look hopes to find: the asset's own entry as it was captured. The same text under another title is the same
// content, and so are the same bytes.
func (c *Crew) expect(ctx context.Context, a iru.Asset) (fetch.Expect, error) {
	e := fetch.Expect{Kind: a.Kind}
	err := c.Desk.DB.View(ctx, func(t *db.Tx) error {
		i, err := t.ItemByLocator(ctx, a.Unit, a.Locator)
		if err != nil {
			return err
		}
		e.Title = i.Title
		if i.Exhibit == 0 {
			return nil
		}
		x, err := t.Exhibit(ctx, iru.Program(), i.Exhibit)
		for _, p := range x.Prints {
			switch {
			case p.Where != i.Locator: // a picture
			case p.Medium == "sha256" && e.SHA256 == "":
				e.SHA256 = p.Value
			case p.Medium == "text":
				e.Sketch, _ = recognise.ParseSketch(p.Value) // a damaged one asks for nothing
			}
		}
		return err
	})
	return e, err
}

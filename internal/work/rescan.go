// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// rescanner goes through what was captured earlier, newest first, and suggests as it would have been suggested then.
type rescanner struct {
	river.WorkerDefaults[desk.Rescan]
	*Crew
	part int // exhibits gone through before it is stored how far it has come
}

const (
	// rescanPart is how many exhibits make a part: a second's work.
	rescanPart = 50
	// rescanTurn is how long one job goes on before others of its queue may: less than jobTimeout by far.
	rescanTurn = time.Minute
)

// Work goes on where the store says, part by part. Killed, it goes through at most one part again.
func (w *rescanner) Work(ctx context.Context, job *river.Job[desk.Rescan]) error {
	for end := time.Now().Add(rescanTurn); ; {
		var r iru.Rescan
		var xs []iru.Exhibit
		if err := w.Desk.DB.View(ctx, func(t *db.Tx) (err error) {
			if r, err = t.Rescan(ctx, job.Args.Unit, job.Args.Sought); err != nil || !r.Running || r.Turn != job.Args.Turn {
				return err
			}
			xs, err = t.RescanPart(ctx, r, w.part)
			return err
		}); err != nil {
			return outcome(err)
		}
		if !r.Running || r.Turn != job.Args.Turn { // it came to its end, or was asked for again, which has a job of its own
			return nil
		}
		if time.Now().After(end) {
			return river.JobSnooze(0)
		}
		p := iru.Part{Over: len(xs) < w.part, Seen: len(xs)}
		if len(xs) > 0 {
			p.Last = xs[len(xs)-1].ID
		}
		find := w.findTerms
		switch r.Sought {
		case iru.SoughtKnown:
			find = w.findKnown
		case iru.SoughtWords:
			find = w.enterWords
		case iru.SoughtTerms:
		}
		if err := find(ctx, r.Unit, xs, &p); err != nil {
			return outcome(err)
		}
		if _, err := w.Desk.RecordRescan(ctx, r, p); err != nil {
			return outcome(err)
		}
	}
}

// findTerms looks for the unit's terms, as they are now, in the texts of exhibits. A text that cannot be read is counted and left out: it
// must not keep the others from being searched.
func (c *Crew) findTerms(ctx context.Context, u iru.UnitID, xs []iru.Exhibit, p *iru.Part) error {
	terms, err := c.terms.of(ctx, c.Desk.DB, u)
	if err != nil || terms == nil {
		return err
	}
	for _, x := range xs {
		if x.State == iru.ExhibitErased {
			continue
		}
		text, err := c.textOf(ctx, x)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, iru.Unavailable):
			return err
		case err != nil:
			p.Failed++
			c.Log.Warn("the text of an exhibit could not be searched", "exhibit", x.ID, "error", err)
			continue
		}
		hits := hitsIn(terms, text)
		if len(hits) == 0 {
			continue
		}
		p.Found++
		if err := c.Desk.RecordTermHits(ctx, x.ID, hits); err != nil {
			return err
		}
	}
	return nil
}

// findKnown compares the fingerprints of exhibits with the unit's banks.
func (c *Crew) findKnown(ctx context.Context, u iru.UnitID, xs []iru.Exhibit, p *iru.Part) error {
	found, err := c.resembleAll(ctx, u, xs)
	if err != nil {
		return err
	}
	for n, x := range xs {
		if len(found[n]) == 0 || x.State == iru.ExhibitErased {
			continue
		}
		p.Found++
		if err := c.Desk.RecordMatches(ctx, x.ID, found[n]); err != nil {
			return err
		}
	}
	return nil
}

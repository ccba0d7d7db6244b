// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"sync"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// matcher compares an exhibit's fingerprints with what the banks know, and with what waits: suggestions with a distance, never a decision.
type matcher struct {
	river.WorkerDefaults[desk.Match]
	*Crew
}

func (w *matcher) Work(ctx context.Context, job *river.Job[desk.Match]) error {
	var x iru.Exhibit
	err := w.Desk.DB.View(ctx, func(t *db.Tx) (err error) {
		x, err = t.Exhibit(ctx, iru.Program(), job.Args.Exhibit)
		return err
	})
	if err != nil {
		return outcome(err)
	}
	found, err := w.resemble(ctx, x)
	if err != nil {
		return outcome(err)
	}
	if err := w.Desk.RecordMatches(ctx, x.ID, found); err != nil {
		return outcome(err)
	}
	if err := w.relate(ctx, x); err != nil {
		return outcome(err)
	}
	return outcome(w.spot(ctx, x))
}

// resemble looks up every fingerprint of an exhibit in its unit's banks. An item never resembles itself.
func (c *Crew) resemble(ctx context.Context, x iru.Exhibit) ([]desk.Resemblance, error) {
	all, err := c.resembleAll(ctx, x.Unit, []iru.Exhibit{x})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// resembleAll does so for several exhibits of a unit, in one look-up: what is compared one by one is read once.
func (c *Crew) resembleAll(ctx context.Context, u iru.UnitID, xs []iru.Exhibit) ([][]desk.Resemblance, error) {
	var queries []iru.Signal
	var where []string
	var of []int // of each query, its exhibit
	for n, x := range xs {
		for _, p := range x.Prints {
			if s, err := iru.ParseSignal(p.Medium, p.Value); err == nil { // an older version's is left out
				queries, where, of = append(queries, s), append(where, p.Where), append(of, n)
			}
		}
	}
	found, err := c.lookup().Find(ctx, iru.ProgramFor(u), queries)
	if err != nil {
		return nil, err
	}
	out := make([][]desk.Resemblance, len(xs))
	for n, fs := range found {
		x := of[n]
		for _, f := range fs {
			if f.Known.Item != xs[x].Item {
				out[x] = append(out[x], desk.Resemblance{Known: f.Known.ID, Medium: f.Signal.Medium, Distance: f.Distance, Where: where[n]})
			}
		}
	}
	return out, nil
}

// lookup is made when the first job needs it, and kept: it grows with the banks.
func (c *Crew) lookup() *Lookup {
	c.known.once.Do(func() { c.known.Lookup = NewLookup(c.Desk.DB, c.Index) })
	return c.known.Lookup
}

type knownOnce struct {
	once sync.Once
	*Lookup
}

// rethinker has suggestions thought over that known content or a bank took back or gave back.
type rethinker struct {
	river.WorkerDefaults[desk.Rethink]
	*Crew
}

func (w *rethinker) Work(ctx context.Context, job *river.Job[desk.Rethink]) error {
	return outcome(w.Desk.Rethink(ctx, job.Args))
}

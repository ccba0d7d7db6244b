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

// prober finds out who carries an asset: registrar and host, by DNS and RDAP. On a platform only the platform itself is named: its
// own registrar and host carry thousands of others.
type prober struct {
	river.WorkerDefaults[desk.Probe]
	*Crew
}

func (w *prober) Work(ctx context.Context, job *river.Job[desk.Probe]) error {
	a, err := w.asset(ctx, job.Args.Asset)
	if err != nil {
		return outcome(err)
	}
	l, err := locator.Parse(a.Locator)
	if err != nil {
		return outcome(fmt.Errorf("probe asset %d: %w: %w", a.ID, iru.Invalid, err))
	}
	var directory []iru.Provider
	if err := w.Desk.DB.View(ctx, func(t *db.Tx) error {
		directory, err = t.Providers(ctx, iru.Program())
		return err
	}); err != nil {
		return outcome(err)
	}
	var found []desk.Carriage
	var missing error
	if w.RDAP != nil && !shared(directory, w.Desk.Rules.Platforms, l) {
		found, missing = w.Who(ctx, l, directory)
		found = reachableOnly(found)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if missing != nil && len(found) == 0 {
		return outcome(missing)
	}
	record := w.Desk.RecordCarriers
	if missing != nil {
		record = w.Desk.AddCarriers
	}
	if err := record(ctx, a.ID, found); err != nil {
		return outcome(err)
	}
	if missing != nil && time.Since(job.CreatedAt) < askFor {
		w.Log.Warn("not everybody who carries an asset is known yet", "asset", a.ID, "error", missing)
		return river.JobSnooze(time.Hour)
	}
	return nil
}

// askFor is how long a server that does not answer is asked again who else carries an asset.
const askFor = 24 * time.Hour

// shared reports whether many customers publish under the address's own name.
func shared(directory []iru.Provider, platforms map[string]iru.AssetKind, l locator.Locator) bool {
	if platforms[l.Host()] != "" || platforms[l.Site()] != "" {
		return true
	}
	for _, p := range directory {
		if p.Site != "" && (p.Site == l.Site() || p.Site == l.Host()) {
			return true
		}
	}
	return false
}

// read takes up what is new in one certificate log, batch by batch; how far it came is stored with what was found.
func (c *Crew) read(ctx context.Context, log string) error {
	ct := probe.CT{HTTP: c.Vantages[0], Log: log}
	for ctx.Err() == nil {
		from, err := c.Desk.Cursor(ctx, log)
		if err != nil {
			return err
		}
		entries, next, err := ct.Since(ctx, from)
		if err != nil || next == from {
			return err
		}
		var seen []desk.Certificate
		for _, e := range entries {
			if e.Err == nil {
				seen = append(seen, desk.Certificate{Names: e.Certificate.Names, SPKI: e.Certificate.SPKI})
			}
		}
		if _, err := c.Desk.Announce(ctx, log, from, next, seen); err != nil {
			return err
		}
	}
	return ctx.Err()
}

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
	touch := false
	if err := w.Desk.DB.View(ctx, func(t *db.Tx) error {
		if touch, err = desk.Touchable(ctx, t, a); err != nil {
			return err
		}
		directory, err = t.Providers(ctx, iru.Program())
		return err
	}); err != nil || !touch {
		return outcome(err)
	}
	var found []desk.Carriage
	var missing error
	if w.RDAP != nil && !shared(directory, w.Desk.Rules.Platforms, l) {
		found, missing = w.Who(ctx, l, directory)
		found = reachableOnly(found)
	}
	if !shared(directory, w.Desk.Rules.Platforms, l) {
		leads, err := w.neighbours(ctx, a, l)
		if err != nil {
			return outcome(err)
		}
		if err := w.Desk.RecordLeads(ctx, a.ID, leads); err != nil {
			return outcome(err)
		}
		if err := w.nameServers(ctx, a); err != nil {
			return outcome(err)
		}
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

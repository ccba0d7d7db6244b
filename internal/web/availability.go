// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// maxChanges is how many changes of presence a figure is drawn from, the newest ones.
const maxChanges = 20000

// maxTurns and maxBorn are how many changes, and new addresses of one outlet, the first page draws, the newest ones: before those its axis does
// not go.
const (
	maxTurns = 1000
	maxBorn  = 500
)

// shown is how many outlets a chart holds; the table holds all.
const shown = 4

// A past is what was believed of one asset over time.
type past struct {
	asset   iru.Asset
	changes []db.PresenceChange
}

// pasts reads what was believed of attributed assets since a time.
func pasts(ctx context.Context, t *db.Tx, s iru.Scope, assets []iru.Asset, since time.Time) ([]past, error) {
	changes, err := t.PresenceChanges(ctx, s, since, maxChanges)
	if err != nil {
		return nil, err
	}
	byAsset := map[iru.AssetID][]db.PresenceChange{}
	for _, c := range changes {
		byAsset[c.Asset] = append(byAsset[c.Asset], c)
	}
	var out []past
	for _, a := range assets {
		if a.Outlet != 0 && a.State != iru.AssetRejected {
			out = append(out, past{a, byAsset[a.ID]})
		}
	}
	return out, nil
}

// An estate is how an outlet's addresses stand now, and when one of them was looked at last.
type estate struct {
	ui.Availability
	seen time.Time
}

// unwatched reports whether an outlet is on nobody's watch.
func unwatched(o iru.Outlet) bool {
	return o.State == iru.OutletProposed || o.State == iru.OutletClosed
}

// tally counts what is believed of addresses: unknown and doubtful are not down.
func tally(a *ui.Availability, s iru.PresenceState, n int) {
	switch s {
	case iru.PresenceUp, iru.PresenceBack:
		a.Up += n
	case iru.PresenceGone:
		a.Down += n
	default:
		a.Unknown += n
	}
}

// availability fills the figure and the table of the first page.
func (d *today) availability(p *TodayPage) error {
	from := d.v.now.AddDate(0, 0, -30)
	changes, err := d.t.PresenceChanges(d.ctx, d.v.scope, from, maxTurns)
	if err != nil {
		return err
	}
	if len(changes) == maxTurns {
		from = changes[0].At
	}
	courses := map[iru.OutletID]*course{}
	earliest := d.v.now
	for _, o := range d.outlets {
		if len(courses) == shown {
			break
		}
		if c := (course{now: d.stand[o.ID].Availability}); !unwatched(o) && c.now != (ui.Availability{}) {
			if c.born, err = d.t.Newborns(d.ctx, d.v.scope, o.ID, from, maxBorn); err != nil {
				return err
			}
			if len(c.born) == maxBorn && c.born[0].Created.After(from) {
				from = c.born[0].Created
			}
			if len(c.born) < c.now.Up+c.now.Down+c.now.Unknown { // some are older
				earliest = from
			} else if c.born[0].Created.Before(earliest) {
				earliest = c.born[0].Created
			}
			courses[o.ID] = &c
		}
	}
	for _, x := range changes {
		if c := courses[x.Outlet]; c != nil {
			c.changes = append(c.changes, x)
		}
	}
	if earliest.After(from) {
		from = earliest
	}
	if d.v.now.Sub(from) < time.Hour {
		from = d.v.now.Add(-time.Hour)
	}
	chart := ui.StepChart{ID: "avail", Title: ui.T(d.ctx, "Availability of watched outlets"), From: ui.OnAxis(from), To: ui.OnAxis(d.v.now), Max: 100, Unit: "%",
		X: ui.TimeTicks(from, d.v.now, 5)}
	table := ui.Table{Label: ui.T(d.ctx, "Watched outlets"), Compact: true, Empty: ui.T(d.ctx, "No outlet is watched."),
		Columns: []ui.Column{{Title: ui.T(d.ctx, "Outlet")}, {Title: ui.T(d.ctx, "Addresses")}, {Title: ui.T(d.ctx, "Seen"), NoWrap: true}}}
	unknown, all := 0, 0
	for _, o := range d.outlets {
		if unwatched(o) {
			continue
		}
		a, seen := d.stand[o.ID].Availability, d.stand[o.ID].seen
		unknown, all = unknown+a.Unknown, all+a.Up+a.Down+a.Unknown
		name := ui.Link("/outlets/"+id(o.ID), o.Name)
		if c := courses[o.ID]; c != nil {
			s := c.series(short(o.Name), from, d.v.now)
			name = templ.Join(ui.SeriesName(len(chart.Series), ""), name)
			chart.Series = append(chart.Series, s)
			if n := len(s.Points); n > 0 && !s.Points[n-1].Unknown {
				chart.Summary += fmt.Sprintf("%s: %.0f %%. ", o.Name, s.Points[n-1].Y)
			}
		}
		table.Rows = append(table.Rows, ui.Cells(name, a, ui.Fresh{Seen: seen, Now: d.v.now, Stale: freshFor}))
	}
	p.Availability, p.Chart = table, chart
	late, err := d.t.Overdue(d.ctx, d.v.scope, d.v.now.Add(-lateLook), counted)
	if err != nil {
		return err
	}
	if all > 0 {
		p.Unknown = ui.T(d.ctx, "Unknown is counted apart: of %s of %s addresses it is not known, by agreement of the vantage points, whether they answer.", fmt.Sprint(unknown), fmt.Sprint(all))
	}
	if late.Count > 0 {
		p.Unknown = strings.TrimSpace(p.Unknown + " " + ui.T(d.ctx, "Looks that wait: %s, the oldest since %s. Is a worker running?", atLeast(late.Count), late.Since.UTC().Format("2 Jan 15:04")))
	}
	return nil
}

// lateLook is by how much a look is late before people are told.
const lateLook = 10 * time.Minute

// atLeast writes a number that was counted to a limit.
func atLeast(n int) string {
	if n >= counted {
		return strconv.Itoa(counted) + "+"
	}
	return strconv.Itoa(n)
}

// short is the first word of an outlet's name, for the end of a line.
func short(name string) string {
	for i, r := range name {
		if r == ' ' && i >= 3 {
			return name[:i]
		}
	}
	return name
}

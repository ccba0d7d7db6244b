// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// maxChanges is how many changes of presence a figure is drawn from, the newest ones.
const maxChanges = 20000

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

// at says what was believed at a time; false before the asset was found.
func (p past) at(t time.Time) (iru.PresenceState, bool) {
	if t.Before(p.asset.Created) {
		return "", false
	}
	if len(p.changes) == 0 {
		if t.Before(p.asset.Presence.Since) {
			return iru.PresenceUnknown, true
		}
		return p.asset.Presence.State, true
	}
	state := p.changes[0].From
	if state == "" {
		state = iru.PresenceUnknown
	}
	for _, c := range p.changes {
		if c.At.After(t) {
			break
		}
		state = c.To
	}
	return state, true
}

// tally counts what is believed of addresses: unknown and doubtful are not down.
func tally(a *ui.Availability, s iru.PresenceState) {
	switch s {
	case iru.PresenceUp, iru.PresenceBack:
		a.Up++
	case iru.PresenceGone:
		a.Down++
	default:
		a.Unknown++
	}
}

// series draws the share of known addresses that answer; where nothing is known at all, the line breaks.
func series(name string, ps []past, from, to time.Time) ui.Series {
	moments := []time.Time{from}
	for _, p := range ps {
		for _, c := range append([]db.PresenceChange{{At: p.asset.Created}, {At: p.asset.Presence.Since}}, p.changes...) {
			if c.At.After(from) && c.At.Before(to) {
				moments = append(moments, c.At)
			}
		}
	}
	slices.SortFunc(moments, time.Time.Compare)
	moments = slices.CompactFunc(moments, time.Time.Equal)
	s := ui.Series{Name: name}
	for _, m := range moments {
		var a ui.Availability
		for _, p := range ps {
			if state, ok := p.at(m); ok {
				tally(&a, state)
			}
		}
		point := ui.Point{X: ui.OnAxis(m), Unknown: a.Up+a.Down == 0}
		if !point.Unknown {
			point.Y = 100 * float64(a.Up) / float64(a.Up+a.Down+a.Unknown)
		}
		if n := len(s.Points); n == 0 || s.Points[n-1].Y != point.Y || s.Points[n-1].Unknown != point.Unknown {
			s.Points = append(s.Points, point)
		}
	}
	return s
}

// availability fills the figure and the table of the first page.
func (d *today) availability(p *TodayPage) error {
	from := d.v.now.AddDate(0, 0, -30)
	ps, err := pasts(d.ctx, d.t, d.v.scope, d.assets, from)
	if err != nil {
		return err
	}
	earliest := d.v.now
	for _, x := range ps {
		if x.asset.Created.Before(earliest) {
			earliest = x.asset.Created
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
		if o.State == iru.OutletProposed || o.State == iru.OutletClosed {
			continue
		}
		var mine []past
		var a ui.Availability
		var seen time.Time
		for _, x := range ps {
			if x.asset.Outlet != o.ID {
				continue
			}
			mine = append(mine, x)
			tally(&a, x.asset.Presence.State)
			if x.asset.Seen.After(seen) {
				seen = x.asset.Seen
			}
		}
		unknown, all = unknown+a.Unknown, all+a.Up+a.Down+a.Unknown
		name := ui.Link("/outlets/"+id(o.ID), o.Name)
		if i := len(chart.Series); i < shown && len(mine) > 0 {
			s := series(short(o.Name), mine, from, d.v.now)
			chart.Series = append(chart.Series, s)
			name = templ.Join(ui.SeriesName(i, ""), name)
			if n := len(s.Points); n > 0 && !s.Points[n-1].Unknown {
				chart.Summary += fmt.Sprintf("%s: %.0f %%. ", o.Name, s.Points[n-1].Y)
			}
		}
		table.Rows = append(table.Rows, ui.Cells(name, a, ui.Fresh{Seen: seen, Now: d.v.now, Stale: freshFor}))
	}
	p.Availability, p.Chart = table, chart
	if all > 0 {
		p.Unknown = ui.T(d.ctx, "Unknown is counted apart: of %s of %s addresses it is not known, by agreement of the vantage points, whether they answer.", fmt.Sprint(unknown), fmt.Sprint(all))
	}
	return nil
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

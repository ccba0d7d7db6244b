// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

func monitorName(ctx context.Context, m iru.Monitor) string {
	//exhaustive:enforce
	switch m {
	case iru.SiteMonitor:
		return ui.T(ctx, "Pages, feeds, sitemaps")
	case iru.ServerMonitor:
		return ui.T(ctx, "Server")
	case iru.DomainMonitor:
		return ui.T(ctx, "Domain name")
	case iru.AppMonitor:
		return ui.T(ctx, "Mobile app")
	case iru.AddonMonitor:
		return ui.T(ctx, "Browser add-on")
	case iru.NewsletterMonitor:
		return ui.T(ctx, "Newsletter")
	case iru.StreamMonitor:
		return ui.T(ctx, "Stream")
	case iru.AccountMonitor:
		return ui.T(ctx, "Account on a platform")
	case iru.MirrorMonitor:
		return ui.T(ctx, "Mirror")
	}
	return string(m)
}

// A sightingNow is what a monitor saw last, and how it looked before.
type sightingNow struct {
	iru.Sighting
	Before int      // earlier sightings of the same monitor
	Due    ui.When  // of its next look
	Terms  ui.Terms // what was seen
	First  ui.When  // that it was seen so
	Last   ui.Fresh // the last look that saw it
}

// sightingsShown is how many sightings of an asset are read for its page.
const sightingsShown = 200

// sightings are what each monitor saw last of an asset, the asset's own first.
func (r *assetReader) sightings(a iru.AssetID) error {
	all, err := r.t.Sightings(r.ctx, r.v.scope, a, sightingsShown)
	if err != nil {
		return err
	}
	plans, err := r.t.Schedules(r.ctx, r.v.scope, a)
	if err != nil {
		return err
	}
	key := func(s iru.Sighting) string { return string(s.Monitor) + " " + s.Vantage }
	at := map[string]int{}
	var out []sightingNow
	for _, s := range all { // the latest of each comes first
		if n, ok := at[key(s)]; ok {
			out[n].Before++
			continue
		}
		at[key(s)] = len(out)
		now := sightingNow{Sighting: s, First: ui.When{At: s.First, Day: true}, Last: ui.Fresh{Seen: s.Last, Now: r.v.now}}
		for _, f := range s.Seen.Facts() {
			now.Terms = append(now.Terms, ui.Term{Name: seenName(r.ctx, f.Name), Value: ui.Isolated(cutText(plainDefanged(f.Value), 600))})
		}
		for _, p := range plans {
			if p.Monitor == s.Monitor {
				now.Due = ui.When{At: p.Due}
			}
		}
		out = append(out, now)
	}
	order := func(m iru.Monitor) int { return slices.Index(iru.Monitors, m) }
	slices.SortStableFunc(out, func(x, y sightingNow) int {
		own := func(m iru.Monitor) int {
			if m == iru.ServerMonitor || m == iru.DomainMonitor {
				return 1
			}
			return 0
		}
		if d := own(x.Monitor) - own(y.Monitor); d != 0 {
			return d
		}
		return order(x.Monitor) - order(y.Monitor)
	})
	r.p.Sightings, r.p.Planned = out, len(plans)
	return nil
}

// seenWords says since when a thing was seen so, how often, and what came before.
func (s sightingNow) seenWords(ctx context.Context) templ.Component {
	parts := []templ.Component{ui.Text(ui.T(ctx, "seen so since") + " "), s.First, ui.Text(", " + ui.T(ctx, "last") + " "), s.Last,
		ui.Text(", " + ui.Tn(ctx, s.Looks, "%d looks"))}
	if s.Before > 0 {
		parts = append(parts, ui.Text(", "+ui.T(ctx, "otherwise before: %s times", strconv.Itoa(s.Before))))
	}
	if !s.Due.At.IsZero() {
		parts = append(parts, ui.Text(", "+ui.T(ctx, "next look")+" "), s.Due)
	}
	return templ.Join(parts...)
}

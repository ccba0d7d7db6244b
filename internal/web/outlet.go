// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/locator"
	"iolaus/internal/web/ui"
)

// maxReturned is how many returns the list of outlets shows.
const maxReturned = 200

func (v *visit) outletsPage() error {
	p := OutletsPage{Frame: v.frame("outlets", ui.T(v.ctx(), "Outlets")), Now: v.now, Said: v.said(), MayWatch: v.may(iru.ToWatch)}
	err := v.read(func(t *db.Tx) error {
		outlets, err := t.Outlets(v.ctx(), v.scope)
		if err != nil {
			return err
		}
		counts, err := t.Standings(v.ctx(), v.scope)
		if err != nil {
			return err
		}
		suggested, err := t.SuggestedFor(v.ctx(), v.scope)
		if err != nil {
			return err
		}
		returned, err := t.AssetsIs(v.ctx(), v.scope, iru.AssetReturned, maxReturned)
		if err != nil {
			return err
		}
		p.Rows, p.Candidates, p.Returned = nil, 0, nil
		named := map[iru.OutletID]string{}
		for _, o := range outlets {
			named[o.ID] = o.Name
		}
		slices.SortFunc(returned, func(a, b iru.Asset) int { return cmp.Compare(a.ID, b.ID) })
		for _, a := range returned {
			p.Returned = append(p.Returned, ui.Line{Text: kindName(v.ctx(), a.Kind) + " " + id(a.ID), Href: "/assets/" + id(a.ID), Sub: join(named[a.Outlet], defanged(a.Locator)), End: ui.Fresh{Seen: a.Presence.Since, Now: v.now}})
		}
		rows := map[iru.OutletID]*OutletRow{}
		for _, c := range counts {
			if c.State == iru.AssetCandidate {
				p.Candidates += c.Count
			}
			if c.State == iru.AssetRejected {
				continue
			}
			if rows[c.Outlet] == nil {
				rows[c.Outlet] = &OutletRow{}
			}
			tally(&rows[c.Outlet].Availability, c.Presence, c.Count)
			if c.Seen.After(rows[c.Outlet].Seen) {
				rows[c.Outlet].Seen = c.Seen
			}
		}
		for _, o := range outlets {
			row := OutletRow{}
			if r := rows[o.ID]; r != nil {
				row = *r
			}
			row.Outlet, row.Suggested = o, suggested[o.ID]
			p.Rows = append(p.Rows, row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.show(p.View())
}

func (v *visit) outletPage() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	p := OutletPage{Now: v.now, Said: v.said(), Judge: map[iru.AssetID]judgeForm{}}
	if err := v.fillOutlet(&p, iru.OutletID(n)); err != nil {
		return err
	}
	return v.show(p.View())
}

func (v *visit) fillOutlet(p *OutletPage, o iru.OutletID) error {
	err := v.read(func(t *db.Tx) error {
		r := outletReader{v: v, t: t, ctx: v.ctx(), who: names{}, p: p}
		return r.read(o)
	})
	if err != nil {
		return err
	}
	p.Frame = v.frame("outlets", p.Outlet.Name)
	p.Frame.Handling = handling(p.Outlet.Handling)
	p.MayWatch, p.MayPlan = v.may(iru.ToWatch), v.may(iru.ToPlan)
	p.MayAttribute = v.may(iru.ToAttribute) && p.Outlet.Unit == v.by.Unit
	p.Steps = nil
	for _, verb := range outletVerbs {
		if v.mayStepOutlet(verb, p.Outlet) == nil {
			p.Steps = append(p.Steps, stepButton(outletVerbName(v.ctx(), verb), "/outlets/"+id(p.Outlet.ID), verb, ui.Ordinary))
		}
	}
	return nil
}

type outletReader struct {
	v         *visit
	t         *db.Tx
	ctx       context.Context
	who       names
	p         *OutletPage
	providers map[iru.ProviderID]iru.Provider
	carriers  map[iru.AssetID][]iru.Carrier
}

func (r *outletReader) read(id iru.OutletID) error {
	p, s := r.p, r.v.scope
	var err error
	if p.Outlet, err = r.t.Outlet(r.ctx, s, id); err != nil {
		return err
	}
	all, err := r.t.Assets(r.ctx, s)
	if err != nil {
		return err
	}
	p.Assets, p.Candidates, p.Availability = nil, nil, ui.Availability{}
	mine := map[iru.AssetID]iru.Asset{}
	for _, a := range all {
		if a.Outlet == id && a.State != iru.AssetRejected {
			p.Assets = append(p.Assets, a)
			mine[a.ID] = a
			tally(&p.Availability, a.Presence.State, 1)
		}
	}
	for _, a := range all {
		if to, ok := mine[a.Lineage.To]; ok && a.State == iru.AssetCandidate && a.Lineage.Score > 0 {
			p.Candidates = append(p.Candidates, Candidate{Asset: a, To: to})
		}
	}
	slices.SortStableFunc(p.Candidates, func(a, b Candidate) int { return cmp.Compare(b.Asset.Lineage.Score, a.Asset.Lineage.Score) })
	if err := r.carry(); err != nil {
		return err
	}
	r.estate()
	r.graph()
	if err := r.timeline(); err != nil {
		return err
	}
	if err := r.returns(); err != nil {
		return err
	}
	if err := r.waves(); err != nil {
		return err
	}
	es, err := r.t.EventsOf(r.ctx, iru.Subject{Noun: "outlet", ID: int64(id)})
	if err != nil {
		return err
	}
	p.History, err = r.v.historyTable(r.ctx, r.t, r.who, es)
	return err
}

func (r *outletReader) carry() error {
	r.providers, r.carriers = map[iru.ProviderID]iru.Provider{}, map[iru.AssetID][]iru.Carrier{}
	ps, err := r.t.Providers(r.ctx, r.v.scope)
	if err != nil {
		return err
	}
	for _, p := range ps {
		r.providers[p.ID] = p
	}
	for _, a := range r.p.Assets {
		if r.carriers[a.ID], err = r.t.Carriers(r.ctx, a.ID); err != nil {
			return err
		}
	}
	return nil
}

// naming are the layers that carry the name or pass traffic on; the others hold the content.
func naming(l legal.Layer) bool {
	switch l {
	case legal.Registrar, legal.Registry, legal.DNSOperator, legal.CDN, legal.DDoSProtection:
		return true
	}
	return false
}

// believed is what is known of an asset's presence, and where it stands in the unit's work when that says more.
func believed(ctx context.Context, a iru.Asset) templ.Component {
	s := presenceState(ctx, a.Presence.State)
	switch a.State {
	case iru.AssetActioned, iru.AssetReturned:
		return templ.Join(s, ui.Text(" "), assetState(ctx, a.State).Plain())
	}
	return s
}

func (r *outletReader) estate() {
	p := r.p
	p.Estate = ui.Table{Label: ui.T(r.ctx, "Estate"), Compact: true, List: true, Empty: ui.T(r.ctx, "No address is attributed to this outlet yet."),
		Columns: []ui.Column{{Title: ui.T(r.ctx, "Kind"), NoWrap: true}, {Title: ui.T(r.ctx, "Address")}, {Title: ui.T(r.ctx, "State")}, {Title: ui.T(r.ctx, "Provider")},
			{Title: ui.T(r.ctx, "Jurisdiction"), NoWrap: true}, {Title: ui.T(r.ctx, "Last seen"), NoWrap: true}}}
	for _, a := range p.Assets {
		var who, where []string
		for _, c := range r.carriers[a.ID] {
			prov, ok := r.providers[c.Provider]
			if !ok || naming(c.Layer) && len(r.carriers[a.ID]) > 1 {
				continue
			}
			if !slices.Contains(who, prov.Name) {
				who = append(who, prov.Name)
			}
			if prov.Jurisdiction != "" && !slices.Contains(where, prov.Jurisdiction) {
				where = append(where, prov.Jurisdiction)
			}
		}
		provider, jurisdiction := strings.Join(who, ", "), strings.Join(where, ", ")
		if provider == "" {
			provider = ui.T(r.ctx, "not known")
		}
		if jurisdiction == "" {
			jurisdiction = ui.T(r.ctx, "not known")
		}
		p.Estate.Rows = append(p.Estate.Rows, ui.Cells(ui.Link("/assets/"+id(a.ID), kindName(r.ctx, a.Kind)), shortAddress(a.Locator), believed(r.ctx, a),
			ui.Isolated(provider), ui.Isolated(jurisdiction), ui.Fresh{Seen: a.Seen, Now: r.v.now, Stale: freshFor}))
	}
}

// maxNodes is how many addresses the figure shows; the table of the estate has all.
const maxNodes = 12

// graph draws what keeps the outlet up: its addresses that are not down, who names them and passes traffic on, who holds the
// content.
func (r *outletReader) graph() {
	p := r.p
	g := ui.Graph{ID: "g", Title: ui.T(r.ctx, "What keeps it up"), Columns: []ui.NodeColumn{{Title: ui.T(r.ctx, "Outlet"), Nodes: []ui.Node{{ID: "o", Label: p.Outlet.Name, Mark: ui.NodeRoot}}},
		{Title: ui.T(r.ctx, "Addresses")}, {Title: ui.T(r.ctx, "Registrars, delivery")}, {Title: ui.T(r.ctx, "Hosts and services")}}}
	seen := map[string]bool{}
	sites := map[iru.ProviderID]int{}
	for _, a := range p.Assets {
		for _, c := range r.carriers[a.ID] {
			sites[c.Provider]++
		}
	}
	for _, a := range p.Assets {
		if a.State == iru.AssetDown || a.Presence.State == iru.PresenceGone {
			p.LeftOut++
			continue
		}
		if len(g.Columns[1].Nodes) == maxNodes {
			p.LeftOut++
			continue
		}
		node := "a" + id(a.ID)
		g.Columns[1].Nodes = append(g.Columns[1].Nodes, ui.Node{ID: node, Label: host(a.Locator), Sub: kindName(r.ctx, a.Kind), Mono: true})
		g.Edges = append(g.Edges, ui.Edge{From: "o", To: node})
		for _, c := range r.carriers[a.ID] {
			prov, ok := r.providers[c.Provider]
			if !ok {
				continue
			}
			column := 3
			if naming(c.Layer) {
				column = 2
			}
			to := "p" + id(prov.ID)
			if !seen[to] {
				seen[to] = true
				g.Columns[column].Nodes = append(g.Columns[column].Nodes, ui.Node{ID: to, Label: prov.Name, Sub: join(prov.Jurisdiction, layerName(r.ctx, c.Layer))})
			}
			g.Edges = append(g.Edges, ui.Edge{From: node, To: to})
		}
	}
	g.Columns = slices.DeleteFunc(g.Columns, func(c ui.NodeColumn) bool { return len(c.Nodes) == 0 })
	g.Summary = ui.T(r.ctx, "%s addresses lead to %s providers. The table below has every line of the figure.", ui.Thousands(len(p.Assets)-p.LeftOut), ui.Thousands(len(seen)))
	p.Graph = g
}

// host is an address without its scheme and path, defanged, for a figure.
func host(canonical string) string {
	l, err := locator.Parse(canonical)
	if err != nil || l.Host() == "" {
		return defanged(canonical)
	}
	return strings.ReplaceAll(l.Host(), ".", "[.]")
}

// maxLanes is how many addresses the timeline shows.
const maxLanes = 10

func (r *outletReader) timeline() error {
	p := r.p
	if len(p.Assets) == 0 {
		return nil
	}
	ps, err := pasts(r.ctx, r.t, r.v.scope, p.Assets, time.Time{})
	if err != nil {
		return err
	}
	t := ui.Timeline{ID: "t", Title: ui.T(r.ctx, "Up, unknown and returns, by address"), From: r.v.now, To: r.v.now, Now: r.v.now}
	returns := 0
	for _, x := range ps {
		if x.asset.Created.Before(t.From) {
			t.From = x.asset.Created
		}
	}
	if t.To.Sub(t.From) < time.Hour {
		t.From = t.To.Add(-time.Hour)
	}
	for n, x := range ps {
		lane := ui.Lane{Name: kindName(r.ctx, x.asset.Kind) + " " + host(x.asset.Locator), Up: x.stretches(r.v.now)}
		for _, c := range x.changes {
			if c.To == iru.PresenceBack {
				lane.Returns = append(lane.Returns, c.At)
				returns++
			}
		}
		if n < maxLanes {
			t.Lanes = append(t.Lanes, lane)
		}
	}
	ops, err := r.t.Operations(r.ctx, r.v.scope)
	if err != nil {
		return err
	}
	p.Waves = nil
	for _, o := range slices.Backward(ops) {
		if slices.Contains(o.Outlets, p.Outlet.ID) && !o.Drill {
			p.Waves = append(p.Waves, o)
			if !o.T0.IsZero() && o.State != iru.OperationAborted {
				t.Waves = append(t.Waves, ui.Moment{At: o.T0, Text: o.Name})
			}
		}
	}
	t.Summary = ui.Tn(r.ctx, returns, "%d returns since the first look.")
	p.Timeline = t
	return nil
}

// stretches are the times during which the asset was up, or during which nobody knows.
func (p past) stretches(now time.Time) []ui.Stretch {
	var out []ui.Stretch
	add := func(s iru.PresenceState, from, to time.Time) {
		if s != iru.PresenceGone && to.After(from) {
			out = append(out, ui.Stretch{From: from, To: to, Unknown: s == iru.PresenceUnknown || s == iru.PresenceDoubtful})
		}
	}
	from, state := p.asset.Created, iru.PresenceUnknown
	for _, c := range p.changes {
		add(state, from, c.At)
		from, state = c.At, c.To
	}
	add(state, from, now)
	return out
}

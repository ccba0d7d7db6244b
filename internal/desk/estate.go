// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/effect"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// Bounds of what is read for one plan.
const (
	mostBeside   = 500    // names at one address
	planPresence = 20_000 // changes of presence of the unit's assets
)

// estate gathers what a plan against an outlet is made from, as it is known now.
func (d *Desk) estate(ctx context.Context, t *db.Tx, s iru.Scope, o iru.OutletID, ask iru.PlanAsk, now time.Time) (iru.Estate, error) {
	e := iru.Estate{At: now, Servers: map[string][]string{}, Keepers: map[string]string{}}
	var err error
	if e.Outlet, err = t.Outlet(ctx, s, o); err != nil {
		return e, err
	}
	if err := own(s, e.Outlet.Unit); err != nil {
		return e, err
	}
	units, err := serving(ctx, t, s.Unit, ask.Units)
	if err != nil {
		return e, err
	}
	edges, err := t.MapOf(ctx, s, o)
	if err != nil {
		return e, err
	}
	ties := iru.MapAt(edges, o, now)
	of, err := t.AssetsOf(ctx, s, o)
	if err != nil {
		return e, err
	}
	all, err := t.Assets(ctx, s)
	if err != nil {
		return e, err
	}
	audience := map[string]float64{}
	for _, p := range ask.Prices {
		if p.Figure == iru.FigureAudience {
			audience[p.Measure] = p.Value
		}
	}
	for _, a := range of {
		if a.State == iru.AssetCandidate || a.State == iru.AssetRejected {
			continue
		}
		x, err := d.estateAsset(ctx, t, a, units, now)
		if err != nil {
			return e, err
		}
		switch why := ask.Spare[iru.PlanAsset(a.ID)]; {
		case e.Outlet.Handling.Untouchable():
			x.Held = "PAP:RED: nobody may act where it can be noticed"
		case why != "":
			x.Held = "spared: " + why
		}
		if x.Held == "" {
			if x.Held, err = heldFrom(ctx, t, s.Unit, a.Locator); err != nil {
				return e, err
			}
		}
		x.Audience = audience[iru.PlanAsset(a.ID)]
		e.Assets = append(e.Assets, x)
	}
	operators := map[string]bool{}
	for _, a := range e.Assets {
		for _, c := range a.Carriers {
			operators[c.Provider.Name] = operators[c.Provider.Name] || c.Layer == legal.DNSOperator
		}
	}
	for _, x := range ties {
		switch {
		case x.From.Kind != iru.NodeName:
		case x.Rel == iru.RelDelegatedTo && x.To.Kind == iru.NodeNameServer && !operators[x.To.Name]:
			e.Servers[x.From.Name] = append(e.Servers[x.From.Name], x.To.Name)
		case x.Rel == iru.RelRegisteredAt:
			e.Keepers[x.From.Name] = x.To.Name
		}
	}
	for n := range e.Assets {
		if err := beside(ctx, t, s, &e.Assets[n], e, ties, all, now); err != nil {
			return e, err
		}
	}
	if e.Rates, err = t.Rates(ctx, s); err != nil {
		return e, err
	}
	if e.Scores, err = d.Scorecard(ctx, t, s, 0, time.Time{}, time.Time{}); err != nil {
		return e, err
	}
	e.Returned, err = returned(ctx, t, s, all, now)
	return e, err
}

// serving are the units that a plan can count on, the plan's own first.
func serving(ctx context.Context, t *db.Tx, own iru.UnitID, others []iru.UnitID) ([]iru.Unit, error) {
	var out []iru.Unit
	for n, id := range append([]iru.UnitID{own}, others...) {
		u, err := t.Unit(ctx, id)
		if err != nil {
			return nil, err
		}
		if n > 0 && (id == own || u.State != iru.UnitActive) {
			continue
		}
		out = append(out, u)
	}
	return out, nil
}

func (d *Desk) estateAsset(ctx context.Context, t *db.Tx, a iru.Asset, units []iru.Unit, now time.Time) (iru.EstateAsset, error) {
	x := iru.EstateAsset{Asset: a, Label: defang(a.Locator)}
	x.Host, x.Registered = d.domains(a)
	f, err := d.finding(ctx, t, a, 0)
	if err != nil && !errors.Is(err, iru.Conflict) {
		return x, err
	}
	x.Assessed = err == nil
	if c := f.Grounds.Collateral; c != nil {
		x.Mail, x.Beside = c.Mail, slices.Clone(c.Names)
	}
	facts, err := t.Circumstances(ctx, iru.Program(), a.ID)
	if err != nil {
		return x, err
	}
	cs, err := t.Carriers(ctx, a.ID)
	if err != nil {
		return x, err
	}
	for _, c := range cs {
		p, err := t.Provider(ctx, iru.Program(), c.Provider)
		if err != nil {
			return x, err
		}
		p.Token = ""
		x.Carriers = append(x.Carriers, d.asked(a, f, p, c.Layer, facts, units, now))
	}
	return x, nil
}

// asked is what the law allows against a provider, and who of the units would serve it: one of the provider's own state if it may, else the first that may.
func (d *Desk) asked(a iru.Asset, f iru.Assessment, p iru.Provider, l legal.Layer, facts []iru.Circumstance, units []iru.Unit, now time.Time) iru.EstateCarrier {
	out := iru.EstateCarrier{Provider: p, Layer: l, Unit: units[0].ID, Abroad: p.Jurisdiction != "" && p.Jurisdiction != units[0].Country}
	near := slices.Clone(units)
	slices.SortStableFunc(near, func(x, y iru.Unit) int { return abroad(x, p) - abroad(y, p) })
	for _, u := range near {
		means, refused := d.means(a, f, p, l, facts, u, now)
		if u.ID == units[0].ID || len(means) > 0 {
			out.Refused = refused
		}
		if len(means) > 0 {
			out.Unit, out.Abroad, out.Means = u.ID, p.Jurisdiction != "" && p.Jurisdiction != u.Country, means
			return out
		}
	}
	return out
}

func abroad(u iru.Unit, p iru.Provider) int {
	if p.Jurisdiction != "" && u.Country == p.Jurisdiction {
		return 0
	}
	return 1
}

// means asks the gate for each instrument by which something can be felled on a layer.
func (d *Desk) means(a iru.Asset, f iru.Assessment, p iru.Provider, l legal.Layer, facts []iru.Circumstance, u iru.Unit, now time.Time) (out []iru.Means, refused []iru.Denied) {
	for _, i := range iru.FellingInstruments() {
		req := Usual(l, i)
		if !slices.Contains([]legal.Request{legal.RemoveContent, legal.HoldName, legal.Delist}, req) {
			continue
		}
		r := d.Regime.Rule(i, u.Kind, iru.Target(a, f, p, l, facts, req))
		switch {
		case !r.Allowed:
			refused = append(refused, iru.Denied{Instrument: i, Reason: r.Reason, Instead: r.Instead})
		case !d.Regime.InForce(i, now):
			refused = append(refused, iru.Denied{Instrument: i, Reason: "It is not in force on this day."})
		default:
			out = append(out, iru.Means{Instrument: i, Request: req, View: r.LegalView, Reason: r.Reason})
		}
	}
	return out, refused
}

// beside counts who else is at an asset's address, on its certificate and below its name.
func beside(ctx context.Context, t *db.Tx, s iru.Scope, a *iru.EstateAsset, e iru.Estate, ties []iru.Tie, all []iru.Asset, now time.Time) error {
	ours := func(name string) bool {
		return slices.ContainsFunc(e.Assets, func(x iru.EstateAsset) bool {
			return x.Registered != "" && (name == x.Registered || strings.HasSuffix(name, "."+x.Registered))
		})
	}
	add := func(list *[]string, name string) {
		if name = strings.TrimPrefix(strings.ToLower(name), "*."); name != "" && !ours(name) && !slices.Contains(*list, name) {
			*list = append(*list, name)
		}
	}
	for _, x := range ties {
		if x.Rel != iru.RelResolvesTo || x.From.Name != a.Host || a.Host == "" {
			continue
		}
		a.Looked = true
		there, err := t.EdgesTo(ctx, s, x.To, mostBeside)
		if err != nil {
			return err
		}
		for _, o := range there {
			if o.Rel == iru.RelResolvesTo && o.HeldAt(now) {
				add(&a.Beside, o.From.Name)
			}
		}
	}
	seen, err := t.SightingsNow(ctx, a.ID)
	if err != nil {
		return err
	}
	for _, x := range seen {
		if v := x.Seen.Server; v != nil && v.Certificate != nil && v.Name == a.Host {
			for _, n := range v.Certificate.Names {
				add(&a.Beside, n)
			}
		}
	}
	if ip, err := netip.ParseAddr(a.Host); err == nil && ip.IsValid() {
		a.Looked = true
	}
	for _, o := range all {
		if a.Registered != "" && o.Site == a.Registered && o.Outlet != e.Outlet.ID && o.State != iru.AssetRejected {
			a.Below = append(a.Below, o.Locator)
		}
	}
	return nil
}

// returned is the unit's own record of returns: hours until what fell was back, in the median, with what has not come back taken in.
func returned(ctx context.Context, t *db.Tx, s iru.Scope, all []iru.Asset, now time.Time) (iru.PlanFigure, error) {
	changes, err := t.PresenceChanges(ctx, s, time.Time{}, planPresence)
	if err != nil {
		return iru.PlanFigure{}, err
	}
	list := make([]iru.Change, len(changes))
	for n, c := range changes {
		list[n] = iru.Change{Asset: c.Asset, At: c.At, To: c.To}
	}
	var spells []effect.Spell
	for _, c := range iru.Comebacks(all, list) {
		x := effect.Spell{Took: c.Up.Sub(c.At)}
		if c.Back == 0 {
			x = effect.Spell{Took: now.Sub(c.At), Open: true}
		}
		spells = append(spells, x)
	}
	median, ok := effect.Survival(spells).Quantile(.5)
	if !ok || len(spells) < iru.FewActs {
		return iru.PlanFigure{}, nil
	}
	return iru.PlanFigure{Value: median.Hours(), Source: fmt.Sprintf("the unit's record: median over %d falls (Kaplan-Meier)", len(spells))}, nil
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/link"
	"iolaus/internal/locator"
)

// bySuggestion is the source of ties that package link suggests.
const bySuggestion = "resemblance"

// mapEvents is how many changes of presence are read for a map of the past.
const mapEvents = 20_000

// Map gives an outlet as a graph as it was at a time, or as it is now for the zero time or one to come.
func (d *Desk) Map(ctx context.Context, s iru.Scope, id iru.OutletID, at time.Time) (iru.Map, error) {
	var m iru.Map
	now := d.now()
	err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		m, err = d.mapIn(ctx, t, s, id, at, now)
		return err
	})
	return m, err
}

// MapIn is Map in a transaction that a page reads in.
func (d *Desk) MapIn(ctx context.Context, t *db.Tx, s iru.Scope, id iru.OutletID, at time.Time) (iru.Map, error) {
	return d.mapIn(ctx, t, s, id, at, d.now())
}

func (d *Desk) mapIn(ctx context.Context, t *db.Tx, s iru.Scope, id iru.OutletID, at, now time.Time) (iru.Map, error) {
	past := !at.IsZero() && at.Before(now)
	if !past {
		at = now
	}
	m := iru.Map{At: at}
	var err error
	if m.Outlet, err = t.Outlet(ctx, s, id); err != nil {
		return m, err
	}
	all, err := t.MapOf(ctx, s, id)
	if err != nil {
		return m, err
	}
	m.Ties, m.Spans = iru.MapAt(all, id, at), iru.Spans(all)
	as, err := t.Assets(ctx, s)
	if err != nil {
		return m, err
	}
	byID := map[iru.AssetID]iru.Asset{}
	for _, a := range as {
		byID[a.ID] = a
	}
	if !past {
		m.Suggested = suggested(m, as)
	}
	ps, err := t.Providers(ctx, s)
	if err != nil {
		return m, err
	}
	was := map[iru.AssetID]iru.PresenceState{}
	if past {
		if was, err = presenceAt(ctx, t, s, m.Ties, at); err != nil {
			return m, err
		}
	}
	for n, node := range iru.NodesOf(append(slices.Clone(m.Ties), m.Suggested...)) {
		x := iru.MapNode{Node: node, ID: fmt.Sprintf("n%d", n), Label: node.Name, Jurisdiction: jurisdiction(ps, m.Outlet.Unit, node)}
		switch a := byID[iru.AssetID(node.Row())]; {
		case node.Kind == iru.NodeOutlet:
			x.Label = m.Outlet.Name
		case node.Kind == iru.NodeAsset && a.ID != 0:
			x.Label, x.Address, x.AssetKind, x.AssetState, x.Presence = defang(a.Locator), a.Locator, a.Kind, a.State, a.Presence.State
			if past {
				x.Presence = iru.PresenceUnknown
				if p, ok := was[a.ID]; ok {
					x.Presence = p
				}
			}
		case node.Kind == iru.NodeName || node.Kind == iru.NodeNameServer:
			x.Label = strings.ReplaceAll(node.Name, ".", "[.]")
		}
		m.Nodes = append(m.Nodes, x)
	}
	for _, k := range iru.Concentrated {
		m.Concentration = append(m.Concentration, iru.Concentrate(m.Ties, k, func(a iru.AssetID) bool {
			return m.Of(iru.AssetNode(a)).Presence != iru.PresenceGone
		}))
	}
	return m, nil
}

// defang writes an address or a name so that nothing opens it.
func defang(address string) string {
	l, err := locator.Parse(address)
	if err != nil {
		return address
	}
	return l.Defanged()
}

// suggested are the candidates that resemble an asset of the outlet as much as queues one for a person.
func suggested(m iru.Map, as []iru.Asset) (out []iru.Tie) {
	mine := map[iru.AssetID]bool{}
	for _, t := range m.Ties {
		if t.Rel == iru.RelPublishes {
			mine[iru.AssetID(t.To.Row())] = true
		}
	}
	for _, a := range as {
		if l := a.Lineage; a.State == iru.AssetCandidate && mine[l.To] && l.Score >= link.Suggest {
			odds := math.Exp2(l.Score) * link.DefaultPrior / (1 - link.DefaultPrior)
			out = append(out, iru.Tie{From: iru.AssetNode(a.ID), To: iru.AssetNode(l.To), Rel: iru.RelSucceeds, Sources: []string{bySuggestion}, Assets: []iru.AssetID{a.ID},
				First: a.Created, Last: a.Created, Confidence: odds / (1 + odds)})
		}
	}
	return out
}

// presenceAt is what was believed of the assets on a map at a time.
func presenceAt(ctx context.Context, t *db.Tx, s iru.Scope, ts []iru.Tie, at time.Time) (map[iru.AssetID]iru.PresenceState, error) {
	var subs []iru.Subject
	for _, x := range ts {
		if x.Rel == iru.RelPublishes {
			subs = append(subs, iru.Subject{Noun: "asset", ID: x.To.Row()})
		}
	}
	out := map[iru.AssetID]iru.PresenceState{}
	if len(subs) == 0 {
		return out, nil
	}
	es, err := t.EventsOfThese(ctx, s, subs, mapEvents)
	if err != nil && !errors.Is(err, iru.NotFound) {
		return out, err
	}
	slices.SortStableFunc(es, func(a, b iru.Event) int { return a.At.Compare(b.At) })
	for _, e := range es {
		switch e.Verb {
		case "seen", "missed", "agreed":
			if !e.At.After(at) {
				out[iru.AssetID(e.Subject.ID)] = iru.PresenceState(e.To)
			}
		}
	}
	return out, nil
}

// layersOf are the layers of the directory on which a node of the map stands.
var layersOf = map[iru.NodeKind][]legal.Layer{
	iru.NodeRegistrar:  {legal.Registrar},
	iru.NodeRegistry:   {legal.Registry},
	iru.NodeNameServer: {legal.DNSOperator},
	iru.NodeCDN:        {legal.CDN, legal.DDoSProtection},
	iru.NodeNetwork:    {legal.Upstream, legal.Conduit, legal.Host},
	iru.NodeAccount:    {legal.Payment},
	iru.NodeHost:       {legal.Host, legal.Platform, legal.StreamHost, legal.Newsletter, legal.AppStore, legal.AddonStore},
}

// jurisdiction is where the directory of the outlet's unit says that a company is.
func jurisdiction(ps []iru.Provider, u iru.UnitID, n iru.Node) string {
	for _, p := range ps {
		if p.Unit == u && p.Name == n.Name && p.Jurisdiction != "" && slices.Contains(layersOf[n.Kind], p.Layer) {
			return p.Jurisdiction
		}
	}
	return ""
}

// The formats of a map that leaves.
const (
	GraphML = "graphml"
	MapJSON = "json"
)

// ExportMap gives an outlet's map as a file, and puts on record who took it out. It carries the outlet's handling codes; where they say that
// a condition applies (H3) the officer must have acknowledged it.
func (d *Desk) ExportMap(ctx context.Context, s iru.Scope, id iru.OutletID, at time.Time, format string, acknowledged bool) ([]byte, iru.Map, error) {
	by := ""
	if s.IsProgram() {
		by = ", by the operator of the machine"
	} else if err := s.May(iru.ToRead); err != nil {
		return nil, iru.Map{}, err
	}
	m, err := d.Map(ctx, s, id, at)
	if err != nil {
		return nil, m, err
	}
	if err := m.Outlet.Handling.Release(iru.ForAnalysis, acknowledged); err != nil {
		return nil, m, err
	}
	var file []byte
	switch format {
	case GraphML:
		file, err = m.GraphML()
	case MapJSON:
		file, err = m.JSON()
	default:
		err = iru.Refuse(iru.Invalid, fmt.Sprintf("there is no format %.20q", format), "it is graphml or json")
	}
	if err != nil {
		return nil, m, err
	}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		_, err := t.Record(ctx, happened("outlet", int64(id), "chart", s.Officer, m.Outlet.Unit, now, "the map as it was at "+m.At.Format(time.RFC3339)+by).
			With("format", format).With("nodes", len(m.Nodes)).With("edges", len(m.Ties)+len(m.Suggested)))
		return err
	})
	return file, m, err
}

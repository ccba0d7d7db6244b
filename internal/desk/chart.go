// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/link"
	"iolaus/internal/locator"
)

// The sources of what captures and probes of the desk show.
const (
	byTLS        = "tls"        // the certificate that was shown
	byConnection = "connection" // where the connection went
	byPage       = "page"       // what the page at the asset's address says
	byRedirect   = "redirect"
	byAddress    = "address" // what the address says by itself
	byProbe      = "probe"   // a carrier of which the probe did not note where it is from
)

// draw makes edges of one asset, all at one time.
type draw struct {
	a    iru.Asset
	at   time.Time
	list []iru.Edge
}

func (w *draw) edge(from iru.Node, rel string, to iru.Node, source string) {
	w.list = append(w.list, iru.Edge{Unit: w.a.Unit, From: from, To: to, Rel: rel, Source: source, Asset: w.a.ID, First: w.at, Last: w.at, Confidence: 1})
}

func (w *draw) asset(rel string, kind iru.NodeKind, name, source string) {
	w.edge(iru.AssetNode(w.a.ID), rel, iru.Node{Kind: kind, Name: name}, source)
}

// domains are the domain names of an asset: the one that it is reached by and the one that was registered. On a platform they are the
// platform's own, and none is given.
func (d *Desk) domains(a iru.Asset) (host, registered string) {
	l, err := locator.Parse(a.Locator)
	if err != nil || l.Host() == "" || l.IsIP() {
		return "", ""
	}
	if _, shared := d.platform(l); shared {
		return "", ""
	}
	return l.Host(), l.Site()
}

// chartAddress draws what an asset's address says by itself.
func (d *Desk) chartAddress(ctx context.Context, t *db.Tx, a iru.Asset, at time.Time) error {
	w := draw{a: a, at: at}
	host, registered := d.domains(a)
	if host != "" {
		w.asset(iru.RelNamed, iru.NodeName, host, byAddress)
	}
	if registered != host && registered != "" {
		w.asset(iru.RelNamed, iru.NodeName, registered, byAddress)
	}
	if l, err := locator.Parse(a.Locator); err == nil && (l.Kind == locator.KindApp || l.Kind == locator.KindAddOn) {
		w.asset(iru.RelBuiltAs, iru.NodeApp, l.ID(), byAddress)
	}
	if a.FoundFrom != 0 {
		from, err := t.Asset(ctx, iru.Program(), a.FoundFrom)
		if err != nil {
			return err
		}
		w.list = append(w.list, iru.Edge{Unit: a.Unit, From: iru.AssetNode(from.ID), To: iru.AssetNode(a.ID), Rel: iru.RelAnnounces, Source: byPage, Asset: from.ID,
			First: at, Last: at, Confidence: 1})
	}
	return t.SeeEdges(ctx, w.list)
}

// chartOwner draws that an outlet publishes an asset, by an officer's word, under which name, and whom it succeeds where a person said so.
func (d *Desk) chartOwner(ctx context.Context, t *db.Tx, a iru.Asset, at time.Time) error {
	w := draw{a: a, at: at}
	if a.Outlet != 0 {
		w.edge(iru.OutletNode(a.Outlet), iru.RelPublishes, iru.AssetNode(a.ID), iru.SourceOfficer)
		o, err := t.Outlet(ctx, iru.Program(), a.Outlet)
		if err != nil {
			return err
		}
		w.list = append(w.list, iru.Edge{Unit: a.Unit, From: iru.OutletNode(o.ID), To: iru.Node{Kind: iru.NodeBrand, Name: o.Name}, Rel: iru.RelBranded, Source: iru.SourceOfficer,
			First: at, Last: at, Confidence: 1})
	}
	if a.Lineage.To != 0 && a.Lineage.Judged != 0 {
		w.edge(iru.AssetNode(a.ID), iru.RelSucceeds, iru.AssetNode(a.Lineage.To), iru.SourceOfficer)
	}
	return t.SeeEdges(ctx, w.list)
}

// unchartOwner ends what chartOwner drew, as an asset was before.
func (d *Desk) unchartOwner(ctx context.Context, t *db.Tx, was iru.Asset, at time.Time) error {
	if was.Outlet == 0 {
		return nil
	}
	if err := t.EndEdge(ctx, was.Unit, iru.OutletNode(was.Outlet), iru.RelPublishes, iru.AssetNode(was.ID), at); err != nil || was.Lineage.To == 0 {
		return err
	}
	return t.EndEdge(ctx, was.Unit, iru.AssetNode(was.ID), iru.RelSucceeds, iru.AssetNode(was.Lineage.To), at)
}

// chartCarriers draws who carries an asset, each as of when it was last seen.
func (d *Desk) chartCarriers(ctx context.Context, t *db.Tx, a iru.Asset) error {
	cs, err := t.Carriers(ctx, a.ID)
	if err != nil {
		return err
	}
	w := draw{a: a}
	for _, c := range cs {
		p, err := t.Provider(ctx, iru.Program(), c.Provider)
		if err != nil {
			return err
		}
		if from, rel, to := d.carriage(a, c, p); rel != "" {
			w.at = c.At
			w.edge(from, rel, to, sourceOf(c))
		}
	}
	return t.SeeEdges(ctx, w.list)
}

// unchartCarrier ends, at a time, that a provider carries an asset.
func (d *Desk) unchartCarrier(ctx context.Context, t *db.Tx, a iru.Asset, c iru.Carrier, p iru.Provider, at time.Time) error {
	from, rel, to := d.carriage(a, c, p)
	if rel == "" {
		return nil
	}
	return t.EndEdge(ctx, a.Unit, from, rel, to, at)
}

func sourceOf(c iru.Carrier) string {
	if c.By != 0 {
		return iru.SourceOfficer
	}
	return or(clip(c.Source, 200), byProbe)
}

// carriage is a carrier as an edge: whoever holds the name hangs on the name, whoever serves on the asset. No relation where a layer has
// no place on the map, or the asset has no name.
func (d *Desk) carriage(a iru.Asset, c iru.Carrier, p iru.Provider) (from iru.Node, rel string, to iru.Node) {
	from = iru.AssetNode(a.ID)
	_, registered := d.domains(a)
	name := iru.Node{Kind: iru.NodeName, Name: registered}
	to.Name = p.Name
	switch c.Layer {
	case legal.Registrar:
		from, rel, to.Kind = name, iru.RelRegisteredAt, iru.NodeRegistrar
	case legal.Registry:
		from, rel, to.Kind = name, iru.RelInRegistry, iru.NodeRegistry
	case legal.DNSOperator:
		from, rel, to.Kind = name, iru.RelDelegatedTo, iru.NodeNameServer
	case legal.CDN, legal.DDoSProtection:
		rel, to.Kind = iru.RelServedBy, iru.NodeCDN
	case legal.Upstream, legal.Conduit:
		rel, to.Kind = iru.RelInNetwork, iru.NodeNetwork
	case legal.Payment:
		rel, to.Kind = iru.RelPaidTo, iru.NodeAccount
	case legal.Host, legal.Platform, legal.StreamHost, legal.Newsletter, legal.AppStore, legal.AddonStore:
		rel, to.Kind = iru.RelServedBy, iru.NodeHost
	case legal.SearchEngine: // it leads to the asset and does not carry it
	}
	if from == name && registered == "" {
		rel = ""
	}
	return from, rel, to
}

// markRels are what the marks of a page and its connection say, and how they read on the map.
var markRels = map[string]struct {
	rel    string
	kind   iru.NodeKind
	source string
}{
	link.SPKI:         {iru.RelKeyedBy, iru.NodeKey, byTLS},
	link.PGPKey:       {iru.RelKeyedBy, iru.NodeKey, byPage},
	link.APKSigner:    {iru.RelSignedBy, iru.NodeKey, byPage},
	link.ExtensionKey: {iru.RelKeyedBy, iru.NodeKey, byPage},
	link.FeedKey:      {iru.RelKeyedBy, iru.NodeKey, byPage},
	link.AnalyticsID:  {iru.RelCountedBy, iru.NodeAccount, byPage},
	link.DonationID:   {iru.RelPaidTo, iru.NodeAccount, byPage},
	link.Contact:      {iru.RelReachedAt, iru.NodeAccount, byPage},
}

// chartMarks draws what a capture of an asset's own address showed, and the certificate if it is known.
func (d *Desk) chartMarks(ctx context.Context, t *db.Tx, a iru.Asset, at time.Time, certificate string) error {
	w := draw{a: a, at: at}
	host, _ := d.domains(a)
	for _, f := range a.Features {
		if m, ok := markRels[f.Kind]; ok {
			w.asset(m.rel, m.kind, f.Value, m.source)
		}
		if f.Kind == link.Address && host != "" {
			w.edge(iru.Node{Kind: iru.NodeName, Name: host}, iru.RelResolvesTo, iru.Node{Kind: iru.NodeAddress, Name: f.Value}, byConnection)
		}
		if f.Kind == link.SPKI && certificate != "" {
			cert := iru.Node{Kind: iru.NodeCertificate, Name: certificate}
			w.edge(iru.AssetNode(a.ID), iru.RelCertifiedBy, cert, byTLS)
			w.edge(cert, iru.RelKeyedBy, iru.Node{Kind: iru.NodeKey, Name: f.Value}, byTLS)
		}
	}
	return t.SeeEdges(ctx, w.list)
}

// unchartMarks ends what the page of an asset or its certificate does not show any more, by a capture at a time that chartMarks drew. Where
// else its name leads is not known from one connection.
func unchartMarks(ctx context.Context, t *db.Tx, a iru.Asset, at time.Time) error {
	if err := t.EndEdges(ctx, a.ID, byTLS, []string{iru.RelKeyedBy, iru.RelCertifiedBy}, at); err != nil {
		return err
	}
	return t.EndEdges(ctx, a.ID, byPage, []string{iru.RelKeyedBy, iru.RelSignedBy, iru.RelCountedBy, iru.RelPaidTo, iru.RelReachedAt}, at)
}

// chartCapture draws what a capture says of its asset, if it is of the asset's own address.
func (d *Desk) chartCapture(ctx context.Context, t *db.Tx, a iru.Asset, i iru.Item, r Recording) error {
	if i.Locator != a.Locator {
		return nil
	}
	if r.Final != "" {
		if err := d.chartRedirect(ctx, t, a, r.Final, r.At); err != nil {
			return err
		}
	}
	if r.Outcome != iru.Up {
		return nil
	}
	if err := d.chartMarks(ctx, t, a, r.At, r.Cert); err != nil {
		return err
	}
	return unchartMarks(ctx, t, a, r.At)
}

// chartRedirect draws that an asset's address led on to another known asset.
func (d *Desk) chartRedirect(ctx context.Context, t *db.Tx, a iru.Asset, final string, at time.Time) error {
	l, err := locator.Parse(final)
	if err != nil || l.Host() == "" || d.partOf(a, l) {
		return nil
	}
	b, err := t.AssetByLocator(ctx, a.Unit, d.root(l).String())
	if errors.Is(err, iru.NotFound) || err == nil && b.ID == a.ID {
		return nil
	} else if err != nil {
		return err
	}
	w := draw{a: a, at: at}
	w.edge(iru.AssetNode(a.ID), iru.RelAnnounces, iru.AssetNode(b.ID), byRedirect)
	return t.SeeEdges(ctx, w.list)
}

// chartCursor names how far the assets of a store that is older than the map have been drawn.
const chartCursor = "map assets"

// ChartOld draws the next assets of a store that is older than the map, at most n, and gives how many it drew: who publishes them from the log,
// the rest as it is known today. Those that were found since are drawn already; to draw them again changes nothing.
func (d *Desk) ChartOld(ctx context.Context, n int) (int, error) {
	drawn := 0
	err := d.enact(ctx, func(t *db.Tx, _ time.Time) error {
		after, err := t.Cursor(ctx, chartCursor)
		if err != nil {
			return err
		}
		as, err := t.AssetsAfter(ctx, iru.Program(), db.AssetFilter{}, iru.AssetID(after), n)
		if err != nil || len(as) == 0 {
			drawn = 0
			return err
		}
		for _, a := range as {
			if err := d.chartWhole(ctx, t, a); err != nil {
				return err
			}
		}
		drawn = len(as)
		return t.SetCursor(ctx, chartCursor, int64(as[len(as)-1].ID))
	})
	return drawn, err
}

func (d *Desk) chartWhole(ctx context.Context, t *db.Tx, a iru.Asset) error {
	if err := d.chartAddress(ctx, t, a, a.Created); err != nil {
		return err
	}
	es, err := t.EventsOf(ctx, iru.Subject{Noun: "asset", ID: int64(a.ID)})
	if err != nil {
		return err
	}
	for _, e := range es {
		was := a
		if f, ok := e.Facts["outlet"].(float64); ok {
			was.Outlet = iru.OutletID(f)
		} else {
			continue
		}
		switch e.Verb {
		case "attribute":
			if was.Outlet != a.Outlet {
				was.Lineage = iru.Lineage{}
			}
			err = d.chartOwner(ctx, t, was, e.At)
		case "reconsider":
			err = d.unchartOwner(ctx, t, was, e.At)
		}
		if err != nil {
			return err
		}
	}
	if err := d.chartCarriers(ctx, t, a); err != nil || len(a.Features) == 0 {
		return err
	}
	at := a.Seen
	if at.IsZero() {
		at = a.Created
	}
	return d.chartMarks(ctx, t, a, at, "")
}

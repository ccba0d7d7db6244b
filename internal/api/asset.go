// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"slices"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// An Asset is one thing that carries an outlet: a site, a mirror, an app, a list.
type Asset struct {
	ID     int64     `json:"id"`
	Unit   int64     `json:"unit"`
	Outlet int64     `json:"outlet,omitempty" doc:"Absent until a person attributed it."`
	Kind   assetKind `json:"kind"`
	Address
	Site      string     `json:"site" doc:"Registrable name."`
	Languages []string   `json:"languages" nullable:"false"`
	State     assetState `json:"state"`
	Presence  Presence   `json:"presence"`
	FoundBy   string     `json:"found_by" doc:"person, crawl or ct (a certificate log)."`
	FoundFrom int64      `json:"found_from,omitempty" doc:"The asset whose page led here."`
	Lineage   *Lineage   `json:"lineage,omitempty"`
	Created   *Stamp     `json:"created"`
	Seen      *Stamp     `json:"seen,omitempty" doc:"The last look that told anything."`
}

// Presence is what all looks together say of an address.
type Presence struct {
	State  presenceState `json:"state"`
	Since  *Stamp        `json:"since,omitempty"`
	Points []Point       `json:"points" nullable:"false" doc:"By vantage point."`
}

// A Point is what one vantage point sees.
type Point struct {
	Vantage string  `json:"vantage"`
	Up      bool    `json:"up" doc:"Its last telling look saw the content."`
	Absent  int     `json:"absent" doc:"Looks in a row that found nothing and count."`
	Found   outcome `json:"found,omitempty"`
	Last    *Stamp  `json:"last"`
}

// A Lineage says why an asset is taken for another one's successor: a machine's suggestion and, once given, a person's word.
type Lineage struct {
	To       int64   `json:"to" doc:"The asset that it resembles."`
	Score    float64 `json:"score" doc:"Weight of the evidence in bits."`
	Evidence []Clue  `json:"evidence" nullable:"false"`
	Judged   int64   `json:"judged_by,omitempty" doc:"The officer who said that it is the same outlet."`
}

// A Clue is one piece of evidence.
type Clue struct {
	Kind   string  `json:"kind"`
	Weight float64 `json:"weight" doc:"Bits."`
	Note   string  `json:"note"`
}

// A Carrier is somebody who carries an asset.
type Carrier struct {
	Provider     int64  `json:"provider"`
	Name         string `json:"name"`
	Layer        layer  `json:"layer"`
	Jurisdiction string `json:"jurisdiction"`
	Source       string `json:"source" doc:"How that is known."`
	At           *Stamp `json:"at"`
}

// An Observation is one look at one address.
type Observation struct {
	ID      int64   `json:"id"`
	Item    int64   `json:"item,omitempty"`
	At      *Stamp  `json:"at"`
	Vantage string  `json:"vantage"`
	Outcome outcome `json:"outcome"`
	Status  int     `json:"status,omitempty" doc:"HTTP status."`
	Detail  string  `json:"detail"`
	TookMS  int64   `json:"took_ms"`
}

// An AssetDetail is an asset with what is known of it.
type AssetDetail struct {
	Asset
	Carriers     []Carrier     `json:"carriers" nullable:"false"`
	History      []Event       `json:"history" nullable:"false" doc:"What happened to it, oldest first; the newest five hundred."`
	Observations []Observation `json:"observations" nullable:"false" doc:"The newest hundred, newest first."`
}

// An Option is a provider that carries an asset, with what the law allows against it and why not the rest.
type Option struct {
	Carrier
	Contact contactState `json:"contact_state"`
	Rulings []Ruling     `json:"rulings" nullable:"false" doc:"Allowed ones first."`
}

// A Ruling says whether the law allows an instrument against a provider.
type Ruling struct {
	Instrument instrument   `json:"instrument"`
	Title      string       `json:"title"`
	Binding    bool         `json:"binding" doc:"Two officers must approve."`
	Request    request      `json:"request" doc:"What the addressee is usually asked for."`
	Allowed    bool         `json:"allowed"`
	LegalView  bool         `json:"legal_view" doc:"Allowed once a lawyer has looked at what the reason names."`
	Reason     string       `json:"reason"`
	Advice     string       `json:"advice,omitempty"`
	Source     string       `json:"source"`
	Mark       string       `json:"mark" doc:"How the rule was checked: V in the text of the act, S in a secondary source, M from memory, internal."`
	Instead    []instrument `json:"instead" nullable:"false"`
}

func (a Asset) cursor() string { return number(a.ID) }

func asset(a iru.Asset) Asset {
	out := Asset{ID: int64(a.ID), Unit: int64(a.Unit), Outlet: int64(a.Outlet), Kind: assetKind(a.Kind), Address: address(a.Locator), Site: a.Site,
		Languages: texts(a.Languages), State: assetState(a.State), FoundBy: a.FoundBy, FoundFrom: int64(a.FoundFrom), Created: at(a.Created), Seen: at(a.Seen),
		Presence: Presence{State: presenceState(a.Presence.State), Since: at(a.Presence.Since), Points: []Point{}}}
	for name, r := range a.Presence.Runs {
		out.Presence.Points = append(out.Presence.Points, Point{Vantage: name, Up: r.Up, Absent: r.Length, Found: outcome(r.Found), Last: at(r.Last)})
	}
	slices.SortFunc(out.Presence.Points, func(x, y Point) int { return strings.Compare(x.Vantage, y.Vantage) })
	if a.Lineage.To != 0 {
		out.Lineage = &Lineage{To: int64(a.Lineage.To), Score: a.Lineage.Score, Judged: int64(a.Lineage.Judged),
			Evidence: shown(a.Lineage.Evidence, func(c iru.LineageClue) Clue { return Clue(c) })}
	}
	return out
}

func carrier(c iru.Carrier, p iru.Provider) Carrier {
	return Carrier{Provider: int64(c.Provider), Name: p.Name, Layer: layer(c.Layer), Jurisdiction: p.Jurisdiction, Source: c.Source, At: at(c.At)}
}

func observation(o iru.Observation) Observation {
	return Observation{ID: o.ID, Item: int64(o.Item), At: at(o.At), Vantage: o.Vantage, Outcome: outcome(o.Outcome), Status: o.Status, Detail: o.Detail, TookMS: o.Took.Milliseconds()}
}

func ruling(r legal.Ruling, asked legal.Request) Ruling {
	return Ruling{Instrument: instrument(r.Instrument), Title: r.Instrument.Title(), Binding: r.Instrument.Binding(), Request: request(asked), Allowed: r.Allowed, LegalView: r.LegalView,
		Reason: r.Reason, Advice: r.Advice, Source: r.Source, Mark: string(r.Mark), Instead: shown(r.Instead, func(i legal.Instrument) instrument { return instrument(i) })}
}

type (
	assetsIn struct {
		Page
		Outlet   int64         `query:"outlet" minimum:"1"`
		State    assetState    `query:"state"`
		Presence presenceState `query:"presence"`
	}
	watchBody struct {
		Address string    `json:"address" minLength:"1" maxLength:"2048" doc:"Real or defanged."`
		Kind    assetKind `json:"kind,omitempty" doc:"Guessed from the address if absent."`
		Outlet  int64     `json:"outlet,omitempty" minimum:"1" doc:"The outlet that it carries, if known."`
		Name    string    `json:"outlet_name,omitempty" maxLength:"200" doc:"Or the name of one, entered if it is new."`
		Reason  string    `json:"reason" maxLength:"4000"`
	}
	attributeBody struct {
		Outlet int64  `json:"outlet,omitempty" minimum:"1"`
		Name   string `json:"outlet_name,omitempty" maxLength:"200" doc:"Or the name of one, entered if it is new."`
		Reason string `json:"reason" maxLength:"4000"`
	}
	reasonBody struct {
		Reason string `json:"reason" maxLength:"4000"`
	}
	carryBody struct {
		Provider int64  `json:"provider" minimum:"1" doc:"Of the directory."`
		Source   string `json:"source" minLength:"1" maxLength:"300" doc:"How this is known."`
	}
)

func (s *server) assets() {
	list(s, "/v1/assets", "list-assets", "List the assets", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *assetsIn, n int) ([]Asset, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		f := db.AssetFilter{Outlet: iru.OutletID(in.Outlet), State: iru.AssetState(in.State), Presence: iru.PresenceState(in.Presence)}
		as, err := t.AssetsAfter(ctx, sc, f, iru.AssetID(after), n)
		return paged(as, err, asset)
	})
	get(s, "/v1/assets/{id}", "get-asset", "Read an asset with its carriers, history and observations", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (AssetDetail, error) {
		return assetDetail(ctx, t, sc, iru.AssetID(in.ID))
	})
	ask(s, "/v1/assets/{id}/options", "list-options", "Who can act on the asset, and by which instrument", s.options)
	post(s, "/v1/watch", "watch", "Put an address on watch", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[watchBody]) (Asset, error) {
		b := in.Body
		a, err := s.desk.Watch(ctx, sc, desk.WatchRequest{Address: b.Address, Kind: iru.AssetKind(b.Kind), Outlet: iru.OutletID(b.Outlet), Name: b.Name, Reason: b.Reason})
		return asset(a), err
	})
	post(s, "/v1/assets/{id}/attribute", "attribute-asset", "Say which outlet the asset carries", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[attributeBody]) (Asset, error) {
		a, err := s.desk.Attribute(ctx, sc, iru.AssetID(in.ID), iru.OutletID(in.Body.Outlet), in.Body.Name, in.Body.Reason)
		return asset(a), err
	})
	post(s, "/v1/assets/{id}/carry", "carry-asset", "Say that a provider carries the asset", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[carryBody]) (AssetDetail, error) {
		if _, err := s.desk.Carry(ctx, sc, iru.AssetID(in.ID), iru.ProviderID(in.Body.Provider), in.Body.Source); err != nil {
			return AssetDetail{}, err
		}
		return view(ctx, s, func(t *db.Tx, sc iru.Scope) (AssetDetail, error) { return assetDetail(ctx, t, sc, iru.AssetID(in.ID)) })
	})
	for _, v := range []struct {
		verb, summary string
		do            func(context.Context, iru.Scope, iru.AssetID, string) (iru.Asset, error)
	}{
		{"reject", "Say that the asset is somebody else's", s.desk.Reject},
		{"reconsider", "Make it a candidate again: it was rejected or attributed wrongly", s.desk.Reconsider},
		{"give-up", "End the pursuit of an asset that nobody takes down", s.desk.GiveUp},
	} {
		post(s, "/v1/assets/{id}/"+v.verb, v.verb+"-asset", v.summary, desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Asset, error) {
			a, err := v.do(ctx, sc, iru.AssetID(in.ID), in.Body.Reason)
			return asset(a), err
		})
	}
}

func assetDetail(ctx context.Context, t *db.Tx, sc iru.Scope, id iru.AssetID) (AssetDetail, error) {
	a, err := t.Asset(ctx, sc, id)
	if err != nil {
		return AssetDetail{}, err
	}
	out := AssetDetail{Asset: asset(a), Carriers: []Carrier{}}
	cs, err := t.Carriers(ctx, id)
	if err != nil {
		return out, err
	}
	for _, c := range cs { // who carries a thing is part of it, so the directory of its unit is asked for the name
		p, err := t.Provider(ctx, iru.Program(), c.Provider)
		if err != nil {
			return out, err
		}
		out.Carriers = append(out.Carriers, carrier(c, p))
	}
	es, err := t.EventsBefore(ctx, sc, iru.Subject{Noun: "asset", ID: int64(id)}, 0, 500)
	if err != nil {
		return out, err
	}
	slices.Reverse(es)
	out.History = shown(es, event)
	os, err := t.Observations(ctx, sc, id, 100)
	out.Observations = shown(os, observation)
	return out, err
}

// options asks the gate. Of a provider it shows what one needs to choose, not how it is reached.
func (s *server) options(ctx context.Context, in *ByID) (List[Option], error) {
	out := List[Option]{Items: []Option{}}
	sc := callerOf(ctx).scope
	if err := sc.May(iru.ToRead); err != nil {
		return out, err
	}
	os, err := s.desk.Options(ctx, sc, iru.AssetID(in.ID))
	for _, o := range os {
		out.Items = append(out.Items, Option{Carrier: carrier(o.Carrier, o.Provider), Contact: contactState(o.Provider.Contact),
			Rulings: shown(o.Rulings, func(r legal.Ruling) Ruling { return ruling(r, desk.Usual(o.Carrier.Layer, r.Instrument)) })})
	}
	return out, err
}

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
	FoundBy   string     `json:"found_by" doc:"How it was found first, such as person, link, feed, text, ct (a certificate log), permutation."`
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
	ID      int64    `json:"id"`
	Item    int64    `json:"item,omitempty"`
	At      *Stamp   `json:"at"`
	Vantage string   `json:"vantage"`
	Outcome outcome  `json:"outcome"`
	Status  int      `json:"status,omitempty" doc:"HTTP status."`
	Detail  string   `json:"detail"`
	TookMS  int64    `json:"took_ms"`
	Content compared `json:"content,omitempty" doc:"How what was met compares with the content as it was captured; absent: not known."`
	Alike   int      `json:"alike,omitempty" doc:"Of its text, in hundredths."`
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
	Contact    contactState `json:"contact_state,omitempty"`
	Address    string       `json:"contact,omitempty" doc:"How it is reached first: channel and address."`
	Known      string       `json:"contact_source,omitempty" doc:"Where the contact comes from."`
	Confidence Confidence   `json:"confidence" doc:"How well the contact is known."`
	Second     bool         `json:"second_contact" doc:"A confirmed second contact gets a copy of an order of one hour."`
	Unrecorded []string     `json:"unrecorded" nullable:"false" doc:"Facts that nobody recorded and that decide whether a removal order can reach it: audience, mail, live, serves_others, hosts."`
	Playbook   *Playbook    `json:"playbook,omitempty" doc:"Of the top-level domain, for a registrar or a registry."`
	Rulings    []Ruling     `json:"rulings" nullable:"false" doc:"Allowed ones first."`
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
	return Observation{ID: o.ID, Item: int64(o.Item), At: at(o.At), Vantage: o.Vantage, Outcome: outcome(o.Outcome), Status: o.Status, Detail: o.Detail, TookMS: o.Took.Milliseconds(),
		Content: compared(o.Content), Alike: o.Alike}
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
	optionsIn struct {
		ByID
		Issuer issuer `query:"issuer" doc:"In whose view; absent: the unit's own kind."`
	}
	whoIn struct {
		Locator string `query:"locator" required:"true" minLength:"1" maxLength:"2048" doc:"Address of an asset or an item in the store, real or defanged."`
		Issuer  issuer `query:"issuer" doc:"In whose view; absent: the unit's own kind."`
	}
	circumstanceBody struct {
		Kind     string `json:"kind" enum:"audience,mail,live,serves_others,hosts"`
		Value    string `json:"value" minLength:"1" maxLength:"40" doc:"public, auto_registration, closed_group or private; of the others yes or no."`
		Provider int64  `json:"provider,omitempty" minimum:"1" doc:"Whose part in the asset it is about: serves_others and hosts."`
		Source   string `json:"source" minLength:"1" maxLength:"300" doc:"How this is known."`
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
	ask(s, "/v1/who-can-act", "who-can-act", "Who can act on an address of the store, and by which instrument", func(ctx context.Context, in *whoIn) (List[Option], error) {
		id, err := s.desk.AssetAt(ctx, callerOf(ctx).scope, in.Locator)
		if err != nil {
			return List[Option]{}, err
		}
		return s.options(ctx, &optionsIn{ByID{int64(id)}, in.Issuer})
	})
	post(s, "/v1/assets/{id}/facts", "record-fact", "Record a fact that the gate needs", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[circumstanceBody]) (List[Option], error) {
		b := in.Body
		_, err := s.desk.RecordCircumstance(ctx, sc, iru.Circumstance{Asset: iru.AssetID(in.ID), Kind: b.Kind, Value: b.Value, Provider: iru.ProviderID(b.Provider), Source: b.Source})
		if err != nil {
			return List[Option]{}, err
		}
		return s.options(ctx, &optionsIn{ByID{in.ID}, ""})
	})
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

// options asks the gate.
func (s *server) options(ctx context.Context, in *optionsIn) (List[Option], error) {
	out := List[Option]{Items: []Option{}}
	sc := callerOf(ctx).scope
	if err := sc.May(iru.ToRead); err != nil {
		return out, err
	}
	ask := s.desk.Options
	if in.Issuer != "" {
		ask = func(ctx context.Context, sc iru.Scope, id iru.AssetID) ([]desk.Option, error) {
			return s.desk.OptionsFor(ctx, sc, id, legal.IssuerKind(in.Issuer))
		}
	}
	os, err := ask(ctx, sc, iru.AssetID(in.ID))
	for _, o := range os {
		x := Option{Carrier: carrier(o.Carrier, o.Provider), Contact: contactState(o.Provider.Contact), Confidence: confidence(o.Confidence), Second: o.Second.ID != 0, Unrecorded: texts(o.Unrecorded),
			Rulings: shown(o.Rulings, func(r legal.Ruling) Ruling { return ruling(r, desk.Usual(o.Carrier.Layer, r.Instrument)) })}
		if o.Provider.Unit == sc.Unit { // another unit's register is its own
			x.Address, x.Known = o.Provider.Channel+" "+o.Provider.Address, o.Provider.Source
		}
		if o.Playbook.TLD != "" {
			x.Playbook = new(s.playbook(o.Playbook))
		}
		out.Items = append(out.Items, x)
	}
	return out, err
}

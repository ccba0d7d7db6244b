// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"time"
)

// AssetID numbers an asset.
type AssetID int64

// AssetKind is what carries an outlet.
type AssetKind string

// The kinds of asset.
const (
	Site       AssetKind = "site"
	Mirror     AssetKind = "mirror"
	App        AssetKind = "app"    // download page of a mobile app
	Update     AssetKind = "update" // its update endpoint
	Addon      AssetKind = "addon"  // listing of a browser add-on
	Newsletter AssetKind = "newsletter"
	Stream     AssetKind = "stream"
	Account    AssetKind = "account"
)

// AssetKinds lists the kinds in the order of the documentation.
var AssetKinds = []AssetKind{Site, Mirror, App, Update, Addon, Newsletter, Stream, Account}

// AssetState is where an asset stands in the unit's work.
type AssetState string

// The states of an asset.
const (
	AssetCandidate AssetState = "candidate" // found; nobody has said whose it is
	AssetLive      AssetState = "live"      // a person attributed it to an outlet
	AssetRejected  AssetState = "rejected"  // a person said that it is somebody else's
	AssetActioned  AssetState = "actioned"  // an act was served on somebody who can take it down
	AssetDown      AssetState = "down"      // removal verified
	AssetReturned  AssetState = "returned"  // up again after removal was verified
)

// AssetTable is the state table of an asset.
var AssetTable = Table[AssetState]{
	{AssetCandidate, "attribute", AssetLive},
	{AssetCandidate, "reject", AssetRejected},
	{AssetRejected, "reconsider", AssetCandidate},
	{AssetLive, "act", AssetActioned},
	{AssetLive, "fall", AssetDown},
	{AssetActioned, "fall", AssetDown},
	{AssetActioned, "give_up", AssetLive},
	{AssetLive, "reconsider", AssetCandidate},
	{AssetDown, "return", AssetReturned},
	{AssetReturned, "reinstate", AssetLive},
	{AssetDown, "reinstate", AssetLive}, // put back since the act that removed it lost its effect
	{AssetReturned, "act", AssetActioned},
	{AssetReturned, "fall", AssetDown},
}

// A Lineage says why a new asset is taken for an old one's successor: a machine's weighted evidence and, once given, a
// person's word.
type Lineage struct {
	To       AssetID       `json:"to"`
	Score    float64       `json:"score"` // bits, see package link
	Evidence []LineageClue `json:"evidence"`
	Judged   OfficerID     `json:"judged,omitempty"` // who said "same outlet"
}

// A LineageClue is one piece of evidence in words.
type LineageClue struct {
	Kind   string  `json:"kind"`
	Weight float64 `json:"weight"` // bits
	Note   string  `json:"note"`
}

// An Asset is one thing that carries an outlet: a site, a mirror, an app, a list.
type Asset struct {
	ID        AssetID
	Unit      UnitID
	Outlet    OutletID // 0 until attributed
	Kind      AssetKind
	Locator   string // canonical address, see package locator
	Site      string // registrable name
	Languages []string
	State     AssetState
	Presence  Presence
	FoundBy   string  // the source of the lead that came first, see Lead
	FoundFrom AssetID // the asset whose page led here; 0 where none did
	Lineage   Lineage
	Features  []Feature // what package link compares
	Created   time.Time
	Seen      time.Time // last look that was not unknown
}

// A Feature is a mark of identity as package link compares it, kept as text.
type Feature struct {
	Family string `json:"f"`
	Kind   string `json:"k"`
	Value  string `json:"v"`
}

// Step moves the asset by a verb of its table. It refuses to attribute, which needs a person and an outlet.
func (a Asset) Step(verb string, by OfficerID, at time.Time, note string) (Asset, Event, error) {
	if verb == "attribute" {
		return a, Event{}, Refuse(Internal, "an attribution needs a person and an outlet", "call Attribute")
	}
	if err := byPerson(by, verb, "reject", "reconsider", "give_up"); err != nil {
		return a, Event{}, err
	}
	return a.step(verb, by, at, note)
}

func (a Asset) step(verb string, by OfficerID, at time.Time, note string) (Asset, Event, error) {
	to, err := AssetTable.Next(a.State, verb)
	if err != nil {
		return a, Event{}, err
	}
	e := change("asset", int64(a.ID), verb, a.State, to, by, a.Unit, at, note)
	a.State = to
	if verb == "reconsider" {
		e, a.Outlet, a.Lineage.Judged = e.With("outlet", int64(a.Outlet)), 0, 0
	}
	return a, e, nil
}

// Attribute says that the asset carries the outlet: a person's word, never a machine's.
func (a Asset) Attribute(to OutletID, by OfficerID, at time.Time, reason string) (Asset, Event, error) {
	if by == 0 {
		return a, Event{}, Refuse(Forbidden, "only a person attributes an asset", "leave it as a suggestion")
	}
	if to == 0 {
		return a, Event{}, Refuse(Invalid, "no outlet was named", "choose the outlet or make a new one")
	}
	a, e, err := a.step("attribute", by, at, reason)
	if err != nil {
		return a, e, err
	}
	a.Outlet = to
	if a.Lineage.To != 0 {
		a.Lineage.Judged = by
	}
	return a, e.With("outlet", int64(to)), nil
}

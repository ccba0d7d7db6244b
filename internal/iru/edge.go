// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"slices"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"
)

// NodeKind is what a point of an outlet's map stands for.
type NodeKind string

// The kinds of node. A node is known by its kind and its name; the name is the number of the row for outlet and asset, and what the world
// calls it, in canonical form, for all others.
const (
	NodeOutlet      NodeKind = "outlet"
	NodeBrand       NodeKind = "brand"
	NodeAsset       NodeKind = "asset"
	NodeName        NodeKind = "name" // a domain name, in ASCII
	NodeRegistrar   NodeKind = "registrar"
	NodeRegistry    NodeKind = "registry"
	NodeNameServer  NodeKind = "name_server"
	NodeCDN         NodeKind = "cdn"
	NodeHost        NodeKind = "host"        // a company that stores or lists
	NodeNetwork     NodeKind = "network"     // autonomous system or block
	NodeCertificate NodeKind = "certificate" // SHA-256 of the certificate
	NodeKey         NodeKind = "key"         // SHA-256 of a public key, a signer, an identifier that needs a key
	NodeAccount     NodeKind = "account"     // of analytics, donations, platforms, lists
	NodeApp         NodeKind = "app"         // package name or identifier of an add-on
	NodeAddress     NodeKind = "address"     // IP address
)

// NodeKinds lists the kinds from the outlet outwards.
var NodeKinds = []NodeKind{NodeOutlet, NodeBrand, NodeAsset, NodeName, NodeApp, NodeAccount, NodeCertificate, NodeKey, NodeAddress,
	NodeNameServer, NodeRegistrar, NodeRegistry, NodeCDN, NodeHost, NodeNetwork}

// A Node is a point of the map.
type Node struct {
	Kind NodeKind `json:"kind"`
	Name string   `json:"name"`
}

// OutletNode is the node of an outlet.
func OutletNode(id OutletID) Node { return Node{NodeOutlet, strconv.FormatInt(int64(id), 10)} }

// AssetNode is the node of an asset.
func AssetNode(id AssetID) Node { return Node{NodeAsset, strconv.FormatInt(int64(id), 10)} }

// Row is the number of the row that an outlet's or an asset's node stands for; 0 for others.
func (n Node) Row() int64 {
	if n.Kind != NodeOutlet && n.Kind != NodeAsset {
		return 0
	}
	id, err := strconv.ParseInt(n.Name, 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

// The relations of two nodes, as verbs that read from left to right.
const (
	RelResolvesTo   = "resolves_to"   // name to address
	RelRegisteredAt = "registered_at" // name to registrar
	RelInRegistry   = "in_registry"   // name to registry
	RelDelegatedTo  = "delegated_to"  // name to name server
	RelServedBy     = "served_by"     // asset to host or CDN
	RelInNetwork    = "in_network"    // address to network
	RelCertifiedBy  = "certified_by"  // asset to certificate
	RelKeyedBy      = "keyed_by"      // certificate, app or asset to key
	RelNamed        = "named"         // asset to name
	RelCountedBy    = "counted_by"    // asset to account of analytics
	RelPaidTo       = "paid_to"       // asset to account of donations
	RelReachedAt    = "reached_at"    // asset to account: a mail address, number or handle by which readers reach its makers
	RelBuiltAs      = "built_as"      // asset to app
	RelSignedBy     = "signed_by"     // app or asset to key
	RelPublishes    = "publishes"     // outlet to asset
	RelBranded      = "branded"       // outlet or asset to the name under which it appears
	RelMirrors      = "mirrors"       // asset to asset
	RelSucceeds     = "succeeds"      // asset to asset
	RelAnnounces    = "announces"     // asset to asset
	RelRunBy        = "run_by"        // address or name to host
)

// Rels lists the relations.
var Rels = []string{RelPublishes, RelBranded, RelNamed, RelRegisteredAt, RelInRegistry, RelDelegatedTo, RelResolvesTo, RelServedBy, RelRunBy,
	RelInNetwork, RelCertifiedBy, RelKeyedBy, RelBuiltAs, RelSignedBy, RelCountedBy, RelPaidTo, RelReachedAt, RelMirrors, RelAnnounces, RelSucceeds}

// An Edge is something that was seen to hold between two nodes during a time: it may hold again later, which is another edge.
type Edge struct {
	ID         int64
	Unit       UnitID
	From, To   Node
	Rel        string  // a verb that reads from left to right: "resolves_to", "registered_at", "served_by", "signed_by" ...
	Source     string  // who said so: "dns", "rdap REGISTRAR", "tls", "page ADDRESS", "officer"
	Asset      AssetID // by a look at which it was learnt; 0 where by none
	First      time.Time
	Last       time.Time // of the last look that saw it
	Ended      time.Time // when it was found to hold no more; zero: nothing says so
	Confidence float64   // 0 to 1: 1 where the source answers for it by itself, less where it is inferred
}

// EdgeLapse is how long what was seen is taken to hold without being seen again: longer than the longest pause between two looks at an asset
// that is up (seven days between two probes of its carriers), with room for a server that does not answer for weeks.
const EdgeLapse = 30 * 24 * time.Hour

// EdgeFresh is within which time what is up is looked at again: seven days between two probes of carriers, and a day for the probe.
const EdgeFresh = 8 * 24 * time.Hour

// MaxNodeName is the longest name of a node, in characters: a domain name has at most 253 (RFC 1035, 2.3.4), a digest 64.
const MaxNodeName = 300

// lasting are the relations that need not be seen again: what a person said, what an address is by itself, and what happened once.
var lasting = []string{RelPublishes, RelBranded, RelNamed, RelAnnounces, RelSucceeds, RelMirrors}

// SourceOfficer is the source of what an officer said. It holds until an officer, or the program on facts, says otherwise.
const SourceOfficer = "officer"

// Lapses reports whether it has to be seen again, within EdgeLapse, to be taken to hold.
func (e Edge) Lapses() bool { return e.Source != SourceOfficer && !slices.Contains(lasting, e.Rel) }

// HeldAt reports whether it is taken to have held at a time: it was seen before, was not found ended, and was seen again or had not lapsed.
func (e Edge) HeldAt(t time.Time) bool {
	if e.First.After(t) || !e.Ended.IsZero() && !e.Ended.After(t) {
		return false
	}
	return !e.Lapses() || !t.After(e.Last.Add(EdgeLapse))
}

// Presumed reports whether it was not seen for longer than EdgeFresh before a time: it is taken to hold since it was seen before.
func (e Edge) Presumed(t time.Time) bool { return e.Lapses() && t.Sub(e.Last) > EdgeFresh }

// Check refuses what is no edge: a kind or relation that is not known, a name that no thing has, times that run backwards.
func (e Edge) Check() error {
	bad := func(what string) error { return Refuse(Invalid, "that is no edge of a map: "+what, "") }
	for _, n := range []Node{e.From, e.To} {
		switch {
		case !slices.Contains(NodeKinds, n.Kind):
			return bad("there is no kind of node " + strconv.Quote(string(n.Kind)))
		case n.Name == "" || !utf8.ValidString(n.Name) || utf8.RuneCountInString(n.Name) > MaxNodeName:
			return bad("the name of a node is empty, too long or no text")
		case (n.Kind == NodeOutlet || n.Kind == NodeAsset) && n.Row() == 0:
			return bad("a node that stands for a row has no number")
		}
		for _, r := range n.Name {
			if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control) {
				return bad("the name of a node holds what cannot be shown")
			}
		}
	}
	switch {
	case !slices.Contains(Rels, e.Rel):
		return bad("there is no relation " + strconv.Quote(e.Rel))
	case e.From == e.To:
		return bad("it leads from a node to itself")
	case e.Unit == 0 || e.Source == "":
		return bad("it has no unit or no source")
	case e.First.IsZero() || e.Last.Before(e.First) || !e.Ended.IsZero() && e.Ended.Before(e.Last):
		return bad("its times run backwards")
	case !(e.Confidence > 0 && e.Confidence <= 1):
		return bad("its confidence is not between 0 and 1")
	}
	return nil
}

// Same reports whether two edges say the same, at whatever times.
func (e Edge) Same(o Edge) bool {
	return e.Unit == o.Unit && e.From == o.From && e.To == o.To && e.Rel == o.Rel && e.Source == o.Source && e.Asset == o.Asset
}

// See takes a sighting into what was seen before of the same edge, in any order of time, and gives the interval that it belongs to now with
// the numbers of those that it swallowed. One that has ended, or that lapsed, stays as it is: then a new interval begins, without a number.
func (e Edge) See(had []Edge) (now Edge, swallowed []int64) {
	now, latest := e, e.Last
	for _, h := range had {
		if !h.Same(e) || !h.touches(e, had) {
			continue
		}
		if h.First.Before(now.First) {
			now.First = h.First
		}
		if h.Last.After(now.Last) {
			now.Last = h.Last
		}
		if h.Last.After(latest) { // the newest look knows best
			latest, now.Confidence = h.Last, h.Confidence
		}
		if h.Ended.After(now.Ended) && !h.Ended.Before(now.Last) {
			now.Ended = h.Ended
		}
		if now.ID == 0 {
			now.ID = h.ID
		} else {
			swallowed = append(swallowed, h.ID)
		}
	}
	return now, swallowed
}

// touches reports whether a sighting belongs to the interval, among all intervals of the same edge.
func (e Edge) touches(o Edge, had []Edge) bool {
	switch {
	case !e.Ended.IsZero() && !o.First.Before(e.Ended):
		return false
	case o.First.After(e.Last):
		return !e.Lapses() || o.First.Sub(e.Last) <= EdgeLapse
	case o.Last.Before(e.First):
		if e.Lapses() && e.First.Sub(o.Last) > EdgeLapse {
			return false
		}
		for _, other := range had { // another one ended in between
			if other.Same(e) && !other.Ended.IsZero() && other.Ended.After(o.Last) && !other.Ended.After(e.First) {
				return false
			}
		}
	}
	return true
}

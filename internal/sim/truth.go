// SPDX-License-Identifier: EUPL-1.2

package sim

import "time"

// Truth is the ledger of what really happened, for scoring the program under test. Times are of Options.Clock; durations are
// story time.
type Truth struct {
	Scenario string
	Seed     int64
	Assets   []AssetTruth
	Links    []LinkTruth
	Acts     []Act
	Desks    []DeskTruth
	Names    []NameTruth // of outlets, those that changed hands or were held
	Audience []AudienceTruth
	Letters  []Letter
	Wave     []Serving
	Quirks   []Quirk
	Sessions []Session
	Calls    []Call
}

// An AssetTruth is one asset and its history.
type AssetTruth struct {
	ID       string
	Outlet   string
	Group    string
	Innocent bool
	Kind     Kind
	Locator  string
	Language string
	Roles    []Role // who carries it, in which capacity
	Follows  string // for a re-emerged head: the asset whose place it takes
	MirrorOf string
	Seed     bool
	LinkedBy []string     // addresses of documents that lead to it
	Spans    []Span       // in order; the last is how it is now
	Places   []PlaceTruth `json:",omitempty"` // where it is stored, in order
	Package  string       `json:",omitempty"` // of apps and add-ons: package name or identifier of the extension ...
	Version  string       `json:",omitempty"` // ... its present version ...
	Signer   string       `json:",omitempty"` // ... and SHA-256 of the public key (SPKI) that signs it
	TLSKey   string       // SHA-256 of the public key (SPKI) of its certificate; empty where it lives under a provider's name
}

// A PlaceTruth is where an asset was stored from a time on.
type PlaceTruth struct {
	Host, Origin, Addr string
	From               time.Time
}

// A NameTruth is the state of a registered name.
type NameTruth struct {
	Domain    string
	Registrar string
	DNS       string // provider of its name servers now
	Held      string // "client" or "server": who holds it
	Expired   bool
	TakenBy   string // who registered it after its outlet lost it; not the outlet
}

// An AudienceTruth is how many follow an outlet; a sample stands until the next.
type AudienceTruth struct {
	Outlet  string
	Size    int
	Samples []AudienceSample
}

// An AudienceSample counts followers: Kept still follow, Reached find something up.
type AudienceSample struct {
	Story         time.Duration
	At            time.Time
	Reached, Kept int
}

// A Letter is one mail of a list to a subscriber.
type Letter struct {
	List      string // asset
	To        string
	Subject   string
	MessageID string
	At        time.Time
	Delivered bool
	Failure   string
}

// A Role is a provider in one capacity.
type Role struct {
	Role     ProviderKind
	Provider string
}

// A Span is a time during which an asset was in one condition.
type Span struct {
	Effect  Effect // None: up
	Partial string // when not empty: the effect was met only from this prefix
	From    time.Time
	Until   time.Time // zero: still so
}

// A LinkTruth is one link as it is served.
type LinkTruth struct {
	From, To string // assets
	Where    Where
	Page     string // address of the document
	Target   string // address that it leads to
}

// An Act is something that a provider or the operator did.
type Act struct {
	Seq       int
	At        time.Time
	Story     time.Duration // when, in story time
	After     time.Duration // drawn delay, story time
	Actor     string        // provider, or "operator"
	Did       string        // removed, removed-item, partly-removed, held, raised, announced, certified, rehosted, delegated, shipped, released, expired, taken
	Asset     string
	Detail    string // address, effect or where it was announced
	Reference string // of the notice that caused it
}

// A DeskTruth is what one desk received and answered.
type DeskTruth struct {
	Provider string
	Notices  []NoticeTruth
}

// A NoticeTruth is one notice at one desk.
type NoticeTruth struct {
	Via        string // smtp, api
	Key        string // Message-ID or idempotency key of the first copy
	Copies     int    // deliveries with that key; more than one is a duplicate that had no effect
	Reference  string
	Instrument Instrument
	Targets    []string
	Assets     []string // what the desk took them for
	At         time.Time
	Document   string   // SHA-256 of an attached or enclosed PDF
	FollowUps  []string // keys of later messages on the same notice
	State      string   // received, clarification, done, refused, cannot
	Answers    []Answer
}

// An Answer is what a desk said.
type Answer struct {
	ID        string
	Event     string // received, clarification, done, refused, cannot
	Text      string
	After     time.Duration // drawn delay, story time
	At        time.Time
	Delivered time.Time // zero: not (yet) delivered
	Attempts  int
	Failure   string // the last, when not delivered
}

// A Session is one SMTP transaction that a server of the range accepted or refused.
type Session struct {
	At        time.Time
	Server    string // host name of the server
	Peer      string
	TLS       bool
	From      string
	To        []string
	MessageID string
	Bytes     int
	Reply     string // 250, or the refusal
}

// A Call is one request to a provider API.
type Call struct {
	At       time.Time
	Provider string
	Peer     string
	Method   string
	Path     string
	Key      string
	Status   int
}

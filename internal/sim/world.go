// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"net/netip"
	"time"
)

// A World is the description of a scenario: who exists, who carries what, and how everybody behaves. It is data, the same for
// every seed; the seed only draws the delays, the numbers in the bulletins and the marks.
type World struct {
	Scenario  string
	Title     string
	States    []State
	Vantages  []Vantage
	Providers []Provider
	Domains   []Domain
	Outlets   []Outlet
	Assets    []Asset
	Links     []Link
	Reactions []Reaction
	Seeds     []string // addresses from which everything can be found
}

// A State is an invented jurisdiction.
type State struct {
	Code string // XA, XB ... (user-assigned codes of ISO 3166-1)
	Name string
}

// A Vantage is a range of source addresses from which the program may look at the range.
type Vantage struct {
	Name   string
	State  string
	Prefix netip.Prefix
}

// ProviderKind says which layer a provider works at.
type ProviderKind string

// The kinds of provider.
const (
	Registry   ProviderKind = "registry"
	Registrar  ProviderKind = "registrar"
	Host       ProviderKind = "host"
	CDN        ProviderKind = "cdn"
	AppStore   ProviderKind = "app_store"
	AddonStore ProviderKind = "addon_store"
	ListHost   ProviderKind = "list"
	StreamHost ProviderKind = "stream"
	Platform   ProviderKind = "platform"
)

// A Provider is a company of the range, with a network of its own and an abuse desk.
type Provider struct {
	ID      string
	Name    string
	Kind    ProviderKind
	State   string       // code of its jurisdiction
	Domain  string       // its own site, under .test
	Network netip.Prefix // a 127.x.y.0/24
	ASN     uint32       // from the range for documentation (RFC 5398)
	Desk    Desk
}

// A Desk is a provider's abuse desk: how it is reached and what it does.
type Desk struct {
	Mail  string // abuse address; every desk has one
	API   string // base address of its provider API; empty: mail only
	Token string // bearer token of the unit at that API
	Habit Habit
}

// Manner is a desk's way of answering.
type Manner string

// The manners of a desk.
const (
	Acts      Manner = "acts"      // acknowledges, then acts
	Clarifies Manner = "clarifies" // acknowledges, asks, acts after an answer arrives
	Refuses   Manner = "refuses"   // acknowledges, then says that it will not act
	Silent    Manner = "silent"    // accepts the message and never answers
	Hindered  Manner = "hindered"  // acknowledges, says that it cannot now and why, acts when that is over
)

// A Habit is what a desk does with a notice.
type Habit struct {
	Manner   Manner
	Takes    []Instrument // instruments it acts on; any other is answered "not applicable to us"
	Declines []Instrument // instruments that it may lawfully receive and will not act on
	Ack      Delay        // from arrival to the acknowledgement
	Act      Delay        // from acknowledgement, or from the answer to its question, to the act
	Effect   Effect       // what is seen at the address after the act
	First    netip.Prefix // when valid: the act first reaches only visitors from here ...
	Rest     Delay        // ... and everybody after this further delay; of a desk that is hindered: for so long
	Question string       // asked by a desk that clarifies
	Reason   string       // given by a desk that refuses or is hindered
	Advice   string       // given with a declined instrument
	Way      Way          // by which it answers a removal order beyond the acknowledgement; empty: as the notice came
}

// A Way is how a desk says that it is done (Annex II), or that it cannot or needs to know more (Annex III).
type Way string

// The ways of desks that write no event into their mail.
const (
	ByPage  Way = "page"  // it opens the page without an account and fills in the form there, when it is done
	ByWords Way = "words" // a mail whose text is the annex
	ByAnnex Way = "annex" // a mail with the annex as JSON
	ByPaper Way = "paper" // a mail with the annex as a PDF
)

// A Delay is log-normal in story time, never above Max when Max is set.
type Delay struct {
	Median time.Duration
	Sigma  float64 // of the natural logarithm
	Max    time.Duration
}

// Instrument is the act by which a provider is asked or told (law.md, section 1).
type Instrument string

// The instruments that desks of the range tell apart.
const (
	Referral        Instrument = "referral"
	Notice          Instrument = "notice" // DSA Art 16, 22
	RemovalOrder    Instrument = "removal_order"
	OrderToAct      Instrument = "order_to_act" // DSA Art 9 and national law
	RegistrarReport Instrument = "registrar_report"
	StoreReport     Instrument = "store_report"
	CourtOrder      Instrument = "court_order"
	OtherInstrument Instrument = "other" // evidence orders and the like: nobody here acts on them
)

// Effect is what a visitor meets after an act.
type Effect string

// The effects.
const (
	None       Effect = ""            // up
	Gone       Effect = "gone"        // 410
	Missing    Effect = "missing"     // 404
	LegalBlock Effect = "legal_block" // 451
	Soft404    Effect = "soft_404"    // 200 and a page that says that there is nothing
	Delisted   Effect = "delisted"    // the store or platform no longer lists it: 404 and absent from its catalogue
	Mute       Effect = "mute"        // the stream's mount is gone
	Held       Effect = "held"        // NXDOMAIN and clientHold
)

// A Domain is a registered name.
type Domain struct {
	Name      string
	Registrar string // provider
	DNS       string // provider that runs its name servers
	Shared    bool   // serves others than one outlet: its registrar will not hold it
}

// An Outlet is a brand that publishes.
type Outlet struct {
	ID        string
	Name      string
	Group     string // outlets of one group have one operator
	Theme     string // weather, trains, trams, garden
	Innocent  bool   // must not be linked or touched
	Analytics string // identifier in its pages
	FeedKey   string // in the identifier of its feeds
	Contact   string // address printed on its pages
	Hue       int    // of its mark, 0 to 359
}

// Kind is the kind of an asset (architecture.md).
type Kind string

// The kinds of asset.
const (
	Site    Kind = "site"
	App     Kind = "app"
	Update  Kind = "update" // the update endpoint of an app
	Addon   Kind = "addon"
	List    Kind = "list"
	Stream  Kind = "stream"
	Account Kind = "account"
)

// An Asset carries an outlet.
type Asset struct {
	ID        string
	Outlet    string
	Kind      Kind
	Name      string
	Locator   string // canonical address
	Language  string
	Host      string     // provider that stores or lists it
	Addr      netip.Addr // where its name points to
	Origin    string     // behind a CDN: the provider that stores it
	MirrorOf  string     // asset whose posts it repeats
	Key       string     // name of its TLS key; equal names are equal keys
	MarkScale int        // its copy of the brand mark, per cent of the original's size
	MarkJPEG  bool       // ... re-encoded as JPEG
	Posts     int
	Latent    bool   // exists only after a reaction
	Follows   string // the asset whose place it takes
}

// Where says in which kind of document a link stands.
type Where string

// The places of a link.
const (
	InPage     Where = "page"     // the asset's front page
	InPost     Where = "post"     // one of its posts
	InFeed     Where = "feed"     // its Atom feed
	InManifest Where = "manifest" // JSON
	InPlaylist Where = "playlist" // m3u
	InSource   Where = "source"   // "our source": a link to something of somebody else
)

// A Link leads from one asset to another.
type Link struct {
	From, To string
	Where    Where
}

// A Reaction is what the operator does when an asset is down for everybody.
type Reaction struct {
	On       string // asset
	Raises   string // latent asset that comes up
	After    Delay
	Announce []string // assets; the first that is still up carries the announcement
}

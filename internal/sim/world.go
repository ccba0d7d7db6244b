// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"net/netip"
	"time"
)

// A World is the description of a scenario: who exists, who carries what, and how everybody behaves. It is data, the same for
// every seed; the seed only draws the delays, the numbers in the bulletins and the marks.
type World struct {
	Scenario  string     `toml:"scenario,omitzero"`
	Title     string     `toml:"title,omitzero"`
	States    []State    `toml:"state,omitzero"`
	Vantages  []Vantage  `toml:"vantage,omitzero"`
	Providers []Provider `toml:"provider,omitzero"`
	Domains   []Domain   `toml:"domain,omitzero"`
	Outlets   []Outlet   `toml:"outlet,omitzero"`
	Assets    []Asset    `toml:"asset,omitzero"`
	Links     []Link     `toml:"link,omitzero"`
	Reactions []Reaction `toml:"reaction,omitzero"`
	Seeds     []string   `toml:"seeds,omitzero"` // addresses from which everything can be found
	Wave      []Serving  `toml:"wave,omitzero"`
	Operators []Operator `toml:"operator,omitzero"`
	Audiences []Audience `toml:"audience,omitzero"`
	Quirks    []Quirk    `toml:"quirk,omitzero"`
	Bulk      Bulk       `toml:"bulk,omitzero"`

	index *index // of what is above; nil: none, everything is looked through
}

// A State is an invented jurisdiction.
type State struct {
	Code string `toml:"code,omitzero"` // XA, XB ... (user-assigned codes of ISO 3166-1)
	Name string `toml:"name,omitzero"`
}

// A Vantage is a range of source addresses from which the program may look at the range.
type Vantage struct {
	Name   string       `toml:"name,omitzero"`
	State  string       `toml:"state,omitzero"`
	Prefix netip.Prefix `toml:"prefix,omitzero"`
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
	FileHost   ProviderKind = "file_host"
	Archive    ProviderKind = "web_archive"
	Parking    ProviderKind = "parking"  // registers names that others gave up, and shows advertisements there
	Sinkholes  ProviderKind = "sinkhole" // holds names for an authority or for defenders
)

// A Provider is a company of the range, with a network of its own and an abuse desk.
type Provider struct {
	ID      string       `toml:"id,omitzero"`
	Name    string       `toml:"name,omitzero"`
	Kind    ProviderKind `toml:"kind,omitzero"`
	State   string       `toml:"state,omitzero"`   // code of its jurisdiction
	Domain  string       `toml:"domain,omitzero"`  // its own site, under .test
	Network netip.Prefix `toml:"network,omitzero"` // a 127.x.y.0/24
	ASN     uint32       `toml:"asn,omitzero"`     // from the range for documentation (RFC 5398)
	Desk    Desk         `toml:"desk,omitzero"`
}

// A Desk is a provider's abuse desk: how it is reached and what it does.
type Desk struct {
	Mail  string `toml:"mail,omitzero"`  // abuse address; every desk has one
	API   string `toml:"api,omitzero"`   // base address of its provider API; empty: mail only
	Token string `toml:"token,omitzero"` // bearer token of the unit at that API
	Habit Habit  `toml:"habit,omitzero"`
}

// Manner is a desk's way of answering.
type Manner string

// The manners of a desk.
const (
	Acts      Manner = "acts"      // acknowledges, then acts
	Clarifies Manner = "clarifies" // acknowledges, asks, acts after an answer arrives
	Refuses   Manner = "refuses"   // acknowledges, then says that it will not act
	Silent    Manner = "silent"    // accepts the message and never answers
	Bounces   Manner = "bounces"   // its mailbox does not exist: mail to it is refused
	Hindered  Manner = "hindered"  // acknowledges, says that it cannot now and why, acts when that is over
)

// A Habit is what a desk does with a notice.
type Habit struct {
	Manner   Manner       `toml:"manner,omitzero"`
	Takes    []Instrument `toml:"takes,omitzero"`    // instruments it acts on; any other is answered "not applicable to us"
	Declines []Instrument `toml:"declines,omitzero"` // instruments that it may lawfully receive and will not act on
	Ack      Delay        `toml:"ack,omitzero"`      // from arrival to the acknowledgement
	Act      Delay        `toml:"act,omitzero"`      // from acknowledgement, or from the answer to its question, to the act
	Effect   Effect       `toml:"effect,omitzero"`   // what is seen at the address after the act
	First    netip.Prefix `toml:"first,omitzero"`    // when valid: the act first reaches only visitors from here ...
	Rest     Delay        `toml:"rest,omitzero"`     // ... and everybody after this further delay; of a desk that is hindered: for so long
	Question string       `toml:"question,omitzero"` // asked by a desk that clarifies
	Reason   string       `toml:"reason,omitzero"`   // given by a desk that refuses or is hindered
	Advice   string       `toml:"advice,omitzero"`   // given with a declined instrument
	Way      Way          `toml:"way,omitzero"`      // by which it answers a removal order beyond the acknowledgement; empty: as the notice came
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
	Name      string `toml:"name,omitzero"`
	Registrar string `toml:"registrar,omitzero"` // provider
	DNS       string `toml:"dns,omitzero"`       // provider that runs its name servers
	Shared    bool   `toml:"shared,omitzero"`    // serves others than one outlet: its registrar will not hold it
}

// An Outlet is a brand that publishes.
type Outlet struct {
	ID        string `toml:"id,omitzero"`
	Name      string `toml:"name,omitzero"`
	Group     string `toml:"group,omitzero"`     // outlets of one group have one operator
	Theme     string `toml:"theme,omitzero"`     // weather, trains, trams, garden
	Innocent  bool   `toml:"innocent,omitzero"`  // must not be linked or touched
	Analytics string `toml:"analytics,omitzero"` // identifier in its pages
	FeedKey   string `toml:"feed_key,omitzero"`  // in the identifier of its feeds
	Donation  string `toml:"donation,omitzero"`  // account that its pages ask to pay to; empty: none
	Contact   string `toml:"contact,omitzero"`   // address printed on its pages
	Hue       int    `toml:"hue,omitzero"`       // of its mark, 0 to 359
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
	File    Kind = "file" // a bundle of posts at a file host
	Copy    Kind = "copy" // what a web archive keeps of a site
)

// An Asset carries an outlet.
type Asset struct {
	ID        string     `toml:"id,omitzero"`
	Outlet    string     `toml:"outlet,omitzero"`
	Kind      Kind       `toml:"kind,omitzero"`
	Name      string     `toml:"name,omitzero"`
	Locator   string     `toml:"locator,omitzero"` // canonical address
	Language  string     `toml:"language,omitzero"`
	Host      string     `toml:"host,omitzero"`       // provider that stores or lists it
	Addr      netip.Addr `toml:"addr,omitzero"`       // where its name points to
	Origin    string     `toml:"origin,omitzero"`     // behind a CDN: the provider that stores it
	MirrorOf  string     `toml:"mirror_of,omitzero"`  // asset whose posts it repeats
	Key       string     `toml:"key,omitzero"`        // name of its TLS key; equal names are equal keys
	MarkScale int        `toml:"mark_scale,omitzero"` // its copy of the brand mark, per cent of the original's size
	MarkJPEG  bool       `toml:"mark_jpeg,omitzero"`  // ... re-encoded as JPEG
	Reach     int        `toml:"reach,omitzero"`      // weight with which its audience follows it; 0: as 1
	Posts     int        `toml:"posts,omitzero"`
	Latent    bool       `toml:"latent,omitzero"`  // exists only after a reaction
	Follows   string     `toml:"follows,omitzero"` // the asset whose place it takes

	bulk bool // made: has no port for plain HTTP
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
	From  string `toml:"from,omitzero"`
	To    string `toml:"to,omitzero"`
	Where Where  `toml:"where,omitzero"`
}

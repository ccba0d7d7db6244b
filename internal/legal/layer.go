// SPDX-License-Identifier: EUPL-1.2

package legal

// A Layer is the part of the way to the audience that a provider serves.
type Layer string

// The layers. Their texts are stored: never change one.
const (
	Platform       Layer = "platform"        // platform, file, paste, video or podcast host
	Host           Layer = "host"            // web host or virtual server that stores for the content provider
	Upstream       Layer = "upstream"        // upstream network, colocation
	Conduit        Layer = "conduit"         // access provider, mere conduit, caching service
	CDN            Layer = "cdn"             // content delivery network, reverse proxy
	DDoSProtection Layer = "ddos_protection" // protection that stores nothing
	DNSOperator    Layer = "dns_operator"
	Registrar      Layer = "registrar"
	Registry       Layer = "registry"
	AppStore       Layer = "app_store"
	AddonStore     Layer = "addon_store"
	Newsletter     Layer = "newsletter" // mail and list service
	StreamHost     Layer = "stream_host"
	SearchEngine   Layer = "search_engine"
	Payment        Layer = "payment"
)

// Layers lists every layer, from the content outwards.
func Layers() []Layer {
	return []Layer{Platform, Host, StreamHost, Newsletter, AppStore, AddonStore, CDN, DDoSProtection, Upstream, Conduit, DNSOperator,
		Registrar, Registry, SearchEngine, Payment}
}

var layerTitles = map[Layer]string{
	Platform: "platform", Host: "web host", Upstream: "upstream network or colocation", Conduit: "access or caching service",
	CDN: "content delivery network or reverse proxy", DDoSProtection: "protection service", DNSOperator: "name server operator",
	Registrar: "registrar", Registry: "registry", AppStore: "app store", AddonStore: "add-on store",
	Newsletter: "newsletter or mail service", StreamHost: "stream host", SearchEngine: "search engine", Payment: "payment service",
}

// Valid reports whether l is one of the known layers.
func (l Layer) Valid() bool { return layerTitles[l] != "" }

// Title returns the name of the layer for people.
func (l Layer) Title() string {
	if t := layerTitles[l]; t != "" {
		return t
	}
	return string(l)
}

// An Audience says who can reach the content.
type Audience string

// The audiences. Recital 14 of Regulation (EU) 2021/784: registration alone is no closed group, admission by a person is.
const (
	Public           Audience = "public"
	AutoRegistration Audience = "auto_registration" // anyone who registers is let in by a machine
	ClosedGroup      Audience = "closed_group"      // a person must admit one
	Private          Audience = "private"           // a message between a few
)

// A Request says what the addressee is asked to do. The empty Request means what the instrument is usually for.
type Request string

// The requests.
const (
	RemoveContent    Request = "remove_content" // remove or disable access
	HoldName         Request = "hold_name"      // hold, with locks on transfer, update and deletion
	DeleteName       Request = "delete_name"    // never allowed: it frees the name and destroys data
	AskOrigin        Request = "ask_origin"     // who hosts what the proxy hides
	Delist           Request = "delist"         // take out of an index or a store
	Preserve         Request = "preserve"       // keep data until asked for them
	ProduceData      Request = "produce_data"
	RegistrationData Request = "registration_data"
)

// A DataCategory says which data a production order asks for (Regulation (EU) 2023/1543, Article 3).
type DataCategory string

// The categories of data.
const (
	SubscriberData  DataCategory = "subscriber"
	IdentifyingData DataCategory = "identifying" // asked for solely to identify the user
	TrafficData     DataCategory = "traffic"
	ContentData     DataCategory = "content"
)

// An IssuerKind says in which capacity somebody acts.
type IssuerKind string

// The kinds of issuer.
const (
	CompetentAuthority IssuerKind = "competent_authority" // designated under Article 12(1)(a) of Regulation (EU) 2021/784
	Unit               IssuerKind = "unit"                // a referral unit that is no competent authority
	Europol            IssuerKind = "europol"
	NationalAuthority  IssuerKind = "national_authority" // another judicial or administrative authority
	Court              IssuerKind = "court"              // a court or a judge
)

// Issuers lists every kind of issuer.
func Issuers() []IssuerKind {
	return []IssuerKind{CompetentAuthority, Unit, Europol, NationalAuthority, Court}
}

// A Target is what an act would be addressed to, and what it would ask. Every field is a fact that a person or a probe
// established; the zero value of Audience means that nobody has, and a removal order is then refused.
type Target struct {
	Layer          Layer
	Audience       Audience
	Mail           bool // an e-mail or private message, not an archive that anyone can open
	ServesOthers   bool // cloud infrastructure that serves others than the content provider
	LiveStream     bool // live transit, not a stored programme
	Hosts          bool // a content delivery network that also stores, at the content provider's request
	Request        Request
	Data           DataCategory // for a production order
	ClaimsDNSAbuse bool         // the text claims "DNS abuse" in ICANN's sense
}

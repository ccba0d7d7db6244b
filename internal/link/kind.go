// SPDX-License-Identifier: EUPL-1.2

package link

// The kinds of features, as written in Feature.Kind.
const (
	SPKI         = "spki"          // SHA-256 of a certificate's public key, hexadecimal
	PGPKey       = "pgp_key"       // fingerprint
	APKSigner    = "apk_signer"    // SHA-256 of the signer's certificate
	ExtensionKey = "extension_key" // key or identifier of a browser add-on
	FeedKey      = "feed_key"      // key or token of a feed or an update channel
	AnalyticsID  = "analytics_id"
	DonationID   = "donation_id" // account or wallet
	Contact      = "contact"     // mail address or handle given as contact

	Favicon       = "favicon"
	AssetHash     = "asset_hash"     // SHA-256 of a style sheet, script or logo
	PageStructure = "page_structure" // 16 hexadecimal digits, from Structure
	TextShingle   = "text_shingle"   // 16 hexadecimal digits each, from Shingles
	ImagePDQ      = "image_pdq"      // 64 hexadecimal digits

	NameServer = "name_server"
	Registrar  = "registrar"
	Network    = "network" // autonomous system or network block
	Address    = "address" // IP address
)

// A Kind is how one kind of feature weighs. The probabilities are assumptions with their reasons, not measurements; they are to be
// estimated again from what a unit's people confirm and reject.
type Kind struct {
	Name   string
	Family Family
	// M is the probability that two sites of one outlet agree, both having the feature.
	M float64
	// U is the probability that two sites of different outlets agree before any count is known, and Strength the number of
	// outlets that this belief is worth: u(value) = (others seen + Strength*U) / (others known + Strength).
	U, Strength float64
	// Cap is the most that agreements of this kind may weigh together, in bits.
	Cap float64
	// Against says that a difference counts, too. Where operators change a thing on purpose, a difference tells nothing.
	Against bool
	Reason  string
	// Lent says that a company lends such a thing to many customers at once, so that a value which several owners show is hardly rare.
	Lent bool
}

// kinds is the model. The strength is high where the world at large, not the unit's few hundred outlets, tells how rare a
// coincidence is: two keys are not equal by chance, however small the collection.
var kinds = []Kind{
	{SPKI, TLS, .30, 1e-6, 10000, 16, false, "whoever serves with the same private key has the same machine or the same owner; most new sites get a new key", true},
	{PGPKey, Identity, .60, 1e-6, 10000, 16, false, "a published key is kept so that readers recognise it", false},
	{FeedKey, Identity, .50, 1e-5, 10000, 12, false, "readers' programs keep working only if it is kept; templates may ship one", false},
	{Contact, Identity, .45, 1e-5, 10000, 12, true, "an address is kept so that readers can reach it; imitators copy it", false},
	{DonationID, Identity, .45, 1e-5, 10000, 12, true, "an account is costly to replace; imitators change it", false},
	{APKSigner, App, .80, 1e-6, 10000, 16, false, "an update installs only with the old key", false},
	{ExtensionKey, App, .60, 1e-6, 10000, 16, false, "an add-on keeps its identifier only with its key", false},
	{AnalyticsID, Analytics, .50, 1e-5, 10000, 12, true, "one account counts all mirrors; templates may ship one by mistake", false},
	{TextShingle, Content, 0, 0, 0, 9, true, "see overlaps", false},
	{ImagePDQ, Content, .50, .002, 1000, 8, false, "the same pictures are published again; stock and press pictures are shared", false},
	{Favicon, Content, .60, .02, 500, 6, false, "a brand keeps its mark; themes and hosts ship one", false},
	{AssetHash, Content, .60, .05, 200, 4, false, "the same build is deployed again; themes are shared by thousands", false},
	{PageStructure, Content, .60, .08, 200, 4, true, "the same generator and template; shared by all sites of a theme", false},
	{Address, Host, .20, .01, 200, 3, false, "one machine may carry an outlet's names, or thousands of customers", false},
	{NameServer, Host, .40, .05, 200, 2, false, "habit; large operators serve a tenth of all names", false},
	{Network, Host, .40, .05, 200, 2, false, "habit; large networks host a tenth of all sites", false},
	{Registrar, Host, .50, .10, 200, 2, false, "habit; the largest registrars hold a tenth of all names", false},
}

// unknownKind is used for a kind that the model does not know: hardly anything.
var unknownKind = Kind{M: .5, U: .1, Strength: 200, Cap: 2, Reason: "the model does not know this kind"}

// familyCaps is the most that agreements of one family may weigh, in bits. Host is so low because an outlet chooses among few and
// its imitators choose the same.
var familyCaps = map[Family]float64{Host: 3, TLS: 16, Content: 14, Analytics: 12, Identity: 18, App: 16}

const unknownFamilyCap = 2

// A theme brings style sheets, a favicon and a page structure at once, for everybody who installs it. Together these may weigh
// no more than presentationCap, so that with everything of the host they stay under Suggest.
var presentation = map[string]bool{Favicon: true, AssetHash: true, PageStructure: true}

const presentationCap = 6

// againstCap is the most that differences of one family may weigh, in bits.
const againstCap = 3

// Kinds returns the model, for display and for tests.
func Kinds() []Kind { return append([]Kind(nil), kinds...) }

func kindOf(f Feature) Kind {
	for _, k := range kinds {
		if k.Name == f.Kind {
			return k
		}
	}
	k := unknownKind
	k.Name, k.Family = f.Kind, f.Family
	return k
}

// FamilyOf returns the family of a known kind; "" for others.
func FamilyOf(kind string) Family { return kindOf(Feature{Kind: kind}).Family }

// New returns a feature of a known kind with its family.
func New(kind, value string) Feature {
	return Feature{Family: FamilyOf(kind), Kind: kind, Value: value}
}

// An overlap is one step of the text comparison: the share of common shingles (Jaccard) from Least up, and the probabilities of
// being in that step for the same outlet and for different ones. Each column sums to one.
type overlap struct {
	least, m, u float64
}

// Same outlet: a re-hosted site carries much of its old text, a new head some, and one in eight starts afresh. Different outlets:
// ordinary prose has nothing in common by chance, but quotation, agency text and the set phrases of a subject (a forecast reads
// like a forecast) bring a tenth of them to a few per cent and more; copies of whole articles are rare.
var overlaps = []overlap{
	{.50, .40, .001},
	{.20, .25, .010},
	{.05, .15, .100},
	{.01, .08, .190},
	{.00, .12, .699},
}

// Suggest is the score in bits at which a suggestion is queued for a person: what would lift a prior of one in about a thousand (2^-10, DefaultPrior) to even
// odds, if its bits kept what they promise; among sites that share a theme and a subject, of as many of one outlet as of two, one in fourteen with that score is two (Calibrated, prior 1/2:
// .93). It lies above the caps of host and presentation together (3 + 6 bits), so a shared theme at a shared provider never reaches it by itself.
const Suggest = 10.0

// Slope and Offset put a score in bits onto the scale of probabilities: the logarithm of the likelihood ratio is Slope*score + Offset. Fitted by logistic
// regression on generated pairs (package linktest, seed 1), checked on others (docs/processes/linking.md). To be fitted again on what a unit's people confirm
// and reject.
const (
	Slope  = 1.10
	Offset = -7.24
)

// DefaultPrior is used where a prior is not between 0 and 1.
const DefaultPrior = 1.0 / 1025 // odds of 1 to 1024

// Limits against hostile input: of one kind at one site, the values beyond are left out, the smallest values staying.
const (
	maxValues = 512
	maxImages = 256
	maxShown  = 12 // shared values of one kind that become evidence
	// SketchSize is the number of shingles kept of a text: the smallest values (bottom-k sketch).
	SketchSize = 256
	// ImageRadius is the greatest Hamming distance, in bits of 256, at which two PDQ hashes are the same picture.
	ImageRadius = 31
	// StructureRadius is the same for the 64 bits of a page structure.
	StructureRadius = 6
)

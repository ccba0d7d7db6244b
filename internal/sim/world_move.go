// SPDX-License-Identifier: EUPL-1.2

package sim

// A Deed is what changes in the world.
type Deed string

// The deeds. Those of the operator come first, then what providers do unasked, so that a story can be played without a unit, then what
// others do with names that died.
const (
	Raise    Deed = ""         // a latent asset comes up, with a certificate
	Rehost   Deed = "rehost"   // the asset moves to another host; To: that provider
	Delegate Deed = "delegate" // the asset's name moves to other name servers; To: that provider
	Ship     Deed = "ship"     // a new build of an app or add-on; To: name of a new key, empty: the same key
	Announce Deed = "announce" // the asset is announced, nothing else
	Remove   Deed = "remove"   // its host removes it, as is its habit
	Hold     Deed = "hold"     // its registrar takes the name out of the zone
	Release  Deed = "release"  // and puts it back
	Expire   Deed = "expire"   // the registration ends and nobody renews it
	Take     Deed = "take"     // somebody else registers the name; To: a provider that parks or sinkholes it
)

// A Reaction is a change that follows when an asset is down for everybody, or that comes by itself.
type Reaction struct {
	On       string   `toml:"on,omitzero"` // asset; empty: counted from the beginning of the story
	Does     Deed     `toml:"does,omitzero"`
	Asset    string   `toml:"asset,omitzero"` // what is raised or changed
	To       string   `toml:"to,omitzero"`
	After    Delay    `toml:"after,omitzero"`
	Announce []string `toml:"announce,omitzero"` // assets; the first that is still up carries the announcement
}

// A Serving says when the act on an asset is to be served, counted from the first, where a wave is not served at one instant. The range
// only tells it; whoever plays the story serves.
type Serving struct {
	Asset string `toml:"asset"`
	After Delay  `toml:"after,omitzero"`
}

// An Operator keeps the outlets of a group up. When a site falls because its host removed it, it moves to the next of the hosts that has not
// done so; when its name fell, the next spare name takes its place. Then it announces where it is on whatever is up, and ships a build that
// knows the new place.
type Operator struct {
	Group     string   `toml:"group"`
	After     Delay    `toml:"after"`              // from a fall to the move
	Hosts     []string `toml:"hosts,omitzero"`     // providers, in the order in which they are tried
	DNS       []string `toml:"dns,omitzero"`       // providers of name servers to which a name changes at each move, in turn
	Spares    []Spare  `toml:"spare,omitzero"`     // names that are registered when they are needed, in order
	NewKey    int      `toml:"new_key,omitzero"`   // each so manieth head, and build, has a new key; 0: none
	Announces []string `toml:"announces,omitzero"` // assets, in the order of preference
}

// A Spare is a name that takes the place of a site when it must.
type Spare struct {
	Of   string `toml:"of"` // asset
	Name string `toml:"name"`
}

// An Audience follows an outlet: each follower some of its assets, drawn by their reach. Who meets an announcement follows what is announced,
// too. Who finds nothing up for longer than its patience is lost.
type Audience struct {
	Outlet   string  `toml:"outlet"`
	Size     int     `toml:"size"`
	Follows  int     `toml:"follows,omitzero"` // assets a follower knows at the beginning; 0: one
	Patience Delay   `toml:"patience"`         // of one follower
	Notices  float64 `toml:"notices,omitzero"` // share of followers who take note of an announcement that they meet; 0: all
	Grows    float64 `toml:"grows,omitzero"`   // new followers a day while it is up, as a share of those lost
}

// A Quirk is a hostile or broken corner of the world. See docs/format/world.md for what each does, and on what it can stand.
type Quirk struct {
	On string `toml:"on"` // asset, domain, provider, "ct" or "static-ct"
	Is string `toml:"is"`
	N  int    `toml:"n,omitzero"` // how much, where there is a quantity; 0: as usual
}

// Bulk is a mass of sites that are made rather than written: invented names, each with an address, a certificate and a page of its own.
type Bulk struct {
	Hosts int `toml:"hosts,omitzero"` // 250 of them at each of as many made providers as it takes
}

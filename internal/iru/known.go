// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// KnownState is whether known content is looked for.
type KnownState string

// The states of known content.
const (
	KnownActive      KnownState = "active"
	KnownQuarantined KnownState = "quarantined"
	KnownWithdrawn   KnownState = "withdrawn"
)

// KnownTable is the state table of known content. Everything in it can be undone.
var KnownTable = Table[KnownState]{
	{KnownActive, "quarantine", KnownQuarantined},
	{KnownActive, "withdraw", KnownWithdrawn},
	{KnownQuarantined, "release", KnownActive},
	{KnownQuarantined, "withdraw", KnownWithdrawn},
	{KnownWithdrawn, "restore", KnownActive},
}

// A Flood is what the program makes of how often known content is met.
type Flood string

// The floods.
const (
	FloodNone   Flood = ""       // nothing was noticed
	FloodMarked Flood = "floods" // it matches too many items: nothing further is suggested until a person decides
	FloodSpared Flood = "spared" // a person says that it may
)

// Floods lists the floods.
var Floods = []Flood{FloodNone, FloodMarked, FloodSpared}

// A Known is content that somebody judged before, in a bank, by one or several fingerprints.
type Known struct {
	ID      int64
	Bank    BankID
	Label   string // "" where the source gives none
	Finding string // what was found then: "refer", "no_action"
	Item    ItemID // the item judged; 0 when it came from elsewhere
	By      OfficerID
	Created time.Time
	Ref     string   // what the source calls it
	Tags    []string // the source's words for it
	State   KnownState
	Flood   Flood

	// Of its bank and its fingerprints, filled on reading.
	Unit     UnitID
	BankName string
	Muted    bool
	Signals  []Signal
}

// Speaks reports whether the content is suggested: it is active, its bank is not muted, and it does not flood.
func (k Known) Speaks() bool { return k.State == KnownActive && !k.Muted && k.Flood != FloodMarked }

// Name is the label, or else the first fingerprint.
func (k Known) Name() string {
	if k.Label != "" || len(k.Signals) == 0 {
		return k.Label
	}
	return k.Signals[0].String()
}

// Signal gives the first fingerprint of a medium; "" is any.
func (k Known) Signal(medium string) (Signal, bool) {
	for _, s := range k.Signals {
		if medium == "" || s.Medium == medium {
			return s, true
		}
	}
	return Signal{}, false
}

// A FloodRule says from how many different items on, whose match nobody confirmed, known content floods.
type FloodRule struct {
	Items  int
	Reason string // why that many; shown to whoever decides
}

// DefaultFlood is our own number, with this reason: an officer looks at about a hundred items in a shift, and content that was met on more
// without one match confirmed is as a rule a blank, a logo or a frame of the page. What is met as often and confirmed never floods.
var DefaultFlood = FloodRule{Items: 100, Reason: "met on a hundred items, a shift's work, and no match was confirmed: as a rule a blank, a logo or part of a page's frame"}

// Floods reports whether content that was met on so many items floods; what a person confirmed on one of them never does.
func (r FloodRule) Floods(items int, confirmed bool) bool {
	return r.Items > 0 && !confirmed && items >= r.Items
}

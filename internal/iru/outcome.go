// SPDX-License-Identifier: EUPL-1.2

package iru

// An Outcome is what one look at one address from one vantage point found (law.md, section 6: removal, told apart).
type Outcome string

// The outcomes. Only those for which Absent is true may ever add up to "removed"; a failed look never does.
const (
	Up         Outcome = "up"          // the content is served
	Gone       Outcome = "gone"        // 404 or 410
	LegalBlock Outcome = "legal_block" // 451
	Soft404    Outcome = "soft_404"    // 200, but the page says that there is nothing
	DomainHeld Outcome = "domain_held" // NXDOMAIN, clientHold or serverHold
	Parked     Outcome = "parked"      // a parking page of the registrar or host
	Delisted   Outcome = "delisted"    // no longer in the store, list or catalogue
	Silent     Outcome = "silent"      // a stream's mount is gone or carries nothing
	Altered    Outcome = "altered"     // something else is served at the address
	Moved      Outcome = "moved"       // redirects to another site
	GeoBlocked Outcome = "geo_blocked" // refused to this vantage point only
	LoginWall  Outcome = "login_wall"
	Challenge  Outcome = "challenge" // a page that asks the visitor to prove something
	Timeout    Outcome = "timeout"
	Failed     Outcome = "failed"   // connection, TLS or protocol error, server error
	Refused    Outcome = "refused"  // our own guard or the site's robots file forbade the look
	Unmanned   Outcome = "unmanned" // nobody looked: no worker of that place lives
)

// Outcomes lists every outcome in the order of the documentation.
var Outcomes = []Outcome{Up, Gone, LegalBlock, Soft404, DomainHeld, Parked, Delisted, Silent, Altered, Moved, GeoBlocked,
	LoginWall, Challenge, Timeout, Failed, Refused, Unmanned}

// Absent reports whether the outcome says that the content was not served at its address, seen from that vantage point.
func (o Outcome) Absent() bool {
	switch o {
	case Gone, LegalBlock, Soft404, DomainHeld, Parked, Delisted, Silent:
		return true
	}
	return false
}

// Unknown reports whether the look says nothing about the content.
func (o Outcome) Unknown() bool {
	switch o {
	case Timeout, Failed, Refused, Challenge, LoginWall, Unmanned:
		return true
	}
	return false
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A Desk is where decisions are taken: a store, a clock and the rules in force.
type Desk struct {
	DB     *db.DB
	Now    func() time.Time // UTC, to the microsecond
	Regime legal.Regime
	Rules  Rules
	Log    LogKey
	// Software is the program's name and version, as custody entries tell it: "iolaus/1.4.0".
	Software string
	// Links gives the addresses at which anybody can check an act's document and at which its addressee answers; "" for none. nil: none.
	Links func(iru.NoticeID) (verify, portal string)
	// Signature is the name in the certificate under which documents are signed; "": they are not, and say so.
	Signature string
	// Cards reads the text of a partner's card; nil: this installation speaks to no partners. Own is our own card.
	Cards func(text string) (iru.Card, error)
	Own   iru.Card
	// Keys are what our own keys do towards partners; nil: this process speaks to none.
	Keys *Keys
	// Hits are the functions of hit/no-hit questions between partners; nil: none are asked or answered.
	Hits *Hits
}

// Rules are the unit's own settings; DefaultRules are sensible for work by day.
type Rules struct {
	Agreement iru.Agreement // when absence is believed
	Points    []string      // every vantage point of every place; empty: those that looked
	Monitor   time.Duration // between two looks at a live asset, to begin with: how often it changes decides (iru.BoundsOf)
	// MonitorMost is the longest pause between two looks that the pauses may grow to; 0: what iru.BoundsOf says.
	MonitorMost time.Duration
	Recheck     []time.Duration          // growing pauses between looks at an asset that is down; the last one repeats
	Verify      time.Duration            // between two looks while an act is pending
	PerAsset    int                      // items taken up from one asset, and further addresses found from it, at most
	Platforms   map[string]iru.AssetKind // names that host many customers: what an address there is
	Authority   string                   // legal basis of collecting, as custody entries tell it; "": the unit's mandate
	Flood       iru.FloodRule            // when known content matches too much; none given: iru.DefaultFlood
	Spot        float64                  // share of single persons' findings that a second reader gets, blind: 0 none, 1 all
	// TwoContacts demands, for an order of one hour, a second confirmed contact or a reason why one must do (docs/processes/contacts.md).
	TwoContacts bool
	Suppress    int      // from which number on a public report prints what no law asks for; 0: iru.DefaultThreshold
	Words       []string // further words by which names in certificate logs are noticed
	// Registration is how often the DNS is asked whether the name of an address that is down is registered anew; 0: never.
	Registration time.Duration
	// Compress is how many times faster than a clock a story is played here: an operation that is planned says so, and its report. 0: it is no play.
	Compress float64
	// Permute is how often the DNS is asked which names exist that look like those of a watched outlet; 0: never.
	Permute time.Duration
}

// DefaultRules back rechecks off from an hour to ninety days.
var DefaultRules = Rules{
	Agreement: iru.DefaultAgreement,
	Monitor:   24 * time.Hour,
	Recheck:   []time.Duration{time.Hour, 4 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour, 90 * 24 * time.Hour},
	Verify:    10 * time.Minute,
	PerAsset:  200,

	Registration: 24 * time.Hour,
	Permute:      30 * 24 * time.Hour,
}

// A LogKey signs and checks the ledger's checkpoints.
type LogKey struct {
	Origin   string // the log's name, e.g. "unit-a.test/iolaus"
	Signer   note.Signer
	Verifier note.Verifier
	Public   string // the verifier as text, for whoever checks without us
}

// now gives the time as the store keeps it.
func (d *Desk) now() time.Time { return d.Now().UTC().Truncate(time.Microsecond) }

// digest is the SHA-256 of a value's canonical JSON, in hex.
func digest(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("digest: %w: %w", iru.Internal, err)
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:]), nil
}

// secret is 32 random bytes as text, and its digest as it is stored.
func secret() (text, stored string, err error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", "", fmt.Errorf("make secret: %w: %w", iru.Internal, err)
	}
	text = hex.EncodeToString(b)
	return text, Digest(text), nil
}

// Digest is how a secret is stored: SHA-256 in hex. Secrets have 256 random bits, so no salt is needed.
func Digest(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

// enact runs f in one transaction with the time fixed outside it, so that a transaction that runs again says the same.
func (d *Desk) enact(ctx context.Context, f func(t *db.Tx, now time.Time) error) error {
	now := d.now()
	return d.DB.Tx(ctx, func(t *db.Tx) error { return f(t, now) })
}

// happened makes an event that changes no state.
func happened(noun string, id int64, verb string, by iru.OfficerID, unit iru.UnitID, at time.Time, note string) iru.Event {
	return iru.Event{At: at, By: by, Unit: unit, Subject: iru.Subject{Noun: noun, ID: id}, Verb: verb, Note: note, Index: -1}
}

// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"iolaus/internal/effect"
)

// MusterID numbers a muster.
type MusterID int64

// MusterState is where a muster stands.
type MusterState string

// The states of a muster.
const (
	MusterOpen    MusterState = "open"
	MusterClosed  MusterState = "closed"
	MusterDropped MusterState = "dropped"
)

// MusterTable is the state table of a muster.
var MusterTable = Table[MusterState]{
	{MusterOpen, "close", MusterClosed},
	{MusterOpen, "drop", MusterDropped},
}

// A MusterMark says which muster of an operation it is.
type MusterMark string

// The marks. What is due at T0 and something ends at that instant; the looks begin before.
const (
	MarkBefore MusterMark = "before" // what was known when T0 was set
	Mark15     MusterMark = "t15"
	Mark60     MusterMark = "t60"
	MarkDay    MusterMark = "t24h"
	MarkHand   MusterMark = "hand" // a person asked for it
)

// MusterMarks lists the marks that come by themselves, in their order.
var MusterMarks = []MusterMark{MarkBefore, Mark15, Mark60, MarkDay}

// After is when a mark is due, counted from T0.
func (m MusterMark) After() time.Duration {
	switch m {
	case Mark15:
		return 15 * time.Minute
	case Mark60:
		return time.Hour
	case MarkDay:
		return 24 * time.Hour
	}
	return 0
}

// Lead is how long before its mark a muster begins to look: long enough for slow servers to time out, and a third of the way at most.
func (m MusterMark) Lead() time.Duration { return min(5*time.Minute, m.After()/3) }

// A Muster is one verification sweep of an operation: every asset, looked at once from every vantage point, and what is believed of each at its end.
type Muster struct {
	ID        MusterID
	Unit      UnitID
	Operation OperationID
	Mark      MusterMark
	State     MusterState
	By        OfficerID // who asked for it by hand
	Begun     time.Time
	Due       time.Time // when it ends
	Ended     time.Time
	Assets    int
	Up        int    // believed up, or back
	Down      int    // absent by agreement
	Doubtful  int    // absent, not by agreement yet
	Unknown   int    // no look told anything
	Unseen    int    // not looked at from anywhere in it
	Digest    string // SHA-256 of Body
	Body      string // MusterBody as JSON
}

// Step moves the muster by a verb of its table.
func (m Muster) Step(verb string, at time.Time, note string) (Muster, Event, error) {
	to, err := MusterTable.Next(m.State, verb)
	if err != nil {
		return m, Event{}, err
	}
	e := change("muster", int64(m.ID), verb, m.State, to, 0, m.Unit, at, note).With("operation", int64(m.Operation)).With("mark", string(m.Mark))
	m.State, m.Ended = to, at
	if verb == "close" {
		e = e.With("assets", m.Assets).With("up", m.Up).With("down", m.Down).With("doubtful", m.Doubtful).With("unknown", m.Unknown).With("unseen", m.Unseen).With("digest", m.Digest)
	}
	return m, e, nil
}

// MusterFormat names the format of a muster's body.
const MusterFormat = "iolaus-muster/1"

// A MusterBody is what a muster saw, as a file whose digest is in the ledger.
type MusterBody struct {
	Format    string        `json:"format"`
	Operation OperationID   `json:"operation"`
	Mark      MusterMark    `json:"mark"`
	At        time.Time     `json:"at"`
	Assets    []MusterAsset `json:"assets"`
	Ties      []MusterTie   `json:"ties"`
	Audience  []MusterHeard `json:"audience"`
}

// A MusterAsset is what was believed of one asset at the end, and what each vantage point saw last.
type MusterAsset struct {
	Asset    AssetID       `json:"asset"`
	Presence PresenceState `json:"presence"`
	Since    time.Time     `json:"since"`
	Looks    []MusterLook  `json:"looks"`
}

// A MusterLook is what one vantage point saw last of an asset.
type MusterLook struct {
	Vantage string    `json:"vantage"`
	At      time.Time `json:"at"`
	Outcome Outcome   `json:"outcome"`
}

// A MusterTie says on which node, such as a registrar, which assets of an outlet hang: those that are up or not known to be down.
type MusterTie struct {
	Outlet OutletID  `json:"outlet"`
	Over   NodeKind  `json:"over"`
	Node   string    `json:"node"`
	Assets []AssetID `json:"assets"`
	Of     int       `json:"of"` // assets that the outlet publishes and that count
}

// A MusterHeard is an audience that an asset itself tells, such as a stream's listeners.
type MusterHeard struct {
	Asset AssetID   `json:"asset"`
	At    time.Time `json:"at"`
	Count int       `json:"count"`
}

// Seal writes the body into the muster, with its digest and its sums.
func (m Muster) Seal(b MusterBody) (Muster, error) {
	b.Format, b.Operation, b.Mark = MusterFormat, m.Operation, m.Mark
	text, err := json.Marshal(b)
	if err != nil {
		return m, fmt.Errorf("write muster: %w: %w", Internal, err)
	}
	sum := sha256.Sum256(text)
	m.Body, m.Digest = string(text), hex.EncodeToString(sum[:])
	m.Assets, m.Up, m.Down, m.Doubtful, m.Unknown, m.Unseen = len(b.Assets), 0, 0, 0, 0, 0
	for _, a := range b.Assets {
		switch a.Presence {
		case PresenceUp, PresenceBack:
			m.Up++
		case PresenceGone:
			m.Down++
		case PresenceDoubtful:
			m.Doubtful++
		default:
			m.Unknown++
		}
		if !slices.ContainsFunc(a.Looks, func(l MusterLook) bool { return !l.At.Before(m.Begun) }) {
			m.Unseen++
		}
	}
	return m, nil
}

// Read gives the muster's body; Internal where it is not what its digest says.
func (m Muster) Read() (MusterBody, error) {
	var b MusterBody
	sum := sha256.Sum256([]byte(m.Body))
	if hex.EncodeToString(sum[:]) != m.Digest {
		return b, fmt.Errorf("read muster %d: %w: it is not what its digest says", m.ID, Internal)
	}
	if err := json.Unmarshal([]byte(m.Body), &b); err != nil {
		return b, fmt.Errorf("read muster %d: %w: %w", m.ID, Internal, err)
	}
	return b, nil
}

// TiesOf are the ties of a concentration.
func TiesOf(o OutletID, c Concentration) []MusterTie {
	out := make([]MusterTie, 0, len(c.Shares))
	for _, s := range c.Shares {
		out = append(out, MusterTie{Outlet: o, Over: c.Kind, Node: s.Node.Name, Assets: s.Assets, Of: c.Of})
	}
	return out
}

// HHI is the Herfindahl-Hirschman index of an outlet over a kind of node, by a body's ties: an asset that hangs on several counts for each in equal
// parts. known is of how many assets such a node is known, of how many it has.
func (b MusterBody) HHI(o OutletID, over NodeKind) (index float64, known, of int) {
	parts, hangs := map[string]float64{}, map[AssetID]int{}
	var mine []MusterTie
	for _, t := range b.Ties {
		if t.Outlet == o && t.Over == over {
			mine, of = append(mine, t), t.Of
			for _, a := range t.Assets {
				hangs[a]++
			}
		}
	}
	for _, t := range mine {
		for _, a := range t.Assets {
			parts[t.Node] += 1 / float64(hangs[a])
		}
	}
	each := make([]float64, 0, len(parts))
	for _, t := range slices.SortedFunc(slices.Values(mine), func(x, y MusterTie) int { return cmp.Compare(x.Node, y.Node) }) {
		each = append(each, parts[t.Node]/float64(len(hangs)))
	}
	return effect.HHI(each), len(hangs), of
}

// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// MatchID numbers a match.
type MatchID int64

// MatchState is what people made of a suggestion.
type MatchState string

// The states of a match.
const (
	MatchSuggested MatchState = "suggested"
	MatchConfirmed MatchState = "confirmed"
	MatchDisputed  MatchState = "disputed"
	MatchWithdrawn MatchState = "withdrawn"
)

// MatchTable is the state table of a match. What was withdrawn by mistake is a suggestion again, and whatever a person said of it before is to
// be said anew: nothing is confirmed but by who confirms it.
var MatchTable = Table[MatchState]{
	{MatchSuggested, "confirm", MatchConfirmed},
	{MatchSuggested, "dispute", MatchDisputed},
	{MatchSuggested, "withdraw", MatchWithdrawn},
	{MatchConfirmed, "dispute", MatchDisputed},
	{MatchConfirmed, "withdraw", MatchWithdrawn},
	{MatchDisputed, "confirm", MatchConfirmed},
	{MatchDisputed, "withdraw", MatchWithdrawn},
	{MatchWithdrawn, "restore", MatchSuggested},
}

// A Match says that something captured resembles something known: a suggestion, never a decision.
type Match struct {
	ID       MatchID
	Unit     UnitID
	Item     ItemID
	Exhibit  ExhibitID
	Known    int64
	Medium   string
	Distance float64 // bits for pdq (0..31), 0 for sha256 and md5, 1-similarity for text, TLSH's own for tlsh
	Where    string  // address of the matching part
	State    MatchState
	At       time.Time

	// Of the known content, filled on reading.
	Bank, Label, Finding string
	Opinions             []Opinion // those that stand
	Silent               bool      // its bank is muted, or it is quarantined or withdrawn: it is no suggestion for now
}

// PDQRadius is the distance in bits up to which two PDQ hashes count as near (the ecosystem's default; recognition.md).
const PDQRadius = 31

// TextSimilarity is the estimated overlap from which two texts count as near.
const TextSimilarity = 0.7

// TLSHRadius is the greatest TLSH distance at which two files count as near: at 30 the false positive rate is 0.181 %, at a detection rate
// of 35.1 % (Oliver, Cheng, Chen: "TLSH: a locality sensitive hash", 2013, table II).
const TLSHRadius = 30

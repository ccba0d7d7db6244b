// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// ExhibitID numbers an exhibit.
type ExhibitID int64

// ExhibitState is where a piece of evidence stands.
type ExhibitState string

// The states of an exhibit.
const (
	ExhibitRecorded ExhibitState = "recorded" // stored; its manifest is not yet covered by a checkpoint
	ExhibitSealed   ExhibitState = "sealed"   // a signed checkpoint covers its manifest
	ExhibitErased   ExhibitState = "erased"   // bytes destroyed; the record of it stays
)

// ExhibitTable is the state table of an exhibit.
var ExhibitTable = Table[ExhibitState]{
	{ExhibitRecorded, "seal", ExhibitSealed},
	{ExhibitSealed, "erase", ExhibitErased},
}

// A File is one part of an exhibit in the evidence store.
type File struct {
	Name   string `json:"name"` // "capture.warc.gz", "page.txt"
	Kind   string `json:"kind"` // "warc", "text", "body", "manifest"
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	Stored string `json:"stored,omitempty"` // SHA-256 of the sealed bytes, under which they lie in the store; "" where they lie in the clear
}

// A Print is a fingerprint of one part of an exhibit, by which it is recognised later.
type Print struct {
	Medium string `json:"medium"` // "sha256", "pdq", "text"
	Value  string `json:"value"`  // hex digest, hex PDQ, text sketch
	Where  string `json:"where"`  // address of the part
}

// An Exhibit is what one capture left, with its custody.
type Exhibit struct {
	ID       ExhibitID
	Unit     UnitID
	Asset    AssetID
	Item     ItemID
	Locator  string
	Vantage  string
	At       time.Time
	Outcome  Outcome
	Status   int
	Final    string // address after redirects
	Manifest string // SHA-256 of the canonical manifest
	Files    []File
	Prints   []Print
	State    ExhibitState
	Event    EventID // the event that recorded it
	Key      string  // under which its bytes are sealed, itself encrypted to the unit's keys; "" where they lie in the clear
	Links    int     // of its chain of custody
	Head     string  // SHA-256 of the last link
}

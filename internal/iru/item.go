// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"time"
)

// ItemID numbers an item.
type ItemID int64

// ItemState is where a piece of content stands in the unit's work.
type ItemState string

// The states of an item.
const (
	ItemNew       ItemState = "new"       // known, not yet captured
	ItemReady     ItemState = "ready"     // captured, waits for a person
	ItemFailed    ItemState = "failed"    // capture failed or met no content
	ItemDeferred  ItemState = "deferred"  // put off by a person until a time
	ItemSecond    ItemState = "second"    // waits for a second opinion
	ItemReferred  ItemState = "referred"  // a person found that it should go
	ItemDismissed ItemState = "dismissed" // a person found no ground to act
)

// ItemTable is the state table of an item.
var ItemTable = Table[ItemState]{
	{ItemNew, "capture", ItemReady},
	{ItemNew, "fail", ItemFailed},
	{ItemFailed, "capture", ItemReady},
	{ItemReady, "defer", ItemDeferred},
	{ItemDeferred, "wake", ItemReady},
	{ItemReady, "refer", ItemReferred},
	{ItemReady, "dismiss", ItemDismissed},
	{ItemReady, "ask_second", ItemSecond},
	{ItemSecond, "refer", ItemReferred},
	{ItemSecond, "dismiss", ItemDismissed},
	{ItemReferred, "reopen", ItemReady},
	{ItemDismissed, "reopen", ItemReady},
	{ItemSecond, "reopen", ItemReady},
	{ItemReferred, "return", ItemReady},
	{ItemDismissed, "return", ItemReady},
}

// HoldFor is how long a person's lock on an item lasts before it frees itself.
const HoldFor = 15 * time.Minute

// UndoFor is how long a finding can be taken back by the person who gave it (ux.md: ten seconds).
const UndoFor = 10 * time.Second

// An Item is a piece of content at an address.
type Item struct {
	ID        ItemID
	Unit      UnitID
	Asset     AssetID
	Locator   string
	Title     string
	Lang      string   // BCP 47 as declared by the page or detected
	Dir       string   // "ltr" or "rtl"
	Languages []string // of its text, the main one first
	Text      string   // extracted text, as captured, limited
	State     ItemState
	Priority  int      // higher first
	Reasons   []Reason // why it is here, strongest first
	Exhibit   ExhibitID
	Content   string // SHA-256 of the content: items with the same are judged once
	HeldBy    OfficerID
	HeldUntil time.Time
	WakeAt    time.Time
	Created   time.Time
	Captured  time.Time
}

// A Reason says why an item is in the queue: a suggestion, never a decision.
type Reason struct {
	Kind  string `json:"kind"` // "exact", "near image", "text", "watch list" (its name is the note), "estate", "return"
	Words string `json:"words"`
	Note  string `json:"note,omitempty"`
	Tone  string `json:"tone"` // "match", "near", "none", "context"
}

// Held reports whether somebody other than the officer holds the item now.
func (i Item) Held(by OfficerID, now time.Time) bool {
	return i.HeldBy != 0 && i.HeldBy != by && now.Before(i.HeldUntil)
}

// Hold gives the officer the lock, or says who has it.
func (i Item) Hold(by OfficerID, now time.Time) (Item, error) {
	if i.Held(by, now) {
		return i, Refuse(Conflict, fmt.Sprintf("a colleague holds this item until %s UTC", i.HeldUntil.UTC().Format("15:04:05")), "take the next one, or have it handed over to you")
	}
	i.HeldBy, i.HeldUntil = by, now.Add(HoldFor)
	return i, nil
}

// Step moves the item by a verb of its table and frees the lock when a finding was given.
func (i Item) Step(verb string, by OfficerID, at time.Time, note string) (Item, Event, error) {
	if err := byPerson(by, verb, "defer", "refer", "dismiss", "ask_second", "reopen"); err != nil {
		return i, Event{}, err
	}
	if by != 0 && i.Held(by, at) {
		_, err := i.Hold(by, at)
		return i, Event{}, err
	}
	to, err := ItemTable.Next(i.State, verb)
	if err != nil {
		return i, Event{}, err
	}
	e := change("item", int64(i.ID), verb, i.State, to, by, i.Unit, at, note)
	i.State = to
	if by != 0 {
		i.HeldBy, i.HeldUntil = 0, time.Time{}
	}
	return i, e, nil
}

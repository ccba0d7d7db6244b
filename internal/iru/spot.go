// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"slices"
	"time"
)

// SpotID numbers a spot check.
type SpotID int64

// SpotState is where a spot check stands.
type SpotState string

// The states of a spot check.
const (
	SpotAsked   SpotState = "asked"   // drawn: waits for a second reader
	SpotTaken   SpotState = "taken"   // a second reader looks, without the first answer
	SpotAgreed  SpotState = "agreed"  // both readers found the same
	SpotDiffers SpotState = "differs" // they did not: a person looks
	SpotSettled SpotState = "settled" // a person looked at the difference
	SpotLapsed  SpotState = "lapsed"  // the finding was taken back before the second reading
)

// SpotTable is the state table of a spot check.
var SpotTable = Table[SpotState]{
	{SpotAsked, "take", SpotTaken},
	{SpotAsked, "lapse", SpotLapsed},
	{SpotTaken, "give_back", SpotAsked},
	{SpotTaken, "agree", SpotAgreed},
	{SpotTaken, "differ", SpotDiffers},
	{SpotTaken, "lapse", SpotLapsed},
	{SpotDiffers, "settle", SpotSettled},
}

// A Spot is a single person's finding that was drawn by chance and given to a blind second reader. It changes no finding.
type Spot struct {
	ID         SpotID
	Unit       UnitID
	Item       ItemID
	Assessment AssessmentID
	At         time.Time // when it was drawn
	By         OfficerID // the second reader
	ReadAt     time.Time
	Finding    Finding
	Limbs      []string
	Purpose    Purpose
	Reason     string
	State      SpotState
}

// Hides reports whether the officer must not read the first answer now.
func (s Spot) Hides(o OfficerID) bool { return s.State == SpotTaken && s.By == o }

// Read takes the second reading in.
func (s Spot) Read(first Assessment, by OfficerID, f Finding, limbs []string, p Purpose, reason string, at time.Time) (Spot, Event, error) {
	switch {
	case by == 0 || s.By != by:
		return s, Event{}, Refuse(Forbidden, "another person reads this one", "take one that is free")
	case f != FindRefer && f != FindNoAction:
		return s, Event{}, Refuse(Invalid, "unknown finding "+string(f), "choose refer or no_action")
	case f == FindRefer && len(limbs) == 0:
		return s, Event{}, Refuse(Invalid, "no ground was named", "name at least one limb of Article 2(7)")
	case f == FindRefer && p != PurposeProceed && p != PurposeDoubt:
		return s, Event{}, Refuse(Invalid, "the true-purpose step is missing", "choose doubt or proceed; a protected purpose means no action")
	case reason == "":
		return s, Event{}, Refuse(Invalid, "the reason is missing", "say in your own words what you saw and where")
	}
	for _, l := range limbs {
		if _, ok := Limbs[l]; !ok {
			return s, Event{}, Refuse(Invalid, "unknown limb "+l, "choose from a to e")
		}
	}
	if f == FindNoAction {
		limbs, p = nil, ""
	}
	s.Finding, s.Limbs, s.Purpose, s.Reason, s.ReadAt = f, slices.Sorted(slices.Values(limbs)), p, reason, at
	if s.Limbs == nil {
		s.Limbs = []string{}
	}
	verb := "differ"
	if f == first.Finding {
		verb = "agree"
	}
	return s.Step(verb, by, at, reason)
}

// Step moves the spot check by a verb of its table.
func (s Spot) Step(verb string, by OfficerID, at time.Time, note string) (Spot, Event, error) {
	if err := byPerson(by, verb, "take", "give_back", "agree", "differ", "settle"); err != nil {
		return s, Event{}, err
	}
	to, err := SpotTable.Next(s.State, verb)
	if err != nil {
		return s, Event{}, err
	}
	e := change("spot", int64(s.ID), verb, s.State, to, by, s.Unit, at, note).With("item", int64(s.Item))
	s.State = to
	return s, e, nil
}

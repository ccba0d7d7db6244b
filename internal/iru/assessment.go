// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"slices"
	"strings"
	"time"
)

// AssessmentID numbers an assessment.
type AssessmentID int64

// AssessmentState is where a finding stands.
type AssessmentState string

// The states of an assessment.
const (
	AssessmentGiven      AssessmentState = "given"      // stands on one person's word
	AssessmentDoubted    AssessmentState = "doubted"    // true purpose in doubt: waits for a second reviewer
	AssessmentConfirmed  AssessmentState = "confirmed"  // the second reviewer agrees
	AssessmentOverturned AssessmentState = "overturned" // the second reviewer differs, or it was found wrong later
	AssessmentUndone     AssessmentState = "undone"     // taken back by its author at once
)

// AssessmentTable is the state table of an assessment.
var AssessmentTable = Table[AssessmentState]{
	{AssessmentGiven, "doubt", AssessmentDoubted},
	{AssessmentGiven, "confirm", AssessmentConfirmed},
	{AssessmentGiven, "overturn", AssessmentOverturned},
	{AssessmentGiven, "undo", AssessmentUndone},
	{AssessmentDoubted, "confirm", AssessmentConfirmed},
	{AssessmentDoubted, "overturn", AssessmentOverturned},
	{AssessmentDoubted, "undo", AssessmentUndone},
	{AssessmentConfirmed, "overturn", AssessmentOverturned},
}

// A Finding is what the person found.
type Finding string

// The findings of triage.
const (
	FindRefer     Finding = "refer"
	FindNoAction  Finding = "no_action"
	FindDuplicate Finding = "duplicate" // same content as another item, judged there
)

// A Purpose is the outcome of the step that nobody can skip: education, journalism, art, research, countering terrorism,
// polemic in public debate (TCO Art 1(3), recital 12).
type Purpose string

// The outcomes of the true-purpose step.
const (
	PurposeExcluded Purpose = "excluded" // a protected purpose: no action
	PurposeDoubt    Purpose = "doubt"    // demands a second reviewer who does not see this answer
	PurposeProceed  Purpose = "proceed"  // no protected purpose
)

// Limbs of Article 2(7) TCO, by letter.
var Limbs = map[string]string{
	"a": "incites, also by glorifying, thereby causing a danger",
	"b": "solicits a person to commit or contribute to an offence",
	"c": "solicits to take part in a terrorist group",
	"d": "instructs in making or using weapons, explosives or noxious substances for the purpose of such an offence",
	"e": "threatens to commit such an offence",
}

// An Assessment is a named person's finding on one item, with its reasons.
type Assessment struct {
	ID            AssessmentID
	Unit          UnitID
	Item          ItemID
	By            OfficerID
	At            time.Time
	Finding       Finding
	Limbs         []string // letters of Limbs; at least one to refer
	Passage       string   // the first passage in a line, in the original language
	PassageLang   string
	Grounds       Grounds // the other parts, and every passage with the limb that it meets
	Purpose       Purpose
	PurposeReason string
	Public        bool      // publicly accessible, as captured
	Reason        string    // in the person's own words
	Of            ItemID    // the item it is a duplicate of
	Exhibit       ExhibitID // what was looked at
	Content       string    // SHA-256 of its content, as Item.Content: the finding says nothing of other content
	State         AssessmentState
	Second        AssessmentID // the first opinion, when this is the second one

}

// Check refuses an assessment that lacks what the law demands (law.md, section 2).
func (a Assessment) Check() error {
	switch {
	case a.By == 0:
		return Refuse(Forbidden, "only a person assesses content", "")
	case strings.TrimSpace(a.Reason) == "":
		return Refuse(Invalid, "the reason is missing", "say in your own words what you saw and where")
	case a.Finding == FindDuplicate && a.Of == 0:
		return Refuse(Invalid, "a duplicate needs the item that it repeats", "name the item")
	case a.Finding == FindDuplicate && a.Of == a.Item:
		return Refuse(Invalid, "an item cannot repeat itself", "name the item that was judged")
	case a.Finding == FindNoAction, a.Finding == FindDuplicate:
		return nil
	case a.Finding != FindRefer:
		return Refuse(Invalid, "unknown finding "+string(a.Finding), "choose refer, no_action or duplicate")
	case a.Purpose == "":
		return Refuse(Invalid, "the true-purpose step is missing", "say whether education, journalism, art, research or counter-speech applies")
	case strings.TrimSpace(a.PurposeReason) == "":
		return Refuse(Invalid, "the true-purpose step has no reason", "say why a protected purpose applies or does not")
	case a.Purpose == PurposeExcluded:
		return Refuse(Conflict, "a protected purpose excludes action", "choose no action")
	case a.Purpose != PurposeDoubt && a.Purpose != PurposeProceed:
		return Refuse(Invalid, "unknown outcome of the true-purpose step "+string(a.Purpose), "choose excluded, doubt or proceed")
	case len(a.Limbs) == 0:
		return Refuse(Invalid, "no ground was named", "name at least one limb of Article 2(7)")
	case strings.TrimSpace(a.Passage) == "" && len(a.Grounds.Passages) == 0:
		return Refuse(Invalid, "the passage is missing", "quote the passage or give the time range that meets the ground")
	case !a.Public:
		return Refuse(Invalid, "it was not established that the content is publicly accessible", "say so only if the capture shows it")
	}
	for _, l := range a.Limbs {
		if _, ok := Limbs[l]; !ok {
			return Refuse(Invalid, "unknown limb "+l, "choose from a to e")
		}
		if !slices.ContainsFunc(a.Quotes(), func(p Passage) bool { return slices.Contains(p.Limbs, l) }) {
			return Refuse(Invalid, "no passage meets limb "+l, "name the limb beside the passage that meets it, or leave the limb out")
		}
	}
	for _, p := range a.Quotes() {
		for _, l := range p.Limbs {
			if !slices.Contains(a.Limbs, l) {
				return Refuse(Invalid, "a passage meets limb "+l+", which is not among the grounds", "tick the limb, or take it off the passage")
			}
		}
	}
	return a.Grounds.check()
}

// Quotes are the passages: of an assessment from before there were several, its one, for every limb.
func (a Assessment) Quotes() []Passage {
	if len(a.Grounds.Passages) > 0 || strings.TrimSpace(a.Passage) == "" {
		return a.Grounds.Passages
	}
	return []Passage{{Text: a.Passage, Lang: a.PassageLang, Limbs: a.Limbs}}
}

// Bears refuses a binding act on an assessment that leaves parts open. An act that binds nobody may rest on it as it is.
func (a Assessment) Bears(binding bool) error {
	if open := a.Grounds.Missing(); binding && len(open) > 0 {
		return Refuse(Conflict, "the assessment leaves open: "+strings.Join(open, ", "), "complete it on the item's page; a binding act needs every part")
	}
	return nil
}

// Give opens the assessment. Doubt about the purpose demands a second reviewer.
func (a Assessment) Give() (Assessment, error) {
	if err := a.Check(); err != nil {
		return a, err
	}
	if len(a.Grounds.Passages) > 0 {
		a.Passage, a.PassageLang = a.Grounds.Passages[0].Quote(), a.Grounds.Passages[0].Lang
	}
	a.State = AssessmentGiven
	if a.Finding == FindRefer && a.Purpose == PurposeDoubt {
		a.State = AssessmentDoubted
	}
	return a, nil
}

// Settle takes the second reviewer's own finding in: never the first one again, and without having seen the first answer.
func (a Assessment) Settle(second Assessment) (first Assessment, verb string, err error) {
	if second.By == a.By {
		return a, "", Refuse(Forbidden, "the second opinion must come from another person", "pass the item on")
	}
	if second.Finding == FindRefer && second.Purpose == PurposeDoubt {
		return a, "", Refuse(Conflict, "two doubts do not make an act", "choose no action, or ask a legal reviewer")
	}
	verb = "overturn"
	if second.Finding == a.Finding {
		verb = "confirm"
	}
	a.State, err = AssessmentTable.Next(a.State, verb)
	return a, verb, err
}

// Carries reports whether an act may rest on the assessment.
func (a Assessment) Carries() bool {
	return a.Finding == FindRefer && (a.State == AssessmentGiven && a.Purpose == PurposeProceed || a.State == AssessmentConfirmed)
}

// CarriesOn reports whether an act about the item may rest on the assessment: not if other content stands there now than was judged.
func (a Assessment) CarriesOn(i Item) bool {
	return a.Carries() && a.Item == i.ID && (a.Content == "" || a.Content == i.Content)
}

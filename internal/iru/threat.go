// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// ThreatID numbers a threat to life.
type ThreatID int64

// ThreatState is where it stands.
type ThreatState string

// The states of a threat to life.
const (
	ThreatOpened    ThreatState = "opened"    // one person says so
	ThreatDeclared  ThreatState = "declared"  // a second, different person says so too: the act leaves; the review is owed
	ThreatUpheld    ThreatState = "upheld"    // the review finds that the fast lane was right
	ThreatUnfounded ThreatState = "unfounded" // the review finds that it was not
	ThreatWithdrawn ThreatState = "withdrawn"
)

// ThreatTable is the state table of a threat to life.
var ThreatTable = Table[ThreatState]{
	{ThreatOpened, "declare", ThreatDeclared},
	{ThreatOpened, "withdraw", ThreatWithdrawn},
	{ThreatDeclared, "uphold", ThreatUpheld},
	{ThreatDeclared, "fault", ThreatUnfounded},
}

// ThreatCategories are the only things that the fast lane is for: an imminent threat to life (TCO Art 14(5)).
var ThreatCategories = map[string]string{
	"attack":   "an attack that is announced or under way",
	"hostage":  "persons held whose lives are threatened",
	"person":   "a threat to kill a person who can be identified",
	"live":     "killing that is streamed as it happens",
	"instruct": "instructions for an attack that is imminent",
}

// MinThreatReason is the least length of the reason, in characters: a sentence that says who is in danger, where and how it is known.
const MinThreatReason = 40

// ThreatReview is the clock of the review afterwards.
const ThreatReview = "threat-review"

// Inform is one letter that was prepared for whoever must know (TCO Art 14(5)), and what became of it.
type Inform struct {
	To   string    `json:"to"` // "authority", "contact", "europol"
	Text string    `json:"text"`
	By   OfficerID `json:"by,omitempty"` // who told them
	At   time.Time `json:"at,omitzero"`
	How  string    `json:"how,omitempty"` // to whom, by which way
}

// A Threat is a threat to life for which an act left by the fast lane: two named persons, at once, reviewed afterwards.
type Threat struct {
	ID        ThreatID
	Unit      UnitID
	Notice    NoticeID
	Item      ItemID
	Category  string
	Reason    string
	First     OfficerID
	FirstAt   time.Time
	Second    OfficerID
	SecondAt  time.Time
	Overrides []string // what was passed over: "deconfliction", "second opinion"
	Inform    []Inform
	Due       time.Time // of the review; zero until it is declared
	Review    OfficerID
	ReviewAt  time.Time
	ReviewWhy string
	State     ThreatState
}

// Check refuses the fast lane for what it is not for.
func (t Threat) Check() error {
	if _, ok := ThreatCategories[t.Category]; !ok {
		return Refuse(Invalid, "it is not said which threat to life this is", "choose a category; for anything else there is the ordinary way")
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(t.Reason)); n < MinThreatReason {
		return Refuse(Invalid, fmt.Sprintf("the reason has %d characters", n), fmt.Sprintf("say in at least %d who is in danger, where, and how it is known", MinThreatReason))
	}
	return nil
}

// Overdue reports whether the review is late.
func (t Threat) Overdue(now time.Time) bool { return t.State == ThreatDeclared && now.After(t.Due) }

// Untold lists the letters that nobody has sent yet.
func (t Threat) Untold() []string {
	var out []string
	for _, i := range t.Inform {
		if i.By == 0 && t.State != ThreatOpened && t.State != ThreatWithdrawn {
			out = append(out, i.To)
		}
	}
	return out
}

// Step moves the threat by a verb of its table.
func (t Threat) Step(verb string, by OfficerID, at time.Time, note string) (Threat, Event, error) {
	if err := byPerson(by, verb, "declare", "withdraw", "uphold", "fault"); err != nil {
		return t, Event{}, err
	}
	to, err := ThreatTable.Next(t.State, verb)
	if err != nil {
		return t, Event{}, err
	}
	if verb == "declare" && by == t.First {
		return t, Event{}, Refuse(Forbidden, "you have said so already", "a second, different person must say so too")
	}
	if (verb == "uphold" || verb == "fault") && slices.Contains([]OfficerID{t.First, t.Second}, by) {
		return t, Event{}, Refuse(Forbidden, "who used the fast lane does not review it", "a third person reviews it")
	}
	e := change("threat", int64(t.ID), verb, t.State, to, by, t.Unit, at, note).With("notice", int64(t.Notice))
	t.State = to
	return t, e, nil
}

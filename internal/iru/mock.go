// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"slices"
	"strings"
	"time"
)

// MockID numbers a mock scrutiny.
type MockID int64

// MockState is where a mock scrutiny stands.
type MockState string

// The states of a mock scrutiny.
const (
	MockAsked    MockState = "asked"
	MockTaken    MockState = "taken"    // a legal reviewer looks, without the drafter's reasons
	MockLooked   MockState = "looked"   // the blind opinion is given; now the reasons are read
	MockStands   MockState = "stands"   // the order would stand
	MockAnnulled MockState = "annulled" // the order would be annulled: it cannot be submitted
	MockDecided  MockState = "decided"  // a person decided to submit it all the same
	MockDropped  MockState = "dropped"
)

// MockTable is the state table of a mock scrutiny.
var MockTable = Table[MockState]{
	{MockAsked, "take", MockTaken},
	{MockAsked, "drop", MockDropped},
	{MockTaken, "look", MockLooked},
	{MockTaken, "drop", MockDropped},
	{MockLooked, "stand", MockStands},
	{MockLooked, "annul", MockAnnulled},
	{MockAnnulled, "decide", MockDecided},
}

// A MockCheck is one question of the home authority's scrutiny, as an unfriendly reader would ask it.
type MockCheck struct {
	ID       string
	Question string
	Source   string
}

// MockChecks are what "seriously or manifestly infringes this Regulation or the fundamental rights and freedoms guaranteed by the
// Charter" (TCO Art 4(3)) is asked by. All articles are of Regulation (EU) 2021/784 where none other is named.
var MockChecks = []MockCheck{
	{"competence", "Is the issuer a competent authority that may issue removal orders?", "Article 12(1)(a)"},
	{"addressee", "Is the addressee a hosting service provider that stores this content and disseminates it to the public?", "Article 2(1), recital 13"},
	{"public", "Is the content open to a potentially unlimited number of persons?", "Article 2(3), recital 14"},
	{"limb", "Does the quoted passage itself meet the limb that is named?", "Article 2(7), recital 11"},
	{"purpose", "Is an educational, journalistic, artistic, research or preventive purpose, or public debate, excluded with reasons?", "Article 1(3), recital 12"},
	{"expression", "Is freedom of expression and information weighed, and not only named?", "Charter, Article 11"},
	{"measure", "Is there no measure that would interfere less and be enough?", "Charter, Article 52(1)"},
	{"exact", "Is the address exact, so that nothing lawful is struck with it?", "Article 3(4)(c)"},
	{"reasons", "Are the reasons detailed enough to be answered?", "Article 3(4)(b)"},
	{"redress", "Does the addressee learn where and until when it can complain?", "Article 3(4)(f), Charter, Article 47"},
	{"information", "Was the addressee informed at least 12 hours before a first order, or is the emergency shown?", "Article 3(2)"},
}

// A MockAnswer is the reviewer's answer to one check.
type MockAnswer struct {
	Check  string `json:"check"`
	Answer string `json:"answer"` // "yes", "no", "unclear"
	Words  string `json:"words,omitempty"`
}

// A Mock is a scrutiny on request, before an order is submitted: a legal reviewer who did not draft it looks with the eyes of the home
// authority, first without the drafter's conclusion.
type Mock struct {
	ID       MockID
	Unit     UnitID
	Notice   NoticeID
	Asked    OfficerID
	AskedAt  time.Time
	Why      string // what the asker wants looked at
	By       OfficerID
	TakenAt  time.Time
	Declared bool   // the reviewer said not to have read the reasons before
	Blind    string // the opinion before the reasons were read: "stands", "annulled", "unclear"
	BlindWhy string
	BlindAt  time.Time
	Answers  []MockAnswer
	Outcome  string // words of the outcome, with its reasons
	At       time.Time
	Digest   string // of the draft that was scrutinised
	Decided  OfficerID
	Decision string
	State    MockState
}

// Open reports whether the order must wait for it.
func (m Mock) Open() bool {
	return slices.Contains([]MockState{MockAsked, MockTaken, MockLooked, MockAnnulled}, m.State)
}

// Holds says why the order cannot be submitted while the scrutiny is open, or nil.
func (m Mock) Holds() error {
	switch {
	case !m.Open():
		return nil
	case m.State == MockAnnulled:
		return Refuse(Conflict, "a mock scrutiny says that the order would be annulled", "mend the draft, and have a person decide with a reason")
	}
	return Refuse(Conflict, "a mock scrutiny was asked for and is not finished", "wait for the legal reviewer, or have it dropped")
}

// Hides reports whether the officer must not read the drafter's conclusion now.
func (m Mock) Hides(o OfficerID) bool { return m.State == MockTaken && m.By == o }

// CheckAnswers refuses a checklist that is not whole.
func (m Mock) CheckAnswers() error {
	for _, c := range MockChecks {
		n := slices.IndexFunc(m.Answers, func(a MockAnswer) bool { return a.Check == c.ID })
		if n < 0 {
			return Refuse(Invalid, "the checklist lacks: "+c.Question, "answer yes, no or unclear")
		}
		a := m.Answers[n]
		if !slices.Contains([]string{"yes", "no", "unclear"}, a.Answer) {
			return Refuse(Invalid, "the checklist lacks: "+c.Question, "answer yes, no or unclear")
		}
		if a.Answer != "yes" && strings.TrimSpace(a.Words) == "" {
			return Refuse(Invalid, "a check that is not met needs its reason: "+c.Question, "say what is wrong or unclear")
		}
	}
	return nil
}

// Step moves the scrutiny by a verb of its table.
func (m Mock) Step(verb string, by OfficerID, at time.Time, note string) (Mock, Event, error) {
	if err := byPerson(by, verb, "take", "drop", "look", "stand", "annul", "decide"); err != nil {
		return m, Event{}, err
	}
	to, err := MockTable.Next(m.State, verb)
	if err != nil {
		return m, Event{}, err
	}
	e := change("mock", int64(m.ID), verb, m.State, to, by, m.Unit, at, note).With("notice", int64(m.Notice))
	m.State = to
	return m, e, nil
}

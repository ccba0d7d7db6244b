// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// A Lack is one thing that a task misses on its way to being done.
type Lack string

// What a task can miss, in the order of a list.
const (
	LackAnswer      Lack = "answer"      // its executor has not accepted it
	LackApproval    Lack = "approval"    // its act is not approved
	LackContact     Lack = "contact"     // its addressee's contact is not confirmed
	LackReady       Lack = "ready"       // it has no act, and nobody said that it is ready
	LackTitle       Lack = "title"       // its judicial title is not in force when it starts
	LackTranslation Lack = "translation" // its act is in a language that the addressee did not declare
	LackQuestion    Lack = "question"    // whether its asset may be touched is open
	LackEvidence    Lack = "evidence"    // nothing of its asset was preserved since the operation began, and nobody said why that may be
)

// Lacks lists all of them.
var Lacks = []Lack{LackAnswer, LackApproval, LackContact, LackReady, LackTitle, LackTranslation, LackQuestion, LackEvidence}

// A TaskStanding is what must be known of a task to say what it misses.
type TaskStanding struct {
	Task       Task // as TaskOf gives it
	Act        *Notice
	Contact    ContactState // of the act's addressee
	Understood bool         // the addressee declared the act's language, or none
	Open       bool         // a question about its asset blocks
	Kept       bool         // its asset has a sealed exhibit that was made since the operation began
}

// Misses computes what a task lacks for a day with that T0; a zero T0 stands for now. A task that is not wanted, has begun or is over misses nothing.
func (s TaskStanding) Misses(t0, now time.Time) []Lack {
	k := s.Task
	if !k.Live() || k.State == TaskStarted || k.State == TaskDone || k.State == TaskFailed {
		return nil
	}
	if t0.IsZero() {
		t0 = now
	}
	var out []Lack
	add := func(missing bool, l Lack) {
		if missing {
			out = append(out, l)
		}
	}
	if s.Act != nil {
		add(s.Act.State != NoticeApproved, LackApproval)
		add(s.Contact != ContactConfirmed, LackContact)
	} else {
		add(k.State == TaskProposed, LackAnswer)
		add(k.State == TaskAccepted, LackReady)
	}
	add((k.Title != "" || s.Act == nil && k.State == TaskReady) && !k.ValidAt(k.Due(t0)), LackTitle)
	if s.Act != nil {
		add(!s.Understood, LackTranslation)
	}
	add(s.Open, LackQuestion)
	add(!s.Kept && k.Unkept == "", LackEvidence)
	return out
}

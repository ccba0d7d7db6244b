// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// OperationID numbers an operation.
type OperationID int64

// OperationState is where a simultaneous action stands.
type OperationState string

// The states of an operation.
const (
	OperationDraft    OperationState = "draft"
	OperationPolling  OperationState = "polling"
	OperationHeld     OperationState = "held"
	OperationReleased OperationState = "released" // T0 is set and will be kept
	OperationClosed   OperationState = "closed"
	OperationAborted  OperationState = "aborted"
)

// OperationTable is the state table of an operation.
var OperationTable = Table[OperationState]{
	{OperationDraft, "open_poll", OperationPolling},
	{OperationDraft, "abort", OperationAborted},
	{OperationPolling, "hold", OperationHeld},
	{OperationPolling, "release", OperationReleased},
	{OperationPolling, "abort", OperationAborted},
	{OperationHeld, "resume", OperationPolling},
	{OperationHeld, "abort", OperationAborted},
	{OperationReleased, "hold", OperationHeld},
	{OperationReleased, "abort", OperationAborted},
	{OperationReleased, "close", OperationClosed},
}

// PollState is a unit's answer.
type PollState string

// The states of a poll.
const (
	PollOpen PollState = "open"
	PollGo   PollState = "go"
	PollNoGo PollState = "no_go"
)

// PollTable is the state table of a poll: an answer expires when the tasks change.
var PollTable = Table[PollState]{
	{PollOpen, "go", PollGo},
	{PollOpen, "no_go", PollNoGo},
	{PollGo, "no_go", PollNoGo},
	{PollNoGo, "go", PollGo},
	{PollGo, "expire", PollOpen},
	{PollNoGo, "expire", PollOpen},
}

// An Operation is the simultaneous action of several units against an outlet's estate. Its tasks are the notices that name it.
type Operation struct {
	ID        OperationID
	Unit      UnitID // whose director leads
	Name      string
	Outlets   []OutletID
	State     OperationState
	T0        time.Time // the instant at which everything leaves; zero until released
	Director  OfficerID
	Note      string
	Created   time.Time
	FirstSent time.Time
	LastSent  time.Time
}

// A Poll is one unit's answer to "go?" on the tasks as they stood.
type Poll struct {
	ID        int64
	Operation OperationID
	Unit      UnitID
	State     PollState
	By        OfficerID
	At        time.Time
	Reason    string
	Digest    string // SHA-256 of the unit's tasks when it answered
}

// Answer takes a unit's answer in; NO-GO needs a reason.
func (p Poll) Answer(state PollState, by Officer, reason, digest string, at time.Time) (Poll, Event, error) {
	if err := by.Scope().May(ToPoll); err != nil {
		return p, Event{}, err
	}
	if by.State != OfficerActive {
		return p, Event{}, Refuse(Forbidden, "an officer who is "+string(by.State)+" answers no poll", "ask an active colleague")
	}
	if by.Unit != p.Unit {
		return p, Event{}, Refuse(Forbidden, "a unit's poll is answered by its own liaison officer", "")
	}
	if state != PollGo && state != PollNoGo {
		return p, Event{}, Refuse(Invalid, "unknown answer "+string(state), "answer go or no_go")
	}
	if state == PollNoGo && strings.TrimSpace(reason) == "" {
		return p, Event{}, Refuse(Invalid, "a NO-GO needs a reason", "say what is missing")
	}
	verb := "go"
	if state == PollNoGo {
		verb = "no_go"
	}
	to, err := PollTable.Next(p.State, verb)
	if err != nil {
		return p, Event{}, err
	}
	e := change("operation", int64(p.Operation), "poll_"+verb, p.State, to, by.ID, p.Unit, at, reason)
	p.State, p.By, p.At, p.Reason, p.Digest = to, by.ID, at, reason, digest
	return p, e, nil
}

// Expire opens the poll again when the tasks are no longer those that were answered.
func (p Poll) Expire(digest string, at time.Time) (Poll, Event, bool) {
	if p.State == PollOpen || p.Digest == digest {
		return p, Event{}, false
	}
	to, err := PollTable.Next(p.State, "expire")
	if err != nil {
		return p, Event{}, false
	}
	e := change("operation", int64(p.Operation), "poll_expire", p.State, to, 0, p.Unit, at, "its tasks changed after the answer")
	p.State, p.Digest = to, ""
	return p, e, true
}

// MinLead is the shortest time between the release and T0: tasks must be armed before they fire.
const MinLead = 2 * time.Second

// Release sets T0. Everything must be ready: each unit GO on its tasks as they stand, each task approved.
func (o Operation) Release(by Officer, polls []Poll, digests map[UnitID]string, tasks []Notice, t0, now time.Time) (Operation, Event, error) {
	if err := by.Scope().May(ToRelease); err != nil {
		return o, Event{}, err
	}
	if by.ID != o.Director || by.State != OfficerActive {
		return o, Event{}, Refuse(Forbidden, "only the named director releases an operation", "")
	}
	if len(polls) == 0 || !slices.ContainsFunc(tasks, func(n Notice) bool { return n.State != NoticeWithdrawn }) {
		return o, Event{}, Refuse(Conflict, "the operation has no participants or no tasks", "add them before the release")
	}
	for _, p := range polls {
		idle := !slices.ContainsFunc(tasks, func(n Notice) bool { return n.Unit == p.Unit && n.State != NoticeWithdrawn })
		if idle && p.State != PollNoGo { // it takes part with nothing, or stood down
			continue
		}
		if p.State != PollGo || p.Digest != digests[p.Unit] {
			return o, Event{}, Refuse(Conflict, "a unit has not answered GO on its tasks as they stand", "the board says which; poll it again")
		}
	}
	for _, n := range tasks {
		if n.State != NoticeApproved && n.State != NoticeWithdrawn {
			return o, Event{}, Refuse(Conflict, fmt.Sprintf("%s is %s, not approved", n.Ref, n.State), "approve or withdraw it")
		}
	}
	if t0.Before(now.Add(MinLead)) {
		return o, Event{}, Refuse(Invalid, "T0 is too near or past", "choose an instant at least two seconds ahead")
	}
	o, e, err := o.step("release", by.ID, now, "")
	if err != nil {
		return o, e, err
	}
	o.T0 = t0
	return o, e.With("t0", t0.UTC().Format(time.RFC3339Nano)), nil
}

// Leaves reports whether the operation's approved tasks leave, at T0 or since.
func (o Operation) Leaves() bool { return o.State == OperationReleased || o.State == OperationClosed }

// Step moves the operation by a verb of its table. It refuses a release, which has rules of its own, to close one before T0, which
// would be an abort without a reason, and to hold one after it.
func (o Operation) Step(verb string, by OfficerID, at time.Time, note string) (Operation, Event, error) {
	if err := byPerson(by, verb, "open_poll", "hold", "resume", "abort", "close"); err != nil {
		return o, Event{}, err
	}
	switch {
	case verb == "release":
		return o, Event{}, Refuse(Internal, "a release needs polls, tasks and T0", "call Release")
	case verb == "close" && at.Before(o.T0):
		return o, Event{}, Refuse(Conflict, "T0 has not come yet", "abort the operation, or close it afterwards")
	case verb == "hold" && o.State == OperationReleased && !at.Before(o.T0):
		return o, Event{}, Refuse(Conflict, "T0 has passed: what has left has left", "close the operation, or abort it to keep back what has not left")
	}
	return o.step(verb, by, at, note)
}

func (o Operation) step(verb string, by OfficerID, at time.Time, note string) (Operation, Event, error) {
	to, err := OperationTable.Next(o.State, verb)
	if err != nil {
		return o, Event{}, err
	}
	e := change("operation", int64(o.ID), verb, o.State, to, by, o.Unit, at, note)
	if o.State = to; verb == "hold" { // the next release sets it anew
		o.T0 = time.Time{}
	}
	return o, e, nil
}

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
	{OperationPolling, "stop", OperationHeld}, // by itself, when the partner that leads holds or aborts
	{OperationHeld, "resume", OperationPolling},
	{OperationHeld, "abort", OperationAborted},
	{OperationReleased, "hold", OperationHeld},
	{OperationReleased, "abort", OperationAborted},
	{OperationReleased, "stop", OperationHeld},
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

	Drill       bool      // from its start and for good: the day is played, nothing of it leaves
	Planned     time.Time // the T0 that is aimed at
	Pauses      []Pause   // built-in holds, in the order in which the count meets them
	HeldAt      time.Time // since when it is held
	PreserveAt  time.Time // when acts of the first stage leave
	RegistrarAt time.Time // when acts of the last stage leave

	Lead PartnerID // the partner that leads, whose T0 is a proposal; 0: it is led from here
	UID  string    // the same on every machine: 16 random bytes, hex; "": no partner takes part
}

// A Poll is a participant's answer to "go?" in one of its roles, on the tasks of that role as they stood.
type Poll struct {
	ID          int64
	Operation   OperationID
	Participant ParticipantID
	Role        TaskRole
	Unit        UnitID // the participant's; 0: a partner, or a body without a machine
	State       PollState
	By          OfficerID // 0: nobody yet, the program, or a partner's machine
	At          time.Time
	Reason      string
	Digest      string // SHA-256 of those tasks when it answered
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
	return p.answer(state, by.ID, reason, digest, at)
}

// OnWord takes in the answer of a body without a machine, entered by a liaison officer of the unit that leads; word says whose it is and how it came.
func (p Poll) OnWord(state PollState, by Officer, lead UnitID, word, reason, digest string, at time.Time) (Poll, Event, error) {
	if err := by.Scope().May(ToPoll); err != nil {
		return p, Event{}, err
	}
	switch {
	case by.State != OfficerActive || by.Unit != lead:
		return p, Event{}, Refuse(Forbidden, "the answer of a body without a machine is entered by a liaison officer of the unit that leads", "")
	case p.Unit != 0:
		return p, Event{}, Refuse(Forbidden, "a unit's poll is answered by its own liaison officer", "")
	case strings.TrimSpace(word) == "":
		return p, Event{}, Refuse(Invalid, "it is not said whose word this is", "say who told you, and when")
	}
	p, e, err := p.answer(state, by.ID, strings.TrimSpace(reason), digest, at)
	return p, e.With("word", strings.TrimSpace(word)), err
}

// Told takes in what a partner's machine said.
func (p Poll) Told(state PollState, reason, digest string, at time.Time) (Poll, Event, error) {
	if p.Unit != 0 {
		return p, Event{}, Refuse(Forbidden, "a unit's poll is answered by its own liaison officer", "")
	}
	return p.answer(state, 0, reason, digest, at)
}

func (p Poll) answer(state PollState, by OfficerID, reason, digest string, at time.Time) (Poll, Event, error) {
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
	e := change("operation", int64(p.Operation), "poll_"+verb, p.State, to, by, p.Unit, at, reason).With("participant", int64(p.Participant)).With("role", string(p.Role))
	p.State, p.By, p.At, p.Reason, p.Digest = to, by, at, reason, digest
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
	e := change("operation", int64(p.Operation), "poll_expire", p.State, to, 0, p.Unit, at, "its tasks changed after the answer").With("participant", int64(p.Participant)).With("role", string(p.Role))
	p.State, p.Digest = to, ""
	return p, e, true
}

// MinLead is the shortest time between the release and T0: tasks must be armed before they fire.
const MinLead = 2 * time.Second

// An Agreed is what an operation's release rests on.
type Agreed struct {
	Polls     []Poll
	Digests   map[int64]string // of the tasks as they stand, by poll
	Idle      map[int64]bool   // polls of roles in which nothing is to be done
	Acts      []Notice
	Tasks     []Task          // all of the operation, as TaskOf gives them
	Questions []Deconfliction // all of the operation
}

// Release sets T0. Everything must be ready: each poll GO on its tasks as they stand, each act approved, each task without an act ready with a title that is in force
// when it starts, and no question about an asset unanswered, held or undecided.
func (o Operation) Release(by Officer, a Agreed, t0, now time.Time) (Operation, Event, error) {
	if err := by.Scope().May(ToRelease); err != nil {
		return o, Event{}, err
	}
	if by.ID != o.Director || by.State != OfficerActive {
		return o, Event{}, Refuse(Forbidden, "only the named director releases an operation", "")
	}
	live := slices.ContainsFunc(a.Acts, Notice.Unsent) || slices.ContainsFunc(a.Tasks, func(t Task) bool { return t.Live() && t.Notice == 0 })
	if len(a.Polls) == 0 || !live {
		return o, Event{}, Refuse(Conflict, "the operation has no participants or no tasks", "add them before the release")
	}
	for _, p := range a.Polls {
		if a.Idle[p.ID] && p.State != PollNoGo { // it takes part with nothing, or stood down
			continue
		}
		if p.State != PollGo || p.Digest != a.Digests[p.ID] {
			return o, Event{}, Refuse(Conflict, "a unit has not answered GO on its tasks as they stand", "the board says which; poll it again")
		}
	}
	for _, n := range a.Acts {
		if n.State != NoticeApproved && n.State != NoticeWithdrawn && (n.Unsent() || !o.Came(n.Stage, now)) { // what left before a hold has left
			return o, Event{}, Refuse(Conflict, fmt.Sprintf("%s is %s, not approved", n.Ref, n.State), "approve or withdraw it")
		}
	}
	for _, t := range a.Tasks {
		switch {
		case t.Notice != 0 || !t.Live():
		case t.State == TaskProposed || t.State == TaskAccepted:
			return o, Event{}, Refuse(Conflict, fmt.Sprintf("the task at %s is %s, not ready", t.Address, t.State), "its executor says that it is ready, or it is withdrawn")
		case t.State == TaskReady && !t.ValidAt(t.Due(t0)):
			return o, Event{}, Refuse(Conflict, fmt.Sprintf("the title of the task at %s is not in force at T0", t.Address), "choose another T0, or have it renewed")
		}
	}
	for _, q := range a.Questions {
		if q.Blocks() {
			return o, Event{}, Refuse(Conflict, fmt.Sprintf("the question about %s is %s", q.Address, strings.ReplaceAll(string(q.State), "_", " ")), "the page of questions says whom to call")
		}
	}
	if t0.Before(now.Add(MinLead)) {
		return o, Event{}, Refuse(Invalid, "T0 is too near or past", "choose an instant at least two seconds ahead")
	}
	if at := slices.IndexFunc(o.Pauses, func(p Pause) bool { return p.On.IsZero() && !now.Before(t0.Add(-p.Before)) }); at >= 0 && !o.Begun(now) {
		return o, Event{}, Refuse(Conflict, "the built-in hold at "+o.Pauses[at].Name()+" stands in between", "have the count go on, or choose a later T0")
	}
	o, e, err := o.step("release", by.ID, now, "")
	if err != nil {
		return o, e, err
	}
	o.set(a.Acts, t0, now)
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
	case verb == "close" && !o.Begun(at):
		return o, Event{}, Refuse(Conflict, "T0 has not come yet", "abort the operation, or close it afterwards")
	case verb == "hold" && o.State == OperationReleased && !o.Pends(at):
		return o, Event{}, Refuse(Conflict, "T0 has passed: what has left has left", "close the operation, or abort it to keep back what has not left")
	}
	return o.step(verb, by, at, note)
}

// Stop holds the operation by itself: a question about one of its assets is open again, or who leads it held or aborted. by is whose answer
// did it, or 0. Stopping is safe; only its own director goes on.
func (o Operation) Stop(by OfficerID, at time.Time, why string) (Operation, Event, error) {
	return o.step("stop", by, at, why)
}

func (o Operation) step(verb string, by OfficerID, at time.Time, note string) (Operation, Event, error) {
	to, err := OperationTable.Next(o.State, verb)
	if err != nil {
		return o, Event{}, err
	}
	e := change("operation", int64(o.ID), verb, o.State, to, by, o.Unit, at, note)
	o.State = to
	switch verb {
	case "hold", "stop": // the next release sets them anew
		for _, x := range o.ahead(at) {
			*x = time.Time{}
		}
		o.HeldAt = at
	case "resume":
		if o.T0.IsZero() && !o.Planned.IsZero() && !o.HeldAt.IsZero() {
			o.Planned = o.Planned.Add(at.Sub(o.HeldAt))
		}
		o.HeldAt = time.Time{}
	}
	return o, e, nil
}

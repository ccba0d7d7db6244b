// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"strings"
	"time"

	"iolaus/internal/legal"
)

// TaskID numbers a task in this store.
type TaskID int64

// A Stage is when a task is due on the day.
type Stage string

// The stages of a day.
const (
	StagePreservation Stage = "preservation"
	StageAct          Stage = "act"
	StageRegistrar    Stage = "registrar"
)

// Stages lists the stages in the order of the day.
var Stages = []Stage{StagePreservation, StageAct, StageRegistrar}

// Offset is when the stage begins, counted from T0: evidence is kept an hour before, acts start at T0, names follow two minutes after it.
func (s Stage) Offset() time.Duration {
	switch s {
	case StagePreservation:
		return -time.Hour
	case StageRegistrar:
		return 2 * time.Minute
	}
	return 0
}

// UsualStage is the stage of what a role does on a layer.
func UsualStage(r TaskRole, l legal.Layer) Stage {
	switch {
	case r == RoleSeizeEvidence:
		return StagePreservation
	case r == RoleReferRegistrars, l == legal.Registrar, l == legal.Registry:
		return StageRegistrar
	}
	return StageAct
}

// TaskState is where a task stands.
type TaskState string

// The states of a task.
const (
	TaskProposed  TaskState = "proposed"
	TaskAccepted  TaskState = "accepted"
	TaskReady     TaskState = "ready"
	TaskStarted   TaskState = "started"
	TaskDone      TaskState = "done"
	TaskFailed    TaskState = "failed"
	TaskDeclined  TaskState = "declined"
	TaskWithdrawn TaskState = "withdrawn"
)

// TaskTable is the state table of a task.
var TaskTable = Table[TaskState]{
	{TaskProposed, "accept", TaskAccepted},
	{TaskProposed, "decline", TaskDeclined},
	{TaskProposed, "withdraw", TaskWithdrawn},
	{TaskAccepted, "ready", TaskReady},
	{TaskAccepted, "decline", TaskDeclined},
	{TaskAccepted, "withdraw", TaskWithdrawn},
	{TaskReady, "unready", TaskAccepted},
	{TaskReady, "start", TaskStarted},
	{TaskReady, "withdraw", TaskWithdrawn},
	{TaskStarted, "finish", TaskDone},
	{TaskStarted, "fail", TaskFailed},
	{TaskFailed, "start", TaskStarted},
}

// A Task is what one participant does about one asset on the day: asset x jurisdiction x instrument x executor x state.
type Task struct {
	ID           TaskID
	UID          string // the same on every machine: 16 random bytes, hex
	Operation    OperationID
	Participant  ParticipantID // the executor
	Asset        AssetID       // 0 while the store does not have it
	Address      string        // canonical locator
	Provider     ProviderID    // who is asked, where one is; 0: nobody, as for a seizure
	Layer        legal.Layer
	Role         TaskRole
	Jurisdiction string // the state whose law it needs: where the addressee or the thing is
	Instrument   legal.Instrument
	Stage        Stage
	State        TaskState // of a task with an act, read TaskOf: this one is what a person said of the task
	Notice       NoticeID  // the act that carries it out, where there is one
	Plan         PlanID    // the plan that it is from; 0: none
	Handling     Handling
	Note         string
	Title        string    // reference of the judicial title, where there is one
	ValidFrom    time.Time // of that title; zero: not bounded
	ValidUntil   time.Time // exclusive
	Reason       string    // why it was declined, withdrawn, or failed
	Unkept       string    // why it may be done though nothing of the asset was preserved; "": nobody said so
	UnkeptBy     OfficerID
	By           OfficerID // of the last step; 0: the program, or a partner's machine
	At           time.Time // of the last step
	Led          bool      // another installation leads the operation and proposed it; it knows no others
}

// Live reports whether it is still to be done, is being done or was: neither declined nor withdrawn.
func (t Task) Live() bool { return t.State != TaskDeclined && t.State != TaskWithdrawn }

// Due is when it starts on a day with that T0.
func (t Task) Due(t0 time.Time) time.Time { return t0.Add(t.Stage.Offset()) }

// ValidAt reports whether its title is in force at an instant; a task without bounds always is.
func (t Task) ValidAt(at time.Time) bool {
	return (t.ValidFrom.IsZero() || !at.Before(t.ValidFrom)) && (t.ValidUntil.IsZero() || at.Before(t.ValidUntil))
}

// Step moves the task by a verb of its table. A task with an act is made ready, started and ended by the act alone. Declining, withdrawing and
// failing need a reason, readiness a title. by is 0 for what a partner's machine said.
func (t Task) Step(verb string, by OfficerID, unit UnitID, at time.Time, why string) (Task, Event, error) {
	why = strings.TrimSpace(why)
	switch verb {
	case "ready", "unready", "start", "finish", "fail":
		if t.Notice != 0 {
			return t, Event{}, Refuse(Conflict, "an act carries the task out", "its state is read off the act")
		}
	}
	switch {
	case why == "" && (verb == "decline" || verb == "withdraw" || verb == "fail" || verb == "unready"):
		return t, Event{}, Refuse(Invalid, "the reason is missing", "say why")
	case verb == "ready" && strings.TrimSpace(t.Title) == "":
		return t, Event{}, Refuse(Invalid, "the judicial title is missing", "give its reference, and from when until when it is valid")
	case verb == "ready" && !t.ValidUntil.IsZero() && !at.Before(t.ValidUntil):
		return t, Event{}, Refuse(Invalid, "the title ended before now", "give the one that is in force on the day")
	case verb == "ready" && !t.ValidUntil.IsZero() && !t.ValidFrom.Before(t.ValidUntil):
		return t, Event{}, Refuse(Invalid, "the title ends before it begins", "correct the two times")
	}
	to, err := TaskTable.Next(t.State, verb)
	if err != nil {
		return t, Event{}, err
	}
	e := change("task", int64(t.ID), verb, t.State, to, by, unit, at, why).With("operation", int64(t.Operation))
	t.State, t.By, t.At = to, by, at
	if why != "" {
		t.Reason = why
	}
	return t, e, nil
}

// Entitle records the judicial title that a task rests on, also one that an act carries out: a rehearsal and the release check it at T0.
func (t Task) Entitle(title string, from, until time.Time, by OfficerID, unit UnitID, at time.Time) (Task, Event, error) {
	switch {
	case strings.TrimSpace(title) == "":
		return t, Event{}, Refuse(Invalid, "the judicial title is missing", "give its reference, and from when until when it is valid")
	case !until.IsZero() && !from.Before(until):
		return t, Event{}, Refuse(Invalid, "the title ends before it begins", "correct the two times")
	case t.State != TaskProposed && t.State != TaskAccepted && t.State != TaskReady:
		return t, Event{}, Refuse(Conflict, "the task is "+string(t.State), "")
	}
	t.Title, t.ValidFrom, t.ValidUntil, t.By, t.At = strings.TrimSpace(title), from, until, by, at
	e := change("task", int64(t.ID), "entitle", t.State, t.State, by, unit, at, t.Title).With("operation", int64(t.Operation))
	e.From, e.To = "", ""
	return t, e, nil
}

// Believed is how long a removal is looked for that a partner says is done and that is not seen here; people see the difference meanwhile.
const Believed = 24 * time.Hour

// TaskOf is a task as it stands: one with an act has the act's state.
func TaskOf(t Task, n Notice) Task {
	if t.Notice == 0 || t.Notice != n.ID || !t.Live() {
		return t
	}
	switch n.State {
	case NoticeDraft, NoticeSubmitted, NoticeEndorsed:
		t.State = TaskAccepted
	case NoticeApproved:
		t.State = TaskReady
	case NoticeWithdrawn:
		t.State = TaskWithdrawn
	case NoticeComplied:
		t.State = TaskDone
	case NoticeRefused, NoticeBounced, NoticeBreached:
		t.State = TaskFailed
	default:
		t.State = TaskStarted
	}
	return t
}

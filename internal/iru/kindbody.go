// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// CardBody is the sender's new card. The message is signed under the present one.
type CardBody struct {
	Card string `json:"card"`
}

// Check implements Body.
func (b *CardBody) Check() error { return short("the card", b.Card, true, 20_000) }

// InvitationBody asks a partner to take part.
type InvitationBody struct {
	Name  string   `json:"name"` // one that tells outsiders nothing
	Roles []string `json:"roles"`
	Note  string   `json:"note,omitempty"`
}

// Check implements Body.
func (b *InvitationBody) Check() error {
	if len(b.Roles) == 0 || len(b.Roles) > 10 {
		return Refuse(Invalid, "the invitation says not as what", "")
	}
	for _, r := range b.Roles {
		if err := short("a role", r, true, 40); err != nil {
			return err
		}
	}
	return errors.Join(short("the name of the operation", b.Name, true, 200), short("the note", b.Note, false, 4000))
}

// ConsentBody answers an invitation.
type ConsentBody struct {
	Accept   bool   `json:"accept"`
	Director string `json:"director,omitempty"` // the name of who releases there
	Reason   string `json:"reason,omitempty"`   // a refusal needs one
}

// Check implements Body.
func (b *ConsentBody) Check() error {
	return errors.Join(short("the director", b.Director, b.Accept, 200), short("the reason", b.Reason, !b.Accept, 4000))
}

// A TaskBody is one task as partners tell it each other.
type TaskBody struct {
	UID          string    `json:"uid"`
	Address      string    `json:"address"`
	Role         string    `json:"role"`
	Jurisdiction string    `json:"jurisdiction,omitempty"`
	Instrument   string    `json:"instrument,omitempty"`
	Layer        string    `json:"layer,omitempty"`
	Stage        string    `json:"stage"`
	Handling     string    `json:"handling"`
	Note         string    `json:"note,omitempty"`
	From         time.Time `json:"valid_from,omitzero"`
	Until        time.Time `json:"valid_until,omitzero"`
	Withdrawn    bool      `json:"withdrawn,omitempty"`
}

// Check implements Body.
func (b *TaskBody) Check() error {
	if !isUID(b.UID) {
		return Refuse(Invalid, "a task has no number of 32 hex digits", "")
	}
	if _, err := ParseHandling(b.Handling); err != nil {
		return fmt.Errorf("task %s: %w", b.UID, err)
	}
	if !b.Until.IsZero() && b.Until.Before(b.From) {
		return Refuse(Invalid, "task "+b.UID+" ends before it begins", "")
	}
	return errors.Join(short("the address of a task", b.Address, true, 2000), short("the role of a task", b.Role, true, 40), short("the jurisdiction of a task", b.Jurisdiction, false, 20),
		short("the instrument of a task", b.Instrument, false, 60), short("the layer of a task", b.Layer, false, 40), short("the stage of a task", b.Stage, true, 40), short("the note of a task", b.Note, false, 4000))
}

// MaxTasks is how many tasks one message has at most.
const MaxTasks = 2000

// PackageBody are the tasks that are proposed to a partner. A later package changes what it names again and leaves the rest.
type PackageBody struct {
	Tasks []TaskBody `json:"tasks"`
}

// Check implements Body.
func (b *PackageBody) Check() error {
	if len(b.Tasks) == 0 || len(b.Tasks) > MaxTasks {
		return Refuse(Invalid, fmt.Sprintf("a package has 1 to %d tasks, not %d", MaxTasks, len(b.Tasks)), "")
	}
	seen := map[string]bool{}
	for i := range b.Tasks {
		if err := b.Tasks[i].Check(); err != nil {
			return err
		}
		if seen[b.Tasks[i].UID] {
			return Refuse(Invalid, "task "+b.Tasks[i].UID+" is in the package twice", "")
		}
		seen[b.Tasks[i].UID] = true
	}
	return nil
}

// A TaskToldBody is where one task stands at whoever carries it out.
type TaskToldBody struct {
	UID   string    `json:"uid"`
	State string    `json:"state"`
	Note  string    `json:"note,omitempty"`
	Title string    `json:"title,omitempty"` // reference of its judicial title
	From  time.Time `json:"valid_from,omitzero"`
	Until time.Time `json:"valid_until,omitzero"`
	Sent  time.Time `json:"sent,omitzero"`    // when its act left
	Up    string    `json:"outcome,omitzero"` // what was seen of the address last: a state of presence
	Seen  time.Time `json:"seen,omitzero"`
}

// TasksBody is where the sender's tasks stand, and what became of them.
type TasksBody struct {
	Tasks []TaskToldBody `json:"tasks"`
}

// Check implements Body.
func (b *TasksBody) Check() error {
	if len(b.Tasks) == 0 || len(b.Tasks) > MaxTasks {
		return Refuse(Invalid, fmt.Sprintf("1 to %d tasks are told at once, not %d", MaxTasks, len(b.Tasks)), "")
	}
	for _, t := range b.Tasks {
		if !isUID(t.UID) {
			return Refuse(Invalid, "a task has no number of 32 hex digits", "")
		}
		if t.Up != "" && !slices.Contains(PresenceTable.States(), PresenceState(t.Up)) {
			return Refuse(Invalid, fmt.Sprintf("%.40q is nothing that is seen of an address", t.Up), "")
		}
		if err := errors.Join(short("the state of a task", t.State, true, 40), short("the note of a task", t.Note, false, 4000), short("the title of a task", t.Title, false, 300)); err != nil {
			return err
		}
	}
	return nil
}

// AnswerBody is the sender's own answer to the poll. An answer for anybody else cannot be written down.
type AnswerBody struct {
	Role   string    `json:"role,omitempty"`
	State  PollState `json:"state"`
	Reason string    `json:"reason,omitempty"`
	Digest string    `json:"digest"` // of the tasks that were answered on (SharedDigest)
	By     string    `json:"by"`     // the name of who answered
}

// Check implements Body.
func (b *AnswerBody) Check() error {
	if !slices.Contains(PollTable.States(), b.State) {
		return Refuse(Invalid, fmt.Sprintf("%.40q is no answer to a poll", string(b.State)), "it is open, go or no_go")
	}
	if len(b.Digest) != 64 || strings.Trim(b.Digest, "0123456789abcdef") != "" {
		return Refuse(Invalid, "the answer does not say on which tasks", "")
	}
	return errors.Join(short("the role", b.Role, false, 40), short("the reason", b.Reason, b.State == PollNoGo, 4000), short("who answered", b.By, b.State != PollOpen, 200))
}

// T0Body is the instant that the lead proposes; the zero time takes it back.
type T0Body struct {
	T0 time.Time `json:"t0,omitzero"`
}

// Check implements Body.
func (b *T0Body) Check() error { return plausible("T0", b.T0, true) }

// plausible refuses instants that no store keeps.
func plausible(what string, t time.Time, zero bool) error {
	if t.IsZero() && zero {
		return nil
	}
	if y := t.UTC().Year(); y < 2000 || y > 2200 {
		return Refuse(Invalid, fmt.Sprintf("%s is in the year %d", what, y), "")
	}
	return nil
}

// StopBody is the reason of a hold or an abort.
type StopBody struct {
	Reason string `json:"reason"`
}

// Check implements Body.
func (b *StopBody) Check() error { return short("the reason", b.Reason, false, 4000) }

// StandingBody is where the sender's own operation stands.
type StandingBody struct {
	State OperationState `json:"state"`
	T0    time.Time      `json:"t0,omitzero"`
	First time.Time      `json:"first_sent,omitzero"`
	Last  time.Time      `json:"last_sent,omitzero"`
	Note  string         `json:"note,omitempty"`

	Director string `json:"director,omitempty"` // the name of who directs it there
}

// Check implements Body.
func (b *StandingBody) Check() error {
	if !slices.Contains(OperationTable.States(), b.State) {
		return Refuse(Invalid, fmt.Sprintf("%.40q is no state of an operation", string(b.State)), "")
	}
	return errors.Join(plausible("T0", b.T0, true), plausible("the first act", b.First, true), plausible("the last act", b.Last, true), short("the note", b.Note, false, 4000), short("the director", b.Director, false, 300))
}

// DutyBody are words from duty officer to duty officer.
type DutyBody struct {
	Text string `json:"text"`
	Task string `json:"task,omitempty"` // UID of the task that they are about
	By   string `json:"by"`
}

// Check implements Body.
func (b *DutyBody) Check() error {
	if b.Task != "" && !isUID(b.Task) {
		return Refuse(Invalid, "the task that the message is about has no number of 32 hex digits", "")
	}
	return errors.Join(short("the message", b.Text, true, 4000), short("who wrote it", b.By, true, 200))
}

// QuestionBody asks, before anything is touched, whether another one works on an address.
type QuestionBody struct {
	UID     string    `json:"uid"`
	Address string    `json:"address"`
	Until   time.Time `json:"until"` // by when an answer was agreed
	Contact string    `json:"contact"`
}

// Check implements Body.
func (b *QuestionBody) Check() error {
	if !isUID(b.UID) {
		return Refuse(Invalid, "the question has no number of 32 hex digits", "")
	}
	return errors.Join(short("the address", b.Address, true, 2000), short("the contact", b.Contact, true, 500), plausible("the time for the answer", b.Until, false))
}

// ReplyBody answers a deconfliction question. Whoever asks about a held address sees a contact, never the case: there is no room for one.
type ReplyBody struct {
	UID       string    `json:"uid"`
	State     string    `json:"state"` // clear, duplicate, hold, evidence_first, joint
	Reference string    `json:"reference,omitempty"`
	Until     time.Time `json:"until,omitzero"` // of a hold, or for the evidence
	Contact   string    `json:"contact,omitempty"`
}

// Check implements Body.
func (b *ReplyBody) Check() error {
	if !isUID(b.UID) {
		return Refuse(Invalid, "the answer has no number of 32 hex digits", "")
	}
	held := b.State == "hold" || b.State == "evidence_first"
	if held && b.Until.IsZero() {
		return Refuse(Invalid, "a hold has no end", "every hold ends and escalates")
	}
	return errors.Join(short("the answer", b.State, true, 40), short("the reference", b.Reference, b.State == "duplicate", 200), short("the contact", b.Contact, b.State == "hold", 500),
		plausible("the end of the hold", b.Until, true))
}

// CheckpointBody is the sender's newest checkpoint, with the proof that it extends the one that was sent before.
type CheckpointBody struct {
	Key        string   `json:"key"`        // the log's public key, as text
	Checkpoint string   `json:"checkpoint"` // signed
	From       int64    `json:"from"`       // size of the one before; 0: there is none
	Proof      []string `json:"proof,omitempty"`
}

// Check implements Body.
func (b *CheckpointBody) Check() error {
	if b.From < 0 || len(b.Proof) > 200 {
		return Refuse(Invalid, "the proof of a checkpoint is none", "")
	}
	return errors.Join(short("the log's key", b.Key, true, 500), short("the checkpoint", b.Checkpoint, true, 4000))
}

// CosignatureBody is the signature of the sender under a checkpoint of the receiver's ledger.
type CosignatureBody struct {
	Key       string `json:"key"`                 // the cosigner's public key, as text
	Size      int64  `json:"size"`                // of the newest one that the sender has seen
	Signed    string `json:"signed"`              // the checkpoint with that signature; "": it was not signed
	Objection string `json:"objection,omitempty"` // why it was not
	Again     bool   `json:"again,omitempty"`     // nothing is wrong: the proof has to begin at Size
}

// Check implements Body.
func (b *CosignatureBody) Check() error {
	if (b.Signed == "") == (b.Objection == "") || b.Size < 0 {
		return Refuse(Invalid, "a cosignature is either a signature or an objection", "")
	}
	return errors.Join(short("the cosigner's key", b.Key, true, 500), short("the cosignature", b.Signed, false, 8000), short("the objection", b.Objection, false, 1000))
}

// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// DeconflictionID numbers a question.
type DeconflictionID int64

// DeconflictionState is where a question stands.
type DeconflictionState string

// The states of a question (TCO Art 14(1)).
const (
	DeconflictionRequested DeconflictionState = "requested"
	DeconflictionClear     DeconflictionState = "clear" // no interest
	DeconflictionDuplicate DeconflictionState = "duplicate"
	DeconflictionHold      DeconflictionState = "hold"
	DeconflictionEvidence  DeconflictionState = "evidence_first"
	DeconflictionJoint     DeconflictionState = "joint"
	DeconflictionNoAnswer  DeconflictionState = "no_answer"
	DeconflictionExpired   DeconflictionState = "expired"
	DeconflictionReleased  DeconflictionState = "released"
)

// DeconflictionTable is the state table of a question. An answer can change until the day is over: a hold may come at the last minute. What was not
// answered, is held no longer, or is a duplicate waits for a person (decide); two persons override for a threat to life.
var DeconflictionTable = deconflictionTable()

// answerStates are the states of DeconflictionAnswers, in the same order.
var answerStates = []DeconflictionState{DeconflictionClear, DeconflictionDuplicate, DeconflictionHold, DeconflictionEvidence, DeconflictionJoint}

func deconflictionTable() Table[DeconflictionState] {
	var t Table[DeconflictionState]
	for _, from := range append([]DeconflictionState{DeconflictionRequested}, append(slices.Clone(answerStates), DeconflictionNoAnswer, DeconflictionExpired, DeconflictionReleased)...) {
		for n, to := range answerStates {
			if to == from { // said again: Answer calls it a renewal
				continue
			}
			t = append(t, Step[DeconflictionState]{from, DeconflictionAnswers[n], to})
		}
		switch from {
		case DeconflictionRequested:
			t = append(t, Step[DeconflictionState]{from, "lapse", DeconflictionNoAnswer})
		case DeconflictionHold:
			t = append(t, Step[DeconflictionState]{from, "free", DeconflictionReleased}, Step[DeconflictionState]{from, "expire", DeconflictionExpired})
		case DeconflictionEvidence:
			t = append(t, Step[DeconflictionState]{from, "fulfil", DeconflictionReleased}, Step[DeconflictionState]{from, "free", DeconflictionReleased},
				Step[DeconflictionState]{from, "expire", DeconflictionExpired})
		case DeconflictionNoAnswer, DeconflictionExpired, DeconflictionDuplicate:
			t = append(t, Step[DeconflictionState]{from, "decide", DeconflictionReleased})
		}
		if from != DeconflictionClear && from != DeconflictionJoint && from != DeconflictionReleased {
			t = append(t, Step[DeconflictionState]{from, "override", DeconflictionReleased})
		}
	}
	return t
}

// DeconflictionAnswers lists the verbs that are answers, in the order of a form.
var DeconflictionAnswers = []string{"clear", "duplicate", "hold", "evidence", "join"}

// AnswerTime is how long others have to answer before their silence is recorded, where nothing else was agreed.
const AnswerTime = 24 * time.Hour

// MaxHold is how far ahead a hold or a wait for evidence may end: it can be renewed, and every renewal is on record.
const MaxHold = 14 * 24 * time.Hour

// A Deconfliction is one question about one asset to one other unit, partner or body: may it be touched?
type Deconfliction struct {
	ID          DeconflictionID
	UID         string // the same on every machine: 16 random bytes, hex
	Operation   OperationID
	Participant ParticipantID // who is asked; 0: a unit that takes no part, as one whose own operation has the asset
	Unit        UnitID        // of this installation, or 0
	Partner     PartnerID     // with an installation of its own, or 0
	Asset       AssetID       // 0 while the store does not have it
	Address     string        // canonical locator
	State       DeconflictionState
	Asked       time.Time
	Due         time.Time // when silence is recorded
	By          OfficerID // who answered, or entered the answer; 0: nobody yet, or a partner's machine
	At          time.Time // of the last answer
	Word        string    // of a body without a machine: whose word this is, how it came
	Reference   string    // of a duplicate: a number that means nothing to outsiders
	Until       time.Time // end of a hold, deadline of evidence
	Contact     string    // whom to call about it: all that the asker ever sees
	Exhibit     ExhibitID // that fulfilled the wish for evidence
	Decided     OfficerID // who decided on silence, on an expired hold or on a duplicate
	DecidedAt   time.Time
	Reason      string // of that decision, or of freeing it
	Category    string // of a threat to life: ThreatCategories
	Threat      string // who is in danger, where, and how it is known
	First       OfficerID
	FirstAt     time.Time
	Second      OfficerID
	Overrides   []Override // all of them, oldest first: a new answer wipes none
	ReviewDue   time.Time  // of the first override that nobody has reviewed; zero: none is owed
}

// An Override is one threat to life for which two persons overrode a question, and what a third one found afterwards.
type Override struct {
	Category  string    `json:"category"`
	Threat    string    `json:"threat"`
	First     OfficerID `json:"first"`
	Second    OfficerID `json:"second"`
	At        time.Time `json:"at"`
	Due       time.Time `json:"due"` // of the review
	Review    OfficerID `json:"review,omitempty"`
	ReviewAt  time.Time `json:"review_at,omitzero"`
	ReviewWhy string    `json:"review_why,omitempty"`
	Right     bool      `json:"right,omitempty"` // as the review finds
}

// Owed reports whether nobody has reviewed it yet.
func (o Override) Owed() bool { return o.Review == 0 }

// Blocks reports whether nothing of the operation may be released on account of it. Acting together is agreed only with who takes part.
func (d Deconfliction) Blocks() bool {
	switch d.State {
	case DeconflictionClear, DeconflictionReleased:
		return false
	case DeconflictionJoint:
		return d.Participant == 0
	}
	return true
}

// Held reports whether it keeps everybody else's hands off the asset, also outside the operation.
func (d Deconfliction) Held() bool {
	return d.State == DeconflictionHold || d.State == DeconflictionEvidence
}

// Waits reports whether a person has to decide.
func (d Deconfliction) Waits() bool {
	return d.State == DeconflictionNoAnswer || d.State == DeconflictionExpired || d.State == DeconflictionDuplicate
}

// A DeconflictionAnswer is what the asked says. Why is its own business: it stands in its own log and nowhere else.
type DeconflictionAnswer struct {
	Verb      string // one of DeconflictionAnswers
	Reference string
	Until     time.Time
	Contact   string
	Why       string
	Word      string
}

// Check refuses an answer that does not say what it must. Its error is Invalid.
func (a DeconflictionAnswer) Check(now time.Time) error {
	switch {
	case !slices.Contains(DeconflictionAnswers, a.Verb):
		return Refuse(Invalid, fmt.Sprintf("%.20q is no answer", a.Verb), "answer clear, duplicate, hold, evidence or join")
	case a.Verb == "duplicate" && strings.TrimSpace(a.Reference) == "":
		return Refuse(Invalid, "the reference of what already runs is missing", "give one that tells outsiders nothing")
	case a.Verb != "clear" && strings.TrimSpace(a.Contact) == "":
		return Refuse(Invalid, "the contact is missing", "say whom the others call: it is all that they see")
	case (a.Verb == "hold" || a.Verb == "evidence") && !a.Until.After(now):
		return Refuse(Invalid, "its end is missing or past", "every hold ends: give an instant ahead")
	case (a.Verb == "hold" || a.Verb == "evidence") && a.Until.After(now.Add(MaxHold)):
		return Refuse(Invalid, "it ends too far ahead", fmt.Sprintf("give at most %d days, and renew it then", int(MaxHold.Hours()/24)))
	}
	return nil
}

// Answer takes an answer in. by is the answering unit's own officer, or for a body without a machine one of the unit that leads; 0 for what a partner's machine said.
// The event is for the log of the asked unit alone, with its reason.
func (d Deconfliction) Answer(a DeconflictionAnswer, by OfficerID, at time.Time) (Deconfliction, Event, error) {
	if err := a.Check(at); err != nil {
		return d, Event{}, err
	}
	to, verb, err := d.State, "renew", error(nil)
	if answerStates[slices.Index(DeconflictionAnswers, a.Verb)] != d.State {
		verb = a.Verb
		to, err = DeconflictionTable.Next(d.State, verb)
	} else if a.Verb == "clear" || a.Verb == "join" {
		err = Refuse(Conflict, "that is the answer already", "nothing is to be done")
	}
	if err != nil {
		return d, Event{}, err
	}
	e := change("deconfliction", int64(d.ID), verb, d.State, to, by, d.Unit, at, strings.TrimSpace(a.Why))
	if to == d.State {
		e.From, e.To = "", ""
	}
	d.State, d.By, d.At, d.Word, d.Contact, d.Reference, d.Until, d.Exhibit = to, by, at, strings.TrimSpace(a.Word), strings.TrimSpace(a.Contact), "", time.Time{}, 0
	d.Category, d.Threat, d.First, d.FirstAt, d.Second, d.Decided, d.DecidedAt, d.Reason = "", "", 0, time.Time{}, 0, 0, time.Time{}, ""
	switch a.Verb {
	case "clear":
		d.Contact = ""
	case "duplicate":
		d.Reference = strings.TrimSpace(a.Reference)
	case "hold", "evidence":
		d.Until = a.Until.UTC().Truncate(time.Microsecond)
	}
	return d, e, nil
}

// Pass records what time alone brings: silence past the agreed time, the end of a hold or of a wait for evidence.
func (d Deconfliction) Pass(now time.Time) (Deconfliction, Event, bool) {
	var verb, note string
	switch {
	case d.State == DeconflictionRequested && !now.Before(d.Due):
		verb, note = "lapse", "no answer by the agreed time"
	case d.Held() && !now.Before(d.Until):
		verb, note = "expire", "its end has come"
	default:
		return d, Event{}, false
	}
	to, err := DeconflictionTable.Next(d.State, verb)
	if err != nil {
		return d, Event{}, false
	}
	e := change("deconfliction", int64(d.ID), verb, d.State, to, 0, d.Unit, now, note)
	d.State = to
	return d, e, true
}

// Next is when Pass has something to say next; zero: never.
func (d Deconfliction) Next() time.Time {
	switch {
	case d.State == DeconflictionRequested:
		return d.Due
	case d.Held():
		return d.Until
	}
	return time.Time{}
}

// Decide is a person's decision to go on in spite of silence, an expired hold or a duplicate. Who does not want to go on withdraws the task instead.
func (d Deconfliction) Decide(by OfficerID, at time.Time, why string) (Deconfliction, Event, error) {
	return d.end("decide", by, at, why)
}

// Free ends a hold or the wait for evidence before its time, by the one who asked for it.
func (d Deconfliction) Free(by OfficerID, at time.Time, why string) (Deconfliction, Event, error) {
	return d.end("free", by, at, why)
}

func (d Deconfliction) end(verb string, by OfficerID, at time.Time, why string) (Deconfliction, Event, error) {
	if err := byPerson(by, verb, "decide"); err != nil {
		return d, Event{}, err
	}
	if why = strings.TrimSpace(why); why == "" {
		return d, Event{}, Refuse(Invalid, "the reason is missing", "say why nothing stands in the way any more")
	}
	to, err := DeconflictionTable.Next(d.State, verb)
	if err != nil {
		return d, Event{}, err
	}
	e := change("deconfliction", int64(d.ID), verb, d.State, to, by, d.Unit, at, why)
	d.State, d.Decided, d.DecidedAt, d.Reason = to, by, at, why
	return d, e, nil
}

// Fulfil ends the wait for evidence by an exhibit.
func (d Deconfliction) Fulfil(x ExhibitID, at time.Time) (Deconfliction, Event, error) {
	to, err := DeconflictionTable.Next(d.State, "fulfil")
	if err != nil {
		return d, Event{}, err
	}
	e := change("deconfliction", int64(d.ID), "fulfil", d.State, to, 0, d.Unit, at, "the evidence is preserved").With("exhibit", int64(x))
	d.State, d.Exhibit, d.DecidedAt = to, x, at
	return d, e, nil
}

// Endanger is the first person's word that lives are in danger: nothing is free before a second one has said so too.
func (d Deconfliction) Endanger(category, why string, by OfficerID, at time.Time) (Deconfliction, Event, error) {
	if err := byPerson(by, "endanger", "endanger"); err != nil {
		return d, Event{}, err
	}
	if err := (Threat{Category: category, Reason: why}).Check(); err != nil {
		return d, Event{}, err
	}
	if _, err := DeconflictionTable.Next(d.State, "override"); err != nil {
		return d, Event{}, err
	}
	d.Category, d.Threat, d.First, d.FirstAt, d.Second = category, strings.TrimSpace(why), by, at, 0
	e := change("deconfliction", int64(d.ID), "endanger", d.State, d.State, by, d.Unit, at, d.Threat).With("category", category)
	e.From, e.To = "", ""
	return d, e, nil
}

// Override is the second, different person's word for a threat to life: the asset is free, and a third person owes the review by due. That the two accounts are not one
// person's the caller checks.
func (d Deconfliction) Override(by OfficerID, at, due time.Time) (Deconfliction, Event, error) {
	if err := byPerson(by, "override", "override"); err != nil {
		return d, Event{}, err
	}
	switch d.First {
	case 0:
		return d, Event{}, Refuse(Conflict, "nobody has said yet that lives are in danger", "the first of two persons says who, where, and how it is known")
	case by:
		return d, Event{}, Refuse(Forbidden, "you have said so already", "a second, different person must say so too")
	}
	to, err := DeconflictionTable.Next(d.State, "override")
	if err != nil {
		return d, Event{}, err
	}
	e := change("deconfliction", int64(d.ID), "override", d.State, to, by, d.Unit, at, d.Threat).With("category", d.Category).With("first", int64(d.First)).With("due", due.Format(time.RFC3339))
	d.State, d.Second, d.DecidedAt = to, by, at
	d.Overrides = append(slices.Clone(d.Overrides), Override{Category: d.Category, Threat: d.Threat, First: d.First, Second: by, At: at.UTC().Truncate(time.Microsecond), Due: due.UTC().Truncate(time.Microsecond)})
	d.ReviewDue = d.owed()
	return d, e, nil
}

// owed is when the first review that nobody has given is due.
func (d Deconfliction) owed() time.Time {
	var due time.Time
	for _, o := range d.Overrides {
		if o.Owed() && (due.IsZero() || o.Due.Before(due)) {
			due = o.Due
		}
	}
	return due
}

// Reviewable gives the place of the oldest override that an officer may review: one that is owed, and that the officer took no part in; -1 where there is none.
func (d Deconfliction) Reviewable(by OfficerID) int {
	return slices.IndexFunc(d.Overrides, func(o Override) bool { return o.Owed() && by != 0 && o.First != by && o.Second != by })
}

// Review is a third person's word on an override, given by its place: it was right, or it was not. It moves nothing: what follows is decided on the acts. That the account is
// of neither of the two persons the caller checks.
func (d Deconfliction) Review(n int, right bool, by OfficerID, at time.Time, why string) (Deconfliction, Event, error) {
	verb := "fault"
	if right {
		verb = "uphold"
	}
	if err := byPerson(by, verb, verb); err != nil {
		return d, Event{}, err
	}
	switch why = strings.TrimSpace(why); {
	case n < 0 || n >= len(d.Overrides) || !d.Overrides[n].Owed():
		return d, Event{}, Refuse(Conflict, "no review of it is owed", "nothing is to be done")
	case d.Overrides[n].First == by || d.Overrides[n].Second == by:
		return d, Event{}, Refuse(Forbidden, "who overrode it does not review it", "a third person reviews it")
	case why == "":
		return d, Event{}, Refuse(Invalid, "the reason is missing", "say what the danger was, and whether waiting would have been too slow")
	}
	d.Overrides = slices.Clone(d.Overrides)
	o := &d.Overrides[n]
	o.Review, o.ReviewAt, o.ReviewWhy, o.Right = by, at, why, right
	d.ReviewDue = d.owed()
	e := change("deconfliction", int64(d.ID), verb, d.State, d.State, by, d.Unit, at, why).With("category", o.Category).With("first", int64(o.First)).With("second", int64(o.Second)).
		With("overridden", o.At.Format(time.RFC3339Nano))
	e.From, e.To = "", ""
	return d, e, nil
}

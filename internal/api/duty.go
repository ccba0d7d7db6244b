// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A DutyLine is one line of an operation's duty log: what somebody said, or what the program wrote down.
type DutyLine struct {
	At          *Stamp    `json:"at"`
	By          int64     `json:"by,omitempty" doc:"Absent: the program."`
	Unit        int64     `json:"unit"`
	Text        string    `json:"text,omitempty" doc:"What was said."`
	Verb        string    `json:"verb,omitempty" doc:"What the program wrote down."`
	Note        string    `json:"note,omitempty"`
	Task        int64     `json:"task,omitempty"`
	Participant int64     `json:"participant,omitempty" doc:"Whom it is for; absent: all who take part."`
	Handling    *Handling `json:"handling,omitempty"`
	Event       int64     `json:"event,omitempty" doc:"Of the log, by which it can be proved."`
	Whole       bool      `json:"whole" doc:"What is shown is what the log has the digest of."`
}

func dutyLine(l desk.DutyLine) DutyLine {
	out := DutyLine{At: at(l.At), By: int64(l.By), Unit: int64(l.Unit), Whole: l.Whole}
	if l.Event != nil {
		out.Event = int64(l.Event.ID)
	}
	if l.Said == nil {
		out.Verb, out.Note = l.Event.Verb, l.Event.Note
		return out
	}
	out.Text, out.Task, out.Participant, out.Handling = l.Said.Text, int64(l.Said.Task), int64(l.Said.Participant), new(Handling(l.Said.Handling))
	return out
}

type sayBody struct {
	Text        string    `json:"text" minLength:"1" maxLength:"4000"`
	Task        int64     `json:"task,omitempty" minimum:"1" doc:"That it is about; absent: the day as a whole."`
	Participant int64     `json:"participant,omitempty" minimum:"1" doc:"Whom it is for; absent: the task's executor, or all who take part."`
	Handling    *Handling `json:"handling,omitempty" doc:"Absent: it stays within the unit."`
}

type dutyIn struct {
	ByID
	Limit int `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

func (s *server) duties() {
	get(s, "/v1/operations/{id}/duty-log", "list-duty-log", "Read the duty log as its codes allow, the newest first", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *dutyIn) (List[DutyLine], error) {
		o, err := t.Operation(ctx, sc, iru.OperationID(in.ID))
		if err != nil {
			return List[DutyLine]{}, err
		}
		ls, err := desk.DutyLog(ctx, t, sc, o.ID, in.Limit)
		return List[DutyLine]{Items: shown(ls, dutyLine)}, err
	})
	post(s, "/v1/operations/{id}/duty-log", "say-duty", "Write into the duty log: once, and never changed", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[sayBody]) (DutyLine, error) {
		b := in.Body
		r := desk.Say{Operation: iru.OperationID(in.ID), Task: iru.TaskID(b.Task), Participant: iru.ParticipantID(b.Participant), Text: b.Text}
		if b.Handling != nil {
			r.Handling = iru.Handling(*b.Handling)
		}
		x, err := s.desk.Say(ctx, sc, r)
		return dutyLine(desk.DutyLine{At: x.At, By: x.By, Unit: x.Unit, Said: &x, Whole: true}), err
	})
}

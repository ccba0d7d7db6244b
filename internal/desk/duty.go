// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A Say is what somebody writes into the duty log of an operation.
type Say struct {
	Operation   iru.OperationID
	Task        iru.TaskID        // that it is about; 0: the day as a whole
	Participant iru.ParticipantID // whom it is for besides who leads; 0: the task's executor, or all who take part
	Text        string
	Handling    iru.Handling // zero: iru.DefaultHandling, which keeps it within the unit
}

// Say writes an entry into the duty log. Whoever plans, answers for or directs in a unit that takes part may; nobody may change one.
// Errors: Invalid, Forbidden (the codes forbid what is asked), NotFound.
func (d *Desk) Say(ctx context.Context, s iru.Scope, r Say) (iru.Duty, error) {
	if s.May(iru.ToPlan) != nil && s.May(iru.ToPoll) != nil {
		return iru.Duty{}, s.May(iru.ToPlan)
	}
	var out iru.Duty
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, err := t.Operation(ctx, s, r.Operation)
		if err != nil {
			return err
		}
		out = iru.Duty{Unit: s.Unit, Operation: o.ID, Task: r.Task, Participant: r.Participant, By: s.Officer, At: now, Text: strings.TrimSpace(r.Text), Handling: r.Handling}
		if out.Handling == (iru.Handling{}) {
			out.Handling = iru.DefaultHandling
		}
		if err := addressed(ctx, t, s, &out); err != nil {
			return err
		}
		if err := out.Check(); err != nil {
			return err
		}
		if err := t.AddDuty(ctx, &out); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("duty", int64(out.ID), "write", s.Officer, s.Unit, now, "").With("operation", int64(o.ID)).With("sha256", out.Digest()))
		return err
	})
	return out, err
}

// A DutyLine is one line of a duty log: what a person said, or what the program wrote down.
type DutyLine struct {
	At    time.Time
	By    iru.OfficerID // 0: the program
	Unit  iru.UnitID
	Said  *iru.Duty  // nil: the program's
	Event *iru.Event // of the log, by which it can be proved
	Whole bool       // what is shown is what the log has the digest of
}

// DutyLog gives the duty log of an operation as a scope may read it, newest first, at most n lines: what people said, and what the program
// wrote down of the operation itself.
func DutyLog(ctx context.Context, t *db.Tx, s iru.Scope, o iru.OperationID, n int) ([]DutyLine, error) {
	said, err := t.Duties(ctx, s, o, 0, n)
	if err != nil {
		return nil, err
	}
	var out []DutyLine
	for _, x := range said {
		l := DutyLine{At: x.At, By: x.By, Unit: x.Unit, Said: &x}
		es, err := t.LastOf(ctx, iru.Subject{Noun: "duty", ID: int64(x.ID)}, "write", 1)
		if err != nil {
			return nil, err
		}
		if len(es) == 1 {
			l.Event, l.Whole = &es[0], es[0].Facts["sha256"] == x.Digest()
		}
		out = append(out, l)
	}
	es, err := t.NewestOf(ctx, iru.Subject{Noun: "operation", ID: int64(o)}, n)
	if err != nil {
		return nil, err
	}
	for _, e := range es {
		out = append(out, DutyLine{At: e.At, By: e.By, Unit: e.Unit, Event: &e, Whole: true})
	}
	slices.SortStableFunc(out, func(a, b DutyLine) int { // as it was written down
		if a.Event == nil || b.Event == nil {
			return b.At.Compare(a.At)
		}
		return cmp.Compare(b.Event.ID, a.Event.ID)
	})
	return out[:min(n, len(out))], nil
}

// addressed finds out whom an entry is for.
func addressed(ctx context.Context, t *db.Tx, s iru.Scope, d *iru.Duty) error {
	if d.Task != 0 {
		k, err := t.Task(ctx, s, d.Task)
		if err != nil {
			return err
		}
		if k.Operation != d.Operation {
			return iru.Refuse(iru.Invalid, "the task is of another operation", "")
		}
		if d.Participant == 0 {
			d.Participant = k.Participant
		}
	}
	if d.Participant == 0 {
		return nil
	}
	p, err := t.Participant(ctx, d.Participant)
	if err != nil {
		return err
	}
	if p.Operation != d.Operation {
		return iru.Refuse(iru.Invalid, p.Name+" takes no part in this operation", "choose one that does")
	}
	d.To = p.Unit
	return nil
}

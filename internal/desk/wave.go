// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A NextWave is what came of making the next wave: the new operation, which prepared acts became drafts of it, and why the others did not.
type NextWave struct {
	Operation iru.Operation
	Wave      iru.Wave
	Drafted   []iru.NoticeID
	Left      map[iru.FollowUpID]string // prepared still, each with the reason
}

// NextWave makes a new draft operation of one whose T0 is past: the same outlets, the same units, and a draft of each act that was prepared after a
// return. Nothing is sent: the drafts take the way of every draft, and the new operation has its own poll and release. name "" counts on from the
// first one's; director 0 names the same.
func (d *Desk) NextWave(ctx context.Context, s iru.Scope, id iru.OperationID, name string, director iru.OfficerID) (NextWave, error) {
	var w NextWave
	for _, what := range []iru.Power{iru.ToPlan, iru.ToDraft} {
		if err := s.May(what); err != nil {
			return w, err
		}
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		w = NextWave{Left: map[iru.FollowUpID]string{}}
		o, err := t.Operation(ctx, s, id)
		if err != nil {
			return err
		}
		if err := own(s, o.Unit); err != nil {
			return err
		}
		if o.Drill || !o.Leaves() || o.T0.IsZero() || now.Before(o.T0) {
			return iru.Refuse(iru.Conflict, "there is no next wave of what has not begun, was aborted, or was a drill", "plan another operation")
		}
		before, err := t.Wave(ctx, o.ID)
		if err != nil {
			return err
		}
		if director == 0 {
			director = o.Director
		}
		if name = strings.TrimSpace(name); name == "" {
			name = waveName(o.Name, before.Number+1)
		}
		if w.Operation, err = d.planOperation(ctx, t, s, name, o.Outlets, nil, director, fmt.Sprintf("the next wave after %s", o.Name), now); err != nil {
			return err
		}
		if err := d.sameAgain(ctx, t, o, w.Operation); err != nil {
			return err
		}
		w.Wave = iru.Wave{Operation: w.Operation.ID, After: o.ID, Number: before.Number + 1, Made: now, By: s.Officer}
		if err := d.takeAlong(ctx, t, s, o, &w, now); err != nil {
			return err
		}
		w.Wave.Followups = len(w.Drafted)
		if err := t.AddWave(ctx, w.Wave); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("operation", int64(w.Operation.ID), "follow", s.Officer, o.Unit, now, "").With("after", int64(o.ID)).With("wave", w.Wave.Number).With("drafted", len(w.Drafted)).With("left", len(w.Left)))
		return err
	})
	return w, err
}

// sameAgain has those who took part in an operation take part in the next, in the same roles.
func (d *Desk) sameAgain(ctx context.Context, t *db.Tx, o, next iru.Operation) error {
	was, err := t.Participants(ctx, o.ID)
	if err != nil {
		return err
	}
	lead, err := t.Participants(ctx, next.ID) // so far the unit that leads alone
	if err != nil {
		return err
	}
	for _, p := range was {
		if p.Unit == o.Unit && p.Unit != 0 && len(lead) == 1 {
			had := lead[0].Acting()
			lead[0].Roles = p.Roles
			if err := t.UpdateParticipant(ctx, lead[0]); err != nil {
				return err
			}
			for _, r := range lead[0].Acting() {
				if slices.Contains(had, r) {
					continue
				}
				if err := t.AddPoll(ctx, &iru.Poll{Operation: next.ID, Participant: lead[0].ID, Role: r, Unit: p.Unit, State: iru.PollOpen}); err != nil {
					return err
				}
			}
			continue
		}
		p.ID, p.Operation, p.Heard = 0, next.ID, time.Time{}
		if err := d.takePart(ctx, t, &p); err != nil {
			return err
		}
	}
	return nil
}

// waveName counts on: "Snowfall", "Snowfall, wave 2", "Snowfall, wave 3".
func waveName(name string, number int) string {
	base, _, _ := strings.Cut(name, ", wave ")
	return fmt.Sprintf("%s, wave %d", base, number)
}

// takeAlong makes a draft of each prepared act. What the gate or the address refuses stays prepared.
func (d *Desk) takeAlong(ctx context.Context, t *db.Tx, s iru.Scope, o iru.Operation, w *NextWave, now time.Time) error {
	fs, err := t.FollowUpsIn(ctx, s, o.ID)
	if err != nil {
		return err
	}
	for _, f := range fs {
		n, err := d.draftFollowUp(ctx, t, s, f, 0, w.Operation.ID, now)
		switch {
		case errors.Is(err, iru.Internal), errors.Is(err, iru.Unavailable):
			return err
		case err != nil:
			w.Left[f.ID] = err.Error()
		default:
			w.Drafted = append(w.Drafted, n.ID)
		}
	}
	return nil
}

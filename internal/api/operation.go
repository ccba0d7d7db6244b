// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// An Operation is the simultaneous action of several units.
type Operation struct {
	ID        int64          `json:"id"`
	Unit      int64          `json:"unit" doc:"Whose director leads."`
	Name      string         `json:"name"`
	Outlets   []int64        `json:"outlets" nullable:"false"`
	State     operationState `json:"state"`
	T0        *Stamp         `json:"t0,omitempty" doc:"The instant at which everything leaves."`
	Director  int64          `json:"director"`
	Note      string         `json:"note,omitempty"`
	Created   *Stamp         `json:"created"`
	FirstSent *Stamp         `json:"first_sent,omitempty"`
	LastSent  *Stamp         `json:"last_sent,omitempty"`
	Spread    *int64         `json:"spread_us,omitempty" doc:"Microseconds between the first and the last task's leaving."`
	Drill     bool           `json:"drill" doc:"Its day is played, and nothing of it ever leaves."`
}

// A Poll is a participant's answer, in one of its roles, to whether it is ready.
type Poll struct {
	Unit    int64     `json:"unit"`
	Part    int64     `json:"participant"`
	Role    taskRole  `json:"role"`
	State   pollState `json:"state"`
	By      int64     `json:"by,omitempty"`
	At      *Stamp    `json:"at,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	Current bool      `json:"current" doc:"The answer holds for the tasks as they stand."`
	Tasks   string    `json:"tasks" doc:"Digest of the unit's tasks as they stand: SHA-256, hex."`
}

// An OperationDetail is an operation with its tasks and the units' answers.
type OperationDetail struct {
	Operation
	Tasks []Notice `json:"tasks" nullable:"false"`
	Polls []Poll   `json:"polls" nullable:"false"`
}

func (o Operation) cursor() string { return number(o.ID) }

func operation(o iru.Operation) Operation {
	out := Operation{ID: int64(o.ID), Unit: int64(o.Unit), Name: o.Name, Outlets: shown(o.Outlets, func(i iru.OutletID) int64 { return int64(i) }), State: operationState(o.State),
		T0: at(o.T0), Director: int64(o.Director), Note: o.Note, Created: at(o.Created), FirstSent: at(o.FirstSent), LastSent: at(o.LastSent), Drill: o.Drill}
	if !o.FirstSent.IsZero() {
		out.Spread = new(o.LastSent.Sub(o.FirstSent).Microseconds())
	}
	return out
}

func poll(p iru.Poll, digest string) Poll {
	return Poll{Unit: int64(p.Unit), Part: int64(p.Participant), Role: taskRole(p.Role), State: pollState(p.State), By: int64(p.By), At: at(p.At), Reason: p.Reason, Current: p.State != iru.PollOpen && p.Digest == digest, Tasks: digest}
}

type (
	planBody struct {
		Name     string  `json:"name" minLength:"1" maxLength:"200" doc:"One that tells outsiders nothing."`
		Outlets  []int64 `json:"outlets" nullable:"false" maxItems:"1000"`
		Units    []int64 `json:"units,omitempty" nullable:"false" maxItems:"100" doc:"Those that take part; the officer's own always does."`
		Director int64   `json:"director,omitempty" minimum:"1" doc:"Absent: the officer."`
		Note     string  `json:"note,omitempty" maxLength:"4000"`
		Drill    bool    `json:"drill,omitempty" doc:"For good: its day is played, and nothing of it ever leaves."`
	}
	pollBody struct {
		Answer pollAnswer `json:"answer"`
		Tasks  string     `json:"tasks,omitempty" maxLength:"64" doc:"Digest of the unit's tasks as they were read (polls[].tasks of the operation). A go needs it."`
		Reason string     `json:"reason,omitempty" maxLength:"4000" doc:"A no_go needs one."`
		Role   taskRole   `json:"role,omitempty" doc:"Where it acts in several."`
		Part   int64      `json:"participant,omitempty" minimum:"1" doc:"A body without a machine, for which the unit that leads enters the answer; absent: one's own unit."`
		Word   string     `json:"word,omitempty" maxLength:"300" doc:"Of a body without a machine: whose word it is."`
	}
	standDownBody struct {
		Unit   int64  `json:"unit" minimum:"1" doc:"Whose tasks are taken out: one's own, or any for the director."`
		Reason string `json:"reason" maxLength:"4000"`
	}
	releaseBody struct {
		T0 time.Time `json:"t0" doc:"At least two seconds ahead."`
	}
)

func (s *server) operations() {
	list(s, "/v1/operations", "list-operations", "List the operations", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *Page, n int) ([]Operation, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		os, err := t.OperationsAfter(ctx, sc, iru.OperationID(after), n)
		return paged(os, err, operation)
	})
	get(s, "/v1/operations/{id}", "get-operation", "Read an operation with its tasks and polls", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (OperationDetail, error) {
		return operationDetail(ctx, t, sc, iru.OperationID(in.ID))
	})
	post(s, "/v1/operations", "plan-operation", "Plan an operation", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[planBody]) (Operation, error) {
		b := in.Body
		plan := s.desk.PlanOperation
		if b.Drill {
			plan = s.desk.PlanDrill
		}
		o, err := plan(ctx, sc, b.Name, shown(b.Outlets, func(i int64) iru.OutletID { return iru.OutletID(i) }),
			shown(b.Units, func(i int64) iru.UnitID { return iru.UnitID(i) }), iru.OfficerID(b.Director), b.Note)
		return operation(o), err
	})
	post(s, "/v1/operations/{id}/poll", "poll-operation", "Answer for one's unit whether it is ready", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[pollBody]) (Poll, error) {
		p, err := s.desk.AnswerPoll(ctx, sc, desk.PollAnswer{Operation: iru.OperationID(in.ID), Participant: iru.ParticipantID(in.Body.Part), Role: iru.TaskRole(in.Body.Role), State: iru.PollState(in.Body.Answer),
			Seen: in.Body.Tasks, Reason: in.Body.Reason, Word: in.Body.Word})
		return poll(p, p.Digest), err
	})
	post(s, "/v1/operations/{id}/release", "release-operation", "Set T0: everything leaves at that instant", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[releaseBody]) (Operation, error) {
		o, err := s.desk.Release(ctx, sc, iru.OperationID(in.ID), in.Body.T0)
		return operation(o), err
	})
	post(s, "/v1/operations/{id}/stand-down", "stand-down-operation", "Take a unit's tasks out before T0; the others go on", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[standDownBody]) (OperationDetail, error) {
		if err := s.desk.StandDown(ctx, sc, iru.OperationID(in.ID), iru.UnitID(in.Body.Unit), in.Body.Reason); err != nil {
			return OperationDetail{}, err
		}
		return view(ctx, s, func(t *db.Tx, sc iru.Scope) (OperationDetail, error) {
			return operationDetail(ctx, t, sc, iru.OperationID(in.ID))
		})
	})
	for _, v := range []struct {
		verb, summary string
		do            func(context.Context, iru.Scope, iru.OperationID) (iru.Operation, error)
	}{
		{"open", "Ask every unit whether it is ready", s.desk.OpenPoll},
		{"resume", "Go on after a hold", s.desk.Resume},
		{"close", "End an operation whose day is over", s.desk.Close},
	} {
		post(s, "/v1/operations/{id}/"+v.verb, v.verb+"-operation", v.summary, desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *ByID) (Operation, error) {
			o, err := v.do(ctx, sc, iru.OperationID(in.ID))
			return operation(o), err
		})
	}
	for _, v := range []struct {
		verb, summary string
		do            func(context.Context, iru.Scope, iru.OperationID, string) (iru.Operation, error)
	}{
		{"hold", "Stop the count; nothing is lost", s.desk.HoldOperation},
		{"abort", "End the operation; what has left has left", s.desk.Abort},
	} {
		post(s, "/v1/operations/{id}/"+v.verb, v.verb+"-operation", v.summary, desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Operation, error) {
			o, err := v.do(ctx, sc, iru.OperationID(in.ID), in.Body.Reason)
			return operation(o), err
		})
	}
}

func operationDetail(ctx context.Context, t *db.Tx, sc iru.Scope, id iru.OperationID) (OperationDetail, error) {
	o, err := t.Operation(ctx, sc, id)
	if err != nil {
		return OperationDetail{}, err
	}
	out := OperationDetail{Operation: operation(o)}
	ts, err := t.Tasks(ctx, sc, id)
	if err != nil {
		return out, err
	}
	out.Tasks = shown(ts, notice)
	bs, err := desk.BallotsOf(ctx, t, id)
	if err != nil {
		return out, err
	}
	out.Polls = []Poll{}
	for _, b := range bs {
		digest, err := b.Digest()
		if err != nil {
			return out, err
		}
		out.Polls = append(out.Polls, poll(b.Poll, digest))
	}
	return out, nil
}

// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A Hold is built into a count: so long before T0 it stops until the director has it go on.
type Hold struct {
	Before float64 `json:"before_minutes"`
	Why    string  `json:"why,omitempty"`
	Since  *Stamp  `json:"since,omitempty" doc:"When the count stopped there, known once it went on."`
	On     *Stamp  `json:"on,omitempty" doc:"When it went on; absent: it has not."`
	By     int64   `json:"by,omitempty"`
	Reason string  `json:"reason,omitempty" doc:"With which it went on."`
}

// A Phase is one stage of a day: what leaves together.
type Phase struct {
	Stage   stage  `json:"stage"`
	Instant *Stamp `json:"instant,omitempty" doc:"When it leaves; absent: nothing of it is released."`
	Came    bool   `json:"came" doc:"Its instant has come. While the count stands it does not come."`
	Acts    int    `json:"acts" doc:"That were not withdrawn."`
	Left    int    `json:"left" doc:"That left or, in a drill, were played."`
}

// A Count is how an operation's clock stands at this moment.
type Count struct {
	Operation int64   `json:"operation"`
	Now       *Stamp  `json:"now"`
	T0        *Stamp  `json:"t0,omitempty" doc:"As it is now: it moves while the count stands. Absent: none is planned."`
	Released  bool    `json:"released"`
	Stands    bool    `json:"stands"`
	At        *Hold   `json:"at,omitempty" doc:"The built-in hold at which it stands."`
	Holds     []Hold  `json:"holds" nullable:"false"`
	Stages    []Phase `json:"stages" nullable:"false"`
}

func hold(p iru.Pause) Hold {
	return Hold{Before: p.Before.Minutes(), Why: p.Why, Since: at(p.Since), On: at(p.On), By: int64(p.By), Reason: p.Reason}
}

func countOf(ctx context.Context, t *db.Tx, sc iru.Scope, id iru.OperationID, now time.Time) (Count, error) {
	o, err := t.Operation(ctx, sc, id)
	if err != nil {
		return Count{}, err
	}
	rows, err := t.TaskRows(ctx, sc, id)
	if err != nil {
		return Count{}, err
	}
	c := o.Count(now)
	out := Count{Operation: int64(o.ID), Now: at(now), T0: at(c.T0), Released: !o.T0.IsZero() && o.Leaves(), Stands: c.Stands, Holds: shown(o.Pauses, hold), Stages: []Phase{}}
	if c.Pause != nil {
		out.At = new(hold(*c.Pause))
	}
	for _, s := range iru.Stages {
		p := Phase{Stage: stage(s), Instant: at(o.Instant(s)), Came: o.Came(s, now)}
		for _, n := range rows {
			if n.Stage != s || n.State == iru.NoticeWithdrawn {
				continue
			}
			if p.Acts++; !n.SentAt.IsZero() || !n.PlayedAt.IsZero() {
				p.Left++
			}
		}
		out.Stages = append(out.Stages, p)
	}
	return out, nil
}

type (
	holdBody struct {
		Before float64 `json:"before_minutes" exclusiveMinimum:"0" maximum:"20000"`
		Why    string  `json:"why" minLength:"1" maxLength:"300" doc:"What is waited for."`
	}
	countBody struct {
		T0    time.Time  `json:"t0"`
		Holds []holdBody `json:"holds,omitempty" nullable:"false" maxItems:"20" doc:"In place of those that the count has not met."`
	}
)

func (s *server) counts() {
	get(s, "/v1/operations/{id}/count", "get-count", "Read how an operation's clock stands, its built-in holds and its stages", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (Count, error) {
		return countOf(ctx, t, sc, iru.OperationID(in.ID), s.now())
	})
	again := func(ctx context.Context, id iru.OperationID, err error) (Count, error) {
		if err != nil {
			return Count{}, err
		}
		return view(ctx, s, func(t *db.Tx, sc iru.Scope) (Count, error) { return countOf(ctx, t, sc, id, s.now()) })
	}
	post(s, "/v1/operations/{id}/count", "plan-count", "Plan T0, with built-in holds: nothing leaves by it", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[countBody]) (Count, error) {
		var holds []iru.Pause
		for _, h := range in.Body.Holds {
			holds = append(holds, iru.Pause{Before: time.Duration(h.Before * float64(time.Minute)).Round(time.Second), Why: h.Why})
		}
		_, err := s.desk.PlanCount(ctx, sc, iru.OperationID(in.ID), in.Body.T0, holds)
		return again(ctx, iru.OperationID(in.ID), err)
	})
	post(s, "/v1/operations/{id}/go-on", "go-on-operation", "Have the count go on from the built-in hold at which it stands; T0 moves by as long as it stood", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Count, error) {
		_, err := s.desk.GoOn(ctx, sc, iru.OperationID(in.ID), in.Body.Reason)
		return again(ctx, iru.OperationID(in.ID), err)
	})
}

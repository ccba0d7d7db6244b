// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"

	"iolaus/internal/iru"
)

var operations = shape[iru.Operation]{"operation", "id, unit, name, outlets, state, t0, director, note, created, first_sent, last_sent, drill, planned, pauses, held_at, preserve_at, registrar_at, lead, uid", func(o *iru.Operation) []any {
	return []any{&o.ID, &o.Unit, &o.Name, JSON(&o.Outlets), &o.State, Micros(&o.T0), &o.Director, &o.Note, Micros(&o.Created), Micros(&o.FirstSent), Micros(&o.LastSent),
		&o.Drill, Micros(&o.Planned), JSON(&o.Pauses), Micros(&o.HeldAt), Micros(&o.PreserveAt), Micros(&o.RegistrarAt), &o.Lead, &o.UID}
}}

// AddOperation stores an operation and sets its id.
func (t *Tx) AddOperation(ctx context.Context, o *iru.Operation) error {
	return operations.insert(ctx, t, o)
}

// Operation reads one operation.
func (t *Tx) Operation(ctx context.Context, s iru.Scope, id iru.OperationID) (iru.Operation, error) {
	return operations.get(ctx, t, opReach+" AND id=$2", s.Reach(), id)
}

// InDrill reports whether an operation is a drill, or an act, task or participant belongs to one; false for what does not exist or cannot be read.
func (t *Tx) InDrill(ctx context.Context, s iru.Scope, noun string, id int64) (bool, error) {
	of := map[string]string{"operation": "$2", "notice": "(SELECT operation FROM notice WHERE id=$2)", "task": "(SELECT operation FROM task WHERE id=$2)", "participant": "(SELECT operation FROM participant WHERE id=$2)"}[noun]
	var n int
	if of == "" {
		return false, fmt.Errorf("look for drill: %w", iru.Internal)
	}
	err := t.QueryRow(ctx, "SELECT COUNT(*) FROM operation WHERE "+opReach+" AND drill AND id="+of, s.Reach(), id).Scan(&n)
	return n > 0, err
}

// Operations lists the operations, newest first.
func (t *Tx) Operations(ctx context.Context, s iru.Scope) ([]iru.Operation, error) {
	return operations.list(ctx, t, "WHERE "+opReach+" ORDER BY id DESC", s.Reach())
}

// An OperationTally is what a list says of an operation: acts that a scope sees, answers to the poll, and of these those that are GO.
type OperationTally struct {
	Acts, Polls, Go int
}

// OperationTallies counts the acts and the answers of some operations in the store, without reading them. Of an operation that the scope does not see it counts nothing.
func (t *Tx) OperationTallies(ctx context.Context, s iru.Scope, ids []iru.OperationID) (map[iru.OperationID]OperationTally, error) {
	out := map[iru.OperationID]OperationTally{}
	if len(ids) == 0 {
		return out, nil
	}
	args := []any{s.Reach()}
	for _, id := range ids {
		args = append(args, id)
	}
	type row struct {
		id     iru.OperationID
		n, yes int
	}
	fields := func(r *row) []any { return []any{&r.id, &r.n, &r.yes} }
	among := " IN (" + binds(2, len(ids)) + ") GROUP BY operation"
	acts, err := All(ctx, t, fields, "SELECT operation, COUNT(*), 0 FROM notice WHERE "+noticeReach+" AND operation"+among, args...)
	if err != nil {
		return nil, fmt.Errorf("count acts: %w", err)
	}
	polls, err := All(ctx, t, fields, "SELECT operation, COUNT(*), SUM(CASE WHEN state='go' THEN 1 ELSE 0 END) FROM poll WHERE operation IN (SELECT id FROM operation WHERE "+opReach+") AND operation"+among, args...)
	if err != nil {
		return nil, fmt.Errorf("count polls: %w", err)
	}
	for _, r := range acts {
		out[r.id] = OperationTally{Acts: r.n}
	}
	for _, r := range polls {
		x := out[r.id]
		x.Polls, x.Go = r.n, r.yes
		out[r.id] = x
	}
	return out, nil
}

// UpdateOperation stores the operation again if its state is still the old one.
func (t *Tx) UpdateOperation(ctx context.Context, o iru.Operation, old iru.OperationState) error {
	return operations.update(ctx, t, &o, "state", old)
}

var polls = shape[iru.Poll]{"poll", "id, operation, participant, role, unit, state, by_officer, at, reason, digest", func(p *iru.Poll) []any {
	return []any{&p.ID, &p.Operation, &p.Participant, &p.Role, &p.Unit, &p.State, &p.By, Micros(&p.At), &p.Reason, &p.Digest}
}}

// AddPoll stores the poll of a participant's role and sets its id.
func (t *Tx) AddPoll(ctx context.Context, p *iru.Poll) error { return polls.insert(ctx, t, p) }

// Polls lists an operation's polls by participant.
func (t *Tx) Polls(ctx context.Context, o iru.OperationID) ([]iru.Poll, error) {
	return polls.list(ctx, t, "WHERE operation=$1 ORDER BY participant, id", o)
}

// UpdatePoll stores the poll again if its state is still the old one.
func (t *Tx) UpdatePoll(ctx context.Context, p iru.Poll, old iru.PollState) error {
	return polls.update(ctx, t, &p, "state", old)
}

// OperationsAfter lists the operations after an id, oldest first, at most n.
func (t *Tx) OperationsAfter(ctx context.Context, s iru.Scope, after iru.OperationID, n int) ([]iru.Operation, error) {
	return operations.list(ctx, t, "WHERE "+opReach+" AND id>$2 ORDER BY id LIMIT $3", s.Reach(), after, n)
}

// RemovePoll ends the poll of a role that a participant has no longer.
func (t *Tx) RemovePoll(ctx context.Context, id int64) error {
	_, err := t.Exec(ctx, "DELETE FROM poll WHERE id=$1", id)
	return err
}

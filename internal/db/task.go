// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"time"

	"iolaus/internal/iru"
)

var tasks = shape[iru.Task]{"task", "id, uid, operation, participant, asset, address, provider, layer, role, jurisdiction, instrument, stage, state, notice, plan, handling, note, title, valid_from, valid_until, " +
	"reason, unkept, unkept_by, by_officer, at, led", func(k *iru.Task) []any {
	return []any{&k.ID, &k.UID, &k.Operation, &k.Participant, &k.Asset, &k.Address, &k.Provider, &k.Layer, &k.Role, &k.Jurisdiction, &k.Instrument, &k.Stage, &k.State, &k.Notice, &k.Plan,
		JSON(&k.Handling), &k.Note, &k.Title, Micros(&k.ValidFrom), Micros(&k.ValidUntil), &k.Reason, &k.Unkept, &k.UnkeptBy, &k.By, Micros(&k.At), &k.Led}
}}

// taskReach is what a scope ($1) sees of tasks: all of the operations that its unit leads, and those that it carries out.
const taskReach = "($1=0 OR operation IN (SELECT id FROM operation WHERE unit=$1) OR participant IN (SELECT id FROM participant WHERE unit=$1))"

// liveTask holds for a task that is neither declined nor withdrawn: iru.Task.Live.
const liveTask = "state NOT IN ('declined','withdrawn')"

// AddTask stores a task and sets its id.
func (t *Tx) AddTask(ctx context.Context, k *iru.Task) error { return tasks.insert(ctx, t, k) }

// Task reads one.
func (t *Tx) Task(ctx context.Context, s iru.Scope, id iru.TaskID) (iru.Task, error) {
	return tasks.get(ctx, t, taskReach+" AND id=$2", s.Reach(), id)
}

// TaskByUID reads one by the number that it has on every machine.
func (t *Tx) TaskByUID(ctx context.Context, s iru.Scope, uid string) (iru.Task, error) {
	return tasks.get(ctx, t, taskReach+" AND uid=$2", s.Reach(), uid)
}

// OperationTasks lists the tasks of an operation, oldest first: a participant sees its own, the unit that leads all. Their acts are given by Tasks.
func (t *Tx) OperationTasks(ctx context.Context, s iru.Scope, o iru.OperationID) ([]iru.Task, error) {
	return tasks.list(ctx, t, "WHERE "+taskReach+" AND operation=$2 ORDER BY id", s.Reach(), o)
}

// TaskOfNotice reads the task that an act carries out; NotFound for an act of its own.
func (t *Tx) TaskOfNotice(ctx context.Context, n iru.NoticeID) (iru.Task, error) {
	return tasks.get(ctx, t, "notice=$1", n)
}

// TasksAbout lists an operation's tasks about one address. It is for the program alone.
func (t *Tx) TasksAbout(ctx context.Context, o iru.OperationID, address string) ([]iru.Task, error) {
	return tasks.list(ctx, t, "WHERE operation=$1 AND address=$2 ORDER BY id", o, address)
}

// OpenTask reads the oldest task of a participant about an address that asks for an act, lives and has none; NotFound if there is none. A task that a partner proposed names no
// addressee, since numbers of providers are each store's own: its instrument says which act is meant. It is for the program alone.
func (t *Tx) OpenTask(ctx context.Context, o iru.OperationID, p iru.ParticipantID, address string, n iru.Notice) (iru.Task, error) {
	return tasks.get(ctx, t, "operation=$1 AND address=$2 AND participant=$3 AND layer=$4 AND (provider=$5 OR led AND provider=0 AND instrument=$6) AND "+liveTask+
		" AND (notice=0 OR EXISTS (SELECT 1 FROM notice AS n WHERE n.id=task.notice AND n.state='withdrawn')) ORDER BY provider=0, id LIMIT 1", o, address, p, n.Layer, n.Provider, n.Instrument)
}

// Touching lists who has tasks about an address that live, each once. It is for the program alone.
func (t *Tx) Touching(ctx context.Context, o iru.OperationID, address string) ([]iru.ParticipantID, error) {
	return ids[iru.ParticipantID](ctx, t, "SELECT DISTINCT participant FROM task WHERE operation=$1 AND address=$2 AND "+liveTask+" ORDER BY participant", o, address)
}

// TasksAt lists the tasks about an address in every operation but one, oldest first, at most n. It is for the program alone: whose they are is nobody else's business.
func (t *Tx) TasksAt(ctx context.Context, address string, but iru.OperationID, n int) ([]iru.Task, error) {
	return tasks.list(ctx, t, "WHERE address=$1 AND operation<>$2 ORDER BY id LIMIT $3", address, but, n)
}

// awaitedTask holds for a task (k) of a participant (p) whose machine says that it has begun or, since an instant, that it is done: no act of this store would have its
// asset looked at.
func awaitedTask(since string) string {
	return "k.asset<>0 AND k.notice=0 AND p.partner<>0 AND (k.state='started' OR k.state='done' AND k.at>=" + since + ")"
}

// Awaited reports whether a removal of the asset is looked for on a partner's word: its task has begun or, since an instant, is done. It is for the program alone.
func (t *Tx) Awaited(ctx context.Context, a iru.Asset, since time.Time) (yes bool, err error) {
	if err := t.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM task AS k JOIN participant AS p ON p.id=k.participant WHERE k.address=$1 AND k.asset=$2 AND "+awaitedTask("$3")+")", a.Locator, a.ID, At(since)).Scan(&yes); err != nil {
		return false, fmt.Errorf("look for a partner's task: %w", err)
	}
	return yes, nil
}

// KeptSince gives the addresses of an operation's tasks of which a sealed exhibit was made since an instant.
func (t *Tx) KeptSince(ctx context.Context, o iru.OperationID, since time.Time) (map[string]bool, error) {
	list, err := All(ctx, t, func(s *string) []any { return []any{s} },
		"SELECT DISTINCT k.address FROM task AS k JOIN exhibit AS x ON x.asset=k.asset WHERE k.operation=$1 AND k.asset<>0 AND x.state='sealed' AND x.at>=$2", o, At(since))
	out := make(map[string]bool, len(list))
	for _, a := range list {
		out[a] = true
	}
	return out, err
}

// UpdateTask stores the task again if its state is still the old one.
func (t *Tx) UpdateTask(ctx context.Context, k iru.Task, old iru.TaskState) error {
	return tasks.update(ctx, t, &k, "state", old)
}

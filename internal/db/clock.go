// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"time"

	"iolaus/internal/iru"
)

var clocks = shape[iru.Clock]{"clock", "id, unit, noun, subject, notice, provider, ref, rule, sense, zone, obliged, source, binding, started, proof, length, due, state, ended, why, extended, by_officer",
	func(c *iru.Clock) []any {
		return []any{&c.ID, &c.Unit, &c.About.Noun, &c.About.ID, &c.Notice, &c.Provider, &c.Ref, &c.Rule, &c.Sense, &c.Zone, &c.Obliged, &c.Source, &c.Binding, Micros(&c.Started), &c.Proof,
			Length(&c.Length), Micros(&c.Due), &c.State, Micros(&c.Ended), &c.Why, Micros(&c.Extended), &c.By}
	}}

// clockReach is a unit's own clocks, and those of the acts that it may read.
const clockReach = "($1=0 OR unit=$1 OR notice IN (SELECT id FROM notice WHERE " + noticeReach + "))"

// AddClock stores a clock and sets its id.
func (t *Tx) AddClock(ctx context.Context, c *iru.Clock) error { return clocks.insert(ctx, t, c) }

// ClocksOf lists the clocks of an act's case in order of their start: its addressee's, and those of its scrutiny, finality and secrecy.
func (t *Tx) ClocksOf(ctx context.Context, s iru.Scope, n iru.NoticeID) ([]iru.Clock, error) {
	return clocks.list(ctx, t, "WHERE "+clockReach+" AND notice=$2 ORDER BY id", s.Reach(), n)
}

// ClocksIn lists the clocks of an operation's first n acts in order of their start.
func (t *Tx) ClocksIn(ctx context.Context, s iru.Scope, o iru.OperationID, n int) ([]iru.Clock, error) {
	return clocks.list(ctx, t, "WHERE "+clockReach+" AND notice IN (SELECT id FROM notice WHERE operation=$2 ORDER BY id LIMIT $3) ORDER BY id", s.Reach(), o, n)
}

// ClocksAbout lists the clocks of one thing in order of their start.
func (t *Tx) ClocksAbout(ctx context.Context, s iru.Scope, about iru.Subject) ([]iru.Clock, error) {
	return clocks.list(ctx, t, "WHERE "+clockReach+" AND noun=$2 AND subject=$3 ORDER BY id", s.Reach(), about.Noun, about.ID)
}

// ClockIn reads one clock within reach.
func (t *Tx) ClockIn(ctx context.Context, s iru.Scope, id iru.ClockID) (iru.Clock, error) {
	return clocks.get(ctx, t, clockReach+" AND id=$2", s.Reach(), id)
}

// Running lists the running clocks, the next to expire first, at most n.
func (t *Tx) Running(ctx context.Context, s iru.Scope, n int) ([]iru.Clock, error) {
	return clocks.list(ctx, t, "WHERE "+clockReach+" AND state='running' ORDER BY due, id LIMIT $2", s.Reach(), n)
}

// UpdateClock stores the clock again if its state is still the old one.
func (t *Tx) UpdateClock(ctx context.Context, c iru.Clock, old iru.ClockState) error {
	return clocks.update(ctx, t, &c, "state", old)
}

// Clock reads one clock for a worker.
func (t *Tx) Clock(ctx context.Context, id iru.ClockID) (iru.Clock, error) {
	return clocks.get(ctx, t, "id=$1", id)
}

// A ClockFilter narrows the running clocks; zero fields do not.
type ClockFilter struct {
	Ours    bool // ours to act: the obliged is an authority or the unit, not an addressee
	Theirs  bool // an addressee's
	Binding bool // by law, not the program's own reminders
	Before  time.Time
	Rule    string
}

// theirs are the obliged that package legal names who are not the unit itself or an authority.
const theirs = "(obliged LIKE 'provider%' OR obliged='addressee' OR obliged LIKE 'registr%')"

func (f ClockFilter) where(args []any) (string, []any) {
	w := clockReach + " AND state='running'"
	add := func(text string, arg any) {
		args = append(args, arg)
		w += fmt.Sprintf(" AND "+text, len(args))
	}
	if f.Ours {
		w += " AND NOT " + theirs
	}
	if f.Theirs {
		w += " AND " + theirs
	}
	if f.Binding {
		w += " AND binding"
	}
	if !f.Before.IsZero() {
		add("due<$%d", At(f.Before))
	}
	if f.Rule != "" {
		add("rule=$%d", f.Rule)
	}
	return w, args
}

// ClocksNext lists the running clocks after a due time, or at it after an id: the next to expire first, at most n.
func (t *Tx) ClocksNext(ctx context.Context, s iru.Scope, f ClockFilter, due time.Time, after iru.ClockID, n int) ([]iru.Clock, error) {
	w, args := f.where([]any{s.Reach()})
	k := len(args)
	args = append(args, At(due), after, n)
	return clocks.list(ctx, t, fmt.Sprintf("WHERE %s AND (due>$%d OR (due=$%d AND id>$%d)) ORDER BY due, id LIMIT $%d", w, k+1, k+1, k+2, k+3), args...)
}

// ClockTally counts the running clocks by what they show at now (iru.Clock.Status), without reading each.
func (t *Tx) ClockTally(ctx context.Context, s iru.Scope, f ClockFilter, now time.Time) (map[iru.ClockStatus]int, error) {
	w, args := f.where([]any{s.Reach()})
	k := len(args)
	args = append(args, At(now), iru.AtRiskUnder.Microseconds())
	type count struct {
		status iru.ClockStatus
		n      int
	}
	rows, err := All(ctx, t, func(c *count) []any { return []any{&c.status, &c.n} }, fmt.Sprintf(`SELECT CASE WHEN due<$%[2]d AND sense<>'deadline' AND sense<>'' THEN 'over' WHEN due<$%[2]d THEN 'overdue'
		WHEN due-$%[2]d<CASE WHEN length/4<$%[3]d THEN length/4 ELSE $%[3]d END THEN 'at risk' ELSE 'on time' END AS status, COUNT(*) FROM clock WHERE %[1]s GROUP BY 1`, w, k+1, k+2), args...)
	if err != nil {
		return nil, fmt.Errorf("count clocks: %w", err)
	}
	out := map[iru.ClockStatus]int{}
	for _, r := range rows {
		out[r.status] = r.n
	}
	return out, nil
}

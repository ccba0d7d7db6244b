// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
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

// RunningAfter lists the running clocks that are due after a time, or at it with a later id: the next to expire first, at most n.
func (t *Tx) RunningAfter(ctx context.Context, s iru.Scope, due time.Time, after iru.ClockID, n int) ([]iru.Clock, error) {
	return clocks.list(ctx, t, "WHERE "+clockReach+" AND state='running' AND (due>$2 OR (due=$2 AND id>$3)) ORDER BY due, id LIMIT $4",
		s.Reach(), Micros(&due), after, n)
}

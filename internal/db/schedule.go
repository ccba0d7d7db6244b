// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/iru"
)

var schedules = shape[iru.Schedule]{"schedule", "id, unit, asset, monitor, shard, due, every, looked, changed, looks, changes, failures", func(s *iru.Schedule) []any {
	return []any{&s.ID, &s.Unit, &s.Asset, &s.Monitor, &s.Shard, Micros(&s.Due), Length(&s.Every), Micros(&s.Looked), Micros(&s.Changed), &s.Looks, &s.Changes, &s.Failures}
}}

// AddSchedule stores a schedule, unless the asset has one for that monitor, which stays as it is.
func (t *Tx) AddSchedule(ctx context.Context, s iru.Schedule) error {
	f := schedules.fields(&s)
	_, err := t.Exec(ctx, `INSERT INTO schedule (unit, asset, monitor, shard, due, every, looked, changed, looks, changes, failures)
		VALUES (`+binds(1, len(f)-1)+`) ON CONFLICT (asset, monitor) DO NOTHING`, f[1:]...)
	if err != nil {
		return fmt.Errorf("add schedule: %w", err)
	}
	return nil
}

// Schedules lists when an asset is looked at next, soonest first.
func (t *Tx) Schedules(ctx context.Context, s iru.Scope, a iru.AssetID) ([]iru.Schedule, error) {
	return schedules.list(ctx, t, "WHERE asset IN (SELECT id FROM asset WHERE "+assetReach+") AND asset=$2 ORDER BY due, id", s.Reach(), a)
}

// Due lists what is due of a shard at a time, longest due first, at most n.
func (t *Tx) Due(ctx context.Context, shard int, now time.Time, n int) ([]iru.Schedule, error) {
	return schedules.list(ctx, t, "WHERE shard=$1 AND due<=$2 ORDER BY due LIMIT $3", shard, At(now), n)
}

// NextDue is when something of a shard is due next; zero where nothing is scheduled.
func (t *Tx) NextDue(ctx context.Context, shard int) (time.Time, error) {
	var at time.Time
	err := t.QueryRow(ctx, "SELECT COALESCE(MIN(due), 0) FROM schedule WHERE shard=$1", shard).Scan(Micros(&at))
	return at, err
}

// UpdateSchedules stores schedules again, all in one statement. One that was taken away meanwhile stays away.
func (t *Tx) UpdateSchedules(ctx context.Context, list ...iru.Schedule) error {
	const columns = 8
	for some := range slices.Chunk(list, maxBinds/columns) {
		var rows []string
		var args []any
		for _, s := range some {
			row := make([]string, columns)
			for i := range row {
				row[i] = fmt.Sprintf("CAST($%d AS BIGINT)", len(args)+1+i)
			}
			f := schedules.fields(&s)
			rows, args = append(rows, "("+strings.Join(row, ", ")+")"), append(args, f[0], f[5], f[6], f[7], f[8], f[9], f[10], f[11])
		}
		if _, err := t.Exec(ctx, `WITH v (id, due, every, looked, changed, looks, changes, failures) AS (VALUES `+strings.Join(rows, ", ")+`)
			UPDATE schedule SET due=v.due, every=v.every, looked=v.looked, changed=v.changed, looks=v.looks, changes=v.changes, failures=v.failures
			FROM v WHERE schedule.id=v.id`, args...); err != nil {
			return fmt.Errorf("change schedules: %w", err)
		}
	}
	return nil
}

// PostponeAll moves when schedules are due, and nothing else.
func (t *Tx) PostponeAll(ctx context.Context, ids []int64, due time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	args := []any{At(due)}
	for _, id := range ids {
		args = append(args, id)
	}
	_, err := t.Exec(ctx, "UPDATE schedule SET due=$1 WHERE id IN ("+binds(2, len(ids))+")", args...)
	return err
}

// RemoveSchedule takes one schedule away.
func (t *Tx) RemoveSchedule(ctx context.Context, id int64) error {
	_, err := t.Exec(ctx, "DELETE FROM schedule WHERE id=$1", id)
	return err
}

// Unschedule takes an asset's schedules away: nothing looks at it by itself any more.
func (t *Tx) Unschedule(ctx context.Context, a iru.AssetID) error {
	_, err := t.Exec(ctx, "DELETE FROM schedule WHERE asset=$1", a)
	return err
}

// An Overdue counts the looks that wait, and since when.
type Overdue struct {
	Count int
	Since time.Time // of the one that waits longest; zero: none does
}

// Overdue counts what a unit's monitors should have looked at before a time, up to n; of all units for who sees all.
func (t *Tx) Overdue(ctx context.Context, s iru.Scope, before time.Time, n int) (Overdue, error) {
	// One unit is one range of an index; all of them are one range of each shard.
	var o Overdue
	where, keys := "unit=$1", []int64{s.Reach()}
	if s.Reach() == 0 {
		where, keys = "shard=$1", nil
		for shard := range int64(iru.Shards) {
			keys = append(keys, shard)
		}
	}
	for _, k := range keys {
		one, err := One(ctx, t, func(o *Overdue) []any { return []any{&o.Count, Micros(&o.Since)} },
			"SELECT COUNT(*), COALESCE(MIN(due), 0) FROM (SELECT due FROM schedule WHERE "+where+" AND due<=$2 ORDER BY due LIMIT $3) AS waiting", k, At(before), n)
		if err != nil {
			return o, fmt.Errorf("count overdue looks: %w", err)
		}
		o.Count = min(o.Count+one.Count, n)
		if o.Since.IsZero() || !one.Since.IsZero() && one.Since.Before(o.Since) {
			o.Since = one.Since
		}
	}
	return o, nil
}

// TakePace reserves n requests to each of several servers, each a length of time apart on average, for whoever asks first, and says how long
// the asker must wait for them by the engine's own clock, in the order of the servers. No server may come twice.
func (t *Tx) TakePace(ctx context.Context, servers []string, n int, every time.Duration) ([]time.Duration, error) {
	now := t.db.engine.dialect().now
	type pace struct {
		server       string
		ready, until int64
	}
	waits := make(map[string]time.Duration, len(servers))
	for some := range slices.Chunk(slices.Sorted(slices.Values(servers)), maxBinds-1) { // in one order, so that two who ask at once do not wait for each other
		args := []any{int64(n) * every.Microseconds()}
		rows := make([]string, len(some))
		for i, s := range some {
			args = append(args, s)
			rows[i] = fmt.Sprintf("(CAST($%d AS TEXT), %s + CAST($1 AS BIGINT))", i+2, now)
		}
		got, err := All(ctx, t, func(p *pace) []any { return []any{&p.server, &p.ready, &p.until} }, `INSERT INTO pace (server, ready) VALUES `+strings.Join(rows, ", ")+`
			ON CONFLICT (server) DO UPDATE SET ready = CASE WHEN pace.ready > `+now+` THEN pace.ready ELSE `+now+` END + CAST($1 AS BIGINT)
			RETURNING server, ready - CAST($1 AS BIGINT) - `+now+`, until - `+now, args...)
		if err != nil {
			return nil, fmt.Errorf("take pace: %w", err)
		}
		for _, p := range got {
			waits[p.server] = max(0, time.Duration(max(p.ready, p.until))*time.Microsecond)
		}
	}
	out := make([]time.Duration, len(servers))
	for i, s := range servers {
		out[i] = waits[s]
	}
	return out, nil
}

// HoldPace keeps all machines away from a server for so long, and counts that it asked for it; 0 forgets what it asked for before.
func (t *Tx) HoldPace(ctx context.Context, server string, long time.Duration) error {
	now := t.db.engine.dialect().now
	if long <= 0 {
		_, err := t.Exec(ctx, "UPDATE pace SET until=0, strikes=0 WHERE server=$1 AND (strikes>0 OR until>0)", server)
		return err
	}
	_, err := t.Exec(ctx, `INSERT INTO pace (server, ready, until, strikes) VALUES ($1, `+now+`, `+now+` + $2, 1)
		ON CONFLICT (server) DO UPDATE SET until = CASE WHEN pace.until > `+now+` + $2 THEN pace.until ELSE `+now+` + $2 END, strikes = pace.strikes + 1`,
		server, long.Microseconds())
	return err
}

// Strikes is how often in a row a server asked to be left alone.
func (t *Tx) Strikes(ctx context.Context, server string) (int, error) {
	var n int
	err := t.QueryRow(ctx, "SELECT COALESCE(MAX(strikes), 0) FROM pace WHERE server=$1", server).Scan(&n)
	return n, err
}

// PaceHeld is how long a server is still to be left alone, by the engine's clock.
func (t *Tx) PaceHeld(ctx context.Context, server string) (time.Duration, error) {
	var left int64
	err := t.QueryRow(ctx, "SELECT COALESCE(MAX(until), 0) - "+t.db.engine.dialect().now+" FROM pace WHERE server=$1", server).Scan(&left)
	return max(0, time.Duration(left)*time.Microsecond), err
}

// ForgetPace forgets servers that nobody asked for so long and that ask for nothing.
func (t *Tx) ForgetPace(ctx context.Context, long time.Duration) error {
	now := t.db.engine.dialect().now
	_, err := t.Exec(ctx, `DELETE FROM pace WHERE ready < `+now+` - $1 AND until < `+now+` - $1`, long.Microseconds())
	return err
}

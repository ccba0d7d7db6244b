// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/riverqueue/river"

	"iolaus/internal/iru"
)

// How often and how long a transaction is tried that lost against another: with doubling, jittered pauses of at most half a
// second, twelve tries are at most four seconds of waiting.
const (
	maxTries   = 12
	firstPause = 4 * time.Millisecond
	maxPause   = 500 * time.Millisecond
)

// A Tx is a transaction, valid until the function that it was given to returns. One goroutine may use it.
type Tx struct {
	db      *DB
	session session
	failed  error // the first statement that failed; nothing may follow it
	again   bool  // that failure goes away when the transaction runs again
}

// Tx runs f in one serialisable transaction and commits it when f returns nil. When the engine says that another transaction was
// in the way, f runs again, up to twelve times, on PostgreSQL in turn with others that lost and from the fourth time on alone: anything but SQL and values inside
// it is a defect. An error or a panic of f, and any statement that failed inside, rolls back everything, jobs included.
func (d *DB) Tx(ctx context.Context, f func(*Tx) error) error {
	return d.run(ctx, true, f)
}

// View runs f in a transaction that sees the store at one instant and cannot write.
func (d *DB) View(ctx context.Context, f func(*Tx) error) error {
	return d.run(ctx, false, f)
}

func (d *DB) run(ctx context.Context, write bool, f func(*Tx) error) error {
	pause := firstPause
	for try := 1; ; try++ {
		again, err := d.once(ctx, write, try, f)
		if !again {
			return err
		}
		if try == maxTries {
			return fmt.Errorf("run transaction: others were in the way %d times: %w: %w", try, iru.Unavailable, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("run transaction: %w: %w", iru.Unavailable, ctx.Err())
		case <-time.After(pause/2 + rand.N(pause/2+1)):
		}
		pause = min(2*pause, maxPause)
	}
}

func (d *DB) once(ctx context.Context, write bool, try int, f func(*Tx) error) (again bool, err error) {
	s, err := d.engine.begin(ctx, write, try)
	if err != nil {
		return d.again(err), d.fault(ctx, "begin transaction", err)
	}
	t := &Tx{db: d, session: s}
	done := false
	defer func() {
		if !done { // an error, a panic or runtime.Goexit
			s.rollback()
		}
	}()
	err = f(t)
	switch {
	case err == nil && t.failed != nil:
		return t.again, fmt.Errorf("commit transaction: a statement in it had failed: %w", t.failed)
	case err != nil && t.failed != nil && ctx.Err() != nil && !errors.Is(err, ctx.Err()):
		// database/sql ended the transaction because its context did, and the statement only learnt that it was over.
		return false, fmt.Errorf("%w: %w", ctx.Err(), err)
	case err != nil:
		return t.again, err
	}
	done = true
	if err := s.commit(ctx); err != nil {
		return d.again(err), d.fault(ctx, "commit transaction", err)
	}
	return false, nil
}

// Exec runs a statement that gives no rows.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := t.check(args); err != nil {
		return nil, err
	}
	res, err := t.session.ExecContext(ctx, query, args...)
	if err != nil {
		return nil, t.fail(ctx, err)
	}
	return res, nil
}

// Query runs a statement that gives rows. They must be closed before the next statement.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*Rows, error) {
	if err := t.check(args); err != nil {
		return nil, err
	}
	rows, err := t.session.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, t.fail(ctx, err)
	}
	return &Rows{Rows: rows, t: t, ctx: ctx}, nil
}

// QueryRow runs a statement that gives at most one row; the failure comes out of Scan.
func (t *Tx) QueryRow(ctx context.Context, query string, args ...any) *Row {
	if err := t.check(args); err != nil {
		return &Row{err: err}
	}
	return &Row{row: t.session.QueryRowContext(ctx, query, args...), t: t, ctx: ctx}
}

// Enqueue inserts a job that becomes visible when the transaction commits, and never when it does not. It reports false when a
// job with the same unique key was there already, which is no error.
func (t *Tx) Enqueue(ctx context.Context, args river.JobArgs, opts *river.InsertOpts) (inserted bool, err error) {
	n, err := t.EnqueueMany(ctx, []river.InsertManyParams{{Args: args, InsertOpts: opts}})
	return n == 1, err
}

// EnqueueMany inserts jobs as [Tx.Enqueue] does, in one statement, and reports how many were new. No unique key may appear twice
// in one call.
func (t *Tx) EnqueueMany(ctx context.Context, jobs []river.InsertManyParams) (inserted int, err error) {
	if len(jobs) == 0 {
		return 0, nil
	}
	if err := t.check(nil); err != nil {
		return 0, err
	}
	n, err := t.session.insertJobs(ctx, jobs)
	if err != nil {
		return 0, t.fail(ctx, fmt.Errorf("enqueue %s: %w", jobs[0].Args.Kind(), err))
	}
	return n, nil
}

// check refuses a statement after a failed one, and text that only one of the engines would keep.
func (t *Tx) check(args []any) error {
	t.db.ran.Add(1)
	if t.failed != nil {
		return fmt.Errorf("run statement: an earlier one had failed: %w", t.failed)
	}
	for i, a := range args {
		if err := checkText(a); err != nil {
			t.failed = fmt.Errorf("bind value %d: %w", i+1, err)
			return t.failed
		}
	}
	return nil
}

func (t *Tx) fail(ctx context.Context, err error) error {
	t.again = t.db.again(err)
	t.failed = t.db.fault(ctx, "run statement", err)
	return t.failed
}

// A Row is the answer of [Tx.QueryRow].
type Row struct {
	row *sql.Row
	t   *Tx
	ctx context.Context
	err error
}

// Scan copies the columns. No row is NotFound.
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	switch err := r.row.Scan(dest...); {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("read row: %w", iru.NotFound)
	default:
		return r.t.fail(r.ctx, err)
	}
}

// Rows are the answer of [Tx.Query].
type Rows struct {
	*sql.Rows
	t   *Tx
	ctx context.Context
}

// Scan copies the columns of the current row.
func (r *Rows) Scan(dest ...any) error {
	if err := r.Rows.Scan(dest...); err != nil {
		return r.t.fail(r.ctx, err)
	}
	return nil
}

// Err is what ended the rows too early, or nil.
func (r *Rows) Err() error {
	if err := r.Rows.Err(); err != nil {
		return r.t.fail(r.ctx, err)
	}
	return nil
}

// One reads one row into a value whose columns fields names in the order of the query. No row is NotFound.
func One[T any](ctx context.Context, t *Tx, fields func(*T) []any, query string, args ...any) (T, error) {
	var v, none T
	if err := t.QueryRow(ctx, query, args...).Scan(fields(&v)...); err != nil {
		return none, err
	}
	return v, nil
}

// All reads all rows; none is an empty slice and no error. The query should have a LIMIT.
func All[T any](ctx context.Context, t *Tx, fields func(*T) []any, query string, args ...any) ([]T, error) {
	rows, err := t.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() // what ended the rows is in Err
	var all []T
	for rows.Next() {
		var v T
		if err := rows.Scan(fields(&v)...); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

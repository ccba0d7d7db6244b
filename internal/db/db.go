// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/riverqueue/river"
	"golang.org/x/mod/sumdb/tlog"

	"iolaus/internal/iru"
)

// The names of the engines, as [DB.Engine] gives them.
const (
	SQLite     = "sqlite"
	PostgreSQL = "postgres"
)

// A DB is an open store. It is safe for use by many goroutines, and several processes may open the same one.
type DB struct {
	engine engine
	ran    atomic.Int64 // statements
}

// An engine is what differs between SQLite and PostgreSQL. Its two implementations are in sqlite.go and postgres.go.
type engine interface {
	name() string
	// begin opens a serialisable transaction, or one that only reads and sees one instant.
	// try counts from 1: who lost against others before waits until these hold back.
	begin(ctx context.Context, write bool, try int) (session, error)
	// classify tells whether the transaction should run again, and which of the six kinds an error of the engine is.
	classify(err error) (again bool, kind error)
	// lockSchema keeps other processes from migrating until unlock is called.
	lockSchema(ctx context.Context) (unlock func(), err error)
	// groundwork makes the tables of the queue, and what else the engine needs beside ours.
	groundwork(ctx context.Context) error
	runner(cfg *river.Config) (Runner, error)
	dialect() dialect
	// scrub lets go of what was overwritten or deleted, as far as the engine can.
	scrub(ctx context.Context) error
	close() error
}

// A session is one open transaction.
type session interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	insertJobs(ctx context.Context, jobs []river.InsertManyParams) (inserted int, err error)
	// place gives events without a place the places from an index on, and counts them.
	place(ctx context.Context, ids []iru.EventID, from int64) (placed int64, err error)
	// keepHashes stores the hashes of the log from a number on.
	keepHashes(ctx context.Context, from int64, hashes []tlog.Hash) error
	// numbers takes n new ids of a table, ascending.
	numbers(ctx context.Context, table string, n int) ([]int64, error)
	// settle waits for the transactions that add rows to a table, as the first statement of one that only reads.
	settle(ctx context.Context, table string) error
	// bulk inserts rows whose values stand in the order of the columns.
	bulk(ctx context.Context, table string, columns []string, rows [][]any) error
	commit(ctx context.Context) error
	rollback()
}

// Open opens the store that dsn names and brings its tables up to date; several processes may do so at once. A path, or a path
// after "sqlite:", is an SQLite file that is made when missing, readable only by its owner; "postgres://..." is a PostgreSQL
// database. A store written by a newer program is refused with Conflict.
func Open(ctx context.Context, dsn string) (*DB, error) {
	d, err := connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	if err := d.migrate(ctx, newest); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func connect(ctx context.Context, dsn string) (*DB, error) {
	var e engine
	var err error
	switch path := strings.TrimPrefix(dsn, "sqlite:"); {
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		e, err = openPostgres(ctx, dsn)
	case path == "" || strings.Contains(path, ":memory:"):
		return nil, iru.Refuse(iru.Invalid, fmt.Sprintf("the store %q is not a file", dsn),
			"name a file, sqlite:FILE, or postgres://USER@HOST/DATABASE")
	case path == dsn && strings.Contains(dsn, "://"):
		scheme, _, _ := strings.Cut(dsn, "://")
		return nil, iru.Refuse(iru.Invalid, fmt.Sprintf("no store is of the kind %q", scheme),
			"name a file, sqlite:FILE, or postgres://USER@HOST/DATABASE")
	default:
		e, err = openSQLite(ctx, path)
	}
	if err != nil {
		return nil, err
	}
	return &DB{engine: e}, nil
}

// Close closes the store. Runners of [DB.Queue] must have stopped before.
func (d *DB) Close() error {
	if err := d.engine.close(); err != nil {
		return fmt.Errorf("close store: %w: %w", iru.Internal, err)
	}
	return nil
}

// Scrub has the engine let go of what was overwritten or deleted: SQLite has overwritten it in its file and empties the log of
// changes, PostgreSQL makes its place free to be overwritten. Backups, and PostgreSQL's own archive of changes, keep it. Errors:
// Unavailable while somebody reads.
func (d *DB) Scrub(ctx context.Context) error {
	if err := d.engine.scrub(ctx); err != nil {
		return d.fault(ctx, "scrub store", err)
	}
	return nil
}

// Statements is how many statements this process has run in transactions of this store since it was opened: a page whose number grows with
// what it shows reads it row by row.
func (d *DB) Statements() int64 { return d.ran.Load() }

// Engine is SQLite or PostgreSQL, for the operator to read: no SQL may depend on it.
func (d *DB) Engine() string { return d.engine.name() }

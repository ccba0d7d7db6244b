// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"iolaus/internal/iru"
)

// One connection writes: inside a process writers queue in order instead of polling a lock, and River shares it because it needs
// a pool of one. Readers never wait for it (WAL).
type sqliteEngine struct {
	path   string
	writer *sql.DB
	reader *sql.DB
	jobs   *river.Client[*sql.Tx]
}

func openSQLite(ctx context.Context, path string) (engine, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w: %w", path, iru.Invalid, err)
	}
	// Case data: the file, and with it the -wal and -shm files that copy its mode, is for its owner only.
	if err := os.MkdirAll(filepath.Dir(abs), 0o700); err != nil {
		return nil, fmt.Errorf("open store: %w: %w", iru.Unavailable, err)
	}
	f, err := os.OpenFile(abs, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open store: %w: %w", iru.Unavailable, err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open store: %w: %w", iru.Unavailable, err)
	}
	e := &sqliteEngine{path: abs}
	// 64 MB of pages instead of 2: an import meets the whole index of fingerprints again and again (a quarter faster at a million rows).
	if e.writer, err = sql.Open("sqlite", sqliteDSN(abs, "_txlock=immediate", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)", "_pragma=secure_delete(1)", "_pragma=cache_size(-65536)")); err != nil {
		return nil, fmt.Errorf("open store %s: %w: %w", abs, iru.Internal, err)
	}
	e.writer.SetMaxOpenConns(1)
	if err := e.switchToWAL(ctx); err != nil {
		_, kind := e.classify(err)
		return nil, errors.Join(fmt.Errorf("open store %s: %w: %w", abs, kind, err), e.writer.Close())
	}
	if e.reader, err = sql.Open("sqlite", sqliteDSN(abs, "_pragma=query_only(1)")); err != nil {
		return nil, errors.Join(fmt.Errorf("open store %s: %w: %w", abs, iru.Internal, err), e.writer.Close())
	}
	e.reader.SetMaxOpenConns(max(4, 2*runtime.NumCPU()))
	e.reader.SetMaxIdleConns(max(4, 2*runtime.NumCPU()))
	if e.jobs, err = river.NewClient(riversqlite.New(e.writer), insertOnly()); err != nil {
		return nil, errors.Join(fmt.Errorf("open queue: %w: %w", iru.Internal, err), e.close())
	}
	return e, nil
}

// switchToWAL opens the first connection. Where several processes do so at once on a new file, SQLite tells all but one at once that
// it is busy, without waiting as it does elsewhere.
func (e *sqliteEngine) switchToWAL(ctx context.Context) error {
	for end := time.Now().Add(10 * time.Second); ; {
		err := e.writer.PingContext(ctx)
		if again, _ := e.classify(err); err == nil || !again || time.Now().After(end) {
			return err
		}
		if err := pauseFor(ctx, lockPoll); err != nil {
			return err
		}
	}
}

func sqliteDSN(path string, options ...string) string {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=trusted_schema(0)"
	for _, o := range options {
		dsn += "&" + o
	}
	return dsn
}

func (e *sqliteEngine) name() string { return SQLite }

func (e *sqliteEngine) close() error { return errors.Join(e.reader.Close(), e.writer.Close()) }

func (e *sqliteEngine) begin(ctx context.Context, write bool, _ int) (session, error) {
	pool := e.reader
	if write {
		pool = e.writer
	}
	tx, err := pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: !write})
	if err != nil {
		return nil, err
	}
	return &sqliteSession{Tx: tx, jobs: e.jobs, write: write}, nil
}

// A statement that a writing transaction runs again is parsed once: parsing takes as long as a row does. They end with it.
type sqliteSession struct {
	*sql.Tx
	jobs  *river.Client[*sql.Tx]
	write bool
	ran   map[string]*sql.Stmt // nil: it ran once
}

// again gives the statement if it ran before in this transaction.
func (s *sqliteSession) again(ctx context.Context, query string) (*sql.Stmt, error) {
	st, before := s.ran[query]
	switch {
	case !s.write:
		return nil, nil
	case !before:
		if s.ran == nil {
			s.ran = map[string]*sql.Stmt{}
		}
		s.ran[query] = nil
		return nil, nil
	case st != nil:
		return st, nil
	}
	st, err := s.PrepareContext(ctx, query)
	s.ran[query] = st
	return st, err
}

func (s *sqliteSession) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if st, err := s.again(ctx, query); err != nil {
		return nil, err
	} else if st != nil {
		return st.ExecContext(ctx, args...)
	}
	return s.Tx.ExecContext(ctx, query, args...)
}

func (s *sqliteSession) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if st, err := s.again(ctx, query); err == nil && st != nil {
		return st.QueryRowContext(ctx, args...)
	}
	return s.Tx.QueryRowContext(ctx, query, args...) // it meets the same error
}

func (s *sqliteSession) insertJobs(ctx context.Context, jobs []river.InsertManyParams) (int, error) {
	res, err := s.jobs.InsertManyTx(ctx, s.Tx, jobs)
	return count(res), err
}

func (s *sqliteSession) commit(context.Context) error { return s.Commit() }

func (s *sqliteSession) rollback() { _ = s.Rollback() }

// classify follows https://www.sqlite.org/rescode.html.
func (e *sqliteEngine) classify(err error) (again bool, kind error) {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		if errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone) {
			return false, iru.Unavailable
		}
		return false, iru.Internal
	}
	switch se.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID,
		sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return false, iru.Conflict
	}
	switch se.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return true, iru.Unavailable
	case sqlite3.SQLITE_TOOBIG:
		return false, iru.Invalid
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_INTERRUPT:
		return false, iru.Unavailable
	}
	return false, iru.Internal
}

// lockSchema takes a file lock, since SQLite's own locks end with each migration's transaction.
func (e *sqliteEngine) lockSchema(ctx context.Context) (func(), error) {
	f, err := os.OpenFile(e.path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock store: %w: %w", iru.Unavailable, err)
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			_ = f.Close()
			return nil, fmt.Errorf("lock store %s: %w: %w", f.Name(), iru.Unavailable, err)
		}
		if err := pauseFor(ctx, lockPoll); err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("lock store %s: %w: %w", f.Name(), iru.Unavailable, err)
		}
	}
}

func (e *sqliteEngine) groundwork(ctx context.Context) error {
	m, err := rivermigrate.New(riversqlite.New(e.writer), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

func (e *sqliteEngine) runner(cfg *river.Config) (Runner, error) {
	return river.NewClient(riversqlite.New(e.writer), cfg)
}

// scrub moves everything from the log of changes into the file and empties the log. secure_delete has overwritten in the file what is
// gone, but the log holds pages as they were before.
func (e *sqliteEngine) scrub(ctx context.Context) (err error) {
	conn, err := e.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	// Everybody who writes waits meanwhile: better to be refused soon and to try again.
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout(250)"); err != nil {
		return err
	}
	defer func() {
		_, back := conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA busy_timeout(10000)")
		err = errors.Join(err, back)
	}()
	var busy, pages, moved int
	if err := conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return err
	}
	if busy != 0 {
		return fmt.Errorf("empty the log of changes: %w: somebody reads; it is tried again", iru.Unavailable)
	}
	return nil
}

func (e *sqliteEngine) dialect() dialect {
	return dialect{
		goose:    goose.DialectSQLite3,
		pool:     e.writer,
		only:     "SQLITE ",
		other:    "POSTGRES ",
		identity: "INTEGER PRIMARY KEY AUTOINCREMENT",
		bytes:    "BLOB",
		now:      "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
		columns: `SELECT m.name, c.name, lower(c.type), c."notnull" <> 0 OR c.pk <> 0 FROM sqlite_schema m, pragma_table_info(m.name) c
			WHERE m.type = 'table' ORDER BY 1, 2`,
		indexes: `SELECT tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1, 2`,
		checks:  `SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name`,
		words:   sqliteWords,
	}
}

// sqliteWords finds texts by FTS5 (https://www.sqlite.org/fts5.html). It holds no texts, so that it must be told the words of what leaves it.
// The order of joins is that of the text, and that of the index is asked for by nothing but its rank: then it stops when there is enough.
var sqliteWords = wordIndex{
	from:  "captured_words w CROSS JOIN captured c",
	match: "captured_words MATCH $1 AND c.id=w.rowid",
	order: "w.rank",
	query: func(terms []iru.SearchTerm) string {
		var must, not []string
		for _, t := range terms {
			phrase := `"` + strings.Join(t.Words, " ") + `"`
			if t.Open {
				phrase += " *"
			}
			if t.Not {
				not = append(not, " NOT "+phrase)
			} else {
				must = append(must, phrase)
			}
		}
		return "(" + strings.Join(must, " AND ") + ")" + strings.Join(not, "")
	},
	enter: func(id iru.CapturedID, title, body []string) (string, []any) {
		return "INSERT INTO captured_words (rowid, title, body) VALUES ($1, $2, $3)", []any{id, strings.Join(title, " "), strings.Join(body, " ")}
	},
	leave: func(id iru.CapturedID, title, body []string) (string, []any) {
		return "INSERT INTO captured_words (captured_words, rowid, title, body) VALUES ('delete', $1, $2, $3)", []any{id, strings.Join(title, " "), strings.Join(body, " ")}
	},
}

const lockPoll = 20 * time.Millisecond

// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"iolaus/internal/iru"
)

// One pool serves both River, which speaks pgx, and our SQL, which speaks database/sql on connections of the same pool.
type pgEngine struct {
	pool *pgxpool.Pool
	std  *sql.DB
	jobs *river.Client[pgx.Tx]
}

func openPostgres(ctx context.Context, dsn string) (engine, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("open store: %w: %w", iru.Invalid, err) // pgx masks the password
	}
	if !strings.Contains(dsn, "pool_max_conns") {
		cfg.MaxConns = int32(max(12, 4*runtime.NumCPU()))
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = "iolaus"
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open store: %w: %w", iru.Unavailable, err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open store: %w: %w", iru.Unavailable, err)
	}
	e := &pgEngine{pool: pool, std: stdlib.OpenDBFromPool(pool)}
	if e.jobs, err = river.NewClient(riverpgxv5.New(pool), insertOnly()); err != nil {
		return nil, errors.Join(fmt.Errorf("open queue: %w: %w", iru.Internal, err), e.close())
	}
	return e, nil
}

func (e *pgEngine) name() string { return PostgreSQL }

func (e *pgEngine) close() error {
	err := e.std.Close()
	e.pool.Close()
	return err
}

// manners are how a writer of each try locks the empty table turn before it sees anything. A newcomer keeps nobody out. Who lost goes in turn with others that
// lost: many that touch the same rows would drive each other away again and again. Who lost three times is alone: a long transaction would lose to short
// newcomers for ever. Who waits for a lock holds back who asks later, so that everybody's turn comes.
var manners = [...]string{"ROW SHARE", "SHARE ROW EXCLUSIVE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE"}

// begin opens the transaction with pgx on a connection that database/sql holds: statements go through the one and River's
// inserts through the other, in the same session of the server and therefore in the same transaction.
func (e *pgEngine) begin(ctx context.Context, write bool, try int) (session, error) {
	conn, err := e.std.Conn(ctx)
	if err != nil {
		return nil, err
	}
	// SQLite's writers are serialisable, so these are too; a reader needs one instant, not a place in the order.
	opts := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	if write { // LOCK takes no snapshot: what it waited for is seen
		opts = pgx.TxOptions{BeginQuery: "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE turn IN " + manners[min(try, len(manners))-1] + " MODE"}
	}
	s := &pgSession{conn: conn, jobs: e.jobs}
	err = conn.Raw(func(c any) error {
		s.tx, err = c.(*stdlib.Conn).Conn().BeginTx(ctx, opts)
		return err
	})
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return s, nil
}

type pgSession struct {
	conn *sql.Conn
	tx   pgx.Tx
	jobs *river.Client[pgx.Tx]
}

// asText makes the server infer the types of the binds from the statement, as SQLite does, instead of from Go's types.
func asText(args []any) []any { return append([]any{pgx.QueryExecModeExec}, args...) }

func (s *pgSession) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return s.conn.ExecContext(ctx, query, asText(args)...)
}

func (s *pgSession) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return s.conn.QueryContext(ctx, query, asText(args)...)
}

func (s *pgSession) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return s.conn.QueryRowContext(ctx, query, asText(args)...)
}

func (s *pgSession) insertJobs(ctx context.Context, jobs []river.InsertManyParams) (inserted int, err error) {
	err = s.conn.Raw(func(any) error {
		res, err := s.jobs.InsertManyTx(ctx, s.tx, jobs)
		inserted = count(res)
		return err
	})
	return inserted, err
}

func (s *pgSession) commit(ctx context.Context) error {
	defer s.conn.Close()
	return s.conn.Raw(func(any) error { return s.tx.Commit(ctx) })
}

// rollback must also work when the caller's context has ended.
func (s *pgSession) rollback() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	defer s.conn.Close()
	_ = s.conn.Raw(func(any) error { return s.tx.Rollback(ctx) })
}

// classify follows https://www.postgresql.org/docs/current/errcodes-appendix.html.
func (e *pgEngine) classify(err error) (again bool, kind error) {
	var pe *pgconn.PgError
	if !errors.As(err, &pe) {
		var ce *pgconn.ConnectError
		if errors.As(err, &ce) || pgconn.Timeout(err) || pgconn.SafeToRetry(err) || errors.Is(err, sql.ErrConnDone) ||
			strings.Contains(err.Error(), "unexpected EOF") || strings.Contains(err.Error(), "closed") {
			return false, iru.Unavailable
		}
		return false, iru.Internal
	}
	switch pe.Code {
	case "40001", "40P01", "55P03": // could not serialise, deadlock, lock not available
		return true, iru.Unavailable
	case "23505", "23503", "23P01": // unique, foreign key, exclusion
		return false, iru.Conflict
	case "22021", "22P02", "22P05", "22003", "22001": // text or number that does not fit
		return false, iru.Invalid
	}
	switch pe.Code[:2] {
	case "08", "53", "57", "58": // connection, resources, operator, system
		return false, iru.Unavailable
	}
	return false, iru.Internal
}

// The key of the advisory lock under which the schema is changed: "iolaus" in ASCII.
const schemaLock = 0x696f6c617573

// lockSchema asks again and again instead of waiting in the server: a waiting statement holds a snapshot, and River's CREATE INDEX
// CONCURRENTLY waits for all of those.
func (e *pgEngine) lockSchema(ctx context.Context) (func(), error) {
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock store: %w: %w", iru.Unavailable, err)
	}
	for {
		var got bool
		err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(schemaLock)).Scan(&got)
		if err == nil && got {
			return func() {
				ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
				defer cancel()
				if _, err := conn.Exec(ctx, "SELECT pg_advisory_unlock($1)", int64(schemaLock)); err != nil {
					_ = conn.Conn().Close(ctx) // ends the session and with it the lock
				}
				conn.Release()
			}, nil
		}
		if err == nil {
			err = pauseFor(ctx, lockPoll)
		}
		if err != nil {
			conn.Release()
			return nil, fmt.Errorf("lock store: %w: %w", iru.Unavailable, err)
		}
	}
}

func (e *pgEngine) groundwork(ctx context.Context) error {
	if _, err := e.pool.Exec(ctx, "CREATE TABLE IF NOT EXISTS turn ()"); err != nil {
		return err
	}
	m, err := rivermigrate.New(riverpgxv5.New(e.pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

func (e *pgEngine) runner(cfg *river.Config) (Runner, error) {
	return river.NewClient(riverpgxv5.New(e.pool), cfg)
}

func (e *pgEngine) scrub(ctx context.Context) error {
	_, err := e.pool.Exec(ctx, "VACUUM exhibit, captured_words, captured_text")
	return err
}

func (e *pgEngine) dialect() dialect {
	return dialect{
		goose:    goose.DialectPostgres,
		pool:     e.std,
		only:     "POSTGRES ",
		other:    "SQLITE ",
		identity: "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
		bytes:    "BYTEA",
		now:      "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
		columns: `SELECT table_name, column_name, data_type, is_nullable = 'NO' FROM information_schema.columns
			WHERE table_schema = current_schema() ORDER BY 1, 2`,
		indexes: `SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1, 2`,
		checks: `SELECT r.relname, pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
			WHERE c.contype = 'c' AND c.connamespace = current_schema()::regnamespace ORDER BY 1, 2`,
		words: pgWords,
	}
}

// pgWords finds texts by a tsvector that is made here: the words are folded, and the server's own parser would part them otherwise.
var pgWords = wordIndex{
	from:  "captured_words w CROSS JOIN captured c",
	match: "w.words @@ CAST($1 AS tsquery) AND c.id=w.id",
	order: "ts_rank(w.words, CAST($1 AS tsquery)) DESC, c.id DESC",
	query: func(terms []iru.SearchTerm) string {
		var parts []string
		for _, t := range terms {
			phrase := "'" + strings.Join(t.Words, "' <-> '") + "'"
			if t.Open {
				phrase += ":*"
			}
			if len(t.Words) > 1 {
				phrase = "(" + phrase + ")"
			}
			if t.Not {
				phrase = "!" + phrase
			}
			parts = append(parts, phrase)
		}
		return strings.Join(parts, " & ")
	},
	enter: func(id iru.CapturedID, title, body []string) (string, []any) {
		return "INSERT INTO captured_words (id, words) VALUES ($1, CAST($2 AS tsvector))", []any{id, tsvector(title, body)}
	},
	leave: func(id iru.CapturedID, _, _ []string) (string, []any) {
		return "DELETE FROM captured_words WHERE id=$1", []any{id}
	},
}

// Limits of a tsvector (https://www.postgresql.org/docs/current/textsearch-limitations.html): places up to 16383, 256 of a word, less than
// a megabyte in all. A word behind the last place is found, but in no phrase; what is beyond a megabyte is not found.
const (
	tsPlaces = 16383
	tsRepeat = 256
	tsBytes  = 1_000_000
)

// tsvector writes the words of a text: those of the title weigh more, and a phrase does not go on from the one into the other.
func tsvector(title, body []string) string {
	places := map[string][]byte{}
	count := map[string]int{}
	size := 0
	add := func(w string, place int, weight string) {
		known, ok := places[w]
		if !ok {
			if size += len(w) + 8; size > tsBytes {
				return
			}
		}
		if place > tsPlaces || count[w] == tsRepeat {
			places[w] = known
			return
		}
		if size += 2; size > tsBytes && ok {
			return
		}
		if count[w]++; len(known) > 0 {
			known = append(known, ',')
		}
		places[w] = append(strconv.AppendInt(known, int64(place), 10), weight...)
	}
	for n, w := range title {
		add(w, n+1, "A")
	}
	for n, w := range body {
		add(w, len(title)+n+2, "")
	}
	var out strings.Builder
	for w, at := range places {
		out.WriteString("'" + w + "'")
		if len(at) > 0 {
			out.WriteString(":" + string(at))
		}
		out.WriteByte(' ')
	}
	return out.String()
}

// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// table makes a table of the test's own, until it ends.
func table(t *testing.T, d *db.DB, definition string) {
	t.Helper()
	must(t, d.Tx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "CREATE TABLE "+definition)
		return err
	}))
	t.Cleanup(func() {
		ctx := context.Background()
		if err := d.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "DROP TABLE "+strings.Fields(definition)[0])
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func number(t *testing.T, d *db.DB, query string, args ...any) (n int) {
	t.Helper()
	must(t, d.View(t.Context(), func(tx *db.Tx) error { return tx.QueryRow(t.Context(), query, args...).Scan(&n) }))
	return n
}

func TestRollback(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		table(t, d, "train (name TEXT NOT NULL UNIQUE)")
		add := func(tx *db.Tx, name string) error {
			_, err := tx.Exec(ctx, "INSERT INTO train (name) VALUES ($1)", name)
			return err
		}
		late := errors.New("the train is late")
		if err := d.Tx(ctx, func(tx *db.Tx) error { return errors.Join(add(tx, "error"), late) }); !errors.Is(err, late) {
			t.Errorf("Tx gave %v, want the function's own error", err)
		}
		func() {
			defer func() {
				if recover() != late {
					t.Error("Tx swallowed a panic")
				}
			}()
			_ = d.Tx(ctx, func(tx *db.Tx) error { must(t, add(tx, "panic")); panic(late) })
		}()
		var wg sync.WaitGroup
		wg.Go(func() {
			// What t.FailNow does inside a transaction.
			_ = d.Tx(ctx, func(tx *db.Tx) error { _ = add(tx, "goexit"); goexit(); return nil })
		})
		wg.Wait()
		// A statement that failed takes everything with it, also when the function makes light of it.
		err := d.Tx(ctx, func(tx *db.Tx) error {
			must(t, add(tx, "first"))
			if err := add(tx, "first"); !errors.Is(err, iru.Conflict) {
				t.Errorf("the same train twice gave %v, want Conflict", err)
			}
			if err := add(tx, "second"); !errors.Is(err, iru.Conflict) {
				t.Errorf("a statement after a failed one gave %v, want the first failure", err)
			}
			return nil
		})
		if !errors.Is(err, iru.Conflict) {
			t.Errorf("the commit after a failed statement gave %v, want Conflict", err)
		}
		if n := number(t, d, "SELECT COUNT(*) FROM train"); n != 0 {
			t.Errorf("%d trains remained of transactions that failed", n)
		}
		ended, cancel := context.WithCancel(ctx)
		err = d.Tx(ended, func(tx *db.Tx) error { must(t, add(tx, "cancelled")); cancel(); return add(tx, "after") })
		if !errors.Is(err, context.Canceled) || !errors.Is(err, iru.Unavailable) {
			t.Errorf("a cancelled transaction gave %v, want Unavailable and context.Canceled", err)
		}
		must(t, d.Tx(ctx, func(tx *db.Tx) error { return add(tx, "kept") }))
		if n := number(t, d, "SELECT COUNT(*) FROM train"); n != 1 {
			t.Errorf("%d trains, want the one that was committed", n)
		}
	})
}

func TestKindsOfFailure(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		table(t, d, "line (id BIGINT PRIMARY KEY, name TEXT NOT NULL, length INTEGER NOT NULL CHECK (length > 0))")
		table(t, d, "stop (line BIGINT NOT NULL REFERENCES line (id), UNIQUE (line))")
		exec := func(query string, args ...any) error {
			return d.Tx(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, query, args...); return err })
		}
		must(t, exec("INSERT INTO line (id, name, length) VALUES ($1, $2, $3)", 1, "coast", 12))
		must(t, exec("INSERT INTO stop (line) VALUES ($1)", 1))
		for name, c := range map[string]struct {
			err  error
			want error
		}{
			"primary key":    {exec("INSERT INTO line (id, name, length) VALUES ($1, $2, $3)", 1, "coast", 1), iru.Conflict},
			"unique":         {exec("INSERT INTO stop (line) VALUES ($1)", 1), iru.Conflict},
			"no such parent": {exec("INSERT INTO stop (line) VALUES ($1)", 7), iru.Conflict},
			"has children":   {exec("DELETE FROM line WHERE id = $1", 1), iru.Conflict},
			"check":          {exec("INSERT INTO line (id, name, length) VALUES ($1, $2, $3)", 2, "hill", 0), iru.Internal},
			"null":           {exec("INSERT INTO line (id, name, length) VALUES ($1, $2, $3)", 2, nil, 1), iru.Internal},
			"syntax":         {exec("INSERT INTO"), iru.Internal},
			"no such table":  {exec("DELETE FROM bicycle"), iru.Internal},
			"NUL":            {exec("INSERT INTO line (id, name, length) VALUES ($1, $2, $3)", 2, "a\x00b", 1), iru.Invalid},
			"not UTF-8":      {exec("INSERT INTO line (id, name, length) VALUES ($1, $2, $3)", 2, "\xff", 1), iru.Invalid},
			"write in a view": {d.View(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, "DELETE FROM stop")
				return err
			}), iru.Internal},
			"no row": {d.View(ctx, func(tx *db.Tx) error {
				var id int
				return tx.QueryRow(ctx, "SELECT id FROM line WHERE id = $1", 9).Scan(&id)
			}), iru.NotFound},
			"guard": {d.Tx(ctx, func(tx *db.Tx) error {
				res, err := tx.Exec(ctx, "UPDATE line SET length = 3 WHERE id = $1 AND length = $2", 1, 99)
				must(t, err)
				return db.Guarded(res)
			}), iru.Conflict},
		} {
			for _, kind := range []error{iru.Invalid, iru.NotFound, iru.Conflict, iru.Forbidden, iru.Unavailable, iru.Internal} {
				if errors.Is(c.err, kind) != (kind == c.want) {
					t.Errorf("%s: %v; want exactly the kind %v", name, c.err, c.want)
				}
			}
		}
		must(t, d.Tx(ctx, func(tx *db.Tx) error {
			res, err := tx.Exec(ctx, "UPDATE line SET length = 3 WHERE id = $1 AND length = $2", 1, 12)
			must(t, err)
			return db.Guarded(res)
		}))
		// A line that does not exist ends no transaction: asking is how one finds out.
		must(t, d.Tx(ctx, func(tx *db.Tx) error {
			var name string
			if err := tx.QueryRow(ctx, "SELECT name FROM line WHERE id = $1", 9).Scan(&name); !errors.Is(err, iru.NotFound) {
				return fmt.Errorf("got %w, want NotFound", err)
			}
			_, err := tx.Exec(ctx, "INSERT INTO line (id, name, length) VALUES ($1, $2, $3)", 9, "new", 1)
			return err
		}))
	})
}

// Two transactions that each read what the other writes must not both win, on either engine: a hold on an address and the order
// against it are such a pair.
func TestSerialisable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		table(t, d, "lamp (id BIGINT PRIMARY KEY, green BOOLEAN NOT NULL)")
		for round := range 10 {
			must(t, d.Tx(ctx, func(tx *db.Tx) error {
				if _, err := tx.Exec(ctx, "DELETE FROM lamp"); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, "INSERT INTO lamp (id, green) VALUES (1, $1), (2, $1)", false)
				return err
			}))
			var wg sync.WaitGroup
			for id := 1; id <= 2; id++ {
				wg.Go(func() {
					// Turn green only while the other is red.
					if err := d.Tx(ctx, func(tx *db.Tx) error {
						var green int
						if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM lamp WHERE green").Scan(&green); err != nil || green > 0 {
							return err
						}
						_, err := tx.Exec(ctx, "UPDATE lamp SET green = $2 WHERE id = $1", id, true)
						return err
					}); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if n := number(t, d, "SELECT COUNT(*) FROM lamp WHERE green"); n != 1 {
				t.Fatalf("round %d: %d signals are green, want one", round, n)
			}
		}
	})
}

func TestManyWriters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		table(t, d, "odometer (id BIGINT PRIMARY KEY, n INTEGER NOT NULL)")
		must(t, d.Tx(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, "INSERT INTO odometer VALUES (1, 0)"); return err }))
		const writers, each = 4, 10
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for range each {
					if err := d.Tx(ctx, func(tx *db.Tx) error {
						var n int
						if err := tx.QueryRow(ctx, "SELECT n FROM odometer WHERE id = 1").Scan(&n); err != nil {
							return err
						}
						_, err := tx.Exec(ctx, "UPDATE odometer SET n = $1 WHERE id = 1", n+1)
						return err
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := number(t, d, "SELECT n FROM odometer"); n != writers*each {
			t.Errorf("counted to %d, want %d: an update was lost", n, writers*each)
		}
	})
}

// A transaction that takes long comes through among short ones that never cease to change what it reads and to read what it changes: a release of thousands of acts
// while a worker seals what was decided.
func TestLongAmongShort(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		table(t, d, "carriage (id BIGINT PRIMARY KEY, n INTEGER NOT NULL)")
		must(t, d.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO carriage VALUES (0, 0), (1, 0), (2, 0)")
			return err
		}))
		over, done := context.WithCancel(ctx)
		var wg sync.WaitGroup
		for id := 1; id <= 2; id++ {
			wg.Go(func() {
				for over.Err() == nil {
					if err := d.Tx(ctx, func(tx *db.Tx) error {
						var all int
						if err := tx.QueryRow(ctx, "SELECT n FROM carriage WHERE id = 0").Scan(&all); err != nil {
							return err
						}
						_, err := tx.Exec(ctx, "UPDATE carriage SET n = n + 1 WHERE id = $1", id)
						return err
					}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		tries := 0
		err := d.Tx(ctx, func(tx *db.Tx) error {
			tries++
			var sum int
			if err := tx.QueryRow(ctx, "SELECT SUM(n) FROM carriage WHERE id > 0").Scan(&sum); err != nil {
				return err
			}
			if err := sleep(ctx, 50*time.Millisecond); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "UPDATE carriage SET n = $1 WHERE id = 0", sum)
			return err
		})
		done()
		wg.Wait()
		if err != nil {
			t.Errorf("after %d tries: %v", tries, err)
		}
	})
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func TestViewSeesOneInstant(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		table(t, d, "arrival (at BIGINT NOT NULL)")
		count := "SELECT COUNT(*) FROM arrival"
		must(t, d.View(ctx, func(v *db.Tx) error {
			var before, after int
			if err := v.QueryRow(ctx, count).Scan(&before); err != nil {
				return err
			}
			must(t, d.Tx(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, "INSERT INTO arrival VALUES (1)"); return err }))
			if err := v.QueryRow(ctx, count).Scan(&after); err != nil {
				return err
			}
			if before != 0 || after != 0 {
				t.Errorf("a view saw %d arrivals and then %d, want 0 both times", before, after)
			}
			return nil
		}))
		if n := number(t, d, count); n != 1 {
			t.Errorf("%d arrivals after the commit, want 1", n)
		}
	})
}

func TestTimeOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		begun := time.Now()
		err := d.View(ctx, func(tx *db.Tx) error {
			var n int
			return tx.QueryRow(ctx, `WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 2000000000)
				SELECT COUNT(*) FROM c`).Scan(&n)
		})
		if !errors.Is(err, iru.Unavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a slow query gave %v, want Unavailable and the deadline", err)
		}
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("the deadline of 200 ms ended the query after %s", took)
		}
		number(t, d, "SELECT 1") // the store is still usable
	})
}

func TestManyRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		table(t, d, "stop (id BIGINT PRIMARY KEY, name TEXT NOT NULL)")
		type stop struct {
			id   int64
			name string
		}
		fields := func(s *stop) []any { return []any{&s.id, &s.name} }
		must(t, d.Tx(ctx, func(tx *db.Tx) error {
			for i := range int64(300) {
				s := stop{i, strings.Repeat("x", int(i))}
				if _, err := tx.Exec(ctx, "INSERT INTO stop (id, name) VALUES ($1, $2)", fields(&s)...); err != nil {
					return err
				}
			}
			return nil
		}))
		must(t, d.View(ctx, func(tx *db.Tx) error {
			all, err := db.All(ctx, tx, fields, "SELECT id, name FROM stop ORDER BY id")
			if err != nil || len(all) != 300 || all[299] != (stop{299, strings.Repeat("x", 299)}) {
				t.Errorf("read %d stops, %v", len(all), err)
			}
			one, err := db.One(ctx, tx, fields, "SELECT id, name FROM stop WHERE id = $2 AND name = $1", "xx", 2)
			if err != nil || one != (stop{2, "xx"}) {
				t.Errorf("read %v, %v", one, err)
			}
			return nil
		}))
	})
}

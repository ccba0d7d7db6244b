// SPDX-License-Identifier: EUPL-1.2

package dbtest

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// A database is some three hundred files, so making one takes longer than most tests do. One that a test gave back with its tables
// as they were is emptied and used again.

// shape is the same for two databases with the same tables and the same history of migrations.
const shape = `SELECT md5(string_agg(x, ',' ORDER BY x)) FROM (
	SELECT c.oid::regclass || ' ' || c.relnatts || ' ' || c.relchecks || ' ' || c.relhastriggers FROM pg_class c
		WHERE c.relnamespace = 'public'::regnamespace
	UNION ALL SELECT 'version ' || version_id || ' ' || is_applied FROM goose_db_version) AS s (x)`

// others counts the sessions that a test has left open; those that it closed take a moment to end.
const others = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`

// empty deletes all rows, without regard to their order, and begins all numbering at one.
const empty = `SET session_replication_role = replica;
DO $$
DECLARE r record; found boolean;
BEGIN
	FOR r IN SELECT oid::regclass AS t FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
		AND relname NOT IN ('goose_db_version', 'river_migration')
	LOOP
		EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', r.t) INTO found;
		IF found THEN EXECUTE format('DELETE FROM %s', r.t); END IF;
	END LOOP;
	FOR r IN SELECT oid::regclass AS t FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
		AND relname <> 'goose_db_version_id_seq'
	LOOP
		PERFORM setval(r.t, 1, false);
	END LOOP;
END $$`

// take gives a database like the template: one that was given back, or a new one.
func (c *cluster) take() (string, error) {
	c.mu.Lock()
	n := len(c.free)
	if n > 0 {
		name := c.free[n-1]
		c.free = c.free[:n-1]
		c.mu.Unlock()
		return name, nil
	}
	c.mu.Unlock()
	return c.create(migrated)
}

// give takes a database back when it can be used again, and drops it otherwise.
func (c *cluster) give(name string) error {
	ok, err := c.clean(name)
	if err != nil {
		return err
	}
	if !ok {
		return c.run("DROP DATABASE " + name + " WITH (FORCE)")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.free = append(c.free, name)
	return nil
}

func (c *cluster) clean(name string) (bool, error) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, c.dsn(name))
	if err != nil {
		return false, err
	}
	defer conn.Close(ctx) // nothing is left to say
	left := 1
	for range 50 {
		if err := conn.QueryRow(ctx, others).Scan(&left); err != nil {
			return false, err
		}
		if left == 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	var got string
	if err := conn.QueryRow(ctx, shape).Scan(&got); err != nil || got != c.shape || left > 0 {
		return false, nil // a test may do to its database what it likes
	}
	if _, err := conn.PgConn().Exec(ctx, empty).ReadAll(); err != nil {
		return false, fmt.Errorf("empty database %s: %w", name, err)
	}
	return true, nil
}

// SPDX-License-Identifier: EUPL-1.2

package dbtest

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"iolaus/internal/db"
)

// Each runs f as a subtest on each engine, with a fresh and migrated store.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run(db.SQLite, func(t *testing.T) { f(t, Open(t)) })
	t.Run(db.PostgreSQL, func(t *testing.T) { f(t, open(t, Postgres(t))) })
}

// EachDSN runs f as a subtest on each engine, with the name of a fresh and migrated store that several processes may open.
func EachDSN(t *testing.T, f func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run(db.SQLite, func(t *testing.T) { f(t, File(t)) })
	t.Run(db.PostgreSQL, func(t *testing.T) { f(t, Postgres(t)) })
}

// Open opens a fresh SQLite store, which closes with the test.
func Open(t testing.TB) *db.DB {
	t.Helper()
	return open(t, File(t))
}

func open(t testing.TB, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("dbtest: %v", err)
		}
	})
	return d
}

// Migrating SQLite takes longer than most tests, so each process does it once and copies the file.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "iolaus-sqlite-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) // it is a temporary folder
	path := filepath.Join(dir, "store")
	d, err := db.Open(context.Background(), path)
	if err != nil {
		return nil, err
	}
	if err := d.Close(); err != nil { // the last one to close moves the write-ahead log into the file
		return nil, err
	}
	return os.ReadFile(path)
})

// File gives the path of a fresh and migrated SQLite store.
func File(t testing.TB) string {
	t.Helper()
	content, err := template()
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	path := filepath.Join(t.TempDir(), "iolaus.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return path
}

// Postgres gives the address of a fresh and migrated PostgreSQL database, which is the test's own until it ends.
func Postgres(t testing.TB) string {
	t.Helper()
	c := running(t)
	name, err := c.take()
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() {
		if err := c.give(name); err != nil {
			t.Errorf("dbtest: %v", err)
		}
	})
	return c.dsn(name)
}

// DurablePostgres gives the address of a fresh and migrated database on a server of its own that syncs what it commits.
func DurablePostgres(t testing.TB) string {
	t.Helper()
	bin, err := program("postgres")
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	cred, err := credential()
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	from, err := prepare(bin, cred)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	c, err := serve(bin, cred, from, durable)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() { c.alive.Close() }) // the shell stops the server and removes its folder
	return c.dsn(migrated)
}

// EmptyPostgres gives the address of a PostgreSQL database without any table.
func EmptyPostgres(t testing.TB) string {
	t.Helper()
	c := running(t)
	name, err := c.create("template0")
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() {
		if err := c.run("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("dbtest: %v", err)
		}
	})
	return c.dsn(name)
}

var started = sync.OnceValues(start)

func running(t testing.TB) *cluster {
	t.Helper()
	c, err := started()
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return c
}

func (c *cluster) create(from string) (string, error) {
	name := fmt.Sprintf("t%d", c.serial.Add(1))
	return name, c.run("CREATE DATABASE " + name + " TEMPLATE " + from)
}

// run runs a statement about databases; the server refuses two copies of one template at once.
func (c *cluster) run(statement string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx := context.Background()
	if c.admin == nil {
		conn, err := pgx.Connect(ctx, c.dsn("postgres"))
		if err != nil {
			return err
		}
		c.admin = conn
	}
	if _, err := c.admin.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

type cluster struct {
	dir string
	// The server's shell stops the server and removes its folder when this pipe breaks, however this process ends.
	alive  io.Closer
	serial atomic.Int64
	shape  string // of the template

	mu    sync.Mutex
	admin *pgx.Conn
	free  []string // databases that were given back
}

func (c *cluster) dsn(database string) string {
	return fmt.Sprintf("postgres://%s@/%s?host=%s", user, database, c.dir)
}

// OpenPostgres opens a fresh PostgreSQL store, which closes with the test, for tests of two stores that speak to each other.
func OpenPostgres(t testing.TB) *db.DB {
	t.Helper()
	return open(t, Postgres(t))
}

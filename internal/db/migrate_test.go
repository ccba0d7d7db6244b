// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// eachEmpty runs f on the name of a store of each engine that has no table yet.
func eachEmpty(t *testing.T, f func(t *testing.T, dsn func() string)) {
	t.Run(db.SQLite, func(t *testing.T) {
		f(t, func() string { return "sqlite:" + filepath.Join(t.TempDir(), "new folder", "a?b#c%20.db") })
	})
	t.Run(db.PostgreSQL, func(t *testing.T) { f(t, func() string { return dbtest.EmptyPostgres(t) }) })
}

func schemaOf(t *testing.T, d *db.DB) string {
	t.Helper()
	s, err := db.Schema(t.Context(), d)
	must(t, err)
	return s
}

// A store that was made today and one that has been upgraded from any earlier version have the same tables.
func TestUpgradedEqualsFresh(t *testing.T) {
	eachEmpty(t, func(t *testing.T, dsn func() string) {
		fresh, err := db.Open(t.Context(), dsn())
		must(t, err)
		want := schemaOf(t, fresh)
		must(t, fresh.Close())
		if !strings.Contains(want, "column lease.until ") || !strings.Contains(want, "column river_job.state ") {
			t.Fatalf("the schema does not name the tables of the program and of River:\n%s", want)
		}
		versions, err := db.Versions()
		must(t, err)
		for _, v := range versions {
			name := dsn()
			old, err := db.OpenAt(t.Context(), name, v)
			must(t, err)
			must(t, old.Close())
			now, err := db.Open(t.Context(), name)
			must(t, err)
			if diff := cmp.Diff(want, schemaOf(t, now)); diff != "" {
				t.Errorf("upgraded from version %d (-fresh +upgraded):\n%s", v, diff)
			}
			must(t, now.Close())
		}
	})
}

func TestManyOpenAtOnce(t *testing.T) {
	eachEmpty(t, func(t *testing.T, dsn func() string) {
		name := dsn()
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				d, err := db.Open(t.Context(), name)
				if err != nil {
					t.Error(err)
					return
				}
				defer d.Close()
				if err := d.View(t.Context(), func(tx *db.Tx) error {
					var n int
					return tx.QueryRow(t.Context(), "SELECT COUNT(*) FROM lease").Scan(&n)
				}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func TestNewerStoreIsRefused(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d, err := db.Open(t.Context(), dsn)
		must(t, err)
		must(t, d.Tx(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, $2)", 99999, true)
			return err
		}))
		must(t, d.Close())
		if d, err := db.Open(t.Context(), dsn); !errors.Is(err, iru.Conflict) || d != nil {
			t.Errorf("a newer store gave %v, want Conflict", err)
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	broken := filepath.Join(folder, "broken.db")
	must(t, os.WriteFile(broken, []byte(strings.Repeat("this is a timetable, not a store\n", 200)), 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for dsn, want := range map[string]error{
		"":                                     iru.Invalid,
		"sqlite:":                              iru.Invalid,
		":memory:":                             iru.Invalid,
		"mysql://host/x":                       iru.Invalid,
		"postgres://iolaus:hunter2@:99999999/": iru.Invalid,
		"postgres://iolaus:hunter2@/x?host=/nowhere.test": iru.Unavailable,
		filepath.Join(broken, "below a file"):             iru.Unavailable,
		folder:                                            iru.Unavailable,
		broken:                                            iru.Internal,
	} {
		d, err := db.Open(ctx, dsn)
		if d != nil || !errors.Is(err, want) {
			t.Errorf("Open(%q) gave %v, want %v", dsn, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Open(%q) tells the password: %v", dsn, err)
		}
	}
}

func TestFilesAreForTheOwnerOnly(t *testing.T) {
	path := dbtest.File(t)
	d, err := db.Open(t.Context(), path)
	must(t, err)
	defer d.Close()
	files, err := filepath.Glob(path + "*")
	must(t, err)
	if len(files) < 3 {
		t.Errorf("found only %v", files)
	}
	for _, f := range files {
		info, err := os.Stat(f)
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o, want 600", filepath.Base(f), info.Mode().Perm())
		}
	}
}

// The constraint that lists a column's values reads the same on both engines, however it was written.
func TestChecks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		table(t, d, `tram (
			state TEXT NOT NULL CHECK (state IN ('standing', 'it''s moving', 'a,b (c)', 'x')), -- CHECK (no IN ('constraint'))
			doors TEXT check (doors IN ('shut')),
			cars INTEGER NOT NULL CHECK (cars IN (2, 1, -3)),
			axles BIGINT CHECK(axles IN (4,8)),
			speed INTEGER NOT NULL CHECK (speed >= 0),
			CONSTRAINT weather CHECK (speed < 80 OR state = 'x'))`)
		all, err := db.Checks(t.Context(), d)
		must(t, err)
		var got []db.Check
		for _, c := range all {
			if c.Table == "tram" {
				got = append(got, c)
			}
		}
		want := []db.Check{
			{"tram", "axles", []string{"4", "8"}},
			{"tram", "cars", []string{"-3", "1", "2"}},
			{"tram", "doors", []string{"shut"}},
			{"tram", "state", []string{"a,b (c)", "it's moving", "standing", "x"}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("constraints (-want +got):\n%s", diff)
		}
		s := schemaOf(t, d)
		for _, line := range []string{"values tram.doors shut\n", "check tram "} {
			if !strings.Contains(s, line) {
				t.Errorf("the schema lacks %q:\n%s", line, s)
			}
		}
	})
}

func TestTranslate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		key, bytes := "INTEGER PRIMARY KEY AUTOINCREMENT", "BLOB"
		if d.Engine() == db.PostgreSQL {
			key, bytes = "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY", "BYTEA"
		}
		got := db.Translate(d, "-- BYTES\nid BIGINT IDENTITY PRIMARY KEY, a BYTES, MAX_BYTES INTEGER, BYTES2 BYTES)")
		if want := "-- BYTES\nid " + key + ", a " + bytes + ", MAX_BYTES INTEGER, BYTES2 " + bytes + ")"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

// SPDX-License-Identifier: EUPL-1.2

package dbtest_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
)

type job struct{}

func (job) Kind() string { return "job" }

// What one test leaves, the next one does not find, whether its database is new or used again.
func TestEachStoreIsFresh(t *testing.T) {
	var first string
	for round := range 4 {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			ctx := t.Context()
			schema, err := db.Schema(ctx, d)
			if err != nil {
				t.Fatal(err)
			}
			if d.Engine() == db.PostgreSQL {
				if first == "" {
					first = schema
				}
				if diff := cmp.Diff(first, schema); diff != "" {
					t.Errorf("round %d: the tables differ from the first round's:\n%s", round, diff)
				}
			}
			held, err := d.Lease(ctx, "points", strings.Repeat("x", round+1), time.Hour)
			if err != nil || !held {
				t.Errorf("round %d: the lease of the round before is still there: %v", round, err)
			}
			err = d.Tx(ctx, func(tx *db.Tx) error {
				if _, err := tx.Enqueue(ctx, job{}, &river.InsertOpts{Metadata: []byte(`{}`)}); err != nil {
					return err
				}
				var id, n int
				if err := tx.QueryRow(ctx, "SELECT MAX(id), COUNT(*) FROM river_job").Scan(&id, &n); err != nil || id != 1 || n != 1 {
					t.Errorf("round %d: the first job has number %d, and there are %d (%v)", round, id, n, err)
				}
				if round == 1 {
					_, err := tx.Exec(ctx, "CREATE TABLE left_behind (x INTEGER)")
					return err
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestStoresAreApart(t *testing.T) {
	a, b := dbtest.Postgres(t), dbtest.Postgres(t)
	c, d := dbtest.File(t), dbtest.File(t)
	if a == b || dbtest.EmptyPostgres(t) == a || c == d {
		t.Error("two stores have one name")
	}
}

// No server outlives its test process: one that is killed takes its server and the server's folder with it.
func TestServerEndsWithTheProcess(t *testing.T) {
	dir := dbtest.KilledServer(t)
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("ten seconds after its process was killed, the server's folder %s is still there", dir)
		}
	}
}

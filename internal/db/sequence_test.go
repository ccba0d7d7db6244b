// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
)

// One process numbers what many write: the pattern of the ledger. Nobody fails, nothing is numbered twice or left out, and a
// process that has lost the role writes nothing.
func TestLeasedSequencer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const writers, each = 4, 12
		ctx := t.Context()
		table(t, d, db.Translate(d, "note (id BIGINT IDENTITY PRIMARY KEY, writer TEXT NOT NULL, seq BIGINT UNIQUE)"))
		held, err := d.Lease(ctx, "numbers", "anna", time.Minute)
		if err != nil || !held {
			t.Fatal(held, err)
		}
		number := func(holder string) (n int, err error) {
			err = d.Tx(ctx, func(tx *db.Tx) error {
				n = 0
				if err := tx.Holds(ctx, "numbers", holder); err != nil {
					return err
				}
				var last int64
				if err := tx.QueryRow(ctx, "SELECT COALESCE(MAX(seq), 0) FROM note").Scan(&last); err != nil {
					return err
				}
				ids, err := db.All(ctx, tx, func(id *int64) []any { return []any{id} },
					"SELECT id FROM note WHERE seq IS NULL ORDER BY id LIMIT 10")
				if err != nil {
					return err
				}
				for _, id := range ids {
					last++
					if _, err := tx.Exec(ctx, "UPDATE note SET seq = $2 WHERE id = $1", id, last); err != nil {
						return err
					}
				}
				n = len(ids)
				return nil
			})
			return n, err
		}
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for range each {
					if err := d.Tx(ctx, func(tx *db.Tx) error {
						if _, err := tx.Exec(ctx, "INSERT INTO note (writer) VALUES ($1)", fmt.Sprint(w)); err != nil {
							return err
						}
						_, err := tx.Enqueue(ctx, depart{"note"}, nil)
						return err
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for done, end := 0, time.Now().Add(20*time.Second); done < writers*each; {
			n, err := number("anna")
			if err != nil || time.Now().After(end) {
				t.Fatalf("%d of %d notes are numbered: %v", done, writers*each, err)
			}
			done += n
		}
		wg.Wait()
		if _, err := number("ben"); err == nil {
			t.Error("ben numbered notes without holding the role")
		}
		must(t, d.View(ctx, func(tx *db.Tx) error {
			var n, low, high, distinct int
			err := tx.QueryRow(ctx, "SELECT COUNT(*), MIN(seq), MAX(seq), COUNT(DISTINCT seq) FROM note").Scan(&n, &low, &high, &distinct)
			if n != writers*each || low != 1 || high != n || distinct != n {
				t.Errorf("%d notes numbered %d to %d, %d different numbers", n, low, high, distinct)
			}
			return err
		}))
	})
}

// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// TestOpenAsIs: whoever only looks makes no store, no table and no newer version.
func TestOpenAsIs(t *testing.T) {
	dir := t.TempDir()
	stores := map[string]string{db.SQLite: filepath.Join(dir, "a", "iolaus.db"), db.PostgreSQL: dbtest.EmptyPostgres(t)}
	for engine, dsn := range stores {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			if _, err := db.OpenAsIs(ctx, dsn); !errors.Is(err, iru.NotFound) {
				t.Fatalf("without a store: %v", err)
			}
			if _, err := os.Stat(filepath.Join(dir, "a")); err == nil && engine == db.SQLite {
				t.Fatal("a folder was made")
			}
			d, err := db.Open(ctx, dsn)
			must(t, err)
			age := func(by string) {
				t.Helper()
				must(t, d.Tx(ctx, func(x *db.Tx) error {
					_, err := x.Exec(ctx, "UPDATE goose_db_version SET version_id=version_id"+by+" WHERE version_id=(SELECT MAX(version_id) FROM goose_db_version)")
					return err
				}))
			}
			for _, by := range []string{"-1", "+2"} {
				age(by)
				if _, err := db.OpenAsIs(ctx, dsn); !errors.Is(err, iru.Conflict) || !strings.Contains(err.Error(), "version") {
					t.Errorf("a version changed by %s: %v", by, err)
				}
			}
			age("-1")
			same, err := db.OpenAsIs(ctx, dsn)
			must(t, err)
			must(t, errors.Join(same.Close(), d.Close()))
		})
	}
}

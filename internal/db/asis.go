// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"iolaus/internal/iru"
)

// OpenAsIs opens a store that is there and leaves its tables as they are, for whoever only looks. One that is missing or empty is
// refused with NotFound, one of another version than this program's with Conflict.
func OpenAsIs(ctx context.Context, dsn string) (*DB, error) {
	if !strings.Contains(dsn, "://") {
		path := strings.TrimPrefix(dsn, "sqlite:")
		if f, err := os.Stat(path); err != nil || f.Size() == 0 { // SQLite itself would make one
			return nil, iru.Refuse(iru.NotFound, fmt.Sprintf("there is no store at %s", path), "name it by --data or --db")
		}
	}
	d, err := connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	if err := d.isCurrent(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// isCurrent refuses tables that this program would have to change, or does not know.
func (d *DB) isCurrent(ctx context.Context) error {
	all, err := versions()
	if err != nil {
		return fmt.Errorf("look at store: %w: %w", iru.Internal, err)
	}
	var has int64
	err = d.View(ctx, func(t *Tx) error {
		return t.QueryRow(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version").Scan(&has)
	})
	if errors.Is(err, iru.Unavailable) {
		return fmt.Errorf("look at store: %w", err)
	}
	if err != nil || has == 0 {
		return iru.Refuse(iru.NotFound, "there are no tables of this program in the store", "name another by --data or --db")
	}
	if knows := all[len(all)-1]; has != knows {
		return iru.Refuse(iru.Conflict, fmt.Sprintf("the store has version %d and this program is of version %d", has, knows),
			"look with the program that wrote it, or let serve bring it up to date first")
	}
	return nil
}

// SPDX-License-Identifier: EUPL-1.2

package db

import "context"

// OpenAt opens a store as a program that knew only the migrations up to version would have left it.
func OpenAt(ctx context.Context, dsn string, version int64) (*DB, error) {
	d, err := connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	return d, d.migrate(ctx, version)
}

// Versions are the versions of the program's migrations, ascending.
func Versions() ([]int64, error) { return versions() }

// Translate shows a migration as the engine of d sees it.
func Translate(d *DB, text string) string { return string(translate([]byte(text), d.engine.dialect())) }

// KnownsWhere is the condition by which KnownsAfter lists.
var KnownsWhere = knownsWhere

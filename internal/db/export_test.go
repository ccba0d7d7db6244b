// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
)

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

// UnsequencedQuery is the question after what waits for its place in the log, with how many.
const UnsequencedQuery = "SELECT id FROM event " + unsequenced

// Parcels are the conditions by which messages between partners are found, each with its arguments, by the index that finds it.
var Parcels = map[string][]struct {
	Query string
	Args  []any
}{
	"outgoing_queued":    {{"SELECT id FROM outgoing WHERE " + outgoingQueued + " ORDER BY id LIMIT 9", []any{1}}, {fmt.Sprintf(backlog, "queued"), []any{1}}},
	"outgoing_sealed":    {{"UPDATE outgoing SET delivered=9 WHERE " + outgoingSealed, []any{1, 1, 9}}, {fmt.Sprintf(backlog, "sealed"), []any{1}}},
	"outgoing_kept":      {{"SELECT id FROM outgoing WHERE " + outgoingKept + " ORDER BY delivered LIMIT 9", []any{1, 9, 1, 9}}},
	"outgoing_place":     {{"SELECT id FROM outgoing WHERE " + outgoingFrom + " ORDER BY seq LIMIT 9", []any{1, 1, 9}}, {"SELECT id FROM outgoing WHERE " + outgoingAt, []any{1, 1, 9}}},
	"incoming_open":      {{"SELECT id FROM incoming WHERE " + incomingOpen + " ORDER BY id LIMIT 9", []any{1, "received"}}},
	"incoming_operation": {{"SELECT id FROM incoming WHERE " + incomingWaiting + " ORDER BY id", []any{1, "x"}}},
}

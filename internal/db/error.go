// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"iolaus/internal/iru"
)

// Guarded is Conflict when a guarded update changed no row: somebody was first. A guarded update names in its WHERE the state or
// version that the decision was taken upon.
func Guarded(res sql.Result) error { return guardedAll(res, 1) }

// guardedAll is Guarded for so many rows at once.
func guardedAll(res sql.Result, rows int) error {
	n, err := res.RowsAffected()
	if err != nil {
		return fmt.Errorf("count changed rows: %w: %w", iru.Internal, err)
	}
	if n < int64(rows) {
		return iru.Refuse(iru.Conflict, "somebody changed this in the meantime", "look at it again and decide anew")
	}
	return nil
}

var six = []error{iru.Invalid, iru.NotFound, iru.Conflict, iru.Forbidden, iru.Unavailable, iru.Internal}

// fault gives an error of the engine one of the six kinds, keeping the cause.
func (d *DB) fault(ctx context.Context, doing string, err error) error {
	for _, kind := range six {
		if errors.Is(err, kind) {
			return fmt.Errorf("%s: %w", doing, err)
		}
	}
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%s: %w", doing, iru.NotFound)
	case ctx.Err() != nil:
		// SQLite says "interrupted", PostgreSQL that the connection is gone; the cause is the caller's.
		return fmt.Errorf("%s: %w: %w", doing, iru.Unavailable, ctx.Err())
	}
	_, kind := d.engine.classify(err)
	return fmt.Errorf("%s: %w: %w", doing, kind, err)
}

func (d *DB) again(err error) bool {
	again, _ := d.engine.classify(err)
	return again
}

// checkText refuses text that PostgreSQL would not store, so that a hostile page meets the same answer on both engines.
func checkText(v any) error {
	s, ok := v.(string)
	if !ok {
		r := reflect.ValueOf(v)
		if r.Kind() == reflect.Pointer {
			r = r.Elem()
		}
		if r.Kind() != reflect.String {
			return nil
		}
		s = r.String()
	}
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		return iru.Refuse(iru.Invalid, "a text is not UTF-8 or has a NUL in it", "replace those bytes before storing it")
	}
	return nil
}

// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"iolaus/internal/iru"
)

// A shape says how a noun lies in its table: the columns, id first, and the fields of a value in the same order.
type shape[T any] struct {
	table   string
	columns string
	fields  func(*T) []any
}

func (s shape[T]) get(ctx context.Context, t *Tx, where string, args ...any) (T, error) {
	v, err := One(ctx, t, s.fields, "SELECT "+s.columns+" FROM "+s.table+" WHERE "+where, args...)
	if err != nil {
		return v, fmt.Errorf("read %s: %w", s.table, err)
	}
	return v, nil
}

func (s shape[T]) list(ctx context.Context, t *Tx, tail string, args ...any) ([]T, error) {
	vs, err := All(ctx, t, s.fields, "SELECT "+s.columns+" FROM "+s.table+" "+tail, args...)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", s.table, err)
	}
	return vs, nil
}

// insert stores the value and sets its id.
func (s shape[T]) insert(ctx context.Context, t *Tx, v *T) error {
	f := s.fields(v)
	_, rest, _ := strings.Cut(s.columns, ", ")
	q := "INSERT INTO " + s.table + " (" + rest + ") VALUES (" + binds(1, len(f)-1) + ") RETURNING id"
	if err := t.QueryRow(ctx, q, f[1:]...).Scan(f[0]); err != nil {
		return fmt.Errorf("add %s: %w", s.table, err)
	}
	return nil
}

// rowsAtOnce is how many rows one statement takes: as many are sent, read and planned about as fast as one.
const rowsAtOnce = 50

// insertAll stores the values in their order and sets their ids, which ascend.
func (s shape[T]) insertAll(ctx context.Context, t *Tx, list []T) error {
	_, rest, _ := strings.Cut(s.columns, ", ")
	for part := range slices.Chunk(list, rowsAtOnce) {
		var rows []string
		var args []any
		for n := range part {
			f := s.fields(&part[n])[1:]
			rows = append(rows, "("+binds(len(args)+1, len(f))+")")
			args = append(args, f...)
		}
		given, err := All(ctx, t, func(id *int64) []any { return []any{id} }, "INSERT INTO "+s.table+" ("+rest+") VALUES "+strings.Join(rows, ", ")+" RETURNING id", args...)
		if err == nil && len(given) != len(part) {
			err = fmt.Errorf("%d rows, not %d: %w", len(given), len(part), iru.Internal)
		}
		if err != nil {
			return fmt.Errorf("add %s: %w", s.table, err)
		}
		slices.Sort(given) // a row that comes before another one has the smaller number, in whatever order the engine tells them
		for n := range part {
			reflect.ValueOf(s.fields(&part[n])[0]).Elem().SetInt(given[n])
		}
	}
	return nil
}

// update stores the value again if the guard column still has the old value: no row changed means that somebody was first.
func (s shape[T]) update(ctx context.Context, t *Tx, v *T, guard string, old any) error {
	f := s.fields(v)
	cols := strings.Split(s.columns, ", ")
	set := make([]string, 0, len(cols))
	for i, c := range cols[1:] {
		set = append(set, fmt.Sprintf("%s=$%d", c, i+2))
	}
	q := "UPDATE " + s.table + " SET " + strings.Join(set, ", ") + " WHERE id=$1"
	args := f
	if guard != "" {
		q += fmt.Sprintf(" AND %s=$%d", guard, len(cols)+1)
		args = append(args, old)
	}
	res, err := t.Exec(ctx, q, args...)
	if err != nil {
		return fmt.Errorf("change %s: %w", s.table, err)
	}
	if err := Guarded(res); err != nil {
		return fmt.Errorf("change %s: %w", s.table, err)
	}
	return nil
}

func binds(from, n int) string {
	b := make([]string, n)
	for i := range b {
		b[i] = fmt.Sprintf("$%d", from+i)
	}
	return strings.Join(b, ", ")
}

// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"bytes"
	"cmp"
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"iolaus/internal/iru"
)

// AddKnowns stores many contents with their fingerprints and sets their ids. Whether a bank holds one already was asked before: see Held.
func (t *Tx) AddKnowns(ctx context.Context, ks []*iru.Known) error {
	if len(ks) == 0 {
		return nil
	}
	var of []*iru.Signal
	rows := make([][]any, len(ks))
	if err := t.number(ctx, "known", len(ks), func(i int, id int64) {
		ks[i].ID = id
		for j := range ks[i].Signals {
			ks[i].Signals[j].Known = id
			of = append(of, &ks[i].Signals[j])
		}
		rows[i] = knowns.fields(ks[i])
	}); err != nil {
		return err
	}
	if err := t.bulk(ctx, knowns.table, knowns.columns, rows); err != nil {
		return err
	}
	// Neighbours lie on one page of the index.
	slices.SortStableFunc(of, func(a, b *iru.Signal) int {
		return cmp.Or(cmp.Compare(a.Medium, b.Medium), bytes.Compare(a.Value, b.Value))
	})
	return t.AddSignals(ctx, of)
}

// AddSignals stores many further fingerprints and sets their ids.
func (t *Tx) AddSignals(ctx context.Context, ss []*iru.Signal) error {
	if len(ss) == 0 {
		return nil
	}
	rows := make([][]any, len(ss))
	if err := t.number(ctx, "signal", len(ss), func(i int, id int64) {
		ss[i].ID = id
		rows[i] = signals.fields(ss[i])
	}); err != nil {
		return err
	}
	return t.bulk(ctx, signals.table, signals.columns, rows)
}

// number takes n numbers of a table's sequence, ascending.
func (t *Tx) number(ctx context.Context, table string, n int, set func(i int, id int64)) error {
	if err := t.check(nil); err != nil {
		return err
	}
	ids, err := t.session.numbers(ctx, table, n)
	if err != nil {
		return t.fail(ctx, fmt.Errorf("number %s: %w", table, err))
	}
	for i, id := range ids {
		set(i, id)
	}
	return nil
}

func (t *Tx) bulk(ctx context.Context, table, columns string, rows [][]any) error {
	for _, r := range rows {
		if err := t.check(r); err != nil {
			return err
		}
	}
	if err := t.session.bulk(ctx, table, strings.Split(columns, ", "), rows); err != nil {
		return fmt.Errorf("add %s: %w", table, t.fail(ctx, err))
	}
	return nil
}

// numbers come from where AUTOINCREMENT counts; nobody else writes until this transaction ends, and rows that have them move it on.
func (s *sqliteSession) numbers(ctx context.Context, table string, n int) ([]int64, error) {
	var last int64
	if err := s.QueryRowContext(ctx, "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name=$1), 0)", table).Scan(&last); err != nil {
		return nil, err
	}
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = last + int64(i) + 1
	}
	return ids, nil
}

// settle has nothing to do: one transaction writes, and what it wrote is seen as a whole.
func (s *sqliteSession) settle(context.Context, string) error { return nil }

// bulkBinds is how many values one statement of a bulk has: more do not make it faster (measured), and each length is parsed anew.
const bulkBinds = 1000

func (s *sqliteSession) bulk(ctx context.Context, table string, columns []string, rows [][]any) error {
	into := "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES "
	per := max(bulkBinds/len(columns), 1)
	for len(rows) > 0 {
		if len(rows) < per { // one at a time: a statement of each length would be parsed for itself
			per = 1
		}
		var values strings.Builder
		args := make([]any, 0, per*len(columns))
		for i, r := range rows[:per] {
			if i > 0 {
				values.WriteString(", ")
			}
			values.WriteString("(?" + strings.Repeat(", ?", len(r)-1) + ")") // SQLite looks for the names of $1 and its like one by one
			args = append(args, r...)
		}
		if _, err := s.ExecContext(ctx, into+values.String(), args...); err != nil {
			return err
		}
		rows = rows[per:]
	}
	return nil
}

// settle takes a lock that no writer's goes together with; a snapshot is taken only afterwards.
func (s *pgSession) settle(ctx context.Context, table string) error {
	_, err := s.ExecContext(ctx, "LOCK TABLE "+table+" IN SHARE MODE")
	return err
}

// numbers takes the writer's lock before it takes numbers: see settle.
func (s *pgSession) numbers(ctx context.Context, table string, n int) ([]int64, error) {
	var ids []int64
	if _, err := s.ExecContext(ctx, "LOCK TABLE "+table+" IN ROW EXCLUSIVE MODE"); err != nil {
		return nil, err
	}
	err := s.conn.Raw(func(any) error {
		rows, err := s.tx.Query(ctx, "SELECT nextval(pg_get_serial_sequence($1, 'id')) FROM generate_series(1, $2)", table, n)
		if err == nil {
			ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		}
		return err
	})
	return ids, err
}

// plain is a value as COPY takes it: what a field of a noun points to.
func plain(v any) (any, error) {
	if d, ok := v.(driver.Valuer); ok {
		return d.Value()
	}
	switch r := reflect.Indirect(reflect.ValueOf(v)); r.Kind() {
	case reflect.String:
		return r.String(), nil
	case reflect.Int64, reflect.Int:
		return r.Int(), nil
	default:
		return r.Interface(), nil
	}
}

func (s *pgSession) bulk(ctx context.Context, table string, columns []string, rows [][]any) error {
	return s.conn.Raw(func(any) error {
		_, err := s.tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
			out := make([]any, len(rows[i]))
			for j, v := range rows[i] {
				var err error
				if out[j], err = plain(v); err != nil {
					return nil, err
				}
			}
			return out, nil
		}))
		return err
	})
}

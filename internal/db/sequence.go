// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"iolaus/internal/iru"
)

// sequenceRows is how many rows one statement of SQLite's takes: one that is often the same is prepared once, and longer ones were slower.
const sequenceRows = 250

func (s *sqliteSession) place(ctx context.Context, ids []iru.EventID, from int64) (placed int64, err error) {
	for some := range slices.Chunk(ids, sequenceRows) {
		args := make([]any, 0, 2*len(some))
		for _, id := range some {
			args = append(args, id, from)
			from++
		}
		res, err := s.ExecContext(ctx, "UPDATE event SET idx=place.column2 FROM (VALUES "+pairs(len(some))+") AS place WHERE event.id=place.column1 AND event.idx=-1", args...)
		if err != nil {
			return placed, err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return placed, err
		}
		placed += n
	}
	return placed, nil
}

func (s *sqliteSession) keepHashes(ctx context.Context, from int64, hashes []tlog.Hash) error {
	for some := range slices.Chunk(hashes, sequenceRows) {
		args := make([]any, 0, 2*len(some))
		for i := range some {
			args = append(args, from, some[i][:])
			from++
		}
		if _, err := s.ExecContext(ctx, "INSERT INTO log_hash (pos, hash) VALUES "+pairs(len(some)), args...); err != nil {
			return err
		}
	}
	return nil
}

// pairs are so many rows of two values.
func pairs(n int) string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf("($%d, $%d)", 2*i+1, 2*i+2)
	}
	return strings.Join(rows, ", ")
}

// place sends the numbers as one array: a statement with two values for each of a thousand rows takes PostgreSQL longer to read than to do.
func (s *pgSession) place(ctx context.Context, ids []iru.EventID, from int64) (placed int64, err error) {
	numbers := make([]int64, len(ids))
	for i, id := range ids {
		numbers[i] = int64(id)
	}
	err = s.conn.Raw(func(any) error {
		tag, err := s.tx.Exec(ctx, `UPDATE event SET idx=$2+place.n-1 FROM unnest($1::BIGINT[]) WITH ORDINALITY AS place(id, n)
			WHERE event.id=place.id AND event.idx=-1`, numbers, from)
		placed = tag.RowsAffected()
		return err
	})
	return placed, err
}

func (s *pgSession) keepHashes(ctx context.Context, from int64, hashes []tlog.Hash) error {
	return s.conn.Raw(func(any) error {
		_, err := s.tx.CopyFrom(ctx, pgx.Identifier{"log_hash"}, []string{"pos", "hash"}, pgx.CopyFromSlice(len(hashes), func(i int) ([]any, error) {
			return []any{from + int64(i), hashes[i][:]}, nil
		}))
		return err
	})
}

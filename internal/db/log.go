// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// An Unsequenced event waits for its place in the log.
type Unsequenced struct {
	ID   iru.EventID
	Leaf []byte
}

const unsequenced = "WHERE idx=-1 ORDER BY id LIMIT $1"

// Unsequenced lists the oldest events without a place, at most n.
func (t *Tx) Unsequenced(ctx context.Context, n int) ([]Unsequenced, error) {
	rows, err := eventRows.list(ctx, t, unsequenced, n)
	if err != nil {
		return nil, err
	}
	out := make([]Unsequenced, len(rows))
	for i, r := range rows {
		e, err := r.entry()
		if err != nil {
			return nil, err
		}
		out[i] = Unsequenced{r.ID, e.Leaf()}
	}
	return out, nil
}

// Sequence gives events their places from an index on and stores the hashes and the checkpoint that cover them.
func (t *Tx) Sequence(ctx context.Context, from int64, ids []iru.EventID, hashes []tlog.Hash, size int64, at time.Time, signed []byte) error {
	if err := t.check(nil); err != nil {
		return err
	}
	n, err := t.session.place(ctx, ids, from)
	if err != nil {
		return fmt.Errorf("sequence events: %w", t.fail(ctx, err))
	}
	if n != int64(len(ids)) {
		return fmt.Errorf("sequence events: %w: %d of %d had no place", iru.Conflict, n, len(ids))
	}
	if err := t.session.keepHashes(ctx, tlog.StoredHashCount(from), hashes); err != nil {
		return fmt.Errorf("store hashes: %w", t.fail(ctx, err))
	}
	if _, err := t.Exec(ctx, "INSERT INTO checkpoint (size, at, signed) VALUES ($1, $2, $3)", size, Micros(&at), string(signed)); err != nil {
		return fmt.Errorf("store checkpoint: %w", err)
	}
	return nil
}

// Checkpoint reads the newest signed checkpoint; NotFound before the first.
func (t *Tx) Checkpoint(ctx context.Context) (size int64, at time.Time, signed []byte, err error) {
	var text string
	err = t.QueryRow(ctx, "SELECT size, at, signed FROM checkpoint ORDER BY size DESC LIMIT 1").Scan(&size, Micros(&at), &text)
	return size, at, []byte(text), err
}

// Sealed reports the place of an event in the log and whether a signed checkpoint covers it.
func (t *Tx) Sealed(ctx context.Context, id iru.EventID) (index int64, sealed bool, err error) {
	if err := t.QueryRow(ctx, "SELECT idx FROM event WHERE id=$1", id).Scan(&index); err != nil {
		return -1, false, err
	}
	if index < 0 {
		return -1, false, nil
	}
	size, _, _, err := t.Checkpoint(ctx)
	if errors.Is(err, iru.NotFound) {
		return index, false, nil
	}
	return index, index < size, err
}

// Log reads the stored log within the transaction, as package ledger wants it.
func (t *Tx) Log(ctx context.Context) *Log { return &Log{t, ctx} }

// A Log is a ledger.Source and a ledger.Hashes over the stored rows.
type Log struct {
	t   *Tx
	ctx context.Context
}

var (
	_ ledger.Source = (*Log)(nil)
	_ ledger.Hashes = (*Log)(nil)
)

// ReadHashes reads hashes by their number.
func (l *Log) ReadHashes(positions []int64) ([]tlog.Hash, error) {
	if len(positions) == 0 {
		return nil, nil
	}
	args := make([]any, len(positions))
	for i, p := range positions {
		args[i] = p
	}
	rows, err := All(l.ctx, l.t, hashFields, "SELECT pos, hash FROM log_hash WHERE pos IN ("+binds(1, len(positions))+")", args...)
	if err != nil {
		return nil, fmt.Errorf("read hashes: %w", err)
	}
	stored := make(map[int64][]byte, len(rows))
	for _, r := range rows {
		stored[r.pos] = r.hash
	}
	out := make([]tlog.Hash, len(positions))
	for i, p := range positions {
		b, ok := stored[p]
		if !ok {
			return nil, fmt.Errorf("read hash %d: %w", p, iru.NotFound)
		}
		if copy(out[i][:], b) != tlog.HashSize {
			return nil, fmt.Errorf("read hash %d: it has %d bytes: %w", p, len(b), iru.Internal)
		}
	}
	return out, nil
}

// Size is what the newest checkpoint is stored under. Events with a place beyond it are found by the verification.
func (l *Log) Size() (int64, error) {
	var n int64
	err := l.t.QueryRow(l.ctx, "SELECT COALESCE(MAX(size), 0) FROM checkpoint").Scan(&n)
	return n, err
}

// Events yields the events with a place in the range.
func (l *Log) Events(from, to int64) iter.Seq2[ledger.Event, error] {
	return stream(l, eventRows, "WHERE idx>=$1 AND idx<$2 ORDER BY idx, id", from, to, func(r eventRow) (ledger.Event, error) {
		e, err := r.entry()
		return ledger.Event{Index: r.Index, Leaf: e.Leaf()}, err
	})
}

type hashRow struct {
	pos  int64
	hash []byte
}

func hashFields(h *hashRow) []any { return []any{&h.pos, &h.hash} }

// Hashes yields the stored hashes with a number in the range.
func (l *Log) Hashes(from, to int64) iter.Seq2[ledger.StoredHash, error] {
	s := shape[hashRow]{"log_hash", "pos, hash", hashFields}
	return stream(l, s, "WHERE pos>=$1 AND pos<$2 ORDER BY pos", from, to, func(r hashRow) (ledger.StoredHash, error) {
		h := ledger.StoredHash{Number: r.pos}
		copy(h.Hash[:], r.hash)
		return h, nil
	})
}

type checkpointRow struct {
	size   int64
	signed string
}

// Checkpoints yields the checkpoints with a size in the range.
func (l *Log) Checkpoints(from, to int64) iter.Seq2[ledger.StoredCheckpoint, error] {
	s := shape[checkpointRow]{"checkpoint", "size, signed", func(c *checkpointRow) []any { return []any{&c.size, &c.signed} }}
	return stream(l, s, "WHERE size>=$1 AND size<$2 ORDER BY size", from, to, func(r checkpointRow) (ledger.StoredCheckpoint, error) {
		return ledger.StoredCheckpoint{Size: r.size, Signed: []byte(r.signed)}, nil
	})
}

func stream[R, V any](l *Log, s shape[R], tail string, from, to int64, value func(R) (V, error)) iter.Seq2[V, error] {
	return func(yield func(V, error) bool) {
		var none V
		rows, err := l.t.Query(l.ctx, "SELECT "+s.columns+" FROM "+s.table+" "+tail, from, to)
		if err != nil {
			yield(none, err)
			return
		}
		defer rows.Close() // what ended the rows is in Err
		for rows.Next() {
			var r R
			if err := rows.Scan(s.fields(&r)...); err != nil {
				yield(none, err)
				return
			}
			v, err := value(r)
			if !yield(v, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(none, err)
		}
	}
}

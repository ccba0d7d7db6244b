// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"slices"

	"iolaus/internal/iru"
)

var signals = shape[iru.Signal]{"signal", "id, known, medium, value", func(s *iru.Signal) []any {
	return []any{&s.ID, &s.Known, &s.Medium, &s.Value}
}}

// maxBinds is how many values one statement of ours lists: SQLite's time for them grows with their square.
const maxBinds = 200

// key is the part of a value that the index signal_value holds.
func key(value []byte) []byte { return value[:min(len(value), 8)] }

// AddSignal stores a further fingerprint of known content and sets its id.
func (t *Tx) AddSignal(ctx context.Context, s *iru.Signal) error { return signals.insert(ctx, t, s) }

// SignalsAfter lists the fingerprints of a medium after an id, of all units and whatever is said of them, oldest first, at most n, and the
// greatest id of any medium: what an index is built from. It waits for whoever is adding fingerprints, so that none with a smaller id comes
// later; it must be the first statement of its transaction.
func (t *Tx) SignalsAfter(ctx context.Context, medium string, after int64, n int) (ss []iru.Signal, end int64, err error) {
	if err := t.check(nil); err != nil {
		return nil, 0, err
	}
	if err := t.session.settle(ctx, signals.table); err != nil {
		return nil, 0, t.fail(ctx, fmt.Errorf("wait for signals: %w", err))
	}
	// The expression keeps the engine from sorting all of a medium for each part of it.
	if ss, err = signals.list(ctx, t, "WHERE id>$1 AND medium || ''=$2 ORDER BY id LIMIT $3", after, medium, n); err != nil {
		return nil, 0, err
	}
	err = t.QueryRow(ctx, "SELECT COALESCE(MAX(id), 0) FROM signal").Scan(&end)
	return ss, end, err
}

// AliveSignals gives those of the ids that there still are.
func (t *Tx) AliveSignals(ctx context.Context, ids []int64) (map[int64]bool, error) {
	out := make(map[int64]bool, len(ids))
	for some := range slices.Chunk(ids, maxBinds) {
		found, err := All(ctx, t, func(id *int64) []any { return []any{id} }, "SELECT id FROM signal WHERE id IN ("+binds(1, len(some))+")", anys(some)...)
		if err != nil {
			return nil, fmt.Errorf("read signals: %w", err)
		}
		for _, id := range found {
			out[id] = true
		}
	}
	return out, nil
}

func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

// A Told is a fingerprint together with the content that it is of.
type Told struct {
	Signal iru.Signal
	Known  iru.Known // without Signals
}

func toldFields(v *Told) []any {
	k, s := &v.Known, &v.Signal
	return append(append(knowns.fields(k), signals.fields(s)...), &k.Unit, &k.BankName, &k.Muted)
}

// speaking is what is looked for: active content that does not flood, in a bank that is not muted, of a unit's banks ($1; 0: all).
const (
	toldColumns = `SELECT k.id, k.bank, k.label, k.finding, k.item, k.by_officer, k.created, k.ref, k.tags, k.state, k.flood,
		s.id, s.known, s.medium, s.value, b.unit, b.name, b.muted FROM signal s JOIN known k ON k.id=s.known JOIN bank b ON b.id=k.bank WHERE `
	speaking = `($1=0 OR b.unit=$1) AND k.state='active' AND k.flood<>'floods' AND NOT b.muted`
)

// Exact finds a scope's content that is looked for and has one of the values, all of one medium, by value and id.
func (t *Tx) Exact(ctx context.Context, sc iru.Scope, medium string, values [][]byte) ([]Told, error) {
	var out []Told
	for some := range slices.Chunk(values, maxBinds) {
		args := []any{sc.Reach(), medium}
		for _, v := range some {
			args = append(args, key(v))
		}
		got, err := All(ctx, t, toldFields, toldColumns+speaking+" AND s.medium=$2 AND substr(s.value, 1, 8) IN ("+binds(3, len(some))+")", args...)
		if err != nil {
			return nil, fmt.Errorf("look up %s: %w", medium, err)
		}
		want := map[string]bool{}
		for _, v := range some {
			want[string(v)] = true
		}
		for _, g := range got {
			if want[string(g.Signal.Value)] {
				out = append(out, g)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Told) int {
		if c := slices.Compare(a.Signal.Value, b.Signal.Value); c != 0 {
			return c
		}
		return int(a.Signal.ID - b.Signal.ID)
	})
	return out, nil
}

// Speaking gives of the fingerprints with those ids the ones of a scope's content that is looked for, by id.
func (t *Tx) Speaking(ctx context.Context, sc iru.Scope, ids []int64) (map[int64]Told, error) {
	out := make(map[int64]Told, len(ids))
	for some := range slices.Chunk(ids, maxBinds) {
		got, err := All(ctx, t, toldFields, toldColumns+speaking+" AND s.id IN ("+binds(2, len(some))+")", append([]any{sc.Reach()}, anys(some)...)...)
		if err != nil {
			return nil, fmt.Errorf("read signals: %w", err)
		}
		for _, g := range got {
			out[g.Signal.ID] = g
		}
	}
	return out, nil
}

// SpeakingAfter lists a scope's content of a medium that is looked for, after a fingerprint (the zero value is the beginning), in the order
// of the index, at most n: for media that are compared one by one.
func (t *Tx) SpeakingAfter(ctx context.Context, sc iru.Scope, medium string, after iru.Signal, n int) ([]Told, error) {
	from := key(after.Value)
	if from == nil {
		from = []byte{}
	}
	got, err := All(ctx, t, toldFields, toldColumns+speaking+` AND s.medium=$2 AND (substr(s.value, 1, 8), s.id)>($3, $4)
		ORDER BY s.medium, substr(s.value, 1, 8), s.id LIMIT $5`, sc.Reach(), medium, from, after.ID, n)
	if err != nil {
		return nil, fmt.Errorf("read signals: %w", err)
	}
	return got, nil
}

// Held gives of the values, all of one medium, those that a bank holds, each with its content, whatever that one's state is.
func (t *Tx) Held(ctx context.Context, b iru.BankID, medium string, values [][]byte) (map[string]iru.Known, error) {
	out := map[string]iru.Known{}
	for some := range slices.Chunk(values, maxBinds) {
		args := []any{b, medium}
		for _, v := range some {
			args = append(args, key(v))
		}
		got, err := All(ctx, t, toldFields, toldColumns+"k.bank=$1 AND s.medium=$2 AND substr(s.value, 1, 8) IN ("+binds(3, len(some))+")", args...)
		if err != nil {
			return nil, fmt.Errorf("look up %s: %w", medium, err)
		}
		for _, g := range got {
			out[string(g.Signal.Value)] = g.Known
		}
	}
	return out, nil
}

// SpeakingOf gives the fingerprints of a medium that are looked for, of all units, each with the unit of its bank.
func (t *Tx) SpeakingOf(ctx context.Context, medium string) (map[int64]iru.UnitID, error) {
	type pair struct {
		id   int64
		unit iru.UnitID
	}
	got, err := All(ctx, t, func(p *pair) []any { return []any{&p.id, &p.unit} },
		`SELECT s.id, b.unit FROM signal s JOIN known k ON k.id=s.known JOIN bank b ON b.id=k.bank WHERE `+speaking+" AND s.medium=$2", 0, medium)
	if err != nil {
		return nil, fmt.Errorf("read signals: %w", err)
	}
	out := make(map[int64]iru.UnitID, len(got))
	for _, p := range got {
		out[p.id] = p.unit
	}
	return out, nil
}

// SignalValues gives the fingerprints with those ids that there still are, whatever is said of them.
func (t *Tx) SignalValues(ctx context.Context, ids []int64) (map[int64][]byte, error) {
	out := make(map[int64][]byte, len(ids))
	for some := range slices.Chunk(ids, maxBinds) {
		got, err := signals.list(ctx, t, "WHERE id IN ("+binds(1, len(some))+")", anys(some)...)
		if err != nil {
			return nil, err
		}
		for _, s := range got {
			out[s.ID] = s.Value
		}
	}
	return out, nil
}

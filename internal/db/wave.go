// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"

	"iolaus/internal/iru"
)

func waveFields(w *iru.Wave) []any {
	return []any{&w.Operation, &w.After, &w.Number, &w.Followups, Micros(&w.Made), &w.By}
}

const waveColumns = "operation, after, number, followups, made, by_officer"

// AddWave stores that an operation goes on from another one; Conflict if it does already.
func (t *Tx) AddWave(ctx context.Context, w iru.Wave) error {
	if _, err := t.Exec(ctx, "INSERT INTO wave ("+waveColumns+") VALUES ("+binds(1, 6)+")", waveFields(&w)...); err != nil {
		return fmt.Errorf("add wave: %w", err)
	}
	return nil
}

// Wave says which wave an operation is: the first one where nothing is stored. Reading the operation itself checks the scope.
func (t *Tx) Wave(ctx context.Context, o iru.OperationID) (iru.Wave, error) {
	ws, err := All(ctx, t, waveFields, "SELECT "+waveColumns+" FROM wave WHERE operation=$1", o)
	if err != nil {
		return iru.Wave{}, fmt.Errorf("read wave: %w", err)
	}
	if len(ws) == 0 {
		return iru.Wave{Operation: o, Number: 1}, nil
	}
	return ws[0], nil
}

// Waves lists the operations that go on from one, oldest first.
func (t *Tx) Waves(ctx context.Context, s iru.Scope, after iru.OperationID) ([]iru.Wave, error) {
	ws, err := All(ctx, t, waveFields, "SELECT "+waveColumns+" FROM wave WHERE after=$2 AND operation IN (SELECT id FROM operation WHERE "+opReach+") ORDER BY operation", s.Reach(), after)
	if err != nil {
		return nil, fmt.Errorf("list waves: %w", err)
	}
	return ws, nil
}

// FollowUpsIn lists what waits for a person after the acts of an operation, oldest first, to whoever can read the operation.
func (t *Tx) FollowUpsIn(ctx context.Context, s iru.Scope, o iru.OperationID) ([]iru.FollowUp, error) {
	return followups.list(ctx, t, "WHERE state='prepared' AND model IN (SELECT id FROM notice WHERE operation=$2 AND "+noticeReach+") ORDER BY id", s.Reach(), o)
}

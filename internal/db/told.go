// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"

	"iolaus/internal/iru"
)

// TellTask notes what was told about a task between partners.
func (t *Tx) TellTask(ctx context.Context, id iru.TaskID, told string) error {
	if _, err := t.Exec(ctx, "UPDATE task SET told=$2 WHERE id=$1", id, told); err != nil {
		return fmt.Errorf("note what was told of task %d: %w", id, err)
	}
	return nil
}

// ToldOf gives what was told between partners about the tasks of an operation, by task.
func (t *Tx) ToldOf(ctx context.Context, o iru.OperationID) (map[iru.TaskID]string, error) {
	type row struct {
		id   iru.TaskID
		told string
	}
	rows, err := All(ctx, t, func(r *row) []any { return []any{&r.id, &r.told} }, "SELECT id, told FROM task WHERE operation=$1 AND told<>''", o)
	if err != nil {
		return nil, fmt.Errorf("read what was told of tasks: %w", err)
	}
	out := map[iru.TaskID]string{}
	for _, r := range rows {
		out[r.id] = r.told
	}
	return out, nil
}

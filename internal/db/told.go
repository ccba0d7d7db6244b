// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"strings"

	"iolaus/internal/iru"
)

// TellTask notes what was told about a task between partners.
func (t *Tx) TellTask(ctx context.Context, id iru.TaskID, told string) error {
	if _, err := t.Exec(ctx, "UPDATE task SET told=$2 WHERE id=$1", id, told); err != nil {
		return fmt.Errorf("note what was told of task %d: %w", id, err)
	}
	return nil
}

// A ToldTask is one that a partner proposed, with what it is to be told of it.
type ToldTask struct {
	iru.Task                   // as a person left it
	Act      iru.Notice        // its number, its state and when it left, and no more; the zero value: it has none
	Up       iru.PresenceState // of what it is about; "": that is not watched here
	Before   string            // what was told last
}

// TasksToTell lists the tasks of a participant in an operation that were proposed by the partner that leads it, oldest first. It is for the program alone.
func (t *Tx) TasksToTell(ctx context.Context, o iru.OperationID, who iru.ParticipantID) ([]ToldTask, error) {
	list, err := All(ctx, t, func(x *ToldTask) []any {
		return append(tasks.fields(&x.Task), &x.Act.ID, &x.Act.State, Micros(&x.Act.SentAt), &x.Up, &x.Before)
	},
		"SELECT k."+strings.ReplaceAll(tasks.columns, ", ", ", k.")+", COALESCE(n.id, 0), COALESCE(n.state, ''), COALESCE(n.sent_at, 0), COALESCE(a.presence, ''), k.told "+
			"FROM task AS k LEFT JOIN notice AS n ON n.id=k.notice AND n.operation=k.operation LEFT JOIN asset AS a ON a.id=k.asset WHERE k.operation=$1 AND k.participant=$2 AND k.led ORDER BY k.id", o, who)
	if err != nil {
		return nil, fmt.Errorf("list tasks to tell: %w", err)
	}
	return list, nil
}

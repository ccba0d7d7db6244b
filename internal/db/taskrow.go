// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"

	"iolaus/internal/iru"
)

var taskRows = shape[iru.TaskRow]{"notice", "id, unit, ref, instrument, asset, locator, provider, layer, state, stage, drill, created, sent_at, received_at, outcome_at, played_at", func(n *iru.TaskRow) []any {
	return []any{&n.ID, &n.Unit, &n.Ref, &n.Instrument, &n.Asset, &n.Locator, &n.Provider, &n.Layer, &n.State, &n.Stage, &n.Drill,
		Micros(&n.Created), Micros(&n.SentAt), Micros(&n.ReceivedAt), Micros(&n.OutcomeAt), Micros(&n.PlayedAt)}
}}

// TaskRows lists an operation's notices in order, without their words.
func (t *Tx) TaskRows(ctx context.Context, s iru.Scope, o iru.OperationID) ([]iru.TaskRow, error) {
	return taskRows.list(ctx, t, "WHERE "+noticeReach+" AND operation=$2 ORDER BY id", s.Reach(), o)
}

// TasksOf lists the numbers of an operation's notices of a stage that were not withdrawn, in order.
func (t *Tx) TasksOf(ctx context.Context, o iru.OperationID, stage iru.Stage) ([]iru.NoticeID, error) {
	return ids[iru.NoticeID](ctx, t, "SELECT id FROM notice WHERE operation=$1 AND stage=$2 AND state<>'withdrawn' ORDER BY id", o, stage)
}

// NoticeStates gives the states that the notices about an asset are in, each once. It is for the program alone.
func (t *Tx) NoticeStates(ctx context.Context, a iru.AssetID) ([]iru.NoticeState, error) {
	list, err := All(ctx, t, func(s *iru.NoticeState) []any { return []any{s} }, "SELECT DISTINCT state FROM notice WHERE asset=$1 ORDER BY state", a)
	if err != nil {
		return nil, fmt.Errorf("list states of notices: %w", err)
	}
	return list, nil
}

// TasksBack lists the numbers of an operation's notices of a stage that are not on their way: approved, or withdrawn.
func (t *Tx) TasksBack(ctx context.Context, o iru.OperationID, stage iru.Stage) ([]iru.NoticeID, error) {
	return ids[iru.NoticeID](ctx, t, "SELECT id FROM notice WHERE operation=$1 AND stage=$2 AND state IN ('approved', 'withdrawn') ORDER BY id", o, stage)
}

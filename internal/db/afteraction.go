// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"iolaus/internal/exhibit"
	"iolaus/internal/iru"
)

// chunks parts a list so that each part fits a statement.
func chunks[T any](list []T) iter.Seq[[]T] { return slices.Chunk(list, maxBinds-8) }

// EventsInLog lists the events of the ledger below a size that are about things of one noun, in the order of the ledger, without consultations.
// Reading the things themselves checks the scope.
func (t *Tx) EventsInLog(ctx context.Context, noun string, ids []int64, size int64) ([]iru.Event, error) {
	var out []iru.Event
	for some := range chunks(ids) {
		text := make([]string, len(some))
		for i, id := range some {
			text[i] = strconv.FormatInt(id, 10)
		}
		es, err := events(eventRows.list(ctx, t, "WHERE noun=$1 AND idx>=0 AND idx<$2 AND subject IN ("+strings.Join(text, ",")+")"+withoutConsultations+" ORDER BY idx", noun, size))
		if err != nil {
			return nil, err
		}
		out = append(out, es...)
	}
	slices.SortFunc(out, func(a, b iru.Event) int { return int(a.Index - b.Index) })
	return out, nil
}

// ClocksOfTasks lists the numbers of the clocks of an operation's acts.
func (t *Tx) ClocksOfTasks(ctx context.Context, s iru.Scope, o iru.OperationID) ([]int64, error) {
	ids, err := All(ctx, t, func(id *int64) []any { return []any{id} }, "SELECT id FROM clock WHERE notice IN (SELECT id FROM notice WHERE operation=$2 AND "+noticeReach+") ORDER BY id", s.Reach(), o)
	if err != nil {
		return nil, fmt.Errorf("list clocks: %w", err)
	}
	return ids, nil
}

// Openings gives, for entries of the ledger, what shows that each leaf is this event: its salt and what its commitment covers. Whoever hands them
// out opens the commitments.
func (t *Tx) Openings(ctx context.Context, indices []int64) ([]exhibit.CustodyEvent, error) {
	var out []exhibit.CustodyEvent
	for some := range chunks(indices) {
		rows, err := eventRows.list(ctx, t, "WHERE idx IN ("+binds(1, len(some))+") ORDER BY idx", anys(some)...)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			o, err := r.open()
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b exhibit.CustodyEvent) int { return int(a.Index - b.Index) })
	return out, nil
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// withhold takes out of events what others said about an item that waits for a second opinion, and says of which: whoever gives
// it must not have read the first one. It is the rule of the interface for programs.
func withhold(ctx context.Context, t *db.Tx, by iru.OfficerID, es []iru.Event) ([]iru.Event, map[iru.EventID]bool, error) {
	es, hidden, wanted := slices.Clone(es), map[iru.EventID]bool{}, map[iru.ItemID]bool{}
	for n, e := range es {
		if by != 0 && e.By == by {
			continue
		}
		about, err := aboutItem(ctx, t, e)
		if err != nil {
			return nil, nil, err
		}
		if about == 0 {
			continue
		}
		if _, seen := wanted[about]; !seen {
			i, err := t.Item(ctx, iru.Program(), about)
			if err != nil {
				return nil, nil, err
			}
			wanted[about] = i.State == iru.ItemSecond
		}
		if !wanted[about] {
			continue
		}
		hidden[e.ID] = e.Note != "" || len(e.Facts) > 0 || e.Subject.Noun == "assessment"
		es[n].Note, es[n].Facts = "", nil
		if e.Subject.Noun == "assessment" {
			es[n].From, es[n].To = "", ""
		}
	}
	return es, hidden, nil
}

// aboutItem is the item that an event tells of, 0 for none.
func aboutItem(ctx context.Context, t *db.Tx, e iru.Event) (iru.ItemID, error) {
	switch e.Subject.Noun {
	case "item":
		return iru.ItemID(e.Subject.ID), nil
	case "assessment":
		if i := factNumber(e.Facts["item"]); i != 0 {
			return iru.ItemID(i), nil
		}
		a, err := t.Assessment(ctx, iru.Program(), iru.AssessmentID(e.Subject.ID))
		if errors.Is(err, iru.NotFound) {
			err = nil
		}
		return a.Item, err
	}
	return 0, nil
}

// factNumber reads a number that went through JSON.
func factNumber(v any) int64 {
	switch n := v.(type) {
	case float64:
		return int64(n)
	case json.Number:
		i, _ := n.Int64()
		return i
	case int64:
		return n
	}
	return 0
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// Withhold gives the events as an officer may read them. While an item waits for a second opinion, nobody but its author reads the
// first one, since whoever reads it cannot give the second: of the events about the item and its assessments it takes the note, the
// facts and the finding. What was taken from is Withheld.
func Withhold(ctx context.Context, t *db.Tx, s iru.Scope, es []iru.Event) ([]iru.Event, error) {
	if s.IsProgram() {
		return es, nil
	}
	out := slices.Clone(es)
	waits := map[iru.ItemID]bool{}
	for n, e := range out {
		if e.By == 0 || e.By == s.Officer { // a machine has no opinion
			continue
		}
		about, err := itemOf(ctx, t, e)
		if err != nil {
			return nil, err
		}
		if about == 0 {
			continue
		}
		hide, known := waits[about]
		if !known {
			i, err := t.Item(ctx, iru.Program(), about)
			if err != nil && !errors.Is(err, iru.NotFound) {
				return nil, err
			}
			blind, err := Hidden(ctx, t, s, about)
			if err != nil {
				return nil, err
			}
			hide = i.State == iru.ItemSecond || blind
			waits[about] = hide
		}
		if !hide {
			continue
		}
		e.Note, e.Facts = "", map[string]any{withheld: true}
		if e.Subject.Noun == "assessment" {
			e.From, e.To = "", ""
		}
		out[n] = e
	}
	return out, nil
}

const withheld = "withheld"

// Withheld reports that Withhold took the note, the facts and the finding out of the event.
func Withheld(e iru.Event) bool { return e.Facts[withheld] == true }

// itemOf is the item that an event or its assessment is about, 0 for any other event.
func itemOf(ctx context.Context, t *db.Tx, e iru.Event) (iru.ItemID, error) {
	switch e.Subject.Noun {
	case "spot":
		p, err := t.Spot(ctx, iru.Program(), iru.SpotID(e.Subject.ID))
		if errors.Is(err, iru.NotFound) {
			return 0, nil
		}
		return p.Item, err
	case "item":
		return iru.ItemID(e.Subject.ID), nil
	case "assessment":
		a, err := t.Assessment(ctx, iru.Program(), iru.AssessmentID(e.Subject.ID))
		if errors.Is(err, iru.NotFound) {
			return 0, nil
		}
		return a.Item, err
	}
	return 0, nil
}

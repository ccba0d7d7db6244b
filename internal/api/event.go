// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// An Event is what happened, who did it and when.
type Event struct {
	ID       int64          `json:"id"`
	At       *Stamp         `json:"at"`
	By       int64          `json:"by,omitempty" doc:"The officer; absent: the program itself."`
	Unit     int64          `json:"unit,omitempty"`
	Noun     string         `json:"noun"`
	Subject  int64          `json:"subject"`
	Verb     string         `json:"verb"`
	From     string         `json:"from,omitempty"`
	To       string         `json:"to,omitempty"`
	Note     string         `json:"note,omitempty"`
	Facts    map[string]any `json:"facts,omitempty"`
	Index    *int64         `json:"index,omitempty" doc:"Its place in the ledger, once it has one."`
	Withheld bool           `json:"withheld,omitempty" doc:"A second opinion on the item is wanted: note and facts are not shown."`
}

func (e Event) cursor() string { return number(e.ID) }

func event(e iru.Event) Event {
	out := Event{ID: int64(e.ID), At: at(e.At), By: int64(e.By), Unit: int64(e.Unit), Noun: e.Subject.Noun, Subject: e.Subject.ID, Verb: e.Verb, From: e.From, To: e.To, Note: e.Note, Facts: e.Facts}
	if e.Index >= 0 {
		out.Index = &e.Index
	}
	if desk.Withheld(e) {
		out.Facts, out.Withheld = nil, true
	}
	return out
}

type eventsIn struct {
	Page
	Noun    string `query:"noun" maxLength:"40"`
	Subject int64  `query:"subject" minimum:"1" doc:"Number of the thing."`
}

func (s *server) events() {
	list(s, "/v1/events", "list-events", "List what happened, oldest first", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *eventsIn, n int) ([]Event, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		es, err := t.EventsAbout(ctx, sc, iru.Subject{Noun: in.Noun, ID: in.Subject}, iru.EventID(after), n)
		if err != nil {
			return nil, err
		}
		es, err = desk.Withhold(ctx, t, sc, es)
		return paged(es, err, event)
	})
}

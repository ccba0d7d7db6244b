// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A Drill is a practice order: it asks for nothing, starts no clock of law, and no report counts it.
type Drill struct {
	ID       int64      `json:"id"`
	Unit     int64      `json:"unit"`
	Ref      string     `json:"ref"`
	Provider int64      `json:"provider"`
	By       int64      `json:"by"`
	Lang     string     `json:"lang"`
	State    drillState `json:"state"`
	Created  *Stamp     `json:"created"`
	SentAt   *Stamp     `json:"sent_at,omitempty"`
	Proof    string     `json:"proof,omitempty" doc:"The server's own words, or why it could not be delivered."`
	OpenedAt *Stamp     `json:"opened_at,omitempty" doc:"When its page was opened first; that is no receipt."`
	Received *Stamp     `json:"received_at,omitempty"`
	Until    *Stamp     `json:"practice_until,omitempty" doc:"The end of the hour, for practice."`
	Answered *Stamp     `json:"answered_at,omitempty"`
	Answer   string     `json:"answer,omitempty" doc:"The kind of the answer."`
	Text     string     `json:"text,omitempty" doc:"Their words."`
	Digest   string     `json:"digest,omitempty" doc:"SHA-256 of the answer as it is kept, hex."`
}

func (k Drill) cursor() string { return number(k.ID) }

func drill(k iru.Drill) Drill {
	var until time.Time
	if !k.ReceivedAt.IsZero() {
		until = k.ReceivedAt.Add(iru.DrillTime)
	}
	return Drill{ID: int64(k.ID), Unit: int64(k.Unit), Ref: k.Ref, Provider: int64(k.Provider), By: int64(k.By), Lang: k.Lang, State: drillState(k.State), Created: at(k.Created), SentAt: at(k.SentAt),
		Proof: k.Proof, OpenedAt: at(k.OpenedAt), Received: at(k.ReceivedAt), Until: at(until), Answered: at(k.AnsweredAt), Answer: k.Answer, Text: k.Text, Digest: k.Digest}
}

type drillsIn struct {
	Page
	Provider int64 `query:"provider" minimum:"1" doc:"Of this provider only."`
}

func (s *server) drills() {
	list(s, "/v1/drills", "list-drills", "List the practice orders", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *drillsIn, n int) ([]Drill, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		ks, err := t.DrillsAfter(ctx, sc, iru.ProviderID(in.Provider), iru.DrillID(after), n)
		return paged(ks, err, drill)
	})
	get(s, "/v1/drills/{id}", "get-drill", "Read a practice order", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (Drill, error) {
		k, err := t.Drill(ctx, sc, iru.DrillID(in.ID))
		return drill(k), err
	})
	post(s, "/v1/providers/{id}/drill", "drill-provider", "Send a provider a practice order, harmless and about nobody's address", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *ByID) (Drill, error) {
		k, err := s.desk.Drill(ctx, sc, iru.ProviderID(in.ID))
		return drill(k), err
	})
}

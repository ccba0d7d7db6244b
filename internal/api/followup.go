// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A FollowUp is an act prepared after a return. Nothing is sent of it before a person made a draft and the draft was approved.
type FollowUp struct {
	ID         int64      `json:"id"`
	Asset      int64      `json:"asset" doc:"What is up now."`
	Fell       int64      `json:"fell" doc:"What had fallen: the same, or the one whose place it takes."`
	Model      int64      `json:"model" doc:"The act that had felled it."`
	Instrument instrument `json:"instrument"`
	Layer      layer      `json:"layer"`
	Why        string     `json:"why"`
	State      string     `json:"state" enum:"prepared,released,dismissed,lapsed"`
	Made       *Stamp     `json:"made"`
	By         int64      `json:"by,omitempty" doc:"Who decided."`
	Decided    *Stamp     `json:"decided,omitempty"`
	Reason     string     `json:"reason,omitempty"`
	Drafted    int64      `json:"drafted,omitempty" doc:"The draft that was made of it."`
}

func (f FollowUp) cursor() string { return number(f.ID) }

func followUp(f iru.FollowUp) FollowUp {
	return FollowUp{ID: int64(f.ID), Asset: int64(f.Asset), Fell: int64(f.Fell), Model: int64(f.Model), Instrument: instrument(f.Instrument), Layer: layer(f.Layer), Why: f.Why, State: string(f.State),
		Made: at(f.Made), By: int64(f.By), Decided: at(f.Decided), Reason: f.Reason, Drafted: int64(f.Drafted)}
}

type (
	followUpsIn struct {
		Page
		State string `query:"state" enum:"prepared,released,dismissed,lapsed"`
	}
	followBody struct {
		Provider int64 `json:"provider,omitempty" minimum:"1" doc:"Who carries it now, where several do on that layer."`
	}
)

func (s *server) followUps() {
	list(s, "/v1/followups", "list-followups", "List the acts that were prepared after a return", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *followUpsIn, n int) ([]FollowUp, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		fs, err := t.FollowUpsAfter(ctx, sc, iru.FollowUpState(in.State), iru.FollowUpID(after), n)
		return paged(fs, err, followUp)
	})
	get(s, "/v1/followups/{id}", "get-followup", "Read an act that was prepared after a return", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (FollowUp, error) {
		f, err := t.FollowUp(ctx, sc, iru.FollowUpID(in.ID))
		return followUp(f), err
	})
	post(s, "/v1/followups/{id}/release", "release-followup", "Make a draft of it, to who carries the address now; nothing is sent", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[followBody]) (Notice, error) {
		n, err := s.desk.ReleaseFollowUp(ctx, sc, iru.FollowUpID(in.ID), iru.ProviderID(in.Body.Provider))
		return notice(n), err
	})
	post(s, "/v1/followups/{id}/dismiss", "dismiss-followup", "Say that nothing follows", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (FollowUp, error) {
		if err := s.desk.DismissFollowUp(ctx, sc, iru.FollowUpID(in.ID), in.Body.Reason); err != nil {
			return FollowUp{}, err
		}
		return view(ctx, s, func(t *db.Tx, sc iru.Scope) (FollowUp, error) {
			f, err := t.FollowUp(ctx, sc, iru.FollowUpID(in.ID))
			return followUp(f), err
		})
	})
}

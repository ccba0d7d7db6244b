// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A Stray is a mail that named no act of ours, or could not be taken into its thread. Nothing is dropped: a person finds its place.
type Stray struct {
	ID        int64      `json:"id"`
	Unit      int64      `json:"unit"`
	At        *Stamp     `json:"at"`
	From      string     `json:"from"`
	Authentic string     `json:"authentic,omitempty" doc:"How its sender was proved. Absent: not at all."`
	Subject   string     `json:"subject"`
	Text      string     `json:"text"`
	MessageID string     `json:"message_id,omitempty"`
	Answers   string     `json:"answers,omitempty" doc:"The message id of ours that it names."`
	Proof     string     `json:"proof" doc:"SHA-256 of the raw mail, hex: the same mail is taken in once."`
	Why       string     `json:"why" doc:"Why it is no act's letter."`
	State     strayState `json:"state"`
	Notice    int64      `json:"notice,omitempty" doc:"Where it was filed."`
	By        int64      `json:"by,omitempty"`
	Decided   *Stamp     `json:"decided,omitempty"`
}

func (y Stray) cursor() string { return number(y.ID) }

func stray(y iru.Stray) Stray {
	return Stray{ID: y.ID, Unit: int64(y.Unit), At: at(y.At), From: y.From, Authentic: y.Authentic, Subject: y.Subject, Text: y.Text, MessageID: y.MessageID, Answers: y.Answers, Proof: y.Proof,
		Why: y.Why, State: strayState(y.State), Notice: int64(y.Notice), By: int64(y.By), Decided: at(y.Decided)}
}

type (
	straysIn struct {
		Page
		State strayState `query:"state"`
	}
	placeBody struct {
		Notice int64 `json:"notice" minimum:"1" doc:"The act whose thread it belongs to."`
	}
)

func (s *server) strays() {
	list(s, "/v1/strays", "list-strays", "List the mail that names no act", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *straysIn, n int) ([]Stray, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		ys, err := t.StraysAfter(ctx, sc, iru.StrayState(in.State), after, n)
		return paged(ys, err, stray)
	})
	get(s, "/v1/strays/{id}", "get-stray", "Read a mail that names no act", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (Stray, error) {
		y, err := t.Stray(ctx, sc, in.ID)
		return stray(y), err
	})
	post(s, "/v1/strays/{id}/file", "file-stray", "Put it into the thread of an act; there a person says what it is (file-letter)", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[placeBody]) (Letter, error) {
		l, err := s.desk.FileStray(ctx, sc, in.ID, iru.NoticeID(in.Body.Notice))
		return letter(l), err
	})
	post(s, "/v1/strays/{id}/dismiss", "dismiss-stray", "Say that it belongs to no act; it is kept, and can still be filed", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Stray, error) {
		if err := s.desk.DismissStray(ctx, sc, in.ID, in.Body.Reason); err != nil {
			return Stray{}, err
		}
		return view(ctx, s, func(t *db.Tx, sc iru.Scope) (Stray, error) {
			y, err := t.Stray(ctx, sc, in.ID)
			return stray(y), err
		})
	})
}

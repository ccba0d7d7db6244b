// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A Mock is a scrutiny on request, with the eyes of the home authority, before an order is submitted.
type Mock struct {
	ID       int64            `json:"id"`
	Notice   int64            `json:"notice"`
	Asked    int64            `json:"asked_by"`
	AskedAt  *Stamp           `json:"asked_at"`
	Why      string           `json:"why,omitempty"`
	By       int64            `json:"by,omitempty" doc:"The legal reviewer."`
	Blind    string           `json:"blind,omitempty" doc:"The opinion before the reasons were read: stands, annulled or unclear."`
	BlindWhy string           `json:"blind_reason,omitempty"`
	Answers  []iru.MockAnswer `json:"answers" nullable:"false"`
	Outcome  string           `json:"outcome,omitempty"`
	Decided  int64            `json:"decided_by,omitempty"`
	Decision string           `json:"decision,omitempty"`
	State    string           `json:"state" enum:"asked,taken,looked,stands,annulled,decided,dropped"`
}

func (m Mock) cursor() string { return number(m.ID) }

func mock(m iru.Mock) Mock {
	out := Mock{ID: int64(m.ID), Notice: int64(m.Notice), Asked: int64(m.Asked), AskedAt: at(m.AskedAt), Why: m.Why, By: int64(m.By), Blind: m.Blind, BlindWhy: m.BlindWhy,
		Answers: m.Answers, Outcome: m.Outcome, Decided: int64(m.Decided), Decision: m.Decision, State: string(m.State)}
	if out.Answers == nil {
		out.Answers = []iru.MockAnswer{}
	}
	return out
}

type (
	whyBody struct {
		Why string `json:"why,omitempty" maxLength:"4000"`
	}
	unreadBody struct {
		Unread bool `json:"unread" doc:"The reviewer has not read the drafter's reasons."`
	}
	blindBody struct {
		Opinion string `json:"opinion" enum:"stands,annulled,unclear"`
		Reason  string `json:"reason" minLength:"1" maxLength:"4000"`
	}
	concludeBody struct {
		Digest  string           `json:"digest" minLength:"64" maxLength:"64" doc:"Of the draft as it was read."`
		Answers []iru.MockAnswer `json:"answers" nullable:"false" maxItems:"50"`
		Outcome string           `json:"outcome" enum:"stands,annulled"`
		Reason  string           `json:"reason" minLength:"1" maxLength:"8000"`
	}
)

func (s *server) mocks() {
	list(s, "/v1/mocks", "list-mocks", "List the mock scrutinies", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *Page, n int) ([]Mock, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		ms, err := t.MocksAfter(ctx, sc, iru.MockID(after), n)
		return paged(ms, err, mock)
	})
	get(s, "/v1/mocks/{id}", "get-mock", "Read a mock scrutiny", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (Mock, error) {
		m, err := t.Mock(ctx, sc, iru.MockID(in.ID))
		return mock(m), err
	})
	post(s, "/v1/notices/{id}/mock", "ask-mock", "Ask for a mock scrutiny of a draft order; it waits for the outcome", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[whyBody]) (Mock, error) {
		m, err := s.desk.AskMock(ctx, sc, iru.NoticeID(in.ID), in.Body.Why)
		return mock(m), err
	})
	post(s, "/v1/mocks/{id}/take", "take-mock", "Take a mock scrutiny, without having read the reasons", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[unreadBody]) (Mock, error) {
		m, err := s.desk.TakeMock(ctx, sc, iru.MockID(in.ID), in.Body.Unread)
		return mock(m), err
	})
	post(s, "/v1/mocks/{id}/look", "look-mock", "Give the blind opinion; after it the reasons are shown", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[blindBody]) (Mock, error) {
		m, err := s.desk.LookMock(ctx, sc, iru.MockID(in.ID), in.Body.Opinion, in.Body.Reason)
		return mock(m), err
	})
	post(s, "/v1/mocks/{id}/conclude", "conclude-mock", "Give checklist, outcome and reasons", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[concludeBody]) (Mock, error) {
		b := in.Body
		m, err := s.desk.ConcludeMock(ctx, sc, iru.MockID(in.ID), b.Digest, b.Answers, b.Outcome == "annulled", b.Reason)
		return mock(m), err
	})
	post(s, "/v1/mocks/{id}/decide", "decide-mock", "Let an order go on that would be annulled, with a reason", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Mock, error) {
		m, err := s.desk.DecideMock(ctx, sc, iru.MockID(in.ID), in.Body.Reason)
		return mock(m), err
	})
	post(s, "/v1/mocks/{id}/drop", "drop-mock", "Drop a mock scrutiny that is not wanted any more", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Mock, error) {
		m, err := s.desk.DropMock(ctx, sc, iru.MockID(in.ID), in.Body.Reason)
		return mock(m), err
	})
}

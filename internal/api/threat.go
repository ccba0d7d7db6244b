// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A Threat is a threat to life for which an act leaves by the fast lane: two persons, at once, reviewed afterwards by a third.
type Threat struct {
	ID        int64    `json:"id"`
	Notice    int64    `json:"notice"`
	Item      int64    `json:"item"`
	Category  string   `json:"category" enum:"attack,hostage,person,live,instruct"`
	Reason    string   `json:"reason"`
	First     int64    `json:"first"`
	FirstAt   *Stamp   `json:"first_at"`
	Second    int64    `json:"second,omitempty"`
	SecondAt  *Stamp   `json:"second_at,omitempty"`
	Overrides []string `json:"overrides" nullable:"false" doc:"What was passed over: deconfliction, second opinion."`
	Inform    []Inform `json:"inform" nullable:"false" doc:"Letters that were prepared for whoever must know."`
	Due       *Stamp   `json:"review_due,omitempty"`
	Overdue   bool     `json:"review_overdue"`
	Review    int64    `json:"reviewed_by,omitempty"`
	ReviewWhy string   `json:"review,omitempty"`
	State     string   `json:"state" enum:"opened,declared,upheld,unfounded,withdrawn"`
}

// An Inform is one prepared letter, and who was told by it.
type Inform struct {
	To   string `json:"to" enum:"authority,contact,europol"`
	Text string `json:"text"`
	By   int64  `json:"told_by,omitempty"`
	At   *Stamp `json:"told_at,omitempty"`
	How  string `json:"how,omitempty"`
}

func (h Threat) cursor() string { return number(h.ID) }

func (s *server) threat(h iru.Threat) Threat {
	return Threat{ID: int64(h.ID), Notice: int64(h.Notice), Item: int64(h.Item), Category: h.Category, Reason: h.Reason, First: int64(h.First), FirstAt: at(h.FirstAt), Second: int64(h.Second),
		SecondAt: at(h.SecondAt), Overrides: texts(h.Overrides), Due: at(h.Due), Overdue: h.Overdue(s.now()), Review: int64(h.Review), ReviewWhy: h.ReviewWhy, State: string(h.State),
		Inform: shown(h.Inform, func(i iru.Inform) Inform { return Inform{i.To, i.Text, int64(i.By), at(i.At), i.How} })}
}

type (
	threatBody struct {
		Addressee
		Category string `json:"category" enum:"attack,hostage,person,live,instruct"`
		Reason   string `json:"reason" maxLength:"4000" doc:"Who is in danger, where, and how it is known."`
	}
	informBody struct {
		To  string `json:"to" enum:"authority,contact,europol"`
		How string `json:"how" minLength:"1" maxLength:"500"`
	}
	reviewBody struct {
		Right  bool   `json:"right" doc:"The fast lane was right."`
		Reason string `json:"reason" minLength:"1" maxLength:"4000"`
	}
)

func (s *server) threats() {
	list(s, "/v1/threats", "list-threats", "List the threats to life", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *Page, n int) ([]Threat, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		hs, err := t.ThreatsAfter(ctx, sc, iru.ThreatID(after), n)
		return paged(hs, err, s.threat)
	})
	get(s, "/v1/threats/{id}", "get-threat", "Read a threat to life with its prepared letters", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (Threat, error) {
		h, err := t.Threat(ctx, sc, iru.ThreatID(in.ID))
		return s.threat(h), err
	})
	post(s, "/v1/threats", "open-threat", "Say that lives are in danger: the act is submitted and waits for a second person", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *of[threatBody]) (Threat, error) {
		h, _, err := s.desk.OpenThreat(ctx, sc, desk.ThreatRequest{Draft: in.Body.draft(), Category: in.Body.Category, Reason: in.Body.Reason})
		return s.threat(h), err
	})
	post(s, "/v1/threats/{id}/declare", "declare-threat", "Declare it as the second person: the act leaves", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[approveBody]) (Threat, error) {
		h, err := s.desk.DeclareThreat(ctx, sc, iru.ThreatID(in.ID), in.Body.Digest)
		return s.threat(h), err
	})
	post(s, "/v1/threats/{id}/inform", "inform-threat", "Record that somebody who must know was told", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[informBody]) (Threat, error) {
		h, err := s.desk.InformThreat(ctx, sc, iru.ThreatID(in.ID), in.Body.To, in.Body.How)
		return s.threat(h), err
	})
	post(s, "/v1/threats/{id}/review", "review-threat", "Review it afterwards, as a third person", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[reviewBody]) (Threat, error) {
		h, err := s.desk.ReviewThreat(ctx, sc, iru.ThreatID(in.ID), in.Body.Right, in.Body.Reason)
		return s.threat(h), err
	})
	post(s, "/v1/threats/{id}/withdraw", "withdraw-threat", "Take it back before a second person has declared it, and its act", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Threat, error) {
		h, err := s.desk.WithdrawThreat(ctx, sc, iru.ThreatID(in.ID), in.Body.Reason)
		return s.threat(h), err
	})
}

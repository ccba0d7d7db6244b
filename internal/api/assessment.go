// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// An Assessment is a named person's finding on one item, with its reasons.
type Assessment struct {
	ID            int64           `json:"id"`
	Unit          int64           `json:"unit"`
	Item          int64           `json:"item"`
	By            int64           `json:"by"`
	At            *Stamp          `json:"at"`
	Finding       finding         `json:"finding"`
	Limbs         []limb          `json:"limbs" nullable:"false" doc:"Letters of Article 2(7) of Regulation (EU) 2021/784."`
	Passage       string          `json:"passage,omitempty" doc:"In the original language."`
	PassageLang   string          `json:"passage_lang,omitempty"`
	Purpose       purpose         `json:"purpose,omitempty" doc:"Outcome of the true-purpose step (Article 1(3))."`
	PurposeReason string          `json:"purpose_reason,omitempty"`
	Public        bool            `json:"public"`
	Reason        string          `json:"reason"`
	Grounds       iru.Grounds     `json:"grounds" doc:"The other parts; what nobody filled in is absent."`
	Open          []string        `json:"open" nullable:"false" doc:"Parts that a binding act would still need."`
	Of            int64           `json:"of,omitempty" doc:"The item that it repeats."`
	State         assessmentState `json:"state"`
	Second        int64           `json:"second,omitempty" doc:"The first opinion, when this is the second one."`
}

func assessment(a iru.Assessment) Assessment {
	return Assessment{ID: int64(a.ID), Unit: int64(a.Unit), Item: int64(a.Item), By: int64(a.By), At: at(a.At), Finding: finding(a.Finding),
		Limbs: shown(a.Limbs, func(l string) limb { return limb(l) }), Passage: a.Passage, PassageLang: a.PassageLang, Purpose: purpose(a.Purpose),
		PurposeReason: a.PurposeReason, Public: a.Public, Reason: a.Reason, Grounds: a.Grounds, Open: texts(a.Grounds.Missing()), Of: int64(a.Of), State: assessmentState(a.State), Second: int64(a.Second)}
}

type assessBody struct {
	Finding       finding     `json:"finding"`
	Limbs         []limb      `json:"limbs,omitempty" nullable:"false" maxItems:"5" doc:"At least one to refer."`
	Passage       string      `json:"passage,omitempty" maxLength:"20000" doc:"The quoted passage or the time range, to refer."`
	PassageLang   string      `json:"passage_lang,omitempty" maxLength:"35"`
	Purpose       purpose     `json:"purpose,omitempty" doc:"The true-purpose step: nobody can skip it to refer."`
	PurposeReason string      `json:"purpose_reason,omitempty" maxLength:"4000"`
	Public        bool        `json:"public,omitempty" doc:"The capture shows that it is publicly accessible."`
	Reason        string      `json:"reason" maxLength:"20000"`
	Grounds       iru.Grounds `json:"grounds,omitzero" doc:"The other parts; a binding act needs attribution, listing, collateral and measure."`
	Of            int64       `json:"of,omitempty" minimum:"1" doc:"The item that a duplicate repeats."`
	Also          []int64     `json:"also,omitempty" nullable:"false" maxItems:"200" doc:"Near copies that the finding settles, too, each by an assessment of its own."`
}

type completeBody struct {
	Grounds iru.Grounds `json:"grounds"`
}

func (s *server) assessments() {
	post(s, "/v1/items/{id}/assess", "assess-item", "Give a finding on the item", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[assessBody]) (Assessment, error) {
		b := in.Body
		var also []iru.ItemID
		for _, id := range b.Also {
			also = append(also, iru.ItemID(id))
		}
		a, err := s.desk.Assess(ctx, sc, iru.Assessment{Item: iru.ItemID(in.ID), Finding: iru.Finding(b.Finding), Limbs: texts(b.Limbs), Passage: b.Passage,
			PassageLang: b.PassageLang, Purpose: iru.Purpose(b.Purpose), PurposeReason: b.PurposeReason, Public: b.Public, Reason: b.Reason, Grounds: b.Grounds, Of: iru.ItemID(b.Of)}, also...)
		return assessment(a), err
	})
	post(s, "/v1/assessments/{id}/complete", "complete-assessment", "Fill in parts that were left open; what is there stays", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[completeBody]) (Assessment, error) {
		a, err := s.desk.Complete(ctx, sc, iru.AssessmentID(in.ID), in.Body.Grounds)
		return assessment(a), err
	})
	post(s, "/v1/assessments/{id}/undo", "undo-assessment", "Take one's own finding back, within ten seconds", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *ByID) (Assessment, error) {
		if err := s.desk.Undo(ctx, sc, iru.AssessmentID(in.ID)); err != nil {
			return Assessment{}, err
		}
		return view(ctx, s, func(t *db.Tx, sc iru.Scope) (Assessment, error) {
			a, err := t.Assessment(ctx, sc, iru.AssessmentID(in.ID))
			return assessment(a), err
		})
	})
}

// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A Match says that something captured resembles something known: a suggestion, never a decision.
type Match struct {
	ID       int64      `json:"id"`
	Item     int64      `json:"item"`
	Exhibit  int64      `json:"exhibit"`
	Known    int64      `json:"known"`
	Bank     string     `json:"bank,omitempty"`
	Label    string     `json:"label,omitempty"`
	Finding  string     `json:"finding,omitempty" doc:"What was found then."`
	Medium   medium     `json:"medium"`
	Distance float64    `json:"distance" doc:"Bits for pdq (0 to 31), 0 for sha256 and md5, its own for tlsh, one less the similarity for the others."`
	Where    string     `json:"where" doc:"Address of the matching part."`
	State    matchState `json:"state"`
	At       *Stamp     `json:"at"`
}

func match(m iru.Match) Match {
	return Match{ID: int64(m.ID), Item: int64(m.Item), Exhibit: int64(m.Exhibit), Known: m.Known, Bank: m.Bank, Label: m.Label, Finding: m.Finding,
		Medium: medium(m.Medium), Distance: m.Distance, Where: m.Where, State: matchState(m.State), At: at(m.At)}
}

type judgeBody struct {
	Verb matchVerb `json:"verb" doc:"restore makes a suggestion again of what was withdrawn."`
	Note string    `json:"note,omitempty" maxLength:"4000" doc:"Restoring needs one."`
}

func (s *server) matches() {
	post(s, "/v1/matches/{id}/judge", "judge-match", "Say what the match is worth", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[judgeBody]) (Match, error) {
		if err := s.desk.Judge(ctx, sc, iru.MatchID(in.ID), string(in.Body.Verb), in.Body.Note); err != nil {
			return Match{}, err
		}
		return view(ctx, s, func(t *db.Tx, sc iru.Scope) (Match, error) {
			m, err := t.Match(ctx, sc, iru.MatchID(in.ID))
			return match(m), err
		})
	})
}

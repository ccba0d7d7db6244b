// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"errors"

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
	Distance float64    `json:"distance" doc:"Bits for pdq (0 to 31), 0 for sha256, one less the similarity for text."`
	Where    string     `json:"where" doc:"Address of the matching part."`
	State    matchState `json:"state"`
	At       *Stamp     `json:"at"`
}

// A Known is an entry of a bank: content that somebody judged before, by its fingerprint.
type Known struct {
	ID      int64  `json:"id"`
	Unit    int64  `json:"unit"`
	Bank    string `json:"bank"`
	Medium  medium `json:"medium" doc:"Of the first fingerprint, or of that one by which the list was narrowed."`
	Value   string `json:"value" doc:"Hex digest, hex PDQ, or a text sketch."`
	Label   string `json:"label"`
	Finding string `json:"finding,omitempty"`
	Item    int64  `json:"item,omitempty"`
	By      int64  `json:"by"`
	Created *Stamp `json:"created"`
	Muted   bool   `json:"muted" doc:"Its bank is muted, or it is quarantined or withdrawn."`
}

func (k Known) cursor() string { return number(k.ID) }

func match(m iru.Match) Match {
	return Match{ID: int64(m.ID), Item: int64(m.Item), Exhibit: int64(m.Exhibit), Known: m.Known, Bank: m.Bank, Label: m.Label, Finding: m.Finding,
		Medium: medium(m.Medium), Distance: m.Distance, Where: m.Where, State: matchState(m.State), At: at(m.At)}
}

func known(of string) func(iru.Known) Known {
	return func(k iru.Known) Known {
		s, _ := k.Signal(of)
		return Known{ID: k.ID, Unit: int64(k.Unit), Bank: k.BankName, Medium: medium(s.Medium), Value: s.Text(), Label: k.Label, Finding: k.Finding, Item: int64(k.Item),
			By: int64(k.By), Created: at(k.Created), Muted: k.Muted || k.State != iru.KnownActive}
	}
}

type (
	knownIn struct {
		Page
		Bank   string `query:"bank" maxLength:"80"`
		Medium medium `query:"medium"`
	}
	judgeBody struct {
		Verb matchVerb `json:"verb"`
		Note string    `json:"note,omitempty" maxLength:"4000"`
	}
	knownBody struct {
		Bank    string  `json:"bank" minLength:"1" maxLength:"80"`
		Medium  medium  `json:"medium"`
		Value   string  `json:"value" minLength:"1" maxLength:"20000" doc:"64 hexadecimal digits for sha256 and pdq; for text a sketch, bk1: and base64."`
		Label   string  `json:"label" minLength:"1" maxLength:"200"`
		Finding verdict `json:"finding" doc:"What was found then."`
	}
)

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
	list(s, "/v1/known", "list-known", "List the entries of the banks", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *knownIn, n int) ([]Known, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		f := db.KnownFilter{Medium: string(in.Medium)}
		if in.Bank != "" {
			b, err := t.BankByName(ctx, sc.Unit, in.Bank)
			if errors.Is(err, iru.NotFound) {
				return nil, nil
			}
			if err != nil {
				return nil, err
			}
			f.Bank = b.ID
		}
		ks, err := t.KnownsAfter(ctx, sc, f, after, n)
		return paged(ks, err, known(f.Medium))
	})
	post(s, "/v1/known", "enter-known", "Enter known content into a bank", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[knownBody]) (Known, error) {
		b := in.Body
		print, err := iru.ParseSignal(string(b.Medium), b.Value)
		if err != nil {
			return Known{}, err
		}
		k, err := s.desk.Enter(ctx, sc, b.Bank, iru.Known{Label: b.Label, Finding: string(b.Finding), Signals: []iru.Signal{print}})
		return known("")(k), err
	})
}

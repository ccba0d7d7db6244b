// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A Lead is one reason why a candidate is known. A person says what becomes of the candidate.
type Lead struct {
	ID    int64 `json:"id"`
	Asset int64 `json:"asset" doc:"The candidate."`
	Address
	Source   string  `json:"source" doc:"On which way it was found: link, redirect, resource, certificate, ct, dns, analytics, donation, favicon, feed, update, text, permutation, re-registered, person."`
	From     int64   `json:"from,omitempty" doc:"The asset that led there."`
	Document string  `json:"document,omitempty" doc:"In which page, file or log it stood."`
	How      string  `json:"how,omitempty" doc:"In which words, or by which rule."`
	At       *Stamp  `json:"at"`
	Last     *Stamp  `json:"last"`
	Score    float64 `json:"score" doc:"Weight in bits of the evidence that the candidate is a known outlet's."`
	To       int64   `json:"resembles,omitempty" doc:"The asset that it resembles."`
	Low      []Noise `json:"low" nullable:"false" doc:"Why the candidate is ranked low; empty: it is not."`
}

func (l Lead) cursor() string { return number(l.ID) }

// Noise is a mark that leads have in common and by which refusals were counted.
type Noise struct {
	Kind     string `json:"kind" enum:"document,asset,rule,site"`
	Value    string `json:"value"`
	Refused  int    `json:"refused" doc:"Addresses with it that were somebody else's."`
	Accepted int    `json:"accepted"`
}

func noise(r iru.NoiseReason) Noise {
	return Noise{r.Mark.Kind, r.Mark.Value, r.Refused, r.Accepted}
}

type (
	clearBody struct {
		Kind   string `json:"kind" enum:"document,asset,rule,site"`
		Value  string `json:"value" minLength:"1" maxLength:"4096"`
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
	leadsIn struct {
		Page
		Asset int64 `query:"asset" minimum:"1" doc:"Only those to this candidate."`
	}
)

func (s *server) leads() {
	list(s, "/v1/leads", "list-leads", "List what led to the candidates that wait for a person", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *leadsIn, n int) ([]Lead, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		r, err := s.desk.Rank(ctx, t, sc)
		if err != nil {
			return nil, err
		}
		ls, err := t.LeadsAfter(ctx, sc, iru.AssetID(in.Asset), iru.LeadID(after), n)
		if err != nil {
			return nil, err
		}
		out := make([]Lead, 0, len(ls))
		for _, l := range ls {
			a, err := t.Asset(ctx, sc, l.Asset)
			if err != nil {
				return nil, err
			}
			out = append(out, Lead{ID: int64(l.ID), Asset: int64(l.Asset), Address: address(l.Address), Source: string(l.Source), From: int64(l.Path.From), Document: l.Path.Document, How: l.Path.How,
				At: at(l.At), Last: at(l.Last), Score: a.Lineage.Score, To: int64(a.Lineage.To), Low: shown(r.Low(a), noise)})
		}
		return out, nil
	})
	post(s, "/v1/leads/{id}/accept", "accept-lead", "Say which outlet the candidate carries to which the lead leads", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[attributeBody]) (Asset, error) {
		l, err := s.lead(ctx, in.ID)
		if err != nil {
			return Asset{}, err
		}
		a, err := s.desk.Attribute(ctx, sc, l.Asset, iru.OutletID(in.Body.Outlet), in.Body.Name, in.Body.Reason)
		return asset(a), err
	})
	post(s, "/v1/leads/{id}/refuse", "refuse-lead", "Say that it is somebody else's: what it has in common with others is counted", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Asset, error) {
		l, err := s.lead(ctx, in.ID)
		if err != nil {
			return Asset{}, err
		}
		a, err := s.desk.Reject(ctx, sc, l.Asset, in.Body.Reason)
		return asset(a), err
	})
	ask(s, "/v1/noise", "list-noise", "List by what candidates are ranked low", func(ctx context.Context, _ *struct{}) (List[Noise], error) {
		ns, err := view(ctx, s, func(t *db.Tx, sc iru.Scope) (iru.Noise, error) { return s.desk.Noise(ctx, t, sc) })
		return List[Noise]{Items: shown(ns.All(), noise)}, err
	})
	post(s, "/v1/noise/clear", "clear-noise", "Say that something is no noise: what was refused until now does not count any more", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[clearBody]) (List[Noise], error) {
		if err := s.desk.Trust(ctx, sc, iru.NoiseMark{Kind: in.Body.Kind, Value: in.Body.Value}, in.Body.Reason); err != nil {
			return List[Noise]{}, err
		}
		ns, err := view(ctx, s, func(t *db.Tx, sc iru.Scope) (iru.Noise, error) { return s.desk.Noise(ctx, t, sc) })
		return List[Noise]{Items: shown(ns.All(), noise)}, err
	})
}

// lead reads a lead of the caller's.
func (s *server) lead(ctx context.Context, id int64) (iru.Lead, error) {
	return view(ctx, s, func(t *db.Tx, sc iru.Scope) (iru.Lead, error) { return t.Lead(ctx, sc, iru.LeadID(id)) })
}

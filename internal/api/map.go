// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

type mapIn struct {
	ByID
	On          string `query:"on" maxLength:"40" doc:"A day, 2026-03-12, whose end is meant, UTC; or an instant (RFC 3339). Without it the map is as it is now."`
	Format      string `query:"format" enum:"json,graphml" default:"json"`
	Acknowledge bool   `query:"acknowledge" doc:"The condition of H3 will be kept."`
}

type mapOut struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

type languagesBody struct {
	Languages []string `json:"languages" nullable:"false" maxItems:"40" doc:"BCP 47; all of them, in the order of your choice."`
}

// A LanguageCover is one language of an outlet.
type LanguageCover struct {
	Language string  `json:"language" doc:"BCP 47; empty where no page said it."`
	Assets   int     `json:"assets"`
	Readers  []int64 `json:"readers" nullable:"false" doc:"Officers of the outlet's unit who read it; none is a gap."`
}

// An OutletCover is an outlet with its languages.
type OutletCover struct {
	Outlet    int64           `json:"outlet"`
	Name      string          `json:"name"`
	Languages []LanguageCover `json:"languages" nullable:"false"`
}

// A Coverage says which outlet publishes in what languages, and who reads it.
type Coverage struct {
	Items []OutletCover   `json:"items" nullable:"false"`
	Gaps  []LanguageCover `json:"gaps" nullable:"false" doc:"Languages that nobody reads, over all outlets."`
}

func languageCover(l iru.LanguageCover) LanguageCover {
	return LanguageCover{l.Tag, l.Assets, shown(l.Readers, func(o iru.OfficerID) int64 { return int64(o) })}
}

func (s *server) maps() {
	op := s.operation(http.MethodGet, "/v1/outlets/{id}/map", "get-outlet-map", "Take the map of an outlet out, as it is or as it was", desk.ScopeRead, false)
	op.Description += " JSON or GraphML (docs/processes/map.md). The ledger says who took it out."
	op.Responses["200"].Content = map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: "object"}}, "application/xml": {Schema: &huma.Schema{Type: "string"}}}
	huma.Register(s.huma, op, func(ctx context.Context, in *mapIn) (*mapOut, error) {
		at, err := iru.MapTime(in.On)
		if err != nil {
			return nil, s.problem(err)
		}
		file, _, err := s.desk.ExportMap(ctx, callerOf(ctx).scope, iru.OutletID(in.ID), at, in.Format, in.Acknowledge)
		if err != nil {
			return nil, s.problem(err)
		}
		return &mapOut{map[string]string{desk.GraphML: "application/xml", desk.MapJSON: "application/json"}[in.Format], file}, nil
	})
	get(s, "/v1/coverage", "get-coverage", "Which outlet publishes in what languages, and who reads it", func(ctx context.Context, t *db.Tx, sc iru.Scope, _ *none) (Coverage, error) {
		c, err := s.desk.Coverage(ctx, t, sc)
		out := Coverage{Items: []OutletCover{}, Gaps: shown(c.Gaps, languageCover)}
		for _, o := range c.Outlets {
			out.Items = append(out.Items, OutletCover{int64(o.Outlet.ID), o.Outlet.Name, shown(o.Languages, languageCover)})
		}
		return out, err
	})
	post(s, "/v1/me/languages", "set-my-languages", "Say in which languages you read", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[languagesBody]) (Officer, error) {
		o, err := s.desk.SetLanguages(ctx, sc, in.Body.Languages)
		return officer(o), err
	})
}

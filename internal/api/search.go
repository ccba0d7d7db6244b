// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"time"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// A Find is a captured text that was found.
type Find struct {
	ID      int64 `json:"id"`
	Unit    int64 `json:"unit"`
	Asset   int64 `json:"asset"`
	Item    int64 `json:"item"`
	Exhibit int64 `json:"exhibit" doc:"The first that shows this text."`
	Outlet  int64 `json:"outlet,omitempty"`
	Address
	Kind      assetKind `json:"kind" doc:"Of the asset."`
	Title     string    `json:"title,omitempty"`
	InTitle   []Stretch `json:"in_title" nullable:"false" doc:"What was found in the title: bytes of it."`
	Lang      string    `json:"lang,omitempty" doc:"BCP 47, of the most of the text."`
	Languages []string  `json:"languages" nullable:"false" doc:"Of the text, the main one first."`
	Dir       string    `json:"dir,omitempty" doc:"ltr or rtl."`
	Excerpt   string    `json:"excerpt" doc:"A part of the text as it was captured."`
	Start     int       `json:"start" doc:"Bytes of the text before the excerpt."`
	Hits      []Stretch `json:"hits" nullable:"false" doc:"What was found in the excerpt: bytes of it."`
	More      bool      `json:"more" doc:"The text goes on behind the excerpt."`
	Handling  Handling  `json:"handling"`
	First     *Stamp    `json:"first" doc:"When the item said so first."`
	Last      *Stamp    `json:"last" doc:"When it was last seen to."`
}

// A Stretch is bytes of a text.
type Stretch struct {
	Start int `json:"start"`
	End   int `json:"end" doc:"Behind the last byte."`
}

// Finds are captured texts that a search found, the best first.
type Finds struct {
	Items []Find `json:"items" nullable:"false"`
	Next  int    `json:"next,omitempty" doc:"What to give as skip for the following ones."`
}

type searchIn struct {
	Query  string    `query:"q" required:"true" minLength:"1" maxLength:"1000" doc:"Words, which must all be found, in any script and spelling of it; \"a phrase\"; beginning*; -not."`
	Why    string    `query:"why" maxLength:"500" doc:"What it is needed for; the log of consultations keeps it beside the query and what was shown."`
	Outlet int64     `query:"outlet" minimum:"1"`
	Kind   assetKind `query:"kind" doc:"Of the asset."`
	Lang   string    `query:"lang" maxLength:"8" doc:"ISO 639: texts with passages in that language."`
	From   time.Time `query:"from" doc:"Captured at or after."`
	Until  time.Time `query:"until" doc:"Captured before."`
	Skip   int       `query:"skip" minimum:"0" maximum:"1000"`
	Limit  int       `query:"limit" minimum:"1" maximum:"50" default:"20" doc:"How many, at most."`
}

func (s *server) search() {
	ask(s, "/v1/search", "search-texts", "Search what captured items say", func(ctx context.Context, in *searchIn) (Finds, error) {
		r, err := s.desk.Search(ctx, callerOf(ctx).scope, desk.Query{Text: in.Query, Why: in.Why, Skip: in.Skip, Size: in.Limit,
			Search: iru.Search{Outlet: iru.OutletID(in.Outlet), Kind: iru.AssetKind(in.Kind), Lang: in.Lang, From: in.From, Until: in.Until}})
		out := Finds{Items: shown(r.Finds, find)}
		if r.More {
			out.Next = in.Skip + in.Limit
		}
		return out, err
	})
}

func find(f iru.Find) Find {
	c, x := f.Captured, f.Excerpt
	stretches := func(ps []recognise.Place) []Stretch {
		return shown(ps, func(p recognise.Place) Stretch { return Stretch(p) })
	}
	if f.Langs == nil {
		f.Langs = []string{}
	}
	return Find{ID: int64(c.ID), Unit: int64(c.Unit), Asset: int64(c.Asset), Item: int64(c.Item), Exhibit: int64(c.Exhibit), Outlet: int64(f.Outlet), Address: address(f.Locator), Kind: assetKind(f.Kind),
		Title: f.Title, InTitle: stretches(f.InTitle), Lang: c.Lang, Languages: f.Langs, Dir: c.Dir, Excerpt: x.Text, Start: x.Start, Hits: stretches(x.Hits), More: x.More,
		Handling: Handling(f.Handling), First: at(c.First), Last: at(c.Last)}
}

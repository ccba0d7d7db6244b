// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// FloodsPage is what matches too much and waits for a decision.
type FloodsPage struct {
	Frame ui.Frame
	Now   time.Time
	May   bool // this officer may decide
	Count int
	Table ui.Table
	Pages ui.Pages
}

func (p FloodsPage) head(ctx context.Context) ui.Head {
	return ui.Head{Crumbs: bankCrumbs(ctx), Title: ui.T(ctx, "Known content that matches too much"), Facts: []templ.Component{ui.Connection()}}
}

// rule says why content is marked, and what marking does.
func (p FloodsPage) rule(ctx context.Context) string {
	return ui.T(ctx, "Content is marked once it was met on %s items and no match was confirmed: as a rule a blank, a logo or part of a page's frame. Nothing further is suggested by it until a person spares it or sets it aside.", ui.Thousands(iru.DefaultFlood.Items))
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/web/ui"
)

// SearchPage is what was found, within the officer's reach.
type SearchPage struct {
	Frame    ui.Frame
	Now      time.Time
	Query    string
	Address  string // canonical, if the query is an address
	Found    ui.Lines
	More     int // found, but not shown
	Texts    TextSearch
	MayWatch bool
}

func (p SearchPage) todo(ctx context.Context) []ui.Todo {
	if !p.MayWatch || p.Address == "" {
		return nil
	}
	return []ui.Todo{{Title: ui.T(ctx, "Watch this address"), Why: ui.T(ctx, "It is not known to your unit. Nothing is fetched before you say why."), Next: true,
		Button: ui.Button{Text: ui.T(ctx, "Watch this address"), Href: at("/watch", "address", p.Address), Kind: ui.Primary}}}
}

func (p SearchPage) more(ctx context.Context) templ.Component {
	if p.More == 0 {
		return nil
	}
	return ui.Text(ui.T(ctx, "%s more; write more of it.", strconv.Itoa(p.More)))
}

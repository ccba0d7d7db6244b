// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// CandidatesPage lists addresses that nobody has attributed.
type CandidatesPage struct {
	Frame        ui.Frame
	Now          time.Time
	Said         string
	Rows         []CandidateRow
	Low          []CandidateRow // after the others: what was refused before is like them
	Logs         []iru.CTLog    // certificate logs with which something is wrong
	MayAttribute bool
	MayWatch     bool
}

// A CandidateRow is one line of it.
type CandidateRow struct {
	Asset  iru.Asset
	Outlet string // that it resembles; "" none
	Low    []iru.NoiseReason
}

func (p CandidatesPage) table(ctx context.Context, rows []CandidateRow) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Candidates"), List: true, Columns: []ui.Column{{Title: ui.T(ctx, "Address")}, {Title: ui.T(ctx, "Kind"), NoWrap: true}, {Title: ui.T(ctx, "Resembles")},
		{Title: ui.T(ctx, "Found")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Since"), NoWrap: true}, {Title: ui.T(ctx, "Action"), Hidden: true, Num: true}}}
	verb := ui.T(ctx, "Open")
	if p.MayAttribute {
		verb = ui.T(ctx, "Judge")
	}
	for _, r := range rows {
		like := ui.Quiet(ui.T(ctx, "nothing known"))
		if r.Low != nil {
			like = p.lowReasons(ctx, r.Low)
		} else if r.Outlet != "" {
			like = templ.Join(ui.Isolated(r.Outlet), ui.Text(" "), ui.Quiet(strengthWords(ctx, r.Asset.Lineage)))
		}
		t.Rows = append(t.Rows, ui.Cells(shortAddress(r.Asset.Locator), ui.Text(kindName(ctx, r.Asset.Kind)), like, ui.Quiet(foundBy(ctx, r.Asset)), presenceState(ctx, r.Asset.Presence.State),
			ui.Fresh{Seen: r.Asset.Created, Now: p.Now},
			ui.Button{Text: verb, Small: true, Href: "/assets/" + id(r.Asset.ID) + "#judge", More: templ.Attributes{"aria-label": verb + ": " + defanged(r.Asset.Locator)}}))
	}
	return t
}

func (p CandidatesPage) todo(ctx context.Context) []ui.Todo {
	if !p.MayWatch {
		return nil
	}
	return []ui.Todo{{Title: ui.T(ctx, "Watch an address"), Why: ui.T(ctx, "What its pages link to is found by itself and comes here."), Next: true,
		Button: ui.Button{Text: ui.T(ctx, "Watch an address"), Href: "/watch", Kind: ui.Primary}}}
}

// lowTable is the list of what is ranked low; its third column says why.
func (p CandidatesPage) lowTable(ctx context.Context) ui.Table {
	t := p.table(ctx, p.Low)
	t.Label, t.Columns[2].Title = ui.T(ctx, "Ranked low"), ui.T(ctx, "Ranked low because")
	return t
}

// logWords says what is wrong with a certificate log.
func logWords(ctx context.Context, l iru.CTLog) string {
	if l.Trouble == iru.CTForked {
		return ui.T(ctx, "The certificate log %s shows two histories: what it says is read as a hint, and proves nothing.", plainDefanged(l.Log))
	}
	return ui.T(ctx, "The certificate log %s stands still: certificates issued since are not seen there.", plainDefanged(l.Log))
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// floodsShown is how many floods the first page names; the others are counted.
const floodsShown = 5

// spreadCounted is how far it is counted on how many items known content was met.
const spreadCounted = 1000

// floods is what waits for a decision: content that the program marked for matching too much, and that nobody set aside or spared.
var floods = db.KnownFilter{State: iru.KnownActive, Flood: iru.FloodMarked}

// floods reads what floods, for the first page.
func (d *today) floods(p *TodayPage) error {
	var err error
	if p.Flooding, err = d.t.CountFloods(d.ctx, d.v.scope); err != nil || p.Flooding == 0 {
		return err
	}
	ks, err := d.t.KnownsAfter(d.ctx, d.v.scope, floods, 0, floodsShown)
	if err != nil {
		return err
	}
	for _, k := range ks {
		met, _, err := d.t.Spread(d.ctx, k.ID, spreadCounted)
		if err != nil {
			return err
		}
		p.Floods = append(p.Floods, ui.Line{Text: cutText(plainDefanged(k.Name()), 60), Href: knownPath(k), Sub: join(ui.T(d.ctx, "bank “%s”", k.BankName), metOn(d.ctx, met)), End: knownState(d.ctx, k).Plain()})
	}
	return nil
}

// metOn says on how many items known content was met.
func metOn(ctx context.Context, n int) string {
	s := ui.Tn(ctx, n, "met on %d items")
	if n >= spreadCounted {
		s += "+"
	}
	return s
}

// floodsPage lists what floods in all banks of the unit.
func (v *visit) floodsPage() error {
	ctx := v.ctx()
	p := FloodsPage{Frame: v.frame("evidence", ui.T(ctx, "Known content that matches too much")), Now: v.now, May: v.may(iru.ToCurateBanks)}
	after := number(v.r.URL.Query().Get("after"))
	err := v.read(func(t *db.Tx) error {
		var err error
		if p.Count, err = t.CountFloods(ctx, v.scope); err != nil {
			return err
		}
		ks, err := t.KnownsAfter(ctx, v.scope, floods, after, perPage+1)
		if err != nil {
			return err
		}
		p.Pages, p.Table.Rows = ui.Pages{}, nil
		if len(ks) > perPage {
			ks = ks[:perPage]
			p.Pages.Next = at("/banks/floods", "after", id(ks[perPage-1].ID))
		}
		if after > 0 {
			p.Pages.Previous = "/banks/floods"
		}
		p.Table = ui.Table{Label: ui.T(ctx, "Known content that matches too much"), List: true, Empty: ui.T(ctx, "Nothing matches too much on this page."), Columns: []ui.Column{{Title: ui.T(ctx, "What it is")}, {Title: ui.T(ctx, "Bank")},
			{Title: ui.T(ctx, "Met on"), NoWrap: true}, {Title: ui.T(ctx, "Marked"), NoWrap: true}, {Title: ui.T(ctx, "State")}}}
		for _, k := range ks {
			met, _, err := t.Spread(ctx, k.ID, spreadCounted)
			if err != nil {
				return err
			}
			marked := ui.Quiet("")
			es, err := t.LastOf(ctx, iru.Subject{Noun: "known", ID: k.ID}, "flood", 1)
			if err != nil {
				return err
			}
			if len(es) > 0 {
				marked = ui.Fresh{Seen: es[0].At, Now: v.now}
			}
			p.Table.Rows = append(p.Table.Rows, ui.Cells(ui.Link(knownPath(k), cutText(plainDefanged(k.Name()), 80)), ui.Link("/banks/"+id(k.Bank), k.BankName), ui.Text(metOn(ctx, met)), marked, knownState(ctx, k).Plain()))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.show(p.View())
}

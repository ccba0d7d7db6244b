// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// ExhibitsPage lists what captures left.
type ExhibitsPage struct {
	Frame ui.Frame
	None  bool
	Table ui.Table
	Pages ui.Pages
}

// ExhibitPage is one piece of evidence: what, when, from where, its files by digest, its custody.
type ExhibitPage struct {
	Frame   ui.Frame
	Now     time.Time
	Exhibit iru.Exhibit
	Item    iru.Item
	Problem string
	Sight   Sight
	Files   ui.Table
	Options []ui.Option // files to take along
	Custody ui.Table
	Proof   *ProofCard
}

func (p ExhibitPage) terms(ctx context.Context) ui.Terms {
	x := p.Exhibit
	found := lookState(ctx, x.Outcome, x.Status)
	t := ui.Terms{
		{Name: ui.T(ctx, "Address"), Value: address(x.Locator)},
		{Name: ui.T(ctx, "Captured"), Value: ui.All(ui.When{At: x.At, Day: true}, ui.Text("UTC"), ui.Fresh{Seen: x.At, Now: p.Now})},
		{Name: ui.T(ctx, "Vantage point"), Value: ui.Isolated(x.Vantage)},
		{Name: ui.T(ctx, "Found"), Value: found},
	}
	if x.Final != "" && x.Final != x.Locator {
		t = append(t, ui.Term{Name: ui.T(ctx, "Led to"), Value: address(x.Final)})
	}
	t = append(t, ui.Term{Name: ui.T(ctx, "Manifest"), Value: ui.Hash{Prefix: "sha256:", Hex: x.Manifest, Copy: true}})
	if p.Item.ID != 0 {
		t = append(t, ui.Term{Name: ui.T(ctx, "Item"), Value: ui.Link("/items/"+id(p.Item.ID), ui.T(ctx, "Item %s", id(p.Item.ID)))})
	}
	if x.Asset != 0 {
		t = append(t, ui.Term{Name: ui.T(ctx, "Asset"), Value: ui.Link("/assets/"+id(x.Asset), ui.T(ctx, "Asset %s", id(x.Asset)))})
	}
	return t
}

// filter switches the greyscale and the blur over pictures.
func (p ExhibitPage) filter(ctx context.Context) templ.Component {
	if p.Sight.Shot == "" && p.Sight.Copy == "" {
		return nil
	}
	here := "/exhibits/" + id(p.Exhibit.ID)
	if p.Sight.Plain {
		return ui.Button{Text: ui.T(ctx, "Filter on"), Small: true, Icon: ui.IconEye, Href: here + "#seen", Key: "f", Help: ui.T(ctx, "Put the filter over the pictures")}
	}
	return ui.Button{Text: ui.T(ctx, "Lift the filter"), Small: true, Icon: ui.IconEye, Href: here + "?plain=1#seen", Key: "f", Help: ui.T(ctx, "See the pictures sharp and in colour")}
}

func (p ExhibitPage) fields(ctx context.Context) []ui.Field {
	return []ui.Field{
		{Name: "file", Label: ui.T(ctx, "File"), Type: "select", Options: p.Options, Required: true},
		{Name: "why", Label: ui.T(ctx, "What you need it for"), Required: true, Max: 500, Hint: ui.T(ctx, "Taking a file along is logged with your name and this reason.")},
	}
}

func (p ExhibitPage) head(ctx context.Context) ui.Head {
	return ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Evidence"), Href: "/exhibits"}}, Title: p.Frame.Title, State: exhibitState(ctx, p.Exhibit.State), Handling: p.Frame.Handling,
		Facts: []templ.Component{shortAddress(p.Exhibit.Locator)}}
}

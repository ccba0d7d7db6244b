// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// ComparePage holds two captures of one item side by side: before and after.
type ComparePage struct {
	Frame ui.Frame
	Item  iru.Item
	All   []iru.Exhibit // captures of the item, oldest first
	A, B  Sight         // the earlier one first
	Plain bool
	Diff  []diffLine // around what differs
	Count [2]int     // lines removed, added
	Whole bool       // every line was compared
	Texts bool       // both have a text
}

// diffAround is how many lines that did not change stand beside one that did; diffShown how many are shown in all.
const (
	diffAround = 2
	diffShown  = 400
)

// comparePage shows two exhibits of one item. With one of them named the other is its neighbour.
func (v *visit) comparePage() error {
	ctx, q := v.ctx(), v.r.URL.Query()
	a, b := iru.ExhibitID(number(q.Get("a"))), iru.ExhibitID(number(q.Get("b")))
	p := ComparePage{Plain: q.Get("plain") != ""}
	var x, y iru.Exhibit
	var codes iru.Handling
	err := v.read(func(t *db.Tx) error {
		var err error
		if x, err = t.Exhibit(ctx, v.scope, max(a, 1)); err != nil {
			return err
		}
		others, err := v.others(t, x)
		if err != nil {
			return err
		}
		p.All = append([]iru.Exhibit{x}, others...)
		slices.SortFunc(p.All, func(a, b iru.Exhibit) int { return int(a.ID - b.ID) })
		if b == 0 {
			b = neighbour(p.All, x.ID)
		}
		n := slices.IndexFunc(p.All, func(o iru.Exhibit) bool { return o.ID == b })
		if n < 0 {
			return iru.Refuse(iru.NotFound, "the two are not captures of one item", "choose from the list on the page of an exhibit")
		}
		if y = p.All[n]; y.ID < x.ID {
			x, y = y, x
		}
		if p.Item, err = t.Item(ctx, v.scope, x.Item); err != nil {
			return err
		}
		codes, err = v.handlingOf(t, x)
		return err
	})
	if err != nil {
		return err
	}
	p.A, p.B = v.sight(x, p.Item, p.Plain), v.sight(y, p.Item, p.Plain)
	if p.Texts = p.A.NoText == "" && p.B.NoText == ""; p.Texts {
		var all []diffLine
		all, p.Whole = lineDiff(p.A.words, p.B.words)
		for _, l := range all {
			switch l.Mark {
			case removed:
				p.Count[0]++
			case added:
				p.Count[1]++
			case same:
			}
		}
		if p.Diff = around(all, diffAround); len(p.Diff) > diffShown {
			p.Diff, p.Whole = p.Diff[:diffShown], false
		}
	}
	p.Frame = v.frame("evidence", ui.T(ctx, "Before and after, item %s", id(p.Item.ID)))
	p.Frame.Handling = handling(codes)
	return v.show(p.View())
}

// neighbour is the capture before one, or after it where it is the first; itself where it is the only one.
func neighbour(all []iru.Exhibit, x iru.ExhibitID) iru.ExhibitID {
	n := slices.IndexFunc(all, func(o iru.Exhibit) bool { return o.ID == x })
	switch {
	case n > 0:
		return all[n-1].ID
	case len(all) > 1:
		return all[1].ID
	}
	return x
}

func (p ComparePage) only() bool { return p.A.Exhibit.ID == p.B.Exhibit.ID }

// address is this page with other choices.
func (p ComparePage) address(a, b iru.ExhibitID, plain bool) string {
	sharp := ""
	if plain {
		sharp = "1"
	}
	return at("/exhibits/compare", "a", id(a), "b", id(b), "plain", sharp)
}

func (p ComparePage) filter(ctx context.Context) templ.Component {
	if p.A.Shot == "" && p.B.Shot == "" {
		return nil
	}
	if p.Plain {
		return ui.Button{Text: ui.T(ctx, "Filter on"), Small: true, Icon: ui.IconEye, Href: p.address(p.A.Exhibit.ID, p.B.Exhibit.ID, false), Key: "f", Help: ui.T(ctx, "Put the filter over the pictures")}
	}
	return ui.Button{Text: ui.T(ctx, "Lift the filter"), Small: true, Icon: ui.IconEye, Href: p.address(p.A.Exhibit.ID, p.B.Exhibit.ID, true), Key: "f", Help: ui.T(ctx, "See the pictures sharp and in colour")}
}

// fields choose two captures.
func (p ComparePage) fields(ctx context.Context) []ui.Field {
	var o []ui.Option
	for _, x := range p.All {
		o = append(o, ui.Option{Value: id(x.ID), Text: join(ui.T(ctx, "Exhibit %s", id(x.ID)), moment(x.At), outcomeName(ctx, x.Outcome))})
	}
	return []ui.Field{{Name: "a", Label: ui.T(ctx, "Before"), Type: "select", Options: o, Value: id(p.A.Exhibit.ID), Required: true},
		{Name: "b", Label: ui.T(ctx, "After"), Type: "select", Options: o, Value: id(p.B.Exhibit.ID), Required: true}}
}

// facts are what was recorded of both, those that changed marked by a word.
func (p ComparePage) facts(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "What was recorded"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Fact"), NoWrap: true}, {Title: ui.T(ctx, "Before")}, {Title: ui.T(ctx, "After")}, {Title: ui.T(ctx, "Changed"), NoWrap: true}}}
	a, b := p.A.Exhibit, p.B.Exhibit
	add := func(name string, x, y templ.Component, changed bool) {
		word := ui.Neutral(ui.T(ctx, "same")).Plain()
		if changed {
			word = ui.Info(ui.T(ctx, "changed")).With(ui.IconMove).Plain()
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Text(name), x, y, word))
	}
	add(ui.T(ctx, "Captured"), ui.When{At: a.At, Day: true}, ui.When{At: b.At, Day: true}, !a.At.Equal(b.At))
	add(ui.T(ctx, "Vantage point"), ui.Isolated(a.Vantage), ui.Isolated(b.Vantage), a.Vantage != b.Vantage)
	add(ui.T(ctx, "Found"), lookState(ctx, a.Outcome, a.Status), lookState(ctx, b.Outcome, b.Status), a.Outcome != b.Outcome || a.Status != b.Status)
	add(ui.T(ctx, "Led to"), shortAddress(a.Final), shortAddress(b.Final), a.Final != b.Final)
	m, n := p.A.Manifest.Page, p.B.Manifest.Page
	add(ui.T(ctx, "Title"), title(m.Lang, m.Title), title(n.Lang, n.Title), m.Title != n.Title)
	add(ui.T(ctx, "Language"), ui.Isolated(p.A.Lang), ui.Isolated(p.B.Lang), p.A.Lang != p.B.Lang)
	kinds := map[string]bool{}
	var order []string
	for _, f := range append(slices.Clone(a.Files), b.Files...) {
		if f.Kind != "manifest" && !kinds[f.Name] {
			kinds[f.Name], order = true, append(order, f.Name)
		}
	}
	slices.Sort(order)
	for _, name := range order {
		f, g := named(a, name), named(b, name)
		add(name, digestOf(ctx, f), digestOf(ctx, g), f.SHA256 != g.SHA256)
	}
	return t
}

func named(x iru.Exhibit, name string) iru.File {
	if n := slices.IndexFunc(x.Files, func(f iru.File) bool { return f.Name == name }); n >= 0 {
		return x.Files[n]
	}
	return iru.File{}
}

func digestOf(ctx context.Context, f iru.File) templ.Component {
	if f.SHA256 == "" {
		return ui.Quiet(ui.T(ctx, "not there"))
	}
	return ui.All(ui.Hash{Hex: f.SHA256}, aside(sizeWords(f.Size)))
}

// summary is the difference in a sentence.
func (p ComparePage) summary(ctx context.Context) string {
	if p.Count == [2]int{} {
		return ui.T(ctx, "The words are the same.")
	}
	return join(ui.Tn(ctx, p.Count[0], "%d lines are gone"), ui.Tn(ctx, p.Count[1], "%d lines are new"))
}

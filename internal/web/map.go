// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// mapPage shows an outlet as a graph, a table, over time and by jurisdiction, as it was on any day.
func (v *visit) mapPage() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	q := v.r.URL.Query()
	p := MapPage{Now: v.now, Said: v.said(), On: q.Get("on"), Kind: iru.NodeKind(q.Get("kind")), Words: cutText(strings.TrimSpace(q.Get("q")), 100), Node: cutText(q.Get("node"), 400),
		Sort: q.Get("sort"), Down: q.Get("down") != ""}
	at, err := iru.MapTime(p.On)
	if err != nil {
		p.Bad = ui.T(v.ctx(), "That is no day: write it as 2026-03-12.")
		p.On = ""
	}
	if !slices.Contains(iru.NodeKinds, p.Kind) {
		p.Kind = ""
	}
	if err := v.read(func(t *db.Tx) error { return v.fillMap(t, &p, iru.OutletID(n), at) }); err != nil {
		return err
	}
	p.Frame = v.frame("outlets", ui.T(v.ctx(), "Map of %s", p.Map.Outlet.Name))
	p.Frame.Handling = handling(p.Map.Outlet.Handling)
	return v.show(p.View())
}

func (v *visit) fillMap(t *db.Tx, p *MapPage, o iru.OutletID, at time.Time) (err error) {
	if p.Map, err = v.desk.MapIn(v.ctx(), t, v.scope, o, at); err != nil {
		return err
	}
	p.Today = nil
	if p.past() {
		now, err := v.desk.MapIn(v.ctx(), t, v.scope, o, time.Time{})
		if err != nil {
			return err
		}
		p.Today = now.Concentration
	}
	ops, err := t.Operations(v.ctx(), v.scope)
	if err != nil {
		return err
	}
	p.Waves = nil
	for _, x := range ops {
		if slices.Contains(x.Outlets, o) && !x.Drill && !x.T0.IsZero() && x.State != iru.OperationAborted {
			p.Waves = append(p.Waves, ui.Moment{At: x.T0, Text: x.Name})
		}
	}
	return nil
}

// mapFile hands the map out; that is on record.
func (v *visit) mapFile() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	at, err := iru.MapTime(v.r.URL.Query().Get("on"))
	if err != nil {
		return err
	}
	ending := v.r.PathValue("ending")
	file, m, err := v.desk.ExportMap(v.ctx(), v.scope, iru.OutletID(n), at, ending, false)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", map[string]string{"graphml": "application/xml; charset=utf-8", "json": "application/json"}[ending])
	v.w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="outlet-%d-%s.%s"`, n, m.At.Format("2006-01-02"), ending))
	_, err = v.w.Write(file)
	return err
}

// mapColumn is where a kind of node stands in the figure.
func mapColumn(k iru.NodeKind) int {
	switch k {
	case iru.NodeHost, iru.NodeCDN:
		return 0
	case iru.NodeOutlet, iru.NodeAsset:
		return 1
	case iru.NodeBrand, iru.NodeName, iru.NodeApp, iru.NodeAccount, iru.NodeCertificate:
		return 2
	}
	return 3
}

// mapShape is the outline by which a kind is known.
func mapShape(k iru.NodeKind) ui.NetShape {
	switch k {
	case iru.NodeBrand, iru.NodeAccount:
		return ui.NetPill
	case iru.NodeName:
		return ui.NetTag
	case iru.NodeRegistrar, iru.NodeRegistry:
		return ui.NetHouse
	case iru.NodeNameServer:
		return ui.NetSlant
	case iru.NodeCDN, iru.NodeNetwork:
		return ui.NetOctagon
	case iru.NodeHost:
		return ui.NetBarrel
	case iru.NodeCertificate:
		return ui.NetFold
	case iru.NodeKey:
		return ui.NetHex
	case iru.NodeApp:
		return ui.NetRound
	case iru.NodeAddress:
		return ui.NetBracket
	}
	return ui.NetBox
}

// shown are the ties that the filters leave.
func (p MapPage) shown() []iru.Tie {
	var out []iru.Tie
	for _, t := range append(slices.Clone(p.Map.Ties), p.Map.Suggested...) {
		if p.passes(t) {
			out = append(out, t)
		}
	}
	return out
}

func (p MapPage) passes(t iru.Tie) bool {
	if p.Kind != "" && t.From.Kind != p.Kind && t.To.Kind != p.Kind {
		return false
	}
	low := strings.ToLower(p.Words)
	if low == "" {
		return true
	}
	for _, n := range []iru.Node{t.From, t.To} {
		x := p.Map.Of(n)
		if strings.Contains(strings.ToLower(x.Label), low) || strings.Contains(strings.ToLower(x.Name), low) || strings.Contains(x.Address, low) {
			return true
		}
	}
	return strings.Contains(strings.ToLower(strings.Join(t.Sources, " ")), low)
}

func (p MapPage) suggested(t iru.Tie) bool { return t.Confidence < 1 && t.Rel == iru.RelSucceeds }

func (p MapPage) net(ctx context.Context) ui.Net {
	g := ui.Net{ID: "net", Title: ui.T(ctx, "Map of %s", p.Map.Outlet.Name), Columns: []string{ui.T(ctx, "Hosts, delivery"), ui.T(ctx, "Outlet and its addresses"),
		ui.T(ctx, "Names, apps, accounts, certificates"), ui.T(ctx, "Behind them")}}
	ties := p.shown()
	ids := map[iru.Node]string{}
	for _, node := range iru.NodesOf(ties) {
		n := p.Map.Of(node)
		ids[node] = n.ID
		x := ui.NetNode{ID: n.ID, Column: mapColumn(n.Kind), Kind: nodeWord(ctx, n), Label: n.Label, Shape: mapShape(n.Kind), Root: n.Kind == iru.NodeOutlet, Lit: n.ID == p.Node,
			Mono: slices.Contains([]iru.NodeKind{iru.NodeAsset, iru.NodeName, iru.NodeAddress, iru.NodeKey, iru.NodeCertificate}, n.Kind)}
		if n.Kind == iru.NodeAsset {
			x.Label = spanLabel(n)
			x.Faint = n.Presence == iru.PresenceGone || n.AssetState == iru.AssetCandidate
		}
		g.Nodes = append(g.Nodes, x)
	}
	for _, t := range ties {
		g.Edges = append(g.Edges, ui.NetEdge{From: ids[t.From], To: ids[t.To], Words: p.Map.Of(t.From).Label + " " + relWords(ctx, t.Rel) + " " + p.Map.Of(t.To).Label,
			Faint: t.Presumed || p.suggested(t), Lit: p.Node != "" && (ids[t.From] == p.Node || ids[t.To] == p.Node)})
	}
	g.Summary = ui.T(ctx, "%s nodes and %s edges. The table below has every line of the figure.", ui.Thousands(len(g.Nodes)), ui.Thousands(len(ties)))
	return g
}

// table has every edge, sorted as asked.
func (p MapPage) table(ctx context.Context) ui.Table {
	ties := p.shown()
	key := func(t iru.Tie) string {
		switch p.Sort {
		case "rel":
			return relWords(ctx, t.Rel)
		case "to":
			return string(t.To.Kind) + " " + p.Map.Of(t.To).Label
		case "first":
			return t.First.UTC().Format(time.RFC3339)
		case "last":
			return t.Last.UTC().Format(time.RFC3339)
		case "source":
			return strings.Join(t.Sources, " ")
		}
		return ""
	}
	if p.Sort == "from" {
		key = func(t iru.Tie) string { return p.Map.Of(t.From).Label }
	}
	slices.SortStableFunc(ties, func(a, b iru.Tie) int {
		if p.Down {
			a, b = b, a
		}
		return cmp.Compare(key(a), key(b))
	})
	column := func(title, by string, more ui.Column) ui.Column {
		more.Title, more.Sort = title, p.address("sort", by, "down", "")
		if p.Sort == by {
			more.Sorted = "ascending"
			if p.Down {
				more.Sorted = "descending"
			} else {
				more.Sort = p.address("sort", by, "down", "1")
			}
		}
		return more
	}
	t := ui.Table{Label: ui.T(ctx, "Edges"), Compact: true, Empty: ui.T(ctx, "Nothing on the map is like that."), Columns: []ui.Column{
		column(ui.T(ctx, "From"), "from", ui.Column{}), column(ui.T(ctx, "Relation"), "rel", ui.Column{NoWrap: true}), column(ui.T(ctx, "To"), "to", ui.Column{}),
		column(ui.T(ctx, "First seen"), "first", ui.Column{NoWrap: true}), column(ui.T(ctx, "Last seen"), "last", ui.Column{NoWrap: true}),
		column(ui.T(ctx, "Source"), "source", ui.Column{Quiet: true, Foreign: true}), {Title: ui.T(ctx, "Confidence"), NoWrap: true}}}
	for _, x := range ties {
		t.Rows = append(t.Rows, ui.Cells(p.cell(ctx, x.From), ui.Text(relWords(ctx, x.Rel)), p.cell(ctx, x.To), ui.Isolated(moment(x.First)), ui.Isolated(moment(x.Last)),
			ui.Isolated(strings.Join(x.Sources, "; ")), ui.Text(p.sure(ctx, x))))
	}
	return t
}

func (p MapPage) sure(ctx context.Context, t iru.Tie) string {
	switch {
	case p.suggested(t):
		return ui.T(ctx, "suggested, %s", percents(t.Confidence))
	case t.Presumed:
		return ui.T(ctx, "taken to hold")
	case t.Confidence < 1:
		return percents(t.Confidence)
	}
	return ui.T(ctx, "seen")
}

// cell is a node in a table: its kind, and itself with a link that lights it in the figure; an asset leads to its page.
func (p MapPage) cell(ctx context.Context, node iru.Node) templ.Component {
	n := p.Map.Of(node)
	name := ui.Isolated(n.Label)
	switch n.Kind {
	case iru.NodeAsset, iru.NodeName, iru.NodeAddress:
		name = ui.Addr(n.Label)
	case iru.NodeKey, iru.NodeCertificate:
		name = ui.Isolated(clipMiddle(n.Label))
	}
	link := ui.Link(p.address("node", n.ID)+"#map", nodeWord(ctx, n))
	if n.Kind == iru.NodeAsset {
		return templ.Join(link, ui.Text(" "), name, ui.Text(" "), ui.Link("/assets/"+n.Name, ui.T(ctx, "open")))
	}
	return templ.Join(link, ui.Text(" "), name)
}

// clipMiddle shortens a digest.
func clipMiddle(s string) string {
	if r := []rune(s); len(r) > 24 {
		return string(r[:12]) + "…" + string(r[len(r)-8:])
	}
	return s
}

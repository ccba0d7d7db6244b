// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// MapPage is an outlet as a graph, a table, over time and by jurisdiction, as it was on a day.
type MapPage struct {
	Frame ui.Frame
	Now   time.Time
	Said  string
	On    string // as it was asked for; "" is now
	Bad   string // what is wrong with the day
	Kind  iru.NodeKind
	Words string
	Node  string // that is lit
	Sort  string
	Down  bool
	Map   iru.Map
	Today []iru.Concentration // beside a map of the past
	Waves []ui.Moment
}

func (p MapPage) past() bool { return p.On != "" && p.Map.At.Before(p.Now) }

// address is this page with some of its questions changed.
func (p MapPage) address(pairs ...string) string {
	q := url.Values{}
	set := func(k, v string) {
		if v != "" {
			q.Set(k, v)
		} else {
			q.Del(k)
		}
	}
	set("on", p.On)
	set("kind", string(p.Kind))
	set("q", p.Words)
	set("sort", p.Sort)
	if p.Down {
		set("down", "1")
	}
	for n := 0; n+1 < len(pairs); n += 2 {
		set(pairs[n], pairs[n+1])
	}
	return p.path() + "?" + q.Encode()
}

func (p MapPage) path() string { return "/outlets/" + id(p.Map.Outlet.ID) + "/map" }

func (p MapPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Outlets"), Href: "/outlets"}, {Text: p.Map.Outlet.Name, Href: "/outlets/" + id(p.Map.Outlet.ID)}}, Title: ui.T(ctx, "Map of %s", p.Map.Outlet.Name),
		State: outletState(ctx, p.Map.Outlet.State), Handling: p.Frame.Handling}
	if p.past() {
		h.Facts = append(h.Facts, ui.Text(ui.T(ctx, "As it was at %s UTC", moment(p.Map.At))))
	} else {
		h.Facts = append(h.Facts, ui.Text(ui.T(ctx, "As it is now")))
	}
	h.Facts = append(h.Facts, ui.Text(ui.Tn(ctx, len(p.Map.Nodes), "%d nodes")), ui.Text(ui.Tn(ctx, len(p.Map.Ties)+len(p.Map.Suggested), "%d edges")))
	h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Plans"), Href: at("/plans", "outlet", id(p.Map.Outlet.ID))})
	for _, f := range []struct{ ending, text string }{{"graphml", ui.T(ctx, "Take it out as GraphML")}, {"json", ui.T(ctx, "As JSON")}} {
		to := p.path() + "/file/" + f.ending
		if p.On != "" {
			to = at(to, "on", p.On)
		}
		h.Buttons = append(h.Buttons, ui.Button{Text: f.text, Href: to})
	}
	return h
}

func (p MapPage) fields(ctx context.Context) []ui.Field {
	kinds := []ui.Option{{Value: "", Text: ui.T(ctx, "everything")}}
	for _, k := range iru.NodeKinds {
		if k != iru.NodeOutlet {
			kinds = append(kinds, ui.Option{Value: string(k), Text: nodeKindWord(ctx, k)})
		}
	}
	return []ui.Field{
		{Name: "on", Label: ui.T(ctx, "As it was on"), Type: "date", Value: p.day(), Error: p.Bad, More: map[string]any{"max": p.Now.UTC().Format("2006-01-02")}},
		{Name: "kind", Label: ui.T(ctx, "Show only"), Type: "select", Value: string(p.Kind), Options: kinds},
		{Name: "q", Label: ui.T(ctx, "With these words"), Value: p.Words, Max: 100, Autocomplete: "off"},
	}
}

// day is what the field shows; an instant shows its day.
func (p MapPage) day() string {
	if len(p.On) > 10 {
		return p.On[:10]
	}
	return p.On
}

func (p MapPage) keys(ctx context.Context) []ui.NetKey {
	var out []ui.NetKey
	for _, k := range iru.NodeKinds {
		if slices.ContainsFunc(p.Map.Nodes, func(n iru.MapNode) bool { return n.Kind == k }) && k != iru.NodeOutlet {
			out = append(out, ui.NetKey{Shape: mapShape(k), Text: nodeKindWord(ctx, k)})
		}
	}
	return append(out, ui.NetKey{Shape: ui.NetBox, Text: ui.T(ctx, "down, suggested, or not seen since"), Faint: true})
}

// concentration tells on how few the outlet hangs.
func (p MapPage) concentration(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Concentration"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Over")}, {Title: ui.T(ctx, "Index"), Num: true}}}
	if p.Today != nil {
		t.Columns = append(t.Columns, ui.Column{Title: ui.T(ctx, "Index today"), Num: true})
	}
	t.Columns = append(t.Columns, ui.Column{Title: ui.T(ctx, "In words")}, ui.Column{Title: ui.T(ctx, "Known for"), Num: true}, ui.Column{Title: ui.T(ctx, "Most on")}, ui.Column{Title: ui.T(ctx, "Source"), Quiet: true, Foreign: true})
	for n, c := range p.Map.Concentration {
		cells := []templ.Component{ui.Text(nodeKindWord(ctx, c.Kind)), ui.Text(index(c))}
		if p.Today != nil {
			cells = append(cells, ui.Text(index(p.Today[n])))
		}
		most := ui.Text("–")
		if len(c.Shares) > 0 {
			s := c.Shares[0]
			most = templ.Join(ui.Isolated(p.Map.Of(s.Node).Label), ui.Text(" "+percents(s.Part)))
		}
		t.Rows = append(t.Rows, ui.Cells(append(cells, ui.Text(concentrationWords(ctx, c)), ui.Text(ui.T(ctx, "%s of %s", strconv.Itoa(c.Known), strconv.Itoa(c.Of))), most, ui.Isolated(strings.Join(c.Sources, "; ")))...))
	}
	return t
}

// index writes the Herfindahl-Hirschman index in points of 10,000, as it is customary.
func index(c iru.Concentration) string {
	if c.Known == 0 {
		return "–"
	}
	return ui.Thousands(int(10_000*c.HHI + .5))
}

func concentrationWords(ctx context.Context, c iru.Concentration) string {
	switch {
	case c.Known == 0:
		return ui.T(ctx, "not known")
	case c.HHI > iru.HHIHigh:
		return ui.T(ctx, "high: as on %s alike", strconv.FormatFloat(c.Equal(), 'f', 1, 64))
	case c.HHI >= iru.HHIModerate:
		return ui.T(ctx, "moderate: as on %s alike", strconv.FormatFloat(c.Equal(), 'f', 1, 64))
	}
	return ui.T(ctx, "low: as on %s alike", strconv.FormatFloat(c.Equal(), 'f', 1, 64))
}

// A place is one jurisdiction with what is there.
type place struct {
	code  string
	nodes []iru.MapNode
	mine  map[iru.AssetID]bool // addresses that hang on one of them
}

// places are the jurisdictions of the companies on the map, and how many companies have none that is known.
func (p MapPage) places() (out []place, unknown int) {
	of := map[string]*place{}
	for _, n := range p.Map.Nodes {
		switch n.Kind {
		case iru.NodeRegistrar, iru.NodeRegistry, iru.NodeHost, iru.NodeCDN, iru.NodeNetwork, iru.NodeNameServer:
		default:
			continue
		}
		if n.Jurisdiction == "" {
			unknown++
			continue
		}
		if of[n.Jurisdiction] == nil {
			of[n.Jurisdiction] = &place{code: n.Jurisdiction, mine: map[iru.AssetID]bool{}}
		}
		x := of[n.Jurisdiction]
		x.nodes = append(x.nodes, n)
		for _, t := range p.Map.Ties {
			if t.To == n.Node {
				for _, a := range t.Assets {
					x.mine[a] = true
				}
			}
		}
	}
	for _, x := range of {
		out = append(out, *x)
	}
	slices.SortFunc(out, func(a, b place) int {
		return cmp.Or(cmp.Compare(len(b.mine), len(a.mine)), cmp.Compare(a.code, b.code))
	})
	return out, unknown
}

// stateName is a state in the reader's language; one that no list knows, such as those of training, is its code.
func stateName(ctx context.Context, code string) string {
	r, err := language.ParseRegion(code)
	if err != nil || !r.IsCountry() {
		return ui.T(ctx, "invented state %s", code)
	}
	if s := display.Regions(language.Make(ui.LanguageOf(ctx).Tag)).Name(r); s != "" {
		return s
	}
	return code
}

func (p MapPage) world(ctx context.Context) ui.World {
	w := ui.World{ID: "world", Title: ui.T(ctx, "Jurisdictions")}
	ps, _ := p.places()
	for _, x := range ps {
		w.States = append(w.States, ui.WorldState{Code: x.code, Name: stateName(ctx, x.code), Count: len(x.mine)})
	}
	w.Summary = ui.T(ctx, "How many of the outlet's addresses hang on a company in each state. The table below says the same.")
	return w
}

func (p MapPage) states(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Jurisdictions"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Addresses"), Num: true}, {Title: ui.T(ctx, "Companies")}}}
	ps, _ := p.places()
	for _, x := range ps {
		var names []string
		for _, n := range x.nodes {
			names = append(names, n.Label+" ("+nodeKindWord(ctx, n.Kind)+")")
		}
		t.Rows = append(t.Rows, ui.Cells(templ.Join(ui.Isolated(x.code), ui.Text(" "+stateName(ctx, x.code))), ui.Text(strconv.Itoa(len(x.mine))), ui.Isolated(strings.Join(names, ", "))))
	}
	return t
}

func (p MapPage) unplaced(ctx context.Context) templ.Component {
	_, unknown := p.places()
	if unknown == 0 {
		return nil
	}
	return ui.Text(ui.Tn(ctx, unknown, "Of %d companies no jurisdiction is known."))
}

// maxSpans is how many stretches the timeline draws; the table has all.
const maxSpans = 60

func (p MapPage) timeline(ctx context.Context) ui.Timeline {
	t := ui.Timeline{ID: "spans", Title: ui.T(ctx, "What held when"), From: p.Now, To: p.Now, Now: p.Now, Waves: p.Waves}
	if p.past() {
		t.Waves = append(slices.Clone(p.Waves), ui.Moment{At: p.Map.At, Text: ui.T(ctx, "this map")})
	}
	lanes := map[string]int{}
	for _, x := range p.Map.Spans {
		if !p.passes(x) || x.Rel == iru.RelNamed || p.Kind == "" && (x.Rel == iru.RelAnnounces || x.From.Kind == iru.NodeCertificate) {
			continue // what never changes, and what the certificate's own line tells
		}
		key := x.From.Name + " " + x.Rel + " " + x.To.Name
		n, ok := lanes[key]
		if !ok {
			if len(t.Lanes) == maxSpans {
				continue
			}
			n = len(t.Lanes)
			lanes[key] = n
			t.Lanes = append(t.Lanes, ui.Lane{Name: laneName(p.Map.Of(x.From), p.Map.Of(x.To))})
		}
		if x.First.Before(t.From) {
			t.From = x.First
		}
		held, until := x.Last, x.Ended
		if until.IsZero() {
			until = p.Now
			if lapse := x.Last.Add(iru.EdgeLapse); (iru.Edge{Rel: x.Rel, Source: strings.Join(x.Sources, " ")}).Lapses() && lapse.Before(until) {
				until = lapse
			} else if !(iru.Edge{Rel: x.Rel, Source: strings.Join(x.Sources, " ")}).Lapses() {
				held = until
			}
		}
		t.Lanes[n].Up = append(t.Lanes[n].Up, ui.Stretch{From: x.First, To: held})
		if until.After(held) {
			t.Lanes[n].Up = append(t.Lanes[n].Up, ui.Stretch{From: held, To: until, Unknown: true})
		}
		if !x.Ended.IsZero() && x.Ended.After(t.To) {
			t.To = x.Ended
		}
	}
	if t.To.Sub(t.From) < time.Minute {
		t.From = t.To.Add(-time.Minute)
	}
	t.Summary = ui.T(ctx, "%s lines of time. The table below says the same.", strconv.Itoa(len(t.Lanes)))
	return t
}

// laneName has room for some thirty characters: what the outlet publishes by itself, all else as who, and what was at it.
func laneName(from, to iru.MapNode) string {
	if from.Kind == iru.NodeOutlet {
		return spanLabel(to)
	}
	r := []rune(spanLabel(from))
	return strings.TrimSuffix(string(r[:min(len(r), 11)]), "…") + "… " + spanLabel(to)
}

// spanLabel is a node where there is little room: an address without its scheme, a digest by its beginning.
func spanLabel(n iru.MapNode) string {
	switch n.Kind {
	case iru.NodeAsset:
		_, rest, ok := strings.Cut(n.Label, "://")
		if !ok {
			rest = n.Label
		}
		return strings.TrimSuffix(rest, "/")
	case iru.NodeKey, iru.NodeCertificate:
		if r := []rune(n.Label); len(r) > 10 {
			return string(r[:8]) + "…"
		}
	}
	return n.Label
}

// spans is the timeline as a table: every stretch of time.
func (p MapPage) spans(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "What held when"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "From")}, {Title: ui.T(ctx, "Relation"), NoWrap: true}, {Title: ui.T(ctx, "To")},
		{Title: ui.T(ctx, "First seen"), NoWrap: true}, {Title: ui.T(ctx, "Last seen"), NoWrap: true}, {Title: ui.T(ctx, "Ended"), NoWrap: true}}}
	for _, x := range p.Map.Spans {
		if !p.passes(x) {
			continue
		}
		ended := "–"
		if !x.Ended.IsZero() {
			ended = moment(x.Ended)
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Isolated(spanLabel(p.Map.Of(x.From))), ui.Text(relWords(ctx, x.Rel)), ui.Isolated(spanLabel(p.Map.Of(x.To))), ui.Isolated(moment(x.First)), ui.Isolated(moment(x.Last)), ui.Text(ended)))
	}
	return t
}

func (p MapPage) empty(ctx context.Context) string {
	if p.past() {
		return ui.T(ctx, "Nothing was known of it on that day")
	}
	return ui.T(ctx, "Nothing is on the map yet")
}

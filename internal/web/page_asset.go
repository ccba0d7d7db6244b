// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// AssetPage is one address: what is believed of it and why, who carries it and who can act, whose it is, and what happened.
type AssetPage struct {
	Frame     ui.Frame
	Now       time.Time
	Said      string
	Asset     iru.Asset
	Outlet    iru.Outlet // zero: nobody has said whose it is
	Agreement iru.Agreement
	Looks     []iru.Observation
	Options   []desk.Option
	Items     []iru.Item
	Notices   []iru.Notice
	Providers []iru.Provider
	Outlets   []iru.Outlet // to attribute it to
	Resembles iru.Asset    // of the suggested lineage
	Suggested iru.Outlet   // that the resembling asset carries
	JudgedBy  string
	History   ui.Table
	Leads     []iru.Lead
	Sightings []sightingNow // what each monitor saw last
	Planned   int           // looks that are scheduled
	Prepared  ui.Lines      // acts that wait to be released
	Judge     judgeForm
	Carry     carryForm

	MayDraft, MayAttribute, MayCarry bool
	Steps                            []ui.Button
}

// carryForm is an officer's word on who carries an asset.
type carryForm struct {
	Provider, Source string
	Errors           map[string]string
}

func (p AssetPage) live() string { return "/live/asset-" + id(p.Asset.ID) }

func (p AssetPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Outlets"), Href: "/outlets"}}, Title: kindName(ctx, p.Asset.Kind) + " " + id(p.Asset.ID),
		State: presenceState(ctx, p.Asset.Presence.State), Handling: p.Frame.Handling, Buttons: p.Steps}
	if p.Outlet.ID != 0 {
		h.Crumbs = append(h.Crumbs, ui.Crumb{Text: p.Outlet.Name, Href: "/outlets/" + id(p.Outlet.ID)})
	} else {
		h.Crumbs = append(h.Crumbs, ui.Crumb{Text: ui.T(ctx, "Candidates"), Href: "/candidates"})
	}
	h.Facts = []templ.Component{address(p.Asset.Locator), assetState(ctx, p.Asset.State).Plain(),
		templ.Join(ui.Text(ui.T(ctx, "last seen")+" "), ui.Fresh{Seen: p.Asset.Seen, Now: p.Now, Stale: freshFor}), ui.Connection()}
	return h
}

// presence is what each vantage point says.
func (p AssetPage) presence(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Presence by vantage point"), Empty: ui.T(ctx, "Nobody has looked yet. The first look is on its way."),
		Columns: []ui.Column{{Title: ui.T(ctx, "Vantage point")}, {Title: ui.T(ctx, "What it says")}, {Title: ui.T(ctx, "Against what was captured")}, {Title: ui.T(ctx, "In a row"), Num: true}, {Title: ui.T(ctx, "Last telling look"), NoWrap: true}}}
	for _, name := range slices.Sorted(maps.Keys(p.Asset.Presence.Runs)) {
		r := p.Asset.Presence.Runs[name]
		row := ui.T(ctx, "%s of %s", strconv.Itoa(min(r.Length, p.Agreement.Rounds)), strconv.Itoa(p.Agreement.Rounds))
		if r.Up {
			row = "–"
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Isolated(name), outcomeState(ctx, r.Found), contentState(ctx, r.Content, 0).Plain(), ui.Text(row), ui.Fresh{Seen: r.Last, Now: p.Now, Stale: freshFor}))
	}
	return t
}

// compare leads to what was captured of its own address before and after.
func (p AssetPage) compare(ctx context.Context) templ.Component {
	for _, i := range p.Items {
		if i.Locator == p.Asset.Locator && i.Exhibit != 0 {
			return ui.Link(at("/exhibits/compare", "a", id(i.Exhibit)), ui.T(ctx, "Before and after"))
		}
	}
	return nil
}

// cloaked says that what is shown differs by vantage point; "" where it does not.
func (p AssetPage) cloaked(ctx context.Context) string {
	shown, hidden := p.Asset.Presence.Cloaked(p.Agreement.Gap)
	if len(hidden) == 0 {
		return ""
	}
	return ui.T(ctx, "What is shown differs by vantage point: %s sees the content, %s sees something else or nothing. It is not gone.", list(shown), list(hidden))
}

// rule says when absence is believed.
func (p AssetPage) rule(ctx context.Context) string {
	return ui.T(ctx, "Gone is believed when %s vantage points agree, %s looks in a row each, %s apart. A failed look counts as unknown, never as gone.",
		strconv.Itoa(p.Agreement.Points), strconv.Itoa(p.Agreement.Rounds), lengthWords(ctx, p.Agreement.Gap))
}

func (p AssetPage) looks(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Looks, newest first"), Compact: true, Empty: ui.T(ctx, "Nobody has looked yet."),
		Columns: []ui.Column{{Title: ui.T(ctx, "When"), NoWrap: true}, {Title: ui.T(ctx, "Vantage point")}, {Title: ui.T(ctx, "What was met"), Head: true}, {Title: ui.T(ctx, "Against what was captured")}, {Title: "HTTP", Num: true}, {Title: ui.T(ctx, "Detail")}, {Title: ui.T(ctx, "Took"), Num: true}}}
	for _, o := range p.Looks {
		http := ""
		if o.Status != 0 {
			http = strconv.Itoa(o.Status)
		}
		t.Rows = append(t.Rows, ui.Cells(ui.When{At: o.At, Day: true}, ui.Isolated(o.Vantage), outcomeState(ctx, o.Outcome).Plain(), contentState(ctx, o.Content, o.Alike).Plain(), ui.Text(http), ui.Isolated(plainDefanged(cutText(o.Detail, 160))),
			ui.Text(fmt.Sprintf("%d ms", o.Took.Milliseconds()))))
	}
	return t
}

func (p AssetPage) items(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Items"), Compact: true, Empty: ui.T(ctx, "No content of it is known yet."),
		Columns: []ui.Column{{Title: ui.T(ctx, "Item"), NoWrap: true}, {Title: ui.T(ctx, "Address")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Captured"), NoWrap: true}}}
	for _, i := range p.Items {
		t.Rows = append(t.Rows, ui.Cells(ui.Link("/items/"+id(i.ID), id(i.ID)), shortAddress(i.Locator), itemState(ctx, i.State), ui.Fresh{Seen: i.Captured, Now: p.Now}))
	}
	return t
}

func (p AssetPage) notices(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Notices"), Compact: true, Empty: ui.T(ctx, "No act about it was drafted."),
		Columns: []ui.Column{{Title: ui.T(ctx, "Act"), NoWrap: true}, {Title: ui.T(ctx, "Instrument")}, {Title: ui.T(ctx, "Addressee")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Since"), NoWrap: true}}}
	names := map[iru.ProviderID]string{}
	for _, x := range p.Providers {
		names[x.ID] = x.Name
	}
	for _, n := range p.Notices {
		since := n.Created
		for _, at := range []time.Time{n.SentAt, n.ReceivedAt, n.OutcomeAt} {
			if at.After(since) {
				since = at
			}
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Link("/notices/"+id(n.ID), n.Ref), ui.Text(instrumentName(ctx, n.Instrument)), ui.Isolated(names[n.Provider]), noticeState(ctx, n.State), ui.Fresh{Seen: since, Now: p.Now}))
	}
	return t
}

// marks are the marks of identity that were found on it.
func (p AssetPage) marks(ctx context.Context) ui.Terms {
	var t ui.Terms
	for _, f := range p.Asset.Features {
		if len(t) == 12 {
			break
		}
		t = append(t, ui.Term{Name: clueName(ctx, f.Kind), Value: ui.Isolated(cutText(plainDefanged(f.Value), 48))})
	}
	return t
}

func (p AssetPage) facts(ctx context.Context) ui.Terms {
	t := ui.Terms{{Name: ui.T(ctx, "Found"), Value: ui.Text(foundBy(ctx, p.Asset))}, {Name: ui.T(ctx, "On"), Value: ui.When{At: p.Asset.Created, Day: true}}}
	if p.Asset.FoundFrom != 0 {
		t[0].Value = ui.Link("/assets/"+id(p.Asset.FoundFrom), foundBy(ctx, p.Asset))
	}
	if p.Asset.Site != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "Registered name"), Value: ui.Address{Defanged: p.Asset.Site, Real: p.Asset.Site}})
	}
	if len(p.Asset.Languages) > 0 {
		t = append(t, ui.Term{Name: ui.T(ctx, "Languages"), Value: languages(p.Asset.Languages)})
	}
	return t
}

// allowed and refused split an option's rulings.
func allowed(o desk.Option) (yes, no []legal.Ruling) {
	for _, r := range o.Rulings {
		if r.Allowed {
			yes = append(yes, r)
		} else {
			no = append(no, r)
		}
	}
	return yes, no
}

func (p AssetPage) draftHref(o desk.Option, i legal.Instrument) string {
	return at("/assets/"+id(p.Asset.ID)+"/act", "option", optionKey(o, i))
}

// outletOptions are the outlets that the asset may be attributed to.
func (p AssetPage) outletField(ctx context.Context) ui.Field {
	f := ui.Field{Name: "outlet", Type: "select", Label: ui.T(ctx, "Outlet"), Value: p.Judge.Outlet, Error: p.Judge.Errors["outlet"], Options: []ui.Option{{Value: "", Text: ui.T(ctx, "none of these")}}}
	if f.Value == "" && p.Suggested.ID != 0 && len(p.Judge.Errors) == 0 {
		f.Value = id(p.Suggested.ID)
	}
	for _, o := range p.Outlets {
		f.Options = append(f.Options, ui.Option{Value: id(o.ID), Text: o.Name})
	}
	return f
}

func (p AssetPage) providerField(ctx context.Context) ui.Field {
	f := ui.Field{Name: "provider", Type: "select", Label: ui.T(ctx, "Provider"), Required: true, Value: p.Carry.Provider, Error: p.Carry.Errors["provider"], Options: []ui.Option{{Value: "", Text: ui.T(ctx, "choose")}}}
	for _, x := range p.Providers {
		f.Options = append(f.Options, ui.Option{Value: id(x.ID), Text: x.Name + ", " + layerName(ctx, x.Layer)})
	}
	return f
}

func (p AssetPage) judgeErrors(ctx context.Context) ui.Errors {
	return ui.Errors{p.outletField(ctx), {ID: "reason-" + id(p.Asset.ID), Label: ui.T(ctx, "Reason, in your words"), Error: p.Judge.Errors["reason"]}}
}

func (p AssetPage) whose(ctx context.Context) templ.Component {
	if p.Outlet.ID != 0 {
		return ui.Link("/outlets/"+id(p.Outlet.ID), p.Outlet.Name)
	}
	return assetState(ctx, p.Asset.State)
}

// unlike says why there is no suggestion.
func (p AssetPage) unlike(ctx context.Context) string {
	switch {
	case p.Asset.State == iru.AssetRejected:
		return ui.T(ctx, "A person said that it is somebody else's.")
	case p.Asset.Outlet != 0:
		return ui.T(ctx, "A person attributed it. It was not compared with others before.")
	case p.Asset.Seen.IsZero():
		return ui.T(ctx, "It was not captured yet, so nothing can be compared.")
	}
	return ui.T(ctx, "It resembles no known address.")
}

// lawWords is what the gate says of a pair, with its source.
func lawWords(r legal.Ruling) string {
	s := strings.TrimSpace(r.Reason + " " + r.Advice)
	if r.Source != "" {
		s += " (" + r.Source + ")"
	}
	return s
}

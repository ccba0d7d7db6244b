// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strings"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// ActPage is where an act begins: who can act on an asset, what the law allows against each and why not the rest.
type ActPage struct {
	Frame    ui.Frame
	Asset    iru.Asset
	Outlet   iru.Outlet
	Unit     iru.Unit   // the officer's own
	Parent   iru.Notice // the act that this one follows
	Options  []desk.Option
	Finding  iru.Assessment // what it would rest on; without an id there is none
	Missing  string         // why there is none, and the way out
	Grounds  string         // reasons made of the finding
	Items    []iru.Item     // judged ones on this asset
	Joint    []iru.Operation
	Units    []iru.Unit // that take part in one of them
	Problem  string
	Chosen   string // "provider layer instrument"
	Item     iru.ItemID
	Request  legal.Request
	Lang     string
	Reasons  string
	Into     iru.OperationID
	For      iru.UnitID
	MayDraft bool
}

// key is the value of one allowed instrument in the form.
func optionKey(o desk.Option, i legal.Instrument) string {
	return id(o.Provider.ID) + " " + string(o.Carrier.Layer) + " " + string(i)
}

func (p ActPage) title(ctx context.Context) string {
	if p.Parent.ID != 0 {
		return ui.T(ctx, "Escalate %s", p.Parent.Ref)
	}
	return ui.T(ctx, "Who can act, and how")
}

func (p ActPage) action() string {
	if p.Parent.ID != 0 {
		return "/notices/" + id(p.Parent.ID) + "/escalate"
	}
	return "/assets/" + id(p.Asset.ID) + "/act"
}

func (p ActPage) back() string {
	if p.Parent.ID != 0 {
		return "/notices/" + id(p.Parent.ID)
	}
	return "/assets/" + id(p.Asset.ID)
}

func (p ActPage) crumbs(ctx context.Context) []ui.Crumb {
	if p.Parent.ID != 0 {
		return []ui.Crumb{{Text: ui.T(ctx, "Notices"), Href: "/notices"}, {Text: p.Parent.Ref, Href: p.back()}}
	}
	c := []ui.Crumb{{Text: ui.T(ctx, "Outlets"), Href: "/outlets"}}
	if p.Outlet.ID != 0 {
		c = append(c, ui.Crumb{Text: p.Outlet.Name, Href: "/outlets/" + id(p.Outlet.ID)})
	}
	return append(c, ui.Crumb{Text: ui.T(ctx, "Asset %s", id(p.Asset.ID)), Href: p.back()})
}

// allowed and refused split a carrier's rulings.
func split(rs []legal.Ruling) (allowed, refused []legal.Ruling) {
	for _, r := range rs {
		if r.Allowed {
			allowed = append(allowed, r)
		} else {
			refused = append(refused, r)
		}
	}
	return allowed, refused
}

// allows reports whether anything is possible against anybody.
func (p ActPage) allows() bool {
	for _, o := range p.Options {
		if a, _ := split(o.Rulings); len(a) > 0 {
			return true
		}
	}
	return false
}

// barred reports whether an act by the instrument could not be handed in: it would use evidence under H1 in judicial proceedings.
func (p ActPage) barred(i legal.Instrument) bool {
	return p.Outlet.ID != 0 && desk.Judicial(iru.Notice{Instrument: i, Lang: p.Lang}, p.Unit) && p.Outlet.Handling.Release(iru.ForCourt, true) != nil
}

// optionHint says what an instrument means for both sides.
func optionHint(ctx context.Context, r legal.Ruling) string {
	people := ui.T(ctx, "not binding, one approval")
	if r.Instrument.Binding() {
		people = ui.T(ctx, "binding, two approvals")
	}
	return people
}

func (p ActPage) fields(ctx context.Context) []ui.Field {
	items := []ui.Option{{Value: "0", Text: ui.T(ctx, "the asset as a whole")}}
	for _, i := range p.Items {
		items = append(items, ui.Option{Value: id(i.ID), Text: defanged(i.Locator)})
	}
	requests := []ui.Option{{Value: "", Text: ui.T(ctx, "what this addressee is usually asked")}}
	for _, r := range []legal.Request{legal.RemoveContent, legal.HoldName, legal.AskOrigin, legal.Delist, legal.Preserve, legal.ProduceData, legal.RegistrationData} {
		requests = append(requests, ui.Option{Value: string(r), Text: requestName(ctx, r)})
	}
	var langs []ui.Option
	for _, l := range actLanguages {
		langs = append(langs, ui.Option{Value: l[0], Text: l[1]})
	}
	out := []ui.Field{
		{Name: "item", Label: ui.T(ctx, "Address concerned"), Type: "select", Options: items, Value: id(p.Item), Required: true},
		{Name: "request", Label: ui.T(ctx, "What is asked"), Type: "select", Options: requests, Value: string(p.Request)}, // the first one is an answer, too
		{Name: "lang", Label: ui.T(ctx, "Language of the reasons"), Type: "select", Options: langs, Value: p.Lang, Required: true, Hint: ui.T(ctx, "One that the addressee declared.")},
		{Name: "reasons", Label: ui.T(ctx, "Statement of reasons"), Type: "textarea", Rows: 6, Value: p.Reasons, Required: true, Max: 20000, Lang: p.Lang,
			Hint: ui.T(ctx, "Filled in from the assessment; the addressee reads it as it stands here.")},
	}
	if len(p.Joint) > 0 && p.Parent.ID == 0 {
		joint := []ui.Option{{Value: "0", Text: ui.T(ctx, "none: an act of its own")}}
		for _, o := range p.Joint {
			joint = append(joint, ui.Option{Value: id(o.ID), Text: o.Name})
		}
		units := []ui.Option{}
		for _, u := range p.Units {
			units = append(units, ui.Option{Value: id(u.ID), Text: join(u.Name, u.Country)})
		}
		out = append(out, ui.Field{Name: "operation", Label: ui.T(ctx, "Task of an operation"), Type: "select", Options: joint, Value: id(p.Into), Required: true, Hint: ui.T(ctx, "It leaves at T0 then, with the others.")},
			ui.Field{Name: "unit", Label: ui.T(ctx, "Served by"), Type: "select", Options: units, Value: id(p.For), Required: true, Hint: ui.T(ctx, "Another unit only within an operation; its officers approve it.")})
	}
	return out
}

// actLanguages are the official languages of the Union, and what else addressees have declared.
var actLanguages = [][2]string{
	{"en", "English"}, {"bg", "български"}, {"cs", "čeština"}, {"da", "dansk"}, {"de", "Deutsch"}, {"el", "Ελληνικά"}, {"es", "español"}, {"et", "eesti"},
	{"fi", "suomi"}, {"fr", "français"}, {"ga", "Gaeilge"}, {"hr", "hrvatski"}, {"hu", "magyar"}, {"it", "italiano"}, {"lt", "lietuvių"}, {"lv", "latviešu"},
	{"mt", "Malti"}, {"nl", "Nederlands"}, {"pl", "polski"}, {"pt", "português"}, {"ro", "română"}, {"sk", "slovenčina"}, {"sl", "slovenščina"}, {"sv", "svenska"},
	{"ar", "العربية"}, {"tr", "Türkçe"}, {"uk", "українська"},
}

func knownLanguage(tag string) bool {
	for _, l := range actLanguages {
		if l[0] == tag {
			return true
		}
	}
	return false
}

// parseOption reads a choice of the form.
func parseOption(s string) (provider string, layer legal.Layer, i legal.Instrument, ok bool) {
	parts := strings.Fields(s)
	if len(parts) != 3 {
		return "", "", "", false
	}
	return parts[0], legal.Layer(parts[1]), legal.Instrument(parts[2]), true
}

// EditPage changes a draft's words.
type EditPage struct {
	Frame   ui.Frame
	Notice  iru.Notice
	Problem string
}

func (p EditPage) fields(ctx context.Context) []ui.Field {
	fs := ActPage{Lang: p.Notice.Lang, Reasons: p.Notice.Reasons}.fields(ctx)
	return fs[2:4]
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// ProvidersPage is the directory of those who can act.
type ProvidersPage struct {
	Frame   ui.Frame
	Said    string
	Filter  iru.ContactState // "" for all
	All     int              // in the directory
	Confirm int              // contacts that wait for a person
	May     bool             // enter and confirm
	Table   ui.Table
	Pages   ui.Pages
}

func (p ProvidersPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Notices"), Href: "/notices"}, {Text: ui.T(ctx, "Providers")}}, Title: ui.T(ctx, "Providers"),
		Facts:   []templ.Component{ui.Text(ui.Tn(ctx, p.All, "%d in the directory"))},
		Buttons: []ui.Button{{Text: ui.T(ctx, "Scorecard"), Href: "/scorecard"}}}
	if p.Confirm > 0 {
		h.State = ui.Warn(ui.Tn(ctx, p.Confirm, "%d contacts to confirm"))
	}
	if p.May {
		h.Buttons = append(h.Buttons, []ui.Button{{Text: ui.T(ctx, "Authorities"), Href: "/authorities"}, {Text: ui.T(ctx, "From a file"), Href: "/providers/import"}, {Text: ui.T(ctx, "As a file"), Href: "/providers/export"}, {Text: ui.T(ctx, "Enter a provider"), Kind: ui.Primary, Href: "/providers/new", Key: "n"}}...)
	}
	return h
}

func (p ProvidersPage) filters(ctx context.Context) []ui.Button {
	return []ui.Button{
		{Text: ui.T(ctx, "All"), Small: true, Href: "/providers", Current: p.Filter == ""},
		{Text: ui.T(ctx, "To confirm"), Small: true, Href: "/providers?contact=open", Current: p.Filter == iru.ContactProposed},
		{Text: ui.T(ctx, "Confirmed"), Small: true, Href: "/providers?contact=confirmed", Current: p.Filter == iru.ContactConfirmed},
	}
}

// ProviderPage is one provider: how it is reached, what was sent and received, how it has behaved.
type ProviderPage struct {
	Frame       ui.Frame
	Now         time.Time
	Said        string
	Provider    iru.Provider
	ConfirmedBy string
	May         bool
	Blocked     int // acts that wait for the contact
	Record      Record
	Scores      []iru.Score
	Notices     ui.Table
	Thread      ui.Thread
	Drills      ui.Table
	MayDrill    bool
	More        bool  // the thread is longer
	Inform      Sheet // the ledger of the twelve hours
	History     ui.Table
	Contacts    ui.Table
	Tests       ui.Table
	Second      bool // a confirmed second contact takes orders
}

// A Record is how an addressee has behaved, as far as the officer's unit and its operations know: counts alone. How long it takes is the
// scorecard's to say, which takes in what is still open; removals alone would make whoever acts seldom look quick.
type Record struct {
	Acts, Removed, Refused, Bounced, Unanswered, Breached int
	Since                                                 time.Time // of the first act
}

// recordOf counts. An act is unanswered when it was sent and nothing ever came back.
func recordOf(ns []iru.Notice, answered map[iru.NoticeID]bool) Record {
	var r Record
	for _, n := range ns {
		if n.Drill || n.SentAt.IsZero() {
			continue
		}
		r.Acts++
		if r.Since.IsZero() || n.SentAt.Before(r.Since) {
			r.Since = n.SentAt
		}
		if !answered[n.ID] {
			r.Unanswered++
		}
		switch n.State {
		case iru.NoticeComplied:
			r.Removed++
		case iru.NoticeBreached:
			r.Breached++
		case iru.NoticeRefused:
			r.Refused++
		case iru.NoticeBounced:
			r.Bounced++
		}
	}
	return r
}

// words is the record on one line.
func (r Record) words(ctx context.Context) string {
	if r.Acts == 0 {
		return ui.T(ctx, "nothing sent yet")
	}
	refused, silent := "", ""
	if r.Refused > 0 {
		refused = ui.Tn(ctx, r.Refused, "%d refused")
	}
	if r.Unanswered > 0 {
		silent = ui.Tn(ctx, r.Unanswered, "%d unanswered")
	}
	return join(ui.Tn(ctx, r.Acts, "%d acts"), refused, silent)
}

// tookWords writes how long something took: seconds, minutes, hours with minutes, days.
func tookWords(ctx context.Context, d time.Duration) string { return ui.Age(ctx, d) }

func (r Record) terms(ctx context.Context) ui.Terms {
	number := func(n int) templ.Component { return ui.Text(ui.Thousands(n)) }
	return ui.Terms{
		{Name: ui.T(ctx, "Acts sent"), Value: number(r.Acts)},
		{Name: ui.T(ctx, "Removed, verified"), Value: number(r.Removed)},
		{Name: ui.T(ctx, "Refused"), Value: number(r.Refused)},
		{Name: ui.T(ctx, "Unanswered"), Value: number(r.Unanswered)},
		{Name: ui.T(ctx, "Not delivered"), Value: number(r.Bounced)},
		{Name: ui.T(ctx, "Up again"), Value: number(r.Breached)},
	}
}

func (p ProviderPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Notices"), Href: "/notices"}, {Text: ui.T(ctx, "Providers"), Href: "/providers"}}, Title: p.Provider.Name,
		State: contactState(ctx, p.Provider.Contact), Facts: []templ.Component{ui.Text(layerName(ctx, p.Provider.Layer)), ui.Text(jurisdiction(ctx, p.Provider))}}
	if p.May {
		h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Describe"), Href: "/providers/" + id(p.Provider.ID) + "/describe"}, ui.Button{Text: ui.T(ctx, "Further contact"), Href: "/providers/" + id(p.Provider.ID) + "/contact"})
		if p.Provider.Contact != iru.ContactConfirmed {
			h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Change contact"), Href: "/providers/" + id(p.Provider.ID) + "/change"},
				ui.Button{Text: ui.T(ctx, "Confirm this contact"), Kind: ui.Primary, Href: "/providers/" + id(p.Provider.ID) + "/confirm", Legal: true})
		} else {
			h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Change contact"), Href: "/providers/" + id(p.Provider.ID) + "/change"})
		}
	}
	h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Hours of its desk"), Href: "/providers/" + id(p.Provider.ID) + "/hours"})
	if p.Provider.Channel == iru.ByMail {
		h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Calendar"), Href: "/providers/" + id(p.Provider.ID) + "/calendar"})
	}
	return h
}

func jurisdiction(ctx context.Context, p iru.Provider) string {
	if p.Jurisdiction == "" {
		return ui.T(ctx, "jurisdiction not known")
	}
	return ui.T(ctx, "under the law of %s", p.Jurisdiction)
}

// contactTerms is how a provider is reached, and how that is known.
func (p ProviderPage) contactTerms(ctx context.Context) ui.Terms {
	v := p.Provider
	known := ui.Both(v.Source, "")
	if v.Guess {
		known = ui.Both(v.Source, ui.T(ctx, "a guess: nobody published this address"))
	}
	by := ui.Quiet(ui.T(ctx, "nobody yet"))
	if v.Contact == iru.ContactConfirmed {
		by = ui.Both(p.ConfirmedBy, day(v.ConfirmedAt)+" "+v.ConfirmedAt.UTC().Format("15:04")+" UTC")
	}
	t := ui.Terms{
		{Name: ui.T(ctx, "Reached by"), Value: ui.Text(channelName(ctx, v.Channel))},
		{Name: ui.T(ctx, "Address"), Value: contact(v)},
		{Name: ui.T(ctx, "Known from"), Value: known},
		{Name: ui.T(ctx, "Seen"), Value: ui.Fresh{Seen: v.SeenAt, Now: p.Now}},
		{Name: ui.T(ctx, "Confirmed by"), Value: by},
		{Name: ui.T(ctx, "Serves others too"), Value: ui.Text(yes(ctx, v.ServesOthers))},
	}
	if v.Site != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "Recognised by"), Value: ui.Addr(v.Site)})
	}
	if v.Note != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "Note"), Value: ui.Text(v.Note)})
	}
	t = append(t, ui.Term{Name: ui.T(ctx, "How well it is known"), Value: law(ctx, v.Main().Confidence(p.Now).Why)})
	if len(v.Languages) > 0 {
		t = append(t, ui.Term{Name: ui.T(ctx, "Languages for orders"), Value: ui.Text(strings.Join(v.Languages, " "))})
	}
	if v.Establishment != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "Main establishment"), Value: ui.Text(v.Establishment)})
	}
	if v.Representative != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "Legal representative"), Value: ui.Isolated(v.Representative)})
	}
	if v.SealKey != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "Key"), Value: code(iru.KeyPrint(v.SealKey))})
		if ends := iru.SealEnds(v.Seal, v.SealKey); !ends.IsZero() {
			t = append(t, ui.Term{Name: ui.T(ctx, "Its certificate ends"), Value: ui.Text(day(ends))})
		}
	}
	return t
}

func yes(ctx context.Context, b bool) string {
	if b {
		return ui.T(ctx, "yes")
	}
	return ui.T(ctx, "no")
}

// ProviderFormPage enters a provider, or changes how one is reached.
type ProviderFormPage struct {
	Frame    ui.Frame
	Provider iru.Provider // as typed; with an id it is changed
	Problem  string
}

func (p ProviderFormPage) fields(ctx context.Context) []ui.Field {
	v := p.Provider
	layers := []ui.Option{{Text: ui.T(ctx, "Choose"), Disabled: true}}
	for _, l := range legal.Layers() {
		layers = append(layers, ui.Option{Value: string(l), Text: layerName(ctx, l)})
	}
	channels := []ui.Option{}
	for _, c := range iru.Channels {
		channels = append(channels, ui.Option{Value: c, Text: channelName(ctx, c)})
	}
	reach := []ui.Field{
		{Name: "channel", Label: ui.T(ctx, "Reached by"), Type: "select", Options: channels, Value: v.Channel, Required: true},
		{Name: "address", Label: ui.T(ctx, "Address"), Value: v.Address, Max: 500, Autocomplete: "off",
			Hint: ui.T(ctx, "A mail address, the base address of the interface, or the number that is called.")},
		{Name: "token", Label: ui.T(ctx, "Credential for the interface"), Type: "password", Max: 1000, Autocomplete: "off", Hint: ui.T(ctx, "Kept for sending, never shown again.")},
	}
	if v.ID != 0 {
		return reach
	}
	reach = append(reach, ui.Field{Name: "source", Label: ui.T(ctx, "Where this contact comes from"), Value: v.Source, Required: true, Max: 300, Placeholder: ui.T(ctx, "their page for authorities, RDAP, a call")})
	return append([]ui.Field{
		{Name: "name", Label: ui.T(ctx, "Name"), Value: v.Name, Required: true, Max: 200, Autocomplete: "off"},
		{Name: "layer", Label: ui.T(ctx, "What it provides"), Type: "select", Options: layers, Value: string(v.Layer), Required: true,
			Hint: ui.T(ctx, "This decides which instruments the law allows.")},
		{Name: "jurisdiction", Label: ui.T(ctx, "Jurisdiction"), Value: v.Jurisdiction, Max: 40, Hint: ui.T(ctx, "Country code of its main establishment.")},
		{Name: "site", Label: ui.T(ctx, "Its own domain"), Value: v.Site, Max: 253, Autocomplete: "off", Hint: ui.T(ctx, "What lies under this name is carried by it.")},
	}, reach...)
}

func (p ProviderFormPage) title(ctx context.Context) string {
	if p.Provider.ID != 0 {
		return ui.T(ctx, "Change the contact of %s", p.Provider.Name)
	}
	return ui.T(ctx, "Enter a provider")
}

func (p ProviderFormPage) back() string {
	if p.Provider.ID != 0 {
		return "/providers/" + id(p.Provider.ID)
	}
	return "/providers"
}

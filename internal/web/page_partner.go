// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// PartnersPage lists the units with an installation of their own.
type PartnersPage struct {
	Frame       ui.Frame
	Said        string
	May         bool
	On          bool     // this installation speaks to partners
	Own         iru.Card // our own card
	Table       ui.Table
	Invitations ui.Table
}

// PartnerPage is one partner: its card, where the traffic stands, what was said.
type PartnerPage struct {
	Frame            ui.Frame
	Now              time.Time
	Said             string
	May, MayAsk      bool
	Partner          iru.Partner
	Line             iru.Line
	Own              string // id of our present keys
	Backlog          db.Backlog
	Added, Confirmed string
	Steps            []ui.Button
	Messages         ui.Table
	Parked           ui.Table
	Inquiries        ui.Table
	Witnesses        ui.Table
	History          ui.Table
}

func (p PartnersPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Operations"), Href: "/operations"}}, Title: ui.T(ctx, "Partners"), Facts: []templ.Component{ui.Connection()}}
	if p.May && p.On {
		h.Buttons = []ui.Button{{Text: ui.T(ctx, "Enter a partner"), Href: "/partners/new", Kind: ui.Primary, Key: "n"}}
	}
	return h
}

func (p PartnersPage) todo(ctx context.Context) []ui.Todo {
	if !p.On {
		return []ui.Todo{{Title: ui.T(ctx, "Give this installation an address for partners"), Why: ui.T(ctx, "peer.listen and peer.address in the configuration; then it has a card."), Next: true}}
	}
	list := []ui.Todo{{Title: ui.T(ctx, "Hand our card to the partner"), Why: ui.T(ctx, "It stands below; it holds no secret."), Next: true}}
	if p.May {
		list = append(list, ui.Todo{Title: ui.T(ctx, "Enter the partner's card"), Why: ui.T(ctx, "A second person compares the fingerprint by telephone and confirms it."), Button: ui.Button{Text: ui.T(ctx, "Enter a partner"), Kind: ui.Primary, Href: "/partners/new"}})
	}
	return list
}

func (p PartnersPage) card(ctx context.Context) ui.Terms {
	return ui.Terms{{Name: ui.T(ctx, "Name"), Value: ui.Isolated(p.Own.Name)}, {Name: ui.T(ctx, "Address"), Value: long(p.Own.URL)}, {Name: ui.T(ctx, "Fingerprint"), Value: long(p.Own.Fingerprint)}}
}

func (p PartnerPage) head(ctx context.Context) ui.Head {
	return ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Operations"), Href: "/operations"}, {Text: ui.T(ctx, "Partners"), Href: "/partners"}}, Title: p.Partner.Name, State: partnerState(ctx, p.Partner.State), Buttons: p.Steps,
		Facts: []templ.Component{ui.Text(p.Partner.Country), ui.Connection()}}
}

func (p PartnerPage) base() string { return "/partners/" + id(p.Partner.ID) }

func (p PartnerPage) live() string { return "/live/partner-" + id(p.Partner.ID) }

func (p PartnerPage) line(ctx context.Context) ui.Terms {
	heard := ui.Quiet(ui.T(ctx, "never"))
	if !p.Line.Heard.IsZero() {
		heard = ui.Fresh{Seen: p.Line.Heard, Now: p.Now, Stale: freshPartner}
	}
	t := ui.Terms{{Name: ui.T(ctx, "Last heard"), Value: heard}, {Name: ui.T(ctx, "Its clock, against ours"), Value: partnerClock(ctx, p.Line)}}
	waits := templ.Component(ui.OK(ui.T(ctx, "nothing")))
	if p.Backlog.Messages > 0 {
		waits = ui.All(ui.Warn(ui.Tn(ctx, p.Backlog.Messages, "%d messages")), ui.Text(" "), ui.Fresh{Seen: time.UnixMicro(p.Backlog.Oldest).UTC(), Now: p.Now, Stale: freshPartner})
	}
	t = append(t, ui.Term{Name: ui.T(ctx, "Waits for it"), Value: waits})
	switch {
	case oldKeys(p.Partner, p.Line, p.Own):
		t = append(t, ui.Term{Name: ui.T(ctx, "Of our keys it knows"), Value: ui.Warn(ui.T(ctx, "only old ones: it was sent our card, call it to adopt that"))})
	case p.Own != "" && p.Line.Own == p.Own:
		t = append(t, ui.Term{Name: ui.T(ctx, "Of our keys it knows"), Value: ui.OK(ui.T(ctx, "the present ones"))})
	}
	if p.Line.Failed != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "Last try"), Value: ui.All(ui.Warn(ui.T(ctx, "failed, %s in a row", strconv.Itoa(p.Line.Tries))), ui.Text(" "), ui.Isolated(p.Line.Failed))})
	}
	return append(t, ui.Term{Name: ui.T(ctx, "Sent and durable there"), Value: messagePlace(p.Line.Durable.Epoch, p.Line.Durable.Seq)}, ui.Term{Name: ui.T(ctx, "Heard and durable here"), Value: messagePlace(p.Line.In.Epoch, p.Line.In.Seq)})
}

func (p PartnerPage) facts(ctx context.Context) ui.Terms {
	t := ui.Terms{{Name: ui.T(ctx, "Address"), Value: long(p.Partner.URL)}, {Name: ui.T(ctx, "Fingerprint"), Value: long(p.Partner.Fingerprint)}, {Name: ui.T(ctx, "Entered by"), Value: ui.Both(p.Added, moment(p.Partner.Added))}}
	if p.Partner.ConfirmedBy != 0 {
		t = append(t, ui.Term{Name: ui.T(ctx, "Confirmed by"), Value: ui.Both(p.Confirmed, moment(p.Partner.Confirmed))})
	}
	if p.Partner.Note != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "Note"), Value: ui.Isolated(p.Partner.Note)})
	}
	return t
}

// A partnerNote is something that waits for a person, with the step.
type partnerNote struct {
	Tone ui.Tone
	Text string
	Verb string
	Name string
}

func (p PartnerPage) notes(ctx context.Context) []partnerNote {
	var out []partnerNote
	add := func(tone ui.Tone, text, verb string) {
		out = append(out, partnerNote{tone, text, verb, partnerVerbName(ctx, verb)})
	}
	if p.Line.Trouble != "" {
		add(ui.ToneBad, p.Line.Trouble, "epoch")
	}
	if p.Line.Alarm != "" {
		add(ui.ToneBad, p.Line.Alarm, "alarm")
		add(ui.ToneNeutral, ui.T(ctx, "Did the partner's person tell you that a new epoch began there?"), "admit")
	}
	if err := p.Line.Skewed(); err != nil && !p.Line.SkewAt.IsZero() {
		add(ui.ToneWarn, ui.T(ctx, "The clocks differ by %s. T0 is an instant; have both clocks set, or accept the difference.", skewWords(p.Line.Skew)), "skew")
	}
	if p.Partner.Next != "" {
		add(ui.ToneWarn, ui.T(ctx, "Another card was offered for this partner. Nothing changes before a second person has compared its fingerprint."), "adopt")
	}
	return out
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"strconv"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// perPage is how many rows a list shows.
const perPage = 50

// maxThread is how many letters and events a page shows of one thing.
const maxThread = 100

func (v *visit) providersPage() error {
	ctx := v.ctx()
	p := ProvidersPage{Frame: v.frame("notices", ui.T(ctx, "Providers")), Said: v.said(), May: v.may(iru.ToConfirm)}
	switch v.r.URL.Query().Get("contact") {
	case "open":
		p.Filter = iru.ContactProposed
	case "confirmed":
		p.Filter = iru.ContactConfirmed
	}
	from, _ := strconv.Atoi(v.r.URL.Query().Get("from"))
	err := v.read(func(t *db.Tx) error {
		all, err := t.Providers(ctx, v.scope)
		if err != nil {
			return err
		}
		p.All, p.Confirm = len(all), 0
		var shown []iru.Provider
		for _, x := range all {
			if x.Contact != iru.ContactConfirmed {
				p.Confirm++
			}
			if p.Filter == "" || (p.Filter == iru.ContactConfirmed) == (x.Contact == iru.ContactConfirmed) {
				shown = append(shown, x)
			}
		}
		from = min(max(from, 0), len(shown))
		if from+perPage < len(shown) {
			p.Pages.Next = at("/providers", "contact", v.r.URL.Query().Get("contact"), "from", strconv.Itoa(from+perPage))
		}
		if from > 0 {
			p.Pages.Previous = at("/providers", "contact", v.r.URL.Query().Get("contact"), "from", strconv.Itoa(max(0, from-perPage)))
		}
		p.Table = ui.Table{Label: ui.T(ctx, "Providers"), List: true, Empty: ui.T(ctx, "None in this state."), Columns: []ui.Column{
			{Title: ui.T(ctx, "Name")}, {Title: ui.T(ctx, "Provides")}, {Title: ui.T(ctx, "Jurisdiction"), NoWrap: true}, {Title: ui.T(ctx, "Contact")},
			{Title: ui.T(ctx, "Known from")}, {Title: ui.T(ctx, "Seen"), NoWrap: true}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Record")}}}
		for _, x := range shown[from:min(from+perPage, len(shown))] {
			ns, err := t.NoticesTo(ctx, v.scope, x.ID)
			if err != nil {
				return err
			}
			answered, err := v.answered(t, x.ID)
			if err != nil {
				return err
			}
			source := x.Source
			if x.Guess {
				source = join(source, ui.T(ctx, "a guess"))
			}
			address := contact(x)
			address.Real, address.Max = "", 24
			p.Table.Rows = append(p.Table.Rows, ui.Cells(ui.Link("/providers/"+id(x.ID), x.Name), ui.Text(layerName(ctx, x.Layer)), ui.Text(x.Jurisdiction),
				address, ui.Quiet(source), ui.Fresh{Seen: x.SeenAt, Now: v.now}, contactState(ctx, x.Contact), ui.Quiet(recordOf(ns, answered).words(ctx))))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.show(p.View())
}

// answered tells which acts a provider ever answered.
func (v *visit) answered(t *db.Tx, id iru.ProviderID) (map[iru.NoticeID]bool, error) {
	ns, err := t.NoticesAnswered(v.ctx(), v.scope, id)
	if err != nil {
		return nil, err
	}
	out := map[iru.NoticeID]bool{}
	for _, n := range ns {
		out[n] = true
	}
	return out, nil
}

func (v *visit) providerPage() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	p := ProviderPage{Now: v.now, May: v.may(iru.ToConfirm)}
	err = v.read(func(t *db.Tx) error {
		var err error
		if p.Provider, err = t.Provider(ctx, v.scope, iru.ProviderID(n)); err != nil {
			return err
		}
		p.Provider.Token = ""
		p.May = p.May && p.Provider.Unit == v.by.Unit
		who := names{}
		p.ConfirmedBy = who.of(ctx, t, p.Provider.ConfirmedBy)
		ns, err := t.NoticesTo(ctx, v.scope, p.Provider.ID)
		if err != nil {
			return err
		}
		answered, err := v.answered(t, p.Provider.ID)
		if err != nil {
			return err
		}
		p.Record, p.Blocked = recordOf(ns, answered), 0
		if p.Scores, err = v.scoresOf(t, p.Provider.ID); err != nil {
			return err
		}
		refs := map[iru.NoticeID]string{}
		for _, n := range ns {
			refs[n.ID] = n.Ref
			if n.State == iru.NoticeApproved && !n.Drill {
				p.Blocked++
			}
		}
		if p.Notices, err = v.noticeTable(t, ns[:min(len(ns), perPage)], false); err != nil {
			return err
		}
		p.Notices.Empty = ui.T(ctx, "No act was drafted for this provider.")
		ls, err := t.LettersWith(ctx, v.scope, p.Provider.ID, maxThread)
		if err != nil {
			return err
		}
		p.Thread = v.thread(ls, p.Provider, refs, false)
		ks, err := t.DrillsOf(ctx, v.scope, p.Provider.ID, perPage)
		if err != nil {
			return err
		}
		p.Drills = drills(ctx, ks)
		p.MayDrill = p.May && p.Provider.Contact == iru.ContactConfirmed && p.Provider.Channel != iru.ByAPI && p.Provider.ByMachine()
		if p.Contacts, p.Tests, p.Second, err = v.contactTables(t, p.Provider, p.May); err != nil {
			return err
		}
		p.History, err = v.history(t, iru.Subject{Noun: "provider", ID: int64(p.Provider.ID)}, who)
		return err
	})
	if err != nil {
		return err
	}
	if p.Inform, err = v.informSheet(p.Provider.ID); err != nil {
		return err
	}
	p.Frame, p.Said = v.frame("notices", p.Provider.Name), v.said()
	return v.show(p.View())
}

func (v *visit) providerForm() error {
	if err := v.scope.May(iru.ToConfirm); err != nil {
		return err
	}
	p := ProviderFormPage{Provider: iru.Provider{Channel: iru.ByMail}}
	if v.r.PathValue("id") != "" {
		var err error
		if p.Provider, err = v.provider(); err != nil {
			return err
		}
		p.Provider.Source = ""
	}
	p.Frame = v.frame("notices", p.title(v.ctx()))
	return v.show(p.View())
}

// provider reads the one that the path names, without its credential.
func (v *visit) provider() (iru.Provider, error) {
	n, err := v.number("id")
	if err != nil {
		return iru.Provider{}, err
	}
	var p iru.Provider
	err = v.read(func(t *db.Tx) error {
		var err error
		p, err = t.Provider(v.ctx(), v.scope, iru.ProviderID(n))
		return err
	})
	p.Token = ""
	return p, err
}

func (v *visit) enterProvider() error {
	x := iru.Provider{Name: v.value("name"), Site: strings.ToLower(v.value("site")), Layer: legal.Layer(v.value("layer")), Jurisdiction: strings.ToUpper(v.value("jurisdiction")),
		Channel: v.value("channel"), Address: v.value("address"), Token: v.value("token"), Source: v.value("source"), ServesOthers: v.value("others") != ""}
	if n := v.whole("id"); n > 0 {
		err := v.read(func(t *db.Tx) error {
			have, err := t.Provider(v.ctx(), v.scope, iru.ProviderID(n))
			if err != nil {
				return err
			}
			x.ID, x.Name, x.Layer, x.Site, x.Jurisdiction = have.ID, have.Name, have.Layer, have.Site, have.Jurisdiction
			return v.ours(have.Unit)
		})
		if err != nil {
			return err
		}
	}
	typed := x
	x.ID = 0
	p, err := v.desk.EnterProvider(v.ctx(), v.scope, x)
	if why, ok := complaint(err); ok {
		typed.Token = ""
		page := ProviderFormPage{Provider: typed, Problem: why}
		page.Frame = v.frame("notices", page.title(v.ctx()))
		return v.again(err, page.View())
	}
	if err != nil {
		return err
	}
	if p.Contact == iru.ContactConfirmed {
		v.say(ui.T(v.ctx(), "Nothing changed: this is the contact of %s already.", p.Name))
	} else {
		v.say(ui.T(v.ctx(), "The contact of %s was entered. Confirm it before anything is sent.", p.Name))
	}
	return v.to("/providers/%d", p.ID)
}

func (v *visit) confirmPage() error { return v.confirmStep("") }

func (v *visit) confirmStep(why string) error {
	ctx := v.ctx()
	if err := v.scope.May(iru.ToConfirm); err != nil {
		return err
	}
	p, err := v.provider()
	if err != nil {
		return err
	}
	page := StepPage{Frame: v.frame("notices", ui.T(ctx, "Confirm the contact of %s", p.Name)), Title: ui.T(ctx, "Confirm the contact of %s", p.Name), State: contactState(ctx, p.Contact),
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Providers"), Href: "/providers"}, {Text: p.Name, Href: "/providers/" + id(p.ID)}}, Problem: why,
		Next: []string{ui.T(ctx, "You answer for this address with your name: what is sealed and approved for this provider goes there from now on."),
			ui.T(ctx, "Approved acts that wait for this contact leave at once.")},
		Facts: ProviderPage{Provider: p, Now: v.now}.contactTerms(ctx),
		Fields: []ui.Field{{Name: "note", Label: ui.T(ctx, "How you made sure"), Type: "textarea", Required: true, Max: 1000, Value: v.r.PostFormValue("note"),
			Placeholder: ui.T(ctx, "called them, read it on their page for authorities")}},
		Hidden: map[string]string{"address": p.Way()},
		Action: v.r.URL.Path, Verb: ui.T(ctx, "Confirm this contact"), Kind: ui.Primary, Back: "/providers/" + id(p.ID)}
	if why != "" {
		return v.again(iru.Invalid, page.View())
	}
	return v.show(page.View())
}

func (v *visit) confirm() error {
	p, err := v.provider()
	if err != nil {
		return err
	}
	if err := v.ours(p.Unit); err != nil {
		return err
	}
	if err := v.scope.May(iru.ToConfirm); err != nil {
		return err
	}
	if v.value("note") == "" {
		return v.confirmStep(ui.T(v.ctx(), "Say how you made sure that this is their address."))
	}
	q, err := v.desk.Confirm(v.ctx(), v.scope, p.ID, v.value("address"), v.value("note"))
	if errors.Is(err, iru.Conflict) && v.value("address") != p.Way() {
		return v.confirmStep(ui.T(v.ctx(), "The contact changed while you looked. This is the new one."))
	} else if err != nil {
		return err
	}
	p = q
	v.say(ui.T(v.ctx(), "The contact of %s is confirmed.", p.Name))
	return v.to("/providers/%d", p.ID)
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// form shows a page that stands before a step, or, when it was sent, does the step: what was refused shows the page again with the reason.
func (v *visit) form(p StepPage, here string, need iru.Power, do func() error) error {
	if err := v.scope.May(need); err != nil {
		return err
	}
	p.Frame = v.frame(here, p.Title)
	if v.r.Method != http.MethodPost {
		return v.show(p.View())
	}
	err := do()
	if why, ok := complaint(err); ok {
		p.Problem = why
		return v.again(err, p.View())
	}
	return err
}

// typed is what was typed into a field, or what stands there before.
func (v *visit) typed(name, before string) string {
	if v.r.Method == http.MethodPost {
		return v.value(name)
	}
	return before
}

func (v *visit) providerCrumbs(p iru.Provider) []ui.Crumb {
	return []ui.Crumb{{Text: ui.T(v.ctx(), "Providers"), Href: "/providers"}, {Text: p.Name, Href: "/providers/" + id(p.ID)}}
}

// contactForm enters a further contact or changes one.
func (v *visit) contactForm() error {
	ctx := v.ctx()
	p, err := v.provider()
	if err != nil {
		return err
	}
	if err := v.ours(p.Unit); err != nil {
		return err
	}
	c := iru.Contact{Provider: p.ID, Kind: iru.ContactSecond, Channel: iru.ByMail}
	number, _ := strconv.ParseInt(v.r.FormValue("contact"), 10, 64)
	if number > 0 {
		if err := v.read(func(t *db.Tx) (err error) {
			c, err = t.Contact(ctx, v.scope, iru.ContactID(number))
			return err
		}); err != nil {
			return err
		}
	}
	var kinds, channels []ui.Option
	for _, k := range iru.ContactKinds {
		kinds = append(kinds, ui.Option{Value: string(k), Text: contactKind(ctx, k)})
	}
	for _, ch := range []string{iru.ByMail, "portal", "manual"} {
		channels = append(channels, ui.Option{Value: ch, Text: wayName(ctx, ch)})
	}
	page := StepPage{Title: ui.T(ctx, "Further contact of %s", p.Name), Crumbs: v.providerCrumbs(p), Back: "/providers/" + id(p.ID), Action: "/providers/" + id(p.ID) + "/contact",
		Verb: ui.T(ctx, "Enter"), Kind: ui.Primary, Hidden: map[string]string{"contact": id(c.ID)},
		Next: []string{ui.T(ctx, "Nothing is sent there until a person confirms it."), ui.T(ctx, "A confirmed second contact gets a copy of each order of one hour, and reminders.")},
		Fields: []ui.Field{
			{Name: "kind", Label: ui.T(ctx, "What it is for"), Type: "select", Options: kinds, Value: v.typed("kind", string(c.Kind)), Required: true},
			{Name: "channel", Label: ui.T(ctx, "Reached by"), Type: "select", Options: channels, Value: v.typed("channel", c.Channel), Required: true},
			{Name: "address", Label: ui.T(ctx, "Address"), Value: v.typed("address", c.Address), Required: true, Max: 2048},
			{Name: "name", Label: ui.T(ctx, "Desk or person"), Value: v.typed("name", c.Name), Max: 200},
			{Name: "languages", Label: ui.T(ctx, "Languages"), Value: v.typed("languages", strings.Join(c.Languages, " ")), Max: 120, Hint: ui.T(ctx, "Codes with spaces between them: de en el. Empty: those of the provider.")},
			v.sealField(c.Seal), v.keyField(c.SealKey),
			{Name: "source", Label: ui.T(ctx, "Where it comes from"), Value: v.typed("source", c.Source), Required: true, Max: 300}}}
	return v.form(page, "notices", iru.ToConfirm, func() error {
		c, err := v.desk.EnterContact(ctx, v.scope, iru.Contact{ID: iru.ContactID(number), Provider: p.ID, Kind: iru.ContactKind(v.value("kind")), Channel: v.value("channel"), Address: v.value("address"),
			Name: v.value("name"), Languages: strings.Fields(strings.ToLower(v.value("languages"))), Seal: iru.Seal(v.value("seal")), SealKey: v.value("seal_key"), Source: v.value("source")})
		if err != nil {
			return err
		}
		v.say(ui.T(ctx, "The contact %s was entered.", c.Address))
		return v.to("/providers/%d#contacts", p.ID)
	})
}

func (v *visit) sealField(s iru.Seal) ui.Field {
	ctx := v.ctx()
	return ui.Field{Name: "seal", Label: ui.T(ctx, "Mail is encrypted"), Type: "select", Value: v.typed("seal", string(s)), Options: []ui.Option{{Value: "", Text: ui.T(ctx, "not")},
		{Value: string(iru.SealSMIME), Text: "S/MIME"}, {Value: string(iru.SealOpenPGP), Text: "OpenPGP"}}}
}

func (v *visit) keyField(key string) ui.Field {
	return ui.Field{Name: "seal_key", Label: ui.T(v.ctx(), "Key"), Type: "textarea", Rows: 4, Value: v.typed("seal_key", key), Max: 256 << 10,
		Hint: ui.T(v.ctx(), "A certificate (PEM) or a public key of OpenPGP (armoured). It is checked before it is kept.")}
}

// describeForm changes what is said of a provider.
func (v *visit) describeForm() error {
	ctx := v.ctx()
	p, err := v.provider()
	if err != nil {
		return err
	}
	if err := v.ours(p.Unit); err != nil {
		return err
	}
	flag := func(name string, before bool) string {
		if v.r.Method == http.MethodPost {
			before = v.value(name) == "yes"
		}
		if before {
			return "yes"
		}
		return "no"
	}
	yesno := []ui.Option{{Value: "no", Text: ui.T(ctx, "no")}, {Value: "yes", Text: ui.T(ctx, "yes")}}
	page := StepPage{Title: ui.T(ctx, "What is known of %s", p.Name), Crumbs: v.providerCrumbs(p), Back: "/providers/" + id(p.ID), Action: "/providers/" + id(p.ID) + "/describe",
		Verb: ui.T(ctx, "Keep"), Kind: ui.Primary, Next: []string{ui.T(ctx, "Another key stops sending until a person confirms the contact: letters would be readable by somebody else.")},
		Fields: []ui.Field{
			{Name: "languages", Label: ui.T(ctx, "Languages for orders"), Value: v.typed("languages", strings.Join(p.Languages, " ")), Max: 120, Hint: ui.T(ctx, "Those that it declared (Regulation (EU) 2021/784, Article 15(2)), as codes: de en el.")},
			{Name: "establishment", Label: ui.T(ctx, "Main establishment"), Value: v.typed("establishment", p.Establishment), Max: 2, Hint: ui.T(ctx, "Code of the state, two letters.")},
			{Name: "representative", Label: ui.T(ctx, "Legal representative"), Type: "textarea", Rows: 2, Value: v.typed("representative", p.Representative), Max: 1000},
			{Name: "jurisdiction", Label: ui.T(ctx, "Jurisdiction"), Value: v.typed("jurisdiction", p.Jurisdiction), Max: 35},
			{Name: "site", Label: ui.T(ctx, "Its own name on the web"), Value: v.typed("site", p.Site), Max: 253},
			{Name: "others", Label: ui.T(ctx, "Serves others than the content provider"), Type: "select", Options: yesno, Value: flag("others", p.ServesOthers), Hint: ui.T(ctx, "A removal order does not go there (Regulation (EU) 2021/784, recital 14).")},
			{Name: "defang", Label: ui.T(ctx, "Addresses in mail are defanged"), Type: "select", Options: yesno, Value: flag("defang", p.Defang)},
			v.sealField(p.Seal), v.keyField(p.SealKey),
			{Name: "note", Label: ui.T(ctx, "Note"), Type: "textarea", Rows: 2, Value: v.typed("note", p.Note), Max: 4000}}}
	return v.form(page, "notices", iru.ToConfirm, func() error {
		_, err := v.desk.DescribeProvider(ctx, v.scope, p.ID, desk.ProviderFacts{Site: v.value("site"), Jurisdiction: strings.ToUpper(v.value("jurisdiction")), ServesOthers: v.value("others") == "yes",
			Languages: strings.Fields(strings.ToLower(v.value("languages"))), Establishment: strings.ToUpper(v.value("establishment")), Representative: v.value("representative"),
			Seal: iru.Seal(v.value("seal")), SealKey: v.value("seal_key"), Defang: v.value("defang") == "yes", Note: v.value("note")})
		if err != nil {
			return err
		}
		v.say(ui.T(ctx, "What is known of %s was kept.", p.Name))
		return v.to("/providers/%d", p.ID)
	})
}

// contactStep confirms a further contact, sets it aside or makes it the first one.
func (v *visit) contactStep() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var c iru.Contact
	var p iru.Provider
	if err := v.read(func(t *db.Tx) error {
		if c, err = t.Contact(ctx, v.scope, iru.ContactID(n)); err != nil {
			return err
		}
		p, err = t.Provider(ctx, v.scope, c.Provider)
		return err
	}); err != nil {
		return err
	}
	if err := v.ours(p.Unit); err != nil {
		return err
	}
	page := StepPage{Crumbs: v.providerCrumbs(p), State: contactState(ctx, c.State), Back: "/providers/" + id(p.ID), Action: v.r.URL.Path, Kind: ui.Primary, Hidden: map[string]string{"way": c.Way()},
		Facts:  v.contactFacts(c),
		Fields: []ui.Field{{Name: "why", Label: ui.T(ctx, "Why"), Type: "textarea", Required: true, Max: 1000, Value: v.value("why"), Hint: ui.T(ctx, "The ledger keeps it.")}}}
	var do func() error
	switch v.r.PathValue("verb") {
	case "confirm":
		page.Title, page.Verb = ui.T(ctx, "Confirm a contact of %s", p.Name), ui.T(ctx, "Confirm this contact")
		page.Next = []string{ui.T(ctx, "You answer for this address with your name.")}
		page.Fields[0].Label = ui.T(ctx, "How you made sure")
		do = func() error {
			if v.value("why") == "" {
				return iru.Refuse(iru.Invalid, "it is not said how you made sure", "call them, or read it on their page for authorities")
			}
			_, err := v.desk.ConfirmContact(ctx, v.scope, c.ID, v.value("way"), v.value("why"))
			return err
		}
	case "drop":
		page.Title, page.Verb, page.Kind = ui.T(ctx, "Set a contact of %s aside", p.Name), ui.T(ctx, "Set aside"), ui.Danger
		page.Next = []string{ui.T(ctx, "Nothing is sent there, and registers do not propose it again.")}
		do = func() error { _, err := v.desk.DropContact(ctx, v.scope, c.ID, v.value("why")); return err }
	case "prefer":
		page.Title, page.Verb = ui.T(ctx, "Make it the first contact of %s", p.Name), ui.T(ctx, "Make it the first")
		page.Next = []string{ui.T(ctx, "What is sent next, and what bounced and is sent again, goes there. The first one becomes a second.")}
		do = func() error { _, err := v.desk.PreferContact(ctx, v.scope, c.ID, v.value("why")); return err }
	default:
		return iru.NotFound
	}
	return v.form(page, "notices", iru.ToConfirm, func() error {
		if err := do(); err != nil {
			return err
		}
		v.say(ui.T(ctx, "The contact was changed."))
		return v.to("/providers/%d#contacts", p.ID)
	})
}

func (v *visit) contactFacts(c iru.Contact) ui.Terms {
	ctx := v.ctx()
	t := ui.Terms{{Name: ui.T(ctx, "What it is for"), Value: ui.Text(contactKind(ctx, c.Kind))}, {Name: ui.T(ctx, "Reached by"), Value: ui.Text(wayName(ctx, c.Channel))},
		{Name: ui.T(ctx, "Address"), Value: contactAddress(c)}, {Name: ui.T(ctx, "How well it is known"), Value: law(ctx, c.Confidence(v.now).Why)}}
	if c.SealKey != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "Key"), Value: code(iru.KeyPrint(c.SealKey))})
	}
	return t
}

// tryContact sends a test message.
func (v *visit) tryContact() error {
	p, err := v.provider()
	if err != nil {
		return err
	}
	if _, err := v.desk.TryContact(v.ctx(), v.scope, p.ID, iru.ContactID(v.whole("contact"))); err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "A test message is on its way. It names no case and asks for nothing but an answer."))
	return v.to("/providers/%d#contacts", p.ID)
}

// acknowledgeTest takes a person's word that a test arrived.
func (v *visit) acknowledgeTest() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var x iru.Trial
	if err := v.read(func(t *db.Tx) (err error) { x, err = t.Trial(ctx, v.scope, iru.TrialID(n)); return err }); err != nil {
		return err
	}
	page := StepPage{Title: ui.T(ctx, "The test message arrived"), Back: "/providers/" + id(x.Provider), Action: v.r.URL.Path, Verb: ui.T(ctx, "Record it"), Kind: ui.Primary,
		Next:   []string{ui.T(ctx, "Its receipt is recorded on your word and never changed.")},
		Fields: []ui.Field{{Name: "why", Label: ui.T(ctx, "How you know"), Type: "textarea", Required: true, Max: 300, Value: v.value("why")}}}
	return v.form(page, "notices", iru.ToConfirm, func() error {
		if _, err := v.desk.AcknowledgeTrial(ctx, v.scope, x.ID, v.value("why")); err != nil {
			return err
		}
		return v.to("/providers/%d#contacts", x.Provider)
	})
}

// importContacts takes a file of contacts in.
func (v *visit) importContacts() error {
	ctx := v.ctx()
	page := StepPage{Title: ui.T(ctx, "Contacts from a file"), Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Providers"), Href: "/providers"}}, Back: "/providers", Action: "/providers/import", Upload: true,
		Verb: ui.T(ctx, "Take in"), Kind: ui.Primary,
		Next: []string{ui.T(ctx, "Nothing of it is confirmed by that; a confirmed contact that the file changes stops sending until a person confirms it again."),
			ui.T(ctx, "The first line names the columns: %s.", strings.Join(iru.ContactColumns, ", "))},
		Fields: []ui.Field{{Name: "file", Label: ui.T(ctx, "File (CSV)"), Type: "file"}, {Name: "pasted", Label: ui.T(ctx, "Or pasted lines"), Type: "textarea", Rows: 5, Value: v.value("pasted"), Max: 900000}},
		Check:  &ui.Check{ID: "rest", Name: "rest", Value: "1", Label: ui.T(ctx, "Take the good lines in although others are wrong"), Checked: v.value("rest") != ""}}
	return v.form(page, "notices", iru.ToConfirm, func() error {
		in, name := io.Reader(strings.NewReader(v.r.PostFormValue("pasted"))), ui.T(ctx, "pasted")
		if f, head, err := v.r.FormFile("file"); err == nil {
			defer f.Close()
			if head.Size > 0 {
				in, name = f, head.Filename
			}
		}
		told, err := v.desk.ImportContacts(ctx, v.scope, in, name, v.value("rest") != "")
		if why, ok := complaint(err); ok && len(told.Wrong) > 0 {
			page.Problem, page.Beside = why, wrongContacts(told.Wrong)
			page.Frame = v.frame("notices", page.Title)
			return v.again(err, page.View())
		}
		if err != nil {
			return err
		}
		v.say(ui.T(ctx, "Contacts added: %s. Changed: %s. The same: %s. Lines left out: %s.", strconv.Itoa(told.Added), strconv.Itoa(told.Changed), strconv.Itoa(told.Same), strconv.Itoa(len(told.Wrong))))
		return v.to("/providers")
	})
}

// exportContacts hands the register out as a file.
func (v *visit) exportContacts() error {
	rows, err := v.desk.ExportContacts(v.ctx(), v.scope)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="contacts.csv"`)
	return iru.WriteContacts(v.w, rows)
}

// factForm records a fact that the gate needs.
func (v *visit) factForm() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	options, err := v.desk.Options(ctx, v.scope, iru.AssetID(n))
	if err != nil {
		return err
	}
	whose := []ui.Option{{Value: "0", Text: ui.T(ctx, "the address itself")}}
	for _, o := range options {
		whose = append(whose, ui.Option{Value: id(o.Provider.ID), Text: join(o.Provider.Name, layerName(ctx, o.Carrier.Layer))})
	}
	var facts []ui.Option
	for _, k := range []string{iru.FactAudience, iru.FactMail, iru.FactLive, iru.FactServesOthers, iru.FactHosts} {
		for _, value := range iru.Facts()[k] {
			facts = append(facts, ui.Option{Value: k + " " + value, Text: factWords(ctx, k, value)})
		}
	}
	chosen := v.r.FormValue("fact")
	if v.r.Method != http.MethodPost && chosen != "" {
		chosen += " " + iru.Facts()[chosen][0]
	}
	page := StepPage{Title: ui.T(ctx, "Record a fact that the gate needs"), Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Asset %s", strconv.FormatInt(n, 10)), Href: "/assets/" + strconv.FormatInt(n, 10)}},
		Back: "/assets/" + strconv.FormatInt(n, 10), Action: v.r.URL.Path, Verb: ui.T(ctx, "Record it"), Kind: ui.Primary,
		Next: []string{ui.T(ctx, "The newest word on a fact counts. The gate is asked again for every act that has not left."), ui.T(ctx, "What nobody recorded stays unknown, and what needs it is refused.")},
		Fields: []ui.Field{{Name: "fact", Label: ui.T(ctx, "Fact"), Type: "select", Options: facts, Value: chosen, Required: true},
			{Name: "provider", Label: ui.T(ctx, "Of whom"), Type: "select", Options: whose, Value: v.r.FormValue("provider"), Required: true, Hint: ui.T(ctx, "Whether it serves others or stores is a fact of one provider.")},
			{Name: "source", Label: ui.T(ctx, "How this is known"), Type: "textarea", Rows: 2, Value: v.value("source"), Required: true, Max: 300}}}
	return v.form(page, "outlets", iru.ToConfirm, func() error {
		kind, value, _ := strings.Cut(v.value("fact"), " ")
		if _, err := v.desk.RecordCircumstance(ctx, v.scope, iru.Circumstance{Asset: iru.AssetID(n), Kind: kind, Value: value, Provider: iru.ProviderID(v.whole("provider")), Source: v.value("source")}); err != nil {
			return err
		}
		v.say(ui.T(ctx, "The fact is recorded."))
		return v.to("/assets/%d#options", n)
	})
}

// reroute takes over an act whose address moved.
func (v *visit) reroute() error {
	ctx := v.ctx()
	n, err := v.notice()
	if err != nil {
		return err
	}
	options, err := v.desk.Options(ctx, v.scope, n.Asset)
	if err != nil {
		return err
	}
	var to []ui.Option
	for _, o := range options {
		if o.Provider.ID != n.Provider {
			to = append(to, ui.Option{Value: id(o.Provider.ID), Text: join(o.Provider.Name, layerName(ctx, o.Carrier.Layer))})
		}
	}
	var acts []ui.Option
	for _, i := range legal.Instruments() {
		acts = append(acts, ui.Option{Value: string(i), Text: instrumentName(ctx, i)})
	}
	page := StepPage{Title: ui.T(ctx, "Take %s over to who carries it now", n.Ref), State: noticeState(ctx, n.State), Back: "/notices/" + id(n.ID), Action: v.r.URL.Path, Verb: ui.T(ctx, "Draft it there"), Kind: ui.Primary,
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Notices"), Href: "/notices"}, {Text: n.Ref, Href: "/notices/" + id(n.ID)}},
		Next:   []string{ui.T(ctx, "%s is withdrawn: it never left.", n.Ref), ui.T(ctx, "The new act needs approvals of its own; the gate decides what is possible there.")},
		Fields: []ui.Field{{Name: "provider", Label: ui.T(ctx, "Addressee"), Type: "select", Options: to, Value: v.value("provider"), Required: true},
			{Name: "instrument", Label: ui.T(ctx, "Instrument"), Type: "select", Options: acts, Value: v.typed("instrument", string(n.Instrument)), Required: true}}}
	return v.form(page, "notices", iru.ToDraft, func() error {
		next, err := v.desk.Reroute(ctx, v.scope, n.ID, iru.ProviderID(v.whole("provider")), legal.Instrument(v.value("instrument")))
		if err != nil {
			return err
		}
		v.say(ui.T(ctx, "Draft %s was made. Read it, then hand it in for approval.", next.Ref))
		return v.to("/notices/%d", next.ID)
	})
}

// remind writes to the second contact.
func (v *visit) remind() error {
	ctx := v.ctx()
	n, err := v.notice()
	if err != nil {
		return err
	}
	page := StepPage{Title: ui.T(ctx, "Remind the second contact about %s", n.Ref), State: noticeState(ctx, n.State), Back: "/notices/" + id(n.ID), Action: v.r.URL.Path, Verb: ui.T(ctx, "Send the reminder"), Kind: ui.Primary,
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Notices"), Href: "/notices"}, {Text: n.Ref, Href: "/notices/" + id(n.ID)}},
		Next:   []string{ui.T(ctx, "It carries the act as it was sent, and starts no clock.")},
		Fields: []ui.Field{{Name: "words", Label: ui.T(ctx, "What they should know"), Type: "textarea", Rows: 4, Required: true, Max: 20000, Value: v.value("words")}}}
	return v.form(page, "notices", iru.ToAnswer, func() error {
		if _, err := v.desk.Remind(ctx, v.scope, n.ID, v.value("words")); err != nil {
			return err
		}
		v.say(ui.T(ctx, "The reminder is on its way."))
		return v.to("/notices/%d", n.ID)
	})
}

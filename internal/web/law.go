// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// A lawStep is a step of the law's own that stands on a page of its own: about an act, a clock, a letter, a scrutiny.
type lawStep struct {
	noun, verb string
	power      iru.Power
	role       string   // of a scrutiny; "": any
	states     []string // in which it is offered; none: always
	title      func(context.Context) string
	next       func(context.Context) string
	fields     func(*visit) []ui.Field
	do         func(v *visit, id int64) error
	danger     bool
}

func (s lawStep) can(v *visit, role, state string) bool {
	if !v.may(s.power) || s.role != "" && s.role != role {
		return false
	}
	for _, x := range s.states {
		if x == state {
			return true
		}
	}
	return len(s.states) == 0
}

// about reports whether the step is one of the act's instrument.
func (s lawStep) about(n iru.Notice) bool {
	switch s.verb {
	case "secrecy", "waive":
		return n.Instrument == legal.RemovalOrder
	case "emergency":
		return n.Instrument == legal.ProductionOrder
	case "revoke":
		return true
	}
	return n.Instrument.Binding()
}

func (v *visit) momentFields(label string) []ui.Field {
	ctx := v.ctx()
	return []ui.Field{
		{Name: "at", Label: label, Required: true, Max: 40, Value: v.value("at"), Placeholder: "2026-03-29T10:15", Autocomplete: "off", Hint: ui.T(ctx, "As a clock showed it; write the offset too in the hour that comes twice.")},
		v.zoneField(),
	}
}

func (v *visit) zoneField() ui.Field {
	return ui.Field{Name: "zone", Label: ui.T(v.ctx(), "Time zone of that clock"), Max: 60, Value: v.value("zone"), Placeholder: "Europe/Vienna", Autocomplete: "off", Hint: ui.T(v.ctx(), "Empty: UTC.")}
}

func (v *visit) words(name, label string, required bool) ui.Field {
	return ui.Field{Name: name, Label: label, Type: "textarea", Rows: 4, Required: required, Max: 20000, Value: v.value(name), Hint: ui.T(v.ctx(), "The ledger keeps it.")}
}

func (v *visit) line(name, label string, required bool) ui.Field {
	return ui.Field{Name: name, Label: label, Required: required, Max: 320, Value: v.value(name), Autocomplete: "off"}
}

func (v *visit) why1() []ui.Field { return []ui.Field{v.why(true)} }

func (v *visit) proof1() ui.Field { return v.words("proof", ui.T(v.ctx(), "How it is known"), true) }

func (v *visit) oneOf(name, label string, options ...ui.Option) ui.Field {
	return ui.Field{Name: name, Label: label, Type: "select", Required: true, Value: v.value(name), Options: append([]ui.Option{{Text: ui.T(v.ctx(), "Choose"), Disabled: true}}, options...)}
}

func (v *visit) findingField() ui.Field {
	ctx := v.ctx()
	return v.oneOf("finding", ui.T(ctx, "Finding"), ui.Option{Value: iru.Infringes, Text: ui.T(ctx, "Seriously or manifestly infringes")}, ui.Option{Value: iru.NoInfringes, Text: ui.T(ctx, "No infringement")})
}

// served are the states of an act in which it was served and stands.
var served = []string{"sent", "received", "clarifying", "claimed", "complied", "refused", "breached", "escalated"}

var lawSteps = []lawStep{
	{"notice", "correct", iru.ToAnswer, "", []string{"received", "clarifying", "claimed", "complied", "refused", "breached"}, func(ctx context.Context) string { return ui.T(ctx, "Correct the receipt") }, func(ctx context.Context) string {
		return ui.T(ctx, "A further record; the one before stays visible, and the time limit is counted anew.")
	},
		func(v *visit) []ui.Field {
			return append(v.momentFields(ui.T(v.ctx(), "When they had it")), v.line("channel", ui.T(v.ctx(), "By"), true), v.proof1(), v.why(true))
		}, func(v *visit, n int64) error {
			_, err := v.desk.CorrectReceipt(v.ctx(), v.scope, iru.NoticeID(n), v.receiptForm())
			return err
		}, false},
	{"notice", "waive", iru.ToEndorse, "", []string{"submitted", "endorsed", "approved"}, func(ctx context.Context) string { return ui.T(ctx, "Waive the twelve hours") }, func(ctx context.Context) string {
		return ui.T(ctx, "A second, signing officer must grant it; it is recorded and reported.")
	}, (*visit).why1,
		func(v *visit, n int64) error {
			_, err := v.desk.AskWaiver(v.ctx(), v.scope, iru.NoticeID(n), v.value("why"))
			return err
		}, false},
	{"notice", "appeal", iru.ToAnswer, "", served, func(ctx context.Context) string { return ui.T(ctx, "Record an appeal") }, func(ctx context.Context) string { return ui.T(ctx, "The act is not final while it is pending.") },
		func(v *visit) []ui.Field {
			ctx := v.ctx()
			return append([]ui.Field{v.oneOf("by", ui.T(ctx, "Who appeals"), ui.Option{Value: "provider", Text: ui.T(ctx, "provider")}, ui.Option{Value: "content provider", Text: ui.T(ctx, "content provider")}),
				v.line("body", ui.T(ctx, "Court or authority"), true), v.line("ref", ui.T(ctx, "Their number"), false)}, v.momentFields(ui.T(ctx, "When it was lodged"))...)
		}, func(v *visit, n int64) error {
			_, err := v.desk.LodgeAppeal(v.ctx(), v.scope, iru.Appeal{Notice: iru.NoticeID(n), By: v.value("by"), Body: v.value("body"), Ref: v.value("ref")}, v.value("at"), v.value("zone"))
			return err
		}, false},
	{"notice", "appealend", iru.ToEndorse, "", []string{"received", "clarifying", "claimed", "complied", "refused", "breached"}, func(ctx context.Context) string { return ui.T(ctx, "Enter the time to appeal") }, func(ctx context.Context) string {
		return ui.T(ctx, "When it has ended without an appeal, the act is final and the home authority is told.")
	},
		func(v *visit) []ui.Field {
			return append(v.momentFields(ui.T(v.ctx(), "Its end")), v.words("proof", ui.T(v.ctx(), "By which law"), true))
		}, func(v *visit, n int64) error {
			_, err := v.desk.SetAppealEnd(v.ctx(), v.scope, iru.NoticeID(n), v.value("at"), v.value("zone"), v.value("proof"))
			return err
		}, false},
	{"notice", "secrecy", iru.ToEndorse, "", append([]string{"draft"}, served...), func(ctx context.Context) string { return ui.T(ctx, "Decide on non-disclosure") }, func(ctx context.Context) string {
		return ui.T(ctx, "The content provider is not told, for six weeks at most; one extension is possible.")
	}, (*visit).why1,
		func(v *visit, n int64) error {
			_, err := v.desk.DecideNondisclosure(v.ctx(), v.scope, iru.NoticeID(n), v.value("why"), "", "")
			return err
		}, false},
	{"notice", "emergency", iru.ToDraft, "", []string{"draft"}, func(ctx context.Context) string { return ui.T(ctx, "Declare an emergency") }, func(ctx context.Context) string {
		return ui.T(ctx, "The order gives eight hours and not ten days. Whoever approves it reads why.")
	},
		func(v *visit) []ui.Field {
			ctx := v.ctx()
			return []ui.Field{v.oneOf("kind", ui.T(ctx, "What is at risk"), ui.Option{Value: iru.LifeAtRisk, Text: ui.T(ctx, "Life, physical integrity or safety of a person")},
				ui.Option{Value: iru.InfrastructureAtRisk, Text: ui.T(ctx, "A critical infrastructure, and through it people")}), v.why(true)}
		}, func(v *visit, n int64) error {
			_, err := v.desk.DeclareEmergency(v.ctx(), v.scope, iru.NoticeID(n), iru.Emergency{Kind: v.value("kind"), Why: v.value("why")})
			return err
		}, false},
	{"notice", "revoke", iru.ToEndorse, "", []string{"claimed", "complied", "refused", "breached", "escalated"}, func(ctx context.Context) string { return ui.T(ctx, "Revoke the act") },
		func(ctx context.Context) string {
			return ui.T(ctx, "It loses its effect: the provider is asked to put the content back, known content from it is withdrawn, and letters to everybody who had it are drafted.")
		}, (*visit).why1,
		func(v *visit, n int64) error {
			_, err := v.desk.Revoke(v.ctx(), v.scope, iru.NoticeID(n), v.value("why"))
			return err
		}, true},
	{"waiver", "grant", iru.ToSign, "", []string{"asked"}, func(ctx context.Context) string { return ui.T(ctx, "Grant the waiver") }, func(ctx context.Context) string {
		return ui.T(ctx, "The order may leave before the twelve hours are over.")
	}, (*visit).why1, func(v *visit, n int64) error {
		_, err := v.desk.SettleWaiver(v.ctx(), v.scope, n, true, v.value("why"))
		return err
	}, false},
	{"waiver", "refuse", iru.ToSign, "", []string{"asked"}, func(ctx context.Context) string { return ui.T(ctx, "Refuse the waiver") }, func(ctx context.Context) string { return ui.T(ctx, "The twelve hours run.") }, (*visit).why1, func(v *visit, n int64) error {
		_, err := v.desk.SettleWaiver(v.ctx(), v.scope, n, false, v.value("why"))
		return err
	}, false},
	{"appeal", "settle", iru.ToEndorse, "", []string{"lodged"}, func(ctx context.Context) string { return ui.T(ctx, "Record the outcome of the appeal") }, func(ctx context.Context) string {
		return ui.T(ctx, "An annulled act loses its effect: the provider is asked to put the content back.")
	},
		func(v *visit) []ui.Field {
			ctx := v.ctx()
			return append([]ui.Field{v.oneOf("verb", ui.T(ctx, "Outcome"), ui.Option{Value: "dismiss", Text: ui.T(ctx, "The act stands")}, ui.Option{Value: "annul", Text: ui.T(ctx, "Annulled")}, ui.Option{Value: "drop", Text: ui.T(ctx, "Taken back")})},
				append(v.momentFields(ui.T(ctx, "When it was decided")), v.why(true))...)
		}, func(v *visit, n int64) error {
			_, err := v.desk.SettleAppeal(v.ctx(), v.scope, n, v.value("verb"), v.value("at"), v.value("zone"), v.value("why"))
			return err
		}, false},
	{"nondisclosure", "extend", iru.ToEndorse, "", []string{"in_force"}, func(ctx context.Context) string { return ui.T(ctx, "Extend non-disclosure, once") }, func(ctx context.Context) string {
		return ui.T(ctx, "For six weeks more at most. It cannot be extended again.")
	}, (*visit).why1, func(v *visit, n int64) error {
		_, err := v.desk.ExtendNondisclosure(v.ctx(), v.scope, n, v.value("why"), "", "")
		return err
	}, false},
	{"nondisclosure", "end", iru.ToEndorse, "", []string{"in_force", "extended"}, func(ctx context.Context) string { return ui.T(ctx, "End non-disclosure") }, func(ctx context.Context) string {
		return ui.T(ctx, "A letter that has the content provider told is drafted.")
	}, (*visit).why1, func(v *visit, n int64) error {
		_, err := v.desk.EndNondisclosure(v.ctx(), v.scope, n, v.value("why"))
		return err
	}, false},
	{"reinstatement", "kept", iru.ToAnswer, "", []string{"owed", "asked"}, func(ctx context.Context) string { return ui.T(ctx, "They keep it down") }, func(ctx context.Context) string { return ui.T(ctx, "We stop looking whether it is up again.") }, (*visit).why1, func(v *visit, n int64) error {
		return v.desk.KeptDown(v.ctx(), v.scope, n, v.value("why"))
	}, false},
	{"missive", "send", iru.ToAnswer, "", []string{"draft", "failed"}, func(ctx context.Context) string { return ui.T(ctx, "Send by mail") }, func(ctx context.Context) string {
		return ui.T(ctx, "It leaves as it stands here and cannot be called back.")
	},
		func(v *visit) []ui.Field {
			return []ui.Field{v.line("address", ui.T(v.ctx(), "Another address"), false)}
		}, func(v *visit, n int64) error {
			_, err := v.desk.SendMissive(v.ctx(), v.scope, iru.MissiveID(n), v.value("address"), "")
			return err
		}, false},
	{"missive", "hand", iru.ToAnswer, "", []string{"draft", "failed"}, func(ctx context.Context) string { return ui.T(ctx, "It left by hand") }, func(ctx context.Context) string { return ui.T(ctx, "By post, by telephone or on a page of theirs.") },
		func(v *visit) []ui.Field {
			return append(v.momentFields(ui.T(v.ctx(), "When it left")), v.proof1())
		}, func(v *visit, n int64) error {
			_, err := v.desk.ByHand(v.ctx(), v.scope, iru.MissiveID(n), v.value("at"), v.value("zone"), v.value("proof"))
			return err
		}, false},
	{"missive", "drop", iru.ToAnswer, "", []string{"draft", "failed"}, func(ctx context.Context) string { return ui.T(ctx, "Do not send it") }, func(ctx context.Context) string { return ui.T(ctx, "It stays in the record, with the reason.") }, (*visit).why1, func(v *visit, n int64) error {
		_, err := v.desk.DropMissive(v.ctx(), v.scope, iru.MissiveID(n), v.value("why"))
		return err
	}, true},
	{"missive", "got", iru.ToAnswer, "", []string{"sent"}, func(ctx context.Context) string { return ui.T(ctx, "They have it") }, func(ctx context.Context) string {
		return ui.T(ctx, "The receipt of a copy starts the home authority's 72 hours.")
	},
		func(v *visit) []ui.Field {
			return append(v.momentFields(ui.T(v.ctx(), "When they had it")), v.proof1())
		}, func(v *visit, n int64) error {
			_, err := v.desk.GotMissive(v.ctx(), v.scope, iru.MissiveID(n), v.value("at"), v.value("zone"), v.value("proof"))
			return err
		}, false},
	{"provider", "inform", iru.ToAnswer, "", nil, func(ctx context.Context) string { return ui.T(ctx, "Inform before the first order") }, func(ctx context.Context) string {
		return ui.T(ctx, "The letter on procedures and deadlines goes to the confirmed contact; a first removal order may leave twelve hours later.")
	}, func(*visit) []ui.Field { return nil },
		func(v *visit, n int64) error {
			_, err := v.desk.Inform(v.ctx(), v.scope, iru.ProviderID(n))
			return err
		}, false},
	{"provider", "informed", iru.ToAnswer, "", nil, func(ctx context.Context) string { return ui.T(ctx, "They were informed by other means") }, func(ctx context.Context) string {
		return ui.T(ctx, "A first removal order may leave twelve hours after that.")
	},
		func(v *visit) []ui.Field {
			return append(v.momentFields(ui.T(v.ctx(), "When it left")), v.proof1())
		}, func(v *visit, n int64) error {
			_, err := v.desk.RecordInformed(v.ctx(), v.scope, iru.ProviderID(n), v.value("at"), v.value("zone"), v.value("proof"))
			return err
		}, false},
	{"clock", "stop", iru.ToAnswer, "", nil, func(ctx context.Context) string { return ui.T(ctx, "Record what stopped it") }, func(ctx context.Context) string { return ui.T(ctx, "The clock stands still, with this as its proof.") }, func(v *visit) []ui.Field { return []ui.Field{v.proof1()} }, func(v *visit, n int64) error {
		_, err := v.desk.StopClock(v.ctx(), v.scope, iru.ClockID(n), v.value("proof"))
		return err
	}, false},
	{"clock", "extend", iru.ToEndorse, "", nil, func(ctx context.Context) string { return ui.T(ctx, "Prolong the time limit") }, func(ctx context.Context) string {
		return ui.T(ctx, "As the law allows; the old end stays in the ledger.")
	},
		func(v *visit) []ui.Field {
			f := v.line("at", ui.T(v.ctx(), "Until"), false)
			f.Placeholder, f.Hint = "2026-09-29T10:15", ui.T(v.ctx(), "Empty: the longest that the law allows.")
			return []ui.Field{f, v.why(true)}
		}, func(v *visit, n int64) error {
			_, err := v.desk.ExtendClock(v.ctx(), v.scope, iru.ClockID(n), v.value("at"), v.value("why"))
			return err
		}, false},
	{"unit", "start", iru.ToAnswer, "", nil, func(ctx context.Context) string { return ui.T(ctx, "Start a clock") }, func(ctx context.Context) string {
		return ui.T(ctx, "For an event that no machine sees: a decision, a request, a complaint.")
	},
		func(v *visit) []ui.Field {
			ctx := v.ctx()
			var rules []ui.Option
			for _, r := range desk.ClocksByHand() {
				rules = append(rules, ui.Option{Value: r, Text: ruleName(ctx, r) + " (" + r + ")"})
			}
			return append([]ui.Field{v.oneOf("rule", ui.T(ctx, "What for"), rules...), v.line("ref", ui.T(ctx, "Reference"), true)}, append(v.momentFields(ui.T(ctx, "When it happened")), v.line("due", ui.T(ctx, "Its end, where the law gives no length"), false), v.proof1())...)
		}, func(v *visit, _ int64) error {
			_, err := v.desk.StartClock(v.ctx(), v.scope, desk.Occasion{Rule: v.value("rule"), Ref: v.value("ref"), At: v.value("at"), Zone: v.value("zone"), Due: v.value("due"), Proof: v.value("proof")})
			return err
		}, false},
	{"unit", "copy", iru.ToAnswer, "", nil, func(ctx context.Context) string { return ui.T(ctx, "Enter a copy") }, func(ctx context.Context) string {
		return ui.T(ctx, "The 72 hours of Article 4(3) run from its receipt. The issuer's reasons are shown only after the own conclusion.")
	},
		func(v *visit) []ui.Field {
			ctx := v.ctx()
			form := v.words("form", ui.T(ctx, "JSON of the form, if there is one"), false)
			form.Max, form.Hint = maxCopyForm, "" // a browser cuts what is longer; and it is read, not kept
			return append([]ui.Field{form, v.line("ref", ui.T(ctx, "Reference"), false), v.line("authority", ui.T(ctx, "Authority"), false), v.line("country", ui.T(ctx, "Country code"), false), v.line("authority_mail", ui.T(ctx, "Its mail address"), false),
				v.line("addressee", ui.T(ctx, "Addressee"), false), v.line("addressee_mail", ui.T(ctx, "Mail of the addressee"), false), v.line("address", ui.T(ctx, "Address"), false), v.words("reasons", ui.T(ctx, "The issuer's reasons"), false)}, v.momentFields(ui.T(ctx, "Copy received"))...)
		}, (*visit).enterCopy, false},
	{"scrutiny", "ask", iru.ToAnswer, iru.AsScrutiniser, []string{"copied", "examining", "lapsed"}, func(ctx context.Context) string { return ui.T(ctx, "Record a request") }, func(ctx context.Context) string { return ui.T(ctx, "72 hours run from it.") },
		func(v *visit) []ui.Field {
			ctx := v.ctx()
			return append([]ui.Field{v.oneOf("by", ui.T(ctx, "Who asks"), ui.Option{Value: "provider", Text: ui.T(ctx, "provider")}, ui.Option{Value: "content provider", Text: ui.T(ctx, "content provider")}), v.line("name", ui.T(ctx, "Name"), true), v.line("mail", ui.T(ctx, "Mail"), false),
				v.line("since", ui.T(ctx, "When they knew of the order"), true)}, append(v.momentFields(ui.T(ctx, "When the request came")), v.proof1())...)
		}, func(v *visit, n int64) error {
			_, err := v.desk.RequestScrutiny(v.ctx(), v.scope, iru.ScrutinyID(n), desk.Request{Asker: v.value("by"), Name: v.value("name"), Mail: v.value("mail"), At: v.value("at"), Since: v.value("since"), Zone: v.value("zone"), Proof: v.value("proof")})
			return err
		}, false},
	{"scrutiny", "examine", iru.ToAssess, iru.AsScrutiniser, []string{"copied"}, func(ctx context.Context) string { return ui.T(ctx, "Examine on own initiative") }, func(ctx context.Context) string {
		return ui.T(ctx, "You do not see the issuer's reasons before your own conclusion is recorded.")
	}, func(*visit) []ui.Field { return nil }, func(v *visit, n int64) error {
		_, err := v.desk.Examine(v.ctx(), v.scope, iru.ScrutinyID(n))
		return err
	}, false},
	{"scrutiny", "conclude", iru.ToAssess, iru.AsScrutiniser, []string{"examining"}, func(ctx context.Context) string { return ui.T(ctx, "Record your own conclusion") }, func(ctx context.Context) string {
		return ui.T(ctx, "After this the issuer's reasons are shown; the conclusion cannot be changed.")
	},
		func(v *visit) []ui.Field { return []ui.Field{v.findingField(), v.why(true)} }, func(v *visit, n int64) error {
			_, err := v.desk.Conclude(v.ctx(), v.scope, iru.ScrutinyID(n), v.value("finding"), v.value("why"))
			return err
		}, false},
	{"scrutiny", "compare", iru.ToAssess, iru.AsScrutiniser, []string{"concluded"}, func(ctx context.Context) string { return ui.T(ctx, "Compare with the issuer's reasons") }, func(ctx context.Context) string { return ui.T(ctx, "In what they differ is written down.") }, (*visit).why1, func(v *visit, n int64) error {
		_, err := v.desk.Compare(v.ctx(), v.scope, iru.ScrutinyID(n), v.value("why"))
		return err
	}, false},
	{"scrutiny", "announce", iru.ToAnswer, "", []string{"compared", "copied"}, func(ctx context.Context) string { return ui.T(ctx, "Intention to find an infringement") }, func(ctx context.Context) string {
		return ui.T(ctx, "The issuer is told, with the reasons, before anything is decided (Article 4(5)).")
	}, (*visit).why1, func(v *visit, n int64) error {
		_, err := v.desk.AnnounceIntention(v.ctx(), v.scope, iru.ScrutinyID(n), v.value("why"))
		return err
	}, false},
	{"scrutiny", "decide", iru.ToEndorse, "", []string{"compared", "announced", "copied"}, func(ctx context.Context) string { return ui.T(ctx, "Decide") }, func(ctx context.Context) string {
		return ui.T(ctx, "The decision goes to the issuer, the provider, whoever asked, and Europol. An infringement ends the order's effect.")
	},
		func(v *visit) []ui.Field { return []ui.Field{v.findingField(), v.why(true)} }, func(v *visit, n int64) error {
			_, err := v.desk.Decide(v.ctx(), v.scope, iru.ScrutinyID(n), v.value("finding"), v.value("why"))
			return err
		}, false},
	{"scrutiny", "withdrew", iru.ToAnswer, iru.AsScrutiniser, []string{"copied", "examining", "concluded", "compared", "announced"}, func(ctx context.Context) string { return ui.T(ctx, "The issuer withdrew it") }, func(ctx context.Context) string { return ui.T(ctx, "The scrutiny ends and its clocks stop.") }, (*visit).why1, func(v *visit, n int64) error {
		_, err := v.desk.IssuerWithdrew(v.ctx(), v.scope, iru.ScrutinyID(n), v.value("why"))
		return err
	}, false},
}

func (v *visit) receiptForm() desk.ReceiptRequest {
	return desk.ReceiptRequest{At: v.value("at"), Zone: v.value("zone"), Channel: v.value("channel"), Proof: v.value("proof"), Reason: v.value("why")}
}

// maxCopyForm is the longest record of an order that the page takes, in characters: encoded, it is within MaxForm. The interface takes more.
const maxCopyForm = 300_000

func (v *visit) enterCopy(int64) error {
	var c desk.Copy
	if text := v.value("form"); text != "" {
		var err error
		if c, err = desk.ParseCopy([]byte(text)); err != nil {
			return err
		}
	}
	for name, into := range map[string]*string{"ref": &c.Ref, "authority": &c.Authority, "country": &c.Country, "authority_mail": &c.AuthorityMail, "addressee": &c.Addressee, "addressee_mail": &c.AddresseeMail,
		"address": &c.Locator, "reasons": &c.Reasons, "at": &c.Received, "zone": &c.Zone} {
		if x := v.value(name); x != "" {
			*into = x
		}
	}
	_, err := v.desk.EnterCopy(v.ctx(), v.scope, c)
	return err
}

// lawStep shows the page that stands before a step, or takes it.
func (v *visit) lawStep() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	for _, s := range lawSteps {
		if s.noun != v.r.PathValue("noun") || s.verb != v.r.PathValue("verb") {
			continue
		}
		if err := v.scope.May(s.power); err != nil {
			return err
		}
		back, ref, err := v.lawBack(s.noun, n)
		if err != nil {
			return err
		}
		title := s.title(ctx)
		p := StepPage{Frame: v.frame("notices", title), Title: title, Next: []string{s.next(ctx)}, Fields: s.fields(v), Action: "/law/" + s.noun + "/" + id(n) + "/" + s.verb, Verb: title, Kind: ui.Primary, Back: back,
			Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Clocks"), Href: "/clocks"}, {Text: ref, Href: back}}}
		if s.danger {
			p.Kind = ui.Danger
		}
		return v.takeStep(p, func() (string, error) { return ui.T(ctx, "Recorded: %s.", title), s.do(v, n) })
	}
	return iru.NotFound
}

// lawBack is the page to which a step leads back, and what it is about; a thing out of reach is not found.
func (v *visit) lawBack(noun string, n int64) (back, ref string, err error) {
	ctx := v.ctx()
	notice := iru.NoticeID(0)
	err = v.read(func(t *db.Tx) error {
		switch noun {
		case "notice":
			notice = iru.NoticeID(n)
		case "unit":
			if n != int64(v.by.Unit) {
				return iru.NotFound
			}
			back, ref = "/clocks", v.unit.Name
			if v.r.PathValue("verb") == "copy" {
				back = "/scrutiny"
			}
		case "provider":
			p, err := t.Provider(ctx, v.scope, iru.ProviderID(n))
			if err != nil {
				return err
			}
			back, ref = "/providers/"+id(n), p.Name
		case "missive":
			m, err := t.Missive(ctx, v.scope, iru.MissiveID(n))
			if err != nil {
				return err
			}
			back, ref = "/missives/"+id(n), missiveName(ctx, m.Kind)
		case "scrutiny":
			s, err := t.Scrutiny(ctx, v.scope, iru.ScrutinyID(n))
			if err != nil {
				return err
			}
			back, ref = "/scrutiny/"+id(n), s.Ref
		case "clock":
			c, err := t.ClockIn(ctx, v.scope, iru.ClockID(n))
			if err != nil {
				return err
			}
			back, ref = "/clocks", c.Ref
		case "waiver":
			w, err := t.Waiver(ctx, v.scope, n)
			if err != nil {
				return err
			}
			notice = w.Notice
		case "appeal":
			a, err := t.Appeal(ctx, v.scope, n)
			if err != nil {
				return err
			}
			notice = a.Notice
		case "nondisclosure":
			d, err := t.Nondisclosure(ctx, v.scope, n)
			if err != nil {
				return err
			}
			notice = d.Notice
		case "reinstatement":
			r, err := t.Reinstatement(ctx, v.scope, n)
			if err != nil {
				return err
			}
			notice = r.Notice
		default:
			return iru.NotFound
		}
		if notice != 0 {
			x, err := t.Notice(ctx, v.scope, notice)
			if err != nil {
				return err
			}
			back, ref = "/notices/"+id(x.ID), x.Ref
		}
		return nil
	})
	return back, ref, err
}

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

// freshPartner is how long a partner may say nothing before that is shown as old: it is asked four times in it.
const freshPartner = time.Minute

func (v *visit) partnersPage() error {
	ctx := v.ctx()
	p := PartnersPage{Frame: v.frame("operations", ui.T(ctx, "Partners")), Said: v.said(), May: v.may(iru.ToConfirm), Own: v.desk.Own, On: v.desk.Cards != nil}
	p.Table = ui.Table{Label: ui.T(ctx, "Partners"), List: true, Columns: []ui.Column{{Title: ui.T(ctx, "Name")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Last heard"), NoWrap: true},
		{Title: ui.T(ctx, "Waits for it"), Num: true}, {Title: ui.T(ctx, "Its clock"), Num: true}, {Title: ui.T(ctx, "To look at")}}}
	p.Invitations = ui.Table{Label: ui.T(ctx, "Invitations"), List: true, Columns: []ui.Column{{Title: ui.T(ctx, "Operation")}, {Title: ui.T(ctx, "From")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Came"), NoWrap: true}, {Title: ui.T(ctx, "Step"), Hidden: true}}}
	err := v.read(func(t *db.Tx) error {
		p.Table.Rows, p.Invitations.Rows = nil, nil
		ps, err := t.Partners(ctx, v.scope)
		if err != nil {
			return err
		}
		names := map[iru.PartnerID]string{}
		for _, x := range ps {
			names[x.ID] = x.Name
			l, err := t.Line(ctx, x.ID)
			if err != nil {
				return err
			}
			b, err := t.Backlog(ctx, x.ID)
			if err != nil {
				return err
			}
			p.Table.Rows = append(p.Table.Rows, ui.Cells(ui.Link("/partners/"+id(x.ID), x.Name), partnerState(ctx, x.State), v.heard(x, l), v.partnerWaits(b), partnerClock(ctx, l), partnerTrouble(ctx, x, l, b, p.Own.Key)))
		}
		is, err := t.InvitationsAfter(ctx, v.scope, 0, 200)
		if err != nil {
			return err
		}
		for _, i := range is {
			step := ui.Quiet("")
			if i.State == iru.InvitationOpen && v.may(iru.ToPlan) {
				step = ui.Link("/invitations/"+id(i.ID)+"/step/accept", ui.T(ctx, "Decide"))
			}
			if i.Own != 0 {
				step = ui.Link("/operations/"+id(i.Own), ui.T(ctx, "The operation"))
			}
			p.Invitations.Rows = append(p.Invitations.Rows, ui.Cells(ui.Isolated(i.Name), ui.Isolated(names[i.Partner]), invitationState(ctx, i.State), ui.Fresh{Seen: i.At, Now: v.now}, step))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.show(p.View())
}

// heard says when something of a partner last came.
func (v *visit) heard(p iru.Partner, l iru.Line) templ.Component {
	switch {
	case l.Heard.IsZero():
		return ui.Quiet(ui.T(v.ctx(), "never"))
	case p.State != iru.PartnerConfirmed:
		return ui.Fresh{Seen: l.Heard, Now: v.now}
	}
	return ui.Fresh{Seen: l.Heard, Now: v.now, Stale: freshPartner}
}

// partnerWaits says how much waits for a partner, and since when.
func (v *visit) partnerWaits(b db.Backlog) templ.Component {
	if b.Messages == 0 {
		return ui.Quiet("0")
	}
	return ui.All(ui.Text(ui.Thousands(b.Messages)+" "), ui.Fresh{Seen: time.UnixMicro(b.Oldest).UTC(), Now: v.now, Stale: freshPartner})
}

// partnerClock says how far a partner's clock is from ours.
func partnerClock(ctx context.Context, l iru.Line) templ.Component {
	if l.SkewAt.IsZero() {
		return ui.Quiet(ui.T(ctx, "unknown"))
	}
	words := skewWords(l.Skew)
	if l.Skewed() != nil {
		return ui.Bad(words)
	}
	if l.Skew.Abs() > iru.MaxSkew {
		return ui.Warn(words)
	}
	return ui.Text(words)
}

func skewWords(d time.Duration) string {
	if d.Abs() < time.Second {
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	}
	return d.Round(time.Second).String()
}

// oldKeys reports whether a partner has not adopted our present keys.
func oldKeys(p iru.Partner, l iru.Line, own string) bool {
	return own != "" && l.Own != "" && l.Own != own && p.State != iru.PartnerEnded
}

// partnerTrouble is the most urgent thing that waits for a person.
func partnerTrouble(ctx context.Context, p iru.Partner, l iru.Line, b db.Backlog, own string) templ.Component {
	switch {
	case l.Trouble != "":
		return ui.Bad(ui.T(ctx, "Nothing is sent"))
	case l.Alarm != "":
		return ui.Bad(ui.T(ctx, "Alarm"))
	case b.Parked > 0:
		return ui.Warn(ui.Tn(ctx, b.Parked, "%d messages parked"))
	case l.Failed != "":
		return ui.Warn(ui.T(ctx, "Not reached"))
	case l.Skewed() != nil:
		return ui.Warn(ui.T(ctx, "Clock"))
	case oldKeys(p, l, own):
		return ui.Warn(ui.T(ctx, "Only our old keys"))
	}
	return ui.Quiet("–")
}

func partnerState(ctx context.Context, s iru.PartnerState) ui.State {
	switch s {
	case iru.PartnerProposed:
		return ui.Warn(ui.T(ctx, "Not confirmed"))
	case iru.PartnerConfirmed:
		return ui.OK(ui.T(ctx, "Confirmed"))
	case iru.PartnerSuspended:
		return ui.Warn(ui.T(ctx, "Suspended")).With(ui.IconHold)
	}
	return ui.Neutral(ui.T(ctx, "Ended"))
}

func invitationState(ctx context.Context, s iru.InvitationState) ui.State {
	switch s {
	case iru.InvitationOpen:
		return ui.Warn(ui.T(ctx, "To be decided"))
	case iru.InvitationAccepted:
		return ui.OK(ui.T(ctx, "Accepted"))
	case iru.InvitationDeclined:
		return ui.Neutral(ui.T(ctx, "Declined"))
	}
	return ui.Neutral(ui.T(ctx, "Withdrawn"))
}

// partner reads the one that the path names.
func (v *visit) partner(t *db.Tx) (iru.Partner, iru.Line, error) {
	n, err := v.number("id")
	if err != nil {
		return iru.Partner{}, iru.Line{}, err
	}
	p, err := t.Partner(v.ctx(), v.scope, iru.PartnerID(n))
	if err != nil {
		return p, iru.Line{}, err
	}
	l, err := t.Line(v.ctx(), p.ID)
	return p, l, err
}

// messagesShown is how many messages of each direction the page of a partner lists.
const messagesShown = 40

func (v *visit) partnerPage() error {
	ctx := v.ctx()
	p := PartnerPage{Now: v.now, Said: v.said(), May: v.may(iru.ToConfirm), MayAsk: v.may(iru.ToAssess), Own: v.desk.Own.Key}
	err := v.read(func(t *db.Tx) error {
		var err error
		if p.Partner, p.Line, err = v.partner(t); err != nil {
			return err
		}
		if p.Backlog, err = t.Backlog(ctx, p.Partner.ID); err != nil {
			return err
		}
		known := names{}
		p.Added, p.Confirmed = known.of(ctx, t, p.Partner.AddedBy), known.of(ctx, t, p.Partner.ConfirmedBy)
		if p.Messages, err = v.messages(t, p.Partner.ID); err != nil {
			return err
		}
		if p.Parked, err = v.parked(t, p.Partner.ID); err != nil {
			return err
		}
		if p.Inquiries, err = v.inquiries(t, p.Partner.ID, known); err != nil {
			return err
		}
		if p.Witnesses, err = v.witnesses(t, p.Partner.ID); err != nil {
			return err
		}
		es, err := t.EventsOf(ctx, iru.Subject{Noun: "partner", ID: int64(p.Partner.ID)})
		if err != nil {
			return err
		}
		var told []iru.Event
		for i := len(es) - 1; i >= 0 && len(told) < messagesShown; i-- {
			switch es[i].Verb {
			case "tell", "hear": // the messages stand in a table of their own
			default:
				told = append(told, es[i])
			}
		}
		p.History, err = v.eventTable(t, told, known, false)
		return err
	})
	if err != nil {
		return err
	}
	p.Frame = v.frame("operations", p.Partner.Name)
	p.Steps = v.partnerSteps(p)
	return v.show(p.View())
}

// partnerSteps are the buttons of what can be decided now.
func (v *visit) partnerSteps(p PartnerPage) []ui.Button {
	ctx, base := v.ctx(), "/partners/"+id(p.Partner.ID)
	var out []ui.Button
	add := func(verb string, kind ui.ButtonKind) {
		out = append(out, stepButton(partnerVerbName(ctx, verb), base, verb, kind))
	}
	if p.May {
		switch p.Partner.State {
		case iru.PartnerProposed:
			if p.Partner.AddedBy != v.by.ID {
				add("confirm", ui.Primary)
			}
		case iru.PartnerConfirmed:
			add("suspend", "")
		case iru.PartnerSuspended:
			add("resume", ui.Primary)
		}
	}
	if p.MayAsk && p.Partner.State == iru.PartnerConfirmed {
		add("inquire", "")
	}
	return out
}

// messages are the last ones in both directions, newest first.
func (v *visit) messages(t *db.Tx, partner iru.PartnerID) (ui.Table, error) {
	ctx := v.ctx()
	tab := ui.Table{Label: ui.T(ctx, "Messages"), Columns: []ui.Column{{Title: ui.T(ctx, "Direction"), NoWrap: true}, {Title: ui.T(ctx, "About")}, {Title: ui.T(ctx, "Number"), Num: true}, {Title: ui.T(ctx, "Handling codes"), Foreign: true},
		{Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "When"), NoWrap: true}}, Empty: ui.T(ctx, "Nothing was said yet.")}
	out, err := t.Outgoings(ctx, v.scope, partner, 0, messagesShown)
	if err != nil {
		return tab, err
	}
	in, err := t.Incomings(ctx, v.scope, partner, 0, messagesShown)
	if err != nil {
		return tab, err
	}
	for (len(out) > 0 || len(in) > 0) && len(tab.Rows) < messagesShown {
		if len(in) == 0 || len(out) > 0 && out[0].At.After(in[0].At) {
			o := out[0]
			out = out[1:]
			tab.Rows = append(tab.Rows, ui.Cells(ui.Text(ui.T(ctx, "to the partner")), ui.Text(messageName(ctx, o.Kind)), messagePlace(o.Epoch, o.Seq), code(o.Handling.String()), outgoingState(ctx, o.State), ui.Fresh{Seen: o.At, Now: v.now}))
			continue
		}
		i := in[0]
		in = in[1:]
		tab.Rows = append(tab.Rows, ui.Cells(ui.Text(ui.T(ctx, "from the partner")), ui.Text(messageName(ctx, i.Kind)), messagePlace(i.Epoch, i.Seq), code(cutText(i.Handling, 60)), incomingState(ctx, i.State), ui.Fresh{Seen: i.At, Now: v.now}))
	}
	return tab, nil
}

func messagePlace(epoch, seq int64) templ.Component {
	if seq == 0 {
		return ui.Quiet("–")
	}
	return ui.Text(strconv.FormatInt(epoch, 10) + "/" + strconv.FormatInt(seq, 10))
}

// parked are the messages that a person must look at.
func (v *visit) parked(t *db.Tx, partner iru.PartnerID) (ui.Table, error) {
	ctx := v.ctx()
	tab := ui.Table{Label: ui.T(ctx, "Parked"), Columns: []ui.Column{{Title: ui.T(ctx, "About")}, {Title: ui.T(ctx, "Why it was parked"), Foreign: true}, {Title: ui.T(ctx, "Came"), NoWrap: true}, {Title: ui.T(ctx, "Step"), Hidden: true}}}
	is, err := t.IncomingIn(ctx, partner, iru.IncomingParked, messagesShown)
	for _, i := range is {
		step := ui.Quiet("")
		if v.may(iru.ToConfirm) {
			base := "/messages/" + id(i.ID) + "/step/"
			step = ui.All(ui.Link(base+"take_up", ui.T(ctx, "Take it up again")), ui.Text(" · "), ui.Link(base+"dismiss", ui.T(ctx, "Leave it aside")))
		}
		tab.Rows = append(tab.Rows, ui.Cells(ui.Text(messageName(ctx, i.Kind)), ui.Isolated(i.Why), ui.Fresh{Seen: i.At, Now: v.now}, step))
	}
	return tab, err
}

func (v *visit) inquiries(t *db.Tx, partner iru.PartnerID, known names) (ui.Table, error) {
	ctx := v.ctx()
	tab := ui.Table{Label: ui.T(ctx, "Hit or no hit"), Columns: []ui.Column{{Title: ui.T(ctx, "Who asked")}, {Title: ui.T(ctx, "Purpose"), Foreign: true}, {Title: ui.T(ctx, "Addresses"), Num: true}, {Title: ui.T(ctx, "Answer")}, {Title: ui.T(ctx, "When"), NoWrap: true}},
		Empty: ui.T(ctx, "Nobody asked yet.")}
	is, err := t.Inquiries(ctx, v.scope, partner, messagesShown)
	for _, i := range is {
		who := ui.Both(i.Asker, ui.T(ctx, "of the partner"))
		if i.Ours {
			who = ui.Both(known.of(ctx, t, i.By), ui.T(ctx, "of ours"))
		}
		tab.Rows = append(tab.Rows, ui.Cells(who, ui.Isolated(i.Purpose), ui.Text(strconv.Itoa(i.Count)), inquiryAnswer(ctx, i), ui.Fresh{Seen: i.At, Now: v.now}))
	}
	return tab, err
}

// inquiryAnswer is what is known of the answer: to a partner's question nobody here knows it.
func inquiryAnswer(ctx context.Context, i iru.Inquiry) templ.Component {
	switch {
	case i.State == iru.InquiryAsked:
		return ui.Neutral(ui.T(ctx, "to come"))
	case i.State == iru.InquiryRefused:
		return ui.All(ui.Warn(ui.T(ctx, "refused")), ui.Text(" "), ui.Isolated(i.Why))
	case !i.Ours:
		return ui.Neutral(ui.T(ctx, "given; only the partner knows it"))
	case len(i.Hits) == 0:
		return ui.OK(ui.T(ctx, "no hit"))
	}
	parts := []templ.Component{ui.Warn(ui.Tn(ctx, len(i.Hits), "%d hits"))}
	for _, a := range i.Hits {
		parts = append(parts, ui.Text(" "), shortAddress(a))
	}
	return ui.All(append(parts, ui.Text(" · "), ui.Isolated(ui.T(ctx, "call %s", i.Contact)))...)
}

func (v *visit) witnesses(t *db.Tx, partner iru.PartnerID) (ui.Table, error) {
	ctx := v.ctx()
	tab := ui.Table{Label: ui.T(ctx, "Checkpoints"), Columns: []ui.Column{{Title: ui.T(ctx, "Ledger")}, {Title: ui.T(ctx, "Events"), Num: true}, {Title: ui.T(ctx, "What was said")}, {Title: ui.T(ctx, "When"), NoWrap: true}},
		Empty: ui.T(ctx, "No checkpoint was exchanged yet: it is done daily, and around T0.")}
	ws, err := t.Witnesses(ctx, v.scope, 200)
	for _, w := range ws {
		if w.Partner != partner || len(tab.Rows) >= 20 {
			continue
		}
		tab.Rows = append(tab.Rows, witnessRow(ctx, w, v.now, ""))
	}
	return tab, err
}

// witnessRow is one checkpoint that two installations know of.
func witnessRow(ctx context.Context, w iru.Witness, now time.Time, partner string) ui.Row {
	whose, said := ui.T(ctx, "the partner's"), ui.OK(ui.T(ctx, "extends the one before; signed by us"))
	if w.Ours {
		whose, said = ui.T(ctx, "ours"), ui.OK(ui.T(ctx, "signed by the partner"))
	}
	var cell templ.Component = said
	if w.Objection != "" {
		cell = ui.All(ui.Bad(ui.T(ctx, "not signed")), ui.Text(" "), ui.Isolated(w.Objection))
	}
	cells := []templ.Component{ui.Text(whose), ui.Text(ui.Thousands(int(w.Size))), cell, ui.Fresh{Seen: w.At, Now: now}}
	if partner != "" {
		cells = append([]templ.Component{ui.Isolated(partner)}, cells...)
	}
	return ui.Cells(cells...)
}

func outgoingState(ctx context.Context, s iru.OutgoingState) ui.State {
	switch s {
	case iru.OutgoingQueued:
		return ui.Neutral(ui.T(ctx, "written"))
	case iru.OutgoingSealed:
		return ui.Warn(ui.T(ctx, "on its way"))
	}
	return ui.OK(ui.T(ctx, "at the partner"))
}

func incomingState(ctx context.Context, s iru.IncomingState) ui.State {
	switch s {
	case iru.IncomingReceived:
		return ui.Neutral(ui.T(ctx, "taken"))
	case iru.IncomingWaiting:
		return ui.Warn(ui.T(ctx, "waits for the invitation"))
	case iru.IncomingApplied:
		return ui.OK(ui.T(ctx, "done"))
	case iru.IncomingParked:
		return ui.Bad(ui.T(ctx, "parked"))
	}
	return ui.Neutral(ui.T(ctx, "left aside"))
}

func messageName(ctx context.Context, k iru.MessageKind) string {
	switch k {
	case iru.SayCard:
		return ui.T(ctx, "New card")
	case iru.SayInvitation:
		return ui.T(ctx, "Invitation")
	case iru.SayConsent:
		return ui.T(ctx, "Answer to an invitation")
	case iru.SayPackage:
		return ui.T(ctx, "Tasks proposed")
	case iru.SayTasks:
		return ui.T(ctx, "Where tasks stand")
	case iru.SayAnswer:
		return ui.T(ctx, "Answer to the poll")
	case iru.SayT0:
		return ui.T(ctx, "T0 proposed")
	case iru.SayHold:
		return ui.T(ctx, "Hold")
	case iru.SayAbort:
		return ui.T(ctx, "Abort")
	case iru.SayStanding:
		return ui.T(ctx, "Where an operation stands")
	case iru.SayDuty:
		return ui.T(ctx, "Duty message")
	case iru.SayQuestion:
		return ui.T(ctx, "Deconfliction question")
	case iru.SayReply:
		return ui.T(ctx, "Deconfliction answer")
	case iru.SayCheckpoint:
		return ui.T(ctx, "Checkpoint of a ledger")
	case iru.SayCosignature:
		return ui.T(ctx, "Cosignature")
	case iru.SaySet:
		return ui.T(ctx, "What may be asked about")
	case iru.SayAsk:
		return ui.T(ctx, "Hit or no hit: question")
	case iru.SayTold:
		return ui.T(ctx, "Hit or no hit: answer")
	}
	return string(k)
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// partnerVerbs are the steps of a partner.
var partnerVerbs = []string{"confirm", "suspend", "resume", "end", "card", "adopt", "epoch", "admit", "skew", "alarm", "inquire"}

func partnerVerbName(ctx context.Context, verb string) string {
	switch verb {
	case "confirm":
		return ui.T(ctx, "Confirm this partner")
	case "suspend":
		return ui.T(ctx, "Suspend the traffic")
	case "resume":
		return ui.T(ctx, "Resume the traffic")
	case "end":
		return ui.T(ctx, "End the relation")
	case "card":
		return ui.T(ctx, "Enter a new card")
	case "adopt":
		return ui.T(ctx, "Adopt the new card")
	case "epoch":
		return ui.T(ctx, "Begin a new epoch")
	case "admit":
		return ui.T(ctx, "Admit the partner's new epoch")
	case "skew":
		return ui.T(ctx, "Accept the difference of the clocks")
	case "alarm":
		return ui.T(ctx, "I looked into it")
	}
	return ui.T(ctx, "Ask: hit or no hit")
}

// newPartner is the form on which a card is entered.
func (v *visit) newPartner() error {
	ctx := v.ctx()
	page := StepPage{Title: ui.T(ctx, "Enter a partner"), Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Partners"), Href: "/partners"}}, Back: "/partners", Action: "/partners/new", Verb: ui.T(ctx, "Enter"), Kind: ui.Primary,
		Next:   []string{ui.T(ctx, "Nothing goes to the partner and nothing is taken from it yet."), ui.T(ctx, "A second person compares the fingerprint by telephone and confirms it.")},
		Fields: []ui.Field{cardField(ctx, v.value("card"))}}
	return v.form(page, "operations", iru.ToConfirm, func() error {
		p, err := v.desk.AddPartner(ctx, v.scope, v.value("card"))
		if err != nil {
			return err
		}
		v.say(ui.T(ctx, "%s was entered. A second person confirms it.", p.Name))
		return v.to("/partners/%d", p.ID)
	})
}

func cardField(ctx context.Context, is string) ui.Field {
	return ui.Field{Name: "card", Label: ui.T(ctx, "The text of its card"), Type: "textarea", Rows: 10, Value: is, Required: true, Max: 8192, Hint: ui.T(ctx, "As the partner handed it over, from the first line to the last.")}
}

// partnerStep is the page before a step of a partner, and the step.
func (v *visit) partnerStep() error {
	ctx, verb := v.ctx(), v.r.PathValue("verb")
	if !slices.Contains(partnerVerbs, verb) {
		return iru.NotFound
	}
	var p iru.Partner
	var l iru.Line
	if err := v.read(func(t *db.Tx) (err error) {
		p, l, err = v.partner(t)
		return err
	}); err != nil {
		return err
	}
	power := iru.ToConfirm
	if verb == "inquire" {
		power = iru.ToAssess
	}
	if err := v.scope.May(power); err != nil {
		return err
	}
	title, base := partnerVerbName(ctx, verb), "/partners/"+id(p.ID)
	page := StepPage{Frame: v.frame("operations", title+" · "+p.Name), Title: title, State: partnerState(ctx, p.State), Action: base + "/step/" + verb, Verb: title, Kind: ui.Primary, Back: base,
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Partners"), Href: "/partners"}, {Text: p.Name, Href: base}}}
	compare := []ui.Field{{Name: "fingerprint", Label: ui.T(ctx, "The fingerprint, as the partner read it to you"), Value: v.value("fingerprint"), Required: true, Max: 120, Hint: ui.T(ctx, "Eight groups of five digits. Type what you hear, not what stands here.")},
		{Name: "why", Label: ui.T(ctx, "Whom you called, at which number, and when"), Type: "textarea", Value: v.value("why"), Required: true, Max: 1000, Hint: ui.T(ctx, "The ledger keeps it.")}}
	done, do := "", func() error { return iru.NotFound }
	why := v.value("why")
	switch verb {
	case "confirm":
		page.Fields, page.Next = compare, []string{ui.T(ctx, "From then on messages go to the partner and are taken from it."), ui.T(ctx, "Call a number that you know from elsewhere, not one from the card.")}
		done, do = ui.T(ctx, "%s is confirmed.", p.Name), func() error {
			_, err := v.desk.ConfirmPartner(ctx, v.scope, p.ID, v.value("fingerprint"), why)
			return err
		}
	case "adopt":
		page.Fields, page.Next = compare, []string{ui.T(ctx, "The new card takes the place of the present one."), ui.T(ctx, "What is not yet at the partner is sealed anew for the new keys.")}
		page.Facts = ui.Terms{{Name: ui.T(ctx, "The card's text"), Value: code(cutText(p.Next, 300))}}
		done, do = ui.T(ctx, "%s has a new card.", p.Name), func() error {
			_, err := v.desk.AdoptCard(ctx, v.scope, p.ID, v.value("fingerprint"), why)
			return err
		}
	case "card":
		page.Fields, page.Next = []ui.Field{cardField(ctx, v.value("card"))}, []string{ui.T(ctx, "Nothing changes before a second person has compared its fingerprint.")}
		done, do = ui.T(ctx, "The card was entered. A second person adopts it."), func() error {
			_, err := v.desk.OfferCard(ctx, v.scope, p.ID, v.value("card"))
			return err
		}
	case "suspend", "resume", "end":
		page.Fields = []ui.Field{v.why(true)}
		switch verb {
		case "suspend":
			page.Next = []string{ui.T(ctx, "Nothing goes to it and nothing is taken from it; what is written waits."), ui.T(ctx, "Operations that it takes part in go on without word of it.")}
			done = ui.T(ctx, "The traffic with %s is suspended.", p.Name)
		case "resume":
			page.Next, done = []string{ui.T(ctx, "What waits is sent, in its order.")}, ui.T(ctx, "The traffic with %s goes on.", p.Name)
		default:
			page.Kind = ui.Danger
			page.Next, done = []string{ui.T(ctx, "What waits is never sent. It cannot be taken back: the partner would be entered anew.")}, ui.T(ctx, "The relation to %s is ended.", p.Name)
		}
		do = func() error { _, err := v.desk.StepPartner(ctx, v.scope, p.ID, verb, why); return err }
	case "epoch":
		page.Fields, page.Next = []ui.Field{v.why(true)}, []string{ui.T(ctx, "What is not known to be at the partner is numbered and sealed anew, and sent again."),
			ui.T(ctx, "The partner's person admits the new epoch; tell its number by telephone: %s.", strconv.FormatInt(max(l.Out.Epoch, l.Durable.Epoch)+1, 10))}
		done, do = ui.T(ctx, "A new epoch began."), func() error { _, err := v.desk.BeginEpoch(ctx, v.scope, p.ID, why); return err }
	case "admit":
		page.Fields, page.Next = []ui.Field{{Name: "epoch", Label: ui.T(ctx, "The number of the epoch"), Type: "number", Value: v.typed("epoch", strconv.FormatInt(l.In.Epoch+1, 10)), Required: true}, v.why(true)},
			[]string{ui.T(ctx, "From then on its messages of that epoch are taken, and none of the one before."), ui.T(ctx, "Ask its person what was said since, and compare it with the list here.")}
		done, do = ui.T(ctx, "The epoch is admitted."), func() error {
			_, err := v.desk.AdmitEpoch(ctx, v.scope, p.ID, v.whole("epoch"), why)
			return err
		}
	case "skew":
		page.Fields, page.Next = []ui.Field{v.why(true)}, []string{ui.T(ctx, "A release is not kept back by this difference any more."), ui.T(ctx, "Acts of the partner start by its own clock: they may be early or late by so much.")}
		page.Facts = ui.Terms{{Name: ui.T(ctx, "Its clock, against ours"), Value: partnerClock(ctx, l)}}
		done, do = ui.T(ctx, "The difference is accepted."), func() error { _, err := v.desk.AcceptSkew(ctx, v.scope, p.ID, why); return err }
	case "alarm":
		page.Fields, page.Next, page.Facts = []ui.Field{v.why(true)}, []string{ui.T(ctx, "The alarm goes; what came stays in the log.")}, ui.Terms{{Name: ui.T(ctx, "Alarm"), Value: ui.Isolated(l.Alarm)}}
		done, do = ui.T(ctx, "The alarm is cleared."), func() error { _, err := v.desk.ClearAlarm(ctx, v.scope, p.ID, why); return err }
	default:
		page.Next = []string{ui.T(ctx, "The partner sees how many addresses you ask about and what for, not which ones."), ui.T(ctx, "You see hit or no hit and whom to call, nothing of the case."), ui.T(ctx, "Both sides keep it in their logs; there is a quota.")}
		page.Fields = []ui.Field{{Name: "addresses", Label: ui.T(ctx, "Addresses, one a line"), Type: "textarea", Rows: 6, Value: v.value("addresses"), Required: true, Max: 100_000},
			{Name: "purpose", Label: ui.T(ctx, "Purpose, as the partner reads it"), Value: v.value("purpose"), Required: true, Max: 400}}
		done, do = ui.T(ctx, "The question is on its way."), func() error {
			_, err := v.desk.Inquire(ctx, v.scope, p.ID, v.value("purpose"), strings.Split(v.value("addresses"), "\n"))
			return err
		}
	}
	return v.takeStep(page, func() (string, error) { return done, do() })
}

// messageStep takes a parked message up again, or leaves it aside.
func (v *visit) messageStep() error {
	ctx, verb := v.ctx(), v.r.PathValue("verb")
	n, err := v.number("id")
	if err != nil {
		return err
	}
	if verb != "take_up" && verb != "dismiss" {
		return iru.NotFound
	}
	var i iru.Incoming
	var p iru.Partner
	if err := v.read(func(t *db.Tx) (err error) {
		if i, err = t.Incoming(ctx, v.scope, iru.IncomingID(n)); err == nil {
			p, err = t.Partner(ctx, v.scope, i.Partner)
		}
		return err
	}); err != nil {
		return err
	}
	if err := v.scope.May(iru.ToConfirm); err != nil {
		return err
	}
	base, title := "/partners/"+id(p.ID), ui.T(ctx, "Take it up again")
	if verb == "dismiss" {
		title = ui.T(ctx, "Leave it aside")
	}
	page := StepPage{Frame: v.frame("operations", title+" · "+p.Name), Title: title, State: incomingState(ctx, i.State), Action: v.r.URL.Path, Verb: title, Kind: ui.Primary, Back: base,
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Partners"), Href: "/partners"}, {Text: p.Name, Href: base}},
		Facts: ui.Terms{{Name: ui.T(ctx, "About"), Value: ui.Text(messageName(ctx, i.Kind))}, {Name: ui.T(ctx, "Why it was parked"), Value: ui.Isolated(i.Why)}, {Name: ui.T(ctx, "Handling codes"), Value: code(cutText(i.Handling, 100))},
			{Name: ui.T(ctx, "The message"), Value: code(cutText(plainDefanged(i.Body), 2000))}}}
	if verb == "take_up" {
		page.Next = []string{ui.T(ctx, "It is brought about as if it came now. What still hinders it parks it again.")}
		return v.takeStep(page, func() (string, error) {
			i, err := v.desk.TakeUp(ctx, v.scope, i.ID)
			if err == nil && i.State == iru.IncomingParked {
				return ui.T(ctx, "It was parked again: %s", i.Why), nil
			}
			return ui.T(ctx, "It came about."), err
		})
	}
	page.Next, page.Fields = []string{ui.T(ctx, "What it says does not come about. It stays in the log.")}, []ui.Field{v.why(true)}
	return v.takeStep(page, func() (string, error) {
		_, err := v.desk.DismissMessage(ctx, v.scope, i.ID, v.value("why"))
		return ui.T(ctx, "It is left aside."), err
	})
}

// invitationStep accepts or declines a partner's invitation.
func (v *visit) invitationStep() error {
	ctx, verb := v.ctx(), v.r.PathValue("verb")
	n, err := v.number("id")
	if err != nil {
		return err
	}
	if verb != "accept" && verb != "decline" {
		return iru.NotFound
	}
	var i iru.Invitation
	var p iru.Partner
	var directors []ui.Option
	if err := v.read(func(t *db.Tx) (err error) {
		if i, err = t.Invitation(ctx, v.scope, iru.InvitationID(n)); err != nil {
			return err
		}
		if p, err = t.Partner(ctx, v.scope, i.Partner); err != nil {
			return err
		}
		os, err := t.Officers(ctx)
		directors = nil
		for _, o := range os {
			if o.Unit == i.Unit && o.State == iru.OfficerActive && o.Scope().May(iru.ToRelease) == nil {
				directors = append(directors, ui.Option{Value: id(o.ID), Text: o.Name})
			}
		}
		return err
	}); err != nil {
		return err
	}
	if err := v.scope.May(iru.ToPlan); err != nil {
		return err
	}
	var roles []string
	for _, r := range i.Roles {
		roles = append(roles, taskRoleName(ctx, r))
	}
	page := StepPage{Title: ui.T(ctx, "Take part in %s", i.Name), State: invitationState(ctx, i.State), Action: v.r.URL.Path, Verb: ui.T(ctx, "Accept"), Kind: ui.Primary, Back: "/partners", Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Partners"), Href: "/partners"}},
		Facts: ui.Terms{{Name: ui.T(ctx, "Led by"), Value: ui.Isolated(p.Name)}, {Name: ui.T(ctx, "Your part"), Value: ui.Text(strings.Join(roles, ", "))}, {Name: ui.T(ctx, "Handling codes"), Value: code(i.Handling.String())}, {Name: ui.T(ctx, "Note"), Value: ui.Isolated(i.Note)}}}
	page.Frame = v.frame("operations", page.Title)
	if verb == "decline" {
		page.Title, page.Verb, page.Kind = ui.T(ctx, "Decline %s", i.Name), ui.T(ctx, "Decline"), ui.Danger
		page.Next, page.Fields = []string{ui.T(ctx, "The partner is told, with the reason. What it sent of the operation is left aside.")}, []ui.Field{v.why(true)}
		return v.takeStep(page, func() (string, error) {
			_, err := v.desk.DeclineInvitation(ctx, v.scope, i.ID, v.value("why"))
			return ui.T(ctx, "%s was declined.", i.Name), err
		})
	}
	page.Next = []string{ui.T(ctx, "An operation of your own is made of it. Nothing of it leaves without your own director's release."), ui.T(ctx, "The tasks that the partner proposes are proposals: you accept or decline each.")}
	page.Fields = []ui.Field{{Name: "director", Label: ui.T(ctx, "Director"), Type: "select", Options: directors, Value: v.value("director"), Required: true}}
	page.Beside = declineLink(id(i.ID))
	return v.takeStep(page, func() (string, error) {
		_, err := v.desk.AcceptInvitation(ctx, v.scope, i.ID, iru.OfficerID(v.whole("director")))
		return ui.T(ctx, "You take part in %s.", i.Name), err
	})
}

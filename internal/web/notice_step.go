// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/form"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// A noticeVerb is a step of an act that a person takes on a page of its own.
type noticeVerb struct {
	verb    string
	power   iru.Power
	reason  bool // asks why
	whole   bool // shows the whole act, with its digest, and asks that it was read
	primary bool
	danger  bool
	hand    bool // asks whom, how and when
}

var noticeVerbs = []noticeVerb{
	{verb: "submit", power: iru.ToDraft, primary: true},
	{verb: "approve", power: iru.ToEndorse, whole: true, primary: true},
	{verb: "return", power: iru.ToEndorse, reason: true},
	{verb: "resend", power: iru.ToAnswer, primary: true},
	{verb: "possible", power: iru.ToAnswer, reason: true},
	{verb: "hand", power: iru.ToAnswer, hand: true},
	{verb: "arrived", power: iru.ToAnswer, hand: true},
	{verb: "withdraw", power: iru.ToEndorse, reason: true, danger: true},
}

func (s noticeVerb) name(ctx context.Context, n iru.Notice) string {
	switch s.verb {
	case "submit":
		return ui.T(ctx, "Hand in for approval")
	case "approve":
		if n.NeedsTwo() && n.State == iru.NoticeEndorsed {
			return ui.T(ctx, "Read and sign")
		}
		if n.NeedsTwo() {
			return ui.T(ctx, "Read and approve first")
		}
		return ui.T(ctx, "Read and approve")
	case "return":
		return ui.T(ctx, "Return to the author")
	case "resend":
		return ui.T(ctx, "Send again")
	case "possible":
		return ui.T(ctx, "They can act again")
	case "hand":
		return ui.T(ctx, "Handed over by a person")
	case "arrived":
		return ui.T(ctx, "Record its receipt")
	}
	return ui.T(ctx, "Withdraw")
}

// button is what the step is called on the page where it is taken.
func (s noticeVerb) button(ctx context.Context, n iru.Notice) string {
	switch {
	case s.verb == "approve" && n.NeedsTwo() && n.State == iru.NoticeEndorsed:
		return ui.T(ctx, "Sign this act")
	case s.verb == "approve":
		return ui.T(ctx, "Approve this act")
	}
	return s.name(ctx, n)
}

// mayStep says why the officer cannot take the step now, or nil.
func (v *visit) mayStep(s noticeVerb, n iru.Notice) error {
	return v.mayStepAsked(s, n, func() (asked iru.Letter, err error) {
		err = v.read(func(t *db.Tx) error {
			ls, err := t.Letters(v.ctx(), v.scope, n.ID)
			asked, _ = iru.Asked(ls)
			return err
		})
		return asked, err
	})
}

// mayStepAsked is mayStep where what the addressee asked last is known, or read when it matters.
func (v *visit) mayStepAsked(s noticeVerb, n iru.Notice, ask func() (iru.Letter, error)) error {
	if err := v.mine(s.verb, n); err != nil {
		return err
	}
	switch s.verb {
	case "approve":
		if n.Threat != 0 {
			return iru.Refuse(iru.Conflict, n.Ref+" leaves by the fast lane", "declare or withdraw the threat to life")
		}
		_, _, err := n.Approve(v.by, firstDigest(n), v.now)
		return err
	case "resend":
		if n.State != iru.NoticeBounced {
			return iru.Refuse(iru.Conflict, n.Ref+" did not bounce", "")
		}
	case "hand", "arrived":
		if err := v.mayHand(s.verb, n); err != nil {
			return err
		}
	case "possible":
		var asked iru.Letter
		if n.State == iru.NoticeClarifying {
			var err error
			if asked, err = ask(); err != nil {
				return err
			}
		}
		if asked.Kind != "impossible" {
			return iru.Refuse(iru.Conflict, "the addressee of "+n.Ref+" does not say that it cannot act", "")
		}
	default:
		if _, err := iru.NoticeTable.Next(n.State, s.verb); err != nil {
			return err
		}
	}
	return v.scope.May(s.power)
}

func firstDigest(n iru.Notice) string {
	if len(n.Approvals) > 0 {
		return n.Approvals[0].Digest
	}
	return ""
}

func (v *visit) noticeStepPage() error { return v.noticeStep("", nil) }

// noticeStep shows the page that stands before a step.
func (v *visit) noticeStep(why string, refused error) error {
	ctx := v.ctx()
	s, n, err := v.noticeVerb()
	if err != nil {
		return err
	}
	if refused == nil {
		if err := v.mayStep(s, n); err != nil {
			return err
		}
	}
	base := "/notices/" + id(n.ID)
	title := s.name(ctx, n)
	p := StepPage{Title: title, State: noticeState(ctx, n.State), Problem: why, Next: v.noticeNext(s, n), Action: base + "/step/" + s.verb, Verb: s.button(ctx, n), Kind: ui.Primary, Back: base,
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Notices"), Href: "/notices"}, {Text: n.Ref, Href: base}}}
	if s.danger {
		p.Kind = ui.Danger
	}
	if s.reason {
		p.Fields = []ui.Field{{Name: "why", Label: ui.T(ctx, "Why"), Type: "textarea", Required: true, Max: 1000, Value: v.value("why"), Hint: ui.T(ctx, "The ledger keeps it.")}}
	}
	if s.hand {
		p.Fields = v.handFields()
	}
	if alone, err := v.alone(s, n); err != nil {
		return err
	} else if alone {
		p.Fields = append(p.Fields, ui.Field{Name: "alone", Label: ui.T(ctx, "Why one contact must do"), Type: "textarea", Rows: 2, Required: true, Max: 300, Value: v.value("alone"),
			Hint: ui.T(ctx, "The order gives an hour, and this addressee has no confirmed second contact. Confirm one, or say why.")})
	}
	if s.whole {
		if p.Act, err = v.act(n); err != nil {
			return err
		}
		p.Hidden = map[string]string{"digest": p.Act.Digest}
		p.Check = &ui.Check{ID: "read", Name: "read", Value: "1", Label: ui.T(ctx, "I have read the whole act and answer for it with my name")}
		if p.Facts, err = v.approvalFacts(n); err != nil {
			return err
		}
	}
	p.Frame = v.frame("notices", title+" · "+n.Ref)
	if refused != nil {
		return v.again(refused, p.View())
	}
	return v.show(p.View())
}

// noticeVerb reads the step and the act that the path names.
func (v *visit) noticeVerb() (noticeVerb, iru.Notice, error) {
	n, err := v.notice()
	if err != nil {
		return noticeVerb{}, n, err
	}
	for _, s := range noticeVerbs {
		if s.verb == v.r.PathValue("verb") {
			return s, n, nil
		}
	}
	return noticeVerb{}, n, iru.NotFound
}

// notice reads the act that the path names.
func (v *visit) notice() (iru.Notice, error) {
	i, err := v.number("id")
	if err != nil {
		return iru.Notice{}, err
	}
	var n iru.Notice
	err = v.read(func(t *db.Tx) error {
		var err error
		if n, err = t.Notice(v.ctx(), v.scope, iru.NoticeID(i)); err != nil {
			return err
		}
		hidden, err := desk.Veiled(v.ctx(), t, v.scope, n.ID)
		if err == nil && hidden {
			err = desk.NotYet
		}
		return err
	})
	return n, err
}

// act is the whole act as it would be sent now, with the digest that an approval covers.
func (v *visit) act(n iru.Notice) (*ActText, error) {
	subject, text, err := v.desk.Paper(v.ctx(), v.scope, n.ID)
	if err != nil {
		return nil, err
	}
	dig, err := desk.ActDigest(n)
	return &ActText{Subject: subject, Lang: n.Lang, Text: letterText(text), Digest: dig}, err
}

// approvalFacts says who stands behind the act so far.
func (v *visit) approvalFacts(n iru.Notice) (ui.Terms, error) {
	ctx := v.ctx()
	var out ui.Terms
	err := v.read(func(t *db.Tx) error {
		who := names{}
		p, err := t.Provider(ctx, iru.Program(), n.Provider)
		if err != nil {
			return err
		}
		out = ui.Terms{{Name: ui.T(ctx, "Drafted by"), Value: ui.Isolated(who.of(ctx, t, n.Drafted))}}
		for _, a := range n.Approvals {
			out = append(out, ui.Term{Name: ui.T(ctx, "Approved by"), Value: ui.All(ui.Isolated(who.of(ctx, t, a.By)), ui.When{At: a.At, Day: true})})
		}
		out = append(out, ui.Term{Name: ui.T(ctx, "Goes to"), Value: ui.All(ui.Strong(p.Name), contact(p), contactState(ctx, p.Contact).Plain())})
		return nil
	})
	return out, err
}

// noticeNext says what follows from a step.
func (v *visit) noticeNext(s noticeVerb, n iru.Notice) []string {
	ctx := v.ctx()
	switch s.verb {
	case "submit":
		if n.NeedsTwo() {
			return []string{ui.T(ctx, "The act can no longer be edited."), ui.T(ctx, "Two other people read and approve it; the second is a signing officer. Nothing leaves before that.")}
		}
		return []string{ui.T(ctx, "The act can no longer be edited."), ui.T(ctx, "One person reads and approves it. Nothing leaves before that.")}
	case "approve":
		out := []string{ui.T(ctx, "Your name, the time and the digest go into the ledger and stay there.")}
		switch {
		case n.NeedsTwo() && len(n.Approvals) == 0:
			out = append(out, ui.T(ctx, "A second, different person must sign; nothing leaves before that."))
		case n.Operation != 0:
			out = append(out, ui.T(ctx, "It leaves at T0 of its operation, not before."))
		default:
			out = append(out, ui.T(ctx, "It leaves as soon as a signed checkpoint covers your approval, usually within a second, if the contact is confirmed. It cannot be called back."))
		}
		return out
	case "return":
		return []string{ui.T(ctx, "The author can edit it again."), ui.T(ctx, "Approvals given so far lapse.")}
	case "possible":
		return []string{ui.T(ctx, "Their time limit runs anew from now.")}
	case "hand":
		return []string{ui.T(ctx, "It counts as sent from the time that you give. That they have it is another record."), ui.T(ctx, "What the program itself would still have sent is not sent any more.")}
	case "arrived":
		next := []string{ui.T(ctx, "Your name, theirs and the time stand in the thread and in the ledger.")}
		if len(v.desk.Regime.ClocksFor(n.Instrument, n.Emergency.Declared())) > 0 {
			next = append(next, ui.T(ctx, "Where a time limit of law begins with it, a second officer confirms the record first; the limit then runs from the time that you give."))
		}
		return next
	case "resend":
		return []string{ui.T(ctx, "The same act goes out once more, with the same key, to the contact that is confirmed now.")}
	}
	out := []string{ui.T(ctx, "The act ends here and its clocks stop.")}
	if !n.SentAt.IsZero() {
		out = append(out, ui.T(ctx, "What has left cannot be called back: write to the addressee as well."))
	}
	return out
}

// alone reports whether an order of one hour is about to be handed in to an addressee with one contact only.
func (v *visit) alone(s noticeVerb, n iru.Notice) (bool, error) {
	if s.verb != "submit" || n.Instrument != legal.RemovalOrder || !v.desk.Rules.TwoContacts {
		return false, nil
	}
	_, has, err := v.desk.Seconds(v.ctx(), v.scope, n.Provider)
	return !has, err
}

func (v *visit) stepNotice() error {
	ctx := v.ctx()
	s, n, err := v.noticeVerb()
	if err != nil {
		return err
	}
	if err := v.mine(s.verb, n); err != nil {
		return err
	}
	done := ""
	switch s.verb {
	case "submit":
		n, err = v.desk.SubmitAlone(ctx, v.scope, n.ID, v.value("alone"))
		done = ui.T(ctx, "%s waits for approval.", n.Ref)
	case "approve":
		n, err = v.approve(n)
		done = ui.T(ctx, "%s is approved.", n.Ref)
		if n.State == iru.NoticeEndorsed {
			done = ui.T(ctx, "Your approval of %s is recorded; a second person must sign.", n.Ref)
		}
	case "return":
		n, err = v.desk.Return(ctx, v.scope, n.ID, v.value("why"))
		done = ui.T(ctx, "%s is with its author again.", n.Ref)
	case "withdraw":
		n, err = v.desk.Withdraw(ctx, v.scope, n.ID, v.value("why"))
		done = ui.T(ctx, "%s is withdrawn.", n.Ref)
	case "resend":
		err = v.desk.Resend(ctx, v.scope, n.ID)
		done = ui.T(ctx, "%s is on its way again.", n.Ref)
	case "hand":
		_, err = v.desk.Hand(ctx, v.scope, n.ID, v.handing())
		done = ui.T(ctx, "Recorded: %s was handed over.", n.Ref)
	case "arrived":
		_, err = v.desk.EnterReceipt(ctx, v.scope, n.ID, v.handing())
		done = ui.T(ctx, "Recorded.")
	case "possible":
		err = v.desk.EndImpossibility(ctx, v.scope, n.ID, v.value("why"))
		done = ui.T(ctx, "The time limit of %s runs anew.", n.Ref)
	}
	if errors.Is(err, iru.Invalid) || errors.Is(err, errNotRead) {
		if why, ok := complaint(err); ok {
			return v.noticeStep(why, err)
		}
	}
	if err != nil {
		return err
	}
	v.say(done)
	return v.to("/notices/%d", n.ID)
}

// errNotRead answers an approval of something that was not read, or not this.
var errNotRead = iru.Refuse(iru.Invalid, "an approval without the act having been read does not count", "read it and tick the box")

// approve takes an approval of exactly what the page showed.
func (v *visit) approve(n iru.Notice) (iru.Notice, error) {
	if v.value("read") == "" {
		return n, errNotRead
	}
	return v.desk.Approve(v.ctx(), v.scope, n.ID, v.value("digest"))
}

// paperPage shows an act as its addressee gets it.
func (v *visit) paperPage() error {
	ctx := v.ctx()
	n, err := v.notice()
	if err != nil {
		return err
	}
	a, err := v.paper(n)
	if err != nil {
		return err
	}
	p := PaperPage{Frame: v.frame("notices", ui.T(ctx, "%s as the addressee reads it", n.Ref)), Notice: n, Act: a}
	if p.Papers, err = v.papers(n); err != nil {
		return err
	}
	return v.show(p.View())
}

// paper is what was sent, or what would be.
func (v *visit) paper(n iru.Notice) (*ActText, error) {
	var sent *iru.Letter
	err := v.read(func(t *db.Tx) error {
		ls, err := t.Letters(v.ctx(), v.scope, n.ID)
		for i := range ls {
			if ls[i].Kind == "notice" && !ls[i].Inbound {
				sent = &ls[i]
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if sent != nil {
		return &ActText{Subject: sent.Subject, Lang: n.Lang, Text: letterText(sent.Text), Sent: sent.At}, nil
	}
	a, err := v.act(n)
	return a, err
}

func (v *visit) noticeProof() error {
	n, err := v.notice()
	if err != nil {
		return err
	}
	var e iru.Event
	err = v.read(func(t *db.Tx) error {
		var err error
		e, err = t.Event(v.ctx(), v.scope, provedBy(t, v, n))
		return err
	})
	if err != nil {
		return err
	}
	return v.sendProof(e, n.Ref)
}

// answer shows a letter whole first, and sends it when it comes back confirmed.
func (v *visit) answer() error {
	ctx := v.ctx()
	n, err := v.notice()
	if err != nil {
		return err
	}
	if err := v.scope.May(iru.ToAnswer); err != nil {
		return err
	}
	if err := v.ours(n.Unit); err != nil {
		return err
	}
	say := v.value("letter")
	if v.value("confirmed") != "" {
		if _, err := v.desk.Answer(ctx, v.scope, n.ID, say); err != nil {
			return err
		}
		v.say(ui.T(ctx, "The letter is on its way."))
		return v.to("/notices/%d", n.ID)
	}
	if say == "" {
		return iru.Refuse(iru.Invalid, "the answer is empty", "write what the addressee needs to know")
	}
	if n.SentAt.IsZero() {
		return iru.Refuse(iru.Conflict, "nothing was sent yet", "")
	}
	subject, text := form.Answer(n.Ref, n.Instrument.Title(), say)
	next := []string{ui.T(ctx, "It goes to their confirmed contact and stands in the thread for good.")}
	if n.State == iru.NoticeClarifying {
		next = append(next, ui.T(ctx, "When it has arrived, the clock begins anew."))
	}
	base := "/notices/" + id(n.ID)
	facts, err := v.approvalFacts(n)
	if err != nil {
		return err
	}
	p := StepPage{Frame: v.frame("notices", ui.T(ctx, "Answer in %s", n.Ref)), Title: ui.T(ctx, "Answer in %s", n.Ref), State: noticeState(ctx, n.State), Next: next, Facts: facts[len(facts)-1:],
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Notices"), Href: "/notices"}, {Text: n.Ref, Href: base}}, Act: &ActText{Subject: subject, Lang: n.Lang, Text: letterText(text)},
		Hidden: map[string]string{"letter": say, "confirmed": "1"}, Action: base + "/answer", Verb: ui.T(ctx, "Send the letter"), Kind: ui.Primary, Back: base}
	return v.show(p.View())
}

// fileLetter takes a person's word for what a letter is.
func (v *visit) fileLetter() error {
	n, err := v.notice()
	if err != nil {
		return err
	}
	if err := v.ours(n.Unit); err != nil {
		return err
	}
	letter, err := v.number("letter")
	if err != nil {
		return err
	}
	if err := v.desk.File(v.ctx(), v.scope, letter, v.value("kind")); err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "Filed as: %s.", letterKind(v.ctx(), v.value("kind"))))
	return v.to("/notices/%d", n.ID)
}

// repostLetter sends a letter that came back again.
func (v *visit) repostLetter() error {
	n, err := v.notice()
	if err != nil {
		return err
	}
	if err := v.ours(n.Unit); err != nil {
		return err
	}
	letter, err := v.number("letter")
	if err != nil {
		return err
	}
	if err := v.desk.Repost(v.ctx(), v.scope, letter); err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "The letter is on its way."))
	return v.to("/notices/%d", n.ID)
}

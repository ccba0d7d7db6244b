// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

func (d *today) needClocks() error {
	shown := 0
	for _, c := range d.clocks {
		if s := c.Status(d.v.now); s != iru.Overdue && s != iru.AtRisk {
			continue
		}
		clock, why, href := d.clockOf(c), join(d.providers[c.Provider].Name, c.Source), clockHref(c)
		if n := d.notice(c.Notice); n.ID != 0 {
			why = d.noticeWhy(n, c.Source)
		}
		if href == "" {
			href = "/clocks"
		}
		d.add(&shown, need{rank: 0, when: c.Due, left: clock.Small(), state: clock.State(d.ctx), what: d.clockLine(c), why: why, href: href, verb: ui.T(d.ctx, "Open")})
	}
	return nil
}

// needApprovals lists the acts that this officer may approve: the rule itself is asked.
func (d *today) needApprovals() error {
	k := 0
	for _, n := range slices.Backward(d.notices) { // oldest first
		if n.State != iru.NoticeSubmitted && n.State != iru.NoticeEndorsed || n.Unit != d.v.by.Unit || n.Threat != 0 { // needThreats has those
			continue
		}
		digest, err := desk.ActDigest(n)
		if err != nil {
			return err
		}
		if _, _, err := n.Approve(d.v.by, digest, d.v.now); err != nil {
			continue
		}
		d.mine++
		why := ui.T(d.ctx, "drafted by %s", d.who.of(d.ctx, d.t, n.Drafted))
		if len(n.Approvals) > 0 {
			why = ui.T(d.ctx, "first approval by %s; needs a second person", d.who.of(d.ctx, d.t, n.Approvals[0].By))
		}
		d.add(&k, need{rank: 2, when: n.Created, left: d.since(n.Created), state: noticeState(d.ctx, n.State), what: d.noticeLine(n),
			why: d.noticeWhy(n, why), held: ui.T(d.ctx, "you may"), href: "/notices/" + id(n.ID), verb: ui.T(d.ctx, "Review")})
	}
	return nil
}

// needReturns lists addresses that are up again after their removal was verified: somebody decides what follows.
func (d *today) needReturns() error {
	if !d.v.may(iru.ToDraft) {
		return nil
	}
	back, err := d.t.AssetsStanding(d.ctx, d.v.scope, iru.AssetReturned, counted)
	if err != nil {
		return err
	}
	d.full(len(back))
	shown := 0
	for _, a := range back {
		d.known[a.ID] = a
		d.add(&shown, need{rank: 1, when: a.Presence.Since, left: d.since(a.Presence.Since), state: assetState(d.ctx, a.State), what: ui.T(d.ctx, "Returned: %s", defanged(a.Locator)),
			why: join(d.outletOf(a.ID), ui.T(d.ctx, "up again after its removal was verified")), href: "/assets/" + id(a.ID) + "#options", verb: ui.T(d.ctx, "Who can act")})
	}
	return nil
}

// needUndelivered lists letters of ours that failed, or have not left for ten minutes. What bounced is listed with the answers.
func (d *today) needUndelivered() error {
	if !d.v.may(iru.ToAnswer) {
		return nil
	}
	ls, err := d.t.LettersStuck(d.ctx, d.v.scope, d.v.now, 100)
	if err != nil {
		return err
	}
	shown := 0
	for _, l := range ls {
		n := d.notice(l.Notice)
		if !d.ours(n) {
			continue
		}
		if n.State == iru.NoticeDispatched && !d.providers[n.Provider].ByMachine() {
			continue // listed below, at once
		}
		why := join(ui.T(d.ctx, "not delivered since %s", moment(l.At)), ui.T(d.ctx, "call them and record it, or turn to somebody else who can act"))
		if l.Failed != "" {
			why = join(ui.T(d.ctx, "our letter came back: send it again"), plainDefanged(cutText(l.Failed, 160)))
		}
		d.add(&shown, need{rank: 4, when: l.At, left: d.since(l.At), state: ui.Warn(ui.T(d.ctx, "Not delivered")), what: ui.T(d.ctx, "Letter about %s", n.Ref),
			why: join(d.providers[n.Provider].Name, why), href: "/notices/" + id(n.ID), verb: ui.T(d.ctx, "Open")})
	}
	return nil
}

// needHands lists acts that people hand over.
func (d *today) needHands() error {
	if !d.v.may(iru.ToAnswer) {
		return nil
	}
	shown := 0
	for _, n := range slices.Backward(d.notices) {
		p := d.providers[n.Provider]
		if n.State != iru.NoticeDispatched || p.ByMachine() || !d.ours(n) {
			continue
		}
		d.add(&shown, need{rank: 2, when: n.Created, left: d.since(n.Created), state: ui.Warn(ui.T(d.ctx, "To hand over")), what: d.noticeLine(n),
			why: d.noticeWhy(n, ui.T(d.ctx, "waits for a person to hand it over: %s", channelName(d.ctx, p.Channel))), href: "/notices/" + id(n.ID) + "/step/hand", verb: ui.T(d.ctx, "Record it")})
	}
	return nil
}

// needAnswers lists what addressees ask, refuse or could not be given, and what is up again.
func (d *today) needAnswers() error {
	for _, k := range []struct {
		state iru.NoticeState
		rank  int
		power iru.Power
		why   string
		verb  string
	}{
		{iru.NoticeBreached, 1, iru.ToDraft, ui.T(d.ctx, "it was removed, and is seen again"), ui.T(d.ctx, "Escalate")},
		{iru.NoticeClarifying, 3, iru.ToAnswer, ui.T(d.ctx, "the addressee asks, or cannot act now; its clock is stopped"), ui.T(d.ctx, "Answer")},
		{iru.NoticeRefused, 4, iru.ToDraft, ui.T(d.ctx, "somebody else may be able to act"), ui.T(d.ctx, "Escalate")},
		{iru.NoticeBounced, 4, iru.ToDraft, ui.T(d.ctx, "could not be delivered"), ui.T(d.ctx, "Open")},
	} {
		if !d.v.may(k.power) {
			continue
		}
		shown := 0
		for _, n := range slices.Backward(d.notices) {
			if n.State != k.state || !d.ours(n) {
				continue
			}
			at := n.OutcomeAt
			if at.IsZero() {
				at = n.ReceivedAt
			}
			d.add(&shown, need{rank: k.rank, when: at, left: d.since(at), state: noticeState(d.ctx, n.State), what: d.noticeLine(n),
				why: d.noticeWhy(n, k.why), href: "/notices/" + id(n.ID), verb: k.verb})
		}
	}
	return nil
}

func (d *today) needLetters() error {
	if !d.v.may(iru.ToAnswer) {
		return nil
	}
	ls, err := d.t.LettersToFile(d.ctx, d.v.scope, counted)
	d.full(len(ls))
	shown := 0
	for _, l := range ls {
		n := d.notice(l.Notice)
		if !d.ours(n) {
			continue
		}
		d.add(&shown, need{rank: 5, when: l.At, left: d.since(l.At), state: ui.Info(ui.T(d.ctx, "To file")).With(ui.IconIn),
			what: ui.T(d.ctx, "Letter about %s", n.Ref), why: join(d.providers[n.Provider].Name, ui.T(d.ctx, "it is not known to be the addressee's word: a person files it")),
			href: "/notices/" + id(n.ID), verb: ui.T(d.ctx, "File it")})
	}
	return err
}

// needStrays says how much mail names no act.
func (d *today) needStrays() error {
	if !d.v.may(iru.ToAnswer) {
		return nil
	}
	list, err := d.t.Strays(d.ctx, d.v.scope, iru.StrayOpen, counted)
	if err != nil || len(list) == 0 {
		return err
	}
	shown := 0
	d.add(&shown, need{rank: 5, when: list[0].At, left: d.since(list[0].At), state: ui.Info(ui.T(d.ctx, "To file")).With(ui.IconIn), what: ui.T(d.ctx, "Mail that names no act"),
		why: ui.T(d.ctx, "it came into our mailbox; a person finds its place"), href: "/strays", verb: ui.T(d.ctx, "File it")})
	return nil
}

// needLaw lists letters that wait for a person, waivers that wait for a second one, and copies that nobody examines.
func (d *today) needLaw() error {
	if d.v.may(iru.ToSign) {
		ws, err := d.t.Waivers(d.ctx, d.v.scope, 0)
		if err != nil {
			return err
		}
		shown := 0
		for _, w := range ws {
			if n := d.notice(w.Notice); w.State == iru.WaiverAsked && w.By != d.v.by.ID && w.Unit == d.v.by.Unit {
				d.add(&shown, need{rank: 1, when: w.At, left: d.since(w.At), state: lawState(d.ctx, "waiver", string(w.State)), what: ui.T(d.ctx, "Waive the twelve hours"), why: d.noticeWhy(n, w.Reason), href: "/notices/" + id(w.Notice), verb: ui.T(d.ctx, "Open")})
			}
		}
	}
	if !d.v.may(iru.ToAnswer) {
		return nil
	}
	for _, state := range []iru.MissiveState{iru.MissiveFailed, iru.MissiveDraft} {
		ms, err := d.t.MissivesAfter(d.ctx, d.v.scope, db.MissiveFilter{State: state}, 0, counted)
		if err != nil {
			return err
		}
		d.full(len(ms))
		shown := 0
		for _, m := range ms {
			if m.Unit != d.v.by.Unit {
				continue
			}
			d.add(&shown, need{rank: 5, when: m.Created, left: d.since(m.Created), state: lawState(d.ctx, "missive", string(m.State)), what: missiveName(d.ctx, m.Kind), why: join(m.Ref, m.Name), href: "/missives/" + id(m.ID), verb: ui.T(d.ctx, "Open")})
		}
	}
	return nil
}

// needContacts lists contacts that stop sending until a person confirms them.
func (d *today) needContacts() error {
	if !d.v.may(iru.ToConfirm) {
		return nil
	}
	waits := map[iru.ProviderID]int{}
	for _, n := range d.notices {
		if !d.ours(n) {
			continue
		}
		if n.State == iru.NoticeApproved || n.State == iru.NoticeEndorsed || n.State == iru.NoticeSubmitted || n.State == iru.NoticeDraft {
			waits[n.Provider]++
		}
	}
	var ps []iru.Provider
	for _, p := range d.providers {
		if p.Unit == d.v.by.Unit && p.Contact != iru.ContactConfirmed && p.Address != "" {
			ps = append(ps, p)
		}
	}
	slices.SortFunc(ps, func(a, b iru.Provider) int {
		return cmp.Or(cmp.Compare(waits[b.ID], waits[a.ID]), cmp.Compare(a.ID, b.ID))
	})
	shown := 0
	for _, p := range ps {
		why := p.Source
		if n := waits[p.ID]; n > 0 {
			why = join(p.Source, ui.Tn(d.ctx, n, "%d acts wait for it"))
		}
		d.add(&shown, need{rank: 6, when: p.SeenAt, left: d.since(p.SeenAt), state: contactState(d.ctx, p.Contact),
			what: ui.T(d.ctx, "Contact of %s", p.Name), why: why, href: "/providers/" + id(p.ID), verb: ui.T(d.ctx, "Confirm")})
	}
	return nil
}

func (d *today) needCandidates() error {
	if !d.v.may(iru.ToAttribute) {
		return nil
	}
	n := 0
	for _, a := range d.suggested {
		if n >= perKind { // it is counted
			d.add(&n, need{})
			continue
		}
		d.add(&n, need{rank: 7, when: a.Created, left: d.since(a.Created), state: ui.Info(ui.T(d.ctx, "Candidate")).With(ui.IconReturn),
			what: ui.T(d.ctx, "Same outlet? %s", defanged(a.Locator)), why: join(d.outletOf(a.Lineage.To), strengthWords(d.ctx, a.Lineage)),
			href: "/assets/" + id(a.ID), verb: ui.T(d.ctx, "Judge")})
	}
	return nil
}

func (d *today) outletOf(a iru.AssetID) string {
	x, ok := d.asset(a)
	if n := slices.IndexFunc(d.outlets, func(o iru.Outlet) bool { return ok && o.ID == x.Outlet }); n >= 0 {
		return d.outlets[n].Name
	}
	return ""
}

// needItems lists what was put off and woke up, and the second opinions that this officer may give.
func (d *today) needItems() error {
	if !d.v.may(iru.ToAssess) {
		return nil
	}
	late, err := d.t.ItemsIn(d.ctx, d.v.scope, iru.ItemDeferred, counted)
	if err != nil {
		return err
	}
	d.full(len(late))
	n := 0
	for _, i := range late {
		if i.WakeAt.After(d.v.now) || i.Unit != d.v.by.Unit {
			continue
		}
		d.add(&n, need{rank: 8, when: i.WakeAt, left: ui.Strong(ui.T(d.ctx, "woke %s", i.WakeAt.Format("15:04"))), state: ui.Neutral(ui.T(d.ctx, "Woke up")).With(ui.IconClock),
			what: ui.T(d.ctx, "Item %s", id(i.ID)), why: defanged(i.Locator), href: at("/triage", "item", id(i.ID)), verb: ui.T(d.ctx, "Open")})
	}
	second, err := d.t.ItemsIn(d.ctx, d.v.scope, iru.ItemSecond, counted)
	if err != nil {
		return err
	}
	d.full(len(second))
	n = 0
	for _, i := range second {
		if i.Unit != d.v.by.Unit {
			continue
		}
		asked, by, err := askedSecond(d.ctx, d.t, i.ID)
		if err != nil {
			return err
		}
		if by == d.v.by.ID {
			continue
		}
		d.add(&n, need{rank: 9, when: asked, left: d.since(asked), state: itemState(d.ctx, i.State),
			what: ui.T(d.ctx, "Item %s", id(i.ID)), why: join(defanged(i.Locator), ui.T(d.ctx, "you are not shown the first answer")),
			held: d.holder(i), href: at("/triage", "item", id(i.ID)), verb: ui.T(d.ctx, "Judge")})
	}
	return nil
}

func (d *today) holder(i iru.Item) string {
	if i.HeldBy == 0 || d.v.now.After(i.HeldUntil) {
		return ""
	}
	return d.who.of(d.ctx, d.t, i.HeldBy)
}

// needQuestions names what the unit is asked before others touch an asset, all of it in one line.
func (d *today) needQuestions() error {
	if !d.v.may(iru.ToDeconflict) {
		return nil
	}
	qs, err := d.t.DeconflictionsAsked(d.ctx, d.v.scope, 0, 5000)
	if err != nil {
		return err
	}
	open := slices.DeleteFunc(qs, func(q iru.Deconfliction) bool { return q.State != iru.DeconflictionRequested })
	if len(open) == 0 {
		return nil
	}
	first := open[0]
	for _, q := range open {
		if q.Due.Before(first.Due) {
			first = q
		}
	}
	d.needs = append(d.needs, need{rank: 2, when: first.Asked, left: ui.All(ui.When{At: first.Due, Day: true}), state: ui.Info(ui.T(d.ctx, "Questions")), what: ui.Tn(d.ctx, len(open), "%d assets: may others touch them?"),
		why: ui.T(d.ctx, "silence past the agreed time is recorded, and another one decides"), href: "/questions", verb: ui.T(d.ctx, "Answer")})
	return nil
}

func (d *today) needPolls() error {
	if !d.v.may(iru.ToPoll) {
		return nil
	}
	ops, err := d.t.Operations(d.ctx, d.v.scope)
	if err != nil {
		return err
	}
	for _, o := range ops {
		if o.State != iru.OperationPolling {
			continue
		}
		polls, err := d.t.Polls(d.ctx, o.ID)
		if err != nil {
			return err
		}
		for _, p := range polls {
			if p.Unit == d.v.by.Unit && p.State == iru.PollOpen {
				d.needs = append(d.needs, need{rank: 2, when: o.Created, left: ui.Strong(ui.T(d.ctx, "open")), state: ui.Info(ui.T(d.ctx, "Poll")), what: ui.T(d.ctx, "Operation %s: go?", o.Name),
					why: ui.T(d.ctx, "your unit has not answered on its tasks as they stand"), href: "/operations/" + id(o.ID), verb: ui.T(d.ctx, "Answer")})
			}
		}
	}
	return nil
}

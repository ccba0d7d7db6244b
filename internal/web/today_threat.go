// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"slices"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// needThreats lists threats to life: before everything else those that this officer may declare, then whom nobody has told, then the
// reviews that are owed. The rules themselves are asked.
func (d *today) needThreats() error {
	hs, err := d.t.Threats(d.ctx, d.v.scope, counted)
	if err != nil {
		return err
	}
	d.full(len(hs))
	opened, untold, owed := 0, 0, 0
	for _, h := range slices.Backward(hs) { // oldest first
		n := d.notice(h.Notice)
		if h.Unit != d.v.by.Unit || n.ID == 0 {
			continue
		}
		line := need{when: h.FirstAt, left: d.since(h.FirstAt), state: threatState(d.ctx, h.State), what: ui.T(d.ctx, "Threat to life: %s", n.Ref), href: "/threats/" + id(h.ID), verb: ui.T(d.ctx, "Open")}
		if d.mayDeclare(h, n) {
			declare := line
			declare.rank, declare.held = -2, ui.T(d.ctx, "you may")
			declare.why = join(threatCategory(d.ctx, h.Category), ui.T(d.ctx, "said by %s; nothing leaves before a second person has declared it", d.who.of(d.ctx, d.t, h.First)))
			d.add(&opened, declare)
		}
		if names := h.Untold(); len(names) > 0 && d.v.may(iru.ToAnswer) {
			tell := line
			for i, to := range names {
				names[i] = informName(d.ctx, to)
			}
			tell.rank, tell.when, tell.left = -1, h.SecondAt, d.since(h.SecondAt)
			tell.state, tell.why = ui.Warn(ui.T(d.ctx, "To tell")).With(ui.IconSend), ui.T(d.ctx, "a letter is prepared for: %s", list(names))
			d.add(&untold, tell)
		}
		if _, _, err := h.Step("uphold", d.v.by.ID, d.v.now, ""); err == nil && d.v.may(iru.ToEndorse) {
			review := line
			c := ui.Clock{What: line.what, Now: d.v.now, Started: h.SecondAt, Due: h.Due, Risk: min(iru.AtRiskUnder, h.Due.Sub(h.SecondAt)/4)}
			review.when, review.left, review.state, review.why = h.Due, c.Small(), c.State(d.ctx), ui.T(d.ctx, "a third person reviews whether the fast lane was right")
			if review.rank = 3; h.Overdue(d.v.now) {
				review.rank = 0
			}
			d.add(&owed, review)
		}
	}
	return nil
}

// needReviews lists operations in which questions were overridden for a threat to life and this officer may give the review that is owed, a line each.
func (d *today) needReviews() error {
	if !d.v.may(iru.ToEndorse) {
		return nil
	}
	qs, err := d.t.DeconflictionsOwed(d.ctx, d.v.scope, counted)
	if err != nil {
		return err
	}
	d.full(len(qs))
	first, many := map[iru.OperationID]iru.Override{}, map[iru.OperationID]int{}
	var order []iru.OperationID
	for _, q := range qs { // the first due first
		n := q.Reviewable(d.v.by.ID)
		if n < 0 {
			continue
		}
		if many[q.Operation]++; many[q.Operation] == 1 {
			order, first[q.Operation] = append(order, q.Operation), q.Overrides[n]
		}
	}
	shown := 0
	for _, id64 := range order {
		o, err := d.t.Operation(d.ctx, d.v.scope, id64)
		if err != nil {
			return err
		}
		if o.Unit != d.v.by.Unit {
			continue
		}
		x := first[id64]
		what := ui.T(d.ctx, "Overridden for a threat to life: %s", o.Name)
		c := ui.Clock{What: what, Now: d.v.now, Started: x.At, Due: x.Due, Risk: min(iru.AtRiskUnder, x.Due.Sub(x.At)/4)}
		line := need{rank: 3, when: x.Due, left: c.Small(), state: c.State(d.ctx), what: what, why: join(ui.Tn(d.ctx, many[id64], "%d assets"), ui.T(d.ctx, "a third person reviews whether it was right")),
			href: "/operations/" + id(o.ID) + "/questions", verb: ui.T(d.ctx, "Open")}
		if d.v.now.After(x.Due) {
			line.rank = 0
		}
		d.add(&shown, line)
	}
	return nil
}

// mayDeclare reports whether the officer may be the second person: of the threat, and of its act.
func (d *today) mayDeclare(h iru.Threat, n iru.Notice) bool {
	if _, _, err := h.Step("declare", d.v.by.ID, d.v.now, ""); err != nil || !d.v.may(iru.ToEndorse) {
		return false
	}
	digest, err := desk.ActDigest(n)
	if err != nil {
		return false
	}
	_, _, err = n.Approve(d.v.by, digest, d.v.now)
	return err == nil
}

// needMocks lists mock scrutinies by whose turn it is: of a legal reviewer who did not draft, of who took it, and where the order would be
// annulled of its author and of who may decide.
func (d *today) needMocks() error {
	ms, err := d.t.MocksOpen(d.ctx, d.v.scope, counted)
	if err != nil {
		return err
	}
	d.full(len(ms))
	shown, me := 0, d.v.by.ID
	for _, m := range ms {
		n := d.notice(m.Notice)
		if m.Unit != d.v.by.Unit || n.ID == 0 {
			continue
		}
		line := need{rank: 3, when: m.AskedAt, left: d.since(m.AskedAt), state: mockState(d.ctx, m.State), what: ui.T(d.ctx, "Mock scrutiny: %s", n.Ref), href: "/notices/" + id(n.ID) + "/mock"}
		var why string
		switch reviews := d.v.may(iru.ToScrutinise) && n.Drafted != me; {
		case m.State == iru.MockAsked && reviews:
			why, line.verb = ui.T(d.ctx, "the draft waits for it; the reasons are not shown to you at first"), ui.T(d.ctx, "Scrutinise it")
		case (m.State == iru.MockTaken || m.State == iru.MockLooked) && m.By == me:
			why, line.verb, line.held = ui.T(d.ctx, "you took it; the draft waits for your outcome"), ui.T(d.ctx, "Open"), d.v.by.Name
		case m.State == iru.MockAnnulled && n.Drafted == me:
			why, line.verb, line.href = ui.T(d.ctx, "it would be annulled: mend the draft, and have somebody else decide"), ui.T(d.ctx, "Open"), "/notices/"+id(n.ID)
		case m.State == iru.MockAnnulled && d.v.may(iru.ToEndorse):
			why, line.verb = ui.T(d.ctx, "it would be annulled; whether it is handed in all the same is decided by a person"), ui.T(d.ctx, "Decide")
		default:
			continue
		}
		line.why = d.noticeWhy(n, why)
		d.add(&shown, line)
	}
	return nil
}

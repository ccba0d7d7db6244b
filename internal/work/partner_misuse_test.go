// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// go has everybody ready and the member GO, up to the lead's proposal of T0.
func (p *pair) asked(t *testing.T, t0 time.Time) {
	t.Helper()
	ctx := t.Context()
	_, err := p.lead.Desk.OpenPoll(ctx, p.lead.ann, p.op.ID)
	must(t, err)
	_, err = p.member.Desk.OpenPoll(ctx, p.member.ben, p.own.ID)
	must(t, err)
	p.ready(t)
	p.vote(t)
	exchange(t, p.lead, p.member)
	must(t, p.lead.Desk.ProposeT0(ctx, p.lead.ann, p.op.ID, t0))
	exchange(t, p.lead, p.member)
}

func (p *pair) vote(t *testing.T) {
	t.Helper()
	_, err := p.member.Desk.Poll(t.Context(), p.member.ann, p.own.ID, iru.PollGo, ballot(p.member, p.own.ID, iru.RoleSeizeServers), "")
	must(t, err)
}

// settle has a unit answer everything that it is asked.
func (h *house) clear() {
	h.t.Helper()
	ctx := h.t.Context()
	var ids []iru.DeconflictionID
	for _, q := range view(h, func(x *db.Tx) ([]iru.Deconfliction, error) { return x.DeconflictionsAsked(ctx, h.ann, 0, 99) }) {
		if q.State == iru.DeconflictionRequested {
			ids = append(ids, q.ID)
		}
	}
	_, err := h.Desk.AnswerDeconflictions(ctx, h.ann, ids, iru.DeconflictionAnswer{Verb: "clear"})
	must(h.t, err)
}

// Two operations have one address at the same member: its own unit is asked there because of the other one, and nothing of that is told to the lead,
// which did not ask; a hold of T0 in one does not move the other.
func TestPartnerTwoOperationsOneAddress(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	const address = "https://slow-train.test/"
	p.together(t, address)
	first, own := p.op, p.own
	other, err := p.lead.Desk.PlanOperation(ctx, p.lead.ann, "Late train", nil, nil, p.lead.ann.Officer, "")
	must(t, err)
	p.op = other
	p.who, err = p.lead.Desk.InvitePartner(ctx, p.lead.ann, desk.InviteRequest{Operation: p.op.ID, Partner: p.m, Roles: []iru.TaskRole{iru.RoleSeizeServers}})
	must(t, err)
	p.propose(t, address)
	_, err = p.lead.Desk.SendTasks(ctx, p.lead.ann, p.op.ID, p.m, nil)
	must(t, err)
	exchange(t, p.lead, p.member)
	is := view(p.member, func(x *db.Tx) ([]iru.Invitation, error) { return x.InvitationsAfter(ctx, p.member.ann, 0, 9) })
	p.own, err = p.member.Desk.AcceptInvitation(ctx, p.member.ann, is[1].ID, p.member.ben.Officer)
	must(t, err)
	exchange(t, p.lead, p.member)
	sees := 0
	for _, q := range view(p.member, func(x *db.Tx) ([]iru.Deconfliction, error) { return x.DeconflictionsAsked(ctx, p.member.ann, 0, 99) }) {
		if q.Participant == 0 {
			sees++
		}
	}
	if sees != 2 {
		t.Errorf("each of the member's two operations sees the other one: %d questions", sees)
	}
	p.member.clear()
	exchange(t, p.lead, p.member)
	if got := p.lead.parked(p.m); len(got) != 0 {
		t.Errorf("the lead is told of questions that it did not put: %q", got)
	}
	for _, o := range []iru.Operation{first, p.op} {
		qs := view(p.lead, func(x *db.Tx) ([]iru.Deconfliction, error) { return x.Deconflictions(ctx, p.lead.ann, o.ID) })
		if slices.ContainsFunc(qs, func(q iru.Deconfliction) bool { return q.Partner == p.m && q.State != iru.DeconflictionClear }) {
			t.Errorf("the member's answers at the lead: %+v", qs)
		}
	}
	if a, b := p.member.tasks(own.ID), p.member.tasks(p.own.ID); len(a) != 1 || len(b) != 1 || a[0].UID == b[0].UID {
		t.Errorf("the member's tasks: %+v, %+v", a, b)
	}
}

// Both sides come back with an old store at once: neither heals by itself, nothing is taken twice, and both go on in new epochs.
func TestPartnersWithOldStores(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	p.together(t, "https://slow-train.test/")
	lead, member := p.lead.line(p.m), p.member.line(p.l)
	say := func(h *house, o iru.OperationID, text string) {
		t.Helper()
		must(t, h.Desk.SendDuty(ctx, h.ann, o, 0, iru.Handling{}, "", text))
	}
	say(p.lead, p.op.ID, "lost at both")
	say(p.member, p.own.ID, "lost at both")
	exchange(t, p.lead, p.member)
	p.lead.lose(p.m, lead.Out, lead.In)
	p.member.lose(p.l, member.Out, member.In)
	say(p.lead, p.op.ID, "after")
	say(p.member, p.own.ID, "after")
	exchange(t, p.lead, p.member) // the same numbers with other words: neither has seen the ones that both lost
	if a, b := p.lead.line(p.m), p.member.line(p.l); a.Trouble+a.Alarm+b.Trouble+b.Alarm != "" || a.In != b.Out || b.In != a.Out {
		t.Errorf("both went back to the same moment and agree: %+v, %+v", a, b)
	}
	// Now to different moments: the lead knows less of the member than the member said, and the other way round.
	lead, member = p.lead.line(p.m), p.member.line(p.l)
	say(p.lead, p.op.ID, "one")
	say(p.member, p.own.ID, "two")
	exchange(t, p.lead, p.member)
	p.lead.lose(p.m, lead.Out, p.lead.line(p.m).In)
	p.member.lose(p.l, member.Out, p.member.line(p.l).In)
	say(p.lead, p.op.ID, "three")
	say(p.member, p.own.ID, "four")
	for _, h := range []*house{p.lead, p.member} {
		if err := h.say(); err == nil {
			t.Errorf("%s said something with a number that it had used", h.name)
		}
	}
	for h, id := range map[*house]iru.PartnerID{p.lead: p.m, p.member: p.l} {
		if h.line(id).Trouble == "" {
			t.Errorf("%s: nobody is told", h.name)
		}
		_, err := h.Desk.BeginEpoch(ctx, h.ann, id, "both stores were put back")
		must(t, err)
		_ = h.say()
	}
	for h, id := range map[*house]iru.PartnerID{p.lead: p.m, p.member: p.l} {
		_, err := h.Desk.AdmitEpoch(ctx, h.ann, id, 2, "we called each other")
		must(t, err)
	}
	exchange(t, p.lead, p.member)
	if n, m := p.lead.duties(p.op.ID), p.member.duties(p.own.ID); n != 4 || m != 4 {
		t.Errorf("%d and %d duty messages, not one for each that was heard", n, m)
	}
	if a, b := p.lead.line(p.m), p.member.line(p.l); a.Trouble+b.Trouble != "" || a.In != b.Out || b.In != a.Out {
		t.Errorf("after the new epochs: %+v, %+v", a, b)
	}
}

// The lead holds at the last instant, while the member's director is about to release: whichever is first, nothing of the member stands for that T0.
func TestPartnerHoldAtTheLastInstant(t *testing.T) {
	for _, releasedFirst := range []bool{false, true} {
		p, ctx := newPair(t), t.Context()
		p.together(t, "https://slow-train.test/")
		t0 := p.lead.Desk.Now().Add(time.Hour).Truncate(time.Microsecond)
		p.asked(t, t0)
		_, err := p.lead.Desk.Release(ctx, p.lead.ann, p.op.ID, t0)
		must(t, err)
		exchange(t, p.lead, p.member)
		if releasedFirst {
			_, err = p.member.Desk.Release(ctx, p.member.ben, p.own.ID, t0)
			must(t, err)
		}
		_, err = p.lead.Desk.HoldOperation(ctx, p.lead.ann, p.op.ID, "a child is in the house")
		must(t, err)
		if !releasedFirst {
			must(t, p.lead.say())
			if st := p.member.standing(p.own.ID, p.l); st.State != iru.OperationHeld || !st.T0.IsZero() {
				t.Errorf("the member's director does not see the hold: %+v", st)
			}
			if _, err := p.member.Desk.Release(ctx, p.member.ben, p.own.ID, t0); !errors.Is(err, iru.Conflict) || !strings.Contains(err.Error(), "held") {
				t.Errorf("released for a T0 that the lead holds: %v", err)
			}
		}
		exchange(t, p.lead, p.member)
		o, st := p.member.operation(p.op.UID), p.lead.standing(p.op.ID, p.m)
		if o.State != iru.OperationHeld || !o.T0.IsZero() || st.State != iru.OperationHeld || st.Agrees(t0) {
			t.Errorf("released first %v: the member is %s for %v; at the lead %+v", releasedFirst, o.State, o.T0, st)
		}
	}
}

// The asset moves at T-5, after both have released: tasks are not changed under a T0 that stands. The lead holds, which holds the member too; with the new
// task the member's answer lapses on both sides, and its director does not release before it is GO again.
func TestPartnerAssetMovesBeforeT0(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	p.together(t, "https://slow-train.test/")
	t0 := p.lead.Desk.Now().Add(5 * time.Minute).Truncate(time.Microsecond)
	p.asked(t, t0)
	_, err := p.lead.Desk.Release(ctx, p.lead.ann, p.op.ID, t0)
	must(t, err)
	exchange(t, p.lead, p.member)
	release := func() error {
		_, err := p.member.Desk.Release(ctx, p.member.ben, p.own.ID, t0)
		return err
	}
	must(t, release())
	exchange(t, p.lead, p.member)
	moved := desk.TaskRequest{Operation: p.op.ID, Participant: p.who.ID, Address: "https://moved-train.test/", Layer: legal.Host, Role: iru.RoleSeizeServers, Jurisdiction: "XA", Instrument: legal.Referral, Stage: iru.StageAct}
	if _, err := p.lead.Desk.ProposeTask(ctx, p.lead.ann, moved); !errors.Is(err, iru.Conflict) || !strings.Contains(err.Error(), "hold it first") {
		t.Errorf("a task was changed while T0 stands: %v", err)
	}
	_, err = p.lead.Desk.HoldOperation(ctx, p.lead.ann, p.op.ID, "it moved")
	must(t, err)
	p.propose(t, "https://moved-train.test/")
	_, err = p.lead.Desk.SendTasks(ctx, p.lead.ann, p.op.ID, p.m, nil)
	must(t, err)
	exchange(t, p.lead, p.member)
	if a, b := p.member.poll(p.own.ID, iru.RoleSeizeServers), p.lead.poll(p.op.ID, iru.RoleSeizeServers); a.State != iru.PollOpen || b.State != iru.PollOpen {
		t.Errorf("the member's answer stands: there %+v, at the lead %+v", a, b)
	}
	if o, st := p.member.operation(p.op.UID), p.lead.standing(p.op.ID, p.m); o.State != iru.OperationHeld || !o.T0.IsZero() || st.Agrees(t0) {
		t.Errorf("T0 stands: member %s %v, at the lead %+v", o.State, o.T0, st)
	}
	if err := release(); err == nil {
		t.Error("the member released on an answer that lapsed")
	}
}

// The member's director leaves: another one is named there, the lead sees the name, and only the new one releases.
func TestPartnerDirectorLeaves(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	p.together(t, "https://slow-train.test/")
	t0 := p.lead.Desk.Now().Add(time.Hour).Truncate(time.Microsecond)
	p.asked(t, t0)
	_, err := p.member.Desk.HandOverOperation(ctx, p.member.ann, p.own.ID, p.member.ann.Officer, "ben left")
	must(t, err)
	if _, err := p.member.Desk.Release(ctx, p.member.ben, p.own.ID, t0); !errors.Is(err, iru.Forbidden) {
		t.Errorf("the one who left released: %v", err)
	}
	_, err = p.member.Desk.Release(ctx, p.member.ann, p.own.ID, t0)
	must(t, err)
	exchange(t, p.lead, p.member)
	if st := p.lead.standing(p.op.ID, p.m); !st.Agrees(t0) || !strings.HasPrefix(st.Director, "ann") {
		t.Errorf("at the lead: %+v", st)
	}
}

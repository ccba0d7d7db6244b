// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A pair is a lead and a member that know each other, and an operation that both take part in.
type pair struct {
	lead, member *house
	m, l         iru.PartnerID // the member at the lead, the lead at the member
	op, own      iru.Operation // at the lead, at the member
	who          iru.Participant
}

// newPair has one house on SQLite and the other on PostgreSQL.
func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{lead: newHouse(t, dbtest.Open(t), "north"), member: newHouse(t, dbtest.OpenPostgres(t), "south")}
	p.m, p.l = p.lead.knows(p.member), p.member.knows(p.lead)
	return p
}

// together plans the operation, invites the member and has it accept.
func (p *pair) together(t *testing.T, addresses ...string) {
	t.Helper()
	ctx := t.Context()
	var err error
	p.op, err = p.lead.Desk.PlanOperation(ctx, p.lead.ann, "Slow train", nil, nil, p.lead.ann.Officer, "")
	must(t, err)
	p.who, err = p.lead.Desk.InvitePartner(ctx, p.lead.ann, desk.InviteRequest{Operation: p.op.ID, Partner: p.m, Roles: []iru.TaskRole{iru.RoleSeizeServers}, Note: "timetables only"})
	must(t, err)
	for _, a := range addresses {
		p.propose(t, a)
	}
	_, err = p.lead.Desk.SendTasks(ctx, p.lead.ann, p.op.ID, p.m, nil)
	must(t, err)
	exchange(t, p.lead, p.member)
	is := view(p.member, func(x *db.Tx) ([]iru.Invitation, error) { return x.InvitationsAfter(ctx, p.member.ann, 0, 9) })
	if len(is) != 1 || is[0].State != iru.InvitationOpen || is[0].Name != "Slow train" {
		t.Fatalf("invitations: %+v", is)
	}
	if n := p.member.backlog(p.l).Waiting; n != 1 {
		t.Errorf("%d messages wait for the invitation, not the package alone", n)
	}
	p.own, err = p.member.Desk.AcceptInvitation(ctx, p.member.ann, is[0].ID, p.member.ben.Officer)
	must(t, err)
	exchange(t, p.lead, p.member)
	p.op = view(p.lead, func(x *db.Tx) (iru.Operation, error) { return x.Operation(ctx, p.lead.ann, p.op.ID) })
}

func (h *house) tasks(o iru.OperationID) []iru.Task {
	h.t.Helper()
	return view(h, func(x *db.Tx) ([]iru.Task, error) { return x.OperationTasks(h.t.Context(), iru.Program(), o) })
}

// propose offers the member a task, which the lead's own unit has nothing against.
func (p *pair) propose(t *testing.T, address string) {
	t.Helper()
	ctx := t.Context()
	_, err := p.lead.Desk.ProposeTask(ctx, p.lead.ann, desk.TaskRequest{Operation: p.op.ID, Participant: p.who.ID, Address: address, Layer: legal.Host, Role: iru.RoleSeizeServers, Jurisdiction: "XA",
		Instrument: legal.Referral, Stage: iru.StageAct, Handling: iru.Handling{TLP: "GREEN", PAP: "GREEN", H: "H0"}})
	must(t, err)
	qs, err := p.lead.Desk.Deconflictions(ctx, p.lead.ann, p.op.ID)
	must(t, err)
	var ids []iru.DeconflictionID
	for _, q := range qs {
		if q.Unit == p.lead.unit.ID && q.State == iru.DeconflictionRequested {
			ids = append(ids, q.ID)
		}
	}
	_, err = p.lead.Desk.AnswerDeconflictions(ctx, p.lead.ann, ids, iru.DeconflictionAnswer{Verb: "clear"})
	must(t, err)
}

// unkept says on both sides why nothing was preserved.
func (h *house) unkept(o iru.OperationID) {
	h.t.Helper()
	var ids []iru.TaskID
	for _, k := range h.tasks(o) {
		ids = append(ids, k.ID)
	}
	_, err := h.Desk.Unkept(h.t.Context(), h.ann, o, ids, "an exercise: nothing is there")
	must(h.t, err)
}

// ready has the member accept its tasks and say that it is ready, with a title.
func (p *pair) ready(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	for _, k := range p.member.tasks(p.own.ID) {
		if k.State != iru.TaskProposed {
			continue
		}
		for _, s := range []desk.TaskStep{{Verb: "accept"}, {Verb: "ready", Title: "case 7/26"}} {
			_, err := p.member.Desk.StepTask(ctx, p.member.ann, k.ID, s)
			must(t, err)
		}
	}
	p.member.unkept(p.own.ID)
	p.lead.unkept(p.op.ID)
}

// ballot is the digest of what a unit is asked about.
func ballot(h *house, o iru.OperationID, role iru.TaskRole) string {
	h.t.Helper()
	return view(h, func(x *db.Tx) (string, error) {
		bs, err := desk.BallotsOf(h.t.Context(), x, o)
		if err != nil {
			return "", err
		}
		for _, b := range bs {
			if b.Role == role {
				return b.Digest()
			}
		}
		return "", errors.New("no ballot")
	})
}

func (h *house) poll(o iru.OperationID, role iru.TaskRole) iru.Poll {
	h.t.Helper()
	ps := view(h, func(x *db.Tx) ([]iru.Poll, error) { return x.Polls(h.t.Context(), o) })
	for _, p := range ps {
		if p.Role == role {
			return p
		}
	}
	h.t.Fatalf("no poll as %s: %+v", role, ps)
	return iru.Poll{}
}

// TestPartnersDay tells the day of two installations, from the invitation to the result on the lead's board.
func TestPartnersDay(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	p.together(t, "https://slow-train.test/", "https://mirror.slow-train.test/")
	if p.own.Lead != p.l || p.own.UID != p.op.UID || p.own.Director != p.member.ben.Officer {
		t.Errorf("the member's operation: %+v", p.own)
	}
	if ks := p.member.tasks(p.own.ID); len(ks) != 2 || ks[0].State != iru.TaskProposed || ks[0].Address != "https://slow-train.test/" {
		t.Fatalf("the member's tasks: %+v", ks)
	}
	if st := p.lead.standing(p.op.ID, p.m); st.Director != "ben of south" {
		t.Errorf("the member's director at the lead: %+v", st)
	}
	_, err := p.lead.Desk.OpenPoll(ctx, p.lead.ann, p.op.ID)
	must(t, err)
	_, err = p.member.Desk.OpenPoll(ctx, p.member.ben, p.own.ID)
	must(t, err)
	p.ready(t)
	exchange(t, p.lead, p.member)
	for _, k := range p.lead.tasks(p.op.ID) {
		if k.State != iru.TaskReady || k.Title != "case 7/26" {
			t.Errorf("a task of the member at the lead: %+v", k)
		}
	}
	_, err = p.member.Desk.Poll(ctx, p.member.ann, p.own.ID, iru.PollGo, ballot(p.member, p.own.ID, iru.RoleSeizeServers), "")
	must(t, err)
	exchange(t, p.lead, p.member)
	if got := p.lead.poll(p.op.ID, iru.RoleSeizeServers); got.State != iru.PollGo {
		t.Fatalf("the member's answer at the lead: %+v", got)
	}
	t0 := p.lead.Desk.Now().Add(time.Hour).Truncate(time.Microsecond)
	must(t, p.lead.Desk.ProposeT0(ctx, p.lead.ann, p.op.ID, t0))
	exchange(t, p.lead, p.member)
	if st := p.member.standing(p.own.ID, p.l); !st.T0.Equal(t0) {
		t.Fatalf("T0 at the member: %+v", st)
	}
	if o := p.member.operation(p.op.UID); o.State != iru.OperationPolling || !o.T0.IsZero() {
		t.Fatalf("a proposal released the member's operation: %+v", o)
	}
	_, err = p.lead.Desk.Release(ctx, p.lead.ann, p.op.ID, t0)
	must(t, err)
	exchange(t, p.lead, p.member)
	if st := p.lead.standing(p.op.ID, p.m); st.Agrees(t0) {
		t.Fatalf("the member is said to agree before its director released: %+v", st)
	}
	if o := p.member.operation(p.op.UID); o.State != iru.OperationPolling {
		t.Fatalf("the lead's release released the member's operation: %+v", o)
	}
	if _, err = p.member.Desk.Release(ctx, p.member.ann, p.own.ID, t0); !errors.Is(err, iru.Forbidden) {
		t.Errorf("another than the member's director released: %v", err)
	}
	_, err = p.member.Desk.Release(ctx, p.member.ben, p.own.ID, t0)
	must(t, err)
	exchange(t, p.lead, p.member)
	if st := p.lead.standing(p.op.ID, p.m); !st.Agrees(t0) {
		t.Errorf("the member's release at the lead: %+v", st)
	}
	// The lead aborts: the member holds by itself, and its own director decides.
	_, err = p.lead.Desk.Abort(ctx, p.lead.ann, p.op.ID, "the train was cancelled")
	must(t, err)
	exchange(t, p.lead, p.member)
	o := p.member.operation(p.op.UID)
	if o.State != iru.OperationHeld || !o.T0.IsZero() {
		t.Errorf("after the lead's abort: %+v", o)
	}
	if st := p.lead.standing(p.op.ID, p.m); st.State != iru.OperationHeld {
		t.Errorf("the member's hold at the lead: %+v", st)
	}
	if v := p.member.verbs("operation", int64(o.ID)); !slices.Contains(v, "lead_aborts") || !slices.Contains(v, "stop") {
		t.Errorf("the member's log: %v", v)
	}
	for _, h := range []*house{p.lead, p.member} {
		for _, id := range []iru.PartnerID{p.m, p.l} {
			if b := h.backlog(id); b.Messages+b.Parked+b.Waiting != 0 {
				t.Errorf("%s: left over: %+v %q", h.name, b, h.parked(id))
			}
		}
	}
}

// TestPartnersAreConfirmedByTwo: nothing goes or comes before a second person has compared the fingerprint.
func TestPartnersAreConfirmedByTwo(t *testing.T) {
	a, b, ctx := newHouse(t, dbtest.Open(t), "north"), newHouse(t, dbtest.Open(t), "south"), t.Context()
	p, err := a.Desk.AddPartner(ctx, a.ann, b.Speech.Card.Text())
	must(t, err)
	for _, x := range []struct {
		by               iru.Scope
		print, how, says string
		kind             error
	}{
		{a.ann, p.Fingerprint, "called", "", iru.Forbidden},
		{a.ben, "00000 00000 00000 00000 00000 00000 00000 00000", "called", "not the fingerprint", iru.Invalid},
		{a.ben, p.Fingerprint, " ", "how", iru.Invalid},
	} {
		if _, err := a.Desk.ConfirmPartner(ctx, x.by, p.ID, x.print, x.how); !errors.Is(err, x.kind) || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%+v: %v", x, err)
		}
	}
	if _, err := a.Desk.AddPartner(ctx, a.ben, b.Speech.Card.Text()); !errors.Is(err, iru.Conflict) {
		t.Errorf("the same card twice: %v", err)
	}
	if _, err := a.Desk.AddPartner(ctx, a.ben, a.Speech.Card.Text()); !errors.Is(err, iru.Invalid) {
		t.Errorf("our own card: %v", err)
	}
	// b knows a, a has not confirmed b: b is a stranger.
	b.knows(a)
	if err := b.say(); !errors.Is(err, iru.Forbidden) {
		t.Errorf("an unconfirmed partner was listened to: %v", err)
	}
	_, err = a.Desk.ConfirmPartner(ctx, a.ben, p.ID, strings.ReplaceAll(p.Fingerprint, " ", "-"), "called +99 7")
	must(t, err)
	must(t, b.say())
	_, err = a.Desk.StepPartner(ctx, a.ann, p.ID, "suspend", "their office is being moved")
	must(t, err)
	if err := b.say(); !errors.Is(err, iru.Forbidden) {
		t.Errorf("a suspended partner was listened to: %v", err)
	}
	_, err = a.Desk.StepPartner(ctx, a.ann, p.ID, "resume", "they have moved")
	must(t, err)
	must(t, b.say())
	if _, err := a.Desk.StepPartner(ctx, a.ann, p.ID, "end", " "); !errors.Is(err, iru.Invalid) {
		t.Errorf("ended without a reason: %v", err)
	}
}

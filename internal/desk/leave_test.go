// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

var (
	free   = iru.Handling{TLP: "RED", PAP: "RED", H: "H0"}
	lacked = iru.Handling{TLP: "RED", PAP: "RED", H: "H1"}
)

// bench makes the unit one that acts in judicial proceedings: a court, or a competent authority that is a judicial one.
func (u *unit) bench(kind legal.IssuerKind, judicial string) {
	u.t.Helper()
	must(u.t, u.DB.Tx(u.t.Context(), func(x *db.Tx) error {
		_, err := x.Exec(u.t.Context(), "UPDATE unit SET kind=$1", string(kind))
		return err
	}))
	_, err := u.SetLetterhead(u.t.Context(), u.scope("admin"), iru.Letterhead{Type: judicial})
	must(u.t, err)
}

// TestH1StopsEveryJudicialAct: whatever a judicial authority serves on whom, evidence under H1 is not in it: not at hand-in, not at either
// approval, not on its way, not sent again, not handed over; and once there is leave the same act goes on.
func TestH1StopsEveryJudicialAct(t *testing.T) {
	for _, c := range []struct {
		name     string
		kind     legal.IssuerKind
		judicial string
		i        legal.Instrument
		r        legal.Request
	}{
		{"preservation order", legal.Court, "", legal.PreservationOrder, legal.Preserve},
		{"production order", legal.Court, "", legal.ProductionOrder, legal.ProduceData},
		{"court order", legal.Court, "", legal.CourtOrder, legal.RemoveContent},
		{"order to act by a court", legal.Court, "", legal.OrderToAct, legal.RemoveContent},
		{"removal order by a judicial authority", legal.CompetentAuthority, "judicial", legal.RemovalOrder, legal.RemoveContent},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				u := newUnit(t, d)
				u.now = time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC) // evidence orders are in force
				a, i, host := u.referred()
				u.bench(c.kind, c.judicial)
				u.courtly(a, desk.DraftRequest{Asset: a.ID, Item: i.ID, Provider: host.ID, Layer: legal.Host, Instrument: c.i, Request: c.r})
			})
		})
	}
}

// courtly walks an act through every station with the codes against it and for it.
func (u *unit) courtly(a iru.Asset, r desk.DraftRequest) {
	t, ctx := u.t, u.t.Context()
	const says, do = "must not be used in judicial proceedings without leave", "ask whom it came from for leave, then change the codes"
	no := func(station string, err, kind error) {
		t.Helper()
		refused(t, station, err, kind, says)
		refused(t, station, err, kind, do)
	}
	u.classify(a, lacked)
	n, err := u.Draft(ctx, u.scope("ada"), r)
	must(t, err)
	_, err = u.Submit(ctx, u.scope("ada"), n.ID)
	no("handed in", err, iru.Forbidden)
	if u.notice(n.ID).State != iru.NoticeDraft {
		t.Fatal("it was handed in")
	}
	u.classify(a, free)
	n, err = u.Submit(ctx, u.scope("ada"), n.ID)
	must(t, err)

	for i, who := range []string{"lena", "sig"} {
		u.classify(a, lacked)
		_, err = u.Approve(ctx, u.scope(who), n.ID)
		no("approved by "+who, err, iru.Forbidden)
		if len(u.notice(n.ID).Approvals) != i {
			t.Fatalf("%s approved it", who)
		}
		u.classify(a, free)
		n, err = u.Approve(ctx, u.scope(who), n.ID)
		must(t, err)
	}
	_, err = u.Seal(ctx, "test")
	must(t, err)
	u.classify(a, lacked)
	_, err = u.Dispatch(ctx, n.ID)
	no("sent", err, iru.Conflict)
	u.silent(n)

	u.drop()
	u.classify(a, iru.Handling{TLP: "AMBER", PAP: "RED", H: "H0"}) // other codes than were approved: nothing leaves under them either
	_, err = u.Dispatch(ctx, n.ID)
	refused(t, "other codes", err, iru.Conflict, "the handling codes")
	u.classify(a, free)
	if u.jobs("deliver") == 0 {
		t.Error("with leave given, nothing has it sent")
	}
	_, err = u.Dispatch(ctx, n.ID)
	must(t, err)

	// On its way, its addressee's server down: it does not leave any more, and can be ended or sent once there is leave.
	u.classify(a, lacked)
	_, err = u.Dispatch(ctx, n.ID)
	no("on its way", err, iru.Forbidden)
	must(t, u.Undeliverable(ctx, n.ID, err.Error()))
	no("sent again", u.Resend(ctx, u.scope("ben"), n.ID), iru.Forbidden)
	u.silent(n)
	u.classify(a, free)
	must(t, u.Resend(ctx, u.scope("ben"), n.ID))
	u.later(time.Minute)
	u.classify(a, lacked)
	told := desk.Handing{At: u.now.Format(time.RFC3339), Person: "R. Halloran", How: "in person"}
	_, err = u.Hand(ctx, u.scope("ben"), n.ID, told)
	no("handed over", err, iru.Forbidden)
	u.silent(n)
	u.later(time.Minute)
	told.At = u.now.Add(-90 * time.Second).Format(time.RFC3339) // before the codes were changed it was allowed
	_, err = u.Hand(ctx, u.scope("ben"), n.ID, told)
	must(t, err)
	u.whole()
}

// silent fails if anything has left.
func (u *unit) silent(n iru.Notice) {
	u.t.Helper()
	if n = u.notice(n.ID); !n.SentAt.IsZero() || n.State == iru.NoticeSent || n.State == iru.NoticeReceived {
		u.t.Fatalf("it left: %s, %s", n.State, n.SentAt)
	}
}

// TestH1HoldsATaskBack: of an operation's tasks the judicial one stays, and the others leave; what was armed is not fired with them.
func TestH1HoldsATaskBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		u.classify(a, free)
		u.bench(legal.Court, "")
		o, err := u.PlanOperation(ctx, u.scope("dora"), "Night Timetable", []iru.OutletID{u.asset(a.ID).Outlet}, nil, u.people["dora"].ID, "")
		must(t, err)
		r := desk.DraftRequest{Asset: a.ID, Item: i.ID, Provider: host.ID, Layer: legal.Host, Instrument: legal.OrderToAct, Operation: o.ID}
		n := u.approved(r)
		_, err = u.OpenPoll(ctx, u.scope("dora"), o.ID)
		must(t, err)
		_, err = u.Poll(ctx, u.scope("ben"), o.ID, iru.PollGo, "")
		must(t, err)
		_, err = u.Release(ctx, u.scope("dora"), o.ID, u.now.Add(time.Minute))
		must(t, err)
		u.later(time.Minute)
		u.classify(a, lacked)
		armed, parked, err := u.Arm(ctx, o.ID)
		must(t, err)
		if len(armed) != 0 || len(parked) != 1 {
			t.Fatalf("armed %d, parked %v", len(armed), parked)
		}
		refused(t, "parked", parked[n.ID], iru.Conflict, "came under H1")
		u.classify(a, free)
		if armed, _, err = u.Arm(ctx, o.ID); err != nil || len(armed) != 1 {
			t.Fatalf("with leave: armed %d, %v", len(armed), err)
		}
		u.classify(a, lacked)
		armed, parked, err = u.Arm(ctx, o.ID)
		must(t, err)
		if len(armed) != 0 {
			t.Errorf("armed again: %d", len(armed))
		}
		refused(t, "armed before", parked[n.ID], iru.Forbidden, "H1")
		u.silent(n)
	})
}

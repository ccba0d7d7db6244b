// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"encoding/json"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// partner stores a confirmed partner.
func (u *unit) partner() iru.Partner {
	u.t.Helper()
	ctx := u.t.Context()
	p := iru.Partner{Unit: u.people["ada"].Unit, Name: "Unit South", Country: "XA", URL: "https://south.test", Key: "k", Fingerprint: "f", Card: "c", State: iru.PartnerConfirmed, Added: u.now, Confirmed: u.now}
	must(u.t, u.DB.Tx(ctx, func(x *db.Tx) error {
		p.ID = 0
		if err := x.AddPartner(ctx, &p); err != nil {
			return err
		}
		return x.AddLine(ctx, &iru.Line{Partner: p.ID, Out: iru.Mark{Epoch: 1}})
	}))
	return p
}

// The lead is told once of each task that it proposed, by its act and by what is seen, and the store is asked as often for many tasks as for few.
func TestTasksAreTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		p := u.partner()
		o, err := u.PlanOperation(ctx, u.scope("dora"), "Snowfall", []iru.OutletID{a.Outlet}, nil, 0, "")
		must(t, err)
		r := order(a, i, host)
		r.Operation = o.ID
		act := u.approved(r)
		tell := func() (told []iru.TaskToldBody) {
			t.Helper()
			before := view(u, func(x *db.Tx) ([]iru.Outgoing, error) { return x.Outgoings(ctx, iru.Program(), p.ID, 0, 99) })
			must(t, u.TellTasks(ctx))
			after := view(u, func(x *db.Tx) ([]iru.Outgoing, error) { return x.Outgoings(ctx, iru.Program(), p.ID, 0, 99) })
			for _, m := range after[:len(after)-len(before)] {
				var b iru.TasksBody
				must(t, json.Unmarshal([]byte(m.Body), &b))
				told = append(told, b.Tasks...)
			}
			return told
		}
		if got := tell(); len(got) != 0 {
			t.Errorf("nobody leads us, and is told %+v", got)
		}
		o = view(u, func(x *db.Tx) (iru.Operation, error) { return x.Operation(ctx, iru.Program(), o.ID) })
		o.Lead, o.UID = p.ID, "00000000000000000000000000000051"
		must(t, d.Tx(ctx, func(x *db.Tx) error { return x.UpdateOperation(ctx, o, o.State) }))
		if got := tell(); len(got) != 0 {
			t.Errorf("the lead is told of an act that it did not propose: %+v", got)
		}
		var acts []iru.NoticeID
		led := func(n int) {
			t.Helper()
			must(t, d.Tx(ctx, func(x *db.Tx) (err error) {
				_, acts, err = desktest.Widen(ctx, x, o.ID, n, u.now)
				if err == nil {
					_, err = x.Exec(ctx, "UPDATE task SET led=TRUE")
				}
				return err
			}))
		}
		led(1)
		if got := tell(); len(got) != 1 || got[0].State != string(iru.TaskReady) || !got[0].Sent.IsZero() || got[0].Up != "" {
			t.Errorf("an approved act is told as %+v", got)
		}
		act.State, act.SentAt = iru.NoticeSent, u.now // as after T0
		must(t, d.Tx(ctx, func(x *db.Tx) error { return x.UpdateNotice(ctx, act, iru.NoticeApproved) }))
		if got := tell(); len(got) != 1 || got[0].State != string(iru.TaskStarted) || !got[0].Sent.Equal(act.SentAt) || got[0].Up != string(u.asset(a.ID).Presence.State) || got[0].Up == "" {
			t.Errorf("an act that left is told as %+v", got)
		}
		asked := func() int64 {
			before := d.Statements()
			if got := tell(); len(got) != 0 {
				t.Errorf("told twice: %+v", got)
			}
			return d.Statements() - before
		}
		few := asked()
		led(60)
		if got := tell(); len(got) != 59 {
			t.Errorf("%d new tasks are told, not 59", len(got))
		}
		if many := asked(); len(acts) != 60 || many != few {
			t.Errorf("for %d tasks the store is asked %d times, and for one %d", len(acts), many, few)
		}
		for range 3 {
			u.look(a.ID, iru.Gone, iru.Gone)
		}
		if got := tell(); len(got) != 1 || got[0].State != string(iru.TaskDone) || got[0].Up != string(iru.PresenceGone) {
			t.Errorf("what is seen to be gone is told as %+v", got)
		}
	})
}

// The lead looks for a removal on the word of a partner's machine: from when it begins, a day longer than it is said to be done, not on the word of its own tasks; and the look is found
// again when its job was lost.
func TestPartnersRemovalIsLookedFor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, _, _ := u.referred()
		p := u.partner()
		o, err := u.PlanOperation(ctx, u.scope("dora"), "Snowfall", []iru.OutletID{a.Outlet}, nil, 0, "")
		must(t, err)
		k := iru.Task{UID: "00000000000000000000000000000052", Operation: o.ID, Asset: a.ID, Address: a.Locator, Layer: legal.Host, Role: iru.RoleSeizeServers, Stage: iru.StageAct, Handling: iru.DefaultHandling}
		var own iru.ParticipantID
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			ps, err := x.Participants(ctx, o.ID)
			if err != nil {
				return err
			}
			own = ps[0].ID
			who := iru.Participant{Operation: o.ID, Partner: p.ID, Kind: iru.KindUnit, Name: p.Name, Country: p.Country, Roles: []iru.TaskRole{iru.RoleSeizeServers}}
			if err := x.AddParticipant(ctx, &who); err != nil {
				return err
			}
			k.ID, k.Participant, k.State, k.At = 0, who.ID, iru.TaskReady, u.now
			return x.AddTask(ctx, &k)
		}))
		theirs := k.Participant
		want := func(what string, yes bool) {
			t.Helper()
			must(t, d.Tx(ctx, func(x *db.Tx) error {
				have, err := x.Task(ctx, iru.Program(), k.ID)
				if err != nil {
					return err
				}
				return x.UpdateTask(ctx, k, have.State)
			}))
			if _, pending, err := u.Pending(ctx, a.ID); pending != yes || err != nil {
				t.Errorf("%s: looked for is %v, %v", what, pending, err)
			}
			u.drop()
			_, err := u.SweepActs(ctx)
			must(t, err)
			if n := u.jobs(desk.Verify{}.Kind()); (n == 1) != yes || n > 1 {
				t.Errorf("%s: %d lost looks are found again", what, n)
			}
		}
		want("not begun", false)
		k.State = iru.TaskStarted
		want("begun", true)
		k.Participant = own
		want("begun by ourselves, without an act", false)
		k.Participant, k.State, k.At = theirs, iru.TaskDone, u.now
		want("done", true)
		u.later(iru.Believed)
		want("done a day ago", true)
		u.later(time.Second)
		want("done for longer", false)
		k.State = iru.TaskFailed
		want("failed", false)
		k.State = iru.TaskStarted
		for range 3 {
			u.look(a.ID, iru.Gone, iru.Gone)
		}
		want("begun, and seen to be gone", false)
	})
}

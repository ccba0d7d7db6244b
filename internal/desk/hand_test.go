// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"testing"
	"time"

	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// An act that people hand over: its sending and its receipt are two records, and a clock of law begins only when a second officer confirms.
func TestByHand(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, i, host := u.referred()
	_, err := u.EnterProvider(ctx, u.scope("ben"), iru.Provider{Name: host.Name, Layer: host.Layer, Channel: iru.ByHand, Address: "+00 1 555 0100"})
	must(t, err)
	_, err = u.Confirm(ctx, u.scope("ben"), host.ID, "called")
	must(t, err)
	n := u.approved(order(a, i, host))
	told := func(at time.Time) string { return at.Format(time.RFC3339Nano) }
	ok := desk.Handing{At: told(u.now), Person: "R. Halloran", How: "phone", Note: "number on their page"}
	_, err = u.Hand(ctx, u.scope("ben"), n.ID, ok)
	refused(t, "before it is on its way", err, iru.Conflict, "approved")
	d, err := u.Dispatch(ctx, n.ID)
	must(t, err)
	if d.Provider.ByMachine() {
		t.Error("a machine brings it")
	}
	u.now = u.now.Add(5 * time.Minute)
	handed := u.now.Add(-time.Minute)
	ok.At = told(handed)
	for name, h := range map[string]desk.Handing{"no person": {At: ok.At, How: "phone"}, "no way": {At: ok.At, Person: "R", How: "pigeon"}, "no time": {Person: "R", How: "phone"},
		"ahead": {At: told(u.now.Add(time.Minute)), Person: "R", How: "phone"}, "no such zone": {At: ok.At, Zone: "Europe/Atlantis", Person: "R", How: "phone"}, "before its release": {At: told(u.now.Add(-time.Hour)), Person: "R", How: "phone"}} {
		if _, err := u.Hand(ctx, u.scope("ben"), n.ID, h); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	_, err = u.EnterReceipt(ctx, u.scope("ben"), n.ID, ok)
	refused(t, "a receipt of what has not left", err, iru.Conflict, "has not left")
	n, err = u.Hand(ctx, u.scope("ben"), n.ID, ok)
	must(t, err)
	if n.State != iru.NoticeSent || !n.SentAt.Equal(handed) {
		t.Errorf("%s, sent at %s", n.State, n.SentAt)
	}
	_, err = u.EnterReceipt(ctx, u.scope("ben"), n.ID, desk.Handing{At: told(n.SentAt.Add(-time.Second)), Person: "R", How: "phone"})
	refused(t, "a receipt before the sending", err, iru.Invalid, "before the sending")
	said := u.now.Add(-30 * time.Second)
	l, err := u.EnterReceipt(ctx, u.scope("ben"), n.ID, desk.Handing{At: told(said), Person: "R. Halloran", How: "phone", Note: "read it back"})
	must(t, err)
	if u.notice(n.ID).State != iru.NoticeSent || !l.Guess {
		t.Error("one officer's word started the hour")
	}
	refused(t, "confirmed by the same officer", u.File(ctx, u.scope("ben"), l.ID, "receipt"), iru.Forbidden, "yourself")
	for login, person := range map[string]string{"ben": "person 1", "lena": "person 1"} {
		_, err = u.Identify(ctx, u.scope("admin"), u.people[login].ID, person, "badge")
		must(t, err)
	}
	refused(t, "confirmed by the same person", u.File(ctx, u.scope("lena"), l.ID, "receipt"), iru.Forbidden, "one person's")
	u.now = u.now.Add(10 * time.Minute)
	must(t, u.File(ctx, u.scope("ada"), l.ID, "receipt"))
	if n = u.notice(n.ID); n.State != iru.NoticeReceived || !n.ReceivedAt.Equal(said) {
		t.Errorf("%s, received at %s, said %s", n.State, n.ReceivedAt, said)
	}
}

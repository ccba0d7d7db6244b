// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/form"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

func (u *unit) stamp(off time.Duration) string { return u.now.Add(off).Format("2006-01-02T15:04:05") }

func (u *unit) running(n iru.NoticeID, rule string) (out []iru.Clock) {
	for _, c := range u.clocks(n) {
		if c.Rule == rule && c.State == iru.ClockRunning {
			out = append(out, c)
		}
	}
	return out
}

func (u *unit) missives(f db.MissiveFilter) []iru.Missive {
	u.t.Helper()
	return view(u, func(x *db.Tx) ([]iru.Missive, error) { return x.MissivesAfter(u.t.Context(), iru.Program(), f, 0, 99) })
}

func (u *unit) receipts(n iru.NoticeID) []iru.Receipt {
	u.t.Helper()
	return view(u, func(x *db.Tx) ([]iru.Receipt, error) { return x.Receipts(u.t.Context(), iru.Program(), n) })
}

// abroad says that a provider is at home in another state, whose authority the register knows.
func (u *unit) abroad(p iru.Provider) {
	u.t.Helper()
	must(u.t, u.DB.Tx(u.t.Context(), func(x *db.Tx) error {
		p, err := x.Provider(u.t.Context(), iru.Program(), p.ID)
		if err != nil {
			return err
		}
		p.Establishment = "XC"
		return x.UpdateProvider(u.t.Context(), p, p.Contact)
	}))
}

func (u *unit) authority() {
	u.t.Helper()
	must(u.t, u.DB.Tx(u.t.Context(), func(x *db.Tx) error {
		for _, r := range []iru.AuthorityRole{iru.RoleScrutinise, iru.RoleOversee} {
			if err := x.AddAuthority(u.t.Context(), &iru.Authority{Unit: u.people["ada"].Unit, Name: "Authority of XC", Country: "XC", Role: r, Mail: "tco@authority-c.test", State: iru.ContactConfirmed}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// TestReceiptIsEvidence: entered once, never edited, corrected by a further record; what cannot be is refused with words.
func TestReceiptIsEvidence(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		n := u.sent(order(u.referred()))
		u.later(30 * time.Minute)
		var heard iru.Letter
		enter := func(who, at, zone, person string) (err error) {
			heard, err = u.EnterReceipt(ctx, u.scope(who), n.ID, desk.Handing{At: at, Zone: zone, How: "phone", Person: person})
			return err
		}
		refused(t, "before the sending", enter("ben", u.stamp(-2*time.Hour), "", "called"), iru.Invalid, "before the sending")
		refused(t, "in the future", enter("ben", u.stamp(time.Hour), "", "called"), iru.Invalid, "in the future")
		refused(t, "wrong zone", enter("ben", u.stamp(0), "Europe/Atlantis", "called"), iru.Invalid, "no time zone")
		refused(t, "wrong offset", enter("ben", u.stamp(-time.Minute)+"+05:00", "Europe/Vienna", "called"), iru.Invalid, "did not show")
		refused(t, "an hour of another zone", enter("ben", u.stamp(-time.Minute), "Europe/Vienna", "called"), iru.Invalid, "before the sending")
		refused(t, "without proof", enter("ben", u.stamp(0), "", " "), iru.Invalid, "the person is missing")
		refused(t, "by one who may not", enter("sig", u.stamp(0), "", "called"), iru.Forbidden, "")
		_, err := u.CorrectReceipt(ctx, u.scope("ben"), n.ID, desk.ReceiptRequest{At: u.stamp(0), Proof: "called", Reason: "x"})
		refused(t, "a correction of nothing", err, iru.Conflict, "no receipt")
		must(t, enter("ben", u.now.Add(-10*time.Minute).In(zone(t, "Europe/Vienna")).Format("2006-01-02T15:04:05"), "Europe/Vienna", "called the duty officer"))
		if c := u.running(n.ID, "tco-1h"); len(c) != 0 || !strings.Contains(heard.Text, "Europe/Vienna") {
			t.Fatalf("one officer's word starts the hour: %+v, %q", c, heard.Text)
		}
		must(t, u.File(ctx, u.scope("ada"), heard.ID, "receipt"))
		first := u.now.Add(-10 * time.Minute)
		if c := u.running(n.ID, "tco-1h"); len(c) != 1 || !c[0].Due.Equal(first.Add(time.Hour)) || c[0].By != u.people["ada"].ID {
			t.Fatalf("clocks after the receipt: %+v", u.clocks(n.ID))
		}
		refused(t, "twice", enter("ben", u.stamp(0), "", "called"), iru.Conflict, "recorded already")
		fix := func(at, why string) error {
			_, err := u.CorrectReceipt(ctx, u.scope("ben"), n.ID, desk.ReceiptRequest{At: at, Proof: "their log", Channel: "letter", Reason: why})
			return err
		}
		refused(t, "without a reason", fix(u.stamp(-5*time.Minute), ""), iru.Invalid, "needs a reason")
		refused(t, "corrected before the sending", fix(u.stamp(-3*time.Hour), "wrong day"), iru.Invalid, "before the sending")
		refused(t, "the same", fix(first.Format("2006-01-02T15:04:05"), "x"), iru.Invalid, "the same")
		must(t, fix(u.stamp(-5*time.Minute), "their log says so"))
		rs := u.receipts(n.ID)
		if len(rs) != 2 || !rs[0].At.Equal(first) || rs[0].By != u.people["ada"].ID || !strings.Contains(rs[0].Proof, "Europe/Vienna") || rs[1].Of != rs[0].ID || rs[1].Reason == "" || !u.notice(n.ID).ReceivedAt.Equal(rs[1].At) {
			t.Fatalf("receipts: %+v", rs)
		}
		if c := u.running(n.ID, "tco-1h"); len(c) != 1 || !c[0].Due.Equal(rs[1].At.Add(time.Hour)) {
			t.Fatalf("clocks after the correction: %+v", u.clocks(n.ID))
		}
		u.reply(n.ID, "clarification", "q")
		must(t, fix(u.stamp(-8*time.Minute), "minutes were swapped"))
		cs := u.clocks(n.ID)
		if last := cs[len(cs)-1]; last.State != iru.ClockStopped || !last.Started.Equal(u.now.Add(-8*time.Minute)) {
			t.Errorf("a clock that stood still runs after a correction: %+v", last)
		}
		u.whole()
	})
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	must(t, err)
	return loc
}

// TestTwelveHours: a provider's first removal order is held back until it was informed for twelve hours, or two people waive that.
func TestTwelveHours(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		must(t, d.Tx(ctx, func(x *db.Tx) error { _, err := x.Exec(ctx, "DELETE FROM missive"); return err }))
		n := u.approved(order(a, i, host))
		_, err := u.Dispatch(ctx, n.ID)
		refused(t, "not informed", err, iru.Conflict, "was not informed")
		_, err = u.RecordInformed(ctx, u.scope("ben"), host.ID, u.stamp(time.Hour), "", "letter")
		refused(t, "in the future", err, iru.Invalid, "future")
		_, err = u.RecordInformed(ctx, u.scope("ben"), host.ID, u.stamp(-time.Hour), "", "")
		refused(t, "without proof", err, iru.Invalid, "how")
		m, err := u.Inform(ctx, u.scope("ben"), host.ID)
		must(t, err)
		if m.State != iru.MissiveQueued || !strings.Contains(m.Text, "12 hours") || !strings.Contains(m.Text, "1 hour") || u.jobs("mail") != 1 {
			t.Errorf("the information: %+v", m)
		}
		_, err = u.Dispatch(ctx, n.ID)
		refused(t, "not yet sent", err, iru.Conflict, "was not informed")
		must(t, u.RecordMailed(ctx, m.ID, desk.Sending{At: u.now, Proof: "250 ok"}))
		informed := u.now
		u.later(12*time.Hour - time.Second)
		_, err = u.Dispatch(ctx, n.ID)
		refused(t, "a second early", err, iru.Conflict, informed.Add(12*time.Hour).Format("2006-01-02 15:04:05"))
		u.drop()
		if _, err := u.SweepActs(ctx); err != nil || u.jobs("deliver") != 0 {
			t.Errorf("what is held back is tried all the time: %d, %v", u.jobs("deliver"), err)
		}
		u.later(time.Second)
		if _, err := u.SweepActs(ctx); err != nil || u.jobs("deliver") != 1 {
			t.Errorf("what may leave is not found: %v", err)
		}
		_, err = u.Dispatch(ctx, n.ID)
		must(t, err)
		must(t, u.RecordSent(ctx, n.ID, desk.Sending{At: u.now, Proof: "250 ok"}))
		f, err := u.FirstOrderTo(ctx, u.scope("ada"), host.ID)
		if err != nil || !f.Ordered || len(f.Letters) != 1 || !f.From.Equal(informed.Add(12*time.Hour)) {
			t.Errorf("the ledger of the twelve hours: %+v, %v", f, err)
		}
		u.whole()
	})
}

// TestWaiver: an emergency needs two people and a reason, and is recorded.
func TestWaiver(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, i, host := u.referred()
	must(t, u.DB.Tx(ctx, func(x *db.Tx) error { _, err := x.Exec(ctx, "DELETE FROM missive"); return err }))
	n := u.approved(order(a, i, host))
	_, err := u.AskWaiver(ctx, u.scope("sig"), n.ID, " ")
	refused(t, "without a reason", err, iru.Invalid, "emergency")
	w, err := u.AskWaiver(ctx, u.scope("sig"), n.ID, "lives are in danger tonight")
	must(t, err)
	_, err = u.AskWaiver(ctx, u.scope("lena"), n.ID, "again")
	refused(t, "twice", err, iru.Conflict, "already")
	_, err = u.SettleWaiver(ctx, u.scope("sig"), w.ID, true, "")
	refused(t, "by the same person", err, iru.Forbidden, "second")
	_, err = u.SettleWaiver(ctx, u.scope("ada"), w.ID, true, "")
	refused(t, "by one who may not sign", err, iru.Forbidden, "")
	u.join("sue", u.people["ada"].Unit, iru.Signer)
	for _, login := range []string{"sig", "sue"} {
		_, err = u.Identify(ctx, u.scope("admin"), u.people[login].ID, "person 1", "badge")
		must(t, err)
	}
	_, err = u.SettleWaiver(ctx, u.scope("sue"), w.ID, true, "agreed")
	refused(t, "by another account of the same person", err, iru.Forbidden, "one person's")
	_, err = u.Identify(ctx, u.scope("admin"), u.people["sue"].ID, "person 2", "badge")
	must(t, err)
	w, err = u.SettleWaiver(ctx, u.scope("sue"), w.ID, true, "agreed")
	must(t, err)
	if w.State != iru.WaiverGranted || w.Second != u.people["sue"].ID || len(u.events("waiver", w.ID)) != 2 {
		t.Errorf("the waiver: %+v", w)
	}
	_, err = u.Dispatch(ctx, n.ID)
	must(t, err)
	u.whole()
}

// TestScrutinyAsIssuer: the copy leaves with the order, the authority's decision ends its effect, and what is up again is seen by our own looks.
func TestScrutinyAsIssuer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		u.abroad(host)
		n, err := u.Draft(ctx, u.scope("ada"), order(a, i, host))
		must(t, err)
		_, err = u.Submit(ctx, u.scope("ada"), n.ID)
		refused(t, "no authority", err, iru.Conflict, "Article 4(1)")
		u.authority()
		n = u.approved(order(a, i, host))
		x, err := form.ParseAct([]byte(n.Facts))
		must(t, err)
		if c := x.CrossBorder; c == nil || *c != (form.CrossBorder{State: "XC", Authority: "Authority of XC, tco@authority-c.test", CopySent: true}) {
			t.Errorf("section D: %+v", c)
		}
		away := func(s iru.ContactState) {
			must(t, d.Tx(ctx, func(x *db.Tx) error {
				as, err := x.AuthoritiesOf(ctx, iru.Program(), "XC", iru.RoleScrutinise)
				if err != nil {
					return err
				}
				was := as[0].State
				as[0].State = s
				return x.UpdateAuthority(ctx, as[0], was)
			}))
		}
		away(iru.ContactChanged)
		_, err = u.Dispatch(ctx, n.ID)
		refused(t, "the authority's contact changed", err, iru.Conflict, "")
		away(iru.ContactConfirmed)
		_, err = u.Dispatch(ctx, n.ID)
		must(t, err)
		_, err = u.Dispatch(ctx, n.ID) // killed and begun again
		must(t, err)
		cp := u.missives(db.MissiveFilter{Kind: iru.OrderCopy})
		if len(cp) != 1 || cp[0].State != iru.MissiveQueued || cp[0].Address != "tco@authority-c.test" || !strings.Contains(cp[0].Text, n.Locator) {
			t.Fatalf("the copy: %+v", cp)
		}
		must(t, u.RecordSent(ctx, n.ID, desk.Sending{At: u.now, Proof: "received", Receipt: true}))
		if c := u.running(n.ID, "tco-48h"); len(c) != 1 {
			t.Errorf("the provider's 48 hours: %+v", u.clocks(n.ID))
		}
		must(t, u.RecordMailed(ctx, cp[0].ID, desk.Sending{At: u.now, Proof: "250 ok"}))
		if len(u.running(n.ID, "tco-72h-own")) != 0 {
			t.Error("a mail server's acceptance started the 72 hours")
		}
		_, err = u.GotMissive(ctx, u.scope("ben"), cp[0].ID, u.stamp(0), "", "they confirmed")
		must(t, err)
		if c := u.running(n.ID, "tco-72h-own"); len(c) != 1 || c[0].Due.Sub(u.now) != 72*time.Hour {
			t.Errorf("their 72 hours: %+v", c)
		}
		for range 2 {
			u.look(a.ID, iru.Gone, iru.Gone)
		}
		if u.notice(n.ID).State != iru.NoticeComplied || len(u.running(n.ID, "tco-6m")) != 1 {
			t.Fatalf("%s; %+v", u.notice(n.ID).State, u.clocks(n.ID))
		}
		k, err := u.Enter(ctx, u.scope("ada"), "own", iru.Known{Label: "bulletin", Finding: "refer", Item: i.ID, Signals: []iru.Signal{{Medium: "sha256", Value: []byte(strings.Repeat("x", 32))}}})
		must(t, err)
		sc := view(u, func(x *db.Tx) (iru.Scrutiny, error) { return x.ScrutinyOf(ctx, iru.Program(), n.ID) })
		_, err = u.Examine(ctx, u.scope("lena"), sc.ID)
		refused(t, "by the issuer itself", err, iru.Forbidden, "own issuer")
		_, err = u.Decide(ctx, u.scope("lena"), sc.ID, iru.Infringes, "no danger shown")
		refused(t, "without the intention", err, iru.Conflict, "")
		_, err = u.AnnounceIntention(ctx, u.scope("lena"), sc.ID, "they see a newspaper")
		must(t, err)
		_, err = u.Decide(ctx, u.scope("lena"), sc.ID, iru.Infringes, "a newspaper's own report")
		must(t, err)
		if u.notice(n.ID).State != iru.NoticeWithdrawn || len(u.running(n.ID, "tco-6m")) != 0 || len(u.running(n.ID, "internal-reinstate")) != 1 {
			t.Errorf("the order after the infringement: %s, %+v", u.notice(n.ID).State, u.clocks(n.ID))
		}
		if m := u.missives(db.MissiveFilter{Kind: iru.Restore}); len(m) != 1 || m[0].State != iru.MissiveQueued || m[0].Provider != host.ID {
			t.Errorf("the letter that asks to put it back: %+v", m)
		} else {
			must(t, u.RecordMailed(ctx, m[0].ID, desk.Sending{At: u.now, Proof: "250 ok"}))
		}
		if got := view(u, func(x *db.Tx) (iru.Known, error) { return x.Known(ctx, iru.Program(), k.ID) }); got.State != iru.KnownWithdrawn {
			t.Errorf("known content of what was annulled: %s", got.State)
		}
		if m := u.missives(db.MissiveFilter{Kind: iru.Correction}); len(m) != 1 || m[0].Name != "Authority of XC" || m[0].State != iru.MissiveDraft {
			t.Errorf("corrections: %+v", m)
		}
		put := func() iru.Reinstatement {
			return view(u, func(x *db.Tx) ([]iru.Reinstatement, error) { return x.ReinstatementsOf(ctx, iru.Program(), a.ID) })[0]
		}
		if r := put(); r.State != iru.ReinstatementAsked || r.Cause != "infringement" {
			t.Errorf("reinstatement: %+v", r)
		}
		if _, pending, err := u.Pending(ctx, a.ID); err != nil || !pending {
			t.Errorf("nobody looks whether it is up again: %v, %v", pending, err)
		}
		u.look(a.ID, iru.Up, iru.Timeout)
		if r := put(); r.State != iru.ReinstatementAsked {
			t.Errorf("believed from one place: %+v", r)
		}
		u.look(a.ID, iru.Up, iru.Up)
		if r := put(); r.State != iru.ReinstatementSeen || u.asset(a.ID).State != iru.AssetLive || u.notice(n.ID).State != iru.NoticeWithdrawn {
			t.Errorf("up again: %+v, asset %s", r, u.asset(a.ID).State)
		}
		if _, pending, _ := u.Pending(ctx, a.ID); pending {
			t.Error("it is looked at for ever")
		}
		u.whole()
	})
}

// TestRevoke: our own withdrawal needs a reason, and is no way back for what never left.
func TestRevoke(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	n := u.sent(order(u.referred()))
	_, err := u.Revoke(ctx, u.scope("lena"), n.ID, "  ")
	refused(t, "without a reason", err, iru.Invalid, "reason")
	_, err = u.Withdraw(ctx, u.scope("lena"), n.ID, "")
	refused(t, "withdrawn without a reason", err, iru.Invalid, "reason")
	_, err = u.Revoke(ctx, u.scope("lena"), n.ID, "wrong address")
	refused(t, "what was only sent is withdrawn", err, iru.Conflict, "")
	for range 2 {
		u.look(n.Asset, iru.Gone, iru.Gone)
	}
	_, err = u.Revoke(ctx, u.scope("ada"), n.ID, "wrong address")
	must(t, err)
	refused(t, "kept down without words", u.KeptDown(ctx, u.scope("ben"), 1, ""), iru.Invalid, "why")
	must(t, u.KeptDown(ctx, u.scope("ben"), 1, "their terms forbid it all the same"))
	if _, pending, _ := u.Pending(ctx, n.Asset); pending {
		t.Error("what the provider keeps down is looked at for ever")
	}
	u.whole()
}

// TestScrutinyAsScrutiniser: blind first, then the issuer's reasons; the issuer is told before an infringement is found, and a second person finds it.
func TestScrutinyAsScrutiniser(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		c := desk.Copy{Ref: "XC-77", Authority: "Authority of XC", Country: "xc", AuthorityMail: "tco@authority-c.test", Addressee: "Birchrack", AddresseeMail: "tco@birchrack.test", Locator: "https://rail.test/timetable",
			Reasons: "the issuer's own words", Limbs: []string{"c"}, Issued: u.stamp(-3 * time.Hour), Received: u.stamp(-2 * time.Hour), Ordered: u.stamp(-3 * time.Hour)}
		own := c
		own.Country = "XA"
		_, err := u.EnterCopy(ctx, u.scope("ben"), own)
		refused(t, "of our own state", err, iru.Forbidden, "own authorities")
		early := c
		early.Received = u.stamp(-4 * time.Hour)
		_, err = u.EnterCopy(ctx, u.scope("ben"), early)
		refused(t, "received before it was issued", err, iru.Invalid, "before the order was issued")
		early.Received = u.stamp(time.Hour)
		_, err = u.EnterCopy(ctx, u.scope("ben"), early)
		refused(t, "received in the future", err, iru.Invalid, "future")
		early.Received, early.Zone = u.stamp(0), "Europe/Nowhere"
		_, err = u.EnterCopy(ctx, u.scope("ben"), early)
		refused(t, "in no zone", err, iru.Invalid, "no time zone")
		sc, err := u.EnterCopy(ctx, u.scope("ben"), c)
		must(t, err)
		if sc.Reasons != "" || sc.Limbs != nil || sc.State != iru.ScrutinyCopied || sc.Country != "XC" {
			t.Errorf("the issuer's reasons are shown: %+v", sc)
		}
		_, err = u.EnterCopy(ctx, u.scope("ben"), c)
		refused(t, "twice", err, iru.Conflict, "")
		q := desk.Request{Asker: "content provider", Name: "Northline Rail", Mail: "editor@rail.test", At: u.stamp(0), Since: u.stamp(-49 * time.Hour), Proof: "mail"}
		_, err = u.RequestScrutiny(ctx, u.scope("ben"), sc.ID, q)
		refused(t, "after 48 hours", err, iru.Conflict, "48 hours")
		q.Since = u.stamp(-47 * time.Hour)
		if sc, err = u.RequestScrutiny(ctx, u.scope("ben"), sc.ID, q); err != nil || sc.State != iru.ScrutinyExamining {
			t.Fatalf("on request: %+v, %v", sc, err)
		}
		_, err = u.Compare(ctx, u.scope("lena"), sc.ID, "x")
		refused(t, "compared before concluded", err, iru.Conflict, "")
		_, err = u.Conclude(ctx, u.scope("lena"), sc.ID, iru.Infringes, "")
		refused(t, "without reasons", err, iru.Invalid, "reasons")
		if sc, err = u.Conclude(ctx, u.scope("lena"), sc.ID, iru.Infringes, "a timetable is no propaganda"); err != nil || sc.Reasons == "" {
			t.Fatalf("concluded: %+v, %v", sc, err)
		}
		sc, err = u.Compare(ctx, u.scope("lena"), sc.ID, "they read the red line as a sign")
		must(t, err)
		_, err = u.Decide(ctx, u.scope("sig"), sc.ID, iru.Infringes, "manifestly")
		refused(t, "before the issuer was told", err, iru.Conflict, "")
		sc, err = u.AnnounceIntention(ctx, u.scope("ben"), sc.ID, "we intend to find an infringement")
		must(t, err)
		if m := u.missives(db.MissiveFilter{Scrutiny: sc.ID, Kind: iru.Intention}); len(m) != 1 || m[0].State != iru.MissiveQueued {
			t.Errorf("the intention: %+v", m)
		}
		_, err = u.Decide(ctx, u.scope("lena"), sc.ID, iru.Infringes, "manifestly")
		refused(t, "by the same person", err, iru.Forbidden, "second")
		sc, err = u.Decide(ctx, u.scope("sig"), sc.ID, iru.Infringes, "manifestly infringes the freedom of expression")
		must(t, err)
		to := map[string]iru.MissiveState{}
		for _, m := range u.missives(db.MissiveFilter{Scrutiny: sc.ID, Kind: iru.Decision}) {
			to[m.Name] = m.State
		}
		if len(to) != 4 || to["Authority of XC"] != iru.MissiveQueued || to["Birchrack"] != iru.MissiveQueued || to["Northline Rail"] != iru.MissiveQueued || to["Europol"] != iru.MissiveDraft {
			t.Errorf("the decision goes to %v", to)
		}
		for _, c := range view(u, func(x *db.Tx) ([]iru.Clock, error) {
			return x.ClocksAbout(ctx, iru.Program(), iru.Subject{Noun: "scrutiny", ID: int64(sc.ID)})
		}) {
			if c.State == iru.ClockRunning {
				t.Errorf("runs after the decision: %+v", c)
			}
		}
		c.Ref = "XC-78"
		late, err := u.EnterCopy(ctx, u.scope("ben"), c)
		must(t, err)
		u.later(71 * time.Hour)
		for _, k := range view(u, func(x *db.Tx) ([]iru.Clock, error) { return x.Running(ctx, iru.Program(), 9) }) {
			if k.Rule == "tco-72h-own" {
				must(t, u.Expire(ctx, k.ID))
			}
		}
		late, _, _, err = u.Scrutiny(ctx, u.scope("ada"), late.ID)
		if err != nil || late.State != iru.ScrutinyLapsed || late.Reasons != "" {
			t.Errorf("nobody examined it: %+v, %v", late, err)
		}
		_, err = u.Examine(ctx, u.scope("lena"), late.ID)
		refused(t, "after the 72 hours", err, iru.Conflict, "have ended")
		u.whole()
	})
}

// TestFinality: the time to appeal ends, an appeal pauses it, two final orders are a factor that people decide on.
func TestFinality(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		var ns []iru.Notice
		for range 3 {
			n := u.sent(order(a, i, host))
			must(t, u.Receive(ctx, desk.Reply{Notice: n.ID, Kind: "receipt", Authentic: iru.ByAPI, At: u.now, MessageID: n.Ref}))
			ns = append(ns, u.notice(n.ID))
		}
		end := func(n iru.Notice, due string) error {
			_, err := u.SetAppealEnd(ctx, u.scope("lena"), n.ID, due, "Europe/Vienna", "law of XA, section 7")
			return err
		}
		if c := u.running(ns[0].ID, "tco-final"); len(c) != 0 {
			t.Errorf("an unknown state has a time to appeal: %+v", c)
		}
		refused(t, "before the receipt", end(ns[0], "2026-03-01T00:00"), iru.Invalid, "before the receipt")
		for _, n := range ns {
			must(t, end(n, "2026-04-12T00:00"))
		}
		must(t, end(ns[0], "2026-04-11T00:00")) // corrected
		if c := u.running(ns[0].ID, "tco-final"); len(c) != 1 || c[0].Due.Format(time.RFC3339) != "2026-04-10T22:00:00Z" {
			t.Errorf("the time to appeal: %+v", c)
		}
		_, err := u.LodgeAppeal(ctx, u.scope("ben"), iru.Appeal{Notice: ns[1].ID, By: "provider", Body: ""}, u.stamp(0), "")
		refused(t, "to nobody", err, iru.Invalid, "to whom")
		appeal, err := u.LodgeAppeal(ctx, u.scope("ben"), iru.Appeal{Notice: ns[1].ID, By: "provider", Body: "Court of XA", Ref: "C 1"}, u.stamp(0), "")
		must(t, err)
		_, err = u.LodgeAppeal(ctx, u.scope("ben"), iru.Appeal{Notice: ns[1].ID, By: "provider", Body: "Court of XA"}, u.stamp(0), "")
		refused(t, "twice", err, iru.Conflict, "already")
		refused(t, "a new end while it is pending", end(ns[1], "2026-05-01T00:00"), iru.Conflict, "appeal")
		u.now = time.Date(2026, 4, 12, 8, 0, 0, 0, time.UTC)
		for _, n := range []iru.Notice{ns[0], ns[2]} {
			for _, c := range u.running(n.ID, "tco-final") {
				must(t, u.Expire(ctx, c.ID))
				must(t, u.Expire(ctx, c.ID))
			}
		}
		if m := u.missives(db.MissiveFilter{Kind: iru.Finality}); len(m) != 2 || m[0].State != iru.MissiveDraft || m[0].Address != "" {
			t.Errorf("letters of finality: %+v", m)
		}
		at, err := u.FinalAt(ctx, u.scope("ada"), ns[1].ID)
		if err != nil || !at.IsZero() {
			t.Errorf("final while an appeal is pending: %v, %v", at, err)
		}
		x, err := u.ExposureOf(ctx, u.scope("ada"), host.ID)
		if err != nil || len(x.Final) != 2 || !x.Factor {
			t.Errorf("exposure: %+v, %v", x, err)
		}
		_, err = u.SettleAppeal(ctx, u.scope("lena"), appeal.ID, "dismiss", u.stamp(0), "", "")
		refused(t, "without reasons", err, iru.Invalid, "reasons")
		_, err = u.SettleAppeal(ctx, u.scope("lena"), appeal.ID, "dismiss", "2026-03-01T00:00", "", "x")
		refused(t, "before it was lodged", err, iru.Invalid, "before the appeal")
		_, err = u.SettleAppeal(ctx, u.scope("lena"), appeal.ID, "dismiss", u.stamp(-time.Hour), "", "unfounded")
		must(t, err)
		if at, err = u.FinalAt(ctx, u.scope("ada"), ns[1].ID); err != nil || !at.Equal(u.now.Add(-time.Hour)) {
			t.Errorf("final by decision: %v, %v", at, err)
		}
		u.now = u.now.AddDate(1, 0, 1)
		if x, err = u.ExposureOf(ctx, u.scope("ada"), host.ID); err != nil || x.Factor {
			t.Errorf("a year later: %+v, %v", x, err)
		}
		again, err := u.LodgeAppeal(ctx, u.scope("ben"), iru.Appeal{Notice: ns[0].ID, By: "content provider", Body: "High Court of XA"}, u.stamp(0), "")
		must(t, err)
		_, err = u.SettleAppeal(ctx, u.scope("lena"), again.ID, "annul", u.stamp(0), "", "no danger was shown")
		must(t, err)
		if n := u.notice(ns[0].ID); n.State != iru.NoticeWithdrawn || !strings.Contains(n.Outcome, "annulled by High Court") {
			t.Errorf("annulled: %+v", n)
		}
		u.whole()
	})
}

// TestNondisclosure: at most six weeks, extended once by at most six, with reasons; its end is told to people.
func TestNondisclosure(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		n := u.sent(order(u.referred()))
		_, err := u.DecideNondisclosure(ctx, u.scope("lena"), n.ID, "", "", "")
		refused(t, "without reasons", err, iru.Invalid, "reasons")
		_, err = u.DecideNondisclosure(ctx, u.scope("lena"), n.ID, "an arrest is planned", "2026-05-01T00:00", "")
		refused(t, "longer than six weeks", err, iru.Invalid, "later than the law allows")
		x, err := u.DecideNondisclosure(ctx, u.scope("lena"), n.ID, "an arrest is planned", "", "")
		must(t, err)
		c := u.running(n.ID, "tco-6w")
		if len(c) != 1 || !c[0].Due.Equal(u.now.AddDate(0, 0, 42)) {
			t.Fatalf("six weeks: %+v", c)
		}
		_, err = u.DecideNondisclosure(ctx, u.scope("lena"), n.ID, "again", "", "")
		refused(t, "a second decision", err, iru.Conflict, "in force")
		_, err = u.ExtendClock(ctx, u.scope("lena"), c[0].ID, "", "by the back door")
		refused(t, "as a clock only", err, iru.Conflict, "decision")
		u.later(40 * 24 * time.Hour)
		_, err = u.ExtendNondisclosure(ctx, u.scope("lena"), x.ID, "", "", "")
		refused(t, "extended without a reason", err, iru.Invalid, "reason")
		_, err = u.ExtendNondisclosure(ctx, u.scope("lena"), x.ID, "the arrest was put off", "2026-12-24T00:00", "")
		refused(t, "extended too far", err, iru.Invalid, "later than the law allows")
		first := c[0].Due
		_, err = u.ExtendNondisclosure(ctx, u.scope("lena"), x.ID, "the arrest was put off", "", "")
		must(t, err)
		_, err = u.ExtendNondisclosure(ctx, u.scope("lena"), x.ID, "once more", "", "")
		refused(t, "extended twice", err, iru.Conflict, "once")
		if c = u.running(n.ID, "tco-6w"); len(c) != 1 || !c[0].Due.Equal(first.AddDate(0, 0, 42)) || c[0].Extended.IsZero() {
			t.Fatalf("extended: %+v", c)
		}
		u.now = first.Add(time.Minute)
		must(t, u.Expire(ctx, c[0].ID)) // the job of the first end
		if s := u.secrecy(n.ID); s.State != iru.NondisclosureExtended {
			t.Errorf("ended at the first end: %+v", s)
		}
		u.now = c[0].Due
		must(t, u.Expire(ctx, c[0].ID))
		if s := u.secrecy(n.ID); s.State != iru.NondisclosureEnded || len(u.missives(db.MissiveFilter{Kind: iru.Disclosure})) != 1 {
			t.Errorf("at its end: %+v, %+v", s, u.missives(db.MissiveFilter{Kind: iru.Disclosure}))
		}
		u.whole()
	})
}

// What an order says of non-disclosure is what was approved; a provider that has it already is told by a letter, and never why.
func TestNondisclosureIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		const why = "an arrest is planned"
		about := order(u.referred())
		n, err := u.Draft(ctx, u.scope("ada"), about)
		must(t, err)
		x, err := u.DecideNondisclosure(ctx, u.scope("lena"), n.ID, why, "", "")
		must(t, err)
		n, err = u.Submit(ctx, u.scope("ada"), n.ID)
		must(t, err)
		a, err := form.ParseAct([]byte(n.Facts))
		must(t, err)
		if a.NonDisclosure == nil || !a.NonDisclosure.Until.Equal(u.now.AddDate(0, 0, 42).Truncate(time.Second)) || strings.Contains(n.Facts+n.Text, why) || !strings.Contains(n.Text, "[x] Please note that") {
			t.Errorf("section C: %+v\n%s", a.NonDisclosure, n.Text)
		}
		for _, who := range []string{"lena", "sig"} {
			n, err = u.Approve(ctx, u.scope(who), n.ID)
			must(t, err)
		}
		_, err = u.Seal(ctx, "test")
		must(t, err)
		_, err = u.EndNondisclosure(ctx, u.scope("lena"), x.ID, "it is over")
		must(t, err)
		if ms := u.missives(db.MissiveFilter{Kind: iru.Disclosure}); len(ms) != 0 {
			t.Errorf("a provider that has no order is told: %+v", ms)
		}
		_, err = u.Dispatch(ctx, n.ID)
		refused(t, "another section C than approved", err, iru.Conflict, "non-disclosure")
		_, err = u.DecideNondisclosure(ctx, u.scope("lena"), n.ID, why, "", "")
		refused(t, "between approval and sending", err, iru.Conflict, "section C")

		_, err = u.Withdraw(ctx, u.scope("lena"), n.ID, "section C")
		must(t, err)
		if n = u.sent(about); strings.Contains(n.Text, "[x] Please note that") {
			t.Errorf("what was decided on another order is said:\n%s", n.Text)
		}
		x, err = u.DecideNondisclosure(ctx, u.scope("lena"), n.ID, why, "", "")
		must(t, err)
		ms := u.missives(db.MissiveFilter{Kind: iru.Secrecy})
		if len(ms) != 1 || ms[0].State != iru.MissiveDraft || ms[0].Provider != n.Provider || !strings.Contains(ms[0].Text, u.now.AddDate(0, 0, 42).Format("2 January 2006 15:04:05")) || strings.Contains(ms[0].Text, why) {
			t.Fatalf("the letter: %+v", ms)
		}
		_, err = u.ExtendNondisclosure(ctx, u.scope("lena"), x.ID, "put off", "", "")
		must(t, err)
		if ms = u.missives(db.MissiveFilter{Kind: iru.Secrecy}); len(ms) != 2 || ms[1].Text == ms[0].Text {
			t.Errorf("the extension is not told: %+v", ms)
		}
		u.whole()
	})
}

func (u *unit) secrecy(n iru.NoticeID) iru.Nondisclosure {
	xs := view(u, func(x *db.Tx) ([]iru.Nondisclosure, error) {
		return x.NondisclosuresOf(u.t.Context(), iru.Program(), n)
	})
	return xs[len(xs)-1]
}

// TestClocksByHand: what only a person can know starts a clock on that person's word; what is due again by law begins its next period.
func TestClocksByHand(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	_, _, host := u.referred()
	start := func(o desk.Occasion) (iru.Clock, error) { return u.StartClock(ctx, u.scope("ben"), o) }
	o := desk.Occasion{Rule: "tco-measures", Provider: host.ID, Ref: "decision 3/2026", At: "2026-03-01T09:00", Zone: "Europe/Berlin", Proof: "served on them"}
	for what, change := range map[string]func(*desk.Occasion){
		"no time limit": func(o *desk.Occasion) { o.Rule = "tco-1h" }, "no time zone": func(o *desk.Occasion) { o.Zone = "x" }, "how the event is known": func(o *desk.Occasion) { o.Proof = "" },
		"in the future": func(o *desk.Occasion) { o.At = "2027-01-01T00:00" }, "what it is about": func(o *desk.Occasion) { o.Ref = "" }, "leave the end out": func(o *desk.Occasion) { o.Due = "2026-08-01T00:00" }} {
		bad := o
		change(&bad)
		if _, err := start(bad); what == "leave the end out" {
			refused(t, what, err, iru.Invalid, "how long it is")
		} else {
			refused(t, what, err, iru.Invalid, what)
		}
	}
	c, err := start(o)
	must(t, err)
	if c.Due.Format(time.RFC3339) != "2026-06-01T08:00:00Z" || c.Provider != host.ID { // in UTC, since nothing says where it is established
		t.Errorf("three months: %+v", c)
	}
	_, err = u.StopClock(ctx, u.scope("ben"), c.ID, " ")
	refused(t, "without proof", err, iru.Invalid, "what stopped it")
	_, err = u.StopClock(ctx, u.scope("ben"), c.ID, "report of 20 May")
	must(t, err)
	_, err = u.StopClock(ctx, u.scope("ben"), c.ID, "again")
	refused(t, "twice", err, iru.Conflict, "")
	cs := view(u, func(x *db.Tx) ([]iru.Clock, error) { return x.ClocksAbout(ctx, iru.Program(), c.About) })
	if len(cs) != 2 || !cs[1].Due.Equal(c.Due.AddDate(1, 0, 0)) || cs[1].State != iru.ClockRunning {
		t.Errorf("then yearly: %+v", cs)
	}
	_, err = start(desk.Occasion{Rule: "tco-art8", Ref: "2025", At: "2026-01-01T00:00", Proof: "calendar"})
	refused(t, "no length", err, iru.Invalid, "no length")
	_, err = start(desk.Occasion{Rule: "tco-art8", Ref: "2025", At: "2026-01-01T00:00", Due: "2026-06-30T00:00", Proof: "calendar"})
	must(t, err)
	led, err := start(desk.Occasion{Rule: "led-3y", Ref: "person record 7", At: "2024-02-29T09:00", Proof: "file"})
	if err != nil || led.Due.Format(time.DateOnly) != "2027-02-28" {
		t.Errorf("three years from a leap day: %+v, %v", led, err)
	}
	n := u.sent(desk.DraftRequest{Asset: 1, Item: 1, Provider: host.ID, Layer: legal.Host, Instrument: legal.RemovalOrder})
	u.reply(n.ID, "receipt", "r")
	hour := u.running(n.ID, "tco-1h")[0]
	_, err = u.StopClock(ctx, u.scope("ben"), hour.ID, "they say it is gone")
	refused(t, "the addressee's hour by a person's word", err, iru.Conflict, "when we see")
	_, err = u.ExtendClock(ctx, u.scope("lena"), hour.ID, "", "they ask for more time")
	refused(t, "the hour extended", err, iru.Conflict, "knows no extension")
	u.whole()
}

// TestPreservationIsProlonged: six months from removal, longer on request, as often as asked; and 60 days with 30 once.
func TestPreservationIsProlonged(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	n := u.sent(order(u.referred()))
	for range 2 {
		u.look(n.Asset, iru.Gone, iru.Gone)
	}
	c := u.running(n.ID, "tco-6m")
	if len(c) != 1 || c[0].Sense != legal.Keep {
		t.Fatalf("six months: %+v", c)
	}
	if s := c[0].Status(c[0].Due.Add(time.Hour)); s != iru.Over || c[0].Late(c[0].Due.Add(time.Hour)) {
		t.Errorf("a time to keep is %s after its end", s)
	}
	_, err := u.ExtendClock(ctx, u.scope("lena"), c[0].ID, "", "a court asks")
	refused(t, "without an end", err, iru.Invalid, "until when")
	for range 2 {
		due := u.running(n.ID, "tco-6m")[0].Due
		if _, err = u.ExtendClock(ctx, u.scope("lena"), c[0].ID, due.AddDate(0, 3, 0).Format(time.RFC3339), "a court asks"); err != nil {
			t.Error(err)
		}
	}
	must(t, u.DB.Tx(ctx, func(x *db.Tx) error {
		r, _ := u.Regime.Clock("epoc-pr")
		k, _ := iru.Clock{Unit: n.Unit, About: iru.Subject{Noun: "notice", ID: int64(n.ID)}, Notice: n.ID, Ref: "PR-1", Zone: "Europe/Berlin"}.Begin(r, u.now, "receipt")
		return x.AddClock(ctx, &k)
	}))
	pr := u.running(n.ID, "epoc-pr")[0]
	k, err := u.ExtendClock(ctx, u.scope("lena"), pr.ID, "", "the production order is being translated")
	if err != nil || k.Due.Sub(pr.Due) != 30*24*time.Hour {
		t.Errorf("thirty days more: %v, %v", k.Due.Sub(pr.Due), err)
	}
	_, err = u.ExtendClock(ctx, u.scope("lena"), pr.ID, "", "again")
	refused(t, "twice", err, iru.Conflict, "once")
	u.whole()
}

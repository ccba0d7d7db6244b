// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"fmt"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// abroad has the unit know the authority of another state, to which some of its providers belong.
func (w *walk) abroad() {
	ctx, lio := w.t.Context(), w.scope("lio")
	for _, r := range []iru.AuthorityRole{iru.RoleScrutinise, iru.RoleOversee} {
		a, err := w.EnterAuthority(ctx, lio, iru.Authority{Name: "Authority of XC", Country: "XC", Role: r, Mail: "tco@authority-c.test"})
		must(w.t, err)
		_, err = w.ConfirmAuthority(ctx, lio, a.ID, a.Way(), "called")
		must(w.t, err)
	}
	w.settles = true
}

// law takes a step of the law's own: receipts, clocks, scrutiny, appeal, secrecy, letters.
func (w *walk) law(verb string) (err error) {
	ctx, p := w.t.Context(), iru.Program()
	notice := func(s ...iru.NoticeState) iru.Notice { n, _ := one(w, "notice", w.notices(s...)); return n }
	provider := func() iru.Provider {
		v, _ := one(w, "provider", func(x *db.Tx) ([]iru.Provider, error) { return x.Providers(ctx, p) })
		return v
	}
	clock := func(rules ...string) iru.Clock {
		c, _ := one(w, "clock", func(x *db.Tx) ([]iru.Clock, error) { return x.Running(ctx, p, 99) })
		return c
	}
	missive := func(s iru.MissiveState) iru.Missive {
		m, _ := one(w, "missive", func(x *db.Tx) ([]iru.Missive, error) {
			return x.MissivesAfter(ctx, p, db.MissiveFilter{State: s}, 0, 99)
		})
		return m
	}
	scrutiny := func(s iru.ScrutinyState) iru.Scrutiny {
		v, _ := one(w, "scrutiny", func(x *db.Tx) ([]iru.Scrutiny, error) { return x.ScrutiniesAfter(ctx, p, "", s, 0, 99) })
		return v
	}
	stamp := func(off time.Duration) string { return w.now.Add(off).Format("2006-01-02T15:04:05") }
	why := among(w, []string{"", "as the file says", "as the file says", "as the file says"})
	served := []iru.NoticeState{iru.NoticeSent, iru.NoticeReceived, iru.NoticeComplied, iru.NoticeRefused}
	switch verb {
	case "inform":
		_, err = w.Inform(ctx, w.fit("ben"), provider().ID)
	case "record informed":
		v := provider()
		if w.settles && w.between(0, 2) == 0 && v.ID != 0 { // what the register of contacts does
			must(w.t, w.DB.Tx(ctx, func(x *db.Tx) error { v.Establishment = "XC"; return x.UpdateProvider(ctx, v, v.Contact) }))
		}
		_, err = w.RecordInformed(ctx, w.fit("ben", "brit"), v.ID, stamp(time.Duration(w.between(-30, 1))*time.Hour), "", why)
	case "ask waiver":
		_, err = w.AskWaiver(ctx, w.fit("lena", "sig"), notice(iru.NoticeApproved, iru.NoticeSubmitted).ID, why)
	case "settle waiver":
		v, _ := one(w, "waiver", func(x *db.Tx) ([]iru.Waiver, error) { return x.Waivers(ctx, p, 0) })
		_, err = w.SettleWaiver(ctx, w.fit("sig", "bo"), v.ID, w.coin(), why)
	case "enter receipt":
		_, err = w.EnterReceipt(ctx, w.fit("ada", "ben"), notice(iru.NoticeSent).ID, desk.Handing{At: stamp(time.Duration(w.between(-10, 1)) * time.Minute), How: "phone", Person: "R. Halloran"})
	case "correct receipt":
		_, err = w.CorrectReceipt(ctx, w.fit("ben"), notice(iru.NoticeReceived, iru.NoticeComplied).ID,
			desk.ReceiptRequest{At: stamp(time.Duration(w.between(-30, 1)) * time.Minute), Zone: among(w, []string{"", "Europe/Vienna", "Mars"}), Proof: "called", Reason: why})
	case "start clock":
		_, err = w.StartClock(ctx, w.fit("ben"), desk.Occasion{Rule: among(w, append(desk.ClocksByHand(), "tco-1h")), Provider: among(w, []iru.ProviderID{0, provider().ID}), Ref: "decision 1", At: stamp(-time.Hour), Proof: why})
	case "stop clock":
		_, err = w.StopClock(ctx, w.fit("ben"), clock().ID, why)
	case "extend clock":
		_, err = w.ExtendClock(ctx, w.fit("lena"), clock().ID, among(w, []string{"", clock().Due.AddDate(0, 1, 0).Format("2006-01-02T15:04:05Z")}), why)
	case "forewarn":
		c := clock()
		if w.coin() && c.ID != 0 && c.Due.Sub(w.now) > 0 && c.Due.Sub(w.now) < 2*time.Hour {
			w.now = c.Due.Add(-15 * time.Minute)
		}
		err = w.Forewarn(ctx, c.ID, 15*time.Minute)
	case "appeal":
		_, err = w.LodgeAppeal(ctx, w.fit("ben"), iru.Appeal{Notice: notice(served...).ID, By: among(w, []string{"provider", "content provider"}), Body: "Court of XA", Ref: fmt.Sprint("C ", w.n)}, stamp(0), "")
	case "settle appeal":
		n := notice(served...)
		a, _ := one(w, "appeal", func(x *db.Tx) ([]iru.Appeal, error) { return x.AppealsOf(ctx, p, n.ID) })
		_, err = w.SettleAppeal(ctx, w.fit("lena"), a.ID, among(w, []string{"dismiss", "annul", "drop"}), stamp(0), "", why)
	case "appeal end":
		_, err = w.SetAppealEnd(ctx, w.fit("lena"), notice(iru.NoticeReceived, iru.NoticeComplied).ID, stamp(time.Duration(w.between(-1, 40))*24*time.Hour), "", why)
	case "secrecy":
		_, err = w.DecideNondisclosure(ctx, w.fit("lena"), notice(served...).ID, why, "", "")
	case "extend secrecy", "end secrecy":
		n := notice(served...)
		v, _ := one(w, "secrecy", func(x *db.Tx) ([]iru.Nondisclosure, error) { return x.NondisclosuresOf(ctx, p, n.ID) })
		if verb == "end secrecy" {
			_, err = w.EndNondisclosure(ctx, w.fit("lena"), v.ID, why)
		} else {
			_, err = w.ExtendNondisclosure(ctx, w.fit("lena"), v.ID, why, "", "")
		}
	case "revoke":
		if w.between(0, 2) > 0 { // or little is left that runs
			return nil
		}
		_, err = w.Revoke(ctx, w.fit("lena"), notice(iru.NoticeComplied, iru.NoticeRefused).ID, why)
	case "kept down":
		v, _ := one(w, "reinstatement", func(x *db.Tx) ([]iru.Reinstatement, error) { return x.ReinstatementsAfter(ctx, p, "", 0, 99) })
		err = w.KeptDown(ctx, w.fit("ben"), v.ID, why)
	case "copy":
		_, err = w.EnterCopy(ctx, w.fit("ben"), desk.Copy{Ref: fmt.Sprint("X-", w.between(0, 40)), Authority: "Authority of XC", Country: among(w, []string{"XC", "XC", "XC", "XA"}), AuthorityMail: among(w, []string{"", "tco@authority-c.test"}),
			Addressee: "Birchrack", AddresseeMail: "abuse@birchrack.test", Locator: "https://rail.test/", Reasons: "theirs", Received: stamp(time.Duration(w.between(-5, 0)) * time.Hour)})
	case "request scrutiny":
		_, err = w.RequestScrutiny(ctx, w.fit("ben"), scrutiny(iru.ScrutinyCopied).ID, desk.Request{Asker: among(w, []string{"provider", "content provider", "neighbour"}), Name: "Wire", Mail: "", At: stamp(0), Since: stamp(time.Duration(w.between(-60, 0)) * time.Hour), Proof: "mail"})
	case "examine":
		_, err = w.Examine(ctx, w.fit("lena", "ada"), scrutiny(iru.ScrutinyCopied).ID)
	case "conclude":
		_, err = w.Conclude(ctx, w.fit("ada", "lena"), scrutiny(iru.ScrutinyExamining).ID, among(w, []string{iru.Infringes, iru.Infringes, iru.NoInfringes, ""}), why)
	case "compare":
		_, err = w.Compare(ctx, w.fit("ada", "lena"), scrutiny(iru.ScrutinyConcluded).ID, why)
	case "announce":
		_, err = w.AnnounceIntention(ctx, w.fit("lena"), scrutiny(among(w, []iru.ScrutinyState{iru.ScrutinyCompared, iru.ScrutinyCopied})).ID, why)
	case "decide":
		_, err = w.Decide(ctx, w.fit("lena", "sig"), scrutiny(among(w, []iru.ScrutinyState{iru.ScrutinyAnnounced, iru.ScrutinyCompared})).ID, among(w, []string{iru.Infringes, iru.NoInfringes}), why)
	case "issuer withdrew":
		_, err = w.IssuerWithdrew(ctx, w.fit("lena"), scrutiny(among(w, []iru.ScrutinyState{iru.ScrutinyAnnounced, iru.ScrutinyCopied})).ID, why)
	case "mailed":
		err = w.RecordMailed(ctx, missive(iru.MissiveQueued).ID, desk.Sending{At: w.now, Proof: "250 ok", Receipt: w.coin()})
	case "unmailed":
		err = w.Unmailed(ctx, missive(iru.MissiveQueued).ID, "550")
	case "send missive":
		_, err = w.SendMissive(ctx, w.fit("ben"), missive(among(w, []iru.MissiveState{iru.MissiveDraft, iru.MissiveFailed})).ID, among(w, []string{"", "desk@authority-c.test"}), "")
	case "by hand":
		_, err = w.ByHand(ctx, w.fit("ben"), missive(iru.MissiveDraft).ID, stamp(0), "", why)
	case "drop missive":
		_, err = w.DropMissive(ctx, w.fit("ben"), missive(iru.MissiveDraft).ID, why)
	case "got missive":
		_, err = w.GotMissive(ctx, w.fit("ben"), missive(iru.MissiveSent).ID, stamp(0), "", why)
	default:
		w.r.Fatalf("no verb %q", verb)
	}
	return err
}

// laws follows what the law's own things tell of themselves.
func (w *walk) laws(x *db.Tx, path func(noun, column string, id int64, stored string, only func(iru.Event) (string, bool))) error {
	ctx, p := w.t.Context(), iru.Program()
	ms, err := x.MissivesAfter(ctx, p, db.MissiveFilter{}, 0, 1<<20)
	if err != nil {
		return err
	}
	for _, m := range ms {
		path("missive", "state", int64(m.ID), string(m.State), nil)
		if m.Left() != !m.SentAt.IsZero() && m.State != iru.MissiveFailed {
			w.r.Fatalf("the missive %d is %s, sent at %v", m.ID, m.State, m.SentAt)
		}
	}
	ws, err := x.Waivers(ctx, p, 0)
	if err != nil {
		return err
	}
	for _, v := range ws {
		path("waiver", "state", v.ID, string(v.State), nil)
		if v.State == iru.WaiverGranted && (v.Second == 0 || v.Second == v.By) {
			w.r.Fatalf("a waiver of one person: %+v", v)
		}
	}
	ss, err := x.ScrutiniesAfter(ctx, p, "", "", 0, 1<<20)
	if err != nil {
		return err
	}
	for _, v := range ss {
		path("scrutiny", "state", int64(v.ID), string(v.State), nil)
		if v.Role == iru.AsScrutiniser && v.State == iru.ScrutinyInfringed && (v.DecidedBy == v.OwnBy || v.ToldAt.IsZero() || v.OwnBy == 0) {
			w.r.Fatalf("an infringement was found by one person, or the issuer was not told: %+v", v)
		}
	}
	rs, err := x.ReinstatementsAfter(ctx, p, "", 0, 1<<20)
	if err != nil {
		return err
	}
	for _, v := range rs {
		path("reinstatement", "state", v.ID, string(v.State), nil)
	}
	ns, err := x.Notices(ctx, p)
	if err != nil {
		return err
	}
	for _, n := range ns {
		as, err := x.AppealsOf(ctx, p, n.ID)
		if err != nil {
			return err
		}
		for _, v := range as {
			path("appeal", "state", v.ID, string(v.State), nil)
		}
		xs, err := x.NondisclosuresOf(ctx, p, n.ID)
		if err != nil {
			return err
		}
		cs, err := x.ClocksOf(ctx, p, n.ID)
		if err != nil {
			return err
		}
		for _, v := range xs {
			path("nondisclosure", "state", v.ID, string(v.State), nil)
			for _, c := range cs {
				if c.About == (iru.Subject{Noun: "nondisclosure", ID: v.ID}) && c.Due.Sub(v.At) > 12*7*24*time.Hour+time.Hour {
					w.r.Fatalf("a decision not to disclose runs from %v to %v", v.At, c.Due)
				}
			}
		}
		if n.Instrument == legal.RemovalOrder && !n.SentAt.IsZero() {
			if err := w.informedFirst(x, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// informedFirst: no first removal order left before its provider had the information for twelve hours, unless two people waived that.
func (w *walk) informedFirst(x *db.Tx, n iru.Notice) error {
	ctx, p := w.t.Context(), iru.Program()
	v, err := x.Provider(ctx, p, n.Provider)
	if err != nil {
		return err
	}
	ls, err := x.Letters(ctx, p, n.ID)
	if err != nil {
		return err
	}
	ws, err := x.Waivers(ctx, p, n.ID)
	if err != nil {
		return err
	}
	for _, a := range ws {
		if a.State == iru.WaiverGranted {
			return nil
		}
	}
	ms, err := x.InformedOn(ctx, n.Unit, v)
	if err != nil {
		return err
	}
	from, ok := iru.InformedFor(ms, 12*time.Hour)
	before, err := x.OrderedBefore(ctx, n.Unit, v, n.ID)
	for _, l := range ls {
		if !l.Inbound && l.Kind == "notice" && !before && (!ok || l.At.Before(from)) {
			w.r.Fatalf("%s left at %v, the information allows it from %v, %v", n.Ref, l.At, from, ok)
		}
	}
	return err
}

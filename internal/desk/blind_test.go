// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

func answers(no string) []iru.MockAnswer {
	var out []iru.MockAnswer
	for _, c := range iru.MockChecks {
		a := iru.MockAnswer{Check: c.ID, Answer: "yes"}
		if c.ID == no {
			a.Answer, a.Words = "no", "it does not"
		}
		out = append(out, a)
	}
	return out
}

// A mock scrutiny is blind first, holds the submission, and an outcome against the order needs a person's decision.
func TestMockScrutiny(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		u.join("rita", u.people["ada"].Unit, iru.Reviewer)
		a, i, host := u.referred()
		n, err := u.Draft(ctx, u.scope("lena"), order(a, i, host))
		must(t, err)
		r := order(a, i, host)
		r.Instrument = legal.Referral
		plain, err := u.Draft(ctx, u.scope("ada"), r)
		must(t, err)
		_, err = u.AskMock(ctx, u.scope("sig"), plain.ID, "")
		refused(t, "of a referral", err, iru.Conflict, "binds nobody")
		m, err := u.AskMock(ctx, u.scope("sig"), n.ID, "is it news?")
		must(t, err)
		_, err = u.AskMock(ctx, u.scope("ada"), n.ID, "")
		refused(t, "twice", err, iru.Conflict, "open already")
		_, err = u.Submit(ctx, u.scope("lena"), n.ID)
		refused(t, "submitted meanwhile", err, iru.Conflict, "not finished")
		_, err = u.TakeMock(ctx, u.scope("ada"), m.ID, true)
		refused(t, "an analyst", err, iru.Forbidden, "scrutinise")
		_, err = u.TakeMock(ctx, u.scope("lena"), m.ID, true)
		refused(t, "the drafter", err, iru.Forbidden, "drafted")
		_, err = u.TakeMock(ctx, u.scope("rita"), m.ID, false)
		refused(t, "who has read the reasons", err, iru.Conflict, "without them")
		_, err = u.TakeMock(ctx, u.scope("rita"), m.ID, true)
		must(t, err)
		veiled := func(login string) bool {
			return view(u, func(x *db.Tx) (bool, error) { return desk.Veiled(ctx, x, u.scope(login), n.ID) })
		}
		if !veiled("rita") || veiled("sig") {
			t.Error("the reasons are hidden from the wrong one")
		}
		dig, err := desk.ActDigest(n)
		must(t, err)
		_, err = u.ConcludeMock(ctx, u.scope("rita"), m.ID, dig, answers(""), false, "fine")
		refused(t, "concluded before the blind opinion", err, iru.Conflict, "cannot stand")
		_, err = u.LookMock(ctx, u.scope("rita"), m.ID, "stands", " ")
		refused(t, "a blind opinion without a reason", err, iru.Invalid, "reason")
		_, err = u.LookMock(ctx, u.scope("rita"), m.ID, "unclear", "a timetable, to me")
		must(t, err)
		if veiled("rita") {
			t.Error("the reasons are hidden after the blind opinion")
		}
		_, err = u.ConcludeMock(ctx, u.scope("rita"), m.ID, dig, answers("")[1:], true, "falls")
		refused(t, "a checklist with a hole", err, iru.Invalid, "the checklist lacks")
		_, err = u.ConcludeMock(ctx, u.scope("rita"), m.ID, "", answers("limb"), true, "falls")
		refused(t, "of a draft that was not read", err, iru.Invalid, "not said")
		m, err = u.ConcludeMock(ctx, u.scope("rita"), m.ID, dig, answers("limb"), true, "the passage asks nobody to do anything")
		must(t, err)
		_, err = u.Submit(ctx, u.scope("lena"), n.ID)
		refused(t, "submitted against the outcome", err, iru.Conflict, "would be annulled")
		_, err = u.DecideMock(ctx, u.scope("lena"), m.ID, "no matter")
		refused(t, "decided by the drafter", err, iru.Forbidden, "drafted")
		_, err = u.DecideMock(ctx, u.scope("sig"), m.ID, "")
		refused(t, "decided without a reason", err, iru.Invalid, "reason")
		_, err = u.DecideMock(ctx, u.scope("sig"), m.ID, "the second passage was added")
		must(t, err)
		_, err = u.Submit(ctx, u.scope("lena"), n.ID)
		must(t, err)
		// Dropped again.
		n, err = u.Draft(ctx, u.scope("ada"), order(a, i, host))
		must(t, err)
		m, err = u.AskMock(ctx, u.scope("ada"), n.ID, "")
		must(t, err)
		_, err = u.DropMock(ctx, u.scope("ben"), m.ID, "late")
		refused(t, "dropped by somebody else", err, iru.Forbidden, "who asked")
		_, err = u.DropMock(ctx, u.scope("ada"), m.ID, "late")
		must(t, err)
		_, err = u.Submit(ctx, u.scope("ada"), n.ID)
		must(t, err)
		u.whole()
	})
}

// Each finding of a single person is drawn where the share is 1, none where it is 0. The second reading is blind and changes nothing.
func TestSpotChecks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		spots := func() []iru.Spot {
			return view(u, func(x *db.Tx) ([]iru.Spot, error) { return x.Spots(ctx, iru.Program(), time.Time{}, 99) })
		}
		a, i, _ := u.watched(ctx)
		_, err := u.Assess(ctx, u.scope("ada"), finding(i, iru.PurposeProceed))
		must(t, err)
		if n := len(spots()); n != 0 {
			t.Fatalf("%d were drawn although the share is none", n)
		}
		u.Rules.Spot = 1
		two := u.page(a, i, "/two", "11")
		_, err = u.Assess(ctx, u.scope("ada"), finding(two, iru.PurposeProceed))
		must(t, err)
		s := spots()[0]
		_, err = u.TakeSpot(ctx, u.scope("ada"), s.ID, true)
		refused(t, "the first reader", err, iru.Forbidden, "one person's")
		_, err = u.TakeSpot(ctx, u.scope("ben"), s.ID, false)
		refused(t, "who knows", err, iru.Conflict, "read blind")
		_, err = u.TakeSpot(ctx, u.scope("ben"), s.ID, true)
		must(t, err)
		_, err = u.TakeSpot(ctx, u.scope("lena"), s.ID, true)
		refused(t, "taken", err, iru.Conflict, "cannot take")
		if !view(u, func(x *db.Tx) (bool, error) { return desk.Hidden(ctx, x, u.scope("ben"), two.ID) }) {
			t.Error("the blind reader may read the first answer")
		}
		_, err = u.ReadSpot(ctx, u.scope("lena"), s.ID, iru.FindNoAction, nil, "", "x")
		refused(t, "another reader", err, iru.Forbidden, "another person reads")
		_, err = u.ReadSpot(ctx, u.scope("ben"), s.ID, iru.FindRefer, nil, iru.PurposeProceed, "x")
		refused(t, "no ground", err, iru.Invalid, "no ground")
		s, err = u.ReadSpot(ctx, u.scope("ben"), s.ID, iru.FindNoAction, nil, "", "a timetable")
		must(t, err)
		if s.State != iru.SpotDiffers || u.item(two.ID).State != iru.ItemReferred {
			t.Errorf("spot %s, item %s", s.State, u.item(two.ID).State)
		}
		_, err = u.SettleSpot(ctx, u.scope("lena"), s.ID, "the timetable is a cover; the finding stands")
		must(t, err)
		// One that is taken back before the second reading lapses.
		three := u.page(a, i, "/three", "22")
		first, err := u.Assess(ctx, u.scope("ada"), finding(three, iru.PurposeProceed))
		must(t, err)
		must(t, u.Undo(ctx, u.scope("ada"), first.ID))
		if s := spots()[0]; s.State != iru.SpotLapsed {
			t.Errorf("after the finding was taken back: %s", s.State)
		}
		cs, err := u.Concord(ctx, u.scope("ada"), time.Time{})
		must(t, err)
		if c := cs[1]; c.All.Pairs != 1 || c.All.Agreed != 0 || !c.All.Few || c.Limbs["c"].Pairs != 1 || c.Outlets[0].Name != "Halcyon Weather Wire" {
			t.Errorf("%+v", c)
		}
		u.whole()
	})
}

// The figures against ones computed by hand.
func TestConcord(t *testing.T) {
	var ps []iru.Pair
	add := func(n int, a, b bool) {
		for range n {
			ps = append(ps, iru.Pair{First: a, Second: b})
		}
	}
	// The classic table of 50: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no; observed 0.7, by chance 0.5, kappa 0.4.
	add(20, true, true)
	add(5, true, false)
	add(10, false, true)
	add(15, false, false)
	c := iru.Agree(ps)
	if c.Pairs != 50 || c.Agreed != 35 || math.Abs(c.Kappa-0.4) > 1e-9 || c.Few {
		t.Errorf("%+v", c)
	}
	// Wilson at 15 of 50: 0.190..0.438.
	if got := fmt.Sprintf("%.3f %.3f", c.Low, c.High); got != "0.191 0.438" {
		t.Errorf("interval %s", got)
	}
	if c := iru.Agree(nil); c.Pairs != 0 || !c.Few || !math.IsNaN(c.Kappa) || c.High != 1 {
		t.Errorf("nothing: %+v", c)
	}
	if c := iru.Agree(ps[:20]); !math.IsNaN(c.Kappa) || c.Disagreement() != 0 || c.Low != 0 {
		t.Errorf("all the same: %+v", c)
	}
}

const danger = "a speaker says he will attack the station at Halcyon tonight; heard by two officers"

// The fast lane needs two persons, passes a second opinion over, and is reviewed by a third.
func TestThreatToLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.watched(ctx)
		_, err := u.Assess(ctx, u.scope("ada"), finding(i, iru.PurposeDoubt))
		must(t, err)
		_, err = u.Confirm(ctx, u.scope("ben"), host.ID, "called")
		must(t, err)
		r := desk.ThreatRequest{Draft: order(a, i, host), Category: "attack", Reason: danger}
		for says, f := range map[string]func(*desk.ThreatRequest){
			"which threat to life": func(r *desk.ThreatRequest) { r.Category = "ordinary" },
			"characters":           func(r *desk.ThreatRequest) { r.Reason = "urgent" },
		} {
			bad := r
			f(&bad)
			_, _, err := u.OpenThreat(ctx, u.scope("ada"), bad)
			refused(t, says, err, iru.Invalid, says)
		}
		h, n, err := u.OpenThreat(ctx, u.scope("ada"), r)
		must(t, err)
		if n.State != iru.NoticeEndorsed || fmt.Sprint(h.Overrides) != "[deconfliction second opinion]" {
			t.Fatalf("%s, %v", n.State, h.Overrides)
		}
		dig, err := desk.ActDigest(n)
		must(t, err)
		_, err = u.Approve(ctx, u.scope("sig"), n.ID)
		refused(t, "approved beside the fast lane", err, iru.Conflict, "fast lane")
		_, err = u.Return(ctx, u.scope("sig"), n.ID, "once more")
		refused(t, "returned", err, iru.Conflict, "fast lane")
		_, err = u.DeclareThreat(ctx, u.scope("ada"), h.ID, dig)
		refused(t, "the first person again", err, iru.Forbidden, "second, different person")
		_, err = u.DeclareThreat(ctx, u.scope("ben"), h.ID, dig)
		refused(t, "nobody who signs", err, iru.Forbidden, "sign a binding act")
		_, err = u.DeclareThreat(ctx, u.scope("sig"), h.ID, "")
		refused(t, "without having read it", err, iru.Invalid, "not said")
		for _, a := range []iru.Authority{{Name: "Rail Police", Country: "XA", Role: iru.RoleThreat, Mail: "duty@rail-police.test", Phone: "+99 555 0100", Source: "its page"},
			{Name: "Tram Police", Country: "XA", Role: iru.RoleThreat, Mail: "tram@police.test", Source: "not confirmed"},
			{Name: "Harbour Police", Country: "XB", Role: iru.RoleThreat, Mail: "duty@harbour.test", Source: "another state's"}} {
			a, err := u.EnterAuthority(ctx, u.scope("ben"), a)
			must(t, err)
			if a.Name != "Tram Police" {
				_, err = u.ConfirmAuthority(ctx, u.scope("ben"), a.ID, a.Way(), "called")
				must(t, err)
			}
		}
		u.join("ada2", u.people["ada"].Unit, iru.Signer)
		for _, login := range []string{"ada", "ada2"} {
			_, err = u.Identify(ctx, u.scope("admin"), u.people[login].ID, "person 1", "badge")
			must(t, err)
		}
		_, err = u.DeclareThreat(ctx, u.scope("ada2"), h.ID, dig)
		refused(t, "the first person's other account", err, iru.Forbidden, "one person's")
		h, err = u.DeclareThreat(ctx, u.scope("sig"), h.ID, dig)
		must(t, err)
		if h.Due.Sub(u.now) != 72*time.Hour || len(h.Inform) != 3 || len(h.Untold()) != 3 || u.item(i.ID).State != iru.ItemSecond {
			t.Errorf("%+v", h)
		}
		if !strings.Contains(h.Inform[0].Text, "To: Rail Police, XA (duty@rail-police.test +99 555 0100; confirmed on 2026-03-") || strings.Contains(h.Inform[0].Text, "Tram") || strings.Contains(h.Inform[0].Text, "Harbour") {
			t.Errorf("the letter to the investigating authority:\n%s", h.Inform[0].Text)
		}
		_, err = u.Dispatch(ctx, n.ID)
		refused(t, "before the checkpoint", err, iru.Unavailable, "checkpoint")
		_, err = u.Seal(ctx, "test")
		must(t, err)
		_, err = u.Dispatch(ctx, n.ID)
		must(t, err)
		_, err = u.InformThreat(ctx, u.scope("ben"), h.ID, "europol", " ")
		refused(t, "told nobody", err, iru.Invalid, "whom you told")
		h, err = u.InformThreat(ctx, u.scope("ben"), h.ID, "europol", "the duty officer, by telephone")
		must(t, err)
		if len(h.Untold()) != 2 {
			t.Errorf("untold: %v", h.Untold())
		}
		u.later(73 * time.Hour)
		if !h.Overdue(u.now) {
			t.Error("the review is not late after 73 hours")
		}
		_, err = u.ReviewThreat(ctx, u.scope("sig"), h.ID, true, "it was right")
		refused(t, "reviewed by who declared", err, iru.Forbidden, "does not review")
		_, err = u.ReviewThreat(ctx, u.scope("ada2"), h.ID, true, "it was right")
		refused(t, "reviewed by the other account", err, iru.Forbidden, "one person's")
		h, err = u.ReviewThreat(ctx, u.scope("lena"), h.ID, false, "the speaker quoted a play")
		must(t, err)
		if h.State != iru.ThreatUnfounded || h.Overdue(u.now) {
			t.Errorf("%+v", h)
		}
		// A referral waits for the second person, too; withdrawn, it goes nowhere.
		r.Draft.Instrument = legal.Referral
		h, n, err = u.OpenThreat(ctx, u.scope("ada"), r)
		must(t, err)
		if n.State != iru.NoticeSubmitted {
			t.Errorf("a referral after one person's word: %s", n.State)
		}
		_, err = u.WithdrawThreat(ctx, u.scope("ben"), h.ID, "a misunderstanding")
		must(t, err)
		if s := u.notice(n.ID).State; s != iru.NoticeWithdrawn {
			t.Errorf("after the withdrawal: %s", s)
		}
		u.whole()
	})
}

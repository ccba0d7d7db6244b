// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// work is a calendar of the weekdays from nine to five.
func work(p iru.ProviderID) iru.Calendar {
	return iru.Calendar{Provider: p, Zone: "Europe/Vienna", Windows: []iru.Window{{Days: []int{1, 2, 3, 4, 5}, From: "09:00", To: "17:00"}}, Most: 3, Gather: time.Hour, Groups: []legal.Instrument{legal.Referral}}
}

// referral drafts, submits and approves a referral about a page.
func (u *unit) referral(a iru.Asset, first iru.Item, host iru.Provider, path, content string) iru.Notice {
	u.t.Helper()
	i := u.page(a, first, path, content)
	_, err := u.Assess(u.t.Context(), u.scope("ada"), finding(i, iru.PurposeProceed))
	must(u.t, err)
	r := order(a, i, host)
	r.Instrument = legal.Referral
	return u.notice(u.approved(r).ID)
}

func TestCalendarRefusesWhatMustNotWait(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	ctx := t.Context()
	a, i, host := u.referred()
	for says, f := range map[string]func(*iru.Calendar){
		"never waits for a calendar": func(c *iru.Calendar) { c.Groups = append(c.Groups, legal.RemovalOrder) },
		"no time at which":           func(c *iru.Calendar) { c.Windows = nil },
		"is none":                    func(c *iru.Calendar) { c.Windows[0].To = "08:00" },
		"cannot name 0":              func(c *iru.Calendar) { c.Most = 0 },
		"there is no day":            func(c *iru.Calendar) { c.Holidays = []string{"Christmas"} },
		"there is no time zone":      func(c *iru.Calendar) { c.Zone = "Halcyon/Central" },
		"the pause has no reason":    func(c *iru.Calendar) { c.PauseUntil = u.now.Add(time.Hour) },
	} {
		c := work(host.ID)
		f(&c)
		_, err := u.SetCalendar(ctx, u.scope("ada"), c)
		kind := iru.Invalid
		if strings.Contains(says, "waits") {
			kind = iru.Forbidden
		}
		refused(t, says, err, kind, says)
	}
	c := work(host.ID)
	c.PauseUntil, c.PauseWhy = u.now.Add(48*time.Hour), "their office moves"
	_, err := u.SetCalendar(ctx, u.scope("ada"), c)
	must(t, err)
	// An order, a notice and a threat to life do not wait, whatever the calendar says.
	n := u.approved(order(a, i, host))
	if n = u.notice(n.ID); n.Batch != 0 {
		t.Error("an order waits for a calendar")
	}
	r := order(a, i, host)
	r.Instrument = legal.Referral
	h, n, err := u.OpenThreat(ctx, u.scope("ada"), desk.ThreatRequest{Draft: r, Category: "attack", Reason: danger})
	must(t, err)
	dig, err := desk.ActDigest(n)
	must(t, err)
	_, err = u.DeclareThreat(ctx, u.scope("ben"), h.ID, dig)
	must(t, err)
	if n = u.notice(n.ID); n.Batch != 0 || n.State != iru.NoticeApproved {
		t.Errorf("a threat to life waits for a calendar: %+v", n)
	}
	if n := u.referral(a, i, host, "/one", "11"); n.Batch == 0 {
		t.Error("a referral does not wait for its letter")
	}
}

// The calendar keeps the addressee's clock, its holidays and a pause.
func TestCalendarNext(t *testing.T) {
	vienna, err := time.LoadLocation("Europe/Vienna")
	must(t, err)
	c := work(1)
	c.Windows = append(c.Windows, iru.Window{Days: []int{0}, From: "02:15", To: "04:00"})
	c.Holidays = []string{"2026-03-13"}
	for _, x := range []struct{ at, want string }{
		{"2026-03-12T07:00:00Z", "2026-03-12T08:00:00Z"}, // Thursday, winter time
		{"2026-03-12T12:00:00Z", "2026-03-12T12:00:00Z"},
		{"2026-03-12T16:00:00Z", "2026-03-15T01:15:00Z"}, // Friday is a holiday: Sunday night
		{"2026-03-28T12:00:00Z", "2026-03-29T01:15:00Z"}, // 02:15 does not exist that night: 03:15 does
		{"2026-03-30T05:00:00Z", "2026-03-30T07:00:00Z"}, // Monday, summer time
	} {
		at, _ := time.Parse(time.RFC3339, x.at)
		if got, ok := c.Next(at, vienna); !ok || got.Format(time.RFC3339) != x.want {
			t.Errorf("after %s: %s, want %s", x.at, got.Format(time.RFC3339), x.want)
		}
	}
	c.PauseUntil = time.Date(2026, 3, 17, 12, 0, 0, 0, time.UTC)
	if got, _ := c.Next(time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC), vienna); !got.Equal(c.PauseUntil) {
		t.Errorf("during a pause: %s", got)
	}
	c.Windows = []iru.Window{{Days: []int{5}, From: "09:00", To: "10:00"}}
	c.PauseUntil, c.Holidays = time.Time{}, nil
	for d := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC); d.Year() < 2029; d = d.AddDate(0, 0, 7) {
		c.Holidays = append(c.Holidays, d.Format(time.DateOnly))
	}
	if got, ok := c.Next(time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC), vienna); ok {
		t.Errorf("every day is a holiday, and a letter leaves at %s", got)
	}
}

// Several referrals leave in one letter, at the addressee's time. Each stays an act of its own, and answers go where they are named.
func TestGroupedReferrals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		u.now = time.Date(2026, 3, 12, 18, 0, 0, 0, time.UTC) // Thursday evening
		_, err := u.SetCalendar(ctx, u.scope("ada"), work(host.ID))
		must(t, err)
		one, two, three := u.referral(a, i, host, "/one", "11"), u.referral(a, i, host, "/two", "22"), u.referral(a, i, host, "/three", "33")
		four := u.referral(a, i, host, "/four", "44")
		if one.Batch == 0 || two.Batch != one.Batch || three.Batch != one.Batch || four.Batch == one.Batch {
			t.Fatalf("letters %d %d %d %d: at most three in one", one.Batch, two.Batch, three.Batch, four.Batch)
		}
		_, err = u.Dispatch(ctx, one.ID)
		refused(t, "alone", err, iru.Conflict, "leaves in GR-2026-0001")
		_, err = u.DispatchGroup(ctx, one.Batch)
		refused(t, "before its time", err, iru.Unavailable, "not due")
		_, err = u.Withdraw(ctx, u.scope("lena"), two.ID, "no longer there")
		must(t, err)
		u.now = time.Date(2026, 3, 13, 8, 0, 0, 0, time.UTC)
		g, err := u.DispatchGroup(ctx, one.Batch)
		must(t, err)
		again, err := u.DispatchGroup(ctx, one.Batch) // the worker was killed between
		must(t, err)
		if g.Lead.Letter.MessageID != again.Lead.Letter.MessageID || g.Lead.Letter.Text != again.Lead.Letter.Text || len(g.Acts) != 2 || g.Lead.Notice.ID != one.ID {
			t.Errorf("%+v\n%+v", g, again)
		}
		for _, n := range []iru.Notice{one, three} {
			if !strings.Contains(g.Lead.Letter.Text, n.Ref) || !strings.Contains(g.Lead.Letter.Text, n.Locator) {
				t.Errorf("the letter has other words than those that were approved for %s", n.Ref)
			}
		}
		if strings.Contains(g.Lead.Letter.Text, two.Ref) {
			t.Error("what was withdrawn is in the letter")
		}
		must(t, u.RecordGroupSent(ctx, one.Batch, desk.Sending{At: u.now, Proof: "250 ok"}))
		must(t, u.RecordGroupSent(ctx, one.Batch, desk.Sending{At: u.now, Proof: "250 ok"}))
		if s := u.notice(one.ID).State; s != iru.NoticeSent || u.notice(three.ID).State != iru.NoticeSent || u.notice(two.ID).State != iru.NoticeWithdrawn || len(u.letters(three.ID)) != 1 {
			t.Errorf("%s %s %s", s, u.notice(three.ID).State, u.notice(two.ID).State)
		}
		_, err = u.DispatchGroup(ctx, one.Batch)
		refused(t, "a third time", err, iru.Conflict, "it has left")
		// The desk names one of them.
		u.later(time.Minute)
		reply := desk.Reply{Notice: one.ID, Kind: "done", At: u.now, Channel: iru.ByMail, From: "abuse@birchrack.test", Authentic: "dkim", Text: three.Locator + " removed", MessageID: "1",
			Parts: []desk.ReplyPart{{Notice: three.ID, Kind: "done", Text: three.Locator + " removed"}}}
		must(t, u.Receive(ctx, reply))
		must(t, u.Receive(ctx, reply)) // told twice
		if u.notice(three.ID).State != iru.NoticeClaimed || u.notice(one.ID).State != iru.NoticeSent || len(u.letters(three.ID)) != 2 {
			t.Errorf("%s %s", u.notice(three.ID).State, u.notice(one.ID).State)
		}
		// It names none: a person files it.
		reply.Parts, reply.Text, reply.MessageID = nil, "done", "2"
		must(t, u.Receive(ctx, reply))
		if ls := u.letters(one.ID); u.notice(one.ID).State != iru.NoticeSent || !ls[len(ls)-1].Guess {
			t.Errorf("what names no address moved an act: %s", u.notice(one.ID).State)
		}
		// A receipt is one for the whole letter.
		reply.Kind, reply.MessageID = "receipt", "3"
		must(t, u.Receive(ctx, reply))
		if u.notice(one.ID).ReceivedAt.IsZero() {
			t.Error("a receipt for the letter is none for its first act")
		}
		// The other letter cannot be delivered: its act bounced and is sent again by itself.
		_, err = u.DispatchGroup(ctx, four.Batch)
		must(t, err)
		must(t, u.GroupUndeliverable(ctx, four.Batch, "550 no such mailbox"))
		if s := u.notice(four.ID).State; s != iru.NoticeBounced {
			t.Fatalf("%s", s)
		}
		must(t, u.Resend(ctx, u.scope("ben"), four.ID))
		dis, err := u.Dispatch(ctx, four.ID)
		must(t, err)
		if !strings.Contains(dis.Letter.Text, four.Locator) || strings.Contains(dis.Letter.Text, "referrals in one letter") || dis.Letter.MessageID != four.Key {
			t.Errorf("sent again: %+v", dis.Letter)
		}
		u.whole()
	})
}

// A letter of which everything was withdrawn is dissolved; one of a calendar that ended leaves at once; what moved goes its own way.
func TestLettersThatEnd(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	ctx := t.Context()
	a, i, host := u.referred()
	u.now = time.Date(2026, 3, 12, 18, 0, 0, 0, time.UTC)
	_, err := u.SetCalendar(ctx, u.scope("ada"), work(host.ID))
	must(t, err)
	one := u.referral(a, i, host, "/one", "11")
	_, err = u.Withdraw(ctx, u.scope("lena"), one.ID, "gone")
	must(t, err)
	u.later(20 * time.Hour)
	g, err := u.DispatchGroup(ctx, one.Batch)
	must(t, err)
	if !g.Dissolve {
		t.Errorf("%+v", g)
	}
	two := u.referral(a, i, host, "/two", "22")
	must(t, u.EndCalendar(ctx, u.scope("ada"), host.ID, "they asked for single letters"))
	if g, err = u.DispatchGroup(ctx, two.Batch); err != nil || len(g.Acts) != 1 {
		t.Errorf("after the calendar's end: %v %+v", err, g)
	}
	must(t, u.DB.View(ctx, func(x *db.Tx) error {
		o, err := x.OwedActs(ctx, u.now)
		if len(o.Group) != 1 || len(o.Deliver) != 0 {
			t.Errorf("owed: %+v", o)
		}
		return err
	}))
	must(t, u.RecordGroupSent(ctx, two.Batch, desk.Sending{At: u.now, Proof: "250 ok"}))
	u.whole()
}

// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// Whoever holds the reply address moves nothing, whatever its mail says: hosts hand complaints on to their customers.
func TestOnlyTheAddresseeMovesAnAct(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		n := u.sent(order(u.referred()))
		id := 0
		tell := func(kind, from, authentic, answers string) iru.Letter {
			t.Helper()
			id++
			must(t, u.Receive(ctx, desk.Reply{Notice: n.ID, Kind: kind, At: u.now, Channel: iru.ByMail, From: from, Authentic: authentic, Answers: answers, Text: kind, MessageID: fmt.Sprint(id)}))
			ls := u.letters(n.ID)
			return ls[len(ls)-1]
		}
		for _, kind := range []string{"receipt", "clarification", "refused", "impossible", "done", "bounce"} {
			for who, c := range map[string][2]string{"a customer": {"owner@halcyon-weather.test", "dkim"}, "a forger": {"abuse@birchrack.test", ""}, "somebody through our relay": {"abuse@birchrack.test", iru.ByRelay}} {
				if l := tell(kind, c[0], c[1], "<x@unit-a.test>"); !l.Guess || l.Authentic != "" || u.notice(n.ID).State != iru.NoticeSent {
					t.Fatalf("%s says %s: %+v, the act is %s", who, kind, l, u.notice(n.ID).State)
				}
			}
		}
		ev := u.events("notice", int64(n.ID))
		if last := ev[len(ev)-1].Note; !strings.Contains(last, "nothing proves its sender") && !strings.Contains(last, "confirmed contact") && !strings.Contains(last, "names no letter") {
			t.Errorf("people are told %q", last)
		}
		if l := tell("receipt", "mailer-daemon@mail.test", iru.ByRelay, "<"+n.Key+"@unit-a.test>"); l.Guess || u.notice(n.ID).State != iru.NoticeReceived {
			t.Errorf("a report of our own server about our letter: %+v", l)
		}
		if l := tell("done", "desk@legal.birchrack.test", "spf", ""); l.Guess || l.Authentic != "spf" || u.notice(n.ID).State != iru.NoticeClaimed {
			t.Errorf("the addressee itself: %+v", l)
		}
		// A forger who is quicker does not keep the addressee's own letter out.
		same := desk.Reply{Notice: n.ID, Kind: "refused", At: u.now, Channel: iru.ByMail, From: "abuse@birchrack.test", Text: "no", MessageID: "same"}
		must(t, u.Receive(ctx, same))
		same.Authentic = "dkim"
		must(t, u.Receive(ctx, same))
		if u.notice(n.ID).State != iru.NoticeRefused {
			t.Errorf("the act is %s", u.notice(n.ID).State)
		}
		u.whole()
	})
}

// The clarification restarts the limit when the addressee has it, not when a mail server took it; the receipt stays as it was.
func TestClarification(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		n := u.approved(order(a, i, host))
		_, err := u.Answer(ctx, u.scope("ben"), n.ID, "hello")
		refused(t, "before anything was sent", err, iru.Conflict, "nothing was sent yet")
		n = u.sent(order(a, i, host))
		u.later(time.Minute)
		u.reply(n.ID, "receipt", "1")
		received := u.notice(n.ID).ReceivedAt
		for round, proof := range []string{"a receipt that names it", "a later answer", "an interface", "a person"} {
			u.later(20 * time.Minute)
			u.reply(n.ID, "clarification", fmt.Sprint("ask", round))
			if c := u.clocks(n.ID)[round]; c.State != iru.ClockStopped || c.Late(u.now) {
				t.Fatalf("while they ask: %+v", c)
			}
			_, err := u.Answer(ctx, u.scope("sig"), n.ID, "x")
			refused(t, "a signing officer", err, iru.Forbidden, "answer an addressee")
			_, err = u.Answer(ctx, u.scope("ben"), n.ID, " ")
			refused(t, "nothing", err, iru.Invalid, "empty")
			l, err := u.Answer(ctx, u.scope("ben"), n.ID, "the whole page")
			must(t, err)
			u.later(3 * time.Hour)
			for range 2 { // a worker that was killed tells it twice
				must(t, u.RecordPosted(ctx, l.ID, desk.Sending{At: u.now, Proof: "250 ok", Receipt: proof == "an interface"}))
			}
			if proof != "an interface" {
				if got := u.notice(n.ID); got.State != iru.NoticeClarifying || len(u.clocks(n.ID)) != round+1 || !iru.Outstanding(u.letters(n.ID)) {
					t.Fatalf("a mail server's 250 is taken for a receipt: %s, %+v", got.State, u.clocks(n.ID))
				}
				u.later(time.Minute)
			}
			tell := desk.Reply{Notice: n.ID, Kind: "receipt", At: u.now, Channel: iru.ByMail, From: "mailer-daemon@mail.test", Authentic: iru.ByRelay, MessageID: proof}
			switch proof {
			case "a receipt that names it":
				tell.Answers = "<" + n.Key + "@unit-a.test>"
				must(t, u.Receive(ctx, tell)) // the act's own receipt, once more, is none of the answer
				if u.notice(n.ID).State != iru.NoticeClarifying {
					t.Fatal("the receipt of the act is taken for that of the answer")
				}
				tell.Answers, tell.MessageID = "<"+l.MessageID+"@unit-a.test>", "of the answer"
				must(t, u.Receive(ctx, tell))
			case "a later answer":
				tell.Kind, tell.From, tell.Authentic = "done", "abuse@birchrack.test", "dkim"
				must(t, u.Receive(ctx, tell))
			case "a person":
				tell.Authentic = ""
				must(t, u.Receive(ctx, tell))
				ls := u.letters(n.ID)
				must(t, u.File(ctx, u.scope("ben"), ls[len(ls)-1].ID, "receipt"))
			}
			c := u.clocks(n.ID)
			if len(c) != round+2 || c[round].State != iru.ClockReplaced || c[round+1].State != iru.ClockRunning || !c[round+1].Started.Equal(u.now) || !c[round+1].Due.Equal(u.now.Add(time.Hour)) || !c[round].Started.Equal(map[bool]time.Time{true: received, false: c[round].Started}[round == 0]) {
				t.Fatalf("after %s: %+v", proof, c)
			}
			if got := u.notice(n.ID); got.State != map[bool]iru.NoticeState{true: iru.NoticeClaimed, false: iru.NoticeReceived}[proof == "a later answer"] || !got.ReceivedAt.Equal(received) {
				t.Errorf("after %s the act is %s; received %v, was %v", proof, got.State, got.ReceivedAt, received)
			}
			ev := u.events("clock", int64(c[round].ID))
			if len(ev) != 3 || ev[0].Verb != "start" || ev[1].Verb != "stop" || ev[2].Verb != "restart" {
				t.Errorf("the clock is told as %+v", ev)
			}
		}
		u.whole()
	})
}

// What the addressee writes may be here before the mail server's word for our answer is recorded; and an old answer, told again,
// answers no later question.
func TestAnswerAndQuestionCross(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	n := u.sent(order(u.referred()))
	u.reply(n.ID, "clarification", "1")
	u.later(time.Minute)
	l, err := u.Answer(ctx, u.scope("ben"), n.ID, "the whole page")
	must(t, err)
	u.later(time.Minute)
	posted := desk.Sending{At: u.now, Proof: "250 ok"}
	u.later(time.Second)
	u.reply(n.ID, "done", "2")
	if u.notice(n.ID).State != iru.NoticeClarifying {
		t.Error("an answer that may not have left is proved to be there")
	}
	must(t, u.RecordPosted(ctx, l.ID, posted))
	if c := u.clocks(n.ID); u.notice(n.ID).State != iru.NoticeClaimed || len(c) != 2 || !c[1].Started.Equal(u.now) {
		t.Errorf("the act is %s, clocks %+v", u.notice(n.ID).State, c)
	}
	u.reply(n.ID, "clarification", "3")
	posted.Receipt = true
	must(t, u.RecordPosted(ctx, l.ID, posted))
	if u.notice(n.ID).State != iru.NoticeClarifying || len(u.clocks(n.ID)) != 2 {
		t.Error("the first answer, told again, answers the second question")
	}
	// A second answer whose proof comes after a third question.
	l, err = u.Answer(ctx, u.scope("ben"), n.ID, "that too")
	must(t, err)
	u.later(time.Minute)
	u.reply(n.ID, "clarification", "4")
	must(t, u.RecordPosted(ctx, l.ID, posted))
	if u.notice(n.ID).State != iru.NoticeClarifying {
		t.Error("the second answer answers the third question")
	}
	u.whole()
}

// An answer that cannot be delivered is told to people, who may send it again.
func TestUnposted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		n := u.sent(order(a, i, host))
		u.reply(n.ID, "clarification", "1")
		l, err := u.Answer(ctx, u.scope("ben"), n.ID, "the whole page")
		must(t, err)
		refused(t, "before it failed", u.Repost(ctx, u.scope("ben"), l.ID), iru.Conflict, "did not come back")
		letter := func() iru.Letter { ls := u.letters(n.ID); return ls[len(ls)-1] }
		failed := func(why string) {
			t.Helper()
			ev := u.events("notice", int64(n.ID))
			if got := letter(); got.ID != l.ID || got.Failed != why || ev[len(ev)-1].Verb != "unposted" || ev[len(ev)-1].Note != why || u.notice(n.ID).State != iru.NoticeClarifying || iru.Outstanding(u.letters(n.ID)) {
				t.Fatalf("%+v, told as %+v", got, ev[len(ev)-1])
			}
		}
		for range 2 {
			must(t, u.Unposted(ctx, l.ID, "550 no such user"))
		}
		failed("550 no such user")
		u.drop()
		refused(t, "a signing officer", u.Repost(ctx, u.scope("sig"), l.ID), iru.Forbidden, "answer")
		must(t, u.RecordCarriers(ctx, a.ID, []desk.Carriage{{Name: host.Name, Site: host.Site, Layer: host.Layer, Channel: iru.ByMail, Address: "new@birchrack.test", Source: "RDAP"}}))
		refused(t, "to a contact that nobody confirmed", u.Repost(ctx, u.scope("ben"), l.ID), iru.Conflict, "")
		_, err = u.Confirm(ctx, u.scope("ben"), host.ID, "called")
		must(t, err)
		must(t, u.Repost(ctx, u.scope("ben"), l.ID))
		if got := letter(); got.Failed != "" || got.MessageID != l.MessageID || got.Text != l.Text || u.jobs("post") != 1 {
			t.Errorf("sent again: %+v, %d jobs", got, u.jobs("post"))
		}
		// Our server takes it, and reports later that it came back.
		u.later(time.Minute)
		must(t, u.RecordPosted(ctx, l.ID, desk.Sending{At: u.now, Proof: "250 ok"}))
		report := desk.Reply{Notice: n.ID, Kind: "bounce", At: u.now, Channel: iru.ByMail, From: "mailer-daemon@mail.test", Authentic: iru.ByRelay, Text: "mailbox full", MessageID: "b", Answers: "<" + l.MessageID + "@unit-a.test>"}
		must(t, u.Receive(ctx, report))
		must(t, u.Receive(ctx, report))
		if ls := u.letters(n.ID); ls[2].Failed != "mailbox full" || u.notice(n.ID).State != iru.NoticeClarifying {
			t.Errorf("%+v", ls)
		}
		must(t, u.Repost(ctx, u.scope("ben"), l.ID))
		must(t, u.RecordPosted(ctx, l.ID, desk.Sending{At: u.now, Proof: "250 ok", Receipt: true}))
		if u.notice(n.ID).State != iru.NoticeReceived {
			t.Errorf("delivered at last, the act is %s", u.notice(n.ID).State)
		}
		u.whole()
	})
}

// Who cannot, is given time until it can; who will not, is not.
func TestImpossibilityAndRefusal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		no := u.sent(order(a, i, host))
		u.reply(no.ID, "refused", "no")
		if c := u.clocks(no.ID); u.notice(no.ID).State != iru.NoticeRefused || len(c) != 1 || c[0].State != iru.ClockRunning {
			t.Errorf("a refusal stopped the limit: %+v", c)
		}
		u.later(2 * time.Hour)
		if !u.clocks(no.ID)[0].Late(u.now) {
			t.Error("a refusal counts as in time")
		}
		n := u.sent(order(a, i, host))
		refused(t, "nobody says so", u.EndImpossibility(ctx, u.scope("ben"), n.ID, "called"), iru.Conflict, "does not say")
		for round, end := range []string{"a person", "the addressee"} {
			u.reply(n.ID, "impossible", end)
			c := u.clocks(n.ID)
			if u.notice(n.ID).State != iru.NoticeClarifying || c[round].State != iru.ClockStopped || c[round].Why != "impossible (Article 3(7))" {
				t.Fatalf("it cannot: %s, %+v", u.notice(n.ID).State, c)
			}
			l, err := u.Answer(ctx, u.scope("ben"), n.ID, "tell us when you can")
			must(t, err)
			must(t, u.RecordPosted(ctx, l.ID, desk.Sending{At: u.now, Proof: "202", Receipt: true}))
			u.reply(n.ID, "receipt", "got it "+end)
			if u.notice(n.ID).State != iru.NoticeClarifying {
				t.Fatal("a letter made it possible")
			}
			u.later(5 * time.Hour)
			if end == "a person" {
				refused(t, "a signing officer", u.EndImpossibility(ctx, u.scope("sig"), n.ID, "called"), iru.Forbidden, "answer")
				refused(t, "without saying how", u.EndImpossibility(ctx, u.scope("ben"), n.ID, " "), iru.Invalid, "how this is known")
				must(t, u.EndImpossibility(ctx, u.scope("ben"), n.ID, "their duty officer called"))
			} else {
				u.reply(n.ID, "done", "it can")
			}
			want := map[string]iru.NoticeState{"a person": iru.NoticeReceived, "the addressee": iru.NoticeClaimed}[end]
			if c := u.clocks(n.ID); u.notice(n.ID).State != want || len(c) != round+2 || c[round].State != iru.ClockReplaced || !c[round+1].Started.Equal(u.now) || c[round+1].State != iru.ClockRunning {
				t.Fatalf("after %s: %s, %+v", end, u.notice(n.ID).State, c)
			}
		}
		u.whole()
	})
}

// What a poll brings is mostly known; that nothing can be heard is told once.
func TestPolled(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	n := u.sent(order(u.referred()))
	one := desk.Reply{Notice: n.ID, Kind: "receipt", Channel: iru.ByAPI, Authentic: iru.ByAPI, At: u.now, MessageID: "callback:1", Text: "we have it"}
	for _, known := range []bool{false, true} {
		got, err := u.Knows(ctx, one)
		must(t, err)
		if got != known {
			t.Errorf("known %v, want %v", got, known)
		}
		must(t, u.Receive(ctx, one))
	}
	for range 3 {
		must(t, u.Unheard(ctx, n.ID, "401: the token has expired"))
	}
	told := 0
	for _, e := range u.events("notice", int64(n.ID)) {
		if e.Verb == "unheard" {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	u.whole()
}

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
	"iolaus/internal/legal"
)

func TestReceive(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		n := u.sent(order(a, i, host))
		u.later(time.Minute)
		tell := func(r desk.Reply) {
			t.Helper()
			r.Notice, r.Channel, r.From, r.Authentic = n.ID, iru.ByMail, "abuse@birchrack.test", "dkim"
			must(t, u.Receive(ctx, r))
		}
		// Guessed kinds move nothing until a person files them.
		tell(desk.Reply{Kind: "done", Guess: true, At: u.now, Text: "all gone", MessageID: "1"})
		tell(desk.Reply{Kind: "hurrah", At: u.now, Text: "?", MessageID: "2"}) // a kind that nobody knows is a guess
		ls := u.letters(n.ID)
		if len(ls) != 3 || !ls[1].Guess || !ls[2].Guess || ls[2].Kind != "unknown" || u.notice(n.ID).State != iru.NoticeSent {
			t.Fatalf("%+v", ls)
		}
		refused(t, "filed by a signing officer", u.File(ctx, u.scope("sig"), ls[1].ID, "done"), iru.Forbidden, "answer")
		refused(t, "filed as nothing", u.File(ctx, u.scope("ben"), ls[1].ID, "hurrah"), iru.Invalid, "there is no kind")
		refused(t, "filed as unknown", u.File(ctx, u.scope("ben"), ls[1].ID, "unknown"), iru.Invalid, "there is no kind")
		refused(t, "our own letter", u.File(ctx, u.scope("ben"), ls[0].ID, "done"), iru.Conflict, "filed already")
		u.later(time.Hour)
		must(t, u.File(ctx, u.scope("ben"), ls[2].ID, "note"))
		if u.notice(n.ID).State != iru.NoticeSent {
			t.Error("a note moved the act")
		}
		must(t, u.File(ctx, u.scope("ben"), ls[1].ID, "receipt"))
		got := u.notice(n.ID)
		if got.State != iru.NoticeReceived || !got.ReceivedAt.Equal(u.now.Add(-time.Hour)) {
			t.Errorf("filed an hour after it came: %s, received %v", got.State, got.ReceivedAt)
		}
		if c := u.clocks(n.ID); len(c) != 1 || !c[0].Started.Equal(got.ReceivedAt) || c[0].Rule != "tco-1h" || !c[0].Binding {
			t.Errorf("the clock: %+v", c)
		}
		refused(t, "filed twice", u.File(ctx, u.scope("ben"), ls[1].ID, "refused"), iru.Conflict, "filed already")
		// The same letter is taken in once; another text under the same id is another letter.
		tell(desk.Reply{Kind: "done", At: u.now, Text: "done", MessageID: "3"})
		tell(desk.Reply{Kind: "done", At: u.now.Add(-time.Minute), Text: "done", MessageID: "3"})
		if n := len(u.letters(n.ID)); n != 4 {
			t.Errorf("%d letters", n)
		}
		tell(desk.Reply{Kind: "note", At: u.now, Text: "other", MessageID: "3"})
		if n := len(u.letters(n.ID)); n != 5 {
			t.Errorf("%d letters", n)
		}
		if got := u.notice(n.ID); got.State != iru.NoticeClaimed || u.clocks(n.ID)[0].State != iru.ClockRunning {
			t.Errorf("the addressee's word: %s", got.State)
		}
		for range 3 {
			u.look(a.ID, iru.Gone, iru.Gone)
		}
		if got := u.notice(n.ID); got.State != iru.NoticeComplied || u.clocks(n.ID)[0].State != iru.ClockStopped {
			t.Fatalf("after the verification: %s", got.State)
		}
		outcome := u.notice(n.ID).OutcomeAt
		for k, kind := range []string{"done", "refused", "clarification", "bounce", "receipt"} {
			tell(desk.Reply{Kind: kind, At: u.now, Text: "late", MessageID: fmt.Sprint("late", k)})
		}
		if got := u.notice(n.ID); got.State != iru.NoticeComplied || !got.OutcomeAt.Equal(outcome) || len(u.clocks(n.ID)) != 2 || len(u.letters(n.ID)) != 10 { // the hour, and six months of preservation
			t.Errorf("late letters moved it: %+v", got)
		}
		u.whole()
	})
}

// When a letter says that it was written: never before the act left, never in the future.
func TestReceiptTimes(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, i, host := u.referred()
	for name, c := range map[string]struct{ said, want time.Duration }{"future": {time.Hour, 0}, "long ago": {-1000 * time.Hour, 0}, "a minute ago": {-time.Minute, -time.Minute}} {
		n := u.sent(order(a, i, host))
		u.later(10 * time.Minute)
		must(t, u.Receive(ctx, desk.Reply{Notice: n.ID, Kind: "receipt", Authentic: iru.ByAPI, At: u.now.Add(c.said), Text: name, MessageID: name}))
		if got := u.notice(n.ID).ReceivedAt; !got.Equal(u.now.Add(c.want)) {
			t.Errorf("%s: received at %v, now is %v", name, got, u.now)
		}
		// The same for what a provider's interface says when it takes the act.
		n = u.approved(order(a, i, host))
		_, err := u.Dispatch(ctx, n.ID)
		must(t, err)
		u.later(10 * time.Minute)
		must(t, u.RecordSent(ctx, n.ID, desk.Sending{At: u.now.Add(c.said), Receipt: true, RemoteID: "r-" + name}))
		if got := u.notice(n.ID); !got.ReceivedAt.Equal(u.now.Add(c.want)) || got.RemoteID != "r-"+name || got.State != iru.NoticeReceived {
			t.Errorf("%s at an interface: received at %v, now is %v", name, got.ReceivedAt, u.now)
		}
	}
	// An answer before there is a proof of sending: neither is lost.
	n := u.approved(order(a, i, host))
	_, err := u.Dispatch(ctx, n.ID)
	must(t, err)
	u.later(time.Minute)
	must(t, u.Receive(ctx, desk.Reply{Notice: n.ID, Kind: "receipt", Authentic: iru.ByAPI, At: u.now.Add(-9000 * time.Hour), MessageID: "quick"}))
	received := u.notice(n.ID).ReceivedAt
	// The worker died before it could record anything: it gets the same letter again, and knows that it was answered.
	again, err := u.Dispatch(ctx, n.ID)
	must(t, err)
	if !again.Answered() || again.Letter.MessageID != n.Key {
		t.Errorf("asked again after an answer: %+v", again)
	}
	u.drop()
	must(t, u.RecordSent(ctx, n.ID, desk.Sending{At: u.now, Proof: "201", Receipt: true, RemoteID: "77"}))
	if got := u.notice(n.ID); got.RemoteID != "77" || !got.ReceivedAt.Equal(received) || !received.Equal(u.now) || u.jobs("verify") != 1 || u.letters(n.ID)[0].Proof != "201" {
		t.Errorf("%+v, %d jobs to verify", got, u.jobs("verify"))
	}
	if c := u.clocks(n.ID); len(c) != 1 {
		t.Errorf("%d clocks", len(c))
	}
	_, err = u.Dispatch(ctx, n.ID)
	refused(t, "sent and recorded, and dispatched once more", err, iru.Conflict, "")
	u.whole()
}

func TestExpire(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		n := u.sent(order(a, i, host))
		u.reply(n.ID, "receipt", "1")
		c := u.clocks(n.ID)[0]
		u.later(time.Hour - time.Microsecond)
		refused(t, "early", u.Expire(ctx, c.ID), iru.Unavailable, "not due yet")
		u.later(time.Microsecond)
		for range 2 {
			must(t, u.Expire(ctx, c.ID))
		}
		due := 0
		for _, e := range u.events("clock", int64(c.ID)) {
			if e.Verb == "due" {
				due++
			}
		}
		if due != 1 || u.clocks(n.ID)[0].State != iru.ClockRunning || u.notice(n.ID).State != iru.NoticeReceived {
			t.Errorf("told %d times; the clock is %s", due, u.clocks(n.ID)[0].State)
		}
		refused(t, "no such clock", u.Expire(ctx, 999), iru.NotFound, "clock")
		u.reply(n.ID, "refused", "2")
		if c := u.clocks(n.ID)[0]; c.State != iru.ClockRunning || u.notice(n.ID).State != iru.NoticeRefused {
			t.Errorf("refused: %+v", c)
		}
		must(t, u.Expire(ctx, c.ID)) // a job that was late
		u.whole()
	})
}

func TestEscalate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		registrar := view(u, func(x *db.Tx) (iru.Provider, error) {
			return x.ProviderByName(ctx, a.Unit, "Alder Names", legal.Registrar)
		})
		next := desk.DraftRequest{Item: i.ID, Provider: registrar.ID, Layer: legal.Registrar, Instrument: legal.RegistrarReport}
		n := u.approved(order(a, i, host))
		_, err := u.Escalate(ctx, u.scope("ada"), n.ID, next)
		refused(t, "before it was sent", err, iru.Conflict, "only what was refused")
		n = u.sent(order(a, i, host))
		u.reply(n.ID, "refused", "1")
		_, err = u.Escalate(ctx, u.scope("sig"), n.ID, next)
		refused(t, "a signing officer", err, iru.Forbidden, "draft a notice")
		bad := next
		bad.Instrument = legal.RemovalOrder
		_, err = u.Escalate(ctx, u.scope("ada"), n.ID, bad)
		refused(t, "what the law does not allow", err, iru.Forbidden, "possible instead")
		if u.notice(n.ID).State != iru.NoticeRefused {
			t.Error("a refused escalation moved the first act")
		}
		out, err := u.Escalate(ctx, u.scope("ada"), n.ID, next)
		must(t, err)
		if out.Parent != n.ID || out.State != iru.NoticeDraft || out.Asset != a.ID || out.Request != legal.HoldName || u.notice(n.ID).State != iru.NoticeEscalated {
			t.Errorf("%+v", out)
		}
		_, text, err := u.Paper(ctx, u.scope("ada"), out.ID)
		must(t, err)
		if !strings.Contains(text, n.Ref) {
			t.Errorf("the next act does not name the first one:\n%s", text)
		}
		u.whole()
	})
}

// Removal answers what asks for it, and nothing else; what arrives after removal was verified needs no clock.
func TestRemovalAnswersWhatAsksForIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		u.now = time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC) // preservation orders are in force
		a, i, host := u.referred()
		keep := order(a, i, host)
		keep.Instrument, keep.Request = legal.PreservationOrder, legal.Preserve
		must(t, u.DB.Tx(ctx, func(x *db.Tx) error {
			_, err := x.Exec(ctx, "UPDATE unit SET kind='court'") // who may order data kept
			return err
		}))
		data := u.sent(keep)
		u.reply(data.ID, "receipt", "1")
		must(t, u.DB.Tx(ctx, func(x *db.Tx) error {
			_, err := x.Exec(ctx, "UPDATE unit SET kind='competent_authority'")
			return err
		}))
		gone := u.sent(order(a, i, host))
		late := u.approved(order(a, i, host))
		_, err := u.Dispatch(ctx, late.ID)
		must(t, err)
		for range 3 {
			u.look(a.ID, iru.Gone, iru.Gone)
		}
		if u.asset(a.ID).State != iru.AssetDown || u.notice(gone.ID).State != iru.NoticeComplied {
			t.Fatalf("the asset is %s, the order %s", u.asset(a.ID).State, u.notice(gone.ID).State)
		}
		if c := u.clocks(data.ID); u.notice(data.ID).State != iru.NoticeReceived || c[0].State != iru.ClockRunning {
			t.Errorf("removal answered an order to keep data: %s", u.notice(data.ID).State)
		}
		must(t, u.RecordSent(ctx, late.ID, desk.Sending{At: u.now, Proof: "250 ok", Receipt: true}))
		if got := u.notice(late.ID); got.State != iru.NoticeComplied || u.clocks(late.ID)[0].State != iru.ClockStopped {
			t.Errorf("an act that arrived after the removal is %s", got.State)
		}
		// The end of the time to keep is no breach.
		c := u.clocks(data.ID)[0]
		u.later(61 * 24 * time.Hour)
		must(t, u.Expire(ctx, c.ID))
		ev := u.events("clock", int64(c.ID))
		if last := ev[len(ev)-1]; strings.Contains(last.Note, "not answered") {
			t.Errorf("told as %q", last.Note)
		}
		u.whole()
	})
}

// Back after removal: breached, looked at again from every point, and once more removed. Something else there is no return.
func TestReturn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		u := newUnit(t, d)
		a, i, host := u.referred()
		n := u.sent(order(a, i, host))
		for range 3 {
			u.look(a.ID, iru.Gone, iru.DomainHeld)
		}
		out := func() iru.OutletState {
			return view(u, func(x *db.Tx) (iru.Outlet, error) { return x.Outlet(t.Context(), iru.Program(), a.Outlet) }).State
		}
		if out() != iru.OutletDark {
			t.Errorf("the outlet is %s", out())
		}
		u.look(a.ID, iru.Altered, iru.Timeout)
		u.look(a.ID, iru.Altered, iru.Failed)
		if u.asset(a.ID).State != iru.AssetDown || u.notice(n.ID).State != iru.NoticeComplied {
			t.Errorf("something else at the address is a return: %s", u.asset(a.ID).State)
		}
		differs := 0
		for _, e := range u.events("asset", int64(a.ID)) {
			if e.Verb == "differs" {
				differs++
			}
		}
		if differs != 1 {
			t.Errorf("people were told %d times", differs)
		}
		captures := u.jobs("capture")
		u.look(a.ID, iru.Up, iru.Gone)
		if u.asset(a.ID).State != iru.AssetReturned || u.notice(n.ID).State != iru.NoticeBreached || out() != iru.OutletReturned || u.jobs("verify") != 1 || u.jobs("monitor") != 1 {
			t.Errorf("%s, %s, %s, %d", u.asset(a.ID).State, u.notice(n.ID).State, out(), u.jobs("verify"))
		}
		if u.jobs("capture") != captures+1 || u.jobs("probe") != 1 {
			t.Errorf("it is captured and probed at once: %d and %d jobs", u.jobs("capture")-captures, u.jobs("probe"))
		}
		waiting := view(u, func(x *db.Tx) (map[string]int, error) { return x.Waiting(t.Context(), u.scope("ada"), u.now) })
		if waiting["outlets"] == 0 || waiting["notices"] == 0 {
			t.Errorf("nobody is told: %v", waiting)
		}
		for range 3 {
			u.look(a.ID, iru.Gone, iru.Gone)
		}
		if u.asset(a.ID).State != iru.AssetDown || u.notice(n.ID).State != iru.NoticeComplied || out() != iru.OutletDark {
			t.Errorf("removed again: %s, %s, %s", u.asset(a.ID).State, u.notice(n.ID).State, out())
		}
		u.whole()
	})
}

// What was believed gone before anybody attributed it counts as down with the next look that agrees.
func TestGoneBeforeAttribution(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, err := u.Watch(ctx, u.scope("ada"), desk.WatchRequest{Address: "https://old.test/"})
	must(t, err)
	for range 3 {
		u.look(a.ID, iru.DomainHeld, iru.DomainHeld)
	}
	if x := u.asset(a.ID); x.State != iru.AssetCandidate || x.Presence.State != iru.PresenceGone {
		t.Fatalf("%s, %s", x.State, x.Presence.State)
	}
	_, err = u.Attribute(ctx, u.scope("ada"), a.ID, 0, "Old Weather", "")
	must(t, err)
	u.look(a.ID, iru.Timeout, iru.Failed)
	if x := u.asset(a.ID); x.State != iru.AssetLive {
		t.Errorf("failed looks felled it: %s", x.State)
	}
	u.look(a.ID, iru.DomainHeld, iru.Timeout)
	if x := u.asset(a.ID); x.State != iru.AssetDown {
		t.Errorf("%s, though gone", x.State)
	}
}

func TestProviders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		api := iru.Provider{Name: " Store ", Site: "store.test", Layer: legal.AppStore, Channel: iru.ByAPI, Address: "https://api.store.test", Token: "one"}
		_, err := u.EnterProvider(ctx, u.scope("sig"), api)
		refused(t, "a signing officer", err, iru.Forbidden, "confirm a contact")
		for _, f := range []func(*iru.Provider){func(p *iru.Provider) { p.Name = " " }, func(p *iru.Provider) { p.Layer = "cellar" }, func(p *iru.Provider) { p.Channel = "pigeon" }, func(p *iru.Provider) { p.Address = "" }} {
			bad := api
			f(&bad)
			_, err := u.EnterProvider(ctx, u.scope("ben"), bad)
			refused(t, "an incomplete entry", err, iru.Invalid, "a provider needs")
		}
		p, err := u.EnterProvider(ctx, u.scope("ben"), api)
		must(t, err)
		if p.Token != "" || p.Name != "Store" || p.Contact != iru.ContactProposed {
			t.Errorf("%+v", p)
		}
		token := func() string {
			return view(u, func(x *db.Tx) (iru.Provider, error) { return x.Provider(ctx, iru.Program(), p.ID) }).Token
		}
		api.Name, api.Token = "Store", "two"
		_, err = u.EnterProvider(ctx, u.scope("ben"), api)
		must(t, err)
		if token() != "two" {
			t.Error("a new credential was dropped")
		}
		api.Token = ""
		_, err = u.EnterProvider(ctx, u.scope("ben"), api)
		must(t, err)
		if token() != "two" {
			t.Error("the credential was wiped by an entry without one")
		}
		_, err = u.Confirm(ctx, u.scope("sig"), p.ID, "")
		refused(t, "a signing officer", err, iru.Forbidden, "confirm a contact")
		p, err = u.Confirm(ctx, u.scope("ben"), p.ID, "called")
		must(t, err)
		_, err = u.Confirm(ctx, u.scope("ben"), p.ID, "called")
		refused(t, "confirmed twice", err, iru.Conflict, "cannot confirm")
		// What a probe finds does not replace the directory's own entry of an interface.
		a, err := u.Watch(ctx, u.scope("ada"), desk.WatchRequest{Address: "https://store.test/app.apk", Name: "Wire"})
		must(t, err)
		must(t, u.RecordCarriers(ctx, a.ID, []desk.Carriage{{Name: "Store", Layer: legal.AppStore, Channel: iru.ByMail, Address: "abuse@store.test", Guess: true}, {Name: "Host", Layer: legal.Host, Channel: iru.ByMail, Address: "abuse@host.test", Guess: true}}))
		if got := view(u, func(x *db.Tx) (iru.Provider, error) { return x.Provider(ctx, iru.Program(), p.ID) }); got.Address != "https://api.store.test" || got.Contact != iru.ContactConfirmed {
			t.Errorf("%+v", got)
		}
		u.whole()
	})
}

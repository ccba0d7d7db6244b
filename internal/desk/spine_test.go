// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/legal"
)

// A unit is a desk with people on it and a clock that the test turns.
type unit struct {
	desktest.Reader
	t      *testing.T
	now    time.Time
	people map[string]iru.Officer
}

func newUnit(t *testing.T, d *db.DB) *unit {
	t.Helper()
	signer, verifier, err := ledger.NewKey(rand.Reader, "unit-a.test/iolaus")
	must(t, err)
	s, err := note.NewSigner(signer)
	must(t, err)
	v, err := note.NewVerifier(verifier)
	must(t, err)
	u := &unit{t: t, now: time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC), people: map[string]iru.Officer{}}
	rules := desk.DefaultRules
	rules.Agreement = iru.Agreement{Points: 2, Rounds: 2, Gap: time.Minute}
	u.Desk = &desk.Desk{DB: d, Now: func() time.Time { return u.now }, Regime: legal.EU(), Rules: rules, Log: desk.LogKey{Origin: "unit-a.test/iolaus", Signer: s, Verifier: v}}
	_, err = u.Begin(t.Context(), iru.Unit{Name: "Unit A", Country: "XA", Kind: legal.CompetentAuthority, Mail: "referrals@unit-a.test"})
	must(t, err)
	var admin iru.Officer
	must(t, d.Tx(t.Context(), func(x *db.Tx) error { // without a password, which would take longer than the rest of the test
		var err error
		if admin, err = x.OfficerByLogin(t.Context(), "admin"); err != nil {
			return err
		}
		admin.State = iru.OfficerActive
		return x.UpdateOfficer(t.Context(), admin, iru.OfficerInvited)
	}))
	u.people["admin"] = admin
	u.join("ada", admin.Unit, iru.Analyst)
	u.join("ben", admin.Unit, iru.Analyst, iru.Liaison)
	u.join("lena", admin.Unit, iru.Reviewer)
	u.join("sig", admin.Unit, iru.Signer)
	u.join("dora", admin.Unit, iru.Director, iru.Analyst)
	return u
}

func (u *unit) join(login string, in iru.UnitID, roles ...iru.Role) {
	u.t.Helper()
	// The password is not used: what signing in proves has a test of its own.
	must(u.t, u.DB.Tx(u.t.Context(), func(t *db.Tx) error {
		o := iru.Officer{Unit: in, Login: login, Name: login, Roles: roles, State: iru.OfficerActive, Created: u.now}
		err := t.AddOfficer(u.t.Context(), &o)
		u.people[login] = o
		return err
	}))
}

func (u *unit) scope(login string) iru.Scope { return u.people[login].Scope() }

func (u *unit) later(d time.Duration) { u.now = u.now.Add(d) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// captured is what a worker would bring back of a page.
func captured(i iru.Item, at time.Time, text string, links ...desk.Link) desk.Recording {
	return desk.Recording{Item: i.ID, Vantage: "north", At: at, Outcome: iru.Up, Status: 200, Final: i.Locator, Manifest: strings.Repeat("ab", 32),
		Title: "Weather", Lang: "en", Dir: "ltr", Text: text, Content: strings.Repeat("cd", 32), Links: links,
		Features: []iru.Feature{{Family: "analytics", Kind: "analytics_id", Value: "g:HW7"}},
		Prints:   []iru.Print{{Medium: "sha256", Value: strings.Repeat("cd", 32), Where: i.Locator}}}
}

// watched gives an attributed asset with one assessed item, and its host.
func (u *unit) watched(ctx context.Context) (iru.Asset, iru.Item, iru.Provider) {
	u.t.Helper()
	a, err := u.Watch(ctx, u.scope("ada"), desk.WatchRequest{Address: "hxxps://halcyon-weather[.]test/", Name: "Halcyon Weather Wire", Reason: "notified"})
	must(u.t, err)
	var i iru.Item
	must(u.t, u.DB.View(ctx, func(t *db.Tx) error { i, err = t.ItemByLocator(ctx, a.Unit, a.Locator); return err }))
	_, err = u.RecordCapture(ctx, captured(i, u.now, "snow line falls tonight", desk.Link{URL: "https://halcyon-copy.test/about"}))
	must(u.t, err)
	must(u.t, u.RecordCarriers(ctx, a.ID, []desk.Carriage{
		{Name: "Birchrack", Site: "birchrack.test", Layer: legal.Host, Jurisdiction: "XA", Channel: iru.ByMail, Address: "abuse@birchrack.test", Source: "RDAP"},
		{Name: "Alder Names", Site: "alder.test", Layer: legal.Registrar, Jurisdiction: "XB", Channel: iru.ByMail, Address: "abuse@alder.test", Source: "RDAP"}}))
	var host iru.Provider
	must(u.t, u.DB.View(ctx, func(t *db.Tx) error { host, err = t.ProviderByName(ctx, a.Unit, "Birchrack", legal.Host); return err }))
	u.informed(host)
	return a, i, host
}

// informed has a provider had the information on procedures and deadlines since yesterday (TCO Art 3(2)).
func (u *unit) informed(p iru.Provider) {
	u.t.Helper()
	_, err := u.RecordInformed(u.t.Context(), u.scope("ben"), p.ID, u.now.Add(-24*time.Hour).Format(time.RFC3339), "", "registered letter")
	must(u.t, err)
}

func finding(i iru.Item, p iru.Purpose) iru.Assessment {
	return iru.Assessment{Item: i.ID, Finding: iru.FindRefer, Limbs: []string{"c"}, Passage: "snow line", PassageLang: "en", Purpose: p,
		PurposeReason: "no editorial responsibility", Public: true, Reason: "exercise", Grounds: desktest.Whole()}
}

// TestSpine walks one address from sighting to return, on both engines.
func TestSpine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.watched(ctx)
		draft := desk.DraftRequest{Asset: a.ID, Item: i.ID, Provider: host.ID, Layer: legal.Host, Instrument: legal.RemovalOrder}
		if _, err := u.Draft(ctx, u.scope("ada"), draft); !errors.Is(err, iru.Conflict) {
			t.Fatalf("a draft without an assessment: %v", err)
		}
		_, err := u.Assess(ctx, u.scope("ada"), finding(i, iru.PurposeProceed))
		must(t, err)
		n, err := u.Draft(ctx, u.scope("ada"), draft)
		must(t, err)
		if n.Ref != "RO-2026-0001" {
			t.Errorf("reference %q", n.Ref)
		}
		n, err = u.Submit(ctx, u.scope("ada"), n.ID)
		must(t, err)
		n, err = u.Approve(ctx, u.scope("lena"), n.ID)
		must(t, err)
		if _, err := u.Approve(ctx, u.scope("lena"), n.ID); !errors.Is(err, iru.Forbidden) {
			t.Fatalf("the same officer approved twice: %v", err)
		}
		n, err = u.Approve(ctx, u.scope("sig"), n.ID)
		must(t, err)
		if _, err := u.Dispatch(ctx, n.ID); !errors.Is(err, iru.Unavailable) {
			t.Fatalf("an order left before its checkpoint: %v", err)
		}
		_, err = u.Seal(ctx, "test")
		must(t, err)
		if _, err := u.Dispatch(ctx, n.ID); !errors.Is(err, iru.Conflict) {
			t.Fatalf("an order left for a contact that nobody confirmed: %v", err)
		}
		_, err = u.Confirm(ctx, u.scope("ben"), host.ID, "called")
		must(t, err)
		first, err := u.Dispatch(ctx, n.ID)
		must(t, err)
		again, err := u.Dispatch(ctx, n.ID)
		must(t, err)
		if first.Letter.MessageID != again.Letter.MessageID || first.Letter.Text != again.Letter.Text || !strings.Contains(first.Letter.Text, "https://halcyon-weather.test/") {
			t.Errorf("a second try is another letter: %+v %+v", first.Letter, again.Letter)
		}
		must(t, u.RecordSent(ctx, n.ID, desk.Sending{At: u.now, Proof: "250 ok"}))
		if c := u.clocks(n.ID); len(c) != 0 {
			t.Errorf("a server's acceptance started a clock: %+v", c)
		}
		u.later(2 * time.Minute)
		u.reply(n.ID, "receipt", "1")
		u.reply(n.ID, "receipt", "1") // told twice
		c := u.clocks(n.ID)
		if len(c) != 1 || c[0].Due.Sub(u.now) != time.Hour || c[0].Status(u.now) != iru.OnTime {
			t.Fatalf("clocks after the receipt: %+v", c)
		}
		u.later(5 * time.Minute)
		u.reply(n.ID, "clarification", "2")
		l, err := u.Answer(ctx, u.scope("ben"), n.ID, "the whole page")
		must(t, err)
		u.later(time.Minute)
		must(t, u.RecordPosted(ctx, l.ID, desk.Sending{At: u.now, Proof: "250 ok"}))
		if c = u.clocks(n.ID); len(c) != 1 || c[0].State != iru.ClockStopped {
			t.Fatalf("a server's acceptance restarted the clock: %+v", c)
		}
		u.reply(n.ID, "receipt", "2a")
		if c = u.clocks(n.ID); len(c) != 2 || c[0].State != iru.ClockReplaced || c[1].Due.Sub(u.now) != time.Hour {
			t.Fatalf("clocks after the clarification: %+v", c)
		}
		u.reply(n.ID, "done", "3")
		if n = u.notice(n.ID); n.State != iru.NoticeClaimed || u.clocks(n.ID)[1].State != iru.ClockRunning {
			t.Errorf("“done” without our own look: %s", n.State)
		}
		u.look(a.ID, iru.Gone, iru.Up)
		u.look(a.ID, iru.Gone, iru.Timeout)
		u.look(a.ID, iru.Gone, iru.Gone)
		if n = u.notice(n.ID); n.State != iru.NoticeClaimed {
			t.Errorf("removal believed from one vantage point: %s", n.State)
		}
		u.look(a.ID, iru.Gone, iru.Gone)
		if n = u.notice(n.ID); n.State != iru.NoticeComplied || u.clocks(n.ID)[1].State != iru.ClockStopped {
			t.Errorf("removal by agreement: %s", n.State)
		}
		u.look(a.ID, iru.Up, iru.Gone)
		if n = u.notice(n.ID); n.State != iru.NoticeBreached {
			t.Errorf("seen again: %s", n.State)
		}
		u.whole()
	})
}

func (u *unit) reply(n iru.NoticeID, kind, id string) {
	u.t.Helper()
	must(u.t, u.Receive(u.t.Context(), desk.Reply{Notice: n, Kind: kind, At: u.now, Channel: iru.ByMail, From: "abuse@birchrack.test", Authentic: "dkim", Text: kind, MessageID: id}))
}

func (u *unit) look(a iru.AssetID, north, south iru.Outcome) {
	u.t.Helper()
	u.later(2 * time.Minute)
	_, err := u.RecordLooks(u.t.Context(), a, []iru.Observation{{At: u.now, Vantage: "north", Outcome: north}, {At: u.now, Vantage: "south", Outcome: south}})
	must(u.t, err)
}

func (u *unit) notice(id iru.NoticeID) (n iru.Notice) {
	u.t.Helper()
	must(u.t, u.DB.View(u.t.Context(), func(t *db.Tx) error {
		var err error
		n, err = t.Notice(u.t.Context(), iru.Program(), id)
		return err
	}))
	return n
}

func (u *unit) clocks(id iru.NoticeID) (c []iru.Clock) {
	u.t.Helper()
	must(u.t, u.DB.View(u.t.Context(), func(t *db.Tx) error {
		var err error
		c, err = t.ClocksOf(u.t.Context(), iru.Program(), id)
		return err
	}))
	return c
}

// whole seals what waits and holds the store against its log.
func (u *unit) whole() {
	u.t.Helper()
	for {
		n, err := u.Seal(u.t.Context(), "test")
		must(u.t, err)
		if n == 0 {
			break
		}
	}
	must(u.t, u.DB.View(u.t.Context(), func(t *db.Tx) error {
		r, err := ledger.Verify(t.Log(u.t.Context()), u.Log.Verifier, u.Log.Origin)
		if err == nil {
			err = r.Err()
		}
		if err == nil && r.Size == 0 {
			u.t.Error("the ledger is empty")
		}
		return err
	}))
}

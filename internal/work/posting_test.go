// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/legal"
	"iolaus/internal/sim"
)

// A posting is a unit whose approved acts go to the mail desks of the range, and what comes back to its inbox.
type posting struct {
	*Crew
	t     testing.TB
	world *sim.Range
	inbox *deliver.Inbox
	who   map[string]iru.Scope
	joint bool          // the acts are tasks of an operation
	op    iru.Operation // that one
}

func newPosting(t testing.TB, dsn string, habits map[string]sim.Habit, compress float64) *posting {
	t.Helper()
	store, err := db.Open(context.Background(), dsn)
	must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	secret, public, err := ledger.NewKey(rand.Reader, "unit-a.test/iolaus")
	must(t, err)
	signer, err := note.NewSigner(secret)
	must(t, err)
	verifier, err := note.NewVerifier(public)
	must(t, err)
	letters, err := blob.OpenDisk(t.TempDir())
	must(t, err)
	rules := desk.DefaultRules
	rules.Verify = time.Hour // looks are no part of it
	o := &posting{t: t, who: map[string]iru.Scope{}, Crew: &Crew{Store: letters, Holder: "us", Log: slog.New(slog.DiscardHandler),
		Desk: &desk.Desk{DB: store, Now: func() time.Time { return time.Now().UTC() }, Regime: legal.EU(), Rules: rules, Log: desk.LogKey{Origin: "unit-a.test/iolaus", Signer: signer, Verifier: verifier}},
		Post: Post{From: "Unit A <referrals@unit-a.test>", Domain: "replies.unit-a.test", Secret: []byte("a secret of a weather unit, 0001"), Base: "https://iolaus.unit-a.test"}}}
	o.inbox, err = deliver.NewInbox(deliver.InboxConfig{Addr: "127.0.0.1:0", Domain: o.Post.Domain, Secrets: [][]byte{o.Post.Secret}, Accept: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, o.Accept)
	must(t, err)
	must(t, o.inbox.Listen())
	o.world, err = sim.Start(t.Context(), sim.Options{Seed: 1, Compress: compress, Habits: habits, ReplyTo: o.inbox.Addr().String()})
	must(t, err)
	t.Cleanup(o.world.Close)
	o.Mail = deliver.NewSMTP(deliver.SMTPConfig{Addr: o.world.Smarthost(), TLS: deliver.TLSStart, Roots: o.world.Roots(), MaxConns: 16})
	o.people()
	return o
}

func (o *posting) people() {
	o.t.Helper()
	_, err := o.Desk.Begin(o.t.Context(), iru.Unit{Name: "Unit A", Country: "XA", Kind: legal.CompetentAuthority, Mail: "referrals@unit-a.test"})
	must(o.t, err)
	must(o.t, o.Desk.DB.Tx(o.t.Context(), func(x *db.Tx) error {
		us, err := x.Units(o.t.Context())
		for login, roles := range map[string][]iru.Role{"ada": {iru.Analyst, iru.Liaison}, "lena": {iru.Reviewer}, "sig": {iru.Signer}, "dora": {iru.Director}} {
			p := iru.Officer{Unit: us[0].ID, Login: login, Name: login, Roles: roles, State: iru.OfficerActive, Created: o.Desk.Now()}
			if err == nil {
				err = x.AddOfficer(o.t.Context(), &p)
			}
			o.who[login] = p.Scope()
		}
		return err
	}))
}

// desked are assets of the range by the desk that stores them. Each of these desks takes removal orders.
var desked = map[string]string{"https://halcyon-weather.test/": "birchrack", "https://halcyon-meteo.test/": "cedarbox", "https://halcyon-taqs.test/": "dunehost",
	"https://northline-trains.test/": "elmgrid", "https://pond.test/@halcyonweather": "pond", "https://linkshelf.test/halcyon": "linkshelf"}

// approveAll has people find that something at each desk should go, and draft and approve so many orders about it in turn: at most ten about
// one address, as happens where what was removed comes back.
func (o *posting) approveAll(acts int) {
	o.t.Helper()
	ctx, ada := o.t.Context(), o.who["ada"]
	r := desktest.Reader{Desk: o.Desk}
	var about []desk.DraftRequest
	for locator, id := range desked {
		layer := legal.Host
		if id == "pond" || id == "linkshelf" {
			layer = legal.Platform
		}
		p, err := o.Desk.EnterProvider(ctx, ada, iru.Provider{Name: id, Site: id + ".test", Layer: layer, Jurisdiction: "XA", Channel: iru.ByMail, Address: "abuse@" + id + ".test", Source: "exercise"})
		must(o.t, err)
		_, err = r.Confirm(ctx, ada, p.ID, "exercise")
		must(o.t, err)
		_, err = o.Desk.RecordInformed(ctx, ada, p.ID, o.Desk.Now().Add(-24*time.Hour).Format(time.RFC3339), "", "registered letter")
		must(o.t, err)
		for n := range max(1, acts/10/len(desked)) {
			at := locator
			if n > 0 {
				at = fmt.Sprintf("%s/posts/%d", strings.TrimSuffix(locator, "/"), n)
			}
			a, i := o.found(at)
			_, err = o.Desk.Carry(ctx, ada, a.ID, p.ID, "exercise")
			must(o.t, err)
			about = append(about, desk.DraftRequest{Asset: a.ID, Item: i.ID, Provider: p.ID, Layer: layer, Instrument: legal.RemovalOrder})
		}
	}
	if o.joint {
		var err error
		o.op, err = o.Desk.PlanOperation(ctx, o.who["dora"], "Lantern", nil, nil, 0, "")
		must(o.t, err)
	}
	for n := range acts {
		of := about[n%len(about)]
		of.Operation = o.op.ID
		d, err := o.Desk.Draft(ctx, ada, of)
		must(o.t, err)
		_, err = o.Desk.Submit(ctx, ada, d.ID)
		must(o.t, err)
		for _, who := range []string{"lena", "sig"} {
			if d.State != iru.NoticeApproved {
				d, err = r.Approve(ctx, o.who[who], d.ID)
				must(o.t, err)
			}
		}
	}
	must(o.t, o.Desk.DB.Tx(ctx, func(x *db.Tx) error { // visits and captures are no part of it
		_, err := x.Exec(ctx, "DELETE FROM river_job WHERE kind<>$1", desk.Deliver{}.Kind())
		return err
	}))
}

// found has a person find that what is at an address should go.
func (o *posting) found(at string) (iru.Asset, iru.Item) {
	o.t.Helper()
	ctx, ada := o.t.Context(), o.who["ada"]
	a, err := o.Desk.Watch(ctx, ada, desk.WatchRequest{Address: at, Name: "Halcyon Weather Wire", Reason: "exercise"})
	must(o.t, err)
	var i iru.Item
	o.read(func(ctx context.Context, x *db.Tx) (err error) {
		i, err = x.ItemByLocator(ctx, a.Unit, a.Locator)
		return err
	})
	_, err = o.Desk.RecordCapture(ctx, desk.Recording{Item: i.ID, Vantage: "here", At: o.Desk.Now(), Outcome: iru.Up, Status: 200, Final: a.Locator, Manifest: strings.Repeat("ab", 32),
		Title: "Weather", Lang: "en", Dir: "ltr", Text: "snow line falls tonight at " + at, Content: desk.Digest(at)})
	must(o.t, err)
	_, err = o.Desk.Assess(ctx, ada, iru.Assessment{Item: i.ID, Finding: iru.FindRefer, Limbs: []string{"c"}, Passage: "snow line", PassageLang: "en", Purpose: iru.PurposeProceed,
		PurposeReason: "no editorial responsibility", Public: true, Reason: "exercise", Grounds: desktest.Whole()})
	must(o.t, err)
	return a, i
}

// begin lets crew and inbox work until the returned function ends them.
func (o *posting) begin() (end func()) {
	ctx, stop := context.WithCancel(o.t.Context())
	done := make(chan error, 2)
	go func() { done <- o.inbox.Serve(ctx) }()
	go func() { done <- o.Run(ctx) }()
	return func() {
		o.t.Helper()
		stop()
		for range 2 {
			must(o.t, <-done)
		}
	}
}

// read reads from the store.
func (o *posting) read(f func(ctx context.Context, x *db.Tx) error) {
	o.t.Helper()
	must(o.t, o.Desk.DB.View(o.t.Context(), func(x *db.Tx) error { return f(o.t.Context(), x) }))
}

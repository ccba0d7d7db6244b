// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/netip"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/legal"
	"iolaus/internal/sim"
)

// deskedActs is how many acts leave at once in BenchmarkDesks.
const deskedActs = 1000

// BenchmarkDesks has a thousand removal orders that people approved leave by mail for the desks of the range, which live at six providers
// and answer each by mail: from the start of the crew (seal, queue, documents, SMTP, desk, our inbox) to the last receipt with its clock of
// one hour in the store. What a person at a desk would wait, the range's story leaves out; that desks go on to say that they are done, that
// they refuse, or what they ask, is work of the same minutes and within the figures. CPU is this process's, which is ours and the range's.
// Everything is synced, PostgreSQL's own processes are beside it.
func BenchmarkDesks(b *testing.B) {
	for _, engine := range []string{db.SQLite, db.PostgreSQL} {
		b.Run(engine, func(b *testing.B) {
			for range b.N {
				dsn := filepath.Join(b.TempDir(), "bench.db")
				if engine == db.PostgreSQL {
					dsn = dbtest.DurablePostgres(b)
				}
				o := newPosting(b, dsn)
				o.approveAll(deskedActs)
				o.deliver(deskedActs)
			}
		})
	}
}

// A posting is a unit with approved acts for the mail desks of the range.
type posting struct {
	*Crew
	b     *testing.B
	world *sim.Range
	inbox *deliver.Inbox
	who   map[string]iru.Scope
	named map[string]*desk.DraftRequest // locator to what is drafted about it
}

func newPosting(b *testing.B, dsn string) *posting {
	b.Helper()
	store, err := db.Open(context.Background(), dsn)
	must(b, err)
	b.Cleanup(func() { _ = store.Close() })
	secret, public, err := ledger.NewKey(rand.Reader, "unit-a.test/iolaus")
	must(b, err)
	signer, err := note.NewSigner(secret)
	must(b, err)
	verifier, err := note.NewVerifier(public)
	must(b, err)
	letters, err := blob.OpenDisk(b.TempDir())
	must(b, err)
	rules := desk.DefaultRules
	rules.Verify = time.Hour // looks are no part of it
	o := &posting{b: b, who: map[string]iru.Scope{}, named: map[string]*desk.DraftRequest{}, Crew: &Crew{Store: letters, Holder: "us", Log: slog.New(slog.DiscardHandler),
		Desk: &desk.Desk{DB: store, Now: func() time.Time { return time.Now().UTC() }, Regime: legal.EU(), Rules: rules, Log: desk.LogKey{Origin: "unit-a.test/iolaus", Signer: signer, Verifier: verifier}},
		Post: Post{From: "Unit A <referrals@unit-a.test>", Domain: "replies.unit-a.test", Secret: []byte("a secret of a weather unit, 0001"), Base: "https://iolaus.unit-a.test"}}}
	o.inbox, err = deliver.NewInbox(deliver.InboxConfig{Addr: "127.0.0.1:0", Domain: o.Post.Domain, Secrets: [][]byte{o.Post.Secret}, Accept: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, o.Accept)
	must(b, err)
	must(b, o.inbox.Listen())
	o.world, err = sim.Start(b.Context(), sim.Options{Seed: 1, Compress: 1e6, ReplyTo: o.inbox.Addr().String()}) // a person's delay is nothing
	must(b, err)
	b.Cleanup(o.world.Close)
	o.Mail = deliver.NewSMTP(deliver.SMTPConfig{Addr: o.world.Smarthost(), TLS: deliver.TLSStart, Roots: o.world.Roots(), MaxConns: 16})
	o.people()
	return o
}

func (o *posting) people() {
	o.b.Helper()
	_, err := o.Desk.Begin(o.b.Context(), iru.Unit{Name: "Unit A", Country: "XA", Kind: legal.CompetentAuthority, Mail: "referrals@unit-a.test"})
	must(o.b, err)
	must(o.b, o.Desk.DB.Tx(o.b.Context(), func(x *db.Tx) error {
		us, err := x.Units(o.b.Context())
		for login, roles := range map[string][]iru.Role{"ada": {iru.Analyst, iru.Liaison}, "lena": {iru.Reviewer}, "sig": {iru.Signer}} {
			p := iru.Officer{Unit: us[0].ID, Login: login, Name: login, Roles: roles, State: iru.OfficerActive, Created: o.Desk.Now()}
			if err == nil {
				err = x.AddOfficer(o.b.Context(), &p)
			}
			o.who[login] = p.Scope()
		}
		return err
	}))
}

// desked are assets of the range by the desk that stores them. Each of these desks takes removal orders.
var desked = map[string]string{"https://halcyon-weather.test/": "birchrack", "https://halcyon-meteo.test/": "cedarbox", "https://halcyon-taqs.test/": "dunehost",
	"https://northline-trains.test/": "elmgrid", "https://pond.test/@halcyonweather": "pond", "https://linkshelf.test/halcyon": "linkshelf"}

// approveAll has people find that an asset at each desk should go, and draft and approve so many orders about them in turn.
func (o *posting) approveAll(acts int) {
	o.b.Helper()
	ctx, ada := o.b.Context(), o.who["ada"]
	r := desktest.Reader{Desk: o.Desk}
	var about []desk.DraftRequest
	for locator, id := range desked {
		layer := legal.Host
		if id == "pond" || id == "linkshelf" {
			layer = legal.Platform
		}
		a, err := o.Desk.Watch(ctx, ada, desk.WatchRequest{Address: locator, Name: "Halcyon Weather Wire", Reason: "exercise"})
		must(o.b, err)
		var i iru.Item
		must(o.b, o.Desk.DB.View(ctx, func(x *db.Tx) (err error) { i, err = x.ItemByLocator(ctx, a.Unit, a.Locator); return err }))
		_, err = o.Desk.RecordCapture(ctx, desk.Recording{Item: i.ID, Vantage: "here", At: o.Desk.Now(), Outcome: iru.Up, Status: 200, Final: a.Locator, Manifest: strings.Repeat("ab", 32),
			Title: "Weather", Lang: "en", Dir: "ltr", Text: "snow line falls tonight at " + id, Content: desk.Digest(id)})
		must(o.b, err)
		_, err = o.Desk.Assess(ctx, ada, iru.Assessment{Item: i.ID, Finding: iru.FindRefer, Limbs: []string{"c"}, Passage: "snow line", PassageLang: "en", Purpose: iru.PurposeProceed,
			PurposeReason: "no editorial responsibility", Public: true, Reason: "exercise", Grounds: desktest.Whole()})
		must(o.b, err)
		p, err := o.Desk.EnterProvider(ctx, ada, iru.Provider{Name: id, Site: id + ".test", Layer: layer, Jurisdiction: "XA", Channel: iru.ByMail, Address: "abuse@" + id + ".test", Source: "exercise"})
		must(o.b, err)
		_, err = r.Confirm(ctx, ada, p.ID, "exercise")
		must(o.b, err)
		_, err = o.Desk.Carry(ctx, ada, a.ID, p.ID, "exercise")
		must(o.b, err)
		_, err = o.Desk.RecordInformed(ctx, ada, p.ID, o.Desk.Now().Add(-24*time.Hour).Format(time.RFC3339), "", "registered letter")
		must(o.b, err)
		about = append(about, desk.DraftRequest{Asset: a.ID, Item: i.ID, Provider: p.ID, Layer: layer, Instrument: legal.RemovalOrder})
	}
	for n := range acts {
		d, err := o.Desk.Draft(ctx, ada, about[n%len(about)])
		must(o.b, err)
		_, err = o.Desk.Submit(ctx, ada, d.ID)
		must(o.b, err)
		for _, who := range []string{"lena", "sig"} {
			if d.State != iru.NoticeApproved {
				d, err = r.Approve(ctx, o.who[who], d.ID)
				must(o.b, err)
			}
		}
	}
	must(o.b, o.Desk.DB.Tx(ctx, func(x *db.Tx) error { // visits and captures are no part of it
		_, err := x.Exec(ctx, "DELETE FROM river_job WHERE kind<>$1", desk.Deliver{}.Kind())
		return err
	}))
}

// deliver lets the crew work until every act has its receipt and its clock.
func (o *posting) deliver(acts int) {
	o.b.Helper()
	ctx, stop := context.WithCancel(o.b.Context())
	defer stop()
	before, begun := processor(o.b), time.Now()
	done := make(chan error, 2)
	go func() { done <- o.inbox.Serve(ctx) }()
	go func() { done <- o.Run(ctx) }()
	var sent, got, clocks, most int
	for clocks < acts {
		time.Sleep(100 * time.Millisecond)
		if time.Since(begun) > 10*time.Minute {
			o.b.Fatalf("%d of %d acts left, %d have a receipt, %d a clock after 10 min", sent, acts, got, clocks)
		}
		must(o.b, o.Desk.DB.View(ctx, func(x *db.Tx) error {
			if err := x.QueryRow(ctx, "SELECT COUNT(*),COUNT(CASE WHEN received_at>0 THEN 1 END) FROM notice WHERE sent_at>0").Scan(&sent, &got); err != nil {
				return err
			}
			return x.QueryRow(ctx, "SELECT COUNT(DISTINCT notice) FROM clock WHERE rule='tco-1h'").Scan(&clocks)
		}))
		most = max(most, sent-got)
	}
	took, used := time.Since(begun), processor(o.b)-before
	stop()
	for range 2 {
		must(o.b, <-done)
	}
	var longest int64 // microseconds
	must(o.b, o.Desk.DB.View(o.b.Context(), func(x *db.Tx) error {
		return x.QueryRow(o.b.Context(), "SELECT MAX(received_at-sent_at) FROM notice").Scan(&longest)
	}))
	arrived, mails := 0, 0
	for _, d := range o.world.Truth().Desks {
		for _, n := range d.Notices {
			arrived++
			mails += len(n.Answers)
		}
	}
	if sent != acts || arrived != acts {
		o.b.Fatalf("%d acts left, %d arrived, of %d", sent, arrived, acts)
	}
	o.b.ReportMetric(float64(acts)/took.Minutes(), "acts/min")
	o.b.ReportMetric(float64(used.Milliseconds())/float64(acts), "cpu-ms/act")
	o.b.ReportMetric(float64(most), "most-waiting")
	o.b.ReportMetric(float64(longest)/1e6, "longest-s")
	o.b.ReportMetric(float64(mails)/float64(acts), "answers/act")
}

// processor is the time that this process has had of the processors.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

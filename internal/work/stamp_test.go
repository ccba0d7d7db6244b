// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/probe"
	"iolaus/internal/sim"
)

// stamped is a scene whose ledger the authorities of a range stamp, asked through the guard.
func stamped(t *testing.T, d *db.DB) (*scene, *sim.Range) {
	t.Helper()
	return stampedBy(t, d, nil)
}

// stampedBy is stamped where the authorities go by a clock.
func stampedBy(t *testing.T, d *db.DB, clock func() time.Time) (*scene, *sim.Range) {
	t.Helper()
	s := newScene(t, d)
	key, public, err := ledger.NewKey(rand.Reader, "unit-a.test/iolaus")
	s.ok(err)
	s.Desk.Log.Origin = "unit-a.test/iolaus"
	s.Desk.Log.Signer, err = note.NewSigner(key)
	s.ok(err)
	s.Desk.Log.Verifier, err = note.NewVerifier(public)
	s.Desk.Log.Public = public
	s.ok(err)
	r, err := sim.Start(t.Context(), sim.Options{Seed: 1, Scenario: "s1", Clock: clock})
	s.ok(err)
	t.Cleanup(r.Close)
	web := fetch.New(fetch.Network{Name: "north", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Resolver: r.Resolver(), Ports: r.Ports(), Roots: r.Roots()},
		fetch.Limits{}, nil, "iolaus/test").HTTP()
	t.Cleanup(web.CloseIdleConnections)
	s.Stamps = Stamps{Every: time.Hour, Before: 30 * 24 * time.Hour}
	for _, a := range r.Stampers() {
		s.Stamps.Authorities = append(s.Stamps.Authorities, Stamper{Stamper: probe.Stamper{HTTP: web, Name: a.Name, URL: a.URL, User: a.User, Password: a.Password}, Roots: r.Roots()})
	}
	s.Holder = "test"
	s.sealAll()
	return s, r
}

func (s *scene) sealAll() {
	s.t.Helper()
	for {
		n, err := s.Desk.Seal(s.t.Context(), "test")
		s.ok(err)
		if n == 0 {
			return
		}
	}
}

// stamps lists the names of the authorities whose stamps are kept, oldest first, and holds each stamp against the range's roots.
func (s *scene) stamps(roots *x509.CertPool) string {
	s.t.Helper()
	var names []string
	s.ok(s.Desk.DB.View(context.Background(), func(x *db.Tx) error {
		all, err := x.Stamps(context.Background(), 0, 0, 100)
		names = nil
		for _, a := range all {
			names = append(names, a.Authority)
			if _, err := ledger.ReadStamp(a.Token, []byte(a.Checkpoint), roots); err != nil {
				s.t.Error(err)
			}
		}
		return err
	}))
	return strings.Join(names, " ")
}

// One authority fails, is left alone for longer and longer, and is asked again; the other one goes on.
func TestOneAuthorityFails(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, r := stamped(t, d)
		var said bytes.Buffer
		s.Log = slog.New(slog.NewTextHandler(&said, nil))
		now, rest := s.Desk.Now(), rests{}
		s.Desk.Now = func() time.Time { return now }
		look := func(want string) {
			t.Helper()
			s.ok(s.stampAll(t.Context(), rest, now, s.Stamps.Every))
			if got := s.stamps(r.Roots()); got != want {
				t.Fatalf("stamps of %q, want %q\n%s", got, want, &said)
			}
		}
		r.FailStamps("north", true)
		look("east")
		if !strings.Contains(said.String(), "time source is not available") {
			t.Errorf("the log does not say why:\n%s", &said)
		}
		for _, wait := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute} {
			failures := rest["north"].failures
			now = now.Add(wait - time.Second)
			look("east")
			if rest["north"].failures != failures {
				t.Fatalf("it was asked %s after failure %d", wait-time.Second, failures)
			}
			now = now.Add(time.Second)
			look("east")
			if rest["north"].failures != failures+1 {
				t.Fatalf("it was not asked %s after failure %d", wait, failures)
			}
		}
		r.FailStamps("north", false)
		now = now.Add(8 * time.Minute)
		look("east north")
		if len(rest) != 0 {
			t.Errorf("it still rests: %v", rest)
		}
		s.sealAll()
		now = now.Add(2 * time.Hour)
		look("east north") // nothing but receipts since
	})
}

// What is not a stamp of whom we trust, or not given to us, is not kept.
func TestStampsOfStrangers(t *testing.T) {
	s, _ := stamped(t, dbtest.Open(t))
	var said bytes.Buffer
	s.Log = slog.New(slog.NewTextHandler(&said, nil))
	s.Stamps.Authorities[0].Roots = x509.NewCertPool()
	s.Stamps.Authorities[1].Password = "guess"
	s.ok(s.stampAll(t.Context(), rests{}, s.Desk.Now(), s.Stamps.Every))
	if got := s.stamps(nil); got != "" {
		t.Errorf("stamps of %q", got)
	}
	for _, want := range []string{"not trusted", "password_file"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("the log does not say %q:\n%s", want, &said)
		}
	}
}

// Two processes look; each authority is asked by one of them, and the ledger says it once.
func TestStampLoop(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, r := stamped(t, d)
		s.Stamps.Every = 200 * time.Millisecond
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for _, holder := range []string{"one", "two"} {
			c := &Crew{Desk: s.Desk, Holder: holder, Log: s.Log, Stamps: s.Stamps}
			wg.Go(func() { c.stamp(ctx) })
		}
		for s.stamps(r.Roots()) == "" || len(strings.Fields(s.stamps(r.Roots()))) < 2 {
			time.Sleep(20 * time.Millisecond)
		}
		happen := iru.Event{At: s.Desk.Now(), Unit: 1, Subject: iru.Subject{Noun: "asset", ID: 1}, Verb: "seen"}
		s.ok(d.Tx(ctx, func(x *db.Tx) error { _, err := x.Record(ctx, happen); return err }))
		s.sealAll()
		for len(strings.Fields(s.stamps(r.Roots()))) < 4 {
			time.Sleep(20 * time.Millisecond)
		}
		cancel()
		wg.Wait()
		var receipts []iru.Event
		s.ok(d.View(t.Context(), func(x *db.Tx) error {
			var err error
			receipts, err = x.EventsAbout(t.Context(), iru.Program(), iru.Subject{Noun: "stamp"}, 0, 100)
			return err
		}))
		if got := strings.Fields(s.stamps(r.Roots())); len(got) != 4 || len(receipts) != 4 {
			t.Errorf("%v and %d receipts, want two stamps of each authority", got, len(receipts))
		}
	})
}

// The loop ends at once when there is nobody to ask.
func TestNobodyStamps(t *testing.T) {
	(&Crew{Desk: &desk.Desk{}}).stamp(t.Context())
}

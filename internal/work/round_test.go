// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// rounds has every shard's due looks taken, as rounds do.
func (s *scene) everyRound() {
	s.t.Helper()
	for shard := range iru.Shards {
		_, err := s.rounds(s.t.Context(), shard, time.Now().Add(time.Minute))
		s.ok(err)
	}
}

// visit is the first visit, after which rounds look.
func (s *scene) visit(a iru.Asset) {
	s.t.Helper()
	s.ok((&monitor{Crew: s.Crew}).Work(s.t.Context(), &river.Job[desk.Monitor]{JobRow: &rivertype.JobRow{}, Args: desk.Monitor{Asset: a.ID}}))
}

func (s *scene) saw(a iru.Asset) map[iru.Monitor]iru.Sighting {
	s.t.Helper()
	out := map[iru.Monitor]iru.Sighting{}
	s.ok(s.Desk.DB.View(s.t.Context(), func(x *db.Tx) error {
		all, err := x.SightingsNow(s.t.Context(), a.ID)
		for _, g := range all {
			out[g.Monitor] = g
		}
		return err
	}))
	return out
}

func (s *scene) plans(a iru.Asset) (out []iru.Schedule) {
	s.t.Helper()
	s.ok(s.Desk.DB.View(s.t.Context(), func(x *db.Tx) (err error) {
		out, err = x.Schedules(s.t.Context(), iru.Program(), a.ID)
		return err
	}))
	return out
}

// due makes everything of an asset due now.
func (s *scene) due(a iru.Asset) {
	s.t.Helper()
	var ids []int64
	for _, p := range s.plans(a) {
		ids = append(ids, p.ID)
	}
	s.ok(s.Desk.DB.Tx(s.t.Context(), func(x *db.Tx) error { return x.PostponeAll(s.t.Context(), ids, time.UnixMicro(1)) }))
}

// typed is an answer of a media type.
func typed(kind, header, body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n%s", kind, header, len(body), body)
}

// Each kind of asset is looked at by its own monitor, which reads what is there; on both engines.
func TestMonitors(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		apk, err := os.ReadFile("../inspect/testdata/all.apk")
		s.ok(err)
		feed := `<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:feed:halcyon</id><title>Bulletins</title><entry><title>We move</title><updated>2026-03-01T00:00:00Z</updated><link href="http://second.test/"/></entry></feed>`
		files := map[string]string{
			"site.test/": typed("text/html", "Server: nginx\r\n", `<html lang=en><title>Halcyon</title><link rel=alternate type="application/atom+xml" href="/feed.xml"><script src="http://count.test/t.js?id=1"></script>`+
				forecast+`<p>Now also at third[.]test, not at nowhere[.]test.</p><p>GB82 WEST 1234 5698 7654 32</p>`),
			"site.test/feed.xml":              typed("application/atom+xml", "", feed),
			"site.test/sitemap.xml":           typed("application/xml", "", "<urlset><url><loc>http://site.test/1</loc></url></urlset>"),
			"store.test/app":                  typed("text/html", "", `<html><title>Halcyon</title><p>Publisher: Halcyon desk. Version 1.4.2.</p><a href="/halcyon.apk">Download</a>`+forecast),
			"store.test/halcyon.apk":          typed("application/vnd.android.package-archive", "", string(apk)),
			"addons.test/a.crx":               typed("application/x-chrome-extension", "", "Cr24 but no more"),
			"lists.test/halcyon":              typed("text/html", "", `<html><title>Halcyon list</title><a href="/halcyon/1">first</a><a href="http://site.test/">site</a>`+forecast),
			"radio.test/live.mp3":             typed("audio/mpeg", "icy-name: Tides\r\nicy-br: 128\r\n", strings.Repeat("\xff\xfb\x90\x00"+strings.Repeat("\x00", 413), 20)),
			"radio.test/status-json.xsl":      typed("application/json", "", `{"icestats":{"server_id":"Icecast 2.4.4","source":{"listenurl":"http://radio.test:8000/live.mp3","title":"Fog","listeners":4}}}`),
			"social.test/@halcyon":            typed("text/html", "", `<html><title>Halcyon on social</title><a rel=me href="http://site.test/">site</a>`+forecast),
			"files.test/web/http://site.test": typed("text/html", "", `<html><title>Copy</title><a href="/x.zip">all</a>`+forecast),
		}
		for _, name := range []string{"site.test", "store.test", "addons.test", "lists.test", "radio.test", "social.test", "files.test"} {
			s.host(name, func(c net.Conn, path string) {
				if f, ok := files[name+path]; ok {
					io.WriteString(c, f)
					return
				}
				io.WriteString(c, answer(404, "", "not here"))
			})
		}
		s.name("third.test", "127.77.0.1")
		s.Desk.Rules.Platforms = map[string]iru.AssetKind{"social.test": iru.Account}
		s.look(small, nil)
		assets := map[string]iru.Asset{}
		for address, kind := range map[string]iru.AssetKind{"http://site.test/": iru.Site, "http://store.test/app": iru.App, "http://addons.test/a.crx": iru.Addon, "http://lists.test/halcyon": iru.Newsletter,
			"http://radio.test/live.mp3": iru.Stream, "http://social.test/@halcyon": iru.Account, "http://files.test/web/http://site.test": iru.Mirror} {
			a, err := s.Desk.Watch(t.Context(), s.scope, desk.WatchRequest{Address: address, Kind: kind, Name: "Halcyon Weather Wire", Reason: "exercise"})
			s.ok(err)
			assets[address] = a
		}
		for _, a := range assets {
			s.ok(s.capture(s.item(a), 0))
			s.visit(a)
			s.due(a)
		}
		s.everyRound()

		site := s.saw(assets["http://site.test/"])
		g := site[iru.SiteMonitor].Seen.Site
		if g == nil || g.Title != "Halcyon" || len(g.Feeds) != 1 || g.Feeds[0].ID != "urn:feed:halcyon" || g.Feeds[0].Entries != 1 || len(g.Sitemaps) != 1 ||
			!slices.Equal(g.Names, []string{"third.test"}) || !slices.Equal(g.Resources, []string{"count.test"}) || !slices.Equal(g.Donations, []string{"iban:GB82WEST12345698765432"}) {
			t.Errorf("site: %+v", g)
		}
		if v := site[iru.ServerMonitor].Seen.Server; v == nil || v.Software != "nginx" || len(v.Addresses) != 1 {
			t.Errorf("server: %+v", v)
		}
		if v := site[iru.DomainMonitor].Seen.Domain; v == nil || !v.Exists || len(v.A) != 1 || v.Name != "site.test" {
			t.Errorf("domain: %+v", v)
		}
		app := s.saw(assets["http://store.test/app"])[iru.AppMonitor].Seen.App
		if app == nil || app.Package != "test.halcyon.weather" || app.Version != "1.4.2" || len(app.Signers) != 1 || !slices.Equal(app.Schemes, []string{"v1", "v2", "v3"}) || app.Developer != "Halcyon desk" {
			t.Errorf("app: %+v", app)
		}
		if fs := s.assetNow(assets["http://store.test/app"].ID).Features; !slices.ContainsFunc(fs, func(f iru.Feature) bool { return f.Kind == "apk_signer" }) {
			t.Error("the signer is no mark of identity")
		}
		if a := s.saw(assets["http://addons.test/a.crx"])[iru.AddonMonitor].Seen.Addon; a == nil || a.Problem == "" || a.Identifier != "" {
			t.Errorf("a CRX that is none: %+v", a)
		}
		if n := s.saw(assets["http://lists.test/halcyon"])[iru.NewsletterMonitor].Seen.Newsletter; n == nil || n.Issues != 1 || n.Service != "lists.test" || !slices.Equal(n.Links, []string{"http://site.test/"}) {
			t.Errorf("newsletter: %+v", n)
		}
		if v := s.saw(assets["http://radio.test/live.mp3"])[iru.StreamMonitor].Seen.Stream; v == nil || v.Codec != "mp3" || v.Name != "Tides" || v.Mount != "/live.mp3" || v.Playing != "Fog" || v.Bitrate != 128 || !v.Sound {
			t.Errorf("stream: %+v", v)
		}
		social := s.saw(assets["http://social.test/@halcyon"])
		if v := social[iru.AccountMonitor].Seen.Account; v == nil || v.Handle != "halcyon" || len(social) != 1 {
			t.Errorf("account: %+v, %d sightings", v, len(social))
		}
		if v := s.saw(assets["http://files.test/web/http://site.test"])[iru.MirrorMonitor].Seen.Mirror; v == nil || v.Origin != "http://site.test" || len(v.Files) != 1 {
			t.Errorf("mirror: %+v", v)
		}
		// The feed and the text led to new addresses: candidates, for a person.
		s.ok(d.View(t.Context(), func(x *db.Tx) error {
			for _, l := range []string{"http://second.test/", "https://third.test/"} {
				a, err := x.AssetByLocator(t.Context(), s.scope.Unit, l)
				if err != nil || a.State != iru.AssetCandidate || a.FoundFrom != assets["http://site.test/"].ID {
					t.Errorf("%s: %+v, %v", l, a, err)
				}
			}
			return nil
		}))
		// Looked at again, nothing is new: no capture, no sighting, only its end moves.
		a := assets["http://site.test/"]
		before, was := len(s.exhibits(s.item(a))), s.saw(a)[iru.SiteMonitor]
		s.due(a)
		s.everyRound()
		again := s.saw(a)[iru.SiteMonitor]
		if n := len(s.exhibits(s.item(a))); n != before || again.ID != was.ID || again.Looks != was.Looks+1 || !again.Last.After(was.Last) || !again.First.Equal(was.First) {
			t.Errorf("the same again: %d exhibits of %d, %+v", n, before, again)
		}
		for _, p := range s.plans(a) {
			if p.Looks != 2 || p.Every <= s.Desk.Rules.Monitor || p.Due.Before(time.Now()) {
				t.Errorf("%+v", p)
			}
		}
		// A list's own mail, to a voluntary subscription.
		mail := "From: news@halcyon.test\r\nList-Id: <halcyon.lists.test>\r\nDKIM-Signature: v=1; d=lists.test; s=k\r\nList-Unsubscribe: <http://lists.test/u>\r\n\r\nSee http://fourth.test/ now.\r\n"
		if ok, err := s.Bulletin(t.Context(), []byte(mail)); !ok || err != nil {
			t.Errorf("the list's mail: %v, %v", ok, err)
		}
		if ok, err := s.Bulletin(t.Context(), []byte("From: a@b.test\r\nSubject: hello\r\n\r\nhello\r\n")); ok || err != nil {
			t.Errorf("a person's mail: %v, %v", ok, err)
		}
		s.ok(d.View(t.Context(), func(x *db.Tx) error {
			g, err := x.LastSighting(t.Context(), assets["http://lists.test/halcyon"].ID, iru.NewsletterMonitor, "mail")
			if err == nil && (g.Seen.Newsletter.List != "halcyon.lists.test" || !slices.Equal(g.Seen.Newsletter.Signers, []string{"lists.test"})) {
				t.Errorf("%+v", g.Seen.Newsletter)
			}
			return err
		}))
	})
}

// Whatever fails, nothing is taken for removed: the asset stays up, what was seen stays what it was, and it is looked at again soon.
func TestFailedLookSaysNothing(t *testing.T) {
	s := newScene(t, dbtest.Open(t))
	var mode atomic.Value
	mode.Store("")
	s.host("site.test", func(c net.Conn, path string) {
		switch {
		case path != "/":
			io.WriteString(c, answer(404, "", ""))
		case mode.Load() == "":
			io.WriteString(c, page("Snow", ""))
		case mode.Load() == "cut":
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<html>")
		case mode.Load() == "tarpit":
			time.Sleep(3 * time.Second)
		case mode.Load() == "challenge":
			io.WriteString(c, answer(503, "Content-Type: text/html\r\nCf-Mitigated: challenge\r\n", "<title>Just a moment</title>"))
		case mode.Load() == "busy":
			io.WriteString(c, answer(429, "Retry-After: 7200\r\n", "slower"))
		case mode.Load() == "broken":
			io.WriteString(c, answer(500, "", "oops"))
		}
	})
	limits := small
	limits.FirstByte, limits.Total = time.Second, 2*time.Second
	s.look(limits, nil)
	a, i := s.watch("http://site.test/")
	s.ok(s.capture(i, 0))
	s.visit(a)
	s.due(a)
	s.everyRound()
	was := s.saw(a)
	for _, m := range []string{"cut", "tarpit", "challenge", "broken", "busy"} {
		mode.Store(m)
		s.due(a)
		s.everyRound()
		now := s.assetNow(a.ID)
		if now.State != iru.AssetLive || now.Presence.State != iru.PresenceUp || s.saw(a)[iru.SiteMonitor].ID != was[iru.SiteMonitor].ID {
			t.Errorf("%s: the asset is %s and %s", m, now.State, now.Presence.State)
		}
		for _, p := range s.plans(a) {
			if p.Monitor != iru.SiteMonitor {
				continue
			}
			if p.Failures == 0 || p.Looks != 1 {
				t.Errorf("%s: %+v", m, p)
			}
			if wait := time.Until(p.Due); m == "busy" && wait < time.Hour || m != "busy" && wait > 3*time.Hour {
				t.Errorf("%s: again in %v", m, wait)
			}
		}
	}
	// One that is gone is captured as such, and doubtful, not removed: one look from one place is no agreement.
	mode.Store("gone")
	s.host("site.test", func(c net.Conn, _ string) { io.WriteString(c, answer(410, "", "gone")) })
	s.due(a)
	s.everyRound()
	if now := s.assetNow(a.ID); now.State != iru.AssetLive || now.Presence.State != iru.PresenceDoubtful {
		t.Errorf("gone: %s and %s", now.State, now.Presence.State)
	}
}

// What is handled as PAP:RED is never touched: no look, no capture, no question to its server or its name, by whatever job.
func TestRedIsNeverTouched(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		var asked atomic.Int64
		s.host("site.test", func(c net.Conn, _ string) {
			asked.Add(1)
			io.WriteString(c, page("Snow", ""))
		})
		s.look(small, nil)
		a, i := s.watch("http://site.test/")
		s.ok(s.capture(i, 0))
		s.visit(a)
		s.due(a)
		s.everyRound()
		red := iru.Handling{TLP: "RED", PAP: "RED", H: "H2"}
		outlet := s.assetNow(a.ID).Outlet
		s.ok(d.Tx(t.Context(), func(x *db.Tx) error {
			o, err := x.Outlet(t.Context(), iru.Program(), outlet)
			if err != nil {
				return err
			}
			o.Handling = red
			return x.UpdateOutlet(t.Context(), o, o.State)
		}))
		before, names := asked.Load(), s.questions("site.test")
		s.due(a)
		s.everyRound()
		s.visit(a)
		s.ok(s.capture(i, 7))
		row := &rivertype.JobRow{}
		s.ok((&prober{Crew: s.Crew}).Work(t.Context(), &river.Job[desk.Probe]{JobRow: row, Args: desk.Probe{Asset: a.ID}}))
		s.ok((&verifier{Crew: s.Crew}).Work(t.Context(), &river.Job[desk.Verify]{JobRow: row, Args: desk.Verify{Asset: a.ID}}))
		s.ok((&rechecker{Crew: s.Crew}).Work(t.Context(), &river.Job[desk.Recheck]{JobRow: row, Args: desk.Recheck{Asset: a.ID}}))
		if n, q := asked.Load(), s.questions("site.test"); n != before || q != names {
			t.Errorf("%d requests, %d questions for its name", n-before, q-names)
		}
		if p := s.plans(a); len(p) != 0 {
			t.Errorf("it is still scheduled: %+v", p)
		}
	})
}

func (s *scene) questions(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[name]
}

// Two machines that share a store keep one pace: together they ask no faster than one would.
func TestMachinesShareThePace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		p := Pace{s.Desk}
		var waits []time.Duration
		for range 3 {
			w, err := p.Take(t.Context(), []string{"site.test"}, 4, time.Hour)
			s.ok(err)
			waits = append(waits, w[0].Round(time.Hour))
		}
		if fmt.Sprint(waits) != "[0s 4h0m0s 8h0m0s]" {
			t.Errorf("%v", waits)
		}
		s.ok(p.Hold(t.Context(), "busy.test", 0))
		s.ok(p.Hold(t.Context(), "busy.test", 0))
		if w, err := p.Take(t.Context(), []string{"busy.test"}, 1, 0); err != nil || w[0].Round(time.Minute) != 30*time.Minute {
			t.Errorf("%v, %v", w, err)
		}
		s.ok(p.Hold(t.Context(), "busy.test", -1))
		if w, err := p.Take(t.Context(), []string{"busy.test"}, 1, 0); err != nil || w[0] != 0 {
			t.Errorf("it serves again: %v, %v", w, err)
		}
	})
}

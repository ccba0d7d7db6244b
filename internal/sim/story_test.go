// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// slow is a compression at which nothing happens unless a test advances the story.
const slow = 1

// A unit that is away for longer than half a minute, as one that is killed again and again on a busy machine, loses no answer.
func TestUnitIsAway(t *testing.T) {
	in := newInbox(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	l.Close()
	r := start(t, Options{Compress: slow, ReplyTo: nobody})
	r.desks["cedarbox"].out.pause = time.Millisecond
	send(t, r, "cedarbox", "m1", "RF-2026-0001", RemovalOrder, "hxxps://halcyon-meteo[.]test/")
	r.Advance(5 * minute)
	tried := func() Answer { return r.Truth().notices("cedarbox")[0].Answers[0] }
	for end := time.Now().Add(time.Minute); tried().Attempts < 25; time.Sleep(5 * time.Millisecond) { // as many as take half a minute
		if time.Now().After(end) {
			t.Fatalf("given up: %+v", tried())
		}
	}
	if err := r.SetReplyTo(in.addr); err != nil {
		t.Fatal(err)
	}
	in.await(t, "RF-2026-0001", "received")
}

// Answers to one unit's domain go to that unit's server, and no other's.
func TestReplyFor(t *testing.T) {
	in, other := newInbox(t), newInbox(t)
	r := start(t, Options{Compress: slow, ReplyTo: other.addr})
	if err := r.SetReplyFor("UNIT.test", in.addr); err != nil {
		t.Fatal(err)
	}
	send(t, r, "cedarbox", "m1", "RF-2026-0001", RemovalOrder, "hxxps://halcyon-meteo[.]test/")
	r.Advance(5 * minute)
	in.await(t, "RF-2026-0001", "received")
	if n := len(other.messages()); n != 0 {
		t.Errorf("%d answers went to another unit", n)
	}
	for domain, addr := range map[string]string{"unit.example": in.addr, "unit.test": "192.0.2.1:25"} {
		if r.SetReplyFor(domain, addr) == nil {
			t.Errorf("taken: %s at %s", domain, addr)
		}
	}
}

func TestMailDeskActs(t *testing.T) {
	in := newInbox(t)
	in.busy = 1 // the first try is put off; the desk comes again
	r := start(t, Options{Compress: slow, ReplyTo: in.addr})
	c := client(t, r, "")
	send(t, r, "cedarbox", "m1", "RF-2026-0001", RemovalOrder, "hxxps://halcyon-meteo[.]test/")
	r.Advance(5 * minute)
	ack := in.await(t, "RF-2026-0001", "received")
	if ack.Header.Get("In-Reply-To") != "<m1@unit.test>" || ack.Header.Get("To") != "<reply+7@unit.test>" ||
		!strings.Contains(in.text[0], "We have received your notice RF-2026-0001") {
		t.Errorf("acknowledgement: %v %s", ack.Header, in.text[0])
	}
	if s := status(t, c, "https://halcyon-meteo.test/"); s != 200 {
		t.Errorf("before the act: %d", s)
	}
	r.Advance(hour)
	if done := in.await(t, "RF-2026-0001", ""); !strings.HasPrefix(done.Header.Get("Content-Type"), "multipart/mixed") { // this desk answers an order by the form of Annex II
		t.Errorf("done: %v", done.Header)
	}
	s, h, _ := get(t, c, "https://halcyon-meteo.test/posts/1.html")
	if s != 451 || !strings.Contains(h.Get("Link"), "blocked-by") {
		t.Errorf("after the act: %d %v", s, h)
	}
	for _, u := range []string{"https://willow-allotments.test/", "https://northline-qitar.test/"} {
		if s := status(t, c, u); s != 200 {
			t.Errorf("%s, at the same host: %d", u, s)
		}
	}
	n := r.Truth().notices("cedarbox")
	if len(n) != 1 || n[0].Answers[0].Attempts != 2 || n[0].Answers[0].Delivered.IsZero() || n[0].State != "done" ||
		!slices.Equal(n[0].Assets, []string{"hw-fr"}) {
		t.Errorf("truth: %+v", n)
	}
	if a := r.Truth().asset("hw-fr"); len(a.Spans) != 2 || a.Spans[0].Until.IsZero() || a.last().Effect != LegalBlock {
		t.Errorf("spans: %+v", a.Spans)
	}
}

func TestDuplicateDelivery(t *testing.T) {
	in := newInbox(t)
	r := start(t, Options{Compress: slow, ReplyTo: in.addr})
	for range 3 {
		send(t, r, "postrook", "same", "RF-2026-0002", Referral, "https://lists.postrook.test/northline/")
	}
	send(t, r, "postrook", "reminder", "RF-2026-0002", Referral, "https://lists.postrook.test/northline/")
	r.Advance(2 * hour)
	in.await(t, "RF-2026-0002", "done")
	n := r.Truth().notices("postrook")
	if len(n) != 1 || n[0].Copies != 3 || len(n[0].FollowUps) != 1 || len(n[0].Answers) != 2 {
		t.Errorf("notices: %+v", n)
	}
	if got := len(in.messages()); got != 2 {
		t.Errorf("%d answers", got)
	}
	if s := r.Truth().Sessions; len(s) != 4 || s[0].Reply != "250" || !s[0].TLS || s[0].MessageID != "<same@unit.test>" {
		t.Errorf("sessions: %+v", s)
	}
	acts := 0
	for _, a := range r.Truth().Acts {
		if a.Asset == "nl-list" {
			acts++
		}
	}
	c := client(t, r, "")
	if acts != 1 || status(t, c, "https://lists.postrook.test/northline/") != 410 || status(t, c, "https://lists.postrook.test/allotment-news/") != 200 {
		t.Errorf("%d acts, or the wrong list is gone", acts)
	}
}

func TestSingleItem(t *testing.T) {
	r := start(t, Options{Scenario: "s1", Compress: slow})
	c := client(t, r, "")
	send(t, r, "birchrack", "m1", "RF-2026-0003", Notice, "https://halcyon-weather.test/posts/2.html")
	r.Advance(hour)
	for u, want := range map[string]int{"https://halcyon-weather.test/posts/2.html": 410, "https://halcyon-weather.test/posts/1.html": 200,
		"https://halcyon-weather.test/": 200, "https://quayside-choir.test/": 200} {
		if s := status(t, c, u); s != want {
			t.Errorf("%s: %d, want %d", u, s, want)
		}
	}
}

func TestClarification(t *testing.T) {
	in := newInbox(t)
	r := start(t, Options{Compress: slow, ReplyTo: in.addr})
	c := client(t, r, "")
	send(t, r, "pond", "m1", "RF-2026-0004", Referral, "https://pond.test/@northline")
	r.Advance(24 * hour)
	question := in.await(t, "RF-2026-0004", "clarification")
	if s := status(t, c, "https://pond.test/@northline"); s != 200 {
		t.Errorf("before the answer: %d", s)
	}
	// The answer has no fields of its own: it is recognised by the thread.
	answer := "From: unit@unit.test\r\nTo: abuse@pond.test\r\nSubject: Re: your question\r\nMessage-ID: <m2@unit.test>\r\nIn-Reply-To: " +
		question.Header.Get("Message-Id") + "\r\n\r\nAll of them; see https://pond.test/@quaysidechoir for how it should look.\r\n"
	if err := post(t, r, "abuse@pond.test", []byte(answer)); err != nil {
		t.Fatal(err)
	}
	r.Advance(hour)
	in.await(t, "RF-2026-0004", "done")
	if s := status(t, c, "https://pond.test/@northline"); s != 404 {
		t.Errorf("after the answer: %d", s)
	}
	if s := status(t, c, "https://pond.test/@quaysidechoir"); s != 200 {
		t.Errorf("the account named in the answer: %d", s)
	}
	if n := r.Truth().notices("pond"); len(n) != 1 || len(n[0].FollowUps) != 1 {
		t.Errorf("notices: %+v", n)
	}
}

func TestRefusalThenRegistrar(t *testing.T) {
	in := newInbox(t)
	r := start(t, Options{Compress: slow, ReplyTo: in.addr})
	c := client(t, r, "")
	const site = "https://halcyon-taqs.test/"
	send(t, r, "dunehost", "m1", "RF-2026-0005", RemovalOrder, site)
	send(t, r, "cobalt", "m2", "RO-2026-0006", RemovalOrder, site)
	send(t, r, "cobalt", "m3", "RF-2026-0007", Referral, site)
	send(t, r, "beacon", "m4", "RR-2026-0008", RegistrarReport, site)
	r.Advance(6 * hour)
	in.await(t, "RF-2026-0005", "refused")
	in.await(t, "RO-2026-0006", "cannot")
	in.await(t, "RF-2026-0007", "refused")
	in.await(t, "RR-2026-0008", "cannot")
	for _, n := range r.Truth().notices("cobalt") {
		if last := n.Answers[len(n.Answers)-1]; n.Reference == "RO-2026-0006" && !strings.Contains(last.Text, "not applicable to us") {
			t.Errorf("answer to a removal order: %q", last.Text)
		}
	}
	if s := status(t, c, site); s != 200 {
		t.Errorf("after refusals: %d", s)
	}
	send(t, r, "cobalt", "m5", "RR-2026-0009", RegistrarReport, site)
	r.Advance(6 * hour)
	in.await(t, "RR-2026-0009", "done")
	if m := ask(t, r.Resolver(), "udp", "halcyon-taqs.test", dns.TypeA); m.Rcode != dns.RcodeNameError {
		t.Errorf("held name: %v", m)
	}
	if m := ask(t, r.Resolver(), "udp", "www.halcyon-taqs.test", dns.TypeNS); m.Rcode != dns.RcodeNameError {
		t.Errorf("below a held name: %v", m)
	}
	for _, u := range []string{"https://rdap.cobalt.test/domain/halcyon-taqs.test", "https://rdap.registry.test/domain/halcyon-taqs.test"} {
		if _, _, body := get(t, c, u); !strings.Contains(body, `"client hold"`) || !strings.Contains(body, `"client transfer prohibited"`) {
			t.Errorf("%s: %s", u, body)
		}
	}
	if a := r.Truth().asset("hw-ar"); a.last().Effect != Held {
		t.Errorf("truth: %+v", a)
	}
	send(t, r, "alder", "m6", "RR-2026-0010", RegistrarReport, "https://pond.test/@northline")
	r.Advance(6 * hour)
	in.await(t, "RR-2026-0010", "refused") // the name serves others
}

func TestRegistryOrder(t *testing.T) {
	for _, i := range []Instrument{RegistrarReport, "preservation_order", OrderToAct, CourtOrder} {
		r := start(t, Options{Scenario: "s1", Compress: slow})
		send(t, r, "registry", "m1", "OA-2026-0001", i, "halcyon-weather.test")
		r.Advance(2 * hour)
		_, _, body := get(t, client(t, r, ""), "https://rdap.registry.test/domain/halcyon-weather.test")
		if held := strings.Contains(body, `"server hold"`); held != (i == OrderToAct || i == CourtOrder) {
			t.Errorf("%s: %s", i, body)
		}
	}
}

func TestOneVantageFirst(t *testing.T) {
	r := start(t, Options{Compress: slow})
	a, b := client(t, r, "127.80.0.1"), client(t, r, "127.81.3.4")
	if s, _ := call(t, r, "elmgrid", "POST", "/v1/notices", "k", object{"reference": "RF-2026-0001", "instrument": "referral",
		"targets": []string{"https://northline-trains.test/"}}); s != 202 {
		t.Fatal(s)
	}
	r.Advance(hour)
	if sa, sb := status(t, a, "https://northline-trains.test/"), status(t, b, "https://northline-trains.test/"); sa != 200 || sb != 404 {
		t.Errorf("first: %d from A, %d from B", sa, sb)
	}
	if last := r.Truth().asset("nl-en").last(); last.Partial != "127.81.0.0/16" {
		t.Errorf("truth: %+v", last)
	}
	r.Advance(10 * hour)
	if sa, sb := status(t, a, "https://northline-trains.test/"), status(t, b, "https://northline-trains.test/"); sa != 404 || sb != 404 {
		t.Errorf("later: %d from A, %d from B", sa, sb)
	}
}

func TestStoresAndCDN(t *testing.T) {
	in := newInbox(t)
	r := start(t, Options{Compress: slow, ReplyTo: in.addr})
	c := client(t, r, "")
	api := func(desk, instrument, target string) {
		t.Helper()
		if s, _ := call(t, r, desk, "POST", "/v1/notices", desk+instrument, object{"reference": "R-" + instrument, "instrument": instrument,
			"targets": []string{target}}); s != 202 {
			t.Fatal(s)
		}
	}
	api("juniper", "store_report", "https://apps.juniper.test/app/test.halcyon.weather")
	api("birchrack", "notice", "https://updates.halcyon-app.test/v1/latest.json")
	api("fernedge", "referral", "https://www.halcyon-copy.test/")
	send(t, r, "marigold", "m1", "SR-2026-0001", StoreReport, "https://addons.marigold.test/addon/halcyon-weather-bar")
	send(t, r, "linkshelf", "m2", "RF-2026-0002", Referral, "https://linkshelf.test/halcyon")
	if s := status(t, c, "https://updates.halcyon-app.test/v1/latest.json"); s != 200 {
		t.Errorf("update endpoint before: %d", s)
	}
	r.Advance(2 * hour)
	for u, want := range map[string]int{"https://apps.juniper.test/app/test.halcyon.weather": 404, "https://apps.juniper.test/app/test.plain.clock": 200,
		"https://updates.halcyon-app.test/v1/latest.json": 410, "https://addons.marigold.test/addon/halcyon-weather-bar": 404,
		"https://addons.marigold.test/addon/halcyon-weather-bar/addon.crx": 404, "https://addons.marigold.test/addon/plain-clock": 200,
		"https://www.halcyon-copy.test/": 200, "https://linkshelf.test/halcyon": 200} {
		if s := status(t, c, u); s != want {
			t.Errorf("%s: %d, want %d", u, s, want)
		}
	}
	if _, _, body := get(t, c, "https://addons.marigold.test/"); strings.Contains(body, "halcyon") || !strings.Contains(body, "plain-clock") {
		t.Errorf("catalogue: %s", body)
	}
	if n := r.Truth().notices("fernedge"); n[0].State != "refused" || !strings.Contains(n[0].Answers[1].Text, "abuse@cedarbox.test") {
		t.Errorf("the CDN does not name the origin: %+v", n)
	}
	send(t, r, "cedarbox", "m3", "NT-2026-0003", Notice, "https://www.halcyon-copy.test/")
	r.Advance(48 * hour)
	if s, _, body := get(t, c, "https://linkshelf.test/halcyon"); s != 200 || !strings.Contains(body, "does not exist") {
		t.Errorf("soft 404: %d %s", s, body)
	}
	if s := status(t, c, "https://www.halcyon-copy.test/"); s != 451 {
		t.Errorf("the mirror after its origin acted: %d", s)
	}
}

func TestReturn(t *testing.T) {
	r := start(t, Options{Compress: slow})
	c := client(t, r, "")
	const target = "https://halcyon-weather.test/"
	spki := func(host string) []byte {
		t.Helper()
		resp, err := c.Get("https://" + host + "/")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.TLS.PeerCertificates[0].RawSubjectPublicKeyInfo
	}
	before, key := r.ct.size(), spki("halcyon-weather.test")
	_, _, old := get(t, c, target+"posts/1.html")
	send(t, r, "birchrack", "m1", "RF-2026-0001", Referral, target)
	send(t, r, "postrook", "m2", "RF-2026-0002", Referral, "https://lists.postrook.test/halcyon-weather/")
	r.Advance(2 * hour)
	if status(t, c, target) != 410 || status(t, c, "https://halcyon-skies.test/") != 0 {
		t.Fatal("the head is up, or back at once")
	}
	r.Advance(28 * hour)
	if s := status(t, c, "https://halcyon-skies.test/"); s != 200 {
		t.Fatalf("not back: %d", s)
	}
	if r.ct.size() != before+1 {
		t.Errorf("%d new certificates", r.ct.size()-before)
	}
	if !bytes.Equal(spki("halcyon-skies.test"), key) {
		t.Error("the key is another")
	}
	if _, _, body := get(t, c, "https://linkshelf.test/halcyon"); !strings.Contains(body, "https://halcyon-skies.test/") {
		t.Error("the return is not announced")
	}
	if _, _, body := get(t, c, "https://halcyon-skies.test/posts/1.html"); article(body) == "" || article(body) != article(old) {
		t.Error("the new head does not carry the old posts")
	}
	truth := r.Truth()
	a := truth.asset("hw-en-2")
	if a.Follows != "hw-en" || a.last().Effect != None || !slices.Contains(a.LinkedBy, "https://linkshelf.test/halcyon") {
		t.Errorf("truth: %+v", a)
	}
	if len(truth.asset("hw-en").Spans) != 2 {
		t.Errorf("the old head: %+v", truth.asset("hw-en").Spans)
	}
}

func (l *ctLog) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.leaves)
}

func TestHydra(t *testing.T) {
	r := start(t, Options{Scenario: "s3", Compress: slow})
	c := client(t, r, "")
	for i, at := range []string{"birchrack https://tideway-trams.test/", "cedarbox https://tideway-lines.test/", "elmgrid https://tideway-stops.test/",
		"birchrack https://tideway-rails.test/"} {
		desk, site, _ := strings.Cut(at, " ")
		if s := status(t, c, site); s != 200 {
			t.Fatalf("head %d: %d", i, s)
		}
		send(t, r, desk, fmt.Sprint("m", i), fmt.Sprint("RF-2026-000", i), Referral, site)
		r.Advance(10 * hour)
		r.Advance(24 * hour)
		if s := status(t, c, site); s == 200 {
			t.Fatalf("head %d is still up", i)
		}
	}
	returns := 0
	for _, a := range r.Truth().Acts {
		if a.Did == "raised" {
			returns++
			if a.After > 24*hour || a.After <= 0 {
				t.Errorf("back after %v", a.After)
			}
		}
	}
	if returns != 3 {
		t.Errorf("%d returns", returns)
	}
}

// wave serves the whole operation of S2: every head at its host, the refusing host's names at the registrar.
func wave(t *testing.T, r *Range, backwards bool) {
	truth, w := r.Truth(), r.World()
	assets := truth.Assets
	if backwards {
		slices.Reverse(assets)
	}
	for _, a := range assets {
		if a.Innocent || a.Follows != "" {
			continue
		}
		desk, i := a.Roles[0].Provider, Referral
		switch desk {
		case "dunehost":
			desk, i = a.Roles[1].Provider, RegistrarReport
		case "fernedge":
			i = OrderToAct
		}
		p, _ := w.provider(desk)
		if p.Desk.API == "" {
			send(t, r, desk, a.ID, "N-"+a.ID, i, a.Locator)
		} else if s, _ := call(t, r, desk, "POST", "/v1/notices", a.ID, object{"reference": "N-" + a.ID, "instrument": string(i),
			"targets": []string{a.Locator}}); s != 202 {
			t.Fatal(s)
		}
	}
}

func TestSameSeedSameTruth(t *testing.T) {
	run := func(seed int64, backwards bool) (Truth, []byte) {
		r := start(t, Options{Seed: seed, Compress: slow})
		wave(t, r, backwards)
		r.Advance(100 * hour)
		truth := r.Truth()
		r.Close()
		return truth, truth.Canonical()
	}
	truth, a := run(3, false)
	_, b := run(3, true)
	if !bytes.Equal(a, b) {
		for i := range a {
			if i >= len(b) || a[i] != b[i] {
				t.Fatalf("two runs differ:\n%s\n---\n%s", a[max(0, i-300):min(len(a), i+100)], b[max(0, i-300):min(len(b), i+100)])
			}
		}
	}
	if _, c := run(4, false); bytes.Equal(a, c) {
		t.Error("another seed tells the same story")
	}
	for _, x := range truth.Assets {
		up := x.last().Effect == None
		waits := x.ID == "hw-account" || x.ID == "nl-account" // their platform's question was not answered
		if want := x.Innocent || x.Follows != "" || waits; up != want {
			t.Errorf("%s: %+v", x.ID, x.last())
		}
	}
}

// The whole story of S2 plays within a minute at the default compression.
func TestLengthOfS2(t *testing.T) {
	for seed := range int64(20) {
		r := &Range{opt: Options{Seed: seed}}
		w, err := s2()
		if err != nil {
			t.Fatal(err)
		}
		longest := time.Duration(0)
		for _, p := range w.Providers {
			h := p.Desk.Habit
			sum := time.Duration(0)
			for i, d := range []Delay{h.Ack, h.Act, h.Rest, h.Ack} {
				sum += d.draw(r.opt.Seed, p.ID, fmt.Sprint(i))
			}
			longest = max(longest, sum)
		}
		back := w.Reactions[0].After.draw(seed, "operator")
		if real := max(longest, back+hour) / DefaultCompress; real > time.Minute {
			t.Errorf("seed %d: %v", seed, real)
		}
	}
}

// In real time, without Advance: the agenda's own clock.
func TestStoryRunsByItself(t *testing.T) {
	in := newInbox(t)
	var mu sync.Mutex
	var told []string
	r := start(t, Options{Scenario: "s1", ReplyTo: in.addr, OnEvent: func(a Act) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, a.Did)
	}})
	began := time.Now()
	send(t, r, "birchrack", "m1", "RF-2026-0001", Referral, "https://halcyon-weather.test/")
	in.await(t, "RF-2026-0001", "done")
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("half an hour took %v", took)
	}
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(told, []string{"removed"}) {
		t.Errorf("events: %v", told)
	}
}

func TestSink(t *testing.T) {
	s, err := StartSink(context.Background(), 30)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.Roots()}}
	defer tr.CloseIdleConnections()
	c := http.Client{Transport: tr}
	for i := range 31 {
		q, err := http.NewRequest("POST", []string{s.Base(), s.PlainBase()}[i%2]+"/v1/notices", strings.NewReader(`{"reference":"R","instrument":"referral","targets":["x"]}`))
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Authorization", "Bearer "+s.Token())
		q.Header.Set("Idempotency-Key", fmt.Sprint(i))
		if i == 10 {
			if err := mailTo(s.SMTP(), s.Roots(), "abuse@many.test", letter("abuse@many.test", "x", "R", "referral")); err != nil {
				t.Fatal(err)
			}
			continue
		}
		resp, err := c.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if want := map[bool]int{true: 202, false: 503}[i < 30]; resp.StatusCode != want {
			t.Fatalf("notice %d: %d", i, resp.StatusCode)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.Wait(ctx, 30); err != nil {
		t.Fatal(err)
	}
	all := s.Arrivals()
	if len(all) != 30 || all[10].Via != "smtp" || all[10].Key != "<x@unit.test>" || all[29].Via != "api" || all[29].At.Before(all[0].At) {
		t.Errorf("arrivals: %+v", all)
	}
	if err := s.Read(); err == nil || !strings.Contains(err.Error(), "no document") {
		t.Errorf("what has no document: %v", err)
	}
	if _, err := StartSink(context.Background(), 0); err == nil {
		t.Error("a sink for nothing")
	}
}

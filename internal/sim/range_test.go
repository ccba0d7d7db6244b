// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"github.com/openrdap/rdap"
	"github.com/openrdap/rdap/bootstrap"
	"go.uber.org/goleak"
	"golang.org/x/mod/sumdb/tlog"

	"iolaus/internal/iru"
)

func TestGuard(t *testing.T) {
	for _, a := range []string{"0.0.0.0:0", "192.0.2.1:80", "10.0.0.1:80", "[::1]:0", "[::ffff:127.0.0.1]:0", "localhost:0", "128.0.0.1:1", ":0"} {
		if l, err := listenTCP(a); err == nil {
			l.Close()
			t.Errorf("listens on %s", a)
		}
		if u, err := listenUDP(a); err == nil {
			u.Close()
			t.Errorf("listens on %s", a)
		}
		if c, err := dial(context.Background(), netip.Addr{}, a); err == nil {
			c.Close()
			t.Errorf("dials %s", a)
		}
	}
	if _, err := dial(context.Background(), netip.MustParseAddr("10.0.0.1"), "127.0.0.1:9"); !errors.Is(err, iru.Forbidden) {
		t.Errorf("dials from 10.0.0.1: %v", err)
	}
	for _, n := range []string{"example.com", "test.com", "atest", "", "a..test", "a b.test", "x.test.", "Y.TEST"} {
		_, err := guardName(n)
		if ok := n == "x.test." || n == "Y.TEST"; ok != (err == nil) {
			t.Errorf("name %q: %v", n, err)
		}
	}
	if _, err := build(World{Scenario: "x", Domains: []Domain{{Name: "example.com", Registrar: "alder", DNS: "alder"}}, Outlets: []Outlet{choir},
		Assets: []Asset{{ID: "x", Outlet: "choir", Host: "alder", Locator: "https://example.com/"}}}, "registry", "alder"); err == nil {
		t.Error("a world with a name outside .test was built")
	}
	if _, err := Start(context.Background(), Options{Scenario: "s1", ReplyTo: "192.0.2.1:25"}); !errors.Is(err, iru.Forbidden) {
		t.Errorf("answers to 192.0.2.1: %v", err)
	}
	if _, err := Start(context.Background(), Options{Scenario: "s9"}); !errors.Is(err, iru.Invalid) {
		t.Errorf("scenario s9: %v", err)
	}
	r := start(t, Options{Scenario: "s1"})
	if err := r.Publish("unit.test", netip.MustParseAddr("192.0.2.1")); !errors.Is(err, iru.Forbidden) {
		t.Errorf("publish 192.0.2.1: %v", err)
	}
	if err := r.Publish("unit.example", anywhere); !errors.Is(err, iru.Forbidden) {
		t.Errorf("publish unit.example: %v", err)
	}
	if err := r.Publish("halcyon-weather.test", anywhere); !errors.Is(err, iru.Conflict) {
		t.Errorf("publish a name of the world: %v", err)
	}
	if err := mailTo(r.Smarthost(), nil, "someone@example.com", []byte("Subject: x\r\n\r\nx\r\n")); err == nil {
		t.Error("mail for example.com was taken")
	}
}

func ask(t *testing.T, server, network, name string, qtype uint16) *dns.Msg {
	t.Helper()
	m := new(dns.Msg)
	m.SetQuestion(dns.Fqdn(name), qtype)
	m.SetEdns0(1232, false)
	got, _, err := (&dns.Client{Net: network}).Exchange(m, server)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestNames(t *testing.T) {
	r := start(t, Options{})
	for _, network := range []string{"udp", "tcp"} {
		for _, c := range []struct {
			name  string
			qtype uint16
			rcode int
			want  string // in the answer
		}{
			{"halcyon-weather.test", dns.TypeA, 0, "127.20.6.11"},
			{"HALCYON-weather.test", dns.TypeA, 0, "127.20.6.11"},
			{"halcyon-weather.test", dns.TypeNS, 0, "ns1.alder.test."},
			{"halcyon-weather.test", dns.TypeSOA, 0, "hostmaster.alder.test."},
			{"halcyon-weather.test", dns.TypeTXT, 0, "v=spf1"},
			{"halcyon-weather.test", dns.TypeAAAA, 0, ""},
			{"www.halcyon-copy.test", dns.TypeA, 0, "www-halcyon-copy-test.edge.fernedge.test."},
			{"edge.fernedge.test", dns.TypeA, 0, ""},
			{"birchrack.test", dns.TypeMX, 0, "mail.birchrack.test."},
			{"halcyon-skies.test", dns.TypeA, dns.RcodeNameError, ""},
			{"nobody.test", dns.TypeA, dns.RcodeNameError, ""},
			{"nobody.halcyon-weather.test", dns.TypeA, dns.RcodeNameError, ""},
			{"test", dns.TypeNS, 0, "ns1.registry.test."},
			{"example.com", dns.TypeA, dns.RcodeRefused, ""},
		} {
			m := ask(t, r.Resolver(), network, c.name, c.qtype)
			text := fmt.Sprint(m.Answer)
			if m.Rcode != c.rcode || (c.want == "") != (len(m.Answer) == 0) || !strings.Contains(text, c.want) {
				t.Errorf("%s %s %s: %s %v", network, c.name, dns.TypeToString[c.qtype], dns.RcodeToString[m.Rcode], m.Answer)
			}
			if c.rcode != dns.RcodeRefused && !m.Authoritative {
				t.Errorf("%s: without authority", c.name)
			}
			if len(m.Answer) == 0 && c.rcode != dns.RcodeRefused && len(m.Ns) != 1 {
				t.Errorf("%s: a negative answer without SOA", c.name)
			}
		}
	}
	own := fmt.Sprintf("127.20.2.53:%d", r.Ports()[53]) // alder's
	if m := ask(t, own, "udp", "halcyon-weather.test", dns.TypeA); len(m.Answer) != 1 || m.RecursionAvailable {
		t.Errorf("alder's server on its own zone: %v", m)
	}
	if m := ask(t, own, "udp", "halcyon-meteo.test", dns.TypeA); m.Rcode != dns.RcodeRefused {
		t.Errorf("alder's server on another's zone: %v", m)
	}
	if err := r.Publish("unit.test", netip.MustParseAddr("127.0.0.9")); err != nil {
		t.Fatal(err)
	}
	if m := ask(t, r.Resolver(), "udp", "unit.test", dns.TypeA); !strings.Contains(fmt.Sprint(m.Answer), "127.0.0.9") {
		t.Errorf("published name: %v", m)
	}
}

func TestRDAP(t *testing.T) {
	r := start(t, Options{})
	h := client(t, r, "")
	base, err := url.Parse(r.Bootstrap())
	if err != nil {
		t.Fatal(err)
	}
	c := &rdap.Client{HTTP: h, Bootstrap: &bootstrap.Client{HTTP: h, BaseURL: base}}
	d, err := c.QueryDomain("halcyon-taqs.test")
	if err != nil {
		t.Fatal(err)
	}
	if d.LDHName != "halcyon-taqs.test" || len(d.Nameservers) != 2 || len(d.Entities) != 1 || len(d.Entities[0].Entities) != 1 ||
		!slices.Contains(d.Entities[0].Entities[0].Roles, "abuse") || d.Entities[0].Entities[0].VCard.Email() != "abuse@cobalt.test" {
		t.Errorf("domain: %+v", d)
	}
	n, err := c.QueryIP("127.20.8.10")
	if err != nil {
		t.Fatal(err)
	}
	if n.Name != "DUNEHOST-NET" || n.Country != "XD" || n.Entities[0].Entities[0].VCard.Email() != "abuse@dunehost.test" {
		t.Errorf("network: %+v", n)
	}
	if s, header, _ := get(t, h, "https://rdap.cobalt.test/domain/halcyon-taqs.test"); s != 200 || header.Get("Content-Type") != "application/rdap+json" {
		t.Errorf("registrar's RDAP: %d %v", s, header)
	}
	for _, u := range []string{"https://rdap.cobalt.test/domain/halcyon-meteo.test", "https://rdap.registry.test/domain/halcyon-skies.test",
		"https://rdap.exchange.test/ip/192.0.2.1"} {
		if s := status(t, h, u); s != 404 {
			t.Errorf("%s: %d", u, s)
		}
	}
}

func TestCertificateLog(t *testing.T) {
	r := start(t, Options{})
	c := client(t, r, "")
	fetch := func(path string, into any) {
		t.Helper()
		s, _, body := get(t, c, r.CTLog()+path)
		if s != 200 {
			t.Fatalf("%s: %d %s", path, s, body)
		}
		if err := json.Unmarshal([]byte(body), into); err != nil {
			t.Fatal(err)
		}
	}
	var sth struct {
		Size      int64  `json:"tree_size"`
		Timestamp uint64 `json:"timestamp"`
		Root      []byte `json:"sha256_root_hash"`
		Signature []byte `json:"tree_head_signature"`
	}
	fetch("ct/v1/get-sth", &sth)
	_, _, der := get(t, c, r.CTLog()+"public-key.der")
	key, err := x509.ParsePKIXPublicKey([]byte(der))
	if err != nil {
		t.Fatal(err)
	}
	head := binary.BigEndian.AppendUint64([]byte{0, 1}, sth.Timestamp)
	head = append(binary.BigEndian.AppendUint64(head, uint64(sth.Size)), sth.Root...)
	digest := sha256.Sum256(head)
	if !bytes.Equal(sth.Signature[:2], []byte{4, 3}) || !ecdsa.VerifyASN1(key.(*ecdsa.PublicKey), digest[:], sth.Signature[4:]) {
		t.Error("the signature of the tree head is wrong")
	}
	var names []string
	level := [][]byte{}
	for int64(len(level)) < sth.Size {
		var got struct{ Entries []ctEntry }
		fetch(fmt.Sprintf("ct/v1/get-entries?start=%d&end=%d", len(level), sth.Size-1), &got)
		for _, e := range got.Entries {
			n := int(e.LeafInput[12])<<16 | int(e.LeafInput[13])<<8 | int(e.LeafInput[14])
			cert, err := x509.ParseCertificate(e.LeafInput[15 : 15+n])
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, cert.DNSNames...)
			h := sha256.Sum256(append([]byte{0}, e.LeafInput...))
			level = append(level, h[:])
		}
	}
	if root := merkle(level); !bytes.Equal(root, sth.Root) {
		t.Error("the root is not that of the entries")
	}
	if !slices.Contains(names, "halcyon-weather.test") || slices.Contains(names, "halcyon-skies.test") {
		t.Errorf("names in the log: %v", names)
	}
	if _, err := r.Certificate("unit.test"); err != nil {
		t.Fatal(err)
	}
	var after struct {
		Size int64 `json:"tree_size"`
	}
	fetch("ct/v1/get-sth", &after)
	if after.Size != sth.Size+1 {
		t.Errorf("size %d after %d and one more certificate", after.Size, sth.Size)
	}
	var proof struct {
		Index int64    `json:"leaf_index"`
		Path  [][]byte `json:"audit_path"`
	}
	fetch("ct/v1/get-proof-by-hash?tree_size="+fmt.Sprint(sth.Size)+"&hash="+url.QueryEscape(base64.StdEncoding.EncodeToString(level[5])), &proof)
	var path tlog.RecordProof
	for _, h := range proof.Path {
		path = append(path, tlog.Hash(h))
	}
	if err := tlog.CheckRecord(path, sth.Size, tlog.Hash(sth.Root), proof.Index, tlog.Hash(level[5])); err != nil || proof.Index != 5 {
		t.Errorf("proof of leaf 5: %v", err)
	}
}

// merkle is the tree hash of RFC 6962, section 2.1, written from the text.
func merkle(leaves [][]byte) []byte {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	h := sha256.Sum256(slices.Concat([]byte{1}, merkle(leaves[:k]), merkle(leaves[k:])))
	return h[:]
}

var linkForm = regexp.MustCompile(`https://[a-z0-9.-]+\.test/[^\s"'<>]*`)
var localForm = regexp.MustCompile(`(?:href|src)="(/[^"]*)"`)

// crawl follows every link from the seeds and gives the documents that it read.
func crawl(t *testing.T, r *Range, seeds []string) map[string]string {
	c := client(t, r, "127.80.0.7")
	seen := map[string]string{}
	queue := slices.Clone(seeds)
	for len(queue) > 0 {
		u := queue[0]
		queue = queue[1:]
		if _, ok := seen[u]; ok {
			continue
		}
		if len(seen) > 2000 {
			t.Fatal("the crawl does not end")
		}
		resp, err := c.Get(u)
		if err != nil {
			t.Fatalf("%s: %v", u, err)
		}
		var body []byte
		if kind := resp.Header.Get("Content-Type"); !strings.HasPrefix(kind, "audio/wav") {
			if body, err = io.ReadAll(resp.Body); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(kind, "application/vnd.android") || strings.HasPrefix(kind, "application/x-chrome") || strings.HasPrefix(kind, "image/") || strings.HasPrefix(kind, "application/zip") {
				body = nil
			}
		}
		resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Errorf("%s: %d", u, resp.StatusCode)
		}
		seen[u] = string(body)
		for _, l := range linkForm.FindAllString(string(body), -1) {
			if !strings.Contains(l, "rdap") && !strings.HasSuffix(l, "/gtag/js?id=") {
				queue = append(queue, l)
			}
		}
		base, err := url.Parse(u)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range localForm.FindAllStringSubmatch(string(body), -1) {
			queue = append(queue, base.Scheme+"://"+base.Host+l[1])
		}
	}
	return seen
}

func TestCrawl(t *testing.T) {
	for _, scenario := range []string{"s1", "s2", "s3", "s4", "s5", "s6"} {
		t.Run(scenario, func(t *testing.T) {
			r := start(t, Options{Scenario: scenario})
			seen := crawl(t, r, r.Seeds())
			for _, a := range r.Truth().Assets {
				_, found := seen[a.Locator]
				if want := !a.Innocent && a.Follows == ""; want && !found {
					t.Errorf("%s %s was not found", a.ID, a.Locator)
				} else if a.Follows != "" && found {
					t.Errorf("%s is linked before it exists", a.ID)
				}
			}
			for _, l := range r.Truth().Links {
				if body, ok := seen[l.Page]; ok && !strings.Contains(body, l.Target) {
					t.Errorf("%s does not lead to %s", l.Page, l.Target)
				} else if a := r.Truth().asset(l.From); !ok && a.Follows == "" && !a.Innocent {
					t.Errorf("%s was not met", l.Page)
				}
			}
		})
	}
}

func TestWorldOfS2(t *testing.T) {
	r := start(t, Options{})
	truth := r.Truth()
	count, languages, states := 0, map[string]bool{}, map[string]bool{}
	w := r.World()
	for _, a := range truth.Assets {
		if a.Innocent || a.Follows != "" {
			continue
		}
		count++
		languages[a.Language] = true
		for _, role := range a.Roles {
			p, _ := w.provider(role.Provider)
			states[p.State] = true
		}
	}
	if count < 14 || len(languages) != 3 || len(states) != 4 || len(r.Seeds()) != 2 {
		t.Errorf("%d assets, languages %v, states %v", count, languages, states)
	}
	c := client(t, r, "")
	_, _, arabic := get(t, c, "https://halcyon-taqs.test/")
	if !strings.Contains(arabic, `<html lang="ar" dir="rtl">`) || !strings.Contains(arabic, "G-HW7Q2M41XK") {
		t.Error("the Arabic site is not written from right to left, or lacks its identifier")
	}
	_, _, original := get(t, c, "https://halcyon-weather.test/posts/2.html")
	_, _, mirror := get(t, c, "https://www.halcyon-copy.test/posts/2.html")
	if article(original) == "" || article(original) != article(mirror) {
		t.Error("the mirror's post is not the original's")
	}
	// The page of a theme's neighbour has nothing in common that links it.
	_, _, plain := get(t, c, "https://plain-weather.test/")
	for _, mark := range []string{halcyon.Analytics, halcyon.Contact, halcyon.FeedKey} {
		if strings.Contains(plain, mark) {
			t.Errorf("the unrelated site carries %s", mark)
		}
	}
	if s, h, _ := get(t, c, "http://halcyon-weather.test/posts/1.html"); s != 308 || h.Get("Location") != "https://halcyon-weather.test/posts/1.html" {
		t.Errorf("plain HTTP: %d %v", s, h)
	}
}

func article(page string) string {
	_, after, _ := strings.Cut(page, "<article>")
	text, _, _ := strings.Cut(after, "</article>")
	return regexp.MustCompile(`src="[^"]*"`).ReplaceAllString(text, "")
}

func TestStream(t *testing.T) {
	r := start(t, Options{})
	c := client(t, r, "")
	resp, err := c.Get("https://stream.airwave.test/halcyon")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	head := make([]byte, 44+16000)
	if _, err := io.ReadFull(resp.Body, head); err != nil {
		t.Fatal(err)
	}
	loud := 0
	for i := 44; i < len(head); i += 2 {
		if v := int16(binary.LittleEndian.Uint16(head[i:])); v > 5000 || v < -5000 {
			loud++
		}
	}
	if resp.Header.Get("Content-Type") != "audio/wav" || string(head[:4]) != "RIFF" || string(head[8:12]) != "WAVE" || loud < 1000 {
		t.Errorf("stream: %v, %q, %d loud samples", resp.Header, head[:12], loud)
	}
	if _, _, body := get(t, c, "https://stream.airwave.test/status-json.xsl"); !strings.Contains(body, `"https://stream.airwave.test/halcyon"`) {
		t.Errorf("status: %s", body)
	}
	// When the mount is closed, who listens is cut off, and the mount is listed no more.
	if s, _ := call(t, r, "airwave", "POST", "/v1/notices", "k1", object{"reference": "RF-2026-0001", "instrument": "referral",
		"targets": []string{"https://stream.airwave.test/halcyon"}}); s != 202 {
		t.Fatal(s)
	}
	r.Advance(2 * hour)
	if _, err := io.Copy(io.Discard, resp.Body); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatal(err)
	}
	if s := status(t, c, "https://stream.airwave.test/halcyon"); s != 404 {
		t.Errorf("closed mount: %d", s)
	}
	_, _, body := get(t, c, "https://stream.airwave.test/status-json.xsl")
	if strings.Contains(body, `/halcyon"`) || !strings.Contains(body, "/quayside") {
		t.Errorf("status afterwards: %s", body)
	}
}

func TestSameSeedSamePages(t *testing.T) {
	a, b, other := start(t, Options{Seed: 5}), start(t, Options{Seed: 5}), start(t, Options{Seed: 6})
	ca, cb, co := client(t, a, ""), client(t, b, ""), client(t, other, "")
	for _, u := range []string{"https://halcyon-weather.test/", "https://halcyon-taqs.test/posts/3.html", "https://halcyon-taqs.test/mark.jpg",
		"https://addons.marigold.test/addon/halcyon-weather-bar/addon.crx", "https://lists.postrook.test/northline/"} {
		_, _, x := get(t, ca, u)
		_, _, y := get(t, cb, u)
		_, _, z := get(t, co, u)
		if x != y {
			t.Errorf("%s differs between two runs", u)
		}
		if x == z {
			t.Errorf("%s does not depend on the seed", u)
		}
	}
}

func TestCloseIsClean(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	r, err := Start(ctx, Options{Scenario: "s1"})
	if err != nil {
		t.Fatal(err)
	}
	// A connection that says nothing does not keep the range open, and the end of the context ends it too.
	c, err := net.Dial("tcp", r.Smarthost())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	cancel()
	r.Close()
	r.Close()
	if _, err := net.Dial("tcp", r.Resolver()); err == nil {
		t.Error("the resolver still listens")
	}
	goleak.VerifyNone(t)
}

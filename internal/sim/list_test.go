// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bytes"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/miekg/dns"
)

// Who subscribes is asked to confirm, receives signed letters, hears of what is announced, and no more after leaving.
func TestLetters(t *testing.T) {
	in := newInbox(t)
	r := start(t, Options{Scenario: "s4", Virtual: true, ReplyTo: in.addr})
	c := client(t, r, "")
	const list = "https://lists.postrook.test/galehead/"
	post := func(path string, form url.Values) int {
		t.Helper()
		resp, err := c.PostForm(list+path, form)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	for _, bad := range []string{"", "x", "someone@example.com"} {
		if s := post("subscribe", url.Values{"email": {bad}}); s != 422 {
			t.Errorf("%q: %d", bad, s)
		}
	}
	if s := post("subscribe", url.Values{"email": {"watch+7@unit.test"}}); s != 200 {
		t.Fatal(s)
	}
	wait := func(subject string) (*mail.Message, string) {
		t.Helper()
		n := -1
		eventually(t, "letter "+subject, func() bool {
			for i, m := range in.messages() {
				if strings.Contains(m.Header.Get("Subject"), subject) {
					n = i
				}
			}
			return n >= 0
		})
		in.mu.Lock()
		defer in.mu.Unlock()
		return in.got[n], in.text[n]
	}
	_, text := wait("Please confirm")
	link := regexp.MustCompile(`token=3D([0-9a-f=\r\n]{32,})`).FindStringSubmatch(text)
	if link == nil {
		t.Fatalf("no link: %s", text)
	}
	token := strings.NewReplacer("=\r\n", "", "\r\n", "").Replace(link[1])[:32]
	if s := status(t, c, list+"confirm?token=0"); s != 404 {
		t.Errorf("a wrong token: %d", s)
	}
	if s := status(t, c, list+"confirm?token="+token); s != 200 {
		t.Fatal(s)
	}
	m, text := wait("Galehead Letter: ")
	if m.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" || !strings.Contains(m.Header.Get("List-Id"), "<galehead.lists.postrook.test>") ||
		m.Header.Get("To") != "watch+7@unit.test" || !strings.Contains(text, "galehead-bulletin.test") {
		t.Errorf("%v %s", m.Header, text)
	}
	var raw bytes.Buffer // as it came: the signed fields in any order
	for k, vs := range m.Header {
		for _, v := range vs {
			raw.WriteString(k + ": " + v + "\r\n")
		}
	}
	raw.WriteString("\r\n" + text)
	found, err := dkim.VerifyWithOptions(&raw, &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		var out []string
		for _, rr := range ask(t, r.Resolver(), "udp", name, dns.TypeTXT).Answer {
			out = append(out, strings.Join(rr.(*dns.TXT).Txt, ""))
		}
		return out, nil
	}})
	if err != nil || len(found) != 2 {
		t.Fatalf("%v %v", found, err)
	}
	domains := map[string]bool{}
	for _, v := range found {
		domains[v.Domain] = v.Err == nil
	}
	if !domains["postrook.test"] || !domains["galehead-bulletin.test"] {
		t.Errorf("signatures: %v", domains)
	}
	r.issueLetterFor(t, "gh-list", "https://galehead-signal.test/")
	if _, text := wait("We are now at"); !strings.Contains(text, "galehead-signal.test") {
		t.Error(text)
	}
	before := len(in.messages())
	if s := post("unsubscribe?token="+token, url.Values{"List-Unsubscribe": {"One-Click"}}); s != 200 {
		t.Error(s)
	}
	r.Advance(10 * 24 * hour)
	if n := len(in.messages()); n != before {
		t.Errorf("%d letters after leaving", n-before)
	}
	if l := r.Truth().Letters; len(l) != before || !l[0].Delivered || l[1].List != "gh-list" {
		t.Errorf("truth: %+v", l)
	}
}

// issueLetterFor lets a list announce an address.
func (r *Range) issueLetterFor(t *testing.T, list, at string) {
	t.Helper()
	r.estate.announce(list, announcement{"We are now at", at})
	r.issueLetter(list)
}

func TestCopies(t *testing.T) {
	r := start(t, Options{Scenario: "s4"})
	c := client(t, r, "")
	const kept = "https://backpage.test/web/20260302070000/https://galehead-bulletin.test/"
	_, h, page := get(t, c, kept)
	if h.Get("Memento-Datetime") != "Mon, 02 Mar 2026 07:00:00 GMT" || !strings.Contains(h.Get("Link"), `<https://galehead-bulletin.test/>; rel="original"`) ||
		!strings.Contains(page, "/web/20260302070000/https://galehead-bulletin.test/posts/1.html") {
		t.Errorf("%v %s", h, page)
	}
	_, _, then := get(t, c, kept+"posts/2.html")
	_, _, now := get(t, c, "https://galehead-bulletin.test/posts/2.html")
	if article(then) == "" || article(then) != article(now) {
		t.Error("the copy of a post is not the post")
	}
	if s, _, body := get(t, c, "https://backpage.test/web/timemap/link/https://galehead-bulletin.test/"); s != 200 || !strings.Contains(body, `rel="memento"`) {
		t.Errorf("%d %s", s, body)
	}
	_, _, page = get(t, c, "https://files.hollowbox.test/f/galehead-month")
	_, h, file := get(t, c, "https://files.hollowbox.test/f/galehead-month/download")
	if h.Get("Content-Type") != "application/zip" || len(opened(t, file)) != 6 || !strings.Contains(page, hexDigest([]byte(file))) {
		t.Errorf("%v, %s", h, page)
	}
	if s, _ := call(t, r, "hollowbox", "POST", "/v1/notices", "k", object{"reference": "R1", "instrument": "notice", "targets": []string{"https://files.hollowbox.test/f/galehead-month"}}); s != 202 {
		t.Fatal(s)
	}
	r.Advance(2 * hour)
	for u, want := range map[string]int{"https://files.hollowbox.test/f/galehead-month/download": 410, "https://files.hollowbox.test/f/tram-plans/download": 200} {
		if s := status(t, c, u); s != want {
			t.Errorf("%s: %d", u, s)
		}
	}
}

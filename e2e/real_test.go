// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-message"

	"iolaus/internal/deliver/mailtest"
	"iolaus/internal/link"
)

// A tutorial is the files and commands of docs/tutorial.md, moved to a folder and addresses of the test's own.
type tutorial struct {
	t    *testing.T
	text string
	dir  string
}

// moved are what the tutorial's files name and the test puts elsewhere.
func newTutorial(t *testing.T, moved map[string]string) tutorial {
	t.Helper()
	b, err := os.ReadFile("../docs/tutorial.md")
	ok(t, err)
	u := tutorial{t: t, text: string(b), dir: moved["/tmp/iolaus-tutorial"]}
	for from, to := range moved {
		if !strings.Contains(u.text, from) {
			t.Fatalf("the tutorial does not name %s any more", from)
		}
		u.text = strings.ReplaceAll(u.text, from, to)
	}
	return u
}

// write writes the block that begins with "# name" and gives its path.
func (u tutorial) write(name string) string {
	u.t.Helper()
	_, rest, found := strings.Cut(u.text, "\n# "+name+"\n")
	block, _, ends := strings.Cut(rest, "```")
	if !found || !ends {
		u.t.Fatalf("the tutorial has no block that begins with # %s", name)
	}
	path := filepath.Join(u.dir, name)
	ok(u.t, os.WriteFile(path, []byte(block), 0o644))
	return path
}

// command gives the arguments of the program's command in the tutorial that holds these words.
func (u tutorial) command(words string) []string {
	u.t.Helper()
	for line := range strings.Lines(u.text) {
		if args, is := strings.CutPrefix(strings.TrimSpace(line), "iolaus --config"); is && strings.Contains(args, words) {
			var out []string
			for n, part := range strings.Split("--config"+args, `"`) {
				if n%2 == 1 {
					out = append(out, part)
				} else {
					out = append(out, strings.Fields(part)...)
				}
			}
			for n, a := range out {
				if a == "iolaus.toml" || a == "data" {
					out[n] = filepath.Join(u.dir, a)
				}
			}
			return out
		}
	}
	u.t.Fatalf("the tutorial has no command with %q", words)
	return nil
}

// debian gives the path of a program of Debian.
func debian(t *testing.T, name, pkg string) string {
	t.Helper()
	for _, dir := range []string{"/usr/sbin/", "/usr/bin/"} {
		if _, err := os.Stat(dir + name); err == nil {
			return dir + name
		}
	}
	t.Fatalf("%s is missing: apt-get install --no-install-recommends %s, or make system", name, pkg)
	return ""
}

const password = "harbour weather at six"

// One case from sighting to return, with nothing of ours at the other end: pages of a Debian package from nginx, names from dnsmasq,
// mail through exim and dovecot, and people at the pages of the workbench.
func TestRealInput(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/usr/share/doc/diffutils/index.html"); err != nil {
		t.Fatalf("%v; apt-get install diffutils-doc, or make system", err)
	}
	dir := t.TempDir()
	web, dns, inbox := free(t, "127.0.0.1"), free(t, "127.53.0.1"), free(t, "127.0.0.1")
	post := mailtest.Start(t, mailtest.Config{Domain: "northhost.test", Smarthost: inbox})
	_, site, _ := strings.Cut(free(t, "127.61.0.1"), ":")
	_, name, _ := strings.Cut(dns, ":")
	u := newTutorial(t, map[string]string{"/tmp/iolaus-tutorial": dir, "127.0.0.1:8440": web, "15353": name, "18080": site, "127.0.0.1:18587": post.Addr(), "127.0.0.1:18025": inbox})
	u.write("books.conf")
	nginx := start(t, debian(t, "nginx", "nginx-light"), "-c", u.write("nginx.conf"))
	start(t, debian(t, "dnsmasq", "dnsmasq-base"), "--keep-in-foreground", "--conf-file="+u.write("dnsmasq.conf"))
	u.write("iolaus.toml")
	serves(t, "127.61.0.1:"+site, "books.reading-room.test", http.StatusOK)

	begun := time.Now()
	p := iolaus(t, u.command("serve")...)
	welcome := p.await(`http://\S+(/welcome/[0-9a-f]{64})`)[1]
	t.Logf("first start to the one-time link: %s", time.Since(begun).Round(time.Millisecond))
	const banner = "Training network: guard opened for 127.0.0.0/8"
	admin := newPerson(t, web, banner)
	enter(admin, welcome, "Administrator")
	people := map[string]*person{}
	for login, role := range map[string]string{"ada": "analyst", "lena": "reviewer", "lio": "liaison"} {
		admin.open("/admin").submit("/admin/officers", "", url.Values{"login": {login}, "name": {strings.ToUpper(login[:1]) + login[1:]}, "role": {role}})
		one := regexp.MustCompile(`/welcome/[0-9a-f]{64}`).FindString(admin.text() + values(admin))
		if one == "" {
			t.Fatalf("no one-time link for %s:\n%s", login, tail(admin.text(), 3000))
		}
		people[login] = newPerson(t, web, banner)
		enter(people[login], one, login)
	}
	ada, lena, lio := people["ada"], people["lena"], people["lio"]

	// A sighting.
	out := must(t, u.command("watch add http://books")...)
	asset := regexp.MustCompile(`Asset (\d+) on watch`).FindStringSubmatch(out)
	if asset == nil {
		t.Fatalf("watch add says %q", out)
	}
	api := newAPI(ada)
	var items list
	eventually(t, func() string {
		api.get("/v1/items?limit=200&asset="+asset[1], &items)
		for _, i := range items.Items {
			if i.Address == "http://books.reading-room.test/" && i.State == "ready" {
				return ""
			}
		}
		return fmt.Sprintf("the page is not captured: %+v", items.Items)
	})
	item := fmt.Sprint(items.Items[0].ID)
	ada.open("/").open("/triage").open("/items/" + item).sees("Comparing and Merging Files")
	ada.open("/triage?item="+item+"&act=refer").submit("/items/"+item+"/assess", "", url.Values{"limbs": {"c"}, "passage": {"Comparing and Merging Files"},
		"purpose": {"proceed"}, "purpose_reason": {"exercise: looked for and not found"}, "public": {"1"}, "reason": {"exercise: treated as if it met the ground"}})

	// Who can act.
	lio.open("/providers/new").submit("/providers", "", url.Values{"name": {"Northhost"}, "site": {"northhost.test"}, "layer": {"host"}, "jurisdiction": {"XB"},
		"channel": {"smtp"}, "address": {"abuse@northhost.test"}, "source": {"the host's own page"}})
	lio.open("/providers")
	listed := lio.find(func(tag string, a map[string]string) bool {
		return tag == "a" && regexp.MustCompile(`^/providers/\d+$`).MatchString(a["href"])
	})
	if len(listed) != 1 {
		t.Fatalf("%d providers are listed, not one:\n%s", len(listed), tail(lio.text(), 3000))
	}
	host := attributes(listed[0])["href"]
	lio.open(host+"/confirm").submit(host+"/confirm", "", url.Values{"note": {"called the number on their page"}}).sees("confirmed")
	lio.open("/assets/"+asset[1]).submit("/assets/"+asset[1]+"/carry", "", url.Values{"provider": {strings.TrimPrefix(host, "/providers/")}, "source": {"the host's own page names this address"}})

	// The act.
	ada.open("/assets/" + asset[1] + "/act").sees("Northhost")
	option := ""
	for _, n := range ada.find(func(tag string, a map[string]string) bool {
		return tag == "input" && a["name"] == "option" && strings.Contains(a["value"], "referral")
	}) {
		option = attributes(n)["value"]
	}
	if option == "" {
		t.Fatalf("no referral is offered:\n%s", tail(ada.text(), 4000))
	}
	ada.submit("/assets/"+asset[1]+"/act", "", url.Values{"option": {option}})
	notice := regexp.MustCompile(`^/notices/\d+$`).FindString(ada.at)
	if notice == "" {
		t.Fatalf("the draft led to %s:\n%s", ada.at, tail(ada.text(), 3000))
	}
	ada.open(notice+"/step/submit").submit(notice+"/step/submit", "", nil)
	approved := time.Now()
	lena.open(notice+"/paper").sees("Please remove the content at this address", "exercise: treated as if it met the ground")
	lena.open(notice+"/step/approve").submit(notice+"/step/approve", "", url.Values{"read": {"1"}})

	// It leaves, is read at the other end, and answered there.
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	mails, err := post.Await(ctx, 1)
	ok(t, err)
	t.Logf("approval to the provider's mailbox: %s", time.Since(approved).Round(time.Millisecond))
	letter, err := message.Read(bytes.NewReader(mails[0]))
	ok(t, err)
	reply := letter.Header.Get("Reply-To")
	to, err := mail.ParseAddress(reply)
	if err != nil || !strings.HasSuffix(to.Address, "@replies.unit-a.test") || !bytes.Contains(mails[0], []byte("books.reading-room.test")) {
		t.Fatalf("the mail asks for answers to %q:\n%s", reply, tail(string(mails[0]), 3000))
	}
	var n noticeDetail
	eventually(t, func() string { // the delivery notice of the provider's own mail server is the receipt
		api.get("/v1"+notice, &n)
		if n.State != "received" || len(n.Clocks) == 0 {
			return fmt.Sprintf("the act is %s with %d clocks", n.State, len(n.Clocks))
		}
		return ""
	})
	const said = "The page has been taken down on our side."
	answer := fmt.Sprintf("From: Abuse Desk <abuse@northhost.test>\r\nTo: %s\r\nSubject: Re: %s\r\nMessage-ID: <1@northhost.test>\r\nIn-Reply-To: %s\r\nDate: %s\r\n\r\nDear colleagues,\r\n%s\r\n",
		reply, letter.Header.Get("Subject"), letter.Header.Get("Message-Id"), time.Now().Format(time.RFC1123Z), said)
	ok(t, post.Send(ctx, "abuse@northhost.test", to.Address, []byte(answer)))
	eventually(t, func() string {
		api.get("/v1"+notice, &n)
		for _, l := range n.Letters {
			if l.Inbound && strings.Contains(l.Text, said) {
				return ""
			}
		}
		return fmt.Sprintf("the answer is not in the thread: %+v", n.Letters)
	})
	for _, l := range n.Letters { // what was only guessed, a person files
		if l.Inbound && l.Guess {
			ada.open(notice).sees(said).submit(fmt.Sprintf("%s/letters/%d", notice, l.ID), "", url.Values{"kind": {"done"}})
		}
	}
	api.get("/v1"+notice, &n)
	if n.State != "claimed" {
		t.Errorf("after their word the act is %s", n.State)
	}

	// Removal, verified: by us, not by their word.
	ok(t, os.WriteFile(filepath.Join(dir, "books.conf"), []byte("return 410;\n"), 0o644))
	ok(t, nginx.cmd.Process.Signal(syscall.SIGHUP))
	serves(t, "127.61.0.1:"+site, "books.reading-room.test", http.StatusGone)
	var a assetDetail
	eventually(t, func() string {
		api.get("/v1"+notice, &n)
		api.get("/v1/assets/"+asset[1], &a)
		if n.State != "complied" || a.State != "down" {
			return fmt.Sprintf("the act is %s, the asset %s", n.State, a.State)
		}
		return ""
	})
	for _, c := range n.Clocks {
		if c.State == "running" {
			t.Errorf("a clock still runs after the removal: %+v", c)
		}
	}
	ada.open(notice).open("/assets/" + asset[1]).open("/outlets")

	// It comes back under another name: nobody has said whose it is, the page itself does.
	out = must(t, u.command("watch add http://library")...)
	second := regexp.MustCompile(`Asset (\d+) on watch`).FindStringSubmatch(out)
	if second == nil {
		t.Fatalf("watch add says %q", out)
	}
	eventually(t, func() string {
		api.get("/v1/assets/"+second[1], &a)
		if a.State != "candidate" || fmt.Sprint(a.Lineage.To) != asset[1] {
			return fmt.Sprintf("the new address is %s, resembling %+v", a.State, a.Lineage)
		}
		return ""
	})
	if a.Lineage.Score < link.Suggest || len(a.Lineage.Evidence) == 0 {
		t.Errorf("lineage %+v", a.Lineage)
	}
	for _, e := range a.Lineage.Evidence {
		t.Logf("clue %s: %.1f bits, %s", e.Kind, e.Weight, e.Note)
	}
	t.Logf("the same outlet as asset %d: %.1f bits", a.Lineage.To, a.Lineage.Score)
	ada.open("/assets/" + second[1]).sees("library")
	ada.open("/candidates").sees("library")
	api.get("/v1/items?limit=200&asset="+second[1], &items)
	var i struct {
		Matches []struct {
			Medium   string
			Distance float64
		}
	}
	eventually(t, func() string {
		api.get(fmt.Sprintf("/v1/items/%d", items.Items[0].ID), &i)
		for _, m := range i.Matches {
			if m.Medium == "sha256" && m.Distance == 0 {
				return ""
			}
		}
		return fmt.Sprintf("its content is not recognised: %+v", i.Matches)
	})
	ada.open(fmt.Sprintf("/items/%d", items.Items[0].ID))
	for _, path := range []string{"/providers", "/notices", "/operations", "/banks", "/me", "/search?q=reading", "/watch"} {
		ada.open(path)
	}
	newPerson(t, web, banner).open("/signin").sees("Who are you?")

	if took, code := p.stop(); code != 0 || took > 10*time.Second {
		t.Errorf("ended with %d after %s", code, took)
	}
	if out := must(t, u.command("ledger verify")...); !strings.Contains(out, "whole") {
		t.Errorf("ledger verify says %q", out)
	}
	t.Log(must(t, u.command("doctor")...))
}

// enter follows a one-time link and chooses a password.
func enter(p *person, link, name string) {
	p.t.Helper()
	p.open(link).submit("/welcome/", "", url.Values{"name": {name}, "password": {password}, "again": {password}})
	if p.at != "/" {
		p.t.Fatalf("the one-time link of %s led to %s:\n%s", name, p.at, tail(p.text(), 3000))
	}
}

// values are what the fields of a page hold: a one-time link is shown in one, to be copied.
func values(p *person) string {
	var b strings.Builder
	for _, n := range p.find(func(string, map[string]string) bool { return true }) {
		for _, a := range n.Attr {
			b.WriteString(" " + a.Val)
		}
	}
	return b.String()
}

// serves waits until a web server answers a name with a status.
func serves(t *testing.T, at, name string, status int) {
	t.Helper()
	eventually(t, func() string {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+at+"/", nil)
		ok(t, err)
		req.Host = name
		res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
		if err != nil {
			return err.Error()
		}
		defer res.Body.Close()
		if res.StatusCode != status {
			return "nginx answers " + res.Status
		}
		return ""
	})
}

// What the test reads of the interface.
type (
	list struct {
		Items []struct {
			ID             int64
			Address, State string
		}
	}
	noticeDetail struct {
		State   string
		Letters []struct {
			ID      int64
			Inbound bool
			Guess   bool
			Kind    string
			Text    string
		}
		Clocks []struct{ Rule, State string }
	}
	assetDetail struct {
		State   string
		Lineage struct {
			To       int64
			Score    float64
			Evidence []struct {
				Kind   string
				Weight float64
				Note   string
			}
		}
	}
)

// An api reads with a token that a person has issued to a program.
type api struct {
	t     testing.TB
	base  string
	token string
}

// newAPI issues a token at the person's own page.
func newAPI(p *person) api {
	p.t.Helper()
	p.open("/me").submit("/me/tokens", "", url.Values{"name": {"the test"}, "scope": {"read"}})
	secret := regexp.MustCompile(`\b[0-9a-f]{64}\b`).FindString(p.text() + values(p))
	if secret == "" {
		p.t.Fatalf("no token is shown:\n%s", tail(p.text(), 3000))
	}
	return api{p.t, p.base, secret}
}

func (a api) get(path string, into any) {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, a.base+path, nil)
	ok(a.t, err)
	req.Header.Set("Authorization", "Bearer "+a.token)
	res, err := http.DefaultClient.Do(req)
	ok(a.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	ok(a.t, err)
	if res.StatusCode != http.StatusOK {
		a.t.Fatalf("GET %s: %s\n%s", path, res.Status, b)
	}
	ok(a.t, json.Unmarshal(b, into))
}

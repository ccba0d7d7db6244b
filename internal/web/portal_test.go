// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/legal"
	"iolaus/internal/web/webtest"
	"iolaus/internal/work"
)

// A counter is the provider's side: a house whose acts can be answered by their pages.
type counter struct {
	*house
	crew *work.Crew
	http *http.Client
	act  iru.Notice
	page string
}

var portalSecret = []byte("a secret of a weather unit, 0001")

// openCounter is a house whose acts can be answered by their pages, with nothing in it.
func openCounter(t testing.TB) *counter {
	t.Helper()
	store, err := blob.OpenDisk(t.TempDir())
	must(t, err)
	c := &counter{crew: &work.Crew{Store: store, Post: work.Post{Secret: portalSecret, Domain: "unit-a.test"}}, http: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	c.house = newHouse(t, func(o *Options) {
		o.Portal = &Portal{
			Open: func(token string) (iru.NoticeID, iru.DrillID, error) {
				p, err := c.crew.OpenPage(token)
				return p.Notice, p.Drill, err
			},
			Answer: func(ctx context.Context, n iru.NoticeID, k iru.DrillID, a desk.PortalAnswer) (int64, error) {
				return c.crew.AnswerPage(ctx, work.Page{Notice: n, Drill: k}, a)
			},
			File: func(ctx context.Context, digest string) (io.ReadCloser, error) { return store.Open(ctx, digest) },
		}
	})
	c.crew.Desk = c.Desk
	return c
}

// newCounter has a removal order on its way to a provider, sent and not received.
func newCounter(t testing.TB, channel string) *counter {
	t.Helper()
	c, ctx := openCounter(t), t.Context()
	a := c.watch("https://wire.halcyon-weather.test/", "Halcyon Weather Wire")
	i := c.item(a.Locator)
	c.capture(i, "en", "Wire", "Snow line falls tonight to 600 metres.", nil)
	c.carried(a, "Birchrack", "Alder Names")
	c.look(a.ID, iru.Up, iru.Up)
	c.refer("ada", i, iru.PurposeProceed)
	host := c.provider("Birchrack", legal.Host)
	if channel != iru.ByMail {
		_, err := c.EnterProvider(ctx, c.scope("ben"), iru.Provider{Name: host.Name, Layer: host.Layer, Channel: channel, Address: "abuse@birchrack.test"})
		must(t, err)
	}
	_, err := c.Confirm(ctx, c.scope("ben"), host.ID, "called")
	must(t, err)
	_, err = c.RecordInformed(ctx, c.scope("ben"), host.ID, c.clock().Add(-24*time.Hour).Format(time.RFC3339), "", "registered letter")
	must(t, err)
	c.act = c.house.act(desk.DraftRequest{Asset: a.ID, Item: i.ID, Provider: host.ID, Layer: legal.Host, Instrument: legal.RemovalOrder})
	_, err = c.Approve(ctx, c.scope("sig"), c.act.ID)
	must(t, err)
	c.seal()
	_, err = c.Dispatch(ctx, c.act.ID)
	must(t, err)
	c.page = "/p/" + deliver.PortalToken(portalSecret, int64(c.act.ID))
	if channel != iru.ByHand {
		c.leave()
	}
	return c
}

func (c *counter) leave() {
	must(c.t, c.RecordSent(c.t.Context(), c.act.ID, desk.Sending{At: c.clock(), Proof: "250 ok"}))
	c.later(time.Minute)
}

// ask sends a request and gives the answer with its body.
func (c *counter) ask(method, path string, form url.Values) (*http.Response, string) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(form.Encode()))
	must(c.t, err)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := c.http.Do(r)
	must(c.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(c.t, err)
	return resp, string(b)
}

var onceField = regexp.MustCompile(`name="once" value="([^"]+)"`)

// fill opens a form and sends it with values.
func (c *counter) fill(kind string, form url.Values) (*http.Response, string) {
	c.t.Helper()
	at := c.page + "/answer/" + kind
	resp, body := c.ask("GET", at, nil)
	m := onceField.FindStringSubmatch(body)
	if resp.StatusCode != 200 || m == nil {
		c.t.Fatalf("%s: %d\n%s", kind, resp.StatusCode, body)
	}
	if form == nil {
		form = url.Values{}
	}
	form.Set("once", m[1])
	return c.ask("POST", at, form)
}

func (c *counter) now() (n iru.Notice, ls []iru.Letter, cs []iru.Clock, events []iru.Event) {
	c.t.Helper()
	c.view(func(ctx context.Context, x *db.Tx) error {
		var err error
		if n, err = x.Notice(ctx, iru.Program(), c.act.ID); err != nil {
			return err
		}
		if ls, err = x.Letters(ctx, iru.Program(), c.act.ID); err != nil {
			return err
		}
		if cs, err = x.ClocksOf(ctx, iru.Program(), c.act.ID); err != nil {
			return err
		}
		events, err = x.EventsOf(ctx, iru.Subject{Noun: "notice", ID: int64(c.act.ID)})
		return err
	})
	return n, ls, cs, events
}

// TestPortalOpening: the page has everything, runs no script, sets no cookie, and opening it is a fact and no receipt.
func TestPortalOpening(t *testing.T) {
	c := newCounter(t, iru.ByMail)
	for range 3 {
		resp, body := c.ask("GET", c.page, nil)
		h := resp.Header
		if resp.StatusCode != 200 || len(h["Set-Cookie"]) > 0 || !strings.Contains(h.Get("X-Robots-Tag"), "noindex") || h.Get("Referrer-Policy") != "no-referrer" || strings.Contains(body, "<script") ||
			!strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(h.Get("Content-Security-Policy"), "script") {
			t.Fatalf("%d, %v", resp.StatusCode, h)
		}
		for _, want := range []string{"https://wire.halcyon-weather.test/", c.act.Ref, "within one hour of receipt", "We cannot do it now", "We need clarification", "We hold that it is wrong", "Whoever has the link"} {
			if !strings.Contains(body, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		if strings.Contains(body, `href="https://wire`) {
			t.Error("an address of the act is a link")
		}
	}
	n, _, cs, es := c.now()
	opened := 0
	for _, e := range es {
		if e.Verb == "access" {
			opened++
		}
	}
	if n.State != iru.NoticeSent || !n.ReceivedAt.IsZero() || len(cs) != 0 || opened != 1 {
		t.Errorf("opened thrice within an hour: %s, %d clocks, %d times written down", n.State, len(cs), opened)
	}
	if _, body := c.ask("GET", c.page+"?lang=ar", nil); !strings.Contains(body, `dir="rtl"`) || !strings.Contains(body, "مهلتكم") {
		t.Error("the page is not in Arabic")
	}
}

// TestPortalReceived: the button starts the hour, pressed twice it is one receipt, and what is kept can be proved without us.
func TestPortalReceived(t *testing.T) {
	c := newCounter(t, iru.ByMail)
	form := url.Values{"once": {desk.NewOnce()}}
	first, _ := c.ask("POST", c.page+"/answer/receipt", form)
	c.later(10 * time.Minute)
	second, _ := c.ask("POST", c.page+"/answer/receipt", form)
	if first.StatusCode != 303 || second.StatusCode != 303 || first.Header.Get("Location") != second.Header.Get("Location") {
		t.Fatalf("%d %s, %d %s", first.StatusCode, first.Header.Get("Location"), second.StatusCode, second.Header.Get("Location"))
	}
	n, ls, cs, _ := c.now()
	if n.State != iru.NoticeReceived || len(ls) != 2 || len(cs) == 0 || !cs[0].Started.Equal(n.ReceivedAt) || cs[0].Rule != "tco-1h" || c.clock().Sub(n.ReceivedAt) != 10*time.Minute {
		t.Fatalf("%s, %d letters, %+v", n.State, len(ls), cs)
	}
	if _, body := c.ask("GET", c.page, nil); !strings.Contains(body, "It runs until") || !strings.Contains(body, "50") {
		t.Error("the page does not show the clock")
	}
	c.seal()
	at := first.Header.Get("Location")
	if _, body := c.ask("GET", at, nil); !strings.Contains(body, ls[1].Proof) {
		t.Error("the answer's page does not tell its digest")
	}
	resp, body := c.ask("GET", at+"/receipt", nil)
	var doc struct {
		Schema, Answer, Sha256, Proof, Salt, Payload string
		Log                                          string `json:"log_key"`
	}
	must(t, json.Unmarshal([]byte(body), &doc))
	if !strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment") || doc.Schema != ReceiptSchema || doc.Sha256 != sum(doc.Answer) || !strings.Contains(doc.Payload, doc.Sha256) {
		t.Fatalf("%s", body)
	}
	proof, err := ledger.ParseProof([]byte(doc.Proof))
	must(t, err)
	leaf := proof.Extra
	if _, err := proof.Check(leaf, c.Log.Verifier, c.Log.Origin); err != nil {
		t.Error(err)
	}
	e, err := ledger.ParseLeaf(leaf)
	must(t, err)
	var salt [16]byte
	b, err := hex.DecodeString(doc.Salt)
	must(t, err)
	copy(salt[:], b)
	if ledger.Commit(salt, []byte(doc.Payload)) != e.Commitment {
		t.Error("the payload does not open the log's entry")
	}
}

// TestPortalAnswers: what is said by the link moves the act as far as the link proves something.
func TestPortalAnswers(t *testing.T) {
	done := func(c *counter) url.Values {
		return url.Values{"measure_at": {c.clock().Format("2006-01-02T15:04")}, "name": {"Birchrack"}, "person": {"R. Halloran"}, "mail": {"abuse@birchrack.test"}, "theirs": {"T-7"}}
	}
	for _, k := range []struct {
		channel, kind string
		form          func(*counter) url.Values
		state         iru.NoticeState
		guess         bool
		annex, clock  string
	}{
		{iru.ByMail, "removed", done, iru.NoticeClaimed, false, "II", "running"},
		{iru.ByMail, "disabled", done, iru.NoticeClaimed, false, "II", "running"},
		{iru.ByMail, "question", func(*counter) url.Values { return url.Values{"text": {"Which bulletin?"}} }, iru.NoticeReceived, true, "", "running"},
		{iru.ByPortal, "question", func(*counter) url.Values { return url.Values{"text": {"Which bulletin?"}} }, iru.NoticeClarifying, false, "", "stopped"},
		{iru.ByPortal, "cannot", func(*counter) url.Values {
			return url.Values{"cause-impossible": {"1"}, "reasons": {"the hall is under water"}, "name": {"Birchrack"}, "person": {"R. Halloran"}}
		}, iru.NoticeClarifying, false, "III", "stopped"},
		{iru.ByMail, "cannot", func(*counter) url.Values {
			return url.Values{"cause-impossible": {"1"}, "reasons": {"the hall is under water"}, "name": {"Birchrack"}, "person": {"R. Halloran"}}
		}, iru.NoticeReceived, true, "III", "running"},
		{iru.ByPortal, "cannot", func(*counter) url.Values {
			return url.Values{"cause-impossible": {"1"}, "cause-information": {"1"}, "reasons": {"under water"}, "needed": {"which bulletin"}, "name": {"Birchrack"}, "person": {"R. Halloran"}}
		}, iru.NoticeReceived, true, "III", "running"},
		{iru.ByMail, "wrong", func(*counter) url.Values { return url.Values{"text": {"It is a weather report."}} }, iru.NoticeReceived, true, "", "running"},
	} {
		t.Run(k.channel+" "+k.kind, func(t *testing.T) {
			c := newCounter(t, k.channel)
			resp, body := c.fill(k.kind, k.form(c))
			if resp.StatusCode != 303 {
				t.Fatalf("%d\n%s", resp.StatusCode, body)
			}
			n, ls, cs, _ := c.now()
			l := ls[len(ls)-1]
			if n.State != k.state || l.Guess != k.guess || n.ReceivedAt.IsZero() || len(cs) == 0 || string(cs[0].State) != k.clock {
				t.Errorf("%s, guess %t (%s), clocks %+v", n.State, l.Guess, l.Remark, cs)
			}
			if got := l.Annex; (got == nil) != (k.annex == "") || got != nil && (got.Number != k.annex || got.Reference != n.Ref) {
				t.Errorf("annex %+v", got)
			}
			if k.guess && k.kind != "wrong" && k.channel == iru.ByMail { // a person files it, as of the time at which it was said
				said := l.At
				c.later(5 * time.Minute)
				must(t, c.File(t.Context(), c.scope("ben"), l.ID, l.Kind))
				if n, _, cs, _ = c.now(); n.State != iru.NoticeClarifying || cs[0].State != iru.ClockStopped || !cs[0].Ended.Equal(said) {
					t.Errorf("filed: %s, %+v", n.State, cs)
				}
			}
		})
	}
}

// TestPortalMisuse: tokens cannot be guessed, forms cannot be replayed, bent or blown up, and a page ends.
func TestPortalMisuse(t *testing.T) {
	c := newCounter(t, iru.ByMail)
	other := deliver.PortalToken([]byte("a secret of another unit, 00001"), int64(c.act.ID))
	for name, token := range map[string]string{"another secret": other, "the reply tag": deliver.Tag(portalSecret, int64(c.act.ID)), "the callback's": deliver.CallbackToken(portalSecret, int64(c.act.ID)),
		"a number": "1", "cut off": c.page[3:20], "one changed": c.page[3:len(c.page)-1] + "a", "an act that is not there": deliver.PortalToken(portalSecret, 999)} {
		if resp, body := c.ask("GET", "/p/"+token, nil); resp.StatusCode != 404 || strings.Contains(body, "halcyon") {
			t.Errorf("%s: %d", name, resp.StatusCode)
		}
	}
	// A replay: the same form with other words, and after the act has moved on, is the first answer.
	form := url.Values{"once": {desk.NewOnce()}, "text": {"Which bulletin?"}}
	first, _ := c.ask("POST", c.page+"/answer/question", form)
	form.Set("text", "We have removed all of it.")
	second, _ := c.ask("POST", c.page+"/answer/wrong", form)
	if first.StatusCode != 303 || second.Header.Get("Location") != first.Header.Get("Location") {
		t.Errorf("replayed: %d %s, %s", second.StatusCode, second.Header.Get("Location"), first.Header.Get("Location"))
	}
	if _, ls, _, _ := c.now(); len(ls) != 2 || ls[1].Text != "Which bulletin?" {
		t.Errorf("%d letters", len(ls))
	}
	for name, f := range map[string]struct {
		kind string
		form url.Values
		want int
	}{
		"no form number":    {"question", url.Values{"text": {"x"}}, 422},
		"a forged number":   {"question", url.Values{"text": {"x"}, "once": {"../../x"}}, 422},
		"nothing said":      {"question", url.Values{"once": {desk.NewOnce()}}, 422},
		"another button":    {"erase", url.Values{"once": {desk.NewOnce()}, "text": {"x"}}, 404},
		"decline an order":  {"decline", url.Values{"once": {desk.NewOnce()}, "text": {"x"}}, 404},
		"no time":           {"removed", url.Values{"once": {desk.NewOnce()}, "name": {"B"}, "person": {"R"}}, 422},
		"a time ahead":      {"removed", url.Values{"once": {desk.NewOnce()}, "measure_at": {"2027-01-01T00:00"}}, 422},
		"nothing ticked":    {"cannot", url.Values{"once": {desk.NewOnce()}, "reasons": {"x"}}, 422},
		"ticked, no reason": {"cannot", url.Values{"once": {desk.NewOnce()}, "cause-impossible": {"1"}}, 422},
		"too long":          {"question", url.Values{"once": {desk.NewOnce()}, "text": {strings.Repeat("rain ", 100_000)}}, 413},
	} {
		if resp, _ := c.ask("POST", c.page+"/answer/"+f.kind, f.form); resp.StatusCode != f.want {
			t.Errorf("%s: %d, want %d", name, resp.StatusCode, f.want)
		}
	}
	// The letters that came by mail are not shown: whoever sent them may be a stranger, and so may be whoever has the link.
	c.reply(c.act.ID, "note", true, "a letter that came by mail")
	if _, body := c.ask("GET", c.page, nil); strings.Contains(body, "a letter that came by mail") {
		t.Error("the page shows mail")
	}
	// Withdrawn, it can be read for half a year, and then is no more.
	_, err := c.Withdraw(t.Context(), c.scope("lena"), c.act.ID, "the bulletin was the weather service's own")
	must(t, err)
	c.later(desk.PortalTime - time.Hour)
	if resp, body := c.ask("GET", c.page, nil); resp.StatusCode != 200 || !strings.Contains(body, "This page closes on") {
		t.Errorf("half a year later: %d", resp.StatusCode)
	}
	c.later(2 * time.Hour)
	for _, p := range []string{c.page, c.page + "/answer/question", first.Header.Get("Location"), first.Header.Get("Location") + "/receipt", c.page + "/files/1"} {
		if resp, _ := c.ask("GET", p, nil); resp.StatusCode != 404 {
			t.Errorf("%s after its time: %d", p, resp.StatusCode)
		}
	}
	// Whoever goes on guessing is slowed down; the right link is not.
	slowed := false
	for i := range 40 {
		resp, _ := c.ask("GET", fmt.Sprintf("/p/%029d", i), nil)
		slowed = slowed || resp.StatusCode == 429
	}
	if !slowed {
		t.Error("forty wrong links in a row were answered")
	}
}

// TestVerify tells whether a document is ours, and nothing else.
func TestVerify(t *testing.T) {
	c := newCounter(t, iru.ByMail)
	doc := "%PDF-1.7 an order about a timetable"
	digest, _, err := c.crew.Store.Put(t.Context(), strings.NewReader(doc))
	must(t, err)
	must(t, c.DB.Tx(t.Context(), func(x *db.Tx) error {
		_, err := x.AddLetter(t.Context(), &iru.Letter{Notice: c.act.ID, At: c.clock(), Kind: "answer", Channel: iru.ByMail, MessageID: "more", Files: []iru.File{{Name: "order.pdf", Kind: "application/pdf", SHA256: digest, Size: int64(len(doc))}}})
		return err
	}))
	for _, k := range []struct {
		ref, digest, file string
		status            int
		says              string
	}{
		{c.act.Ref, digest, "", 200, "Yes. This installation"}, {c.act.Ref, "sha256:" + strings.ToUpper(digest), "", 200, "Yes. This installation"}, {c.act.Ref, "", doc, 200, "Yes. This installation"},
		{c.act.Ref, sum("x"), "", 200, "No. This installation"}, {"RO-2026-9999", digest, "", 200, "No. This installation"}, {c.act.Ref, "", doc + "!", 200, "No. This installation"},
		{c.act.Ref, "rain", "", 422, "digest"}, {"", digest, "", 200, "No. This installation"},
	} {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		must(t, m.WriteField("ref", k.ref))
		must(t, m.WriteField("digest", k.digest))
		if k.file != "" {
			w, err := m.CreateFormFile("file", "order.pdf")
			must(t, err)
			_, err = io.WriteString(w, k.file)
			must(t, err)
		}
		must(t, m.Close())
		r, err := http.NewRequestWithContext(t.Context(), "POST", c.url+"/verify", &b)
		must(t, err)
		r.Header.Set("Content-Type", m.FormDataContentType())
		resp, err := c.http.Do(r)
		must(t, err)
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		must(t, err)
		if resp.StatusCode != k.status || !strings.Contains(string(body), k.says) || strings.Contains(string(body), "halcyon") || strings.Contains(string(body), "Birchrack") {
			t.Errorf("%q %q %q: %d", k.ref, k.digest, k.file, resp.StatusCode)
		}
	}
}

// TestDrill: a practice order says so everywhere, takes an answer, and is no act.
func TestDrill(t *testing.T) {
	c := newCounter(t, iru.ByMail)
	page := c.as("ben")
	p := c.provider("Birchrack", legal.Host)
	page.post(fmt.Sprintf("/providers/%d/drill", p.ID))
	k := iru.Drill{}
	c.view(func(ctx context.Context, x *db.Tx) error {
		ks, err := x.DrillsOf(ctx, iru.Program(), p.ID, 9)
		if len(ks) == 1 {
			k = ks[0]
		}
		return err
	})
	if k.ID == 0 {
		t.Fatal("there is no practice order")
	}
	c.page = "/p/" + deliver.DrillToken(portalSecret, int64(k.ID))
	if resp, body := c.ask("GET", c.page, nil); resp.StatusCode != 200 || strings.Count(body, "PRACTICE") < 4 || !strings.Contains(body, "nothing has to be removed") {
		t.Fatalf("%d\n%s", resp.StatusCode, body)
	}
	if resp, _ := c.fill("receipt", nil); resp.StatusCode != 303 {
		t.Errorf("received: %d", resp.StatusCode)
	}
	if resp, body := c.fill("removed", url.Values{"measure_at": {c.clock().Format("2006-01-02T15:04")}, "name": {"B"}, "person": {"R"}}); resp.StatusCode != 303 {
		t.Errorf("removed: %d\n%s", resp.StatusCode, body)
	}
	c.view(func(ctx context.Context, x *db.Tx) error {
		var err error
		if k, err = x.Drill(ctx, iru.Program(), k.ID); err != nil {
			return err
		}
		var notices, clocks int
		if err := x.QueryRow(ctx, "SELECT COUNT(*) FROM notice").Scan(&notices); err != nil {
			return err
		}
		if err := x.QueryRow(ctx, "SELECT COUNT(*) FROM clock").Scan(&clocks); err != nil {
			return err
		}
		if k.State != iru.DrillAnswered || k.Answer != "done" || k.OpenedAt.IsZero() || notices != 1 || clocks != 0 {
			t.Errorf("%+v, %d notices, %d clocks", k, notices, clocks)
		}
		return nil
	})
}

// TestPortalLooks: the pages hold WCAG 2.2 and their own policy at every width; pictures go where IOLAUS_PICTURES names.
func TestPortalLooks(t *testing.T) {
	c := newCounter(t, iru.ByMail)
	pages := map[string]string{"portal": c.page, "portal-cannot": c.page + "/answer/cannot", "portal-removed": c.page + "/answer/removed", "verify": "/verify", "portal-ar": c.page + "?lang=ar"}
	resp, _ := c.ask("POST", c.page+"/answer/receipt", url.Values{"once": {desk.NewOnce()}})
	c.seal()
	pages["portal-given"] = resp.Header.Get("Location")
	dir := os.Getenv("IOLAUS_PICTURES")
	for name, path := range pages {
		webtest.AxeEverywhere(t, c.url+path)
		webtest.Quiet(t, c.url+path)
		if dir != "" {
			webtest.Screenshot(t, c.url+path, 1280, false, filepath.Join(dir, name+"-light.png"))
			webtest.Screenshot(t, c.url+path, 400, true, filepath.Join(dir, name+"-narrow-dark.png"))
		}
	}
}

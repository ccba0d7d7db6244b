// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"iolaus/internal/db"
	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/webtest"
)

// TestRemovalOrderToAnnulment: people at a browser take a removal order from an assessed item through two approvals, the provider's question
// and its answer, removal, complaint and annulment to reinstatement, by keys, clicks and forms only. The worker's part and the clock are the
// test's; axe-core looks at every page on the way as it stands then.
func TestRemovalOrderToAnnulment(t *testing.T) {
	w := &order{counter: openCounter(t), whole: t}
	w.Rules.TwoContacts = true
	w.begins()
	for _, part := range []struct {
		name string
		walk func(*testing.T)
	}{{"draft", w.drafts}, {"approval", w.approves}, {"question", w.asks}, {"clarification", w.clarifies}, {"removal", w.removes}, {"complaint", w.complains}, {"annulment", w.annuls}, {"reinstatement", w.restores}, {"story", w.tells}} {
		if !t.Run(part.name, func(t *testing.T) { // a browser lives for three minutes
			w.t = t
			defer func() { w.t = w.whole }()
			part.walk(t)
		}) {
			t.FailNow()
		}
	}
}

// An order is the matter as it goes from hand to hand.
type order struct {
	*counter
	whole     *testing.T
	asset     iru.Asset
	item      iru.Item
	path      string // of the act's page in the workbench
	started   time.Time
	registrar iru.Provider
}

// begins: an item was assessed whole, its host is informed and its contact confirmed, and the registrar was asked about its name before.
func (w *order) begins() {
	w.t.Helper()
	ctx := w.t.Context()
	w.asset = w.watch("https://wire.halcyon-weather.test/", "Halcyon Weather Wire")
	w.item = w.house.item(w.asset.Locator)
	w.house.capture(w.item, "en", "Wire", "Snow line falls tonight to 600 metres.", nil)
	w.carried(w.asset, "Birchrack", "Alder Names")
	w.look(w.asset.ID, iru.Up, iru.Up)
	w.refer("ada", w.item, iru.PurposeProceed)
	host := w.provider("Birchrack", legal.Host)
	w.registrar = w.provider("Alder Names", legal.Registrar)
	for _, p := range []iru.Provider{host, w.registrar} {
		_, err := w.Confirm(ctx, w.scope("ben"), p.ID, "called")
		must(w.t, err)
	}
	_, err := w.RecordInformed(ctx, w.scope("ben"), host.ID, w.clock().Add(-24*time.Hour).Format(time.RFC3339), "", "registered letter")
	must(w.t, err)
	n := w.house.act(desk.DraftRequest{Asset: w.asset.ID, Item: w.item.ID, Provider: w.registrar.ID, Layer: legal.Registrar, Instrument: legal.RegistrationDataRequest, Request: legal.RegistrationData})
	_, err = w.Approve(ctx, w.scope("sig"), n.ID)
	must(w.t, err)
	w.seal()
	_, err = w.Dispatch(ctx, n.ID)
	must(w.t, err)
	must(w.t, w.RecordSent(ctx, n.ID, desk.Sending{At: w.clock(), Proof: "250 2.0.0 Ok: queued"}))
}

// opens is somebody's browser at a page of the workbench.
func (w *order) opens(login, path, what, expression string) {
	w.t.Helper()
	w.browse(login, "en")
	webtest.Open(w.t, w.url+path, 1440, false)
	here(w.t, what, expression)
}

// says is an expression: an element has the words.
func says(selector, words string) string {
	return `(document.querySelector(` + strconv.Quote(selector) + `)?.innerText ?? '').toLowerCase().includes(` + strconv.Quote(strings.ToLower(words)) + `)`
}

// reads fails unless elements of the page have the words: pairs of a selector and words.
func (w *order) reads(pairs ...string) {
	w.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		if !webtest.Eval[bool](w.t, says(pairs[i], pairs[i+1])) {
			w.t.Errorf("%s: %s does not say %q: %.600q", where(w.t), pairs[i], pairs[i+1], text(w.t, pairs[i]))
		}
	}
}

// outside is a browser without a session at the provider's page, where no script runs.
func (w *order) outside() {
	w.t.Helper()
	forget := chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, network.ClearBrowserCookies, cdp.Empty{})
		return err
	})
	must(w.t, chromedp.Do(webtest.Browser(w.t), forget))
	webtest.Open(w.t, w.url+w.page, 1280, false)
	w.there("the provider's page", says("h1", "Removal order RO-"))
}

// there waits for a page without script, and has axe-core look at it, narrow too.
func (w *order) there(what, expression string) {
	w.t.Helper()
	until(w.t, what, `document.readyState === 'complete' && `+expression)
	webtest.AxeHere(w.t, 1280, false)
	webtest.AxeHere(w.t, 320, true)
	webtest.Look(w.t, 1280, false)
}

// answers presses a button of the provider's page, fills its form in and sends it.
func (w *order) answers(kind, title string, fill func()) {
	w.t.Helper()
	hand(w.t, `#answer a[href$="/answer/`+kind+`"]`)
	w.there("the form "+kind, says("h1", title))
	fill()
	hand(w.t, `#form button[type=submit]`)
	w.there("it was taken", says("h1", "Your answer was taken"))
	w.reads("#taken", "Digest of the answer", "#taken", "sha256:")
	w.seal()
	w.later(time.Minute)
}

// mailed is the worker's part: letters of the law that wait leave.
func (w *order) mailed() (n int) {
	w.t.Helper()
	var ms []iru.Missive
	w.view(func(ctx context.Context, t *db.Tx) error {
		var err error
		ms, err = t.MissivesAfter(ctx, iru.Program(), db.MissiveFilter{State: iru.MissiveQueued}, 0, 99)
		return err
	})
	for _, m := range ms {
		must(w.t, w.RecordMailed(w.t.Context(), m.ID, desk.Sending{At: w.clock(), Proof: "250 2.0.0 Ok: queued"}))
	}
	w.later(time.Minute)
	return len(ms)
}

// drafts: from the item to who can act, the act, the draft; handed in with the reason why one contact must do.
func (w *order) drafts(t *testing.T) {
	w.opens("ada", "/items/"+id(w.item.ID), "the item", says(".title .st", "Referred"))
	w.reads("#assessment", "Least intrusive measure", "#history", "Referred")
	hand(t, `a[href="/assets/`+id(w.asset.ID)+`#options"]`)
	here(t, "who can act", says("#options", "Birchrack"))
	hand(t, `#options a[href$="host+removal_order"]`)
	here(t, "the act", `document.querySelector('#draft') !== null && document.querySelector('input[name=option]:checked')?.value.endsWith(' removal_order')`)
	if got := webtest.Eval[string](t, `document.querySelector('#item').value`); got != id(w.item.ID) {
		t.Errorf("the act is about %q, not the item that was assessed", got)
	}
	w.reads("#draft", "A draft binds nobody")
	hand(t, "#draft button[type=submit]")
	here(t, "the draft", says("[role=status]", "Read it, then hand it in"))
	w.path = where(t)
	w.act = w.notice(iru.NoticeID(number(w.path[len("/notices/"):])))
	w.reads(".title .st", "Draft", "#gate", "Gate passed", "#gate", "1 hour from receipt", "#gate", "binding, two approvals")
	hand(t, `a[href="`+w.path+`/step/submit"]`)
	here(t, "what handing in means", says("#step", "Two other people read and approve it"))
	write(t, "#alone", "their second desk is closed today")
	hand(t, "form#go button[type=submit]")
	here(t, "handed in", says("[role=status]", "waits for approval"))
	w.reads(".title .st", "To approve", "#steps", "2 approvals are missing")
}

// approves: two people find it among what waits, read it whole and answer for it; sealed, it leaves.
func (w *order) approves(t *testing.T) {
	for _, who := range []struct{ login, next, after, state string }{{"lena", "Read and approve first", "a second person must sign", "To sign"}, {"sig", "Read and sign", "is approved", "Approved"}} {
		w.opens(who.login, "/notices", "the acts", says("#list", w.act.Ref))
		hand(t, `#list a[href="`+w.path+`"]`)
		here(t, "the act", says("h1", w.act.Ref))
		w.reads(".head", who.next)
		hand(t, `a[href="`+w.path+`/step/approve"]`)
		here(t, "the act, whole", `document.querySelector('#act .hash')?.textContent.startsWith('sha256:')`)
		w.reads("#act", "Article 3", "#step", "go into the ledger")
		hand(t, "#read")
		hand(t, "form#go button[type=submit]")
		here(t, who.login+" has approved", says("[role=status]", who.after))
		w.reads(".title .st", who.state)
	}
	w.reads("#steps", "It has not left yet", "#steps", "not sealed yet")
	w.seal()
	_, err := w.Dispatch(t.Context(), w.act.ID)
	must(t, err)
	w.leave()
	w.page = "/p/" + deliver.PortalToken(portalSecret, int64(w.act.ID))
	w.opens("ben", w.path, "it was sent", says(".title .st", "Sent, no receipt yet"))
	w.reads("#steps", "ledger entry", "#messages", "Waiting for a receipt", "#proof", "Verified now")
}

// asks: the provider says that it has the order, and asks what it means.
func (w *order) asks(t *testing.T) {
	w.outside()
	w.reads("#limit", "You have 1 hour", "#limit", "That this page was opened is no receipt", "#means", "It binds you", "#act", "https://wire.halcyon-weather.test/", "#redress", "48 hours")
	hand(t, "#limit button[type=submit]")
	w.there("the receipt was taken", says("h1", "Your answer was taken"))
	w.started = w.clock()
	hand(t, "#taken a[href='"+w.page+"']")
	w.there("the clock", says("#limit", "It runs until"))
	w.reads("#limit", w.started.Add(time.Hour).Format("15:04:05"))
	w.later(10 * time.Minute)
	w.answers("question", "We need clarification", func() {
		w.reads("#form", "The limit stands still from the time of your question")
		write(t, "#text", "Is it the front page only, or the bulletins below it too?")
		write(t, "#person", "R. Halloran")
	})
	w.reads("#taken", "A person at the unit looks at it before it counts")
}

// clarifies: a person files the question, which stops the clock, and answers; when the provider has the answer, the hour begins anew.
func (w *order) clarifies(t *testing.T) {
	asked := w.clock().Add(-time.Minute)
	w.opens("ben", "/", "today", says("main", "File it"))
	hand(t, `main a[href="`+w.path+`"]`)
	here(t, "the act", says("h1", w.act.Ref))
	w.reads("[id^=clock-]", "On time", "#messages", "guessed: question", "[id^=file-]", "Only guessed")
	hand(t, "[id^=file-] form button[type=submit]")
	here(t, "filed", says("[role=status]", "Filed as: question"))
	w.reads(".title .st", "Addressee asks", "#messages", "We owe an answer", "[id^=clock-]", "Stopped", "[id^=clock-]", asked.Format("15:04:05"), "[id^=clock-]", "asked for clarification")

	hand(t, `.head a[href="#answer"]`)
	write(t, "#letter", "The front page only; the bulletins are judged one by one.")
	hand(t, "#answer button[type=submit]")
	here(t, "the letter, whole", says("#step", "When it has arrived, the clock begins anew"))
	w.reads("#act", "The front page only")
	hand(t, "form#go button[type=submit]")
	here(t, "it is on its way", says("[role=status]", "The letter is on its way"))
	w.reads("#messages", "not accepted by their server yet")
	_, ls, _, _ := w.now()
	must(t, w.RecordPosted(t.Context(), ls[len(ls)-1].ID, desk.Sending{At: w.clock(), Proof: "250 2.0.0 Ok: queued"}))
	w.later(5 * time.Minute)
	w.opens("ben", w.path, "the receipt of the answer is missing", says("#messages", "Answered, receipt outstanding"))
	w.reads("[id^=clock-]", "Stopped")

	w.outside()
	w.reads("#limit", "It stands still since", "#limit", "begins anew when you say that you have the answer", "#said", "The front page only")
	hand(t, "#limit button[type=submit]")
	w.there("the receipt was taken", says("h1", "Your answer was taken"))
	w.started = w.clock()
	hand(t, "#taken a[href='"+w.page+"']")
	w.there("the hour runs anew", says("#limit", w.started.Add(time.Hour).Format("15:04:05")))
	w.opens("ben", w.path, "received again", says(".title .st", "Received"))
	w.reads("[id^=clock-]", "On time", "[id^=clock-]", w.started.Add(time.Hour).Format("15:04:05"))
	w.later(20 * time.Minute)
}

// removes: the provider gives the feedback of Annex II; only our own looks end the clock.
func (w *order) removes(t *testing.T) {
	w.outside()
	w.answers("removed", "We have removed it", func() {
		w.reads("#form", "Annex II", "#form", "Until it has seen it, the limit runs on")
		pick(t, "#measure_at", w.clock().Add(-2*time.Minute).Format("2006-01-02T15:04"))
		write(t, "#name", "Birchrack")
		write(t, "#person", "R. Halloran")
		write(t, "#mail", "abuse@birchrack.test")
		write(t, "#theirs", "T-7")
	})
	w.opens("ben", w.path, "said to be done", says(".title .st", "Said to be done"))
	w.reads("[id^=clock-]", "On time", "[id^=clock-]", "without our own look", "#messages", "says done", "#messages", "Waiting for proof")
	w.look(w.asset.ID, iru.Gone, iru.Timeout)
	w.look(w.asset.ID, iru.Gone, iru.Gone)
	w.opens("ben", w.path, "not from one point only", says("#looks", "gone 2 of 2"))
	w.reads(".title .st", "Said to be done")
	w.look(w.asset.ID, iru.Gone, iru.Gone)
	w.opens("ben", w.path, "removed", says(".title .st", "Removed, verified"))
	w.reads("[id^=clock-]", "Stopped", "#steps", "Verified gone", "#timeline", "Preservation")
	w.seal()
	w.later(26 * time.Hour)
}

// complains: the provider passes on what its customer says, and the customer's appeal comes from the court.
func (w *order) complains(t *testing.T) {
	w.outside()
	w.reads("#limit", "It stands still since")
	w.answers("wrong", "We hold that it is wrong", func() {
		w.reads("#form", "It does not hold a limit of law")
		write(t, "#text", "Our customer says that it is a weather report, and has gone to the Administrative Court of XA.")
		write(t, "#person", "R. Halloran")
	})
	w.opens("ben", "/", "today", says("main", "File it"))
	hand(t, `main a[href="`+w.path+`"]`)
	here(t, "the act", says("[id^=file-]", "File the letter of Birchrack"))
	w.reads("#messages", "the addressee holds that the act is wrong")
	pick(t, "[id^=file-] select", "note")
	hand(t, "[id^=file-] form button[type=submit]")
	here(t, "filed", says("[role=status]", "Filed as: something else"))

	hand(t, `#decisions a[href$="/appeal"]`)
	here(t, "the appeal", says("#step", "The act is not final while it is pending"))
	pick(t, "#by", "content provider")
	write(t, "#body", "Administrative Court of XA")
	write(t, "#ref", "7 K 204/26")
	write(t, "#at", w.clock().Add(-time.Hour).Format("2006-01-02T15:04"))
	hand(t, "form#go button[type=submit]")
	here(t, "recorded", says("[role=status]", "Recorded: Record an appeal"))
	w.reads("#decisions", "Appeal", "#decisions", "Pending", "#decisions", "7 K 204/26", ".title .st", "Removed, verified")
	w.seal()
	w.later(50 * time.Hour)
}

// annuls: the court upholds the complaint; what follows from it follows by itself or waits for a person.
func (w *order) annuls(t *testing.T) {
	ks := w.knowns()
	if len(ks) == 0 || ks[0].State != iru.KnownActive {
		t.Fatalf("the judgement left nothing in the bank: %+v", ks)
	}
	w.opens("lena", w.path, "the act", says("#decisions", "Pending"))
	hand(t, `#decisions a[href$="/settle"]`)
	here(t, "the outcome", says("#step", "An annulled act loses its effect"))
	pick(t, "#verb", "annul")
	write(t, "#at", w.clock().Add(-time.Minute).Format("2006-01-02T15:04"))
	write(t, "#why", "the bulletin reports the weather and solicits nobody")
	hand(t, "form#go button[type=submit]")
	here(t, "recorded", says("[role=status]", "Recorded: Record the outcome of the appeal"))
	w.reads(".title .st", "Annulled", "#steps", "Annulled", "#steps", "Verified gone", "#decisions", "Annulled", "#decisions", "To be put back", "#missives", "Request to put it back", "#missives", "On its way",
		"#missives", "Correction to a recipient", "#missives", "Alder Names", "#missives", "Waits to be sent")
	w.later(time.Minute)
	if n := w.mailed(); n != 1 {
		t.Errorf("%d letters left by themselves, not the one to the provider", n)
	}

	w.opens("ben", "/", "today", says("main", "Correction to a recipient"))
	hand(t, `main a[href^="/missives/"]`)
	here(t, "the letter", says("#text", "does not stand"))
	w.reads("h1", "Correction to a recipient", "#text", "the bulletin reports the weather", "#letter", "abuse[@]alder-names[.]test")
	hand(t, `#letter a[href$="/send"]`)
	here(t, "sending", says("#step", "cannot be called back"))
	hand(t, "form#go button[type=submit]")
	here(t, "it is on its way", says(".title .st", "On its way"))
	if n := w.mailed(); n != 1 {
		t.Errorf("%d corrections left", n)
	}
	w.opens("ben", w.path, "both have left", says("#missives", "Sent"))
	w.reads("#decisions", "Asked; we look")
	if webtest.Eval[bool](t, says("#missives", "Waits to be sent")) {
		t.Error("a letter still waits")
	}
	k := w.knowns()[0]
	w.opens("ben", knownPath(k), "what the bank knew", says(".title .st", "Withdrawn"))
	w.reads("#history", w.act.Ref+" has no effect any more", "#history", "7 K 204/26")
	w.seal()
}

// pictures writes what people should look at into the directory that IOLAUS_PICTURES names.
func (w *order) pictures(name, login, path string) {
	w.t.Helper()
	dir := os.Getenv("IOLAUS_PICTURES")
	if dir == "" {
		return
	}
	file := filepath.Join(dir, name)
	for _, l := range []struct {
		end, lang string
		width     int
		dark      bool
	}{{"light", "en", 1440, false}, {"dark", "en", 1440, true}, {"narrow", "en", 320, false}, {"rtl", "ar", 1440, false}} {
		if login != "" {
			w.browse(login, l.lang)
		}
		to := w.url + path
		if login == "" && l.lang != "en" {
			to += "?lang=" + l.lang
		}
		webtest.Screenshot(w.t, to, l.width, l.dark, file+"-"+l.end+".png")
	}
}

// knowns is what the judgement left in the bank.
func (w *order) knowns() (ks []iru.Known) {
	w.t.Helper()
	w.view(func(ctx context.Context, t *db.Tx) error {
		var err error
		ks, err = t.KnownsOfItem(ctx, w.people["ada"].Unit, w.item.ID, w.asset.ID)
		return err
	})
	return ks
}

// restores: the provider's page says what is asked now; it answers, and our own looks see it up again.
func (w *order) restores(t *testing.T) {
	w.later(time.Hour)
	w.outside()
	w.reads("#over", "It was annulled", "#over", "It does not bind you any more", "#over", "Put the content back", "main", "This page closes on")
	if webtest.Eval[bool](t, `document.querySelector('#limit, #means, #answer a[href$="/answer/removed"]') !== null`) {
		t.Error("the page still asks for removal")
	}
	w.pictures("portal-annulled", "", w.page)
	w.outside()
	w.answers("restored", "We have put it back", func() {
		w.reads("#form", "the unit sees for itself")
		write(t, "#text", "Since this morning.")
		write(t, "#person", "R. Halloran")
	})
	w.opens("ben", w.path, "their word", says("[id^=file-]", "File the letter of Birchrack"))
	w.reads("#messages", "Put back. Since this morning.", "#messages", "after the act had lost its effect", "#decisions", "Asked; we look")
	pick(t, "[id^=file-] select", "note")
	hand(t, "[id^=file-] form button[type=submit]")
	here(t, "filed", says("[role=status]", "Filed as: something else"))
	w.look(w.asset.ID, iru.Up, iru.Gone)
	w.opens("ben", w.path, "one point is not enough", says("#decisions", "Asked; we look"))
	w.look(w.asset.ID, iru.Up, iru.Up)
	w.look(w.asset.ID, iru.Up, iru.Up)
	w.seal()
	w.opens("ben", w.path, "put back, seen by us", says("#decisions", "Up again, seen by us"))
	w.reads(".title .st", "Annulled")
	hand(t, `.sub a[href^="/outlets/"]`)
	here(t, "the outlet", says("h1", "Halcyon Weather Wire"))
	hand(t, `main a[href="/assets/`+id(w.asset.ID)+`"]`)
	here(t, "the asset", says("#history", "Put back"))
	w.reads(".sub", "Attributed")
}

// tells: the act's page has the whole story, in order, in words, with who did it and its place in the ledger.
func (w *order) tells(t *testing.T) {
	w.opens("audrey", w.path, "the story", says("#history", "Drafted"))
	got := webtest.Eval[[]string](t, `[...document.querySelectorAll('#history tbody tr')].map((r) => r.innerText.replace(/\s+/g, ' '))`)
	slices.Reverse(got)
	at := 0
	for _, want := range [][2]string{{"Drafted", "Ada"}, {"Submitted", "Ada"}, {"First approval", "Lena"}, {"Approved", "Sig"}, {"On its way", "Birchrack"}, {"Sent", "250"}, {"Its page was opened", "no receipt"}, {"Receipt", ""}, {"Clock started: One hour to remove", ""},
		{"Letter received", "clarification"}, {"Letter filed", "Ben"}, {"Addressee asks", ""}, {"Clock stopped: One hour to remove", "clarification"}, {"Answer written", "Ben"}, {"Letter sent", "250"}, {"Answered", ""},
		{"Clock started: One hour to remove", ""}, {"Said to be done", ""}, {"Removed, verified", "agreement"}, {"Clock stopped: One hour to remove", ""}, {"Clock started: Preservation", ""}, {"Letter filed", "Ben"}, {"Appeal lodged", "Administrative Court"},
		{"Annulled", "Lena"}, {"To be put back", ""}, {"Letter on its way: Request to put it back", "Birchrack"}, {"Known content withdrawn: ", w.act.Ref}, {"Letter drafted: Correction to a recipient", "Alder Names"},
		{"Letter sent: Request to put it back", "250"}, {"Asked; we look", ""}, {"Letter on its way: Correction to a recipient", "Ben"}, {"Letter filed", "Ben"}, {"Up again, seen by us", "2 vantage points"}} {
		for at < len(got) && (!strings.Contains(got[at], " "+want[0]) || !strings.Contains(got[at], want[1])) {
			at++
		}
		if at == len(got) {
			t.Fatalf("the story does not tell %q by %q, after what comes before it:\n%s", want[0], want[1], strings.Join(got, "\n"))
		}
		at++
	}
	t.Logf("%d lines tell it", len(got))
	w.pictures("order-annulled", "ben", w.path)
}

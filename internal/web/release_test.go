// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"iolaus/internal/desk"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
	"iolaus/internal/web/webtest"
)

// TestFromTriageToRelease: people at a browser take an item from the queue to an operation's T0, by keys, clicks and forms only; the
// worker's part and the clock are the test's. axe-core looks at every page on the way as it stands then.
func TestFromTriageToRelease(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	w := &walkers{house: h, story: s, whole: t}
	for _, part := range []struct {
		name string
		walk func(*testing.T)
	}{{"plan", w.plans}, {"triage", w.triages}, {"approve", w.approves}, {"release", w.releases}} {
		if !t.Run(part.name, func(t *testing.T) { // a browser lives for three minutes
			h.t = t
			defer func() { h.t = w.whole }()
			part.walk(t)
		}) {
			t.FailNow()
		}
	}
}

// walkers hand the matter on from one part to the next.
type walkers struct {
	*house
	*story
	whole      *testing.T
	board      string // path of the operation
	order, ask string // paths of our order and unit B's referral
}

// hand clicks with the mouse on what a selector finds.
func hand(t testing.TB, selector string) {
	t.Helper()
	within(t, "click on "+selector, chromedp.Click(selector, chromedp.NodeVisible))
}

// within does something at the browser that needs what a person can see; it is there soon or never.
func within(t testing.TB, what string, do chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, stop := context.WithTimeout(webtest.Browser(t), 10*time.Second)
	defer stop()
	if err := chromedp.Do(ctx, do); err != nil {
		t.Fatalf("%s: %v; %s says %.300q", what, err, where(t), text(t, "main"))
	}
}

// write types into a field.
func write(t *testing.T, selector, words string) {
	t.Helper()
	within(t, "write into "+selector, chromedp.SendKeys(selector, words, chromedp.NodeVisible))
}

// pick chooses from a list.
func pick(t *testing.T, selector, value string) {
	t.Helper()
	within(t, "choose in "+selector, chromedp.SetValue(selector, value, chromedp.NodeVisible))
}

// here waits for a page and has axe-core look at it.
func here(t testing.TB, what, expression string) {
	t.Helper()
	soon(t, what, expression)
	webtest.AxeHere(t, 1440, false)
}

func where(t testing.TB) string {
	t.Helper()
	return webtest.Eval[string](t, `location.pathname`)
}

// plans: the director plans an operation with unit B.
func (w *walkers) plans(t *testing.T) {
	w.browse("dora", "en")
	webtest.Open(t, w.url+"/operations", 1440, false)
	here(t, "the list of operations", `document.querySelector('#list') !== null`)
	hand(t, `a[href="/operations/new"]`)
	here(t, "the plan", `document.querySelector('#plan') !== null`)
	write(t, "#name", "Night Timetable")
	write(t, "#note", "Bring down the wire and its copy at one instant.")
	hand(t, "#outlet-is-"+id(w.outlet))
	hand(t, "#unit-is-"+id(w.people["bo"].Unit))
	hand(t, `form[action="/operations"] button[type=submit]`)
	here(t, "the board", `document.querySelector('h1')?.textContent.includes('Night Timetable') && document.querySelector('#holds')?.textContent.includes('There is no task')`)
	w.board = where(t)
}

// triages: an analyst signs in, judges the next item and drafts two acts on it for the operation.
func (w *walkers) triages(t *testing.T) {
	link, err := w.NewInvite(t.Context(), "ada")
	must(t, err)
	w.signsIn(t, link)

	press(t, "t")
	here(t, "the next item", `location.pathname === '/triage' && document.querySelector('h1')?.textContent.includes('Item `+id(w.arabic.ID)+`')`)
	press(t, "1")
	soon(t, "the assessment", `document.activeElement?.name === 'limbs'`)
	hand(t, "#limbs-is-c")
	marks(t, "#original .tr p")
	hand(t, "[data-quote]")
	soon(t, "the passage is quoted", `document.querySelector('#passage').value.includes('خط الثلج')`)
	hand(t, "#purpose-is-proceed")
	write(t, "#purpose_reason", "No editor is named and nothing is debated.")
	hand(t, "#public-is-1")
	write(t, "#reason", "It asks readers to join, first paragraph.")
	webtest.AxeHere(t, 1440, false)
	hand(t, "#finding form button[type=submit]")
	here(t, "the next item loads by itself", `document.querySelector('#undo') !== null`)
	got := w.assessments(w.arabic.ID)
	if len(got) != 1 || got[0].Finding != iru.FindRefer || !strings.Contains(got[0].Passage, "خط الثلج") {
		t.Fatalf("the finding is %+v", got)
	}
	_, err = w.Complete(t.Context(), w.scope("ada"), got[0].ID, desktest.Whole()) // what an order needs besides
	must(t, err)

	hand(t, `a[href="/assets/`+id(w.wire.ID)+`#options"]`)
	here(t, "the asset says who can act", `document.querySelector('#options')?.textContent.includes('Birchrack')`)
	asset := w.url + where(t)
	w.order = w.drafts(t, "removal_order", "1")
	webtest.Open(t, asset, 1440, false)
	w.ask = w.drafts(t, "referral", id(w.people["bo"].Unit))
	hand(t, `form[action="/signout"] button`)
	soon(t, "signed out", `location.pathname === '/signin'`)
}

// signsIn takes a one-time link, sets a password, leaves, and comes back by the form.
func (w *walkers) signsIn(t *testing.T, link string) {
	webtest.Open(t, w.url+"/welcome/"+link, 1440, false)
	here(t, "the one-time link", `document.querySelector('#first')?.textContent.includes('ada')`)
	write(t, "#password", goodPassword)
	write(t, "#again", goodPassword)
	hand(t, "form button[type=submit]")
	here(t, "today", `location.pathname === '/' && document.querySelector('.me')?.textContent.includes('Ada')`)
	hand(t, `form[action="/signout"] button`)
	here(t, "the sign-in", `location.pathname === '/signin'`)
	write(t, "#name", "ada")
	write(t, "#password", goodPassword)
	press(t, "\r")
	soon(t, "today again", `location.pathname === '/' && document.querySelector('.me')?.textContent.includes('Ada')`)
}

// marks selects a paragraph by three clicks.
func marks(t *testing.T, selector string) {
	t.Helper()
	at := webtest.Eval[[]float64](t, `(() => { const p = document.querySelector('`+selector+`'); p.scrollIntoView({block: 'center'});
		const r = document.createRange(); r.selectNodeContents(p); const b = r.getClientRects()[0]; return [b.left + b.width / 2, b.top + b.height / 2]; })()`)
	for n := range 3 {
		if err := chromedp.Do(webtest.Browser(t), chromedp.MouseClickXY(at[0], at[1], chromedp.ClickCount(n+1))); err != nil {
			t.Fatal(err)
		}
	}
}

// drafts makes an act of the asset that is open a task of the operation, and hands it in.
func (w *walkers) drafts(t *testing.T, instrument, unit string) string {
	t.Helper()
	option := "option=" + id(w.host.ID) + "+host+" + instrument
	hand(t, `#options a[href$="`+option+`"]`)
	here(t, "the act", `document.querySelector('#draft') !== null && document.querySelector('input[name=option]:checked')?.value.endsWith(' `+instrument+`')`)
	pick(t, "#item", id(w.arabic.ID))
	pick(t, "#operation", strings.TrimPrefix(w.board, "/operations/"))
	pick(t, "#unit", unit)
	hand(t, "#draft button[type=submit]")
	here(t, "the draft", `document.querySelector('[role=status]')?.textContent.includes('Read it, then hand it in')`)
	made := where(t)
	hand(t, `a[href="`+made+`/step/submit"]`)
	here(t, "what handing in means", `location.pathname.endsWith('/step/submit')`)
	hand(t, "form#go button[type=submit]")
	here(t, "handed in", `document.querySelector('[role=status]')?.textContent.includes('waits for approval')`)
	return made
}

// approves: two people of our unit approve the order, one of unit B its referral.
func (w *walkers) approves(t *testing.T) {
	w.reads(t, "lena", w.order, "a second person must sign")
	webtest.Open(t, w.url+w.order+"/step/approve", 1440, false)
	here(t, "nobody signs alone", `document.querySelector('.why-text')?.textContent.includes('approved this act already')`)
	if n := w.at(w.order); n.State != iru.NoticeEndorsed || len(n.Approvals) != 1 {
		t.Fatalf("after one person: %+v", n)
	}
	w.reads(t, "sig", w.order, "is approved")
	w.reads(t, "bo", w.ask, "is approved")
	w.seal()
	for _, p := range []string{w.order, w.ask} {
		if n := w.at(p); n.State != iru.NoticeApproved {
			t.Errorf("%s is %s", n.Ref, n.State)
		}
	}
}

// at is the act that a path names.
func (w *walkers) at(path string) iru.Notice {
	return w.notice(iru.NoticeID(number(path[len("/notices/"):])))
}

// reads finds the act on the board, reads it whole and approves it.
func (w *walkers) reads(t *testing.T, login, act, says string) {
	t.Helper()
	w.browse(login, "en")
	webtest.Open(t, w.url+w.board, 1440, false)
	soon(t, login+" sees the task", `document.querySelector('#tasks a[href="`+act+`"]') !== null`)
	hand(t, `#tasks a[href="`+act+`"]`)
	here(t, "the act", `location.pathname === '`+act+`'`)
	hand(t, `a[href="`+act+`/step/approve"]`)
	here(t, "the act, whole", `document.querySelector('#act .hash')?.textContent.startsWith('sha256:')`)
	hand(t, "#read")
	hand(t, "form#go button[type=submit]")
	here(t, login+" has approved", `document.querySelector('[role=status]')?.textContent.includes('`+says+`')`)
}

// releases: the poll, both answers, T0, and what the board shows without being loaded anew.
func (w *walkers) releases(t *testing.T) {
	w.steps(t, "dora", "open_poll", "The poll is open")
	op := iru.OperationID(number(strings.TrimPrefix(w.board, "/operations/"))) // questions and evidence have pages of their own
	must(t, w.Clear(t.Context(), w.scope("bo"), op))
	must(t, w.Clear(t.Context(), w.scope("ben"), op))
	_, err := w.Unkept(t.Context(), w.scope("dora"), op, nil, "preserved when it was assessed")
	must(t, err)
	w.steps(t, "ben", "go", "Your unit is GO")
	w.steps(t, "bo", "go", "Your unit is GO")
	w.browse("dora", "en")
	webtest.Open(t, w.url+w.board, 1440, false)
	here(t, "nothing holds it", `document.querySelector('#count .pill')?.textContent === '2 of 2 go' && document.querySelector('#holds')?.textContent.includes('Nothing')`)
	hand(t, `a[href$="/step/release"]`)
	here(t, "what leaves", `document.querySelector('#step')?.textContent.includes('2 tasks leave at T0')`)
	pick(t, "#how", t0In)
	if got := webtest.Eval[string](t, `document.getElementById('in').value`); got != "60" {
		t.Fatalf("T0 is offered in %q seconds", got)
	}
	hand(t, "#sure")
	hand(t, "form#go button[type=submit]")
	here(t, "the count", `document.querySelector('.clock')?.textContent.startsWith('T−00:00:')`)
	webtest.AxeHere(t, 1440, true)
	webtest.AxeHere(t, 320, false)
	webtest.AxeHere(t, 320, true)
	webtest.Eval[bool](t, `(window.sameWindow = true)`)

	oid := iru.OperationID(number(w.board[len("/operations/"):]))
	o := w.house.operation(oid)
	if o.State != iru.OperationReleased || !o.T0.Equal(w.clock().Add(time.Minute)) {
		t.Fatalf("released: %+v", o)
	}
	w.later(time.Minute)
	w.seal()
	armed, parked, err := w.Arm(t.Context(), oid)
	must(t, err)
	if len(armed) != 2 || len(parked) != 0 {
		t.Fatalf("armed %d, parked %v", len(armed), parked)
	}
	sent := map[iru.NoticeID]desk.Sending{}
	for _, d := range armed {
		sent[d.Notice.ID] = desk.Sending{At: w.clock(), Proof: "250 2.0.0 Ok: queued"}
	}
	must(t, w.RecordAllSent(t.Context(), sent))
	must(t, w.RecordRelease(t.Context(), oid, o.T0, o.T0.Add(41*time.Millisecond)))
	soon(t, "the spread shows by itself", `document.querySelector('#spread')?.textContent === '41 ms' && document.querySelector('#tasks .pill')?.textContent === '2 of 2 left' && window.sameWindow`)
	soon(t, "T0 has passed", `document.querySelector('.clock')?.dataset.prefix === 'T'`) // the count itself follows at the stream's next beat
	webtest.AxeHere(t, 1440, false)
	webtest.AxeHere(t, 1440, true)
	webtest.AxeHere(t, 320, false)
	w.as("bo").get(w.board).is(http.StatusOK).has("#spread", "41 ms")
}

// steps takes a step of the operation from its board.
func (w *walkers) steps(t *testing.T, login, verb, says string) {
	t.Helper()
	w.browse(login, "en")
	webtest.Open(t, w.url+w.board, 1440, false)
	here(t, "the board of "+login, `document.querySelector('#count a[href$="/step/`+verb+`"]') !== null`)
	hand(t, `#count a[href$="/step/`+verb+`"]`)
	here(t, "what it means", `location.pathname.endsWith('/step/`+verb+`')`)
	hand(t, "form#go button[type=submit]")
	here(t, "it is done", `document.querySelector('[role=status]')?.textContent.includes('`+says+`')`)
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/webtest"
)

func (h *house) operation(oid iru.OperationID) (o iru.Operation) {
	h.t.Helper()
	h.view(func(ctx context.Context, t *db.Tx) error {
		var err error
		o, err = t.Operation(ctx, iru.Program(), oid)
		return err
	})
	return o
}

// TestOperation goes from the plan to the release: who may do what, an answer that expires, what holds.
func TestOperation(t *testing.T) {
	h := newHouse(t)
	s := h.acts()
	base := "/operations/" + id(s.joint.ID)
	dora, ben, bo, ada := h.as("dora"), h.as("ben"), h.as("bo"), h.as("ada")

	ada.post("/operations", "name", "", "director", id(h.people["dora"].ID)).is(http.StatusUnprocessableEntity).has("#errors", "no name")
	h.as("sig").get("/operations/new").is(http.StatusForbidden)
	to := ada.post("/operations", "name", "Milk Train", "director", id(h.people["dora"].ID), "outlet", id(s.outlet), "unit", id(h.people["bo"].Unit)).leads("/operations/").to
	bo.get(to).is(http.StatusOK).has("h1", "Milk Train").has("#holds", "There is no task")
	dora.post(to + "/step/open_poll").is(http.StatusConflict)

	a := dora.get(base).is(http.StatusOK)
	a.has("#unit-1 .poll", "GO 17:").has("#unit-2 .poll", "Not polled").has("#holds", "Unit B").has("#count .pill", "1 of 2 go").has("#tasks tbody", "RO-").has("#grid .tiles li.warn", "Up")
	a.hasNo("a[href$='/step/release'], a[href$='/step/go']")
	ada.get(base).hasNo("#count a.btn")
	bo.get(base).has("#count a.btn", "Answer GO").hasNo("a[href$='/step/abort'], a[href$='/step/hold']")

	// The wrong people, the wrong unit.
	ada.post(base+"/step/go", "tasks", "x").is(http.StatusForbidden)
	ada.post(base+"/step/hold", "why", "x").is(http.StatusForbidden)
	bo.post(base+"/step/abort", "why", "x", "sure", "1").is(http.StatusForbidden)
	h.as("sig").get(base + "/step/release").is(http.StatusForbidden)
	other := "/operations/" + id(s.operation.ID)
	bo.get(other).is(http.StatusNotFound)
	bo.post(other+"/step/go", "tasks", "x").is(http.StatusNotFound)

	// NO-GO needs a reason; GO holds for the tasks that were read.
	bo.post(base+"/step/no_go", "why", "").is(http.StatusUnprocessableEntity).has("#errors", "needs a reason")
	bo.post(base+"/step/no_go", "why", "one host moved").leads(base)
	dora.get(base).has("#unit-2 .poll .st.bad", "NO-GO").has("#unit-2 .poll", "one host moved").has("#holds", "one host moved")
	read := bo.get(base+"/step/go").is(http.StatusOK).attr("input[name=tasks]", "value")
	bo.post(base+"/step/go", "tasks", "0000").is(http.StatusConflict).has(".why-text", "changed while you looked")
	bo.post(base+"/step/go", "tasks", read).leads(base)
	dora.get(base).has("#count .pill", "2 of 2 go").has("#holds", "Nothing").has("#count a.btn.p", "Release")

	// A further task of unit B makes its answer expire, visibly.
	n, err := h.Draft(t.Context(), h.scope("ada"), desk.DraftRequest{Asset: s.wire.ID, Item: s.first.ID, Provider: s.host.ID, Layer: legal.Host, Instrument: legal.Notice, Operation: s.joint.ID, Unit: h.people["bo"].Unit})
	must(t, err)
	a = dora.get(base)
	a.has("#unit-2 .poll .st.warn", "Expired").has("#unit-2 .poll", "must answer again").has("#holds", n.Ref).hasNo("a[href$='/step/release']")
	dora.post(base+"/step/release", "how", "in", "in", "60", "sure", "1").is(http.StatusConflict).has(".why-text", "GO")
	_, err = h.Withdraw(t.Context(), h.scope("ada"), n.ID, "not needed")
	must(t, err)
	bo.post(base+"/step/go", "tasks", read).leads(base)

	dora.post(base+"/step/hold", "why", "wait for the court").leads(base)
	dora.get(base).has(".hold .st", "HOLD").has("#holds", "The director holds")
	bo.get(base).hasNo("a[href$='/step/go'], a[href$='/step/no_go']")
	dora.post(base + "/step/resume").leads(base)

	dora.post(base+"/step/release", "how", "in", "in", "60").is(http.StatusUnprocessableEntity).has("#errors", "not ticked")
	dora.post(base+"/step/release", "how", "in", "in", "1", "sure", "1").is(http.StatusUnprocessableEntity).has("#errors", "five seconds")
	dora.post(base+"/step/release", "how", "at", "at", "yesterday", "sure", "1").is(http.StatusUnprocessableEntity).has("#errors", "instant")
	dora.post(base+"/step/release", "how", "at", "at", "2026-03-14T18:00", "sure", "1").leads(base)
	o := h.operation(s.joint.ID)
	if o.State != iru.OperationReleased || !o.T0.Equal(time.Date(2026, 3, 14, 18, 0, 0, 0, time.UTC)) {
		t.Fatalf("released: %+v", o)
	}
	a = ben.get(base)
	if got := a.attr(".clock[data-due]", "data-prefix"); got != "T−" {
		t.Errorf("the clock counts with %q", got)
	}
	h.later(o.T0.Add(3 * time.Second).Sub(h.clock()))
	h.seal()
	armed, parked, err := h.Arm(t.Context(), s.joint.ID)
	must(t, err)
	if len(armed) != 3 || len(parked) != 0 {
		t.Fatalf("armed %d, parked %v", len(armed), parked)
	}
	sent := map[iru.NoticeID]desk.Sending{}
	for _, d := range armed {
		sent[d.Notice.ID] = desk.Sending{At: h.clock(), Proof: "250 ok"}
	}
	must(t, h.RecordAllSent(t.Context(), sent))
	must(t, h.RecordRelease(t.Context(), s.joint.ID, o.T0, o.T0.Add(41*time.Millisecond)))
	dora, ben, bo = h.as("dora"), h.as("ben"), h.as("bo") // nobody was there for half an hour
	ben.get(base).has("#spread", "41 ms").has("#tasks .pill", "3 of 3 left").has("#release", "18:00:00.041000")
	if got := ben.get(base).find(".clock"); len(got) == 0 || got[0] != "T+00:00:03" {
		t.Errorf("the clock after T0: %q", got)
	}
	wall := ben.get(base + "/wall").is(http.StatusOK)
	wall.hasNo("nav.nav, #count a.btn, form[action='/signout']").has(".wall h1", "Night Timetable").has("#count", "within 41 ms")
	if wall.attr("html", "data-theme") != "dark" {
		t.Error("the wallboard is not dark")
	}
	dora.post(base+"/step/abort", "why", "enough", "sure", "").is(http.StatusUnprocessableEntity)
	dora.post(base+"/step/close", "x", "").leads(base)
	bo.get("/operations").has("tbody", "Closed")
}

// TestBoardIsLive: two people at two browsers; what one answers the other sees without asking anew.
func TestBoardIsLive(t *testing.T) {
	h := newHouse(t)
	s := h.acts()
	base := h.url + "/operations/" + id(s.joint.ID)
	h.browse("dora", "en")
	director := webtest.Open(t, base, 1440, false)
	liaison, stop := chromedp.NewContext(director, chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	sign := chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, network.SetCookie, network.SetCookieParams{Name: "iolaus", Value: h.token("bo"), URL: h.url})
		return err
	})
	webtest.Eval[bool](t, `(window.sameWindow = true)`)
	if got := webtest.Eval[string](t, `document.querySelector('#unit-2 .poll').innerText`); got != "Not polled" {
		t.Fatalf("before: %q", got)
	}
	must(t, chromedp.Do(liaison, sign, chromedp.Navigate(base+"/step/go"), chromedp.Click(`form#go button`)))
	wait := `new Promise((ok, no) => { const end = Date.now() + 8000; const look = () => {
		const t = document.querySelector('#unit-2 .poll')?.innerText ?? '';
		if (t.startsWith('GO')) ok(t + '|' + document.querySelector('#count .pill').innerText + '|' + (window.sameWindow === true) + '|' + (document.querySelector('a[href$="/step/release"]') !== null));
		else if (Date.now() > end) no(new Error('still ' + t)); else setTimeout(look, 50); }; look(); })`
	got := webtest.Eval[string](t, wait)
	if want := "GO " + h.clock().Format("15:04:05") + "|2 of 2 go|true|true"; got != want {
		t.Errorf("the director sees %q, not %q", got, want)
	}
	h.look(s.wire.ID, iru.Gone, iru.Gone)
	h.look(s.wire.ID, iru.Gone, iru.Gone)
	if got := webtest.Eval[bool](t, `new Promise((ok, no) => { const end = Date.now() + 8000; const look = () => {
		if (document.querySelector('#grid .tiles li.ok')) ok(true); else if (Date.now() > end) no(new Error(document.querySelector('#grid').innerText)); else setTimeout(look, 50); }; look(); })`); !got {
		t.Error("the grid does not show the asset gone")
	}
}

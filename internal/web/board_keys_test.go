// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"strings"
	"testing"

	"iolaus/internal/iru"
	"iolaus/internal/web/webtest"
)

// tabTo goes on with Tab alone until an element has the focus, and asks that one sees it has.
func tabTo(t *testing.T, selector string) {
	t.Helper()
	var passed []string
	for range 150 {
		press(t, "\t")
		if webtest.Eval[bool](t, `document.activeElement?.matches('`+selector+`') ?? false`) {
			if !webtest.Eval[bool](t, `(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none'; })()`) {
				t.Errorf("%s has the focus, and nothing shows it", selector)
			}
			return
		}
		passed = append(passed, webtest.Eval[string](t, `(document.activeElement?.tagName ?? '') + ' ' + (document.activeElement?.textContent ?? '').trim().slice(0, 20)`))
	}
	t.Fatalf("Tab does not come to %s; it passed %s", selector, strings.Join(passed, " | "))
}

// TestBoardByKeys conducts the day without a mouse: NO-GO with a reason, hold, and abort, each by Tab, Enter and what is typed; and what is cancelled changes nothing.
func TestBoardByKeys(t *testing.T) {
	h := newHouse(t)
	s := h.day()
	base := "/operations/" + id(s.joint.ID)
	board := func(login string) {
		h.browse(login, "en")
		webtest.Open(t, h.url+base, 1440, false)
		soon(t, "the board stands", `document.querySelector('#count') !== null`)
	}
	opens := func(verb string) {
		tabTo(t, `a[href$="/step/`+verb+`"]`)
		press(t, "\r")
		soon(t, verb+" opens", `location.pathname === '`+base+`/step/`+verb+`' && document.querySelector('main form button[type=submit]') !== null`)
	}
	says := func(verb, why string) {
		opens(verb)
		tabTo(t, `main form [name=why]`)
		press(t, why)
		if webtest.Eval[bool](t, `document.querySelector('main form input[type=checkbox]') !== null`) { // what cannot be undone is said to be read
			tabTo(t, `main form input[type=checkbox]`)
			press(t, " ")
		}
		tabTo(t, `main form button[type=submit]`)
		press(t, "\r")
		soon(t, verb+" is done", `location.pathname === '`+base+`' && document.querySelector('[role=status]') !== null`)
	}
	stands := func(want iru.OperationState) {
		t.Helper()
		if got := h.operation(s.joint.ID).State; got != want {
			t.Fatalf("the operation is %s, not %s", got, want)
		}
	}
	board("bo")
	says("no_go", "a train is late")
	if got := text(t, "main"); !strings.Contains(got, "a train is late") {
		t.Errorf("the board does not say why unit B is not ready: %.600s", got)
	}
	board("dora")
	opens("abort")
	tabTo(t, `main form a[href="`+base+`"]`)
	press(t, "\r")
	soon(t, "back on the board, nothing changed", `location.pathname === '`+base+`'`)
	stands(iru.OperationPolling)
	says("hold", "wait for the train")
	stands(iru.OperationHeld)
	says("abort", "the line is closed")
	stands(iru.OperationAborted)
}

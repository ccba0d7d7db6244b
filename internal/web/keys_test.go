// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/web/webtest"
)

// soon waits for an expression to hold on whatever page is open by then, its script running; while a page gives way to the next one there is no answer.
func soon(t testing.TB, what, expression string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		if webtest.Holds(t, "Boolean(("+expression+") && document.getElementById('keys-open')?.hidden === false)") {
			return
		}
	}
	t.Fatalf("did not happen: %s; the page says %.300q", what, text(t, "main"))
}

// TestTriageByKeys walks the queue without a mouse: a key opens a form, and never decides.
func TestTriageByKeys(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	h.browse("ada", "en")
	webtest.Open(t, h.url+"/", 1440, false)
	press(t, "t")
	soon(t, "triage opens", `location.pathname === '/triage' && document.querySelector('h1')?.textContent.includes('Item `+id(s.arabic.ID)+`')`)

	press(t, "1")
	soon(t, "the assessment opens, its first field has the focus", `document.querySelector('#purpose') !== null && document.activeElement?.name === 'limbs'`)
	if n := len(h.assessments(s.arabic.ID)); n != 0 {
		t.Fatalf("a key left %d findings", n)
	}
	press(t, "b") // in a box to tick keys still work
	soon(t, "back to the choice", `document.querySelector('.acts') !== null`)
	press(t, "h")
	soon(t, "wake me later opens", `document.querySelector('#when') !== null`)
	press(t, "b")
	soon(t, "back to the choice", `document.querySelector('.acts') !== null`)

	press(t, "3")
	soon(t, "the reason has the focus", `document.activeElement?.id === 'reason'`)
	press(t, "a bulletin 1234 only?") // digits, h, u, p and ? are letters while one writes
	if got := webtest.Eval[string](t, `document.activeElement.value`); got != "a bulletin 1234 only?" {
		t.Fatalf("the reason reads %q", got)
	}
	press(t, "\t")
	press(t, "\r")
	soon(t, "the next item loads by itself, undo is offered", `document.querySelector('#undo') !== null && document.querySelector('h1')?.textContent.includes(' ') && !document.querySelector('h1')?.textContent.includes('Item `+id(s.arabic.ID)+`')`)
	press(t, "u")
	soon(t, "it was taken back", `document.querySelector('h1')?.textContent.includes('Item `+id(s.arabic.ID)+`') && document.body?.textContent.includes('was taken back')`)
	if i := h.itemNow(s.arabic.ID); i.State != iru.ItemReady {
		t.Errorf("the item is %s", i.State)
	}

	press(t, "j")
	press(t, "j")
	soon(t, "j moves in the queue", `document.activeElement?.closest('#queue tbody tr')?.rowIndex === 2`)
	press(t, "k")
	soon(t, "k moves back", `document.activeElement?.closest('#queue tbody tr')?.rowIndex === 1`)
	press(t, "j")
	want := webtest.Eval[string](t, `document.activeElement.textContent.trim()`)
	press(t, "\r")
	soon(t, "Enter opens the row", `document.querySelector('h1')?.textContent.trim() === 'Item `+want+`'`)

	press(t, "?")
	soon(t, "the list of keys opens", `document.getElementById('keys')?.open === true`)
	list := webtest.Eval[string](t, `document.querySelector('#keys dl').textContent`)
	for _, key := range []string{"Refer", "Duplicate", "No action", "Second opinion", "Wake me later", "Pass it on", "Next row"} {
		if !strings.Contains(list, key) {
			t.Errorf("the list of keys lacks %q: %s", key, list)
		}
	}
	webtest.Eval[bool](t, `document.getElementById('keys-switch').click() ?? true`)
	webtest.Eval[bool](t, `document.getElementById('keys').close() ?? true`)
	press(t, "3")
	time.Sleep(150 * time.Millisecond)
	if webtest.Eval[bool](t, `document.querySelector('.acts') === null`) {
		t.Error("a key works though single keys are switched off")
	}
	webtest.Eval[bool](t, `document.getElementById('keys-switch').click() ?? true`)
	press(t, "p")
	soon(t, "it was passed on", `document.body?.textContent.includes('was passed on') && document.querySelector('h1')?.textContent.trim() !== 'Item `+want+`'`)
}

// TestQuoteAndRefer: what is selected is quoted, and the whole assessment goes through.
func TestQuoteAndRefer(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	h.browse("ada", "ar")
	webtest.Open(t, h.url+at("/triage", "item", id(s.arabic.ID), "act", actRefer), 1440, false)
	webtest.Eval[bool](t, `(() => { const p = document.querySelector('#original .tr p'), r = document.createRange(); r.selectNodeContents(p);
		getSelection().removeAllRanges(); getSelection().addRange(r); document.querySelector('[data-quote]').click(); return true; })()`)
	if got := webtest.Eval[string](t, `document.getElementById('passage').value`); !strings.Contains(got, "خط الثلج") {
		t.Fatalf("quoted: %q", got)
	}
	webtest.Eval[bool](t, `(() => { document.getElementById('limbs-is-c').click(); document.getElementById('purpose-is-proceed').click(); document.getElementById('public-is-1').click();
		document.getElementById('purpose_reason').value = 'none'; document.getElementById('reason').value = 'second paragraph'; document.querySelector('#finding form button[type=submit]').click(); return true; })()`)
	soon(t, "the next item", `document.querySelector('#undo') !== null`)
	got := h.assessments(s.arabic.ID)
	if len(got) != 1 || got[0].Finding != iru.FindRefer || !strings.Contains(got[0].Passage, "خط الثلج") {
		t.Errorf("the finding is %+v", got)
	}
}

// TestLivePageFetchesItselfAnew: what another person does shows without a reload, and what one writes stays.
func TestLivePageFetchesItselfAnew(t *testing.T) {
	h := newHouse(t)
	h.story()
	h.browse("ada", "en")
	webtest.Open(t, h.url+"/outlets", 1440, false)
	soon(t, "the stream stands", `document.querySelector('[data-connection]')?.textContent === 'Live'`)
	h.watch("https://ferry-times.test/", "Ferry Times")
	soon(t, "the new outlet shows", `document.querySelector('#outlets')?.textContent.includes('Ferry Times')`)
}

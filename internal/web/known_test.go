// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/webtest"
)

// TestKnownContent: fingerprints are entered by those who curate banks, and what is known has a page without the content.
func TestKnownContent(t *testing.T) {
	h := newHouse(t)
	ada := h.as("ada")
	ada.post("/banks/new", append(codes, "name", "Unit C", "source", "partner")...).leads("/banks")
	base := "/banks/" + id(h.bankNow("Unit C").ID)
	form := []string{"type", "sha256", "label", "Tram map https://tram.test/map", "finding", "refer", "value"}
	h.as("sig").get(base).is(http.StatusOK).hasNo("#enter")
	h.as("sig").post(base+"/known", append(form, strings.Repeat("a", 64))...).is(http.StatusForbidden)
	ada.post(base+"/known", append(form, "abc")...).is(http.StatusUnprocessableEntity).has("#errors", "64 hexadecimal")
	path := ada.post(base+"/known", append(form, strings.Repeat("AB", 32))...).leads(base + "/known/").to
	ada.get(path).is(http.StatusOK).has("h1", "Tram map").has("#prints .hash", "abababab").has("#prints", "same bytes").has("#met", "no item yet").has("#facts", "to be referred")
	if got := ada.get(path).attr("#prints .copy", "data-copy"); got != strings.Repeat("ab", 32) {
		t.Errorf("the button copies %q", got)
	}
	for _, text := range ada.get(path).find("main") {
		if strings.Contains(text, "https://tram") {
			t.Error("a live address is shown")
		}
	}
	ada.get(base).has("#entries", "Tram map")
	ada.post(base+"/known", append(form, strings.Repeat("ab", 32))...).is(http.StatusConflict)
	h.as("bo").get(path).is(http.StatusNotFound)
	ada.get("/known/1").leads(path)
	ada.post("/banks/new", append(codes, "name", "Unit D", "source", "partner")...).leads("/banks")
	ada.get("/banks/" + id(h.bankNow("Unit D").ID) + "/known/1").is(http.StatusNotFound)
}

// TestKnownContentIsSetAsideAndBack: each step has a reason and another that undoes it.
func TestKnownContentIsSetAsideAndBack(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	ada, path := h.as("ada"), knownPath(s.known)
	for _, c := range []struct {
		verb string
		want iru.KnownState
		word string
	}{{"quarantine", iru.KnownQuarantined, "In quarantine"}, {"release", iru.KnownActive, "in use"}, {"withdraw", iru.KnownWithdrawn, "Withdrawn"}, {"restore", iru.KnownActive, "in use"}} {
		step := path + "/step/" + c.verb
		ada.get(path).has("a[href='"+step+"']", "")
		ada.get(step).is(http.StatusOK).has("#step", "")
		ada.post(step, "why", "").is(http.StatusUnprocessableEntity).has("#errors", "reason is missing")
		h.as("sig").post(step, "why", "x").is(http.StatusForbidden)
		ada.post(step, "why", "because of "+c.verb).leads(path)
		if k := h.knownNow(s.known.ID); k.State != c.want {
			t.Errorf("after %s it is %s", c.verb, k.State)
		}
		ada.get(path).has("h1 + .st", c.word).has("#history", "because of "+c.verb)
		ada.post(step, "why", "again").is(http.StatusConflict)
	}
	h.as("sig").get(path).is(http.StatusOK).hasNo(".head a[href*='/step/']")
}

// TestFloodIsAnswered: what matches too much is a suggestion with its reason and two answers.
func TestFloodIsAnswered(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	ada, path := h.as("ada"), knownPath(s.blank)
	if k := h.knownNow(s.blank.ID); k.Flood != iru.FloodMarked {
		t.Fatalf("it is %q", k.Flood)
	}
	ada.get(path).has("#flood", "as a rule a blank").has("#flood a", "Quarantine").has("#flood a", "It may match as much").has("#met a", id(h.item(s.mirror.Locator).ID))
	h.as("sig").get(path).has("#flood", "your roles do not allow it").hasNo("#flood a")
	ada.get("/banks/"+id(s.blank.Bank)+"?state=floods").has("#entries", "Grey tile")
	ada.get("/").has("#floods a[href='"+path+"']", "Grey tile").has("#floods", "bank “").has("#floods .pill", "1").has("#floods a[href='/banks/floods']", "")
	ada.get("/banks/floods").has("#floods a[href='"+path+"']", "Grey tile").has("#floods", "met on").has("#floods .pill", "1").hasNo(".note")
	h.as("sig").get("/banks/floods").has("#floods", "Grey tile").has(".note", "your roles do not allow it")
	h.as("bo").get("/banks/floods").is(http.StatusOK).hasNo("#floods").has("main", "100 items")
	ada.get(knownPath(s.known) + "/step/spare").is(http.StatusConflict)
	ada.post(path+"/step/spare", "why", "it is their template").leads(path)
	if k := h.knownNow(s.blank.ID); k.Flood != iru.FloodSpared || k.State != iru.KnownActive {
		t.Errorf("it is %s %q", k.State, k.Flood)
	}
	ada.get(path).hasNo("#flood").has("#history", "it is their template")
	ada.get("/banks/floods").is(http.StatusOK).hasNo("#floods").has("#none-h", "Nothing matches too much")
	ada.get("/").has("#floods", "No known content was met so often").has("#floods .pill", "0")
	ada.post(path+"/step/quarantine", "why", "too much after all").leads(path)
}

// TestOpinionsStandByVoice: the unit's own and a partner's; a later one replaces the earlier, which is kept.
func TestOpinionsStandByVoice(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	path := knownPath(s.known)
	ada := h.as("ada")
	ada.get(path).has("#opinions", "Unit C").has("#opinions", "seen again on their page").has("#opinions", "earlier:").has("#opinions p", "confirmed by your unit")
	ada.post(path+"/opinion", "verdict", "").is(http.StatusUnprocessableEntity).has("#opinions #errors", "no such opinion")
	ada.post(path+"/opinion", "verdict", "withdrawn", "opinion", "I was wrong").leads(path + "#opinions")
	ada.get(path).has("#opinions p", "said nothing yet").has("#opinions", "I was wrong")
	ada.post(path+"/opinion", "verdict", "withdrawn").is(http.StatusConflict).has("#opinions #errors", "no opinion to take back")
	ada.post(path+"/opinion", "verdict", "confirmed", "partner", "Unit D").leads(path)
	h.as("sig").get(path).hasNo("#opinions form")
	h.as("sig").post(path+"/opinion", "verdict", "confirmed").is(http.StatusForbidden)
	h.as("bo").post(path+"/opinion", "verdict", "confirmed").is(http.StatusNotFound)
}

// TestMatchesAreReasonsInWords: what an item was recognised as, how near, what was found then and who agrees; never the content again.
func TestMatchesAreReasonsInWords(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	ada := h.as("ada")
	item := "/items/" + id(s.arabic.ID)
	a := ada.get(item)
	a.has("#why", "distance 6 of 256 bits, limit 31").has("#why", "0.91 similar").has("#why", "judged then: refer").has("#why", "bank “Halcyon templates”").
		has("#why", "confirmed by Unit A").has("#why", "disputed by Unit C").has("#why a[href='/known/"+id(s.known.ID)+"']", "Weather map, template 12")
	var m iru.MatchID
	for _, n := range a.nodes("#why form") {
		for _, x := range n.Attr {
			if x.Key == "action" && m == 0 {
				m = iru.MatchID(number(strings.TrimPrefix(x.Val, "/matches/")))
			}
		}
	}
	for _, verb := range []string{"confirm", "dispute", "withdraw"} {
		ada.get(item).has("#match-"+id(m)+" button[value="+verb+"]", "")
		ada.post("/matches/"+id(m), "verb", verb, "back", item).leads(item)
	}
	form := "#match-" + id(m) + " form"
	ada.get(item).has("#match-"+id(m)+" .st", "Withdrawn").has(form+" button[value=restore]", "Suggest it again").has(form+" label", "Why").hasNo(form + " button[value=confirm]")
	ada.post("/matches/"+id(m), "verb", "restore", "back", item).is(http.StatusUnprocessableEntity)
	ada.post("/matches/"+id(m), "verb", "restore", "note", "withdrawn by mistake", "back", item).leads(item)
	ada.get(item).has("#match-"+id(m)+" .st", "Suggested").has(form+" button[value=confirm]", "")
	h.as("sig").get(item).hasNo("#why form").hasNo("#why a[data-key=m]")

	ada.post(knownPath(s.known)+"/step/quarantine", "why", "too much").leads(knownPath(s.known))
	ada.get(item).has("#why footer", "Not shown: 1").hasNo("#why a[href='/known/" + id(s.known.ID) + "']")
}

// TestNearCopiesStandTogether: what resembles the item waits beside it, to be opened one after another.
func TestNearCopiesStandTogether(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	ada := h.as("ada")
	trains, mirror := h.item(s.trains.Locator), h.item(s.mirror.Locator)
	for _, page := range []string{"/items/" + id(s.arabic.ID), at("/triage", "item", id(s.arabic.ID))} {
		ada.get(page).has("#near h2", "Near copies waiting: 1").has("#near a[href='/triage?item="+id(trains.ID)+"']", "Item").has("#near a[href='/items/"+id(mirror.ID)+"']", "Item").
			has("#near", "both resemble “Night timetable bulletin”").hasNo("#near a[href$='item=" + id(s.copied.ID) + "']")
	}
	h.as("sig").get("/items/"+id(s.arabic.ID)).has("#near a[href='/items/"+id(trains.ID)+"']", "Item")
	ada.get("/items/" + id(s.copied.ID)).hasNo("#near")
	// A near copy in doubt shows no answer before the second one.
	ada.get("/items/"+id(s.arabic.ID)).has("#near", "Second opinion")
}

// TestMatchesByKeys: a key leads to the matches and decides nothing.
func TestMatchesByKeys(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	h.browse("ada", "en")
	webtest.Open(t, h.url+at("/triage", "item", id(s.arabic.ID)), 1440, false)
	press(t, "m")
	soon(t, "the first match has the focus", `document.activeElement?.id.startsWith('match-')`)
	press(t, "\t")
	soon(t, "its content comes next", `document.activeElement?.pathname?.startsWith('/known/')`)
	press(t, "\t")
	soon(t, "then its first verb", `document.activeElement?.value === 'confirm'`)
	press(t, "\r")
	soon(t, "it is confirmed", `document.querySelector('#why .st')?.textContent.includes('Confirmed')`)

	webtest.Open(t, h.url+"/banks", 1440, false)
	press(t, "j")
	press(t, "\r")
	soon(t, "the first bank opens", `document.querySelector('#entries') !== null`)
	press(t, "j")
	press(t, "\r")
	soon(t, "its first content opens", `document.querySelector('#prints') !== null`)
}

// TestDistanceInWords: each medium says how near, and where the limit is.
func TestDistanceInWords(t *testing.T) {
	for want, m := range map[string]iru.Match{
		"the same bytes":                              {Medium: "sha256"},
		"the same MD5, which others can imitate":      {Medium: "md5"},
		"distance 4 of 256 bits, limit 31":            {Medium: "pdq", Distance: 4},
		"TLSH distance 12, limit 30":                  {Medium: "tlsh", Distance: 12},
		"0.93 similar, limit 0.70":                    {Medium: "text", Distance: 0.07},
		"it has 90 % of the frames, at least 80 %":    {Medium: "vpdq", Distance: 0.1},
		"12 % of the sound's bits differ, limit 20 %": {Medium: "audio", Distance: 0.12},
	} {
		if got := distance(t.Context(), m); got != want {
			t.Errorf("%+v: %q", m, got)
		}
	}
}

// TestNearCopiesAreSettledTogether: what resembles the item by itself stands beside it, films and sounds too, and one finding settles what
// is ticked with it, which undoing takes back.
func TestNearCopiesAreSettledTogether(t *testing.T) {
	h := newHouse(t)
	ada := h.as("ada")
	var is []iru.Item
	for _, name := range []string{"quay", "harbour", "mountain"} {
		a := h.watch("https://"+name+"-trams.test/", "Trams")
		h.capture(h.item(a.Locator), "en", "Trams", "A ride with the tram, "+name, nil)
		is = append(is, h.item(a.Locator))
	}
	must(t, h.RecordLikenesses(t.Context(), is[0].Exhibit, desk.Compared{Began: h.clock(), Like: []iru.Likeness{
		{Item: is[0].ID, Other: is[1].ID, Medium: "vpdq", Distance: .1}, {Item: is[0].ID, Other: is[1].ID, Medium: "pdq", Distance: 6, Sign: "a"},
		{Item: is[0].ID, Other: is[2].ID, Medium: "audio", Distance: .08}}}))
	page := "/items/" + id(is[0].ID)
	ada.get(page).has("#near h2", "Near copies waiting: 2").has("#near", "90 % of the frames of one are in the other, at least 80 %").has("#near", "distance 6 of 256 bits, limit 31").
		has("#near", "8 % of the sound's bits differ, limit 20 %").has("#history", "Resembles what waits")
	ada.get("/items/"+id(is[2].ID)).has("#near h2", "Near copies waiting: 1").has("#near a[href$='item="+id(is[0].ID)+"']", "Item")
	form := at("/triage", "item", id(is[0].ID), "act", "no_action")
	ada.get(form).has("#finding input[name=also][value='"+id(is[1].ID)+"']", "").has("#finding", "Tick only what you have opened").hasNo("#finding input[name=also][checked]")
	ada.post(page+"/assess", "act", "no_action", "reason", "a tram", "also", "999").is(http.StatusConflict).has("#finding", "no near copy")
	ada.post(page+"/assess", "act", "no_action", "reason", "a tram", "also", id(is[1].ID)).is(http.StatusSeeOther)
	states := func(want ...iru.ItemState) {
		t.Helper()
		for n, i := range is {
			if now := h.item(i.Locator); now.State != want[n] {
				t.Errorf("item %d is %s, not %s", now.ID, now.State, want[n])
			}
		}
	}
	states(iru.ItemDismissed, iru.ItemDismissed, iru.ItemReady)
	ada.get("/items/"+id(is[1].ID)).has("#history", fmt.Sprintf("near copy of item %d, settled with it: a tram", is[0].ID)).has("#near h2", "Near copies, judged")
	var found iru.Assessment
	h.view(func(ctx context.Context, x *db.Tx) error {
		as, err := x.AssessmentsOf(ctx, iru.Program(), is[1].ID)
		found = as[0]
		return err
	})
	must(t, h.Undo(t.Context(), h.scope("ada"), found.ID))
	states(iru.ItemReady, iru.ItemReady, iru.ItemReady)
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// assessments of an item, newest first.
func (h *house) assessments(i iru.ItemID) (as []iru.Assessment) {
	h.t.Helper()
	h.view(func(ctx context.Context, t *db.Tx) error {
		var err error
		as, err = t.AssessmentsOf(ctx, iru.Program(), i)
		return err
	})
	return as
}

func (h *house) itemNow(i iru.ItemID) (x iru.Item) {
	h.t.Helper()
	h.view(func(ctx context.Context, t *db.Tx) error {
		var err error
		x, err = t.Item(ctx, iru.Program(), i)
		return err
	})
	return x
}

func whole(act string, more ...string) []string {
	return append([]string{"act", act, "limbs", "c", "limbs", "a", "passage", "خط الثلج", "passage_lang", "ar", "purpose", "proceed",
		"purpose_reason", "no editor is named", "public", "1", "reason", "asks readers to join, second paragraph"}, more...)
}

func TestTriageOneByOne(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	ada, ben := h.as("ada"), h.as("ben")

	a := ada.get("/triage").is(200).has("h1", "Item "+id(s.arabic.ID)).has("#finding header", "Held by you").has("#original", "خط الثلج").has("#why", "distance 6 of 256 bits, limit 31")
	if lang, dir := a.attr("#original .tr", "lang"), a.attr("#original .tr", "dir"); lang != "ar" || dir != "rtl" {
		t.Errorf("the text is shown as %q, %q", lang, dir)
	}
	a.has("#original .addr", "hxxps://halcyon-live[.]test/night")
	if strings.Contains(a.body, `href="http`) || strings.Contains(a.body, "https://halcyon-live.test") {
		t.Error("the page holds a live address")
	}
	other := ben.get("/triage").is(200)
	if got := other.find("h1"); got[0] == "Item "+id(s.arabic.ID) {
		t.Error("two people were given the same item")
	}
	ben.get(at("/triage", "item", id(s.arabic.ID))).is(200).has("#finding", "Ada has it now").hasNo(".acts")
	ben.post("/items/"+id(s.arabic.ID)+"/assess", whole(actNoAction)...).is(409)
	ben.post("/items/" + id(h.itemNow(s.arabic.ID).ID) + "/pass").leads("/triage") // gives nothing away that ben does not hold
	if h.itemNow(s.arabic.ID).HeldBy != h.people["ada"].ID {
		t.Error("somebody passed on what another person holds")
	}

	// What is missing is told beside each field, and what was written is kept.
	path := "/items/" + id(s.arabic.ID) + "/assess"
	ada.get(at("/triage", "item", id(s.arabic.ID), "act", actRefer)).is(200).has("legend", "True purpose").has("legend", "Article 2(7)").has("#purpose label", "In doubt")
	bad := ada.post(path, "act", actRefer, "limbs", "d", "passage", "خط", "reason", "").is(422).
		has("#purpose-e", "cannot be skipped").has("#purpose_reason-e", "protected purpose").has("#public-e", "capture shows").has("#reason-e", "own words").has("#errors", "4 fields").hasNo("#limbs-e").hasNo("#passage-e")
	if bad.find("textarea#passage")[0] != "خط" || len(bad.find("#limbs-is-d[checked]")) != 1 {
		t.Error("what was written is not kept")
	}
	excluded := append(whole(actRefer)[:10], "purpose", "excluded", "purpose_reason", "a newspaper", "public", "1", "reason", "reports on it", "passage_lang", "ar")
	ada.post(path, excluded...).is(409).has("#purpose-e", "choose no action")
	if got := h.assessments(s.arabic.ID); len(got) != 0 {
		t.Fatalf("a form that was refused left %+v", got)
	}

	to := ada.post(path, whole(actRefer)...).leads("/triage?did=").to
	got := h.assessments(s.arabic.ID)
	if len(got) != 1 || strings.Join(got[0].Limbs, "") != "ac" || got[0].Purpose != iru.PurposeProceed || got[0].PassageLang != "ar" || !got[0].Public {
		t.Fatalf("the finding is %+v", got)
	}
	if h.itemNow(s.copied.ID).State != iru.ItemReferred {
		t.Error("the same content waits to be judged once more")
	}
	next := ada.get(to).is(200).has("#undo", "Item "+id(s.arabic.ID)+": referred").has("main", "who can act")
	if next.find("h1")[0] == "Item "+id(s.arabic.ID) {
		t.Error("the next item did not load by itself")
	}
	ben.post("/assessments/" + id(got[0].ID) + "/undo").is(403)
	h.later(5 * time.Second)
	ada.post("/assessments/" + id(got[0].ID) + "/undo").leads(at("/triage", "item", id(s.arabic.ID)))
	if h.itemNow(s.arabic.ID).State != iru.ItemReady {
		t.Error("the finding was not taken back")
	}
	to = ada.post(path, whole(actNoAction)...).leads("/triage?did=").to
	h.later(11 * time.Second)
	ada.get(to).is(200).hasNo("#undo")
	ada.post(strings.Replace(to, "/triage?did=", "/assessments/", 1)+"/undo").is(409).has(".why-text", "ten seconds")
}

// TestIdlePageTakesNothing: what a page fetches by itself neither takes an item nor keeps one.
func TestIdlePageTakesNothing(t *testing.T) {
	h := newHouse(t)
	ada := h.as("ada")
	ada.get("/triage").is(200).has("#empty-h", "Nothing waits").hasNo("#free a.btn.p[href='/triage']")
	i := h.item(h.watch("https://tea.test/", "Tea").Locator)
	h.capture(i, "en", "Tea", "Tea at four.", nil)
	itself := func(path string, header ...string) *answer {
		return ada.do("GET", path, nil, append([]string{"Iolaus-Fragment", "free"}, header...)...).is(200)
	}
	itself("/triage").has("#free", "waiting for another person: 0").has("#empty-h", "1 item waits for you").has("#free a.btn.p[href='/triage']", "Take it")
	if by := h.itemNow(i.ID).HeldBy; by != 0 {
		t.Fatalf("an idle page took the item for officer %d", by)
	}
	ada.get("/triage").is(200).has("h1", "Item "+id(i.ID))
	until := h.itemNow(i.ID).HeldUntil
	h.later(10 * time.Minute)
	itself(at("/triage", "item", id(i.ID)))
	if got := h.itemNow(i.ID).HeldUntil; !got.Equal(until) {
		t.Errorf("an idle page keeps the item until %s, not %s", got, until)
	}
	itself(at("/triage", "item", id(i.ID), "act", actRefer), "Iolaus-Person", "1")
	if got := h.itemNow(i.ID).HeldUntil; !got.After(until) {
		t.Error("choosing a finding does not keep the item")
	}
	h.later(16 * time.Minute)
	itself(at("/triage", "item", id(i.ID)))
	h.as("ben").get("/triage").is(200).has("h1", "Item "+id(i.ID)).has("#finding header", "Held by you")
}

func TestTriageDuplicateLaterAndPass(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	c := h.as("ada")
	c.get("/triage").is(200)
	form := c.get(at("/triage", "item", id(s.arabic.ID), "act", actDuplicate)).is(200)
	if form.attr("#of", "value") != id(s.copied.ID) {
		t.Errorf("the item with the same content is not proposed: %q", form.attr("#of", "value"))
	}
	base := "/items/" + id(s.arabic.ID)
	c.post(base+"/assess", "act", actDuplicate, "of", "", "reason", "").is(422).has("#of-e", "Name the item").has("#reason-e", "own words")
	c.post(base+"/assess", "act", actDuplicate, "of", "999999", "reason", "same").is(404)

	c.post(base+"/later").is(422).has("#when-e", "Choose when")
	c.post(base+"/later", "when", "date", "date", "soon").is(422).has("#date-e", "Write a date")
	c.post(base+"/later", "when", "date", "date", "2026-03-01T10:00").is(422).has("#date-e", "past")
	c.post(base+"/later", "when", "hour", "reason", "wait for the recording").leads("/triage")
	c.get("/triage").is(200).has("[role=status]", "sleeps until")
	if i := h.itemNow(s.arabic.ID); i.State != iru.ItemDeferred || !i.WakeAt.Equal(h.clock().Add(time.Hour)) {
		t.Errorf("put off: %s until %s", i.State, i.WakeAt)
	}
	h.later(61 * time.Minute)
	h.as("ada").get("/").is(200).has("#needs", "Woke up")
	if got := h.as("ada").get("/triage").is(200).find("h1")[0]; got != "Item "+id(s.arabic.ID) {
		t.Errorf("what woke up is not offered again: %s", got)
	}
	c = h.as("ben")
	first := c.get("/triage").is(200).find("h1")[0]
	n := strings.TrimPrefix(first, "Item ")
	c.post("/items/" + n + "/pass").leads("/triage")
	if again := c.get("/triage").is(200).find("h1")[0]; again == first {
		t.Error("what was passed on came back at once")
	}
}

func TestSecondOpinionIsBlind(t *testing.T) {
	h := newHouse(t)
	s := h.story() // ben doubted the trains
	i := h.item(s.trains.Locator)
	ada, ben := h.as("ada"), h.as("ben")
	page := ada.get(at("/triage", "item", id(i.ID))).is(200).has("#earlier", "not shown before yours").has("#finding", "Refer")
	for _, secret := range []string{"no editorial responsibility", "the timetable may be news", "In doubt</span>"} {
		if strings.Contains(page.body, secret) {
			t.Errorf("the first answer shows: %q", secret)
		}
	}
	told := func(c *client) (all string) {
		all = c.get("/ledger?noun=assessment").is(200).body + c.get("/ledger?noun=item").is(200).body + c.get("/items/"+id(i.ID)).is(200).body
		h.view(func(ctx context.Context, t *db.Tx) error {
			about := []iru.Subject{{Noun: "item", ID: int64(i.ID)}}
			as, err := t.AssessmentsOf(ctx, iru.Program(), i.ID)
			if err != nil {
				return err
			}
			for _, a := range as {
				about = append(about, iru.Subject{Noun: "assessment", ID: int64(a.ID)})
			}
			for _, x := range about {
				es, err := t.EventsOf(ctx, x)
				if err != nil {
					return err
				}
				for _, e := range es {
					if e.By != 0 {
						all += c.get("/ledger/events/" + id(e.ID)).is(200).body
					}
				}
			}
			return nil
		})
		return all
	}
	secrets := []string{"the timetable may be news", "doubted", ">refer<"}
	blind := told(ada)
	for _, secret := range secrets {
		if strings.Contains(blind, secret) {
			t.Errorf("the ledger or the history tells the second reviewer %q", secret)
		}
		if !strings.Contains(told(ben), secret) {
			t.Errorf("the first reviewer does not see %q any more, of his own finding", secret)
		}
	}
	if !strings.Contains(blind, "not shown before the second opinion") {
		t.Error("that something is withheld is not said")
	}
	if strings.Contains(told(h.as("audrey")), secrets[0]) {
		t.Error("an auditor without a reason reads the first opinion")
	}
	ben.get(at("/triage", "item", id(i.ID))).is(200).has("#finding", "You asked for a second opinion").hasNo(".acts")
	ben.post("/items/"+id(i.ID)+"/assess", whole(actNoAction)...).is(403).has(".why-text", "another person")
	ada.post("/items/"+id(i.ID)+"/assess", append(whole(actRefer)[:10], "purpose", "doubt", "purpose_reason", "unsure", "public", "1", "reason", "unsure", "passage_lang", "fr")...).
		is(409).has("#purpose-e", "doubts")
	ada.post("/items/"+id(i.ID)+"/assess", "act", actNoAction, "reason", "a timetable").leads("/triage?did=")
	ada.get("/items/"+id(i.ID)).is(200).has("#earlier", "a timetable").has("#earlier", "Overturned")
	if !strings.Contains(told(ada), secrets[0]) {
		t.Error("what was withheld stays so after the second opinion")
	}

	h.as("ada").get(at("/triage", "item", id(s.arabic.ID))).is(200)
	ada.post("/items/"+id(s.arabic.ID)+"/second", "reason", "is this a joke?").leads("/triage")
	if strings.Contains(ben.get("/items/"+id(s.arabic.ID)).is(200).body, "is this a joke") {
		t.Error("the note of who asked shows")
	}
}

func TestMatchesAreJudged(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	c := h.as("ada")
	page := c.get("/items/" + id(s.arabic.ID)).is(200)
	action := page.attr("form[action^='/matches/']", "action")
	c.post(action, "verb", "confirm", "back", "/items/"+id(s.arabic.ID)).leads("/items/" + id(s.arabic.ID))
	c.get("/items/"+id(s.arabic.ID)).is(200).has("#why", "Confirmed")
	c.get("/items/"+id(s.first.ID)).is(200).has("#why", "not been compared").hasNo("#why ul")
	c.post(action, "verb", "confirm", "back", "/").is(409).has(".kept", "not recorded")
	c.post(action, "verb", "dispute", "back", "//elsewhere.test").leads("/")
	h.as("sig").get("/items/" + id(s.arabic.ID)).is(200).hasNo("form[action^='/matches/']")
	h.as("sig").post(action, "verb", "confirm").is(403).has(".why-text", "assess content")
}

// Whoever may not assess sees no button for it, and is refused with the reason.
func TestTriageByRole(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	for _, login := range []string{"sig", "audrey", "admin"} {
		c := h.as(login)
		c.get("/triage").is(200).has("#finding", "do not allow you to assess").hasNo(".acts").hasNo("form[action$='/pass']")
		for _, path := range []string{"/assess", "/second", "/later"} {
			c.post("/items/"+id(s.arabic.ID)+path, append(whole(actNoAction), "when", "hour")...).is(403).has(".why-text", "roles do not allow")
		}
		c.get("/").is(200).hasNo("a[href='/triage'].btn")
	}
	if i := h.itemNow(s.arabic.ID); i.State != iru.ItemReady || i.HeldBy != 0 {
		t.Errorf("somebody without the power moved or held the item: %+v", i)
	}
	bo := h.as("bo") // of another unit
	bo.get("/items/" + id(s.arabic.ID)).is(404)
	bo.get(at("/triage", "item", id(s.arabic.ID))).is(404)
	bo.post("/items/"+id(s.arabic.ID)+"/assess", whole(actNoAction)...).is(404)
	bo.get("/triage").is(200).has("[aria-labelledby=empty-h]", "Nothing waits for you")
	for _, bad := range []string{"/items/0", "/items/-1", "/items/x", "/items/99999999999999999999", "/items/99999"} {
		h.as("ada").get(bad).is(404)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/webtest"
)

const danger = "a speaker says he will attack the station at Halcyon tonight; heard by two officers"

// assessing is a story with a draft under mock scrutiny, a threat to life, a spot check and a grouped letter. It gives their pages.
func (h *house) assessing(s *story) map[string]string {
	h.t.Helper()
	ctx := h.t.Context()
	h.watch("https://evening-tram.test/", "Evening Tram")
	h.capture(s.second(h), "en", "Evening Tram", "Snow line falls tonight. The evening tram leaves at 23:10.", nil)
	h.Rules.Spot = 1
	h.refer("ada", s.arabic, iru.PurposeProceed)
	spots := func() (out []iru.Spot) {
		must(h.t, h.DB.View(ctx, func(x *db.Tx) (err error) { out, err = x.Spots(ctx, iru.Program(), time.Time{}, 9); return err }))
		return out
	}
	r := desk.DraftRequest{Asset: s.wire.ID, Item: s.first.ID, Provider: s.host.ID, Layer: legal.Host, Instrument: legal.RemovalOrder}
	n, err := h.Draft(ctx, h.scope("ada"), r)
	must(h.t, err)
	_, err = h.AskMock(ctx, h.scope("ada"), n.ID, "is the second paragraph news?")
	must(h.t, err)
	t, _, err := h.OpenThreat(ctx, h.scope("ada"), desk.ThreatRequest{Draft: r, Category: "attack", Reason: danger})
	must(h.t, err)
	_, err = h.SetCalendar(ctx, h.scope("ada"), iru.Calendar{Provider: s.host.ID, Zone: "Europe/Vienna", Windows: []iru.Window{{Days: []int{1, 2, 3, 4, 5}, From: "09:00", To: "17:00"}}, Most: 25, Gather: time.Hour,
		Groups: []legal.Instrument{legal.Referral}})
	must(h.t, err)
	r.Instrument = legal.Referral
	g, err := h.Draft(ctx, h.scope("ada"), r)
	must(h.t, err)
	_, err = h.Submit(ctx, h.scope("ada"), g.ID)
	must(h.t, err)
	g, err = h.Approve(ctx, h.scope("ben"), g.ID)
	must(h.t, err)
	return map[string]string{"mock": "/notices/" + id(n.ID) + "/mock", "threat": "/threats/" + id(t.ID), "threats": "/threats", "threat-open": "/items/" + id(s.first.ID) + "/threat",
		"agreement": "/agreement", "spot": "/spots/" + id(spots()[0].ID), "batches": "/batches", "batch": "/batches/" + id(g.Batch), "calendar": "/providers/" + id(s.host.ID) + "/calendar",
		"waiting": "/", "assessed": "/items/" + id(s.first.ID), "refer-whole": at("/triage", "item", id(s.second(h).ID), "act", actRefer)}
}

// second is an item that waits.
func (s *story) second(h *house) iru.Item { return h.item("https://evening-tram.test/") }

// TestAssessingPictures writes pictures for people to look at into the directory that IOLAUS_PICTURES names.
func TestAssessingPictures(t *testing.T) {
	dir := os.Getenv("IOLAUS_PICTURES")
	h := newHouse(t)
	pages := h.assessing(h.story())
	only := os.Getenv("IOLAUS_PICTURE")
	if dir == "" {
		dir, only = t.TempDir(), "agreement"
	}
	for name, path := range pages {
		if only != "" && only != name {
			continue
		}
		login := "ben"
		switch name {
		case "mock":
			login = "lena"
		case "waiting": // a threat that waits for a second person, before everything else
			login = "sig"
		}
		file := filepath.Join(dir, name)
		h.browse(login, "en")
		webtest.Screenshot(t, h.url+path, 1440, false, file+"-light.png")
		if info, err := os.Stat(file + "-light.png"); err != nil || info.Size() < 15000 {
			t.Errorf("picture of %s: %v, %v", name, info, err)
		}
		if os.Getenv("IOLAUS_PICTURES") == "" {
			continue
		}
		webtest.Screenshot(t, h.url+path, 1440, true, file+"-dark.png")
		webtest.Screenshot(t, h.url+path, 400, false, file+"-narrow.png")
		h.browse(login, "ar")
		webtest.Screenshot(t, h.url+path, 1440, false, file+"-rtl.png")
	}
}

// TestAssessingPagesAreAccessible: each page, wide and narrow.
func TestAssessingPagesAreAccessible(t *testing.T) {
	h := newHouse(t)
	pages := h.assessing(h.story())
	h.browse("ben", "en")
	for _, path := range pages {
		for _, width := range []int{1440, 400} {
			webtest.Axe(t, h.url+path, width, false, explained...)
		}
	}
}

// TestTodayHasWhatWaits: a threat to life stands before everything else for whoever may declare it, tell of it or review it, and a mock
// scrutiny for whose turn it is; for nobody else.
func TestTodayHasWhatWaits(t *testing.T) {
	h := newHouse(t)
	p := h.assessing(h.story())
	const threat, mock = "Threat to life: ", "Mock scrutiny: "
	has := func(login, what, why string, yes bool) {
		t.Helper()
		for i, text := range h.as(login).get("/").is(200).find("#needs tbody tr") {
			if strings.Contains(text, what) && strings.Contains(text, why) {
				if !yes {
					t.Errorf("%s is shown %q", login, text)
				}
				if what == threat && i != 0 && why == "second person" {
					t.Errorf("before the threat stand %d lines", i)
				}
				return
			}
		}
		if yes {
			t.Errorf("%s is not shown %s (%s)", login, what, why)
		}
	}
	has("sig", threat, "second person", true)
	for _, login := range []string{"ada", "ben", "audrey"} { // the first person, nobody who signs, nobody who acts
		has(login, threat, "", false)
	}
	ref := strings.TrimPrefix(h.as("sig").get(p["threat"]).find("h1")[0], threat)
	if rows := strings.Join(h.as("sig").get("/").find("#needs tbody tr"), "\n"); strings.Count(rows, ref) != 1 { // not as an act to approve, which would be refused
		t.Errorf("the threat's act %s stands there %d times:\n%s", ref, strings.Count(rows, ref), rows)
	}
	has("lena", mock, "not shown to you", true)
	has("ada", mock, "", false)
	act := h.as("sig").get(p["threat"])
	h.as("sig").post(p["threat"], "verb", "declare", "digest", act.attr("input[name=digest]", "value"), "read", "1").leads(p["threat"])
	has("sig", threat, "", false)
	has("ben", threat, "Europol", true)
	has("lena", threat, "third person", true)
	for _, to := range []string{"authority", "contact", "europol"} {
		h.as("ben").post(p["threat"], "verb", "inform", "to", to, "how", "by telephone").leads(p["threat"])
	}
	has("ben", threat, "Europol", false)
	h.as("lena").post(p["threat"], "verb", "review", "right", "yes", "why", "it was").leads(p["threat"])
	has("lena", threat, "", false)

	lena := h.as("lena")
	lena.post(p["mock"], "verb", "take", "unread", "1").leads(p["mock"])
	has("lena", mock, "you took it", true)
	lena.post(p["mock"], "verb", "look", "opinion", "annulled", "why", "a timetable").leads(p["mock"])
	digest := lena.get(p["mock"]).attr("input[name=digest]", "value")
	form := []string{"verb", "conclude", "digest", digest, "outcome", "annulled", "why", "it asks nobody for anything"}
	for _, c := range iru.MockChecks {
		form = append(form, "check_"+c.ID, "yes")
	}
	lena.post(p["mock"], form...).leads(p["mock"])
	has("ada", mock, "mend the draft", true)
	has("sig", mock, "decided by a person", true)
	h.as("sig").post(p["mock"], "verb", "decide", "why", "the second half asks").leads(p["mock"])
	has("sig", mock, "", false)
	has("ada", mock, "", false)
}

// TestAssessingForms walks mock scrutiny, spot check, threat and calendar through their pages.
func TestAssessingForms(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	p := h.assessing(s)
	lena, ben := h.as("lena"), h.as("ben")
	// Mock scrutiny: blind first.
	lena.post(p["mock"], "verb", "take").is(409).has("#errors, .note", "without them")
	lena.post(p["mock"], "verb", "take", "unread", "1").leads(p["mock"])
	act := strings.TrimSuffix(p["mock"], "/mock")
	lena.get(act).leads(p["mock"])
	lena.get(act + "/paper").is(403)
	if strings.Contains(lena.get(p["mock"]).is(200).body, "exercise: the bulletin asks") {
		t.Error("the blind reviewer sees the drafter's reasons")
	}
	lena.post(p["mock"], "verb", "look", "opinion", "unclear", "why", "a timetable").leads(p["mock"])
	page := lena.get(p["mock"]).is(200).has("#reasons", "exercise: the bulletin asks")
	form := []string{"verb", "conclude", "digest", page.attr(`input[name="digest"]`, "value"), "outcome", "annulled", "why", "nobody is asked to do anything"}
	lena.post(p["mock"], form...).is(422).has("#errors", "checklist lacks")
	for _, c := range iru.MockChecks {
		form = append(form, "check_"+c.ID, "yes")
	}
	lena.post(p["mock"], form...).leads(p["mock"])
	h.as("ada").get(p["mock"]).is(200).has("h1 ~ *, .head, header", "Would be annulled").hasNo("#decide")
	h.as("sig").post(p["mock"], "verb", "decide", "why", "the second half asks").leads(p["mock"])
	// Spot check.
	if body := ben.get(p["spot"]).is(200).body; strings.Contains(body, "exercise") {
		t.Error("a spot check that is not taken shows the first answer")
	}
	ben.post(p["spot"], "verb", "take", "unseen", "1").leads(p["spot"])
	ben.get("/items/" + id(s.arabic.ID)).leads(p["spot"])
	ben.post(p["spot"], "verb", "read", "finding", "no_action", "reason", "a timetable").leads(p["spot"])
	ben.get(p["spot"]).is(200).has("#both", "exercise").has("#both", "a timetable")
	ben.get("/agreement").is(200).has("#source1", "too few to say")
	// The threat.
	ben.get(p["threat"]).is(200).has("#act", "REMOVAL ORDER")
	sig := h.as("sig")
	page = sig.get(p["threat"]).is(200)
	digest := page.attr(`#declare input[name="digest"]`, "value")
	sig.post(p["threat"], "verb", "declare", "digest", digest).is(422).has("#errors", "read the act")
	sig.post(p["threat"], "verb", "declare", "digest", digest, "read", "1").leads(p["threat"])
	ben.get(p["threat"]).is(200).has("#letter-europol", "Threat to life")
	ben.post(p["threat"], "verb", "inform", "to", "europol", "how", "by telephone").leads(p["threat"])
	lena.post(p["threat"], "verb", "review", "right", "yes", "why", "it was").leads(p["threat"])
	ben.get("/threats").is(200).has("#counts", "Upheld: 1")
	// The calendar.
	ben.post(p["calendar"], "verb", "set", "days", "1", "from", "09:00", "until", "08:00", "zone", "UTC", "most", "5", "gather", "60").is(422).has("#errors", "is none")
	ben.post(p["calendar"], "verb", "set", "days", "1", "from", "09:00", "until", "17:00", "zone", "UTC", "most", "5", "gather", "60").leads(p["calendar"])
	ben.get(p["batch"]).is(200).has("#acts", "RF-")
	// An assessment by the form, with two passages and the parts of a binding act.
	i := s.second(h)
	ada := h.as("ada")
	ada.get(p["refer-whole"]).is(200).has("#finding", "Least intrusive measure")
	ada.post("/items/"+id(i.ID)+"/assess", "act", "refer", "limbs", "a", "limbs", "c", "passage", "Snow line", "meets_1", "c", "text_2", "tonight", "meets_2", "a", "from_2", "0:01:15", "to_2", "0:01:30.5",
		"purpose", "proceed", "purpose_reason", "none named", "public", "1", "reason", "first paragraph", "attr_name", "Halcyon Weather Wire", "attr_source", "X", "attr_info", "4", "attr_why", "the page says so").leads("/triage")
	a := h.assessments(i.ID)[0]
	if len(a.Grounds.Passages) != 2 || a.Grounds.Passages[1].To != 90_500 || a.Grounds.Attribution == nil || a.Grounds.Measure != nil {
		t.Errorf("%+v", a.Grounds)
	}
	ada.get("/items/"+id(i.ID)).is(200).has("#assessment", "Left open").has("#assessment", "0:01:30.500")
	complete := "/assessments/" + id(a.ID) + "/complete"
	ada.get(complete).is(200).hasNo(`#open input[name="attr_name"]`)
	ada.post(complete, "list_words", "searched in vain").is(422)
	ada.post(complete, "list_day", "2026-03-12", "list_words", "searched in vain", "coll_mail", "no", "coll_words", "nothing else", "less_name", "a referral", "less_why", "unanswered", "less_words", "one page").leads("/items/")
	ada.get("/items/"+id(i.ID)).is(200).has("#assessment", "searched in vain")
}

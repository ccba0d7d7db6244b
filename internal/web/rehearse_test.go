// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"strings"
	"testing"

	"iolaus/internal/iru"
	"iolaus/internal/rehearse"
	"iolaus/internal/web/ui"
)

// TestRehearsalPage: an operation is played before its day; what cannot be is told; without a task the page says what to do first.
func TestRehearsalPage(t *testing.T) {
	h := newHouse(t)
	s := h.acts()
	base := "/operations/" + id(s.joint.ID)
	dora := h.as("dora")
	dora.get(base).has("a[href$='/rehearsal']", "Rehearse")
	p := dora.get(base+"/rehearsal?t0=2026-03-07T10:00&spread=72").is(http.StatusOK).has("h1", "Rehearsal of Night Timetable").has("#hour h2", "The day at T+60").has("#hour tbody", "RO-").has("#assumed tbody", "assumed")
	p.has("#week tbody tr[aria-current]", "Mar 2026").has("#runs svg title", "Share of runs in which something that the acts name is up").has("#runs h2", "Does what the acts name stay dark? ").has("#runs tbody", "Over 72 h").has("#runs details", "Up after so long")
	p.hasNo("#runs svg script, style")
	dora.get(base + "/rehearsal?spread=0").is(http.StatusOK).hasNo("#runs tbody tr:nth-child(2) svg.l2")
	dora.get(base+"/rehearsal?t0=soon&after=-4&dark=x&spread=9999").is(http.StatusOK).has("form .err", "no date and time")
	h.as("bo").get(base + "/rehearsal").is(http.StatusOK)
	h.as("bo").get("/operations/" + id(s.operation.ID) + "/rehearsal").is(http.StatusNotFound)
	dora.get("/operations/999/rehearsal").is(http.StatusNotFound)
	to := h.as("ada").post("/operations", "name", "Milk Train", "director", id(h.people["dora"].ID), "outlet", id(s.outlet)).leads("/operations/").to
	dora.get(to+"/rehearsal").is(http.StatusOK).has("#empty-h", "nothing to rehearse yet").hasNo("#runs")
}

// TestPlanRehearsal: a stored plan is played; its figures lead to the rates, which count at once; without measures it says what to do first.
func TestPlanRehearsal(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	c := h.as("dora")
	page := c.post("/plans", "outlet", id(s.outlet), "name", "Lantern").leads("/plans/").to
	to := page + "/rehearsal?t0=2026-03-07T10:00"
	c.get(page).has("a[href='"+page+"/rehearsal'][data-key=r]", "Rehearse")
	p := c.get(to).is(http.StatusOK).has("h1", "Rehearsal of Lantern").has("#hour h2", "The day at T+60").has("#hour tbody", "Birchrack").has("#runs svg title", "Share of runs in which it is up").has("#assumed tbody", "assumed").has("#runs h2", "Does it stay dark?")
	p.has("#assumed a[href='/plans/rates?rate=chance#set']", "takes effect")
	x := h.plan(1)
	desk := "desk." + id(x.Chosen()[0].Provider)
	p.has("#assumed a[href='/plans/rates?rate="+desk+"#set']", "act")
	c.get("/plans/rates?rate="+desk).is(http.StatusOK).has("#set option[selected]", "Hours from receipt to the act").hasNo("#rates tbody tr:nth-child(99)")
	c.get("/plans/rates?rate=desk.999").is(http.StatusOK).hasNo("#set option[value='desk.999']")
	c.post("/plans/rates", "rate", "desk.999", "value", "2", "why", "asked").is(http.StatusNotFound)
	c.post("/plans/rates", "rate", desk, "value", "2.5", "why", "asked by telephone").leads("/plans/rates")
	hours := "/providers/" + strings.TrimPrefix(desk, "desk.") + "/hours"
	c.get(hours).is(200).has("#set", "When it works").has("h1", "Hours of its desk").hasNo("#now")
	c.post(hours, "verb", "set", "when", "hours", "from", "09:00", "until", "17:00", "why", "its page").is(422).has("#errors", "window")
	c.post(hours, "verb", "set", "when", "hours", "days", "2", "from", "08:00", "until", "12:00", "zone", "Europe/Vienna", "holidays", "2026-12-24", "cache", "1.5", "why", "its page says so").leads(hours)
	c.get(hours).is(200).has("#now", "Tuesday").has("#now", "its page says so").has("#now", "1.5").has("#end", "Take it back")
	c.post(hours, "verb", "end", "why", "another desk").leads(hours)
	c.get(hours).is(200).hasNo("#now")
	c.post("/plans/rates", "rate", "chance", "value", "0.5", "why", "a bad spring").leads("/plans/rates")
	c.get("/plans/rates").has("#rates tbody", "asked by telephone")
	c.get(to).has("#assumed tbody", "2h30m").has("#assumed tbody", "asked by telephone").has("#assumed tbody", "a bad spring")
	h.as("sig").get(to).is(http.StatusOK).hasNo("#assumed a[href^='/plans/rates']")
	h.as("bo").get(to).is(http.StatusNotFound)
	c.get("/plans/999/rehearsal").is(http.StatusNotFound)
	c.post(page+"/address", "n", iru.PlanAsset(s.wire.ID), "do", "spare", "why", "a live investigation").leads(page)
	c.get(to).is(http.StatusOK).has("#empty-h", "nothing to rehearse yet").has("[aria-labelledby=empty-h] a[href='"+page+"']", "Back to the plan").hasNo("#runs")
}

// TestDarkOnlyWhatIsNamed: where addresses stay up that no act names, nothing says plainly that it is dark.
func TestDarkOnlyWhatIsNamed(t *testing.T) {
	ctx := t.Context()
	dark := Rehearsal{Report: &rehearse.Report{Picture: rehearse.Picture{Dark: true}}}
	if s := dark.outcome(ctx); s.Tone != ui.ToneOK || s.Word != "Dark" || dark.question(ctx) != "Does it stay dark?" {
		t.Errorf("all is named: %+v, %s", s, dark.question(ctx))
	}
	dark.Bare = 2
	if s := dark.outcome(ctx); s.Tone != ui.ToneWarn || !strings.Contains(s.Word, "2 addresses stay up") {
		t.Errorf("two are not: %+v", s)
	}
	if q := dark.question(ctx); !strings.Contains(q, "2 addresses stay up") {
		t.Errorf("two are not: %s", q)
	}
}

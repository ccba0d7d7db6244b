// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
)

// TestLawPages: what runs and who must act, a copy examined blind, letters, receipts corrected, and the private calendar address.
func TestLawPages(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	ben, lena := h.as("ben"), h.as("lena")
	clocks := ben.get("/clocks").is(200)
	clocks.has("#list", s.order.Ref).has("#list", "One hour to remove").has("#list", "Birchrack")
	ben.get("/clocks?who=ours").is(200)
	ben.get("/clocks?who=late").is(200).has("#list", "None runs here.")
	order := "/notices/" + id(s.order.ID)
	lena.get(order).is(200).has("#timeline", "Receipt").has("#decisions", "Decide on non-disclosure")
	if got := strings.Join(h.as("bo").get("/clocks").is(200).find("#list"), ""); strings.Contains(got, s.order.Ref) {
		t.Error("another unit's clocks are shown")
	}
	stamp := func(off time.Duration) string { return h.clock().Add(off).Format("2006-01-02T15:04:05") }
	step := "/law/notice/" + id(s.order.ID) + "/correct"
	ben.get(step).is(200).has("form", "Time zone of that clock")
	ben.post(step, "at", "2026-03-29T02:30", "zone", "Europe/Vienna", "channel", "phone", "proof", "called", "why", "x").is(422).has("main", "never showed")
	ben.post(step, "at", stamp(-time.Minute), "channel", "phone", "proof", "their log", "why", "our clock was wrong").is(303)
	ben.get(order).is(200).has("#timeline", "Corrected")
	lena.post("/law/notice/"+id(s.order.ID)+"/secrecy", "why", "an arrest is planned").is(303)
	ben.get("/missives?state=all").is(200).has("#missives", "Non-disclosure, told to the provider")
	ben.get("/scrutiny").is(200).has("#list", "None here.")
	ben.post("/law/unit/"+id(h.people["ben"].Unit)+"/copy", "ref", "X-7", "authority", "Authority of XC", "country", "XC", "addressee", "Birchrack", "address", "https://rail.test/", "reasons", "their own words", "at", stamp(-time.Hour)).is(303)
	if page := ben.get("/scrutiny/1").is(200); strings.Contains(strings.Join(page.find("main"), ""), "their own words") {
		t.Error("the issuer's reasons are shown before the own conclusion")
	}
	lena.post("/law/scrutiny/1/examine").is(303)
	lena.post("/law/scrutiny/1/conclude", "finding", "infringes", "why", "a timetable").is(303)
	lena.get("/scrutiny/1").is(200).has("#words", "their own words")
	ben.get("/missives?state=all").is(200).has("#missives", "Information before the first order")
	ben.get("/missives/1").is(200).has("#text", "12 hours")
	ben.get("/providers/"+id(s.host.ID)).is(200).has("#inform", "Had an order before")
	made := ben.post("/me/calendars").is(200)
	secret := regexp.MustCompile(`/calendar/[0-9a-f]{64}\.ics`).FindString(strings.Join(made.find("#secret"), ""))
	if secret == "" {
		t.Fatal("no address is shown")
	}
	if got := (&client{h: h}).get(secret).is(200); !strings.Contains(got.body, "BEGIN:VCALENDAR") || !strings.Contains(got.body, s.order.Ref) || strings.Contains(got.body, "halcyon") {
		t.Errorf("the calendar: %s", got.body)
	}
	(&client{h: h}).get("/calendar/" + strings.Repeat("0", 64) + ".ics").is(404)
	ben.post("/me/calendars/1/revoke").is(303)
	(&client{h: h}).get(secret).is(404)
}

// TestEmergencyOnThePage: offered on the draft of a production order and on nothing else.
func TestEmergencyOnThePage(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	ben := h.as("ben")
	n := s.waiting
	page, step := "/notices/"+id(n.ID), "/law/notice/"+id(n.ID)+"/emergency"
	change := func(sql string) {
		must(t, h.DB.Tx(t.Context(), func(x *db.Tx) error { _, err := x.Exec(t.Context(), sql, n.ID); return err }))
	}
	change("UPDATE notice SET state='draft', facts='' WHERE id=$1")
	ben.get(page).is(200).hasNo("a[href$='/emergency']")
	ben.post(step, "kind", "life", "why", "a bridge").is(422).has("main", "no production order")
	change("UPDATE notice SET instrument='production_order', request='produce_data' WHERE id=$1")
	ben.get(page).is(200).has("a[href$='/emergency']", "Declare an emergency").hasNo("a[href$='/secrecy']")
	ben.get(step).is(200).has("form", "What is at risk")
	ben.post(step, "kind", "life", "why", "").is(422)
	ben.post(step, "kind", "life", "why", "A bridge is said to be unsafe.").is(303)
	ben.get(page).is(200).has("#history", "A bridge is said")
	if e := h.notice(n.ID).Emergency; e.Kind != "life" || e.Why != "A bridge is said to be unsafe." {
		t.Errorf("declared: %+v", e)
	}
}

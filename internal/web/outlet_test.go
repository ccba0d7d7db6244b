// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

func (h *house) assetNow(a iru.AssetID) (x iru.Asset) {
	h.t.Helper()
	h.view(func(ctx context.Context, t *db.Tx) error {
		var err error
		x, err = t.Asset(ctx, iru.Program(), a)
		return err
	})
	return x
}

func TestTodayTellsWhatNeedsWhom(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	ada := h.as("ada").get("/").is(200).has("#needs", "At risk").has("#needs", s.order.Ref).has("#needs", "Letter about "+s.order.Ref).has("#needs", "Contact of Cedar Cloud").
		has("#needs", "1 act waits").has("#needs", "Same outlet? hxxps://halcyon-live[.]test/").has("#needs", "Item "+id(h.item(s.trains.Locator).ID)).
		has("#clocks", "00:12:00").has("#availability", "3 up, 0 down, 1 unknown").has("#operations", "Signal Box").has("#latest", "Letter received")
	if strings.Contains(strings.Join(ada.find("#needs"), ""), "Review") {
		t.Error("an analyst is offered an act that only a signing officer may sign")
	}
	h.as("sig").get("/").is(200).has("#needs", "first approval by Lena").has("#needs a.btn", "Review")
	lena := h.as("lena").get("/").is(200)
	if strings.Contains(strings.Join(lena.find("#needs"), ""), "first approval by Lena") {
		t.Error("who approved first is offered the act again")
	}
	ben := h.as("ben").get("/").is(200)
	if strings.Contains(strings.Join(ben.find("#needs"), ""), "you are not shown the first answer") {
		t.Error("who doubted is offered the second opinion")
	}
	h.as("audrey").get("/").is(200).hasNo("#needs a[href^='/assets/']")
	h.as("bo").get("/").is(200).has("[aria-labelledby=empty-h]", "nobody is watching yet").has("#checks", "Store")
}

func TestFirstStartLeadsOn(t *testing.T) {
	h := newHouse(t)
	c := h.as("ada")
	c.get("/").is(200).has(".todo-list .next", "Add one outlet to watch").has(".todo-list a[href='/watch']", "Begin")
	c.get("/outlets").is(200).has("[aria-labelledby=empty-h]", "No outlet is watched").has("[aria-labelledby=empty-h] a", "Watch an address")
	c.get("/candidates").is(200).has("[aria-labelledby=empty-h]", "No address waits")
	c.get("/triage").is(200).has("[aria-labelledby=empty-h]", "Nothing waits")
	h.as("sig").get("/outlets").is(200).hasNo("[aria-labelledby=empty-h] a")
}

func TestWatchForm(t *testing.T) {
	h := newHouse(t)
	c := h.as("ada")
	c.get("/watch").is(200)
	c.post("/watch").is(422).has("#address-e", "Write the address").has("#reason-e", "why it is watched")
	bad := c.post("/watch", "address", "not an address at all", "reason", "because", "name", "Halcyon").is(422).has("#address-e", ".")
	if bad.attr("#name", "value") != "Halcyon" || bad.find("#reason")[0] != "because" {
		t.Error("what was written is not kept")
	}
	to := c.post("/watch", "address", "hxxps://wire[.]halcyon-weather[.]test/", "reason", "notified", "name", "Halcyon Weather Wire").leads("/assets/").to
	c.get(to).is(200).has("[role=status]", "on watch").has("h1", "Website").has("#judge", "Halcyon Weather Wire")
	c.post("/watch", "address", "https://wire.halcyon-weather.test/", "reason", "again").is(409).has("#address-e", "on watch already").has("a.btn", "Open what is there")
	c.post("/watch", "address", "https://x.test/", "reason", "r", "outlet", "1", "name", "Other").is(422).has("#name-e", "not both")
	c.post("/watch", "address", "https://x.test/", "reason", "r", "kind", "spaceship").is(422).has("#kind-e", "list")
	sig := h.as("sig")
	sig.get("/watch").is(403).has(".why-text", "put an address on watch")
	sig.post("/watch", "address", "https://y.test/", "reason", "r").is(403).has(".why-text", "put an address on watch")
	sig.get("/outlets").is(200).hasNo("a[href='/watch']")
}

func TestOutletPage(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	path := "/outlets/" + id(s.outlet)
	c := h.as("ada")
	p := c.get(path).is(200).has("h1", "Halcyon Weather Wire").has("#estate", "mirror[.]halcyon-copy[.]test").has("#estate", "Birchrack").has("#estate", "XA").
		has("#suggested", "halcyon-live[.]test").has("#suggested", "+12.0").has("#suggested", "Analytics account").has("#graph", "Alder Names").has("#timeline", "Website wire").has("#waves", "Signal Box")
	if strings.Contains(p.body, `href="http`) {
		t.Error("the page holds a live link")
	}
	judge := "/assets/" + id(s.found.ID) + "/judge"
	c.post(judge, "verb", "same", "from", "outlet", "outlet", id(s.outlet)).is(422).has("#reason-"+id(s.found.ID)+"-e", "own words")
	c.post(judge, "verb", "maybe", "reason", "r").is(422)
	h.as("sig").get(path).is(200).has("#suggested", "halcyon-live").hasNo("#suggested form")
	h.as("sig").post(judge, "verb", "same", "outlet", id(s.outlet), "reason", "r").is(403).has(".why-text", "attribute an asset")
	h.as("bo").get(path).is(404)
	h.as("bo").post(judge, "verb", "same", "outlet", id(s.outlet), "reason", "r").is(404)
	c.post(judge, "verb", "same", "from", "outlet", "outlet", id(s.outlet), "reason", "same feed key and analytics account").leads(path)
	if a := h.assetNow(s.found.ID); a.Outlet != s.outlet || a.Lineage.Judged != h.people["ada"].ID {
		t.Errorf("the asset is %+v", a)
	}
	c.get(path).is(200).has("[role=status]", "attributed").has("#estate", "halcyon-live[.]test").has("#suggested", "No new address resembles")
	c.post(judge, "verb", "other", "from", "asset", "reason", "late").is(409).has(".why-text", "annot")
	h.as("ada").get("/outlets").is(200).has("#outlets th", "Halcyon Weather Wire").has("#outlets", "العربية")
}

func TestAssetPage(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	c := h.as("ada")
	c.get("/assets/"+id(s.wire.ID)).is(200).has("#presence", "gone (404 or 410)").has("#presence", "1 of 2").has("#presence", "content is served").has("#presence footer", "2 vantage points agree").
		has("#options", "Birchrack").has("#options a.btn", "Draft").has("#options details", "A registrar registers names").has("#options", "To confirm").has("#acts", s.order.Ref).
		has("#items", "Referred").has("#looks", "no answer in time").has("#history", "named in a notification")
	h.as("sig").get("/assets/"+id(s.wire.ID)).is(200).has("#options", "Possible").hasNo("#options a[href*='/act?option=']").hasNo("#judge form").hasNo("#carry")
	h.as("bo").get("/assets/" + id(s.wire.ID)).is(404)

	stranger := "/assets/" + id(s.stranger.ID)
	c.get(stranger).is(200).has("#judge", "resembles no known address").has("#judge button", "Somebody else's")
	c.post(stranger+"/judge", "verb", "same", "from", "asset", "reason", "r").is(422).has("#outlet-e", "Choose the outlet")
	c.post(stranger+"/judge", "verb", "other", "from", "asset", "reason", "a shop for tea").leads(stranger)
	c.get(stranger).is(200).has("[role=status]", "somebody else's").hasNo("#judge form")
	h.as("ada").get("/candidates").is(200).has("#candidates", "halcyon-live[.]test").has("#candidates", "28.9 bits")

	carry := "/assets/" + id(s.tram.ID) + "/carry"
	c.post(carry, "provider", "", "source", "x").is(422).has("#provider-e", "Choose")
	c.post(carry, "provider", id(s.host.ID), "source", " ").is(422).has("#source-e", "how this is known")
	h.as("sig").post(carry, "provider", id(s.host.ID), "source", "the register").is(403)
	c.post(carry, "provider", id(s.host.ID), "source", "the register of the network").leads("/assets/")
	c.get("/assets/"+id(s.tram.ID)).is(200).has("#options", "the register of the network")
}

func TestSearchFindsWithinReach(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	c := h.as("ada")
	for q, want := range map[string]string{"halcyon": "Halcyon Weather Wire", strings.ToLower(s.order.Ref): s.order.Ref, "hxxps://wire[.]halcyon-weather[.]test/posts/5521": "Item " + id(s.arabic.ID),
		"signal": "Signal Box", "birch": "Birchrack", "tram-wave": "Audio stream"} {
		c.get(at("/search", "q", q)).is(200).has("#found", want)
	}
	c.get("/search").is(200).has("[aria-labelledby=empty-h]", "Write or paste")
	c.get(at("/search", "q", "https://unknown.test/page")).is(200).has("[aria-labelledby=empty-h] a", "Watch this address")
	for _, q := range []string{"halcyon", s.order.Ref, "https://wire.halcyon-weather.test/", "signal"} {
		h.as("bo").get(at("/search", "q", q)).is(200).hasNo("#found")
	}
	c.get("/search?q=" + strings.Repeat("%F0", 3000)).is(200)
}

// TestTodayTellsWhatReturned: what is up again after its removal, and letters that do not leave.
func TestTodayTellsWhatReturned(t *testing.T) {
	h := newHouse(t)
	s := h.acts()
	h.look(s.mirror.ID, iru.Up, iru.Up)
	ada := h.as("ada")
	ada.get("/").is(200).has("#needs", "Returned: hxxps://mirror[.]halcyon-copy[.]test/").has("#needs a.btn[href='/assets/"+id(s.mirror.ID)+"#options']", "Who can act")
	ada.get("/outlets").is(200).has("#returned", "mirror[.]halcyon-copy[.]test").has("#returned h2", "Returned")
	h.as("sig").get("/").hasNo("#needs a[href^='/assets/']")

	// An act on its way and an answer: each is named when ten minutes have passed without proof.
	n := h.act(desk.DraftRequest{Asset: s.mirror.ID, Item: h.item(s.mirror.Locator).ID, Provider: h.provider("Cedar Cloud", legal.Host).ID, Layer: legal.Host, Instrument: legal.Referral})
	h.seal()
	_, err := h.Dispatch(t.Context(), n.ID)
	must(t, err)
	h.reply(s.order.ID, "clarification", false, "Which page?")
	_, err = h.Answer(t.Context(), h.scope("ben"), s.order.ID, "The whole page.")
	must(t, err)
	since := h.clock().Format("15:04:05")
	if got := strings.Join(ada.get("/").find("#needs"), ""); strings.Contains(got, "not delivered since") {
		t.Errorf("told at once: %s", got)
	}
	h.later(11 * time.Minute)
	ben := h.as("ben")
	for _, ref := range []string{n.Ref, s.order.Ref} {
		ben.get("/").has("#needs tr", "Letter about "+ref).has("#needs", "not delivered since")
	}
	ben.get("/").has("#needs", since)
}

// TestTodayOffersOwnActsOnly: an operation shares the other units' acts for reading; nobody is told to answer for them.
func TestTodayOffersOwnActsOnly(t *testing.T) {
	h := newHouse(t)
	s := h.acts()
	bo, dora := h.as("bo"), h.as("dora")
	base := "/operations/" + id(s.joint.ID)
	bo.post(base+"/step/go", "tasks", bo.get(base+"/step/go").attr("input[name=tasks]", "value")).leads(base)
	dora.post(base+"/step/release", "how", "in", "in", "10", "sure", "1").leads(base)
	h.later(9 * time.Second)
	h.seal()
	_, _, err := h.Arm(t.Context(), s.joint.ID)
	must(t, err)
	sent := map[iru.NoticeID]desk.Sending{}
	for _, x := range s.tasks {
		sent[x.ID] = desk.Sending{At: h.clock(), Proof: "250 ok"}
	}
	must(t, h.RecordAllSent(t.Context(), sent))
	h.later(time.Minute)
	order := s.tasks[0]
	h.reply(order.ID, "receipt", false, "Received.")
	h.reply(s.tasks[1].ID, "refused", false, "No.")
	h.reply(order.ID, "unknown", true, "And what is this?")
	h.later(50 * time.Minute) // the clock of the order is at risk
	ben := h.as("ben")
	bo = h.as("bo")
	for _, words := range []string{order.Ref, "Letter about " + order.Ref, s.tasks[1].Ref} {
		ben.get("/").has("#needs", words)
	}
	page := bo.get("/")
	if got := strings.Join(page.find("#needs, #clocks"), ""); strings.Contains(got, order.Ref) || strings.Contains(got, s.tasks[1].Ref) {
		t.Errorf("unit B is offered what is unit A's: %s", got)
	}
	for _, c := range []string{"To approve", "Overdue", "Suggested returns"} {
		page.has("#counts a", "0"+c)
	}
	page.has("#counts a", "1With providers")
}

// TestTodayCountsWhatItDoesNotList: a kind of work takes six lines; its figure is not six.
func TestTodayCountsWhatItDoesNotList(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	for range 9 {
		h.act(desk.DraftRequest{Asset: s.wire.ID, Item: s.first.ID, Provider: s.host.ID, Layer: legal.Host, Instrument: legal.RemovalOrder})
	}
	sig := h.as("sig").get("/").is(200)
	sig.has("#counts a", "10To approvefor you: 10").has("#needs .pill", "11").has("#needs footer", "4 more are in their rooms")
	if n := len(sig.find("#needs tbody tr")); n != 7 { // six to sign, and the clock
		t.Errorf("%d lines", n)
	}
}

// TestTodayTellsOfLateLooks: a schedule that nobody keeps is told, one that is a little late is not.
func TestTodayTellsOfLateLooks(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	due := func(id iru.AssetID, m iru.Monitor, late time.Duration) {
		must(t, h.DB.Tx(t.Context(), func(x *db.Tx) error {
			return x.AddSchedule(t.Context(), iru.Schedule{Unit: h.people["ada"].Unit, Asset: id, Monitor: m, Due: h.clock().Add(-late), Every: time.Hour})
		}))
	}
	due(s.wire.ID, iru.SiteMonitor, 5*time.Minute)
	if got := strings.Join(h.as("ada").get("/").find("#availability footer"), ""); strings.Contains(got, "Looks that wait") {
		t.Errorf("told at once: %s", got)
	}
	due(s.wire.ID, iru.ServerMonitor, time.Hour)
	h.as("ada").get("/").has("#availability footer", "Looks that wait: 1, the oldest since "+h.clock().Add(-time.Hour).Format("2 Jan 15:04"))
}

// TestSearchOfCapturedTexts: words in any script are found and marked where they stand; what is wrong with a query is said.
func TestSearchOfCapturedTexts(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	c := h.as("ada")
	c.get(at("/search", "q", "الثَلج 204")).is(200).has("#texts mark", "الثلج").has("#texts .tr[dir=rtl]", "204").has("#texts", "halcyon-weather[.]test").has("#texts a", "نشرة الطقس").
		has(`#texts a[href="/items/`+id(s.arabic.ID)+`"]`, "Item").has(".hc", "AMBER+STRICT").has("#texts footer", "log of consultations")
	c.get(at("/search", "q", `"snow line" -copy -moved`)).is(200).has("#texts .pill", "1").has("#texts mark", "Snow line").has("#texts .addr", "halcyon-live")
	c.get(at("/search", "q", "204", "lang", "fr")).is(200).has("#texts .pill", "1").has("details[open] select[name=lang]", "fr")
	c.get(at("/search", "q", "204", "kind", "stream")).is(200).hasNo("#texts").has("[aria-labelledby=empty-h]", "Nothing was found")
	c.get(at("/search", "q", "204", "from", "2026-13-99")).is(200).has(".note.warn", "A day cannot be read")
	c.get(at("/search", "q", `"snow line`)).is(200).hasNo("#texts").has(".note.warn", "does not end")
	c.get(at("/search", "q", "-snow")).is(200).has(".note.warn", "only says what must not be found")
	h.as("bo").get(at("/search", "q", "snow")).is(200).hasNo("#texts")
	c.get(at("/search", "q", "<script>alert(1)</script>")).is(200).hasNo("main script")
	c.get(at("/ledger", "noun", "search")).is(200).hasNo("main table tbody tr td a[href^='/search']")
}

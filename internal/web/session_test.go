// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

const goodPassword = "a sentence that is long enough"

// invite lets the administrator invite somebody and gives the path of the one-time link.
func (h *house) invite(login string, roles ...iru.Role) string {
	h.t.Helper()
	_, secret, err := h.Invite(h.t.Context(), h.scope("admin"), iru.Officer{Unit: h.people["admin"].Unit, Login: login, Name: login, Roles: roles})
	must(h.t, err)
	return "/welcome/" + secret
}

func TestComingIn(t *testing.T) {
	h := newHouse(t)
	link := h.invite("nina", iru.Analyst)
	c := h.as("")
	c.get("/").leads("/signin")
	c.get("/outlets?x=1").leads("/signin?back=%2Foutlets%3Fx%3D1")
	c.get(link).is(200).has("dd", "nina").has("dd", "analyst").has("dd", "Unit A")
	c.post(link, "name", "Nina", "password", goodPassword, "again", "another").is(422).has("#again-e", "differ").hasNo("#password-e")
	short := c.post(link, "name", "Nina", "password", "short", "again", "short").is(422).has("#password-e", "at least 15")
	if short.attr("#name", "value") != "Nina" || strings.Contains(short.body, `value="short"`) {
		t.Error("the name is not kept, or the password is sent back")
	}
	c.post(link, "name", "Nina", "password", goodPassword, "again", goodPassword).leads("/")
	c.get("/").is(200).has(".me bdi", "Nina")
	h.as("").get(link).is(403).has(".why-text", "used already")
	h.as("").get("/welcome/never").is(403)

	c.post("/signout").leads("/signin")
	c.get("/").leads("/signin")
	c.get("/signin?back=/candidates").is(200)
	c.post("/signin", "name", "nina", "password", "wrong wrong wrong wrong").is(403).has("#errors", "do not fit")
	c.post("/signin", "name", "nobody", "password", goodPassword).is(403).has("#errors", "do not fit")
	before := c.cookie
	c.post("/signin", "name", " Nina ", "password", goodPassword, "back", "/candidates").leads("/candidates")
	if c.cookie == before || c.cookie == "" {
		t.Error("the token was not renewed at the sign-in")
	}
	c.post("/signin", "name", "nina", "password", goodPassword, "back", "https://elsewhere.test/").leads("/")
}

func TestCookieIsStrict(t *testing.T) {
	for _, secure := range []bool{false, true} {
		h := newHouse(t, func(o *Options) { o.Secure = secure })
		link := h.invite("nina", iru.Analyst)
		a := h.as("").post(link, "name", "Nina", "password", goodPassword, "again", goodPassword).leads("/")
		var set string
		for _, s := range a.header.Values("Set-Cookie") {
			if strings.Contains(s, "iolaus=") {
				set = s
			}
		}
		for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
			if !strings.Contains(set, want) {
				t.Errorf("the cookie %q has no %s", set, want)
			}
		}
		if strings.Contains(set, "Secure") != secure || strings.HasPrefix(set, "__Host-") != secure || strings.Contains(set, "Max-Age") {
			t.Errorf("with secure %v the cookie is %q", secure, set)
		}
	}
}

func TestLanguageCookieIsAsSecureAsTheSession(t *testing.T) {
	for _, secure := range []bool{false, true} {
		h := newHouse(t, func(o *Options) { o.Secure = secure })
		set := h.as("").post("/language", "lang", "ar").leads("/").header.Get("Set-Cookie")
		if !strings.Contains(set, languageCookie) || strings.Contains(set, "Secure") != secure {
			t.Errorf("with secure %v the cookie is %q", secure, set)
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	h := newHouse(t)
	c := h.as("ada")
	for range 15 { // somebody who works
		h.later(29 * time.Minute)
		c.get("/watch").is(200)
	}
	h.later(29 * time.Minute)
	c.get("/watch").is(200)
	h.later(29 * time.Minute)
	c.get("/watch").leads("/signin").leads("/signin?back=%2Fwatch&ended=1") // 8 h 13 min after the sign-in

	idle := h.as("ada")
	idle.get("/watch").is(200)
	for range 4 { // a page that fetches itself anew is no sign of anybody
		h.later(8 * time.Minute)
		idle.do("GET", "/watch", nil, "Iolaus-Fragment", "watch")
	}
	idle.get("/watch").leads("/signin?back=%2Fwatch&ended=1")
	idle.get("/signin?ended=1").is(200).has(".note", "ended after a time")
	if a := h.as("").do("GET", "/", nil, "Iolaus-Fragment", "needs"); a.status != http.StatusUnauthorized {
		t.Errorf("a fragment for nobody is answered %d", a.status)
	}
}

// TestWallboardStays: nobody touches a wall; it is shown as long as the session may last, and keeps nothing else open.
func TestWallboardStays(t *testing.T) {
	h := newHouse(t)
	s := h.acts()
	board, topic := "/operations/"+id(s.joint.ID), "/live/operation-"+id(s.joint.ID)
	c := h.as("ben")
	wall := c.get(board + "/wall").is(200).hasNo("#session .note")
	if got := wall.attr("#count", "data-live"); got != topic+"?wall=1" {
		t.Errorf("the wall listens to %q", got)
	}
	c.get(board).is(200).hasNo("#session .note")
	h.later(26 * time.Minute)
	itself := []string{"Iolaus-Fragment", "session"}
	c.do("GET", board, nil, itself...).is(200).has("#session .note.warn", "ends in").has("#session a[href='"+board+"']", "Stay here")
	for range 10 {
		h.later(40 * time.Minute)
		c.do("GET", board+"/wall", nil, "Iolaus-Fragment", "count").is(200)
		c.get(board + "/wall").is(200) // a reload is no sign of anybody
	}
	c.do("GET", board, nil, itself...).is(401)
	c.do("GET", topic, nil, "Accept", "text/event-stream").is(401)
	c.do("GET", "/live/today?wall=1", nil, "Accept", "text/event-stream").is(401)
	h.later(30 * time.Minute)
	c.get(board+"/wall").is(200).has("#session .note.warn", "goes dark")
	h.later(30 * time.Minute)
	c.get(board + "/wall").leads("/signin")

	c = h.as("ben")
	h.later(40 * time.Minute)
	c.get(board + "/wall").is(200)
	c.get(board).leads("/signin") // somebody came, after too long
}

func TestSuspendedOfficerIsOutAtOnce(t *testing.T) {
	h := newHouse(t)
	c := h.as("ben")
	c.get("/").is(200)
	must(t, h.DB.Tx(t.Context(), func(x *db.Tx) error {
		o := h.people["ben"]
		o.State = iru.OfficerSuspended
		return x.UpdateOfficer(t.Context(), o, iru.OfficerActive)
	}))
	c.get("/").leads("/signin")
	c.get("/").leads("/signin")
}

func TestOtherSitesCannotDecide(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	c := h.as("ada")
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "", "Origin", "https://elsewhere.test"}} {
		c.do("POST", "/items/"+id(s.arabic.ID)+"/pass", url.Values{}, header...).is(403)
		c.do("POST", "/signout", url.Values{}, header...).is(403)
	}
	c.get("/").is(200)
}

func TestPagesCarryThePolicyAndAreNotKept(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.Training = []string{"127.0.0.0/8"} })
	a := h.as("ada").get("/").is(200)
	if p := a.header.Get("Content-Security-Policy"); !strings.Contains(p, "default-src 'self'") || strings.Contains(p, "unsafe") {
		t.Errorf("policy %q", p)
	}
	if a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control %q", a.header.Get("Cache-Control"))
	}
	a.has(".banner", "127.0.0.0/8")
	h.as("").get("/signin").has(".banner", "127.0.0.0/8")
	h.as("ada").get("/nowhere").is(404).has(".kept", "Nothing was changed").has(".banner", "127.0.0.0/8")
	h.as("").get("/nowhere").is(404)
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/webtest"
)

// speaks gives the desk what package work reads cards and questions with; what those say is tested there.
func (h *house) speaks() {
	read := func(text string) (iru.Card, error) {
		name, key, ok := strings.Cut(text, " card ")
		if !ok {
			return iru.Card{}, iru.Refuse(iru.Invalid, "that is no card", "ask for it again")
		}
		return iru.Card{Name: name, Country: "XC", URL: "https://partner.unit-c.test:8443", Key: key, Fingerprint: "54321 88120 00417 93356 10028 75640 22981 " + key, Text: text}, nil
	}
	h.Cards = read
	h.Own, _ = read("Unit A card 70001")
	h.Hits = &desk.Hits{Quota: 10, Contact: "desk", Blind: func([]string, string, []string) (string, string, error) { return "question", "blind", nil }, Number: func(string) (int64, error) { return 1, nil }}
}

// said stores a message of a partner, as the listener does, and brings it about.
func (h *house) heardFrom(p iru.PartnerID, kind iru.MessageKind, operation, handling, body string) {
	h.t.Helper()
	ctx := h.t.Context()
	l, err := h.LineOf(ctx, p)
	must(h.t, err)
	must(h.t, h.TakeIn(ctx, p, l.In, []desk.Taken{{Incoming: iru.Incoming{Kind: kind, Handling: handling, Operation: operation, Body: body, Digest: fmt.Sprintf("%064d", l.In.Seq+1), Epoch: l.In.Epoch, Seq: l.In.Seq + 1, Said: h.clock()}}}))
	_, err = h.Hear(ctx, p)
	must(h.t, err)
}

// partnered has a partner that is confirmed and takes part in an operation, with one message parked and everything that can be shown.
func (h *house) partnered() (p iru.Partner, o iru.Operation) {
	h.t.Helper()
	h.speaks()
	ctx, codes := h.t.Context(), "TLP:AMBER PAP:AMBER H0"
	p, err := h.AddPartner(ctx, h.scope("ben"), "Unit C card 12345")
	must(h.t, err)
	p, err = h.ConfirmPartner(ctx, h.scope("lena"), p.ID, p.Fingerprint, "called +99 555, officer Cara")
	must(h.t, err)
	o, err = h.PlanOperation(ctx, h.scope("dora"), "Slow train", nil, nil, h.people["dora"].ID, "")
	must(h.t, err)
	_, err = h.InvitePartner(ctx, h.scope("dora"), desk.InviteRequest{Operation: o.ID, Partner: p.ID, Roles: []iru.TaskRole{iru.RoleSeizeServers}})
	must(h.t, err)
	must(h.t, h.DB.View(ctx, func(x *db.Tx) (err error) { o, err = x.Operation(ctx, iru.Program(), o.ID); return err }))
	h.heardFrom(p.ID, iru.SayConsent, o.UID, codes, `{"accept":true,"director":"Cara of Unit C"}`)
	h.heardFrom(p.ID, iru.SayDuty, o.UID, codes, `{"text":"we are at our desks","by":"Cara"}`)
	h.heardFrom(p.ID, iru.SayDuty, o.UID, "TLP:RED PAP:RED H0", `{"text":"not for you","by":"Cara"}`)
	h.heardFrom(p.ID, iru.SaySet, "", codes, `{"part":"x"}`)
	h.heardFrom(p.ID, iru.SayInvitation, strings.Repeat("b", 32), codes, `{"name":"Fast train","roles":["order_removal"]}`)
	must(h.t, h.RecordReach(ctx, p.ID, desk.Reach{Skew: time.Hour, SkewAt: h.clock(), Failed: iru.Unavailable}))
	must(h.t, h.DB.Tx(ctx, func(x *db.Tx) error {
		return x.AddWitness(ctx, &iru.Witness{Unit: p.Unit, Partner: p.ID, Ours: true, Size: 118, Signed: "s", At: h.clock()})
	}))
	return p, o
}

// TestPartnerPages goes from the empty list to what a partner said, and through every step.
func TestPartnerPages(t *testing.T) {
	h := newHouse(t)
	ben, lena, ada, dora := h.as("ben"), h.as("lena"), h.as("ada"), h.as("dora")
	ben.get("/partners").is(http.StatusOK).has("[aria-labelledby=none-h]", "No partner is known yet").hasNo("#own")
	h.speaks()
	ben.get("/partners").has("#own", "54321 88120").has("[aria-labelledby=none-h] a.btn", "Enter a partner")
	h.as("sig").get("/partners/new").is(http.StatusForbidden)
	ben.post("/partners/new", "card", "nonsense").is(http.StatusUnprocessableEntity).has("#errors", "no card")
	to := ben.post("/partners/new", "card", "Unit D card 11111").leads("/partners/").to
	ben.get(to).has(".st.warn", "Not confirmed").hasNo("a[href$='/step/confirm']")
	ben.post(to+"/step/confirm", "fingerprint", "54321 88120 00417 93356 10028 75640 22981 11111", "why", "called").is(http.StatusForbidden)
	lena.get(to).has("a[href$='/step/confirm']", "Confirm")
	lena.post(to+"/step/confirm", "fingerprint", "00000", "why", "called").is(http.StatusUnprocessableEntity).has("#errors", "not the fingerprint")
	lena.post(to+"/step/confirm", "fingerprint", "54321-88120-00417-93356-10028-75640-22981-11111", "why", "called +99 1").leads(to)
	lena.post(to+"/step/suspend", "why", "they move").leads(to)
	lena.post(to+"/step/resume", "why", "they moved").leads(to)
	ben.post(to+"/step/card", "card", "Unit D card 22222").leads(to)
	lena.post(to+"/step/adopt", "fingerprint", "54321 88120 00417 93356 10028 75640 22981 22222", "why", "called +99 1").leads(to)
	lena.post(to+"/step/epoch", "why", "our store was put back").leads(to)
	lena.post(to+"/step/admit", "epoch", "2", "why", "theirs too").leads(to)
	lena.post(to+"/step/end", "why", "exercise over").leads(to)
	ben.get(to + "/step/nothing").is(http.StatusNotFound)

	p, o := h.partnered()
	base, shared := "/partners/"+id(p.ID), "/operations/"+id(o.ID)+"/partners"
	ben.get("/partners").has("#partners", "Unit C").has("#partners", "1h0m0s").has("#invitations", "Fast train")
	ben.get(base).has("#parked", "should not have sent").has("#messages", "Invitation").has("#line", "failed").has("#witnesses", "118").has(".note", "clocks differ")
	h.Own.Key = "70002" // our keys changed, and the partner has not adopted that
	ben.get(base).has("#line .st.warn", "only old ones")
	h.Own.Key = "70001"
	ben.get(base).has("#line .st.ok", "the present ones")
	ben.get("/ledger").has("#witnesses", "Unit C")
	dora.get(shared).has("#shared", "Cara of Unit C").has("#messages", "we are at our desks").hasNo("#messages .st.none")
	var parked iru.IncomingID
	h.view(func(ctx context.Context, x *db.Tx) error {
		is, err := x.IncomingParked(ctx, iru.Program(), 9)
		if len(is) == 1 {
			parked = is[0].ID
		}
		return err
	})
	ben.get("/messages/"+id(parked)+"/step/take_up").is(http.StatusOK).has("dl", "not for you")
	ben.post("/messages/" + id(parked) + "/step/take_up").leads(base)
	ben.post("/messages/"+id(parked)+"/step/dismiss", "why", "").is(http.StatusUnprocessableEntity)
	ben.post("/messages/"+id(parked)+"/step/dismiss", "why", "a slip there").leads(base)
	ben.post(base+"/step/skew", "why", "their clock is set by hand").leads(base)
	must(t, h.RecordAlarm(t.Context(), p.ID, "another message with a number that was used"))
	ben.get(base).has(".note.bad", "another message")
	ben.post(base+"/step/alarm", "why", "a disk was replaced").leads(base)
	ada.post(base+"/step/inquire", "addresses", "https://fog.test/", "purpose", "").is(http.StatusUnprocessableEntity).has("#errors", "purpose")
	ada.post(base+"/step/inquire", "addresses", "https://fog.test/\nhttps://snow.test/", "purpose", "before we act").leads(base)
	ada.get(base).has("#inquiries", "before we act")
	dora.get("/invitations/1/step/accept").is(http.StatusOK).has("dl", "Unit C")
	dora.post("/invitations/1/step/decline", "why", "").is(http.StatusUnprocessableEntity)
	mine := dora.post("/invitations/1/step/accept", "director", id(h.people["dora"].ID)).leads("/partners").to
	ben.get(mine).has("#invitations", "Accepted")
	dora.post(shared+"/duty", "partner", id(p.ID), "text", "good morning", "tlp", "RED", "pap", "RED", "h", "H0").is(http.StatusForbidden).has("#errors", "stays within the unit")
	dora.post(shared+"/duty", "partner", id(p.ID), "text", "good morning", "tlp", "GREEN", "pap", "GREEN", "h", "H0").leads(shared)
	dora.post(shared+"/package", "partner", id(p.ID)).is(http.StatusConflict)
	dora.post(shared+"/t0", "t0", "tomorrow").is(http.StatusUnprocessableEntity)
	dora.get(shared + "/invite").is(http.StatusOK)
	h.as("bo").get(base).is(http.StatusNotFound)
	h.as("bo").get("/partners").hasNo("#partners")
}

// TestPartnerPagesAreAccessible looks at the new pages with axe-core, and draws them where a folder is named.
func TestPartnerPagesAreAccessible(t *testing.T) {
	h := newHouse(t)
	p, o := h.partnered()
	pages := map[string]string{"partners": "/partners", "partner": "/partners/" + id(p.ID), "shared": "/operations/" + id(o.ID) + "/partners"}
	dir := os.Getenv("IOLAUS_PICTURES")
	h.browse("ben", "en")
	for name, path := range pages {
		if dir == "" {
			continue
		}
		file := filepath.Join(dir, name)
		webtest.Screenshot(t, h.url+path, 1440, false, file+"-light.png")
		webtest.Screenshot(t, h.url+path, 1440, true, file+"-dark.png")
		webtest.Screenshot(t, h.url+path, 320, false, file+"-narrow.png")
		h.browse("ben", "ar")
		webtest.Screenshot(t, h.url+path, 1440, false, file+"-rtl.png")
		h.browse("ben", "en")
	}
	for _, path := range pages {
		webtest.Axe(t, h.url+path, 320, false, explained...)
	}
}

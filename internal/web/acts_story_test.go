// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/webtest"
)

// keptStore holds a few files by their digest, in memory: what a page may ask of the evidence store.
type keptStore map[string]string

func (k keptStore) Open(_ context.Context, digest string) (blob.File, error) {
	body, ok := k[digest]
	if !ok {
		return nil, iru.NotFound
	}
	return struct {
		*bytes.Reader
		io.Closer
	}{bytes.NewReader([]byte(body)), io.NopCloser(nil)}, nil
}

// acts is the story of acts and of an operation of two units.
type acts struct {
	*story
	joint iru.Operation // of units A and B
	tasks []iru.Notice  // ours, ours, theirs
	theirs,
	bounced,
	done iru.Notice
}

// acts goes on where the story ends: a joint operation, an act that was done, one that bounced.
func (h *house) acts() *acts {
	h.t.Helper()
	ctx, s := h.t.Context(), &acts{story: h.story()}
	cedar := h.provider("Cedar Cloud", legal.Host)
	_, err := h.Confirm(ctx, h.scope("ben"), cedar.ID, "called the number on their page")
	must(h.t, err)
	_, err = h.EnterProvider(ctx, h.scope("ben"), iru.Provider{Name: "Elder Store", Site: "elder-store.test", Layer: legal.AppStore, Jurisdiction: "XC", Channel: iru.ByAPI, Address: "https://api.elder-store.test/v1", Source: "their page for authorities"})
	must(h.t, err)

	s.done = h.serve(desk.DraftRequest{Asset: s.mirror.ID, Item: h.item(s.mirror.Locator).ID, Provider: cedar.ID, Layer: legal.Host, Instrument: legal.Referral})
	must(h.t, h.Receive(ctx, desk.Reply{Notice: s.done.ID, Kind: "done", At: h.clock(), Channel: iru.ByMail, From: "abuse@cedar-cloud.test", Authentic: "dkim", Text: "Removed. See https://mirror.halcyon-copy.test/gone and write to help@cedar-cloud.test.", MessageID: "cedar-done"}))
	h.look(s.mirror.ID, iru.Gone, iru.Gone)
	h.look(s.mirror.ID, iru.Gone, iru.Gone)

	s.bounced = h.serve(desk.DraftRequest{Asset: s.wire.ID, Item: s.first.ID, Provider: s.host.ID, Layer: legal.Host, Instrument: legal.Referral})
	must(h.t, h.Receive(ctx, desk.Reply{Notice: s.bounced.ID, Kind: "bounce", At: h.clock(), Channel: iru.ByMail, From: "mailer-daemon@birchrack.test", Authentic: iru.ByRelay, Answers: "<" + s.bounced.Key + "@unit-a.test>", Text: "550 mailbox full", MessageID: "full"}))

	s.joint, err = h.PlanOperation(ctx, h.scope("dora"), "Night Timetable", []iru.OutletID{s.outlet}, []iru.UnitID{h.people["bo"].Unit}, h.people["dora"].ID, "Bring down the wire and its copy at one instant.")
	must(h.t, err)
	for _, r := range []desk.DraftRequest{
		{Asset: s.wire.ID, Item: s.first.ID, Provider: s.host.ID, Layer: legal.Host, Instrument: legal.RemovalOrder},
		{Asset: s.wire.ID, Provider: s.host.ID, Layer: legal.Host, Instrument: legal.Referral},
		{Asset: s.wire.ID, Item: s.first.ID, Provider: s.host.ID, Layer: legal.Host, Instrument: legal.Referral, Unit: h.people["bo"].Unit},
	} {
		r.Operation = s.joint.ID
		n, err := h.Draft(ctx, h.scope("ada"), r)
		must(h.t, err)
		n, err = h.Submit(ctx, h.scope("ada"), n.ID)
		must(h.t, err)
		s.tasks = append(s.tasks, n)
	}
	for i, login := range []string{"lena", "lena", "bo"} {
		if s.tasks[i], err = h.Approve(ctx, h.scope(login), s.tasks[i].ID); err != nil {
			h.t.Fatal(err)
		}
	}
	s.tasks[0], err = h.Approve(ctx, h.scope("sig"), s.tasks[0].ID)
	must(h.t, err)
	s.theirs = s.tasks[2]
	_, err = h.OpenPoll(ctx, h.scope("dora"), s.joint.ID)
	must(h.t, err)
	must(h.t, h.Clear(ctx, h.scope("bo"), s.joint.ID))
	_, err = h.Unkept(ctx, h.scope("dora"), s.joint.ID, nil, "preserved when it was assessed")
	must(h.t, err)
	_, err = h.Poll(ctx, h.scope("ben"), s.joint.ID, iru.PollGo, "")
	must(h.t, err)
	_, err = h.Hold(ctx, h.scope("ada"), s.arabic.ID)
	must(h.t, err)
	h.seal()
	h.later(20 * time.Second)
	return s
}

// serve drafts, approves and sends a referral.
func (h *house) serve(r desk.DraftRequest) iru.Notice {
	h.t.Helper()
	ctx := h.t.Context()
	n, err := h.Draft(ctx, h.scope("ada"), r)
	must(h.t, err)
	n, err = h.Submit(ctx, h.scope("ada"), n.ID)
	must(h.t, err)
	n, err = h.Approve(ctx, h.scope("lena"), n.ID)
	must(h.t, err)
	h.seal()
	_, err = h.Dispatch(ctx, n.ID)
	must(h.t, err)
	must(h.t, h.RecordSent(ctx, n.ID, desk.Sending{At: h.clock(), Proof: "250 2.0.0 Ok: queued"}))
	h.later(time.Minute)
	return n
}

// notice reads an act as it stands.
func (h *house) notice(id iru.NoticeID) (n iru.Notice) {
	h.t.Helper()
	h.view(func(ctx context.Context, t *db.Tx) error {
		var err error
		n, err = t.Notice(ctx, iru.Program(), id)
		return err
	})
	return n
}

// actPages are the pages of acts, operations, the ledger and the rest, by name: who looks, and where.
func actPages(s *acts) map[string][2]string {
	n := func(x iru.Notice) string { return "/notices/" + id(x.ID) }
	op := "/operations/" + id(s.joint.ID)
	return map[string][2]string{
		"providers":      {"ben", "/providers"},
		"provider":       {"ben", "/providers/" + id(s.host.ID)},
		"provider-new":   {"ben", "/providers/new"},
		"provider-open":  {"ben", "/providers/" + id(s.registrar.ID)},
		"confirm":        {"ben", "/providers/" + id(s.registrar.ID) + "/confirm"},
		"contact":        {"ben", "/providers/" + id(s.host.ID) + "/contact"},
		"describe":       {"ben", "/providers/" + id(s.host.ID) + "/describe"},
		"contact-import": {"ben", "/providers/import"},
		"authorities":    {"ben", "/authorities"},
		"authority-new":  {"ben", "/authorities/enter"},
		"playbook":       {"ben", "/playbooks"},
		"facts":          {"ben", "/assets/" + id(s.wire.ID) + "/facts"},
		"letterhead":     {"admin", "/admin/letterhead"},
		"clocks":         {"ben", "/clocks"},
		"scrutiny":       {"lena", "/scrutiny"},
		"missives":       {"ben", "/missives?state=all"},
		"missive":        {"ben", "/missives/1"},
		"correct":        {"ben", "/law/notice/" + id(s.order.ID) + "/correct"},
		"notices":        {"lena", "/notices"},
		"notice":         {"ben", n(s.order)},
		"notice-sign":    {"sig", n(s.waiting)},
		"notice-done":    {"ada", n(s.done)},
		"notice-bounced": {"ben", n(s.bounced)},
		"approve":        {"sig", n(s.waiting) + "/step/approve"},
		"paper":          {"ben", n(s.order) + "/paper"},
		"act":            {"ada", "/assets/" + id(s.wire.ID) + "/act?item=" + id(s.first.ID)},
		"escalate":       {"ada", n(s.order) + "/escalate"},
		"operations":     {"dora", "/operations"},
		"plan":           {"dora", "/operations/new"},
		"board":          {"dora", op},
		"board-liaison":  {"bo", op},
		"wall":           {"dora", op + "/wall"},
		"rehearsal":      {"dora", op + "/rehearsal?t0=2026-03-07T10:00"},
		"go":             {"bo", op + "/step/go"},
		"release":        {"dora", op + "/step/release"},
		"effect-none":    {"dora", op + "/effect"},
		"seal-window":    {"ada", op + "/window/seal"},
		"stand-down":     {"bo", op + "/step/stand_down?unit=2"},
		"reopen":         {"ben", "/items/" + id(s.first.ID) + "/step/reopen"},
		"item":           {"ben", "/items/" + id(s.first.ID)},
		"hand-over":      {"ada", "/items/" + id(s.arabic.ID) + "/step/hand_over"},
		"reconsider":     {"ada", "/assets/" + id(s.tram.ID) + "/step/reconsider"},
		"stop-watching":  {"ada", "/outlets/" + id(s.outlet) + "/step/close"},
		"classify":       {"lena", "/outlets/" + id(s.outlet) + "/step/classify"},
		"ledger":         {"audrey", "/ledger"},
		"reports":        {"ben", "/reports"},
		"report":         {"ben", "/reports/unit?year=2026"},
		"report-tco":     {"ben", "/reports/tco8?year=2026"},
		"report-public":  {"ben", "/reports/dsa22?year=2026&edition=public"},
		"figure":         {"ben", "/reports/unit/figures/unit.referred?year=2026"},
		"figure-none":    {"ben", "/reports/tco8/figures/tco8.d.penalties?year=2026"},
		"scorecard":      {"ben", "/scorecard?sort=acts&down=1"},
		"event":          {"audrey", "/ledger/events/3"},
		"exhibits":       {"ada", "/exhibits"},
		"exhibit":        {"ada", "/exhibits/1"},
		"banks-reader":   {"sig", "/banks"},
		"banks":          {"ada", "/banks"},
		"bank-new":       {"ada", "/banks/new"},
		"floods":         {"ada", "/banks/floods"},
		"floods-reader":  {"sig", "/banks/floods"},
		"bank":           {"ben", "/banks/" + id(s.text.Bank)},
		"bank-import":    {"ada", "/banks/" + id(s.known.Bank) + "/step/import"},
		"bank-export":    {"lena", "/banks/" + id(s.known.Bank) + "/step/export"},
		"bank-describe":  {"ada", "/banks/" + id(s.known.Bank) + "/step/describe"},
		"known":          {"ada", knownPath(s.known)},
		"known-reader":   {"sig", knownPath(s.blank)},
		"spare":          {"ada", knownPath(s.blank) + "/step/spare"},
		"triage-match":   {"ada", at("/triage", "item", id(s.arabic.ID))},
		"terms":          {"ada", "/terms"},
		"admin":          {"admin", "/admin"},
		"suspend":        {"admin", "/admin/officers/2/suspend"},
		"me":             {"ada", "/me"},
	}
}

// TestActPagesPictures writes pictures for people to look at into the directory that IOLAUS_PICTURES names.
func TestActPagesPictures(t *testing.T) {
	dir, only := os.Getenv("IOLAUS_PICTURES"), os.Getenv("IOLAUS_PICTURE")
	all := dir != ""
	h := newHouse(t)
	pages := actPages(h.acts())
	if !all {
		dir, only = t.TempDir(), "notice"
	}
	for name, page := range pages {
		if only != "" && !strings.Contains(","+only+",", ","+name+",") {
			continue
		}
		file := filepath.Join(dir, name)
		h.browse(page[0], "en")
		webtest.Screenshot(t, h.url+page[1], 1440, false, file+"-light.png")
		if info, err := os.Stat(file + "-light.png"); err != nil || info.Size() < 20000 {
			t.Errorf("picture of %s: %v, %v", name, info, err)
		}
		if !all {
			continue
		}
		webtest.Screenshot(t, h.url+page[1], 1440, true, file+"-dark.png")
		webtest.Screenshot(t, h.url+page[1], 320, false, file+"-narrow.png")
		h.browse(page[0], "ar")
		webtest.Screenshot(t, h.url+page[1], 1440, false, file+"-rtl.png")
	}
}

// nodes gives what a selector selects.
func (a *answer) nodes(selector string) []*html.Node {
	a.t.Helper()
	sel, err := cascadia.ParseGroup(selector)
	must(a.t, err)
	return cascadia.QueryAll(a.doc, sel)
}

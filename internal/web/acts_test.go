// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/legal"
	"iolaus/internal/web/webtest"
)

// TestActPagesStand: every page answers, has one heading, nothing inline, no live address, and offers no key for a legal act.
func TestActPagesStand(t *testing.T) {
	h := newHouse(t)
	for name, page := range actPages(h.acts()) {
		a := h.as(page[0]).get(page[1]).is(http.StatusOK)
		if len(a.find("h1")) != 1 {
			t.Errorf("%s: headings %q", name, a.find("h1"))
		}
		a.hasNo("[style], script:not([src]), [data-legal][data-key], [data-legal][aria-keyshortcuts]")
		for _, text := range a.find("main") {
			for _, live := range []string{"https://wire", "http://wire", "wire.halcyon", "abuse@birchrack", "halcyon-copy.test"} {
				if strings.Contains(text, live) && !strings.Contains(text, "[.]"+live) {
					t.Errorf("%s shows a live address: %s", name, live)
				}
			}
		}
		seen := map[string]bool{}
		for _, x := range a.ids() {
			if seen[x] {
				t.Errorf("%s: two elements are called %q", name, x)
			}
			seen[x] = true
		}
	}
}

// ids lists every id on the page.
func (a *answer) ids() []string {
	var out []string
	for _, n := range a.nodes("[id]") {
		for _, x := range n.Attr {
			if x.Key == "id" {
				out = append(out, x.Val)
			}
		}
	}
	return out
}

// TestPagesWithoutAnythingSayWhatToDo: an empty house.
func TestPagesWithoutAnythingSayWhatToDo(t *testing.T) {
	h := newHouse(t)
	for _, page := range [][2]string{{"ada", "/providers"}, {"ada", "/notices"}, {"ada", "/operations"}, {"ada", "/exhibits"}, {"ada", "/banks"}, {"ada", "/terms"}} {
		a := h.as(page[0]).get(page[1]).is(http.StatusOK)
		if len(a.find("#none-h")) != 1 || len(a.find(".todo-list li.next")) != 1 {
			t.Errorf("%s does not say what to do first", page[1])
		}
	}
	h.as("ada").get("/ledger").is(http.StatusOK).has("#checkpoint", "No checkpoint")
	h.as("ada").get("/me").is(http.StatusOK).has("#tokens", "None.")
	h.as("sig").get("/operations").hasNo("a[href='/operations/new']")
}

// TestDraftThroughTheGate: what the law refuses is refused with its reason and the way out, what it allows becomes a draft.
func TestDraftThroughTheGate(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	ada := h.as("ada")
	path := "/assets/" + id(s.wire.ID) + "/act"
	a := ada.get(path + "?item=" + id(s.first.ID)).is(http.StatusOK)
	a.has("textarea[name=reasons]", "snow line")
	a.has("#finding", "(c)")
	order := id(s.host.ID) + " host removal_order"
	if len(a.find(`input[name=option][value="`+order+`"]`)) != 1 {
		t.Error("a removal order to the host is not offered")
	}
	if len(a.find(`input[value="`+id(s.registrar.ID)+` registrar removal_order"]`)) != 0 {
		t.Error("a removal order to a registrar is offered")
	}
	a.has("#carrier-"+id(s.registrar.ID)+"-registrar details", "Removal order")
	a.has("#carrier-"+id(s.registrar.ID)+"-registrar details", "Possible instead:")
	a.has("#carrier-"+id(s.registrar.ID)+"-registrar", "To confirm")

	no := ada.post(path, "option", id(s.registrar.ID)+" registrar removal_order", "item", id(s.first.ID), "lang", "en", "reasons", "kept words")
	no.is(http.StatusForbidden).has("#errors", "registrar")
	no.has("textarea[name=reasons]", "kept words")
	ada.post(path, "item", "0", "lang", "en", "reasons", "x").is(http.StatusUnprocessableEntity).has("#errors", "No addressee")
	ada.post(path, "option", order, "item", "0", "lang", "xx", "reasons", "x").is(http.StatusUnprocessableEntity).has("#errors", "language")
	to := ada.post(path, "option", order, "item", id(s.first.ID), "lang", "en", "reasons", "A reason of my own.").leads("/notices/").to
	ada.get(to).is(http.StatusOK).has("[role=status]", "Draft RO-").has("#reasons", "A reason of my own.").has(".steps li[aria-current]", "Draft")
	h.as("sig").get(path).is(http.StatusOK).hasNo("#draft")
	h.as("sig").post(path, "option", order, "item", "0", "lang", "en", "reasons", "x").is(http.StatusForbidden)
	h.as("bo").get(path).is(http.StatusNotFound)

	// An asset that nobody attributed, and one that nobody judged, say what is missing.
	h.as("ada").get("/assets/"+id(s.trains.ID)+"/act").has(".note", "No act can be drafted yet.")
}

// TestEditAndReturn: a draft is edited, handed in, returned.
func TestEditAndReturn(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	n, err := h.Draft(t.Context(), h.scope("ada"), desk.DraftRequest{Asset: s.wire.ID, Item: s.first.ID, Provider: s.host.ID, Layer: legal.Host, Instrument: legal.Referral})
	must(t, err)
	base, ada, lena := "/notices/"+id(n.ID), h.as("ada"), h.as("lena")
	ada.get(base+"/edit").is(http.StatusOK).has("textarea", "snow line")
	ada.post(base+"/edit", "lang", "fr", "reasons", " ").is(http.StatusUnprocessableEntity)
	ada.post(base+"/edit", "lang", "fr", "reasons", "Le motif.").leads(base)
	ada.get(base).has("#reasons [lang=fr]", "Le motif.")
	ada.post(base + "/step/submit").leads(base)
	ada.get(base + "/edit").is(http.StatusConflict)
	lena.get(base+"/step/return").is(http.StatusOK).has("#step", "lapse")
	lena.post(base+"/step/return", "why", "the passage is not quoted").leads(base)
	if got := h.notice(n.ID); got.State != iru.NoticeDraft || got.Reasons != "Le motif." {
		t.Errorf("returned: %+v", got)
	}
	lena.post(base+"/step/withdraw", "why", "  ").is(http.StatusUnprocessableEntity).has("#errors", "reason is missing")
	lena.post(base+"/step/withdraw", "why", "a colleague acts already").leads(base)
	lena.get(base).has(".steps", "Withdrawn").hasNo("a[href$='/step/withdraw']")
	lena.get(base + "/step/escalate").is(http.StatusNotFound)
}

// TestFourEyesOnThePage: the act is read whole, the digest is that of what was read, and nobody signs alone.
func TestFourEyesOnThePage(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	n, err := h.Draft(t.Context(), h.scope("lena"), desk.DraftRequest{Asset: s.wire.ID, Item: s.first.ID, Provider: s.host.ID, Layer: legal.Host, Instrument: legal.RemovalOrder})
	must(t, err)
	base := "/notices/" + id(n.ID)
	lena, sig, ada, ben := h.as("lena"), h.as("sig"), h.as("ada"), h.as("ben")
	lena.get(base).has("a.btn", "Hand in for approval")
	sig.get(base).hasNo("a[href$='/step/approve']")
	sig.post(base+"/step/approve", "digest", strings.Repeat("0", 64), "read", "1").is(http.StatusConflict)
	lena.post(base + "/step/submit").leads(base)

	page := ada.get(base + "/step/approve").is(http.StatusOK)
	page.has("#act", "REMOVAL ORDER").has("#act", "snow line").has("#act .hash", "sha256:").has("#step", "A second, different person must sign")
	page.hasNo("button[data-key], button[aria-keyshortcuts]")
	digest := page.attr("input[name=digest]", "value")
	if want, _ := desk.ActDigest(h.notice(n.ID)); digest != want {
		t.Errorf("the page shows digest %q, not %q", digest, want)
	}
	ada.post(base+"/step/approve", "digest", digest).is(http.StatusUnprocessableEntity).has("#errors", "read")
	ada.post(base+"/step/approve", "digest", strings.Repeat("0", 64), "read", "1").is(http.StatusConflict).has(".why-text", "changed while you looked")
	ada.post(base+"/step/approve", "digest", digest, "read", "1").leads(base)
	ada.get(base).hasNo("a[href$='/step/approve']").has(".steps", "a second is missing")
	ada.get(base + "/step/approve").is(http.StatusForbidden)
	ada.post(base+"/step/approve", "digest", digest, "read", "1").is(http.StatusForbidden).has(".why-text", "approved this act already")
	ben.get(base).hasNo("a[href$='/step/approve']")
	ben.post(base+"/step/approve", "digest", digest, "read", "1").is(http.StatusForbidden).has(".why-text", "sign")
	if h.notice(n.ID).State != iru.NoticeEndorsed {
		t.Fatalf("state %s", h.notice(n.ID).State)
	}
	sig.get(base).has("a.btn.p", "Read and sign")
	sig.post(base+"/step/approve", "digest", sig.get(base+"/step/approve").attr("input[name=digest]", "value"), "read", "1").leads(base)
	sig.get(base).has(".note", "not sealed yet")
	h.seal()
	sig.get(base).has("#proof", "Verified now").has(".steps", "ledger entry")
}

// TestLettersThatDoNotArrive: a stranger's word moves nothing and says why, an answer waits for its receipt, one that came back is sent
// again, and who cannot act is waited for.
func TestLettersThatDoNotArrive(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	ctx, base, ben := t.Context(), "/notices/"+id(s.order.ID), h.as("ben")
	must(t, h.Receive(ctx, desk.Reply{Notice: s.order.ID, Kind: "refused", At: h.clock(), Channel: iru.ByMail, From: "owner@halcyon-weather.test", Authentic: "dkim", Text: "we refuse", MessageID: "forged"}))
	a := ben.get(base).is(http.StatusOK)
	a.has("#messages", "sender not known to be the addressee: it moves nothing").has("section[id^=file-] header", "Sender not recognised").has("section[id^=file-]", "confirmed contact").has("#history", "confirmed contact")
	ben.post(base+"/letters/"+strings.TrimPrefix(a.attr("section[id^=file-]", "id"), "file-"), "kind", "note").leads(base)

	h.reply(s.order.ID, "clarification", false, "which page?")
	l, err := h.Answer(ctx, h.scope("ben"), s.order.ID, "The whole site.")
	must(t, err)
	must(t, h.Unposted(ctx, l.ID, "550 no user help@birchrack.test"))
	again := base + "/letters/" + id(l.ID) + "/again"
	ben.get(base).has("#messages header", "Our answer came back").has("#messages", "could not be delivered: 550 no user").has("#again-"+id(l.ID), "550 no user help[@]birchrack[.]test")
	ben.get("/").has("main", "our letter came back")
	h.as("sig").get(base).hasNo("section[id^=again-]")
	h.as("sig").post(again).is(http.StatusForbidden)
	ben.post(again).leads(base)
	ben.post(again).is(http.StatusConflict)
	must(t, h.RecordPosted(ctx, l.ID, desk.Sending{At: h.clock(), Proof: "250 ok"}))
	ben.get(base).has("#messages header", "Answered, receipt outstanding").hasNo("section[id^=again-]")
	h.later(time.Minute)
	h.reply(s.order.ID, "impossible", false, "our building is flooded")
	ben.get(base).has("#messages header", "Waiting until they can act").has("#messages", "says that it cannot act now").has("#messages", "sender known by the signature")
	ben.get(base+"/step/possible").is(http.StatusOK).has("#step", "runs anew")
	ben.post(base+"/step/possible", "why", "").is(http.StatusUnprocessableEntity)
	ben.post(base+"/step/possible", "why", "their duty officer called").leads(base)
	ben.get(base).has("#messages header", "Waiting for proof").has("#clock-2, #clock-3", "Stops on")
	ben.get(base + "/step/possible").is(http.StatusConflict)
}

// TestProofStandsAlone: the downloaded proof is checked with nothing but the log's key.
func TestProofStandsAlone(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	a := h.as("ben").get("/notices/" + id(s.order.ID) + "/proof").is(http.StatusOK)
	if !strings.HasPrefix(a.header.Get("Content-Disposition"), `attachment; filename="`+s.order.Ref) {
		t.Errorf("headers %v", a.header)
	}
	p, err := ledger.ParseProof([]byte(a.body))
	must(t, err)
	c, err := p.Check(p.Extra, h.Log.Verifier, h.Log.Origin)
	must(t, err)
	e, err := ledger.ParseLeaf(p.Extra)
	must(t, err)
	if e.Kind != "notice.approve" || c.Size <= p.Index || !strings.Contains(a.body, base64.StdEncoding.EncodeToString(p.Extra)[:20]) {
		t.Errorf("proof of %+v at %d of %d", e, p.Index, c.Size)
	}
	h.as("bo").get("/notices/" + id(s.order.ID) + "/proof").is(http.StatusNotFound)
}

// TestThread: letters are shown with their addresses defanged, a guess is filed by a person, an answer is looked at before it goes.
func TestThread(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	base := "/notices/" + id(s.order.ID)
	ben := h.as("ben")
	h.reply(s.order.ID, "unknown", true, "See https://wire.halcyon-weather.test/x or mail help@birchrack.test \u202eevil")
	a := ben.get(base).is(http.StatusOK)
	a.has("#messages .addr", "hxxps://wire[.]halcyon-weather[.]test/x").has("#messages .addr", "help[@]birchrack[.]test").has("#messages .esc", "U+202E")
	a.has("#clock-1", "Stops on").has("#clock-1 .dl", "by receipt").has("#gate", "Gate passed").has("#gate .list", "Refused").has("#looks tbody", "gone 1 of 2").has("#looks footer", "never as gone")
	letter := strings.TrimPrefix(a.attr("section[id^=file-]", "id"), "file-")
	h.as("sig").get(base).hasNo("section[id^=file-], #answer")
	h.as("sig").post(base+"/letters/"+letter, "kind", "clarification").is(http.StatusForbidden)
	ben.post(base+"/letters/"+letter, "kind", "nonsense").is(http.StatusUnprocessableEntity)
	ben.post(base+"/letters/"+letter, "kind", "clarification").leads(base)
	ben.get(base).has("h1 + .st, .title .st", "asks").has("#messages header", "We owe an answer").has("#clock-1", "Stopped")

	ben.post(base+"/answer", "letter", "").is(http.StatusUnprocessableEntity)
	look := ben.post(base+"/answer", "letter", "The whole page, see https://wire.halcyon-weather.test/map").is(http.StatusOK)
	look.has("#act", s.order.Ref).has("#act .addr", "hxxps://wire[.]halcyon-weather[.]test/map").has("#step", "clock begins anew")
	var before int
	h.view(func(ctx context.Context, x *db.Tx) error {
		ls, err := x.Letters(ctx, iru.Program(), s.order.ID)
		before = len(ls)
		return err
	})
	ben.post(base+"/answer", "letter", look.attr("input[name=letter]", "value"), "confirmed", "1").leads(base)
	h.view(func(ctx context.Context, x *db.Tx) error {
		ls, err := x.Letters(ctx, iru.Program(), s.order.ID)
		if err == nil && (len(ls) != before+1 || !strings.Contains(ls[len(ls)-1].Text, "https://wire.halcyon-weather.test/map")) {
			t.Errorf("%d letters, the last %q", len(ls), ls[len(ls)-1].Text)
		}
		return err
	})
	ben.get(base+"/paper").has("#act", "as it was sent").has("#act .addr", "hxxps://wire[.]halcyon-weather[.]test/")
}

// TestEscalation hands an act over to another that the law allows.
func TestEscalation(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	base, ada := "/notices/"+id(s.order.ID), h.as("ada")
	ada.get(base+"/escalate").is(http.StatusOK).has("h1", "Escalate "+s.order.Ref).hasNo("select[name=operation]")
	h.as("sig").get(base).hasNo("a[href$='/escalate']")
	h.as("sig").get(base + "/escalate").is(http.StatusForbidden)
	to := ada.post(base+"/escalate", "option", id(s.registrar.ID)+" registrar registrar_report", "item", id(s.first.ID), "lang", "en", "reasons", "The host is silent.").leads("/notices/").to
	ada.get(to).has(".sub", s.order.Ref).has("#gate", "Alder Names")
	if h.notice(s.order.ID).State != iru.NoticeEscalated {
		t.Error("the first act was not handed over")
	}
	ada.get(base + "/escalate").is(http.StatusConflict)
}

// TestResend: only to a contact that is confirmed.
func TestResend(t *testing.T) {
	h := newHouse(t)
	s := h.acts()
	base := "/notices/" + id(s.bounced.ID)
	h.as("ben").get(base).has("a.btn", "Send again")
	h.as("sig").get(base).hasNo("a[href$='/step/resend']")
	h.as("ben").get(base+"/step/resend").is(http.StatusOK).has("#step", "same key")
	h.as("ben").post(base + "/step/resend").leads(base)
	if h.notice(s.bounced.ID).State != iru.NoticeDispatched {
		t.Errorf("state %s", h.notice(s.bounced.ID).State)
	}
	h.as("ben").post(base + "/step/resend").is(http.StatusConflict)
}

// TestProviders: a changed contact visibly blocks sending until somebody confirms exactly that address.
func TestProviders(t *testing.T) {
	h := newHouse(t)
	s := h.acts()
	base, ben := "/providers/"+id(s.host.ID), h.as("ben")
	ben.get(base).hasNo("#blocked").has("#record", "Acts sent").has("#thread", s.order.Ref).has("#contact", "Ben")
	h.as("sig").get(base).hasNo("a[href$='/change'], a[href$='/confirm']")
	h.as("sig").get(base + "/change").is(http.StatusForbidden)
	h.as("sig").post("/providers", "id", id(s.host.ID), "channel", "smtp", "address", "x@birchrack.test").is(http.StatusForbidden)

	ben.get(base + "/change").is(http.StatusOK).hasNo("input[name=name]")
	ben.post("/providers", "id", id(s.host.ID), "channel", "smtp", "address", "desk@birchrack.test").leads(base)
	ben.get(base).has("#blocked", "Nothing is sent").has("#blocked", "changed")
	ben.get("/providers?contact=open").has("tbody", "Birchrack").has(".title .st", "to confirm")
	page := ben.get(base+"/confirm").is(http.StatusOK).has(".dl .addr", "desk[@]birchrack[.]test")
	read := page.attr("input[name=address]", "value")
	ben.post(base+"/confirm", "address", read).is(http.StatusUnprocessableEntity).has("#errors", "how you made sure")
	must(t, h.RecordCarriers(t.Context(), s.wire.ID, []desk.Carriage{{Name: "Birchrack", Site: "birchrack.test", Layer: legal.Host, Channel: iru.ByMail, Address: "evil@birchrack.test", Source: "RDAP"}}))
	ben.post(base+"/confirm", "address", read, "note", "called").is(http.StatusUnprocessableEntity).has("#errors", "changed while you looked").has(".addr", "evil[@]birchrack[.]test")
	ben.post(base+"/confirm", "address", "smtp evil@birchrack.test", "note", "called them").leads(base)
	ben.get(base).hasNo("#blocked")
	h.as("bo").post(base+"/confirm", "address", "smtp evil@birchrack.test", "note", "x").is(http.StatusForbidden)

	ben.post("/providers", "name", "Fern Stream", "layer", "stream_host", "channel", "api", "address", "https://api.fern.test/", "token", "s3cret", "source", "a call").leads("/providers/")
	a := ben.post("/providers", "name", "", "layer", "host", "channel", "smtp", "address", "", "token", "s3cret")
	a.is(http.StatusUnprocessableEntity).has("#errors", "needs a name")
	if strings.Contains(a.body, "s3cret") || strings.Contains(ben.get("/providers").body, "s3cret") {
		t.Error("a credential is shown again")
	}
}

func TestRecordOfAProvider(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	n := func(i int, s iru.NoticeState, took time.Duration) iru.Notice {
		return iru.Notice{ID: iru.NoticeID(i), State: s, SentAt: at, ReceivedAt: at, OutcomeAt: at.Add(took)}
	}
	practised := n(7, iru.NoticeComplied, time.Minute)
	practised.Drill = true
	r := recordOf([]iru.Notice{practised, n(1, iru.NoticeComplied, 10*time.Minute), n(2, iru.NoticeComplied, 30*time.Minute), n(3, iru.NoticeRefused, time.Hour), n(4, iru.NoticeSent, 0), {ID: 5, State: iru.NoticeDraft}, n(6, iru.NoticeBounced, 0)},
		map[iru.NoticeID]bool{1: true, 2: true, 3: true, 6: true})
	want := Record{Acts: 5, Removed: 2, Refused: 1, Bounced: 1, Unanswered: 1, Since: at}
	if r != want {
		t.Errorf("%+v, want %+v", r, want)
	}
	if w := r.words(t.Context()); w != "5 acts · 1 refused · 1 unanswered" {
		t.Errorf("in words: %s", w)
	}
}

// TestLedgerPages: one's own reach, the check, the auditor's whole log with its reason.
func TestLedgerPages(t *testing.T) {
	h := newHouse(t)
	h.story()
	bo, audrey := h.as("bo"), h.as("audrey")
	if n := len(bo.get("/ledger").find("#events tbody th")); n > 0 {
		t.Errorf("unit B sees %d events of unit A", n)
	}
	a := h.as("ada").get("/ledger?noun=notice").is(http.StatusOK).has("#events", "notice.approve").has("#checkpoint", "unit-a.test/iolaus")
	for _, x := range a.find("#events tbody th") {
		if !strings.HasPrefix(x, "notice.") {
			t.Errorf("the filter lets %q pass", x)
		}
	}
	a.hasNo("#audit")
	h.later(3 * time.Minute)
	h.as("ada").get("/ledger").has("footer.foot", "Ledger head").has("footer.foot", "signed 3 min ago")
	h.as("ada").post("/ledger/check").is(http.StatusOK).has("#report", "Whole").has("#report", "Entries checked")
	h.as("ada").post("/ledger/all", "why", "curious").is(http.StatusForbidden)
	h.as("ada").get("/ledger?all=1").is(http.StatusOK).hasNo(".title .st")
	audrey.get("/ledger?all=1").hasNo(".title .st")
	audrey.post("/ledger/all", "why", " ").is(http.StatusUnprocessableEntity)
	audrey.post("/ledger/all", "why", "yearly sample").leads("/ledger?all=1")
	audrey.get("/ledger?all=1").has(".title .st", "Every unit").has("#events", "yearly sample")
	h.seal()
	h.as("ada").get("/ledger?noun=log").has("#events", "Nothing happened")
	e := audrey.get("/ledger/events/1").is(http.StatusOK).has("#proof", "Verified now")
	e.has("#event", "asset")
	audrey.get("/ledger/events/1/proof").is(http.StatusOK)
	bo.get("/ledger/events/1").is(http.StatusNotFound)
	cp := h.as("ada").get("/ledger/checkpoint").is(http.StatusOK)
	if _, err := ledger.Open([]byte(cp.body), h.Log.Verifier, h.Log.Origin); err != nil {
		t.Error(err)
	}
	must(t, h.DB.Tx(t.Context(), func(x *db.Tx) error {
		_, err := x.Exec(t.Context(), "UPDATE event SET note='forged' WHERE id=2")
		return err
	}))
	h.as("ada").post("/ledger/check").is(http.StatusOK).has("#report", "Not whole").has("#report .list", "2")
}

// TestExhibits: a file leaves as an attachment only, with a reason that the log keeps.
func TestExhibits(t *testing.T) {
	body := "warcbytes<script>alert(1)</script>"
	sumOf := sha256.Sum256([]byte("warc" + "x"))
	digest := hex.EncodeToString(sumOf[:])
	h := newHouse(t, func(o *Options) { o.Evidence = Plain{keptStore{digest: body}} })
	a := h.watch("https://tea.test/", "Tea")
	x, err := h.RecordCapture(t.Context(), desk.Recording{Item: h.item(a.Locator).ID, Vantage: "north", At: h.clock(), Outcome: iru.Up, Status: 200, Final: a.Locator, Manifest: sum("m"), Title: "Tea", Text: "Tea", Content: sum("Tea"),
		Files: []iru.File{{Name: "cap\"ture\r\n.warc.gz", Kind: "warc", SHA256: digest, Size: int64(len(body))}, {Name: "lost.txt", Kind: "text", SHA256: sum("gone"), Size: 4}}})
	must(t, err)
	base, ada := "/exhibits/"+id(x.ID), h.as("ada")
	ada.get(base).is(http.StatusOK).has(".title .st", "not yet sealed").has("#files", "sha256:")
	h.seal()
	ada.get(base).has(".title .st", "Sealed").has("#custody", "exhibit.record").has("#proof", "Verified now")
	ada.get("/exhibits").has("tbody", "Exhibit "+id(x.ID))
	ada.post(base+"/file", "file", "0", "why", "").is(http.StatusUnprocessableEntity).has("#errors", "what you need")
	got := ada.post(base+"/file", "file", "0", "why", "for the court").is(http.StatusOK)
	if got.body != body || got.header.Get("Content-Type") != "application/octet-stream" || got.header.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.HasPrefix(got.header.Get("Content-Security-Policy"), "sandbox") || got.header.Get("Content-Disposition") != `attachment; filename="exhibit-`+id(x.ID)+`-cap_ture__.warc.gz"` {
		t.Errorf("%q with %v", got.body, got.header)
	}
	ada.post(base+"/file", "file", "1", "why", "").is(http.StatusUnprocessableEntity).has("#errors", "what you need") // asked before the store is
	ada.post(base+"/file", "file", "1", "why", "x").is(http.StatusNotFound)
	ada.post(base+"/file", "file", "9", "why", "x").is(http.StatusNotFound)
	h.as("bo").get(base).is(http.StatusNotFound)
	h.as("bo").post(base+"/file", "file", "0", "why", "x").is(http.StatusNotFound)
	ada.get(base).hasNo("#custody .thread li:nth-child(2)")
	h.as("audrey").get(base).has("#custody", "exhibit.take").has("#custody", "for the court")
}

// TestAdministration: links and secrets are shown once; who is suspended is out.
func TestAdministration(t *testing.T) {
	h := newHouse(t)
	admin := h.as("admin")
	h.as("ada").get("/admin").is(http.StatusForbidden)
	h.as("ada").post("/admin/officers", "login", "eve", "name", "Eve", "unit", "1", "role", "signer").is(http.StatusForbidden)
	admin.post("/admin/officers", "login", "eve", "name", "Eve", "unit", "1").is(http.StatusUnprocessableEntity).has("#errors", "role")
	a := admin.post("/admin/officers", "login", "Eve", "name", "Eve", "unit", "1", "role", "signer", "role", "auditor").is(http.StatusOK)
	link := a.find(".secret")[0]
	path := link[strings.Index(link, "/welcome/"):]
	if strings.Contains(admin.get("/admin").body, path) {
		t.Error("the link is shown again")
	}
	h.as("").get(path).is(http.StatusOK).has(".dl", "eve")
	admin.get("/admin").has("#officers", "Invited")
	admin.post("/admin/units", "name", "Unit C", "country", "xc", "kind", "nonsense").is(http.StatusUnprocessableEntity)
	admin.post("/admin/units", "name", "Unit C", "country", "xc", "kind", "unit").leads("/admin")
	admin.get("/admin").has("#units", "Unit C")

	ada := h.as("ada")
	ada.get("/me").is(http.StatusOK).hasNo("a[href='/admin']")
	ada.post("/me/tokens", "name", "script", "days", "30").is(http.StatusUnprocessableEntity)
	secret := ada.post("/me/tokens", "name", "script", "days", "30", "scope", "read").is(http.StatusOK).find(".secret")[0]
	if o, _, err := h.ByToken(t.Context(), secret); err != nil || o.Login != "ada" {
		t.Errorf("the token does not work: %+v, %v", o, err)
	}
	if strings.Contains(ada.get("/me").body, secret) {
		t.Error("the secret is shown again")
	}
	h.as("ben").post("/me/tokens/1/revoke").is(http.StatusConflict)
	ada.post("/me/tokens/1/revoke").leads("/me")
	if _, _, err := h.ByToken(t.Context(), secret); err == nil {
		t.Error("a revoked token works")
	}

	p := "/admin/officers/" + id(h.people["ada"].ID) + "/suspend"
	admin.get(p).is(http.StatusOK).has("#step", "signed out")
	admin.post(p, "why", "").is(http.StatusUnprocessableEntity)
	h.as("ben").post(p, "why", "x").is(http.StatusForbidden)
	admin.post(p, "why", "left the unit").leads("/admin")
	ada.get("/me").leads("/signin")
	admin.post("/admin/officers/"+id(h.people["ada"].ID)+"/restore", "why", "came back").leads("/admin")
}

// A look is one way in which a page is shown.
type pageLook struct {
	width int
	dark  bool
	lang  string
}

// everyLook is how each page must be usable.
var everyLook = []pageLook{{320, false, "en"}, {1440, true, "en"}, {1440, false, "en"}, {320, true, "en"}, {320, false, "ar"}, {1440, false, "ar"}}

// TestActPagesAreAccessible runs axe-core over every page in one look after the other, and narrow over those that hold most;
// TestSoakActPagesAreAccessible runs every page in every look.
func TestActPagesAreAccessible(t *testing.T) {
	h := newHouse(t)
	pages := actPages(h.acts())
	n := 0
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		if slices.Contains([]string{"provider-open", "notice-sign", "notice-bounced", "board-liaison", "go", "suspend", "escalate", "reopen", "reconsider", "stop-watching", "stand-down"}, name) {
			continue // the same parts stand on another page
		}
		n++
		looks := []pageLook{everyLook[1+n%(len(everyLook)-1)]}
		if slices.Contains([]string{"notice", "board", "act", "ledger"}, name) {
			looks = append(looks, everyLook[0])
		}
		for _, l := range looks {
			h.browse(pages[name][0], l.lang)
			webtest.Axe(t, h.url+pages[name][1], l.width, l.dark)
		}
	}
}

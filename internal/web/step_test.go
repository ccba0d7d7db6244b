// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// TestItemSteps: a colleague reopens, anybody who watches captures again, whoever holds an item hands it over.
func TestItemSteps(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	base := "/items/" + id(s.arabic.ID)
	ada, ben, sig := h.as("ada"), h.as("ben"), h.as("sig")

	ada.get(base).hasNo("a[href$='/step/hand_over'], a[href$='/step/reopen']")
	ada.get(base + "/step/hand_over").is(http.StatusConflict)
	ada.get(at("/triage", "item", id(s.arabic.ID))).has("a.btn", "Hand over")
	form := ada.get(base+"/step/hand_over").is(http.StatusOK).has("#to", "Ben").has("#to", "Lena").has("#step", "fifteen minutes")
	for _, no := range []string{"Ada", "Sig", "Bo"} {
		for _, o := range form.find("#to option") {
			if o == no {
				t.Errorf("%s may not judge it, and is offered", no)
			}
		}
	}
	ada.post(base+"/step/hand_over").is(http.StatusUnprocessableEntity).has("#errors", "Nobody was chosen")
	ada.post(base+"/step/hand_over", "to", id(h.people["sig"].ID)).is(http.StatusUnprocessableEntity).has("#errors", "cannot judge items")
	ada.post(base+"/step/hand_over", "to", id(h.people["ben"].ID)).leads(base)
	ada.get(base).has("[role=status]", "was handed over").has("#history", "Handed over")
	if by := h.itemNow(s.arabic.ID).HeldBy; by != h.people["ben"].ID {
		t.Errorf("officer %d holds it", by)
	}

	ben.post(base+"/assess", whole(actNoAction)...).leads("/triage")
	ben.get(base).hasNo("a[href$='/step/reopen']")
	ben.get(base+"/step/reopen").is(http.StatusForbidden).has(".why-text", "your own")
	sig.get(base).hasNo("a[href*='/step/']")
	sig.get(base + "/step/reopen").is(http.StatusForbidden)
	ada.get(base).has("a.btn", "Reopen")
	ada.get(base+"/step/reopen").is(http.StatusOK).has("#step", "overturned").has("#step .dl", "Ben").has("#step .dl", "asks readers to join")
	ada.post(base+"/step/reopen", "why", " ").is(http.StatusUnprocessableEntity).has("#errors", "reason is missing")
	ada.post(base+"/step/reopen", "why", "the second paragraph was overlooked").leads(base)
	if i := h.itemNow(s.arabic.ID); i.State != iru.ItemReady {
		t.Errorf("the item is %s", i.State)
	}
	ada.get(base).has("#earlier", "Overturned").has("#history", "overlooked")
	// What an act rests on is not overturned; the page says what to do.
	ben.post("/items/"+id(s.first.ID)+"/step/reopen", "why", "wrong page").is(http.StatusConflict).has("#errors", "withdraw it first").has("textarea", "wrong page")

	sig.post(base + "/step/capture").is(http.StatusForbidden)
	ben.get(base).has("a.btn", "Capture again")
	ben.get(base+"/step/capture").is(http.StatusOK).has("#step", "stays")
	ben.post(base + "/step/capture").leads(base)
	ben.get(base).has("#history", "Capture asked for")
	h.as("bo").get(base + "/step/capture").is(http.StatusNotFound)
	ben.get(base + "/step/burn").is(http.StatusNotFound)
}

// TestAssetSteps: a wrong word on an asset is taken back, a vain pursuit is given up.
func TestAssetSteps(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	ada, sig := h.as("ada"), h.as("sig")
	stranger := "/assets/" + id(s.stranger.ID)
	ada.get(stranger).hasNo("a[href*='/step/']")
	ada.post(stranger+"/judge", "verb", "other", "from", "asset", "reason", "a shop").leads(stranger)
	ada.get(stranger).has("a.btn", "Reconsider").hasNo("a[href$='/step/give_up']")
	sig.get(stranger).hasNo("a[href*='/step/']")
	sig.get(stranger + "/step/reconsider").is(http.StatusForbidden)
	ada.get(stranger+"/step/reconsider").is(http.StatusOK).has("#step", "candidate again").has("#step .addr", "tea-and-maps[.]test")
	ada.post(stranger+"/step/reconsider", "why", "").is(http.StatusUnprocessableEntity).has("#errors", "reason is missing")
	ada.post(stranger+"/step/reconsider", "why", "it carries their feed key").leads(stranger)
	ada.get(stranger).has("#history", "Reconsidered").has("#judge", "Same outlet")
	ada.get("/assets/"+id(s.tram.ID)).has("a.btn", "Reconsider")

	wire := "/assets/" + id(s.wire.ID)
	ada.get(wire).has("a.btn", "Give up").hasNo("a[href$='/step/reconsider']")
	ada.get(wire+"/step/give_up").is(http.StatusOK).has("#step", "watched as before")
	ada.post(wire+"/step/give_up", "why", "nobody answers").is(http.StatusConflict).has("#errors", "still with its addressee").has("textarea", "nobody answers")
	h.reply(s.order.ID, "refused", false, "We cannot.")
	ada.post(wire+"/step/give_up", "why", "nobody answers").leads(wire)
	ada.get(wire).has(".sub", "Attributed").has("#history", "Given up").hasNo("a[href$='/step/give_up']")
	ada.get(wire + "/step/give_up").is(http.StatusConflict)
	h.as("bo").get(wire + "/step/give_up").is(http.StatusNotFound)
}

// TestOutletSteps: the watch over an outlet ends and is taken up again.
func TestOutletSteps(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	base, ada := "/outlets/"+id(s.outlet), h.as("ada")
	h.as("sig").get(base).hasNo("a[href*='/step/']")
	h.as("sig").get(base + "/step/close").is(http.StatusForbidden)
	ada.get(base).has("a.btn", "Stop watching").hasNo("a[href$='/step/watch']")
	ada.get(base+"/step/close").is(http.StatusOK).has("#step", "not visited any more")
	ada.get(base + "/step/watch").is(http.StatusConflict)
	ada.post(base+"/step/close", "why", "").is(http.StatusUnprocessableEntity).has("#errors", "reason is missing")
	ada.post(base+"/step/close", "why", "the exercise is over").leads(base)
	ada.get(base).has(".title .st", "No longer watched").has("a.btn", "Watch again").hasNo("a[href$='/step/close']").has("#history", "the exercise is over")
	ada.post(base+"/step/watch", "why", "").leads(base)
	ada.get(base).has(".title .st", "Watched")
}

// TestStandDown: a unit leaves an operation in its own jurisdiction, by its own liaison officer or the director; the others go on.
func TestStandDown(t *testing.T) {
	h := newHouse(t)
	s := h.acts()
	base := "/operations/" + id(s.joint.ID)
	dora, bo := h.as("dora"), h.as("bo")
	h.as("ada").get(base).hasNo("a[href*='/step/stand_down']")
	bo.get(base).has("#unit-2 a.btn", "Stand down").hasNo("#unit-1 a.btn")
	dora.get(base).has("#unit-1 a.btn", "Stand down").has("#unit-2 a.btn", "Stand down")
	dora.get(base + "/wall").hasNo("a[href*='/step/']")
	step := base + "/step/stand_down"
	bo.get(step + "?unit=1").is(http.StatusForbidden)
	bo.get(step).is(http.StatusNotFound)
	bo.get(step+"?unit=2").is(http.StatusOK).has("#step", "1 task of this unit is withdrawn").has("h1", "Unit B")
	bo.post(step, "unit", "2", "why", "").is(http.StatusUnprocessableEntity).has("#errors", "reason is missing")
	bo.post(step, "unit", "1", "why", "x").is(http.StatusForbidden)
	bo.post(step, "unit", "2", "why", "our court has not decided").leads(base)
	if n := h.notice(s.theirs.ID); n.State != iru.NoticeWithdrawn {
		t.Errorf("their task is %s", n.State)
	}
	if n := h.notice(s.tasks[0].ID); n.State != iru.NoticeApproved {
		t.Errorf("our task is %s", n.State)
	}
	dora.get(base).hasNo("#unit-2 a.btn").has("#unit-2", "0 / 0")
	dora.get(step + "?unit=2").is(http.StatusConflict)
}

// TestHoldWhileTheClockRuns: between the release and T0 the director still holds, and the count stands.
func TestHoldWhileTheClockRuns(t *testing.T) {
	h := newHouse(t)
	s := h.acts()
	base := "/operations/" + id(s.joint.ID)
	dora, bo := h.as("dora"), h.as("bo")
	ready := func() {
		h.view(func(ctx context.Context, x *db.Tx) error {
			ps, err := x.Polls(ctx, s.joint.ID)
			for _, p := range ps {
				if p.Unit == h.people["bo"].Unit && p.State == iru.PollOpen {
					bo.post(base+"/step/go", "tasks", bo.get(base+"/step/go").attr("input[name=tasks]", "value")).leads(base)
				}
			}
			return err
		})
		dora.post(base+"/step/release", "how", "in", "in", "600", "sure", "1").leads(base)
	}
	ready()
	page := dora.get(base).has("#count a.btn", "Hold").hasNo("a[href$='/step/close']")
	if !strings.Contains(page.body, "T−") {
		t.Error("the clock does not run")
	}
	dora.get(base+"/step/hold").is(http.StatusOK).has("#step", "called back").has("#step", "set anew")
	dora.post(base+"/step/hold", "why", "the court asks").leads(base)
	if o := h.operation(s.joint.ID); o.State != iru.OperationHeld || !o.T0.IsZero() {
		t.Errorf("held: %+v", o)
	}
	dora.get(base).has(".hold", "HOLD")
	dora.post(base + "/step/resume").leads(base)
	ready()
	h.later(h.operation(s.joint.ID).T0.Sub(h.clock()))
	dora.get(base).hasNo("a[href$='/step/hold']").has("#count a.btn", "Close the day")
	dora.get(base+"/step/hold").is(http.StatusConflict).has(".why-text", "has left")
}

// TestClassifyOutlet: a reviewer changes handling codes with a reason; an analyst is told why not.
func TestClassifyOutlet(t *testing.T) {
	h := newHouse(t)
	s := h.story()
	base := "/outlets/" + id(s.outlet)
	ada, lena := h.as("ada"), h.as("lena")
	ada.get(base + "/step/classify").is(http.StatusForbidden)
	ada.get(base).hasNo("a[href$='/step/classify']")
	lena.get(base).has("a.btn", "Change handling codes")
	lena.get(base+"/step/classify").is(http.StatusOK).has("#step", "leave of whom")
	codes := []string{"tlp", "GREEN", "pap", "AMBER", "h", "H3"}
	lena.post(base+"/step/classify", append(codes, "why", "leave by letter")...).is(http.StatusUnprocessableEntity).has("#errors", "needs its condition")
	lena.post(base+"/step/classify", append(codes, "note", "not before Monday")...).is(http.StatusUnprocessableEntity).has("#errors", "reason is missing")
	lena.post(base+"/step/classify", append(codes, "note", "not before Monday", "why", "leave by letter of Unit B")...).leads(base)
	lena.get(base).has("[role=status]", "new handling codes").has(".hc", "TLP:GREEN")
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/webtest"
)

// struck seals a window of an operation, and has its T0 pass after days in which its outlet published and was looked at: eight pieces a day before it, two
// from then on.
func (h *house) struck(s *acts, days int) (o iru.Operation) {
	h.t.Helper()
	o = h.operation(s.joint.ID)
	h.later(time.Duration(days) * 24 * time.Hour)
	t0 := h.clock().Add(-40 * 24 * time.Hour)
	must(h.t, h.DB.Tx(h.t.Context(), func(t *db.Tx) error {
		if _, err := t.Exec(h.t.Context(), "UPDATE asset SET created=$1", db.At(t0.Add(-140*24*time.Hour))); err != nil {
			return err
		}
		old := o.State
		o.State, o.T0, o.FirstSent = iru.OperationReleased, t0, t0
		for day := -140; day < 40; day++ {
			at := t0.Add(time.Duration(day)*24*time.Hour + time.Hour)
			if err := t.AddObservation(h.t.Context(), &iru.Observation{Asset: s.wire.ID, At: at, Vantage: "north", Outcome: iru.Up}); err != nil {
				return err
			}
			n := 8 + (day*day)%3
			if day >= 0 {
				n = 2
			}
			for k := range n {
				i := iru.Item{Unit: s.wire.Unit, Asset: s.wire.ID, Locator: s.wire.Locator + at.Format(time.DateOnly) + strings.Repeat("x", k), State: iru.ItemDismissed, Created: at}
				if err := t.AddItem(h.t.Context(), &i); err != nil {
					return err
				}
			}
		}
		for _, c := range []struct {
			after time.Duration
			verb  string
			to    iru.PresenceState
		}{{2 * time.Hour, "agreed", iru.PresenceGone}, {75 * time.Hour, "seen", iru.PresenceBack}, {200 * time.Hour, "agreed", iru.PresenceGone}, {450 * time.Hour, "seen", iru.PresenceBack}, {600 * time.Hour, "agreed", iru.PresenceGone}} {
			if _, err := t.Record(h.t.Context(), iru.Event{At: t0.Add(c.after), Unit: s.wire.Unit, Subject: iru.Subject{Noun: "asset", ID: int64(s.wire.ID)}, Verb: c.verb, To: string(c.to)}); err != nil {
				return err
			}
		}
		return t.UpdateOperation(h.t.Context(), o, old)
	}))
	return o
}

// TestEffectPage: a window is sealed and withdrawn by whoever may, never after T0; then the page says what is seen.
func TestEffectPage(t *testing.T) {
	h := newHouse(t)
	s := h.acts()
	base := "/operations/" + id(s.joint.ID)
	ada, bo := h.as("ada"), h.as("bo")
	ada.get(base).has("#effect", "No window is sealed").has("#effect a", "Availability, returns and verdict")
	ada.get(base+"/effect").has("#none-h", "Nothing was done yet").has(".todo-list a.btn", "Begin")
	bo.get(base+"/effect").has(".todo-list", "the unit that leads").hasNo(".todo-list a.btn")
	bo.get(base + "/window/seal").is(http.StatusForbidden)
	h.as("sig").post(base+"/window/seal", "counts", "items", "before", "90", "after", "28").is(http.StatusForbidden)
	ada.get(base+"/window/seal").is(http.StatusOK).has("form#go", "What is counted each day")
	ada.post(base+"/window/seal", "counts", "items", "before", "90", "after", "3").is(http.StatusUnprocessableEntity).has("#errors", "3 after are no window")
	ada.post(base+"/window/seal", "counts", "items", "what", "bulletins", "before", "90", "after", "28", "changes", "level").leads(base + "/effect")
	ada.get(base+"/effect").has("#window", "bulletins").has("#window", "90 days before T0, 28 from then on").has("#window", "waits for its checkpoint").hasNo("#verdict")
	ada.get(base + "/window/seal").is(http.StatusConflict)
	ada.post(base+"/window/withdraw", "why", "").is(http.StatusUnprocessableEntity).has("#errors", "reason is missing")
	ada.post(base+"/window/withdraw", "why", "too long").leads(base + "/effect")
	ada.post(base+"/window/seal", "counts", "items", "what", "bulletins", "before", "60", "after", "28", "changes", "level").leads(base + "/effect")
	h.seal()
	ada.get(base).has("#effect", "The window is sealed").has("#effect", "of the ledger")
	h.struck(s, 50)
	ada = h.as("ada")
	a := ada.get(base + "/effect").is(http.StatusOK)
	a.has("#verdict", "Fewer: between").has("#verdict", "Counted from T0 on").has("#verdict svg", "T0").has("#availability", "All together").has("#returns-card svg title", "Not back yet")
	a.has("#returns-card", "2 returns").has("#returns-card thead", "Waited for").has("#returns-card", "From one return to the next").has("#window", "too long").has("#concentration", "Index before")
	a.hasNo("a[href$='/window/seal']")
	h.browse("ada", "en")
	webtest.Axe(t, h.url+base+"/effect", 1440, false)
	webtest.Axe(t, h.url+base+"/effect", 320, false)
	h.browse("ada", "ar")
	webtest.Axe(t, h.url+base+"/effect", 320, true)
	if dir := os.Getenv("IOLAUS_PICTURES"); dir != "" {
		for lang, dark := range map[string]bool{"en": false, "ar": true} {
			h.browse("ada", lang)
			webtest.Screenshot(t, h.url+base+"/effect", 1440, dark, filepath.Join(dir, "effect-"+lang+".png"))
			webtest.Screenshot(t, h.url+base+"/effect", 320, dark, filepath.Join(dir, "effect-narrow-"+lang+".png"))
		}
	}
}

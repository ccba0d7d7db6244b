// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// TestH1OnThePages: a court's order on material under H1 says from the first page on that it will not go, is refused with what to do where
// it is handed in and approved, and stays, with the reason and the way out, when the codes are changed after its approval.
func TestH1OnThePages(t *testing.T) {
	h := newHouse(t)
	h.later(180 * 24 * time.Hour) // orders for evidence are in force
	s := h.story()
	must(t, h.DB.Tx(t.Context(), func(x *db.Tx) error {
		_, err := x.Exec(t.Context(), "UPDATE unit SET kind='court' WHERE name='Unit A'")
		return err
	}))
	codes := func(code string) {
		t.Helper()
		_, err := h.Classify(t.Context(), h.scope("lena"), s.outlet, iru.Handling{TLP: "AMBER", PAP: "AMBER", H: code}, "leave by letter of 3 March")
		must(t, err)
	}
	codes("H1")
	ada, lena, sig := h.as("ada"), h.as("lena"), h.as("sig")
	path := "/assets/" + id(s.wire.ID) + "/act"
	ada.get(path+"?item="+id(s.first.ID)).has("#carrier-"+id(s.host.ID)+"-host", "H1: not before leave is given")
	ada.get(path + "?option=" + id(s.host.ID) + "+host+preservation_order").is(http.StatusOK)
	to := ada.post(path, "option", id(s.host.ID)+" host preservation_order", "item", id(s.first.ID), "lang", "en", "reasons", "The data may be gone soon.").leads("/notices/").to
	ada.get(to).is(http.StatusOK).has("#steps", "It has not left yet").has("#steps", "H1").has("#steps", "ask whom it came from for leave")
	lena.get(to).has("#steps a[href='/outlets/"+id(s.outlet)+"/step/classify']", "H1")
	refused := func(a *answer) {
		t.Helper()
		a.is(http.StatusForbidden).has(".why-text, #errors", "H1").has(".try, #errors", "sk whom it came from for leave")
	}
	ada.get(to + "/step/submit").is(http.StatusOK)
	refused(ada.post(to + "/step/submit"))
	codes("H0")
	ada.get(to).hasNo("#steps .note")
	ada.post(to + "/step/submit").leads(to)
	for _, c := range []*client{lena, sig} {
		page := c.get(to + "/step/approve").is(http.StatusOK)
		digest := page.attr("input[name=digest]", "value")
		codes("H1")
		refused(c.post(to+"/step/approve", "digest", digest, "read", "1"))
		codes("H0")
		c.post(to+"/step/approve", "digest", digest, "read", "1").leads(to)
	}
	h.seal()
	codes("H1")
	n := h.notice(iru.NoticeID(number(to[len("/notices/"):])))
	if _, err := h.Dispatch(t.Context(), n.ID); err == nil {
		t.Fatal("it left")
	} else {
		must(t, h.Delay(t.Context(), n.ID, err.Error()))
	}
	a := ada.get(to).is(http.StatusOK).has("#steps", "H1").has("#history", "came under H1 after it was approved")
	for _, x := range a.find("#steps") {
		if strings.Contains(x, "Nothing hinders it") {
			t.Errorf("the page says %q", x)
		}
	}
	if n = h.notice(n.ID); n.State != iru.NoticeApproved || !n.SentAt.IsZero() {
		t.Errorf("%s, sent %s", n.State, n.SentAt)
	}
	codes("H0")
	_, err := h.Dispatch(t.Context(), n.ID)
	must(t, err)
}

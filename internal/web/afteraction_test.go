// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/webtest"
)

// TestAfterActionPage: what is held after T0, the next wave, and the report in its editions and files.
func TestAfterActionPage(t *testing.T) {
	h := newHouse(t)
	s := h.acts()
	base := "/operations/" + id(s.joint.ID)
	h.as("ada").get(base+"/line").has("#sweeps", "T0 has not come").hasNo("#standing")
	h.as("ada").get(base + "/report").is(http.StatusConflict)
	h.struck(s, 50)
	h.seal()
	ada := h.as("ada")
	a := ada.get(base + "/line").is(http.StatusOK)
	a.has("#standing-h", "Not known to be down").has("#sweeps", "No sweep has begun").has("#fallen", "until")
	ada.get(base+"/line/sweep").has("form#go", "")
	ada.post(base + "/line/sweep").leads(base + "/line")
	ada.get(base+"/line").has("#sweeps", "asked for by hand")
	ada.get(base + "/line/dance").is(http.StatusNotFound)
	h.seal()
	r := ada.get(base + "/report").is(http.StatusOK)
	r.has("#what-was-served", "Acts that left").has("#what-was-up-and-down", "At T+15 minutes").has("#what-came-back svg title", "Not back yet").has("#verdict", "Verdict").has("#proof", "Root").has("#editions", "For courts and partners")
	ada.get(base + "/report?edition=press").is(http.StatusConflict)
	for _, ending := range []string{"pdf", "html", "csv", "json"} {
		ada.get(base + "/report/file/" + ending + "?edition=court").is(http.StatusOK)
	}
	ada.get(base + "/report/file/exe").is(http.StatusNotFound)
	ada.get(base+"/report/beside/"+id(s.joint.ID)).has("#beside", "Acts that left")
	ada.get("/outlets/"+id(s.joint.Outlets[0])).has("#waves", "not measured").has("#waves a", "After-action report")
	must(h.t, h.DB.Tx(h.t.Context(), func(x *db.Tx) error {
		o, err := x.Operation(h.t.Context(), iru.Program(), s.joint.ID)
		if err != nil {
			return err
		}
		_, err = x.Record(h.t.Context(), iru.Event{At: h.clock().Add(-time.Minute), Unit: o.Unit, Subject: iru.Subject{Noun: "operation", ID: int64(o.ID)}, Verb: "close", From: "released", To: "closed"})
		o.State = iru.OperationClosed
		if err == nil {
			err = x.UpdateOperation(h.t.Context(), o, iru.OperationReleased)
		}
		return err
	}))
	h.seal()
	ada.get(base+"/report?edition=press").has("#what-was-served", "Units").hasNo("#what-happened-when")
	pages := map[string]string{"report": base + "/report", "court": base + "/report?edition=court", "line": base + "/line", "press": base + "/report?edition=press", "beside": base + "/report/beside/" + id(s.joint.ID), "outlet": "/outlets/" + id(s.joint.Outlets[0])}
	h.browse("ada", "en")
	webtest.Axe(t, h.url+pages["report"], 1440, false)
	webtest.Axe(t, h.url+pages["line"], 320, false)
	h.browse("ada", "ar")
	webtest.Axe(t, h.url+pages["report"], 320, true)
	for _, name := range []string{"report", "press", "court", "beside"} {
		webtest.Open(t, h.url+pages[name], 1440, false)
		if left := webtest.Eval[string](t, `[...document.querySelectorAll('main [lang=en]')].map((el) => el.textContent).join('; ')`); left != "" {
			t.Errorf("%s in Arabic says in English: %s", name, left)
		}
	}
	if dir := os.Getenv("IOLAUS_PICTURES"); dir != "" {
		for lang, dark := range map[string]bool{"en": false, "ar": true} {
			h.browse("ada", lang)
			for name, path := range pages {
				webtest.Screenshot(t, h.url+path, 1440, dark, filepath.Join(dir, "after-"+name+"-"+lang+".png"))
			}
			for _, name := range []string{"line", "report", "beside"} {
				webtest.Screenshot(t, h.url+pages[name], 320, dark, filepath.Join(dir, "after-"+name+"-narrow-"+lang+".png"))
			}
		}
	}
}

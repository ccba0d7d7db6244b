// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"crypto/rand"
	"errors"
	"net/http"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// Render writes a page. It is rendered whole before the first byte is sent, so that half a page is never taken for all of it; the
// error of a page that cannot be rendered is returned after a plain answer 500 was written.
func Render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(r.Context(), &b); err != nil {
		http.Error(w, "The page could not be shown. Nothing was changed by showing it.", http.StatusInternalServerError)
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b.Bytes()) // the reader is gone; there is nobody to tell
	}
	return nil
}

// StatusOf is the answer to a failure: one line per kind.
func StatusOf(err error) int {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, iru.Invalid):
		return http.StatusUnprocessableEntity
	case errors.Is(err, iru.NotFound):
		return http.StatusNotFound
	case errors.Is(err, iru.Conflict):
		return http.StatusConflict
	case errors.Is(err, iru.Forbidden):
		return http.StatusForbidden
	case errors.Is(err, iru.Unavailable):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// Fail shows an error as a page and returns the reference under which the caller should log it. A Refusal's reason is shown, since it
// was written for people; other errors are not, they may name what the reader must not know.
func Fail(w http.ResponseWriter, r *http.Request, frame ui.Frame, err error) (reference string) {
	page := ErrorFor(r.Context(), frame, StatusOf(err), err)
	page.Reference = rand.Text()[:10]
	if renderErr := Render(w, r, page.Status, page.View()); renderErr != nil {
		return page.Reference + ": " + renderErr.Error()
	}
	return page.Reference
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

func TestHalfAPageIsNeverSent(t *testing.T) {
	broken := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "<h1>half")
		return errors.New("the second half is missing")
	})
	w := httptest.NewRecorder()
	if err := Render(w, httptest.NewRequest("GET", "/", nil), 200, broken); err == nil {
		t.Error("the error was lost")
	}
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "half") {
		t.Errorf("%d %q", w.Code, w.Body)
	}
	w = httptest.NewRecorder()
	if err := Render(w, httptest.NewRequest("HEAD", "/", nil), 201, ui.Text("x")); err != nil || w.Code != 201 || w.Body.Len() != 0 {
		t.Errorf("HEAD: %v %d %q", err, w.Code, w.Body)
	}
}

func TestStatusOfEveryKind(t *testing.T) {
	for kind, want := range map[error]int{iru.Invalid: 422, iru.NotFound: 404, iru.Conflict: 409, iru.Forbidden: 403, iru.Unavailable: 503, iru.Internal: 500,
		&http.MaxBytesError{Limit: 1}: 413, errors.New("unknown"): 500, iru.Refuse(iru.Forbidden, "no", ""): 403} {
		if got := StatusOf(fmt.Errorf("approve notice: %w", kind)); got != want {
			t.Errorf("%v: %d, want %d", kind, got, want)
		}
	}
}

func TestErrorPageTellsARefusalAndNothingElse(t *testing.T) {
	show := func(err error) (*httptest.ResponseRecorder, string) {
		w := httptest.NewRecorder()
		ref := Fail(w, httptest.NewRequest("GET", "/", nil), ui.Frame{}, err)
		return w, ref
	}
	w, ref := show(fmt.Errorf("approve notice: %w", iru.Refuse(iru.Forbidden, "the first approval was yours", "ask another officer to approve")))
	for _, want := range []string{"the first approval was yours", "ask another officer to approve", "You may not do this", ref} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("page lacks %q", want)
		}
	}
	if w.Code != 403 || len(ref) < 8 {
		t.Errorf("%d, reference %q", w.Code, ref)
	}
	w, _ = show(fmt.Errorf("read /srv/secret/key: %w", iru.Internal))
	if strings.Contains(w.Body.String(), "secret") || w.Code != 500 {
		t.Errorf("%d; an inner error reached the page", w.Code)
	}
}

func TestEveryErrorPageSaysWhatWasKeptAndWhatToTry(t *testing.T) {
	for _, status := range []int{400, 403, 404, 409, 413, 422, 429, 500, 503} {
		for _, lang := range []string{"en", "ar"} {
			ctx := ui.WithLanguage(t.Context(), lang)
			p := ErrorFor(ctx, ui.Frame{}, status, nil)
			if p.What == "" || p.Kept == "" || len(p.Try) == 0 || p.Status != status || p.Frame.Title != p.What {
				t.Errorf("%d: %+v", status, p)
			}
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"strings"

	"golang.org/x/text/language"

	"iolaus/internal/web/ui"
)

const languageCookie = "iolaus_lang"

var languageMatcher = func() language.Matcher {
	var tags []language.Tag
	for _, l := range ui.Languages {
		tags = append(tags, language.MustParse(l.Tag))
	}
	return language.NewMatcher(tags)
}()

// Language puts the language of the interface into the request's context: what was chosen, else what the browser asks for.
func Language(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tag := ""
		if c, err := r.Cookie(languageCookie); err == nil {
			tag = c.Value
		}
		if !known(tag) {
			_, i := language.MatchStrings(languageMatcher, head(r.Header.Get("Accept-Language"), 200))
			tag = ui.Languages[i].Tag
		}
		w.Header().Add("Vary", "Accept-Language")
		next.ServeHTTP(w, r.WithContext(ui.WithLanguage(r.Context(), tag)))
	})
}

func known(tag string) bool {
	for _, l := range ui.Languages {
		if l.Tag == tag {
			return true
		}
	}
	return false
}

func head(s string, n int) string { return s[:min(n, len(s))] }

// SetLanguage answers POST /language: it keeps the choice in a cookie and leads back to the page. secure: over TLS only, whether it ends
// here or before.
func SetLanguage(secure bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { setLanguage(w, r, secure) }
}

func setLanguage(w http.ResponseWriter, r *http.Request, secure bool) {
	if tag := r.PostFormValue("lang"); known(tag) {
		http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: tag, Path: "/", MaxAge: 365 * 24 * 3600, //nolint:gosec // Secure wherever TLS is
			HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: secure})
	}
	http.Redirect(w, r, Local(r.PostFormValue("back")), http.StatusSeeOther)
}

// Local is target if it is a path of this server, else "/": a redirect never leads elsewhere.
func Local(target string) string {
	if len(target) > 2048 || !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") || strings.ContainsAny(target, "\\\r\n\t") {
		return "/"
	}
	return target
}

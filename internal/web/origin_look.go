// SPDX-License-Identifier: EUPL-1.2

package web

import (
	_ "embed"
	"net/http"
	"strings"
	"time"
)

//go:embed look/look.css
var lookSheet string

//go:embed look/covered.css
var coveredSheet string

// sheet answers with a style sheet of our own; it holds no secret.
func (s *origin) sheet(w http.ResponseWriter, r *http.Request) {
	text, ok := map[string]string{"look.css": lookSheet, "covered.css": coveredSheet}[r.PathValue("name")]
	if !ok {
		http.Error(w, "Nothing is here.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(text))
}

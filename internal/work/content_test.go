// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/fetch"
)

// A page is in the language that it declares, unless its text is plainly in another or it declares none; so is plain text.
func TestLanguageOfContent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		const german = "Der Zug kommt in zehn Minuten am Bahnhof an. Das Wetter bleibt heute und morgen überall freundlich und trocken, sagte die Sprecherin."
		html := func(lang, text string) string {
			return answer(200, "", "<!doctype html><html"+lang+"><title>X</title><p>"+text)
		}
		hosts := map[string]struct{ answer, want string }{
			"declared.test": {html(` lang="en-GB"`, forecast), "en-gb"},
			"template.test": {html(` lang="en"`, german), "de"},
			"silent.test":   {html("", german), "de"},
			"short.test":    {html(` lang="tr"`, "Ok"), "tr"},
			"plain.test":    {"HTTP/1.1 200 X\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" + german, "de"},
		}
		for name, h := range hosts {
			s.says(name, h.answer)
		}
		s.look(fetch.Limits{}, nil)
		for name, h := range hosts {
			a, i := s.watch("http://" + name + "/")
			s.ok(s.capture(i, 0))
			if got := s.item(a).Lang; got != h.want {
				t.Errorf("%s: %q, want %q", name, got, h.want)
			}
		}
	})
}

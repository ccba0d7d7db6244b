// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// What a look met is held against what was judged: the same, similar, or something else; of what hides the content nothing is said.
func TestCompare(t *testing.T) {
	w := newWorld(t)
	var lines []string
	for _, s := range strings.Split("rain moves in from the west by noon|the evening tram is late because of snow|ferries sail to the island every hour|a light wind turns to the north at night|gardens open again after the storm on monday|the harbour bridge is closed for repairs", "|") {
		lines = append(lines, s+" and the forecast for "+s+".")
	}
	whole := strings.Join(lines, " ")
	pages := map[string]string{"/same": whole, "/ad": whole + " Umbrellas.", "/half": strings.Join(lines[:3], " ") + " Now the office has moved to another quay.", "/other": strings.Repeat("Stalls sell apples and pears at the fair. ", 9)}
	w.serve("snow.test", func(rw http.ResponseWriter, r *http.Request) {
		switch body, ok := pages[r.URL.Path]; {
		case ok:
			io.WriteString(rw, "<!doctype html><title>T"+r.URL.Path+"</title><p>"+body)
		case r.URL.Path == "/bytes":
			rw.Header().Set("Content-Type", "application/octet-stream")
			io.WriteString(rw, "bytes")
		default:
			rw.WriteHeader(410)
		}
	})
	c := w.client(nil)
	x := Expect{Sketch: recognise.SketchText(whole)}
	for _, k := range []struct {
		path    string
		x       Expect
		want    iru.Content
		outcome iru.Outcome
	}{
		{"/same", x, iru.ContentSame, iru.Up}, {"/ad", x, iru.ContentSame, iru.Up}, {"/half", x, iru.ContentSimilar, iru.Up}, {"/other", x, iru.ContentOther, iru.Altered}, {"/gone", x, iru.ContentUnknown, iru.Gone},
		{"/other", Expect{}, iru.ContentUnknown, iru.Up}, {"/other", Expect{Title: "t/OTHER"}, iru.ContentSimilar, iru.Up}, {"/bytes", Expect{SHA256: hash([]byte("bytes"))}, iru.ContentSame, iru.Up},
		{"/bytes", Expect{SHA256: hash([]byte("others"))}, iru.ContentOther, iru.Altered},
	} {
		s := Look(t.Context(), c, "http://snow.test"+k.path, k.x)
		if s.Content != k.want || s.Outcome != k.outcome || k.want == iru.ContentSame && s.Alike < 90 {
			t.Errorf("%s: %s, %q, %d of 100, want %q", k.path, s.Outcome, s.Content, s.Alike, k.want)
		}
	}
}

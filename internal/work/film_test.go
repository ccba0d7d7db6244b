// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
)

// shot makes a film of ffmpeg's own drawings.
func shot(t *testing.T, args ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "film.mp4")
	cmd := exec.Command("ffmpeg", append(append([]string{"-nostdin", "-v", "error", "-f", "lavfi"}, args...), "-pix_fmt", "yuv420p", path)...)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A film is met again whether it is the page itself or plays in one, coded anew and smaller; another is not, and what is no film is a note.
func TestFilm(t *testing.T) {
	d := dbtest.Open(t)
	s := newScene(t, d)
	const drawing = "testsrc2=s=640x480:d=12:r=10"
	files := map[string][]byte{
		"/ride.mp4":   shot(t, "-i", drawing, "-crf", "18"),
		"/again.mp4":  shot(t, "-i", drawing+",scale=426:320", "-crf", "32", "-g", "17"),
		"/other.mp4":  shot(t, "-i", "mandelbrot=s=640x480:r=10:end_pts=100", "-t", "12"),
		"/broken.mp4": []byte(strings.Repeat("no film", 9999)),
	}
	types := func(path string) string {
		if strings.Contains(path, ".mp4") {
			return "video/mp4"
		}
		return "text/html"
	}
	for _, name := range []string{"ride", "again", "other", "broken"} {
		files["/"+name] = fmt.Appendf(nil, `<!DOCTYPE html><title>Harbour tram</title><p>A ride along the harbour, %s.</p><video><source src="%s.mp4"></video>`, name, name)
	}
	s.host("films.test", func(c net.Conn, path string) {
		body, ok := files[path]
		if !ok {
			fmt.Fprintf(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			return
		}
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", types(path), len(body), body)
	})
	s.look(fetch.Limits{}, nil)
	matches := func(path string) (iru.Exhibit, []iru.Match) {
		t.Helper()
		_, i := s.watch("http://films.test" + path)
		s.ok(s.capture(i, 0))
		x := s.newest()
		s.ok((&matcher{Crew: s.Crew}).Work(t.Context(), &river.Job[desk.Match]{JobRow: &rivertype.JobRow{}, Args: desk.Match{Exhibit: x.ID}}))
		var ms []iru.Match
		s.ok(d.View(t.Context(), func(q *db.Tx) (err error) {
			ms, err = q.MatchesOf(t.Context(), iru.Program(), i.ID)
			return err
		}))
		return x, ms
	}
	x, _ := matches("/ride.mp4")
	var known iru.Known
	for _, p := range x.Prints {
		if p.Medium != iru.MediumVPDQ {
			continue
		}
		sig, err := iru.ParseSignal(p.Medium, p.Value)
		s.ok(err)
		curator := s.scope
		curator.Roles = append(curator.Roles, iru.Analyst)
		known, err = s.Desk.Enter(t.Context(), curator, "films", iru.Known{Label: "The harbour ride", Finding: string(iru.FindRefer), Signals: []iru.Signal{sig}})
		s.ok(err)
	}
	if known.ID == 0 {
		t.Fatalf("a film has no fingerprint: %+v", x.Prints)
	}
	for path, want := range map[string]bool{"/again.mp4": true, "/again": true, "/ride": true, "/other.mp4": false, "/other": false, "/broken": false} {
		_, ms := matches(path)
		if got := len(ms) == 1 && ms[0].Known == known.ID && ms[0].Medium == iru.MediumVPDQ && ms[0].Distance <= .2 && strings.HasSuffix(ms[0].Where, ".mp4"); got != want || !want && len(ms) > 0 {
			t.Errorf("%s: %+v", path, ms)
		}
	}
	_, i := s.watch("http://films.test/broken.mp4")
	s.ok(s.capture(i, 0))
	if m, err := json.Marshal(s.manifest(i)); err != nil || !strings.Contains(string(m), "neither film nor sound of a known format") {
		t.Errorf("%s, %v", m, err)
	}
	// Without ffmpeg a capture goes on, and says what is missing.
	s.Media.Programs.FFmpeg = "/nowhere/ffmpeg"
	_, i = s.watch("http://films.test/ride.mp4?again")
	files["/ride.mp4?again"] = files["/ride.mp4"]
	s.ok(s.capture(i, 0))
	if m, err := json.Marshal(s.manifest(i)); err != nil || !strings.Contains(string(m), "apt-get install ffmpeg") {
		t.Errorf("%s, %v", m, err)
	}
}

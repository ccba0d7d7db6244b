// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/media"
	"iolaus/internal/media/mediatest"
	"iolaus/internal/sandbox"
)

// TestMain lets the test binary be a cell.
func TestMain(m *testing.M) {
	sandbox.Main()
	os.Exit(m.Run())
}

// A live stream is sampled when its asset is visited: a known programme in it becomes a suggestion, and the sample is evidence.
func TestListen(t *testing.T) {
	d := dbtest.Open(t)
	s := newScene(t, d)
	coded := func(name string, sound []byte, args ...string) []byte {
		path := filepath.Join(t.TempDir(), name)
		cmd := exec.Command("ffmpeg", append(append([]string{"-nostdin", "-v", "error", "-i", "-"}, args...), path)...)
		cmd.Stdin = strings.NewReader(string(sound))
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		b, err := os.ReadFile(path)
		s.ok(err)
		return b
	}
	known, other := mediatest.Speech(1, 40), mediatest.Melody(2, 10)
	streams := map[string][]byte{
		"/programme.mp3": coded("a.mp3", mediatest.Wave(append(other, known...)), "-b:a", "64k"),
		"/slow.mp3":      coded("b.mp3", mediatest.Wave(append(other, known...)), "-af", "asetrate=21609,aresample=22050", "-b:a", "64k"),
		"/other.mp3":     coded("c.mp3", mediatest.Wave(mediatest.Speech(3, 40))),
		"/silence.mp3":   coded("d.mp3", mediatest.Wave(make([]float64, 40*mediatest.Hertz))),
		"/broken.mp3":    []byte(strings.Repeat("no sound", 10_000)),
	}
	s.host("radio.test", func(c net.Conn, path string) {
		fmt.Fprintf(c, "HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\nicy-name: Halcyon\r\n\r\n")
		file, _, _ := strings.Cut(path, "?")
		c.Write(streams[file])
		io.Copy(io.Discard, c) // and plays on in silence, until the listener hangs up
	})
	s.look(fetch.Limits{}, nil)
	s.Listen = Listening{For: 2 * time.Second}

	f, err := unnamed(mediatest.Wave(known))
	s.ok(err)
	defer f.Close()
	a, err := media.Audio(t.Context(), f, media.Options{})
	s.ok(err)
	curator := s.scope
	curator.Roles = append(curator.Roles, iru.Analyst)
	k, err := s.Desk.Enter(t.Context(), curator, "broadcasts", iru.Known{Label: "The evening bulletin", Finding: string(iru.FindRefer),
		Signals: []iru.Signal{{Medium: iru.MediumAudio, Value: a.Bytes()}}})
	s.ok(err)
	for path, want := range map[string]string{"/programme.mp3": "", "/slow.mp3": " of its speed", "/other.mp3": "none", "/silence.mp3": "none", "/broken.mp3": "none"} {
		_, i := s.watch("http://radio.test" + path)
		s.ok(s.capture(i, 0))
		x := s.newest()
		s.ok((&matcher{Crew: s.Crew}).Work(t.Context(), &river.Job[desk.Match]{JobRow: &rivertype.JobRow{}, Args: desk.Match{Exhibit: x.ID}}))
		var ms []iru.Match
		s.ok(d.View(t.Context(), func(q *db.Tx) error {
			ms, err = q.MatchesOf(t.Context(), iru.Program(), i.ID)
			return err
		}))
		if want == "none" {
			if len(ms) > 0 {
				t.Errorf("%s: %+v", path, ms)
			}
			continue
		}
		if len(ms) != 1 || ms[0].Known != k.ID || ms[0].Medium != iru.MediumAudio || ms[0].Distance > .2 || !strings.HasSuffix(ms[0].Where, want) {
			t.Errorf("%s: %+v, prints %d", path, ms, len(x.Prints))
		}
		if len(s.file(x, "capture.warc.gz")) < len(streams[path])/2 {
			t.Errorf("%s: the sample is not in the evidence", path)
		}
	}
	// Without ffmpeg a capture goes on, and says what is missing.
	s.Media.Programs.FFmpeg = "/nowhere/ffmpeg"
	_, i := s.watch("http://radio.test/programme.mp3?again")
	s.ok(s.capture(i, 0))
	if m := s.manifest(i); !strings.Contains(fmt.Sprint(m), "is not installed: apt-get install ffmpeg") {
		t.Errorf("%+v", m)
	}
}

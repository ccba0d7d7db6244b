// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/media"
	"iolaus/internal/recognise"
)

// What the stream of the range plays can be recognised: 20 s of it are found in it, and not in another one's.
func TestStreamIsRecognised(t *testing.T) {
	r := start(t, Options{Seed: 1})
	hear := func(id string, from, to int) recognise.Audio {
		a := &Asset{ID: id}
		sound := r.melody(a)
		sound = slices.Concat(sound, sound, sound)
		path := filepath.Join(t.TempDir(), "a.wav")
		if err := os.WriteFile(path, append(wavHeader(), sound[2*sampleRate*from:2*sampleRate*to]...), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		print, err := media.Audio(t.Context(), f, media.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return print
	}
	x := recognise.NewAudioIndex([]recognise.Track{{ID: 1, Audio: hear("one", 0, 32)}, {ID: 2, Audio: hear("two", 0, 32)}})
	if h := x.Search(hear("one", 7, 27)); len(h) == 0 || h[0].Track != 1 || !h[0].Alert {
		t.Errorf("%+v", h)
	}
	for _, h := range x.Search(hear("three", 7, 27)) {
		if h.Alert {
			t.Errorf("another stream: %+v", h)
		}
	}
}

// A station in pieces is the same air: what its playlists lead to, joined, is FLAC that a decoder reads, and is recognised.
func TestPiecesAreRecognised(t *testing.T) {
	r := start(t, Options{Seed: 1})
	a, ok := r.world.asset("hw-evening")
	if !ok && a == nil {
		t.Fatal("no such asset")
	}
	file := func(from, to int64) recognise.Audio {
		body := soundInit(sampleRate)
		for n := from; n < to; n++ {
			body = append(body, soundPiece(r.samples(a, n), n)...)
		}
		path := filepath.Join(t.TempDir(), "a.mp4")
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		print, err := media.Audio(t.Context(), f, media.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if want := time.Duration(to-from)*pieceSeconds*time.Second - 4*time.Second; print.Length() < want {
			t.Errorf("%v were heard of %d pieces", print.Length(), to-from)
		}
		return print
	}
	x := recognise.NewAudioIndex([]recognise.Track{{ID: 1, Audio: file(8, 24)}})
	if h := x.Search(file(900_000_003, 900_000_015)); len(h) == 0 || !h[0].Alert {
		t.Errorf("%+v", h)
	}
}

func TestPlaylistOfPieces(t *testing.T) {
	r := start(t, Options{})
	c := client(t, r, "")
	_, h, master := get(t, c, "https://stream.airwave.test/halcyon-evening/")
	if h.Get("Content-Type") != "application/vnd.apple.mpegurl" || !strings.Contains(master, "\nlive.m3u8\n") {
		t.Fatalf("%v, %s", h, master)
	}
	_, _, list := get(t, c, "https://stream.airwave.test/halcyon-evening/live.m3u8")
	pieces := 0
	for l := range strings.Lines(list) {
		if l = strings.TrimSpace(l); strings.HasPrefix(l, "#") {
			continue
		}
		if s, h, body := get(t, c, "https://stream.airwave.test/halcyon-evening/"+l); s != 200 || h.Get("Content-Type") != "audio/mp4" || len(body) < 2*pieceSamples {
			t.Errorf("%s: %d, %d bytes", l, s, len(body))
		}
		pieces++
	}
	if pieces != pieceWindow || !strings.Contains(list, "#EXT-X-MAP:URI=\"init.mp4\"") || strings.Contains(list, "ENDLIST") {
		t.Errorf("%d pieces: %s", pieces, list)
	}
	for _, gone := range []string{"1.m4s", "99999999999.m4s", "x", "live.m3u"} {
		if s := status(t, c, "https://stream.airwave.test/halcyon-evening/"+gone); s != 404 {
			t.Errorf("%s: %d", gone, s)
		}
	}
	if _, _, m3u := get(t, c, "https://halcyon-weather.test/listen.m3u"); !strings.Contains(m3u, "https://stream.airwave.test/halcyon-evening/") {
		t.Error(m3u)
	}
}

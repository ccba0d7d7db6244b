// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

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

// SPDX-License-Identifier: EUPL-1.2

package media

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"iolaus/internal/iru"
	"iolaus/internal/media/mediatest"
	"iolaus/internal/recognise"
)

func audio(t *testing.T, f *os.File, o Options) recognise.Audio {
	t.Helper()
	a, err := Audio(t.Context(), f, o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Programmes are found after what happens to them on the air, and others are not.
func TestAudioFindsProgrammes(t *testing.T) {
	var files []*os.File
	var tracks []recognise.Track
	for i := range 6 {
		s := mediatest.Melody(uint64(i), 45)
		if i%2 == 1 {
			s = mediatest.Speech(uint64(i), 45)
		}
		files = append(files, written(t, "known.wav", mediatest.Wave(s)))
		tracks = append(tracks, recognise.Track{ID: int64(i), Audio: audio(t, files[i], Options{})})
	}
	x := recognise.NewAudioIndex(tracks)
	for _, c := range []struct {
		name, file string
		args       []string
		speed      float64 // that undoes it
	}{
		{"MP3", "a.mp3", []string{"-b:a", "64k"}, 1},
		{"Opus", "a.opus", []string{"-b:a", "64k"}, 1},
		{"AAC", "a.m4a", []string{"-b:a", "64k"}, 1},
		{"quiet", "a.wav", []string{"-af", "volume=0.2"}, 1},
		{"a cut", "a.wav", []string{"-ss", "11.37", "-t", "25"}, 1},
		{"slow, same pitch", "a.wav", []string{"-af", "atempo=0.98"}, 1},
		{"fast, same pitch", "a.wav", []string{"-af", "atempo=1.04"}, 1},
		{"slow", "a.wav", []string{"-af", "asetrate=21609,aresample=22050"}, 1 / .98},
		{"fast", "a.wav", []string{"-af", "asetrate=22932,aresample=22050"}, 1 / 1.04},
		{"in noise", "a.wav", []string{"-f", "lavfi", "-i", "anoisesrc=a=0.1:seed=3", "-filter_complex", "amix=inputs=2:duration=first"}, 1},
	} {
		for i, f := range files {
			q := audio(t, made(t, c.file, append([]string{"-i", f.Name()}, c.args...)...), Options{Speed: c.speed})
			h := x.Search(q)
			if len(h) != 1 || h[0].Track != int64(i) || !h[0].Alert {
				t.Errorf("%s: programme %d: %+v", c.name, i, h)
			}
		}
	}
	// One of the usual speeds finds what was played too slowly.
	slow := made(t, "a.wav", "-i", files[3].Name(), "-af", "asetrate=21609,aresample=22050")
	if !slices.ContainsFunc(Speeds(), func(s float64) bool {
		h := x.Search(audio(t, slow, Options{Speed: s}))
		return len(h) == 1 && h[0].Track == 3 && h[0].Alert
	}) {
		t.Error("no speed finds a slow programme")
	}
	for name, s := range map[string][]float64{"melody": mediatest.Melody(100, 30), "speech": mediatest.Speech(100, 30), "another": mediatest.Melody(102, 30)} {
		if h := x.Search(audio(t, written(t, "other.wav", mediatest.Wave(s)), Options{})); len(h) > 0 {
			t.Errorf("another %s: %+v", name, h)
		}
	}
}

// What says nothing never matches, not even itself.
func TestAudioOfNothing(t *testing.T) {
	for _, source := range []string{"anullsrc", "sine=f=440", "sine=f=330:beep_factor=3", "anoisesrc=c=white:seed=%", "anoisesrc=c=pink:seed=%", "anoisesrc=c=brown:seed=%"} {
		a := audio(t, made(t, "a.mp3", "-f", "lavfi", "-i", strings.ReplaceAll(source, "%", "1"), "-t", "30", "-b:a", "64k"), Options{})
		b := audio(t, made(t, "b.opus", "-f", "lavfi", "-i", strings.ReplaceAll(source, "%", "2"), "-t", "30", "-b:a", "64k"), Options{})
		x := recognise.NewAudioIndex([]recognise.Track{{ID: 1, Audio: a}})
		if h := append(x.Search(a), x.Search(b)...); len(h) > 0 || !a.Dull() || !b.Dull() {
			t.Errorf("%s: %+v, dull %v %v", source, h, a.Dull(), b.Dull())
		}
	}
}

// Both ways to a fingerprint are one, and are the one of fpcalc by itself.
func TestAudioIsFpcalc(t *testing.T) {
	f := made(t, "a.mp3", "-f", "lavfi", "-i", "aevalsrc=0.4*sin(2*PI*t*(300+40*floor(t*3)))", "-t", "20", "-b:a", "64k")
	a := audio(t, f, Options{})
	b, err := Options{}.filled().fpcalc(t.Context(), f)
	if err != nil || !slices.Equal(a, b) {
		t.Errorf("%d and %d values, %v, %v", len(a), len(b), a.ErrorRate(b), err)
	}
	for _, args := range [][]string{{"-raw"}, nil} {
		out, _ := exec.Command("fpcalc", append(args, "-length", "0", f.Name())...).Output() // leaves with a code now and then
		c, err := recognise.ParseAudio(string(out))
		if n := min(len(a), len(c)); err != nil || n < 100 || a[:n].ErrorRate(c[:n]) > .01 {
			t.Errorf("fpcalc %v: %d and %d values, %v", args, len(a), len(c), err)
		}
	}
	if cut := audio(t, f, Options{Length: 1e10}); len(cut) >= len(a) || len(cut) < 50 {
		t.Error(len(cut))
	}
}

// Where a program is not installed, that is said, with what to install.
func TestMissing(t *testing.T) {
	f := written(t, "a", nil)
	none := Programs{FFmpeg: "/nowhere/ffmpeg", FFprobe: "/nowhere/ffprobe"}
	_, err := Audio(t.Context(), f, Options{Programs: none})
	_, err2 := Video(t.Context(), f, Options{Programs: none})
	_, err3 := Probe(t.Context(), f, Options{Programs: none})
	for _, err := range []error{err, err2, err3} {
		if !errors.Is(err, iru.Unavailable) || !strings.Contains(err.Error(), "is not installed: apt-get install ffmpeg") {
			t.Error(err)
		}
	}
	if m := none.Missing(); len(m) != 2 {
		t.Error(m)
	}
	if m := (Programs{}).Missing(); m != nil {
		t.Error(m)
	}
}

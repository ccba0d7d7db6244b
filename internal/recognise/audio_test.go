// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// sound makes a fingerprint that changes as music does: some bits each step.
func sound(seed uint64, n int) Audio {
	g := rand.New(rand.NewPCG(seed, 2))
	a := make(Audio, n)
	v := g.Uint32()
	for i := range a {
		for range 1 + g.IntN(8) {
			v ^= 1 << g.IntN(32)
		}
		a[i] = v
	}
	return a
}

// spoilt has about that share of its bits changed, in bursts: half of its values stay nearly whole.
func spoilt(a Audio, seed uint64, share float64) Audio {
	g := rand.New(rand.NewPCG(seed, 3))
	out := slices.Clone(a)
	for i := range out {
		share := share * 2 * .9
		if i/3%2 == 0 {
			share /= 9
		}
		for b := range 32 {
			if g.Float64() < share {
				out[i] ^= 1 << b
			}
		}
	}
	return out
}

// stretched plays at a speed.
func stretched(a Audio, speed float64) Audio {
	var out Audio
	for i := 0; int(math.Round(float64(i)*speed)) < len(a); i++ {
		out = append(out, a[int(math.Round(float64(i)*speed))])
	}
	return out
}

func TestAudioSearch(t *testing.T) {
	var tracks []Track
	for i := range 20 {
		tracks = append(tracks, Track{int64(100 + i), sound(uint64(i), 500)})
	}
	x := NewAudioIndex(tracks)
	a := tracks[7].Audio
	other := sound(99, 400)
	for _, c := range []struct {
		name  string
		query Audio
		want  string // alert, candidate or nothing
		at    int    // where the track begins in the query, less where in the track
	}{
		{"itself", a, "alert", 0},
		{"two windows", a[200 : 200+AudioWindow+AudioHop], "alert", -200},
		{"one window", a[200 : 200+AudioWindow], "candidate", -200},
		{"under a window", a[200 : 200+AudioWindow-1], "nothing", 0},
		{"spoilt", spoilt(a, 1, .15), "alert", 0},
		{"between match and candidate", spoilt(a, 1, .24), "candidate", 0},
		{"beyond a candidate", spoilt(a, 1, .34), "nothing", 0},
		{"slow", stretched(a, .96), "alert", 0},
		{"fast", spoilt(stretched(a, 1.04), 1, .05), "alert", 0},
		{"too fast", stretched(a, 1.5), "nothing", 0},
		{"in between", slices.Concat(other[:100], a[120:300], other[100:]), "alert", -20},
		{"another", other, "nothing", 0},
	} {
		hits := x.Search(c.query)
		got := "nothing"
		if len(hits) > 0 {
			got = "candidate"
			if hits[0].Alert {
				got = "alert"
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s: %+v", c.name, got, c.want, hits)
			continue
		}
		for _, h := range hits {
			if h.Track != 107 {
				t.Errorf("%s: %+v", c.name, h)
			}
		}
		if got != "nothing" {
			if d := hits[0].In - hits[0].At + time.Duration(c.at)*AudioStep; d < -2*slack*AudioStep || d > 2*slack*AudioStep {
				t.Errorf("%s: found at %v in %v, off by %v", c.name, hits[0].At, hits[0].In, d)
			}
		}
	}
	if h := x.Search(stretched(a, .97)); len(h) != 1 || math.Abs(h[0].Speed-.97) > .005 || h[0].Windows < 10 {
		t.Errorf("its speed: %+v", h)
	}
}

// What says nothing is not known and not found, however alike it is.
func TestAudioDull(t *testing.T) {
	silence := Audio(slices.Repeat([]uint32{627964279}, 400)) // what chromaprint makes of silence
	noise := spoilt(silence, 1, .1)
	x := NewAudioIndex([]Track{{1, silence}, {2, noise}, {3, slices.Concat(silence, sound(1, 300), silence)}})
	for name, q := range map[string]Audio{"silence": silence, "noise": noise, "other noise": spoilt(silence, 2, .1), "none": nil} {
		if h := x.Search(q); len(h) > 0 || !q.Dull() {
			t.Errorf("%s: %+v, dull %v", name, h, q.Dull())
		}
	}
	if h := x.Search(slices.Concat(silence, sound(1, 300))); len(h) != 1 || h[0].Track != 3 || !h[0].Alert {
		t.Errorf("%+v", h)
	}
	if NewAudioIndex(nil).Search(sound(1, 300)) != nil {
		t.Error("found where nothing is known")
	}
}

func TestAudioForms(t *testing.T) {
	a := sound(4, 300)
	a[10], a[11] = 0, 1<<32-1
	for name, s := range map[string]string{
		"raw":           a.Raw(),
		"compressed":    a.Compressed(),
		"as fpcalc raw": "DURATION=37\nFINGERPRINT=" + a.Raw() + "\n",
		"as fpcalc":     "FILE=a.wav\r\nDURATION=37\r\nFINGERPRINT=" + a.Compressed() + "\r\n",
	} {
		if b, err := ParseAudio(s); err != nil || !slices.Equal(a, b) {
			t.Errorf("%s: %v, %v", name, b, err)
		}
	}
	if b, err := ParseAudio("-1,-2147483648,4294967295"); err != nil || !slices.Equal(b, Audio{1<<32 - 1, 1 << 31, 1<<32 - 1}) {
		t.Error(b, err)
	}
	if b, err := AudioFromBytes(a.Bytes()); err != nil || !slices.Equal(a, b) {
		t.Error(b, err)
	}
	for s, want := range map[string]string{
		"":                        "number 1",
		"1,,2":                    "number 2",
		"1,4294967296":            "number 2",
		"1,-2147483649":           "number 2",
		"1,+1":                    "number 2",
		"1, 2":                    "number 2",
		"!!!!":                    "neither numbers nor",
		"AQA":                     "neither numbers nor",
		"AgAAAQA":                 "algorithm 2",
		"AQAAAAA":                 "0 values",
		"AQ____8":                 "cannot be in",
		"FINGERPRINT=1\nSONG=x":   "line 2",
		a.Compressed()[:100]:      "values",
		a.Compressed() + "AAAAAA": "",
	} {
		if b, err := ParseAudio(s); !errors.Is(err, ErrSyntax) || !strings.Contains(err.Error(), want) || b != nil {
			t.Errorf("%.40q: %v, %v", s, b, err)
		}
	}
	for _, b := range [][]byte{nil, {1, 2, 3}} {
		if _, err := AudioFromBytes(b); !errors.Is(err, ErrSyntax) {
			t.Error(err)
		}
	}
}

func FuzzParseAudio(f *testing.F) {
	f.Add("1,2,3")
	f.Add(sound(1, 40).Compressed())
	f.Add("DURATION=3\nFINGERPRINT=AQAAAQA")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAudio(s)
		if err != nil {
			return
		}
		for _, again := range []string{a.Raw(), a.Compressed()} {
			if b, err := ParseAudio(again); err != nil || !slices.Equal(a, b) {
				t.Fatalf("%v became %v, %v", a, b, err)
			}
		}
	})
}

// A query of 30 s against 35 hours of other sound.
func BenchmarkAudioSearch(b *testing.B) {
	var tracks []Track
	for i := range 100 {
		tracks = append(tracks, Track{int64(i), sound(uint64(i), 10_000)})
	}
	x := NewAudioIndex(tracks)
	q := spoilt(tracks[50].Audio[5000:5240], 1, .1)
	for b.Loop() {
		if h := x.Search(q); len(h) != 1 || !h[0].Alert {
			b.Fatal(h)
		}
	}
}

// A joined index is the one that would have been made at once, and tracks that do not speak hide nothing.
func TestAudioJoin(t *testing.T) {
	var tracks []Track
	for i := range 9 {
		tracks = append(tracks, Track{int64(i), sound(uint64(i), 300+i)})
	}
	tracks = append(tracks, Track{90, nil}, Track{91, sound(0, 40)}, Track{92, sound(3, 300)})
	whole := NewAudioIndex(tracks)
	for _, at := range []int{0, 1, 5, 10, len(tracks)} {
		x := JoinAudio(NewAudioIndex(tracks[:at]), NewAudioIndex(tracks[at:]))
		if !slices.Equal(x.keys, whole.keys) || !slices.Equal(x.starts, whole.starts) || !slices.Equal(x.bucket, whole.bucket) || x.Len() != whole.Len() {
			t.Errorf("joined at %d it is another one", at)
		}
	}
	for i := 1; i < len(whole.keys); i++ {
		if whole.keys[i-1] >= whole.keys[i] {
			t.Fatalf("key %d is not above the one before", i)
		}
	}
	// Two hundred copies, with more votes than the true track has, speak to others only.
	crowd := []Track{{1, spoilt(sound(50, 400), 1, .1)}}
	for i := range 200 {
		crowd = append(crowd, Track{int64(1000 + i), sound(50, 400)})
	}
	x := NewAudioIndex(crowd)
	if h := x.Search(sound(50, 400)); slices.ContainsFunc(h, func(h AudioHit) bool { return h.Track == 1 }) {
		t.Fatal("the crowd hides nothing: the test says nothing")
	}
	if h := x.SearchAmong(sound(50, 400), func(track int64) bool { return track == 1 }); len(h) != 1 || h[0].Track != 1 || !h[0].Alert {
		t.Errorf("%+v", h)
	}
}

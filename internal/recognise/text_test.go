// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want, why string }{
		{"Strassenbahn nach KÖLN", "strassenbahn nach koln", "case and accents"},
		{"Straße, Ærø, Łódź, œuvre, þing", "strasse, aero, lodz, oeuvre, thing", "letters without decomposition"},
		{"İSTANBUL ılık", "istanbul ilik", "dotted and dotless i"},
		{"Ёлка, Йод", "елка, иод", "yo, and short i as its base letter"},
		{"ΤΡΕΝΟΣ τρένος", "τρενοσ τρενοσ", "final sigma"},
		{"ﬁve ½ ℃ Ａ１", "five 1⁄2 °c a1", "compatibility forms"},
		{"قِطَارٌ", "قطار", "harakat"},
		{"قـــطار", "قطار", "tatweel"},
		{"أإآٱا", "ااااا", "alef family"},
		{"ىيیئ", "يييي", "yeh family"},
		{"كکڪ", "ككك", "kaf family"},
		{"محطة محطه", "محطه محطه", "teh marbuta and heh"},
		{"ہھەۀ", "هههه", "heh family"},
		{"ﻗﻄﺎﺭ", "قطار", "presentation forms"},
		{"٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ ০১২ ९", "0123456789 0123456789 012 9", "digits of all scripts"},
		{"می\u200cشود \u202bتراموا\u202c", "ميشود تراموا", "joiners and bidi controls"},
		{"רַכֶּבֶת", "רכבת", "niqqud"},
		{"বৃষ্টি", "বৃষ্টি", "Bengali vowel signs stay"},
		{"ガタンゴトン ｶﾞ", "ガタンゴトン ガ", "kana keep their voicing, half width becomes whole"},
		{"한국", "한국", "Hangul comes back composed"},
		{"z" + strings.Repeat("\u0300", 500) + "ug", "zug", "piled accents"},
		{"a\xffb", "a\ufffdb", "invalid UTF-8"},
		{"", "", "nothing"},
	} {
		if got := Fold(c.in); got != c.want {
			t.Errorf("%s: Fold(%q) = %q, want %q", c.why, c.in, got, c.want)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Straße İı", "قِطَارٌ", "\u0995" + strings.Repeat("\u09bc", 40), "\u1e9e\u0130\u03f4", "a\xff\u0301", "\u2126\u212b", "가\u11a8", "\ufdfa"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if twice := Fold(once); twice != once {
			t.Fatalf("folding %q twice: %q, then %q", s, once, twice)
		}
		if !utf8.ValidString(once) {
			t.Fatalf("Fold(%q) is not UTF-8", s)
		}
		Shingles(s, 3)
		if d := Direction(s); d != "ltr" && d != "rtl" {
			t.Fatalf("direction %q", d)
		}
	})
}

func TestShingles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		n    int
		want int
	}{{"", 3, 0}, {" .,- ", 3, 0}, {"rain", 3, 1}, {"rain and wind", 3, 1}, {"rain, and wind; later sun", 3, 3}, {"明日は雨", 3, 2}, {"rain rain", 0, 2}} {
		if got := Shingles(c.text, c.n); len(got) != c.want {
			t.Errorf("%q has %d shingles of %d, want %d", c.text, len(got), c.n, c.want)
		}
	}
	if !slices.Equal(Shingles("Rain — AND wind", 2), Shingles("rain and\nwínd", 2)) {
		t.Error("spelling changes the shingles")
	}
	if slices.Equal(Shingles("ab c", 2), Shingles("a bc", 2)) {
		t.Error("word boundaries do not count")
	}
	// The hash is part of the stored form.
	if got := Shingles("rain", 1)[0]; got != 0x7c7c08b0513cf17d {
		t.Errorf("shingle of rain is %#x: stored sketches would no longer compare", got)
	}
}

const forecast = `Tomorrow begins with fog along the river, and the first trams will run with lights on. Before noon a light wind
from the west clears the sky, so that trains on the coast line have a dry afternoon. In the evening clouds return over the hills,
and after ten there may be rain as far as the harbour. The night bus waits for the last ferry, as it does all summer.`

func TestNearDuplicates(t *testing.T) {
	t.Parallel()
	a := SketchText(forecast)
	edited := SketchText(strings.Replace(forecast, "light wind", "strong wind", 1))
	other := SketchText("The museum of trams opens on Sunday. Children ride free on the old line to the lake, where the band plays at four.")
	if s := Similarity(a, a); s != 1 {
		t.Error("a text resembles itself by", s)
	}
	if s := Similarity(a, edited); s < 0.7 || s >= 1 {
		t.Error("one word changed: similarity", s)
	}
	if s := Similarity(a, other); s > 0.05 {
		t.Error("another text: similarity", s)
	}
	if s := Similarity(nil, nil) + Similarity(a, Sketch{}); s != 0 {
		t.Error("nothing resembles something by", s)
	}
	h := func(s string) uint64 { return SimHash(Shingles(s, 1)) }
	near := SimHashDistance(h(forecast), h(strings.Replace(forecast, "light wind", "strong wind", 1)))
	far := SimHashDistance(h(forecast), h("The museum of trams opens on Sunday. Children ride free on the old line."))
	if near > 8 || far < 12 || SimHash(nil) != 0 {
		t.Errorf("simhash: near %d bits, far %d bits", near, far)
	}
	arabic, spelt := "القطار الأول إلى المحطة يصل في الساعة السابعة صباحا", "القطار الاول الي المحطه يصل فى الساعة السابعة صباحًا"
	if s := Similarity(SketchText(arabic), SketchText(spelt)); s != 1 {
		t.Error("two spellings of one Arabic sentence: similarity", s)
	}
}

// The estimate stays within four standard errors of the true overlap, and does not depend on the order of its arguments.
func TestSimilarityEstimatesJaccard(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		shared, onlyA, onlyB := rapid.IntRange(0, 2000).Draw(r, "shared"), rapid.IntRange(0, 2000).Draw(r, "a"), rapid.IntRange(0, 2000).Draw(r, "b")
		seed := rapid.Uint64().Draw(r, "seed")
		run := func(from, n int) (out []uint64) {
			for i := range n {
				out = append(out, finish(seed+uint64(from+i)))
			}
			return out
		}
		common := run(0, shared)
		a, b := NewSketch(append(run(10_000, onlyA), common...)), NewSketch(append(run(20_000, onlyB), common...))
		got, truth := Similarity(a, b), 0.0
		if union := shared + onlyA + onlyB; union > 0 && len(a) > 0 && len(b) > 0 {
			truth = float64(shared) / float64(union)
		}
		if math.Abs(got-truth) > 5*math.Sqrt(0.25/SketchSize) || got != Similarity(b, a) {
			r.Fatalf("estimate %.3f, truth %.3f", got, truth)
		}
		back, err := ParseSketch(a.String())
		if err != nil || !slices.Equal(back, a) {
			r.Fatalf("read back %v", err)
		}
	})
}

func FuzzParseSketch(f *testing.F) {
	for _, s := range []string{"", "bk1:", SketchText(forecast).String(), "bk1:AAAA", "bk1:AAAAAAAAAAAAAAAAAAAAAA", "bk2:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		sketch, err := ParseSketch(s)
		if err != nil {
			if !errors.Is(err, ErrSyntax) {
				t.Fatal(err)
			}
			return
		}
		if sketch.String() != s {
			t.Fatalf("%q is read but written %q", s, sketch.String())
		}
	})
}

func TestScript(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, script, direction string }{
		{"The tram is late", "Latn", "ltr"},
		{"القطار متأخر (train 12)", "Arab", "rtl"},
		{"قطار ساعت ۱۲ می‌رسد", "Arab", "rtl"},
		{"Поезд опаздывает", "Cyrl", "ltr"},
		{"ট্রেন দেরি করছে", "Beng", "ltr"},
		{"הרכבת מאחרת", "Hebr", "rtl"},
		{"電車が遅れています", "Jpan", "ltr"},
		{"火车晚点", "Hani", "ltr"},
		{"기차가 늦어요", "Hang", "ltr"},
		{"Τρένο", "Grek", "ltr"},
		{"ރޭލު", "Thaa", "rtl"},
		{"12:30 — 13:45 !", "", "ltr"},
		{"", "", "ltr"},
		{strings.Repeat("tram ", 2000) + strings.Repeat("قطار", 9000), "Latn", "ltr"},
	} {
		if s, d := Script(c.text), Direction(c.text); s != c.script || d != c.direction {
			t.Errorf("%.30q: %s %s, want %s %s", c.text, s, d, c.script, c.direction)
		}
	}
}

// What is stored must stay comparable: Fold and the sketch of a text are what they were.
func TestStoredSketchesStay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]uint64{
		forecast: 0x89ea8e68174fc112,
		"القِطَارُ الأوّل إلى المحطة يصل في الساعة ٧": 0x39df741a8b55a42f,
		"قطار ساعت ۱۲ به ایستگاه می‌رسد":              0xb12753f5d87ee26e,
		"Ёлка у вокзала, поезд идёт":                  0x5a3d70420d818a5b,
		"Straße nach KÖLN, İstanbul ılık":             0xd57adb3b7c9fac3d,
		"আজ বৃষ্টির সময় ট্রেন দেরি":                  0x9afc3f29c8f884ff,
		"明日の電車は遅れます ｶﾞ 한국":                            0x4081acb2a9531c3d,
		"a\xffb z\u0300\u0301 \u00ad½ ℃":              0x35933a6e619d075e,
	} {
		h := uint64(hashStart)
		for _, v := range SketchText(text) {
			h = finish(h ^ v)
		}
		if h != want {
			t.Errorf("sketch of %.20q: %#x, want %#x", text, h, want)
		}
	}
}

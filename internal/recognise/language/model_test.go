// SPDX-License-Identifier: EUPL-1.2

package language

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

// The model has the size that the groups say, at most a megabyte, and rows that the sums have room for.
func TestModel(t *testing.T) {
	t.Parallel()
	size := 0
	for i, g := range Groups() {
		size += g.Size()
		if g.Lanes() > maxLanes || g.Lanes()%8 != 0 || len(g.Langs) > g.Lanes() {
			t.Errorf("group %d: %d languages in %d lanes", i, len(g.Langs), g.Lanes())
		}
		if len(slices.Compact(slices.Sorted(slices.Values(g.Langs)))) != len(g.Langs) {
			t.Errorf("group %d names a language twice", i)
		}
	}
	if size != len(model) || size > 1<<20 {
		t.Errorf("%d bytes of model, want %d", len(model), size)
	}
	if longest*(maxWord+2)+1 > 256 {
		t.Error("a word has more features than a lane of 16 bits has room for")
	}
	if !Knows("ckb") || Knows("xx") {
		t.Error("Knows")
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Der Zug, 12:45!":                                "der zug",
		"l'été d’hiver 'quoted' o‘zbek":                  "l'été d'hiver quoted o'zbek",
		"see https://a.test/the/path and www.b.test now": "see and now",
		"@anna ask ben@mail.test (http://c.test) a@b":    "ask a b",
		"火车http://c.test到站":                              "火车 到站",
		"مَدْرَسَة كتـــاب می‌رسد":                       "مدرسة كتاب میرسد",
		"a\xffb \xc3 c\u202ed":                           "ab cd",
		"İstanbul IĞDIR ПОЕЗД":                           "istanbul iğdir поезд",
		"":                                               "",
		strings.Repeat("a", 2*maxWord+1):                 strings.Repeat("a", maxWord) + " " + strings.Repeat("a", maxWord) + " a",
	} {
		var got []string
		Words(text, func(w []rune) bool {
			got = append(got, string(w))
			return true
		})
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", text, strings.Join(got, " "), want)
		}
	}
}

// The letters that are sorted out by block are sorted as the tables would.
func TestKindByBlock(t *testing.T) {
	t.Parallel()
	for r := rune(0x80); r < 0x800; r++ {
		if k := kind(r); k == letter && !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) || k == other && unicode.IsLetter(r) {
			t.Errorf("%U is of kind %d", r, k)
		}
		if got := lower(r); r != 0x130 && got != unicode.ToLower(r) {
			t.Errorf("%U in lower case is %U", r, got)
		}
	}
}

// Of the held-out articles of the declaration, nine fragments of three words in ten are named rightly, as a mean of languages, and nearly
// all of ten words. The measures against others are BenchmarkAccuracy's.
func TestHeldOut(t *testing.T) {
	t.Parallel()
	samples := readSamples(t, "testdata/udhr.txt")
	any := func(string) bool { return true }
	for n, least := range map[int]float64{1: 0.72, 3: 0.91, 10: 0.95} {
		if got := measure(samples, n).mean(any); got < least {
			t.Errorf("%d words: %.3f are right, want %.2f", n, got, least)
		}
	}
}

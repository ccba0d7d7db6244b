// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func searchWords(text string) (out []string) {
	SearchWords(text, func(w Word) bool { out = append(out, w.Text); return true })
	return out
}

func TestSearchWords(t *testing.T) {
	for text, want := range map[string]string{
		"The tram, Line 5!": "the tram line 5",
		"":                  "",
		"— … !":             "",
		"Straße ÉCOLE":      "strasse ecole",
		"الأَخْبَارُ العربيّة":              "الاخبار العربيه",
		"نشرة ۱۲ و١٢":                       "نشره 12 و12",
		"天气预报":                              "天气 气预 预报 报",
		"天气\n预报":                            "天气 气预 预报 报",
		"天气。预报":                             "天气 气 预报 报",
		"5月":                                "5 月",
		"พยากรณ์":                           "พย ยา าก กร รณ์ ณ์",
		"tram天气bus":                         "tram 天气 气 bus",
		"ক্ষ মেঘ":                           "ক্ষ মেঘ",
		"a\u200bb \u202eright\u202c":        "ab right",
		"カタカナ ｶﾞ":                           "カタ タカ カナ ナガ ガ",
		strings.Repeat("x", 100):            strings.Repeat("x", MaxSearchWord),
		"broken\xff\xfeutf":                 "broken utf",
		"e\u0301" + strings.Repeat("́", 40): "e",
	} {
		if got := strings.Join(searchWords(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// What is asked for is found wherever it stands: the words of a part of a text stand one after another in the text.
func TestQueryWords(t *testing.T) {
	for _, c := range []struct {
		query, words string
		open         bool
	}{
		{"Tram", "tram", false}, {"Line-5", "line 5", false}, {"天", "天", true}, {"天气", "天气", false}, {"天气预报", "天气 气预 预报", false},
		{"5月", "5 月", true}, {"月5", "月 5", false}, {"ab天", "ab 天", true}, {"天气x", "天气 气 x", false}, {"ณ์", "ณ์", true}, {"?!", "", false},
	} {
		words, open := QueryWords(c.query)
		if got := strings.Join(words, " "); got != c.words || open != c.open {
			t.Errorf("%q: %q, %v", c.query, got, open)
		}
	}
	text := "Am Abend zeigt 天气预报 des Senders พยากรณ์อากาศ und 5月3日 Regen."
	for _, q := range []string{"气预", "报", "预报", "天气预报 des", "อากาศ", "5月3日 regen", "3日", "ยากรณ์", "月"} {
		words, open := QueryWords(q)
		places, _ := Find(text, []Phrase{{words, open}})
		if len(places) == 0 {
			t.Errorf("%q is not found", q)
		}
		for _, p := range places {
			if got := text[p.Start:p.End]; !strings.EqualFold(got, q) {
				t.Errorf("%q was found as %q", q, got)
			}
		}
	}
}

func TestExcerpts(t *testing.T) {
	far := strings.Repeat("Nothing happens on this line. ", 40)
	text := "Trams. " + far + "Der Zug fährt nach KÖLN, und der Regen bleibt. " + far
	phrase := func(s string) Phrase { w, open := QueryWords(s); return Phrase{w, open} }
	x := Excerpts(text, []Phrase{phrase("trams"), phrase("köln"), phrase("der regen")}, 120)
	var hits []string
	for _, h := range x.Hits {
		hits = append(hits, x.Text[h.Start:h.End])
	}
	if strings.Join(hits, "|") != "KÖLN|der Regen" || text[x.Start:x.Start+len(x.Text)] != x.Text || !x.More || x.Start == 0 {
		t.Errorf("%+v, %q", x, hits)
	}
	if x := Excerpts(text, []Phrase{phrase("snow")}, 40); x.Start != 0 || len(x.Hits) != 0 || !strings.HasPrefix(x.Text, "Trams.") {
		t.Errorf("nothing found: %+v", x)
	}
	ar := "قالت النشرة إنّ القِطَارَ يتأخّر اليوم (Tram 5) في المدينة."
	x = Excerpts(ar, []Phrase{phrase("القطار"), phrase("tram 5")}, 200)
	if len(x.Hits) != 2 || x.Text[x.Hits[0].Start:x.Hits[0].End] != "القِطَارَ" || x.Text[x.Hits[1].Start:x.Hits[1].End] != "Tram 5" {
		t.Errorf("arabic: %+v", x)
	}
	if x := Excerpts("天气预报说今天下雨", []Phrase{phrase("预报"), phrase("下")}, 200); len(x.Hits) != 2 || x.Text[x.Hits[0].Start:x.Hits[0].End] != "预报" || x.Text[x.Hits[1].Start:x.Hits[1].End] != "下" {
		t.Errorf("chinese: %+v", x)
	}
	if x := Excerpts("ba bar", []Phrase{{Words: []string{"ba"}, Open: true}}, 100); len(x.Hits) != 2 || x.Hits[1] != (Place{3, 6}) {
		t.Errorf("beginning of a word: %+v", x)
	}
}

func FuzzSearchSpans(f *testing.F) {
	for _, s := range []string{"Tram 5月3日 القِطَارَ", "\u1100\u1161\u11a8", "ﷺ天\u0301\u0e31", "a\u0301\u0340\u200d\u0640b", "e\xff\u0345Σ", "\u0930\u093c\u0958"} {
		f.Add(s, 30)
	}
	f.Fuzz(func(t *testing.T, text string, size int) {
		want := searchWords(text)
		var got []string
		last := 0
		SearchSpans(text, func(w Word) bool {
			if w.Start < last || w.First <= w.Start || w.End < w.First || w.End > len(text) {
				t.Fatalf("%q: a word at %d, %d, %d after %d", text, w.Start, w.First, w.End, last)
			}
			last, got = w.Start, append(got, w.Text)
			return true
		})
		if !slices.Equal(got, want) {
			t.Fatalf("%q: %q with places, %q without", text, got, want)
		}
		size = min(max(size, 1), 1000)
		words, open := QueryWords(text[:len(text)/2])
		x := Excerpts(text, []Phrase{{words, open}}, size)
		if x.Start < 0 || x.Start+len(x.Text) > len(text) || text[x.Start:x.Start+len(x.Text)] != x.Text || utf8.ValidString(text) && !utf8.ValidString(x.Text) {
			t.Fatalf("%q: %+v", text, x)
		}
		end := 0
		for _, h := range x.Hits {
			if h.Start < end || h.End <= h.Start || h.End > len(x.Text) {
				t.Fatalf("%q: %+v", text, x)
			}
			end = h.End
		}
	})
}

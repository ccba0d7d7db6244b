// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// found is the words of the text that a single term marks.
func found(t *testing.T, lang, term, text string) []string {
	t.Helper()
	ts, err := CompileTerms([]Term{{7, term, lang}})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ts.Find(text, func(h TermHit) bool {
		if h.Term != 7 {
			t.Errorf("term %d", h.Term)
		}
		out = append(out, text[h.Start:h.End])
		return true
	})
	return out
}

// Each text is a sentence with the term's place between brackets, or with none where it must not hit.
func TestTermSpellings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang, term string
		texts      []string
	}{
		{"ar", "قطار الميناء", []string{
			"وصل [قطار الميناء] صباحا",
			"وصل [قِطَارُ المِينَاءِ] صباحًا",
			"وصل [قـــطار الميـناء] صباحا",
			"ازدحام في [القطار الميناء]، مطر",
			"سافرنا [بقطار الميناء] أمس",
			"[وقطار الميناء] متأخر",
			"[وبقطار الميناء] نصل", // conjunction, then preposition
			"[قطار والميناء] بعيد",
			"[قطار للميناء]",
			"[قطار\u00a0الميناء] [وقطار،\nالميناء]",
			"[ﻗﻄﺎﺭ ﺍﻟﻤﻴﻨﺎﺀ] قديم",
			"\u202b[قطار\u202c الميناء]\u202c",
			"قطارات الميناء", // another word
			"قطار ميناء صغير",
			"وصل قطار. الميناء هادئ",
			"هل وصل قطار؟ الميناء هادئ",
			"قطار\n\nالميناء",
		}},
		{"ar", "محطة", []string{"في [محطه] بعيدة", "في [المحطة]", "من [محطتهم] إلى [محطتنا]", "[وللمحطة] بابان", "محطتان", "محط"}},
		{"ar", "إعلان", []string{"قرأ [الاعلان]", "قرأ [أعلان]", "قرأ [إِعْلَان]", "اعلانات"}},
		{"ar", "الجو", []string{"حالة [الجو]", "حالة [بالجو] [وللجو]", "جو بارد"}},
		{"ar", "رد", []string{"ورد أحمر", "برد شديد", "[رد] سريع", "[الرد] سريع"}},
		{"ar", "على المقعد ١٢", []string{"جلس [على المقعد 12] هنا", "جلس [علي المقعد ۱۲] هنا", "على المقعد 120"}},
		{"fa", "می‌رود", []string{"قطار [می‌رود] تا بندر", "قطار [مي\u200cرود] تا بندر", "قطار [میرود] تا بندر", "قطار [می رود] تا بندر", "نمی‌روند"}},
		{"fa", "کتابخانه ایستگاه", []string{"نزدیک [کتابخانه ایستگاه] است", "نزدیک [كتابخانه ايستگاه] است", "نزدیک [کتاب‌خانه ایستگاه] است", "کتاب خانه ایستگاه"}},
		{"fa", "قطار", []string{"[قطار‌]ها دیر آمدند", "قطارها", "باقطار", "و‌[قطار]", "بهترین [قطارِ] شهر"}},
		{"fa", "سکوی ۱۲", []string{"[سکوی 12] شلوغ است", "[سكوي ١٢] شلوغ است"}},
		{"ur", "ریلوے اسٹیشن", []string{"ہم [ریلوے اسٹیشن] پہنچے", "ہم [ريلوي اسٹيشن] پہنچے", "ریلوے اسٹیشنوں پر"}},
		{"ur", "بھاری بارش", []string{"کل [بھاری بارش] ہوگی", "کل [بهاري بارش] ہوگی", "بھاری بارشوں"}},
		{"ur", "سردیاں", []string{"[سردیان] آئیں", "[سردياں] آئیں"}},
		{"ckb", "شەمەندەفەری بەندەر", []string{
			"[شەمەندەفەری بەندەر] گەیشت", "[شه‌مه‌نده‌فه‌ري به‌نده‌ر] گەیشت", "[شەمەندەفەرى بەندەر] گەیشت", "شەمەندەفەرەکان", "شەمەندەفەری بەندەرێک",
		}},
		{"ckb", "ڕۆژی هەڵمژین", []string{"[روژی هەلمژین] بوو", "[ڕۆژی هەڵمژین] بوو"}},
		{"ru", "ёлка у вокзала", []string{"стоит [елка у вокзала]", "СТОИТ [ЁЛКА У ВОКЗАЛА]!", "стоит [ё\u0301лка у вокзала]", "ёлки у вокзала", "ёлка у вокзалах"}},
		{"ru", "трамвай", []string{"[Трамвай] идёт", "[тра\u00adмвай] идёт", "[трaмвай] идёт", "трамвайный", "на трамвае"}},
		{"ru", "ул. Морская", []string{"на [ул. Морская] снег", "на [ул Морская]"}},
		{"tr", "İstanbul treni", []string{"[istanbul treni] geldi", "[ISTANBUL TRENİ] geldi", "[ıstanbul trenı] geldi", "[İstanbul treni] geldi", "İstanbul trenleri"}},
		{"tr", "ılık yağmur", []string{"yarın [ılık yağmur] var", "yarın [ILIK YAĞMUR] var", "yarın [ilik yagmur] var", "ılıkça yağmur"}},
		{"tr", "Ankara", []string{"[Ankara]'da hava açık", "[ankara]’ya gitti", "Ankaralı"}},
		{"de", "Große Brücke", []string{"die [große Brücke] ist nass", "DIE [GROSSE BRÜCKE]", "die [GROẞE BRÜCKE]", "die [grosse Bruecke]", "die [grosse Brucke]", "die [gro\u00adße Bru\u0308cke]", "große Brücken"}},
		{"de", "Goethestrasse", []string{"in der [Goethestraße] hält die Bahn", "in der [Göthestraße]", "Goethestraßen"}},
		{"de", "neue Quelle", []string{"die [neue Quelle]", "die neu Qulle"}},
		{"de", "St. Pauli", []string{"bis [St. Pauli] fährt", "bis [St.-Pauli] fährt", "St. Paulis"}},
		{"fr", "gare de la forêt", []string{"près de la [gare de la forêt].", "près de la [GARE DE LA FORET]", "près de la [gare de la fore\u0302t]", "la [gare, de la forêt]", "gare de la forêts", "gare. De la forêt"}},
		{"fr", "œuvre", []string{"une [oeuvre]", "une [ŒUVRE]", "l'[œuvre] d’été", "désœuvré"}},
		{"fr", "été", []string{"cet [été]-là", "d’[ete]", "étés"}},
		{"en", "harbour tram", []string{
			"the [harbour tram] is late", "the [Harbour  Tram] is late", "the [HARBOUR-TRAM]", "the [harbour\ntram]", "#[harbour_tram]", "the [ｈａｒｂｏｕｒ　ｔｒａｍ]",
			"the [har\u00adbour tr\u200dam]", "the [h\u0301arbour tram\u0301] is", "the \u202e[harbour tram]\u202c", "the [har\u200bbour tram]", "the [harbour\u200btram]",
			"the [hаrbоur trаm]", // Cyrillic a, o, a
			"[𝐡𝐚𝐫𝐛𝐨𝐮𝐫 𝓽𝓻𝓪𝓶]", "[ⓗⓐⓡⓑⓞⓤⓡ tram]", "[harbour tram\u20dd]",
			"harbour trams", "harbours tram", "a harbourtram", "the harbour. Tram lines", "the harbour! Tram", "the harbour\r\n\r\nTram", "harbour\u2029tram", "har\xffbour tram",
			"harbour and tram", "the [harbour\xff\xfetram]", "[harbour tram] [harbour tram]",
		}},
		{"en", "cop", []string{"сор", "[соp] and [cор]"}}, // wholly Cyrillic, then mixed
		{"en", "line 7", []string{"on [line 7] and [line ७] and [LINE ７] and [line ⑦]", "line 77", "line7"}},
		{"id", "kereta pelabuhan", []string{"naik [kereta pelabuhan] pagi", "naik [Kereta-Pelabuhan]", "naik keretanya pelabuhan"}},
		{"id", "di stasiun", []string{"menunggu [di stasiun].", "distasiun"}},
		{"bn", "বৃষ্টির ট্রেন", []string{"কাল [বৃষ্টির ট্রেন] আসবে", "কাল [বৃষ্টির  ট্রেন]।", "বৃষ্টি ট্রেন", "বৃষ্টির ট্রেনে", "বৃষ্টির। ট্রেন"}},
		{"bn", "সময়", []string{"[সময\u09bc] হলো", "[সময়] হলো", "সময"}},
		{"bn", "হঠাৎ ঝোড়ো", []string{"[হঠাত\u09cd\u200d ঝ\u09c7\u09beড\u09bc\u09cb] হাওয়া"}},
		{"bn", "প্ল্যাটফর্ম ৭", []string{"[প্ল্যাটফর্ম 7] ফাঁকা", "[প্ল্\u200cযাটফর্ম 7] ফাঁকা"}},
		{"ja", "港の電車", []string{"明日[港の電車]は遅れます", "港。の電車", "[港の電車]と[港の電車]"}},
		{"ko", "항구", []string{"[항구] 전차", "[\u1112\u1161\u11bc\u1100\u116e] 전차", "항구의"}},
		{"th", "ฝน", []string{"วันนี้[ฝน]ตก"}},
		{"", "قطار", []string{"[والقطار]"}},
	} {
		for _, marked := range c.texts {
			text := strings.NewReplacer("[", "", "]", "").Replace(marked)
			var want []string
			for rest := marked; ; {
				_, after, ok := strings.Cut(rest, "[")
				if !ok {
					break
				}
				var in string
				in, rest, _ = strings.Cut(after, "]")
				want = append(want, in)
			}
			if got := found(t, c.lang, c.term, text); !slices.Equal(got, want) {
				t.Errorf("%s %q in %q (%+q): %q, want %q", c.lang, c.term, text, text, got, want)
			}
		}
	}
}

// A Persian or Urdu term has no Arabic clitics.
func TestCliticsAreArabic(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"fa", "ur", "ckb"} {
		if got := found(t, lang, "قطار", "والقطار وقطار قطارنا"); got != nil {
			t.Errorf("%s: %q", lang, got)
		}
	}
	if got := found(t, "ar", "tram الميناء", "رأيت tram للميناء"); !slices.Equal(got, []string{"tram للميناء"}) {
		t.Errorf("a term that begins in another script: %q", got)
	}
}

func TestManyTerms(t *testing.T) {
	t.Parallel()
	ts, err := CompileTerms([]Term{{1, "harbour", ""}, {2, "harbour tram", "en"}, {3, "tram", ""}, {4, "tram line seven", ""}, {5, "Harbour Tram", "de"}, {1, "harbour", ""}, {6, "ha", ""}})
	if err != nil {
		t.Fatal(err)
	}
	const text = "The harbour tram: line seven."
	var got []TermHit
	ts.Find(text, func(h TermHit) bool { got = append(got, h); return true })
	want := []TermHit{{1, 4, 11}, {3, 12, 16}, {2, 4, 16}, {5, 4, 16}, {4, 12, 28}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	n := 0
	ts.Find(text, func(TermHit) bool { n++; return n < 2 })
	if n != 2 {
		t.Errorf("%d hits after the search was to stop", n)
	}
	ts.Find("The tram", func(h TermHit) bool { n += 10; return true })
	if n != 12 {
		t.Error("what an earlier search left counts")
	}
}

func TestBadTerms(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "  \t", "—!?", "\u064b", "rain. Snow falls again", "Regen! Schnee", "one\n\ntwo", "tr\xffam", strings.Repeat("x", 65), strings.Repeat("tram ", 17), strings.Repeat(" ", 1025) + "x"} {
		if err := CheckTerm(text); !errors.Is(err, ErrSyntax) {
			t.Errorf("%.20q: %v", text, err)
		}
		if _, err := CompileTerms([]Term{{1, "rain", ""}, {2, text, ""}}); !errors.Is(err, ErrSyntax) || !strings.Contains(err.Error(), "term 2") {
			t.Errorf("%.20q is compiled: %v", text, err)
		}
	}
	for _, text := range []string{"tram.", "¿tram?", "St. Pauli", strings.Repeat("x", 64), strings.Repeat("a ", 16)} {
		if err := CheckTerm(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	ts, err := CompileTerms(nil)
	if err != nil {
		t.Fatal(err)
	}
	ts.Find("harbour tram قطار", func(TermHit) bool { t.Error("no term hits"); return true })
}

// Folding letter by letter is what Fold does, except for what lettersOf says it adds.
func TestLettersFold(t *testing.T) {
	t.Parallel()
	more := "\u0695\u06b5\u06c6\u06ba\u09ce\u02b9\u02bb\u02bc"
	for r := rune(0); r < 0x30000; r++ {
		if r >= 0xd800 && r < 0xe000 || strings.ContainsAny(norm.NFKD.String(string(r)), more) {
			continue
		}
		var got strings.Builder
		enclosing := false
		for _, l := range lettersOf(r) {
			if l.kind() != none && l.kind() != joint {
				got.WriteRune(l.rune())
			}
			enclosing = enclosing || l.kind() == none
		}
		if want := Fold(string(r)); Fold(got.String()) != want && !enclosing {
			t.Errorf("%+q: %+q, Fold says %+q", r, got.String(), want)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// Plain sentences of trains and weather, written for this test.
func TestIdentify(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"القطار يصل إلى المحطة بعد عشر دقائق": "ar", "قطار تا ده دقیقه دیگر به ایستگاه می‌رسد": "fa",
		"ریل گاڑی دس منٹ میں اسٹیشن پہنچے گی": "ur", "شەمەندەفەرەکە دوای دە خولەک دەگاتە وێستگە": "ckb",
		"Trên piştî deh deqeyan digihîje îstgehê": "ku", "Поезд прибывает на станцию через десять минут": "ru",
		"Потяг прибуває на станцію через десять хвилин": "uk", "Tren on dakika sonra istasyona varacak": "tr",
		"Der Zug kommt in zehn Minuten am Bahnhof an": "de", "Le train arrive à la gare dans dix minutes": "fr",
		"The train arrives at the station in ten minutes": "en", "Kereta api tiba di stasiun sepuluh menit lagi": "id",
		"ট্রেনটি দশ মিনিটের মধ্যে স্টেশনে পৌঁছাবে": "bn", "El tren llega a la estación en diez minutos": "es",
		"Il treno arriva alla stazione tra dieci minuti": "it", "O comboio chega à estação dentro de dez minutos": "pt",
		"De trein komt over tien minuten op het station aan": "nl", "اورګاډی به په لسو دقیقو کې تمځای ته ورسیږي": "ps",
		"Treni inafika kituoni baada ya dakika kumi": "sw", "Tareenka wuxuu imaanayaa saldhigga toban daqiiqo gudahood": "so",
		"ट्रेन दस मिनट में स्टेशन पहुँचेगी": "hi", "ரயில் பத்து நிமிடங்களில் நிலையத்தை அடையும்": "ta", "火车十分钟后到站": "zh", "電車は十分後に駅に着きます": "ja",
		"기차는 십 분 뒤에 역에 도착합니다": "ko", "הרכבת תגיע לתחנה בעוד עשר דקות": "he", "Το τρένο φτάνει στον σταθμό σε δέκα λεπτά": "el",
		"Влакът пристига на гарата след десет минути": "bg", "Pociąg przyjeżdża na stację za dziesięć minut": "pl",
		"Tåget kommer till stationen om tio minuter": "sv", "Vonat tíz perc múlva érkezik az állomásra": "hu", "Juna saapuu asemalle kymmenen minuutin kuluttua": "fi",
	} {
		if g := Identify(text); g.Lang != want || g.Confidence < 0.5 || g.Confidence > 1 {
			t.Errorf("%s: got %v, want %s", text, g, want)
		}
	}
}

// What is around the words does not count: addresses, accounts, digits, signs, broken bytes, controls, accents in two parts.
func TestIdentifyRobust(t *testing.T) {
	t.Parallel()
	const text = "Der Zug kommt in zehn Minuten am Bahnhof an, sagte die Sprecherin"
	clean := Identify(text)
	for name, s := range map[string]string{
		"an address":   text + " https://weather.example.test/the/latest/news/and/weather?with=the&other=which @thetrainspotters mail@the.example.test",
		"digits":       "1234 " + text + " 56.78 %%% 2026-01-02",
		"broken bytes": "\xff\xfe" + strings.ReplaceAll(text, " ", " \xc3 ") + "\xe2\x80",
		"controls":     strings.ReplaceAll(text, "n", "n\u200d\u202e"),
		"capitals":     strings.ToUpper(text),
		"a name":       text + " Москва",
	} {
		if g := Identify(s); g.Lang != "de" || g.Confidence < clean.Confidence-0.2 {
			t.Errorf("%s: %v, without %v", name, g, clean)
		}
	}
	if g := Identify("Le train pour la re\u0301gion arrive a\u0300 la gare"); g.Lang != "fr" {
		t.Errorf("accents in two parts: %v", g)
	}
	for _, s := range []string{"", " ", "7", "a", "12:45 — 13:50 !!!", "https://weather.example.test/", "\xff\xff\xff", "\u200d\u202e", "🚆🚆🚆", "ᚠᚢᚦᚨᚱᚲ"} {
		if g := Identify(s); g != (Guess{}) {
			t.Errorf("%q: %v", s, g)
		}
	}
	if g := Identify(strings.Repeat("Bahnhof", 1<<20)); g.Lang == "" {
		t.Error("a word of seven million letters is nothing")
	}
}

func TestLanguageOf(t *testing.T) {
	t.Parallel()
	german := "Der Zug kommt in zehn Minuten am Bahnhof an. Das Wetter bleibt heute und morgen überall freundlich und trocken, sagte die Sprecherin."
	russian := "Поезд прибывает на станцию через десять минут. Сегодня и завтра погода останется хорошей и сухой, сказала представительница дороги."
	croatian := "Vlak dolazi na kolodvor za deset minuta. Vrijeme će danas i sutra ostati lijepo i suho u cijeloj zemlji, rekla je glasnogovornica."
	for _, c := range []struct{ declared, text, want string }{
		{"", german, "de"}, {"de-at", german, "de-at"}, {"en", german, "de"}, {"en", russian, "ru"}, {"ru", russian, "ru"}, {"uk", russian, "ru"},
		{"hr", croatian, "hr"}, {"bs", croatian, "bs"}, {"sr-latn", croatian, "sr-latn"}, {"sl", croatian, "hr"},
		{"en", "Bahnhof Wetter", "en"}, {"", "Bahn", ""}, {"fr", "", "fr"}, {"", "", ""},
		{"gsw", german, "gsw"}, // not known here: who declares it knows better
		{"ar", german, "de"}, {"nb", "Toget kommer til stasjonen om ti minutter. Været blir fint og tørt over hele landet i dag og i morgen, sa talskvinnen for jernbanen.", "nb"},
	} {
		got := LanguageOf(c.declared, c.text)
		if c.want == "hr" && kinOf(got) == "sr" { // which of the three is a guess
			continue
		}
		if got != c.want {
			t.Errorf("declared %q, %.20q: %q, want %q; %v", c.declared, c.text, got, c.want, Identify(c.text))
		}
	}
}

func FuzzIdentify(f *testing.F) {
	f.Add("Der Zug kommt")
	f.Add("\xff قطار https://example.test/ 駅")
	f.Fuzz(func(t *testing.T, s string) {
		g := Identify(s)
		if g.Confidence < 0 || g.Confidence > 1 || (g.Lang == "") != (g.Confidence == 0) {
			t.Fatalf("%q: %v", s, g)
		}
		if !utf8.ValidString(g.Lang) || LanguageOf("xx", s) != "xx" && g.Lang == "" {
			t.Fatalf("%q: %v, declared %s", s, g, LanguageOf("xx", s))
		}
	})
}

func BenchmarkIdentify(b *testing.B) {
	for name, s := range map[string]string{
		"latin":  strings.Repeat("Der Zug kommt in zehn Minuten am Bahnhof an, sagte die Sprecherin. ", 50),
		"arabic": strings.Repeat("القطار يصل إلى المحطة بعد عشر دقائق ", 50),
		"three":  "am Bahnhof an",
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				Identify(s)
			}
		})
	}
}

// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Words about weather and trains, and endings that make more words of them, which nobody need understand.
func benchWords() map[string][2]string {
	return map[string][2]string{
		"ar":  {"قطار ميناء محطة مطر ريح غيم ثلج شمس رصيف تذكرة سكة جسر نهر صباح مساء ساحل برد ضباب", "ات ين ان ية وم را لي نو سا دو"},
		"fa":  {"قطار بندر ایستگاه باران باد ابر برف آفتاب سکو بلیط پل رود صبح عصر ساحل سرما مه", "ها ان ترین ی گاه ور ستان مند چی دان"},
		"ur":  {"ریل بندرگاہ اسٹیشن بارش ہوا بادل برف دھوپ ٹکٹ پل دریا صبح شام ساحل سردی دھند", "وں یں ات ی والا گاہ پن دار نا ستان"},
		"ckb": {"شەمەندەفەر بەندەر وێستگە باران با هەور بەفر هەتاو پلیت پرد ڕووبار بەیانی ئێوارە کەنار سەرما تەم", "ەکان ێک ان ی گە دار ەوە ستان یش تر"},
		"ru":  {"поезд гавань станция дождь ветер облако снег солнце платформа билет мост река утро вечер берег холод туман", "ами ов ный ская ение ость ник ка ский ого"},
		"tr":  {"tren liman istasyon yağmur rüzgâr bulut kar güneş peron bilet köprü nehir sabah akşam kıyı soğuk sis", "ler lar da nin lik ci sız dan ığı üm"},
		"de":  {"Zug Hafen Bahnhof Regen Wind Wolke Schnee Sonne Gleis Karte Brücke Fluss Morgen Abend Küste Kälte Nebel", "en er ung lich keit straße s isch heit bar"},
		"fr":  {"train port gare pluie vent nuage neige soleil quai billet pont rivière matin soir côte froid brume", "es ment ée tion eux aire âge ité elle ique"},
		"en":  {"train harbour station rain wind cloud snow sun platform ticket bridge river morning evening coast cold fog tram", "s ing ed ly ness er ful est ment side"},
		"id":  {"kereta pelabuhan stasiun hujan angin awan salju matahari peron karcis jembatan sungai pagi sore pantai dingin kabut", "nya kan an lah i mu ku kah pun wan"},
		"bn":  {"ট্রেন বন্দর স্টেশন বৃষ্টি বাতাস মেঘ তুষার সূর্য টিকিট সেতু নদী সকাল সন্ধ্যা উপকূল শীত কুয়াশা", "র গুলি টি তে দের য় কে রা হীন ময়"},
	}
}

type benchRandom uint64

func (r *benchRandom) below(n int) int {
	*r += 0x9e3779b97f4a7c15
	return int(finish(uint64(*r)) % uint64(n))
}

// benchText is n terms and four megabytes of lines in eleven languages: twenty thousand words a language, a few of them frequent. The
// terms are made of the same words; or, apart, of one half of them and the text of the other, which differ in their endings.
func benchText(n int, apart bool) (terms []Term, text string) {
	var langs []string
	words := map[string][]string{}
	rnd := benchRandom(1)
	for _, lang := range []string{"ar", "fa", "ur", "ckb", "ru", "tr", "de", "fr", "en", "id", "bn"} {
		langs = append(langs, lang)
		stems, ends := strings.Fields(benchWords()[lang][0]), strings.Fields(benchWords()[lang][1])
		seen := map[string]bool{}
		words[lang] = append(words[lang], stems...)
		for len(words[lang]) < 20_000 {
			w := stems[rnd.below(len(stems))]
			for range 1 + rnd.below(4) {
				w += ends[rnd.below(len(ends))]
			}
			if !seen[w] {
				seen[w] = true
				words[lang] = append(words[lang], w)
			}
		}
	}
	seen := map[string]bool{}
	for len(terms) < n {
		lang := langs[rnd.below(len(langs))]
		var ws []string
		for range 1 + rnd.below(3) {
			all := words[lang]
			if apart {
				all = all[len(all)/2:]
			}
			ws = append(ws, all[rnd.below(len(all))])
		}
		if s := strings.Join(ws, " "); len(s) > 8 && !seen[s] {
			seen[s] = true
			terms = append(terms, Term{int64(len(terms)), s, lang})
		}
	}
	var b strings.Builder
	for b.Len() < 4<<20 {
		ws := words[langs[rnd.below(len(langs))]]
		if apart {
			ws = ws[:len(ws)/2]
		}
		for range 8 + rnd.below(12) {
			// The smallest of three draws: a few words are frequent, as in any language.
			k := min(rnd.below(len(ws)), rnd.below(len(ws)), rnd.below(len(ws)))
			b.WriteString(ws[k])
			b.WriteByte(' ')
		}
		b.WriteString(".\n")
	}
	return terms, b.String()
}

func threadTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	const thread = 1 // RUSAGE_THREAD
	if err := syscall.Getrusage(thread, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Normalisation included. How fast either side is depends on how many words of the text are words of terms: shared and apart. Beside Hyperscan's literals, which compare bytes, where IOLAUS_PEERS is a folder with the program
// terms-hyperscan (terms and text as files, then a JSON line).
func BenchmarkTerms(b *testing.B) {
	for k, n := range []int{1_000, 10_000, 100_000, 1_000, 10_000, 100_000} {
		apart := k > 2
		b.Run(fmt.Sprintf("%d/%s", n, map[bool]string{false: "shared", true: "apart"}[apart]), func(b *testing.B) {
			list, text := benchText(n, apart)
			ts, err := CompileTerms(list)
			if err != nil {
				b.Fatal(err)
			}
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			hits := 0
			yield := func(TermHit) bool { hits++; return true }
			ts.Find(text, yield)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			from, runs := threadTime(b), 0
			for b.Loop() {
				hits, runs = 0, runs+1
				ts.Find(text, yield)
			}
			ours := float64(len(text)) * float64(runs) / (threadTime(b) - from).Seconds() / 1e6
			b.ReportMetric(ours, "cpu-MB/s")
			b.ReportMetric(float64(hits), "hits")
			if theirs := hyperscan(b, list, text); theirs > 0 {
				b.ReportMetric(theirs, "hyperscan-MB/s")
				b.ReportMetric(ours/theirs, "times-hyperscan")
			}
		})
	}
}

func hyperscan(b *testing.B, list []Term, text string) float64 {
	dir := os.Getenv("IOLAUS_PEERS")
	if dir == "" {
		return 0
	}
	var lines strings.Builder
	for _, t := range list {
		lines.WriteString(t.Text + "\n")
	}
	at := b.TempDir()
	for name, body := range map[string]string{"terms": lines.String(), "text": text} {
		if err := os.WriteFile(filepath.Join(at, name), []byte(body), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	out, err := exec.Command(filepath.Join(dir, "terms-hyperscan"), filepath.Join(at, "terms"), filepath.Join(at, "text")).Output()
	if err != nil {
		b.Fatal(err)
	}
	var said struct {
		Bytes   float64 `json:"bytes"`
		Seconds float64 `json:"cpu_seconds"`
	}
	if err := json.Unmarshal(out, &said); err != nil {
		b.Fatal(err)
	}
	return said.Bytes / said.Seconds / 1e6
}

func BenchmarkCompileTerms(b *testing.B) {
	list, _ := benchText(100_000, false)
	for b.Loop() {
		if _, err := CompileTerms(list); err != nil {
			b.Fatal(err)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package language

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// sample is a text of a known language.
type sample struct{ lang, text string }

// readSamples reads lines of a language, a tab and a sentence.
func readSamples(t testing.TB, file string) []sample {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []sample
	for l := range strings.Lines(string(b)) {
		lang, text, ok := strings.Cut(strings.TrimSpace(l), "\t")
		if !ok {
			t.Fatalf("%s: no tab in %q", file, l)
		}
		all = append(all, sample{lang, text})
	}
	return all
}

// cut takes n words in a row from the sentence, from where its hash says; of a script without spaces two letters for each word.
func cut(s string, n int) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s))
	at := int(h.Sum32() >> 1)
	for _, r := range s {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) {
			r := []rune(s)
			at %= max(1, len(r)-2*n+1)
			return string(r[at:min(len(r), at+2*n)])
		}
	}
	w := strings.Fields(s)
	w = slices.DeleteFunc(w, func(f string) bool { return strings.IndexFunc(f, unicode.IsLetter) < 0 })
	at %= max(1, len(w)-n+1)
	return strings.Join(w[at:min(len(w), at+n)], " ")
}

// tally counts what was said of the samples of each language.
type tally map[string]map[string]int

func (t tally) add(want, got string) {
	if t[want] == nil {
		t[want] = map[string]int{}
	}
	t[want][got]++
}

func (t tally) share(lang string) float64 {
	all := 0
	for _, n := range t[lang] {
		all += n
	}
	return float64(t[lang][lang]) / float64(all)
}

// mean is the mean of the shares of languages that keep holds of: each language counts alike, however many samples it has.
func (t tally) mean(keep func(string) bool) float64 {
	sum, n := 0.0, 0
	for l := range t {
		if keep(l) {
			sum += t.share(l)
			n++
		}
	}
	return sum / float64(max(n, 1))
}

func measure(samples []sample, n int) tally {
	t := tally{}
	for _, s := range samples {
		got, _ := Identify(cut(s.text, n))
		t.add(s.lang, got)
	}
	return t
}

// peer asks whatlanggo, which has no word for the texts that it cannot tell.
func peer(t testing.TB, program string, samples []sample, n int) tally {
	t.Helper()
	var in bytes.Buffer
	for _, s := range samples {
		fmt.Fprintln(&in, cut(s.text, n))
	}
	c := exec.Command(program)
	c.Stdin = &in
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != len(samples) {
		t.Fatalf("%d answers to %d questions", len(lines), len(samples))
	}
	r := tally{}
	for i, s := range samples {
		r.add(s.lang, lines[i])
	}
	return r
}

// BenchmarkAccuracy tells the share of held-out texts of one, two, three, five and ten words that are named rightly, the mean of
// languages; beside whatlanggo where IOLAUS_PEERS is a folder with the program lang-whatlanggo (lines in, codes out; with an argument,
// the codes that it knows). More held-out sentences are read from files lang-*.txt there.
func BenchmarkAccuracy(b *testing.B) {
	files := []string{"testdata/udhr.txt"}
	dir := os.Getenv("IOLAUS_PEERS")
	program := filepath.Join(dir, "lang-whatlanggo")
	known := map[string]bool{}
	if dir != "" {
		more, err := filepath.Glob(filepath.Join(dir, "lang-*.txt"))
		if err != nil {
			b.Fatal(err)
		}
		files = append(files, more...)
		out, err := exec.Command(program, "codes").Output()
		if err != nil {
			b.Fatal(err)
		}
		for _, l := range strings.Fields(string(out)) {
			known[l] = true
		}
	}
	ours := map[string]bool{}
	for _, g := range Groups() {
		for _, l := range g.Langs {
			ours[l] = true
		}
	}
	for _, f := range files {
		samples := readSamples(b, f)
		for _, n := range []int{1, 2, 3, 5, 10} {
			name := strings.TrimSuffix(filepath.Base(f), ".txt")
			b.Run(fmt.Sprintf("%s/words=%d", name, n), func(b *testing.B) {
				var t tally
				for b.Loop() {
					t = measure(samples, n)
				}
				b.ReportMetric(t.mean(func(l string) bool { return ours[l] }), "accuracy")
				if dir != "" {
					p := peer(b, program, samples, n)
					all, both := func(l string) bool { return ours[l] }, func(l string) bool { return ours[l] && known[l] }
					b.ReportMetric(t.mean(both), "accuracy-both")
					b.ReportMetric(p.mean(both), "whatlanggo-both")
					b.ReportMetric(p.mean(all), "whatlanggo-all")
					b.ReportMetric(t.mean(both)-p.mean(both), "better-both")
				}
				describe(b, t)
			})
		}
	}
}

// describe logs, in two lines since a benchmark's log is cut, the share of each language and the commonest mistakes.
func describe(b *testing.B, t tally) {
	type mistake struct {
		pair  string
		share float64
	}
	var shares []string
	var mistakes []mistake
	for _, l := range slices.Sorted(maps.Keys(t)) {
		all := 0
		for _, n := range t[l] {
			all += n
		}
		shares = append(shares, fmt.Sprintf("%s %.3f", l, t.share(l)))
		for g, n := range t[l] {
			if g != l && t[l][l] > 0 {
				mistakes = append(mistakes, mistake{l + ">" + cmp.Or(g, "?"), float64(n) / float64(all)})
			}
		}
	}
	slices.SortFunc(mistakes, func(x, y mistake) int {
		return cmp.Or(cmp.Compare(y.share, x.share), cmp.Compare(x.pair, y.pair))
	})
	var worst []string
	for _, m := range mistakes[:min(len(mistakes), 40)] {
		worst = append(worst, fmt.Sprintf("%s %.3f", m.pair, m.share))
	}
	b.Logf("%s\nmistakes: %s", strings.Join(shares, ", "), strings.Join(worst, ", "))
}

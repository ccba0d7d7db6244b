// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// A slowPart is a word, or what stands between its joints.
type slowPart struct {
	text       string // folded
	from, upto int
	joined     bool // to the one before
	broke      bool // a sentence ended before it
	scripts    letter
}

// slowRead cuts a text into parts, a code point after the other, with nothing shared with the scanner but what a code point means.
func slowRead(text string) (out []slowPart) {
	const between = joint // the kind of letter, while joint is whether one was read
	fresh, whole, joint := true, false, false
	broke, dotted, lines := false, false, 0
	marks := 0
	put := func(l letter, at, end int) {
		join := joint && !fresh
		if fresh || joint {
			out = append(out, slowPart{from: at, joined: join, broke: broke && !join})
			broke, dotted, lines = false, false, 0
		}
		fresh, joint = false, false
		p := &out[len(out)-1]
		p.text, p.upto = p.text+string(l.rune()), end
	}
	words := func() int { // letters of the last word
		n := 0
		for i := len(out) - 1; i >= 0; i-- {
			n += utf8.RuneCountInString(out[i].text)
			if !out[i].joined {
				break
			}
		}
		return n
	}
	word := func() (all letter) {
		for i := len(out) - 1; i >= 0; i-- {
			if all |= out[i].scripts; !out[i].joined {
				break
			}
		}
		return all
	}
	for at := 0; at < len(text); {
		r, w := utf8.DecodeRuneInString(text[at:])
		end := at + w
		for _, l := range lettersOf(r) {
			switch l.kind() {
			case gap:
				fresh, whole, joint = true, false, false
				g := l >> more
				if g&newline != 0 {
					lines++
				}
				if g&dot != 0 && words() > abbreviation {
					dotted = true
				}
				if g&stop != 0 || g&space != 0 && dotted || lines > 1 {
					broke = true
				}
			case inWord, alone:
				if whole || l.kind() == alone {
					fresh, joint = true, false
				}
				whole = l.kind() == alone
				put(l, at, end)
				if !whole {
					out[len(out)-1].scripts |= l >> more
				}
				marks = 0
			case mark:
				if fresh {
					marks = 0
				}
				if marks < maxMarks {
					j := joint
					joint = false
					put(l, at, end)
					joint = j
					marks++
				} else {
					out[len(out)-1].upto = end
				}
			case none:
				if !fresh && l>>more != 0 {
					out[len(out)-1].upto = end
				}
			case between:
				if fresh {
					break
				}
				if l>>more != 0 {
					if out[len(out)-1].upto = end; word()&arabic == 0 {
						break
					}
				}
				joint = true
			}
		}
		at = end
	}
	return out
}

// slowForms are the readings of a word that a term's word may equal.
func slowForms(word string, clitics bool) []string {
	out := []string{word}
	if !clitics {
		return out
	}
	n := utf8.RuneCountInString
	var stems []string // without prefixes
	article := func(w string) {
		if rest, ok := strings.CutPrefix(w, "ال"); ok && n(rest) >= 2 {
			stems = append(stems, rest)
		}
	}
	plain := func(w string) {
		if n(w) >= 3 {
			stems = append(stems, w)
		}
		article(w)
	}
	article(word)
	stems = append(stems, word)
	if n(word) > 3 {
		for _, first := range []string{"", "و", "ف"} {
			w, ok := strings.CutPrefix(word, first)
			if !ok {
				continue
			}
			if first != "" {
				plain(w)
			}
			for _, second := range []string{"ب", "ك", "ل"} {
				v, ok := strings.CutPrefix(w, second)
				if !ok || n(w) < 3 {
					continue
				}
				plain(v)
				if rest, ok := strings.CutPrefix(v, "ل"); ok && second == "ل" && n(rest) >= 2 {
					stems = append(stems, rest)
					out = append(out, "ا"+v)
				}
			}
		}
	}
	for _, s := range stems {
		out = append(out, s)
		for _, end := range []string{"ها", "هم", "هن", "نا", "كم", "كن"} {
			if bare, ok := strings.CutSuffix(s, end); ok && n(bare) >= 3 {
				out = append(out, bare)
				if head, ok := strings.CutSuffix(bare, "ت"); ok {
					out = append(out, head+"ه")
				}
			}
		}
	}
	return out
}

func slowLooks(s string) string { return strings.Map(looks, s) }

func slowOrder(s string) string {
	r := []rune(s)
	order(r)
	return string(r)
}

// slowFind tries every term at every word.
func slowFind(terms []Term, text string) map[TermHit]bool {
	parts := slowRead(text)
	hits := map[TermHit]bool{}
	for _, term := range terms {
		var ways [][]string
		clitics := false
		for _, spelling := range spellings(term) {
			read := slowRead(spelling)
			for _, p := range read {
				clitics = clitics || term.Lang == "ar" || term.Lang == "" && p.scripts&arabic != 0
			}
			way := [][]string{{}}
			for _, p := range read {
				var next [][]string
				for _, w := range way {
					if p.joined {
						next = append(next, append(slices.Clone(w[:len(w)-1]), slowOrder(w[len(w)-1]+p.text)))
					}
					next = append(next, append(slices.Clone(w), slowOrder(p.text)))
				}
				way = next
			}
			ways = append(ways, way...)
		}
		for _, way := range ways {
			for from := range parts {
				slowWalk(parts, from, from, way, clitics, func(last int) { hits[TermHit{term.ID, parts[from].from, parts[last].upto}] = true })
			}
		}
	}
	return hits
}

func slowWalk(parts []slowPart, first, at int, way []string, clitics bool, yield func(last int)) {
	if at == len(parts) || at > first && parts[at].broke {
		return
	}
	begin, end := at, at
	for parts[begin].joined {
		begin--
	}
	for end+1 < len(parts) && parts[end+1].joined {
		end++
	}
	var scripts letter
	for _, p := range parts[begin : end+1] {
		scripts |= p.scripts
	}
	text := ""
	for to := at; to <= end; to++ {
		text = slowOrder(text + parts[to].text)
		same := slices.Contains(slowForms(text, clitics && scripts&arabic != 0), way[0])
		if n := 0; !same {
			for _, s := range []letter{latin, cyrillic, greek} {
				if scripts&s != 0 {
					n++
				}
			}
			same = n > 1 && slowLooks(text) == slowLooks(way[0])
		}
		switch {
		case same && len(way) == 1:
			yield(to)
		case same:
			slowWalk(parts, first, to+1, way[1:], clitics, yield)
		}
	}
}

func readable(p *pages, text string) bool {
	_, err := readTerm(newScanner(p), text)
	return err == nil
}

func FuzzTerms(f *testing.F) {
	for _, s := range [][2]string{
		{"harbour tram\ntram\ncop", "The h\u00adarbour trаm. соp! St. cop"},
		{"ar:قطار الميناء\nمحطة\nfa:می‌رود\nfa:کتاب‌خانه‌ها", "وبقطار للميناء، محطتها می‌رود کتاب\u200cخانه\u200cها کتاب‌خانه‌های"},
		{"de:Große Brücke\nde:Goethe", "grosse Bruecke\u200bGöthe"},
		{"সময়\nহঠাৎ\nฝน", "সময\u09bcত\u09cd ฝนกั\u0e33 \u0958\u09cd\u09bc"},
		{"가 나\nx\u0301\u0323", "\u1100\u1161 나. x\u0323\u0301\xff\u0301x"},
		{"a\na a\na a a", "a a\na a\n\na\u200b\u200ca. a"},
		{"صلى الله", "\ufdfa \ufdfb"},
		{"ar:ها\nar:ببب", "ببب‌بببها ووبببنا للللها الالالها"},
	} {
		f.Add(s[0], s[1])
	}
	known := new(pages)
	f.Fuzz(func(t *testing.T, list, text string) {
		var terms []Term
		for n, line := range strings.Split(list, "\n") {
			lang, rest, ok := strings.Cut(line, ":")
			if !ok {
				lang, rest = "", line
			}
			parts := 0
			for _, p := range slowRead(rest) {
				if p.joined {
					parts++
				}
			}
			if term := (Term{int64(n), rest, lang}); readable(known, rest) && parts <= maxSplit && n < 32 {
				terms = append(terms, term)
			}
		}
		for _, p := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' }) {
			if len(p) > maxWord || strings.Count(p, "\u200b")+strings.Count(p, "\u200c") > maxJoints {
				return // beyond what is compared
			}
		}
		ts, err := compileTerms(known, terms)
		if err != nil {
			if strings.Contains(err.Error(), "compile") {
				return // a spelling is longer than the term
			}
			t.Fatal(err)
		}
		got := map[TermHit]bool{}
		ts.Find(text, func(h TermHit) bool {
			if got[h] {
				t.Fatalf("%v twice in %+q, terms %+q", h, text, list)
			}
			if h.Start < 0 || h.Start >= h.End || h.End > len(text) {
				t.Fatalf("%v of %d bytes", h, len(text))
			}
			got[h] = true
			return true
		})
		if want := slowFind(terms, text); fmt.Sprint(want) != fmt.Sprint(got) {
			t.Fatalf("%+q in %+q: %v, want %v", list, text, got, want)
		}
	})
}

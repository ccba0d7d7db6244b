// SPDX-License-Identifier: EUPL-1.2

package locator

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
)

// A Mention is an address that a text names.
type Mention struct {
	Locator Locator
	Words   string // as written, with a little of what stands before it
}

// Limits of Announced: bytes of text that are read, mentions that are kept, bytes of one word, characters of Words before the address.
const (
	announcedText = 256 << 10
	announcedMost = 50
	announcedWord = 512
	announcedLead = 40
)

// Announced finds the addresses that a text names, in any script, real or defanged (hxxps://, [.], (dot)), with a scheme or as bare names; each host and
// path once, in the order of the text. A bare name counts only under a suffix that exists (the public suffix list, and .test and .example for exercises),
// mail addresses and names of files do not. What is in doubt is left out: a text is full of dots.
func Announced(text string) []Mention {
	text = text[:min(len(text), announcedText)]
	var out []Mention
	seen := map[Locator]bool{}
	begin := 0 // of the sentence's words before
	for at := 0; at < len(text) && len(out) < announcedMost; {
		start := at + strings.IndexFunc(text[at:], func(r rune) bool { return !parts(r) })
		if start < at {
			break
		}
		end := start + strings.IndexFunc(text[start:], parts)
		if end < start {
			end = len(text)
		}
		at = end
		if l, ok := mention(text[start:end]); ok && !seen[l] {
			seen[l] = true
			out = append(out, Mention{l, shown(text[begin:end])})
		}
		for begin < start && utf8.RuneCountInString(text[begin:end]) > announcedLead {
			_, n := utf8.DecodeRuneInString(text[begin:])
			begin += n
		}
	}
	return out
}

// parts reports whether a character parts words, also where none are parted by spaces.
func parts(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("「」『』（）【】《》、。，", r)
}

func shown(s string) string { return strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ") }

var (
	opened = "\"'“”„«»‹›「」『』（(<[{*_،,;:|"
	closed = "\"'“”„«»‹›「」『』）)>]}*_،,;:|.!?؟。…"
	fanged = regexp.MustCompile(`(?i)[\[({](?:\.|dot|:|://|:/)[\])}]|^h(?:xx|tx|xt|\*\*)ps?\b`)
)

// mention reads one word of a text.
func mention(word string) (Locator, bool) {
	if len(word) > announcedWord || !strings.ContainsAny(word, ".。．｡[({") {
		return Locator{}, false
	}
	w := strings.TrimLeft(word, opened)
	for {
		t := strings.TrimRight(w, closed)
		if broken := fanged.FindAllStringIndex(w, -1); len(broken) > 0 && broken[len(broken)-1][1] > len(t) {
			t = w[:broken[len(broken)-1][1]] // a bracket that belongs to a dot
		}
		if t == w {
			break
		}
		w = t
	}
	if w == "" || strings.ContainsRune(w, '@') {
		return Locator{}, false
	}
	l, err := Parse(w)
	if err != nil || l.IsIP() && !hasScheme(w) && !fanged.MatchString(w) {
		return Locator{}, false
	}
	switch {
	case l.Kind != KindURL && l.Kind != KindDomain && l.Kind != KindIP, strings.Contains(l.Host(), "_"):
		return Locator{}, false
	case hasScheme(w), fanged.MatchString(w):
		return l, strings.Contains(l.Host(), ".") || l.IsIP()
	}
	return l, nameStands(l.Host())
}

// files are the suffixes that are top-level domains as well, and in a text mostly the ends of file names and of abbreviations.
var files = []string{"md", "sh", "py", "rs", "pl", "ps", "zip", "mov", "so", "cc", "js", "ml", "mm", "vi", "as", "is", "it", "in", "at", "to", "be", "am", "pm"}

// backwards are the first labels of identifiers of apps and packages.
var backwards = []string{"com", "org", "net", "io", "test"}

// nameStands reports whether a bare word is a name: its suffix exists, and it does not look like the end of one sentence and the beginning of another.
func nameStands(host string) bool {
	suffix, listed := publicsuffix.PublicSuffix(host)
	if !listed && suffix != "test" && suffix != "example" && !strings.Contains(suffix, ".") {
		return false
	}
	label := strings.TrimSuffix(strings.TrimSuffix(host, suffix), ".")
	if label == "" || utf8.RuneCountInString(label) < 2 {
		return false
	}
	if first, _, _ := strings.Cut(host, "."); strings.Count(host, ".") > 1 && slices.Contains(backwards, first) {
		return false // the identifier of an app: a name written backwards
	}
	return !slices.Contains(files, suffix) || strings.HasPrefix(host, "www.")
}

// SPDX-License-Identifier: EUPL-1.2

package locator

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// A Fuzzer is one way in which a name is changed into another that readers may take for it.
type Fuzzer string

// The fuzzers. All but Homograph have the names and the results that Debian's dnstwist 20221213 gives them; a test compares the sets.
const (
	Addition      Fuzzer = "addition"      // one more letter or digit at the end
	Bitsquatting  Fuzzer = "bitsquatting"  // one bit of one character turned over
	Cyrillic      Fuzzer = "cyrillic"      // every letter by a Cyrillic one that looks like it
	Homoglyph     Fuzzer = "homoglyph"     // one or two letters by some that look like them
	Hyphenation   Fuzzer = "hyphenation"   // a hyphen put in
	Insertion     Fuzzer = "insertion"     // the key beside it hit as well
	Omission      Fuzzer = "omission"      // a character left out
	Repetition    Fuzzer = "repetition"    // a character twice
	Replacement   Fuzzer = "replacement"   // the key beside it hit instead
	Subdomain     Fuzzer = "subdomain"     // a dot put in
	Transposition Fuzzer = "transposition" // two characters exchanged
	VowelSwap     Fuzzer = "vowel-swap"    // another vowel
	Dictionary    Fuzzer = "dictionary"    // a word before or behind
	TLDSwap       Fuzzer = "tld-swap"      // another top-level domain
	Various       Fuzzer = "various"       // the top-level domain drawn into the name, the subdomain too
	Homograph     Fuzzer = "homograph"     // the same in another script, or with one letter of another script
)

// Fuzzers lists them in the order in which a name that several give is ascribed to one.
var Fuzzers = []Fuzzer{Addition, Bitsquatting, Cyrillic, Homoglyph, Hyphenation, Insertion, Omission, Repetition, Replacement, Subdomain,
	Transposition, VowelSwap, Dictionary, TLDSwap, Various, Homograph}

// A Permutation is a name that looks like another.
type Permutation struct {
	Fuzzer Fuzzer
	Name   string // ASCII
}

// Permute changes a name by each fuzzer, all of them where none is given; words serve Dictionary and tlds TLDSwap. Each name comes once,
// under the first fuzzer that gives it, in the order of fuzzers and then of text; the name itself does not come. A name is changed in the label
// that was registered. What is no valid name is left out. Homoglyph gives some ten thousand names where the label is long; the others together a
// few hundred. A name that Parse refuses gives nothing.
func Permute(name string, words, tlds []string, fuzzers ...Fuzzer) []Permutation {
	l, err := Parse(name)
	if err != nil || l.IsIP() {
		return nil
	}
	p := split(l.Host())
	if p.label == nil {
		return nil
	}
	if len(fuzzers) == 0 {
		fuzzers = Fuzzers
	}
	seen := map[string]bool{l.Host(): true}
	var out []Permutation
	for _, f := range fuzzers {
		from := len(out)
		p.fuzz(f, words, tlds, func(name string) {
			if ascii, ok := registrable(name); ok && !seen[ascii] {
				seen[ascii] = true
				out = append(out, Permutation{f, ascii})
			}
		})
		slices.SortFunc(out[from:], func(a, b Permutation) int { return cmp.Compare(a.Name, b.Name) })
	}
	return out
}

// A parted name: what lies before the registered label, that label in Unicode, and the public suffix.
type parted struct {
	sub   string
	label []rune
	tld   string
}

func split(host string) parted {
	tld, _ := publicsuffix.PublicSuffix(host)
	rest := strings.TrimSuffix(strings.TrimSuffix(host, tld), ".")
	p := parted{tld: tld}
	if i := strings.LastIndexByte(rest, '.'); i >= 0 {
		p.sub, rest = rest[:i], rest[i+1:]
	}
	u, err := idna.Punycode.ToUnicode(rest)
	if err != nil {
		u = rest
	}
	p.label = []rune(u)
	return p
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ".")
}

// fuzz gives the whole names that one fuzzer makes.
func (p parted) fuzz(f Fuzzer, words, tlds []string, yield func(string)) {
	label := func(s string) { yield(joined(p.sub, s, p.tld)) }
	switch f {
	case Addition:
		for c := range strings.SplitSeq("0123456789abcdefghijklmnopqrstuvwxyz", "") {
			label(string(p.label) + c)
		}
	case Bitsquatting:
		p.bitsquatting(label)
	case Cyrillic:
		if s, ok := p.whole(cyrillic); ok {
			label(s)
		}
	case Homoglyph:
		p.homoglyph(label)
	case Dictionary:
		p.dictionary(words, label)
	case TLDSwap:
		for _, t := range tlds {
			if t != p.tld {
				yield(joined(p.sub, string(p.label), t))
			}
		}
	case Various:
		p.various(yield)
	case Homograph:
		p.homograph(label)
	default:
		p.typing(f, label)
	}
}

// at replaces n characters at a place.
func (p parted) at(i, n int, with string) string {
	return string(p.label[:i]) + with + string(p.label[i+n:])
}

// typing are the slips of a hand.
func (p parted) typing(f Fuzzer, label func(string)) {
	last := len(p.label) - 1
	for i, c := range p.label {
		switch f {
		case Hyphenation:
			if i > 0 {
				label(p.at(i, 0, "-"))
			}
		case Insertion:
			if i > 0 && i < last {
				for _, k := range beside(c) {
					label(p.at(i, 0, k))
					label(p.at(i+1, 0, k))
				}
			}
		case Omission:
			label(p.at(i, 1, ""))
		case Repetition:
			label(p.at(i, 0, string(c)))
		case Replacement:
			for _, k := range beside(c) {
				label(p.at(i, 1, k))
			}
		case Subdomain:
			if i > 0 && i < last && c != '-' && p.label[i-1] != '-' {
				label(p.at(i, 0, "."))
			}
		case Transposition:
			if i < last {
				label(p.at(i, 2, string([]rune{p.label[i+1], c})))
			}
		case VowelSwap:
			if strings.ContainsRune(vowels, c) {
				for _, v := range vowels {
					label(p.at(i, 1, string(v)))
				}
			}
		}
	}
}

const vowels = "aeiou"

func (p parted) bitsquatting(label func(string)) {
	for i, c := range p.label {
		for bit := range 8 {
			b := c ^ 1<<bit
			if 'a' <= b && b <= 'z' || '0' <= b && b <= '9' || b == '-' {
				label(p.at(i, 1, string(b)))
			}
		}
	}
}

func (p parted) dictionary(words []string, label func(string)) {
	s := string(p.label)
	parts := strings.Split(s, "-")
	for _, w := range words {
		if !strings.HasPrefix(s, w) || !strings.HasSuffix(s, w) {
			for _, x := range []string{s + "-" + w, s + w, w + "-" + s, w + s} {
				label(x)
			}
		}
		if len(parts) > 1 {
			label(strings.Join(parts[:len(parts)-1], "-") + "-" + w)
			label(w + "-" + strings.Join(parts[1:], "-"))
		}
	}
}

func (p parted) various(yield func(string)) {
	s, below := string(p.label), strings.Contains(p.tld, ".")
	if below {
		yield(joined(p.sub, s, p.tld[strings.LastIndexByte(p.tld, '.')+1:]))
		yield(joined(p.sub, s+p.tld))
	} else {
		yield(joined(p.sub, s+p.tld, p.tld))
		if p.tld != "com" {
			yield(joined(p.sub, s+"-"+p.tld, "com"))
		}
	}
	if p.sub == "" {
		return
	}
	for _, x := range []string{p.sub + s, strings.ReplaceAll(p.sub, ".", "") + s, p.sub + "-" + s, strings.ReplaceAll(p.sub, ".", "-") + "-" + s} {
		yield(joined(x, p.tld))
	}
}

// strict takes only what could be registered (IDNA2008), without mapping anything.
var strict = idna.New(idna.ValidateForRegistration(), idna.VerifyDNSLength(true))

// registrable is the ASCII form of a name that could be registered: labels of letters, digits and inner hyphens.
func registrable(name string) (string, bool) {
	ascii := name
	if !plainASCII(name) {
		var err error
		if ascii, err = strict.ToASCII(name); err != nil {
			return "", false
		}
	}
	labels := strings.Split(ascii, ".")
	if len(ascii) < 4 || len(ascii) > 253 || len(labels) < 2 || len(labels[len(labels)-1]) < 2 {
		return "", false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return "", false
		}
		for _, c := range []byte(l) {
			if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-') {
				return "", false
			}
		}
		if len(l) > 3 && l[2:4] == "--" && !strings.HasPrefix(l, "xn--") {
			return "", false
		}
	}
	return ascii, true
}

func plainASCII(s string) bool {
	for _, c := range []byte(s) {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

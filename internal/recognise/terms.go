// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A Term is a word or phrase that a unit looks for.
type Term struct {
	ID   int64
	Text string
	Lang string // ISO 639-1, or -3 where there is none; "" when unknown. It chooses what counts as a spelling of the term.
}

// A TermHit is a place in a text where a term stands.
type TermHit struct {
	Term       int64
	Start, End int // bytes of the original text: whole words as they are written, with their marks
}

// Bounds of a term.
const (
	MaxTermBytes = 1024
	MaxTermWords = 16
)

// Terms finds many terms in a text at once. It may be used by several goroutines.
//
// Words are compared folded (see Fold) and whole: a term does not hit within a longer word. Only letters, marks and digits count;
// whatever parts words in the term parts them in the text. A hit never goes beyond the end of a sentence (! ? ؟ ۔ । and a full stop
// before white space, unless at most three letters precede it, as in "St. Pauli") or paragraph (an empty line).
//
// Besides, these are read as spellings of a term:
//   - A zero-width non-joiner within an Arabic-script word, and a zero-width space in any, parts the word and does not.
//   - Of terms in Arabic, and of terms in Arabic script of unknown language: words with a conjunction (wa-, fa-), a preposition (bi-,
//     ka-, li-), the article, or a pronoun of two letters. At least three letters must remain, two after the article. The article is
//     not taken off a term's own words. A hit covers the word with its clitics.
//   - Of terms in German: umlauts written with e, in all words of the term or none.
//   - A word that mixes Latin, Cyrillic and Greek letters hits what it looks like. A word written whole in another script does not.
type Terms struct {
	pages  *pages
	ascii  [utf8.RuneSelf]letter
	nodes  []termNode
	words  []rune  // of all nodes
	ends   []int64 // terms of all nodes
	edges  termTable
	alike  termTable // by what words look like
	filter []uint64  // one bit for each edge: most words of a text end here
	shift  int
	odd    bool // a term with clitics begins with a word in another script
	finds  sync.Pool
}

// A termNode is a word that stands after the words of its parents. Nodes 0 and 1 are the roots of terms without and with clitics.
// It has the size of a cache line, since each look at one is a wait for memory.
type termNode struct {
	parent  uint32
	word    uint32 // in Terms.words
	terms   uint32 // in Terms.ends: those that end here
	count   uint32
	short   [20]uint16 // the word once more, if it fits
	length  uint8      // of the word, in letters
	fits    bool
	further bool // longer terms go on
	several bool // a term that ends here also ends elsewhere
	clitics bool
}

// is reports whether a node's word is this one.
func (t *Terms) is(n uint32, word []rune) bool {
	node := &t.nodes[n]
	if int(node.length) != len(word) {
		return false
	}
	if !node.fits {
		return slices.Equal(t.word(n), word)
	}
	for k, r := range word {
		if rune(node.short[k]) != r {
			return false
		}
	}
	return true
}

func (n *termNode) keep(word []rune) {
	n.length, n.fits = uint8(len(word)), len(word) <= len(n.short)
	for k, r := range word {
		if n.fits = n.fits && r < 1<<16; !n.fits {
			return
		}
		n.short[k] = uint16(r)
	}
}

const (
	rootPlain = iota
	rootClitics
	roots
)

// termTable maps an edge to a node: open addressing, half empty at least.
type termTable struct {
	slots []termSlot
	shift int
}

type termSlot struct {
	key  uint32 // upper half of the edge's hash
	node uint32 // 0: empty
}

// edge hashes a node and a word that follows.
func edge(from uint32, word uint64) uint64 {
	h := (word ^ uint64(from)*0xd1342543de82ef95) * 0xbf58476d1ce4e5b9 // odd, from SplitMix64's and a spectral table's multipliers
	return h ^ h>>32
}

// CheckTerm says whether a text can be a term. Its error wraps ErrSyntax, and ends with the reason after a colon.
func CheckTerm(text string) error { return TermCheck()(text) }

// TermCheck is CheckTerm for many terms, by one goroutine.
func TermCheck() func(text string) error {
	s := newScanner(new(pages))
	return func(text string) error {
		_, err := readTerm(s, text)
		return err
	}
}

func newScanner(p *pages) *scanner {
	ascii := new([utf8.RuneSelf]letter)
	for c := range ascii {
		ascii[c] = p.of(rune(c)).letters[c]
	}
	return &scanner{pages: p, ascii: ascii}
}

type termWord struct {
	letters []rune
	seams   []int
	scripts letter
}

func readTerm(s *scanner, text string) ([]termWord, error) {
	refuse := func(why string) error { return fmt.Errorf("read term: %w: %s", ErrSyntax, why) }
	if len(text) > MaxTermBytes {
		return nil, refuse(fmt.Sprintf("it has more than %d bytes", MaxTermBytes))
	}
	if !utf8.ValidString(text) {
		return nil, refuse("it is not UTF-8")
	}
	var out []termWord
	s.begin(text)
	for s.next() {
		if s.n > maxWord {
			return nil, refuse(fmt.Sprintf("a word has more than %d letters", maxWord))
		}
		if s.broke && len(out) > 0 {
			return nil, refuse("a sentence ends within it")
		}
		w := termWord{letters: slices.Clone(s.word()), scripts: s.scripts}
		for _, j := range s.seams[:s.joints] {
			w.seams = append(w.seams, j.at)
		}
		if out = append(out, w); len(out) > MaxTermWords {
			return nil, refuse(fmt.Sprintf("it has more than %d words", MaxTermWords))
		}
	}
	if len(out) == 0 {
		return nil, refuse("it has no letter and no digit")
	}
	return out, nil
}

// CompileTerms makes the terms ready to be found. IDs and texts may occur more than once. The error names the first term that cannot be
// one and wraps ErrSyntax.
func CompileTerms(list []Term) (*Terms, error) { return compileTerms(new(pages), list) }

func compileTerms(p *pages, list []Term) (*Terms, error) {
	s := newScanner(p)
	t := &Terms{pages: s.pages, ascii: *s.ascii, nodes: make([]termNode, roots, roots+2*len(list))}
	t.nodes[rootClitics].clitics = true
	b := termBuilder{t: t, children: make(map[termChild]uint32, 2*len(list)), ends: map[uint32][]int64{}}
	for _, term := range list {
		seen := 0
		var at [3 << maxSplit]uint32
		for _, text := range spellings(term) {
			read, err := readTerm(s, text)
			if err != nil {
				return nil, fmt.Errorf("compile term %d: %w", term.ID, err)
			}
			clitics := term.Lang == "ar" || term.Lang == "" && slices.ContainsFunc(read, func(w termWord) bool { return w.scripts&arabic != 0 })
			split(read, func(words []termWord) {
				if n := b.insert(words, clitics); !slices.Contains(at[:seen], n) {
					at[seen] = n
					seen++
				}
			})
		}
		for _, n := range at[:seen] {
			b.ends[n] = append(b.ends[n], term.ID)
			t.nodes[n].several = t.nodes[n].several || seen > 1
		}
	}
	for n := range t.nodes {
		ids := b.ends[uint32(n)]
		slices.Sort(ids)
		ids = slices.Compact(ids)
		t.nodes[n].terms, t.nodes[n].count = uint32(len(t.ends)), uint32(len(ids))
		t.ends = append(t.ends, ids...)
	}
	t.link()
	t.finds.New = func() any { return newFind(t) }
	return t, nil
}

// spellings are the ways to write a term that folding keeps apart.
func spellings(t Term) []string {
	if t.Lang != "de" || len(t.Text) > MaxTermBytes {
		return []string{t.Text}
	}
	text := norm.NFC.String(t.Text)
	out := []string{text}
	if long := strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue").Replace(text); long != text && len(long) <= MaxTermBytes {
		return append(out, long)
	}
	if short := contract(text); short != text {
		out = append(out, short)
	}
	return out
}

// contract writes ae, oe and ue without e, as folding writes an umlaut, unless a vowel or q precedes: "neue", "Quelle", "Bauer".
func contract(text string) string {
	var b strings.Builder
	last := rune(0)
	for _, r := range text {
		if (r == 'e' || r == 'E') && strings.ContainsRune("aouAOU", last) && last != 0 {
			before := strings.TrimSuffix(b.String(), string(last))
			if p, _ := utf8.DecodeLastRuneInString(before); !strings.ContainsRune("aeiouyqAEIOUYQ", p) {
				last = 0
				continue
			}
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// maxSplit is how many joints of a term are read both ways each; with more, all are or none.
const maxSplit = 4

// split gives a term's words with every choice of joints parted.
func split(words []termWord, yield func([]termWord)) {
	joints := 0
	for _, w := range words {
		joints += len(w.seams)
	}
	ways := []uint64{0}
	switch {
	case joints > maxSplit:
		ways = append(ways, ^uint64(0))
	default:
		for m := uint64(1); m < 1<<joints; m++ {
			ways = append(ways, m)
		}
	}
	for _, way := range ways {
		var out []termWord
		j := 0
		for _, w := range words {
			from := 0
			for _, at := range w.seams {
				if way>>min(j, 63)&1 != 0 {
					out = append(out, termWord{letters: w.letters[from:at], scripts: w.scripts})
					from = at
				}
				j++
			}
			out = append(out, termWord{letters: w.letters[from:], scripts: w.scripts})
		}
		yield(out)
	}
}

type termChild struct {
	parent uint32
	word   string
}

type termBuilder struct {
	t        *Terms
	children map[termChild]uint32
	ends     map[uint32][]int64
}

func (b *termBuilder) insert(words []termWord, clitics bool) uint32 {
	t, at := b.t, uint32(rootPlain)
	if clitics {
		at = rootClitics
		t.odd = t.odd || words[0].scripts&arabic == 0
	}
	for _, w := range words {
		key := termChild{at, string(w.letters)}
		next, ok := b.children[key]
		if !ok {
			next = uint32(len(t.nodes))
			from := uint32(len(t.words))
			t.words = append(t.words, w.letters...)
			t.nodes = append(t.nodes, termNode{parent: at, word: from, clitics: clitics})
			t.nodes[next].keep(w.letters)
			t.nodes[at].further = true
			b.children[key] = next
		}
		at = next
	}
	return at
}

// link builds the tables from the nodes.
func (t *Terms) link() {
	t.edges, t.alike = newTermTable(len(t.nodes)), newTermTable(len(t.nodes))
	width := max(bits.Len(uint(16*len(t.nodes))), 10)
	t.shift, t.filter = 64-width, make([]uint64, 1<<width/64)
	for n := uint32(roots); n < uint32(len(t.nodes)); n++ {
		parent, word := t.nodes[n].parent, t.word(n)
		k := edge(parent, hashLetters(word))
		t.filter[k>>t.shift>>6] |= 1 << (k >> t.shift & 63)
		t.edges.put(k, n)
		if h, ok := looksLike(word); ok {
			t.alike.put(edge(parent, h), n)
		}
	}
}

func (t *Terms) word(n uint32) []rune {
	from := t.nodes[n].word
	return t.words[from : from+uint32(t.nodes[n].length)]
}

func newTermTable(n int) termTable {
	width := max(bits.Len(uint(2*n)), 4)
	return termTable{make([]termSlot, 1<<width), 64 - width}
}

func (t *termTable) put(k uint64, n uint32) {
	for i := k >> t.shift; ; i = (i + 1) & uint64(len(t.slots)-1) {
		if t.slots[i].node == 0 {
			t.slots[i] = termSlot{uint32(k), n}
			return
		}
	}
}

// looksLike hashes what a word looks like; false if it has no letter of the scripts that look alike.
func looksLike(word []rune) (h uint64, ok bool) {
	for _, r := range word {
		h = h*hashStep + uint64(looks(r))
		ok = ok || r < 0x530 // Latin, Greek and Cyrillic blocks, as far as folding leaves their letters
	}
	return h, ok
}

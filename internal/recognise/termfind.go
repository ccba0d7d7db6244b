// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"math/bits"
	"slices"
)

// A reach is a term's beginning that the text has so far: the node of its last word, and where it began.
type reach struct {
	node  uint32
	start int
}

// A reading is a word without some clitics.
type reading struct {
	word []rune
	hash uint64
}

// A find is one search; it is used again.
type find struct {
	t        *Terms
	s        scanner
	yield    func(TermHit) bool
	done     bool
	at       [maxJoints + 2][]reach // by seam of the word
	readings []reading
	made     []rune    // letters of readings that do not stand in the text as they are
	given    []TermHit // of the word, those that may come again
}

func newFind(t *Terms) *find {
	return &find{t: t, s: scanner{pages: t.pages, ascii: &t.ascii}, made: make([]rune, 0, maxReadings*maxWord)}
}

// Find calls yield for every place where a term stands, in the order of their last words, until yield returns false. Terms that
// overlap are all found. Text may be anything: a byte that is not UTF-8 parts words. In the steady state it allocates nothing.
func (t *Terms) Find(text string, yield func(TermHit) bool) {
	f, _ := t.finds.Get().(*find)
	f.yield, f.done = yield, false
	f.s.begin(text)
	f.run()
	f.s.text, f.s.list, f.yield = "", nil, nil
	for k := range f.at {
		f.at[k] = f.at[k][:0]
	}
	t.finds.Put(f)
}

func (f *find) run() {
	t, s := f.t, &f.s
	for s.next() {
		if s.broke || s.n > maxWord {
			f.at[0] = f.at[0][:0]
			if s.n > maxWord {
				continue
			}
		}
		if len(f.at[0]) == 0 && s.joints == 0 && !t.odd && s.scripts&arabic == 0 && bits.OnesCount32(uint32(s.scripts&alike)) < 2 {
			if k := edge(rootPlain, s.hash); t.filter[k>>t.shift>>6]>>(k>>t.shift&63)&1 == 0 {
				continue
			}
		}
		if f.take(); f.done {
			return
		}
	}
}

// take goes on with the word, in every way it may be parted.
func (f *find) take() {
	s := &f.s
	f.given = f.given[:0]
	if s.joints == 0 {
		f.at[1] = f.step(f.at[0], f.at[1][:0], s.word(), s.hash, s.start, s.end)
		f.at[0], f.at[1] = f.at[1], f.at[0]
		return
	}
	last := s.joints + 1
	for k := 1; k <= last; k++ {
		f.at[k] = f.at[k][:0]
	}
	for from := range last {
		begin, start := 0, s.start
		if from > 0 {
			begin, start = s.seams[from-1].at, s.seams[from-1].start
		}
		for to := from + 1; to <= last && !f.done; to++ {
			stop, end := s.n, s.end
			if to < last {
				stop, end = s.seams[to-1].at, s.seams[to-1].end
			}
			word := s.letters[begin:stop]
			f.at[to] = f.step(f.at[from], f.at[to], word, hashLetters(word), start, end)
		}
	}
	f.at[0], f.at[last] = f.at[last], f.at[0]
}

// step goes on with one word from each beginning and from the roots. It gives what ends here and adds to what may go on.
func (f *find) step(from, out []reach, word []rune, hash uint64, start, end int) []reach {
	t, scripts := f.t, f.s.scripts
	clitics := scripts&arabic != 0 && t.nodes[rootClitics].further
	if f.readings = f.readings[:0]; clitics {
		f.read(word)
	}
	mixed := bits.OnesCount32(uint32(scripts&alike)) > 1
	out = f.follow(reach{rootPlain, start}, out, word, hash, mixed, end)
	if clitics || t.odd {
		out = f.follow(reach{rootClitics, start}, out, word, hash, mixed, end)
	}
	for _, r := range from {
		out = f.follow(r, out, word, hash, mixed, end)
	}
	return out
}

func (f *find) follow(from reach, out []reach, word []rune, hash uint64, mixed bool, end int) []reach {
	t := f.t
	if n := t.child(from.node, word, hash); n != 0 {
		out = f.arrive(reach{n, from.start}, out, end)
	}
	if t.nodes[from.node].clitics {
		for _, r := range f.readings {
			if n := t.child(from.node, r.word, r.hash); n != 0 {
				out = f.arrive(reach{n, from.start}, out, end)
			}
		}
	}
	if !mixed {
		return out
	}
	h, _ := looksLike(word)
	k := edge(from.node, h)
	for i := k >> t.alike.shift; t.alike.slots[i].node != 0; i = (i + 1) & uint64(len(t.alike.slots)-1) {
		slot := t.alike.slots[i]
		if n := slot.node; slot.key == uint32(k) && t.nodes[n].parent == from.node && seemsEqual(t.word(n), word) && !t.is(n, word) {
			out = f.arrive(reach{n, from.start}, out, end)
		}
	}
	return out
}

// child is the node that a word leads to, or 0.
func (t *Terms) child(from uint32, word []rune, hash uint64) uint32 {
	k := edge(from, hash)
	if t.filter[k>>t.shift>>6]>>(k>>t.shift&63)&1 == 0 {
		return 0
	}
	for i := k >> t.edges.shift; ; i = (i + 1) & uint64(len(t.edges.slots)-1) {
		slot := t.edges.slots[i]
		if slot.node == 0 {
			return 0
		}
		if slot.key == uint32(k) && t.nodes[slot.node].parent == from && t.is(slot.node, word) {
			return slot.node
		}
	}
}

func (f *find) arrive(r reach, out []reach, end int) []reach {
	n := &f.t.nodes[r.node]
	for _, id := range f.t.ends[n.terms : n.terms+n.count] {
		h := TermHit{id, r.start, end}
		if n.several {
			if slices.Contains(f.given, h) {
				continue
			}
			f.given = append(f.given, h)
		}
		if !f.done && !f.yield(h) {
			f.done = true
		}
	}
	if n.further && !slices.Contains(out, r) {
		out = append(out, r)
	}
	return out
}

func seemsEqual(a, b []rune) bool {
	return slices.EqualFunc(a, b, func(x, y rune) bool { return looks(x) == looks(y) })
}

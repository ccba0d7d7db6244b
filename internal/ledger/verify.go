// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	block     = 4096    // entries read at a time; a multiple of the width of a tile
	maxFaults = 100     // faults listed
	maxOdd    = 1 << 16 // entries kept to tell what happened to them
)

// Verify holds the stored events against the stored hashes, and both against the signed checkpoints, in one pass in order. The
// checkpoints given as kept are such as somebody else kept (a partner, a court bundle, a time-stamped copy): with them it also
// finds a log that was cut back or rewritten and signed anew. An error means that the source failed or a kept checkpoint is not
// of this log; what is wrong with the log is in the report.
//
// The signed checkpoint decides: where an event and its stored hash differ, the one that leads to the signed root is right.
func Verify(src Source, v note.Verifier, origin string, kept ...[]byte) (Report, error) {
	a := &audit{src: src, stored: pointReader{src}, stride: 1,
		open: func(signed []byte) (Checkpoint, error) { return Open(signed, v, origin) }}
	if err := a.keep(kept); err != nil {
		return Report{}, fmt.Errorf("verify ledger: %w", err)
	}
	if err := a.run(); err != nil {
		return Report{}, fmt.Errorf("verify ledger: %w", err)
	}
	return a.report, nil
}

// keep opens the checkpoints that somebody else kept.
func (a *audit) keep(kept [][]byte) error {
	for i, signed := range kept {
		c, err := a.open(signed)
		if err != nil {
			return fmt.Errorf("kept checkpoint %d: %w", i, err)
		}
		a.kept = append(a.kept, c)
	}
	slices.SortStableFunc(a.kept, func(x, y Checkpoint) int { return cmp.Compare(x.Size, y.Size) })
	return nil
}

// audit is one verification under way.
type audit struct {
	src    Source
	stored Hashes // single stored hashes; the zero hash for one that is missing
	stride int    // only hashes at multiples of this level are stored
	quiet  bool   // the source itself reports what is missing
	open   func(signed []byte) (Checkpoint, error)
	kept   []Checkpoint

	size    int64
	edge    []node // right edge of the tree that is taken to be the logged one
	report  Report
	odd     []odd
	lastOdd int64 // one more than the last place where row and stored hash differ
	judged  int   // how often a checkpoint was asked to decide
	agreed  int64 // size of the last checkpoint that agreed
	covered int64 // size of the last checkpoint that could be opened
	astray  streak
	lost    struct{ from, to int64 } // run of missing stored hashes
}

// node is a hash of the tree, if it could be found out.
type node struct {
	hash  tlog.Hash
	known bool
}

// streak is a run of checkpoints that do not agree.
type streak struct{ first, last, count int64 }

// head is a checkpoint as far as the pass needs it.
type head struct {
	size  int64
	root  tlog.Hash
	count int64 // how many stored checkpoints say this
}

var errOrder = errors.New("the source broke its contract: rows outside the range asked for, or out of order")

func (a *audit) run() error {
	size, err := a.src.Size()
	if err != nil {
		return fmt.Errorf("read size: %w", err)
	}
	if size < 0 || size > MaxSize {
		return fmt.Errorf("%w: the source gives %d entries", ErrSize, size)
	}
	a.size = size
	begin, err := a.heads(0, 1)
	if err != nil {
		return err
	}
	for _, h := range begin { // parsing made sure of the empty root
		a.report.Checkpoints += h.count
	}
	for lo := int64(0); lo < size; lo += block {
		if len(a.report.Faults) >= maxFaults {
			a.report.More = true
			break
		}
		if err := a.block(lo, min(lo+block, size)); err != nil {
			return err
		}
		a.report.Size = min(lo+block, size)
	}
	if a.report.Size == size {
		if err := a.tail(); err != nil {
			return err
		}
	}
	a.flushLost()
	a.flushAstray(false)
	a.classify()
	if n, ok := a.root(); ok {
		a.report.Root = n
	}
	a.report.sort()
	return nil
}

func (r *Report) sort() {
	rank := func(f Fault) int {
		return slices.Index([]string{Flipped, Removed, Added, Reordered, BadHash, BadSigning}, f.Kind)
	}
	slices.SortStableFunc(r.Faults, func(x, y Fault) int {
		return cmp.Or(cmp.Compare(x.Index, y.Index), cmp.Compare(rank(x), rank(y)))
	})
	if len(r.Faults) > maxFaults {
		r.Faults, r.More = r.Faults[:maxFaults], true
	}
}

func (a *audit) faultf(index int64, kind, format string, args ...any) {
	if len(a.report.Faults) >= 2*maxFaults {
		a.report.More = true
		return
	}
	a.report.Faults = append(a.report.Faults, Fault{Index: index, Kind: kind, Detail: fmt.Sprintf(format, args...)})
}

// block verifies the entries from lo to hi.
func (a *audit) block(lo, hi int64) error {
	base := tlog.StoredHashCount(lo)
	hashes := make([]node, tlog.StoredHashCount(hi)-base)
	prev := base - 1
	for s, err := range a.src.Hashes(base, base+int64(len(hashes))) {
		if err != nil {
			return fmt.Errorf("read stored hashes from %d: %w", base, err)
		}
		if s.Number < prev || s.Number < base || s.Number >= base+int64(len(hashes)) {
			return fmt.Errorf("read stored hashes: %w: number %d", errOrder, s.Number)
		}
		if s.Number == prev {
			a.faultf(firstLeaf(s.Number), BadHash, "two hashes are stored under number %d", s.Number)
			continue
		}
		prev = s.Number
		hashes[s.Number-base] = node{s.Hash, true}
	}
	rows, err := a.rows(lo, hi, hashes)
	if err != nil {
		return err
	}
	heads, err := a.heads(lo+1, hi+1)
	if err != nil {
		return err
	}
	at := int64(0) // in hashes
	for i := lo; i < hi; i++ {
		n := a.leaf(i, rows[i-lo], hashes[at], base+at)
		at++
		for level := 1; level <= bits.TrailingZeros64(uint64(i+1)); level++ {
			left := a.edge[len(a.edge)-1]
			a.edge = a.edge[:len(a.edge)-1]
			n = a.inner(level, i>>level, node{tlog.NodeHash(left.hash, n.hash), left.known && n.known}, hashes[at], base+at)
			at++
		}
		a.edge = append(a.edge, n)
		for len(heads) > 0 && heads[0].size == i+1 {
			a.compare(heads[0])
			heads = heads[1:]
		}
	}
	return nil
}

// row is what the events table says about one place.
type row struct {
	hash  tlog.Hash
	event int64 // id, 0 if the leaf is malformed
	there bool
}

func (a *audit) rows(lo, hi int64, hashes []node) ([]row, error) {
	rows := make([]row, hi-lo)
	base, prev := tlog.StoredHashCount(lo), int64(-1)
	for e, err := range a.src.Events(lo, hi) {
		if err != nil {
			return nil, fmt.Errorf("read events from %d: %w", lo, err)
		}
		if e.Index < prev || e.Index < lo || e.Index >= hi {
			return nil, fmt.Errorf("read events: %w: index %d", errOrder, e.Index)
		}
		if e.Erased {
			a.report.Erased++
		}
		here := &rows[e.Index-lo]
		logged := hashes[tlog.StoredHashIndex(0, e.Index)-base]
		this := row{hash: tlog.RecordHash(e.Leaf), there: true}
		if !logged.known || logged.hash != this.hash {
			if entry, err := ParseLeaf(e.Leaf); err == nil {
				this.event = entry.Event
			}
		}
		if e.Index == prev { // the row that was logged keeps the place
			if logged.known && this.hash == logged.hash {
				*here, this = this, *here
			}
			a.note(odd{index: e.Index, row: this})
			continue
		}
		prev, *here = e.Index, this
	}
	return rows, nil
}

// heads opens the checkpoints stored under sizes in a range, together with the kept ones.
func (a *audit) heads(from, to int64) ([]head, error) {
	var heads []head
	prev := from
	for s, err := range a.src.Checkpoints(from, to) {
		if err != nil {
			return nil, fmt.Errorf("read checkpoints from size %d: %w", from, err)
		}
		if s.Size < prev || s.Size >= to {
			return nil, fmt.Errorf("read checkpoints: %w: size %d", errOrder, s.Size)
		}
		prev = s.Size
		c, err := a.open(s.Signed)
		switch last := len(heads) - 1; {
		case err != nil:
			a.faultf(s.Size, BadSigning, "the checkpoint stored under size %d: %v", s.Size, err)
		case c.Size != s.Size:
			a.faultf(s.Size, BadSigning, "the checkpoint stored under size %d is signed for size %d", s.Size, c.Size)
		case last >= 0 && heads[last].size == c.Size && heads[last].root == c.Root:
			heads[last].count++
		default:
			heads = append(heads, head{c.Size, c.Root, 1})
		}
	}
	if len(heads) > 0 {
		a.covered = heads[len(heads)-1].size
	}
	for _, c := range a.kept {
		if c.Size >= from && c.Size < to {
			heads = append(heads, head{c.Size, c.Root, 0})
		}
	}
	slices.SortStableFunc(heads, func(x, y head) int { return cmp.Compare(x.size, y.size) })
	return heads, nil
}

// compare holds a checkpoint against the tree up to its size.
func (a *audit) compare(h head) {
	root, known := a.root()
	switch {
	case !known: // some hash is missing, which is a fault already
	case root == h.root:
		a.flushAstray(true)
		a.agreed = h.size
		a.report.Checkpoints += h.count
	default:
		if a.astray.count == 0 {
			a.astray.first = h.size
		}
		a.astray.last = h.size
		a.astray.count++
	}
}

func (a *audit) flushAstray(healed bool) {
	s := a.astray
	a.astray = streak{}
	if s.count == 0 {
		return
	}
	why := fmt.Sprintf("the last that agrees is of size %d, so entries from %d to %d were rewritten together with their hashes", a.agreed, a.agreed, s.first-1)
	if s.first == a.agreed {
		why = "another checkpoint of the same size agrees: two histories were signed"
	} else if healed {
		why = "later checkpoints agree: this one is of another history that was signed with the same key"
	}
	if s.count > 1 {
		why += fmt.Sprintf("; %d checkpoints up to size %d do not agree", s.count, s.last)
	}
	a.faultf(s.first, BadSigning, "the signed checkpoint of size %d has another root than the stored hashes give; %s", s.first, why)
}

func (a *audit) root() (tlog.Hash, bool) {
	e := make(edge, len(a.edge))
	for i, n := range a.edge {
		if !n.known {
			return tlog.Hash{}, false
		}
		e[i] = n.hash
	}
	return e.root(), true
}

// tail looks for what is stored beyond the size, and for the end of the log being cut off.
func (a *audit) tail() error {
	for e, err := range a.src.Events(a.size, math.MaxInt64) {
		if err != nil {
			return fmt.Errorf("read events from %d: %w", a.size, err)
		}
		if e.Index < a.size {
			return fmt.Errorf("read events: %w: index %d", errOrder, e.Index)
		}
		this := row{hash: tlog.RecordHash(e.Leaf), there: true}
		if entry, err := ParseLeaf(e.Leaf); err == nil {
			this.event = entry.Event
		}
		if a.note(odd{index: e.Index, row: this}); a.report.More {
			break
		}
	}
	surplus, from := 0, tlog.StoredHashCount(a.size)
	for _, err := range a.src.Hashes(from, math.MaxInt64) {
		if err != nil {
			return fmt.Errorf("read stored hashes from %d: %w", from, err)
		}
		if surplus++; surplus > maxOdd {
			break
		}
	}
	if surplus > 0 {
		a.faultf(a.size, BadHash, "%d hashes are stored from number %d on, beyond those of %d entries", surplus, from, a.size)
	}
	for s, err := range a.src.Checkpoints(a.size+1, math.MaxInt64) {
		if err != nil {
			return fmt.Errorf("read checkpoints from size %d: %w", a.size+1, err)
		}
		if c, err := a.open(s.Signed); err != nil {
			a.faultf(s.Size, BadSigning, "the checkpoint stored under size %d: %v", s.Size, err)
		} else {
			a.cutBack("a stored checkpoint", c)
		}
		if len(a.report.Faults) >= maxFaults {
			break
		}
	}
	for _, c := range a.kept {
		if c.Size > a.size {
			a.cutBack("a checkpoint kept elsewhere", c)
		}
	}
	if a.covered < a.size {
		a.faultf(a.covered, BadSigning, "no valid signed checkpoint covers entries %d to %d: theirs was removed or altered, or they were never signed",
			a.covered, a.size-1)
	}
	return nil
}

func (a *audit) cutBack(what string, c Checkpoint) {
	if c.Size > a.size {
		a.faultf(a.size, Removed, "entries %d to %d are missing: %s was signed for %d entries, and %d are stored", a.size, c.Size-1, what, c.Size, a.size)
	}
}

func firstLeaf(number int64) int64 {
	level, n := tlog.SplitStoredHashIndex(number)
	return n << level
}

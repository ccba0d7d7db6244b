// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// maxJudged bounds how often a checkpoint is asked to decide: each time costs some twenty single reads.
const maxJudged = 48

// leaf decides what was logged at a place, and notes it if the event row says something else.
func (a *audit) leaf(i int64, event row, stored node, number int64) node {
	if stored.known && event.there && stored.hash == event.hash {
		return stored
	}
	o := odd{index: i, row: event, stored: stored}
	switch {
	case !stored.known:
		a.missing(number)
		if event.there {
			return node{event.hash, true} // the levels above tell whether this is right
		}
	case event.there:
		o.attested = a.attests(0, i, stored.hash)
		if !o.attested && a.attests(0, i, event.hash) {
			a.faultf(i, BadHash, "the stored hash of entry %d (number %d) is altered; its event is whole, as the signed checkpoint attests", i, number)
			return node{event.hash, true}
		}
	}
	a.note(o)
	a.lastOdd = i + 1
	return stored
}

// inner decides what the hash at (level, n) is: computed from its children, and as it is stored.
func (a *audit) inner(level int, n int64, computed, stored node, number int64) node {
	switch {
	case !stored.known:
		if level%a.stride == 0 {
			a.missing(number)
		}
		return computed
	case !computed.known:
		return stored
	case stored.hash == computed.hash:
		return stored
	}
	from, to := n<<level, (n+1)<<level-1
	switch byStored, byComputed := a.attests(level, n, stored.hash), a.attests(level, n, computed.hash); {
	case byComputed:
		a.faultf(from, BadHash, "the stored hash number %d, over entries %d to %d, is altered; the hashes below it are whole, as the signed checkpoint attests",
			number, from, to)
		return computed
	case byStored && a.noted(from):
		return stored
	case byStored:
		a.faultf(from, Flipped, "an event among entries %d to %d was changed together with its stored hash: the signed checkpoint attests other content", from, to)
		return stored
	}
	a.faultf(from, BadHash, "the stored hash number %d is not the hash of what is stored below it, over entries %d to %d, and no signed checkpoint attests either",
		number, from, to)
	return stored
}

// noted reports whether an entry from an index on is odd already, so that a wrong hash above it is no news.
func (a *audit) noted(from int64) bool {
	return a.lastOdd > from
}

// missing notes that a hash is not stored; runs become one fault.
func (a *audit) missing(number int64) {
	if a.lost.to != number {
		a.flushLost()
		a.lost.from = number
	}
	a.lost.to = number + 1
}

func (a *audit) flushLost() {
	l := a.lost
	a.lost.from, a.lost.to = 0, 0
	switch {
	case l.to == 0 || a.quiet:
	case l.to == l.from+1:
		a.faultf(firstLeaf(l.from), BadHash, "the stored hash number %d is missing", l.from)
	default:
		a.faultf(firstLeaf(l.from), BadHash, "%d stored hashes, numbers %d to %d, are missing", l.to-l.from, l.from, l.to-1)
	}
}

// attests reports whether the first checkpoint that covers the subtree n of a level says, by way of the stored hashes beside its
// path to the root, that the subtree's hash is h. False may also mean that nothing can be said.
func (a *audit) attests(level int, n int64, h tlog.Hash) bool {
	if a.judged++; a.judged > maxJudged {
		return false
	}
	c, ok := a.judge((n + 1) << level)
	if !ok {
		return false
	}
	path, err := tlog.ProveRecord(c.Size, n<<level, a.stored)
	if err != nil || len(path) < level {
		return false
	}
	root, ok := climb(path[level:], 0, c.Size, n<<level, 1<<level, h)
	return ok && root == c.Root
}

// judge finds the smallest valid checkpoint, stored or kept, of at least some size.
func (a *audit) judge(size int64) (Checkpoint, bool) {
	found, ok := Checkpoint{}, false
	for s, err := range a.src.Checkpoints(size, a.size+1) {
		if err != nil {
			break // the pass meets the same error and reports it
		}
		if c, err := a.open(s.Signed); err == nil && c.Size >= size && c.Size <= a.size {
			found, ok = c, true
			break
		}
	}
	for _, c := range a.kept {
		if c.Size >= size && c.Size <= a.size && (!ok || c.Size < found.Size) {
			return c, true
		}
	}
	return found, ok
}

// climb runs the upper part of an inclusion proof: the root of [lo, hi) if the complete subtree of some width that begins at
// leaf at has the hash h (RFC 6962, section 2.1.1, begun above the leaf).
func climb(path tlog.RecordProof, lo, hi, at, width int64, h tlog.Hash) (tlog.Hash, bool) {
	if hi-lo == width {
		return h, len(path) == 0
	}
	if len(path) == 0 || hi-lo < width {
		return tlog.Hash{}, false
	}
	half := int64(1)
	for half*2 < hi-lo {
		half *= 2
	}
	last := len(path) - 1
	if at < lo+half {
		below, ok := climb(path[:last], lo, lo+half, at, width, h)
		return tlog.NodeHash(below, path[last]), ok
	}
	below, ok := climb(path[:last], lo+half, hi, at, width, h)
	return tlog.NodeHash(path[last], below), ok
}

// pointReader reads single stored hashes from a source; one that is missing is the zero hash.
type pointReader struct{ src Source }

func (r pointReader) ReadHashes(numbers []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(numbers))
	for i, number := range numbers {
		for s, err := range r.src.Hashes(number, number+1) {
			if err != nil {
				return nil, fmt.Errorf("read stored hash %d: %w", number, err)
			}
			out[i] = s.Hash
			break
		}
	}
	return out, nil
}

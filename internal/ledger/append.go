// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"errors"
	"fmt"
	"math/bits"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// MaxSize is the greatest number of entries of a log. Sizes beyond it occur only in hostile input.
const MaxSize = 1 << 48

// ErrSize says that a size or an index is negative or beyond MaxSize.
var ErrSize = errors.New("size out of range")

// ErrRoot says that stored hashes do not give the root that the last checkpoint signed: somebody changed them.
var ErrRoot = errors.New("stored hashes do not give the signed root")

// Hashes reads stored hashes by their number (tlog.StoredHashIndex). It must answer every number or fail.
type Hashes = tlog.HashReader

// Append returns the hashes that must be stored for some new leaves, in order, from number tlog.StoredHashIndex(0, size) on, and
// the root of the grown log. It reads stored once, at most one hash for each binary digit of size, whatever the number of
// leaves. A leaf that ParseLeaf refuses is refused, so that nothing but commitments ever enters the log.
func Append(size int64, leaves [][]byte, stored Hashes) (hashes []tlog.Hash, root tlog.Hash, err error) {
	edge, err := readEdge(size, stored)
	if err != nil {
		return nil, tlog.Hash{}, fmt.Errorf("append to ledger: %w", err)
	}
	return appendTo(edge, size, leaves)
}

// Extend is Append for a sequencer: it first makes sure that the stored hashes still give the root of the last checkpoint (the
// zero Checkpoint with an Origin begins a log), and returns the next checkpoint, to be signed in the same transaction in which
// the hashes are stored. An error that wraps ErrRoot means: do not sign, run Verify.
func Extend(last Checkpoint, leaves [][]byte, at time.Time, stored Hashes) (hashes []tlog.Hash, next Checkpoint, err error) {
	edge, err := readEdge(last.Size, stored)
	if err != nil {
		return nil, Checkpoint{}, fmt.Errorf("extend ledger: %w", err)
	}
	if begin := last.Size == 0 && last.Root == (tlog.Hash{}); !begin && edge.root() != last.Root {
		return nil, Checkpoint{}, fmt.Errorf("extend ledger at size %d: %w: stored %v, signed %v; verify the ledger before anything is signed",
			last.Size, ErrRoot, edge.root(), last.Root)
	}
	hashes, root, err := appendTo(edge, last.Size, leaves)
	if err != nil {
		return nil, Checkpoint{}, err
	}
	return hashes, Checkpoint{Origin: last.Origin, Size: last.Size + int64(len(leaves)), Root: root, At: at}, nil
}

// Root returns the root of the first size entries: SHA-256 of nothing for an empty log (RFC 6962, section 2.1).
func Root(size int64, stored Hashes) (tlog.Hash, error) {
	edge, err := readEdge(size, stored)
	if err != nil {
		return tlog.Hash{}, fmt.Errorf("read ledger root: %w", err)
	}
	return edge.root(), nil
}

func appendTo(e edge, size int64, leaves [][]byte) ([]tlog.Hash, tlog.Hash, error) {
	if size+int64(len(leaves)) > MaxSize {
		return nil, tlog.Hash{}, fmt.Errorf("append to ledger: %w: %d entries and %d more", ErrSize, size, len(leaves))
	}
	hashes := make([]tlog.Hash, 0, tlog.StoredHashCount(size+int64(len(leaves)))-tlog.StoredHashCount(size))
	for i, leaf := range leaves {
		if _, err := ParseLeaf(leaf); err != nil {
			return nil, tlog.Hash{}, fmt.Errorf("append to ledger: leaf %d of %d: %w", i, len(leaves), err)
		}
		hashes = e.add(size+int64(i), tlog.RecordHash(leaf), hashes)
	}
	return hashes, e.root(), nil
}

// edge is the right edge of a tree: the roots of its complete subtrees, greatest first, one for each set digit of its size.
type edge []tlog.Hash

func readEdge(size int64, stored Hashes) (edge, error) {
	if size < 0 || size > MaxSize {
		return nil, fmt.Errorf("%w: %d", ErrSize, size)
	}
	if size == 0 {
		return make(edge, 0, 48), nil
	}
	var want []int64
	for level := 48; level >= 0; level-- {
		if size>>level&1 == 1 {
			want = append(want, tlog.StoredHashIndex(level, size>>level-1))
		}
	}
	got, err := stored.ReadHashes(want)
	if err != nil {
		return nil, fmt.Errorf("read %d stored hashes: %w", len(want), err)
	}
	if len(got) != len(want) {
		return nil, fmt.Errorf("read %d stored hashes: storage returned %d", len(want), len(got))
	}
	return append(make(edge, 0, 48), got...), nil
}

// add puts leaf hash number n at the end and appends to out what must be stored for it.
func (e *edge) add(n int64, h tlog.Hash, out []tlog.Hash) []tlog.Hash {
	out = append(out, h)
	for range bits.TrailingZeros64(uint64(n + 1)) {
		last := len(*e) - 1
		h = tlog.NodeHash((*e)[last], h)
		*e = (*e)[:last]
		out = append(out, h)
	}
	*e = append(*e, h)
	return out
}

func (e edge) root() tlog.Hash {
	if len(e) == 0 {
		return emptyRoot
	}
	h := e[len(e)-1]
	for i := len(e) - 2; i >= 0; i-- {
		h = tlog.NodeHash(e[i], h)
	}
	return h
}

// emptyRoot is SHA-256 of the empty string.
var emptyRoot, _ = tlog.TreeHash(0, nil)

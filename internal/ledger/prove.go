// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// ErrProof says that a proof does not prove what it should.
var ErrProof = errors.New("proof fails")

// ProveInclusion returns the proof that entry number index (from 0) is among the first size entries (RFC 6962, section 2.1.1).
func ProveInclusion(size, index int64, stored Hashes) (tlog.RecordProof, error) {
	if size > MaxSize || index < 0 || index >= size {
		return nil, fmt.Errorf("prove inclusion of entry %d among %d: %w", index, size, ErrSize)
	}
	p, err := tlog.ProveRecord(size, index, stored)
	if err != nil {
		return nil, fmt.Errorf("prove inclusion of entry %d among %d: %w", index, size, err)
	}
	return p, nil
}

// CheckInclusion reports whether p proves that a leaf is entry number index of the log at checkpoint c. Errors wrap ErrProof.
func CheckInclusion(p tlog.RecordProof, c Checkpoint, index int64, leaf []byte) error {
	if c.Size > MaxSize || index < 0 || index >= c.Size {
		return fmt.Errorf("check inclusion: %w: there is no entry %d among %d", ErrProof, index, c.Size)
	}
	if err := tlog.CheckRecord(p, c.Size, c.Root, index, tlog.RecordHash(leaf)); err != nil {
		return fmt.Errorf("check inclusion of entry %d among %d: %w", index, c.Size, ErrProof)
	}
	return nil
}

// ProveConsistency returns the proof that the log of size newer begins with the log of size older (RFC 6962, section 2.1.2). It
// is empty if older is 0 or equals newer.
func ProveConsistency(older, newer int64, stored Hashes) (tlog.TreeProof, error) {
	if older < 0 || older > newer || newer > MaxSize {
		return nil, fmt.Errorf("prove consistency of %d with %d: %w", older, newer, ErrSize)
	}
	if older == 0 {
		return tlog.TreeProof{}, nil
	}
	p, err := tlog.ProveTree(newer, older, stored)
	if err != nil {
		return nil, fmt.Errorf("prove consistency of %d with %d: %w", older, newer, err)
	}
	return p, nil
}

// CheckConsistency reports whether p proves that the log at checkpoint newer begins with the log at checkpoint older: that
// nothing was changed, removed, reordered or put between. Errors wrap ErrProof.
func CheckConsistency(p tlog.TreeProof, older, newer Checkpoint) error {
	bad := func(why string) error {
		return fmt.Errorf("check consistency of %d with %d: %w: %s", older.Size, newer.Size, ErrProof, why)
	}
	switch {
	case older.Origin != newer.Origin:
		return bad("the checkpoints are of two logs")
	case older.Size < 0 || older.Size > newer.Size || newer.Size > MaxSize:
		return bad("the sizes are out of order or range")
	case older.Size == 0:
		if len(p) != 0 || older.Root != emptyRoot || newer.Size == 0 && newer.Root != emptyRoot {
			return bad("an empty log has the empty root and needs no proof")
		}
		return nil
	}
	if err := tlog.CheckTree(p, newer.Size, newer.Root, older.Size, older.Root); err != nil {
		return bad("the later log does not begin with the earlier one")
	}
	return nil
}

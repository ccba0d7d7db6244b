// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"errors"
	"fmt"
	"iter"

	"golang.org/x/mod/sumdb/tlog"
)

// Source is a stored log as Verify and Export read it: ranges of rows in ascending order, from inclusive, to exclusive. They ask
// in blocks of a few thousand, go on from block to block, and never hold two iterators open at once, so that one connection and
// one read transaction serve. All methods must see one state of the store. An iterator ends after the first error it yields. A
// row that is missing, doubled or altered is not an error of the source: it yields what is there.
type Source interface {
	// Size returns how many entries the store believes the log to have, such as the greatest size of a checkpoint.
	Size() (int64, error)
	// Events yields the event rows whose index in the log is in the range, ordered by index.
	Events(from, to int64) iter.Seq2[Event, error]
	// Hashes yields the stored hashes whose number (tlog.StoredHashIndex) is in the range, ordered by number.
	Hashes(from, to int64) iter.Seq2[StoredHash, error]
	// Checkpoints yields the checkpoints stored under a size in the range, ordered by size.
	Checkpoints(from, to int64) iter.Seq2[StoredCheckpoint, error]
}

// Event is an event row that has a place in the log.
type Event struct {
	Index int64 // its place, from 0
	// Leaf is computed anew from the row: id, time, kind, and Commit of its salt and payload. It is used only until the
	// iterator goes on.
	Leaf []byte
	// Erased says that salt and payload were erased by rule and Leaf comes from the stored commitment.
	Erased bool
}

// StoredHash is one stored hash of the tree.
type StoredHash struct {
	Number int64 // tlog.StoredHashIndex(level, n)
	Hash   tlog.Hash
}

// StoredCheckpoint is one stored checkpoint.
type StoredCheckpoint struct {
	Size   int64 // the size that it is stored under
	Signed []byte
}

// The kinds of fault.
const (
	Flipped    = "flipped"    // an event is not what was logged
	Removed    = "removed"    // a logged event is not there
	Added      = "added"      // an event is there that was never logged
	Reordered  = "reordered"  // logged events stand at each other's place
	BadHash    = "hash"       // a stored hash of the tree is altered, missing or surplus, while the events may be whole
	BadSigning = "checkpoint" // a checkpoint is forged, missing, or of another history
)

// Fault is one thing that is wrong with a log.
type Fault struct {
	Index  int64  // entry in question, from 0; the first if they are many; of a checkpoint: its size
	Kind   string // one of the constants
	Detail string // a sentence for people
}

func (f Fault) String() string { return fmt.Sprintf("%s at %d: %s", f.Kind, f.Index, f.Detail) }

// Report is what a verification found.
type Report struct {
	Size        int64     // entries checked: all of them, unless there are more faults than listed
	Root        tlog.Hash // root of the tree of these entries; zero if a missing hash keeps it from being known
	Checkpoints int64     // checkpoints that were checked and agree
	Erased      int64     // events whose payload is erased, so that only their commitment was checked
	Faults      []Fault   // in order of index, the first hundred
	More        bool      // there are more faults than listed
}

// ErrFault says that a log is not whole.
var ErrFault = errors.New("ledger is not whole")

// Err returns nil for a log without fault, and otherwise an error that wraps ErrFault and names the first fault.
func (r Report) Err() error {
	if len(r.Faults) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrFault, r.Faults[0])
}

// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// maxConsistency is the greatest number of hashes of a consistency proof (c2sp.org/tlog-witness).
const maxConsistency = 63

// Submission is what a log sends to a witness: the body of an add-checkpoint request of c2sp.org/tlog-witness.
type Submission struct {
	Old        int64          // size of the log that the witness cosigned last; 0 if it never did
	Proof      tlog.TreeProof // that the checkpoint continues it; empty if Old is 0 or the checkpoint's size
	Checkpoint []byte         // signed by the log
}

// Submit proves that a signed checkpoint of ours continues the log of size old.
func Submit(signed []byte, old int64, stored Hashes) (Submission, error) {
	c, err := Peek(signed)
	if err != nil {
		return Submission{}, fmt.Errorf("submit checkpoint: %w", err)
	}
	p, err := ProveConsistency(old, c.Size, stored)
	if err != nil {
		return Submission{}, fmt.Errorf("submit checkpoint: %w", err)
	}
	return Submission{old, p, signed}, nil
}

// Format returns the text of a submission.
func (s Submission) Format() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "old %d\n", s.Old)
	for _, h := range s.Proof {
		b.WriteString(h.String() + "\n")
	}
	b.WriteString("\n")
	b.Write(s.Checkpoint)
	return []byte(b.String())
}

// ParseSubmission reads the text of a submission and takes nothing but what Format writes, with at most 63 hashes. It proves nothing by
// itself: Witness.Cosign does. Errors wrap ErrProof or ErrCheckpoint.
func ParseSubmission(text []byte) (Submission, error) {
	bad := func(what string) (Submission, error) {
		return Submission{}, fmt.Errorf("read submission: %w: %s", ErrProof, what)
	}
	if len(text) > MaxCheckpoint+8<<10 {
		return bad("it is too long")
	}
	line, rest, _ := strings.Cut(string(text), "\n")
	number, has := strings.CutPrefix(line, "old ")
	old, err := strconv.ParseInt(number, 10, 64)
	if !has || err != nil || strconv.FormatInt(old, 10) != number || old < 0 || old > MaxSize {
		return bad("malformed size of what was seen")
	}
	s := Submission{Old: old}
	for {
		line, after, ok := strings.Cut(rest, "\n")
		if !ok {
			return bad("no empty line after the hashes")
		}
		rest = after
		if line == "" {
			break
		}
		h, err := parseHash(line)
		if err != nil || len(s.Proof) == maxConsistency {
			return bad("malformed hash, or too many")
		}
		s.Proof = append(s.Proof, h)
	}
	s.Checkpoint = []byte(rest)
	if _, err := Peek(s.Checkpoint); err != nil {
		return Submission{}, fmt.Errorf("read submission: %w", err)
	}
	return s, nil
}

// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	proofHeader = "c2sp.org/tlog-proof@v1"
	maxExtra    = 64 << 10
	maxPath     = 48 // hashes on the way from a leaf to the root of MaxSize entries
)

// Proof is an inclusion proof that stands alone: with the leaf and the log's public key it can be checked without a network
// (c2sp.org/tlog-proof; file extension .tlog-proof).
type Proof struct {
	Index      int64            // number of the entry, from 0
	Path       tlog.RecordProof // from the leaf's sibling to the root's child
	Extra      []byte           // a remark that nothing authenticates; nil leaves the line out
	Checkpoint []byte           // the signed checkpoint, as the log gave it out
}

// Prove returns the proof that entry number index is in the log of a signed checkpoint, whose signature it does not check.
func Prove(signed []byte, index int64, stored Hashes) (Proof, error) {
	c, err := Peek(signed)
	if err != nil {
		return Proof{}, fmt.Errorf("prove entry %d: %w", index, err)
	}
	path, err := ProveInclusion(c.Size, index, stored)
	if err != nil {
		return Proof{}, err
	}
	return Proof{Index: index, Path: path, Checkpoint: signed}, nil
}

// Check reports whether the proof shows that a leaf is in the log named origin, and returns the checkpoint that says so.
func (p Proof) Check(leaf []byte, v note.Verifier, origin string) (Checkpoint, error) {
	c, err := Open(p.Checkpoint, v, origin)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("check proof of entry %d: %w", p.Index, err)
	}
	if err := CheckInclusion(p.Path, c, p.Index, leaf); err != nil {
		return Checkpoint{}, err
	}
	return c, nil
}

// Format returns the text of a proof.
func (p Proof) Format() []byte {
	var b strings.Builder
	b.WriteString(proofHeader + "\n")
	if p.Extra != nil {
		b.WriteString("extra " + base64.StdEncoding.EncodeToString(p.Extra) + "\n")
	}
	b.WriteString("index " + strconv.FormatInt(p.Index, 10) + "\n")
	for _, h := range p.Path {
		b.WriteString(h.String() + "\n")
	}
	b.WriteString("\n")
	b.Write(p.Checkpoint)
	return []byte(b.String())
}

// ParseProof reads the text of a proof and takes nothing but what Format writes: at most 48 hashes, 64 KiB of extra data, and a
// checkpoint that can be read. It proves nothing by itself: call Check. Errors wrap ErrProof or ErrCheckpoint.
func ParseProof(text []byte) (Proof, error) {
	bad := func(format string, args ...any) (Proof, error) {
		return Proof{}, fmt.Errorf("read proof: %w: %s", ErrProof, fmt.Sprintf(format, args...))
	}
	if len(text) > MaxCheckpoint+2*maxExtra {
		return bad("%d bytes are too many", len(text))
	}
	header, rest, ok := strings.Cut(string(text), "\n")
	if !ok || header != proofHeader {
		return bad("first line is not %q", proofHeader)
	}
	var p Proof
	if after, has := strings.CutPrefix(rest, "extra "); has {
		line, after, _ := strings.Cut(after, "\n")
		extra, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(extra) > maxExtra || base64.StdEncoding.EncodeToString(extra) != line {
			return bad("malformed extra line")
		}
		p.Extra, rest = append([]byte{}, extra...), after
	}
	line, rest, _ := strings.Cut(rest, "\n")
	number, has := strings.CutPrefix(line, "index ")
	index, err := strconv.ParseInt(number, 10, 64)
	if !has || err != nil || strconv.FormatInt(index, 10) != number || index < 0 || index >= MaxSize {
		return bad("malformed index line")
	}
	p.Index = index
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
		if err != nil || len(p.Path) == maxPath {
			return bad("malformed hash, or more than %d", maxPath)
		}
		p.Path = append(p.Path, h)
	}
	p.Checkpoint = []byte(rest)
	if _, err := Peek(p.Checkpoint); err != nil {
		return Proof{}, fmt.Errorf("read proof: %w", err)
	}
	return p, nil
}

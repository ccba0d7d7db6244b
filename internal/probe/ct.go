// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"context"
	"crypto"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"iolaus/internal/iru"
)

// CT reads one certificate transparency log by its old interface (RFC 6962, section 4). What it says is a hint where to look, not evidence.
type CT struct {
	HTTP  HTTP
	Log   string           // base URL, such as https://log.test/2026h1
	Batch int              // entries asked for at once; 0 is 256
	Key   crypto.PublicKey // of the log; nil: heads are not checked against it
}

// An Entry is one certificate in a log.
type Entry struct {
	Index       int64
	At          time.Time // when the log took it
	Pre         bool      // a precertificate
	Certificate Certificate
	Err         error // why Certificate is empty; other entries are not affected
}

// Head asks for the newest signed tree head, checked where the log's key is known. Errors: Unavailable.
func (c CT) Head(ctx context.Context) (Head, error) {
	var h struct {
		Size      *int64 `json:"tree_size"`
		Timestamp int64  `json:"timestamp"`
		Root      []byte `json:"sha256_root_hash"`
		Signature []byte `json:"tree_head_signature"`
	}
	if err := c.get(ctx, "get-sth", &h); err != nil {
		return Head{}, err
	}
	if h.Size == nil || *h.Size < 0 {
		return Head{}, fmt.Errorf("read log %s: %w: its head has no size", c.Log, iru.Unavailable)
	}
	out := Head{Size: *h.Size, At: time.UnixMilli(h.Timestamp).UTC()}
	if len(h.Root) == tlog.HashSize {
		out.Root = tlog.Hash(h.Root)
	}
	if c.Key != nil {
		if err := out.signedBy(c.Key, h.Signature); err != nil || len(h.Root) != tlog.HashSize {
			return Head{}, fmt.Errorf("read log %s: %w: its head is not signed with its key", c.Log, iru.Unavailable)
		}
	}
	raw, err := json.Marshal(h)
	if err != nil {
		return Head{}, fmt.Errorf("read log %s: %w: %v", c.Log, iru.Unavailable, err)
	}
	out.Raw = string(raw)
	return out, nil
}

// prove asks for the proof that a later tree contains an earlier one (RFC 6962, section 4.4).
func (c CT) prove(ctx context.Context, was, is Head) error {
	var p struct {
		Consistency [][]byte `json:"consistency"`
	}
	if err := c.get(ctx, fmt.Sprintf("get-sth-consistency?first=%d&second=%d", was.Size, is.Size), &p); err != nil {
		return err
	}
	proof := make(tlog.TreeProof, 0, len(p.Consistency))
	for _, h := range p.Consistency {
		if len(h) != tlog.HashSize || len(proof) > 128 { // twice the height of the tallest tree
			return &Fork{c.Log, "its proof of consistency is none", was, is}
		}
		proof = append(proof, tlog.Hash(h))
	}
	if err := tlog.CheckTree(proof, is.Size, is.Root, was.Size, was.Root); err != nil {
		return &Fork{c.Log, "its newest tree does not contain the one it signed before", was, is}
	}
	return nil
}

// Since reads entries from an index on, at most one batch, and returns the index to go on from. At the end of the log there are
// none, and next is from. A log that shrank below from is Unavailable: it was reset or lies. Errors: Invalid, Unavailable.
func (c CT) Since(ctx context.Context, from int64) (entries []Entry, next int64, err error) {
	if from < 0 {
		return nil, from, fmt.Errorf("read log %s: %w: index %d", c.Log, iru.Invalid, from)
	}
	head, err := c.Head(ctx)
	if err != nil {
		return nil, from, err
	}
	return c.entries(ctx, head, from)
}

func (c CT) entries(ctx context.Context, head Head, from int64) (entries []Entry, next int64, err error) {
	switch {
	case head.Size < from:
		return nil, from, fmt.Errorf("read log %s: %w: it shrank to %d entries, below index %d", c.Log, iru.Unavailable, head.Size, from)
	case head.Size == from:
		return nil, from, nil
	}
	batch := int64(c.Batch)
	if batch <= 0 {
		batch = 256
	}
	last := min(head.Size, from+batch) - 1
	var page struct {
		Entries []struct {
			Leaf  string `json:"leaf_input"`
			Extra string `json:"extra_data"`
		} `json:"entries"`
	}
	if err := c.get(ctx, fmt.Sprintf("get-entries?start=%d&end=%d", from, last), &page); err != nil {
		return nil, from, err
	}
	if len(page.Entries) == 0 || int64(len(page.Entries)) > last-from+1 {
		return nil, from, fmt.Errorf("read log %s: %w: asked for entries %d to %d, got %d", c.Log, iru.Unavailable, from, last, len(page.Entries))
	}
	for i, raw := range page.Entries {
		e := Entry{}
		leaf, err1 := base64.StdEncoding.DecodeString(raw.Leaf)
		extra, err2 := base64.StdEncoding.DecodeString(raw.Extra)
		if err := errors.Join(err1, err2); err != nil {
			e.Err = fmt.Errorf("read entry: %w: %v", iru.Invalid, err)
		} else {
			e = ParseEntry(leaf, extra)
		}
		e.Index = from + int64(i)
		entries = append(entries, e)
	}
	return entries, from + int64(len(entries)), nil
}

func (c CT) get(ctx context.Context, what string, into any) error {
	url := strings.TrimSuffix(c.Log, "/") + "/ct/v1/" + what
	status, _, body, err := c.HTTP.Fetch(ctx, url, "application/json")
	switch {
	case err != nil:
		return fmt.Errorf("read log: %w", reachable(err))
	case status != http.StatusOK:
		return fmt.Errorf("read log %s: %w: status %d", url, iru.Unavailable, status)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("read log %s: %w: %v", url, iru.Unavailable, err)
	}
	return nil
}

// ParseEntry reads a MerkleTreeLeaf and its extra data (RFC 6962, sections 3.4 and 4.6). Of a precertificate the extra data hold
// the certificate as submitted. The index is left to the caller; a failure is in Err, Invalid.
func ParseEntry(leaf, extra []byte) Entry {
	var e Entry
	bad := func(why string) Entry {
		e.Err = fmt.Errorf("read entry: %w: %s", iru.Invalid, why)
		return e
	}
	if len(leaf) < 12 || leaf[0] != 0 || leaf[1] != 0 {
		return bad("not a leaf of version 1")
	}
	if ms := binary.BigEndian.Uint64(leaf[2:]); ms < 1<<48 {
		e.At = time.UnixMilli(int64(ms)).UTC()
	}
	kind, rest := binary.BigEndian.Uint16(leaf[10:]), leaf[12:]
	switch kind {
	case 0:
	case 1:
		e.Pre = true
		rest = extra
	default:
		return bad(fmt.Sprintf("entry of type %d", kind))
	}
	if len(rest) < 3 {
		return bad("cut short")
	}
	n := int(rest[0])<<16 | int(rest[1])<<8 | int(rest[2])
	if len(rest)-3 < n {
		return bad("cut short")
	}
	e.Certificate, e.Err = ParseCertificate(rest[3 : 3+n])
	return e
}

// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"iolaus/internal/iru"
)

// Limits against hostile logs: bytes of a checkpoint, and of a data tile of 256 entries once unpacked.
const (
	mostCheckpoint = 64 << 10
	mostTile       = 32 << 20
	tileHeight     = 8
)

// checkpoint reads the newest checkpoint (c2sp.org/static-ct-api, Checkpoints): a signed note whose signature holds the head as RFC 6962 has it.
func (l Log) checkpoint(ctx context.Context) (Head, error) {
	body, err := l.fetch(ctx, "checkpoint", mostCheckpoint)
	if err != nil {
		return Head{}, err
	}
	h, err := ParseCheckpoint(body, l)
	if err != nil {
		return Head{}, fmt.Errorf("read log %s: %w: %v", l.URL, iru.Unavailable, err)
	}
	return h, nil
}

// ParseCheckpoint reads a checkpoint; with a key, one of its signatures must be the log's. Without a key the time is that of the first signature of that form.
func ParseCheckpoint(body []byte, l Log) (Head, error) {
	text, sigs, ok := strings.Cut(string(body), "\n\n")
	lines := strings.Split(text, "\n")
	if !ok || len(lines) < 3 || lines[0] == "" {
		return Head{}, errors.New("it is no checkpoint")
	}
	size, err1 := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := tlog.ParseHash(lines[2])
	if err1 != nil || err2 != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Head{}, errors.New("its size or root cannot be read")
	}
	h := Head{Size: size, Root: root, Raw: string(body)}
	for line := range strings.Lines(sigs) {
		name, sig, ok := strings.Cut(strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "\u2014 "), " ")
		raw, err := base64.StdEncoding.DecodeString(sig)
		if !ok || name != lines[0] || err != nil || len(raw) < 4+8+4 {
			continue
		}
		h.At = time.UnixMilli(int64(binary.BigEndian.Uint64(raw[4:]) & (1<<48 - 1))).UTC()
		if l.Key == nil {
			return h, nil
		}
		id, err := keyID(lines[0], l)
		if err == nil && bytes.Equal(id, raw[:4]) && h.signedBy(l.Key, raw[12:]) == nil {
			return h, nil
		}
	}
	if l.Key == nil {
		return h, nil
	}
	return Head{}, errors.New("it is not signed with the log's key")
}

// keyID is that of a RFC6962NoteSignature: SHA-256 of name, newline, 0x05 and the log's id.
func keyID(name string, l Log) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(l.Key)
	if err != nil {
		return nil, err
	}
	log := sha256.Sum256(der)
	sum := sha256.Sum256(append([]byte(name+"\n\x05"), log[:]...))
	return sum[:4], nil
}

// contains proves from the log's own tiles that a tree contains an earlier one; the tiles themselves are checked against the root.
func (l Log) contains(ctx context.Context, was, is Head) error {
	r := tlog.TileHashReader(tlog.Tree{N: is.Size, Hash: is.Root}, &tiles{ctx: ctx, log: l})
	proof, err := tlog.ProveTree(is.Size, was.Size, r)
	switch {
	case errors.Is(err, iru.Unavailable):
		return err
	case err != nil:
		return &Fork{l.URL, "its tiles are not those of the tree that it signed", was, is}
	}
	if err := tlog.CheckTree(proof, is.Size, is.Root, was.Size, was.Root); err != nil {
		return &Fork{l.URL, "its newest tree does not contain the one it signed before", was, is}
	}
	return nil
}

// tile reads the rest of one data tile and checks each entry against the tree.
func (l Log) tile(ctx context.Context, h Head, from int64) (entries []Entry, next int64, err error) {
	switch {
	case h.Size < from:
		return nil, from, fmt.Errorf("read log %s: %w: it has %d entries, below index %d", l.URL, iru.Unavailable, h.Size, from)
	case h.Size == from:
		return nil, from, nil
	}
	const width = 1 << tileHeight
	n := from / width
	t := tlog.Tile{H: tileHeight, L: -1, N: n, W: int(min(width, h.Size-n*width))}
	data, err := l.read(ctx, t)
	if err != nil {
		return nil, from, err
	}
	var hashes []tlog.Hash
	for i := range int64(t.W) {
		e, hash, rest, err := parseLeaf(data)
		if err != nil {
			return nil, from, fmt.Errorf("read log %s: %w: entry %d: %v", l.URL, iru.Unavailable, n*width+i, err)
		}
		data = rest
		if e.Index = n*width + i; e.Index >= from {
			entries, hashes = append(entries, e), append(hashes, hash)
		}
	}
	if (h.Root != tlog.Hash{}) {
		index := make([]int64, len(entries))
		for i, e := range entries {
			index[i] = tlog.StoredHashIndex(0, e.Index)
		}
		want, err := tlog.TileHashReader(tlog.Tree{N: h.Size, Hash: h.Root}, &tiles{ctx: ctx, log: l}).ReadHashes(index)
		if errors.Is(err, iru.Unavailable) {
			return nil, from, err
		}
		for i := range hashes {
			if err != nil || hashes[i] != want[i] {
				return nil, from, &Fork{l.URL, fmt.Sprintf("entry %d is not in the tree that it signed", entries[i].Index), h, h}
			}
		}
	}
	return entries, from + int64(len(entries)), nil
}

// parseLeaf reads one TileLeaf, and gives its hash in the tree.
func parseLeaf(b []byte) (e Entry, hash tlog.Hash, rest []byte, err error) {
	r := cutter{b: b}
	leaf := []byte{0, 0} // v1, timestamped_entry
	head := r.take(10)
	if r.bad {
		return e, hash, nil, errors.New("it is cut short")
	}
	kind := binary.BigEndian.Uint16(head[8:])
	var extra []byte
	switch kind {
	case 0:
		r.vector(3)
	case 1:
		r.take(32)
		r.vector(3)
	default:
		return e, hash, nil, fmt.Errorf("its type is %d", kind)
	}
	r.vector(2) // extensions
	leaf = append(leaf, b[:len(b)-len(r.b)]...)
	if kind == 1 {
		at := r.b
		r.vector(3) // the certificate as it was submitted
		extra = at[:len(at)-len(r.b)]
	}
	r.vector(2) // fingerprints of the chain
	if r.bad {
		return e, hash, nil, errors.New("it is cut short")
	}
	return ParseEntry(leaf, extra), tlog.RecordHash(leaf), r.b, nil
}

// A cutter takes lengths and vectors off the beginning of bytes.
type cutter struct {
	b   []byte
	bad bool
}

func (c *cutter) take(n int) []byte {
	if c.bad || len(c.b) < n {
		c.bad, c.b = true, nil
		return nil
	}
	out := c.b[:n]
	c.b = c.b[n:]
	return out
}

func (c *cutter) vector(digits int) []byte {
	n := 0
	for _, x := range c.take(digits) {
		n = n<<8 | int(x)
	}
	return c.take(n)
}

// tiles are a log's hashes, for the length of one question.
type tiles struct {
	ctx context.Context
	log Log
}

// Height implements tlog.TileReader.
func (t *tiles) Height() int { return tileHeight }

// ReadTiles implements tlog.TileReader.
func (t *tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(list))
	for i, x := range list {
		b, err := t.log.read(t.ctx, x)
		if err != nil {
			return nil, err
		}
		if len(b) != x.W*tlog.HashSize {
			return nil, fmt.Errorf("tile %s has %d bytes", tilePath(x), len(b))
		}
		out[i] = b
	}
	return out, nil
}

// SaveTiles implements tlog.TileReader.
func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// tilePath is where a tile lies: tile/LEVEL/NUMBER, tile/data/NUMBER for entries, numbers in groups of three (c2sp.org/tlog-tiles).
func tilePath(t tlog.Tile) string { return strings.Replace(t.Path(), "tile/8/", "tile/", 1) }

// read fetches a tile. A partial one may be gone when the log has grown: then the whole one begins with it.
func (l Log) read(ctx context.Context, t tlog.Tile) ([]byte, error) {
	b, err := l.fetch(ctx, tilePath(t), mostTile)
	if err == nil || t.W == 1<<tileHeight {
		return b, err
	}
	whole := t
	whole.W = 1 << tileHeight
	more, err2 := l.fetch(ctx, tilePath(whole), mostTile)
	switch {
	case err2 != nil:
		return nil, err
	case t.L < 0:
		return more, nil
	}
	return more[:min(len(more), t.W*tlog.HashSize)], nil
}

func (l Log) fetch(ctx context.Context, what string, most int64) ([]byte, error) {
	address := l.URL + "/" + what
	status, head, body, err := l.HTTP.Fetch(ctx, address, "*/*")
	switch {
	case err != nil:
		return nil, fmt.Errorf("read log: %w", reachable(err))
	case status != http.StatusOK:
		return nil, fmt.Errorf("read log %s: %w: status %d", address, iru.Unavailable, status)
	}
	if bytes.HasPrefix(body, []byte{0x1f, 0x8b}) && (head.Get("Content-Encoding") == "gzip" || strings.Contains(what, "/data/")) {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, fmt.Errorf("read log %s: %w: %v", address, iru.Unavailable, err)
		}
		if body, err = io.ReadAll(io.LimitReader(z, most+1)); err != nil {
			return nil, fmt.Errorf("read log %s: %w: %v", address, iru.Unavailable, err)
		}
	}
	if int64(len(body)) > most {
		return nil, fmt.Errorf("read log %s: %w: it is larger than %d bytes", address, iru.Unavailable, most)
	}
	return body, nil
}

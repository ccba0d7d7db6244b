// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// MaxCheckpoint is the greatest length of a signed checkpoint, in bytes: room for a hundred witnesses.
const MaxCheckpoint = 256 << 10

const (
	maxOrigin  = 255
	timePrefix = "time "
)

// ErrCheckpoint says that some bytes are not a checkpoint, not of this log, or not signed with this key.
var ErrCheckpoint = errors.New("not a valid checkpoint")

// Checkpoint is what the log says about itself at one size.
type Checkpoint struct {
	Origin string    // name of the log and of its key, such as iolaus.unit.test/ledger
	Size   int64     // number of entries
	Root   tlog.Hash // root of the Merkle tree of these entries
	At     time.Time // when the sequencer made it, microseconds, UTC; the zero time leaves the line out
}

// text returns the body of the note: origin, size and root, a line each, and "time 2026-03-01T12:00:00.000000Z" as an extension
// line if At is set.
func (c Checkpoint) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
	if !c.At.IsZero() {
		b.WriteString(timePrefix + c.At.UTC().Format(timeLayout) + "\n")
	}
	return b.String()
}

// Sign returns a checkpoint as a signed note (c2sp.org/tlog-checkpoint). The key must bear the name of the log. The errors wrap
// ErrCheckpoint or are the signer's own.
func Sign(c Checkpoint, s note.Signer) ([]byte, error) {
	if !validOrigin(c.Origin) {
		return nil, fmt.Errorf("sign checkpoint: %w: origin %.80q: give a name without spaces and plus signs, at most %d bytes",
			ErrCheckpoint, c.Origin, maxOrigin)
	}
	if s.Name() != c.Origin {
		return nil, fmt.Errorf("sign checkpoint: %w: the key is named %q and the log %q; make a key with the log's name", ErrCheckpoint, s.Name(), c.Origin)
	}
	text := c.text()
	if _, err := parseCheckpoint(text); err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	signed, err := note.Sign(&note.Note{Text: text}, s)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint of size %d: %w", c.Size, err)
	}
	return signed, nil
}

// Open checks a signed checkpoint of the log named origin against the log's key. Further signatures, such as those of
// witnesses, and unknown extension lines are allowed and ignored. Errors wrap ErrCheckpoint.
func Open(signed []byte, v note.Verifier, origin string) (Checkpoint, error) {
	if len(signed) > MaxCheckpoint {
		return Checkpoint{}, fmt.Errorf("open checkpoint: %w: %d bytes, at most %d are read", ErrCheckpoint, len(signed), MaxCheckpoint)
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("open checkpoint: %w: %w", ErrCheckpoint, err)
	}
	for _, s := range n.Sigs { // package note reads past bits that base64 leaves over: a flipped one must not pass
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return Checkpoint{}, fmt.Errorf("open checkpoint: %w: the signature of %s is not written as its signer does", ErrCheckpoint, s.Name)
		}
	}
	c, err := parseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("open checkpoint: %w", err)
	}
	if c.Origin != origin {
		return Checkpoint{}, fmt.Errorf("open checkpoint: %w: it is of the log %q, wanted is %q", ErrCheckpoint, c.Origin, origin)
	}
	return c, nil
}

// Peek reads a signed checkpoint without checking any signature. Use it only on bytes that were checked before, or whose
// content is going to be checked in another way.
func Peek(signed []byte) (Checkpoint, error) {
	split := bytes.LastIndex(signed, []byte("\n\n"))
	if split < 0 || len(signed) > MaxCheckpoint {
		return Checkpoint{}, fmt.Errorf("read checkpoint: %w: no signed note of at most %d bytes", ErrCheckpoint, MaxCheckpoint)
	}
	c, err := parseCheckpoint(string(signed[:split+1]))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read checkpoint: %w", err)
	}
	return c, nil
}

func parseCheckpoint(text string) (Checkpoint, error) {
	bad := func(what string) (Checkpoint, error) {
		return Checkpoint{}, fmt.Errorf("%w: %s", ErrCheckpoint, what)
	}
	if !strings.HasSuffix(text, "\n") || !utf8.ValidString(text) {
		return bad("text does not end with a newline or is not UTF-8")
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 3 {
		return bad("fewer than three lines")
	}
	c := Checkpoint{Origin: lines[0]}
	if !validOrigin(c.Origin) {
		return bad("malformed origin line")
	}
	var err error
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || strconv.FormatInt(c.Size, 10) != lines[1] {
		return bad("malformed size line")
	}
	if c.Size < 0 || c.Size > MaxSize {
		return bad("size out of range")
	}
	if c.Root, err = parseHash(lines[2]); err != nil {
		return bad("malformed root line")
	}
	if c.Size == 0 && c.Root != emptyRoot {
		return bad("the root of an empty log is SHA-256 of nothing")
	}
	for _, line := range lines[3:] {
		if line == "" {
			return bad("empty extension line")
		}
		value, ok := strings.CutPrefix(line, timePrefix)
		if !ok {
			continue
		}
		at, err := time.Parse(timeLayout, value)
		if err != nil || !c.At.IsZero() || at.IsZero() || at.Format(timeLayout) != value {
			return bad("malformed or repeated time line")
		}
		c.At = at
	}
	return c, nil
}

// parseHash takes only the canonical base64 of 32 bytes.
func parseHash(s string) (tlog.Hash, error) {
	h, err := tlog.ParseHash(s)
	if err == nil && h.String() != s {
		err = errors.New("hash is not in canonical base64")
	}
	return h, err
}

func validOrigin(s string) bool {
	return s != "" && len(s) <= maxOrigin && utf8.ValidString(s) &&
		!strings.ContainsFunc(s, func(r rune) bool { return r == '+' || r < 0x20 || unicode.IsSpace(r) })
}

// NewKey makes an Ed25519 key for the log of that name from 32 bytes of rand, as the two texts of c2sp.org/signed-note: the
// signer (secret, begins with PRIVATE+KEY) for note.NewSigner, and the verifier, to be given to everybody, for note.NewVerifier.
func NewKey(rand io.Reader, name string) (signer, verifier string, err error) {
	if rand == nil {
		return "", "", errors.New("make ledger key: no source of randomness was given")
	}
	if !validOrigin(name) {
		return "", "", fmt.Errorf("make ledger key: name %.80q: give a name without spaces and plus signs, at most %d bytes", name, maxOrigin)
	}
	signer, verifier, err = note.GenerateKey(rand, name)
	if err != nil {
		return "", "", fmt.Errorf("make ledger key: %w", err)
	}
	return signer, verifier, nil
}

// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"
)

const (
	leafHeader   = "iolaus/event/v1\n"
	commitHeader = "iolaus/commitment/v1\n"
	timeLayout   = "2006-01-02T15:04:05.000000Z"

	// MaxKind is the greatest length of an entry's kind, in bytes.
	MaxKind = 64
	// MaxLeaf is the greatest length of a leaf that is read, in bytes.
	MaxLeaf = 256
)

// ErrLeaf says that some bytes are not the leaf of an event.
var ErrLeaf = errors.New("not an event leaf")

// Entry is what one event puts into the log, for ever. Nothing in it is personal data: the number of a row, a time, a word from
// the programme's own list, and a commitment that says nothing without its salt.
type Entry struct {
	Event      int64     // id of the event row, from 1
	At         time.Time // when it happened; the leaf keeps microseconds, UTC
	Kind       string    // such as notice.approve: small letters, digits, ".", "_", "-"; begins with a letter
	Commitment [32]byte  // see Commit
}

// Commit returns SHA-256("iolaus/commitment/v1\n" || salt || payload). The salt is random, one for each event, and is stored
// beside the payload: erasing both leaves a commitment that nobody can open or guess.
func Commit(salt [16]byte, payload []byte) [32]byte {
	h := sha256.New()
	h.Write([]byte(commitHeader))
	h.Write(salt[:])
	h.Write(payload)
	var c [32]byte
	h.Sum(c[:0])
	return c
}

// Check says what is wrong with an entry, if anything: an event id below 1, a malformed kind, a year outside 0000 to 9999.
func (e Entry) Check() error {
	if e.Event < 1 {
		return fmt.Errorf("%w: event %d: ids begin at 1", ErrLeaf, e.Event)
	}
	if !validKind(e.Kind) {
		return fmt.Errorf("%w: event %d: kind %.80q: give up to %d small letters, digits, dots, underscores and hyphens, a letter first",
			ErrLeaf, e.Event, e.Kind, MaxKind)
	}
	if y := e.At.UTC().Year(); y < 0 || y > 9999 {
		return fmt.Errorf("%w: event %d: year %d has not four digits", ErrLeaf, e.Event, y)
	}
	return nil
}

// Leaf returns the canonical text of an entry, five lines, each ended by a newline:
//
//	iolaus/event/v1
//	event 42
//	at 2026-03-01T12:00:00.000000Z
//	kind notice.approve
//	commitment 6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
//
// The event id is decimal without leading zeros, the time is UTC with six decimals (finer parts are cut off), the commitment is
// 64 small hexadecimal digits. The text of an entry that Check refuses is refused by ParseLeaf and by Append.
func (e Entry) Leaf() []byte {
	kind := e.Kind
	if !validKind(kind) {
		kind = strconv.Quote(kind) // a line break in it must not forge another line
	}
	b := make([]byte, 0, MaxLeaf)
	b = append(b, leafHeader+"event "...)
	b = strconv.AppendInt(b, e.Event, 10)
	b = append(b, "\nat "...)
	b = e.At.UTC().AppendFormat(b, timeLayout)
	b = append(b, "\nkind "...)
	b = append(b, kind...)
	b = append(b, "\ncommitment "...)
	b = hex.AppendEncode(b, e.Commitment[:])
	return append(b, '\n')
}

// ParseLeaf reads a leaf and takes nothing but the one canonical text of an entry. Its errors wrap ErrLeaf.
func ParseLeaf(leaf []byte) (Entry, error) {
	if len(leaf) > MaxLeaf {
		return Entry{}, fmt.Errorf("%w: %d bytes, at most %d are possible", ErrLeaf, len(leaf), MaxLeaf)
	}
	rest, ok := bytes.CutPrefix(leaf, []byte(leafHeader))
	if !ok {
		return Entry{}, fmt.Errorf("%w: first line is not %q", ErrLeaf, leafHeader)
	}
	var value [4]string
	for i, name := range [...]string{"event ", "at ", "kind ", "commitment "} {
		line, after, found := bytes.Cut(rest, []byte("\n"))
		text, named := bytes.CutPrefix(line, []byte(name))
		if !found || !named {
			return Entry{}, fmt.Errorf("%w: line %d does not begin with %q or does not end", ErrLeaf, i+2, name)
		}
		value[i], rest = string(text), after
	}
	if len(rest) != 0 {
		return Entry{}, fmt.Errorf("%w: %d bytes after the fifth line", ErrLeaf, len(rest))
	}
	var e Entry
	var err error
	if e.Event, err = strconv.ParseInt(value[0], 10, 64); err != nil {
		return Entry{}, fmt.Errorf("%w: event id: %w", ErrLeaf, err)
	}
	if e.At, err = time.Parse(timeLayout, value[1]); err != nil {
		return Entry{}, fmt.Errorf("%w: time: %w", ErrLeaf, err)
	}
	e.Kind = value[2]
	c, err := hex.DecodeString(value[3])
	if err != nil || len(c) != len(e.Commitment) {
		return Entry{}, fmt.Errorf("%w: commitment is not 64 hexadecimal digits", ErrLeaf)
	}
	copy(e.Commitment[:], c)
	if err := e.Check(); err != nil {
		return Entry{}, err
	}
	if !bytes.Equal(e.Leaf(), leaf) {
		return Entry{}, fmt.Errorf("%w: not in canonical form", ErrLeaf)
	}
	return e, nil
}

func validKind(s string) bool {
	if s == "" || len(s) > MaxKind || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}

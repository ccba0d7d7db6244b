// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// custodyBytes is the most a custody entry may have in canonical form.
const custodyBytes = 32 << 10

// CustodyLinks is the most entries that one exhibit's chain of custody may have.
const CustodyLinks = 10_000

// Entry is one link of the chain of custody: everything that a court asks of each handling of an exhibit. It names the one before it
// by its digest, so that none can be taken out, put in or moved without all that follow being written anew.
type Entry struct {
	Exhibit   string    `json:"exhibit"`          // its number
	N         int       `json:"n"`                // place in the chain of the exhibit, from 1
	Prev      string    `json:"prev"`             // SHA-256 of the canonical bytes of entry N-1, 64 hexadecimal digits; "" for the first
	Digest    string    `json:"digest,omitempty"` // SHA-256 of what was made: of the manifest for the first, which must have it
	Who       string    `json:"who"`              // officer or programme
	At        time.Time `json:"at"`               // with the offset of the place, microseconds
	Where     string    `json:"where"`            // place or vantage point
	Why       string    `json:"why"`              // purpose
	Authority string    `json:"authority"`        // legal basis or order
	What      string    `json:"what"`             // what was done, and what it changed
	Tool      Tool      `json:"tool"`             // with which programme
}

// Encode returns the canonical bytes (RFC 8785). Every part is required. The offset of At is kept: it is evidence too. The error
// wraps ErrInvalid.
func (e Entry) Encode() ([]byte, error) {
	e.At = e.At.Truncate(time.Microsecond)
	if err := e.check(); err != nil {
		return nil, fmt.Errorf("encode custody entry: %w", err)
	}
	b, err := canonical(e, custodyBytes)
	if err != nil {
		return nil, fmt.Errorf("encode custody entry: %w", err)
	}
	return b, nil
}

// Sum is the SHA-256 of the canonical bytes, as 64 hexadecimal digits: what the next entry has as Prev.
func (e Entry) Sum() (string, error) {
	b, err := e.Encode()
	if err != nil {
		return "", err
	}
	return hexSum(b), nil
}

// Next is an entry that follows e: the same exhibit, the next number, and e's digest. The other parts are left to the caller.
func (e Entry) Next() (Entry, error) {
	sum, err := e.Sum()
	if err != nil {
		return Entry{}, err
	}
	return Entry{Exhibit: e.Exhibit, N: e.N + 1, Prev: sum}, nil
}

func (e Entry) check() error {
	for _, t := range []struct {
		name, value string
		limit       int
	}{
		{"exhibit", e.Exhibit, 256}, {"who", e.Who, 256}, {"where", e.Where, 512}, {"why", e.Why, 4096}, {"authority", e.Authority, 4096},
		{"what", e.What, 4096}, {"tool name", e.Tool.Name, 256}, {"tool version", e.Tool.Version, 256},
	} {
		if err := line(t.name, t.value, t.limit, true); err != nil {
			return err
		}
	}
	switch {
	case e.N < 1 || e.N > CustodyLinks:
		return fmt.Errorf("%w: n is %d, not from 1 to %d", ErrInvalid, e.N, CustodyLinks)
	case e.N == 1 && e.Prev != "":
		return fmt.Errorf("%w: the first entry has a prev", ErrInvalid)
	case e.N > 1 && !isDigest(e.Prev):
		return fmt.Errorf("%w: prev of entry %d is not 64 lower-case hexadecimal digits", ErrInvalid, e.N)
	case (e.N == 1 || e.Digest != "") && !isDigest(e.Digest):
		return fmt.Errorf("%w: digest of entry %d is not 64 lower-case hexadecimal digits", ErrInvalid, e.N)
	}
	if err := instant("at", e.At); err != nil {
		return err
	}
	if _, offset := e.At.Zone(); offset%60 != 0 {
		return fmt.Errorf("%w: the offset of at is not whole minutes", ErrInvalid)
	}
	return nil
}

// ParseEntry reads what Encode wrote and nothing else. Errors wrap ErrInvalid or ErrNotCanonical.
func ParseEntry(b []byte) (Entry, error) {
	var e Entry
	if err := strict(b, &e, custodyBytes); err != nil {
		return Entry{}, fmt.Errorf("read custody entry: %w", err)
	}
	again, err := e.Encode()
	if err != nil {
		return Entry{}, fmt.Errorf("read custody entry: %w", err)
	}
	if err := same(b, again); err != nil {
		return Entry{}, fmt.Errorf("read custody entry: %w", err)
	}
	return e, nil
}

func isDigest(s string) bool { return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == "" }

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

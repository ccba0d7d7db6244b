// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"fmt"
	"time"
)

// custodyBytes is the most a custody entry may have in canonical form.
const custodyBytes = 32 << 10

// Entry is one link of the chain of custody: everything that a court asks of each handling of an exhibit.
type Entry struct {
	Exhibit   string    `json:"exhibit"`          // its number
	N         int       `json:"n"`                // of this link, from 1
	Prev      string    `json:"prev"`             // SHA-256 of the canonical bytes of the link before, hex; "" for the first
	Digest    string    `json:"digest,omitempty"` // what it binds: for the first link the SHA-256 of the manifest
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
	for _, t := range []struct {
		name, value string
		limit       int
	}{
		{"exhibit", e.Exhibit, 256}, {"who", e.Who, 256}, {"where", e.Where, 512}, {"why", e.Why, 4096}, {"authority", e.Authority, 4096},
		{"what", e.What, 4096}, {"tool name", e.Tool.Name, 256}, {"tool version", e.Tool.Version, 256},
	} {
		if err := line(t.name, t.value, t.limit, true); err != nil {
			return nil, fmt.Errorf("encode custody entry: %w", err)
		}
	}
	if err := instant("at", e.At); err != nil {
		return nil, fmt.Errorf("encode custody entry: %w", err)
	}
	if _, offset := e.At.Zone(); offset%60 != 0 {
		return nil, fmt.Errorf("encode custody entry: %w: the offset of at is not whole minutes", ErrInvalid)
	}
	b, err := canonical(e, custodyBytes)
	if err != nil {
		return nil, fmt.Errorf("encode custody entry: %w", err)
	}
	return b, nil
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

// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

var (
	// ErrInvalid is returned for a manifest or custody entry that breaks a rule of its format.
	ErrInvalid = errors.New("invalid document")
	// ErrNotCanonical is returned for bytes that mean a valid document but are not written in its one canonical form: their
	// digest would not be the document's.
	ErrNotCanonical = errors.New("not in canonical form")
)

// canonical is the JSON of v by RFC 8785: sorted names, no spaces, one way to write each string and number.
func canonical(v any, limit int) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	value := jsontext.Value(b)
	if err := value.Canonicalize(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if len(value) > limit {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrInvalid, len(value), limit)
	}
	return value, nil
}

// strict reads JSON without unknown, repeated or oddly spelt names.
func strict(b []byte, v any, limit int) error {
	if len(b) > limit {
		return fmt.Errorf("%w: %d bytes, at most %d", ErrInvalid, len(b), limit)
	}
	if err := json.Unmarshal(b, v, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return nil
}

func same(got, want []byte) error {
	if !bytes.Equal(got, want) {
		return ErrNotCanonical
	}
	return nil
}

// line refuses text that is too long, not UTF-8, or that holds control characters.
func line(name, value string, limit int, required bool) error {
	switch {
	case required && strings.TrimSpace(value) == "":
		return fmt.Errorf("%w: %s is missing", ErrInvalid, name)
	case len(value) > limit:
		return fmt.Errorf("%w: %s has %d bytes, at most %d", ErrInvalid, name, len(value), limit)
	case !utf8.ValidString(value):
		return fmt.Errorf("%w: %s is not UTF-8", ErrInvalid, name)
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return fmt.Errorf("%w: %s holds control characters", ErrInvalid, name)
	}
	return nil
}

func instant(name string, at time.Time) error {
	if y := at.UTC().Year(); at.IsZero() || y < 1970 || y > 9998 {
		return fmt.Errorf("%w: %s is no date of this programme: year %d", ErrInvalid, name, y)
	}
	return nil
}

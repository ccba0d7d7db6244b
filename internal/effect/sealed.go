// SPDX-License-Identifier: EUPL-1.2

package effect

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// SealedFormat is the name of the format of a window that was sealed.
const SealedFormat = "iolaus-effect-window/1"

// A Sealed is a window that was fixed before the day, with the place in the ledger that proves it: docs/format/effect.md.
type Sealed struct {
	Format  string `json:"format"`
	Counted string `json:"counted"`           // what is counted, in a word or a sentence
	Compare string `json:"compare,omitempty"` // what it is compared with; "": nothing
	Window
	Day    string    `json:"day,omitempty"` // as a date; "": not known when it was sealed
	Sealed time.Time `json:"sealed"`
	Entry  int64     `json:"entry"` // its index in the ledger
}

// ReadSealed reads a sealed window; what is not known in it is refused.
func ReadSealed(r io.Reader) (Sealed, error) {
	const most = 1 << 16
	d := json.NewDecoder(io.LimitReader(r, most))
	d.DisallowUnknownFields()
	var s Sealed
	if err := d.Decode(&s); err != nil {
		return s, fmt.Errorf("read window: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return s, errors.New("read window: there is something behind it")
	}
	switch {
	case s.Format != SealedFormat:
		return s, fmt.Errorf("this is no %s, but %.60q", SealedFormat, s.Format)
	case s.Before < 1 || s.After < 1:
		return s, fmt.Errorf("a sealed window says how many points before and after the day are looked at, not %d and %d", s.Before, s.After)
	case s.Sealed.IsZero():
		return s, errors.New("the window does not say when it was sealed")
	}
	if s.Day != "" {
		if _, err := time.Parse(time.DateOnly, s.Day); err != nil {
			return s, fmt.Errorf("the day of the window, %.40q, is no date", s.Day)
		}
	}
	return s, s.Check()
}

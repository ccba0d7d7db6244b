// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Field is one line of a record's header.
type Field struct{ Name, Value string }

// check refuses what would break out of the line.
func (f Field) check() error {
	if !utf8.ValidString(f.Value) || strings.ContainsFunc(f.Value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return fmt.Errorf("%w: %s: %.80q holds control characters or invalid text", ErrField, f.Name, f.Value)
	}
	if strings.TrimSpace(f.Value) != f.Value {
		return fmt.Errorf("%w: %s: %.80q begins or ends with a space", ErrField, f.Name, f.Value)
	}
	return nil
}

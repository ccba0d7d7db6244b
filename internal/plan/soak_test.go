// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package plan

import (
	"errors"
	"testing"
)

// 5,000 graphs in each mode, three questions each.
func TestSoakEqualsBruteForce(t *testing.T) { equalBrute(t, 5000) }

// Of endless nodes the reader says that they are too many to be planned exactly, and that there are bounds.
func TestSoakEndlessNodes(t *testing.T) {
	if _, err := Read(&endless{}); !errors.Is(err, ErrLarge) {
		t.Error(err)
	}
}

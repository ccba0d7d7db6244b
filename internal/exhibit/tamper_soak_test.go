// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package exhibit

import "testing"

func TestSoakEachFlippedByteFails(t *testing.T) { flipped(t, 1) }

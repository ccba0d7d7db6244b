// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package bank

import "testing"

// TestSoakKill is TestKilledAtAnyPoint, a thousand times.
func TestSoakKill(t *testing.T) { survive(t, 1000, 400_000) }

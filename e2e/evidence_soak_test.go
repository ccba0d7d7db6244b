// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package e2e

import "testing"

func TestSoakEvidence(t *testing.T) {
	t.Run("captures", func(t *testing.T) { t.Parallel(); killCaptures(t, 100) })
	t.Run("workers", func(t *testing.T) { t.Parallel(); killWorkers(t, 100) })
}

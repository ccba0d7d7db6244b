// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package e2e

import (
	"testing"

	"iolaus/internal/blob/blobtest"
	"iolaus/internal/db/dbtest"
)

func TestSoakEvidence(t *testing.T) {
	t.Run("captures", func(t *testing.T) { t.Parallel(); killCaptures(t, 100) })
	t.Run("workers", func(t *testing.T) { t.Parallel(); killWorkers(t, 100, "", nil) })
	t.Run("workers on PostgreSQL and a bucket", func(t *testing.T) {
		t.Parallel()
		killWorkers(t, 100, dbtest.Postgres(t), blobtest.StartGateway(t))
	})
}

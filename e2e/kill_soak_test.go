// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package e2e

import (
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
)

func TestSoakKill(t *testing.T) {
	for _, engine := range []string{db.SQLite, db.PostgreSQL} {
		t.Run(engine, func(t *testing.T) { besiege(t, engine, 100) })
	}
}

func TestSoakDemoOperation(t *testing.T) {
	play(t, "s2", 1, "--db", dbtest.Postgres(t))
}

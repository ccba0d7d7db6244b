// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package e2e

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
)

func TestSoakKill(t *testing.T) {
	for _, engine := range []string{db.SQLite, db.PostgreSQL} {
		t.Run(engine, func(t *testing.T) { besiege(t, engine, 100, true) })
	}
}

func TestSoakDemoOperation(t *testing.T) {
	for seed := 1; seed <= 5; seed++ {
		_, one := playWithin(t, patience, "s2", seed)
		_, other := playWithin(t, patience, "s2", seed, "--db", dbtest.Postgres(t))
		if d := gocmp.Diff(story(one), story(other)); d != "" {
			t.Errorf("seed %d told another story on PostgreSQL (-sqlite +postgres):\n%s", seed, d)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package desk_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// TestSoakDeskWalk walks for IOLAUS_WALK (20m), half of it on each engine: longer walks than those of TestDeskByRandomWalk.
func TestSoakDeskWalk(t *testing.T) {
	long := 20 * time.Minute
	if s := os.Getenv("IOLAUS_WALK"); s != "" {
		var err error
		long, err = time.ParseDuration(s)
		must(t, err)
	}
	for _, engine := range []string{db.SQLite, db.PostgreSQL} {
		t.Run(engine, func(t *testing.T) {
			did, sent, walks := map[string]int{}, 0, 0
			for end := time.Now().Add(long / 2); time.Now().Before(end) && !t.Failed(); {
				t.Run("walks", func(t *testing.T) { // the stores of each close with it
					rapid.Check(t, func(r *rapid.T) {
						if time.Now().After(end) {
							return
						}
						w := &walk{unit: newUnit(t, fresh(t, engine)), r: r, receipts: map[int64]iru.Receipt{}, did: did}
						w.Rules.Flood = iru.FloodRule{Items: 2, Reason: "two are many here"}
						w.dice = rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 1))
						w.far()
						sent += w.sent
						walks++
					})
				})
			}
			var never []string
			for _, v := range slices.Compact(slices.Sorted(slices.Values(allVerbs()))) {
				if did[v] == 0 {
					never = append(never, v)
				}
			}
			t.Logf("%d walks, %d binding acts left; verbs that never succeeded: %q", walks, sent, never)
			if long >= 10*time.Minute && len(never) > 0 || sent == 0 {
				t.Errorf("the walks do not go everywhere: never %q; %d binding acts left", never, sent)
			}
		})
	}
}

// far is a long walk from where a binding act is on its way.
func (w *walk) far() {
	w.second()
	w.Rules.Spot = 1 // as in the short walks
	w.join("lio", w.people["ada"].Unit, iru.Liaison)
	if w.coin() {
		w.abroad()
	}
	w.unit.sent(order(w.referred()))
	for range w.between(200, 400) {
		w.step(w.verb())
		if w.between(0, 4) == 0 {
			w.check()
		}
	}
	w.whole()
	w.check()
}

func fresh(t *testing.T, engine string) *db.DB {
	t.Helper()
	if engine == db.SQLite {
		return dbtest.Open(t)
	}
	d, err := db.Open(t.Context(), dbtest.Postgres(t))
	must(t, err)
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(fmt.Errorf("after a walk: %w", err))
		}
	})
	return d
}

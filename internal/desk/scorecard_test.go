// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"slices"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// TestScorecard: an order that is claimed, found done and in time; the scorecard says so from the claim, on both engines.
func TestScorecard(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		u := newUnit(t, d)
		score := func() []iru.Score {
			u.whole()
			return view(u, func(x *db.Tx) ([]iru.Score, error) {
				return u.Scorecard(t.Context(), x, u.scope("ada"), 0, time.Time{}, time.Time{})
			})
		}
		if s := score(); len(s) != 0 {
			t.Errorf("a scorecard of nothing: %+v", s)
		}
		a, i, host := u.referred()
		n := u.sent(order(a, i, host))
		u.later(2 * time.Minute)
		u.reply(n.ID, "receipt", "1")
		u.later(10 * time.Minute)
		if s := score(); len(s) != 1 || s[0].Acts != 1 || s[0].Received != 1 || s[0].Open != 1 || s[0].Acted != 0 || s[0].Timed != 0 || s[0].HasMedian || !s[0].Few() {
			t.Errorf("an open order within its hour: %+v", s)
		}
		u.later(10 * time.Minute)
		u.reply(n.ID, "done", "2")
		for range 3 {
			u.look(a.ID, iru.Gone, iru.Gone)
		}
		s := score()
		if len(s) != 1 || s[0].Acted != 1 || s[0].Open != 0 || s[0].InTime != 1 || s[0].Timed != 1 || !s[0].HasMedian || s[0].Median != 20*time.Minute || s[0].Name != "Birchrack" {
			t.Errorf("an order done in time: %+v", s)
		}
		refused(t, "nobody", u.DB.View(t.Context(), func(x *db.Tx) error {
			_, err := u.Scorecard(t.Context(), x, iru.Scope{}, 0, time.Time{}, time.Time{})
			return err
		}), iru.Forbidden, "nobody")
	})
}

// TestScorecardOfManyActs agrees with what the test knows of a store made by chance.
func TestScorecardOfManyActs(t *testing.T) {
	r := randomly(newUnit(t, dbtest.Open(t)), 5, 80)
	scores := view(r.unit, func(x *db.Tx) ([]iru.Score, error) {
		return r.Scorecard(t.Context(), x, r.scope("ada"), 0, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	})
	for _, p := range r.providers {
		for _, s := range view(r.unit, func(x *db.Tx) ([]iru.Score, error) {
			return r.Scorecard(t.Context(), x, r.scope("ada"), p.ID, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
		}) {
			if !slices.Contains(scores, s) || s.Provider != p.ID {
				t.Errorf("by itself %s has %+v", p.Name, s)
			}
		}
	}
	total := iru.Score{}
	for _, s := range scores {
		if s.Acts == 0 || s.Received > s.Acts || s.Open+s.Acted > s.Received+s.Acts || s.InTime > s.Timed {
			t.Errorf("impossible: %+v", s)
		}
		total.Acts, total.Received, total.Clarified, total.Refused, total.Bounced = total.Acts+s.Acts, total.Received+s.Received, total.Clarified+s.Clarified, total.Refused+s.Refused, total.Bounced+s.Bounced
	}
	for what, n := range map[string][2]int{
		"acts":      {total.Acts, r.is("", true, func(told) bool { return true })},
		"received":  {total.Received, r.is("", true, func(a told) bool { return a.did("receive") })},
		"clarified": {total.Clarified, r.is("", true, func(a told) bool { return a.did("clarify") })},
		"refused":   {total.Refused, r.is("", true, func(a told) bool { return a.did("refuse") })},
		"bounced":   {total.Bounced, r.is("", true, func(a told) bool { return a.did("bounce") })},
	} {
		if n[0] != n[1] {
			t.Errorf("%s: %d, the test made %d", what, n[0], n[1])
		}
	}
}

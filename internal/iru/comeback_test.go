// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"testing"
	"time"

	"iolaus/internal/iru"
)

func TestComebacks(t *testing.T) {
	day := func(n float64) time.Time {
		return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n * 24 * float64(time.Hour)))
	}
	assets := []iru.Asset{
		{ID: 1, Outlet: 7},
		{ID: 2, Outlet: 7, Created: day(10.5), Lineage: iru.Lineage{To: 1, Judged: 3}},
		{ID: 3, Outlet: 7, Created: day(11), Lineage: iru.Lineage{To: 1, Judged: 3}}, // the second that takes its place
		{ID: 4, Outlet: 7, Created: day(12), Lineage: iru.Lineage{To: 2}},            // nobody said so
		{ID: 5}, // somebody else's
	}
	changes := []iru.Change{
		{1, day(0), iru.PresenceUp}, {5, day(1), iru.PresenceGone}, {1, day(10), iru.PresenceGone}, {2, day(11), iru.PresenceUp},
		{2, day(400), iru.PresenceGone}, {1, day(401), iru.PresenceBack}, {2, day(402), iru.PresenceBack}, {2, day(403), iru.PresenceDoubtful}, {2, day(404), iru.PresenceGone},
	}
	got := iru.Comebacks(assets, changes)
	want := []iru.Comeback{{1, day(10), 2, day(10.5)}, {2, day(400), 2, day(402)}, {2, day(404), 0, time.Time{}}}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for n := range want {
		if got[n] != want[n] {
			t.Errorf("%d: %+v, want %+v", n, got[n], want[n])
		}
	}
	if x := iru.TimeToReturnOf(got, day(500)); x != (iru.TimeToReturn{Median: 48 * time.Hour, Known: true, Came: 2, Open: 1}) {
		t.Errorf("%+v", x)
	}
	// With more that are not back, half are not expected back in the time that was watched.
	more := append(got, iru.Comeback{Fell: 9, At: day(300)}, iru.Comeback{Fell: 9, At: day(300)})
	if x := iru.TimeToReturnOf(more, day(500)); x.Known || x.Came != 2 || x.Open != 3 {
		t.Errorf("%+v", x)
	}
	if x := iru.TimeToReturnOf(nil, day(0)); x.Known {
		t.Errorf("%+v", x)
	}
}

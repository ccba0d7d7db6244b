// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"slices"
	"testing"
	"time"

	"iolaus/internal/iru"
)

// T0 is one instant. In a night in which an hour comes twice, or not at all, its two clocks never read alike, and the board says that they move before it.
func TestBoardOnClocksThatChange(t *testing.T) {
	rows := func(countries ...string) (out []AgencyRow) {
		for _, c := range countries {
			out = append(out, AgencyRow{Unit: iru.Unit{Country: c}})
		}
		return out
	}
	for _, x := range []struct {
		t0, now string
		want    []zone
	}{
		// Clocks go back on 25 October 2026 at 01:00Z: 02:30 comes twice in Vienna, 03:30 in Helsinki and 01:30 in Lisbon.
		{"2026-10-25T00:30:00Z", "2026-10-24T12:00:00Z", []zone{{"25 Oct 02:30:00 CEST AT", false}, {"25 Oct 03:30:00 EEST FI", false}, {"25 Oct 01:30:00 WEST PT", false}}},
		{"2026-10-25T01:30:00Z", "2026-10-24T12:00:00Z", []zone{{"25 Oct 02:30:00 CET AT", true}, {"25 Oct 03:30:00 EET FI", true}, {"25 Oct 01:30:00 WET PT", true}}},
		{"2026-10-25T01:30:00Z", "2026-10-25T01:15:00Z", []zone{{"25 Oct 02:30:00 CET AT", false}, {"25 Oct 03:30:00 EET FI", false}, {"25 Oct 01:30:00 WET PT", false}}},
		// They go forward on 29 March 2026 at 01:00Z: 02:30 never comes in Vienna.
		{"2026-03-29T00:30:00Z", "2026-03-28T12:00:00Z", []zone{{"29 Mar 01:30:00 CET AT", false}, {"29 Mar 02:30:00 EET FI", false}, {"29 Mar 00:30:00 WET PT", false}}},
		{"2026-03-29T01:30:00Z", "2026-03-28T12:00:00Z", []zone{{"29 Mar 03:30:00 CEST AT", true}, {"29 Mar 04:30:00 EEST FI", true}, {"29 Mar 02:30:00 WEST PT", true}}},
	} {
		p := BoardPage{Rows: rows("AT", "FI", "PT", "AT")}
		p.Count.T0, p.Now = instant(t, x.t0), instant(t, x.now)
		if got := p.zones(); !slices.Equal(got, x.want) {
			t.Errorf("%s seen at %s: %+v, not %+v", x.t0, x.now, got, x.want)
		}
	}
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

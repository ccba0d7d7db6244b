// SPDX-License-Identifier: EUPL-1.2

package legal

import (
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones are the same on every machine, also on one that has none
)

// zones are the time zones of the capitals: 27 Member States, then the states whose providers and authorities write to them. Source:
// the time zone database (public domain), as the Go release carries it.
var zones = map[string]string{
	"AT": "Europe/Vienna", "BE": "Europe/Brussels", "BG": "Europe/Sofia", "CY": "Asia/Nicosia", "CZ": "Europe/Prague", "DE": "Europe/Berlin",
	"DK": "Europe/Copenhagen", "EE": "Europe/Tallinn", "ES": "Europe/Madrid", "FI": "Europe/Helsinki", "FR": "Europe/Paris", "GR": "Europe/Athens",
	"HR": "Europe/Zagreb", "HU": "Europe/Budapest", "IE": "Europe/Dublin", "IT": "Europe/Rome", "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg",
	"LV": "Europe/Riga", "MT": "Europe/Malta", "NL": "Europe/Amsterdam", "PL": "Europe/Warsaw", "PT": "Europe/Lisbon", "RO": "Europe/Bucharest",
	"SE": "Europe/Stockholm", "SI": "Europe/Ljubljana", "SK": "Europe/Bratislava",
	"CH": "Europe/Zurich", "GB": "Europe/London", "IS": "Atlantic/Reykjavik", "LI": "Europe/Vaduz", "NO": "Europe/Oslo", "UA": "Europe/Kyiv",
}

const members = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"

// Zone gives the time zone in which a period runs for whoever is obliged in a state (ISO 3166, two letters): that of its capital. For a
// state that is not known it is UTC and false.
func Zone(state string) (*time.Location, bool) {
	name, ok := zones[strings.ToUpper(state)]
	if !ok {
		return time.UTC, false
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC, false
	}
	return loc, true
}

// MemberState reports whether a state is a Member State of the Union. The codes XA to XZ, which ISO 3166 leaves to users, stand for the
// invented states of exercises and count as members.
func MemberState(state string) bool {
	state = strings.ToUpper(state)
	return slices.Contains(strings.Fields(members), state) || len(state) == 2 && state[0] == 'X' && state[1] >= 'A' && state[1] <= 'Z'
}

// layouts are the ways to write a moment down, the first with an offset.
var layouts = []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"}

// Moment reads a moment that somebody's clock showed in a zone ("Europe/Vienna"; "" is UTC), such as "2026-03-29T10:15". Its errors say
// what is wrong: a zone that there is not, an offset that the zone did not have then, an hour that the change of clocks left out, or one
// that it gave twice and that an offset must tell apart.
func Moment(text, zone string) (time.Time, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return time.Time{}, fmt.Errorf("there is no time zone %q", zone)
	}
	for n, layout := range layouts {
		if n < 2 {
			t, err := time.Parse(layout, text)
			if err != nil {
				continue
			}
			_, said := t.Zone()
			if _, was := t.In(loc).Zone(); was != said && !strings.HasSuffix(text, "Z") {
				return time.Time{}, fmt.Errorf("clocks in %s did not show %s then, but %s", loc, t.Format("15:04 -07:00"), t.In(loc).Format("15:04 -07:00"))
			}
			return t.UTC(), nil
		}
		t, err := time.ParseInLocation(layout, text, loc)
		if err != nil {
			continue
		}
		if t.Format(layout) != text {
			return time.Time{}, fmt.Errorf("clocks in %s were put forward: they never showed %s", loc, text)
		}
		for _, other := range []time.Time{t.Add(-time.Hour), t.Add(time.Hour)} {
			if other.Format(layout) == text {
				return time.Time{}, fmt.Errorf("clocks in %s were put back: they showed %s twice, so write the offset too", loc, text)
			}
		}
		return t.UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%q is no date and time; write 2026-03-29T10:15", text)
}

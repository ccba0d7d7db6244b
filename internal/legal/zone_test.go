// SPDX-License-Identifier: EUPL-1.2

package legal_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/legal"
)

func TestZones(t *testing.T) {
	for _, state := range strings.Fields("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK") {
		if loc, ok := legal.Zone(state); !ok || !legal.MemberState(state) || loc == time.UTC {
			t.Errorf("%s: %v %v", state, loc, ok)
		}
	}
	if loc, ok := legal.Zone("XA"); ok || loc != time.UTC || !legal.MemberState("XA") {
		t.Errorf("an invented state: %v %v", loc, ok)
	}
	for _, state := range []string{"", "X", "US", "GB", "T ", "E B"} {
		if legal.MemberState(state) {
			t.Errorf("%q is a Member State", state)
		}
	}
}

func TestMoment(t *testing.T) {
	for _, c := range []struct{ text, zone, want, says string }{
		{"2026-03-28T10:15", "Europe/Vienna", "2026-03-28T09:15:00Z", ""},
		{"2026-03-29T10:15", "Europe/Vienna", "2026-03-29T08:15:00Z", ""},
		{"2026-03-29T02:30", "Europe/Vienna", "", "never showed"},
		{"2026-10-25T02:30", "Europe/Vienna", "", "twice"},
		{"2026-10-25T02:30:00+02:00", "Europe/Vienna", "2026-10-25T00:30:00Z", ""},
		{"2026-10-25T02:30:00+01:00", "Europe/Vienna", "2026-10-25T01:30:00Z", ""},
		{"2026-07-01T10:00:00+01:00", "Europe/Vienna", "", "did not show"},
		{"2026-07-01T10:00:00Z", "Europe/Vienna", "2026-07-01T10:00:00Z", ""},
		{"2026-07-01 10:00:05", "", "2026-07-01T10:00:05Z", ""},
		{"2026-07-01T10:00", "Europe/Atlantis", "", "no time zone"},
		{"2026-07-01T10:00", "Local", "", "no time zone"},
		{"2026-02-29T10:00", "", "", "no date"},
		{"2028-02-29T10:00", "Europe/Athens", "2028-02-29T08:00:00Z", ""},
	} {
		at, err := legal.Moment(c.text, c.zone)
		if err == nil && at.Format(time.RFC3339) != c.want || (err != nil) != (c.says != "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s in %s: %s, %v; want %s %s", c.text, c.zone, at, err, c.want, c.says)
		}
	}
}

// TestClockEndsAcrossChanges: hours are hours, days and months end at the same time of day, in the zone of whoever is obliged.
func TestClockEndsAcrossChanges(t *testing.T) {
	eu := legal.EU()
	for _, c := range []struct{ id, zone, start, end string }{
		{"tco-1h", "Europe/Berlin", "2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00"},
		{"tco-1h", "Europe/Berlin", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"},
		{"tco-72h-own", "Europe/Lisbon", "2026-10-24T12:00:00+01:00", "2026-10-27T11:00:00+00:00"},
		{"epoc", "Europe/Berlin", "2026-03-25T09:00:00+01:00", "2026-04-04T09:00:00+02:00"},
		{"epoc-pr", "Europe/Helsinki", "2026-10-01T09:00:00+03:00", "2026-11-30T09:00:00+02:00"},
		{"tco-6w", "Europe/Berlin", "2026-10-01T09:00:00+02:00", "2026-11-12T09:00:00+01:00"},
		{"tco-6m", "Europe/Berlin", "2027-08-31T23:30:00+02:00", "2028-02-29T23:30:00+01:00"},
		{"tco-art21", "Europe/Athens", "2026-12-31T12:00:00+02:00", "2027-04-01T00:00:00+03:00"},
	} {
		loc, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		start, err1 := time.Parse(time.RFC3339, c.start)
		want, err2 := time.Parse(time.RFC3339, c.end)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		rule, _ := eu.Clock(c.id)
		if end, ok := rule.End(start.In(loc)); !ok || !end.Equal(want) {
			t.Errorf("%s from %s: %s, want %s", c.id, c.start, end, want)
		}
	}
	if pr, _ := eu.Clock("epoc-pr"); true {
		due := time.Date(2026, 10, 1, 7, 0, 0, 0, time.UTC)
		if until, ok := pr.Longest(due); !ok || !until.Equal(due.AddDate(0, 0, 30)) {
			t.Errorf("epoc-pr can be extended until %s, %v", until, ok)
		}
	}
	if one, _ := eu.Clock("tco-1h"); true {
		if _, ok := one.Longest(time.Now()); ok {
			t.Error("the hour can be extended")
		}
	}
}

// TestEveryNumberIsMarked: each rule of the regime that carries a number says where it is from and how that was checked.
func TestEveryNumberIsMarked(t *testing.T) {
	eu := legal.EU()
	marks := []legal.Mark{legal.Verified, legal.Secondary, legal.Memory, legal.Own}
	for _, list := range []reflect.Value{reflect.ValueOf(eu.Clocks), reflect.ValueOf(eu.Appeals)} {
		for i := range list.Len() {
			r := list.Index(i)
			if r.FieldByName("Source").String() == "" || !slices.Contains(marks, legal.Mark(r.FieldByName("Mark").String())) {
				t.Errorf("%+v has no source or no mark", r.Interface())
			}
		}
	}
	for _, c := range eu.Clocks {
		for i, s := range c.Tell {
			if len(s.Who) == 0 || i > 0 && s.Left >= c.Tell[i-1].Left {
				t.Errorf("%s: step %d is %+v", c.ID, i, s)
			}
		}
		if len(c.Tell) == 0 || c.Tell[len(c.Tell)-1].Left != 0 {
			t.Errorf("%s: nobody is told when it ends", c.ID)
		}
	}
	de, ok := eu.Appeal("DE")
	if end := de.End(time.Date(2027, 1, 31, 9, 0, 0, 0, time.UTC)); !ok || end.UTC().Format(time.RFC3339) != "2027-02-28T09:00:00Z" {
		t.Errorf("an appeal in DE ends %s", end)
	}
	if _, ok := eu.Appeal("XA"); ok {
		t.Error("an invented state has a time to appeal")
	}
}

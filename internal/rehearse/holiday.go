// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// holidays are the days on which offices are closed in the whole of a state, as its law names them. A day is a date (05-01), a distance in days from
// Easter Sunday (E1 Western, O1 Orthodox), a weekday of a month (Mon1-05 the first, Mon*-05 the last), or the first such weekday not before a
// date (Sat>06-20). Sundays are left out where a rule gives one every year. Written down from general knowledge of these laws and
// compared, for 2026 and 2027, with the npm package date-holidays 3.37.0: of working days they differ in the days between or before feasts on
// which offices close (FI, SE), in single feasts (BG, CY, HU, LI, RO, August in GB) and in substitute days, which are missing here, as are regional
// days. The invented states of exercises (XA to XZ) have none.
var holidays = map[string]string{
	"AT": "01-01 01-06 E1 05-01 E39 E50 E60 08-15 10-26 11-01 12-08 12-25 12-26",
	"BE": "01-01 E1 05-01 E39 E50 07-21 08-15 11-01 11-11 12-25",
	"BG": "01-01 03-03 O-2 O1 05-01 05-06 05-24 09-06 09-22 12-24 12-25 12-26",
	"CY": "01-01 01-06 O-48 03-25 04-01 O-2 O1 05-01 O50 08-15 10-01 10-28 12-25 12-26",
	"CZ": "01-01 E-2 E1 05-01 05-08 07-05 07-06 09-28 10-28 11-17 12-24 12-25 12-26",
	"DE": "01-01 E-2 E1 05-01 E39 E50 10-03 12-25 12-26",
	"DK": "01-01 E-3 E-2 E1 E39 E50 12-25 12-26",
	"EE": "01-01 02-24 E-2 05-01 06-23 06-24 08-20 12-24 12-25 12-26",
	"ES": "01-01 01-06 E-2 05-01 08-15 10-12 11-01 12-06 12-08 12-25",
	"FI": "01-01 01-06 E-2 E1 05-01 E39 Fri>06-19 Sat>06-20 Sat>10-31 12-06 12-24 12-25 12-26",
	"FR": "01-01 E1 05-01 05-08 E39 E50 07-14 08-15 11-01 11-11 12-25",
	"GR": "01-01 01-06 O-48 03-25 O-2 O1 05-01 O50 08-15 10-28 12-25 12-26",
	"HR": "01-01 01-06 E1 05-01 05-30 E60 06-22 08-05 08-15 11-01 11-18 12-25 12-26",
	"HU": "01-01 03-15 E-2 E1 05-01 E50 08-20 10-23 11-01 12-24 12-25 12-26",
	"IE": "01-01 Mon1-02 03-17 E1 Mon1-05 Mon1-06 Mon1-08 Mon*-10 12-25 12-26",
	"IT": "01-01 01-06 E1 04-25 05-01 06-02 08-15 10-04 11-01 12-08 12-25 12-26",
	"LT": "01-01 02-16 03-11 E1 05-01 06-24 07-06 08-15 11-01 11-02 12-24 12-25 12-26",
	"LU": "01-01 E1 05-01 05-09 E39 E50 06-23 08-15 11-01 12-25 12-26",
	"LV": "01-01 E-2 E1 05-01 05-04 06-23 06-24 11-18 12-24 12-25 12-26 12-31",
	"MT": "01-01 02-10 03-19 03-31 E-2 05-01 06-07 06-29 08-15 09-08 09-21 12-08 12-13 12-25",
	"NL": "01-01 E1 04-27 E39 E50 12-25 12-26",
	"PL": "01-01 01-06 E1 05-01 05-03 E60 08-15 11-01 11-11 12-24 12-25 12-26",
	"PT": "01-01 E-2 04-25 05-01 E60 06-10 08-15 10-05 11-01 12-01 12-08 12-25",
	"RO": "01-01 01-02 01-06 01-07 01-24 O-2 O1 05-01 06-01 O50 08-15 11-30 12-01 12-25 12-26",
	"SE": "01-01 01-06 E-2 E1 05-01 E39 06-06 Fri>06-19 Sat>06-20 Sat>10-31 12-24 12-25 12-26 12-31",
	"SI": "01-01 01-02 02-08 E1 04-27 05-01 05-02 06-25 08-15 10-31 11-01 12-25 12-26",
	"SK": "01-01 01-06 E-2 E1 05-01 07-05 08-29 11-01 12-24 12-25 12-26",
	"CH": "01-01 E-2 E1 E39 E50 08-01 12-25 12-26",
	"GB": "01-01 E-2 E1 Mon1-05 Mon*-05 Mon*-08 12-25 12-26",
	"IS": "01-01 E-3 E-2 E1 Thu>04-19 05-01 E39 E50 06-17 Mon1-08 12-24 12-25 12-26 12-31",
	"LI": "01-01 01-06 E-2 E1 05-01 E39 E50 E60 08-15 09-08 11-01 12-08 12-25 12-26",
	"NO": "01-01 E-3 E-2 E1 05-01 E39 05-17 E50 12-25 12-26",
}

var weekdays = map[string]time.Weekday{"Mon": time.Monday, "Tue": time.Tuesday, "Wed": time.Wednesday, "Thu": time.Thursday, "Fri": time.Friday, "Sat": time.Saturday, "Sun": time.Sunday}

// Holiday reports whether offices of a state (ISO 3166) are closed on the day by law. Of states that are not known it is false.
func Holiday(state string, day time.Time) bool {
	date := day.Format("01-02")
	for rule := range strings.FieldsSeq(holidays[state]) {
		if rule == date || rule[0] > '9' && falls(rule, day) {
			return true
		}
	}
	return false
}

// HolidaysKnown reports whether the public holidays of a state are known.
func HolidaysKnown(state string) bool { return holidays[state] != "" }

func falls(rule string, day time.Time) bool {
	y, m, d := day.Date()
	switch {
	case rule[0] == 'E' || rule[0] == 'O':
		n, err := strconv.Atoi(rule[1:])
		if err != nil {
			return false
		}
		easter := western(y)
		if rule[0] == 'O' {
			easter = orthodox(y)
		}
		return easter.AddDate(0, 0, n).Format("01-02") == day.Format("01-02")
	case weekdays[rule[:3]] != day.Weekday():
		return false
	case rule[3] == '>':
		from, err := time.Parse("2006-01-02", fmt.Sprintf("%04d-%s", y, rule[4:]))
		if err != nil {
			return false
		}
		gap := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(from)
		return gap >= 0 && gap < 7*24*time.Hour
	case rule[5:] != day.Format("01"):
		return false
	case rule[3] == '*':
		return day.AddDate(0, 0, 7).Month() != m
	}
	return (d-1)/7 == int(rule[3]-'1')
}

// western is Easter Sunday in the Gregorian calendar (Meeus, Jones, Butcher).
func western(y int) time.Time {
	a, b, c := y%19, y/100, y%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return time.Date(y, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC)
}

// orthodox is Easter Sunday of the Julian calendar as a date of the Gregorian one, from 1900 to 2099 (Meeus).
func orthodox(y int) time.Time {
	d := (19*(y%19) + 15) % 30
	e := (2*(y%4) + 4*(y%7) - d + 34) % 7
	n := d + e + 114
	return time.Date(y, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 13)
}

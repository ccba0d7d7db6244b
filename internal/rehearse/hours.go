// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"iolaus/internal/legal"
)

// An opening is a time in which a desk works, counted from the calendar's base.
type opening struct{ from, to time.Duration }

// A calendar is when a desk works; without openings, around the clock.
type calendar struct {
	always bool
	open   []opening // in order, apart
}

// zoneOf is the desk's clock: its own, that of its state's capital, or UTC.
func zoneOf(d Addressee) (*time.Location, error) {
	if d.Zone == "" {
		loc, _ := legal.Zone(d.State)
		return loc, nil
	}
	loc, err := time.LoadLocation(d.Zone)
	if err != nil || d.Zone == "Local" {
		return nil, fmt.Errorf("there is no time zone %.60q: write one such as Europe/Vienna", d.Zone)
	}
	return loc, nil
}

// calendarOf lays the desk's hours out from base on, for so long.
func calendarOf(d Addressee, assumed []Window, base time.Time, long time.Duration) (calendar, error) {
	hours := d.Hours
	if hours == nil {
		hours = assumed
	}
	if d.Always || len(hours) == 0 {
		return calendar{always: true}, nil
	}
	loc, err := zoneOf(d)
	if err != nil {
		return calendar{}, err
	}
	var c calendar
	first := base.In(loc)
	for n := 0; ; n++ {
		day := time.Date(first.Year(), first.Month(), first.Day()-1+n, 0, 0, 0, 0, loc)
		if day.Sub(base) > long {
			return c, nil
		}
		if name := day.Format(time.DateOnly); slices.Contains(d.Holidays, name) || Holiday(d.State, day) && !slices.Contains(d.Works, name) {
			continue
		}
		var today []opening
		for _, w := range hours {
			if !slices.Contains(w.Days, int(day.Weekday())) {
				continue
			}
			from, _ := minutes(w.From)
			to, _ := minutes(w.To)
			// The clock's own reading: a day with a leap of the clock is shorter or longer, 09:00 stays 09:00.
			begin := time.Date(day.Year(), day.Month(), day.Day(), from/60, from%60, 0, 0, loc).Sub(base)
			end := time.Date(day.Year(), day.Month(), day.Day(), to/60, to%60, 0, 0, loc).Sub(base)
			if end > 0 && begin < end {
				today = append(today, opening{begin, end})
			}
		}
		slices.SortFunc(today, func(a, b opening) int { return int(min(max(a.from-b.from, -1), 1)) })
		for _, o := range today {
			if k := len(c.open) - 1; k >= 0 && o.from <= c.open[k].to {
				c.open[k].to = max(c.open[k].to, o.to)
			} else {
				c.open = append(c.open, o)
			}
		}
	}
}

// opens is the first instant not before t at which the desk works.
func (c calendar) opens(t time.Duration) time.Duration {
	if c.always || t >= never {
		return t
	}
	n := sort.Search(len(c.open), func(n int) bool { return c.open[n].to > t })
	if n == len(c.open) {
		return never
	}
	return max(t, c.open[n].from)
}

// worked is when a piece of work that begins at t is done, with the desk working on it only while it is open.
func (c calendar) worked(t, work time.Duration) time.Duration {
	if t >= never || work >= never {
		return never
	}
	if c.always {
		return t + work
	}
	for n := sort.Search(len(c.open), func(n int) bool { return c.open[n].to > t }); n < len(c.open); n++ {
		t = max(t, c.open[n].from)
		left := c.open[n].to - t
		if work <= left {
			return t + work
		}
		work -= left
	}
	return never
}

func minutes(s string) (int, error) {
	if s == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, err
	}
	return t.Hour()*60 + t.Minute(), nil
}

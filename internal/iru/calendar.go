// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/legal"
)

// MaxGrouped is how many items one letter may name: as many as a mail carries targets in its header, so that a desk can read all of
// them by machine.
const MaxGrouped = 100

// A Window is a time of the week in which letters leave.
type Window struct {
	Days []int  `json:"days"` // 0 Sunday to 6 Saturday, as time.Weekday
	From string `json:"from"` // 08:00
	To   string `json:"to"`   // 17:30; 24:00 for the end of the day
}

// A Calendar says when an addressee gets its referrals, grouped into letters. Nothing binding and no threat to life waits for one.
type Calendar struct {
	ID         int64
	Unit       UnitID
	Provider   ProviderID
	Zone       string // of the windows and holidays: Europe/Vienna
	Windows    []Window
	Holidays   []string      // days on which nothing leaves: 2026-12-25
	Most       int           // items in a letter
	Gather     time.Duration // at least so long a letter takes items in before it leaves
	Groups     []legal.Instrument
	PauseUntil time.Time // nothing leaves before; a pause always ends
	PauseWhy   string
	By         OfficerID
	At         time.Time
}

// Check refuses a calendar that lacks a part, or that something would wait for that must not.
func (c Calendar) Check() error {
	if len(c.Windows) == 0 {
		return Refuse(Invalid, "the calendar has no time at which a letter could leave", "give at least one window")
	}
	if err := checkWindows(c.Windows); err != nil {
		return err
	}
	for _, h := range c.Holidays {
		if !isDay(h) {
			return Refuse(Invalid, "there is no day "+h, "write it as 2026-12-25")
		}
	}
	if c.Most < 1 || c.Most > MaxGrouped {
		return Refuse(Invalid, fmt.Sprintf("a letter cannot name %d items", c.Most), fmt.Sprintf("choose 1 to %d", MaxGrouped))
	}
	if c.Gather < 0 || c.Gather > 31*24*time.Hour {
		return Refuse(Invalid, "a letter cannot gather that long", "choose up to 31 days")
	}
	if len(c.Groups) == 0 {
		return Refuse(Invalid, "the calendar groups nothing", "name the instruments that it groups")
	}
	for _, i := range c.Groups {
		if i != legal.Referral {
			return Refuse(Forbidden, i.Title()+" never waits for a calendar", "only referrals are grouped; orders, notices and a threat to life leave at once")
		}
	}
	return nil
}

// Takes reports whether the calendar makes the act wait for its letter.
func (c Calendar) Takes(n Notice) bool {
	return slices.Contains(c.Groups, n.Instrument) && !n.Instrument.Binding() && n.Threat == 0 && n.Operation == 0
}

// Next is the first instant not before t at which a letter may leave, in loc, which is that of Zone; false if there is none within
// two years.
func (c Calendar) Next(t time.Time, loc *time.Location) (time.Time, bool) {
	if t.Before(c.PauseUntil) {
		t = c.PauseUntil
	}
	local := t.In(loc)
	for d := range 731 {
		day := time.Date(local.Year(), local.Month(), local.Day()+d, 0, 0, 0, 0, loc)
		if slices.Contains(c.Holidays, day.Format(time.DateOnly)) {
			continue
		}
		best := time.Time{}
		for _, w := range c.Windows {
			if !slices.Contains(w.Days, int(day.Weekday())) {
				continue
			}
			from, _ := minutes(w.From)
			to, _ := minutes(w.To)
			// The clock's own reading: a day with a leap of the clock is shorter or longer, 08:00 stays 08:00.
			begin := time.Date(day.Year(), day.Month(), day.Day(), from/60, from%60, 0, 0, loc)
			end := time.Date(day.Year(), day.Month(), day.Day(), to/60, to%60, 0, 0, loc)
			if begin.Before(t) {
				begin = t
			}
			if begin.Before(end) && (best.IsZero() || begin.Before(best)) {
				best = begin
			}
		}
		if !best.IsZero() {
			return best.UTC(), true
		}
	}
	return time.Time{}, false
}

func minutes(s string) (int, error) {
	if s == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", strings.TrimSpace(s))
	if err != nil {
		return 0, err
	}
	return t.Hour()*60 + t.Minute(), nil
}

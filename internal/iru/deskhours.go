// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"slices"
	"time"
)

// DeskHours are when an addressee's desk works, and how long what it took down is still served from caches, as somebody of the unit knows it. Rehearsals play with them
// in place of what is assumed of any desk; the unit's record of its answers stands before them. The newest of an addressee counts.
type DeskHours struct {
	ID       int64
	Unit     UnitID
	Provider ProviderID
	Always   bool     // around the clock: no windows
	Zone     string   // of the windows: Europe/Vienna; "": that of the capital of its state
	Windows  []Window // when it works
	Holidays []string // days of its own on which it does not: 2026-12-24
	Works    []string // public holidays on which it does
	Cache    time.Duration
	Ended    bool // what was said before counts no more, and nothing is said
	Reason   string
	By       OfficerID
	At       time.Time
}

// MaxCache is the longest time that caches are taken to keep something: certificates of a network's copies, with a margin.
const MaxCache = 90 * 24 * time.Hour

// Check refuses hours that cannot be.
func (h DeskHours) Check() error {
	switch {
	case h.Reason == "":
		return Refuse(Invalid, "the reason is missing", "say how it is known")
	case h.Ended:
		return nil
	case !h.Always && len(h.Windows) == 0 && len(h.Holidays)+len(h.Works) == 0 && h.Cache == 0:
		return Refuse(Invalid, "nothing is said", "give hours, days, or how long caches keep what it took down")
	case h.Always && len(h.Windows) > 0:
		return Refuse(Invalid, "a desk that works around the clock has no hours", "choose one of the two")
	case h.Cache < 0 || h.Cache > MaxCache:
		return Refuse(Invalid, "caches cannot keep anything that long", "give up to 90 days in hours")
	case len(h.Holidays)+len(h.Works) > 200:
		return Refuse(Invalid, "that are too many days", "give those of the coming two years")
	}
	if err := checkWindows(h.Windows); err != nil {
		return err
	}
	for _, d := range slices.Concat(h.Holidays, h.Works) {
		if !isDay(d) {
			return Refuse(Invalid, "there is no day "+d, "write it as 2026-12-25")
		}
	}
	return nil
}

func checkWindows(ws []Window) error {
	for _, w := range ws {
		from, err1 := minutes(w.From)
		to, err2 := minutes(w.To)
		if err1 != nil || err2 != nil || from >= to || len(w.Days) == 0 || slices.ContainsFunc(w.Days, func(d int) bool { return d < 0 || d > 6 }) {
			return Refuse(Invalid, fmt.Sprintf("the window %v %s to %s is none", w.Days, w.From, w.To), "give days of the week and times such as 08:00 to 17:30")
		}
	}
	return nil
}

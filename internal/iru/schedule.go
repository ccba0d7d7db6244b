// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"hash/fnv"
	"strconv"
	"time"
)

// A Schedule says when one monitor looks at one asset next.
type Schedule struct {
	ID       int64
	Unit     UnitID
	Asset    AssetID
	Monitor  Monitor
	Shard    int // by which the work is parted between rounds: 0 to Shards-1
	Due      time.Time
	Every    time.Duration // pause that how often it changes has led to
	Looked   time.Time     // last look that told something; zero: none
	Changed  time.Time     // last look that saw something new
	Looks    int
	Changes  int
	Failures int // in a row
}

// Shards is into how many parts the scheduled looks are divided; one round works on one of them, on any machine.
const Shards = 8

// NewSchedule is due soon: what was just attributed is captured and probed first, and its server is asked for that.
func NewSchedule(a Asset, m Monitor, b Bounds, now time.Time) Schedule {
	return Schedule{Unit: a.Unit, Asset: a.ID, Monitor: m, Shard: int(a.ID % Shards), Due: now.Add(min(b.Least, settle)), Every: b.clamp(b.First)}
}

// settle is how long a first look waits at most.
const settle = time.Minute

// Bounds are the shortest and the longest pause between two looks, and the one to begin with.
type Bounds struct {
	Least, First, Most time.Duration
}

// BoundsOf are those of a monitor where the unit visits live assets so often. Pages, accounts and streams change by the hour, packages and
// registers by the day; nothing is left alone for longer than seven times the usual pause, a stream not for longer than twice.
func BoundsOf(m Monitor, usual time.Duration) Bounds {
	b := Bounds{Least: usual / 4, First: usual, Most: 7 * usual}
	switch m {
	case SiteMonitor, AccountMonitor:
		b.Least = usual / 24
	case StreamMonitor:
		b.Least, b.Most = usual/24, 2*usual
	}
	return b
}

func (b Bounds) clamp(d time.Duration) time.Duration {
	return min(max(d, b.Least), max(b.Most, b.Least))
}

// Looked is what one look was worth.
type Looked string

// What a look may be worth. A failed one says nothing of the asset: it is neither the same nor gone.
const (
	LookSame    Looked = "same"
	LookChanged Looked = "changed"
	LookFailed  Looked = "failed"
)

// How the pause adapts: halved by a change, a quarter longer without one. It settles where about one look in four sees something new
// (p ln 2 = (1-p) ln 1.25), and comes from the longest pause to an hourly one within eight looks.
const (
	sooner = 2
	slower = 1.25
)

// retry is the pause after a first failed look; it doubles with each further one, up to the asset's own pause.
const retry = 5 * time.Minute

// Next is when to look again after a look at a time. until is a time before which the server asks to be left alone, zero where it does not;
// event is one at which something is expected, such as the end of a registration, zero where nothing is. The pause is moved by up to a
// tenth, by the asset's own number, so that what was found on one day is not visited at one minute for ever.
func (s Schedule) Next(l Looked, now time.Time, b Bounds, until, event time.Time) Schedule {
	pause := s.Every
	switch l {
	case LookFailed:
		s.Failures++
		pause = min(s.Every, min(retry, b.clamp(retry))<<min(s.Failures-1, 16))
	case LookChanged:
		s.Failures, s.Looked, s.Changed = 0, now, now
		if s.Looks > 0 { // the first sight of anything is new, and no change
			s.Changes++
			s.Every = b.clamp(s.Every / sooner)
		}
		s.Looks++
		pause = s.Every
	case LookSame:
		s.Failures, s.Looked = 0, now
		s.Looks++
		s.Every = b.clamp(time.Duration(float64(s.Every) * slower))
		pause = s.Every
	}
	s.Due = now.Add(s.spread(pause))
	if event.After(now) && event.Before(s.Due) {
		s.Due = event
	}
	if until.After(s.Due) {
		s.Due = until.Add(s.spread(b.Least) / 16) // not all at the first instant that is allowed
	}
	return s
}

// spread moves a pause by up to a tenth, the same way for the same schedule and look.
func (s Schedule) spread(d time.Duration) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(strconv.FormatInt(int64(s.Asset), 10) + string(s.Monitor) + strconv.Itoa(s.Looks+s.Failures)))
	part := int64(h.Sum32()%2001) - 1000 // thousandths of a tenth
	return d + time.Duration(int64(d)/10_000*part)
}

// Ban is how long a server is left alone that refused because it was asked too often: as long as it says, at least a minute, at most a
// day; where it does not say, a quarter of an hour, doubled with each refusal in a row. A longer wish would let an outlet hide from us.
func Ban(after time.Duration, strikes int) time.Duration {
	if after <= 0 {
		after = 15 * time.Minute << min(max(strikes, 0), 7)
	}
	return min(max(after, time.Minute), 24*time.Hour)
}

// Untouchable reports whether handling codes forbid every look: who may only act where nobody can notice does not ask a server for
// anything (PAP:RED).
func (h Handling) Untouchable() bool { return h.PAP == "RED" }

// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Pause is a built-in hold: so long before T0 the count stops until the director has it go on. The planned T0 moves by as much.
type Pause struct {
	Before time.Duration `json:"before"`
	Why    string        `json:"why"`
	Since  time.Time     `json:"since,omitzero"` // when the count stopped there, known once it went on
	On     time.Time     `json:"on,omitzero"`    // when it went on; zero until then
	By     OfficerID     `json:"by,omitempty"`
	Reason string        `json:"reason,omitempty"` // with which it went on
}

// MaxPauses is how many built-in holds a count may have: more than anybody plans.
const MaxPauses = 20

// A Count is how an operation's clock stands at an instant.
type Count struct {
	T0     time.Time // as it is now: it moves while the count stands
	Stands bool
	Pause  *Pause // the built-in hold at which it stands; nil at another hold, or while it runs
}

// Goal is T0 as it was released or else as it is planned; zero for neither.
func (o Operation) Goal() time.Time {
	if o.T0.IsZero() {
		return o.Planned
	}
	return o.T0
}

// next is the first built-in hold at which the count was not had go on, -1 for none, and when it stops there.
func (o Operation) next() (int, time.Time) {
	at := slices.IndexFunc(o.Pauses, func(p Pause) bool { return p.On.IsZero() })
	if at < 0 || o.Goal().IsZero() {
		return -1, time.Time{}
	}
	return at, o.Goal().Add(-o.Pauses[at].Before)
}

// Count gives how the clock stands; zero where no T0 is planned.
func (o Operation) Count(now time.Time) Count {
	c := Count{T0: o.Goal()}
	if c.T0.IsZero() || o.State == OperationClosed || o.State == OperationAborted || o.Begun(now) && o.State != OperationReleased {
		return c
	}
	ran := now // until when it ran
	if o.State == OperationHeld && !o.HeldAt.IsZero() {
		ran = o.HeldAt
		c.T0, c.Stands = c.T0.Add(now.Sub(ran)), true
	}
	if at, stops := o.next(); at >= 0 && !ran.Before(stops) {
		return Count{T0: now.Add(o.Pauses[at].Before), Stands: true, Pause: &o.Pauses[at]}
	}
	return c
}

// PlanCount sets the T0 that is aimed at, with its built-in holds. It binds nothing: what leaves, leaves by a release. Holds at which the
// count has stood stay on record.
func (o Operation) PlanCount(by OfficerID, t0 time.Time, pauses []Pause, now time.Time) (Operation, Event, error) {
	if o.State != OperationDraft && o.State != OperationPolling && o.State != OperationHeld || o.Begun(now) {
		return o, Event{}, Refuse(Conflict, "the operation is "+string(o.State)+": its T0 is planned no more", "hold it first, or plan another one")
	}
	if c := o.Count(now); c.Pause != nil {
		return o, Event{}, Refuse(Conflict, "the count stands at "+c.Pause.Name(), "have it go on first, with the reason")
	}
	if !now.Before(t0) {
		return o, Event{}, Refuse(Invalid, "T0 is past", "choose an instant ahead")
	}
	if len(pauses) > MaxPauses {
		return o, Event{}, Refuse(Invalid, fmt.Sprintf("more than %d built-in holds", MaxPauses), "leave some out")
	}
	kept := slices.DeleteFunc(slices.Clone(o.Pauses), func(p Pause) bool { return p.On.IsZero() })
	fresh := slices.Clone(pauses)
	slices.SortFunc(fresh, func(a, b Pause) int { return int(b.Before - a.Before) })
	for n, p := range fresh {
		switch {
		case p.Before < time.Second || p.Before > 7*24*time.Hour:
			return o, Event{}, Refuse(Invalid, "a built-in hold is a second to a week before T0", "")
		case n > 0 && fresh[n-1].Before == p.Before:
			return o, Event{}, Refuse(Invalid, "two built-in holds at "+p.Name(), "leave one out")
		case !now.Before(t0.Add(-p.Before)):
			return o, Event{}, Refuse(Invalid, "the built-in hold at "+p.Name()+" would have passed", "choose a later T0 or leave it out")
		case strings.TrimSpace(p.Why) == "":
			return o, Event{}, Refuse(Invalid, "the built-in hold at "+p.Name()+" does not say what is waited for", "name it")
		}
		fresh[n] = Pause{Before: p.Before, Why: strings.TrimSpace(p.Why)}
	}
	o.Planned, o.Pauses = t0, append(kept, fresh...)
	if o.State == OperationHeld {
		o.HeldAt = now
	}
	var at []string
	for _, p := range fresh {
		at = append(at, p.Name())
	}
	e := change("operation", int64(o.ID), "plan_t0", o.State, o.State, by, o.Unit, now, "").With("t0", t0.UTC().Format(time.RFC3339Nano))
	return o, e.With("holds", at), nil
}

// GoOn has the count go on from the built-in hold at which it stands: T0 moves, and nearer than lead it never comes.
func (o Operation) GoOn(by OfficerID, reason string, lead time.Duration, now time.Time) (Operation, Event, error) {
	at, stopped := o.next()
	if c := o.Count(now); c.Pause == nil {
		return o, Event{}, Refuse(Conflict, "the count does not stand at a built-in hold", "")
	}
	if strings.TrimSpace(reason) == "" {
		return o, Event{}, Refuse(Invalid, "the reason is missing", "say what was waited for and is so now")
	}
	o.Pauses = slices.Clone(o.Pauses)
	p := &o.Pauses[at]
	moved := now.Add(max(p.Before, lead)).Sub(o.Goal())
	for _, x := range o.ahead(now) {
		*x = x.Add(moved)
	}
	o.Planned = o.Planned.Add(moved)
	p.Since, p.On, p.By, p.Reason = stopped, now, by, strings.TrimSpace(reason)
	if o.State == OperationHeld {
		o.HeldAt = now
	}
	e := change("operation", int64(o.ID), "go_on", o.State, o.State, by, o.Unit, now, p.Reason)
	return o, e.With("hold", p.Name()).With("stood_us", now.Sub(stopped).Microseconds()).With("t0", o.Goal().UTC().Format(time.RFC3339Nano)), nil
}

// Name writes a built-in hold as people say it: "T−10 min".
func (p Pause) Name() string {
	switch s := int64(p.Before / time.Second); {
	case s%3600 == 0:
		return fmt.Sprintf("T−%d h", s/3600)
	case s%60 == 0:
		return fmt.Sprintf("T−%d min", s/60)
	default:
		return fmt.Sprintf("T−%d s", s)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"strings"
	"time"
)

// AppealState is where a challenge of an act before a court or an authority stands.
type AppealState string

// The states of an appeal.
const (
	AppealLodged    AppealState = "lodged"
	AppealDismissed AppealState = "dismissed" // the act stands
	AppealUpheld    AppealState = "annulled"  // the act has no effect any more
	AppealDropped   AppealState = "dropped"   // taken back by whoever lodged it
)

// AppealTable is the state table of an appeal.
var AppealTable = Table[AppealState]{
	{AppealLodged, "dismiss", AppealDismissed},
	{AppealLodged, "annul", AppealUpheld},
	{AppealLodged, "drop", AppealDropped},
}

// An Appeal is a challenge of an act: it pauses finality (TCO Art 3(9), 9).
type Appeal struct {
	ID      int64
	Unit    UnitID
	Notice  NoticeID
	By      string // who lodged it: "provider", "content provider"
	Body    string // before whom
	Ref     string // their number
	Lodged  time.Time
	State   AppealState
	Decided time.Time
	Reason  string // of the decision
	Entered OfficerID
}

// Check refuses an appeal that says too little.
func (a Appeal) Check(now time.Time) error {
	switch {
	case a.Entered == 0:
		return Refuse(Forbidden, "only a person enters an appeal", "")
	case strings.TrimSpace(a.By) == "" || strings.TrimSpace(a.Body) == "":
		return Refuse(Invalid, "it is not said who appealed, or to whom", "")
	case a.Lodged.IsZero() || a.Lodged.After(now):
		return Refuse(Invalid, "the day of the appeal is missing or lies in the future", "")
	}
	return nil
}

// Step takes its outcome in.
func (a Appeal) Step(verb string, by OfficerID, decided, at time.Time, reason string) (Appeal, Event, error) {
	if err := byPerson(by, verb, "dismiss", "annul", "drop"); err != nil {
		return a, Event{}, err
	}
	if strings.TrimSpace(reason) == "" {
		return a, Event{}, Refuse(Invalid, "the outcome needs its reasons", "quote the operative part")
	}
	if decided.Before(a.Lodged) || decided.After(at) {
		return a, Event{}, Refuse(Invalid, "the decision would be before the appeal, or in the future", "")
	}
	to, err := AppealTable.Next(a.State, verb)
	if err != nil {
		return a, Event{}, err
	}
	e := change("appeal", a.ID, verb, a.State, to, by, a.Unit, at, reason)
	a.State, a.Decided, a.Reason = to, decided, reason
	return a, e.With("notice", int64(a.Notice)), nil
}

// Final gives when a removal order became final (TCO Art 3(9)): when the time to appeal ended without an appeal, or a decision confirmed it.
// False: it is not, or nobody entered the time to appeal. final is that time's clock; zero where there is none.
func (n Notice) Final(final Clock, appeals []Appeal, now time.Time) (time.Time, bool) {
	if n.State == NoticeWithdrawn || final.ID == 0 {
		return time.Time{}, false
	}
	at := final.Due
	for _, a := range appeals {
		switch a.State {
		case AppealLodged, AppealUpheld:
			return time.Time{}, false
		case AppealDismissed, AppealDropped:
			if a.Decided.After(at) {
				at = a.Decided
			}
		}
	}
	return at, !now.Before(at)
}

// Exposed counts the final orders of the twelve months before now (TCO Art 5(4)); with two or more of them the law knows a factor for a
// decision, which people take.
func Exposed(finals []time.Time, now time.Time) int {
	n, since := 0, now.AddDate(-1, 0, 0)
	for _, f := range finals {
		if f.After(since) && !f.After(now) {
			n++
		}
	}
	return n
}

// ExposedFrom is the number of final orders within twelve months that is a factor (TCO Art 5(4) V).
const ExposedFrom = 2

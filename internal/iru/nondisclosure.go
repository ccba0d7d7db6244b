// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"strings"
	"time"
)

// NondisclosureState is whether the content provider may not be told of an order.
type NondisclosureState string

// The states of a decision not to disclose.
const (
	NondisclosureInForce  NondisclosureState = "in_force"
	NondisclosureExtended NondisclosureState = "extended"
	NondisclosureEnded    NondisclosureState = "ended"
)

// NondisclosureTable is the state table of a decision not to disclose: extended once, then it ends (TCO Art 11(3)).
var NondisclosureTable = Table[NondisclosureState]{
	{NondisclosureInForce, "extend", NondisclosureExtended},
	{NondisclosureInForce, "end", NondisclosureEnded},
	{NondisclosureExtended, "end", NondisclosureEnded},
}

// A Nondisclosure is a decision that the provider does not tell the content provider of a removal, for reasons of public security such as
// an investigation (TCO Art 11(3)): as long as necessary, at most six weeks, extended once by at most six where that is still justified.
// Its end is the clock "tco-6w" about it.
type Nondisclosure struct {
	ID      int64
	Unit    UnitID
	Notice  NoticeID
	By      OfficerID
	At      time.Time
	Reason  string
	State   NondisclosureState
	Again   string // why it was extended
	AgainBy OfficerID
	Ended   time.Time
	EndWhy  string
}

// Check refuses a decision without a person or reasons.
func (d Nondisclosure) Check() error {
	if d.By == 0 {
		return Refuse(Forbidden, "only a person decides not to disclose", "")
	}
	if strings.TrimSpace(d.Reason) == "" {
		return Refuse(Invalid, "a decision not to disclose needs its reasons", "say which investigation or danger it protects, and why it is necessary and proportionate")
	}
	return nil
}

// Step moves it by a verb of its table. An extension needs a reason of its own; the program ends what has run out.
func (d Nondisclosure) Step(verb string, by OfficerID, at time.Time, why string) (Nondisclosure, Event, error) {
	if err := byPerson(by, verb, "extend"); err != nil {
		return d, Event{}, err
	}
	if strings.TrimSpace(why) == "" {
		return d, Event{}, Refuse(Invalid, "the reason is missing", "say why it is still justified, or why it ends")
	}
	if verb == "extend" && d.State == NondisclosureExtended {
		return d, Event{}, Refuse(Conflict, "it was extended before, and the law allows that once (Article 11(3))", "let it end")
	}
	to, err := NondisclosureTable.Next(d.State, verb)
	if err != nil {
		return d, Event{}, err
	}
	e := change("nondisclosure", d.ID, verb, d.State, to, by, d.Unit, at, why)
	d.State = to
	if verb == "extend" {
		d.Again, d.AgainBy = why, by
	} else {
		d.Ended, d.EndWhy = at, why
	}
	return d, e.With("notice", int64(d.Notice)), nil
}

// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// A StrayState is whether a mail that named no act has found its place.
type StrayState string

// The states of a stray.
const (
	StrayOpen      StrayState = "open"
	StrayFiled     StrayState = "filed"
	StrayDismissed StrayState = "dismissed"
)

// StrayTable is the state table of a stray. What was set aside can still be filed: nothing is dropped.
var StrayTable = Table[StrayState]{
	{StrayOpen, "file", StrayFiled},
	{StrayOpen, "dismiss", StrayDismissed},
	{StrayDismissed, "file", StrayFiled},
}

// A Stray is a mail that came into our mailbox and names no act of ours, or could not be taken into its thread. A person finds its place.
type Stray struct {
	ID        int64
	Unit      UnitID
	At        time.Time
	From      string
	Authentic string // how its sender was proved; "" if not at all
	Subject   string
	Text      string
	MessageID string
	Answers   string // message id of ours that it names, if any
	Proof     string // digest of the raw mail, by which it is taken in once
	Why       string // why it is no act's letter
	State     StrayState
	Notice    NoticeID // where it was filed
	By        OfficerID
	Decided   time.Time
}

// Step moves a stray by a verb of its table. Only people do.
func (s Stray) Step(verb string, by OfficerID, at time.Time, note string) (Stray, Event, error) {
	if err := byPerson(by, verb, "file", "dismiss"); err != nil {
		return s, Event{}, err
	}
	to, err := StrayTable.Next(s.State, verb)
	if err != nil {
		return s, Event{}, err
	}
	e := change("stray", s.ID, verb, s.State, to, by, s.Unit, at, note)
	s.State, s.By, s.Decided = to, by, at
	return s, e, nil
}

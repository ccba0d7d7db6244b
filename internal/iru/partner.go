// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"strings"
	"time"
)

// PartnerState is where the relation to a partner stands.
type PartnerState string

// The states of a partner.
const (
	PartnerProposed  PartnerState = "proposed"  // one person entered its card; nothing goes or comes
	PartnerConfirmed PartnerState = "confirmed" // a second person compared the fingerprint by telephone
	PartnerSuspended PartnerState = "suspended" // nothing goes or comes; what was written waits
	PartnerEnded     PartnerState = "ended"
)

// PartnerTable is the state table of a partner.
var PartnerTable = Table[PartnerState]{
	{PartnerProposed, "confirm", PartnerConfirmed},
	{PartnerProposed, "end", PartnerEnded},
	{PartnerConfirmed, "suspend", PartnerSuspended},
	{PartnerConfirmed, "end", PartnerEnded},
	{PartnerSuspended, "resume", PartnerConfirmed},
	{PartnerSuspended, "end", PartnerEnded},
}

// A Card is what a unit with an installation of its own says of itself, read and its signature checked; package peer knows its text.
type Card struct {
	Name, Country, URL string
	Key                string // of its signatures, hex: what names the sender of a message
	Fingerprint        string // to be compared by telephone
	Text               string
	Cosigner           string // public key under which it cosigns checkpoints, as text
}

// A Partner is a unit with an installation of its own.
type Partner struct {
	ID          PartnerID
	Unit        UnitID // of this installation, that works with it
	Name        string
	Country     string
	URL         string // of its installation
	Key         string // of its signatures, hex
	Fingerprint string
	Card        string // the text of its card, as it was confirmed
	State       PartnerState
	AddedBy     OfficerID
	Added       time.Time
	ConfirmedBy OfficerID
	Confirmed   time.Time
	Note        string // how the fingerprint was compared, or why it was suspended or ended

	Next   string // text of a card that is to take the place of Card; "": none
	NextBy OfficerID
	NextAt time.Time
}

// A FormerCard is one that a partner had: what was signed under it is checked with it, and nobody is listened to under its keys again.
type FormerCard struct {
	ID      int64
	Partner PartnerID
	Key     string
	Card    string
	Until   time.Time // when another one took its place
}

// Withdrawn refuses keys that were given up.
func (c FormerCard) Withdrawn() error {
	return Refuse(Forbidden, "these keys were given up on "+c.Until.Format(time.DateOnly), "ask the partner for its present card, at a number known from elsewhere")
}

// Open refuses traffic with a partner that is not confirmed.
func (p Partner) Open() error {
	if p.State == PartnerConfirmed {
		return nil
	}
	return Refuse(Forbidden, p.Name+" is "+string(p.State), "a partner is written to and listened to when two persons have confirmed its card")
}

// Confirm takes the word of a second person that the fingerprint was compared with the partner by telephone.
func (p Partner) Confirm(by Officer, fingerprint, how string, at time.Time) (Partner, Event, error) {
	if err := p.compared(p.AddedBy, by, p.Fingerprint, fingerprint, how); err != nil {
		return p, Event{}, err
	}
	p, e, err := p.step("confirm", by.ID, at, how)
	if err != nil {
		return p, e, err
	}
	p.ConfirmedBy, p.Confirmed = by.ID, at
	return p, e.With("key", p.Key), nil
}

// compared refuses what is no comparison of a fingerprint by another person than the first one.
func (p Partner) compared(first OfficerID, by Officer, have, said, how string) error {
	if err := by.Scope().May(ToConfirm); err != nil {
		return err
	}
	switch {
	case by.ID == first:
		return Refuse(Forbidden, "you entered this card yourself", "a second person compares its fingerprint by telephone")
	case strings.TrimSpace(how) == "":
		return Refuse(Invalid, "it is not said how the fingerprint was compared", "write whom you called, at which number, and when")
	case fold(said) != fold(have):
		return Refuse(Invalid, "that is not the fingerprint of this card", "do not confirm it: find out at the partner whose card this is")
	}
	return nil
}

// fold leaves out of a fingerprint what is only there to be read.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -:\t\n", r) {
			return -1
		}
		return r
	}, strings.ToLower(s))
}

// Offer takes in a card that is to take the place of the present one: from the partner itself, signed by the key it has (by 0), or from a
// person. The partner's word that its card is the present one takes back what it offered before and nobody adopted.
func (p Partner) Offer(c Card, by OfficerID, at time.Time) (Partner, Event, error) {
	if p.State == PartnerEnded {
		return p, Event{}, Refuse(Conflict, p.Name+" is ended", "add it anew")
	}
	if c.Text == p.Card {
		if by != 0 || p.Next == "" || p.NextBy != 0 {
			return p, Event{}, Refuse(Conflict, "that is the card that "+p.Name+" has", "")
		}
		p.Next, p.NextAt = "", time.Time{} // it is as it was, before anybody adopted what the partner said in between
		return p, p.event("offer_card", by, at, "the present one again").With("fingerprint", c.Fingerprint), nil
	}
	p.Next, p.NextBy, p.NextAt = c.Text, by, at
	return p, p.event("offer_card", by, at, "").With("fingerprint", c.Fingerprint), nil
}

// Adopt puts the offered card in the place of the present one, after a person who did not enter it compared its fingerprint. What was
// written to the partner before is sealed anew for it.
func (p Partner) Adopt(c Card, by Officer, fingerprint, how string, at time.Time) (Partner, Event, error) {
	if p.Next == "" || c.Text != p.Next {
		return p, Event{}, Refuse(Conflict, "no such card was offered for "+p.Name, "look at it again")
	}
	first := p.NextBy
	if first == 0 { // the partner's own word: the two persons are who confirmed it and who adopts this
		first = p.ConfirmedBy
	}
	if err := p.compared(first, by, c.Fingerprint, fingerprint, how); err != nil {
		return p, Event{}, err
	}
	e := p.event("adopt_card", by.ID, at, how).With("key", c.Key).With("was", p.Key)
	p.Name, p.Country, p.URL, p.Key, p.Fingerprint, p.Card = c.Name, c.Country, c.URL, c.Key, c.Fingerprint, c.Text
	p.ConfirmedBy, p.Confirmed, p.Next, p.NextBy, p.NextAt = by.ID, at, "", 0, time.Time{}
	return p, e, nil
}

// Step suspends, resumes or ends the relation. Each is a person's act with a reason.
func (p Partner) Step(verb string, by Officer, at time.Time, why string) (Partner, Event, error) {
	if err := by.Scope().May(ToConfirm); err != nil {
		return p, Event{}, err
	}
	if verb == "confirm" {
		return p, Event{}, Refuse(Internal, "a confirmation needs a fingerprint", "call Confirm")
	}
	if strings.TrimSpace(why) == "" {
		return p, Event{}, Refuse(Invalid, "the reason is missing", "say why")
	}
	p, e, err := p.step(verb, by.ID, at, why)
	if err == nil {
		p.Note = why
	}
	return p, e, err
}

func (p Partner) step(verb string, by OfficerID, at time.Time, note string) (Partner, Event, error) {
	if err := byPerson(by, verb, "confirm", "suspend", "resume", "end"); err != nil {
		return p, Event{}, err
	}
	to, err := PartnerTable.Next(p.State, verb)
	if err != nil {
		return p, Event{}, err
	}
	e := change("partner", int64(p.ID), verb, p.State, to, by, p.Unit, at, note)
	p.State = to
	if verb == "confirm" {
		p.Note = note
	}
	return p, e, nil
}

func (p Partner) event(verb string, by OfficerID, at time.Time, note string) Event {
	return Event{At: at, By: by, Unit: p.Unit, Subject: Subject{"partner", int64(p.ID)}, Verb: verb, Note: note, Index: -1}
}

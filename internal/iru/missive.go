// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"strings"
	"time"
)

// MissiveID numbers a missive.
type MissiveID int64

// MissiveState is where a letter stands that belongs to no act's own thread.
type MissiveState string

// The states of a missive.
const (
	MissiveDraft    MissiveState = "draft"
	MissiveQueued   MissiveState = "queued"
	MissiveSent     MissiveState = "sent"
	MissiveReceived MissiveState = "received"
	MissiveFailed   MissiveState = "failed"
	MissiveDropped  MissiveState = "dropped"
)

// MissiveTable is the state table of a missive. "by_hand" is a person's word that it left by post, telephone or another way.
var MissiveTable = Table[MissiveState]{
	{MissiveDraft, "queue", MissiveQueued},
	{MissiveDraft, "by_hand", MissiveSent},
	{MissiveDraft, "drop", MissiveDropped},
	{MissiveQueued, "send", MissiveSent},
	{MissiveQueued, "fail", MissiveFailed},
	{MissiveFailed, "queue", MissiveQueued},
	{MissiveFailed, "by_hand", MissiveSent},
	{MissiveFailed, "drop", MissiveDropped},
	{MissiveSent, "receive", MissiveReceived},
	{MissiveSent, "fail", MissiveFailed},
}

// A MissiveKind is what a missive is for.
type MissiveKind string

// The kinds of a missive.
const (
	Information MissiveKind = "information" // procedures and deadlines, 12 hours before a provider's first order (TCO Art 3(2))
	OrderCopy   MissiveKind = "copy"        // to the home authority, with the order (Art 4(1))
	Intention   MissiveKind = "intention"   // to the issuer, before an infringement is found (Art 4(5))
	Decision    MissiveKind = "decision"    // to issuer, provider, asking content provider, Europol (Art 4(6))
	Restore     MissiveKind = "restore"     // to the provider: put it back (Art 4(7))
	Finality    MissiveKind = "finality"    // to the home authority (Art 3(9))
	Correction  MissiveKind = "correction"  // to whoever had a notice, a copy or an export of what proved wrong
	Secrecy     MissiveKind = "secrecy"     // to the provider: it does not tell the content provider, until when (Art 11(3))
	Disclosure  MissiveKind = "disclosure"  // to the provider: it tells the content provider now that non-disclosure has ended (Art 11)
)

// MissiveKinds lists the kinds.
var MissiveKinds = []MissiveKind{Information, OrderCopy, Intention, Decision, Restore, Finality, Correction, Secrecy, Disclosure}

// A Missive is a letter to a provider, an authority or somebody else beside an act's own thread.
type Missive struct {
	ID       MissiveID
	Unit     UnitID
	Kind     MissiveKind
	Ref      string     // of the act or order that it is about; "" for an information
	Notice   NoticeID   // 0: none
	Scrutiny ScrutinyID // 0: none
	Provider ProviderID // its addressee, where that is a provider of the directory; else 0
	Name     string     // of the addressee
	Address  string     // mail; "": it leaves by hand only
	Lang     string
	Subject  string
	Text     string
	State    MissiveState
	Key      string // the same for every try
	Created  time.Time
	By       OfficerID // who had it drafted; 0: the program, as a part of an act that people approved
	SentAt   time.Time
	Proof    string // the server's words, or the person's
	GotAt    time.Time
	Failed   string
}

// Left reports whether the missive has left.
func (m Missive) Left() bool { return m.State == MissiveSent || m.State == MissiveReceived }

// Step moves the missive by a verb of its table. To queue it, it needs an address; that it left by hand, or was dropped, is a person's word.
func (m Missive) Step(verb string, by OfficerID, at time.Time, note string) (Missive, Event, error) {
	if err := byPerson(by, verb, "by_hand", "drop"); err != nil {
		return m, Event{}, err
	}
	switch {
	case verb == "queue" && !strings.Contains(m.Address, "@"):
		return m, Event{}, Refuse(Invalid, "there is no mail address of "+m.Name, "send it by hand and record that, or have the contact entered")
	case (verb == "by_hand" || verb == "drop" || verb == "receive") && strings.TrimSpace(note) == "":
		return m, Event{}, Refuse(Invalid, "it is not said how, or why", "say how it left or why it does not")
	}
	to, err := MissiveTable.Next(m.State, verb)
	if err != nil {
		return m, Event{}, err
	}
	e := change("missive", int64(m.ID), verb, m.State, to, by, m.Unit, at, note)
	m.State = to
	switch verb {
	case "send", "by_hand":
		m.SentAt, m.Proof, m.Failed = at, note, ""
	case "receive":
		m.GotAt = at
	case "fail":
		m.Failed = note
	}
	return m, e.With("kind", string(m.Kind)).With("to", m.Name), nil
}

// InformedFor is how long before its first removal order a provider must have the information (legal clock "tco-12h"); when is the
// earliest moment at which the order may leave. False: nothing was sent.
func InformedFor(ms []Missive, wait time.Duration) (when time.Time, ok bool) {
	for _, m := range ms {
		if m.Kind == Information && m.Left() && (!ok || m.SentAt.Add(wait).Before(when)) {
			when, ok = m.SentAt.Add(wait), true
		}
	}
	return when, ok
}

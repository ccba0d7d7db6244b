// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// InquiryID numbers an inquiry.
type InquiryID int64

// InquiryState is where an inquiry stands.
type InquiryState string

// The states of an inquiry.
const (
	InquiryAsked    InquiryState = "asked"
	InquiryAnswered InquiryState = "answered"
	InquiryRefused  InquiryState = "refused"
)

// InquiryTable is the state table of an inquiry.
var InquiryTable = Table[InquiryState]{
	{InquiryAsked, "answer", InquiryAnswered},
	{InquiryAsked, "refuse", InquiryRefused},
}

// MaxInquiry is how many addresses one inquiry asks about at most.
const MaxInquiry = 50

// DefaultQuota is how many addresses a partner may ask about in 24 hours where the configuration says nothing: a case officer's day, not
// an enumeration.
const DefaultQuota = 100

// An Inquiry asks whether the other side has an address, blinded (RFC 9497): who is asked learns neither the address nor the answer, who
// asks learns hit or no hit and a contact. It stands in the log of both sides, with its purpose.
type Inquiry struct {
	ID        InquiryID
	UID       string
	Unit      UnitID
	Partner   PartnerID
	Ours      bool // we asked
	Purpose   string
	By        OfficerID // who asked, of ours
	Asker     string    // the name of who asked, of theirs
	Count     int       // addresses
	Addresses []string  // ours only
	Blinding  string    // ours only, until it is answered
	Request   string    // theirs: what is to be evaluated; ours: what was sent
	State     InquiryState
	At        time.Time
	Hits      []string // ours only
	Contact   string   // of the partner, where there was a hit
	Why       string   // it was refused
	Decided   time.Time
}

// Quota refuses, of a partner's inquiry, what is more than it may ask about in 24 hours. used is what it asked in that time before.
func (i Inquiry) Quota(used, most int) error {
	switch {
	case i.Count < 1 || i.Count > MaxInquiry:
		return Refuse(Invalid, fmt.Sprintf("an inquiry is about 1 to %d addresses, not %d", MaxInquiry, i.Count), "")
	case strings.TrimSpace(i.Purpose) == "":
		return Refuse(Invalid, "the purpose is missing", "say what for")
	case used+i.Count > most:
		return Refuse(Forbidden, fmt.Sprintf("%d of %d addresses were asked about in 24 hours", used, most), "ask the partner's person by telephone, or tomorrow")
	}
	return nil
}

// Step answers or refuses the inquiry.
func (i Inquiry) Step(verb string, at time.Time, why string) (Inquiry, Event, error) {
	to, err := InquiryTable.Next(i.State, verb)
	if err != nil {
		return i, Event{}, err
	}
	e := change("inquiry", int64(i.ID), verb, i.State, to, 0, i.Unit, at, why).With("partner", int64(i.Partner)).With("addresses", i.Count)
	i.State, i.Decided, i.Why, i.Blinding = to, at, why, ""
	return i, e, nil
}

// SetBody is a part of the set that the receiver may look into with its questions: tags that say nothing without an answer.
type SetBody struct {
	Part string `json:"part"` // base64, docs/format/peer.md
}

// Check implements Body.
func (b *SetBody) Check() error { return short("the part of a set", b.Part, true, MaxBody) }

// AskBody is an inquiry, blinded. Its purpose is within the question.
type AskBody struct {
	UID      string `json:"uid"`
	By       string `json:"by"`
	Question string `json:"question"` // base64, docs/format/peer.md
}

// Check implements Body.
func (b *AskBody) Check() error {
	if !isUID(b.UID) {
		return Refuse(Invalid, "the inquiry has no number of 32 hex digits", "")
	}
	return errors.Join(short("who asks", b.By, true, 200), short("the question", b.Question, true, 100_000))
}

// ToldBody answers an inquiry, or refuses it. Whether there was a hit its sender does not know: the contact is for that case.
type ToldBody struct {
	UID     string `json:"uid"`
	Refused string `json:"refused,omitempty"`
	Answer  string `json:"answer,omitempty"` // base64, docs/format/peer.md
	Contact string `json:"contact,omitempty"`
}

// Check implements Body.
func (b *ToldBody) Check() error {
	if !isUID(b.UID) {
		return Refuse(Invalid, "the answer has no number of 32 hex digits", "")
	}
	if (b.Refused == "") == (b.Answer == "") {
		return Refuse(Invalid, "an inquiry is either answered or refused", "")
	}
	return errors.Join(short("the reason", b.Refused, false, 1000), short("the contact", b.Contact, b.Answer != "", 500), short("the answer", b.Answer, false, 100_000))
}

// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"strings"
	"time"
	"unicode/utf8"
)

// BankID numbers a bank.
type BankID int64

// A Source says whose word a bank rests on.
type Source string

// The sources of a bank.
const (
	SourceOwn     Source = "own"     // what the unit itself judged
	SourcePartner Source = "partner" // what another unit or body handed over
	SourceFeed    Source = "feed"    // a list that is fetched again and again
)

// Sources lists the sources of a bank.
var Sources = []Source{SourceOwn, SourcePartner, SourceFeed}

// OwnBank is the name of the bank in which a unit's own findings leave their fingerprints.
const OwnBank = "own"

// A Bank is a collection of known content from one source, under one handling code. While it is muted nothing in it is suggested.
type Bank struct {
	ID         BankID
	Unit       UnitID
	Name       string
	Source     Source
	Handling   Handling
	Note       string
	Muted      bool
	Feed       string // address that it is fetched from; "" for none
	Checkpoint string // where the last import stopped: of a feed its cursor, of a file its digest and line; see desk.Import
	Created    time.Time
	By         OfficerID
}

// MaxBankName is how long a bank's name may be, in characters: it stands in tables and in one line of an answer.
const MaxBankName = 80

// Check refuses a bank without a name on one line, of no known source or with codes that do not exist. Its error is Invalid.
func (b Bank) Check() error {
	switch {
	case strings.TrimSpace(b.Name) == "" || strings.TrimSpace(b.Name) != b.Name || strings.ContainsAny(b.Name, "\r\n\t\x00"):
		return Refuse(Invalid, "a bank needs a name, on one line", "name it after its source")
	case utf8.RuneCountInString(b.Name) > MaxBankName:
		return Refuse(Invalid, "the name of the bank is longer than 80 characters", "shorten it")
	case b.Source != SourceOwn && b.Source != SourcePartner && b.Source != SourceFeed:
		return Refuse(Invalid, "it is not said where the bank comes from", "choose own, partner or feed")
	case b.Source != SourceOwn && b.Name == OwnBank:
		return Refuse(Invalid, "the bank “own” holds what this unit judged", "choose another name")
	}
	return b.Handling.Check()
}

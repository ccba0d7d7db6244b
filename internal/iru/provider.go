// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"time"

	"iolaus/internal/legal"
)

// ProviderID numbers a provider.
type ProviderID int64

// ContactState is whether the address that we write to may be used.
type ContactState string

// The states of a provider's contact. A new or changed contact stops sending until a person confirms it.
const (
	ContactProposed  ContactState = "proposed"
	ContactConfirmed ContactState = "confirmed"
	ContactChanged   ContactState = "changed"
)

// ContactTable is the state table of a contact.
var ContactTable = Table[ContactState]{
	{ContactProposed, "confirm", ContactConfirmed},
	{ContactConfirmed, "change", ContactChanged},
	{ContactChanged, "confirm", ContactConfirmed},
}

// Channels by which an act reaches a provider.
const (
	ByMail   = "smtp"
	ByAPI    = "api"
	ByPortal = "portal" // a mail that carries only the link to the page where the act lies, or no mail at all
	ByHand   = "manual" // by phone or letter: an officer records the sending and the receipt
)

// Channels lists them.
var Channels = []string{ByMail, ByAPI, ByPortal, ByHand}

// ByMachine reports whether the program itself brings an act to the provider. Else an officer does, and says so.
func (p Provider) ByMachine() bool {
	return p.Channel == ByMail || p.Channel == ByAPI || p.Channel == ByPortal && p.Address != ""
}

// A Provider is somebody who can act on an asset: a host, a registrar, a store, a list service.
type Provider struct {
	ID           ProviderID
	Unit         UnitID
	Name         string
	Site         string // its registrable name, by which it is recognised
	Layer        legal.Layer
	Jurisdiction string
	ServesOthers bool // cloud infrastructure that serves others than the content provider (TCO recital 14)
	Channel      string
	Address      string // mail address, or base URL of its API
	Token        string // API credential; never shown again
	Source       string // where the contact comes from: "RDAP of the registrar, entity abuse"
	Guess        bool   // the contact is a guess (abuse@ the domain)
	SeenAt       time.Time
	Contact      ContactState
	ConfirmedBy  OfficerID
	ConfirmedAt  time.Time
	Note         string
	Created      time.Time

	Languages      []string // that it declared for orders (TCO Art 15(2)), ISO 639; none: it was not found out
	Establishment  string   // state of its main establishment, ISO 3166
	Representative string   // legal representative, name and address, where it has no establishment in the Union (TCO Art 17)
	Seal           Seal
	SealKey        string // certificate (PEM) or public key (armoured) to which mail is encrypted
	Defang         bool   // addresses in mail are written so that nothing opens them
}

// A Seal is how mail to an addressee is encrypted.
type Seal string

// The seals.
const (
	NoSeal      Seal = ""
	SealSMIME   Seal = "smime"
	SealOpenPGP Seal = "openpgp"
)

// A Carrier says that a provider carries an asset, on which layer, and how that is known.
type Carrier struct {
	Asset    AssetID
	Provider ProviderID
	Layer    legal.Layer
	Source   string
	At       time.Time
	By       OfficerID // 0: a probe found it
}

// Propose takes in an address found anew. The same one changes nothing, nor does a guess where something better is known; another
// one stops sending until a person confirms.
func (p Provider) Propose(channel, address, source string, guess bool, at time.Time) (Provider, Event, bool) {
	if p.Address == address && p.Channel == channel || guess && !p.Guess && p.Address != "" {
		return p, Event{}, false
	}
	from := p.Contact
	if to, err := ContactTable.Next(p.Contact, "change"); err == nil {
		p.Contact = to
	} else if p.Contact == "" {
		p.Contact = ContactProposed
	}
	p.Channel, p.Address, p.Source, p.Guess, p.SeenAt = channel, address, source, guess, at
	e := change("provider", int64(p.ID), "change", from, p.Contact, 0, p.Unit, at, "contact found: "+source)
	return p, e, true
}

// Way is how the provider is reached, in words that a confirmation names: "smtp abuse@host.test", with the key that mail there is
// sealed to, if there is one.
func (p Provider) Way() string { return way(p.Channel, p.Address, p.SealKey) }

// Confirm is a person's word that the contact is right.
func (p Provider) Confirm(by OfficerID, at time.Time, note string) (Provider, Event, error) {
	if by == 0 {
		return p, Event{}, Refuse(Forbidden, "only a person confirms a contact", "")
	}
	if p.Address == "" && p.Channel != ByPortal {
		return p, Event{}, Refuse(Invalid, "there is no address to confirm", "enter one first")
	}
	to, err := ContactTable.Next(p.Contact, "confirm")
	if err != nil {
		return p, Event{}, err
	}
	e := change("provider", int64(p.ID), "confirm", p.Contact, to, by, p.Unit, at, note)
	p.Contact, p.ConfirmedBy, p.ConfirmedAt = to, by, at
	return p, e, nil
}

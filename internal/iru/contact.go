// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"
)

// ContactID numbers a further contact of a provider; 0 stands for the provider's first one, which is a part of the provider itself.
type ContactID int64

// A ContactKind is what a contact is for.
type ContactKind string

// The kinds of contact.
const (
	ContactAbuse          ContactKind = "abuse"          // for reports by anybody (abuse-c, RDAP role abuse)
	ContactOrders         ContactKind = "orders"         // contact point for removal orders (Regulation (EU) 2021/784, Article 15(1))
	ContactLegal          ContactKind = "legal"          // for authorities in general
	ContactRepresentative ContactKind = "representative" // legal representative (same Regulation, Article 17)
	ContactSecond         ContactKind = "second"         // the second way to the same people, for orders of one hour
	ContactSecurity       ContactKind = "security"       // security.txt (RFC 9116): meant for vulnerabilities, the last resort
)

// ContactKinds lists the kinds.
var ContactKinds = []ContactKind{ContactAbuse, ContactOrders, ContactLegal, ContactRepresentative, ContactSecond, ContactSecurity}

// TakesOrders reports whether an order can go to a contact of this kind as the second one: it reaches people who may act on it.
func (k ContactKind) TakesOrders() bool {
	return k == ContactOrders || k == ContactSecond || k == ContactRepresentative || k == ContactLegal
}

// ContactStale is how long a person's confirmation is taken for fresh: an internal target, not law. Later it still holds, and people
// are shown its age.
const ContactStale = 180 * 24 * time.Hour

// A Contact is a further way to reach a provider. What a register, a file or a reply names is proposed: nothing is sent there until
// a person confirms it.
type Contact struct {
	ID          ContactID
	Unit        UnitID
	Provider    ProviderID
	Kind        ContactKind
	Name        string // of the person or desk; may be empty
	Channel     string // as of a provider
	Address     string
	Languages   []string // ISO 639; none: those of the provider
	Seal        Seal
	SealKey     string
	Source      string // where it comes from, as an officer can look it up
	Guess       bool   // nobody published it
	SeenAt      time.Time
	State       ContactState
	ConfirmedBy OfficerID
	ConfirmedAt time.Time
	DroppedAt   time.Time // a person set it aside: it is not proposed again; zero: in use
	Note        string
	Created     time.Time
}

// Way is how it is reached, in words that a confirmation names.
func (c Contact) Way() string { return way(c.Channel, c.Address, c.SealKey) }

// Same reports whether it is the same mailbox, interface or number.
func (c Contact) Same(channel, address string) bool {
	return c.Channel == channel && strings.EqualFold(c.Address, address)
}

func way(channel, address, key string) string {
	if key == "" {
		return channel + " " + address
	}
	return channel + " " + address + " sealed to " + KeyPrint(key)
}

// Usable reports whether anything may be sent there.
func (c Contact) Usable() bool {
	return c.State == ContactConfirmed && c.DroppedAt.IsZero() && c.Address != ""
}

// Main is a provider's first contact in the form of the others, with the number 0.
func (p Provider) Main() Contact {
	return Contact{Unit: p.Unit, Provider: p.ID, Kind: ContactAbuse, Name: p.Name, Channel: p.Channel, Address: p.Address, Languages: p.Languages, Seal: p.Seal,
		SealKey: p.SealKey, Source: p.Source, Guess: p.Guess, SeenAt: p.SeenAt, State: p.Contact, ConfirmedBy: p.ConfirmedBy, ConfirmedAt: p.ConfirmedAt, Created: p.Created}
}

// At is the provider as it is reached by another of its contacts: what is written to it then goes there.
func (p Provider) At(c Contact) Provider {
	if c.ID == 0 {
		return p
	}
	p.Channel, p.Address, p.Seal, p.SealKey, p.Contact = c.Channel, c.Address, c.Seal, c.SealKey, c.State
	p.Source, p.Guess, p.ConfirmedBy, p.ConfirmedAt = c.Source, c.Guess, c.ConfirmedBy, c.ConfirmedAt
	if len(c.Languages) > 0 {
		p.Languages = c.Languages
	}
	return p
}

// Change takes in what an officer or a file says of a contact. Another address stops sending to it until a person confirms; other
// words about the same address do not.
func (c Contact) Change(to Contact, by OfficerID, at time.Time, why string) (Contact, Event) {
	from, moved := c.State, c.Way() != to.Way() || c.Seal != to.Seal
	to.ID, to.Unit, to.Provider, to.Created, to.DroppedAt = c.ID, c.Unit, c.Provider, c.Created, time.Time{}
	to.State, to.ConfirmedBy, to.ConfirmedAt, to.SeenAt = c.State, c.ConfirmedBy, c.ConfirmedAt, at
	if moved {
		if next, err := ContactTable.Next(c.State, "change"); err == nil {
			to.State = next
		}
	}
	return to, change("contact", int64(c.ID), "change", from, to.State, by, c.Unit, at, why)
}

// Confirm is a person's word that the contact is right.
func (c Contact) Confirm(by OfficerID, at time.Time, note string) (Contact, Event, error) {
	if by == 0 {
		return c, Event{}, Refuse(Forbidden, "only a person confirms a contact", "")
	}
	if !c.DroppedAt.IsZero() {
		return c, Event{}, Refuse(Conflict, "this contact was set aside", "enter it anew")
	}
	if c.Address == "" {
		return c, Event{}, Refuse(Invalid, "there is no address to confirm", "enter one first")
	}
	to, err := ContactTable.Next(c.State, "confirm")
	if err != nil {
		return c, Event{}, err
	}
	e := change("contact", int64(c.ID), "confirm", c.State, to, by, c.Unit, at, note)
	c.State, c.ConfirmedBy, c.ConfirmedAt = to, by, at
	return c, e, nil
}

// Stale reports whether a confirmation is older than ContactStale.
func (c Contact) Stale(now time.Time) bool {
	return c.State == ContactConfirmed && now.Sub(c.ConfirmedAt) > ContactStale
}

// Check refuses a contact that could not be used.
func (c Contact) Check() error {
	if !slices.Contains(ContactKinds, c.Kind) {
		return Refuse(Invalid, "it is not known what the contact is for", "choose abuse, orders, legal, representative, second or security")
	}
	if err := CheckAddress(c.Channel, c.Address); err != nil {
		return err
	}
	if err := CheckLanguages(c.Languages); err != nil {
		return err
	}
	return CheckSeal(c.Seal, c.SealKey)
}

// CheckAddress refuses an address that its channel cannot use.
func CheckAddress(channel, address string) error {
	switch channel {
	case ByMail:
		a, err := mail.ParseAddress(address)
		if err != nil || a.Address != address || strings.ContainsAny(address, "\r\n\x00") {
			return Refuse(Invalid, "that is no mail address: "+clip(address, 80), "write it alone, without a name, as desk@provider.test")
		}
	case ByAPI:
		u, err := url.Parse(address)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
			return Refuse(Invalid, "that is no address of an interface: "+clip(address, 80), "write it with https://")
		}
	case "portal", "manual":
		if strings.TrimSpace(address) == "" || len(address) > 2048 {
			return Refuse(Invalid, "the address is missing", "write how they are reached: an address, a telephone number")
		}
	default:
		return Refuse(Invalid, "the channel "+clip(channel, 20)+" is not known", "choose smtp, api, portal or manual")
	}
	return nil
}

// CheckLanguages refuses what is no code of a language: two or three letters (ISO 639).
func CheckLanguages(tags []string) error {
	for _, l := range tags {
		if len(l) < 2 || len(l) > 3 || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz") != "" {
			return Refuse(Invalid, "that is no code of a language: "+clip(l, 20), "write two letters such as de, el or bg, with spaces between them")
		}
	}
	return nil
}

// CheckState refuses what is no code of a state: two letters (ISO 3166), in capitals. "" says that it is not known.
func CheckState(code string) error {
	if code != "" && (len(code) != 2 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
		return Refuse(Invalid, "that is no code of a state: "+clip(code, 20), "write two capital letters")
	}
	return nil
}

func clip(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}

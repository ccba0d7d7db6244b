// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"strings"
	"time"

	"iolaus/internal/legal"
)

// A Playbook is what a unit knows of the registry of a top-level domain: its own entry, or the program's.
type Playbook struct {
	ID          int64 // 0: brought along by the program
	Unit        UnitID
	TLD         string // without a dot, in ASCII: "test"
	Registry    string
	Hold        string // how the registry holds a name, and on whose word
	ContactKind string // mail, form, registrar or court
	Contact     string // mail address or page
	Source      string
	VerifiedAt  time.Time // when a person last compared it with its source; zero: never
	By          OfficerID
	Mark        legal.Mark // how a brought entry was checked; "" for the unit's own
}

// Stale reports whether nobody has compared it with its source for a year (an internal target), or ever.
func (p Playbook) Stale(now time.Time) bool {
	return p.VerifiedAt.IsZero() || now.Sub(p.VerifiedAt) > legal.PlaybookStale
}

// Check refuses an entry that says nothing.
func (p Playbook) Check() error {
	if p.TLD == "" || len(p.TLD) > 63 || strings.Trim(p.TLD, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return Refuse(Invalid, "that is no top-level domain: "+clip(p.TLD, 63), "write it in small letters without a dot, as xn--… where it is not Latin")
	}
	if strings.TrimSpace(p.Registry) == "" || strings.TrimSpace(p.Source) == "" {
		return Refuse(Invalid, "the registry or the source is missing", "name both: a playbook without a source cannot be checked")
	}
	return nil
}

// Brought is the program's own playbook of a top-level domain; false where it has none.
func Brought(tld string) (Playbook, bool) {
	b, ok := legal.PlaybookOf(tld)
	if !ok {
		return Playbook{}, false
	}
	return FromLegal(b), true
}

// FromLegal gives a playbook of package legal the form of the store's.
func FromLegal(b legal.Playbook) Playbook {
	p := Playbook{TLD: b.TLD, Registry: b.Registry, Hold: b.Hold, ContactKind: b.ContactKind, Contact: b.Contact, Source: b.Source, Mark: b.Mark}
	if t, err := time.Parse("2006-01-02", b.Verified); err == nil {
		p.VerifiedAt = t.UTC()
	}
	return p
}

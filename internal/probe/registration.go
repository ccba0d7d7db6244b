// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/iru"
)

// A Registration is what one RDAP server says of a domain name or of a network (RFC 9083).
type Registration struct {
	Class       string // "domain" or "ip network"
	Handle      string
	Name        string // of the domain in ASCII, or of the network
	First, Last string // addresses of the network
	Country     string // of the network, or of the registrant
	Registrar   Registrar
	Status      []string // as registered with IANA: "client hold"
	NameServers []string
	Abuse       []Contact
	Events      []RegistrationEvent
	Related     []string        // RDAP addresses that know more: the registrar's own record
	Sponsor     *Registration   // what the registrar's own server says; nil where it was not asked or did not answer
	Notes       []string        // what went wrong on the way: "registrar's server: timed out"
	Raw         json.RawMessage // as received
	Server      string          // URL that answered
	At          time.Time
}

// A Registrar is who sponsors a domain name.
type Registrar struct {
	Name    string
	IANA    string // number in IANA's register of registrars
	URL     string
	Country string // where it is established, as its card says
}

// A RegistrationEvent is one date in the life of a registration: "registration", "expiration", "last changed".
type RegistrationEvent struct {
	Action string
	At     time.Time
}

// A Contact is one way to reach somebody about abuse.
type Contact struct {
	Kind      string // email, url or tel
	Value     string
	Name      string // whose it is, as registered
	Source    string // RDAP address that said so
	Depth     int    // nesting of the entity: 0 is an entity of the object itself
	Registrar bool   // it is the registrar's own entity, or stands inside it
}

// Held reports whether the name was taken out of the zone by a hold (RFC 8056: clientHold, serverHold).
func (r Registration) Held() bool {
	return slices.ContainsFunc(r.Status, func(s string) bool { return s == "client hold" || s == "server hold" }) ||
		r.Sponsor != nil && r.Sponsor.Held()
}

// Limits on what is read from one record.
const (
	mostEntities = 256
	mostDepth    = 6
	mostContacts = 64
	mostWord     = 1024 // bytes of one value
	rdapBytes    = 4 << 20
)

// rdapObject is the part of RFC 9083 that is read: sections 4.2 to 4.8, 5.1, 5.3, 5.4.
type rdapObject struct {
	Class       string            `json:"objectClassName"`
	Handle      loose             `json:"handle"`
	LDHName     loose             `json:"ldhName"`
	Name        loose             `json:"name"`
	Start       loose             `json:"startAddress"`
	End         loose             `json:"endAddress"`
	Country     loose             `json:"country"`
	Status      json.RawMessage   `json:"status"`
	NameServers []json.RawMessage `json:"nameservers"`
	Entities    []json.RawMessage `json:"entities"`
	Events      []json.RawMessage `json:"events"`
	Links       []json.RawMessage `json:"links"`
	Roles       json.RawMessage   `json:"roles"`
	PublicIDs   []json.RawMessage `json:"publicIds"`
	VCard       json.RawMessage   `json:"vcardArray"`
}

// A loose is a string of a record; servers put other things there, which count as nothing.
type loose string

func (l *loose) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*l = loose(word(s))
	}
	return nil
}

// decode reads JSON and leaves empty what has another type than the specification says: one odd member spoils no record.
func decode(b []byte, v any) error {
	err := json.Unmarshal(b, v)
	var odd *json.UnmarshalTypeError
	if errors.As(err, &odd) {
		return nil
	}
	return err
}

// word makes one short line of a value.
func word(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\ufffd")), " ")
	if len(s) > mostWord {
		s = strings.ToValidUTF8(s[:mostWord], "")
	}
	return s
}

// ParseRegistration reads an RDAP answer. What is malformed inside it is passed over; the error, Invalid, is for what is no
// record of a domain or a network at all. server is the address that answered.
func ParseRegistration(b []byte, server string, at time.Time) (Registration, error) {
	r := Registration{Server: server, At: at}
	if len(b) > rdapBytes {
		return r, fmt.Errorf("read RDAP record of %s: %w: %d bytes, more than %d", server, iru.Invalid, len(b), rdapBytes)
	}
	var o rdapObject
	if err := decode(b, &o); err != nil {
		return r, fmt.Errorf("read RDAP record of %s: %w: %v", server, iru.Invalid, err)
	}
	if o.Class != "domain" && o.Class != "ip network" {
		return r, fmt.Errorf("read RDAP record of %s: %w: its class is %.40q", server, iru.Invalid, o.Class)
	}
	r.Class, r.Handle, r.Raw = o.Class, string(o.Handle), json.RawMessage(b)
	r.Name, r.First, r.Last, r.Country = string(o.Name), string(o.Start), string(o.End), string(o.Country)
	if o.Class == "domain" {
		r.Name = host(string(o.LDHName))
	}
	r.Status = words(o.Status)
	for _, raw := range some(o.NameServers) {
		var ns rdapObject
		if decode(raw, &ns) == nil && ns.LDHName != "" {
			r.NameServers = once(r.NameServers, host(string(ns.LDHName)))
		}
	}
	r.events(o.Events)
	r.links(o.Links)
	left := mostEntities
	r.entities(o.Entities, around{}, &left)
	return r, nil
}

func some(list []json.RawMessage) []json.RawMessage { return list[:min(len(list), mostEntities)] }

// words reads a list of strings, or a single one; status values are compared in lower case.
func words(raw json.RawMessage) []string {
	var list []any
	if json.Unmarshal(raw, &list) != nil {
		var one loose
		if json.Unmarshal(raw, &one) != nil || one == "" {
			return nil
		}
		list = []any{string(one)}
	}
	var out []string
	for _, v := range list {
		if s, ok := v.(string); ok && s != "" {
			out = once(out, strings.ToLower(word(s)))
		}
	}
	return out
}

func (r *Registration) events(list []json.RawMessage) {
	for _, raw := range some(list) {
		var e struct {
			Action loose `json:"eventAction"`
			Date   loose `json:"eventDate"`
		}
		if decode(raw, &e) != nil {
			continue
		}
		if at, err := time.Parse(time.RFC3339, string(e.Date)); err == nil && at.Year() > 0 && at.Year() < 10_000 {
			r.Events = once(r.Events, RegistrationEvent{strings.ToLower(string(e.Action)), at.UTC()})
		}
	}
}

func (r *Registration) links(list []json.RawMessage) {
	for _, raw := range some(list) {
		var l struct {
			Rel  loose `json:"rel"`
			Href loose `json:"href"`
			Type loose `json:"type"`
		}
		if decode(raw, &l) == nil && l.Rel == "related" && l.Type == "application/rdap+json" && webAddress(string(l.Href)) {
			r.Related = once(r.Related, string(l.Href))
		}
	}
}

// around is what the entities around one are.
type around struct {
	depth            int
	abuse, registrar bool
}

// entities walks entities and the ones inside them; left is how many may still be read.
func (r *Registration) entities(list []json.RawMessage, in around, left *int) {
	if in.depth > mostDepth {
		return
	}
	for _, raw := range list {
		if *left--; *left < 0 {
			return
		}
		var e rdapObject
		if decode(raw, &e) != nil {
			continue
		}
		roles, card := words(e.Roles), parseJCard(e.VCard)
		if slices.Contains(roles, "registrar") && r.Registrar.Name == "" {
			r.Registrar = Registrar{Name: card.name(), IANA: ianaID(e.PublicIDs), URL: card.URL, Country: card.Country}
			if r.Registrar.Name == "" {
				r.Registrar.Name = string(e.Handle)
			}
		}
		if slices.Contains(roles, "registrant") && r.Country == "" {
			r.Country = card.Country
		}
		is := around{in.depth, in.abuse || slices.Contains(roles, "abuse"), in.registrar || slices.Contains(roles, "registrar")}
		switch {
		case is.abuse:
			r.reach(card, is)
		case len(card.Abuse) > 0: // an abuse mailbox in the card of another role
			r.reach(jCard{Full: card.name(), Emails: card.Abuse}, is)
		}
		is.depth++
		r.entities(e.Entities, is, left)
	}
}

// reach keeps every way to reach an abuse contact: mail first, then pages, then telephones.
func (r *Registration) reach(card jCard, is around) {
	add := func(kind string, values []string) {
		for _, v := range values {
			c := Contact{Kind: kind, Value: v, Name: card.name(), Source: r.Server, Depth: is.depth, Registrar: is.registrar}
			known := slices.ContainsFunc(r.Abuse, func(o Contact) bool { return o.Kind == kind && o.Value == v })
			if !known && len(r.Abuse) < mostContacts {
				r.Abuse = append(r.Abuse, c)
			}
		}
	}
	add("email", card.Emails)
	add("url", card.Pages)
	add("tel", card.Phones)
}

func ianaID(list []json.RawMessage) string {
	for _, raw := range some(list) {
		var id struct {
			Type       loose `json:"type"`
			Identifier loose `json:"identifier"`
		}
		if decode(raw, &id) == nil && strings.EqualFold(string(id.Type), "IANA Registrar ID") {
			return string(id.Identifier)
		}
	}
	return ""
}

func webAddress(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

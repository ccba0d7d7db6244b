// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// A DomainSeen is what DNS and the registers say of a name.
type DomainSeen struct {
	Name         string    `json:"name"` // registrable, in ASCII
	Host         string    `json:"host"` // that the asset uses
	Exists       bool      `json:"exists"`
	A            []string  `json:"a,omitempty"` // IPv4 and IPv6
	NS           []string  `json:"ns,omitempty"`
	MX           []string  `json:"mx,omitempty"`
	TXT          []string  `json:"txt,omitempty"`
	Aliases      []string  `json:"aliases,omitempty"`
	Wildcard     bool      `json:"wildcard,omitempty"` // any name below it resolves
	Registrar    string    `json:"registrar,omitempty"`
	RegistrarID  string    `json:"registrar_id,omitempty"` // IANA's number
	Registry     string    `json:"registry,omitempty"`     // server that answered
	Status       []string  `json:"status,omitempty"`
	Held         bool      `json:"held,omitempty"`
	Registered   time.Time `json:"registered,omitzero"`
	Changed      time.Time `json:"changed,omitzero"`
	Expires      time.Time `json:"expires,omitzero"`
	Unregistered bool      `json:"unregistered,omitempty"` // the registry knows no such name
	Failed       []string  `json:"failed,omitempty"`       // questions without an answer: they say nothing
}

func (*DomainSeen) monitor() Monitor { return DomainMonitor }

func (d *DomainSeen) edges(of Node) []Edge {
	name, host := Node{NodeName, d.Name}, Node{NodeName, d.Host}
	es := joined(of, RelNamed, NodeName, d.Host)
	es = append(es, said("dns", joined(host, RelResolvesTo, NodeAddress, d.A...))...)
	es = append(es, said("dns", joined(host, RelServedBy, NodeHost, d.Aliases...))...)
	es = append(es, said("dns", joined(name, RelDelegatedTo, NodeNameServer, d.NS...))...)
	es = append(es, said("rdap "+d.Registry, joined(name, RelRegisteredAt, NodeRegistrar, d.Registrar))...)
	es = append(es, said("rdap "+d.Registry, joined(name, RelInRegistry, NodeRegistry, d.Registry))...)
	return es
}

func said(source string, es []Edge) []Edge {
	for i := range es {
		es[i].Source = source
	}
	return es
}

func (d *DomainSeen) marks() []Feature {
	var out []Feature
	for _, n := range d.NS {
		out = append(out, feature("host", "name_server", n)...)
	}
	return append(out, feature("host", "registrar", d.Registrar)...)
}

func (d *DomainSeen) leads() []Lead { return nil }

func (d *DomainSeen) lasting() any {
	l := *d
	l.Failed = nil
	return l
}

// Facts are its lines.
func (d *DomainSeen) Facts() []Fact {
	gone := ""
	switch {
	case d.Unregistered:
		gone = "not registered"
	case d.Held:
		gone = "held"
	case !d.Exists:
		gone = "does not resolve"
	}
	return []Fact{{"name", d.Name}, {"state", gone}, {"addresses", words(d.A)}, {"alias of", words(d.Aliases)}, {"name servers", words(d.NS)}, {"mail to", words(d.MX)},
		{"registrar", words([]string{d.Registrar, d.RegistrarID})}, {"registry", d.Registry}, {"status", words(d.Status)}, {"registered", day(d.Registered)},
		{"changed", day(d.Changed)}, {"expires", day(d.Expires)}, {"wildcard", yes(d.Wildcard)}, {"no answer", words(d.Failed)}}
}

// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"strconv"
	"time"
)

// A ServerSeen is what the machine behind an address shows of itself.
type ServerSeen struct {
	Name        string           `json:"name"` // that was asked for
	Addresses   []string         `json:"addresses,omitempty"`
	Networks    []NetworkSeen    `json:"networks,omitempty"`
	Certificate *CertificateSeen `json:"certificate,omitempty"`
	Software    string           `json:"software,omitempty"` // header Server
	SSH         string           `json:"ssh,omitempty"`      // banner
	CDN         string           `json:"cdn,omitempty"`      // that the answer names
}

// A NetworkSeen is what the registry says of an address.
type NetworkSeen struct {
	Address string `json:"address"`
	Handle  string `json:"handle"`
	Name    string `json:"name,omitempty"`
	Country string `json:"country,omitempty"`
	Source  string `json:"source,omitempty"` // RDAP server
}

// A CertificateSeen is what a server proves its name with.
type CertificateSeen struct {
	SHA256    string    `json:"sha256"`
	SPKI      string    `json:"spki"` // SHA-256 of its public key
	Issuer    string    `json:"issuer,omitempty"`
	Names     []string  `json:"names,omitempty"`
	NotBefore time.Time `json:"not_before,omitzero"`
	NotAfter  time.Time `json:"not_after,omitzero"`
}

func (*ServerSeen) monitor() Monitor { return ServerMonitor }

func (s *ServerSeen) edges(of Node) []Edge {
	var es []Edge
	es = append(es, joined(Node{NodeName, s.Name}, RelResolvesTo, NodeAddress, s.Addresses...)...)
	for _, n := range s.Networks {
		for _, e := range joined(Node{NodeAddress, n.Address}, RelInNetwork, NodeNetwork, n.Handle) {
			e.Source = "rdap " + n.Source
			es = append(es, e)
		}
		for _, e := range joined(Node{NodeAddress, n.Address}, RelRunBy, NodeHost, n.Name) {
			e.Source, e.Confidence = "rdap "+n.Source, .8 // the block's name, which often is its holder's
			es = append(es, e)
		}
	}
	if c := s.Certificate; c != nil {
		es = append(es, Edge{From: of, To: Node{NodeCertificate, c.SHA256}, Rel: RelCertifiedBy, Source: "tls"},
			Edge{From: Node{NodeCertificate, c.SHA256}, To: Node{NodeKey, c.SPKI}, Rel: RelKeyedBy, Source: "tls"})
	}
	if s.CDN != "" {
		es = append(es, Edge{From: of, To: Node{NodeCDN, s.CDN}, Rel: RelServedBy, Confidence: .9})
	}
	return es
}

func (s *ServerSeen) marks() []Feature {
	var out []Feature
	if s.Certificate != nil {
		out = append(out, feature("tls", "spki", s.Certificate.SPKI)...)
	}
	for _, a := range s.Addresses {
		out = append(out, feature("host", "address", a)...)
	}
	for _, n := range s.Networks {
		out = append(out, feature("host", "network", n.Handle)...)
	}
	return out
}

func (s *ServerSeen) leads() []Lead {
	if s.Certificate == nil || len(s.Certificate.Names) > sharedNames {
		return nil
	}
	var out []Lead
	for _, n := range s.Certificate.Names {
		if n != s.Name && n != "*."+s.Name {
			out = append(out, led(LeadCertificate, "certificate of "+s.Name, trimWildcard(n))...)
		}
	}
	return out
}

// sharedNames is the number of names from which on a certificate is taken for that of a CDN, whose customers have nothing to do with
// each other.
const sharedNames = 40

func (s *ServerSeen) lasting() any { return *s }

// Facts are its lines.
func (s *ServerSeen) Facts() []Fact {
	fs := []Fact{{"addresses", words(s.Addresses)}}
	for _, n := range s.Networks {
		fs = append(fs, Fact{"network", words([]string{n.Handle, n.Name, n.Country})})
	}
	if c := s.Certificate; c != nil {
		fs = append(fs, Fact{"certificate", c.SHA256}, Fact{"its key", c.SPKI}, Fact{"its issuer", c.Issuer}, Fact{"its names", some(c.Names)}, Fact{"valid until", day(c.NotAfter)})
	}
	return append(fs, Fact{"software", s.Software}, Fact{"SSH", s.SSH}, Fact{"CDN", s.CDN})
}

func some(l []string) string {
	const shown = 12
	if len(l) > shown {
		return words(l[:shown]) + " … +" + strconv.Itoa(len(l)-shown)
	}
	return words(l)
}

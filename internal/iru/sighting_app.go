// SPDX-License-Identifier: EUPL-1.2

package iru

import "slices"

// An AppSeen is what a store page, a package file or an update endpoint shows of a mobile app.
type AppSeen struct {
	Store       string   `json:"store,omitempty"` // address of its page
	Title       string   `json:"title,omitempty"`
	Developer   string   `json:"developer,omitempty"`
	Contact     string   `json:"contact,omitempty"`
	Site        string   `json:"site,omitempty"` // that the page names
	Package     string   `json:"package,omitempty"`
	Version     string   `json:"version,omitempty"`
	Code        uint64   `json:"code,omitempty"`    // of the version
	Signers     []string `json:"signers,omitempty"` // SHA-256 of certificates
	SignerKeys  []string `json:"signer_keys,omitempty"`
	Schemes     []string `json:"schemes,omitempty"` // by which it is signed: "v1", "v2", "v3"
	Permissions []string `json:"permissions,omitempty"`
	Hosts       []string `json:"hosts,omitempty"` // that its manifest claims
	File        string   `json:"file,omitempty"`  // address of the package
	SHA256      string   `json:"sha256,omitempty"`
	Size        int64    `json:"size,omitempty"`
	Updates     []string `json:"updates,omitempty"` // addresses at which it asks for more
	Problem     string   `json:"problem,omitempty"` // why the file could not be read
}

func (*AppSeen) monitor() Monitor { return AppMonitor }

func (s *AppSeen) edges(of Node) []Edge {
	es := slices.Concat(joined(of, RelBuiltAs, NodeApp, s.Package), joined(of, RelBranded, NodeBrand, s.Title), reached(of, s.Contact))
	if s.Package == "" {
		return es
	}
	for _, k := range s.Signers {
		es = append(es, Edge{From: Node{NodeApp, s.Package}, To: Node{NodeKey, k}, Rel: RelSignedBy, Source: "package " + s.File})
	}
	return es
}

func (s *AppSeen) marks() []Feature {
	var out []Feature
	for _, k := range s.Signers {
		out = append(out, feature("app", "apk_signer", k)...)
	}
	return append(out, feature("identity", "contact", s.Contact)...)
}

func (s *AppSeen) leads() []Lead {
	out := led(LeadLink, s.Store, s.Site)
	out = append(out, led(LeadUpdate, s.Store, s.File)...)
	out = append(out, led(LeadUpdate, s.File, s.Updates...)...)
	return append(out, led(LeadUpdate, s.File, s.Hosts...)...)
}

func (s *AppSeen) lasting() any { return *s }

// Facts are its lines.
func (s *AppSeen) Facts() []Fact {
	return []Fact{{"title", s.Title}, {"developer", words([]string{s.Developer, s.Contact, s.Site})}, {"package", s.Package}, {"version", version(s.Version, s.Code)},
		{"signed by", words(s.Signers)}, {"signature", words(s.Schemes)}, {"permissions", words(s.Permissions)}, {"addresses in it", words(s.Hosts)},
		{"file", s.File}, {"SHA-256", s.SHA256}, {"updates from", words(s.Updates)}, {"problem", s.Problem}}
}

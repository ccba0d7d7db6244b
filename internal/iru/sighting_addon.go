// SPDX-License-Identifier: EUPL-1.2

package iru

// An AddonSeen is what a store page, a package file or an update manifest shows of a browser add-on.
type AddonSeen struct {
	Store       string   `json:"store,omitempty"`
	Title       string   `json:"title,omitempty"`
	Developer   string   `json:"developer,omitempty"`
	Identifier  string   `json:"identifier,omitempty"` // 32 letters a to p, or what the manifest says
	Key         string   `json:"key,omitempty"`        // SHA-256 of its public key
	Version     string   `json:"version,omitempty"`
	Permissions []string `json:"permissions,omitempty"`
	Hosts       []string `json:"hosts,omitempty"` // that it may read or change
	File        string   `json:"file,omitempty"`
	SHA256      string   `json:"sha256,omitempty"`
	Size        int64    `json:"size,omitempty"`
	Update      string   `json:"update,omitempty"` // address at which it asks for its next version
	Site        string   `json:"site,omitempty"`
	Signed      bool     `json:"signed,omitempty"` // a signature in the file holds
	Problem     string   `json:"problem,omitempty"`
}

func (*AddonSeen) monitor() Monitor { return AddonMonitor }

func (s *AddonSeen) edges(of Node) []Edge {
	es := append(joined(of, RelBuiltAs, NodeApp, s.Identifier), joined(of, RelBranded, NodeBrand, s.Title)...)
	if s.Identifier != "" && s.Key != "" {
		es = append(es, Edge{From: Node{NodeApp, s.Identifier}, To: Node{NodeKey, s.Key}, Rel: RelSignedBy, Source: "package " + s.File})
	}
	return es
}

func (s *AddonSeen) marks() []Feature { return feature("app", "extension_key", s.Key) }

func (s *AddonSeen) leads() []Lead {
	out := led(LeadLink, s.Store, s.Site)
	out = append(out, led(LeadUpdate, s.Store, s.File)...)
	return append(out, led(LeadUpdate, s.File, s.Update)...)
}

func (s *AddonSeen) lasting() any { return *s }

// Facts are its lines.
func (s *AddonSeen) Facts() []Fact {
	return []Fact{{"title", s.Title}, {"developer", words([]string{s.Developer, s.Site})}, {"identifier", s.Identifier}, {"key", s.Key}, {"version", s.Version},
		{"permissions", words(s.Permissions)}, {"pages it may read", words(s.Hosts)}, {"file", s.File}, {"SHA-256", s.SHA256}, {"updates from", s.Update}, {"problem", s.Problem}}
}

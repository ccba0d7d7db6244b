// SPDX-License-Identifier: EUPL-1.2

package iru

// An AccountSeen is what the public page of an account on a platform shows.
type AccountSeen struct {
	Address   string   `json:"address"`
	Platform  string   `json:"platform"` // registrable name
	Handle    string   `json:"handle,omitempty"`
	Name      string   `json:"name,omitempty"`
	Languages []string `json:"languages,omitempty"`
	Links     []string `json:"links,omitempty"` // to other sites
	Contacts  []string `json:"contacts,omitempty"`
	Feeds     []string `json:"feeds,omitempty"`
	Content   string   `json:"content,omitempty"` // SHA-256 of the page
}

func (*AccountSeen) monitor() Monitor { return AccountMonitor }

func (s *AccountSeen) edges(of Node) []Edge {
	es := joined(of, RelServedBy, NodeHost, s.Platform)
	if s.Handle != "" {
		es = append(es, joined(of, RelNamed, NodeAccount, s.Platform+"/"+s.Handle)...)
	}
	es = append(es, joined(of, RelBranded, NodeBrand, s.Name)...)
	return append(es, reached(of, s.Contacts...)...)
}

func (s *AccountSeen) marks() []Feature {
	var out []Feature
	for _, c := range s.Contacts {
		out = append(out, feature("identity", "contact", c)...)
	}
	return out
}

func (s *AccountSeen) leads() []Lead { return led(LeadLink, s.Address, s.Links...) }
func (s *AccountSeen) lasting() any  { return *s }

// Facts are its lines.
func (s *AccountSeen) Facts() []Fact {
	return []Fact{{"platform", s.Platform}, {"handle", s.Handle}, {"name", s.Name}, {"languages", words(s.Languages)}, {"links to", words(s.Links)}, {"contacts", words(s.Contacts)}}
}

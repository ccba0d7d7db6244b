// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// A NewsletterSeen is what the archive of a list, or mail received at a voluntary subscription, shows.
type NewsletterSeen struct {
	Archive     string    `json:"archive,omitempty"` // address of the archive on the web
	Title       string    `json:"title,omitempty"`
	Service     string    `json:"service,omitempty"` // registrable name of whoever sends it
	List        string    `json:"list,omitempty"`    // List-Id
	From        string    `json:"from,omitempty"`
	Signers     []string  `json:"signers,omitempty"` // domains whose DKIM signature is on it
	Unsubscribe []string  `json:"unsubscribe,omitempty"`
	Links       []string  `json:"links,omitempty"`
	Issues      int       `json:"issues,omitempty"`
	Newest      time.Time `json:"newest,omitzero"`
}

func (*NewsletterSeen) monitor() Monitor { return NewsletterMonitor }

func (s *NewsletterSeen) edges(of Node) []Edge {
	es := joined(of, RelServedBy, NodeHost, s.Service)
	es = append(es, joined(of, RelCountedBy, NodeAccount, s.List)...)
	for i := range es {
		if es[i].Rel == RelCountedBy {
			es[i].Source = "list " + s.List
		}
	}
	es = append(es, joined(of, RelBranded, NodeBrand, s.Title)...)
	es = append(es, reached(of, s.From)...)
	return append(es, joined(of, RelNamed, NodeName, s.Signers...)...)
}

func (s *NewsletterSeen) marks() []Feature {
	out := feature("identity", "feed_key", s.List)
	return append(out, feature("identity", "contact", s.From)...)
}

func (s *NewsletterSeen) leads() []Lead {
	path := s.Archive
	if path == "" {
		path = "mail of " + s.List
	}
	return led(LeadLink, path, s.Links...)
}

func (s *NewsletterSeen) lasting() any {
	l := *s
	l.Issues, l.Unsubscribe = 0, nil // each mail has an address of its own to unsubscribe at
	return l
}

// Facts are its lines.
func (s *NewsletterSeen) Facts() []Fact {
	return []Fact{{"title", s.Title}, {"archive", s.Archive}, {"service", s.Service}, {"list", s.List}, {"from", s.From}, {"signed by", words(s.Signers)},
		{"links to", words(s.Links)}, {"issues", counted(s.Issues, s.Newest)}}
}

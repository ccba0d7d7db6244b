// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"strings"
	"time"
)

// A SiteSeen is what pages, feeds and sitemaps of a site show.
type SiteSeen struct {
	Address   string        `json:"address"`           // that answered, after redirects
	Content   string        `json:"content,omitempty"` // SHA-256 of the front page
	Title     string        `json:"title,omitempty"`
	Languages []string      `json:"languages,omitempty"`
	Generator string        `json:"generator,omitempty"`
	Redirects []string      `json:"redirects,omitempty"` // addresses of other sites that it led to
	Links     []string      `json:"links,omitempty"`     // to other sites
	Resources []string      `json:"resources,omitempty"` // names of other sites from which parts of it come
	Analytics []string      `json:"analytics,omitempty"` // identifiers of accounts
	Donations []string      `json:"donations,omitempty"` // accounts and wallets
	Contacts  []string      `json:"contacts,omitempty"`
	Favicon   string        `json:"favicon,omitempty"` // SHA-256
	Names     []string      `json:"names,omitempty"`   // announced in its text
	Feeds     []FeedSeen    `json:"feeds,omitempty"`
	Sitemaps  []SitemapSeen `json:"sitemaps,omitempty"`
}

// A FeedSeen is one feed of a site.
type FeedSeen struct {
	Address string    `json:"address"`
	Form    string    `json:"form"` // "rss", "atom", "json"
	ID      string    `json:"id,omitempty"`
	Title   string    `json:"title,omitempty"`
	Lang    string    `json:"lang,omitempty"`
	Entries int       `json:"entries"`
	Newest  time.Time `json:"newest,omitzero"`
	Links   []string  `json:"links,omitempty"`   // to other sites
	Content string    `json:"content,omitempty"` // SHA-256 of the file
}

// A SitemapSeen is one sitemap of a site, or an index of them.
type SitemapSeen struct {
	Address string    `json:"address"`
	Index   bool      `json:"index,omitempty"`
	Entries int       `json:"entries"`
	Newest  time.Time `json:"newest,omitzero"`
}

func (*SiteSeen) monitor() Monitor { return SiteMonitor }

func (s *SiteSeen) edges(of Node) []Edge {
	es := joined(of, RelNamed, NodeName, hostOf(s.Address))
	es = append(es, joined(of, RelServedBy, NodeHost, s.Resources...)...)
	for i := range es[1:] {
		es[1+i].Confidence = .5 // a part of the page comes from there, not the page
	}
	es = append(es, joined(of, RelCountedBy, NodeAccount, s.Analytics...)...)
	es = append(es, joined(of, RelPaidTo, NodeAccount, s.Donations...)...)
	es = append(es, reached(of, s.Contacts...)...)
	for _, f := range s.Feeds { // a feed is titled as its outlet is called, a page as it likes
		es = append(es, joined(of, RelBranded, NodeBrand, f.Title)...)
	}
	return es
}

func (s *SiteSeen) marks() []Feature {
	var out []Feature
	for _, v := range s.Analytics {
		out = append(out, feature("analytics", "analytics_id", v)...)
	}
	for _, v := range s.Donations {
		out = append(out, feature("identity", "donation_id", v)...)
	}
	for _, v := range s.Contacts {
		out = append(out, feature("identity", "contact", strings.ToLower(v))...)
	}
	out = append(out, feature("content", "favicon", s.Favicon)...)
	for _, f := range s.Feeds {
		out = append(out, feature("identity", "feed_key", f.ID)...)
	}
	return out
}

func (s *SiteSeen) leads() []Lead {
	out := led(LeadLink, s.Address, s.Links...)
	out = append(out, led(LeadRedirect, s.Address, s.Redirects...)...)
	out = append(out, led(LeadText, s.Address, s.Names...)...)
	for _, f := range s.Feeds {
		out = append(out, led(LeadFeed, f.Address, f.Links...)...)
	}
	return out
}

func (s *SiteSeen) lasting() any {
	l := *s
	l.Feeds, l.Sitemaps = nil, nil
	for _, f := range s.Feeds {
		f.Entries, f.Content = 0, ""
		l.Feeds = append(l.Feeds, f)
	}
	for _, m := range s.Sitemaps {
		l.Sitemaps = append(l.Sitemaps, SitemapSeen{Address: m.Address, Index: m.Index})
	}
	return l
}

// Facts are its lines.
func (s *SiteSeen) Facts() []Fact {
	fs := []Fact{{"address", s.Address}, {"title", s.Title}, {"languages", words(s.Languages)}, {"made with", s.Generator},
		{"redirects to", words(s.Redirects)}, {"parts from", words(s.Resources)}, {"counted by", words(s.Analytics)}, {"donations to", words(s.Donations)},
		{"contacts", words(s.Contacts)}, {"names in its text", words(s.Names)}}
	for _, f := range s.Feeds {
		fs = append(fs, Fact{"feed", words([]string{f.Address, f.Form, f.Title, counted(f.Entries, f.Newest)})})
	}
	for _, m := range s.Sitemaps {
		fs = append(fs, Fact{"sitemap", words([]string{m.Address, counted(m.Entries, m.Newest)})})
	}
	return fs
}

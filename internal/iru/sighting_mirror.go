// SPDX-License-Identifier: EUPL-1.2

package iru

import "strconv"

// A MirrorSeen is what a copy on a file host or in an archive shows.
type MirrorSeen struct {
	Address string     `json:"address"`
	Host    string     `json:"host"` // registrable name
	Title   string     `json:"title,omitempty"`
	Origin  string     `json:"origin,omitempty"` // address that it is a copy of, as it says
	Content string     `json:"content,omitempty"`
	Links   []string   `json:"links,omitempty"`
	Files   []FileSeen `json:"files,omitempty"`
}

// A FileSeen is a file that a mirror offers.
type FileSeen struct {
	Address string `json:"address"`
	Name    string `json:"name,omitempty"`
}

func (*MirrorSeen) monitor() Monitor { return MirrorMonitor }

func (s *MirrorSeen) edges(of Node) []Edge { return joined(of, RelServedBy, NodeHost, s.Host) }
func (s *MirrorSeen) marks() []Feature     { return nil }

func (s *MirrorSeen) leads() []Lead {
	out := led(LeadLink, s.Address, s.Links...)
	return append(out, led(LeadRedirect, s.Address, s.Origin)...)
}

func (s *MirrorSeen) lasting() any { return *s }

// Facts are its lines.
func (s *MirrorSeen) Facts() []Fact {
	files := ""
	if len(s.Files) > 0 {
		files = strconv.Itoa(len(s.Files))
	}
	return []Fact{{"host", s.Host}, {"title", s.Title}, {"copy of", s.Origin}, {"files", files}, {"links to", words(s.Links)}}
}

// SPDX-License-Identifier: EUPL-1.2

package iru

import "strconv"

// A StreamSeen is what a mount, a status page or a playlist says of a stream.
type StreamSeen struct {
	Address     string   `json:"address"`
	Form        string   `json:"form"`             // "icecast", "hls", "sound"
	Server      string   `json:"server,omitempty"` // software
	Mount       string   `json:"mount,omitempty"`
	Codec       string   `json:"codec,omitempty"`
	Bitrate     int      `json:"bitrate,omitempty"` // kbit/s
	Name        string   `json:"name,omitempty"`
	Description string   `json:"description,omitempty"`
	Genre       string   `json:"genre,omitempty"`
	Site        string   `json:"site,omitempty"` // that the stream names as its own
	Playing     string   `json:"playing,omitempty"`
	Listeners   int      `json:"listeners,omitempty"`
	Hosts       []string `json:"hosts,omitempty"` // other names from which its pieces come
	Variants    int      `json:"variants,omitempty"`
	Live        bool     `json:"live,omitempty"`
	Sound       bool     `json:"sound,omitempty"` // bytes of sound came
}

func (*StreamSeen) monitor() Monitor { return StreamMonitor }

func (s *StreamSeen) edges(of Node) []Edge {
	es := joined(of, RelNamed, NodeName, hostOf(s.Address))
	es = append(es, joined(of, RelBranded, NodeBrand, s.Name)...)
	return append(es, joined(of, RelServedBy, NodeHost, s.Hosts...)...)
}

func (s *StreamSeen) marks() []Feature { return nil }
func (s *StreamSeen) leads() []Lead    { return led(LeadLink, s.Address, s.Site) }

func (s *StreamSeen) lasting() any {
	l := *s
	l.Playing, l.Listeners = "", 0
	return l
}

// Facts are its lines.
func (s *StreamSeen) Facts() []Fact {
	rate, listeners := "", ""
	if s.Bitrate > 0 {
		rate = strconv.Itoa(s.Bitrate) + " kbit/s"
	}
	if s.Listeners > 0 {
		listeners = strconv.Itoa(s.Listeners)
	}
	return []Fact{{"name", s.Name}, {"description", s.Description}, {"form", words([]string{s.Form, s.Codec, rate})}, {"mount", s.Mount}, {"software", s.Server},
		{"genre", s.Genre}, {"its site", s.Site}, {"playing", s.Playing}, {"listeners", listeners}, {"pieces from", words(s.Hosts)}}
}

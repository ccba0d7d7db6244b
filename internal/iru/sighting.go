// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Monitor names what looks at one side of an asset, and thereby which part of a [Seen] is set.
type Monitor string

// The monitors.
const (
	SiteMonitor       Monitor = "site"       // pages, feeds, sitemaps
	ServerMonitor     Monitor = "server"     // address, TLS, what the machine says of itself
	DomainMonitor     Monitor = "domain"     // DNS, registration, expiry
	AppMonitor        Monitor = "app"        // store page, package file, update endpoint
	AddonMonitor      Monitor = "addon"      // store page, package file, update manifest
	NewsletterMonitor Monitor = "newsletter" // web archive, received mail
	StreamMonitor     Monitor = "stream"     // mount or playlist
	AccountMonitor    Monitor = "account"    // public page
	MirrorMonitor     Monitor = "mirror"     // file host or archive
)

// Monitors lists them in the order of the documentation.
var Monitors = []Monitor{SiteMonitor, ServerMonitor, DomainMonitor, AppMonitor, AddonMonitor, NewsletterMonitor, StreamMonitor, AccountMonitor, MirrorMonitor}

// MonitorsOf are those that look at a kind of asset. On a platform the server and the name are the platform's own, and say nothing of its customer.
func MonitorsOf(k AssetKind, platform bool) []Monitor {
	own := map[AssetKind]Monitor{Site: SiteMonitor, Mirror: MirrorMonitor, App: AppMonitor, Update: AppMonitor, Addon: AddonMonitor,
		Newsletter: NewsletterMonitor, Stream: StreamMonitor, Account: AccountMonitor}[k]
	if own == "" {
		own = SiteMonitor
	}
	if platform {
		return []Monitor{own}
	}
	return []Monitor{own, ServerMonitor, DomainMonitor}
}

// A Sighting is what one monitor saw of one asset, from the first look that saw just that to the last.
type Sighting struct {
	ID      int64
	Unit    UnitID
	Asset   AssetID
	Monitor Monitor
	Vantage string
	Digest  string // of what was seen, see [Seen.Digest]
	First   time.Time
	Last    time.Time
	Looks   int // that saw it
	Seen    Seen
}

// Seen is what was seen: exactly one part is set.
type Seen struct {
	Site       *SiteSeen       `json:"site,omitempty"`
	Server     *ServerSeen     `json:"server,omitempty"`
	Domain     *DomainSeen     `json:"domain,omitempty"`
	App        *AppSeen        `json:"app,omitempty"`
	Addon      *AddonSeen      `json:"addon,omitempty"`
	Newsletter *NewsletterSeen `json:"newsletter,omitempty"`
	Stream     *StreamSeen     `json:"stream,omitempty"`
	Account    *AccountSeen    `json:"account,omitempty"`
	Mirror     *MirrorSeen     `json:"mirror,omitempty"`
}

// A part is what each of the typed parts can say.
type part interface {
	monitor() Monitor
	edges(of Node) []Edge // without unit, asset, times
	marks() []Feature
	leads() []Lead // without asset and time
	lasting() any  // itself without what differs between any two looks: counts, dates, what is on air
	Facts() []Fact
}

// A Fact is one line of what was seen, as a page shows it. Value is text of a stranger.
type Fact struct {
	Name  string // in English, one of the words that pages know
	Value string
}

func (s Seen) part() (part, error) {
	var set []part
	if s.Site != nil {
		set = append(set, s.Site)
	}
	if s.Server != nil {
		set = append(set, s.Server)
	}
	if s.Domain != nil {
		set = append(set, s.Domain)
	}
	if s.App != nil {
		set = append(set, s.App)
	}
	if s.Addon != nil {
		set = append(set, s.Addon)
	}
	if s.Newsletter != nil {
		set = append(set, s.Newsletter)
	}
	if s.Stream != nil {
		set = append(set, s.Stream)
	}
	if s.Account != nil {
		set = append(set, s.Account)
	}
	if s.Mirror != nil {
		set = append(set, s.Mirror)
	}
	if len(set) != 1 {
		return nil, fmt.Errorf("read sighting: %w: it has %d parts instead of one", Invalid, len(set))
	}
	return set[0], nil
}

// Monitor names who sees such a thing. The error, Invalid, is for none or several parts.
func (s Seen) Monitor() (Monitor, error) {
	p, err := s.part()
	if err != nil {
		return "", err
	}
	return p.monitor(), nil
}

// Facts are the lines that a page shows of it.
func (s Seen) Facts() []Fact {
	p, err := s.part()
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(p.Facts(), func(f Fact) bool { return f.Value == "" })
}

// Digest is the SHA-256, in hex, of what lasts of it: two looks with the same digest saw the same.
func (s Seen) Digest() (string, error) {
	p, err := s.part()
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(p.lasting())
	if err != nil {
		return "", fmt.Errorf("digest sighting: %w: %w", Internal, err)
	}
	h := sha256.Sum256(append([]byte(p.monitor()+" "), b...))
	return hex.EncodeToString(h[:]), nil
}

// Edges are what the sighting says for the map.
func (s Sighting) Edges() []Edge {
	p, err := s.Seen.part()
	if err != nil {
		return nil
	}
	es := p.edges(Node{NodeAsset, fmt.Sprint(int64(s.Asset))})
	out := es[:0]
	for _, e := range es {
		if e.From.Name == "" || e.To.Name == "" {
			continue
		}
		e.Unit, e.Asset, e.First, e.Last = s.Unit, s.Asset, s.First, s.Last
		if e.Source == "" {
			e.Source = string(s.Monitor)
		}
		if e.Confidence == 0 {
			e.Confidence = 1
		}
		out = append(out, e)
	}
	return out
}

// Marks are the marks of identity in it, as package link compares them.
func (s Sighting) Marks() []Feature {
	p, err := s.Seen.part()
	if err != nil {
		return nil
	}
	return p.marks()
}

// Leads are the addresses to which it leads. What becomes an asset a person decides.
func (s Sighting) Leads() []Lead {
	p, err := s.Seen.part()
	if err != nil {
		return nil
	}
	ls := p.leads()
	out := ls[:0]
	for _, l := range ls {
		if l.Address == "" {
			continue
		}
		l.Unit, l.Path.From, l.At, l.Last = s.Unit, s.Asset, s.First, s.Last
		out = append(out, l)
	}
	return out
}

// feature is a mark of a family and kind as package link names them.
func feature(family, kind, value string) []Feature {
	if value == "" {
		return nil
	}
	return []Feature{{Family: family, Kind: kind, Value: value}}
}

func led(source LeadSource, document string, addresses ...string) []Lead {
	var out []Lead
	for _, a := range addresses {
		out = append(out, Lead{Address: a, Source: source, Path: LeadPath{Document: document}})
	}
	return out
}

// reached are the mail addresses, numbers and handles by which readers reach who made something. Letters of one case are one.
func reached(of Node, contacts ...string) []Edge {
	out := joined(of, RelReachedAt, NodeAccount, contacts...)
	for i := range out {
		out[i].To.Name = strings.ToLower(out[i].To.Name)
	}
	return out
}

func joined(of Node, rel string, to NodeKind, names ...string) []Edge {
	var out []Edge
	for _, n := range names {
		out = append(out, Edge{From: of, To: Node{to, n}, Rel: rel})
	}
	return out
}

// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"iolaus/internal/desk"
	"iolaus/internal/exhibit"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
)

// resolved and handshake are what the manifest keeps of names and certificates.
type resolved struct {
	Name      string   `json:"name"`
	Addresses []string `json:"addresses"`
	Resolver  string   `json:"resolver"`
	Connected string   `json:"connected"`
}

type handshake struct {
	Name        string `json:"name"`
	Version     string `json:"version"`
	Cipher      string `json:"cipher"`
	SPKI        string `json:"spki_sha256"`
	Fingerprint string `json:"fingerprint_sha256"`
	Verified    bool   `json:"verified"`
	Error       string `json:"error,omitempty"`
}

// mostFacts is how many names and handshakes a manifest tells; a hostile site has as many as it likes.
const mostFacts = 100

// manifest binds the files of a capture together with how and from where it was made, in canonical bytes. Whatever a server says of
// itself is made to fit: no page decides whether it is captured.
func (c *Crew) manifest(i iru.Item, s fetch.Sight, p *spool, r desk.Recording) ([]byte, error) {
	name, ver, _ := strings.Cut(c.Software, "/")
	m := exhibit.Manifest{Address: i.Locator, CapturedAt: r.At, Vantage: exhibit.Vantage{Name: s.Vantage}, Tool: exhibit.Tool{Name: name, Version: ver},
		Outcome: string(r.Outcome), Final: r.Final, Status: r.Status, Page: exhibit.PageFacts{Title: line(r.Title, 500), Lang: line(r.Lang, 64), Dir: r.Dir}}
	for _, f := range r.Files {
		m.Files = append(m.Files, exhibit.File{Name: f.Name, Kind: f.Kind, SHA256: f.SHA256, Size: f.Size})
	}
	var names []resolved
	var shakes []handshake
	for _, e := range p.exchanges {
		if e.Local.IsValid() {
			m.Vantage.Address = e.Local.Addr().String()
		}
		if e.Resolver != "" {
			m.Vantage.Resolver = e.Resolver
		}
		d := resolved{Name: host(e.URL), Resolver: e.Resolver, Connected: e.Remote.String()}
		for _, a := range e.Addresses {
			d.Addresses = append(d.Addresses, a.String())
		}
		if len(names) < mostFacts && !slices.ContainsFunc(names, func(o resolved) bool { return reflect.DeepEqual(o, d) }) {
			names = append(names, d)
		}
		if e.TLS == nil {
			continue
		}
		h := handshake{e.TLS.Name, e.TLS.Version, e.TLS.Cipher, e.TLS.SPKI, e.TLS.Fingerprint, e.TLS.Verified, line(e.TLS.Error, 500)}
		if len(shakes) < mostFacts && !slices.Contains(shakes, h) {
			shakes = append(shakes, h)
		}
	}
	if s.Response != nil {
		for _, h := range s.Response.Hops[:max(len(s.Response.Hops)-1, 0)] {
			if len(m.Redirects) < exhibit.ManifestRedirects {
				m.Redirects = append(m.Redirects, h.URL)
			}
		}
	}
	m.Warnings = p.warnings
	var err error
	if m.DNS, err = json.Marshal(names); err != nil {
		return nil, fmt.Errorf("write manifest: %w: %w", iru.Internal, err)
	}
	if m.TLS, err = json.Marshal(shakes); err != nil {
		return nil, fmt.Errorf("write manifest: %w: %w", iru.Internal, err)
	}
	b, err := m.Encode()
	if err != nil {
		return nil, fmt.Errorf("write manifest of %s: %w: %w", i.Locator, iru.Internal, err)
	}
	return b, nil
}

func host(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	rest, _, _ = strings.Cut(rest, "/")
	return rest
}

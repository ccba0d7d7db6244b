// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"encoding/json"
	"fmt"
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

// manifest binds the files of a capture together with how and from where it was made, in canonical bytes.
func (c *Crew) manifest(i iru.Item, s fetch.Sight, exchanges []fetch.Exchange, r desk.Recording) ([]byte, error) {
	name, ver, _ := strings.Cut(c.Software, "/")
	m := exhibit.Manifest{Address: i.Locator, CapturedAt: r.At, Vantage: exhibit.Vantage{Name: s.Vantage}, Tool: exhibit.Tool{Name: name, Version: ver},
		Outcome: string(r.Outcome), Final: r.Final, Status: r.Status, Page: exhibit.PageFacts{Title: limited(r.Title, 500), Lang: r.Lang, Dir: r.Dir}}
	for _, f := range r.Files {
		m.Files = append(m.Files, exhibit.File{Name: f.Name, Kind: f.Kind, SHA256: f.SHA256, Size: f.Size})
	}
	var names []resolved
	var shakes []handshake
	for _, e := range exchanges {
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
		names = append(names, d)
		if e.TLS != nil {
			shakes = append(shakes, handshake{e.TLS.Name, e.TLS.Version, e.TLS.Cipher, e.TLS.SPKI, e.TLS.Fingerprint, e.TLS.Verified, clean(e.TLS.Error)})
		}
		if e.Truncated != "" && len(m.Warnings) < exhibit.ManifestWarnings {
			m.Warnings = append(m.Warnings, limited(fmt.Sprintf("%s was cut short: %s", e.URL, e.Truncated), 500))
		}
	}
	if s.Response != nil {
		for _, h := range s.Response.Hops[:max(len(s.Response.Hops)-1, 0)] {
			if len(m.Redirects) < exhibit.ManifestRedirects {
				m.Redirects = append(m.Redirects, h.URL)
			}
		}
	}
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

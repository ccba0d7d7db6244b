// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"iolaus/internal/exhibit"
	"iolaus/internal/iru"
)

// Facts are what the page says of itself, as the one who read it understood it.
type Facts struct {
	Title string
	Lang  string // BCP 47
	Dir   string // "ltr" or "rtl"
	Text  string
}

// A Result is a finished capture: its files, bound by the manifest. The files lie in the capture's folder until it is closed.
type Result struct {
	Manifest []byte // canonical
	Digest   string // SHA-256 of the manifest
	Files    []File // with manifest.json as the last one
	Warnings []string
}

// Finish keeps the text and what the net says around the capture, closes the tape and binds all of it by the manifest.
func (p *Capture) Finish(ctx context.Context, f Facts) (Result, error) {
	p.facts = f
	if err := p.network(ctx); err != nil {
		return Result{}, err
	}
	if err := p.keep("text.txt", "text", strings.NewReader(f.Text)); err != nil {
		return Result{}, err
	}
	if err := p.tape.Close(); err != nil {
		return Result{}, err
	}
	if err := p.measure(tapeFile, "warc"); err != nil {
		return Result{}, err
	}
	m, err := p.manifest()
	if err != nil {
		return Result{}, err
	}
	if err := p.keep("manifest.json", "manifest", bytes.NewReader(m)); err != nil {
		return Result{}, err
	}
	sum := sha256.Sum256(m)
	return Result{Manifest: m, Digest: hex.EncodeToString(sum[:]), Files: p.files, Warnings: p.tape.Warnings()}, nil
}

// resolved and handshake are what the manifest itself says of names and certificates; dns.json and tls.json say all.
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

// manifest binds the files together with how and from where they were made, in canonical bytes. Whatever a server says of itself is made
// to fit: no page decides whether it is captured.
func (p *Capture) manifest() ([]byte, error) {
	s := p.Sight
	name, version, _ := strings.Cut(p.camera.Software, "/")
	m := exhibit.Manifest{Address: limited(p.ask.Address, 8192), CapturedAt: s.At, Vantage: exhibit.Vantage{Name: s.Vantage}, Tool: exhibit.Tool{Name: name, Version: or(version, "unknown")},
		Browser: line(p.browser, 256), Outcome: string(s.Outcome), Status: s.Status, Page: exhibit.PageFacts{Title: line(p.facts.Title, 500), Lang: line(p.facts.Lang, 64), Dir: p.facts.Dir}}
	if s.Response != nil {
		m.Final = line(s.Response.Final, 8192)
		for _, h := range s.Response.Hops[:max(len(s.Response.Hops)-1, 0)] {
			if len(m.Redirects) < exhibit.ManifestRedirects {
				m.Redirects = append(m.Redirects, h.URL)
			}
		}
	}
	for _, f := range p.files {
		m.Files = append(m.Files, exhibit.File{Name: f.Name, Kind: f.Kind, SHA256: f.SHA256, Size: f.Size})
	}
	var names []resolved
	var shakes []handshake
	for _, e := range p.tape.Exchanges() {
		if e.Local.IsValid() {
			m.Vantage.Address = e.Local.Addr().String()
		}
		if e.Resolver != "" {
			m.Vantage.Resolver = e.Resolver
		}
		d := resolved{Name: hostOf(e.URL), Resolver: e.Resolver, Connected: e.Remote.String()}
		for _, a := range e.Addresses {
			d.Addresses = append(d.Addresses, a.String())
		}
		if len(names) < mostShown && !slices.ContainsFunc(names, func(o resolved) bool { return reflect.DeepEqual(o, d) }) {
			names = append(names, d)
		}
		if e.TLS == nil {
			continue
		}
		h := handshake{e.TLS.Name, e.TLS.Version, e.TLS.Cipher, e.TLS.SPKI, e.TLS.Fingerprint, e.TLS.Verified, line(e.TLS.Error, 500)}
		if len(shakes) < mostShown && !slices.Contains(shakes, h) {
			shakes = append(shakes, h)
		}
	}
	if w := p.camera.Client.Network().Proxy; w != nil {
		m.Vantage.Address = "" // servers saw one that the proxy chose
		m.Warnings = append(m.Warnings, "looked through the proxy "+w.String()+": from which address it asked the servers, and that it asked those that it was told to, is its own word")
	}
	for _, w := range p.tape.Warnings() {
		if len(m.Warnings) < exhibit.ManifestWarnings {
			m.Warnings = append(m.Warnings, line(w, 500))
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
		return nil, fmt.Errorf("write manifest of %s: %w: %w", p.ask.Address, iru.Internal, err)
	}
	return b, nil
}

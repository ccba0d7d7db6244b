// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/probe"
)

// Shown is a TLS handshake as tls.json tells it.
type shown struct {
	Name        string `json:"name"`
	Address     string `json:"address"`
	Version     string `json:"version"`
	Cipher      string `json:"cipher"`
	Fingerprint string `json:"fingerprint_sha256"`
	SPKI        string `json:"spki_sha256"`
	Verified    bool   `json:"verified"`
	Error       string `json:"error,omitempty"` // why not verified
	Chain       string `json:"chain"`           // PEM, leaf first, as shown
}

// A register's answer, as rdap.json tells it.
type registered struct {
	About  string          `json:"about"` // name or address asked for
	Server string          `json:"server"`
	At     time.Time       `json:"at"`
	Record json.RawMessage `json:"record"` // as received
}

// mostShown is how many handshakes and names are told; a hostile site has as many as it likes.
const mostShown = 100

// network keeps what the net says around the capture: DNS answers, certificates, registrations. What cannot be had is a warning.
func (p *Capture) network(ctx context.Context) error {
	hosts := p.hosts()
	if err := p.certificates(); err != nil {
		return err
	}
	answers := p.names(ctx, hosts)
	if err := p.keepJSON("dns.json", "dns", answers); err != nil {
		return err
	}
	if p.camera.RDAP == nil {
		p.Warnf("registers were not asked: none is configured")
		return nil
	}
	return p.keepJSON("rdap.json", "rdap", p.registrations(ctx, hosts, answers))
}

// hosts are those of the address asked for and of the one that answered.
func (p *Capture) hosts() []string {
	var out []string
	at := []string{p.ask.Address}
	if p.Sight.Response != nil {
		at = append(at, p.Sight.Response.Final)
	}
	for _, a := range at {
		if u, err := url.Parse(a); err == nil && u.Hostname() != "" && !slices.Contains(out, u.Hostname()) {
			out = append(out, u.Hostname())
		}
	}
	return out
}

func (p *Capture) certificates() error {
	var all []shown
	for _, e := range p.tape.Exchanges() {
		if e.TLS == nil || len(all) >= mostShown {
			continue
		}
		s := shown{Name: e.TLS.Name, Address: e.Remote.String(), Version: e.TLS.Version, Cipher: e.TLS.Cipher, Fingerprint: e.TLS.Fingerprint, SPKI: e.TLS.SPKI,
			Verified: e.TLS.Verified, Error: line(e.TLS.Error, 500)}
		if slices.ContainsFunc(all, func(o shown) bool {
			return o.Name == s.Name && o.Address == s.Address && o.Fingerprint == s.Fingerprint
		}) {
			continue
		}
		var chain bytes.Buffer
		for _, der := range e.TLS.Chain {
			if err := pem.Encode(&chain, &pem.Block{Type: "CERTIFICATE", Bytes: der}); err != nil {
				return fmt.Errorf("write certificates: %w: %w", iru.Internal, err)
			}
		}
		s.Chain = chain.String()
		all = append(all, s)
		if !s.Verified {
			p.Warnf("the certificate that %s showed does not verify: %s", s.Name, s.Error)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return p.keepJSON("tls.json", "tls", all)
}

// names asks the vantage point's resolver all about the hosts.
func (p *Capture) names(ctx context.Context, hosts []string) []probe.Answers {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	n := p.camera.Client.Network()
	all := []probe.Answers{}
	for _, h := range hosts {
		if _, err := netip.ParseAddr(h); err == nil {
			continue
		}
		a, err := probe.DNS(ctx, probe.Resolver{Server: n.Resolver, Local: n.Local, Timeout: 2 * time.Second}, h)
		if err != nil {
			p.Warnf("no DNS answers about %s: %v", h, err)
			continue
		}
		all = append(all, a)
	}
	return all
}

// registrations asks the registers about the names and the addresses that answered.
func (p *Capture) registrations(ctx context.Context, hosts []string, answers []probe.Answers) []registered {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	all := []registered{}
	take := func(about string, r probe.Registration, err error) {
		if err != nil {
			if !errors.Is(err, iru.NotFound) || ctx.Err() != nil {
				p.Warnf("no registration of %s: %v", about, err)
			}
			return
		}
		for x := &r; x != nil; x = x.Sponsor {
			if len(x.Raw) > 0 {
				all = append(all, registered{about, x.Server, x.At, x.Raw})
			}
		}
	}
	var addresses []netip.Addr
	for _, h := range hosts {
		if a, err := netip.ParseAddr(h); err == nil {
			addresses = append(addresses, a)
			continue
		}
		r, err := p.camera.RDAP.Domain(ctx, h)
		take(h, r, err)
	}
	for _, e := range p.tape.Exchanges() {
		addresses = append(addresses, e.Remote.Addr())
	}
	for _, a := range answers {
		addresses = append(append(addresses, a.A...), a.AAAA...)
	}
	var asked []netip.Addr
	for _, a := range addresses {
		if !a.IsValid() || slices.Contains(asked, a) || len(asked) >= 8 {
			continue
		}
		asked = append(asked, a)
		r, err := p.camera.RDAP.IP(ctx, a)
		take(a.String(), r, err)
	}
	return all
}

func (p *Capture) keepJSON(name, kind string, v any) error {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return fmt.Errorf("write %s of capture: %w: %w", name, iru.Internal, err)
	}
	return p.keep(name, kind, bytes.NewReader(append(b, '\n')))
}

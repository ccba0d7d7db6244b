// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"iolaus/internal/fetch"
	"iolaus/internal/inspect"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
	"iolaus/internal/probe"
)

// server looks at the machine behind an address: one request for its first byte, whose answer shows address, certificate and software; the
// register of its network; the banner of SSH where the guard lets us see it.
func (k *looking) server(ctx context.Context) error {
	l, err := locator.Parse(k.Of.Locator)
	if err != nil || l.URL() == "" {
		return errors.Join(iru.Invalid, err)
	}
	s := iru.ServerSeen{Name: l.Host()}
	res, err := k.Vantages[0].Get(ctx, l.URL(), fetch.Prefix(1), fetch.NoRedirect(), fetch.Promptly())
	var later *fetch.Later
	if errors.As(err, &later) {
		return err
	}
	if !res.Remote.IsValid() { // nobody answered: nothing is known of any machine
		k.Failed = true
		return nil
	}
	if res.Status == http.StatusTooManyRequests || res.Status == http.StatusServiceUnavailable {
		if err := k.hold(ctx, res); err != nil {
			return err
		}
	}
	s.Addresses = k.addresses(ctx, l, res.Remote.Addr())
	s.Software, s.CDN = line(clean(res.Header.Get("Server")), 200), cdn(res.Header)
	if c := res.TLS; c != nil && len(c.Chain) > 0 {
		if p, err := probe.ParseCertificate(c.Chain[0]); err == nil {
			s.Certificate = &iru.CertificateSeen{SHA256: p.Fingerprint, SPKI: p.SPKI, Issuer: line(p.Issuer, 300), Names: p.Names[:min(len(p.Names), 100)], NotBefore: p.NotBefore, NotAfter: p.NotAfter}
			k.Event = p.NotAfter.Add(time.Minute)
		}
	}
	if k.RDAP != nil {
		for _, a := range s.Addresses[:min(len(s.Addresses), 4)] {
			ip, err := netip.ParseAddr(a)
			if err != nil {
				continue
			}
			if n, err := k.RDAP.IP(ctx, ip); err == nil {
				s.Networks = append(s.Networks, iru.NetworkSeen{Address: a, Handle: n.Handle, Name: n.Name, Country: n.Country, Source: siteName(n.Server)})
			} else if !errors.Is(err, iru.NotFound) { // what is not known now is not gone: the next look tells
				k.Failed = true
				return nil
			}
		}
	}
	s.SSH = k.ssh(ctx, l.Host())
	k.Seen.Server = &s
	return nil
}

// addresses are all that the name has, and the one that answered; in order, so that a resolver which turns them makes no change.
func (k *looking) addresses(ctx context.Context, l locator.Locator, answered netip.Addr) []string {
	out := []string{answered.String()}
	if l.IsIP() {
		return out
	}
	v := k.Vantages[0].Network()
	a, err := probe.DNS(ctx, probe.Resolver{Server: v.Resolver, Local: v.Local}, l.Host())
	if err == nil {
		for _, ip := range append(append([]netip.Addr{}, a.A...), a.AAAA...) {
			out = append(out, ip.String())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ssh reads the banner that a machine says to everybody, where the vantage point's network opens that port.
func (k *looking) ssh(ctx context.Context, host string) string {
	if _, open := k.Vantages[0].Network().Ports[22]; !open {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c, err := k.Vantages[0].Dial(ctx, "tcp", host+":22")
	if err != nil {
		return ""
	}
	defer c.Close()
	_ = c.SetReadDeadline(time.Now().Add(3 * time.Second))
	b := make([]byte, 4<<10)
	n, _ := io.ReadAtLeast(c, b, 5) // what came says enough
	return inspect.ReadSSH(b[:n])
}

// cdn names a content delivery network by the headers that it sets itself.
func cdn(h http.Header) string {
	server := strings.ToLower(h.Get("Server"))
	switch {
	case h.Get("Cf-Ray") != "" || server == "cloudflare":
		return "cloudflare"
	case h.Get("X-Amz-Cf-Id") != "":
		return "cloudfront"
	case h.Get("X-Fastly-Request-Id") != "" || strings.HasPrefix(h.Get("X-Served-By"), "cache-"):
		return "fastly"
	case h.Get("X-Akamai-Request-Id") != "" || strings.HasPrefix(server, "akamai"):
		return "akamai"
	case strings.HasPrefix(server, "bunnycdn"):
		return "bunny"
	case strings.HasPrefix(server, "ddos-guard"):
		return "ddos-guard"
	}
	return line(clean(h.Get("Cdn-Name")), 60) // as the range's own say it
}

// siteName is the name in the address of a register.
func siteName(address string) string {
	l, err := locator.Parse(address)
	if err != nil {
		return ""
	}
	return l.Host()
}

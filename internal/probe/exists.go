// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/miekg/dns"

	"iolaus/internal/iru"
)

// Exists asks a resolver with one question whether there is a name. No answer is no "no". Errors: Unavailable (no answer, or one that says nothing about the
// name), Invalid (it is no name).
func Exists(ctx context.Context, r Resolver, name string) (bool, error) {
	server, err := r.server()
	if err != nil {
		return false, err
	}
	ascii, err := plainName(name)
	if err != nil {
		return false, err
	}
	m, err := r.ask(ctx, server, dns.Fqdn(ascii), dns.TypeNS)
	switch {
	case err != nil:
		return false, fmt.Errorf("ask %s for %s: %w: %w", server, ascii, iru.Unavailable, err)
	case m.Rcode == dns.RcodeNameError:
		return false, nil
	case m.Rcode != dns.RcodeSuccess:
		return false, fmt.Errorf("ask %s for %s: %w: %s", server, ascii, iru.Unavailable, dns.RcodeToString[m.Rcode])
	}
	return true, nil
}

// Reverse asks which names the holder of an address gave to it (PTR). What it says must be asked for forwards before it is believed. Errors: Unavailable.
func Reverse(ctx context.Context, r Resolver, ip netip.Addr) ([]string, error) {
	server, err := r.server()
	if err != nil {
		return nil, err
	}
	name, err := dns.ReverseAddr(ip.Unmap().String())
	if err != nil {
		return nil, fmt.Errorf("ask for the name of %s: %w: %w", ip, iru.Invalid, err)
	}
	m, err := r.ask(ctx, server, name, dns.TypePTR)
	switch {
	case err != nil:
		return nil, fmt.Errorf("ask %s for the name of %s: %w: %w", server, ip, iru.Unavailable, err)
	case m.Rcode == dns.RcodeNameError:
		return nil, nil
	case m.Rcode != dns.RcodeSuccess:
		return nil, fmt.Errorf("ask %s for the name of %s: %w: %s", server, ip, iru.Unavailable, dns.RcodeToString[m.Rcode])
	}
	var out []string
	for _, rr := range m.Answer {
		if p, ok := rr.(*dns.PTR); ok {
			if n, err := plainName(host(p.Ptr)); err == nil {
				out = once(out, n)
			}
		}
	}
	return out, nil
}

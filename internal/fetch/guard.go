// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"fmt"
	"net/netip"
	"syscall"

	"code.dny.dev/ssrf"
)

// embedded are ranges of IPv6 that carry an IPv4 address which somebody else translates: through them a private address could
// be reached by another name. (RFC 6052, 8215, 3056, 4380, 4291 section 2.5.5.)
var embedded = []netip.Prefix{
	netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("2001::/32"),
	netip.MustParsePrefix("::ffff:0:0:0/96"),
	netip.MustParsePrefix("::/96"),
}

// A guard decides which addresses may be connected to. It is asked when a name was resolved and again by the dialer with the
// address of the socket, so nothing that changes in between can lead elsewhere.
type guard struct {
	allow []netip.Prefix
	ports map[uint16]uint16
	world *ssrf.Guardian
}

func newGuard(n Network) *guard {
	return &guard{allow: n.Allow, ports: n.Ports, world: ssrf.New(ssrf.WithAnyPort())}
}

// port turns the port of a URL into the port to connect to.
func (g *guard) port(p uint16) (uint16, error) {
	if to, ok := g.ports[p]; ok {
		return to, nil
	}
	if p == 80 || p == 443 {
		return p, nil
	}
	return 0, fmt.Errorf("%w: port %d is neither 80 nor 443", ErrBlockedAddress, p)
}

// address says whether the address may be connected to.
func (g *guard) address(a netip.Addr) error {
	if !a.IsValid() || a.Zone() != "" || a.Is4In6() {
		return fmt.Errorf("%w: %v is no plain address", ErrBlockedAddress, a)
	}
	for _, p := range embedded {
		if p.Contains(a) {
			return fmt.Errorf("%w: %v hides an IPv4 address", ErrBlockedAddress, a)
		}
	}
	if len(g.allow) > 0 {
		for _, p := range g.allow {
			if p.Contains(a) {
				return nil
			}
		}
		return fmt.Errorf("%w: %v lies outside the training network", ErrBlockedAddress, a)
	}
	if err := g.world.SafeAddr(a); err != nil {
		return fmt.Errorf("%w: %v", ErrBlockedAddress, err)
	}
	return nil
}

// control is net.Dialer.Control: the last word before a socket connects.
func (g *guard) control(network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("%w: network %s", ErrBlockedAddress, network)
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %q", ErrBlockedAddress, address)
	}
	known := to.Port() == 80 || to.Port() == 443
	for _, p := range g.ports {
		known = known || p == to.Port()
	}
	if !known {
		return fmt.Errorf("%w: port %d", ErrBlockedAddress, to.Port())
	}
	return g.address(to.Addr())
}

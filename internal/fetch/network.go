// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"crypto/x509"
	"net/netip"
)

// A Network is how an installation reaches the world. The zero value is the real internet behind the guard.
//
// A network with Allow is a training network: it reaches the ranges of Allow and nothing else, so that an exercise can never
// touch a real server.
type Network struct {
	Name     string            // the vantage point's name, such as "north"
	Local    netip.Addr        // source address to connect from; the zero value takes any
	Resolver string            // host:port of a DNS server; "" takes the first ones of /etc/resolv.conf
	Allow    []netip.Prefix    // training networks only: the ranges that make up their world
	Ports    map[uint16]uint16 // training networks only: port of a URL to the port to connect to, such as 80 to 18080
	Proxy    *Way              // through which it looks; nil: directly
	Roots    *x509.CertPool    // certificate authorities; nil takes the system's
}

// Training reports whether the network is a closed one for exercises and tests.
func (n Network) Training() bool { return len(n.Allow) > 0 }

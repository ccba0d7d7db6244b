// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// Names of addresses: one that a single site has alone is called after it; the others are machines of their provider, and such a name leads
// back to the address.

// reversed reads a name under in-addr.arpa.
func reversed(name string) (netip.Addr, bool) {
	n, ok := strings.CutSuffix(strings.ToLower(name), ".in-addr.arpa.")
	if !ok {
		return netip.Addr{}, false
	}
	labels := strings.Split(n, ".")
	if len(labels) != 4 {
		return netip.Addr{}, true
	}
	a, err := netip.ParseAddr(labels[3] + "." + labels[2] + "." + labels[1] + "." + labels[0])
	if err != nil {
		return netip.Addr{}, true
	}
	return a, true
}

func (s nameServer) pointer(m *dns.Msg, q dns.Question, a netip.Addr) {
	m.Authoritative = true
	p := s.r.network(a)
	if p == nil || s.provider != "" && s.provider != p.ID {
		m.Rcode = dns.RcodeNameError
		if s.provider != "" {
			m.Rcode, m.Authoritative = dns.RcodeRefused, false
		}
		return
	}
	if q.Qtype != dns.TypePTR && q.Qtype != dns.TypeANY {
		return
	}
	name := s.r.reverse[a]
	if name == "" || s.r.hosts[name].asset != "" && !s.r.estate.live(s.r.hosts[name].asset) {
		name = fmt.Sprintf("h%d.%s", a.As4()[3], p.Domain)
	}
	m.Answer = append(m.Answer, &dns.PTR{Hdr: dns.RR_Header{Name: q.Name, Rrtype: dns.TypePTR, Class: dns.ClassINET, Ttl: ttl}, Ptr: dns.Fqdn(name)})
}

// machine is the address of a name such as h11.birchrack.test.
func (r *Range) machine(name string) netip.Addr {
	label, domain, _ := strings.Cut(name, ".")
	n, ok := strings.CutPrefix(label, "h")
	if !ok {
		return netip.Addr{}
	}
	k, err := strconv.ParseUint(n, 10, 8)
	if err != nil || strconv.FormatUint(k, 10) != n {
		return netip.Addr{}
	}
	p := r.byDomain[domain]
	if p == nil {
		return netip.Addr{}
	}
	return p.at(byte(k))
}

// nameAddresses finds the addresses that one site has for itself.
func (r *Range) nameAddresses() {
	count := map[netip.Addr]int{}
	for _, n := range r.names() {
		h := r.hosts[n]
		if h.cname != "" {
			continue
		}
		if count[h.addr]++; count[h.addr] == 1 && h.asset != "" {
			r.reverse[h.addr] = n
		} else {
			delete(r.reverse, h.addr)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// A resolver asks one recursive DNS server after another. It reads no hosts file and keeps no cache: what it says is what that
// server said at that moment, and a capture can name it.
type resolver struct {
	servers []string
	local   netip.Addr
	timeout time.Duration
	ttl     time.Duration // how long what was said holds, at most longestTTL
}

// longestTTL is how long an answer may be used again within one session; a name that moves is to be seen moving.
const longestTTL = time.Minute

func newResolver(n Network, timeout time.Duration) (*resolver, error) {
	r := &resolver{local: n.Local, timeout: timeout, ttl: longestTTL}
	if n.Resolver != "" {
		r.servers = []string{n.Resolver}
		return r, nil
	}
	conf, err := dns.ClientConfigFromFile("/etc/resolv.conf")
	if err != nil || len(conf.Servers) == 0 {
		return nil, fmt.Errorf("%w: /etc/resolv.conf names no DNS server; configure one for the vantage point", ErrResolve)
	}
	for _, s := range conf.Servers[:min(len(conf.Servers), 3)] {
		r.servers = append(r.servers, net.JoinHostPort(s, conf.Port))
	}
	return r, nil
}

// addresses returns the addresses of a name and the server that said so. Errors: ErrNoName, ErrResolve.
func (r *resolver) addresses(ctx context.Context, host string) (found []netip.Addr, server string, err error) {
	name := dns.Fqdn(host)
	if _, ok := dns.IsDomainName(name); !ok {
		return nil, "", fmt.Errorf("%w: %.80q is not a name", ErrAddress, host)
	}
	var last error
	for _, kind := range []uint16{dns.TypeA, dns.TypeAAAA} {
		got, from, err := r.follow(ctx, name, kind)
		server = from
		if err != nil {
			last = err
			continue
		}
		found = append(found, got...)
	}
	switch {
	case len(found) > 0:
		return found, server, nil
	case last != nil:
		return nil, server, last
	}
	return nil, server, fmt.Errorf("%w: %s exists but has no address (asked %s)", ErrResolve, host, server)
}

// follow asks for one type and follows aliases that the server left to us.
func (r *resolver) follow(ctx context.Context, name string, kind uint16) ([]netip.Addr, string, error) {
	for range 8 {
		m, server, err := r.ask(ctx, name, kind)
		if err != nil {
			return nil, server, err
		}
		for _, rr := range m.Answer {
			r.ttl = min(r.ttl, time.Duration(rr.Header().Ttl)*time.Second)
		}
		found, alias := answers(m, name, kind)
		if len(found) > 0 || alias == name {
			return found, server, nil
		}
		name = alias
	}
	return nil, "", fmt.Errorf("%w: chain of aliases is too long", ErrResolve)
}

// answers walks the answer section from name along its aliases and returns the addresses at the end and the last name.
func answers(m *dns.Msg, name string, kind uint16) ([]netip.Addr, string) {
	var found []netip.Addr
	for range 16 {
		next := ""
		for _, rr := range m.Answer {
			if !strings.EqualFold(rr.Header().Name, name) {
				continue
			}
			switch v := rr.(type) {
			case *dns.CNAME:
				next = v.Target
			case *dns.A:
				if a, ok := netip.AddrFromSlice(v.A.To4()); ok && kind == dns.TypeA {
					found = append(found, a)
				}
			case *dns.AAAA:
				if a, ok := netip.AddrFromSlice(v.AAAA.To16()); ok && kind == dns.TypeAAAA {
					found = append(found, a)
				}
			}
		}
		if len(found) > 0 || next == "" {
			break
		}
		name = next
	}
	return found[:min(len(found), 16)], name
}

// ask puts one question, over UDP and, where the answer was cut, over TCP, to each server in turn.
func (r *resolver) ask(ctx context.Context, name string, kind uint16) (*dns.Msg, string, error) {
	var last error
	server := ""
	for try := range 2 * len(r.servers) {
		server = r.servers[try%len(r.servers)]
		m, err := r.once(ctx, server, name, kind)
		switch {
		case ctx.Err() != nil:
			return nil, server, explain(ctx, ErrResolve, "resolve "+name, ctx.Err())
		case err != nil:
			last = err
			continue
		case m.Rcode == dns.RcodeSuccess:
			return m, server, nil
		case m.Rcode == dns.RcodeNameError:
			return nil, server, fmt.Errorf("%w: %s (NXDOMAIN from %s)", ErrNoName, strings.TrimSuffix(name, "."), server)
		}
		last = fmt.Errorf("%s answers %s", server, dns.RcodeToString[m.Rcode])
	}
	return nil, server, fmt.Errorf("resolve %s: %w: %v", name, ErrResolve, last)
}

func (r *resolver) once(ctx context.Context, server, name string, kind uint16) (*dns.Msg, error) {
	q := new(dns.Msg)
	q.SetQuestion(name, kind)
	q.SetEdns0(1232, false)
	var last error
	for _, network := range []string{"udp", "tcp"} {
		c := &dns.Client{Net: network, Timeout: r.timeout, Dialer: &net.Dialer{Timeout: r.timeout, LocalAddr: r.from(network, server)}}
		m, _, err := c.ExchangeContext(ctx, q, server)
		switch {
		case err != nil:
			return nil, err
		case !asks(m, q.Question[0]): // sixteen bits of an identifier are soon guessed
			return nil, fmt.Errorf("%s answers another question", server)
		case !m.Truncated:
			return m, nil
		}
		last = fmt.Errorf("%s cut its answer over TCP", server)
	}
	return nil, last
}

// asks reports whether an answer repeats the question (RFC 5452, section 9.1).
func asks(m *dns.Msg, q dns.Question) bool {
	return len(m.Question) == 1 && strings.EqualFold(m.Question[0].Name, q.Name) && m.Question[0].Qtype == q.Qtype && m.Question[0].Qclass == q.Qclass
}

// from is our address for a server: the vantage point's own, where both are of one family.
func (r *resolver) from(network, server string) net.Addr {
	to, err := netip.ParseAddrPort(server)
	if err != nil || !r.local.IsValid() || r.local.Is4() != to.Addr().Unmap().Is4() {
		return nil
	}
	if network == "udp" {
		return &net.UDPAddr{IP: r.local.AsSlice()}
	}
	return &net.TCPAddr{IP: r.local.AsSlice()}
}

// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/net/idna"

	"iolaus/internal/iru"
)

// A Resolver is the DNS server that a vantage point asks.
type Resolver struct {
	Server  string        // host:port; "" takes the first one of /etc/resolv.conf
	Local   netip.Addr    // source address; the zero value takes any
	Timeout time.Duration // of one question; 0 is 5 s
}

// Answers are what one server said of a name at one time.
type Answers struct {
	Name     string       `json:"name"` // ASCII form, without the final dot
	A        []netip.Addr `json:"a,omitempty"`
	AAAA     []netip.Addr `json:"aaaa,omitempty"`
	NS       []string     `json:"ns,omitempty"`
	MX       []MX         `json:"mx,omitempty"`
	TXT      []string     `json:"txt,omitempty"`
	CNAME    []string     `json:"cname,omitempty"` // the chain of aliases, in order
	SOA      *SOA         `json:"soa,omitempty"`
	NXDomain bool         `json:"nxdomain,omitempty"` // the server says that there is no such name
	Failed   []string     `json:"failed,omitempty"`   // questions that got no answer: "MX: SERVFAIL"; they say nothing about the name
	Server   string       `json:"server"`
	At       time.Time    `json:"at"`
}

// MX names a mail server.
type MX struct {
	Preference uint16 `json:"preference"`
	Host       string `json:"host"`
}

// SOA is the start of authority of the zone that the name is in.
type SOA struct {
	Zone    string `json:"zone"`
	NS      string `json:"ns"`
	Mailbox string `json:"mailbox"`
	Serial  uint32 `json:"serial"`
}

// asked are the types of question, in order.
var asked = []uint16{dns.TypeA, dns.TypeAAAA, dns.TypeNS, dns.TypeMX, dns.TypeTXT, dns.TypeCNAME, dns.TypeSOA}

const (
	mostRecords = 64   // kept of a kind
	mostText    = 4096 // bytes kept of one TXT record
)

// DNS asks a resolver for everything about a name. A question without an answer is listed in Failed; the error is Unavailable
// when none was answered, Invalid when the name is none. A name that does not exist is no error.
func DNS(ctx context.Context, r Resolver, name string) (Answers, error) {
	a := Answers{At: time.Now().UTC()}
	var err error
	if a.Server, err = r.server(); err != nil {
		return a, err
	}
	ascii, err := plainName(name)
	if err != nil {
		return a, err
	}
	a.Name = ascii
	missing := 0
	for _, kind := range asked {
		m, err := r.ask(ctx, a.Server, dns.Fqdn(ascii), kind)
		switch {
		case err != nil:
			a.Failed = append(a.Failed, fmt.Sprintf("%s: %v", dns.TypeToString[kind], err))
		case m.Rcode == dns.RcodeNameError:
			a.NXDomain = true
			missing++
			a.take(m)
		case m.Rcode != dns.RcodeSuccess:
			a.Failed = append(a.Failed, fmt.Sprintf("%s: %s", dns.TypeToString[kind], dns.RcodeToString[m.Rcode]))
		default:
			a.take(m)
		}
	}
	if answered := len(asked) - len(a.Failed); answered == 0 {
		return a, fmt.Errorf("ask %s for %s: %w: %s", a.Server, ascii, iru.Unavailable, strings.Join(a.Failed, "; "))
	} else if missing < answered {
		a.NXDomain = false // servers that err on some types exist: one type that is there is proof of the name
	}
	return a, nil
}

// server is the resolver's address.
func (r Resolver) server() (string, error) {
	if r.Server != "" {
		return r.Server, nil
	}
	conf, err := dns.ClientConfigFromFile("/etc/resolv.conf")
	if err != nil || len(conf.Servers) == 0 {
		return "", fmt.Errorf("ask DNS: %w: /etc/resolv.conf names no server; configure one for the vantage point", iru.Unavailable)
	}
	return net.JoinHostPort(conf.Servers[0], conf.Port), nil
}

// plainName is the ASCII form of a name.
func plainName(name string) (string, error) {
	p := idna.New(idna.MapForLookup(), idna.StrictDomainName(false), idna.Transitional(false), idna.BidiRule())
	a, err := p.ToASCII(strings.TrimSuffix(strings.TrimSpace(name), "."))
	again, unstable := p.ToASCII(a) // invalid text may become a name that is none
	if _, ok := dns.IsDomainName(a); err != nil || unstable != nil || again != a || !ok || a == "" || strings.ContainsAny(a, " /\\\"@:") {
		return "", fmt.Errorf("read name %.80q: %w: it is no domain name", name, iru.Invalid)
	}
	return a, nil
}

// ask puts one question, over UDP and, where the answer was cut, over TCP; twice, since a datagram may be lost.
func (r Resolver) ask(ctx context.Context, server, name string, kind uint16) (*dns.Msg, error) {
	q := new(dns.Msg)
	q.SetQuestion(name, kind)
	q.SetEdns0(1232, false)
	timeout := r.Timeout
	if timeout <= 0 {
		timeout = 5 * time.Second
	}
	var last error
	for _, network := range []string{"udp", "udp", "tcp"} {
		c := &dns.Client{Net: network, Timeout: timeout, Dialer: &net.Dialer{Timeout: timeout, LocalAddr: r.from(network, server)}}
		m, _, err := c.ExchangeContext(ctx, q, server)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			last = err
		case !asks(m, q.Question[0]): // sixteen bits of an identifier are soon guessed
			last = errors.New("the answer is to another question")
		case m.Truncated && network == "tcp":
			return nil, errors.New("the answer was cut over TCP")
		case m.Truncated:
			last = errors.New("the answer was cut")
		default:
			return m, nil
		}
	}
	return nil, last
}

// asks reports whether an answer repeats the question (RFC 5452, section 9.1).
func asks(m *dns.Msg, q dns.Question) bool {
	return len(m.Question) == 1 && strings.EqualFold(m.Question[0].Name, q.Name) && m.Question[0].Qtype == q.Qtype && m.Question[0].Qclass == q.Qclass
}

func (r Resolver) from(network, server string) net.Addr {
	to, err := netip.ParseAddrPort(server)
	if err != nil || !r.Local.IsValid() || r.Local.Is4() != to.Addr().Unmap().Is4() {
		return nil
	}
	if network == "udp" {
		return &net.UDPAddr{IP: r.Local.AsSlice()}
	}
	return &net.TCPAddr{IP: r.Local.AsSlice()}
}

// take adds the records of an answer, each once.
func (a *Answers) take(m *dns.Msg) {
	for _, rr := range m.Answer {
		switch v := rr.(type) {
		case *dns.A:
			if ip, ok := netip.AddrFromSlice(v.A.To4()); ok {
				a.A = once(a.A, ip)
			}
		case *dns.AAAA:
			if ip, ok := netip.AddrFromSlice(v.AAAA.To16()); ok {
				a.AAAA = once(a.AAAA, ip)
			}
		case *dns.NS:
			a.NS = once(a.NS, host(v.Ns))
		case *dns.MX:
			a.MX = once(a.MX, MX{v.Preference, host(v.Mx)})
		case *dns.TXT:
			t := strings.ToValidUTF8(strings.Join(v.Txt, ""), "\ufffd")
			a.TXT = once(a.TXT, t[:min(len(t), mostText)])
		case *dns.CNAME:
			a.CNAME = once(a.CNAME, host(v.Target))
		case *dns.SOA:
			a.SOA = zone(v)
		}
	}
	for _, rr := range m.Ns {
		if v, ok := rr.(*dns.SOA); ok && a.SOA == nil {
			a.SOA = zone(v)
		}
	}
}

func zone(v *dns.SOA) *SOA {
	return &SOA{Zone: host(v.Hdr.Name), NS: host(v.Ns), Mailbox: host(v.Mbox), Serial: v.Serial}
}

func host(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

func once[T comparable](list []T, v T) []T {
	if len(list) >= mostRecords || slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

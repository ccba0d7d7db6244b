// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

const ttl = 1 // seconds: removal is to be seen at once

// A nameServer answers by DNS (RFC 1035) for .test. The one at Range.Resolver answers for every name, with authority and with the
// RA bit, so that a stub resolver is content; those at the providers' own addresses answer only for the zones they run.
type nameServer struct {
	r        *Range
	provider string // empty: every zone
}

func (s nameServer) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	m := new(dns.Msg)
	m.SetReply(q)
	m.RecursionAvailable = s.provider == ""
	if opt := q.IsEdns0(); opt != nil {
		m.SetEdns0(1232, false)
	}
	if q.Opcode != dns.OpcodeQuery || len(q.Question) != 1 || q.Question[0].Qclass != dns.ClassINET {
		m.Rcode = dns.RcodeRefused
		w.WriteMsg(m)
		return
	}
	s.answer(m, q.Question[0])
	w.WriteMsg(m)
}

func (s nameServer) answer(m *dns.Msg, q dns.Question) {
	if a, ok := reversed(q.Name); ok {
		s.pointer(m, q, a)
		return
	}
	name, err := guardName(q.Name)
	if err != nil {
		m.Rcode = dns.RcodeRefused
		return
	}
	domain := registered(name)
	if name == "test" {
		domain = name
	}
	operator := s.r.zoneOperator(domain)
	if s.provider != "" && s.provider != operator && !(s.provider == "registry" && domain == "test") {
		m.Rcode = dns.RcodeRefused
		return
	}
	if s.trick(m, q, name, domain) {
		return
	}
	m.Authoritative = true
	known, held := s.r.estate.status(domain)
	if domain != "test" && (!known || held != "") {
		m.Rcode = dns.RcodeNameError
		m.Ns = []dns.RR{s.soa("test", "registry")}
		return
	}
	exists := name == domain || s.r.isName(name)
	if text, ok := s.r.mailRecord(name); ok {
		if exists = true; q.Qtype == dns.TypeTXT || q.Qtype == dns.TypeANY {
			m.Answer = append(m.Answer, &dns.TXT{Hdr: header(name, dns.TypeTXT), Txt: []string{text}})
		}
	} else if name != domain {
		for range 4 { // aliases
			a, cname := s.r.address(name)
			if cname != "" && (q.Qtype == dns.TypeA || q.Qtype == dns.TypeAAAA || q.Qtype == dns.TypeCNAME || q.Qtype == dns.TypeANY) {
				m.Answer = append(m.Answer, &dns.CNAME{Hdr: header(name, dns.TypeCNAME), Target: dns.Fqdn(cname)})
				if q.Qtype == dns.TypeCNAME {
					return
				}
				name = cname
				continue
			}
			if a.IsValid() && (q.Qtype == dns.TypeA || q.Qtype == dns.TypeANY) {
				m.Answer = append(m.Answer, &dns.A{Hdr: header(name, dns.TypeA), A: a.AsSlice()})
			}
			break
		}
	} else {
		m.Answer = append(m.Answer, s.apex(domain, operator, q.Qtype)...)
		if q.Qtype == dns.TypeNS || q.Qtype == dns.TypeANY {
			for _, ns := range nameServersOf(s.r, operator) {
				if a, _ := s.r.address(ns); a.IsValid() {
					m.Extra = append(m.Extra, &dns.A{Hdr: header(ns, dns.TypeA), A: a.AsSlice()})
				}
			}
		}
	}
	if !exists {
		m.Rcode = dns.RcodeNameError
	}
	if len(m.Answer) == 0 {
		m.Ns = []dns.RR{s.soa(domain, operator)}
	}
}

// trick answers where a domain has a quirk, and reports whether it has.
func (s nameServer) trick(m *dns.Msg, q dns.Question, name, domain string) bool {
	for _, x := range s.r.quirksOf[domain] {
		switch {
		case x.Is == "lame": // delegated to servers that know nothing of it; a resolver finds no answer there
			if m.Rcode = dns.RcodeRefused; s.provider == "" {
				m.Rcode = dns.RcodeServerFailure
			}
			return true
		case x.Is == "cname-loop" && (q.Qtype == dns.TypeA || q.Qtype == dns.TypeAAAA || q.Qtype == dns.TypeCNAME):
			m.Authoritative = true
			a, b := "a.loop."+domain, "b.loop."+domain
			next := map[string]string{name: a, a: b, b: a}
			for at := name; len(m.Answer) < 3; at = next[at] {
				m.Answer = append(m.Answer, &dns.CNAME{Hdr: header(at, dns.TypeCNAME), Target: dns.Fqdn(next[at])})
			}
			return true
		case x.Is == "ns-loop" && q.Qtype == dns.TypeNS:
			m.Authoritative = true
			m.Answer = append(m.Answer, &dns.NS{Hdr: header(domain, dns.TypeNS), Ns: dns.Fqdn("ns1." + domain)}, &dns.NS{Hdr: header(domain, dns.TypeNS), Ns: dns.Fqdn("ns2." + domain)})
			return true
		}
	}
	return false
}

func (s nameServer) apex(domain, operator string, qtype uint16) (rr []dns.RR) {
	want := func(t uint16) bool { return qtype == t || qtype == dns.TypeANY }
	if a, _ := s.r.address(domain); a.IsValid() && want(dns.TypeA) {
		rr = append(rr, &dns.A{Hdr: header(domain, dns.TypeA), A: a.AsSlice()})
	}
	if want(dns.TypeNS) {
		for _, ns := range nameServersOf(s.r, operator) {
			rr = append(rr, &dns.NS{Hdr: header(domain, dns.TypeNS), Ns: dns.Fqdn(ns)})
		}
	}
	if want(dns.TypeSOA) {
		rr = append(rr, s.soa(domain, operator))
	}
	mx := s.r.mailHost(domain)
	if want(dns.TypeMX) && mx != "" {
		rr = append(rr, &dns.MX{Hdr: header(domain, dns.TypeMX), Preference: 10, Mx: dns.Fqdn(mx)})
	}
	if want(dns.TypeTXT) && domain != "test" {
		spf := "v=spf1 -all"
		if mx != "" {
			spf = "v=spf1 mx -all"
		}
		rr = append(rr, &dns.TXT{Hdr: header(domain, dns.TypeTXT), Txt: []string{spf}})
	}
	return rr
}

func (s nameServer) soa(domain, operator string) dns.RR {
	s.r.estate.mu.RLock()
	serial := s.r.estate.serial
	s.r.estate.mu.RUnlock()
	ns := nameServersOf(s.r, operator)[0]
	return &dns.SOA{Hdr: header(domain, dns.TypeSOA), Ns: dns.Fqdn(ns), Mbox: dns.Fqdn("hostmaster." + registered(ns)), Serial: serial,
		Refresh: 7200, Retry: 900, Expire: 1209600, Minttl: ttl}
}

func header(name string, t uint16) dns.RR_Header {
	return dns.RR_Header{Name: dns.Fqdn(name), Rrtype: t, Class: dns.ClassINET, Ttl: ttl}
}

// zoneOperator is the provider whose name servers carry a registered domain.
func (r *Range) zoneOperator(domain string) string {
	if d, ok := r.world.domain(domain); ok {
		return r.estate.dns(d)
	}
	return "registry"
}

func nameServersOf(r *Range, provider string) []string {
	p, ok := r.world.provider(provider)
	if !ok {
		p = &r.world.Providers[0]
	}
	return []string{"ns1." + p.Domain, "ns2." + p.Domain}
}

// mailHost is the exchange of a domain, or empty.
func (r *Range) mailHost(domain string) string {
	for _, p := range r.world.Providers {
		if p.Domain == domain {
			return "mail." + domain
		}
	}
	r.estate.mu.RLock()
	defer r.estate.mu.RUnlock()
	if _, ok := r.estate.published[domain]; ok {
		return domain
	}
	return ""
}

// address resolves a name of the range to its address or its alias.
func (r *Range) address(name string) (a netip.Addr, cname string) {
	r.estate.mu.RLock()
	p, ok := r.estate.published[name]
	r.estate.mu.RUnlock()
	if ok {
		return p, ""
	}
	if t, ok := r.estate.takenBy(registered(name)); ok { // every name under it leads to who took it
		by, _ := r.world.provider(t.by)
		return by.at(atShared), ""
	}
	if a := r.machine(name); a.IsValid() {
		return a, ""
	}
	h, ok := r.hosts[name]
	if _, wild := r.world.quirk(registered(name), "wildcard"); !ok && wild {
		h, ok = r.hosts[registered(name)]
	}
	if !ok || (h.asset != "" && !r.estate.live(h.asset)) {
		return netip.Addr{}, ""
	}
	return r.addressOf(h)
}

// addressOf is where a name leads now: an asset's own name goes where the asset has gone.
func (r *Range) addressOf(h hostName) (a netip.Addr, cname string) {
	if h.asset != "" {
		if at := r.estate.place(h.asset); at.addr != h.addr {
			return at.addr, ""
		}
	}
	return h.addr, h.cname
}

// isName reports whether the name, or one below it, exists: a name between two others is empty but there (RFC 8020).
func (r *Range) isName(name string) bool {
	if a, cname := r.address(name); a.IsValid() || cname != "" {
		return true
	}
	if r.estate.publishedBelow(name) {
		return true
	}
	for _, n := range r.zones[registered(name)] {
		if h := r.hosts[n]; strings.HasSuffix(n, "."+name) && (h.asset == "" || r.estate.live(h.asset)) {
			return true
		}
	}
	return false
}

// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// A hostName is a name of the range: where it points to and what it serves.
type hostName struct {
	addr   netip.Addr
	cname  string
	asset  string // when not empty: the name exists only while this asset is registered
	serves http.Handler

	secureOnly bool // not at the port of plain HTTP
}

// name enters a host name while the range is built.
func (r *Range) name(n string, h hostName) {
	r.hosts[n] = h
	r.zones[registered(n)] = append(r.zones[registered(n)], n)
}

// buildHosts gives every name its address and what it serves.
func (r *Range) buildHosts() {
	exchange := func(n byte) netip.Addr { return netip.AddrFrom4([4]byte{127, 20, 0, n}) }
	r.name("data.exchange.test", hostName{addr: exchange(12), serves: r.bootstrap()})
	r.name("rdap.exchange.test", hostName{addr: exchange(11), serves: r.rdapNetworks()})
	r.name("ct.exchange.test", hostName{addr: exchange(13), serves: r.ct.handler()})
	for n, a := range r.stampers {
		r.name(a.Name+"-time.exchange.test", hostName{addr: exchange(byte(14 + n)), serves: a.handler()})
	}
	r.name("smarthost.exchange.test", hostName{addr: exchange(25)})
	r.name("count.tallyhouse.test", hostName{addr: exchange(20), serves: http.HandlerFunc(tally)})
	r.name("give.tallyhouse.test", hostName{addr: exchange(21), serves: http.HandlerFunc(give)})
	for i := range r.world.Providers {
		p := &r.world.Providers[i]
		own := p.at(atOwn)
		for n, ns := range []string{"ns1.", "ns2."} {
			r.name(ns+p.Domain, hostName{addr: p.at(byte(53 + n))})
		}
		r.name("mail."+p.Domain, hostName{addr: p.at(atMail)})
		r.name(p.Domain, hostName{addr: own, serves: r.site(p.Domain)})
		if p.Desk.API != "" {
			r.name("api."+p.Domain, hostName{addr: own, serves: r.desks[p.ID].api()})
		}
		if p.Kind == Registrar || p.Kind == Registry {
			r.name("rdap."+p.Domain, hostName{addr: own, serves: r.rdapNames(p.ID)})
		}
	}
	for i := range r.world.Assets {
		a := &r.world.Assets[i]
		n := a.hostname()
		if _, ok := r.hosts[n]; ok {
			continue
		}
		h := hostName{addr: a.Addr, serves: r.site(n)}
		if d, ok := r.world.domain(registered(n)); ok && !d.Shared {
			h.asset, h.secureOnly = a.ID, a.bulk
		}
		if a.Origin != "" {
			p, _ := r.world.provider(a.Host)
			h.cname = strings.ReplaceAll(n, ".", "-") + ".edge." + p.Domain
			r.name(h.cname, hostName{addr: a.Addr, serves: h.serves})
		}
		r.name(n, h)
	}
}

// names lists all host names in order.
func (r *Range) names() []string {
	out := make([]string, 0, len(r.hosts))
	for n := range r.hosts {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

func visitor(q *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(q.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}

// here finds what the address that was dialled serves under the name that was asked for.
func (r *Range) here(q *http.Request) (hostName, string, bool) {
	n := q.Host
	if h, _, err := net.SplitHostPort(n); err == nil {
		n = h
	}
	n = strings.ToLower(strings.TrimSuffix(n, "."))
	local, _ := q.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if local == nil {
		return hostName{}, n, false
	}
	here := local.AddrPort().Addr().Unmap()
	if t, ok := r.estate.takenBy(registered(n)); ok {
		by, _ := r.world.provider(t.by)
		return hostName{serves: r.afterlife(by)}, n, here == by.at(atShared)
	}
	h, ok := r.hosts[n]
	if _, wild := r.world.quirk(registered(n), "wildcard"); !ok && wild { // every name below shows the site
		h, ok = r.hosts[registered(n)]
	}
	if !ok || h.serves == nil || (h.asset != "" && !r.estate.live(h.asset)) {
		return h, n, false
	}
	at, cname := r.addressOf(h)
	if cname != "" { // an edge has the address that its own name has
		at = h.addr
	}
	return h, n, here == at
}

func (r *Range) serveHTTPS(w http.ResponseWriter, q *http.Request) {
	r.sign(w, q)
	h, _, ok := r.here(q)
	if !ok {
		http.Error(w, "No site of that name is served here.", http.StatusMisdirectedRequest)
		return
	}
	q.Body = http.MaxBytesReader(w, q.Body, maxBody)
	h.serves.ServeHTTP(w, q)
}

func (r *Range) serveHTTP(w http.ResponseWriter, q *http.Request) {
	r.sign(w, q)
	_, n, ok := r.here(q)
	if !ok {
		http.Error(w, "No site of that name is served here.", http.StatusNotFound)
		return
	}
	http.Redirect(w, q, "https://"+n+q.URL.RequestURI(), http.StatusPermanentRedirect)
}

// sign says whose server it is, and what time it has.
func (r *Range) sign(w http.ResponseWriter, q *http.Request) {
	name := r.serverName(q)
	w.Header().Set("Server", name)
	if ahead := r.ahead(name); ahead != 0 {
		w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
	}
}

func (r *Range) serverName(q *http.Request) string {
	if local, ok := q.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr); ok {
		if p := r.network(local.AddrPort().Addr().Unmap()); p != nil {
			return p.ID
		}
	}
	return "exchange"
}

// network is the provider in whose network an address lies; nil: nobody's.
func (r *Range) network(a netip.Addr) *Provider {
	if !a.Is4() {
		return nil
	}
	return r.networks[netip.PrefixFrom(a, 24).Masked()]
}

// certificate chooses by server name; without one, or with one that is not known, the site of the network's provider is shown.
func (r *Range) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if c := r.ca.forName(strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))); c != nil {
		return c, nil
	}
	if local, ok := hello.Conn.LocalAddr().(*net.TCPAddr); ok {
		if p := r.network(local.AddrPort().Addr().Unmap()); p != nil {
			return r.ca.forName(p.Domain), nil
		}
	}
	return nil, fmt.Errorf("choose certificate for %q: no such name in the range", hello.ServerName)
}

func tally(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript")
	fmt.Fprintln(w, "window.tallied=true;")
}

// give is the page of an account for donations, whoever's it is.
func give(w http.ResponseWriter, q *http.Request) {
	notice(w, 200, "Give", "Account "+strings.TrimPrefix(q.URL.Path, "/")+". This service is invented; nothing can be paid.")
}

func plainNotFound(w http.ResponseWriter) {
	http.Error(w, "There is no such page here.", http.StatusNotFound)
}

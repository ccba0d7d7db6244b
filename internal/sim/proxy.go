// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
)

// A proxy for browsers of people: it leads every name of the range to its place, and nothing anywhere else. Programs under test need none.

var proxyAddr = netip.AddrFrom4([4]byte{127, 20, 0, 80})

// Proxy is host:port of an HTTP proxy through which a browser lives in the range.
func (r *Range) Proxy() string { return netip.AddrPortFrom(proxyAddr, r.ports[80]).String() }

// forward serves CONNECT, and plain requests for http addresses.
func (r *Range) forward(w http.ResponseWriter, q *http.Request) {
	host, port, err := net.SplitHostPort(q.Host)
	if err != nil {
		host, port = q.Host, "80"
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if to, ok := r.ports[uint16(n)]; err == nil && ok {
		port = strconv.Itoa(int(to))
	}
	if isLoopback(host) {
		http.Error(w, "Only names of the range are served here.", http.StatusForbidden)
		return
	}
	out, err := r.dialName(q.Context(), vantages[0].Prefix.Addr().Next(), net.JoinHostPort(host, port))
	if err != nil {
		http.Error(w, "There is no such name in the range: "+host, http.StatusBadGateway)
		return
	}
	defer out.Close()
	if q.Method != http.MethodConnect {
		q.Header.Del("Proxy-Connection")
		q.Close = true
		if err := q.Write(out); err == nil {
			if c, buf, err := http.NewResponseController(w).Hijack(); err == nil {
				defer c.Close()
				buf.Flush()
				io.Copy(c, out)
			}
		}
		return
	}
	w.WriteHeader(http.StatusOK)
	in, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Copy(out, buf)
		out.Close()
	}()
	io.Copy(in, out)
	in.Close()
	<-done
}

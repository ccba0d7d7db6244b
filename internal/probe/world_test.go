// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"go.uber.org/goleak"

	"iolaus/internal/iru"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// web is an HTTP for tests on loopback: the standard client.
type web struct{ c *http.Client }

func (w web) Fetch(ctx context.Context, url, accept string) (int, http.Header, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("%w: %w", iru.Invalid, err)
	}
	r.Header.Set("Accept", accept)
	res, err := w.c.Do(r)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("%w: %w", iru.Unavailable, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
	return res.StatusCode, res.Header, b, err
}

func serve(t *testing.T, h http.Handler) (string, HTTP) {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL, web{s.Client()}
}

// nameServer answers with the records of a zone; names that start with "ill.", "long." or "other." misbehave.
func nameServer(t *testing.T, records ...string) string {
	t.Helper()
	zone := map[string][]dns.RR{}
	for _, r := range records {
		rr, err := dns.NewRR(r)
		if err != nil {
			t.Fatal(err)
		}
		zone[rr.Header().Name] = append(zone[rr.Header().Name], rr)
	}
	h := dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		name, kind := q.Question[0].Name, q.Question[0].Qtype
		for i := 0; i < 8; i++ {
			next := ""
			for _, rr := range zone[name] {
				if rr.Header().Rrtype == kind || rr.Header().Rrtype == dns.TypeCNAME {
					m.Answer = append(m.Answer, rr)
				}
				if c, ok := rr.(*dns.CNAME); ok && kind != dns.TypeCNAME {
					next = c.Target
				}
			}
			if next == "" {
				break
			}
			name = next
		}
		switch {
		case strings.HasPrefix(name, "ill."), strings.HasPrefix(name, "part.") && kind == dns.TypeMX:
			m.Rcode = dns.RcodeServerFailure
		case strings.HasPrefix(name, "long.") && w.RemoteAddr().Network() == "udp":
			m.Answer, m.Truncated = nil, true
		case zone[name] == nil:
			m.Rcode = dns.RcodeNameError
			m.Ns = zone["zone.test."]
		}
		if strings.HasPrefix(name, "other.") {
			m.Question = []dns.Question{{Name: "tram.test.", Qtype: kind, Qclass: dns.ClassINET}}
		}
		w.WriteMsg(m)
	})
	var pc net.PacketConn
	var l net.Listener
	for range 20 { // somebody else may have the one port of a pair
		var err error
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		if pc, err = net.ListenPacket("udp", l.Addr().String()); err == nil {
			break
		}
		l.Close()
	}
	if pc == nil {
		t.Fatal("no port is free for both")
	}
	for _, s := range []*dns.Server{{PacketConn: pc, Handler: h}, {Listener: l, Handler: h}} {
		up := make(chan struct{})
		s.NotifyStartedFunc = func() { close(up) }
		go s.ActivateAndServe()
		<-up
		t.Cleanup(func() { s.Shutdown() })
	}
	return pc.LocalAddr().String()
}

// wants asks for an error of one kind and no other.
func wants(t *testing.T, err, kind error) {
	t.Helper()
	n := 0
	for _, k := range []error{iru.Invalid, iru.NotFound, iru.Conflict, iru.Forbidden, iru.Unavailable, iru.Internal} {
		if errors.Is(err, k) {
			n++
		}
	}
	if !errors.Is(err, kind) || n != 1 {
		t.Errorf("error is %v, want one that is %v", err, kind)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/crypto/ssh"
)

func TestNamesOfAddresses(t *testing.T) {
	r := start(t, Options{})
	for a, want := range map[string]string{"127.20.6.11": "halcyon-weather.test.", "127.20.6.10": "h10.birchrack.test.", "127.20.9.10": "plain-weather.test.", "127.20.7.10": "h10.cedarbox.test.", "127.20.7.200": "h200.cedarbox.test."} {
		name, err := dns.ReverseAddr(a)
		if err != nil {
			t.Fatal(err)
		}
		m := ask(t, r.Resolver(), "udp", name, dns.TypePTR)
		if len(m.Answer) != 1 || m.Answer[0].(*dns.PTR).Ptr != want {
			t.Errorf("%s: %v", a, m)
			continue
		}
		if m := ask(t, r.Resolver(), "udp", want, dns.TypeA); len(m.Answer) != 1 || m.Answer[0].(*dns.A).A.String() != a {
			t.Errorf("%s leads to %v", want, m.Answer)
		}
	}
	for _, n := range []string{"1.2.0.192.in-addr.arpa.", "in-addr.arpa.", "20.127.in-addr.arpa.", "x.1.1.127.in-addr.arpa."} {
		if m := ask(t, r.Resolver(), "udp", n, dns.TypePTR); len(m.Answer) != 0 || m.Rcode == dns.RcodeSuccess {
			t.Errorf("%s: %v", n, m)
		}
	}
}

// A machine's shell server has a banner and a key that stay, and lets nobody in.
func TestShellServers(t *testing.T) {
	r := start(t, Options{})
	key := func(a string) (string, string) {
		var got ssh.PublicKey
		c := &ssh.ClientConfig{User: "root", Auth: []ssh.AuthMethod{ssh.Password("x")}, Timeout: 5 * time.Second,
			HostKeyCallback: func(_ string, _ net.Addr, k ssh.PublicKey) error { got = k; return nil }}
		if conn, err := ssh.Dial("tcp", fmt.Sprintf("%s:%d", a, r.Ports()[22]), c); err == nil {
			conn.Close()
			t.Error("somebody was let in")
		}
		if got == nil {
			t.Fatal("no host key")
		}
		s := sha256.Sum256(got.Marshal())
		n, err := net.Dial("tcp", net.JoinHostPort(a, fmt.Sprint(r.Ports()[22])))
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		b := make([]byte, 20)
		if _, err := n.Read(b); err != nil {
			t.Fatal(err)
		}
		return base64.RawStdEncoding.EncodeToString(s[:]), string(b)
	}
	one, banner := key("127.20.6.11")
	again, _ := key("127.20.6.11")
	other, _ := key("127.20.6.12")
	if one != again || one == other || !strings.HasPrefix(banner, "SSH-2.0-OpenSSH_") {
		t.Errorf("%s %s %s %q", one, again, other, banner)
	}
}

func TestOriginOfDelivery(t *testing.T) {
	r := start(t, Options{})
	s, o := call(t, r, "fernedge", http.MethodGet, "/v1/origin?target=https://www.halcyon-copy.test/", "", nil)
	if origin, _ := o["origin"].(map[string]any); s != 200 || origin["abuse"] != "abuse@cedarbox.test" {
		t.Errorf("%d %v", s, o)
	}
	if s, _ := call(t, r, "fernedge", http.MethodGet, "/v1/origin?target=https://halcyon-weather.test/", "", nil); s != 404 {
		t.Errorf("what it does not carry: %d", s)
	}
}

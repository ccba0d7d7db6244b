// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"iolaus/internal/iru"
)

func TestDNS(t *testing.T) {
	long := make([]string, 0, 100)
	for i := range 100 {
		long = append(long, fmt.Sprintf("long.test. 1 IN A 127.1.0.%d", i))
	}
	server := nameServer(t, append(long,
		"tram.test. 1 IN A 127.1.2.3", "tram.test. 1 IN A 127.1.2.4", "tram.test. 1 IN AAAA 2001:db8::7",
		"tram.test. 1 IN NS NS1.host.test.", "tram.test. 1 IN MX 10 mail.tram.test.", `tram.test. 1 IN TXT "v=spf1 " "-all"`,
		"tram.test. 1 IN SOA ns1.host.test. admin.tram.test. 77 1 1 1 1",
		"www.tram.test. 1 IN CNAME edge.cdn.test.", "edge.cdn.test. 1 IN CNAME tram.test.",
		"zone.test. 1 IN SOA ns.zone.test. x.zone.test. 5 1 1 1 1", "part.test. 1 IN A 127.1.2.9")...)
	addr := netip.MustParseAddr
	r := Resolver{Server: server, Local: addr("127.0.0.9"), Timeout: time.Second}
	for _, x := range []struct {
		name string
		want Answers
	}{
		{"Tram.test.", Answers{Name: "tram.test", A: []netip.Addr{addr("127.1.2.3"), addr("127.1.2.4")}, AAAA: []netip.Addr{addr("2001:db8::7")},
			NS: []string{"ns1.host.test"}, MX: []MX{{10, "mail.tram.test"}}, TXT: []string{"v=spf1 -all"},
			SOA: &SOA{"tram.test", "ns1.host.test", "admin.tram.test", 77}}},
		{"nobody.test", Answers{Name: "nobody.test", NXDomain: true, SOA: &SOA{"zone.test", "ns.zone.test", "x.zone.test", 5}}},
		{"part.test", Answers{Name: "part.test", A: []netip.Addr{addr("127.1.2.9")}, Failed: []string{"MX: SERVFAIL"}}},
	} {
		got, err := DNS(t.Context(), r, x.name)
		if err != nil {
			t.Fatal(err)
		}
		if got.Server != server || time.Since(got.At) > time.Minute {
			t.Error(got.Server, got.At)
		}
		if d := cmp.Diff(x.want, got, cmpopts.IgnoreFields(Answers{}, "Server", "At"), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
			t.Errorf("%s: %s", x.name, d)
		}
	}
	if got, err := DNS(t.Context(), r, "www.tram.test"); err != nil || len(got.A) != 2 || !cmp.Equal(got.CNAME, []string{"edge.cdn.test", "tram.test"}) {
		t.Errorf("%+v %v", got, err)
	}
	if got, err := DNS(t.Context(), r, "long.test"); err != nil || len(got.A) != mostRecords {
		t.Errorf("over TCP: %d records, %v", len(got.A), err)
	}
	got, err := DNS(t.Context(), r, "ill.test")
	wants(t, err, iru.Unavailable)
	if got.NXDomain || len(got.Failed) != len(asked) {
		t.Errorf("a server that fails says nothing of the name: %+v", got)
	}
	for _, bad := range []string{"", ".", "a b.test", strings.Repeat("a", 64) + ".test", "a..test", "\xff.test", "x@y.test"} {
		_, err := DNS(t.Context(), r, bad)
		wants(t, err, iru.Invalid)
	}
}

// A server that never answers, and one that answers with noise.
func TestDNSSilent(t *testing.T) {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	go func() {
		b := make([]byte, 1500)
		for n := 0; ; n++ {
			_, from, err := pc.ReadFrom(b)
			if err != nil {
				return
			}
			if n%2 == 0 {
				pc.WriteTo([]byte("\x00\x01noise"), from)
			}
		}
	}()
	_, err = DNS(t.Context(), Resolver{Server: pc.LocalAddr().String(), Timeout: 20 * time.Millisecond}, "tram.test")
	wants(t, err, iru.Unavailable)
}

// A server that answers, with the right identifier, questions that nobody asked.
func TestDNSOtherQuestion(t *testing.T) {
	server := nameServer(t, "other.tram.test. 1 IN A 127.1.2.3")
	_, err := DNS(t.Context(), Resolver{Server: server, Timeout: time.Second}, "other.tram.test")
	wants(t, err, iru.Unavailable)
}

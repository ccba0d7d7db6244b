// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"iolaus/internal/exhibit"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
)

// A server that names many hosts and writes a novel into its certificate still gets its manifest.
func TestManifestFits(t *testing.T) {
	at := time.Now()
	tape, err := OpenTape(t.TempDir(), exhibit.Info{Software: "iolaus/test"}, recordID, at)
	if err != nil {
		t.Fatal(err)
	}
	p := &Capture{camera: &Camera{Software: "iolaus/test", Client: &fetch.Client{}}, ask: Request{Address: "http://a.test/"}, tape: tape, facts: Facts{Title: "a\x01b\xff", Lang: strings.Repeat("x", 80)}}
	p.Sight.Observation = iru.Observation{At: at, Vantage: "north", Outcome: iru.Up}
	for n := range 150 {
		e := fetch.Exchange{URL: fmt.Sprintf("http://%s%d.test/", strings.Repeat("a", 200), n), TLS: &fetch.TLSInfo{Version: "TLS 1.3", Name: fmt.Sprint(n), Error: strings.Repeat("n\x01\xff", 20_000)}}
		for k := range 32 {
			e.Addresses = append(e.Addresses, netip.AddrFrom16([16]byte{0x20, 1, 15: byte(k)}))
		}
		tape.put(journalLine{}, e)
		p.Warnf("\x00 %s %d", strings.Repeat("\xff", 600), n)
	}
	if err := tape.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := p.manifest()
	if err != nil {
		t.Fatal(err)
	}
	m, err := exhibit.ParseManifest(b)
	if err != nil || len(m.Warnings) != 150 {
		t.Error(len(m.Warnings), err)
	}
}

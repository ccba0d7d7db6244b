// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package e2e

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"iolaus/internal/sim"
)

// TestSoakPartners has fifty mishaps at random moments of several days: kills and cut wires, of any of the three, while they agree, while they are
// released, and from the stage before T0 to the one after it.
func TestSoakPartners(t *testing.T) {
	sink, err := sim.StartSink(t.Context(), 10_000)
	ok(t, err)
	t.Cleanup(sink.Close)
	roots := filepath.Join(t.TempDir(), "sink.pem")
	ok(t, os.WriteFile(roots, sink.Authority(), 0o600))
	u, err := url.Parse(sink.Base())
	ok(t, err)
	_, port, err := net.SplitHostPort(u.Host)
	ok(t, err)
	d := newDay(t, uint64(time.Now().UnixNano()), fmt.Sprintf("[network]\nallow = [\"127.0.0.0/8\"]\nports = { %q = %s }\nroots = %q\npace = \"0s\"\n[mail]\nserver = %q\ntls = \"none\"\nfrom = \"Unit <referrals@unit.test>\"\n"+
		"domain = \"replies.unit.test\"\n[rules]\nverify = \"1h\"", port, port, roots, sink.SMTP()))
	v := &service{sink: sink, lead: 40 * time.Second, acts: 10, offer: map[*station]offer{}}
	d.serves = v
	for done, n := 0, 0; done < 50; n++ {
		for range 17 {
			s := d.all[d.random.IntN(len(d.all))]
			b := d.killing(s)
			if d.random.IntN(3) == 0 {
				b = d.cutting(s)
			}
			d.blows = append(d.blows, b)
			done++
		}
		d.play(fmt.Sprintf("Slow train %d", n+1))
		t.Logf("%d mishaps", done)
	}
	v.compare(d)
	d.compare()
}

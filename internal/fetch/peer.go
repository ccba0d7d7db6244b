// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bufio"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// known reports whether a connection comes from the user whose browser the proxy is for: what another user of the machine asks
// for is not to be found on the tape. Linux says who holds the other end (proc(5), /proc/net/tcp).
func (p *Proxy) known(conn net.Conn) bool {
	if p.o.User == 0 {
		return true
	}
	f, err := os.Open("/proc/net/tcp")
	if err != nil {
		return false
	}
	defer f.Close()
	want := hexEnd(endpoint(conn.RemoteAddr())) + " " + hexEnd(endpoint(conn.LocalAddr()))
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		w := strings.Fields(lines.Text())
		if len(w) > 7 && w[1]+" "+w[2] == want {
			n, err := strconv.Atoi(w[7])
			return err == nil && n == p.o.User
		}
	}
	return false
}

// hexEnd writes an IPv4 address and port as /proc/net/tcp has them.
func hexEnd(a netip.AddrPort) string {
	b := a.Addr().As4()
	return fmt.Sprintf("%02X%02X%02X%02X:%04X", b[3], b[2], b[1], b[0], a.Port())
}

// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"iolaus/internal/iru"
)

var loopback = netip.MustParsePrefix("127.0.0.0/8")

// guardAddr refuses every address and port that is not a literal in 127/8. Nothing in the range listens or dials without it.
func guardAddr(addr string) (netip.AddrPort, error) {
	ap, err := netip.ParseAddrPort(addr)
	if err != nil {
		return ap, iru.Refuse(iru.Invalid, fmt.Sprintf("%q is no literal address with a port", addr), "give one such as 127.0.0.1:2525")
	}
	if !ap.Addr().Is4() || !loopback.Contains(ap.Addr()) {
		return ap, iru.Refuse(iru.Forbidden, fmt.Sprintf("%s is outside 127/8, where the range lives", addr), "use a loopback address")
	}
	return ap, nil
}

// guardName refuses every host name outside .test (RFC 2606) and anything that is no host name.
func guardName(name string) (string, error) {
	n := strings.ToLower(strings.TrimSuffix(name, "."))
	if len(n) > 253 || (n != "test" && !strings.HasSuffix(n, ".test")) {
		return "", iru.Refuse(iru.Forbidden, fmt.Sprintf("%q is not a name under .test", name), "")
	}
	for label := range strings.SplitSeq(n, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "", iru.Refuse(iru.Invalid, fmt.Sprintf("%q is no host name", name), "")
		}
	}
	return n, nil
}

func listenTCP(addr string) (net.Listener, error) {
	if _, err := guardAddr(addr); err != nil {
		return nil, err
	}
	return net.Listen("tcp4", addr)
}

func listenUDP(addr string) (net.PacketConn, error) {
	if _, err := guardAddr(addr); err != nil {
		return nil, err
	}
	return net.ListenPacket("udp4", addr)
}

// dial connects from a source address of the range to a literal address. The control function checks once more what the kernel is
// about to be given.
func dial(ctx context.Context, from netip.Addr, addr string) (net.Conn, error) {
	if _, err := guardAddr(addr); err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: 3 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		_, err := guardAddr(address)
		return err
	}}
	if from.IsValid() {
		if !loopback.Contains(from) {
			return nil, iru.Refuse(iru.Forbidden, fmt.Sprintf("%s is outside 127/8", from), "")
		}
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))
	}
	return d.DialContext(ctx, "tcp4", addr)
}

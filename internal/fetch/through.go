// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// A Way is a proxy through which a vantage point looks. It is named by its address, so that nobody's name server can lead elsewhere.
type Way struct {
	Kind     string         // "http": CONNECT (RFC 9110, section 9.3.6); "socks5" (RFC 1928)
	At       netip.AddrPort // of the proxy
	User     string         // "" for none; RFC 7617 or RFC 1929
	Password string
}

// ParseWay reads http://ADDRESS:PORT or socks5://USER:PASSWORD@ADDRESS:PORT. The error wraps ErrAddress and holds no password.
func ParseWay(text string) (Way, error) {
	u, err := url.Parse(text)
	if err != nil {
		return Way{}, fmt.Errorf("read proxy: %w: it is no address such as socks5://192.0.2.7:1080", ErrAddress)
	}
	w := Way{Kind: u.Scheme, User: u.User.Username()}
	w.Password, _ = u.User.Password()
	if w.Kind != "http" && w.Kind != "socks5" {
		return Way{}, fmt.Errorf("read proxy: %w: %.20q is neither http nor socks5", ErrAddress, w.Kind)
	}
	if w.At, err = netip.ParseAddrPort(u.Host); err != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" {
		return Way{}, fmt.Errorf("read proxy: %w: it is named by address and port, such as %s://192.0.2.7:1080", ErrAddress, w.Kind)
	}
	if len(w.User) > 255 || len(w.Password) > 255 {
		return Way{}, fmt.Errorf("read proxy: %w: a name or password of more than 255 bytes", ErrAddress)
	}
	return w, nil
}

// String names the proxy without what opens it.
func (w Way) String() string { return w.Kind + "://" + w.At.String() }

// through connects to an address that the guard let pass, by way of the proxy. The proxy is told the address and never the name, so that it
// cannot resolve it otherwise. Which address it connects to in truth, from which of its own, and whether it reads along, only it knows.
func (c *Client) through(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	w := c.network.Proxy
	if err := c.guard.control(family(to.Addr()), to.String(), nil); err != nil {
		return nil, err
	}
	if c.network.Training() { // a training network never touches a real server, nor a proxy that could
		if err := c.guard.address(w.At.Addr()); err != nil {
			return nil, fmt.Errorf("proxy: %w", err)
		}
	}
	d := net.Dialer{Timeout: c.limits.Dial}
	if c.network.Local.IsValid() {
		d.LocalAddr = &net.TCPAddr{IP: c.network.Local.AsSlice()}
	}
	conn, err := d.DialContext(ctx, "tcp", w.At.String())
	if err != nil {
		return nil, fmt.Errorf("proxy %s: %w", w, err)
	}
	_ = conn.SetDeadline(time.Now().Add(c.limits.Dial))
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(past) })
	ask := w.connect
	if w.Kind == "socks5" {
		ask = w.socks
	}
	if err = ask(conn, to); err == nil && !stop() {
		err = ctx.Err()
	}
	if err != nil {
		stop()
		conn.Close()
		return nil, fmt.Errorf("proxy %s: %w", w, err)
	}
	return conn, conn.SetDeadline(time.Time{})
}

func family(a netip.Addr) string {
	if a.Is4() {
		return "tcp4"
	}
	return "tcp6"
}

// maxProxyHead is how long what a proxy says before it is silent may be, in bytes.
const maxProxyHead = 8 << 10

// connect asks a proxy of HTTP.
func (w Way) connect(conn net.Conn, to netip.AddrPort) error {
	head := fmt.Sprintf("CONNECT %s HTTP/1.1\r\nHost: %s\r\n", to, to)
	if w.User != "" {
		head += "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(w.User+":"+w.Password)) + "\r\n"
	}
	if _, err := io.WriteString(conn, head+"\r\n"); err != nil {
		return err
	}
	in := bufio.NewReaderSize(&io.LimitedReader{R: conn, N: maxProxyHead}, maxProxyHead)
	res, err := http.ReadResponse(in, &http.Request{Method: http.MethodConnect})
	if err != nil {
		return fmt.Errorf("it answered nothing that is HTTP: %w", err)
	}
	_ = res.Body.Close()
	switch {
	case res.StatusCode/100 != 2:
		return fmt.Errorf("it does not connect to %v: %d", to, res.StatusCode)
	case in.Buffered() > 0: // servers of HTTP and TLS are silent until they are asked
		return errors.New("it says more than was asked")
	}
	return nil
}

// socks asks a proxy of SOCKS 5.
func (w Way) socks(conn net.Conn, to netip.AddrPort) error {
	const version, plain, password = 5, 0, 2
	method := byte(plain)
	if w.User != "" {
		method = password
	}
	b := make([]byte, 262)
	talk := func(say []byte, hear int) error {
		if _, err := conn.Write(say); err != nil {
			return err
		}
		_, err := io.ReadFull(conn, b[:hear])
		return err
	}
	if err := talk([]byte{version, 1, method}, 2); err != nil {
		return err
	}
	if b[0] != version || b[1] != method {
		return fmt.Errorf("it is no SOCKS 5, or wants another way to sign in (%d)", b[1])
	}
	if method == password {
		say := append([]byte{1, byte(len(w.User))}, w.User...)
		say = append(append(say, byte(len(w.Password))), w.Password...)
		if err := talk(say, 2); err != nil {
			return err
		}
		if b[1] != 0 {
			return errors.New("it does not take the name and password")
		}
	}
	say := []byte{version, 1, 0, 1} // connect, to an IPv4 address
	if to.Addr().Is6() {
		say[3] = 4
	}
	say = append(say, to.Addr().AsSlice()...)
	if err := talk(append(say, byte(to.Port()>>8), byte(to.Port())), 4); err != nil {
		return err
	}
	if b[0] != version || b[1] != 0 {
		return fmt.Errorf("it does not connect to %v: answer %d of RFC 1928", to, b[1])
	}
	rest := map[byte]int{1: 4, 4: 16}[b[3]]
	if b[3] == 3 { // a name, whose length comes first
		if _, err := io.ReadFull(conn, b[:1]); err != nil {
			return err
		}
		rest = int(b[0])
	}
	if rest == 0 {
		return errors.New("it answers with no address")
	}
	_, err := io.ReadFull(conn, b[:rest+2])
	return err
}

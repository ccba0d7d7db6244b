// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bufio"
	"net"
	"time"
)

// A batchListener gives connections that say what they have to say when everything that came in is read: as servers answer several commands of one packet in
// one packet (RFC 2920, section 3.2).
type batchListener struct{ net.Listener }

func (l batchListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &batchConn{Conn: c, in: bufio.NewReaderSize(c, 64<<10)}, nil
}

// One goroutine reads and writes a batchConn.
type batchConn struct {
	net.Conn
	in  *bufio.Reader
	out []byte
}

func (c *batchConn) Read(p []byte) (int, error) {
	if c.in.Buffered() == 0 {
		if err := c.flush(); err != nil {
			return 0, err
		}
	}
	return c.in.Read(p)
}

func (c *batchConn) Write(p []byte) (int, error) {
	c.out = append(c.out, p...)
	return len(p), nil
}

func (c *batchConn) flush() error {
	if len(c.out) == 0 {
		return nil
	}
	_, err := c.Conn.Write(c.out)
	c.out = c.out[:0]
	return err
}

func (c *batchConn) Close() error {
	_ = c.SetWriteDeadline(time.Now().Add(time.Second)) // TLS sets it to now when it has said goodbye
	_ = c.flush()                                       // who hung up does not hear it
	return c.Conn.Close()
}

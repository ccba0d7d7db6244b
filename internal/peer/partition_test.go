// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"context"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"testing"
)

// cut is a connection that breaks after so many bytes, whichever way they go.
type cut struct {
	net.Conn
	left atomic.Int64
}

func (c *cut) pass(n int, err error) (int, error) {
	if c.left.Add(-int64(n)) <= 0 {
		c.Conn.Close()
		return n, net.ErrClosed
	}
	return n, err
}

func (c *cut) Read(p []byte) (int, error)  { return c.pass(c.Conn.Read(p)) }
func (c *cut) Write(p []byte) (int, error) { return c.pass(c.Conn.Write(p)) }

// The line breaks again and again, at any byte, also after the partner took a batch and before it said so. In the end everything is there
// once and in order.
func TestBrokenLines(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	breaks := 0
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		x := &cut{Conn: c}
		x.left.Store(2000 + chance.Int64N(20000))
		breaks++
		return x, nil
	}
	a, s, c, to := pair(t, Limits{Burst: 1e9}, Options{Dial: dial})
	sealed := chain(t, a, to, 200, "fog on platform two")
	last := Mark{1, 200, Digest(sealed[199])}
	digest := func(seq uint64) ([32]byte, bool) { return Digest(sealed[seq-1]), true }
	var arrived Mark
	for try := 0; arrived != last; try++ {
		if try > 2000 {
			t.Fatalf("after %d tries %d have arrived", try, arrived.Seq)
		}
		theirs, err := c.Last(t.Context(), to)
		if err != nil {
			continue
		}
		after, back, err := Resume(last, arrived, theirs, digest)
		if err != nil || back {
			t.Fatalf("%+v, %+v: %v, %v", arrived, theirs, back, err)
		}
		arrived = theirs
		if after < last.Seq {
			c.Send(t.Context(), to, sealed[after:min(after+20, last.Seq)]) // whatever it says, the partner's mark is asked for
		}
	}
	s.do(func() {
		if len(s.taken) != 200 || breaks < 10 {
			t.Fatalf("%d were taken over %d lines", len(s.taken), breaks)
		}
		for i, m := range s.taken {
			if m.Seq != uint64(i+1) {
				t.Fatalf("message %d is at place %d", m.Seq, i)
			}
		}
		t.Logf("%d lines broke, %d messages came again", breaks, s.again)
	})
}

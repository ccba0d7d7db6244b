// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
)

func TestFloodIsRefusedAndTold(t *testing.T) {
	a, s, c, to := pair(t, Limits{Rate: 0.001, Burst: 3}, Options{})
	sealed := chain(t, a, to, 1, "fog")
	for range 3 {
		if _, err := c.Send(t.Context(), to, sealed); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		_, err := c.Send(t.Context(), to, sealed)
		var told *Trouble
		if !errors.Is(err, Flood) || !errors.Is(err, iru.Unavailable) || !errors.As(err, &told) || told.Retry != MostRetry { // it asks for a quarter of an hour
			t.Fatalf("the fourth: %v, %+v", err, told)
		}
	}
	s.do(func() {
		if s.again != 2 || len(s.floods) != 1 || s.floods[0].Requests != 1 || s.floods[0].Since.IsZero() {
			t.Errorf("%d were taken again; told were %+v", s.again, s.floods)
		}
	})
}

// One partner's flood does not keep another out, and its end is told too.
func TestGate(t *testing.T) {
	l := Limits{Rate: 2, Burst: 4, ByteRate: 100, ByteBurst: 1000, Concurrent: 2}.withDefaults()
	now := noon
	g := newGate(l, now)
	in := func(size float64) (time.Duration, *Flooding) {
		w, r := g.enter(now, size)
		if w == 0 {
			g.leave()
		}
		return w, r
	}
	for i, x := range []struct {
		after time.Duration
		size  float64
		wait  time.Duration
		told  int
	}{
		{0, 100, 0, 0}, {0, 100, 0, 0}, {0, 100, 0, 0}, {0, 100, 0, 0},
		{0, 1, time.Second, 1},                         // no requests left
		{0, 1, time.Second, 0}, {0, 1, time.Second, 0}, // counted, and told later
		{10 * time.Second, 1000, 0, 0},              // full again
		{0, 1000, 10 * time.Second, 0},              // no bytes left
		{-time.Hour, 1000, 10 * time.Second, 3 + 1}, // a clock that was set back gives nothing
		{20 * time.Second, 1 << 40, 0, 0},           // more than the bucket holds is the whole bucket
		{time.Minute, 1, 0, 0},
	} {
		now = now.Add(x.after)
		w, r := in(x.size)
		told := 0
		if r != nil {
			told = r.Requests
		}
		if w != x.wait || told != x.told {
			t.Errorf("%d: wait %v, told %d; want %v, %d", i, w, told, x.wait, x.told)
		}
	}
	g.enter(now, 0)
	g.enter(now, 0)
	if w, _ := g.enter(now, 0); w == 0 {
		t.Error("three at the same time, where two are agreed on")
	}
	g.leave()
	if w, _ := g.enter(now, 0); w != 0 {
		t.Error("two at the same time are too many")
	}
}

// raw opens a TLS connection with a partner's key and writes what it is told.
func raw(t *testing.T, id Identity, to Card, text string) (*http.Response, error) {
	t.Helper()
	conf, err := clientTLS(id, to)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := tls.Dial("tcp", strings.TrimPrefix(to.URL, "https://"), conf)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	io.WriteString(conn, text)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(resp.Body)
	b, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(strings.NewReader(string(b)))
	return resp, err
}

func TestRequestsThatAreNone(t *testing.T) {
	a, s, _, to := pair(t, Limits{Timeout: 300 * time.Millisecond}, Options{})
	post := "POST /peer/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/vnd.iolaus.peer-batch\r\n"
	for name, x := range map[string]struct {
		text   string
		status int
		fault  string
	}{
		"no length":        {post + "Transfer-Encoding: chunked\r\n\r\n3\r\nfog\r\n0\r\n\r\n", 413, "too_large"},
		"too long":         {post + fmt.Sprintf("Content-Length: %d\r\n\r\n", MaxBatchSize+1), 413, "too_large"},
		"no batch":         {post + "Content-Length: 3\r\n\r\nfog", 400, "malformed"},
		"empty":            {post + "Content-Length: 0\r\n\r\n", 400, "malformed"},
		"half a batch":     {post + "Content-Length: 26\r\n\r\niolaus/peer/batch/v1\n\x00\x00\x00\x02\x00", 400, "truncated"},
		"another type":     {"POST /peer/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nfog", 400, "malformed"},
		"a slow body":      {post + "Content-Length: 1000\r\n\r\nfog", 400, "truncated"},
		"another path":     {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 404, ""},
		"another method":   {"DELETE /peer/v1/mark HTTP/1.1\r\nHost: x\r\n\r\n", 405, ""},
		"a body of a mark": {"GET /peer/v1/mark HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nfog", 200, ""},
		"long headers":     {"GET /peer/v1/mark HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("fog", 10000) + "\r\n\r\n", 431, ""},
	} {
		resp, err := raw(t, a, to, x.text)
		if err != nil || resp.StatusCode != x.status {
			t.Errorf("%s: %+v, %v", name, resp, err)
			continue
		}
		b, _ := io.ReadAll(resp.Body)
		if x.fault != "" && !strings.Contains(string(b), `"fault":"`+x.fault+`"`) {
			t.Errorf("%s: %s", name, b)
		}
	}
	if len(s.taken) != 0 {
		t.Error("something was taken")
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	a, s, _, to := pair(t, Limits{Connections: 3, PerAddress: 2}, Options{})
	dial := func(from string) net.Conn {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		c, err := d.Dial("tcp", strings.TrimPrefix(to.URL, "https://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	// greet is the handshake of a partner: the server got to it, or it closed the line at once.
	greet := func(c net.Conn) error {
		conf, err := clientTLS(a, to)
		if err != nil {
			t.Fatal(err)
		}
		c.SetDeadline(time.Now().Add(20 * time.Second))
		return tls.Client(c, conf).Handshake()
	}
	good := func(from string) net.Conn {
		t.Helper()
		c := dial(from)
		if err := greet(c); err != nil {
			t.Fatalf("from %s: %v", from, err)
		}
		return c
	}
	bad := func(from string) {
		t.Helper()
		if err := greet(dial(from)); err == nil {
			t.Errorf("one too many from %s", from)
		}
	}
	first := good("127.0.0.2")
	good("127.0.0.2")
	bad("127.0.0.2") // the third from one address
	good("127.0.0.3")
	bad("127.0.0.4") // the fourth in all
	first.Close()
	for greet(dial("127.0.0.4")) != nil { // the server sees it a little later
	}
	bad("127.0.0.4")
	if len(s.taken) != 0 {
		t.Error("something was taken")
	}
}

// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/mail"
	"net/netip"
	netsmtp "net/smtp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"iolaus/internal/sandbox"
)

func TestMain(m *testing.M) {
	sandbox.Main() // sounds are fingerprinted in cells
	goleak.VerifyTestMain(m)
}

func start(t testing.TB, opt Options) *Range {
	t.Helper()
	r, err := Start(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// A visitor's client knows nothing of the range but what a program is given: the resolver, the roots and the ports.
func client(t testing.TB, r *Range, from string) *http.Client {
	t.Helper()
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, r.Resolver())
	}}
	ports := map[string]uint16{"80": r.Ports()[80], "443": r.Ports()[443]}
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: r.Roots()}, DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
			host, port, err := net.SplitHostPort(addr)
			if err != nil {
				return nil, err
			}
			ips, err := resolver.LookupNetIP(ctx, "ip4", host+".")
			if err != nil {
				return nil, err
			}
			d := net.Dialer{}
			if from != "" {
				d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(from)}
			}
			return d.DialContext(ctx, "tcp", fmt.Sprintf("%s:%d", ips[0], ports[port]))
		}}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// get gives status 0 for a name that does not exist.
func get(t testing.TB, c *http.Client, url string) (int, http.Header, string) {
	t.Helper()
	resp, err := c.Get(url)
	var missing *net.DNSError
	if errors.As(err, &missing) && missing.IsNotFound {
		return 0, nil, ""
	}
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	return resp.StatusCode, resp.Header, string(b)
}

func status(t testing.TB, c *http.Client, url string) int {
	t.Helper()
	s, _, _ := get(t, c, url)
	return s
}

// An inbox is a small SMTP server written by hand, so that the range's client is not tested against its own library.
type inbox struct {
	addr string
	mu   sync.Mutex
	got  []*mail.Message
	text []string
	busy int // this many transactions are first refused for a while
}

func newInbox(t testing.TB) *inbox {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	in := &inbox{addr: l.Addr().String()}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { in.session(c) })
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return in
}

func (in *inbox) session(c net.Conn) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	b := bufio.NewReader(c)
	fmt.Fprint(c, "220 unit.test\r\n")
	for {
		line, err := b.ReadString('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(strings.TrimSpace(line)); {
		case verb == "DATA":
			fmt.Fprint(c, "354 go on\r\n")
			var body bytes.Buffer
			for {
				l, err := b.ReadString('\n')
				if err != nil {
					return
				}
				if l == ".\r\n" {
					break
				}
				body.WriteString(strings.TrimPrefix(l, "."))
			}
			m, err := mail.ReadMessage(&body)
			if err != nil {
				fmt.Fprint(c, "554 unreadable\r\n")
				continue
			}
			text, err := io.ReadAll(m.Body)
			if err != nil {
				return
			}
			in.mu.Lock()
			refuse := in.busy > 0
			if in.busy > 0 {
				in.busy--
			} else {
				in.got = append(in.got, m)
				in.text = append(in.text, string(text))
			}
			in.mu.Unlock()
			if refuse {
				fmt.Fprint(c, "451 try later\r\n")
			} else {
				fmt.Fprint(c, "250 taken\r\n")
			}
		case verb == "QUIT":
			fmt.Fprint(c, "221 bye\r\n")
			return
		case strings.HasPrefix(verb, "EHLO"), strings.HasPrefix(verb, "MAIL"), strings.HasPrefix(verb, "RCPT"), verb == "RSET", verb == "NOOP":
			fmt.Fprint(c, "250 ok\r\n")
		default:
			fmt.Fprint(c, "500 what\r\n")
		}
	}
}

func (in *inbox) messages() []*mail.Message {
	in.mu.Lock()
	defer in.mu.Unlock()
	return append([]*mail.Message(nil), in.got...)
}

// await waits for an answer with the event on the reference.
func (in *inbox) await(t testing.TB, reference, event string) *mail.Message {
	t.Helper()
	var found *mail.Message
	eventually(t, "answer "+event+" on "+reference, func() bool {
		for _, m := range in.messages() {
			if m.Header.Get("X-Desk-Event") == event && strings.Contains(m.Header.Get("Subject"), reference) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

func eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if f() {
			return
		}
	}
	t.Fatalf("not in ten seconds: %s", what)
}

// letter writes a notice as a plain mail.
func letter(to, id, reference, instrument string, extra ...string) []byte {
	return []byte("From: unit@unit.test\r\nReply-To: reply+7@unit.test\r\nTo: " + to + "\r\nSubject: Notice [" + reference + "]\r\nMessage-ID: <" + id +
		"@unit.test>\r\nX-Iolaus-Reference: " + reference + "\r\nX-Iolaus-Instrument: " + instrument + "\r\n" + strings.Join(extra, "\r\n") +
		"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease look at the address above.\r\n")
}

func post(t testing.TB, r *Range, to string, message []byte) error {
	t.Helper()
	return mailTo(r.Smarthost(), r.Roots(), to, message)
}

// mailTo hands a message over, with STARTTLS when roots are given.
func mailTo(server string, roots *x509.CertPool, to string, message []byte) error {
	c, err := netsmtp.Dial(server)
	if err != nil {
		return err
	}
	defer c.Close()
	if roots != nil {
		host, _, _ := strings.Cut(server, ":")
		if err := c.StartTLS(&tls.Config{RootCAs: roots, ServerName: host}); err != nil {
			return err
		}
	}
	if err := c.Mail("unit@unit.test"); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(message); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return c.Quit()
}

func send(t testing.TB, r *Range, desk, id, reference string, i Instrument, targets ...string) {
	t.Helper()
	to := "abuse@" + desk + ".test"
	if err := post(t, r, to, letter(to, id, reference, string(i), "X-Iolaus-Target: "+strings.Join(targets, "\r\n "))); err != nil {
		t.Fatal(err)
	}
}

// call makes a request to a desk's API.
func call(t testing.TB, r *Range, desk, method, path, key string, body any) (int, map[string]any) {
	t.Helper()
	w := r.World()
	p, _ := w.provider(desk)
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	q, err := http.NewRequest(method, p.Desk.API+path, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+p.Desk.Token)
	q.Header.Set("Idempotency-Key", key)
	resp, err := client(t, r, "").Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, out
}

func (t Truth) asset(id string) AssetTruth {
	for _, a := range t.Assets {
		if a.ID == id {
			return a
		}
	}
	return AssetTruth{}
}

func (a AssetTruth) last() Span {
	if len(a.Spans) == 0 {
		return Span{Effect: "never up"}
	}
	return a.Spans[len(a.Spans)-1]
}

func (t Truth) notices(desk string) []NoticeTruth {
	for _, d := range t.Desks {
		if d.Provider == desk {
			return d.Notices
		}
	}
	return nil
}

var anywhere = netip.MustParseAddr("127.0.0.1")

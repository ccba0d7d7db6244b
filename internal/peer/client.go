// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"regexp"
	"strconv"
	"sync"
	"time"

	"iolaus/internal/iru"
)

// Options of a client. A zero value means the default.
type Options struct {
	Now     func() time.Time                                                  // time.Now
	Dial    func(ctx context.Context, network, addr string) (net.Conn, error) // a net.Dialer with 10 seconds
	Timeout time.Duration                                                     // of one request, besides a second for each 16 KiB; 30 seconds
}

// Client sends to partners and keeps a connection to each. It is for use by many at the same time.
type Client struct {
	id      Identity
	options Options
	mu      sync.Mutex
	to      map[string]*line
}

// line is what the client keeps of one card.
type line struct {
	http  *http.Client
	clock clock
}

// NewClient makes a client that shows the identity's key.
func NewClient(id Identity, o Options) *Client {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: 10 * time.Second}).DialContext
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	return &Client{id: id, options: o, to: map[string]*line{}}
}

// As gives a client that shows another identity's key, and is otherwise the same. Its connections are its own.
func (c *Client) As(id Identity) *Client { return NewClient(id, c.options) }

// MostRetry is how long a client waits at most when it is told to: on the day of an operation nobody waits for an hour.
const MostRetry = 5 * time.Minute

// Trouble is what a partner answered instead of taking everything.
type Trouble struct {
	Fault  Fault
	Detail string        // the partner's words, for a person; nothing in them is to be believed
	Mark   *Mark         // what the partner has, if it said so
	Retry  time.Duration // wait so long before the next try, at most MostRetry; 0 if the partner did not say
}

func (t *Trouble) Error() string {
	return fmt.Sprintf("the partner answered %s: %s", string(t.Fault), t.Fault.Error())
}

// Unwrap gives the fault.
func (t *Trouble) Unwrap() error { return t.Fault }

// Send hands over sealed messages in their order, in as many requests as it takes, and gives the mark of the last one that is durable at
// the partner. With an error the mark is that of what the partner has by its last answer, or zero. Errors: a *Trouble, Pin,
// Stranger, Lost, Malformed.
func (c *Client) Send(ctx context.Context, to Card, sealed [][]byte) (Mark, error) {
	var have Mark
	for len(sealed) > 0 {
		body, n := EncodeBatch(sealed)
		m, err := c.do(ctx, to, http.MethodPost, pathMessages, body)
		if m != nil {
			have = *m
		}
		if err != nil {
			return have, fmt.Errorf("send messages: %w", err)
		}
		sealed = sealed[n:]
	}
	return have, nil
}

// Last asks a partner which message of ours is the last that it has. Errors as of Send.
func (c *Client) Last(ctx context.Context, to Card) (Mark, error) {
	m, err := c.do(ctx, to, http.MethodGet, pathMark, nil)
	if err != nil {
		return Mark{}, fmt.Errorf("ask partner: %w", err)
	}
	return *m, nil
}

// Skew is how far the partner's clock is off by what its last answers say; false if it has not answered yet.
func (c *Client) Skew(to Card) (Skew, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l := c.to[to.signed()]; l != nil {
		return l.clock.best()
	}
	return Skew{}, false
}

// Close ends idle connections.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.to {
		l.http.CloseIdleConnections()
	}
	clear(c.to)
}

func (c *Client) line(to Card) (*line, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := to.signed()
	if l := c.to[key]; l != nil {
		return l, nil
	}
	conf, err := clientTLS(c.id, to)
	if err != nil {
		return nil, err
	}
	l := &line{http: &http.Client{
		Transport: &http.Transport{
			DialContext: c.options.Dial, TLSClientConfig: conf, TLSHandshakeTimeout: 10 * time.Second, MaxIdleConnsPerHost: 2,
			ExpectContinueTimeout: 10 * time.Second, IdleConnTimeout: 90 * time.Second, MaxResponseHeaderBytes: 8 << 10, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	c.to[key] = l
	return l, nil
}

// do makes one request. The mark is set if the partner gave one, also with an error.
func (c *Client) do(ctx context.Context, to Card, method, path string, body []byte) (*Mark, error) {
	if err := to.check(); err != nil {
		return nil, err
	}
	l, err := c.line(to)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, within(c.options.Timeout, int64(len(body))))
	defer stop()
	sent := &stamp{now: c.options.Now}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: sent.set})
	r, err := http.NewRequestWithContext(ctx, method, to.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", iru.Internal, err)
	}
	if body != nil {
		r.Header.Set("Content-Type", batchType)
		r.Header.Set("Expect", "100-continue") // a refusal comes before the body is on its way
	}
	r.Header.Set("User-Agent", "iolaus-peer/1")
	id := c.id.ID()
	r.Header.Set(idHeader, hex.EncodeToString(id[:]))
	resp, err := l.http.Do(r)
	if err != nil {
		return nil, lost(err)
	}
	arrived := c.options.Now()
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, lost(err)
	}
	if len(b) > maxAnswer {
		return nil, wrong("read answer", TooLarge, "more than %d bytes", maxAnswer)
	}
	a, err := readAnswer(b)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	l.clock.add(skewOf(sent.get(), a.Received, a.Answered, arrived))
	c.mu.Unlock()
	var mark *Mark
	if a.Mark != nil || a.Fault == "" {
		m, err := a.Mark.mark()
		if err != nil {
			return nil, err
		}
		mark = &m
	}
	if a.Fault == "" && resp.StatusCode == http.StatusOK {
		return mark, nil
	}
	t := &Trouble{Fault: a.Fault, Detail: a.Detail, Mark: mark}
	if t.Fault == "" || errors.Is(t.Fault.Unwrap(), iru.Internal) { // a word that only a later version knows
		t.Fault = Refused
	}
	if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
		t.Retry = time.Duration(min(s, int(MostRetry/time.Second))) * time.Second
	}
	return mark, t
}

// refusal is the alert of a server that does not take our key; package tls gives no other sign of it.
var refusal = regexp.MustCompile(`remote error: tls: (bad certificate|unknown certificate|certificate required|access denied)`)

// lost tells why there is no answer. A server that does not know our key says so only after the handshake, by an alert.
func lost(err error) error {
	switch f := FaultOf(err); {
	case f != "":
		return err
	case refusal.MatchString(err.Error()):
		return fmt.Errorf("%w: %w", Stranger, err)
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("%w: %w", iru.Unavailable, err)
	}
	return fmt.Errorf("%w: %w", Lost, err)
}

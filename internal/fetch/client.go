// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// A Client asks web servers from one vantage point. It is safe for use by many at once.
type Client struct {
	network Network
	limits  Limits
	pace    *Politeness
	agent   string
	guard   *guard
	first   func(netip.Addr) error // the guard's word when a name was resolved; its last one is the dialer's
}

// New makes a client. A nil Politeness keeps no pace and reads no robots files; agent is the User-Agent header, which should
// say who asks unless the unit's law allows otherwise.
func New(n Network, l Limits, p *Politeness, agent string) *Client {
	g := newGuard(n)
	return &Client{network: n, limits: l.filled(), pace: p, agent: headerText(agent), guard: g, first: g.address}
}

// Network tells from where the client looks.
func (c *Client) Network() Network { return c.network }

// An Option changes one Get.
type Option func(*request)

type request struct {
	accept string
	prefix int64
	stay   bool
	plain  bool // neither pace nor robots: for the robots file itself
	keep   bool // the connection, for a session
	prompt bool
	memory int64 // bytes of a body that are kept in memory; 0 keeps all
	folder string
	follow func(next string) bool // nil follows every redirect
}

// Accept asks for a media type.
func Accept(media string) Option { return func(r *request) { r.accept = headerText(media) } }

// Prefix reads only the first n bytes of the body and hangs up. That is no failure: Truncated says "length", the error is nil.
func Prefix(n int64) Option { return func(r *request) { r.prefix = n } }

// NoRedirect takes the first answer, whatever it is.
func NoRedirect() Option { return func(r *request) { r.stay = true } }

// Spooled keeps the first bytes of each body in memory and what follows in Exchange.Rest, whose file lies in a folder ("" is the
// system's). The body is then at most so many bytes of what was unpacked, and the record is whole. Who takes the response closes the
// Rest of its exchanges. For a Session.
func Spooled(memory int64, folder string) Option {
	return func(r *request) { r.memory, r.folder = memory, folder }
}

// Promptly waits for no pace: a host that is not due yet is told as a *Later at once.
func Promptly() Option { return func(r *request) { r.prompt = true } }

// Follow is asked with each address that a redirect leads to; where it says no, the redirect is the answer. A redirect that comes
// with a cookie is followed unasked, since the address behind it may answer differently to who has been there.
func Follow(f func(next string) bool) Option { return func(r *request) { r.follow = f } }

// Get asks for one address and follows redirects. The response is never nil: with an error it holds the exchanges up to it and,
// for ErrTooLarge, ErrTimeout and ErrProtocol, what had come of the last answer. A status such as 404 is no error. Cookies live
// for one Get; nothing secret is ever sent. Errors: the Err values of this package.
func (c *Client) Get(ctx context.Context, address string, opts ...Option) (*Response, error) {
	return c.get(ctx, address, c.exchange, opts)
}

// An exchanger asks once; package fetch has one with a connection for each exchange and one that keeps them.
type exchanger func(ctx context.Context, u *url.URL, ask request, jar http.CookieJar) (*answer, error)

func (c *Client) get(ctx context.Context, address string, exchange exchanger, opts []Option) (*Response, error) {
	ask := request{accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
	for _, o := range opts {
		o(&ask)
	}
	res := &Response{URL: address, Final: address}
	ctx, cancel := context.WithTimeout(ctx, c.limits.Total)
	defer cancel()
	var jar http.CookieJar // made when a cookie comes
	next, err := parse(address)
	for hop := 0; err == nil; hop++ {
		if hop > c.limits.Redirects {
			return res, fmt.Errorf("get %s: %w: %d, last to %s", address, ErrRedirects, hop, next)
		}
		res.Final = next.String()
		if err = c.permit(ctx, next, ask); err != nil {
			break
		}
		var got *answer
		got, err = exchange(ctx, next, ask, jar)
		res.take(got)
		if err != nil {
			break
		}
		if jar, err = remember(jar, next, got.header); err != nil {
			break
		}
		c.pace.note(ctx, next.Host, got.status, got.header, time.Now())
		if !got.leads() {
			return res, nil
		}
		next, err = forward(next, got.header.Get("Location"))
		if err == nil && ask.follow != nil && jar == nil && !ask.follow(next.String()) {
			return res, nil
		}
	}
	return res, fmt.Errorf("get %s: %w", address, err)
}

// remember puts the cookies of an answer into a jar, which it makes for the first ones.
func remember(jar http.CookieJar, u *url.URL, h http.Header) (http.CookieJar, error) {
	if len(h["Set-Cookie"]) == 0 {
		return jar, nil
	}
	if jar == nil {
		j, err := cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List})
		if err != nil {
			return nil, err
		}
		jar = j
	}
	jar.SetCookies(u, (&http.Response{Header: h}).Cookies())
	return jar, nil
}

// Fetch is Get in the form that package probe asks for. A body that is not whole is an error.
func (c *Client) Fetch(ctx context.Context, address, accept string) (int, http.Header, []byte, error) {
	r, err := c.Get(ctx, address, Accept(accept))
	return r.Status, r.Header, r.Body, err
}

// TLS connects to port 443 of a host and returns what the handshake showed; nothing is asked. Errors as Get.
func (c *Client) TLS(ctx context.Context, host string) (*TLSInfo, netip.AddrPort, error) {
	ctx, cancel := context.WithTimeout(ctx, c.limits.Total)
	defer cancel()
	u, err := parse("https://" + host + "/")
	if err != nil {
		return nil, netip.AddrPort{}, err
	}
	e := &Exchange{URL: u.String(), Vantage: c.network.Name, Start: time.Now()}
	conn, err := c.connect(ctx, u, e)
	if err != nil {
		return e.TLS, e.Remote, fmt.Errorf("handshake with %s: %w", host, err)
	}
	conn.Close()
	return e.TLS, e.Remote, nil
}

// Reserve takes what is asked of many servers soon from the pace that is shared with others, all at once. It waits for nothing and fails at
// nothing: what it could not reserve is asked for when its turn comes.
func (c *Client) Reserve(ctx context.Context, addresses []string) {
	if c.pace == nil || c.pace.Shared == nil {
		return
	}
	var hosts []string
	for _, a := range addresses {
		if u, err := parse(a); err == nil {
			hosts = append(hosts, u.Host)
		}
	}
	_ = c.pace.reserve(ctx, hosts...) // told to each that asks
}

// permit waits for the pace and asks the robots file, where configured.
func (c *Client) permit(ctx context.Context, u *url.URL, ask request) error {
	if c.pace == nil || ask.plain {
		return nil
	}
	wait := c.pace.wait
	if ask.prompt {
		wait = func(ctx context.Context, host string) error { return c.pace.take(ctx, host, 0) }
	}
	if err := wait(ctx, u.Host); err != nil {
		return err
	}
	return c.pace.robots(ctx, c, u)
}

// take adds an exchange and makes it the answer so far.
func (r *Response) take(a *answer) {
	r.Hops = append(r.Hops, a.exchange)
	r.Status, r.Header, r.Body, r.Truncated = a.status, a.header, a.body, a.truncated
	r.Remote, r.TLS = a.exchange.Remote, a.exchange.TLS
	r.Type = ""
	if a.status != 0 {
		r.Type = mediaType(a.header, a.body)
	}
}

func mediaType(h http.Header, body []byte) string {
	if t, _, err := mime.ParseMediaType(h.Get("Content-Type")); err == nil && t != "" {
		return t
	}
	t, _, _ := mime.ParseMediaType(http.DetectContentType(body))
	return t
}

func redirects(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// names is lenient where the web is: underscores are served, only encoding must be sound.
var names = idna.New(idna.MapForLookup(), idna.StrictDomainName(false), idna.Transitional(false), idna.BidiRule())

// Normal is the form in which an address is asked for and recorded, its own form: ASCII name, no user, no fragment, no default port.
// Two references to one document have one form. Errors: ErrAddress, ErrBlockedAddress for another scheme.
func Normal(address string) (string, error) {
	u, err := parse(address)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// NormalURL is Normal for an address that was parsed already; u stays as it is.
func NormalURL(u *url.URL) (*url.URL, error) { return normal(u) }

// ascii is the form of a name that is resolved and asked for; it is its own form.
func ascii(host string) (string, error) {
	if isPlain(host) {
		return host, nil
	}
	a, err := names.ToASCII(host)
	if err != nil {
		return "", fmt.Errorf("%w: %v", ErrAddress, err)
	}
	a = strings.TrimSuffix(a, ".") // of the root; some write it in their own script
	if again, err := names.ToASCII(a); err != nil || again != a || a == "" || a[len(a)-1] == '.' || strings.ContainsAny(a, " /?#@:%<>\"[]^|`{}\\") {
		return "", fmt.Errorf("%w: %.80q is not a name", ErrAddress, host)
	}
	return a, nil
}

// isPlain reports whether a name is in that form as it is, as nearly all are; only its length is left open.
func isPlain(host string) bool {
	last := byte('.')
	for i := range len(host) {
		c := host[i]
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		case (c == '-' || c == '.') && last != '.' && last != '-':
		default:
			return false
		}
		if c == '.' && last == '-' {
			return false
		}
		last = c
	}
	return last != '.' && last != '-'
}

// parse reads an address and puts it in the form that is asked for: ASCII name, no user, no fragment, no default port.
func parse(address string) (*url.URL, error) {
	if len(address) > longestAddress {
		return nil, fmt.Errorf("%w: %d bytes long", ErrAddress, len(address))
	}
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		var inner *url.Error
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return nil, fmt.Errorf("%w: %v", ErrAddress, err)
	}
	return normal(u)
}

func normal(u *url.URL) (*url.URL, error) {
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%w: scheme %.20q is neither http nor https", ErrBlockedAddress, u.Scheme)
	}
	host, port := strings.TrimSuffix(u.Hostname(), "."), u.Port()
	if host == "" {
		return nil, fmt.Errorf("%w: it names no host", ErrAddress)
	}
	if a, err := netip.ParseAddr(host); err == nil && a.Zone() != "" {
		return nil, fmt.Errorf("%w: %.80q names one of our own interfaces", ErrBlockedAddress, host)
	} else if err == nil {
		host = a.String()
		if a.Is6() {
			host = "[" + host + "]"
		}
	} else if host, err = ascii(host); err != nil {
		return nil, err
	}
	if port != "" && port != defaultPort(u.Scheme) {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return nil, fmt.Errorf("%w: port %.20q", ErrAddress, port)
		}
		host += ":" + port
	}
	n := *u
	n.Host, n.User, n.Fragment, n.RawFragment, n.RawQuery = host, nil, "", "", escaped(n.RawQuery)
	if n.Path == "" {
		n.Path = "/"
	}
	if long := len(n.String()); long > longestAddress { // escaping triples what is no ASCII
		return nil, fmt.Errorf("%w: %d bytes long", ErrAddress, long)
	}
	return &n, nil
}

// longestAddress is how many bytes an address may have, as written and as asked for; a manifest takes no longer one.
const longestAddress = 8 << 10

// escaped percent-encodes what package url leaves as it is in a query and what may stand in no request line and no record: spaces,
// what is not printable ASCII, quotes and angle brackets (URL standard, query percent-encode set).
func escaped(query string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(query) {
		if c <= ' ' || c >= 0x7f || c == '<' || c == '>' || c == '"' {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// forward is where a Location header leads.
func forward(from *url.URL, to string) (*url.URL, error) {
	if len(to) > longestAddress {
		return nil, fmt.Errorf("%w: redirect to an address of %d bytes", ErrProtocol, len(to))
	}
	u, err := from.Parse(to)
	if err != nil {
		return nil, fmt.Errorf("%w: redirect to %.80q", ErrProtocol, to)
	}
	return normal(u)
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

// headerText drops what must not stand in a header.
func headerText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
}

// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"iolaus/internal/iru"
)

// APIConfig says which provider interface to speak to (docs/format/provider-api.md).
type APIConfig struct {
	Base    string        // https://host[:port][/path], without /v1; plain http only to a loopback address
	Token   string        // bearer token that the provider gave us
	HTTP    *http.Client  // the caller's, with its guard; required. Redirects are never followed, cookies never kept.
	Timeout time.Duration // for one request and its answer; zero means 30 s
}

// API is a Channel to a provider that offers the interface.
type API struct {
	base    string
	token   string
	http    *http.Client
	timeout time.Duration
	wrong   *Failure // of the configuration
}

const (
	maxAPIAnswer = 64 << 10        // bytes of an answer that are read
	maxClockSkew = 5 * time.Minute // by which a provider's clock may be ahead of ours and still be believed
)

// NewAPI makes a channel; it does not connect. A wrong configuration shows at the first call.
func NewAPI(cfg APIConfig) *API {
	a := &API{base: strings.TrimRight(cfg.Base, "/"), token: cfg.Token, timeout: cfg.Timeout}
	if a.timeout <= 0 {
		a.timeout = 30 * time.Second
	}
	bad := func(what string) *Failure { return &Failure{Kind: iru.Invalid, Phase: "configure", Words: what} }
	u, err := url.Parse(a.base)
	switch {
	case cfg.HTTP == nil:
		a.wrong = bad("an HTTP client is needed, with the guard that the caller wants in it")
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		a.wrong = bad("the interface's address must be https://host[:port][/path]")
	case u.Scheme == "https":
	case u.Scheme == "http" && loopback(u.Hostname()):
	default:
		a.wrong = bad("the interface must be https: a token does not go over an unprotected line")
	}
	if cfg.Token == "" || !oneLine(cfg.Token) {
		a.wrong = bad("the token that the provider gave is missing or not one line")
	}
	if cfg.HTTP != nil {
		c := *cfg.HTTP
		c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		c.Jar = nil
		a.http = &c
	}
	return a
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}

type notice struct {
	Reference  string    `json:"reference"`
	Instrument string    `json:"instrument"`
	Addressee  string    `json:"addressee"`
	Targets    []string  `json:"targets"`
	Reasons    string    `json:"reasons"`
	LegalBasis string    `json:"legal_basis"`
	Issuer     string    `json:"issuer"`
	Contact    string    `json:"contact"`
	Callback   *Callback `json:"callback,omitempty"`
	Portal     string    `json:"portal,omitempty"`
	Text       string    `json:"text"`
	Document   []byte    `json:"document,omitempty"` // base64 in JSON
}

// NoticeStatus is what a provider says of a notice.
type NoticeStatus struct {
	ID         string    `json:"id"`
	Reference  string    `json:"reference"`
	State      string    `json:"state"`
	ReceivedAt time.Time `json:"received_at"`
	// Events are what the provider told or would have told by callback, oldest first; one that cannot be read is left out here
	// and stands in Raw.
	Events []Reply `json:"-"`
	Raw    []byte  `json:"-"`
}

// A Posting is a notice as it is posted, written out beforehand.
type Posting struct {
	Key       string
	Reference string
	Body      []byte // JSON
}

// Send posts a notice: Prepare, then Post.
func (a *API) Send(ctx context.Context, m Message) (Receipt, error) {
	p, err := a.Prepare(m)
	if err != nil {
		return Receipt{}, err
	}
	return a.Post(ctx, p)
}

// Prepare writes a notice out.
func (a *API) Prepare(m Message) (Posting, error) {
	if err := m.kept(); err != nil {
		return Posting{}, err
	}
	if m.Key == "" || m.Reference == "" || len(m.Targets) == 0 {
		return Posting{}, invalid("key, reference and at least one target are required")
	}
	if len(m.Key) > 200 || !printable(m.Key) {
		return Posting{}, invalid("the key must be printable ASCII of at most 200 characters")
	}
	n := notice{Reference: m.Reference, Instrument: m.Instrument, Addressee: m.Addressee, Targets: m.Targets, Reasons: m.Reasons,
		LegalBasis: m.LegalBasis, Issuer: m.Issuer, Contact: m.Contact, Portal: m.Portal, Text: m.Text}
	for _, a := range m.Attachments { // the interface takes one document: the act as it was signed
		if a.Type == "application/pdf" {
			n.Document = a.Data
			break
		}
	}
	if m.Callback.URL != "" {
		n.Callback = &m.Callback
	}
	body, err := json.Marshal(n)
	if err != nil {
		return Posting{}, invalid("the notice cannot be written as JSON: %v", err)
	}
	return Posting{m.Key, m.Reference, body}, nil
}

// Post posts what was written out. The provider's 202 with its own time of receipt counts as a receipt: the addressee itself says that it has
// the act.
func (a *API) Post(ctx context.Context, p Posting) (Receipt, error) {
	const phase = "POST /v1/notices"
	raw, err := a.call(ctx, phase, "POST", "/v1/notices", p.Key, p.Body, http.StatusAccepted, http.StatusOK, http.StatusCreated)
	if err != nil {
		return Receipt{}, err
	}
	var got NoticeStatus
	if err := json.Unmarshal(raw, &got); err != nil {
		return Receipt{}, garbage(phase, "no receipt, but other JSON", err)
	}
	now := time.Now()
	switch {
	case got.ID == "" || len(got.ID) > 200 || !oneLine(got.ID):
		return Receipt{}, garbage(phase, "a receipt without an id", nil)
	case got.Reference != p.Reference:
		return Receipt{}, garbage(phase, fmt.Sprintf("a receipt for %q, not for %q", words(got.Reference), p.Reference), nil)
	case got.ReceivedAt.IsZero() || got.ReceivedAt.Year() < 2000:
		return Receipt{}, garbage(phase, "a receipt without a time of receipt", nil)
	}
	r := Receipt{At: got.ReceivedAt.UTC(), Heard: now, Kind: APIReceipt, Counts: true, Proof: raw, RemoteID: got.ID,
		Why: "the addressee's interface confirmed that it received the notice, with its time"}
	if got.ReceivedAt.After(now.Add(maxClockSkew)) {
		// A clock ahead of ours must not move a legal time into the future.
		r.At = now
		r.Why += "; it named " + got.ReceivedAt.UTC().Format(time.RFC3339) + ", which lies ahead: the time at which its answer came is taken"
	}
	return r, nil
}

// Warm opens n connections to the interface that stay open for a while, so that no act waits for one at its instant. It asks what can be done there (RFC 9110, section
// 9.3.7), without the token; any answer will do. The first error is returned.
func (a *API) Warm(ctx context.Context, n int) error {
	if a.wrong != nil {
		return a.wrong
	}
	errs := make(chan error, n)
	for range n { // at once: one that has ended lends its connection to the next
		go func() {
			req, err := http.NewRequestWithContext(ctx, http.MethodOptions, a.base+"/v1/notices", nil)
			if err != nil {
				errs <- invalid("the interface's address: %v", err)
				return
			}
			req.Header.Set("User-Agent", "iolaus")
			resp, err := a.http.Do(req)
			if err != nil {
				errs <- lost(ctx, "OPTIONS /v1/notices", err)
				return
			}
			_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAPIAnswer))
			resp.Body.Close()
			errs <- err
		}()
	}
	var first error
	for range n {
		if err := <-errs; err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Answer posts an answer to the provider's question about a notice. The same key is the same answer.
func (a *API) Answer(ctx context.Context, remoteID, key, text string) error {
	const phase = "POST /v1/notices/{id}/answers"
	if remoteID == "" || key == "" || len(key) > 200 || !printable(key) || text == "" {
		return invalid("an answer needs the notice's id, a printable key and a text")
	}
	body, err := json.Marshal(struct {
		Text string `json:"text"`
	}{text})
	if err != nil {
		return invalid("the answer cannot be written as JSON: %v", err)
	}
	_, err = a.call(ctx, phase, "POST", "/v1/notices/"+url.PathEscape(remoteID)+"/answers", key, body, http.StatusAccepted, http.StatusOK, http.StatusCreated, http.StatusNoContent)
	return err
}

// Status asks what became of a notice. A notice that the provider does not know is NotFound.
func (a *API) Status(ctx context.Context, remoteID string) (NoticeStatus, error) {
	const phase = "GET /v1/notices/{id}"
	if remoteID == "" {
		return NoticeStatus{}, invalid("the notice's id is needed")
	}
	raw, err := a.call(ctx, phase, "GET", "/v1/notices/"+url.PathEscape(remoteID), "", nil, http.StatusOK)
	if err != nil {
		return NoticeStatus{}, err
	}
	var st NoticeStatus
	if err := json.Unmarshal(raw, &st); err != nil {
		return NoticeStatus{}, garbage(phase, "no status, but other JSON", err)
	}
	if st.ID != remoteID {
		return NoticeStatus{}, garbage(phase, fmt.Sprintf("the status of %q, not of %q", words(st.ID), words(remoteID)), nil)
	}
	st.Raw = raw
	var told struct{ Events []json.RawMessage }
	if err := json.Unmarshal(raw, &told); err == nil {
		for _, e := range told.Events {
			if r, err := ParseCallback(e); err == nil && r.Reference == st.Reference {
				st.Events = append(st.Events, r)
			}
		}
	}
	if kind, known := events[st.State]; known && len(st.Events) == 0 { // an interface that tells the state only
		st.Events = []Reply{{Reference: st.Reference, At: time.Now().UTC(), MessageID: "status:" + words(st.ID) + "/" + st.State, Kind: kind, Counts: true, Raw: raw,
			Why: "the provider's interface tells this state of the notice", Text: "state at the provider's interface: " + st.State}}
	}
	return st, nil
}

// call makes one request and returns the JSON of a good answer, at most maxAPIAnswer bytes.
func (a *API) call(ctx context.Context, phase, method, path, key string, body []byte, good ...int) ([]byte, error) {
	if a.wrong != nil {
		return nil, a.wrong
	}
	var content io.Reader
	if body != nil {
		content = bytes.NewReader(body)
	}
	var written atomic.Bool
	tctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	tctx = httptrace.WithClientTrace(tctx, &httptrace.ClientTrace{
		WroteRequest: func(i httptrace.WroteRequestInfo) { written.Store(i.Err == nil) },
	})
	req, err := http.NewRequestWithContext(tctx, method, a.base+path, content)
	if err != nil {
		return nil, invalid("the interface's address: %v", err)
	}
	req.Header.Set("Authorization", "Bearer "+a.token)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "iolaus")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	resp, err := a.http.Do(req)
	if err != nil {
		f := lost(ctx, phase, err)
		for _, kind := range []error{iru.Forbidden, iru.Invalid} {
			if errors.Is(err, kind) { // the guard in the client said no
				f.Kind = kind
			}
		}
		f.Uncertain = written.Load() && method == http.MethodPost
		return nil, f
	}
	defer resp.Body.Close()
	raw, rerr := io.ReadAll(io.LimitReader(resp.Body, maxAPIAnswer+1))
	for _, code := range good {
		if resp.StatusCode == code {
			return judge(ctx, phase, resp, raw, rerr)
		}
	}
	return nil, turnedDown(phase, method, resp, raw)
}

// judge tells a real answer from what proxies, portals and broken servers send under a good status.
func judge(ctx context.Context, phase string, resp *http.Response, raw []byte, rerr error) ([]byte, error) {
	if resp.StatusCode == http.StatusNoContent {
		return nil, nil
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch {
	case len(raw) > maxAPIAnswer:
		return nil, garbage(phase, fmt.Sprintf("more than %d bytes", maxAPIAnswer), nil)
	case rerr != nil:
		f := lost(ctx, phase, rerr)
		f.Uncertain = resp.Request.Method == http.MethodPost
		return nil, f
	case kind != "application/json" && !strings.HasSuffix(kind, "+json"):
		return nil, garbage(phase, fmt.Sprintf("%s instead of JSON: %q", orNothing(kind), words(string(raw[:min(len(raw), 120)]))), nil)
	case !utf8.Valid(raw):
		return nil, garbage(phase, "bytes that are not UTF-8", nil)
	case !json.Valid(raw):
		return nil, garbage(phase, fmt.Sprintf("broken JSON: %q", words(string(raw[:min(len(raw), 120)]))), nil)
	}
	return raw, nil
}

// garbage is an answer that cannot be believed: the notice may be there all the same, so the next try uses the same key.
func garbage(phase, what string, err error) *Failure {
	return &Failure{Kind: iru.Unavailable, Phase: phase, Words: "the provider's interface answered with " + what, Err: err,
		Uncertain: strings.HasPrefix(phase, "POST")}
}

// turnedDown types an answer with another status (RFC 9110, section 15).
func turnedDown(phase, method string, resp *http.Response, raw []byte) *Failure {
	f := &Failure{Kind: iru.Invalid, Phase: phase, Code: resp.StatusCode, Words: detail(resp, raw)}
	switch c := resp.StatusCode; {
	case c == http.StatusUnauthorized || c == http.StatusForbidden:
		f.Kind = iru.Forbidden
	case c == http.StatusNotFound && method == http.MethodGet:
		f.Kind = iru.NotFound
	case c == http.StatusConflict:
		f.Kind = iru.Conflict
	case c == http.StatusRequestTimeout || c == http.StatusTooEarly || c == http.StatusTooManyRequests || c == http.StatusLocked:
		f.Kind = iru.Unavailable
	case c >= 300 && c < 400:
		f.Kind = iru.Unavailable
		f.Words = fmt.Sprintf("the interface says it moved to %q; redirects are not followed, correct the provider's record", words(resp.Header.Get("Location")))
	case c < 300:
		f.Kind = iru.Unavailable
		f.Words = "a good status that the interface does not use; " + f.Words
		f.Uncertain = method == http.MethodPost
	case c >= 500:
		f.Kind = iru.Unavailable
		f.Uncertain = method == http.MethodPost && c != http.StatusServiceUnavailable && c != http.StatusNotImplemented
	}
	if s := resp.Header.Get("Retry-After"); s != "" {
		if n, err := strconv.Atoi(s); err == nil && n > 0 {
			f.RetryAfter = min(time.Duration(min(n, 86400))*time.Second, 24*time.Hour)
		} else if at, err := http.ParseTime(s); err == nil && time.Until(at) > 0 {
			f.RetryAfter = min(time.Until(at), 24*time.Hour)
		}
	}
	return f
}

// detail takes the provider's words out of an error answer: a problem document (RFC 9457) or a short text, never a page.
func detail(resp *http.Response, raw []byte) string {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if kind == "text/html" {
		return "an HTML page"
	}
	var p struct {
		Title, Detail, Error, Message string
	}
	if strings.HasSuffix(kind, "json") && json.Unmarshal(raw, &p) == nil {
		for _, s := range []string{p.Detail, p.Message, p.Error, p.Title} {
			if s != "" {
				return words(s)
			}
		}
	}
	return words(string(raw[:min(len(raw), 1000)]))
}

func orNothing(s string) string {
	if s == "" {
		return "something untyped"
	}
	return s
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

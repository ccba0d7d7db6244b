// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// The provider API of docs/format/provider-api.md.

type apiNotice struct {
	Reference  string   `json:"reference"`
	Instrument string   `json:"instrument"`
	Addressee  string   `json:"addressee"`
	Targets    []string `json:"targets"`
	Reasons    string   `json:"reasons"`
	LegalBasis string   `json:"legal_basis"`
	Issuer     string   `json:"issuer"`
	Contact    string   `json:"contact"`
	Text       string   `json:"text"`
	Document   string   `json:"document"` // base64 of a PDF
	Callback   callback `json:"callback"`
}

type apiReceipt struct {
	ID         string    `json:"id"`
	ReceivedAt time.Time `json:"received_at"`
	Reference  string    `json:"reference"`
}

type apiEvent struct {
	Reference string    `json:"reference"`
	Event     string    `json:"event"`
	Text      string    `json:"text"`
	At        time.Time `json:"at"`
	ID        string    `json:"id"`
}

// An apiReply is kept by idempotency key: the same key gets the same answer, another body under it is refused.
type apiReply struct {
	digest  [32]byte
	receipt apiReceipt
}

const maxKey = 200

func (d *desk) api() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("POST /v1/notices", d.apiNotice)
	m.HandleFunc("GET /v1/notices/{id}", d.apiState)
	m.HandleFunc("POST /v1/notices/{id}/answers", d.apiAnswer)
	if d.p.Kind == CDN {
		m.HandleFunc("GET /v1/origin", d.apiOrigin)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		rec := &statusWriter{ResponseWriter: w, status: 200}
		token, ok := strings.CutPrefix(q.Header.Get("Authorization"), "Bearer ")
		if !ok || subtle.ConstantTimeCompare([]byte(token), []byte(d.p.Desk.Token)) != 1 {
			rec.Header().Set("WWW-Authenticate", `Bearer realm="notices"`)
			problem(rec, 401, "The bearer token is missing or wrong.")
		} else {
			m.ServeHTTP(rec, q)
		}
		d.r.ledger.call(Call{At: d.r.now(), Provider: d.p.ID, Peer: q.RemoteAddr, Method: q.Method, Path: q.URL.Path, Key: q.Header.Get("Idempotency-Key"),
			Status: rec.status})
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(s int) {
	w.status = s
	w.ResponseWriter.WriteHeader(s)
}

// problem answers as RFC 9457 says.
func problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	writeJSON(w, status, object{"title": http.StatusText(status), "status": status, "detail": detail})
}

// read takes the body and the key of a request. It answers the request itself, and reports false, when they will not do or when
// the key has been answered before.
func (d *desk) read(w http.ResponseWriter, q *http.Request, into any) (key string, digest [32]byte, ok bool) {
	key = q.Header.Get("Idempotency-Key")
	body, err := io.ReadAll(q.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		problem(w, 413, "The notice is too large.")
		return
	case err != nil:
		problem(w, 400, "The body could not be read.")
		return
	case key == "" || len(key) > maxKey:
		problem(w, 400, "Idempotency-Key is needed, of at most 200 characters.")
		return
	}
	digest = sha256.Sum256(append([]byte(q.URL.Path+"\n"), body...))
	d.mu.Lock()
	before, seen := d.calls[key]
	d.mu.Unlock()
	if seen && before.digest != digest {
		problem(w, 422, "This Idempotency-Key was used with another request.")
		return
	}
	if err := json.Unmarshal(body, into); err != nil {
		problem(w, 400, "The body is no JSON of the right form.")
		return
	}
	return key, digest, true
}

func (d *desk) apiNotice(w http.ResponseWriter, q *http.Request) {
	var n apiNotice
	key, digest, ok := d.read(w, q, &n)
	if !ok {
		return
	}
	pdf, err := base64.StdEncoding.DecodeString(n.Document)
	switch {
	case n.Reference == "" || len(n.Reference) > maxKey || n.Instrument == "" || len(n.Targets) == 0:
		problem(w, 422, "reference, instrument and at least one target are needed.")
		return
	case len(n.Targets) > maxTargets:
		problem(w, 422, fmt.Sprintf("At most %d targets are taken.", maxTargets))
		return
	case err != nil:
		problem(w, 422, "document is no base64.")
		return
	}
	in := incoming{via: "api", key: key, reference: n.Reference, instrument: n.Instrument, targets: n.Targets, callback: n.Callback}
	if len(pdf) > 0 {
		in.document = hexDigest(pdf)
	}
	f, err := d.receive(in)
	if err != nil {
		problem(w, 503, err.Error())
		return
	}
	d.mu.Lock()
	kept, seen := d.calls[key]
	if !seen {
		kept = apiReply{digest, apiReceipt{f.id, f.At.UTC(), f.Reference}}
		d.calls[key] = kept
	}
	d.mu.Unlock()
	writeJSON(w, 202, kept.receipt)
}

// file finds a notice that came by this interface.
func (d *desk) file(id string) *deskFile { // with mu held
	for _, f := range d.files {
		if f.id == id && f.Via == "api" {
			return f
		}
	}
	return nil
}

func (d *desk) apiState(w http.ResponseWriter, q *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.file(q.PathValue("id"))
	if f == nil {
		problem(w, 404, "No such notice.")
		return
	}
	events := []apiEvent{}
	for i := range f.Answers {
		a := &f.Answers[i]
		events = append(events, apiEvent{f.Reference, a.Event, a.Text, a.At.UTC(), a.ID})
		if a.Delivered.IsZero() {
			a.Delivered = d.r.now()
		}
	}
	state := f.State
	if state == "" {
		state = "received"
	}
	writeJSON(w, 200, object{"id": f.id, "reference": f.Reference, "received_at": f.At.UTC(), "state": state, "events": events})
}

func (d *desk) apiAnswer(w http.ResponseWriter, q *http.Request) {
	var a struct {
		Text string `json:"text"`
	}
	key, digest, ok := d.read(w, q, &a)
	if !ok {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.file(q.PathValue("id"))
	if f == nil {
		problem(w, 404, "No such notice.")
		return
	}
	if strings.TrimSpace(a.Text) == "" {
		problem(w, 422, "text is needed.")
		return
	}
	if _, seen := d.calls[key]; !seen {
		d.calls[key] = apiReply{digest, apiReceipt{f.id, d.r.now().UTC(), f.Reference}}
		f.FollowUps = append(f.FollowUps, key)
		d.answered(f, replyTo{})
	}
	writeJSON(w, 202, d.calls[key].receipt)
}

// apiOrigin tells who stores what a delivery network passes on.
func (d *desk) apiOrigin(w http.ResponseWriter, q *http.Request) {
	hits, _ := d.match([]string{q.FormValue("target")})
	if len(hits) == 0 {
		problem(w, 404, "We carry nothing at the address you name.")
		return
	}
	at := d.r.estate.place(hits[0].asset.ID)
	o, ok := d.r.world.provider(at.origin)
	if !ok {
		problem(w, 404, "We store it ourselves.")
		return
	}
	writeJSON(w, 200, object{"target": q.FormValue("target"), "origin": object{"provider": o.Name, "jurisdiction": o.State, "network": o.Network.String(), "abuse": o.Desk.Mail}})
}

// callBack posts an event to where the notice asked for it: an address in 127/8 or a name of the range.
func (d *desk) callBack(ctx context.Context, m outgoing) error {
	u, err := url.Parse(m.file.callback.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("call back %q: no http address: %w", m.file.callback.URL, errForGood)
	}
	if host := u.Hostname(); !isLoopback(host) {
		if _, err := guardName(host); err != nil {
			return fmt.Errorf("call back: %w: %w", err, errForGood)
		}
	}
	a := m.answer
	body, err := json.Marshal(apiEvent{m.file.Reference, a.Event, a.Text, a.At.UTC(), a.ID})
	if err != nil {
		return fmt.Errorf("call back: %w", err)
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("call back: %w: %w", err, errForGood)
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Authorization", "Bearer "+m.file.callback.Token)
	t := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: d.r.ca.pool()},
		DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
			return d.r.dialName(ctx, d.p.at(atOwn), addr)
		}}
	c := http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Do(q)
	if err != nil {
		return fmt.Errorf("call back: %w", err)
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	switch s := resp.StatusCode; {
	case s/100 == 2:
		return nil
	case s/100 == 4 && s != 408 && s != 409 && s != 425 && s != 429:
		return fmt.Errorf("call back: status %d: %w", s, errForGood)
	default:
		return fmt.Errorf("call back: status %d", s)
	}
}

func isLoopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && loopback.Contains(a)
}

// dialName connects to a literal address in 127/8 or to a name of the range, at the range's ports where it has its own.
func (r *Range) dialName(ctx context.Context, from netip.Addr, addr string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", addr, err)
	}
	if isLoopback(host) {
		return dial(ctx, from, addr)
	}
	name, err := guardName(host)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	a, cname := r.address(name)
	if cname != "" {
		a, _ = r.address(cname)
	}
	if !a.IsValid() {
		return nil, fmt.Errorf("dial %s: no such name in the range: tell it with Publish", name)
	}
	return dial(ctx, from, net.JoinHostPort(a.String(), port))
}

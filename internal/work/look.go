// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/fetch"
	"iolaus/internal/inspect"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
	"iolaus/internal/recognise"
)

// fail notes that a look says nothing: the server is not to be asked yet, or something went wrong on the way.
func (k *looking) fail(err error) {
	var later *fetch.Later
	if errors.As(err, &later) {
		k.Busy, k.Until = true, later.Until
		return
	}
	k.Failed = true
	if !errors.Is(err, iru.Unavailable) && !errors.Is(err, iru.Invalid) && !errors.Is(err, iru.NotFound) && !errors.Is(err, iru.Forbidden) && !errors.Is(err, context.Canceled) {
		k.Log.Warn("a monitor could not look", "monitor", k.Monitor, "asset", k.Asset, "error", err)
	}
}

// errSame says that a page is, byte for byte, the one that was captured: it is not read again.
var errSame = fmt.Errorf("%w: the same bytes as captured", iru.Invalid)

// An own is a look at an asset's own address.
type own struct {
	fetch.Sight
	same bool     // the bytes are those of the last capture
	base *url.URL // that answered
}

// own looks at the asset's own address. Something new is captured before it is read, so that there is evidence of it, and so is an absence;
// then told is true and the capture says it all. A look that says nothing leaves the asset as it is, whatever the reason.
func (k *looking) own(ctx context.Context, always bool) (o own, told bool, err error) {
	e := k.expected
	e.Read = func(body []byte, contentType string, base *url.URL) (*recognise.Page, error) {
		if k.Of.Kind != iru.Stream && len(body) < recognise.MaxPage && e.SHA256 != "" && digestOf(body) == e.SHA256 { // a stream, and what is longer, is never whole
			return nil, errSame
		}
		return k.reading.page(ctx, body, contentType, base)
	}
	o.Sight = fetch.Look(ctx, k.Vantages[0], address(k.Of.Locator), e.Expect, fetch.Promptly())
	var later *fetch.Later
	if errors.As(o.Err, &later) {
		return o, false, o.Err
	}
	s := o.Response
	if s.Status == http.StatusTooManyRequests || s.Status == http.StatusServiceUnavailable {
		if err := k.hold(ctx, s); err != nil {
			return o, false, err
		}
	}
	o.Observation.Detail = line(o.Observation.Detail, maxDetail)
	k.At = o.At
	if o.Outcome.Unknown() {
		k.Failed, k.Observed = true, &o.Observation
		return o, true, nil
	}
	o.base, _ = url.Parse(s.Final) // nil where it is none
	o.same = o.Outcome == iru.Up && e.SHA256 != "" && s.Truncated == "" && digestOf(s.Body) == e.SHA256
	if o.same && !always {
		k.Observed = &o.Observation
		return o, false, nil
	}
	if err := k.captureAgain(ctx); err != nil {
		return o, false, err
	}
	return o, o.Outcome != iru.Up && o.Outcome != iru.Moved, nil
}

// hold leaves a server alone that asked for it: as long as all machines do, and where they do not share a pace for as long as it says.
func (k *looking) hold(ctx context.Context, s *fetch.Response) error {
	u, err := url.Parse(s.Final)
	if err != nil {
		return nil //nolint:nilerr // nobody to leave alone
	}
	long, err := k.Desk.Held(ctx, u.Host)
	if err != nil {
		return err
	}
	if long == 0 && (s.Status == http.StatusTooManyRequests || s.Header.Get("Retry-After") != "") {
		long = iru.Ban(fetch.RetryAfter(s.Header, time.Now()), 0)
	}
	if long > 0 {
		k.Until = k.Desk.Now().Add(long)
	}
	return nil
}

// captureAgain has the asset's own item recorded, as its first capture was.
func (k *looking) captureAgain(ctx context.Context) error {
	var i iru.Item
	if err := k.Desk.DB.View(ctx, func(t *db.Tx) (err error) {
		i, err = t.ItemByLocator(ctx, k.Of.Unit, k.Of.Locator)
		return err
	}); errors.Is(err, iru.NotFound) || err == nil && i.State == iru.ItemNew { // none, or its first capture is under way
		return nil
	} else if err != nil {
		return err
	}
	return k.record(ctx, k.Vantages[0], k.Of, i, plenty)
}

// get asks for something that belongs to the asset. What is not there, or is none of 200, is nil: it says nothing.
func (k *looking) get(ctx context.Context, address, accept string, opts ...fetch.Option) (*fetch.Response, error) {
	r, err := k.Vantages[0].Get(ctx, address, append(opts, fetch.Accept(accept))...)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err == nil && (r.Status == http.StatusTooManyRequests || r.Status == http.StatusServiceUnavailable) {
		return nil, k.hold(ctx, r)
	}
	if err != nil && !errors.Is(err, fetch.ErrTooLarge) || r.Status != http.StatusOK || len(r.Body) == 0 {
		return nil, nil //nolint:nilnil,nilerr // nothing is an answer
	}
	return r, nil
}

// A reading reads the hostile files of one look, in one cell that is opened when it is needed.
type reading struct {
	c    *Crew
	cell interface {
		Page(context.Context, []byte, string, *url.URL) (*recognise.Page, error)
		Inspect(context.Context, inspect.Kind, []byte, string, *url.URL) (inspect.Facts, error)
		Close() error
	}
}

func (r *reading) open(ctx context.Context) error {
	if r.cell != nil {
		return nil
	}
	cell, err := r.c.Cells.Reader(ctx)
	if err == nil {
		r.cell = cell
	}
	return err
}

func (r *reading) close() {
	if r.cell != nil {
		_ = r.cell.Close() // never fails
	}
}

func (r *reading) page(ctx context.Context, body []byte, contentType string, base *url.URL) (*recognise.Page, error) {
	if r.c.Cells == nil {
		p, err := recognise.ReadPage(body, contentType, base)
		return &p, err
	}
	if err := r.open(ctx); err != nil {
		return nil, err
	}
	return r.cell.Page(ctx, body, contentType, base)
}

// inspect reads a file as what it should be. The error is iru.Invalid for what is none, or breaks its reader.
func (r *reading) inspect(ctx context.Context, kind inspect.Kind, body []byte, contentType string, base *url.URL) (inspect.Facts, error) {
	if r.c.Cells == nil {
		f, err := inspect.Read(kind, body, contentType, base)
		if err != nil {
			err = fmt.Errorf("%w: %w", iru.Invalid, err)
		}
		return f, err
	}
	if err := r.open(ctx); err != nil {
		return inspect.Facts{}, err
	}
	return r.cell.Inspect(ctx, kind, body, contentType, base)
}

func digestOf(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// siteOf is the registrable name of an address; "" where it has none.
func siteOf(address string) string {
	l, err := locator.Parse(address)
	if err != nil {
		return ""
	}
	return l.Site()
}

// abroad are the addresses that lead to other sites, each once, at most so many.
func abroad(home string, most int, addresses []string) (out []string) {
	seen := map[string]bool{}
	for _, a := range addresses {
		if s := siteOf(a); s == "" || s == home || seen[a] || len(a) > 2048 || len(out) >= most {
			continue
		}
		seen[a] = true
		out = append(out, clean(a))
	}
	return out
}

// namesAbroad are the names of other sites in addresses, each once.
func namesAbroad(home string, most int, addresses []string) (out []string) {
	seen := map[string]bool{}
	for _, a := range addresses {
		u, err := url.Parse(a)
		if err != nil || u.Hostname() == "" || siteOf(a) == home || seen[u.Hostname()] || len(out) >= most {
			continue
		}
		seen[u.Hostname()] = true
		out = append(out, u.Hostname())
	}
	return out
}

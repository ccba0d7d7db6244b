// SPDX-License-Identifier: EUPL-1.2

package archive

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"iolaus/internal/exhibit"
)

// Limits bound what reading a file may cost.
type Limits struct {
	Total int64 // bytes of the whole file, unpacked
	Parts int   // addresses that are remembered
	Body  int64 // bytes of one body, packed or unpacked
}

// DefaultLimits suit the capture of one page with what belongs to it.
var DefaultLimits = Limits{Total: 2 << 30, Parts: 20_000, Body: 32 << 20}

// A Part is one response of the capture.
type Part struct {
	URL      string // canonical, without fragment
	Status   int    // of HTTP; 0 for a resource that came by no exchange
	Type     string // media type in lower case, without parameters
	Charset  string // as declared; may be empty
	To       string // absolute address a redirect leads to
	packed   []string
	bare     bool   // a resource record: its block is the body
	refers   string // address whose record has the body, where the file holds it once only
	location exhibit.Location
}

// An Index tells by address what a WARC file holds.
type Index struct {
	Fault error // why the file could not be read to its end; nil: all of it was

	parts map[string]Part
	keys  map[string]string
}

// Key is the short name under which the part of an address is asked for: hexadecimal digits of a digest, no part of the address.
func Key(address string) string {
	sum := sha256.Sum256([]byte(address))
	return hex.EncodeToString(sum[:12])
}

// Canonical is an absolute web address in the form that the index uses, or "": no fragment, no default port, host in lower case.
func Canonical(u *url.URL) string {
	if u == nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	c := *u
	c.Fragment, c.RawFragment, c.User = "", "", nil
	c.Host = strings.ToLower(c.Host)
	for scheme, port := range map[string]string{"http": ":80", "https": ":443"} {
		if c.Scheme == scheme {
			c.Host = strings.TrimSuffix(c.Host, port)
		}
	}
	if c.Path == "" {
		c.Path = "/"
	}
	return c.String()
}

// Read indexes a WARC file. What is damaged ends the index: it holds what came before, and Fault says why. The error is ctx's.
func Read(ctx context.Context, r io.Reader, l Limits) (*Index, error) {
	x := &Index{parts: map[string]Part{}, keys: map[string]string{}}
	in := exhibit.NewReader(reader{ctx, r}, exhibit.ReadLimits{Total: l.Total})
	var last *exhibit.Record
	var found Part
	for {
		rec, err := in.Next()
		if last != nil && last.Location.Length > 0 && (err == nil || errors.Is(err, io.EOF)) {
			found.location = last.Location
			if found.refers != "" { // the body stands in an earlier record
				found.location = x.parts[found.refers].location
			}
			if found.location.Length > 0 {
				x.add(found)
			}
		}
		last = nil
		switch {
		case ctx.Err() != nil:
			return nil, fmt.Errorf("read capture: %w", ctx.Err())
		case errors.Is(err, io.EOF):
			return x, nil
		case err != nil:
			x.Fault = err
			return x, nil
		case len(x.parts) >= l.Parts:
			x.Fault = fmt.Errorf("more than %d addresses", l.Parts)
			return x, nil
		}
		if p, ok := part(rec); ok {
			last, found = rec, p
		}
	}
}

// add remembers a part. Of several answers under one address the first whole one counts: it is what the page was given.
func (x *Index) add(p Part) {
	old, ok := x.parts[p.URL]
	if ok && (old.Status == http.StatusOK || p.Status != http.StatusOK) {
		return
	}
	x.parts[p.URL], x.keys[Key(p.URL)] = p, p.URL
}

// Find gives the part of an address, redirects followed. ok is false where the capture has none.
func (x *Index) Find(address string) (p Part, ok bool) {
	for range 10 {
		if p, ok = x.parts[address]; !ok || p.To == "" {
			return p, ok && (p.Status == http.StatusOK || p.bare)
		}
		address = p.To
	}
	return Part{}, false
}

// ByKey gives the part of the address with that key, redirects followed.
func (x *Index) ByKey(key string) (Part, bool) {
	address, ok := x.keys[key]
	if !ok {
		return Part{}, false
	}
	return x.Find(address)
}

// Answer gives what came last on the way of redirects from an address, whatever its status.
func (x *Index) Answer(address string) (p Part, ok bool) {
	for range 10 {
		next, found := x.parts[address]
		if !found {
			return p, ok
		}
		if p, ok = next, true; p.To == "" {
			return p, true
		}
		address = p.To
	}
	return p, ok
}

// part reads what the header of a record says of its response.
func part(rec *exhibit.Record) (Part, bool) {
	u, err := url.Parse(rec.Target)
	if err != nil {
		return Part{}, false
	}
	p := Part{URL: Canonical(u)}
	if p.URL == "" {
		return Part{}, false
	}
	switch rec.Type {
	case "resource":
		p.bare = true
		p.Type, p.Charset = media(rec.Get("Content-Type"))
		return p, true
	case "response":
	case "revisit":
		to, err := url.Parse(rec.Get("WARC-Refers-To-Target-URI"))
		if err != nil || Canonical(to) == "" {
			return Part{}, false
		}
		p.refers = Canonical(to)
	default:
		return Part{}, false
	}
	res, err := http.ReadResponse(bufio.NewReader(io.LimitReader(rec.Block, 256<<10)), nil)
	if err != nil {
		return Part{}, false
	}
	_ = res.Body.Close() // nothing of it was read
	p.Status = res.StatusCode
	p.Type, p.Charset = media(res.Header.Get("Content-Type"))
	p.packed = res.Header.Values("Content-Encoding")
	if to := res.Header.Get("Location"); to != "" && p.Status >= 300 && p.Status < 400 {
		if t, err := u.Parse(to); err == nil {
			p.To = Canonical(t)
		}
	}
	return p, true
}

// media splits a content type by hand: what servers send is often not well formed.
func media(s string) (kind, charset string) {
	kind, rest, _ := strings.Cut(strings.ToLower(s), ";")
	for p := range strings.SplitSeq(rest, ";") {
		if name, value, ok := strings.Cut(p, "="); ok && strings.TrimSpace(name) == "charset" {
			charset = strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	return strings.TrimSpace(kind), charset
}

// A reader stops with its context.
type reader struct {
	ctx context.Context //nolint:containedctx // one call long
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html/charset"

	"iolaus/internal/iru"
	"iolaus/internal/locator"
	"iolaus/internal/web/archive"
	"iolaus/internal/web/inert"
	"iolaus/internal/web/ui"
)

// maxSheet is the largest style sheet of a copy, in bytes.
const maxSheet = 4 << 20

// pictureTypes are the pictures that a copy shows. SVG is one: as a picture it neither runs nor asks.
var pictureTypes = []string{"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "image/x-icon", "image/vnd.microsoft.icon", "image/svg+xml"}

// copy answers with the scriptless copy of the page.
func (l *looking) copy(plain bool) error {
	select { // one of a few at a time
	case l.slots <- struct{}{}:
		defer func() { <-l.slots }()
	case <-l.ctx.Done():
		return l.ctx.Err()
	}
	index, err := l.shelf.index(l.ctx, l.opts.Evidence, l.x)
	if err != nil && !errors.Is(err, iru.NotFound) {
		return err
	}
	source, base, scripted, err := l.source(index)
	if err != nil {
		return err
	}
	var page bytes.Buffer
	o := inert.Options{Base: base, Scripted: scripted, Find: l.finder(index, plain), Sheet: "/look/look.css", Defang: defanged,
		Missing: ui.T(l.ctx, "Picture not in the capture"), Moving: ui.T(l.ctx, "Sound or film, not shown"), Frame: ui.T(l.ctx, "Embedded page, not shown")}
	if !plain {
		o.Last = "/look/covered.css"
	}
	if _, err := inert.Page(&page, source, o); err != nil {
		if errors.Is(err, inert.ErrTooLarge) {
			return iru.Refuse(iru.Invalid, "the page is too large for a copy", "take the file along and look at it with another program")
		}
		return iru.Refuse(iru.Invalid, "the page is damaged or nested too deeply for a copy", "take the file along and look at it with another program")
	}
	// Style attributes need unsafe-inline; a style can ask only what img-src allows, which is this origin.
	l.policy("default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'")
	l.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = l.w.Write(page.Bytes()) // the reader is gone; there is nobody to tell
	return nil
}

// source gives the page in UTF-8 and its address: the tree that the browser had, or else what the server sent.
func (l *looking) source(index *archive.Index) (r io.Reader, base *url.URL, scripted bool, err error) {
	asked := canonical(l.x.Locator)
	final := asked
	if u := canonical(l.x.Final); u != "" {
		final = u
	}
	if base, err = url.Parse(final); err != nil {
		return nil, nil, false, fmt.Errorf("read address of exhibit %d: %w: %w", l.x.ID, iru.Internal, err)
	}
	if f, ok := fileOf(l.x, "dom"); ok {
		b, err := readFile(l.ctx, l.opts.Evidence, l.x, f, inert.MaxPage)
		return bytes.NewReader(b), base, true, err
	}
	if index == nil {
		return nil, nil, false, iru.NotFound
	}
	p, ok := index.Answer(final)
	if !ok {
		p, ok = index.Answer(asked)
	}
	switch {
	case !ok:
		return nil, nil, false, iru.Refuse(iru.NotFound, "the capture holds no answer of the page itself", "")
	case !slices.Contains([]string{"text/html", "application/xhtml+xml", "text/plain", ""}, p.Type):
		return nil, nil, false, iru.Refuse(iru.NotFound, "what was captured is no page: "+cutText(p.Type, 60), "take the file along and look at it with another program")
	}
	if u, err := url.Parse(p.URL); err == nil {
		base = u
	}
	body, err := l.body(p, inert.MaxPage)
	if err != nil {
		return nil, nil, false, err
	}
	if p.Type == "text/plain" {
		body = []byte("<pre>" + strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(string(body)) + "</pre>")
	}
	kind := "text/html"
	if p.Charset != "" {
		kind += "; charset=" + p.Charset
	}
	if r, err = charset.NewReader(bytes.NewReader(body), kind); err != nil {
		r = bytes.NewReader(body)
	}
	return r, base, false, nil
}

// canonical is an address as the index of a capture has it; "" for what is no web address.
func canonical(address string) string {
	if l, err := locator.Parse(address); err == nil {
		address = l.URL()
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return archive.Canonical(u)
}

// body reads a part of the capture.
func (l *looking) body(p archive.Part, limit int64) ([]byte, error) {
	f, ok := fileOf(l.x, "warc")
	if !ok {
		return nil, iru.NotFound
	}
	r, err := l.opts.Evidence.Open(l.ctx, l.x, f)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := p.Body(r, limit)
	if err != nil {
		return nil, iru.Refuse(iru.Invalid, "this part of the capture cannot be read: "+cutText(err.Error(), 200), "")
	}
	return b, nil
}

// finder gives the addresses of what the capture holds. Under the filter the pictures of styles are left out: only those of elements
// can be blurred.
func (l *looking) finder(index *archive.Index, plain bool) inert.Finder {
	return func(u *url.URL, k inert.Kind) string {
		if index == nil {
			return ""
		}
		address := archive.Canonical(u)
		p, ok := index.Find(address)
		if !ok {
			return ""
		}
		sheet := k == inert.Sheet
		switch {
		case sheet != (p.Type == "text/css") && p.Type != "", p.Type == "text/html", k == inert.Backdrop && !plain:
			return ""
		case !sheet:
			return "/c/" + l.token + "/r/" + archive.Key(address)
		case plain:
			return "/c/" + l.token + "/s/" + archive.Key(address)
		}
		return "/c/" + l.token + "/f/" + archive.Key(address)
	}
}

// found gives the part that the address asks for.
func (l *looking) found() (*archive.Index, archive.Part, error) {
	if l.can.Show != showCopy {
		return nil, archive.Part{}, iru.NotFound
	}
	index, err := l.shelf.index(l.ctx, l.opts.Evidence, l.x)
	if err != nil {
		return nil, archive.Part{}, err
	}
	p, ok := index.ByKey(l.r.PathValue("key"))
	if !ok {
		return nil, p, iru.NotFound
	}
	return index, p, nil
}

// picture answers with a picture of the capture.
func (l *looking) picture() error {
	_, p, err := l.found()
	if err != nil {
		return err
	}
	body, err := l.body(p, archive.DefaultLimits.Body)
	if err != nil {
		return err
	}
	kind := p.Type
	if !slices.Contains(pictureTypes, kind) { // servers often say nothing, or the wrong thing
		if kind = http.DetectContentType(body); !slices.Contains(pictureTypes, kind) {
			return iru.NotFound
		}
	}
	l.policy("default-src 'none'; style-src 'unsafe-inline'")
	h := l.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // the copy stands in a sandbox and so has no origin
	_, _ = l.w.Write(body)
	return nil
}

// style answers with a style sheet of the capture; plain is whether it may have pictures.
func (l *looking) style(plain bool) error {
	index, p, err := l.found()
	if err != nil {
		return err
	}
	if p.Type != "text/css" && p.Type != "" {
		return iru.NotFound
	}
	body, err := l.body(p, maxSheet)
	if err != nil {
		return err
	}
	base, err := url.Parse(p.URL)
	if err != nil {
		return iru.NotFound
	}
	kind := "text/css"
	if p.Charset != "" {
		kind += "; charset=" + p.Charset
	}
	r, err := charset.NewReader(bytes.NewReader(body), kind)
	if err != nil {
		r = bytes.NewReader(body)
	}
	text, err := io.ReadAll(io.LimitReader(r, 3*maxSheet))
	if err != nil {
		return iru.NotFound
	}
	h := l.w.Header()
	h.Set("Content-Type", "text/css; charset=utf-8")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	_, _ = io.WriteString(l.w, inert.Style(string(text), base, l.finder(index, plain)))
	return nil
}

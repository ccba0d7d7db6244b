// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"net/url"
	"strings"

	"iolaus/internal/inspect"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// Limits of one reader and of thumbnails.
const (
	maxFalls = 4    // cells that one reader may lose, and one more for each so many files that were read
	perFall  = 100  // of these files
	maxWidth = 1024 // of a thumbnail, in pixels
	tall     = 4    // times its width a thumbnail is high, at most
)

// A Reader reads the files of one capture, one after the other: who calls it meanwhile waits. It has a cell from its first file on, and
// another one after a file broke it, a few times, or after much work.
//
// Errors say what happened to the file. Invalid: the file cannot be read here, now or later, because it is none (ErrNotPage, ErrTooLarge or
// ErrFormat of package recognise) or because it does harm (ErrStopped). Unavailable: the file was not read, which says nothing about it.
type Reader struct {
	p     *Pool
	turn  chan struct{} // holds one while nobody asks
	cell  *cell
	read  int // files
	falls int // cells that were lost
	gone  bool
}

// Reader gives the reader of one capture. It waits while as many as may be are open.
func (p *Pool) Reader(ctx context.Context) (*Reader, error) {
	select {
	case p.slots <- struct{}{}:
	case <-p.ctx.Done():
		return nil, fmt.Errorf("open a reader: %w: %w", iru.Unavailable, errClosed)
	case <-ctx.Done():
		return nil, fmt.Errorf("open a reader: %w: %w", iru.Unavailable, context.Cause(ctx))
	}
	if p.ctx.Err() != nil { // both were possible
		<-p.slots
		return nil, fmt.Errorf("open a reader: %w: %w", iru.Unavailable, errClosed)
	}
	return p.opened(), nil
}

// opened is a reader that has its place.
func (p *Pool) opened() *Reader {
	r := &Reader{p: p, turn: make(chan struct{}, 1)}
	r.turn <- struct{}{}
	return r
}

// Spare gives one more reader to a capture that has one already and could use it, or nil: half of the places stay for other captures, so
// that those who have a reader never wait for each other.
func (p *Pool) Spare() *Reader {
	if p.ctx.Err() != nil || 2*len(p.slots) >= cap(p.slots) {
		return nil
	}
	select {
	case p.slots <- struct{}{}:
	default:
		return nil
	}
	return p.opened()
}

// Close ends the reader and its cell. It waits for a file that is being read.
func (r *Reader) Close() error {
	<-r.turn
	defer func() { r.turn <- struct{}{} }()
	if r.gone {
		return nil
	}
	r.gone = true
	if r.cell != nil {
		r.cell.kill()
		r.cell = nil
	}
	<-r.p.slots
	return nil
}

// Page reads an HTML page as recognise.ReadPage does. Base may be nil.
func (r *Reader) Page(ctx context.Context, body []byte, contentType string, base *url.URL) (*recognise.Page, error) {
	if !recognise.IsPage(body, contentType) { // no cell is needed to see that
		return nil, fmt.Errorf("read page: %w: %w: content type %.60q", iru.Invalid, recognise.ErrNotPage, contentType)
	}
	body = body[:min(len(body), recognise.MaxPage+1)] // more is not read anyway
	var p parcel
	p.text(limited(contentType))
	address := ""
	if base != nil {
		address = strings.ToValidUTF8(base.String(), "%EF%BF%BD")
	}
	if len(address) > maxParameters/2 {
		return nil, fmt.Errorf("read page: %w: an address of %d bytes", iru.Invalid, len(address))
	}
	p.text(address)
	return ask(ctx, r, "read page", question{kindPage, p, body}, unpackPage)
}

// Plain reads a feed, a manifest, a playlist or other text as recognise.ReadPlain does.
func (r *Reader) Plain(ctx context.Context, body []byte, contentType string) (*recognise.Plain, error) {
	var p parcel
	p.text(limited(contentType))
	return ask(ctx, r, "read file", question{kindPlain, p, body}, unpackPlain)
}

// References finds what a file refers to, as recognise.References does. Base may be nil.
func (r *Reader) References(ctx context.Context, body []byte, contentType string, base *url.URL) ([]recognise.Reference, error) {
	if !recognise.Refers(contentType) { // no cell is needed to see that
		return nil, nil
	}
	address := ""
	if base != nil {
		address = base.String()
	}
	if len(address) > maxParameters/2 {
		return nil, fmt.Errorf("find references: %w: an address of %d bytes", iru.Invalid, len(address))
	}
	var p parcel
	p.text(limited(contentType))
	p.raw([]byte(address))
	return ask(ctx, r, "find references", question{kindReferences, p, body[:min(len(body), recognise.MaxReferring)]}, unpackReferences)
}

// PDF reads a document as recognise.ReadPDF does: nothing in it is run.
func (r *Reader) PDF(ctx context.Context, body []byte) (*recognise.PDF, error) {
	if len(body) > recognise.MaxPDF {
		return nil, fmt.Errorf("read PDF: %w: %w: %d bytes", iru.Invalid, recognise.ErrTooLarge, len(body))
	}
	return ask(ctx, r, "read PDF", question{kindPDF, nil, body}, unpackPDF)
}

// Inspect reads a file as inspect.Read does. Base may be nil.
func (r *Reader) Inspect(ctx context.Context, k inspect.Kind, body []byte, contentType string, base *url.URL) (inspect.Facts, error) {
	address := ""
	if base != nil {
		address = strings.ToValidUTF8(base.String(), "%EF%BF%BD")
	}
	if len(address) > maxParameters/2 {
		return inspect.Facts{}, fmt.Errorf("read %s: %w: an address of %d bytes", k, iru.Invalid, len(address))
	}
	var p parcel
	p.each([]string{string(k), limited(contentType), address})
	return ask(ctx, r, "read "+string(k), question{kindInspect, p, body}, func(b []byte) (inspect.Facts, error) { return inspect.Unpack(b, k) })
}

// Picture reads a PNG, JPEG, GIF or WebP picture.
func (r *Reader) Picture(ctx context.Context, body []byte) (Picture, error) {
	return r.picture(ctx, kindPicture, body)
}

// Picture512 is Picture with the hash that the command-line tool of the reference makes: see recognise.HashPDQ512.
func (r *Reader) Picture512(ctx context.Context, body []byte) (Picture, error) {
	return r.picture(ctx, kindPicture512, body)
}

func (r *Reader) picture(ctx context.Context, k kind, body []byte) (Picture, error) {
	var p parcel
	pixels := r.p.o.Pixels
	p.number(uint64(pixels))
	return ask(ctx, r, "read picture", question{k, p, body}, func(b []byte) (Picture, error) { return unpackPicture(b, pixels) })
}

// Thumbnail makes a JPEG of a picture, of at most so many pixels in width and four times that in height, whose lower part is cut off
// if it is longer. It is encoded here from bare points, so nothing of the file itself is in it.
func (r *Reader) Thumbnail(ctx context.Context, body []byte, width int) ([]byte, error) {
	if width < 1 || width > maxWidth {
		return nil, fmt.Errorf("make thumbnail: %w: %d pixels wide", iru.Invalid, width)
	}
	var p parcel
	p.number(uint64(r.p.o.Pixels))
	p.number(uint64(width))
	small, err := ask(ctx, r, "make thumbnail", question{kindThumbnail, p, body}, func(b []byte) (*image.RGBA, error) { return unpackPoints(b, width) })
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: 80}); err != nil {
		return nil, fmt.Errorf("make thumbnail: %w: %w", iru.Internal, err)
	}
	return out.Bytes(), nil
}

func unpackPoints(b []byte, width int) (*image.RGBA, error) {
	u := unpacker{rest: b}
	w, h := int(u.number(uint64(width))), int(u.number(uint64(tall*width)))
	points := u.raw(3 * w * h)
	if u.end() != nil || w < 1 || h < 1 || len(points) != 3*w*h {
		return nil, errNonsense
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		copy(img.Pix[4*i:], points[3*i:3*i+3])
		img.Pix[4*i+3] = 0xff
	}
	return img, nil
}

// ask has the reader's cell read one file and checks what it says.
func ask[T any](ctx context.Context, r *Reader, what string, q question, unpack func([]byte) (T, error)) (T, error) {
	var none T
	if n := int64(len(q.body)); n > r.p.o.Bytes {
		return none, fmt.Errorf("%s: %w: %w: more than %d bytes", what, iru.Invalid, recognise.ErrTooLarge, r.p.o.Bytes)
	}
	select {
	case <-r.turn:
	case <-ctx.Done():
		return none, fmt.Errorf("%s: %w: %w", what, iru.Unavailable, context.Cause(ctx))
	}
	defer func() { r.turn <- struct{}{} }()
	c, err := r.has(ctx)
	if err != nil {
		return none, fmt.Errorf("%s: %w", what, err)
	}
	v, b, err := c.ask(ctx, q, r.p.o)
	if err == nil && v == verdictRead {
		var out T
		if out, err = unpack(b); err == nil {
			r.read++
			return out, nil
		}
	}
	if err != nil {
		r.cell = nil
		if ctx.Err() == nil {
			r.falls++
		}
		err = c.bury(ctx, err, r.p.o)
		r.p.o.Log.Warn("a reader of hostile files was stopped", "doing", what, "err", err)
		return none, fmt.Errorf("%s: %w", what, err)
	}
	known := [verdicts]error{verdictNotPage: recognise.ErrNotPage, verdictTooLarge: recognise.ErrTooLarge, verdictFormat: recognise.ErrFormat,
		verdictPanic: ErrStopped}[v]
	return none, fmt.Errorf("%s: %w: %w: %s", what, iru.Invalid, known, b)
}

// has gives the reader's cell.
func (r *Reader) has(ctx context.Context) (*cell, error) {
	switch {
	case r.gone:
		return nil, fmt.Errorf("%w: the reader is closed", iru.Internal)
	case r.falls >= maxFalls+r.read/perFall:
		return nil, fmt.Errorf("%w: its capture's files stopped %d readers already, so no more are read", iru.Unavailable, r.falls)
	case r.cell != nil && !r.cell.gone() && !r.cell.tired(r.p.o.life):
		return r.cell, nil
	case r.cell != nil:
		if r.cell.gone() { // between two files
			r.falls++
		}
		r.cell.kill()
		r.cell = nil
	}
	c, err := r.p.take(ctx)
	r.cell = c
	return c, err
}

// limited is a header's value as far as it can mean anything.
func limited(s string) string { return string(words(s)) }

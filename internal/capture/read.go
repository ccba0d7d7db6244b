// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"bytes"
	"context"
	"errors"

	"iolaus/internal/iru"
	"iolaus/internal/recognise"
	"iolaus/internal/sandbox"
)

// Picture reads a picture of the page for its fingerprint, with its quality from 0 to 100. What is no picture has quality 0; what harmed
// its reader does too, and the manifest says so. The error is that of ctx.
func (p *Capture) Picture(ctx context.Context, body []byte) (recognise.PDQ, int, error) {
	if p.cell == nil {
		img, _, err := recognise.DecodeImage(bytes.NewReader(body), recognise.Limits{})
		if err != nil {
			return recognise.PDQ{}, 0, nil
		}
		pdq, quality := recognise.HashPDQ(img)
		return pdq, quality, nil
	}
	pic, err := p.cell.Picture(ctx, body)
	return pic.PDQ, pic.Quality, p.unread(ctx, "a picture", err)
}

// Plain reads a feed, a manifest, a playlist or other text that belongs to the page. Nothing is read of what is unreadable. The error is
// that of ctx.
func (p *Capture) Plain(ctx context.Context, body []byte, contentType string) (recognise.Plain, error) {
	if len(body) == 0 {
		return recognise.Plain{}, nil
	}
	if p.cell == nil {
		return recognise.ReadPlain(body, contentType), nil
	}
	f, err := p.cell.Plain(ctx, body, contentType)
	if err != nil {
		return recognise.Plain{}, p.unread(ctx, "a file", err)
	}
	return *f, nil
}

// unread notes what could not be read, unless the file is simply no such file.
func (p *Capture) unread(ctx context.Context, what string, err error) error {
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, sandbox.ErrStopped) || !errors.Is(err, iru.Invalid) {
		p.Warnf("%s was recorded but not read: %v", what, err)
	}
	return nil
}

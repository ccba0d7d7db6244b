// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"context"
	"errors"
	"io"
	"strings"

	"iolaus/internal/fetch"
)

// Shoot loads the page in the browser, through the recording proxy, and keeps what it shows: screenshot, PDF, MHTML, DOM. Without a
// browser, and for what is no page, the manifest says what is missing and why. Errors: those of the tape only; what the page does to the
// browser is a warning.
func (p *Capture) Shoot(ctx context.Context) error {
	s := p.Sight.Response
	switch {
	case s == nil || s.Status == 0:
		return nil // nothing came that could be shown
	case p.camera.Browser == nil:
		p.Warnf("screenshot, PDF, MHTML and DOM are missing: no browser was used")
		return nil
	case !strings.Contains(s.Type, "html"):
		p.Warnf("screenshot, PDF, MHTML and DOM are missing: %s is shown by no browser page", or(s.Type, "what came"))
		return nil
	}
	ctx, cancel := context.WithDeadline(ctx, p.ends)
	defer cancel()
	var broken error // of the tape: the browser is told, and goes on
	shot, err := p.camera.Browser.Capture(ctx, p.camera.Client, p.ask.Address, func(e fetch.Exchange) error {
		err := p.tape.Add(e)
		if err != nil {
			broken = err
		}
		return err
	}, fetch.ShotOptions{})
	if shot != nil {
		defer func() { _ = shot.Close() }() // what is kept was copied
	}
	switch {
	case broken != nil:
		return broken
	case errors.Is(err, context.Canceled):
		return err
	case err != nil:
		p.Warnf("the browser did not show the page: %v", err)
	}
	if shot == nil {
		return nil
	}
	for _, w := range shot.Warnings {
		p.Warnf("browser: %s", w)
	}
	for _, m := range shot.Missing {
		p.Warnf("browser: %s is missing: %s", m.What, m.Why)
	}
	for _, f := range []struct {
		name, kind string
		content    io.Reader
	}{
		{"screenshot.png", "screenshot", from(shot.Screenshot)}, {"page.pdf", "pdf", from(shot.PDF)}, {"page.mhtml", "mhtml", from(shot.MHTML)},
		{"page.html", "dom", strings.NewReader(shot.DOM)},
	} {
		if err := p.keep(f.name, f.kind, f.content); err != nil {
			return err
		}
	}
	p.shown, p.browser = shot.Text, shot.Browser
	return nil
}

// from reads a spool; nothing where there is none.
func from(s *fetch.Spool) io.Reader {
	if s == nil {
		return strings.NewReader("")
	}
	return io.NewSectionReader(s, 0, s.Size())
}

// Shown is the text that the browser showed; "" without one.
func (p *Capture) Shown() string { return p.shown }

// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"iolaus/internal/iru"
)

// ShotOptions say how a page is looked at. A zero field takes the value that stands beside it.
type ShotOptions struct {
	Width    int           // of the window in CSS pixels: 1280
	Height   int           // of the window in CSS pixels: 1024
	Tallest  int           // of a picture in CSS pixels: 16384
	Language string        // what the browser asks for, most wanted first, such as "de-AT,de": "en-US,en"
	Load     time.Duration // for loading: 30 s, and half of what there is at most; a page that is not finished then is taken as it is
	Quiet    time.Duration // without traffic, after which a loaded page is taken: 500 ms
	Settle   time.Duration // longest wait for quiet after loading: 5 s
	Part     time.Duration // for each of DOM, picture, PDF and MHTML: 20 s
	Total    time.Duration // for all: 2 min
	Memory   int64         // bytes of memory that the browser may fill: 2 GiB
	Folder   string        // of profile and spools; the browser's user must reach it: the system's
	Proxy    ProxyOptions  // Folder and User are set
}

const (
	longestPicture  = 64 << 20
	longestSnapshot = 64 << 20
	longestPDF      = 64 << 20
	longestText     = 16 << 20 // of the DOM and of the text, each, in UTF-16 units
	popups          = 8        // are given time to load
)

func (o ShotOptions) filled() ShotOptions {
	o.Width, o.Height, o.Tallest = cmp.Or(o.Width, 1280), cmp.Or(o.Height, 1024), cmp.Or(o.Tallest, 16384)
	o.Language = cmp.Or(o.Language, "en-US,en")
	o.Load, o.Quiet, o.Settle, o.Total = cmp.Or(o.Load, 30*time.Second), cmp.Or(o.Quiet, 500*time.Millisecond), cmp.Or(o.Settle, 5*time.Second), cmp.Or(o.Total, 2*time.Minute)
	o.Part = cmp.Or(o.Part, 20*time.Second)
	o.Memory = cmp.Or(o.Memory, 2<<30)
	o.Proxy.Folder = o.Folder
	return o
}

// loading is how long a page may load: what came is to be taken, too.
func (o ShotOptions) loading(ctx context.Context, now time.Time) time.Duration {
	if end, bounded := ctx.Deadline(); bounded {
		return min(o.Load, end.Sub(now)/2)
	}
	return o.Load
}

// A Shot is what a browser made of a page. A nil spool was not made: Missing says why.
type Shot struct {
	Address    string // as asked
	Final      string // the document's address at the end
	Status     int    // of the document; 0 where it is not known
	Title      string
	Lang       string // what the document says of itself
	Text       string // as a reader sees it (innerText of the body)
	DOM        string // the document as it was after loading, as HTML
	Screenshot *Spool // PNG of the full page
	PDF        *Spool
	MHTML      *Spool
	Responses  []byte    // the browser's view of the answers, a JSON array
	Width      int       // of the picture, in CSS pixels
	Height     int       // of the picture, in CSS pixels
	Popups     []string  // addresses of windows that the page opened
	Browser    string    // its version
	Agent      string    // the User-Agent header
	Warnings   []string  // what is out of the ordinary
	Missing    []Missing // what could not be made
	Proxy      ProxyReport
	Started    time.Time
	Ended      time.Time
}

// Missing is a part of a shot that could not be made.
type Missing struct {
	What string // "screenshot", "pdf", "mhtml", "dom"
	Why  string
}

// Close gives the spools back.
func (s *Shot) Close() error {
	return errors.Join(s.Screenshot.Close(), s.PDF.Close(), s.MHTML.Close())
}

func (s *Shot) warnf(format string, args ...any) {
	if len(s.Warnings) < 100 {
		s.Warnings = append(s.Warnings, fmt.Sprintf(format, args...))
	}
}

func (s *Shot) miss(what string, err error) {
	s.Missing = append(s.Missing, Missing{what, err.Error()})
}

// Capture shows one page to a browser of its own and takes what it sees, while every exchange goes through a recording proxy of
// its own onto the tape. The browser runs with its sandbox, never as root, in a new profile that is removed at the end, and all its
// processes are killed. The shot is never nil; with an error it holds what there was. Errors: those of Get where the page itself
// could not be had, the tape's, Unavailable where the browser does not start. A page that never finishes, crashes the browser or
// cannot be printed is no error: Warnings and Missing say so.
func (b *Browser) Capture(ctx context.Context, c *Client, address string, tape Tape, o ShotOptions) (shot *Shot, err error) {
	o = o.filled()
	shot = &Shot{Address: address, Final: address, Browser: b.Version, Agent: cmp.Or(c.agent, b.agent()), Started: time.Now()}
	defer func() { shot.Ended = time.Now() }()
	u, err := parse(address)
	if err != nil {
		return shot, fmt.Errorf("capture %.200s: %w", address, err)
	}
	as := *b
	if err := as.identify(); err != nil {
		return shot, err
	}
	o.Proxy.User = as.uid
	proxy, err := c.Proxy(tape, o.Proxy)
	if err != nil {
		return shot, err
	}
	nowhere, release, err := reserve()
	if err != nil {
		return shot, errors.Join(err, proxy.Close())
	}
	defer release()
	program, err := as.start(o.Folder, flags(proxy, nowhere, shot.Agent, o))
	if err != nil {
		return shot, errors.Join(err, proxy.Close())
	}
	within, cancel := context.WithTimeout(ctx, o.Total)
	defer cancel()
	stop := context.AfterFunc(within, program.kill)
	t := newTab(shot, proxy, o)
	t.devtools = talk(program.to, program.from, t.heard)
	held := make(chan struct{})
	go func() {
		defer close(held)
		program.hold(o.Memory, program.exited, t.overfull)
	}()
	err = t.take(within, u.String())
	told := proxy.Close() // before the browser is killed: what is cut is cut by us
	stop()
	program.kill()
	<-held
	t.devtools.close()
	t.finish()
	shot.Proxy = proxy.Report()
	gone := program.remove()
	switch {
	case told != nil:
		err = told
	case ctx.Err() != nil:
		err = explain(ctx, ErrTimeout, fmt.Sprintf("capture %.200s", address), ctx.Err())
	case errors.Is(err, errGone) && t.devtoolsNever():
		err = fmt.Errorf("start the browser %s: %w: %s", b.Path, iru.Unavailable, cmp.Or(program.said.last(), "it ended without a word"))
	case err != nil:
		err = fmt.Errorf("capture %.200s: %w", address, err)
	}
	return shot, errors.Join(err, gone)
}

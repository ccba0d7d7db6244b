// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"iolaus/internal/exhibit"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/probe"
	"iolaus/internal/recognise"
	"iolaus/internal/sandbox"
)

// A Camera makes captures from one vantage point. It is safe for use by many at once.
type Camera struct {
	Client   *fetch.Client
	Browser  *fetch.Browser // nil: the picture of a page is missing, which its manifest says
	Cells    *sandbox.Pool  // nil: hostile files are read in this process; for tests
	RDAP     *probe.RDAP    // nil: registers are not asked
	Software string         // name and version, "iolaus/1.4.0"
	Operator string         // the unit, as its letters name it
}

// A Request is what to capture. Zero limits take the defaults.
type Request struct {
	Address string
	Expect  fetch.Expect  // what the look hopes to find
	Dir     string        // folder to work in, kept by the caller; "": a temporary one, gone with Close
	Bytes   int64         // taken along in all; DefaultBytes
	Time    time.Duration // for what belongs to the page: pictures, browser; DefaultTime
}

// What one capture may take, unless its request says otherwise. A site that drips its pictures must leave time to keep the page.
const (
	DefaultBytes = 64 << 20
	DefaultTime  = 90 * time.Second
)

// A Capture is one capture under way: looked at, being recorded. Its methods are for one goroutine.
type Capture struct {
	Sight fetch.Sight

	camera  *Camera
	ask     Request
	cell    *sandbox.Reader
	dir     string
	own     bool // dir is ours to remove
	tape    *Tape
	left    int64  // bytes that may still be taken along
	shown   string // text, as the browser showed it
	browser string // its version
	files   []File
	facts   Facts
	ends    time.Time // for what belongs to the page
}

// Begin looks at an address once and puts what went over the wire on a tape. What a server does is no error: a failed look is a capture
// of the failure. Errors: a *fetch.Later where our own pace forbids to ask, and nothing is recorded; Unavailable (disk, cell); Internal.
func (c *Camera) Begin(ctx context.Context, r Request) (_ *Capture, err error) {
	p := &Capture{camera: c, ask: r, left: or(r.Bytes, DefaultBytes)}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	if c.Cells != nil {
		if p.cell, err = c.Cells.Reader(ctx); err != nil {
			return nil, fmt.Errorf("capture %s: %w", r.Address, err)
		}
		r.Expect.Read = func(body []byte, contentType string, base *url.URL) (*recognise.Page, error) {
			return p.cell.Page(ctx, body, contentType, base)
		}
	}
	p.Sight = fetch.Look(ctx, c.Client, r.Address, r.Expect)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if later := (*fetch.Later)(nil); errors.As(p.Sight.Err, &later) {
		return nil, p.Sight.Err
	}
	p.ends = time.Now().Add(or(r.Time, DefaultTime))
	if err := p.open(); err != nil {
		return nil, err
	}
	if s := p.Sight.Response; s != nil {
		p.left -= weight(s.Hops...)
		if err := p.add(s.Hops...); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// open makes the folder and the tape in it.
func (p *Capture) open() error {
	p.dir = p.ask.Dir
	if p.dir == "" {
		dir, err := os.MkdirTemp("", temporary)
		if err != nil {
			return fmt.Errorf("make folder of capture: %w: %w", iru.Unavailable, err)
		}
		p.dir, p.own = dir, true
	}
	info := exhibit.Info{Software: p.camera.Software, Operator: p.camera.Operator, Vantage: p.camera.Client.Network().Name, Once: true}
	var err error
	p.tape, err = OpenTape(p.dir, info, recordID, p.Sight.At)
	return err
}

// Close lets go of everything; a temporary folder is removed.
func (p *Capture) Close() {
	if p.cell != nil {
		_ = p.cell.Close() // it ends with us
	}
	if p.tape != nil {
		_ = p.tape.Close() // what is kept was read back by then
	}
	if p.own {
		_ = os.RemoveAll(p.dir) // swept at the next start
	}
}

// add puts exchanges on the tape.
func (p *Capture) add(exchanges ...fetch.Exchange) error {
	for _, e := range exchanges {
		if err := p.tape.Add(e); err != nil {
			return err
		}
	}
	return nil
}

// Warnf notes for the manifest what a court should know. What a run before this one has noted already is not told twice.
func (p *Capture) Warnf(format string, a ...any) {
	if w := fmt.Sprintf(format, a...); !slices.Contains(p.tape.Warnings(), w) {
		p.tape.Warn(w)
	}
}

// Beside takes along what belongs to the page and gives its body; nil where it did not come whole. What the browser loaded already is
// not asked for again. What does not fit any more, in bytes or in time, is left out, and the manifest says so.
func (p *Capture) Beside(ctx context.Context, address, media string) ([]byte, error) {
	ctx, cancel := context.WithDeadline(ctx, p.ends)
	defer cancel()
	switch {
	case ctx.Err() != nil:
		p.Warnf("%s was left out: the time for what belongs to the page was over", address)
		return nil, nil
	case p.left <= 0:
		p.Warnf("%s was left out: the capture holds as many bytes as it may", address)
		return nil, nil
	}
	res, err := p.camera.Client.Get(ctx, address, fetch.Accept(media), fetch.Prefix(p.left))
	took := weight(res.Hops...)
	if took > p.left || res.Truncated == fetch.TruncatedLength && err == nil {
		p.Warnf("%s was left out: it needs more than the %d bytes that the capture may still take", address, p.left)
		return nil, nil
	}
	if n := len(res.Hops); err != nil && (n == 0 || len(res.Hops[n-1].Response) == 0) { // no record of it can stand on the tape
		p.Warnf("%s was left out: %v", address, err)
	}
	p.left -= took
	if more := p.add(res.Hops...); more != nil || err != nil || res.Status != 200 {
		return nil, more
	}
	return res.Body, nil
}

// weight is how many bytes exchanges hold.
func weight(exchanges ...fetch.Exchange) int64 {
	var n int64
	for _, e := range exchanges {
		n += int64(len(e.Request) + len(e.Response))
		if e.Rest != nil {
			n += e.Rest.Size()
		}
	}
	return n
}

func or[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}

// temporary begins the names of our own folders.
const temporary = "iolaus-capture-"

func (p *Capture) path(name string) string { return filepath.Join(p.dir, name) }

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"iolaus/internal/capture"
)

// A progress tells what long work does: on a terminal a bar that moves, elsewhere a line for each step.
type progress struct {
	w     io.Writer
	bars  *mpb.Progress // nil: lines
	bar   *mpb.Bar
	mu    sync.Mutex
	doing string
	told  int // addresses of the last line
	quiet int // calls since, about a second each
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w}
	if f, ok := w.(*os.File); ok {
		if i, err := f.Stat(); err == nil && i.Mode()&os.ModeCharDevice != 0 {
			p.bars = mpb.New(mpb.WithOutput(w), mpb.WithWidth(40))
			p.bar = p.bars.AddBar(0, mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return p.now() })), mpb.BarRemoveOnComplete())
		}
	}
	return p
}

func (p *progress) now() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.doing + " "
}

// sayf tells the step that begins.
func (p *progress) sayf(format string, a ...any) {
	p.mu.Lock()
	p.doing = fmt.Sprintf(format, a...)
	line := p.doing
	p.mu.Unlock()
	if p.bars == nil {
		fmt.Fprintln(p.w, line)
	}
}

// crawled tells how a crawl stands. Ctrl-C stops it; the same command goes on.
func (p *progress) crawled(c capture.CrawlProgress) {
	line := fmt.Sprintf("%d of %d addresses, %.1f MB, %d failed, %.0f a second", c.Done, c.Done+c.Queued, float64(c.Bytes)/1e6, c.Failed, c.Rate)
	if p.bars != nil {
		p.mu.Lock()
		p.doing = line
		p.mu.Unlock()
		p.bar.SetTotal(int64(c.Done+c.Queued), false)
		p.bar.SetCurrent(int64(c.Done))
		return
	}
	p.mu.Lock()
	p.quiet++
	tell := c.Done >= p.told+500 || p.quiet >= 30 || c.Queued == 0 // at a polite pace one address takes seconds
	if tell {
		p.told, p.quiet = c.Done, 0
	}
	p.mu.Unlock()
	if tell {
		fmt.Fprintln(p.w, line)
	}
}

func (p *progress) end() {
	if p.bars != nil {
		p.bar.Abort(true)
		p.bars.Wait()
	}
}

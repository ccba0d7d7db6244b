// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// CrawlOptions are how a crawl is done. The zero value suits a unit that is in no hurry.
type CrawlOptions struct {
	Workers int   // that ask at once; 0 is 16
	Body    int64 // bytes of one answer; 0 is the client's limit
	// References does what recognise.References does, which is meant by nil, elsewhere. Many call it at once. An error means that there
	// are none.
	References func(ctx context.Context, body []byte, contentType string, base *url.URL) ([]recognise.Reference, error)
	Progress   func(CrawlProgress) // called by one at a time, about every second, and at the end
}

// CrawlProgress is how far a crawl is, runs before this one included.
type CrawlProgress struct {
	Done   int           // addresses that were asked, failures included
	Failed int           // of them
	Queued int           // that wait
	Bytes  int64         // of answers
	Rate   float64       // addresses a second, since the last call
	Took   time.Duration // of this run
}

// CrawlReport is what came of a crawl.
type CrawlReport struct {
	CrawlProgress
	Whole   bool           // nothing within the bounds was left unasked
	Refused map[string]int // references out of bounds, by reason
}

// Crawl asks what waits in the frontier, and what it finds there, until nothing waits, the bounds are reached or ctx ends: then what
// was in flight waits again, and another Crawl goes on. Pages are followed on the hosts of the frontier's seeds, with and without www;
// what belongs to a page is taken from anywhere. The pace is the client's: a host that is not due holds up no other. What failed is
// told as failed with the reason, in the report and in the tape's exchanges. Errors: ctx's, those of the tape.
func Crawl(ctx context.Context, c *fetch.Client, f *Frontier, t *Tape, o CrawlOptions) (CrawlReport, error) {
	if o.Workers <= 0 {
		o.Workers = 16
	}
	if f.tape != t {
		return CrawlReport{}, fmt.Errorf("crawl: %w: the frontier is another tape's", iru.Internal)
	}
	began := time.Now()
	run, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var all sync.WaitGroup
	for range o.Workers {
		all.Go(func() {
			w := crawler{session: c.Session(), frontier: f, options: o}
			defer w.session.Close()
			if err := w.work(run); err != nil {
				stop(err)
			}
		})
	}
	told := make(chan struct{})
	over := make(chan struct{})
	go func() { defer close(told); tell(f, o.Progress, began, over) }()
	all.Wait()
	close(over)
	<-told
	r := f.report(began)
	if err := context.Cause(run); err != nil {
		return r, fmt.Errorf("crawl: %w", err)
	}
	return r, nil
}

// tell calls progress until the crawl is over.
func tell(f *Frontier, progress func(CrawlProgress), began time.Time, over <-chan struct{}) {
	if progress == nil {
		return
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	last, at := f.report(began).Done, began
	for {
		end := false
		select {
		case <-tick.C:
		case <-over:
			end = true
		}
		p := f.report(began).CrawlProgress
		now := time.Now()
		p.Rate = float64(p.Done-last) / max(now.Sub(at).Seconds(), 1e-3)
		last, at = p.Done, now
		if progress(p); end {
			return
		}
	}
}

func (f *Frontier) report(began time.Time) CrawlReport {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.count
	r := CrawlReport{Whole: f.waiting+f.flying == 0, Refused: map[string]int{}}
	r.CrawlProgress = CrawlProgress{Done: n.done, Failed: n.failed, Queued: f.waiting + f.flying, Bytes: n.bytes, Took: time.Since(began)}
	for k, v := range n.refused {
		r.Refused[k] = v
	}
	return r
}

// A crawler is one worker.
type crawler struct {
	session  *fetch.Session
	frontier *Frontier
	options  CrawlOptions
	pending  []*tapeBatch
}

// inFlight is how many answers of a worker may wait for the disk: their bytes are in the file already, only their place in the
// journal is not safe yet.
const inFlight = 4

// answerMemory is how much of a body lies in memory, and how much of a page is searched for links; what follows goes through the disk.
const answerMemory = 1 << 20

func (w *crawler) work(ctx context.Context) error {
	for {
		i, ok := w.frontier.take(ctx)
		if !ok {
			return w.settle(0)
		}
		w.ask(ctx, i)
		if err := w.settle(inFlight); err != nil {
			return err
		}
	}
}

// settle waits until no more than n answers are not durable.
func (w *crawler) settle(n int) error {
	for len(w.pending) > n {
		if err := w.pending[0].wait(); err != nil {
			return err
		}
		w.pending = w.pending[1:]
	}
	return nil
}

// ask asks one address and hands over what came.
func (w *crawler) ask(ctx context.Context, i crawlItem) {
	var claimed []string
	opts := []fetch.Option{fetch.Promptly(), fetch.Follow(func(next string) bool {
		ok := w.frontier.claim(next)
		if ok {
			claimed = append(claimed, next)
		}
		return ok
	}), fetch.Spooled(answerMemory, filepath.Dir(w.frontier.tape.Path()))}
	if w.options.Body > 0 {
		opts = append(opts, fetch.Prefix(w.options.Body))
	}
	if i.Part {
		opts = append(opts, fetch.Accept("*/*"))
	}
	res, err := w.session.Get(ctx, i.URL, opts...)
	var found []recognise.Reference
	base, wrong := url.Parse(res.Final)
	if wrong == nil && ctx.Err() == nil {
		found = w.references(ctx, res, base)
	}
	if ctx.Err() != nil || errors.Is(err, fetch.ErrSpool) {
		for _, h := range res.Hops {
			_ = h.Rest.Close() // nobody wants it
		}
		for len(claimed) > 0 {
			claimed = w.frontier.release(claimed, claimed[0])
		}
		w.frontier.back(i, time.Time{})
		if ctx.Err() == nil {
			w.pending = append(w.pending, failedBatch(err))
		}
		return
	}
	var later *fetch.Later
	if errors.As(err, &later) && len(res.Hops) == 0 {
		w.frontier.back(i, later.Until)
		return
	}
	var links []crawlFound
	l := journalLine{Done: &crawlDone{URL: i.URL, Status: res.Status}}
	if wrong == nil {
		if i.Depth == 0 && !i.Part && len(res.Hops) > 1 && err == nil { // where the seed has moved to
			l.Scope = w.frontier.widen(base.Host)
		}
		links = w.links(i, base, found)
	}
	if errors.As(err, &later) { // a host on the way is not due: the address behind goes on from there
		claimed = w.frontier.release(claimed, res.Final)
		if u, no := url.Parse(res.Final); no == nil {
			links, err = []crawlFound{{crawlItem{URL: res.Final, Depth: i.Depth, Nested: i.Nested, Part: i.Part}, u}}, nil
		}
	}
	l.Seen = claimed
	for _, h := range res.Hops {
		l.Done.Bytes += int64(len(h.Response))
		if h.Rest != nil {
			l.Done.Bytes += h.Rest.Size()
		}
	}
	if err != nil {
		l.Done.Failed = err.Error()
	} else if res.Truncated != "" {
		l.Done.Failed = "cut short: " + res.Truncated
	}
	w.pending = append(w.pending, w.frontier.finish(i, l, res.Hops, links))
}

// A crawlFound is an item with its address as it was parsed.
type crawlFound struct {
	crawlItem
	at *url.URL
}

// references are those of an answer.
func (w *crawler) references(ctx context.Context, res *fetch.Response, base *url.URL) []recognise.Reference {
	if res.Status < 200 || res.Status > 299 || len(res.Body) == 0 {
		return nil
	}
	if w.options.References == nil {
		return recognise.References(res.Body, res.Header.Get("Content-Type"), base)
	}
	found, err := w.options.References(ctx, res.Body, res.Header.Get("Content-Type"), base)
	if err != nil {
		return nil
	}
	return found
}

// links are the items that references lead to.
func (w *crawler) links(i crawlItem, base *url.URL, found []recognise.Reference) []crawlFound {
	var items []crawlFound
	inside := w.frontier.follows(base.Host)
	for _, l := range found {
		u, err := fetch.NormalURL(l.URL)
		if err != nil {
			continue
		}
		switch {
		case l.Part:
			items = append(items, crawlFound{crawlItem{URL: u.String(), Depth: i.Depth, Nested: i.Nested + 1, Part: true}, u})
		case inside && w.frontier.follows(u.Host):
			items = append(items, crawlFound{crawlItem{URL: u.String(), Depth: i.Depth + 1}, u})
		}
	}
	return items
}

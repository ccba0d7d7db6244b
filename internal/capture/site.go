// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"context"
)

// A Site is how far a capture follows the links of its page.
type Site struct {
	Depth    int // steps from the page; at least 1
	URLs     int // addresses taken along, at most; 0: DefaultBounds
	Workers  int // that ask at once; 0: as Crawl
	Progress func(CrawlProgress)
}

// Follow takes the page's site along, on the same tape. Stopped by ctx or a kill it goes on where it was, when the capture is begun again
// in the same folder. What was left out for its bounds is a warning.
func (p *Capture) Follow(ctx context.Context, s Site) error {
	f, err := OpenFrontier(p.tape, Bounds{Depth: max(s.Depth, 1), URLs: s.URLs})
	if err != nil {
		return err
	}
	seeds := []string{p.ask.Address}
	if r := p.Sight.Response; r != nil && r.Final != p.ask.Address {
		seeds = append(seeds, r.Final)
	}
	if err := f.Seed(seeds...); err != nil {
		return err
	}
	o := CrawlOptions{Workers: s.Workers, Progress: s.Progress}
	if p.cell != nil {
		l := newLookout(p)
		defer l.close()
		o.References = l.references
	}
	r, err := Crawl(ctx, p.camera.Client, f, p.tape, o)
	if err != nil {
		return err
	}
	for why, n := range r.Refused {
		p.Warnf("%d addresses of the site were left out: %s", n, why)
	}
	if r.Failed > 0 {
		p.Warnf("%d of %d addresses of the site gave no answer", r.Failed, r.Done)
	}
	if !r.Whole {
		p.Warnf("the site is not whole: %d addresses were not asked", r.Queued)
	}
	return nil
}

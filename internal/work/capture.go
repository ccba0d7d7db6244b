// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"iolaus/internal/capture"
	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
	"iolaus/internal/recognise"
)

// capturer records an item: the exact exchanges in a WARC file, the text, the fingerprints, and a manifest over all of it.
type capturer struct {
	river.WorkerDefaults[desk.Capture]
	*Crew
}

func (w *capturer) Work(ctx context.Context, job *river.Job[desk.Capture]) error {
	var i iru.Item
	var a iru.Asset
	touch := false
	err := w.Desk.DB.View(ctx, func(t *db.Tx) error {
		var err error
		if i, err = t.Item(ctx, iru.Program(), job.Args.Item); err != nil {
			return err
		}
		if a, err = t.Asset(ctx, iru.Program(), i.Asset); err != nil {
			return err
		}
		touch, err = desk.Touchable(ctx, t, a)
		return err
	})
	if err != nil || !touch { // PAP:RED: when it is opened, its captures are found again
		return outcome(err)
	}
	if job.Args.Again == 0 && i.State != iru.ItemNew && i.State != iru.ItemFailed {
		return nil // done before we were killed
	}
	if err := w.record(ctx, w.Vantages[0], a, i, plenty); err != nil {
		return paced(err)
	}
	if a.Outlet == 0 && i.Locator == a.Locator { // of what is attributed, the probe asks
		if err := w.nameServers(ctx, a); err != nil {
			return outcome(err)
		}
	}
	tries, err := w.tries(ctx, i.ID, job.Args.Again)
	if err != nil || tries == 0 || tries > len(pauses) {
		return outcome(err)
	}
	return river.JobSnooze(pauses[tries-1])
}

// pauses are between the tries of a capture that told nothing; after about a week it is given up.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour}

// tries is how often in a row an item was captured, since an event, without learning anything of it. It is counted in the store,
// so that a restart begins no new series. A wall to log in at does not vanish by itself.
func (c *Crew) tries(ctx context.Context, i iru.ItemID, since iru.EventID) (int, error) {
	n := 0
	err := c.Desk.DB.View(ctx, func(t *db.Tx) error {
		xs, err := t.ExhibitsOf(ctx, iru.Program(), i)
		for n = 0; n < len(xs) && xs[n].Event > since && xs[n].Outcome.Unknown() && xs[n].Outcome != iru.LoginWall; n++ {
		}
		return err
	})
	return n, err
}

// paced is outcome where our own pace towards a host may have been in the way: then it is asked when it may be.
func paced(err error) error {
	var l *fetch.Later
	if errors.As(err, &l) {
		return river.JobSnooze(max(time.Until(l.Until), time.Second))
	}
	return outcome(err)
}

// An allowance is what one capture may take along: bytes in all, and time for what belongs to the page. A site that drips its
// pictures must leave enough of jobTimeout to keep the page.
type allowance struct {
	bytes int64
	time  time.Duration
}

var plenty = allowance{capture.DefaultBytes, capture.DefaultTime}

// Camera is what captures are made with from a vantage point.
func (c *Crew) Camera(from *fetch.Client) *capture.Camera {
	return &capture.Camera{Client: from, Browser: c.Browser, Cells: c.Cells, RDAP: c.RDAP, Software: c.Software, Operator: c.Post.From}
}

// record captures an item from a vantage point and hands the recording to the desk. The bytes are in the store before the desk
// knows of them. Where our own pace forbids to ask, the error is a *fetch.Later and nothing is recorded.
func (c *Crew) record(ctx context.Context, from *fetch.Client, a iru.Asset, i iru.Item, most allowance) error {
	p, err := c.Camera(from).Begin(ctx, capture.Request{Address: address(i.Locator), Expect: fetch.Expect{Kind: a.Kind}, Bytes: most.bytes, Time: most.time})
	if err != nil {
		return err
	}
	defer p.Close()
	s := p.Sight
	r := desk.Recording{Item: i.ID, Vantage: s.Vantage, At: s.At, Outcome: s.Outcome, Status: s.Status, Detail: line(s.Detail, maxDetail), Took: s.Took}
	if s.Response != nil {
		r.Final = line(s.Response.Final, 8192)
		r.Links = redirectOf(s.Response)
	}
	if err := c.shoot(ctx, p, i); err != nil {
		return err
	}
	if s.Outcome == iru.Up && s.Response != nil {
		if err := c.content(ctx, i, p, &r); err != nil {
			return err
		}
	}
	text := p.Shown() // with the lines that a reader sees
	if text == "" {
		text = r.Text
	}
	r.Shown = limited(clean(text), iru.MaxCaptured)
	done, err := p.Finish(ctx, capture.Facts{Title: r.Title, Lang: r.Lang, Dir: r.Dir, Text: text})
	if err != nil {
		return err
	}
	if err := c.keep(ctx, done, &r); err != nil {
		return err
	}
	_, err = c.Desk.RecordCapture(ctx, r)
	return err
}

// shoot takes the page's picture: a page that is byte for byte what the item's last
// picture shows needs no new one.
func (c *Crew) shoot(ctx context.Context, p *capture.Capture, i iru.Item) error {
	s := p.Sight.Response
	if c.Browser == nil || s == nil || i.Exhibit == 0 {
		return c.oneBrowser(ctx, p)
	}
	var last iru.Exhibit
	err := c.Desk.DB.View(ctx, func(t *db.Tx) error {
		var err error
		last, err = t.Exhibit(ctx, iru.Program(), i.Exhibit)
		return err
	})
	if err != nil {
		return err
	}
	sum := recognise.SHA256(s.Body)
	pictured := slices.ContainsFunc(last.Files, func(f iru.File) bool { return f.Kind == "screenshot" })
	same := slices.ContainsFunc(last.Prints, func(f iru.Print) bool {
		return f.Medium == "sha256" && f.Where == i.Locator && f.Value == hex.EncodeToString(sum[:])
	})
	if pictured && same && p.Sight.Outcome == last.Outcome {
		p.Warnf("no new picture was taken: the page is byte for byte that of exhibit %d", last.ID)
		return nil
	}
	return c.oneBrowser(ctx, p)
}

func (c *Crew) oneBrowser(ctx context.Context, p *capture.Capture) error {
	if c.Browser != nil && c.Shots != nil {
		select {
		case c.Shots <- struct{}{}:
			defer func() { <-c.Shots }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return p.Shoot(ctx)
}

// keep stores the files of a capture, sealed under a key that is the exhibit's own.
func (c *Crew) keep(ctx context.Context, done capture.Result, r *desk.Recording) error {
	wrapped, key, err := c.Vault.NewKey()
	if err != nil {
		return fmt.Errorf("store evidence: %w", err)
	}
	r.Key, r.Manifest = wrapped, done.Digest
	for _, f := range done.Files {
		in, err := f.Open()
		if err != nil {
			return err
		}
		sum, size, stored, err := c.Vault.Put(ctx, key, in)
		in.Close()
		switch {
		case errors.Is(err, iru.Forbidden): // a store that refuses is mended by people; the capture waits
			return fmt.Errorf("store evidence: %w: %v", iru.Unavailable, err)
		case err != nil:
			return fmt.Errorf("store evidence: %w", err)
		case sum != f.SHA256:
			return fmt.Errorf("store evidence: %w: %s changed while it was stored", iru.Unavailable, f.Name)
		}
		r.Files = append(r.Files, iru.File{Name: f.Name, Kind: f.Kind, SHA256: sum, Size: size, Stored: stored})
	}
	return nil
}

// address is what to fetch for a stored locator.
func address(stored string) string {
	l, err := locator.Parse(stored)
	if err != nil {
		return stored
	}
	return l.URL()
}

func locatorName(stored string) string {
	l, err := locator.Parse(stored)
	if err != nil {
		return stored
	}
	return l.Host() + l.Path()
}

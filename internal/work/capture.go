// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
)

// capture records an item: the exact exchanges in a WARC file, the text, the fingerprints, and a manifest over all of it.
type capture struct {
	river.WorkerDefaults[desk.Capture]
	*Crew
}

func (w *capture) Work(ctx context.Context, job *river.Job[desk.Capture]) error {
	var i iru.Item
	var a iru.Asset
	err := w.Desk.DB.View(ctx, func(t *db.Tx) error {
		var err error
		if i, err = t.Item(ctx, iru.Program(), job.Args.Item); err != nil {
			return err
		}
		a, err = t.Asset(ctx, iru.Program(), i.Asset)
		return err
	})
	if err != nil {
		return outcome(err)
	}
	if job.Args.Again == 0 && i.State != iru.ItemNew && i.State != iru.ItemFailed {
		return nil // done before we were killed
	}
	if err := w.record(ctx, w.Vantages[0], a, i, plenty); err != nil {
		return paced(err)
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

var plenty = allowance{64 << 20, 90 * time.Second}

// record captures an item from a vantage point and hands the recording to the desk. The bytes are in the store before the desk
// knows of them. Where our own pace forbids to ask, the error is a *fetch.Later and nothing is recorded.
func (c *Crew) record(ctx context.Context, from *fetch.Client, a iru.Asset, i iru.Item, most allowance) error {
	s := fetch.Look(ctx, from, address(i.Locator), fetch.Expect{Kind: a.Kind})
	if err := ctx.Err(); err != nil {
		return err
	}
	var later *fetch.Later
	if errors.As(s.Err, &later) {
		return s.Err
	}
	p, err := c.spool(s, most.bytes)
	if err != nil {
		return err
	}
	defer p.close()
	r := desk.Recording{Item: i.ID, Vantage: s.Vantage, At: s.At, Outcome: s.Outcome, Status: s.Status, Detail: line(s.Detail, maxDetail), Took: s.Took}
	if s.Response != nil {
		r.Final = line(s.Response.Final, 8192)
		if err := p.add(s.Response.Hops); err != nil {
			return err
		}
	}
	if s.Outcome == iru.Up && s.Response != nil {
		beside, cancel := context.WithTimeout(ctx, most.time)
		err := c.content(beside, from, i, s, p, &r)
		cancel()
		if err != nil {
			return err
		}
	}
	if err := c.keep(ctx, i, s, p, &r); err != nil {
		return err
	}
	_, err = c.Desk.RecordCapture(ctx, r)
	return err
}

// keep stores the WARC file and the text, and closes the manifest over both.
func (c *Crew) keep(ctx context.Context, i iru.Item, s fetch.Sight, p *spool, r *desk.Recording) error {
	warc, err := p.bytes()
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name, kind string
		data       io.Reader
	}{{"capture.warc.gz", "warc", warc}, {"text.txt", "text", strings.NewReader(r.Text)}} {
		if f.kind == "text" && r.Text == "" {
			continue
		}
		sum, size, err := c.Store.Put(ctx, f.data)
		if err != nil {
			return fmt.Errorf("store evidence: %w", err)
		}
		r.Files = append(r.Files, iru.File{Name: f.name, Kind: f.kind, SHA256: sum, Size: size})
	}
	m, err := c.manifest(i, s, p, *r)
	if err != nil {
		return err
	}
	sum, size, err := c.Store.Put(ctx, bytes.NewReader(m))
	if err != nil {
		return fmt.Errorf("store evidence: %w", err)
	}
	r.Manifest = sum
	r.Files = append(r.Files, iru.File{Name: "manifest.json", Kind: "manifest", SHA256: sum, Size: size})
	return nil
}

// recordID is a random UUID (RFC 9562, version 4) as WARC names its records.
func recordID() string {
	var b [16]byte
	if _, err := io.ReadFull(rand.Reader, b[:]); err != nil {
		panic(err) // the system has no randomness left: nothing can go on
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
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

func limited(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

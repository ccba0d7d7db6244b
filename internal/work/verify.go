// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// verifier looks at an asset about which an act is pending, until its removal is believed or nothing is pending any more; and at one that is
// to be put back, until that is seen.
type verifier struct {
	river.WorkerDefaults[desk.Verify]
	*Crew
}

func (w *verifier) Work(ctx context.Context, job *river.Job[desk.Verify]) error {
	a, pending, err := w.Desk.Pending(ctx, job.Args.Asset)
	if err != nil {
		return outcome(err)
	}
	if !pending {
		return nil
	}
	touch := false
	if err := w.Desk.DB.View(ctx, func(t *db.Tx) error {
		touch, err = desk.Touchable(ctx, t, a)
		return err
	}); err != nil || !touch {
		return outcome(err)
	}
	if _, err = w.round(ctx, a); err != nil {
		return outcome(err)
	}
	if _, pending, err = w.Desk.Pending(ctx, job.Args.Asset); err != nil {
		return outcome(err)
	}
	if !pending || job.Args.Letter != 0 {
		return nil
	}
	return river.JobSnooze(w.Desk.Rules.Verify)
}

// rechecker looks at an asset that is down, in growing pauses, and ends when it returned: monitoring takes over then.
type rechecker struct {
	river.WorkerDefaults[desk.Recheck]
	*Crew
}

func (w *rechecker) Work(ctx context.Context, job *river.Job[desk.Recheck]) error {
	a, err := w.asset(ctx, job.Args.Asset)
	if err != nil {
		return outcome(err)
	}
	closed := false
	if err := w.Desk.DB.View(ctx, func(t *db.Tx) error {
		closed, err = unwatched(ctx, t, a)
		return err
	}); err != nil {
		return outcome(err)
	}
	if a.State != iru.AssetDown || closed {
		return nil
	}
	if a, err = w.round(ctx, a); err != nil {
		return outcome(err)
	}
	if a.State != iru.AssetDown {
		return nil
	}
	return river.JobSnooze(w.Desk.Pause(a, w.Desk.Now()))
}

// round looks once from every vantage point at the same time and hands all that was seen to the desk.
func (c *Crew) round(ctx context.Context, a iru.Asset) (iru.Asset, error) {
	e, err := c.expect(ctx, a)
	if err != nil {
		return a, err
	}
	away, err := c.away(ctx, a)
	if err != nil {
		return a, err
	}
	looks, err := c.looks(ctx, a, e)
	if err != nil {
		return a, err
	}
	return c.Desk.RecordLooks(ctx, a.ID, append(looks, away...))
}

// looks looks once from every vantage point of this process at the same time.
func (c *Crew) looks(ctx context.Context, a iru.Asset, e expected) ([]iru.Observation, error) {
	looks := make([]iru.Observation, len(c.Vantages))
	var wg sync.WaitGroup
	for n, v := range c.Vantages {
		wg.Go(func() {
			s := fetch.Look(ctx, v, address(a.Locator), e.Expect)
			c.pictured(ctx, v, &s, e)
			s.Detail = line(s.Detail, maxDetail) // servers say what they like
			looks[n] = s.Observation
		})
	}
	wg.Wait()
	return looks, ctx.Err()
}

// away has other places look, and tells of those where nobody does.
func (c *Crew) away(ctx context.Context, a iru.Asset) (out []iru.Observation, err error) {
	if len(c.Away) == 0 {
		return nil, nil
	}
	places := slices.Sorted(maps.Keys(c.Away))
	empty, err := c.Desk.AskPlaces(ctx, a.ID, places)
	for _, p := range empty {
		for _, v := range c.Away[p] {
			out = append(out, iru.Observation{At: c.Desk.Now(), Vantage: v, Outcome: iru.Unmanned, Detail: "no worker lives at the place " + p})
		}
	}
	return out, err
}

// placed looks from the vantage points of this process's place, when another process asks for it.
type placed struct {
	river.WorkerDefaults[desk.LookFrom]
	*Crew
}

func (w *placed) Work(ctx context.Context, job *river.Job[desk.LookFrom]) error {
	a, err := w.asset(ctx, job.Args.Asset)
	if err != nil {
		return outcome(err)
	}
	e, err := w.expect(ctx, a)
	if err != nil {
		return outcome(err)
	}
	looks, err := w.looks(ctx, a, e)
	if err != nil {
		return outcome(err)
	}
	_, err = w.Desk.RecordLooks(ctx, a.ID, looks)
	return outcome(err)
}

// An expected is what a look hopes to find, and the pictures of it.
type expected struct {
	fetch.Expect
	pictures []recognise.PDQ
}

// morePictures is how many pictures of a page are compared where its words are other ones.
const morePictures = 6

// pictured compares the pictures of a page whose words are other ones: half of those that were judged make it similar content.
func (c *Crew) pictured(ctx context.Context, v *fetch.Client, s *fetch.Sight, e expected) {
	if s.Content != iru.ContentOther || s.Outcome != iru.Altered || s.Page == nil || len(e.pictures) == 0 {
		return
	}
	need, met := (min(len(e.pictures), morePictures)+1)/2, 0
	for _, u := range s.Page.Images[:min(len(s.Page.Images), morePictures)] {
		r, err := v.Get(ctx, u, fetch.Accept("image/*"))
		if err != nil || r.Status != 200 {
			continue
		}
		h, quality, err := c.picture(ctx, r.Body)
		if err != nil || quality < minQuality {
			continue
		}
		if slices.ContainsFunc(e.pictures, func(o recognise.PDQ) bool { return h.Distance(o) <= iru.PDQRadius }) {
			met++
		}
	}
	if met >= need {
		s.Content, s.Outcome = iru.ContentSimilar, iru.Up
		s.Detail += fmt.Sprintf("; its words are other ones, but %d of its pictures are those that were captured", met)
	}
}

// picture is the fingerprint of a picture, read in a cell.
func (c *Crew) picture(ctx context.Context, body []byte) (recognise.PDQ, int, error) {
	if c.Cells == nil {
		img, _, err := recognise.DecodeImage(bytes.NewReader(body), recognise.Limits{})
		if err != nil {
			return recognise.PDQ{}, 0, err
		}
		h, quality := recognise.HashPDQ(img)
		return h, quality, nil
	}
	cell, err := c.Cells.Reader(ctx)
	if err != nil {
		return recognise.PDQ{}, 0, err
	}
	defer func() { _ = cell.Close() }()
	p, err := cell.Picture(ctx, body)
	return p.PDQ, p.Quality, err
}

// expect is what a look hopes to find: the asset's own entry as it was captured. The same text under another title is the same
// content, and so are the same bytes.
func (c *Crew) expect(ctx context.Context, a iru.Asset) (expected, error) {
	var i iru.Item
	var x iru.Exhibit
	err := c.Desk.DB.View(ctx, func(t *db.Tx) (err error) {
		if i, err = t.ItemByLocator(ctx, a.Unit, a.Locator); err != nil || i.Exhibit == 0 {
			return err
		}
		x, err = t.Exhibit(ctx, iru.Program(), i.Exhibit)
		return err
	})
	return hoped(a, i, x), err
}

// hoped is what a look at an asset hopes to find, by its item and what that showed last; either may be none.
func hoped(a iru.Asset, i iru.Item, x iru.Exhibit) expected {
	e := expected{Expect: fetch.Expect{Kind: a.Kind, Title: i.Title}}
	for _, p := range x.Prints {
		switch {
		case p.Medium == "pdq":
			if h, err := recognise.ParsePDQ(p.Value); err == nil { // a damaged one asks for nothing
				e.pictures = append(e.pictures, h)
			}
		case p.Where != i.Locator: // a picture
		case p.Medium == "sha256" && e.SHA256 == "":
			e.SHA256 = p.Value
		case p.Medium == "text":
			e.Sketch, _ = recognise.ParseSketch(p.Value) // a damaged one asks for nothing
		}
	}
	return e
}

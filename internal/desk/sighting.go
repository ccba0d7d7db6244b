// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A Look is what one scheduled look brought back.
type Look struct {
	Due
	Vantage string
	At      time.Time
	Failed  bool      // it says nothing of the asset
	Busy    bool      // nothing was asked: the server was not to be asked yet, before Until
	Seen    iru.Seen  // what was seen; none where it failed, or where a capture tells all of it
	Until   time.Time // before which the server asks to be left alone
	Event   time.Time // at which something is expected
	// Observed is the look at the asset's own address, for its presence; nil where the look was at something else, such as a register, or is told
	// by a capture.
	Observed *iru.Observation
}

// RecordSightings takes looks in, in one transaction; one that cannot be taken in is left out, and its error told. What was seen before only
// moves the sighting's end; something new is a sighting of its own, whose edges, marks and leads are taken up.
func (d *Desk) RecordSightings(ctx context.Context, looks []Look) error {
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		return d.sighted(ctx, t, now, looks...)
	})
	if err == nil || len(looks) == 1 || errors.Is(err, iru.Unavailable) {
		return err
	}
	err = nil
	for _, l := range looks { // one of them is at odds with the store
		err = errors.Join(err, d.enact(ctx, func(t *db.Tx, now time.Time) error { return d.sighted(ctx, t, now, l) }))
	}
	return err
}

// RecordSighting takes in what one monitor saw, whoever asked it to look.
func (d *Desk) RecordSighting(ctx context.Context, s iru.Sighting) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		a, err := t.Asset(ctx, iru.Program(), s.Asset)
		if err != nil {
			return err
		}
		if s, err = sightingOf(a, s, now); err != nil {
			return err
		}
		_, err = d.saw(ctx, t, s, now)
		return err
	})
}

func (d *Desk) sighted(ctx context.Context, t *db.Tx, now time.Time, looks ...Look) error {
	known, err := seenAgain(ctx, t, looks, now)
	if err != nil {
		return err
	}
	var next []iru.Schedule
	for n, l := range looks {
		s, err := d.planned(ctx, t, l, known[n], now)
		if err != nil {
			return err
		}
		next = append(next, s)
	}
	return t.UpdateSchedules(ctx, next...)
}

// planned takes in what is left of one look and says when the next one is due.
func (d *Desk) planned(ctx context.Context, t *db.Tx, l Look, known familiar, now time.Time) (iru.Schedule, error) {
	if l.Busy {
		l.Due.Schedule.Due = l.Until
		return l.Schedule, nil
	}
	worth := iru.LookSame
	switch {
	case l.Failed:
		worth = iru.LookFailed
	case l.Seen == (iru.Seen{}):
		worth = iru.LookChanged // a capture tells what
	case !known.seen:
		s, err := l.sighting(now)
		if err != nil {
			return l.Schedule, err
		}
		fresh, err := d.saw(ctx, t, s, now)
		if err != nil {
			return l.Schedule, err
		}
		if fresh {
			worth = iru.LookChanged
		}
	}
	if o := l.Observed; o != nil && !known.up {
		if err := d.present(ctx, t, l, *o, now); err != nil {
			return l.Schedule, err
		}
	}
	return l.Schedule.Next(worth, now, d.bounds(l.Monitor), l.Until, l.Event), nil
}

// present takes a look at an asset's own address in. One that saw again what is known to be up leaves no row behind.
func (d *Desk) present(ctx context.Context, t *db.Tx, l Look, o iru.Observation, now time.Time) error {
	if l.plain() {
		if up, err := t.SeeAssets(ctx, map[iru.AssetID]time.Time{l.Of.ID: o.At}); err != nil || up[l.Of.ID] {
			return err
		}
	}
	a, err := t.Asset(ctx, iru.Program(), l.Of.ID)
	if err != nil {
		return err
	}
	o.Asset = a.ID
	_, err = d.observe(ctx, t, a, o, now)
	return err
}

// sightingOf completes what was seen of an asset; a time of nought is now.
func sightingOf(a iru.Asset, s iru.Sighting, now time.Time) (iru.Sighting, error) {
	m, err := s.Seen.Monitor()
	if err != nil {
		return s, err
	}
	if s.Digest, err = s.Seen.Digest(); err != nil {
		return s, err
	}
	if s.Last.IsZero() {
		s.Last = now
	}
	s.Unit, s.Asset, s.Monitor, s.First, s.Looks = a.Unit, a.ID, m, s.Last, 1
	return s, nil
}

// saw stores what was seen and reports whether it is something else than before.
func (d *Desk) saw(ctx context.Context, t *db.Tx, s iru.Sighting, now time.Time) (fresh bool, err error) {
	last, err := t.LastSighting(ctx, s.Asset, s.Monitor, s.Vantage)
	if err != nil && !errors.Is(err, iru.NotFound) {
		return false, err
	}
	if err == nil && last.Digest == s.Digest {
		moved, edges, ok := moveOn(last, s)
		if !ok {
			return false, nil
		}
		if err := t.UpdateSightings(ctx, moved); err != nil {
			return false, err
		}
		return false, t.SeeEdges(ctx, edges)
	}
	if err := t.AddSighting(ctx, &s); err != nil {
		return false, err
	}
	if err := t.SeeEdges(ctx, s.Edges()); err != nil {
		return true, err
	}
	if err := d.mark(ctx, t, s.Asset, s.Marks()); err != nil {
		return true, err
	}
	return true, d.lead(ctx, t, s.Asset, s.Leads(), now)
}

// edgesEvery is how often the end of an edge moves while a monitor sees the same again and again: a map is read by the day.
const edgesEvery = 24 * time.Hour

// maxFeatures bounds the marks of one asset.
const maxFeatures = 2_000

// mark adds marks of identity that an asset has not shown yet, and compares anew where one is near decisive. What an outlet has in common with
// all customers of its host says too little to compare everything for.
func (d *Desk) mark(ctx context.Context, t *db.Tx, id iru.AssetID, marks []iru.Feature) error {
	marks = slices.DeleteFunc(marks, ofHost)
	if len(marks) == 0 {
		return nil
	}
	a, err := t.Asset(ctx, iru.Program(), id)
	if err != nil {
		return err
	}
	have := len(a.Features)
	var grew bool
	if a.Features, grew = joined(a.Features, marks); !grew {
		return nil
	}
	if err := t.UpdateAsset(ctx, a, a.State); err != nil || a.Outlet == 0 {
		return err
	}
	if !slices.ContainsFunc(a.Features[have:], func(f iru.Feature) bool { return f.Family == "app" }) {
		return nil // its captures compare it
	}
	return d.resuggest(ctx, t, a.Unit)
}

func ofHost(f iru.Feature) bool { return f.Family == "host" }

// shownBefore are the marks that monitors saw last of an asset: a capture shows only those of a page.
func shownBefore(ctx context.Context, t *db.Tx, id iru.AssetID) ([]iru.Feature, error) {
	now, err := t.SightingsNow(ctx, id)
	var out []iru.Feature
	for _, s := range now {
		out = append(out, slices.DeleteFunc(s.Marks(), ofHost)...)
	}
	return out, err
}

func joined(have, more []iru.Feature) ([]iru.Feature, bool) {
	grew := false
	for _, m := range more {
		if len(have) < maxFeatures && !slices.Contains(have, m) {
			have, grew = append(have, m), true
		}
	}
	return have, grew
}

// lead takes up where a sighting leads. Links of pages are taken up by their capture, and names of certificates by discovery.
func (d *Desk) lead(ctx context.Context, t *db.Tx, id iru.AssetID, leads []iru.Lead, now time.Time) error {
	leads = slices.DeleteFunc(leads, func(l iru.Lead) bool {
		switch l.Source {
		case iru.LeadFeed, iru.LeadUpdate, iru.LeadRedirect, iru.LeadText:
			return false
		}
		return true
	})
	if len(leads) == 0 {
		return nil
	}
	a, err := t.Asset(ctx, iru.Program(), id)
	if err != nil {
		return err
	}
	return d.discover(ctx, t, a, leads, now)
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"fmt"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
)

// A NameSeen is what was found out about the name of an asset that is down.
type NameSeen struct {
	Missing    bool      // the DNS says that there is no such name
	Registered time.Time // when it was registered, as its registry says; zero: not known
	Registrar  string
	Source     string // who said so
}

// RecordName takes in what became of the name of an asset that is down. A name that was gone and is there again, or that was registered after the
// asset fell, is registered anew: that is a lead, it is told, and the address is looked at at once. It gives whether that is so.
func (d *Desk) RecordName(ctx context.Context, id iru.AssetID, n NameSeen) (anew bool, err error) {
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		anew = false
		a, err := t.Asset(ctx, iru.Program(), id)
		if err != nil || a.State != iru.AssetDown {
			return err
		}
		gone, back, err := nameEvents(ctx, t, a)
		if err != nil {
			return err
		}
		record := func(verb, note string) error {
			e := happened("asset", int64(a.ID), verb, 0, a.Unit, now, note).With("source", n.Source)
			if !n.Registered.IsZero() {
				e = e.With("registered", n.Registered.Format(time.RFC3339))
			}
			_, err := t.Record(ctx, e)
			return err
		}
		if n.Missing {
			if gone.After(back) {
				return nil
			}
			return record("name_gone", "there is no such name any more")
		}
		since := a.Presence.Since
		if back.After(since) {
			since = back
		}
		switch {
		case gone.After(back):
		case n.Registered.After(since):
		default:
			return nil
		}
		anew = true
		how := "the name is registered anew"
		if !n.Registered.IsZero() && n.Registered.After(a.Presence.Since) {
			how = fmt.Sprintf("registered on %s", n.Registered.Format(time.DateOnly))
		}
		if n.Registrar != "" {
			how += " with " + n.Registrar
		}
		if err := record("reregister", how); err != nil {
			return err
		}
		l, err := locator.Parse(a.Locator)
		if err != nil {
			return nil
		}
		return see(ctx, t, a.Unit, a.ID, l, iru.Lead{Source: iru.LeadReregistered, Path: iru.LeadPath{From: a.ID, Document: n.Source, How: how}, At: n.Registered}, now)
	})
	return anew, err
}

// nameEvents are the times at which the name of an asset was last found to be gone, and to be registered anew.
func nameEvents(ctx context.Context, t *db.Tx, a iru.Asset) (gone, back time.Time, err error) {
	for verb, at := range map[string]*time.Time{"name_gone": &gone, "reregister": &back} {
		es, err := t.LastOf(ctx, iru.Subject{Noun: "asset", ID: int64(a.ID)}, verb, 1)
		if err != nil {
			return gone, back, err
		}
		if len(es) > 0 {
			*at = es[0].At
		}
	}
	if gone.Before(a.Presence.Since) { // of an earlier fall
		gone = time.Time{}
	}
	return gone, back, nil
}

// NameAlone reports whether an address has a name of its own that could be registered anew: on a platform the name is the platform's.
func (d *Desk) NameAlone(address string) bool {
	l, err := locator.Parse(address)
	return err == nil && !l.IsIP() && l.Site() != "" && !d.OnPlatform(address)
}

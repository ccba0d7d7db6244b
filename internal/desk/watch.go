// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
)

// A WatchRequest asks to watch an address.
type WatchRequest struct {
	Address string
	Kind    iru.AssetKind // "" to be guessed
	Outlet  iru.OutletID  // the outlet that it carries, if the officer knows
	Name    string        // or the name of a new one
	Reason  string
}

// Watch puts an address on watch. With an outlet, the officer attributes it at once; without, it stays a candidate.
func (d *Desk) Watch(ctx context.Context, s iru.Scope, w WatchRequest) (iru.Asset, error) {
	if err := s.May(iru.ToWatch); err != nil {
		return iru.Asset{}, err
	}
	l, err := locator.Parse(strings.TrimSpace(w.Address))
	if err != nil {
		return iru.Asset{}, iru.Refuse(iru.Invalid, err.Error(), "give an address such as https://news.example.test/ or news[.]example[.]test")
	}
	if l.Kind == locator.KindDomain || l.Kind == locator.KindIP { // a bare name means its site
		if l, err = locator.Parse(l.URL()); err != nil {
			return iru.Asset{}, iru.Refuse(iru.Invalid, err.Error(), "give the whole address, with https://")
		}
	}
	if w.Kind != "" && !slices.Contains(iru.AssetKinds, w.Kind) {
		return iru.Asset{}, iru.Refuse(iru.Invalid, "there is no kind of asset "+strconv.Quote(string(w.Kind)), "leave it out to have it guessed")
	}
	var a iru.Asset
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		if a, err = t.AssetByLocator(ctx, s.Unit, l.String()); err == nil {
			return iru.Refuse(iru.Conflict, fmt.Sprintf("%s is on watch already, as asset %d", l.Defanged(), a.ID), "open it")
		} else if !errors.Is(err, iru.NotFound) {
			return err
		}
		a, err = d.found(ctx, t, s.Unit, l, w.Kind, iru.Lead{Source: iru.LeadPerson, Path: iru.LeadPath{How: w.Reason}}, s.Officer, now, w.Reason)
		if err != nil {
			return err
		}
		outlet := w.Outlet
		if outlet == 0 && strings.TrimSpace(w.Name) != "" {
			o, err := d.propose(ctx, t, s, strings.TrimSpace(w.Name), now)
			if err != nil {
				return err
			}
			outlet = o.ID
		}
		if outlet == 0 {
			return nil
		}
		a, err = d.attribute(ctx, t, s, a, outlet, w.Reason, now)
		return err
	})
	return a, err
}

// propose finds the outlet by its name or enters it, watched.
func (d *Desk) propose(ctx context.Context, t *db.Tx, s iru.Scope, name string, now time.Time) (iru.Outlet, error) {
	os, err := t.Outlets(ctx, s)
	if err != nil {
		return iru.Outlet{}, err
	}
	for _, o := range os {
		if strings.EqualFold(o.Name, name) && o.Unit == s.Unit {
			return o, nil
		}
	}
	o := iru.Outlet{Unit: s.Unit, Name: name, Handling: iru.DefaultHandling, Grade: "X4", State: iru.OutletProposed, Created: now}
	if err := t.AddOutlet(ctx, &o); err != nil {
		return o, err
	}
	if err := t.LookBack(ctx, "ct ", lookBack); err != nil {
		return o, err
	}
	w, e, err := o.Step("watch", s.Officer, now, "")
	if err != nil {
		return o, err
	}
	if err := t.UpdateOutlet(ctx, w, o.State); err != nil {
		return o, err
	}
	_, err = t.Record(ctx, e)
	return w, err
}

// found enters an asset with what led to it and its first item, and has it captured.
func (d *Desk) found(ctx context.Context, t *db.Tx, unit iru.UnitID, l locator.Locator, k iru.AssetKind, lead iru.Lead, who iru.OfficerID, now time.Time, note string) (iru.Asset, error) {
	if k == "" {
		k = d.guess(l)
	}
	a := iru.Asset{Unit: unit, Kind: k, Locator: l.String(), Site: l.Site(), State: iru.AssetCandidate,
		Presence: iru.Presence{State: iru.PresenceUnknown, Since: now}, FoundBy: string(lead.Source), FoundFrom: lead.Path.From, Created: now}
	if err := t.AddAsset(ctx, &a); err != nil {
		return a, err
	}
	e := happened("asset", int64(a.ID), "find", who, unit, now, note)
	e.To = string(a.State)
	if _, err := t.Record(ctx, e.With("address", a.Locator).With("by", a.FoundBy).With("from", int64(a.FoundFrom)).With("document", clip(lead.Path.Document, maxDocument))); err != nil {
		return a, err
	}
	if err := see(ctx, t, unit, a.ID, l, lead, now); err != nil {
		return a, err
	}
	if err := d.chartAddress(ctx, t, a, now); err != nil {
		return a, err
	}
	return a, d.firstItem(ctx, t, a, l, who, now)
}

// firstItem gives an asset the item at its own address. One that is a page of another asset so far moves over, unless it was
// judged there.
func (d *Desk) firstItem(ctx context.Context, t *db.Tx, a iru.Asset, l locator.Locator, who iru.OfficerID, now time.Time) error {
	i, err := t.ItemByLocator(ctx, a.Unit, l.String())
	if errors.Is(err, iru.NotFound) {
		_, err = d.foundItem(ctx, t, a, l, now)
		return err
	} else if err != nil {
		return err
	}
	switch i.State {
	case iru.ItemNew, iru.ItemReady, iru.ItemFailed, iru.ItemDeferred:
	default:
		if who == 0 {
			return nil
		}
		return iru.Refuse(iru.Conflict, fmt.Sprintf("%s is item %d of asset %d, and judged there", l.Defanged(), i.ID, i.Asset), "open it")
	}
	from := i.Asset
	i.Asset = a.ID
	if err := t.UpdateItem(ctx, i, i.State); err != nil {
		return err
	}
	if _, err := t.Record(ctx, happened("item", int64(i.ID), "move", who, a.Unit, now, "").With("from", int64(from)).With("to", int64(a.ID))); err != nil {
		return err
	}
	_, err = t.Enqueue(ctx, Capture{Item: i.ID}, read(soon))
	return err
}

func (d *Desk) foundItem(ctx context.Context, t *db.Tx, a iru.Asset, l locator.Locator, now time.Time) (iru.Item, error) {
	i := iru.Item{Unit: a.Unit, Asset: a.ID, Locator: l.String(), State: iru.ItemNew, Created: now}
	if err := t.AddItem(ctx, &i); err != nil {
		return i, err
	}
	_, err := t.Enqueue(ctx, Capture{Item: i.ID}, read(soon))
	return i, err
}

// guess says what an address probably is, until it was captured.
func (d *Desk) guess(l locator.Locator) iru.AssetKind {
	if k, ok := d.platform(l); ok {
		return k
	}
	switch ext := strings.ToLower(path.Ext(strings.SplitN(l.Path(), "?", 2)[0])); {
	case l.Kind == locator.KindStream, ext == ".mp3", ext == ".ogg", ext == ".m3u8", ext == ".aac", ext == ".wav":
		return iru.Stream
	case l.Kind == locator.KindApp, ext == ".apk":
		return iru.App
	case l.Kind == locator.KindAddOn, ext == ".xpi", ext == ".crx":
		return iru.Addon
	case l.Kind == locator.KindList:
		return iru.Newsletter
	case l.Kind == locator.KindAccount:
		return iru.Account
	case (ext == ".json" || ext == ".xml") && updates.MatchString(l.Host()+l.Path()):
		return iru.Update
	}
	return iru.Site
}

// updates are the words by which the address at which an app asks for its next version is known.
var updates = regexp.MustCompile(`(?i)\b(updates?|latest|appcast|releases?|version)\b`)

// OnPlatform reports whether an address lies under a name that hosts many customers.
func (d *Desk) OnPlatform(address string) bool {
	l, err := locator.Parse(address)
	if err != nil {
		return false
	}
	_, on := d.platform(l)
	return on
}

func (d *Desk) platform(l locator.Locator) (iru.AssetKind, bool) {
	if k, ok := d.Rules.Platforms[l.Host()]; ok {
		return k, true
	}
	k, ok := d.Rules.Platforms[l.Site()]
	return k, ok
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"net/url"
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
		a, err = d.found(ctx, t, s.Unit, l, w.Kind, "person", 0, s.Officer, now, w.Reason)
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

// found enters an asset and its first item, and has it captured.
func (d *Desk) found(ctx context.Context, t *db.Tx, unit iru.UnitID, l locator.Locator, k iru.AssetKind, by string, from iru.AssetID, who iru.OfficerID, now time.Time, note string) (iru.Asset, error) {
	if k == "" {
		k = d.guess(l)
	}
	a := iru.Asset{Unit: unit, Kind: k, Locator: l.String(), Site: l.Site(), State: iru.AssetCandidate,
		Presence: iru.Presence{State: iru.PresenceUnknown, Since: now}, FoundBy: by, FoundFrom: from, Created: now}
	if err := t.AddAsset(ctx, &a); err != nil {
		return a, err
	}
	e := happened("asset", int64(a.ID), "find", who, unit, now, note)
	e.To = string(a.State)
	if _, err := t.Record(ctx, e.With("address", a.Locator).With("by", by).With("from", int64(from))); err != nil {
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

// A Link is an address found on a captured page.
type Link struct {
	URL  string
	Text string
}

// Discover takes up what a page of an attributed asset links to: pages of the asset itself become items, other addresses
// candidates. Nothing is taken up from a candidate: the program never walks further than one step from what a person attributed.
func (d *Desk) discover(ctx context.Context, t *db.Tx, a iru.Asset, links []Link, by string, now time.Time) error {
	if a.Outlet == 0 {
		return nil
	}
	own, err := t.ItemsOf(ctx, iru.Program(), a.ID)
	if err != nil {
		return err
	}
	have := len(own)
	led, err := t.FoundFrom(ctx, a.ID)
	if err != nil {
		return err
	}
	for _, link := range links {
		l, err := locator.Parse(link.URL)
		if err != nil || l.Host() == "" {
			continue // not an address that one could watch
		}
		if d.partOf(a, l) {
			if have >= d.Rules.PerAsset || skipped(l) {
				continue
			}
			if _, err := t.ItemByLocator(ctx, a.Unit, l.String()); err == nil {
				continue
			} else if !errors.Is(err, iru.NotFound) {
				return err
			}
			if _, err := d.foundItem(ctx, t, a, l, now); err != nil {
				return err
			}
			have++
			continue
		}
		if led >= d.Rules.PerAsset { // a hostile page links to as many names as it likes
			continue
		}
		root := d.root(l)
		if _, shared := d.platform(root); shared && root.Path() == "/" {
			continue // the platform itself is nobody's asset
		}
		if known, err := d.known(ctx, t, a.Unit, root); err != nil {
			return err
		} else if known {
			continue
		}
		if _, err := d.found(ctx, t, a.Unit, root, "", by, a.ID, 0, now, "linked from asset "+fmt.Sprint(a.ID)+": "+clip(link.Text, 80)); err != nil {
			return err
		}
		led++
	}
	return nil
}

// known reports whether an address, or the asset that it is part of, was found before.
func (d *Desk) known(ctx context.Context, t *db.Tx, u iru.UnitID, root locator.Locator) (bool, error) {
	if _, err := t.AssetByLocator(ctx, u, root.String()); err == nil || !errors.Is(err, iru.NotFound) {
		return err == nil, err
	}
	if d.guess(root) != iru.Site { // a file is an asset of its own, whatever lies around it
		return false, nil
	}
	same, err := t.AssetsAt(ctx, u, root.Site())
	if err != nil {
		return false, err
	}
	for _, a := range same {
		if d.partOf(a, root) {
			return true, nil
		}
	}
	return false, nil
}

// partOf reports whether an address belongs to the asset: the same host, and on a platform the same path below it.
func (d *Desk) partOf(a iru.Asset, l locator.Locator) bool {
	root, err := locator.Parse(a.Locator)
	if err != nil || root.Host() != l.Host() || root.Port() != l.Port() {
		return false
	}
	if a.Kind == iru.Update || a.Kind == iru.Stream {
		return root.Path() == l.Path()
	}
	if k := d.guess(l); k == iru.Update || k == iru.Stream {
		return false
	}
	base := strings.TrimSuffix(strings.SplitN(root.Path(), "?", 2)[0], "/")
	return base == "" || l.Path() == base || strings.HasPrefix(l.Path(), base+"/") || strings.HasPrefix(l.Path(), base+"?")
}

// root is the asset that an address would make: the whole site, or on a platform and for a file the address itself.
func (d *Desk) root(l locator.Locator) locator.Locator {
	k := d.guess(l)
	_, shared := d.platform(l)
	if shared || k != iru.Site || l.URL() == "" {
		return l
	}
	u, err := url.Parse(l.URL())
	if err != nil {
		return l
	}
	u.Path, u.RawPath, u.RawQuery = "/", "", ""
	r, err := locator.Parse(u.String())
	if err != nil {
		return l
	}
	return r
}

// skipped are files that carry no content to be judged.
func skipped(l locator.Locator) bool {
	switch strings.ToLower(path.Ext(strings.SplitN(l.Path(), "?", 2)[0])) {
	case ".css", ".js", ".ico", ".woff", ".woff2", ".svg", ".xml", ".rss", ".map":
		return true
	}
	return false
}

func clip(s string, n int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return string(r)
}

// Announce takes up names seen in a certificate log, from one entry up to the next, that carry a word of a watched outlet's name,
// or a key that a known asset uses. Each becomes a candidate, found by "ct".
func (d *Desk) Announce(ctx context.Context, log string, from, next int64, seen []Certificate) (int, error) {
	n := 0
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n = 0
		os, err := t.Outlets(ctx, iru.Program())
		if err != nil {
			return err
		}
		as, err := t.Assets(ctx, iru.Program())
		if err != nil {
			return err
		}
		ps, err := t.Providers(ctx, iru.Program())
		if err != nil {
			return err
		}
		for _, o := range os {
			if o.State == iru.OutletClosed || o.State == iru.OutletProposed {
				continue
			}
			for _, c := range seen {
				why := d.resembles(o, as, c)
				if why == "" {
					continue
				}
				for _, name := range c.Names {
					l, err := locator.Parse("https://" + strings.TrimPrefix(name, "*.") + "/")
					if err != nil {
						continue
					}
					if carries(ps, l) {
						continue // a provider's own name for a customer's site
					}
					if known, err := d.known(ctx, t, o.Unit, l); err != nil {
						return err
					} else if known {
						continue
					}
					if _, err := d.found(ctx, t, o.Unit, l, "", "ct", 0, 0, now, why); err != nil {
						return err
					}
					n++
				}
			}
		}
		if at, err := t.Cursor(ctx, "ct "+log); err != nil || at < from { // meanwhile more is looked for, further back
			return err
		}
		return t.SetCursor(ctx, "ct "+log, next)
	})
	return n, err
}

// lookBack is how many entries of each certificate log are read again when more is looked for in it: a new outlet, or a new key.
const lookBack = 1_000

// carries reports whether the address lies under a provider's own name.
func carries(ps []iru.Provider, l locator.Locator) bool {
	for _, p := range ps {
		if p.Site != "" && p.Site == l.Site() {
			return true
		}
	}
	return false
}

// A Certificate is one entry of a certificate log.
type Certificate struct {
	Names []string
	SPKI  string // SHA-256 of the public key, hex
}

// resembles says why a certificate may be an outlet's, or "".
func (d *Desk) resembles(o iru.Outlet, as []iru.Asset, c Certificate) string {
	for _, a := range as {
		if a.Outlet != o.ID || c.SPKI == "" {
			continue
		}
		for _, f := range a.Features {
			if f.Kind == "spki" && f.Value == c.SPKI {
				return "certificate with the key of " + a.Site
			}
		}
	}
	var words []string
	for _, w := range strings.Fields(strings.ToLower(o.Name)) {
		if len(w) >= 6 && !common[w] {
			words = append(words, w)
		}
	}
	for _, w := range d.Rules.Words { // the unit's own choice
		if w = strings.ToLower(strings.TrimSpace(w)); w != "" {
			words = append(words, w)
		}
	}
	for _, name := range c.Names {
		for _, w := range words {
			if strings.Contains(strings.ToLower(name), w) {
				return "certificate for a name with “" + w + "” in it"
			}
		}
	}
	return ""
}

// common words of outlets' names say nothing about whose a name is.
var common = map[string]bool{"weather": true, "trains": true, "bulletin": true, "agency": true, "online": true, "channel": true, "network": true}

// Cursor reads how far a certificate log was read.
func (d *Desk) Cursor(ctx context.Context, log string) (int64, error) {
	var n int64
	err := d.DB.View(ctx, func(t *db.Tx) error {
		var err error
		n, err = t.Cursor(ctx, "ct "+log)
		return err
	})
	return n, err
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
)

// A Link is an address found on a captured page, or in a file beside it.
type Link struct {
	URL      string
	Text     string
	Source   iru.LeadSource // "" for a link
	Document string         // the file in which it stands; "" for the page itself
}

// leadsOf are a capture's links as leads.
func leadsOf(a iru.Asset, i iru.Item, links []Link) []iru.Lead {
	out := make([]iru.Lead, 0, len(links))
	for _, l := range links {
		if l.Source == "" {
			l.Source = iru.LeadLink
		}
		if l.Document == "" {
			l.Document = i.Locator
		}
		out = append(out, iru.Lead{Address: l.URL, Source: l.Source, Path: iru.LeadPath{From: a.ID, Document: l.Document, How: l.Text}})
	}
	return out
}

// discover takes up the addresses to which an attributed asset leads: pages of the asset itself become items, other addresses candidates, and each
// find keeps who led there, by which document, how and when. Nothing is taken up from a candidate: the program never walks further than one
// step from what a person attributed. What is left out because there is too much of it is told.
func (d *Desk) discover(ctx context.Context, t *db.Tx, a iru.Asset, leads []iru.Lead, now time.Time) error {
	if a.Outlet == 0 || len(leads) == 0 {
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
	kept, err := t.LeadsFrom(ctx, a.ID)
	if err != nil {
		return err
	}
	left := map[string]bool{}
	for _, lead := range leads {
		l, err := locator.Parse(lead.Address)
		if err != nil || l.Host() == "" {
			continue // not an address that one could watch
		}
		if l.Kind == locator.KindDomain || l.Kind == locator.KindIP { // a bare name means its site
			if l, err = locator.Parse(l.URL()); err != nil {
				continue
			}
		}
		if d.partOf(a, l) {
			if have >= d.Rules.PerAsset || skipped(l) || lead.Source != iru.LeadLink && lead.Source != iru.LeadFeed && lead.Source != iru.LeadUpdate {
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
		root := d.root(l)
		if _, shared := d.platform(root); shared && root.Path() == "/" {
			continue // the platform itself is nobody's asset
		}
		lead.Path.From = a.ID
		found, err := d.known(ctx, t, a.Unit, root)
		switch {
		case err != nil:
			return err
		case found == 0 && led >= d.Rules.PerAsset: // a hostile page links to as many names as it likes
			left[root.String()] = true
			continue
		case found == 0:
			if _, err := d.found(ctx, t, a.Unit, root, "", lead, 0, now, ledWords(lead)); err != nil {
				return err
			}
			led++
			kept++
			continue
		case found == a.ID || kept >= leadsPerAsset*d.Rules.PerAsset:
			continue
		}
		kept++
		if err := see(ctx, t, a.Unit, found, root, lead, now); err != nil {
			return err
		}
	}
	return leftOut(ctx, t, a, len(left), now)
}

// leadsPerAsset is how many times Rules.PerAsset the leads are that are kept of one asset: the same address is often linked from several pages.
const leadsPerAsset = 5

// leftOut tells people, once a day, that an asset leads to more addresses than are taken up.
func leftOut(ctx context.Context, t *db.Tx, a iru.Asset, n int, now time.Time) error {
	if n == 0 {
		return nil
	}
	last, err := t.LastOf(ctx, iru.Subject{Noun: "asset", ID: int64(a.ID)}, "leave_out", 1)
	if err != nil || len(last) > 0 && now.Sub(last[0].At) < 24*time.Hour {
		return err
	}
	_, err = t.Record(ctx, happened("asset", int64(a.ID), "leave_out", 0, a.Unit, now, fmt.Sprintf("%d further addresses to which its pages lead were not taken up", n)).With("addresses", n))
	return err
}

// ledWords says in a line how a lead came about.
func ledWords(l iru.Lead) string {
	s := string(l.Source)
	if l.Path.From != 0 {
		s += " from asset " + fmt.Sprint(l.Path.From)
	}
	if l.Path.How != "" {
		s += ": " + clip(l.Path.How, 80)
	}
	return s
}

// maxDocument is how many bytes of the name of a document are kept.
const maxDocument = 1024

// see stores a lead to an asset.
func see(ctx context.Context, t *db.Tx, u iru.UnitID, to iru.AssetID, root locator.Locator, l iru.Lead, now time.Time) error {
	l.Unit, l.Asset, l.Address, l.Last = u, to, root.String(), now
	if l.At.IsZero() || l.At.After(now) {
		l.At = now
	}
	l.Path.How, l.Path.Document = clip(l.Path.How, 200), clip(l.Path.Document, maxDocument)
	return t.SeeLead(ctx, &l)
}

// known is the asset that an address is, or is part of; 0 where it was not found before.
func (d *Desk) known(ctx context.Context, t *db.Tx, u iru.UnitID, root locator.Locator) (iru.AssetID, error) {
	a, err := t.AssetByLocator(ctx, u, root.String())
	if err == nil {
		return a.ID, nil
	} else if !errors.Is(err, iru.NotFound) {
		return 0, err
	}
	if d.guess(root) != iru.Site { // a file is an asset of its own, whatever lies around it, unless it was judged as a part of another
		i, err := t.ItemByLocator(ctx, u, root.String())
		switch {
		case errors.Is(err, iru.NotFound):
			return 0, nil
		case err != nil:
			return 0, err
		case i.State == iru.ItemReferred || i.State == iru.ItemDismissed || i.State == iru.ItemSecond:
			return i.Asset, nil
		}
		return 0, nil
	}
	same, err := t.AssetsAt(ctx, u, root.Site())
	if err != nil {
		return 0, err
	}
	for _, a := range same {
		if d.partOf(a, root) {
			return a.ID, nil
		}
	}
	return 0, nil
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
	u.Path, u.RawPath, u.RawQuery = home(u.Path), "", ""
	r, err := locator.Parse(u.String())
	if err != nil {
		return l
	}
	return r
}

// home is the folder that a host gives one of its users (/~name/), whose neighbours there are others; the whole site where there is none.
func home(p string) string {
	if first, _, _ := strings.Cut(strings.TrimPrefix(p, "/"), "/"); len(first) > 1 && first[0] == '~' {
		return "/" + first + "/"
	}
	return "/"
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

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/link"
	"iolaus/internal/locator"
)

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
				why, key := d.resembles(o, as, c)
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
					lead := iru.Lead{Source: iru.LeadCT, Path: iru.LeadPath{From: key, Document: log, How: why}}
					known, err := d.known(ctx, t, o.Unit, l)
					switch {
					case err != nil:
						return err
					case known == 0:
						a, err := d.found(ctx, t, o.Unit, l, "", lead, 0, now, why)
						if err != nil {
							return err
						}
						if key != 0 { // how many have the key tells whose it is: it counts before the site was seen
							a.Features = []iru.Feature{keyMark(c.SPKI)}
							if err := t.UpdateAsset(ctx, a, a.State); err != nil {
								return err
							}
						}
						n++
					case known != key:
						if err := see(ctx, t, o.Unit, known, l, lead, now); err != nil {
							return err
						}
						if err := d.renewed(ctx, t, known, l, now); err != nil {
							return err
						}
					}
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

// renewed has an asset that is down looked at as soon as a certificate is issued for its name: somebody serves there again.
func (d *Desk) renewed(ctx context.Context, t *db.Tx, id iru.AssetID, l locator.Locator, now time.Time) error {
	a, err := t.Asset(ctx, iru.Program(), id)
	if err != nil || a.State != iru.AssetDown || !d.partOf(a, l) {
		return err
	}
	_, err = t.Enqueue(ctx, Registration{Asset: a.ID, Again: now.UnixMicro()}, look(soon))
	return err
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

func keyMark(spki string) iru.Feature {
	return iru.Feature{Family: string(link.TLS), Kind: link.SPKI, Value: spki}
}

// resembles says why a certificate may be an outlet's, or "", and the asset whose key it has.
func (d *Desk) resembles(o iru.Outlet, as []iru.Asset, c Certificate) (why string, key iru.AssetID) {
	for _, a := range as {
		if a.Outlet != o.ID || c.SPKI == "" {
			continue
		}
		for _, f := range a.Features {
			if f == keyMark(c.SPKI) {
				return "certificate with the key of " + a.Site, a.ID
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
				return "certificate for a name with “" + w + "” in it", 0
			}
		}
	}
	return "", 0
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

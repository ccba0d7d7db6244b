// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"regexp"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/link"
)

// Attribute says that an asset carries an outlet, named by id or, for a new one, by name. Monitoring begins.
func (d *Desk) Attribute(ctx context.Context, s iru.Scope, id iru.AssetID, outlet iru.OutletID, name, reason string) (iru.Asset, error) {
	if err := s.May(iru.ToAttribute); err != nil {
		return iru.Asset{}, err
	}
	var a iru.Asset
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if a, err = ownAsset(ctx, t, s, id); err != nil {
			return err
		}
		if name = strings.TrimSpace(name); outlet == 0 && name != "" {
			o, err := d.propose(ctx, t, s, name, now)
			if err != nil {
				return err
			}
			outlet = o.ID
		}
		a, err = d.attribute(ctx, t, s, a, outlet, reason, now)
		return err
	})
	return a, err
}

func (d *Desk) attribute(ctx context.Context, t *db.Tx, s iru.Scope, a iru.Asset, outlet iru.OutletID, reason string, now time.Time) (iru.Asset, error) {
	o, err := t.Outlet(ctx, s, outlet)
	if err != nil && outlet != 0 {
		return a, err
	}
	if outlet != 0 {
		if err := own(s, o.Unit); err != nil {
			return a, err
		}
	}
	old := a.State
	a, e, err := a.Attribute(outlet, s.Officer, now, reason)
	if err != nil {
		return a, err
	}
	if a.Lineage.To != 0 { // the person said "same outlet" only if it is the one that was suggested
		like, err := t.Asset(ctx, iru.Program(), a.Lineage.To)
		if err != nil {
			return a, err
		}
		if like.Outlet != outlet {
			a.Lineage.Judged = 0
		}
	}
	if a.Lineage.Judged != 0 {
		e = e.With("succeeds", int64(a.Lineage.To))
	}
	if err := t.UpdateAsset(ctx, a, old); err != nil {
		return a, err
	}
	if _, err := t.Record(ctx, e); err != nil {
		return a, err
	}
	if err := d.chartOwner(ctx, t, a, now); err != nil {
		return a, err
	}
	if langs, grew := merge(o.Languages, a.Languages); grew {
		o.Languages = langs
		if err := t.UpdateOutlet(ctx, o, o.State); err != nil {
			return a, err
		}
	}
	if o.State == iru.OutletDark { // a new head
		back, e, err := o.Step("return", 0, now, "a new asset was attributed: "+a.Site)
		if err != nil {
			return a, err
		}
		if err := t.UpdateOutlet(ctx, back, o.State); err != nil {
			return a, err
		}
		if _, err := t.Record(ctx, e); err != nil {
			return a, err
		}
	}
	if err := t.LookBack(ctx, "ct ", lookBack); err != nil {
		return a, err
	}
	if _, err := t.Enqueue(ctx, Probe{Asset: a.ID}, look(soon)); err != nil {
		return a, err
	}
	if _, err = t.Enqueue(ctx, Monitor{Asset: a.ID}, visit(soon)); err != nil {
		return a, err
	}
	if d.NameAlone(a.Locator) && d.Rules.Permute > 0 && a.Kind == iru.Site {
		if _, err := t.Enqueue(ctx, Permute{Asset: a.ID}, in(QueueNames, soon, 4)); err != nil {
			return a, err
		}
	}
	if err := d.succeeds(ctx, t, a, now); err != nil {
		return a, err
	}
	return a, d.resuggest(ctx, t, a.Unit)
}

// tag is what a language is written as (BCP 47, shape only). A page can claim any; a list of them ends somewhere.
var tag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$`)

const maxLanguages = 64

func merge(a, b []string) ([]string, bool) {
	grew := false
	for _, x := range b {
		if tag.MatchString(x) && len(a) < maxLanguages && !contains(a, x) {
			a, grew = append(a, x), true
		}
	}
	return a, grew
}

func contains(list []string, x string) bool {
	for _, y := range list {
		if y == x {
			return true
		}
	}
	return false
}

// An estate is every asset that is known, with how often each mark of identity is seen, read once for any number of comparisons.
type estate struct {
	assets []iru.Asset
	freq   frequencies
}

// estateWith reads the estate, with an asset as it was just seen in the place of what is stored.
func estateWith(ctx context.Context, t *db.Tx, a iru.Asset) (estate, error) {
	as, err := t.Assets(ctx, iru.Program())
	for n := range as {
		if as[n].ID == a.ID {
			as[n] = a
		}
	}
	return estate{as, countFeatures(as)}, err
}

// suggest compares a candidate with every attributed asset of its unit and gives the best score as its lineage: a suggestion with
// reasons.
func (e estate) suggest(a iru.Asset) iru.Lineage {
	mine := features(a.Features)
	best := iru.Lineage{}
	for _, b := range e.assets {
		if b.ID == a.ID || b.Outlet == 0 || b.Unit != a.Unit || len(b.Features) == 0 {
			continue
		}
		r := link.Compare(mine, features(b.Features), e.freq, link.DefaultPrior)
		if r.Score <= best.Score {
			continue
		}
		best = iru.Lineage{To: b.ID, Score: r.Score}
		for _, ev := range r.Evidence {
			if len(best.Evidence) < 12 {
				best.Evidence = append(best.Evidence, iru.LineageClue{Kind: ev.Feature.Kind, Weight: ev.Weight, Note: ev.Note})
			}
		}
	}
	return best
}

// resuggest compares every candidate of the unit again, since more is known of an outlet now.
func (d *Desk) resuggest(ctx context.Context, t *db.Tx, u iru.UnitID) error {
	e, err := estateWith(ctx, t, iru.Asset{})
	if err != nil {
		return err
	}
	for _, a := range e.assets {
		if a.Unit != u || a.State != iru.AssetCandidate || len(a.Features) == 0 {
			continue
		}
		best := e.suggest(a)
		if best.To == a.Lineage.To && best.Score == a.Lineage.Score {
			continue
		}
		a.Lineage = best
		if err := t.UpdateAsset(ctx, a, a.State); err != nil {
			return err
		}
	}
	return nil
}

func features(fs []iru.Feature) []link.Feature {
	out := make([]link.Feature, len(fs))
	for i, f := range fs {
		out[i] = link.Feature{Family: link.Family(f.Family), Kind: f.Kind, Value: f.Value}
	}
	return out
}

// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// ConcordMost is how many readings of one source an agreement is counted over, the newest of a period.
const ConcordMost = 100_000

// A Concordance is how far two persons who judge the same agree: of one source, by limb and by outlet, never by officer.
type Concordance struct {
	Source  string // "second opinions", "spot checks"
	All     iru.Concord
	Limbs   map[string]iru.Concord // by letter
	Outlets []OutletConcord        // by name
}

// An OutletConcord is the agreement on what one outlet publishes.
type OutletConcord struct {
	ID   iru.OutletID // 0: not attributed
	Name string
	iru.Concord
}

// readings are two findings on one item.
type readings struct {
	outlet                  iru.OutletID
	first, second           iru.Finding
	firstLimbs, secondLimbs []string
}

// Concord counts how far second opinions and spot checks agree with the first findings, since a time.
func (d *Desk) Concord(ctx context.Context, s iru.Scope, since time.Time) ([]Concordance, error) {
	if err := s.May(iru.ToRead); err != nil {
		return nil, err
	}
	var out []Concordance
	err := d.DB.View(ctx, func(t *db.Tx) error {
		out = nil
		names := map[iru.OutletID]string{}
		os, err := t.Outlets(ctx, s)
		if err != nil {
			return err
		}
		for _, o := range os {
			names[o.ID] = o.Name
		}
		seconds, err := secondReadings(ctx, t, s, since)
		if err != nil {
			return err
		}
		spots, err := spotReadings(ctx, t, s, since)
		out = []Concordance{concordance("second opinions", seconds, names), concordance("spot checks", spots, names)}
		return err
	})
	return out, err
}

func secondReadings(ctx context.Context, t *db.Tx, s iru.Scope, since time.Time) ([]readings, error) {
	seconds, err := t.SecondOpinions(ctx, s, since, ConcordMost)
	if err != nil {
		return nil, err
	}
	var out []readings
	for _, b := range seconds {
		a, err := t.Assessment(ctx, s, b.Second)
		if err != nil {
			return nil, err
		}
		r, err := reading(ctx, t, s, a, b.Finding, b.Limbs)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func spotReadings(ctx context.Context, t *db.Tx, s iru.Scope, since time.Time) ([]readings, error) {
	spots, err := t.Spots(ctx, s, since, ConcordMost)
	if err != nil {
		return nil, err
	}
	var out []readings
	for _, p := range spots {
		if p.ReadAt.IsZero() {
			continue
		}
		a, err := t.Assessment(ctx, s, p.Assessment)
		if err != nil {
			return nil, err
		}
		r, err := reading(ctx, t, s, a, p.Finding, p.Limbs)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func reading(ctx context.Context, t *db.Tx, s iru.Scope, first iru.Assessment, second iru.Finding, limbs []string) (readings, error) {
	i, err := t.Item(ctx, s, first.Item)
	if err != nil {
		return readings{}, err
	}
	a, err := t.Asset(ctx, s, i.Asset)
	return readings{a.Outlet, first.Finding, second, first.Limbs, limbs}, err
}

func concordance(source string, all []readings, names map[iru.OutletID]string) Concordance {
	c := Concordance{Source: source, Limbs: map[string]iru.Concord{}}
	var pairs []iru.Pair
	limbs, outlets := map[string][]iru.Pair{}, map[iru.OutletID][]iru.Pair{}
	for _, r := range all {
		p := iru.Pair{First: r.first == iru.FindRefer, Second: r.second == iru.FindRefer}
		pairs, outlets[r.outlet] = append(pairs, p), append(outlets[r.outlet], p)
		for l := range iru.Limbs {
			one, two := slices.Contains(r.firstLimbs, l), slices.Contains(r.secondLimbs, l)
			if one || two { // what neither thought of says nothing about the limb
				limbs[l] = append(limbs[l], iru.Pair{First: one, Second: two})
			}
		}
	}
	c.All = iru.Agree(pairs)
	for l, ps := range limbs {
		c.Limbs[l] = iru.Agree(ps)
	}
	for o, ps := range outlets {
		c.Outlets = append(c.Outlets, OutletConcord{o, names[o], iru.Agree(ps)})
	}
	slices.SortFunc(c.Outlets, func(a, b OutletConcord) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return c
}

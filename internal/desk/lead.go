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

// RecordLeads takes up addresses to which an attributed asset leads otherwise than by its pages: its certificate, the DNS, names that look like its
// own. Where the asset is nobody's, nothing is taken up.
func (d *Desk) RecordLeads(ctx context.Context, id iru.AssetID, leads []iru.Lead) error {
	if len(leads) == 0 {
		return nil
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		a, err := t.Asset(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		return d.discover(ctx, t, a, leads, now)
	})
}

// sharedBy are the leads from an attributed asset to a candidate that has marks of identity in common with it, so that the way on which the two
// are joined can be followed. A value that more than mostSharers outlets have says nothing.
func (e estate) sharedBy(a iru.Asset) []iru.Lead {
	var out []iru.Lead
	done := map[string]bool{}
	for _, f := range a.Features {
		how, source := "", iru.LeadSource("")
		switch f.Kind {
		case link.AnalyticsID:
			how, source = "the account "+f.Value, iru.LeadAnalytics
		case link.DonationID:
			how, source = "the account "+f.Value, iru.LeadDonation
		case link.Favicon:
			how, source = "the same icon", iru.LeadFavicon
		}
		if seen, _ := e.freq.Count(f.Kind, f.Value); source == "" || seen > mostSharers {
			continue
		}
		for _, b := range e.assets {
			if b.ID == a.ID || b.Outlet == 0 || b.Unit != a.Unit || done[string(source)+b.Locator] || !has(b.Features, f) {
				continue
			}
			done[string(source)+b.Locator] = true
			out = append(out, iru.Lead{Source: source, Path: iru.LeadPath{From: b.ID, Document: b.Locator, How: how}})
		}
	}
	return out
}

// mostSharers is how many outlets may have a value that still leads from one to the other: two, and one that copied it.
const mostSharers = 3

func has(list []iru.Feature, f iru.Feature) bool {
	for _, x := range list {
		if x.Kind == f.Kind && x.Value == f.Value {
			return true
		}
	}
	return false
}

// seeShared keeps the leads of a candidate's marks.
func seeShared(ctx context.Context, t *db.Tx, e estate, a iru.Asset, now time.Time) error {
	l, err := locator.Parse(a.Locator)
	if err != nil {
		return nil
	}
	for _, lead := range e.sharedBy(a) {
		if err := see(ctx, t, a.Unit, a.ID, l, lead, now); err != nil {
			return err
		}
	}
	return nil
}

// Trust says that a mark of leads is no noise: what was refused before does not count any more, and what carries it is ranked like anything else
// until it is refused again.
func (d *Desk) Trust(ctx context.Context, s iru.Scope, m iru.NoiseMark, reason string) error {
	if err := s.May(iru.ToAttribute); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return iru.Refuse(iru.Invalid, "the reason is missing", "say why this is no noise")
	}
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		n, err := d.Noise(ctx, t, s)
		if err != nil {
			return err
		}
		r, counted := n.Of(m)
		if !counted {
			return iru.Refuse(iru.NotFound, "nothing was refused for that", "")
		}
		u := iru.Trusted{Unit: s.Unit, Mark: m, Reason: clip(reason, 500), By: s.Officer, At: now}
		if err := t.AddTrusted(ctx, &u); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("trusted", u.ID, "trust", s.Officer, s.Unit, now, u.Reason).With("kind", m.Kind).With("value", m.Value).
			With("refused", r.Refused).With("accepted", r.Accepted))
		return err
	})
}

// mostJudged is how many leads are learnt from, the newest: a unit's people judge some tens a day.
const mostJudged = 20_000

// Noise is what was learnt from a scope's refusals.
func (d *Desk) Noise(ctx context.Context, t *db.Tx, s iru.Scope) (iru.Noise, error) {
	judged, err := t.LeadsJudged(ctx, s, mostJudged)
	if err != nil {
		return iru.Noise{}, err
	}
	trusted, err := t.TrustedMarks(ctx, s)
	return iru.LearnNoise(judged, trusted), err
}

// Ranked are the leads to a scope's candidates, and why some of these are ranked low.
type Ranked struct {
	Leads map[iru.AssetID][]iru.Lead
	noise iru.Noise
}

// Rank reads what led to each of a scope's candidates and what was learnt from refusals.
func (d *Desk) Rank(ctx context.Context, t *db.Tx, s iru.Scope) (Ranked, error) {
	r := Ranked{Leads: map[iru.AssetID][]iru.Lead{}}
	ls, err := t.LeadsWaiting(ctx, s)
	if err != nil {
		return r, err
	}
	for _, l := range ls {
		r.Leads[l.Asset] = append(r.Leads[l.Asset], l)
	}
	r.noise, err = d.Noise(ctx, t, s)
	return r, err
}

// Low says why a candidate is ranked low; nil: it is not. One that resembles a known outlet enough to be suggested never is.
func (r Ranked) Low(a iru.Asset) []iru.NoiseReason {
	if a.Lineage.Score >= link.Suggest {
		return nil
	}
	return r.noise.Low(r.Leads[a.ID])
}

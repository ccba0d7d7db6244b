// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"time"

	"iolaus/internal/iru"
)

// A PresenceChange is a moment at which what was believed of an asset changed.
type PresenceChange struct {
	Asset    iru.AssetID
	Outlet   iru.OutletID // that it carries now
	At       time.Time
	From, To iru.PresenceState
}

// PresenceChanges lists the changes of presence of a scope's assets since a time, but for rejected ones, oldest first, of at most n of the newest.
func (t *Tx) PresenceChanges(ctx context.Context, s iru.Scope, since time.Time, n int) ([]PresenceChange, error) {
	const what = `SELECT id, subject, at, from_state, to_state FROM event WHERE noun='asset' AND verb IN ('seen','missed','agreed') AND at>=$2 AND `
	from := what + "$1=0"
	if s.Reach() != 0 { // one range of an index, and what of others' assets we have acts about
		from = "SELECT * FROM (" + what + "unit=$1 ORDER BY at DESC LIMIT $3) AS own UNION ALL " + what + "unit<>$1 AND subject IN (SELECT asset FROM notice WHERE unit=$1)"
	}
	all, err := All(ctx, t, func(c *PresenceChange) []any { return []any{&c.Asset, &c.Outlet, Micros(&c.At), &c.From, &c.To} },
		`SELECT c.subject, a.outlet, c.at, c.from_state, c.to_state FROM (SELECT * FROM (`+from+`) AS every ORDER BY at DESC, id DESC LIMIT $3) AS c JOIN asset a ON a.id=c.subject
			WHERE a.state<>'rejected' ORDER BY c.at, c.id`, s.Reach(), At(since), n)
	if err != nil {
		return nil, fmt.Errorf("list changes of presence: %w", err)
	}
	return all, nil
}

// A Newborn is an asset that was added lately, with what is believed of it.
type Newborn struct {
	Asset    iru.AssetID
	Outlet   iru.OutletID
	Created  time.Time
	Presence iru.PresenceState
	Since    time.Time // of that belief
}

// Newborns lists the assets that an outlet got since a time, but for rejected ones, oldest first, at most n of the newest.
func (t *Tx) Newborns(ctx context.Context, s iru.Scope, o iru.OutletID, since time.Time, n int) ([]Newborn, error) {
	all, err := All(ctx, t, func(b *Newborn) []any {
		return []any{&b.Asset, &b.Outlet, Micros(&b.Created), &b.Presence, Micros(&b.Since)}
	},
		`SELECT * FROM (SELECT id, outlet, created, presence, presence_since FROM asset WHERE outlet=$2 AND created>=$3 AND state<>'rejected' AND `+assetReach+`
			ORDER BY created DESC LIMIT $4) AS newest ORDER BY created, id`, s.Reach(), o, At(since), n)
	if err != nil {
		return nil, fmt.Errorf("list new assets: %w", err)
	}
	return all, nil
}

// A Standing is how many assets of an outlet are in a state and believed to be in a presence.
type Standing struct {
	Outlet   iru.OutletID // 0: nobody knows whose
	State    iru.AssetState
	Presence iru.PresenceState
	Count    int
	Seen     time.Time // the newest look at one of them, or at most a minute before
}

// Standings counts a scope's assets. It takes as long as there are outlets, not as there are assets.
func (t *Tx) Standings(ctx context.Context, s iru.Scope) ([]Standing, error) {
	others := ""
	if s.Reach() != 0 {
		others = ` UNION ALL SELECT outlet, state, presence, COUNT(*), MAX(seen) FROM asset WHERE unit<>$1 AND id IN (SELECT asset FROM notice WHERE unit=$1) GROUP BY outlet, state, presence`
	}
	all, err := All(ctx, t, func(x *Standing) []any { return []any{&x.Outlet, &x.State, &x.Presence, &x.Count, Micros(&x.Seen)} },
		`SELECT outlet, state, presence, CAST(SUM(n) AS BIGINT), MAX(seen) FROM (
			SELECT outlet, state, presence, n, seen FROM asset_tally WHERE `+ownOnly(s)+` AND n>0`+others+`) AS counted GROUP BY outlet, state, presence ORDER BY outlet, state, presence`, s.Reach())
	if err != nil {
		return nil, fmt.Errorf("count assets: %w", err)
	}
	return all, nil
}

// Suggested lists the candidates of a scope's own unit that resemble an asset of an outlet, oldest first, at most n.
func (t *Tx) Suggested(ctx context.Context, s iru.Scope, n int) ([]iru.Asset, error) {
	return assets.list(ctx, t, "WHERE "+ownOnly(s)+" AND state='candidate' AND CAST(lineage ->> 'to' AS BIGINT)<>0 AND CAST(lineage ->> 'score' AS REAL)>0 ORDER BY created, id LIMIT $2", s.Reach(), n)
}

// AssetsStanding lists the assets of a scope's own unit in a state, oldest first, at most n.
func (t *Tx) AssetsStanding(ctx context.Context, s iru.Scope, in iru.AssetState, n int) ([]iru.Asset, error) {
	return assets.list(ctx, t, "WHERE "+ownOnly(s)+" AND state=$2 ORDER BY id LIMIT $3", s.Reach(), in, n)
}

// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"iolaus/internal/iru"
)

var sightings = shape[iru.Sighting]{"sighting", "id, unit, asset, monitor, vantage, digest, first_seen, last_seen, looks, seen", func(s *iru.Sighting) []any {
	return []any{&s.ID, &s.Unit, &s.Asset, &s.Monitor, &s.Vantage, &s.Digest, Micros(&s.First), Micros(&s.Last), &s.Looks, JSON(&s.Seen)}
}}

// AddSighting stores a sighting and sets its id.
func (t *Tx) AddSighting(ctx context.Context, s *iru.Sighting) error {
	return sightings.insert(ctx, t, s)
}

// UpdateSightings moves the ends of sightings, as later looks saw the same, all in one statement. Conflict if one of them is no longer what was
// seen.
func (t *Tx) UpdateSightings(ctx context.Context, list ...iru.Sighting) error {
	const columns = 5
	for some := range slices.Chunk(list, maxBinds/columns) {
		var rows, seen []string // what was seen stands apart: a list of values would make text of it
		var args []any
		for _, s := range some {
			n := len(args)
			rows = append(rows, fmt.Sprintf("(CAST($%d AS BIGINT), CAST($%d AS TEXT), CAST($%d AS BIGINT), CAST($%d AS BIGINT))", n+1, n+2, n+3, n+4))
			seen = append(seen, fmt.Sprintf("WHEN $%d THEN $%d", n+1, n+5))
			args = append(args, s.ID, s.Digest, At(s.Last), s.Looks, JSON(&s.Seen))
		}
		res, err := t.Exec(ctx, `WITH v (id, digest, last_seen, looks) AS (VALUES `+strings.Join(rows, ", ")+`)
			UPDATE sighting SET last_seen=v.last_seen, looks=v.looks, seen=CASE sighting.id `+strings.Join(seen, " ")+` ELSE seen END
			FROM v WHERE sighting.id=v.id AND sighting.digest=v.digest`, args...)
		if err != nil {
			return fmt.Errorf("change sightings: %w", err)
		}
		if err := guardedAll(res, len(some)); err != nil {
			return fmt.Errorf("change sightings: %w", err)
		}
	}
	return nil
}

// Sightings lists what was seen of an asset, the latest first, at most n.
func (t *Tx) Sightings(ctx context.Context, s iru.Scope, a iru.AssetID, n int) ([]iru.Sighting, error) {
	return sightings.list(ctx, t, "WHERE asset IN (SELECT id FROM asset WHERE "+assetReach+") AND asset=$2 ORDER BY last_seen DESC, id DESC LIMIT $3", s.Reach(), a, n)
}

// LastSighting reads what a monitor saw last of an asset from a vantage point.
func (t *Tx) LastSighting(ctx context.Context, a iru.AssetID, m iru.Monitor, vantage string) (iru.Sighting, error) {
	return sightings.get(ctx, t, "asset=$1 AND monitor=$2 AND vantage=$3 ORDER BY last_seen DESC, id DESC LIMIT 1", a, m, vantage)
}

// LastSightings lists what each monitor saw last of these assets from a vantage point.
func (t *Tx) LastSightings(ctx context.Context, ids []iru.AssetID, vantage string) ([]iru.Sighting, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return sightings.list(ctx, t, `WHERE vantage=$1 AND asset IN (`+binds(2, len(ids))+`) AND NOT EXISTS (SELECT 1 FROM sighting o WHERE o.asset=sighting.asset
		AND o.monitor=sighting.monitor AND o.vantage=$1 AND (o.last_seen>sighting.last_seen OR o.last_seen=sighting.last_seen AND o.id>sighting.id)) ORDER BY asset, monitor`,
		append([]any{vantage}, anys(ids)...)...)
}

// SightingsNow lists what each monitor saw last of an asset, one for each vantage point.
func (t *Tx) SightingsNow(ctx context.Context, a iru.AssetID) ([]iru.Sighting, error) {
	return sightings.list(ctx, t, `WHERE id IN (SELECT MAX(s.id) FROM sighting s WHERE s.asset=$1 AND s.last_seen=(SELECT MAX(o.last_seen) FROM sighting o
		WHERE o.asset=s.asset AND o.monitor=s.monitor AND o.vantage=s.vantage) GROUP BY s.monitor, s.vantage) ORDER BY monitor, vantage`, a)
}

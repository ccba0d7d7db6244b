// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"strings"

	"iolaus/internal/iru"
)

// SuggestedFor counts the candidates that resemble an asset of an outlet, by outlet.
func (t *Tx) SuggestedFor(ctx context.Context, s iru.Scope) (map[iru.OutletID]int, error) {
	type count struct {
		outlet iru.OutletID
		n      int
	}
	all, err := All(ctx, t, func(c *count) []any { return []any{&c.outlet, &c.n} },
		`SELECT k.outlet, COUNT(*) FROM asset k JOIN asset a ON k.id=CAST(a.lineage ->> 'to' AS BIGINT)
		WHERE a.id IN (SELECT id FROM asset WHERE `+assetReach+`) AND a.state='candidate' AND CAST(a.lineage ->> 'to' AS BIGINT)<>0 AND CAST(a.lineage ->> 'score' AS REAL)>0 GROUP BY k.outlet`, s.Reach())
	if err != nil {
		return nil, fmt.Errorf("count candidates: %w", err)
	}
	out := map[iru.OutletID]int{}
	for _, c := range all {
		out[c.outlet] = c.n
	}
	return out, nil
}

// AssetsIs lists assets of a state, those that resemble a known one most first, then the newest, at most n.
func (t *Tx) AssetsIs(ctx context.Context, s iru.Scope, in iru.AssetState, n int) ([]iru.Asset, error) {
	return assets.list(ctx, t, "WHERE "+assetReach+" AND state=$2 ORDER BY CAST(lineage ->> 'score' AS REAL) DESC, id DESC LIMIT $3", s.Reach(), in, n)
}

// AssetsLike lists assets on a registrable name, or whose address holds a text; one of the two may be empty. In order of their discovery, at most n.
func (t *Tx) AssetsLike(ctx context.Context, s iru.Scope, site, part string, n int) ([]iru.Asset, error) {
	like := ""
	if part != "" {
		like = "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(part) + "%"
	}
	return assets.list(ctx, t, "WHERE "+assetReach+` AND (site=$2 AND $2<>'' OR locator LIKE $3 ESCAPE '\') ORDER BY id LIMIT $4`, s.Reach(), site, like, n)
}

// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// A Near is an item that resembles another: by itself, or by known content, which was met on both or is what one of them left when it was
// judged.
type Near struct {
	Item  iru.Item
	Known int64          // 0: none
	Likes []iru.Likeness // by itself: how
}

// nearby is a match near enough for a near copy (iru.PDQRadius, iru.TextSimilarity, recognise.VideoQuery, recognise.AudioMatch), and none
// that a person said is wrong.
var nearby = fmt.Sprintf("(m.medium='pdq' AND m.distance<=%d OR m.medium='text' AND m.distance<=%.6f OR m.medium='vpdq' AND m.distance<=%.6f OR m.medium='audio' AND m.distance<=%.6f)"+
	" AND m.state IN ('suggested','confirmed')", iru.PDQRadius, 1-iru.TextSimilarity+1e-6, 1-recognise.VideoQuery+1e-6, recognise.AudioMatch+1e-6)

// ItemsNear lists a scope's near copies of an item, those that wait for a person first, then the oldest first, at most n. The same content
// is no near copy (see ItemsAlike), and content that is not looked for relates nothing.
func (t *Tx) ItemsNear(ctx context.Context, s iru.Scope, i iru.ItemID, n int) ([]Near, error) {
	out, err := t.nearByKnown(ctx, s, i, n)
	if err != nil {
		return nil, err
	}
	alike, err := t.alike(ctx, s, i)
	if err != nil {
		return nil, err
	}
	for k := range out {
		out[k].Likes = alike[out[k].Item.ID].Likes
		delete(alike, out[k].Item.ID)
	}
	for _, a := range alike {
		out = append(out, a)
	}
	rank := func(x Near) int {
		switch x.Item.State {
		case iru.ItemReady, iru.ItemSecond, iru.ItemDeferred:
			return 0
		}
		return 1
	}
	slices.SortFunc(out, func(a, b Near) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Item.ID, b.Item.ID)) })
	return out[:min(len(out), n)], nil
}

func (t *Tx) nearByKnown(ctx context.Context, s iru.Scope, i iru.ItemID, n int) ([]Near, error) {
	out, err := All(ctx, t, func(x *Near) []any { return append(items.fields(&x.Item), &x.Known) }, `WITH via AS (
			SELECT k.id, k.item FROM known k JOIN bank b ON b.id=k.bank WHERE k.id IN (
				SELECT m.known FROM match m WHERE m.item=$2 AND `+nearby+`
				UNION SELECT j.id FROM known j WHERE j.item=$2 AND j.item<>0)
			AND k.state='active' AND k.flood<>'floods' AND NOT b.muted AND ($1=0 OR b.unit=$1)),
		near AS (
			SELECT p.met, MIN(p.by_known) AS by_known FROM (
				SELECT m.item AS met, m.known AS by_known FROM match m WHERE m.known IN (SELECT via.id FROM via) AND `+nearby+`
				UNION ALL SELECT via.item, via.id FROM via WHERE via.item<>0) AS p
			WHERE p.met<>$2 GROUP BY p.met)
		SELECT `+items.columns+`, by_known FROM item JOIN near ON met=id WHERE `+partReach+`
			AND (content='' OR content<>(SELECT o.content FROM item o WHERE o.id=$2))
		ORDER BY CASE WHEN state IN ('ready','second','deferred') THEN 0 ELSE 1 END, id LIMIT $3`, s.Reach(), i, n)
	if err != nil {
		return nil, fmt.Errorf("list near copies: %w", err)
	}
	return out, nil
}

// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"slices"

	"iolaus/internal/iru"
)

var opinions = shape[iru.Opinion]{"opinion", "id, known, unit, partner, by_officer, verdict, note, at", func(o *iru.Opinion) []any {
	return []any{&o.ID, &o.Known, &o.Unit, &o.Partner, &o.By, &o.Verdict, &o.Note, Micros(&o.At)}
}}

// AddOpinion stores an opinion and sets its id.
func (t *Tx) AddOpinion(ctx context.Context, o *iru.Opinion) error { return opinions.insert(ctx, t, o) }

// OpinionsOf lists every opinion on a scope's known content, oldest first, also those that a later one replaced.
func (t *Tx) OpinionsOf(ctx context.Context, s iru.Scope, known int64) ([]iru.Opinion, error) {
	return opinions.list(ctx, t, "WHERE known IN (SELECT known.id FROM known JOIN bank ON bank.id=known.bank WHERE ($1=0 OR bank.unit=$1) AND known.id=$2) ORDER BY id",
		s.Reach(), known)
}

// opinionsOn reads the opinions on several contents, oldest first.
func (t *Tx) opinionsOn(ctx context.Context, known []int64) (map[int64][]iru.Opinion, error) {
	out := map[int64][]iru.Opinion{}
	for some := range slices.Chunk(known, maxBinds) {
		os, err := opinions.list(ctx, t, "WHERE known IN ("+binds(1, len(some))+") ORDER BY id", anys(some)...)
		if err != nil {
			return nil, err
		}
		for _, o := range os {
			out[o.Known] = append(out[o.Known], o)
		}
	}
	return out, nil
}

// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"

	"iolaus/internal/iru"
)

var musters = shape[iru.Muster]{"muster", "id, unit, operation, mark, state, by_officer, begun, due, ended, assets, up, down, doubtful, unknown, unseen, digest, body", func(m *iru.Muster) []any {
	return []any{&m.ID, &m.Unit, &m.Operation, &m.Mark, &m.State, &m.By, Micros(&m.Begun), Micros(&m.Due), Micros(&m.Ended), &m.Assets, &m.Up, &m.Down, &m.Doubtful, &m.Unknown, &m.Unseen, &m.Digest, &m.Body}
}}

// AddMuster stores a muster and sets its id; Conflict if one of that mark is open already.
func (t *Tx) AddMuster(ctx context.Context, m *iru.Muster) error { return musters.insert(ctx, t, m) }

// Muster reads one muster.
func (t *Tx) Muster(ctx context.Context, s iru.Scope, id iru.MusterID) (iru.Muster, error) {
	return musters.get(ctx, t, "operation IN (SELECT id FROM operation WHERE "+opReach+") AND id=$2", s.Reach(), id)
}

// Musters lists the musters of an operation, oldest first, to whoever can read the operation.
func (t *Tx) Musters(ctx context.Context, s iru.Scope, o iru.OperationID) ([]iru.Muster, error) {
	return musters.list(ctx, t, "WHERE operation=$2 AND operation IN (SELECT id FROM operation WHERE "+opReach+") ORDER BY id", s.Reach(), o)
}

// UpdateMuster stores the muster again if its state is still the old one.
func (t *Tx) UpdateMuster(ctx context.Context, m iru.Muster, old iru.MusterState) error {
	return musters.update(ctx, t, &m, "state", old)
}

// LastLooks lists the newest look at each asset from each vantage point, since a time.
func (t *Tx) LastLooks(ctx context.Context, assets []iru.AssetID, since int64) ([]iru.Observation, error) {
	var out []iru.Observation
	for some := range chunks(assets) {
		list, err := observations.list(ctx, t, `WHERE at>=$1 AND asset IN (`+binds(2, len(some))+`) ORDER BY asset, vantage, at, id`, append([]any{since}, anys(some)...)...)
		if err != nil {
			return nil, err
		}
		for _, o := range list {
			if n := len(out) - 1; n >= 0 && out[n].Asset == o.Asset && out[n].Vantage == o.Vantage {
				out[n] = o
			} else {
				out = append(out, o)
			}
		}
	}
	return out, nil
}

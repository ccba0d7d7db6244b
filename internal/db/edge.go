// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"iolaus/internal/iru"
)

var edges = shape[iru.Edge]{"edge", "id, unit, from_kind, from_name, to_kind, to_name, rel, source, asset, first_at, last_at, ended_at, confidence",
	func(e *iru.Edge) []any {
		return []any{&e.ID, &e.Unit, &e.From.Kind, &e.From.Name, &e.To.Kind, &e.To.Name, &e.Rel, &e.Source, &e.Asset, Micros(&e.First), Micros(&e.Last),
			Micros(&e.Ended), &e.Confidence}
	}}

// SeeEdges takes in what was seen to hold. What was seen before moves on in time; where it had ended or lapsed a new interval begins. The
// same again changes nothing, and sightings may come in any order. What iru.Edge.Check refuses is left out: not all that the world calls a
// name is one, and a look is worth keeping without it.
func (t *Tx) SeeEdges(ctx context.Context, seen []iru.Edge) error {
	type key struct {
		unit  iru.UnitID
		asset iru.AssetID
		from  iru.Node // where no asset is named
	}
	had := map[key][]iru.Edge{}
	type move struct {
		last       int64
		confidence float64
	}
	moves := map[move][]int64{}
	moved := map[int64]iru.Edge{}
	for _, e := range seen {
		e.First, e.Last, e.Ended = e.First.Truncate(time.Microsecond), e.Last.Truncate(time.Microsecond), e.Ended.Truncate(time.Microsecond)
		if e.ID = 0; e.Check() != nil {
			continue
		}
		k := key{unit: e.Unit, asset: e.Asset}
		where, args := "WHERE asset=$1 AND unit=$2", []any{e.Asset, e.Unit}
		if e.Asset == 0 {
			k.from = e.From
			where, args = "WHERE asset=$1 AND unit=$2 AND from_kind=$3 AND from_name=$4", append(args, e.From.Kind, e.From.Name)
		}
		if _, ok := had[k]; !ok {
			all, err := edges.list(ctx, t, where+" ORDER BY id", args...)
			if err != nil {
				return err
			}
			had[k] = all
		}
		now, swallowed := e.See(had[k])
		n := slices.IndexFunc(had[k], func(h iru.Edge) bool { return h.ID == now.ID })
		switch {
		case now.ID == 0:
			if err := edges.insert(ctx, t, &now); err != nil {
				return err
			}
			had[k] = append(had[k], now)
			continue
		case len(swallowed) > 0:
			if err := t.drop(ctx, swallowed); err != nil {
				return err
			}
			had[k] = slices.DeleteFunc(had[k], func(h iru.Edge) bool { return slices.Contains(swallowed, h.ID) })
			n = slices.IndexFunc(had[k], func(h iru.Edge) bool { return h.ID == now.ID })
			fallthrough
		case !now.First.Equal(had[k][n].First) || !now.Ended.Equal(had[k][n].Ended):
			if err := edges.update(ctx, t, &now, "", nil); err != nil {
				return err
			}
		case now.Last.Equal(had[k][n].Last) && now.Confidence == had[k][n].Confidence:
			continue
		default: // seen again, as most are: all of one look in one statement
			moved[now.ID] = now
		}
		had[k][n] = now
	}
	for id, e := range moved {
		m := move{At(e.Last), e.Confidence}
		moves[m] = append(moves[m], id)
	}
	for m, ids := range moves {
		slices.Sort(ids)
		for some := range slices.Chunk(ids, maxBinds) {
			if _, err := t.Exec(ctx, "UPDATE edge SET last_at=$1, confidence=$2 WHERE id IN ("+binds(3, len(some))+") AND last_at<=$1",
				append([]any{m.last, m.confidence}, anys(some)...)...); err != nil {
				return fmt.Errorf("move edges: %w", err)
			}
		}
	}
	return nil
}

func (t *Tx) drop(ctx context.Context, ids []int64) error {
	for some := range slices.Chunk(ids, maxBinds) {
		if _, err := t.Exec(ctx, "DELETE FROM edge WHERE id IN ("+binds(1, len(some))+")", anys(some)...); err != nil {
			return fmt.Errorf("drop edges: %w", err)
		}
	}
	return nil
}

// EndEdges ends, at a time, what a whole look at an asset by one source would have shown of these relations and did not: the intervals of that
// asset and source that were last seen before it. Call it after SeeEdges, and only when everybody who knows was asked: a failed look ends nothing.
func (t *Tx) EndEdges(ctx context.Context, a iru.AssetID, source string, rels []string, at time.Time) error {
	if len(rels) == 0 {
		return nil
	}
	_, err := t.Exec(ctx, "UPDATE edge SET ended_at=$1 WHERE asset=$2 AND source=$3 AND ended_at=0 AND last_at<$1 AND rel IN ("+binds(4, len(rels))+")",
		append([]any{At(at), a, source}, anys(rels)...)...)
	if err != nil {
		return fmt.Errorf("end edges: %w", err)
	}
	return nil
}

// EndEdge ends, at a time, the open intervals of one edge by whatever source. One that was seen only later begins later and stays.
func (t *Tx) EndEdge(ctx context.Context, u iru.UnitID, from iru.Node, rel string, to iru.Node, at time.Time) error {
	_, err := t.Exec(ctx, `UPDATE edge SET ended_at=CASE WHEN last_at>$1 THEN last_at ELSE $1 END
		WHERE unit=$2 AND from_kind=$3 AND from_name=$4 AND rel=$5 AND to_kind=$6 AND to_name=$7 AND ended_at=0 AND first_at<=$1`,
		At(at), u, from.Kind, from.Name, rel, to.Kind, to.Name)
	if err != nil {
		return fmt.Errorf("end edge: %w", err)
	}
	return nil
}

// MapOf gives every edge that was ever on an outlet's map, oldest first: what it publishes, and what leads from there, through other nodes but
// not through other assets. What held on a day is iru.MapAt of it.
func (t *Tx) MapOf(ctx context.Context, s iru.Scope, o iru.OutletID) ([]iru.Edge, error) {
	root := iru.OutletNode(o)
	// CROSS JOIN keeps SQLite from going through all edges of the unit for each node.
	return edges.list(ctx, t, `WHERE `+partReach+` AND id IN (
		WITH RECURSIVE reach (kind, name) AS (
			SELECT CAST($2 AS TEXT), CAST($3 AS TEXT)
			UNION
			SELECT e.to_kind, e.to_name FROM reach r CROSS JOIN edge e
			WHERE e.unit=(SELECT unit FROM outlet WHERE id=$4) AND e.from_kind=r.kind AND e.from_name=r.name AND (e.rel='publishes' OR e.to_kind NOT IN ('asset','outlet'))
		) SELECT x.id FROM reach r CROSS JOIN edge x WHERE x.unit=(SELECT unit FROM outlet WHERE id=$4) AND x.from_kind=r.kind AND x.from_name=r.name
		) ORDER BY first_at, id`, s.Reach(), root.Kind, root.Name, o)
}

// EdgesOf gives every edge that was learnt by looks at an asset, oldest first.
func (t *Tx) EdgesOf(ctx context.Context, s iru.Scope, a iru.AssetID) ([]iru.Edge, error) {
	return edges.list(ctx, t, "WHERE "+partReach+" AND asset=$2 ORDER BY first_at, id", s.Reach(), a)
}

// Delegations lists the names of a unit that a name server answers for, each with an asset under it, at most n.
func (t *Tx) Delegations(ctx context.Context, u iru.UnitID, server string, n int) ([]iru.Delegation, error) {
	all, err := All(ctx, t, func(d *iru.Delegation) []any { return []any{&d.Name, &d.Asset, &d.Outlet, &d.State} },
		`SELECT DISTINCT e.from_name, a.id, a.outlet, a.state FROM edge e JOIN asset a ON a.id=e.asset
			WHERE e.unit=$1 AND e.to_kind='name_server' AND e.to_name=$2 AND e.rel='delegated_to' AND e.ended_at=0 ORDER BY a.id, e.from_name LIMIT $3`, u, server, n)
	if err != nil {
		return nil, fmt.Errorf("list names of a server: %w", err)
	}
	return all, nil
}

// EdgesTo gives the edges that lead to a node, oldest first, at most n: what else hangs on it.
func (t *Tx) EdgesTo(ctx context.Context, s iru.Scope, to iru.Node, n int) ([]iru.Edge, error) {
	return edges.list(ctx, t, "WHERE "+partReach+" AND to_kind=$2 AND to_name=$3 ORDER BY first_at, id LIMIT $4", s.Reach(), to.Kind, to.Name, n)
}

// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// A Lookup finds known content by fingerprints: exact ones by the store's index, PDQ by an index beside it, TLSH and texts one by one.
// It is safe for use by many at once.
type Lookup struct {
	DB  *db.DB
	pdq pictures256
}

// A Found is known content that a fingerprint resembles.
type Found struct {
	Known    iru.Known  // without Signals
	Signal   iru.Signal // the one that is near
	Distance float64    // see iru.Match
}

// batch is how many rows are read at once where fingerprints are compared one by one: a sketch has a kilobyte.
const scanned = 1000

// Find looks up each query in the banks that a scope reaches, as of now, and gives what it resembles, nearest first. Nothing that is muted,
// quarantined, withdrawn or marked as flooding is found.
func (l *Lookup) Find(ctx context.Context, sc iru.Scope, queries []iru.Signal) ([][]Found, error) {
	if err := l.pdq.sync(ctx, l.DB); err != nil {
		return nil, err
	}
	return l.find(ctx, sc, queries)
}

// find looks up without taking in what is new.
func (l *Lookup) find(ctx context.Context, sc iru.Scope, queries []iru.Signal) ([][]Found, error) {
	out := make([][]Found, len(queries))
	near, ids := make([][]recognise.Hit, len(queries)), []int64(nil)
	exact, slow := map[string][]int{}, map[string][]int{}
	for n, q := range queries {
		switch q.Medium {
		case iru.MediumSHA256, iru.MediumMD5:
			exact[q.Medium] = append(exact[q.Medium], n)
		case iru.MediumPDQ:
			near[n] = l.pdq.search(pdqOf(q.Value), iru.PDQRadius, nil)
			for _, h := range near[n] {
				ids = append(ids, h.ID)
			}
		case iru.MediumText, iru.MediumTLSH:
			slow[q.Medium] = append(slow[q.Medium], n)
		default:
			return nil, fmt.Errorf("look up: %w", iru.Refuse(iru.Invalid, fmt.Sprintf("%.40s cannot be looked up", q.Medium), "choose sha256, md5, pdq, tlsh or text"))
		}
	}
	err := l.DB.View(ctx, func(t *db.Tx) error {
		for medium, ns := range exact {
			if err := exactly(ctx, t, sc, medium, queries, ns, out); err != nil {
				return err
			}
		}
		for medium, ns := range slow {
			if err := oneByOne(ctx, t, sc, medium, queries, ns, out); err != nil {
				return err
			}
		}
		if len(ids) == 0 {
			return nil
		}
		slices.Sort(ids)
		told, err := t.Speaking(ctx, sc, slices.Compact(ids))
		if err != nil {
			return err
		}
		for n, hits := range near {
			for _, h := range hits {
				if v, ok := told[h.ID]; ok {
					out[n] = append(out[n], Found{v.Known, v.Signal, float64(h.Distance)})
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, f := range out {
		slices.SortStableFunc(f, func(a, b Found) int {
			return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Signal.ID, b.Signal.ID))
		})
	}
	return out, nil
}

func exactly(ctx context.Context, t *db.Tx, sc iru.Scope, medium string, queries []iru.Signal, ns []int, out [][]Found) error {
	values := make([][]byte, len(ns))
	for i, n := range ns {
		values[i] = queries[n].Value
	}
	slices.SortFunc(values, slices.Compare)
	told, err := t.Exact(ctx, sc, medium, slices.CompactFunc(values, slices.Equal))
	if err != nil {
		return err
	}
	by := map[string][]Found{}
	for _, v := range told {
		by[string(v.Signal.Value)] = append(by[string(v.Signal.Value)], Found{Known: v.Known, Signal: v.Signal})
	}
	for _, n := range ns {
		out[n] = slices.Clone(by[string(queries[n].Value)])
	}
	return nil
}

// oneByOne compares queries with every fingerprint of a medium, a batch of rows at a time.
func oneByOne(ctx context.Context, t *db.Tx, sc iru.Scope, medium string, queries []iru.Signal, ns []int, out [][]Found) error {
	near, err := comparer(medium)
	if err != nil {
		return err
	}
	for after := int64(0); ; {
		told, err := t.SpeakingAfter(ctx, sc, medium, after, scanned)
		if err != nil {
			return err
		}
		for _, v := range told {
			for _, n := range ns {
				if d, ok := near(queries[n].Value, v.Signal.Value); ok {
					out[n] = append(out[n], Found{v.Known, v.Signal, d})
				}
			}
		}
		if len(told) < scanned {
			return nil
		}
		after = told[len(told)-1].Signal.ID
	}
}

// comparer gives how far two values of a medium are apart, and whether that is near.
func comparer(medium string) (func(a, b []byte) (float64, bool), error) {
	switch medium {
	case iru.MediumText:
		return func(a, b []byte) (float64, bool) {
			similar := recognise.Similarity(recognise.SketchOf(a), recognise.SketchOf(b))
			return math.Round((1-similar)*1e4) / 1e4, similar >= iru.TextSimilarity
		}, nil
	}
	return nil, fmt.Errorf("look up: %w", iru.Refuse(iru.Unavailable, medium+" is not compared by this program", "look for sha256 or pdq"))
}

// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"cmp"
	"context"
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A Rescan is how far the search of what was captured earlier has come.
type Rescan struct {
	ID      int64  `json:"id"`
	Unit    int64  `json:"unit"`
	Sought  sought `json:"sought" doc:"terms: of watch lists, that are new or looked for again; known: known content that is new."`
	Running bool   `json:"running"`
	Seen    int    `json:"seen" doc:"Captures gone through."`
	Left    int    `json:"left" doc:"Captures to go through."`
	Found   int    `json:"found" doc:"In how many captures something was found."`
	Failed  int    `json:"failed" doc:"How many captures could not be read."`
	Asked   *Stamp `json:"asked"`
	Ended   *Stamp `json:"ended,omitempty" doc:"When it last came to its end."`
}

func (r Rescan) cursor() string { return number(r.ID) }

func (s *server) rescans() {
	list(s, "/v1/rescans", "list-rescans", "List how far the searches of earlier captures have come", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *Page, n int) ([]Rescan, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		var out []Rescan
		for _, what := range iru.Soughts {
			r, err := t.Rescan(ctx, sc.Unit, what)
			if err != nil {
				return nil, err
			}
			if r.ID <= after { // 0 was never asked for
				continue
			}
			left, err := t.RescanLeft(ctx, r)
			if err != nil {
				return nil, err
			}
			out = append(out, Rescan{ID: r.ID, Unit: int64(r.Unit), Sought: sought(r.Sought), Running: r.Running, Seen: r.Seen, Left: left, Found: r.Found, Failed: r.Failed, Asked: at(r.Asked), Ended: at(r.Ended)})
		}
		slices.SortFunc(out, func(a, b Rescan) int { return cmp.Compare(a.ID, b.ID) })
		return out[:min(len(out), n)], nil
	})
}

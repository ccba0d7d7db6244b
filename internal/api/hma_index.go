// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A tally counts fingerprints by unit and medium, each once: what was counted is not read again.
type tally struct {
	mu   sync.Mutex
	last int64
	of   map[tallied]db.Tally
}

type tallied struct {
	unit   iru.UnitID
	medium string
}

// tallyStep is how many ids are counted in one reading: less than a second's work, so that writers of SQLite's file are not kept waiting
// by an old snapshot.
const tallyStep = 200_000

// count gives the sum of a unit's fingerprints of a medium.
func (y *tally) count(ctx context.Context, d *db.DB, unit iru.UnitID) (map[string]db.Tally, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.of == nil {
		y.of = map[tallied]db.Tally{}
	}
	for more := true; more; {
		if err := d.View(ctx, func(t *db.Tx) error {
			newest, err := t.NewestSignal(ctx)
			if err != nil {
				return err
			}
			to := min(newest, y.last+tallyStep)
			if more = to < newest; to == y.last {
				return nil
			}
			some, err := t.TallySignals(ctx, y.last, to)
			if err != nil {
				return err
			}
			for _, s := range some {
				k := tallied{s.Unit, s.Medium}
				sum := y.of[k]
				sum.Count += s.Count
				if s.Newest.After(sum.Newest) {
					sum.Newest = s.Newest
				}
				y.of[k] = sum
			}
			y.last = to
			return nil
		}); err != nil {
			return nil, err
		}
	}
	out := map[string]db.Tally{}
	for k, v := range y.of {
		if k.unit == unit {
			out[k.medium] = v
		}
	}
	return out, nil
}

// sizes gives the kinds that are asked for, with what the unit's banks hold of them.
func (h *hma) sizes(r *http.Request) ([]kind, map[string]db.Tally, error) {
	ks := kinds
	if q := r.URL.Query(); q.Has("signal_type") {
		k, err := kindNamed(q.Get("signal_type"))
		if err != nil {
			return nil, nil, abort(http.StatusBadRequest, "No such signal type '%.40s'", q.Get("signal_type"))
		}
		ks = []kind{k}
	}
	sc := callerOf(r.Context()).scope
	if err := sc.May(iru.ToRead); err != nil {
		return nil, nil, err
	}
	held, err := h.tally.count(r.Context(), h.desk.DB, sc.Unit)
	return ks, held, err
}

// indexStatus: an index takes in what is new before it answers, or a second later, so it is never behind the store.
func (h *hma) indexStatus(r *http.Request) (any, error) {
	type state struct {
		Present bool  `json:"present"`
		Built   int64 `json:"built_to"`
		Size    int   `json:"size"`
	}
	ks, held, err := h.sizes(r)
	out := map[string]state{}
	for _, k := range ks {
		n := held[k.medium]
		out[k.name] = state{k.medium != iru.MediumPDQ || h.Near != nil, unix(n.Newest), n.Count}
	}
	return out, err
}

func (h *hma) indexBuilt(r *http.Request) (any, error) {
	type state struct {
		DB     int   `json:"db_size"`
		Index  int   `json:"index_size"`
		Behind bool  `json:"index_out_of_date"`
		Newest int64 `json:"newest_db_item"`
		Built  int64 `json:"index_built_to"`
	}
	ks, held, err := h.sizes(r)
	out := map[string]state{}
	for _, k := range ks {
		n := held[k.medium]
		out[k.name] = state{n.Count, n.Count, false, unix(n.Newest), unix(n.Newest)}
	}
	return out, err
}

// unix is a time in seconds; -1 for none, as there.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return -1
	}
	return t.Unix()
}

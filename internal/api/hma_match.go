// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

type (
	// resembled is one content that a signal resembles.
	resembled struct {
		ID       int64  `json:"bank_content_id"`
		Distance string `json:"distance"`
		bank     string
		bits     int
	}
	byBank map[string][]resembled
)

func (h *hma) matching() {
	h.route("GET /hma/m/lookup", reads, h.lookup)
	h.route("POST /hma/m/lookup", reads, func(r *http.Request) (any, error) {
		if err := coin(r); err != nil {
			return nil, err
		}
		f, err := h.upload(r)
		if err != nil {
			return nil, err
		}
		return h.lookupAll(r, f.hashes)
	})
	h.route("GET /hma/m/raw_lookup", reads, h.rawLookup)
	h.route("POST /hma/m/compare", reads, h.compare)
	h.route("GET /hma/m/index/status", reads, h.indexStatus)
	h.route("GET /hma/c/signal_type/index", reads, h.indexBuilt)
}

// coin reads what thins a bank's answers out there. Here a bank answers always or never, so neither changes anything.
func coin(r *http.Request) error {
	_, err := yes(r, "bypass_coinflip", false)
	return err
}

// lookup answers a hash by bank, or what an address leads to by kind and bank.
func (h *hma) lookup(r *http.Request) (any, error) {
	q := r.URL.Query()
	if err := coin(r); err != nil {
		return nil, err
	}
	if q.Get("url") != "" {
		hs, err := h.hashURL(r)
		if err != nil {
			return nil, err
		}
		all, err := h.lookupAll(r, hs)
		if err != nil || !q.Has("signal_type") {
			return all, err
		}
		return orNone(all[q.Get("signal_type")]), nil
	}
	if q.Get("signal") == "" || q.Get("signal_type") == "" {
		return nil, abort(http.StatusBadRequest, "Either url or both signal and signal_type are required")
	}
	found, err := h.asked(r)
	return grouped(found), err
}

// lookupAll looks every hash of a file up. One that the file did not give matches nothing.
func (h *hma) lookupAll(r *http.Request, hs hashes) (map[string]byBank, error) {
	out := map[string]byBank{}
	for name, text := range hs {
		k, err := kindNamed(name)
		if err != nil {
			return nil, err
		}
		out[name] = byBank{}
		if text == "" {
			continue
		}
		s, err := k.parse(text)
		if err != nil {
			return nil, err
		}
		found, err := h.find(r.Context(), s, banksOf(r.URL.Query()))
		if err != nil {
			return nil, err
		}
		out[name] = grouped(found)
	}
	return out, nil
}

func grouped(found []resembled) byBank {
	out := byBank{}
	for _, f := range found {
		out[f.bank] = append(out[f.bank], f)
	}
	return out
}

func orNone(b byBank) byBank {
	if b == nil {
		return byBank{}
	}
	return b
}

// banksOf are the banks that an answer is limited to; nil for all.
func banksOf(q url.Values) map[string]bool {
	if q.Get("banks") == "" {
		return nil
	}
	out := map[string]bool{}
	for name := range strings.SplitSeq(q.Get("banks"), ",") {
		out[name] = true
	}
	return out
}

// asked looks up the parameters signal and signal_type.
func (h *hma) asked(r *http.Request) ([]resembled, error) {
	q := r.URL.Query()
	k, err := kindNamed(q.Get("signal_type"))
	if err != nil {
		return nil, err
	}
	s, err := k.parse(q.Get("signal"))
	if err != nil {
		return nil, err
	}
	return h.find(r.Context(), s, banksOf(q))
}

func (h *hma) rawLookup(r *http.Request) (any, error) {
	q := r.URL.Query()
	for _, name := range []string{"signal", "signal_type"} {
		if !q.Has(name) {
			return nil, abort(http.StatusUnprocessableEntity, "%s is required", name)
		}
	}
	far, err := yes(r, "include_distance", false)
	if err != nil {
		return nil, err
	}
	found, err := h.asked(r)
	if err != nil {
		return nil, err
	}
	matches := make([]any, len(found))
	for i, f := range found {
		if matches[i] = f.ID; far {
			matches[i] = f
		}
	}
	return map[string]any{"matches": matches}, nil
}

// find gives the contents of the caller's unit that a signal resembles and that are looked for, nearest first, each once.
func (h *hma) find(ctx context.Context, s iru.Signal, only map[string]bool) ([]resembled, error) {
	var bits map[int64]int
	if s.Medium == iru.MediumPDQ {
		near, err := h.near(ctx, s)
		if err != nil {
			return nil, err
		}
		bits = near
	}
	told, err := view(ctx, h.server, func(t *db.Tx, sc iru.Scope) ([]db.Told, error) {
		if s.Medium != iru.MediumPDQ {
			return t.Exact(ctx, sc, s.Medium, [][]byte{s.Value})
		}
		ids := make([]int64, 0, len(bits))
		for id := range bits {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		found, err := t.Speaking(ctx, sc, ids)
		out := make([]db.Told, 0, len(found))
		for _, v := range found {
			out = append(out, v)
		}
		return out, err
	})
	if err != nil {
		return nil, err
	}
	best := map[int64]resembled{}
	for _, v := range told {
		f := resembled{v.Known.ID, "-", v.Known.BankName, 0} // "-" is how the other program writes that there is no distance
		if s.Medium == iru.MediumPDQ {
			f.bits = bits[v.Signal.ID]
			f.Distance = strconv.Itoa(f.bits)
		}
		if have, ok := best[f.ID]; (!ok || f.bits < have.bits) && (only == nil || only[f.bank]) {
			best[f.ID] = f
		}
	}
	out := make([]resembled, 0, len(best))
	for _, f := range best {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b resembled) int { return cmp.Or(cmp.Compare(a.bits, b.bits), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// near gives the signals around one, by id, with their distance.
func (h *hma) near(ctx context.Context, s iru.Signal) (map[int64]int, error) {
	if h.Near == nil {
		return nil, abort(http.StatusServiceUnavailable, "index not yet ready")
	}
	q, err := recognise.ParsePDQ(s.Text())
	if err != nil {
		return nil, err
	}
	n := h.entered.Load()
	hits, err := h.Near.Near(ctx, q, iru.PDQRadius, n > h.taken.Load())
	if err != nil {
		return nil, err
	}
	for seen := h.taken.Load(); seen < n && !h.taken.CompareAndSwap(seen, n); seen = h.taken.Load() {
	}
	out := make(map[int64]int, len(hits))
	for _, x := range hits {
		if d, ok := out[x.ID]; !ok || x.Distance < d {
			out[x.ID] = x.Distance
		}
	}
	return out, nil
}

// compare says of pairs of hashes whether they match; the banks are not asked.
func (h *hma) compare(r *http.Request) (any, error) {
	o, err := h.object(r)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	for name, raw := range o {
		var pair []string
		if err := json.Unmarshal(raw, &pair); err != nil || pair == nil {
			return nil, abort(http.StatusBadRequest, "Comparison hashes for %.40s was not a list", name)
		}
		if len(pair) != 2 {
			return nil, abort(http.StatusBadRequest, "Comparison hash list length must be exactly 2")
		}
		k, err := kindNamed(name)
		if err != nil {
			return nil, err
		}
		a, err := k.parse(pair[0])
		if err != nil {
			return nil, err
		}
		b, err := k.parse(pair[1])
		if err != nil {
			return nil, err
		}
		out[name] = k.compared(a, b)
	}
	return out, nil
}

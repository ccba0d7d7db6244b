// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// A soundIndex keeps the known programmes between look-ups, in memory: a fingerprint of three minutes has six kilobytes, and its index
// twelve. The store stays the truth: each look-up that must be fresh asks it which programmes are looked for, and reads what is new. It is
// safe for use by many at once.
type soundIndex struct {
	db  *db.DB
	mu  sync.Mutex // of who takes in
	now atomic.Pointer[sounds]
}

// A sounds is what an index holds at one time; it does not change.
type sounds struct {
	parts    []*recognise.AudioIndex // each has less than half of the tracks of the one before
	speaking map[int64]iru.UnitID    // signals that are looked for, and whose bank they are in
}

// sync takes in what is new, and lets what is muted, withdrawn or gone fall silent. What is silent is let go of when it is the
// greater part.
func (x *soundIndex) sync(ctx context.Context) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	speaking := map[int64]iru.UnitID{}
	if err := x.db.View(ctx, func(t *db.Tx) (err error) {
		speaking, err = t.SpeakingOf(ctx, iru.MediumAudio)
		return err
	}); err != nil {
		return err
	}
	next := sounds{speaking: speaking}
	held, silent := map[int64]bool{}, 0
	if old := x.now.Load(); old != nil {
		next.parts = old.parts
		for _, p := range old.parts {
			for _, k := range p.Tracks() {
				held[k.ID] = true
				if _, ok := speaking[k.ID]; !ok {
					silent++
				}
			}
		}
	}
	if silent > len(held)/2 {
		next.parts = next.rid()
	}
	var fresh []int64
	for id := range speaking {
		if !held[id] {
			fresh = append(fresh, id)
		}
	}
	slices.Sort(fresh)
	var tracks []recognise.Track
	for some := range slices.Chunk(fresh, scanned) {
		err := x.db.View(ctx, func(t *db.Tx) error {
			values, err := t.SignalValues(ctx, some)
			for _, id := range some {
				// One that is gone again, or an older version's, is held as one that says nothing.
				a, _ := recognise.AudioFromBytes(values[id])
				tracks = append(tracks, recognise.Track{ID: id, Audio: a})
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(tracks) > 0 {
		next.parts = grown(next.parts, recognise.NewAudioIndex(tracks))
	}
	x.now.Store(&next)
	return nil
}

// rid is the parts as one, without what is silent.
func (s *sounds) rid() []*recognise.AudioIndex {
	var tracks []recognise.Track
	for _, p := range s.parts {
		for _, k := range p.Tracks() {
			if _, ok := s.speaking[k.ID]; ok {
				tracks = append(tracks, k)
			}
		}
	}
	return []*recognise.AudioIndex{recognise.NewAudioIndex(tracks)}
}

// grown adds a part and joins those that are not twice as large: a track is joined as often as the tracks double.
func grown(parts []*recognise.AudioIndex, x *recognise.AudioIndex) []*recognise.AudioIndex {
	n := len(parts)
	for n > 0 && parts[n-1].Len() <= 2*x.Len() {
		n--
		x = recognise.JoinAudio(parts[n], x)
	}
	return append(slices.Clone(parts[:n]), x)
}

// A sounding is a programme in which a query was heard.
type sounding struct {
	query int
	hit   recognise.AudioHit
}

// search finds queries of sound in the programmes that a scope's banks hold, as of the last sync. Only what matches in several windows in a
// row is found, of each programme the best.
func (x *soundIndex) search(sc iru.Scope, queries []iru.Signal, ns []int) (out []sounding) {
	now := x.now.Load()
	if now == nil {
		return nil
	}
	speaks := func(track int64) bool {
		u, ok := now.speaking[track]
		return ok && (sc.Reach() == 0 || int64(u) == sc.Reach())
	}
	for _, n := range ns {
		a, err := recognise.AudioFromBytes(queries[n].Value)
		if err != nil {
			continue
		}
		met := map[int64]bool{}
		for _, p := range now.parts {
			for _, h := range p.SearchAmong(a, speaks) { // the best of a track's comes first
				if h.Alert && !met[h.Track] {
					met[h.Track] = true
					out = append(out, sounding{n, h})
				}
			}
		}
	}
	return out
}

// heardIn adds soundings to what was found, if the store still says so.
func heardIn(ctx context.Context, t *db.Tx, sc iru.Scope, heard []sounding, out [][]Found) error {
	if len(heard) == 0 {
		return nil
	}
	var ids []int64
	for _, h := range heard {
		ids = append(ids, h.hit.Track)
	}
	slices.Sort(ids)
	told, err := t.Speaking(ctx, sc, slices.Compact(ids))
	if err != nil {
		return err
	}
	slices.SortFunc(heard, func(a, b sounding) int { return cmp.Compare(a.hit.ErrorRate, b.hit.ErrorRate) })
	for _, h := range heard {
		if v, ok := told[h.hit.Track]; ok {
			out[h.query] = append(out[h.query], Found{v.Known, v.Signal, math.Round(h.hit.ErrorRate*1e4) / 1e4})
		}
	}
	return nil
}

// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// A waitingIndex keeps the fingerprints of what waits for a person, in memory: a queue is as long as people let it be, so pictures, texts
// and films are compared one by one. The store stays the truth: each comparison asks it what waits, and reads what is new.
type waitingIndex struct {
	db     *db.DB
	mu     sync.Mutex
	held   map[iru.ExhibitID]*waiter
	sound  sounds // its tracks have numbers of ours
	tracks map[int64]*waiter
	last   int64
}

// A waiter is one item that waits.
type waiter struct {
	db.Waiting
	pictures []recognise.PDQ
	text     recognise.Sketch
	films    []recognise.Video
	tracks   []int64
}

// compare finds what an exhibit's item resembles among what waits in its unit, the nearest iru.MostLike; nothing where it does not wait
// with this exhibit. Of one other item the nearest of a medium is told.
func (x *waitingIndex) compare(ctx context.Context, e iru.Exhibit, flood int) (like []iru.Likeness, frame []string, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.sync(ctx); err != nil {
		return nil, nil, err
	}
	me := x.held[e.ID]
	if me == nil {
		return nil, nil, nil
	}
	like, frame = x.among(me, flood)
	return like, frame, nil
}

func (x *waitingIndex) among(me *waiter, flood int) (like []iru.Likeness, frame []string) {
	best := map[likeKey]iru.Likeness{}
	near := func(o *waiter, medium string, distance float64, sign string) {
		k := likeKey{o.Item, medium}
		if old, ok := best[k]; ok && old.Distance <= distance {
			return
		}
		best[k] = iru.Likeness{Item: min(me.Item, o.Item), Other: max(me.Item, o.Item), Medium: medium, Distance: math.Round(distance*1e4) / 1e4, Sign: sign}
	}
	frame = x.picture(me, flood, near)
	for _, o := range x.held {
		if !me.with(o) {
			continue
		}
		if similar := recognise.Similarity(me.text, o.text); similar >= iru.TextSimilarity {
			near(o, iru.MediumText, 1-similar, "")
		}
		for _, a := range me.films {
			for _, b := range o.films {
				if !shares(a, b) && !shares(b, a) {
					continue
				}
				// One may be a part of the other, whichever came first.
				if p, q := a.Match(b, iru.PDQRadius); max(p, q) >= recognise.VideoQuery {
					near(o, iru.MediumVPDQ, 1-max(p, q), "")
				}
			}
		}
	}
	x.hear(me, near)
	for _, l := range best {
		like = append(like, l)
	}
	slices.SortFunc(like, func(a, b iru.Likeness) int {
		return cmp.Or(cmp.Compare(a.Distance/limitOf(a.Medium), b.Distance/limitOf(b.Medium)), cmp.Compare(a.Item, b.Item), cmp.Compare(a.Other, b.Other), cmp.Compare(a.Medium, b.Medium))
	})
	return like[:min(len(like), iru.MostLike)], frame
}

// shares reports whether so many frames of a useful film may be in another one that it is found there: of those that must not all be
// missing, one is there.
func shares(a, b recognise.Video) bool {
	must := len(a) - int(math.Ceil(recognise.VideoQuery*float64(len(a)))) + 1
	for _, f := range a[:min(must, len(a))] {
		for _, g := range b {
			if f.Hash.Distance(g.Hash) <= iru.PDQRadius {
				return true
			}
		}
	}
	return false
}

type likeKey struct {
	item   iru.ItemID
	medium string
}

// limitOf is the greatest distance of a medium that is near.
func limitOf(medium string) float64 {
	switch medium {
	case iru.MediumPDQ:
		return iru.PDQRadius
	case iru.MediumText:
		return 1 - iru.TextSimilarity
	case iru.MediumVPDQ:
		return 1 - recognise.VideoQuery
	}
	return recognise.AudioMatch
}

// with reports whether two may resemble each other: not itself, nor the same content, which is settled together anyway.
func (w *waiter) with(o *waiter) bool {
	return o.Unit == w.Unit && o.Item != w.Item && (w.Content == "" || o.Content != w.Content)
}

// picture finds the same pictures elsewhere. One that several items of an asset show, or a flood of items, is part of a frame: it relates
// nothing, and is told with all that it was met as.
func (x *waitingIndex) picture(me *waiter, flood int, near func(*waiter, string, float64, string)) (frame []string) {
	for _, q := range me.pictures {
		type hit struct {
			o    *waiter
			hash recognise.PDQ
		}
		var hits []hit
		of := map[iru.AssetID]int{me.Asset: 1}
		for _, o := range x.held {
			if o.Unit != me.Unit || o.Item == me.Item {
				continue
			}
			best := hit{}
			for _, h := range o.pictures {
				if d := q.Distance(h); d <= iru.PDQRadius && (best.o == nil || d < q.Distance(best.hash)) {
					best = hit{o, h}
				}
			}
			if best.o != nil {
				hits = append(hits, best)
				of[o.Asset]++
			}
		}
		most := 0
		for _, n := range of {
			most = max(most, n)
		}
		if most >= iru.FrameItems || len(hits)+1 >= flood {
			frame = append(frame, q.Hex())
			for _, h := range hits {
				frame = append(frame, h.hash.Hex())
			}
			continue
		}
		for _, h := range hits {
			if me.with(h.o) {
				near(h.o, iru.MediumPDQ, float64(q.Distance(h.hash)), q.Hex())
			}
		}
	}
	slices.Sort(frame)
	return slices.Compact(frame)
}

// hear finds the same sounds elsewhere.
func (x *waitingIndex) hear(me *waiter, near func(*waiter, string, float64, string)) {
	for _, p := range x.sound.parts {
		for _, k := range p.Tracks() {
			if !slices.Contains(me.tracks, k.ID) {
				continue
			}
			for _, other := range x.sound.parts {
				for _, h := range other.SearchAmong(k.Audio, func(track int64) bool {
					o := x.tracks[track]
					return o != nil && me.with(o)
				}) {
					if h.Alert {
						near(x.tracks[h.Track], iru.MediumAudio, h.ErrorRate, "")
					}
				}
			}
		}
	}
}

// sync takes in what waits now, and lets go of what does not.
func (x *waitingIndex) sync(ctx context.Context) error {
	var list []db.Waiting
	if err := x.db.View(ctx, func(t *db.Tx) (err error) {
		list, err = t.ItemsWaiting(ctx)
		return err
	}); err != nil {
		return err
	}
	if x.held == nil {
		x.held, x.tracks, x.sound.speaking = map[iru.ExhibitID]*waiter{}, map[int64]*waiter{}, map[int64]iru.UnitID{}
	}
	waits := make(map[iru.ExhibitID]db.Waiting, len(list))
	var fresh []iru.ExhibitID
	for _, w := range list {
		waits[w.Exhibit] = w
		if o := x.held[w.Exhibit]; o != nil {
			o.Waiting = w
		} else {
			fresh = append(fresh, w.Exhibit)
		}
	}
	for id, w := range x.held {
		if _, ok := waits[id]; !ok {
			delete(x.held, id)
			for _, k := range w.tracks {
				delete(x.tracks, k)
				delete(x.sound.speaking, k)
			}
		}
	}
	n := 0
	for _, p := range x.sound.parts {
		n += p.Len()
	}
	if n > 2*len(x.tracks) {
		x.sound.parts = x.sound.rid()
	}
	var tracks []recognise.Track
	var err error
	for some := range slices.Chunk(fresh, scanned) {
		var prints map[iru.ExhibitID][]iru.Print
		if err = x.db.View(ctx, func(t *db.Tx) (err error) {
			prints, err = t.PrintsOf(ctx, some)
			return err
		}); err != nil {
			break // what was taken in is kept; the rest is read the next time
		}
		for _, id := range some {
			tracks = append(tracks, x.take(waits[id], prints[id])...)
		}
	}
	if len(tracks) > 0 {
		x.sound.parts = grown(x.sound.parts, recognise.NewAudioIndex(tracks))
	}
	return err
}

// take reads the fingerprints of one item and gives its tracks of sound.
func (x *waitingIndex) take(is db.Waiting, prints []iru.Print) (tracks []recognise.Track) {
	w := &waiter{Waiting: is}
	x.held[is.Exhibit] = w
	for _, p := range prints {
		s, err := iru.ParseSignal(p.Medium, p.Value)
		if err != nil { // an older version's
			continue
		}
		switch p.Medium {
		case iru.MediumPDQ:
			if h := recognise.PDQ(hashOf(s.Value)); !slices.Contains(w.pictures, h) {
				w.pictures = append(w.pictures, h)
			}
		case iru.MediumText:
			w.text = recognise.SketchOf(s.Value)
		case iru.MediumVPDQ:
			w.films = append(w.films, videoOf(s.Value).Useful())
		case iru.MediumAudio:
			if a, err := recognise.AudioFromBytes(s.Value); err == nil {
				x.last++
				tracks = append(tracks, recognise.Track{ID: x.last, Audio: a})
				w.tracks = append(w.tracks, x.last)
				x.tracks[x.last], x.sound.speaking[x.last] = w, is.Unit
			}
		}
	}
	return tracks
}

// relate compares an exhibit with what waits.
func (c *Crew) relate(ctx context.Context, x iru.Exhibit) error {
	began := c.Desk.Now()
	flood := c.Desk.Rules.Flood
	if flood.Items == 0 {
		flood = iru.DefaultFlood
	}
	c.waiting.once.Do(func() { c.waiting.db = c.Desk.DB })
	like, frame, err := c.waiting.compare(ctx, x, flood.Items)
	if err != nil {
		return err
	}
	return c.Desk.RecordLikenesses(ctx, x.ID, desk.Compared{Began: began, Like: like, Frame: frame})
}

type waitingOnce struct {
	once sync.Once
	waitingIndex
}

// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"time"
)

// A Track is known audio: a programme under the number of who knows it.
type Track struct {
	ID    int64
	Audio Audio
}

// An AudioIndex finds known tracks in what is heard. It never changes, and is safe for use by many at once.
//
// A window of AudioWindow sub-fingerprints of the query votes: each value, and each that differs from it in at most AudioFlips bits, for
// every (track, offset) at which a track has it. The places with most votes are then compared bit by bit, at speeds of 0.96 to
// 1.04 of time alone: where pitch moved with the speed, who makes the fingerprint undoes it first. Windows below AudioSpread neither vote nor
// are found.
type AudioIndex struct {
	tracks []Track
	starts []int    // of each track, when all lie one after the other
	keys   []uint64 // ascending: a value, and below it where it is, when all tracks lie one after the other
	bucket []uint32 // [65537], where the values with these upper 16 bits begin
}

// An AudioHit is one run of windows in which a track was heard.
type AudioHit struct {
	Track     int64
	Alert     bool          // AudioInARow windows in a row match; otherwise it is a candidate, shown to who asks
	At        time.Duration // where in the query the run begins
	In        time.Duration // and where in the track
	Length    time.Duration // of the run
	Windows   int
	ErrorRate float64 // share of differing bits, the mean of the run
	Speed     float64 // of the query against the track: 0.98 is a query that plays 2 % too slowly
}

// Bounds that keep one window's work small on any data.
const (
	minVotes    = 2    // for a place to be looked at
	mostPlaces  = 64   // looked at, those with most votes
	mostSame    = 4096 // places of one value, beyond which the value says nothing
	slack       = 4    // sub-fingerprints by which a place may be off: a window at 4 % drifts by 3.2
	speedSteps  = 4    // to each side
	speedStep   = 0.01
	mostIndexed = 1<<32 - 1
)

// NewAudioIndex makes an index of tracks, which it keeps and which must not change. Of more than 2^32-1 sub-fingerprints, 16 years of
// sound, the last tracks are left out. It holds eight bytes a sub-fingerprint, beside the tracks.
func NewAudioIndex(tracks []Track) *AudioIndex {
	x := &AudioIndex{tracks: tracks, starts: make([]int, len(tracks)), bucket: make([]uint32, 1<<16+1)}
	at := 0
	for i, t := range tracks {
		x.starts[i] = at
		if at+len(t.Audio) > mostIndexed {
			x.tracks, x.starts = tracks[:i], x.starts[:i]
			break
		}
		at += len(t.Audio)
	}
	x.each(func(v, _ uint32) { x.bucket[v>>16+1]++ })
	for i := range 1 << 16 {
		x.bucket[i+1] += x.bucket[i]
	}
	x.keys = make([]uint64, x.bucket[1<<16])
	next := slices.Clone(x.bucket)
	x.each(func(v, place uint32) {
		x.keys[next[v>>16]] = uint64(v)<<32 | uint64(place)
		next[v>>16]++
	})
	for i := range 1 << 16 {
		slices.Sort(x.keys[x.bucket[i]:x.bucket[i+1]])
	}
	return x
}

// each calls f with each value that votes and where it is.
func (x *AudioIndex) each(f func(value, place uint32)) {
	for i, t := range x.tracks {
		for from := 0; from < len(t.Audio); from += AudioHop {
			if t.Audio.window(from).spread() < AudioSpread {
				continue
			}
			for j, v := range t.Audio[from:min(from+AudioHop, len(t.Audio))] {
				f(v, uint32(x.starts[i]+from+j))
			}
		}
	}
}

// JoinAudio is the index of all the tracks of two, as NewAudioIndex would make it, in a fraction of the time. Both stay as they are.
func JoinAudio(a, b *AudioIndex) *AudioIndex {
	at := 0
	if n := len(a.tracks); n > 0 {
		at = a.starts[n-1] + len(a.tracks[n-1].Audio)
	}
	x := &AudioIndex{tracks: slices.Concat(a.tracks, b.tracks), starts: slices.Grow(slices.Clone(a.starts), len(b.starts)), bucket: make([]uint32, 1<<16+1)}
	for i, s := range b.starts {
		if at+s+len(b.tracks[i].Audio) > mostIndexed {
			return NewAudioIndex(x.tracks) // which leaves the last ones out
		}
		x.starts = append(x.starts, at+s)
	}
	for i := range x.bucket {
		x.bucket[i] = a.bucket[i] + b.bucket[i]
	}
	x.keys = make([]uint64, 0, len(a.keys)+len(b.keys))
	left, right := a.keys, b.keys
	for len(left) > 0 && len(right) > 0 {
		if left[0]>>32 <= right[0]>>32 { // of one value those of a are before those of b
			x.keys, left = append(x.keys, left[0]), left[1:]
		} else {
			x.keys, right = append(x.keys, right[0]+uint64(at)), right[1:]
		}
	}
	x.keys = append(x.keys, left...)
	for _, k := range right {
		x.keys = append(x.keys, k+uint64(at))
	}
	return x
}

// Len is the number of tracks.
func (x *AudioIndex) Len() int { return len(x.tracks) }

// Tracks are the tracks, which must not be changed.
func (x *AudioIndex) Tracks() []Track { return x.tracks }

// of gives the keys of a value.
func (x *AudioIndex) of(v uint32) []uint64 {
	some := x.keys[x.bucket[v>>16]:x.bucket[v>>16+1]]
	from, _ := slices.BinarySearch(some, uint64(v)<<32)
	to := from
	for to < len(some) && uint32(some[to]>>32) == v {
		to++
	}
	if to-from > mostSame {
		return nil
	}
	return some[from:to]
}

// vote counts for each difference between a track's place and the query's, in steps of slack, how many values of the window have it.
func (x *AudioIndex) vote(w Audio) map[int]int {
	votes := map[int]int{}
	last := map[int]int{} // who voted last: a value counts once
	for i, v := range w {
		count := func(v uint32) {
			for _, p := range x.of(v) {
				d := (int(uint32(p)) - i + AudioWindow) / slack
				if last[d] != i+1 {
					last[d] = i + 1
					votes[d]++
				}
			}
		}
		count(v)
		for a := range 32 {
			count(v ^ 1<<a)
			for b := range a {
				count(v ^ 1<<a ^ 1<<b)
			}
		}
	}
	return votes
}

// A heard is a window found in a track.
type heard struct {
	track, at int // index of the track, place in it
	speed     float64
	rate      float64
}

// listen finds a window in the tracks that speak, best first, one place of a track near another only once.
func (x *AudioIndex) listen(w Audio, speaks func(track int64) bool) []heard {
	type bin struct{ d, votes int }
	var bins []bin
	votes := x.vote(w)
	for d, n := range votes {
		if n += votes[d+1]; n >= minVotes { // a drifting place votes for neighbours
			bins = append(bins, bin{d, n})
		}
	}
	slices.SortFunc(bins, func(a, b bin) int { return cmp.Or(cmp.Compare(b.votes, a.votes), cmp.Compare(a.d, b.d)) })
	var out []heard
	looked := 0
	for _, b := range bins {
		if looked == mostPlaces {
			break
		}
		place := b.d*slack - AudioWindow // the window's start, when all tracks lie one after the other
		t, ok := slices.BinarySearch(x.starts, place+AudioWindow/2)
		if !ok {
			t--
		}
		if t < 0 || speaks != nil && !speaks(x.tracks[t].ID) {
			continue
		}
		looked++
		h := x.compare(w, t, place-x.starts[t])
		if h.rate <= AudioCandidate && x.tracks[t].Audio.window(h.at).spread() >= AudioSpread {
			out = append(out, h)
		}
	}
	slices.SortStableFunc(out, func(a, b heard) int { return cmp.Compare(a.rate, b.rate) })
	var best []heard
	for _, h := range out {
		if !slices.ContainsFunc(best, func(o heard) bool { return o.track == h.track && abs(o.at-h.at) <= 2*slack }) {
			best = append(best, h)
		}
	}
	return best
}

// compare finds the place near at, and the speed, at which a window differs least from a track.
func (x *AudioIndex) compare(w Audio, track, at int) heard {
	best := heard{track: track, rate: 1}
	t := x.tracks[track].Audio
	for s := -speedSteps; s <= speedSteps; s++ {
		speed := 1 + speedStep*float64(s)
		var steps [AudioWindow]int
		for i := range steps {
			steps[i] = int(math.Round(float64(i) * speed))
		}
		for from := at - slack; from <= at+2*slack; from++ {
			if from < 0 || from+steps[AudioWindow-1] >= len(t) {
				continue
			}
			n := 0
			for i, v := range w {
				n += bits.OnesCount32(v ^ t[from+steps[i]])
			}
			rate := float64(n) / (32 * AudioWindow)
			if rate < best.rate || rate == best.rate && math.Abs(speed-1) < math.Abs(best.speed-1) {
				best.at, best.speed, best.rate = from, speed, rate
			}
		}
	}
	return best
}

func abs(n int) int { return max(n, -n) }

// A run is one track heard in windows one after the other.
type run struct {
	first, last heard
	from, to    int // windows
	sum         float64
	row, best   int // matching windows in a row: now, at most
}

// Search finds the tracks that the query plays: alerts first, then the fewest errors. Of a track's
// candidates only the best is told, and none beside an alert. A query or track under AudioWindow is never found.
func (x *AudioIndex) Search(q Audio) []AudioHit { return x.SearchAmong(q, nil) }

// SearchAmong is Search among the tracks of which speaks says so (nil: all), as if there were no others: they only make values common
// that say nothing then.
func (x *AudioIndex) SearchAmong(q Audio, speaks func(track int64) bool) []AudioHit {
	var runs []*run
	for n := 0; n*AudioHop+AudioWindow <= len(q); n++ {
		w := q[n*AudioHop:][:AudioWindow]
		if w.spread() < AudioSpread {
			continue
		}
		for _, h := range x.listen(w, speaks) {
			r := follows(runs, h, n)
			if r == nil {
				r = &run{first: h, from: n}
				runs = append(runs, r)
			}
			r.last, r.to = h, n
			r.sum += h.rate
			if r.row++; h.rate > AudioMatch {
				r.row = 0
			}
			r.best = max(r.best, r.row)
		}
	}
	var out []AudioHit
	for _, r := range runs {
		n := r.to - r.from + 1
		h := AudioHit{Track: x.tracks[r.first.track].ID, Alert: r.best >= AudioInARow, At: time.Duration(r.from*AudioHop) * AudioStep,
			In: time.Duration(r.first.at) * AudioStep, Length: time.Duration((n-1)*AudioHop+AudioWindow) * AudioStep, Windows: n,
			ErrorRate: r.sum / float64(n), Speed: r.last.speed}
		if n > 1 { // the way made tells the speed better than one window
			h.Speed = math.Round(float64(r.last.at-r.first.at)/float64((n-1)*AudioHop)*1000) / 1000
		}
		out = append(out, h)
	}
	slices.SortStableFunc(out, func(a, b AudioHit) int {
		if a.Alert != b.Alert {
			return map[bool]int{true: -1, false: 1}[a.Alert]
		}
		return cmp.Or(cmp.Compare(a.ErrorRate, b.ErrorRate), cmp.Compare(a.Track, b.Track))
	})
	told := map[int64]bool{}
	return slices.DeleteFunc(out, func(h AudioHit) bool {
		again := told[h.Track] && !h.Alert
		told[h.Track] = true
		return again
	})
}

// follows gives the run that a window continues, if there is one: the same track, as much further as the window is, at a speed within bounds.
func follows(runs []*run, h heard, window int) *run {
	for _, r := range runs {
		way := h.at - r.last.at
		if r.last.track == h.track && r.to == window-1 && abs(way-AudioHop) <= slack {
			return r
		}
	}
	return nil
}

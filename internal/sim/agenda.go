// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"container/heap"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// An agenda runs events in the order of story time, one after another. Story time is real time multiplied by the compression,
// plus what Advance has skipped.
type agenda struct {
	mu       sync.Mutex // guards all but run
	run      sync.Mutex // held while an event runs: events never overlap
	items    eventHeap
	seq      int
	start    time.Time
	skipped  time.Duration
	compress float64
	wake     chan struct{}
	stopped  bool
	still    bool // no time passes by itself
}

type event struct {
	due time.Duration
	seq int
	do  func()
}

type eventHeap []event

func (h eventHeap) Len() int { return len(h) }
func (h eventHeap) Less(i, j int) bool {
	if h[i].due != h[j].due {
		return h[i].due < h[j].due
	}
	return h[i].seq < h[j].seq
}
func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *eventHeap) Push(x any)   { *h = append(*h, x.(event)) }
func (h *eventHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	*h = old[:len(old)-1]
	return e
}

func newAgenda(compress float64, still bool) *agenda {
	return &agenda{start: time.Now(), compress: compress, still: still, wake: make(chan struct{}, 1)}
}

// endOfStory is the last moment of story time: 146 years, which a great compression reaches in seconds. There the clock stops, and whatever
// is to come is due at once.
const endOfStory = time.Duration(math.MaxInt64 / 2)

func (a *agenda) now() time.Duration { // with mu held
	if a.still {
		return min(a.skipped, endOfStory)
	}
	played := time.Duration(min(float64(time.Since(a.start))*a.compress, float64(endOfStory)))
	return min(played+min(a.skipped, endOfStory), endOfStory)
}

func (a *agenda) story() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now()
}

// after lets do run when d of story time has passed.
func (a *agenda) after(d time.Duration, do func()) {
	a.mu.Lock()
	a.seq++
	heap.Push(&a.items, event{min(a.now()+min(max(d, 0), endOfStory), endOfStory), a.seq, do})
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// next runs the first event due at or before the limit and reports whether there was one. A negative limit means now.
func (a *agenda) next(limit time.Duration) bool {
	a.run.Lock()
	defer a.run.Unlock()
	a.mu.Lock()
	if a.stopped || len(a.items) == 0 {
		a.mu.Unlock()
		return false
	}
	now, due := a.now(), a.items[0].due
	if limit < 0 {
		limit = now
	}
	if due > limit {
		a.mu.Unlock()
		return false
	}
	if due > now { // Advance: the clock jumps to the event, so that what follows from it is timed from it
		a.skipped += due - now
	}
	e := heap.Pop(&a.items).(event)
	a.mu.Unlock()
	e.do()
	return true
}

// advance plays the story forward by d without waiting.
func (a *agenda) advance(d time.Duration) {
	limit := min(a.story()+min(d, endOfStory), endOfStory)
	for a.next(limit) {
	}
	a.mu.Lock()
	if now := a.now(); now < limit {
		a.skipped += limit - now
	}
	a.mu.Unlock()
}

func (a *agenda) loop(done <-chan struct{}) {
	t := time.NewTimer(time.Hour)
	defer t.Stop()
	for {
		for a.next(-1) {
		}
		wait := time.Hour
		a.mu.Lock()
		if len(a.items) > 0 {
			real := float64(a.items[0].due-a.now()) / a.compress
			wait = time.Duration(math.Min(math.Max(real, float64(50*time.Microsecond)), float64(time.Hour)))
		}
		a.mu.Unlock()
		t.Reset(wait)
		select {
		case <-t.C:
		case <-a.wake:
		case <-done:
			a.mu.Lock()
			a.stopped = true
			a.mu.Unlock()
			return
		}
	}
}

// random gives a generator that depends on the seed and on what is drawn, never on the order of drawing.
func random(seed int64, what ...string) *rand.Rand {
	h := fnv.New64a()
	for _, w := range what {
		h.Write([]byte(w))
		h.Write([]byte{0})
	}
	return rand.New(rand.NewPCG(uint64(seed), h.Sum64()))
}

// draw gives a log-normal delay: median times e to the power of sigma times a standard normal number.
func (d Delay) draw(seed int64, what ...string) time.Duration {
	return d.drawn(random(seed, what...).NormFloat64())
}

func (d Delay) drawn(normal float64) time.Duration {
	if d.Median <= 0 {
		return 0
	}
	f := float64(d.Median) * math.Exp(d.Sigma*normal)
	if d.Max > 0 {
		f = math.Min(f, float64(d.Max))
	}
	return time.Duration(math.Min(f, float64(10*365*24*time.Hour))).Round(time.Second)
}

// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// A Play is a question to chance.
type Play struct {
	Runs    int             // 0: DefaultRuns
	Seed    uint64          // the same seed draws the same runs
	Spread  time.Duration   // each act leaves at an instant drawn evenly from so long after T0; 0: all at once
	Horizon time.Duration   // 0: DefaultHorizon
	Dark    time.Duration   // how long a time without the outlet is asked for; 0: a day
	Ask     []time.Duration // more such lengths, answered in Asked
}

// Bounds and defaults of a play.
const (
	DefaultRuns    = 2000
	MaxRuns        = 100_000
	DefaultHorizon = 14 * 24 * time.Hour
	MaxHorizon     = 366 * 24 * time.Hour
	maxLives       = 200 // returns of one part that are followed
	curvePoints    = 112 // a point each three hours over the default horizon
)

// A Result is what many runs came to. Times are counted from T0.
type Result struct {
	Play
	Chance    float64 // that the outlet is dark for Dark without a break within the horizon
	Low, High float64 // its 95 per cent interval (Wilson): what another seed may give, not what the assumptions leave open
	Never     float64 // share of runs in which it is not dark for an instant
	Away      float64 // share in which it is dark at the horizon's end
	InDark    Spread  // time in the dark within the horizon
	Longest   Spread  // the longest time in the dark
	Return    Spread  // from the first darkness to its end, of the runs that had one; the horizon where it did not end
	Curve     []Point // share of runs in which the outlet is up, over time
	Asked     []Point // as Chance, for each length of Ask
	Lengths   []Point // chance that the longest time in the dark is at least so long
}

// A Spread is a distribution in five numbers.
type Spread struct {
	Mean, Q05, Q25, Q50, Q75, Q95 time.Duration
}

// A Point of a curve.
type Point struct {
	After time.Duration
	Share float64
}

func (p Play) complete() (Play, error) {
	if p.Runs == 0 {
		p.Runs = DefaultRuns
	}
	if p.Horizon == 0 {
		p.Horizon = DefaultHorizon
	}
	if p.Dark == 0 {
		p.Dark = 24 * time.Hour
	}
	switch {
	case p.Runs < 1 || p.Runs > MaxRuns:
		return p, fmt.Errorf("play rehearsal: %d runs: from 1 to %d", p.Runs, MaxRuns)
	case p.Horizon < time.Hour || p.Horizon > MaxHorizon:
		return p, fmt.Errorf("play rehearsal: a horizon of %s: from an hour to 366 days", p.Horizon)
	case p.Dark < 0 || p.Dark > p.Horizon:
		return p, fmt.Errorf("play rehearsal: %s in the dark do not fit into a horizon of %s", p.Dark, p.Horizon)
	case p.Spread < 0 || p.Spread > p.Horizon:
		return p, fmt.Errorf("play rehearsal: a spread of %s: from 0 to the horizon of %s", p.Spread, p.Horizon)
	}
	return p, nil
}

// Play draws the runs. stop, when it is not nil, is asked after each run and ends the play with an error.
func (r *Rehearsal) Play(p Play, stop func() bool) (Result, error) {
	p, err := p.complete()
	if err != nil {
		return Result{}, err
	}
	out := Result{Play: p}
	var dark, longest, back []time.Duration
	step := p.Horizon / curvePoints
	up := make([]int, curvePoints+1)
	w := r.run()
	hit := 0
	for n := range p.Runs {
		if stop != nil && stop() {
			return Result{}, fmt.Errorf("play rehearsal: it was stopped after %d of %d runs", n, p.Runs)
		}
		root := w.play(p, chance(mix(p.Seed)).of(uint64(n)))
		long := root.longest(p.Horizon)
		if long >= p.Dark {
			hit++
		}
		longest, dark = append(longest, long), append(dark, root.sum(p.Horizon))
		k := slices.IndexFunc(root, func(o opening) bool { return o.to > 0 && o.from < p.Horizon })
		if k < 0 {
			out.Never++
		} else {
			back = append(back, min(root[k].to, p.Horizon)-max(root[k].from, 0))
		}
		if root.at(p.Horizon) {
			out.Away++
		}
		k = 0
		for i := range up {
			at := time.Duration(i) * step
			for k < len(root) && root[k].to <= at {
				k++
			}
			if k == len(root) || at < root[k].from {
				up[i]++
			}
		}
	}
	runs := float64(p.Runs)
	out.Chance, out.Never, out.Away = float64(hit)/runs, out.Never/runs, out.Away/runs
	out.Low, out.High = wilson(hit, p.Runs)
	for i, n := range up {
		out.Curve = append(out.Curve, Point{time.Duration(i) * step, float64(n) / runs})
	}
	slices.Sort(longest)
	least := func(d time.Duration) Point {
		n, _ := slices.BinarySearch(longest, max(d, 1))
		return Point{d, float64(p.Runs-n) / runs}
	}
	for i := range up {
		out.Lengths = append(out.Lengths, least(time.Duration(i)*step))
	}
	for _, d := range p.Ask {
		out.Asked = append(out.Asked, least(d))
	}
	out.InDark, out.Longest, out.Return = spreadOf(dark), spreadOf(longest), spreadOf(back)
	return out, nil
}

// wilson is the interval of a share in which 95 of 100 such intervals hold the truth (Wilson, JASA 22, 1927).
func wilson(k, n int) (low, high float64) {
	const z = 1.959963984540054
	p, m := float64(k)/float64(n), float64(n)
	mid, half := p+z*z/(2*m), z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max((mid-half)/(1+z*z/m), 0), min((mid+half)/(1+z*z/m), 1)
}

func spreadOf(d []time.Duration) Spread {
	if len(d) == 0 {
		return Spread{}
	}
	slices.Sort(d)
	sum := 0.
	for _, x := range d {
		sum += float64(x)
	}
	q := func(p float64) time.Duration { return d[min(int(p*float64(len(d))), len(d)-1)] }
	return Spread{time.Duration(sum / float64(len(d))), q(.05), q(.25), q(.5), q(.75), q(.95)}
}

// run is what one player of runs needs for itself.
type run struct {
	r      *Rehearsal
	p      Play
	c      chance
	acts   []times
	leaves []time.Duration
	down   []spans
}

func (r *Rehearsal) run() *run {
	return &run{r: r, acts: make([]times, len(r.plan)), leaves: make([]time.Duration, len(r.plan)), down: make([]spans, len(r.estate.nodes))}
}

// play draws one run and says when the root is down.
func (w *run) play(p Play, c chance) spans {
	w.p, w.c = p, c
	for n := range w.r.plan {
		x := &w.r.plan[n]
		mine := c.named(x.id)
		w.leaves[n] = x.stage
		if p.Spread > 0 {
			w.leaves[n] += time.Duration(mine.of(drawStage).uniform() * float64(p.Spread))
		}
		w.acts[n] = w.r.serve(x, w.leaves[n], how{c: mine})
	}
	w.r.estate.run(w.down, w.own)
	return w.down[w.r.estate.root]
}

// own is when a node is down by what strikes itself: until it is raised, from each effect until its return.
func (w *run) own(n int) spans {
	y := &w.r.estate.nodes[n]
	if y.down {
		return spans{{-never, never}}
	}
	if len(y.struck) == 0 && !y.latent {
		return nil
	}
	var out spans
	mine := w.c.named(y.id)
	up := -never
	if y.latent {
		up = never
		for k, s := range y.on {
			d := w.down[s.on]
			if len(d) > 0 && d[0].from == -never { // it was to come itself, or had gone before
				d = d[1:]
			}
			if len(d) > 0 {
				up = min(up, plus(d[0].from, s.after.drawn(mine.of(drawRaise).of(uint64(k)))))
			}
		}
		out = append(out, opening{-never, up})
	}
	for life := uint64(0); life < maxLives && up < w.p.Horizon; life++ {
		fell, by := w.struck(n, up, life, mine)
		if fell >= never {
			return out
		}
		fell = max(fell, up)
		d := w.r.backOf(&w.r.plan[by], n)
		back := plus(fell, d.drawn(mine.of(drawBack).of(life)))
		if k := len(out) - 1; k >= 0 && fell <= out[k].to {
			out[k].to = back
		} else {
			out = append(out, opening{fell, back})
		}
		up = back
	}
	return out
}

// struck is when the life of a part that began at up ends, and by which act.
func (w *run) struck(n int, up time.Duration, life uint64, mine chance) (fell time.Duration, by int) {
	y := &w.r.estate.nodes[n]
	fell = never
	for _, s := range y.struck {
		m, k := s.act, s.part
		x := &w.r.plan[m]
		var at time.Duration
		switch {
		case life == 0 && (!y.latent || w.leaves[m] >= up):
			at = x.felt(w.acts[m], k, how{c: w.c.named(x.id)})
		case w.r.a.Again == nil:
			continue // it was served on what stood before, or on nothing
		default:
			h := how{c: mine.named(x.id).of(1000 + life)}
			at = x.felt(w.r.serve(x, plus(up, h.take(*w.r.a.Again, drawStage)), h), k, h)
		}
		if at < fell {
			fell, by = at, m
		}
	}
	return fell, by
}

// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// A quest is an Ask in whole numbers.
type quest struct {
	mode    Mode
	cost    []int64 // of each measure in micro-units, bystanders priced in
	side    []side  // hard bounds
	veto    []bool
	include []int32
	weight  []int32 // what a measure gives to a way that it closes: 1, or for Hold -ln of the chance that it stays or comes open, in millionths
	need    int32   // what each way needs
	with    []int32 // for N1: as in Planner
	most    bool    // of Hold: as in Ask
}

// halflife is the rate of an exponential time with this median.
func rate(median time.Duration) float64 { return math.Ln2 / median.Seconds() }

// Weight is -ln of the chance that what a measure fells is up at the end of the horizon: the measure never took effect, not yet, or what it
// felled is back. Time to effect and time until it is back are exponential with the medians of the measure. It is +Inf where it cannot be up.
func (m *Measure) Weight(horizon time.Duration) float64 {
	chance, h := m.Chance, horizon.Seconds()
	if chance == 0 {
		chance = Compliance
	}
	var dark float64 // at the end of the horizon, if it takes effect at all
	switch {
	case m.Delay == 0 && m.Back == 0:
		dark = 1
	case m.Delay == 0:
		dark = math.Exp(-rate(m.Back) * h)
	case m.Back == 0:
		dark = -math.Expm1(-rate(m.Delay) * h)
	default:
		on, off := rate(m.Delay), rate(m.Back)
		if d := on - off; math.Abs(d) < 1e-9*on {
			dark = on * h * math.Exp(-on*h)
		} else {
			dark = on / d * (math.Exp(-off*h) - math.Exp(-on*h))
		}
	}
	return -math.Log(1 - chance*max(0, min(1, dark)))
}

// most is the largest weight that is told apart.
const mostWeight = 1000

func (p *Planner) quest(a Ask) (*quest, error) {
	n := len(p.tree.Measures)
	q := &quest{mode: a.Mode, cost: make([]int64, n), veto: make([]bool, n), weight: make([]int32, n), need: 1}
	for _, x := range []struct {
		what string
		v    float64
	}{{"price of a bystander", a.Price}, {"budget", a.Budget}} {
		if !(x.v >= 0 && x.v <= 1e12) {
			return nil, fmt.Errorf("the %s is %v: let it be from 0 to 1e12", x.what, x.v)
		}
	}
	switch a.Mode {
	case Min:
	case N1:
		q.need, q.with = 2, p.with
	case Hold:
		open := a.Open
		if open == 0 {
			open = .05
		}
		if a.Horizon <= 0 {
			return nil, errors.New("to hold needs a horizon: say how long the outlet shall stay dark, e.g. 24h")
		}
		if !(open > 1e-9 && open < 1) {
			return nil, fmt.Errorf("the chance that a way may be open is %v: let it be between 0 and 1", a.Open)
		}
		q.need, q.most = int32(math.Ceil(-math.Log(open)*micro)), a.Most
	default:
		return nil, fmt.Errorf("there is no mode %q: use min, n-1 or hold", a.Mode)
	}
	total := 0.
	for i := range p.tree.Measures {
		m := &p.tree.Measures[i]
		c := math.Round(m.Cost*micro) + math.Round(a.Price*float64(m.Collateral)*micro)
		if total += c; total >= maxTotal {
			return nil, errors.New("the costs are too large together, bystanders priced in: use a larger unit or a lower price")
		}
		q.cost[i], q.veto[i], q.weight[i] = int64(c), m.Vetoed, 1
		if a.Mode == Hold {
			q.weight[i] = min(q.need, int32(math.Floor(min(m.Weight(a.Horizon), mostWeight)*micro)))
		}
	}
	veto, err := p.measures(a.Veto)
	if err != nil {
		return nil, fmt.Errorf("veto: %w", err)
	}
	for _, v := range veto {
		q.veto[v] = true
	}
	if q.include, err = p.measures(a.Include); err != nil {
		return nil, fmt.Errorf("include: %w", err)
	}
	for _, v := range q.include {
		if q.veto[v] {
			return nil, fmt.Errorf("measure %q is vetoed and included: decide", p.tree.Measures[v].ID)
		}
	}
	if a.Bystanders >= 0 {
		w := make([]int64, n)
		for i := range p.tree.Measures {
			w[i] = int64(p.tree.Measures[i].Collateral)
		}
		q.side = append(q.side, side{w, int64(a.Bystanders)})
	}
	return q, nil
}

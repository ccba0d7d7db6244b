// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"slices"
	"strings"

	"iolaus/internal/legal"
)

// noMeans is why a measure must not be taken that the law has no instrument for.
const noMeans = "the law allows no instrument that would take it down"

// PlanMeasures are what can be asked of those who carry an estate: one for each provider, layer and set of instruments, priced. means are the instruments that
// people chose, prices their own figures; both may be nil. What must not be done is among them, with the reason.
func (e Estate) PlanMeasures(means map[string]legal.Instrument, prices []Price) []PlanMeasure {
	var out []PlanMeasure
	at := map[string]int{}
	used := map[string]bool{}
	acts := map[int][]hung{}
	for _, h := range e.grow().hangs {
		veto := h.held
		if veto == "" && len(h.carrier.Means) == 0 {
			veto = noMeans
		}
		id := fmt.Sprintf("%s/%d", h.carrier.Layer, h.carrier.Provider.ID)
		key := id + " " + veto + fmt.Sprint(h.carrier.Unit, h.carrier.Means)
		n, ok := at[key]
		if !ok {
			if used[id] {
				id = h.node
			}
			n, at[key], used[id] = len(out), len(out), true
			out = append(out, PlanMeasure{ID: id, Provider: h.carrier.Provider.ID, Name: h.carrier.Provider.Name, Layer: h.carrier.Layer, Unit: h.carrier.Unit,
				Means: h.carrier.Means, Refused: h.carrier.Refused, Veto: veto})
		}
		out[n].Acts = append(out[n].Acts, PlanAct{Asset: h.asset.ID, Node: h.node, Assessed: h.asset.Assessed})
		out[n].Fells = append(out[n].Fells, h.node)
		acts[n] = append(acts[n], h)
	}
	for n := range out {
		e.price(&out[n], acts[n], means[out[n].ID])
		for _, p := range prices {
			if p.Measure != out[n].ID {
				continue
			}
			if m, err := out[n].Priced(p); err == nil { // what was refused when it was given is not stored
				out[n] = m
			}
		}
	}
	slices.SortStableFunc(out, func(a, b PlanMeasure) int {
		return slices.Index(legal.Layers(), a.Layer) - slices.Index(legal.Layers(), b.Layer)
	})
	return out
}

// price chooses the instrument, unless a person did, and gives the figures: the one that costs least for each time that it can be expected to take effect.
func (e Estate) price(m *PlanMeasure, hs []hung, chosen legal.Instrument) {
	m.Waiting, m.Bystanders = e.Rates.Of(RateWaiting).Value, bystanders(m.Layer, hs)
	if m.Back = e.Returned; m.Back.Source == "" {
		m.Back = e.Rates.Of(BackRate(m.Layer))
	}
	best, least := *m, 0.0
	for _, x := range m.Means {
		c := *m
		c.Instrument = x.Instrument
		c.Effort = e.effort(x.Instrument, len(hs))
		c.Friction = e.friction(x, hs[0].carrier)
		c.Delay, c.Chance = e.record(m.Provider, x.Instrument)
		if x.Instrument == chosen {
			*m = c
			return
		}
		if cost := c.Cost() / c.Chance.Value; best.Instrument == "" || cost < least {
			best, least = c, cost
		}
	}
	if best.Instrument == "" {
		best.Chance = e.Rates.Of(RateChance)
	}
	*m = best
}

func (e Estate) effort(i legal.Instrument, acts int) PlanFigure {
	f := e.Rates.Of(EffortRate(i))
	if acts > 1 {
		more := e.Rates.Of(RateFurther)
		f.Source += fmt.Sprintf("; %d further addresses at %.0f %% of it each", acts-1, 100*more.Value)
		f.Value *= 1 + more.Value*float64(acts-1)
	}
	return f
}

func (e Estate) friction(x Means, c EstateCarrier) PlanFigure {
	f := PlanFigure{Source: "nothing beside", Assumed: true}
	var why []string
	add := func(yes bool, key, words string) {
		if yes {
			r := e.Rates.Of(key)
			f.Value += r.Value
			f.Assumed = f.Assumed && r.Assumed
			why = append(why, words+" ("+r.Source+")")
		}
	}
	add(x.View, RateView, "a lawyer looks first")
	add(x.Instrument.Binding(), RateSecond, "a second person signs")
	add(c.Abroad, RateAbroad, "the addressee is in another state")
	if len(why) > 0 {
		f.Source = strings.Join(why, "; ")
	}
	return f
}

// record is how long the provider took and how often it acted, by its own record where there are enough cases.
func (e Estate) record(p ProviderID, i legal.Instrument) (delay, chance PlanFigure) {
	delay, chance = e.Rates.Of(DelayRate(i)), e.Rates.Of(RateChance)
	n := slices.IndexFunc(e.Scores, func(s Score) bool { return s.Provider == p && s.Instrument == i })
	desk := e.Rates.Of(DeskRate(p))
	if !desk.Assumed {
		delay = desk
	}
	if n < 0 {
		return delay, chance
	}
	s := e.Scores[n]
	if s.HasMedian && !s.Few() && desk.Assumed {
		delay = PlanFigure{Value: s.Median.Hours(), Source: fmt.Sprintf("its record: median over %d acts received (Kaplan-Meier)", s.Received)}
	}
	if over := s.Received - s.Open; over >= FewActs {
		// One more of each kind, so that a short record is no certainty (Laplace's rule of succession).
		chance = PlanFigure{Value: float64(s.Acted+1) / float64(over+2), Source: fmt.Sprintf("its record: acted upon %d of %d", s.Acted, over)}
	}
	return delay, chance
}

// bystanders counts who loses something beside the outlet. It is what is known at least where nobody could count.
func bystanders(l legal.Layer, hs []hung) PlanFigure {
	names := map[string]bool{}
	f := PlanFigure{}
	for _, h := range hs {
		a := h.asset
		switch l {
		case legal.Host, legal.Upstream:
			for _, x := range a.Beside {
				names[x] = true
			}
			f.Unknown = f.Unknown || !a.Looked || l == legal.Upstream
			f.Source = "names seen at the same address or on the same certificate"
		case legal.Registrar, legal.Registry, legal.DNSOperator:
			for _, x := range a.Below {
				names[x] = true
			}
			f.Unknown = f.Unknown || a.Mail != "no"
			f.Source = "addresses seen below the same name"
		default:
			f.Source = "what is asked concerns the outlet's own listing alone"
		}
		if a.Mail == "yes" {
			names["mail of "+a.Registered] = true
		}
	}
	f.Value = float64(len(names))
	if f.Unknown {
		switch l {
		case legal.Registrar, legal.Registry, legal.DNSOperator:
			f.Source += "; whether third parties have mail there is not known"
		case legal.Upstream:
			f.Source += "; who else hangs on that network is not known"
		default:
			f.Source += "; the address has not been looked at yet"
		}
	}
	return f
}

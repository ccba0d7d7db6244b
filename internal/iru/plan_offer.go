// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"time"

	"iolaus/internal/plan"
)

// A PlanOffer is one way of asking, and what its plan comes to in a rehearsal.
type PlanOffer struct {
	Mode       plan.Mode     `json:",omitempty"` // "": everything that may be done, with which the others are compared
	Horizon    time.Duration `json:",omitempty"` // of hold
	Open       float64       `json:",omitempty"` // of hold
	Cost       float64
	Bystanders int
	Measures   int
	Chance     float64 // that the outlet is dark for a day, all acts served at once
	First      bool    `json:",omitempty"` // it is offered first
}

// OfferPart is how much of the chance that everything has a plan must have to be offered first; OfferCost is how much of everything's cost that
// should take (docs/format/plan.md).
const (
	OfferPart = .9
	OfferCost = .25
)

// OfferOpens are the chances that hold is tried with, beside n-1. With the medians assumed, 24 and 72 hours, the first asks for two that last on each way,
// the second for three or two and a half, the last for nearly all that there is.
var OfferOpens = []float64{.05, .02, .005}

// Asks gives the questions that are compared: the plan's own bounds, in each mode. A budget is none of them.
func (a PlanAsk) Asks() []PlanAsk {
	a.Budget = 0
	var out []PlanAsk
	add := func(m plan.Mode, open float64) {
		b := a
		b.Mode, b.Horizon, b.Open = m, PlanHorizon, open
		out = append(out, b)
	}
	add(plan.Min, PlanOpen)
	add(plan.N1, PlanOpen)
	for _, open := range OfferOpens {
		add(plan.Hold, open)
	}
	return out
}

// Asked reports whether an offer is what a question asks.
func (o PlanOffer) Asked(a PlanAsk) bool {
	return o.Mode == a.Mode && (o.Mode != plan.Hold || o.Horizon == a.Horizon && o.Open == a.Open)
}

// OfferFirst marks what is offered first: the cheapest that has nine tenths of everything's chance, the earlier of equals; n-1 where none has, or where everything
// itself keeps the outlet dark in less than one of fifty runs. The cheapest cut never is: one failure undoes it.
func OfferFirst(offers []PlanOffer) {
	whole := 0.
	for _, o := range offers {
		if o.Mode == "" {
			whole = o.Chance
		}
	}
	first := -1
	for n, o := range offers {
		offers[n].First = false
		if whole >= .02 && o.Mode != "" && o.Mode != plan.Min && o.Chance >= OfferPart*whole && (first < 0 || o.Cost < offers[first].Cost-1e-9) {
			first = n
		}
	}
	for n, o := range offers {
		if first < 0 && o.Mode == plan.N1 {
			first = n
		}
	}
	if first >= 0 {
		offers[first].First = true
	}
}

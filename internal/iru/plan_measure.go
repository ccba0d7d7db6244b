// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"math"
	"slices"
	"strconv"
	"time"

	"iolaus/internal/legal"
	"iolaus/internal/plan"
)

// A PlanMeasure is what one provider is asked in one capacity, as far as it can be asked by the same instruments: one letter, however many
// addresses it names. Who refuses, refuses all of it; and all else that it is asked, so that n-1 counts a provider as one that may fail.
type PlanMeasure struct {
	ID         string
	Provider   ProviderID
	Name       string // of the provider
	Layer      legal.Layer
	Unit       UnitID // that would serve it
	Instrument legal.Instrument
	Means      []Means // the instruments that the law allows, in its order
	Refused    []Denied
	Acts       []PlanAct
	Fells      []string   // nodes of the tree
	Veto       string     // why it must not be taken; "" where it may
	Effort     PlanFigure // officer hours for all of its acts
	Friction   PlanFigure // officer hours for what the law asks beside
	Delay      PlanFigure // hours from service to effect, median
	Waiting    float64    // officer hours that an hour of delay counts for
	Bystanders PlanFigure // who lose something that is theirs
	Chance     PlanFigure // that it takes effect, 0 to 1
	Back       PlanFigure // hours until what it felled is replaced, median; 0: never
}

// A Means is an instrument that the law allows for a measure.
type Means struct {
	Instrument legal.Instrument
	Request    legal.Request
	View       bool   // a lawyer must look first
	Reason     string // why it is allowed
}

// A Denied is an instrument that the law refuses for a measure, and what it offers instead.
type Denied struct {
	Instrument legal.Instrument
	Reason     string
	Instead    []legal.Instrument
}

// A PlanAct is one act that a measure is made of.
type PlanAct struct {
	Asset    AssetID
	Node     string // that it fells
	Assessed bool   // a person found that content of the asset should go
}

// A PlanFigure is a number with where it is from.
type PlanFigure struct {
	Value   float64
	Source  string
	Assumed bool      // nothing was counted: it is an assumption
	Unknown bool      // nobody knows; the value is what is known at least
	By      OfficerID // who changed it; 0: nobody
}

// The figures of a measure that a person can change.
const (
	FigureEffort     = "effort"
	FigureFriction   = "friction"
	FigureDelay      = "delay"
	FigureBystanders = "bystanders"
	FigureChance     = "chance"
	FigureBack       = "back"
	FigureAudience   = "audience" // of an address, not of a measure: people whom it reaches
)

// Figures lists those of a measure in the order of a table.
var Figures = []string{FigureEffort, FigureFriction, FigureDelay, FigureBystanders, FigureChance, FigureBack}

// Figure gives one by its name, nil where there is none.
func (m *PlanMeasure) Figure(name string) *PlanFigure {
	switch name {
	case FigureEffort:
		return &m.Effort
	case FigureFriction:
		return &m.Friction
	case FigureDelay:
		return &m.Delay
	case FigureBystanders:
		return &m.Bystanders
	case FigureChance:
		return &m.Chance
	case FigureBack:
		return &m.Back
	}
	return nil
}

// Cost is what it costs in officer hours, without bystanders.
func (m PlanMeasure) Cost() float64 {
	return math.Min(m.Effort.Value+m.Friction.Value+m.Waiting*m.Delay.Value, plan.MaxCost)
}

// Plan gives it as the planner reads it: what one provider is asked fails together.
func (m PlanMeasure) Plan() plan.Measure {
	with := ""
	if m.Provider != 0 {
		with = "provider/" + strconv.FormatInt(int64(m.Provider), 10)
	}
	return plan.Measure{ID: m.ID, Name: m.Name, With: with, Fells: m.Fells, Cost: m.Cost(), Collateral: int(m.Bystanders.Value), Vetoed: m.Veto != "", Chance: m.Chance.Value,
		Delay: hours(m.Delay.Value), Back: hours(m.Back.Value)}
}

func hours(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }

// maxHours is the longest time of a measure: a hundred years are never.
const maxHours = 100 * 365 * 24

// Priced takes a person's price in. Its error is Invalid: no reason, no such figure, a number that it cannot be.
func (m PlanMeasure) Priced(p Price) (PlanMeasure, error) {
	f := m.Figure(p.Figure)
	most := float64(maxHours)
	switch p.Figure {
	case FigureEffort, FigureFriction:
		most = plan.MaxCost / 2
	case FigureBystanders:
		most = 1e9
	case FigureChance:
		most = 1
	}
	switch {
	case f == nil:
		return m, Refuse(Invalid, "there is no such figure", "it is effort, friction, delay, bystanders, chance or back")
	case p.Reason == "":
		return m, Refuse(Invalid, "the reason of the new figure is missing", "say how it is known")
	case !(p.Value >= 0 && p.Value <= most) || p.Figure == FigureChance && p.Value == 0:
		return m, Refuse(Invalid, "the figure cannot be that number", "chances lie above 0 and up to 1, all others are 0 or more")
	}
	*f = PlanFigure{Value: p.Value, Source: p.Reason, By: p.By}
	return m, nil
}

// Allows reports whether the law allows an instrument for it.
func (m PlanMeasure) Allows(i legal.Instrument) bool {
	return slices.ContainsFunc(m.Means, func(x Means) bool { return x.Instrument == i })
}

// Request is what its instrument asks for.
func (m PlanMeasure) Request() legal.Request {
	for _, x := range m.Means {
		if x.Instrument == m.Instrument {
			return x.Request
		}
	}
	return ""
}

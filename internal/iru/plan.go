// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"slices"
	"time"

	"iolaus/internal/legal"
	"iolaus/internal/plan"
)

// PlanID numbers a plan.
type PlanID int64

// PlanState is where a plan stands.
type PlanState string

// The states of a plan.
const (
	PlanDraft    PlanState = "draft"    // people play with it
	PlanProposed PlanState = "proposed" // a named person chose it; another one decides
	PlanApproved PlanState = "approved" // an operation was made of it
	PlanDropped  PlanState = "dropped"
)

// PlanTable is the state table of a plan.
var PlanTable = Table[PlanState]{
	{PlanDraft, "propose", PlanProposed},
	{PlanDraft, "drop", PlanDropped},
	{PlanProposed, "return", PlanDraft},
	{PlanProposed, "approve", PlanApproved},
	{PlanProposed, "drop", PlanDropped},
}

// A Plan is which acts, served together, leave an outlet no way to its audience: a machine's suggestion on a map as it was at a time, which a
// named person chooses and a second one approves. Nothing is served by it.
type Plan struct {
	ID        PlanID
	Unit      UnitID
	Outlet    OutletID
	Name      string
	State     PlanState
	Ask       PlanAsk
	Root      string
	Nodes     []plan.Node
	Measures  []PlanMeasure
	Answer    PlanAnswer
	By        OfficerID // who drafted it
	Created   time.Time
	Drawn     time.Time // of the map that its tree was made from
	Solved    time.Time // when the answer was computed
	Proposed  OfficerID // who chose it; 0: nobody
	Approved  OfficerID
	Operation OperationID // 0: none
}

// A PlanAsk is what people ask for: the question, and everything that they changed, each with the reason.
type PlanAsk struct {
	plan.Ask
	Why    map[string]string           `json:",omitempty"` // of an inclusion or a veto, by measure
	Means  map[string]legal.Instrument `json:",omitempty"` // the instrument that a person chose, by measure
	Prices []Price                     `json:",omitempty"` // the last of a measure and figure counts
	Spare  map[string]string           `json:",omitempty"` // addresses that must not be touched, by their node, with the reason
	Rest   bool                        `json:",omitempty"` // plan for what can be felled, where something cannot
	Units  []UnitID                    `json:",omitempty"` // that can serve, beside the plan's own
}

// A Price is a person's own value of one figure of a measure.
type Price struct {
	Measure string
	Figure  string // one of Figures
	Value   float64
	Reason  string
	By      OfficerID
	At      time.Time
}

// A PlanAnswer is what the planner said, as it was computed.
type PlanAnswer struct {
	plan.Plan
	Failed      string             `json:",omitempty"` // why there is no plan
	Missing     []plan.Survive     `json:",omitempty"` // ways that nothing closes
	Single      []plan.Survive     `json:",omitempty"` // of n-1: ways that one provider alone closes, so that the plan does not survive its failure
	Veto        map[string]float64 `json:",omitempty"` // what the plan costs more without one of its measures, by measure
	Only        []string           `json:",omitempty"` // measures without which there is no plan
	Loose       []plan.Survive     `json:",omitempty"` // of hold: a way that cannot be closed so surely, though all that closes it is taken
	LooseChance float64            `json:",omitempty"` // that it is open within the horizon all the same
	Offers      []PlanOffer        `json:",omitempty"` // what each way of asking comes to; none: it was not looked at
	Weak        []string           `json:",omitempty"` // measures without which some way hangs on one provider alone (n-1), or is held less surely (hold)
	Least       float64            // what the cheapest cut would cost, for comparison; 0: unknown
	Cheap       []string           `json:",omitempty"` // its measures
	Halted      bool               `json:",omitempty"` // time ran out: not everything was computed
	Curve       []PlanPoint        `json:",omitempty"`
	Unknown     []string           `json:",omitempty"` // measures of the plan whose bystanders nobody has counted
}

// A PlanPoint is how much audience some cost leaves.
type PlanPoint struct {
	Cost, Bystanders, Audience float64
	Measures                   []string
}

// Found reports whether there is a plan.
func (a PlanAnswer) Found() bool { return a.Failed == "" }

// Tree gives the plan's tree as the planner reads it.
func (p Plan) Tree() plan.Tree {
	t := plan.Tree{Root: p.Root, Nodes: p.Nodes}
	for _, m := range p.Measures {
		t.Measures = append(t.Measures, m.Plan())
	}
	return t
}

// Measure finds a measure; false where there is none of that ID.
func (p Plan) Measure(id string) (PlanMeasure, bool) {
	n := slices.IndexFunc(p.Measures, func(m PlanMeasure) bool { return m.ID == id })
	if n < 0 {
		return PlanMeasure{}, false
	}
	return p.Measures[n], true
}

// Chosen gives the measures of the answer in the order of the plan.
func (p Plan) Chosen() []PlanMeasure {
	var out []PlanMeasure
	for _, m := range p.Measures {
		if slices.Contains(p.Answer.Measures, m.ID) {
			out = append(out, m)
		}
	}
	return out
}

// Step moves the plan by a verb of its table. An approval names another officer than the one who chose the plan.
func (p Plan) Step(verb string, by OfficerID, at time.Time, note string) (Plan, Event, error) {
	if err := byPerson(by, verb, "propose", "return", "approve", "drop"); err != nil {
		return p, Event{}, err
	}
	to, err := PlanTable.Next(p.State, verb)
	if err != nil {
		return p, Event{}, err
	}
	switch {
	case verb == "propose" && !p.Answer.Found():
		return p, Event{}, Refuse(Conflict, "nothing that may be done fells the outlet: there is no plan to choose", "look at what stays up, and change the question")
	case verb == "propose" && len(p.Answer.Measures) == 0:
		return p, Event{}, Refuse(Conflict, "the plan has no measures: the outlet is down already", "drop it")
	case verb == "approve" && by == p.Proposed:
		return p, Event{}, Refuse(Forbidden, "who chose the plan cannot approve it", "ask a second officer")
	}
	e := change("plan", int64(p.ID), verb, p.State, to, by, p.Unit, at, note)
	p.State = to
	switch verb {
	case "propose":
		p.Proposed = by
	case "return":
		p.Proposed = 0
	case "approve":
		p.Approved = by
	}
	return p, e.With("outlet", int64(p.Outlet)), nil
}

// PlanHorizon and PlanOpen are what Hold asks for where nobody said otherwise: that no way is open within a day, with the chance that the
// planner's formulation uses (docs/format/plan.md).
const (
	PlanHorizon = 24 * time.Hour
	PlanOpen    = .05
)

// MaxHorizon is the longest horizon of Hold: what is assumed about replacement says nothing beyond.
const MaxHorizon = 90 * 24 * time.Hour

// Check refuses a question that cannot be put.
func (a PlanAsk) Check() error {
	bad := func(why, instead string) error { return Refuse(Invalid, why, instead) }
	switch a.Mode {
	case plan.Min, plan.N1:
	case plan.Hold:
		if a.Horizon <= 0 || a.Horizon > MaxHorizon {
			return bad("the horizon is none, or longer than ninety days", "give it in hours, such as 24")
		}
		if !(a.Open > 0 && a.Open < 1) {
			return bad("the chance that a way may be open is not between 0 and 1", "write a number such as 0.05")
		}
	default:
		return bad("there is no such mode", "it is min, n-1 or hold")
	}
	if !(a.Price >= 0 && a.Price <= plan.MaxCost) || !(a.Budget >= 0 && a.Budget <= plan.MaxCost) {
		return bad("a price or a budget is negative or too large", "they are officer hours, up to a million")
	}
	for _, m := range a.Include {
		if slices.Contains(a.Veto, m) {
			return bad("a measure is both included and vetoed", "choose one of the two")
		}
	}
	return nil
}

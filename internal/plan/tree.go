// SPDX-License-Identifier: EUPL-1.2

package plan

import "time"

// A Tree says what stays up as long as what stays up. Nodes may be shared, and may lead back to themselves: then they are up as long as nothing
// fells them (greatest fixpoint).
type Tree struct {
	Root     string    `json:"root"`
	Nodes    []Node    `json:"nodes"`
	Measures []Measure `json:"measures"`
}

// A Node is up while all of All, or any of Any, or at least K of Of are up; at most one of the three lists is given. One without a list is a
// leaf: up until a measure fells it.
type Node struct {
	ID       string   `json:"id"`
	Name     string   `json:"name,omitempty"`     // what people call it; the ID where there is none
	All      []string `json:"all,omitempty"`      // a site needs a name and name servers and a host
	Any      []string `json:"any,omitempty"`      // mirrors, apps, streams, accounts are alternatives
	K        int      `json:"k,omitempty"`        // how many of Of
	Of       []string `json:"of,omitempty"`       //
	Audience float64  `json:"audience,omitempty"` // people whom it reaches, where there is a figure; what the curve counts
	Down     bool     `json:"down,omitempty"`     // it is down already
}

// A Measure fells every node that it names, leaves or gates, at once: a notice for one name, an order to a provider, a hold of a registry.
type Measure struct {
	ID         string        `json:"id"`
	Name       string        `json:"name,omitempty"`
	Fells      []string      `json:"fells"`
	Cost       float64       `json:"cost"`                 // in the tree's own unit, from 0 to MaxCost
	Collateral int           `json:"collateral,omitempty"` // bystanders who lose something that is theirs
	With       string        `json:"with,omitempty"`       // those with one such name fail together: asks of one provider, who refuses all or none; for N1
	Vetoed     bool          `json:"vetoed,omitempty"`     // it must not be taken: a live investigation, a refusal
	Chance     float64       `json:"chance,omitempty"`     // that it takes effect; 0 where it is not given: Compliance
	Delay      time.Duration `json:"-"`                    // median from service to effect; "delay": "4h" in a file
	Back       time.Duration `json:"-"`                    // median until what it felled is replaced, 0 for never; "back": "24h" in a file
}

// MaxCost is the largest cost of a measure: sums over ten million of them stay exact in micro-units.
const MaxCost = 1e6

// Compliance is the assumed chance that a measure takes effect where nothing better is known (an assumption of the simulation behind the
// formulation, docs/format/plan.md).
const Compliance = .98

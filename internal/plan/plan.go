// SPDX-License-Identifier: EUPL-1.2

package plan

import "time"

// Mode is what a plan has to withstand.
type Mode string

// The modes.
const (
	Min  Mode = "min"  // the cheapest set that fells the root
	N1   Mode = "n-1"  // the root falls although any one measure fails, or all that have one With
	Hold Mode = "hold" // on every way to stay up, enough measures that it is unlikely to be open within the horizon
)

// An Ask is a question to the planner.
type Ask struct {
	Mode       Mode
	Horizon    time.Duration // of Hold
	Open       float64       // of Hold: the chance that one way to stay up may be open within the horizon, e.g. .05
	Most       bool          // of Hold: a way that cannot be closed so surely needs all the measures that it has
	Include    []string      // measures taken in any case
	Veto       []string      // measures taken in no case, beside those that the tree vetoes
	Price      float64       // cost of one bystander, added to the cost of each measure
	Bystanders int           // hard bound over the whole plan; negative: none
	Budget     float64       // hard bound of cost; 0: none
}

// A Plan is an answer.
type Plan struct {
	Measures   []string  // in the order of the tree
	Cost       float64   // without bystanders
	Bystanders int       // by the sum of collateral: those whom two measures hit count twice
	Bound      float64   // no plan costs less, bystanders priced in
	Proved     bool      // nothing is cheaper
	Proof      []Survive // the survival sets that force its cost
	Open       []Survive // under a budget that does not suffice: ways that stay open; otherwise none
	Audience   float64   // that is left: 0 once the root is down, else the sum over nodes that are up and lead to it; without any figure in the tree, ways at the root
}

// A Point is one of the curve: the least cost at which no more audience is left.
type Point struct {
	Cost       float64  `json:"cost"`
	Bystanders int      `json:"bystanders"`
	Audience   float64  `json:"audience"`
	Measures   []string `json:"measures"`
}

// A Survive is a minimal way to stay up: the leaves that suffice, and the measures any of which closes it.
type Survive struct {
	Nodes    []string `json:"nodes"`
	Measures []string `json:"measures"`
}

// Progress is how far a long run has come.
type Progress struct {
	Best, Bound float64 // cost of the best plan so far (+Inf for none) and the proved bound
	Ways        int     // survival sets found
}

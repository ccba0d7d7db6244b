// SPDX-License-Identifier: EUPL-1.2

package iru

import "strings"

// What is at risk in an emergency (Regulation (EU) 2023/1543, Article 3, "emergency case").
const (
	LifeAtRisk           = "life"           // imminent threat to the life, physical integrity or safety of a person
	InfrastructureAtRisk = "infrastructure" // imminent threat to a critical infrastructure, which would result in such a threat
)

// An Emergency is why a production order gives eight hours and not ten days (Regulation (EU) 2023/1543, Article 10(4)). Zero: there is none.
type Emergency struct {
	Kind string `json:"kind,omitempty"`
	Why  string `json:"why,omitempty"` // its grounds, which the addressee reads
}

// Declared reports whether there is one.
func (e Emergency) Declared() bool { return e.Kind != "" }

// Check refuses an emergency of no kind that the law knows, or without grounds.
func (e Emergency) Check() error {
	switch {
	case e == Emergency{}:
		return nil
	case e.Kind != LifeAtRisk && e.Kind != InfrastructureAtRisk:
		return Refuse(Invalid, "that is no emergency that the law knows", "choose life or infrastructure")
	case strings.TrimSpace(e.Why) == "":
		return Refuse(Invalid, "the grounds of the emergency are missing", "say which imminent threat there is, and to whom")
	}
	return nil
}

// SPDX-License-Identifier: EUPL-1.2

package legal

import "time"

// A Regime is one version of the law of one legal order. What was issued under a version names it and stays readable under it.
type Regime struct {
	ID          string
	Version     int
	Title       string
	Instruments []InstrumentRule
	Cells       map[Layer]map[Instrument]Cell
	Clocks      []ClockRule
	Started     map[Instrument][]string // identifiers of the clocks that receipt starts
	Limbs       []LimbRule
	Purposes    []PurposeRule
	Forms       []Form
	Appeals     []AppealRule
}

// EU returns the law of the European Union in its current version. Each call returns a value of its own.
func EU() Regime {
	return Regime{
		ID:          "eu",
		Version:     1,
		Title:       "Law of the European Union as of version 1 of this program's data",
		Instruments: append([]InstrumentRule(nil), instruments...),
		Cells:       cells(),
		Clocks:      clocks(),
		Started:     started(),
		Limbs:       limbs(),
		Purposes:    purposes(),
		Forms:       forms(),
		Appeals:     appeals(),
	}
}

// InForce reports whether the instrument could be issued at the given time.
func (r Regime) InForce(i Instrument, at time.Time) bool {
	for _, rule := range r.Instruments {
		if rule.Instrument == i {
			return at.UTC().Format(time.DateOnly) >= rule.From
		}
	}
	return false
}

// Signers returns how many different persons must stand behind an act: two for a binding one (four eyes), else one.
func (r Regime) Signers(i Instrument) int {
	if i.Binding() {
		return 2
	}
	return 1
}

// Limb returns the rule of one limb.
func (r Regime) Limb(l Limb) (LimbRule, bool) {
	for _, rule := range r.Limbs {
		if rule.Limb == l {
			return rule, true
		}
	}
	return LimbRule{}, false
}

// Form returns the form with the given identifier.
func (r Regime) Form(id string) (Form, bool) {
	for _, f := range r.Forms {
		if f.ID == id {
			return f, true
		}
	}
	return Form{}, false
}

// SPDX-License-Identifier: EUPL-1.2

package desktest

import "iolaus/internal/iru"

// Whole is an assessment's further parts, all filled in: what a binding act needs.
func Whole() iru.Grounds {
	return iru.Grounds{
		Attribution: &iru.Attribution{Name: "Halcyon Weather Wire", Grade: iru.OpenSource, Why: "its name stands on the page"},
		Listing:     &iru.Listing{Checked: "2026-03-12", Words: "the Union's list was searched for the name"},
		Collateral:  &iru.Collateral{Mail: "no", Words: "nothing else is known at that address"},
		Measure:     &iru.Measure{Weighed: []iru.Weighed{{Measure: "a referral", Why: "the provider did not answer two"}}, Words: "one page alone is concerned"},
	}
}

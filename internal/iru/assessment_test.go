// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"errors"
	"testing"

	"iolaus/internal/iru"
)

// Every combination of the parts of an assessment: one that lets an act rest on it has every step, and nothing else has.
func TestAssessmentByAllCombinations(t *testing.T) {
	yes := []bool{false, true}
	n, carried := 0, 0
	for _, by := range []iru.OfficerID{0, 1} {
		for _, reason := range []string{"", " \t", "what I saw"} {
			for _, f := range []iru.Finding{"", "remove", iru.FindRefer, iru.FindNoAction, iru.FindDuplicate} {
				for _, p := range []iru.Purpose{"", "unsure", iru.PurposeExcluded, iru.PurposeDoubt, iru.PurposeProceed} {
					for _, pr := range []string{"", " ", "no editorial responsibility"} {
						for _, limbs := range [][]string{nil, {"a"}, {"c", "e"}, {"f"}, {"a", "A"}, {""}} {
							for _, passage := range []string{"", "\n", "snow line"} {
								for _, public := range yes {
									for _, of := range []iru.ItemID{0, 7, 8} {
										a := iru.Assessment{Item: 7, By: by, Reason: reason, Finding: f, Purpose: p, PurposeReason: pr, Limbs: limbs, Passage: passage, Public: public, Of: of}
										given, err := a.Give()
										n++
										basics := by != 0 && reason == "what I saw"
										whole := basics && f == iru.FindRefer && (p == iru.PurposeDoubt || p == iru.PurposeProceed) && pr == "no editorial responsibility" &&
											passage == "snow line" && public && (len(limbs) == 1 && limbs[0] == "a" || len(limbs) == 2 && limbs[1] == "e")
										ok := whole || basics && (f == iru.FindNoAction || f == iru.FindDuplicate && of == 8)
										if ok != (err == nil) {
											t.Fatalf("%+v: %v", a, err)
										}
										if err != nil && (given.State != "" || given.Carries()) {
											t.Fatalf("%+v was refused and has a state", given)
										}
										want := iru.AssessmentGiven
										if whole && p == iru.PurposeDoubt {
											want = iru.AssessmentDoubted
										}
										if err == nil && given.State != want {
											t.Fatalf("%+v is %s", a, given.State)
										}
										if given.Carries() != (whole && p == iru.PurposeProceed) {
											t.Fatalf("%+v carries an act: %v", given, given.Carries())
										}
										if given.Carries() {
											carried++
										}
									}
								}
							}
						}
					}
				}
			}
		}
	}
	if carried == 0 || carried > n/1000 {
		t.Errorf("%d of %d combinations carry an act", carried, n)
	}
}

func TestSecondOpinion(t *testing.T) {
	first := iru.Assessment{By: 1, Finding: iru.FindRefer, Purpose: iru.PurposeDoubt, State: iru.AssessmentDoubted}
	for name, c := range map[string]struct {
		second iru.Assessment
		kind   error
		to     iru.AssessmentState
		verb   string
	}{
		"the same person":      {iru.Assessment{By: 1, Finding: iru.FindNoAction}, iru.Forbidden, iru.AssessmentDoubted, ""},
		"another doubt":        {iru.Assessment{By: 2, Finding: iru.FindRefer, Purpose: iru.PurposeDoubt}, iru.Conflict, iru.AssessmentDoubted, ""},
		"agrees":               {iru.Assessment{By: 2, Finding: iru.FindRefer, Purpose: iru.PurposeProceed}, nil, iru.AssessmentConfirmed, "confirm"},
		"differs":              {iru.Assessment{By: 2, Finding: iru.FindNoAction}, nil, iru.AssessmentOverturned, "overturn"},
		"knows it as repeated": {iru.Assessment{By: 2, Finding: iru.FindDuplicate, Of: 3}, nil, iru.AssessmentOverturned, "overturn"},
	} {
		got, verb, err := first.Settle(c.second)
		if !errors.Is(err, c.kind) || got.State != c.to || verb != c.verb {
			t.Errorf("%s: %s by %q, %v", name, got.State, verb, err)
		}
		if got.Carries() != (c.to == iru.AssessmentConfirmed) {
			t.Errorf("%s: carries an act: %v", name, got.Carries())
		}
	}
	done := first
	done.State = iru.AssessmentUndone
	if _, _, err := done.Settle(iru.Assessment{By: 2, Finding: iru.FindRefer, Purpose: iru.PurposeProceed}); !errors.Is(err, iru.Conflict) {
		t.Errorf("what was undone was settled: %v", err)
	}
}

// An act rests on nothing that was taken back, overturned or not settled, whatever it says.
func TestCarriesByState(t *testing.T) {
	for _, f := range []iru.Finding{iru.FindRefer, iru.FindNoAction, iru.FindDuplicate} {
		for _, p := range []iru.Purpose{"", iru.PurposeExcluded, iru.PurposeDoubt, iru.PurposeProceed} {
			for _, s := range append(iru.AssessmentTable.States(), "") {
				want := f == iru.FindRefer && (s == iru.AssessmentConfirmed || s == iru.AssessmentGiven && p == iru.PurposeProceed)
				if got := (iru.Assessment{Finding: f, Purpose: p, State: s}).Carries(); got != want {
					t.Errorf("%s, %s, %s carries: %v", f, p, s, got)
				}
			}
		}
	}
}

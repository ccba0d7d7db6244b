// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"fmt"
	"testing"

	"iolaus/internal/iru"
)

// A name server joins a candidate with an outlet only where names of the outlet share it and few others use it.
func TestKinByServer(t *testing.T) {
	names := func(from, n int, o iru.OutletID, s iru.AssetState) (out []iru.Delegation) {
		for i := range n {
			out = append(out, iru.Delegation{Name: fmt.Sprintf("n%d.test", from+i), Asset: iru.AssetID(from + i), Outlet: o, State: s})
		}
		return out
	}
	join := func(lists ...[]iru.Delegation) (out []iru.Delegation) {
		for _, l := range lists {
			out = append(out, l...)
		}
		return out
	}
	mine, one, two := names(1, 2, 7, iru.AssetLive), names(50, 1, 0, iru.AssetCandidate), names(50, 2, 0, iru.AssetCandidate)
	part := []iru.Delegation{{Name: "n1.test", Asset: 60, State: iru.AssetCandidate}}
	for what, c := range map[string]struct {
		all  []iru.Delegation
		want string
	}{
		"none":                        {nil, "[]"},
		"two of the outlet's":         {join(mine, one), "[{50 1}]"},
		"two candidates":              {join(two, mine), "[{50 1} {51 1}]"},
		"one name of two addresses":   {join(names(1, 1, 7, iru.AssetLive), []iru.Delegation{{Name: "n1.test", Asset: 2, Outlet: 7, State: iru.AssetDown}}, one), "[]"},
		"a part of what is known":     {join(mine, part), "[]"},
		"three others":                {join(mine, one, names(20, 2, 8, iru.AssetLive), names(30, 1, 0, iru.AssetRejected)), "[{50 1} {50 20}]"},
		"four others":                 {join(mine, one, names(20, 2, 8, iru.AssetLive), names(30, 2, 0, iru.AssetRejected)), "[]"},
		"two outlets":                 {join(mine, one, names(20, 3, 8, iru.AssetDown)), "[{50 1} {50 20}]"},
		"as many candidates as may":   {join(mine, names(50, 12, 0, iru.AssetCandidate)), "12"},
		"more candidates than may":    {join(mine, names(50, 13, 0, iru.AssetCandidate)), "[]"},
		"nobody's names share it too": {names(50, 5, 0, iru.AssetCandidate), "[]"},
	} {
		got := iru.KinByServer(c.all)
		if said := fmt.Sprint(got); said != c.want && fmt.Sprint(len(got)) != c.want {
			t.Errorf("%s: %s, not %s", what, said, c.want)
		}
	}
}

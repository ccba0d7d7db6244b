// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"cmp"
	"slices"
)

// A Delegation is a registered name that a name server answers for, by an asset under it.
type Delegation struct {
	Name   string // registrable, in ASCII
	Asset  AssetID
	Outlet OutletID // 0: nobody knows whose
	State  AssetState
}

// Bounds of what a name server says. Names of one outlet that share it: one says nothing. Names known to be others' that it may answer for besides,
// and names of which nobody knows whose they are, beyond which it is a company's: from twelve on, as with the names on a certificate, and three, as
// with accounts.
const (
	serverShared = 2
	serverOthers = 3
	serverBare   = 12
)

// MostDelegations is from how many names on a name server need not be known which they are: it is a company's.
const MostDelegations = 100

// A Kin is a candidate whose name is answered for by the server that several names of an outlet share.
type Kin struct {
	Candidate AssetID
	Of        AssetID // of the outlet, the one that is known longest
}

// KinByServer joins candidates with the outlets whose names share one name server, unless many others use it too. It is weak evidence: a hint of
// where to look, and no reason to attribute.
func KinByServer(all []Delegation) []Kin {
	names := map[OutletID]map[string]bool{}
	first := map[OutletID]AssetID{}
	rejected := map[string]bool{}
	bare := map[string][]AssetID{}
	for _, d := range all {
		switch {
		case d.State == AssetRejected:
			rejected[d.Name] = true
		case d.Outlet == 0:
			bare[d.Name] = append(bare[d.Name], d.Asset)
		default:
			if names[d.Outlet] == nil {
				names[d.Outlet] = map[string]bool{}
			}
			names[d.Outlet][d.Name] = true
			if f := first[d.Outlet]; f == 0 || d.Asset < f {
				first[d.Outlet] = d.Asset
			}
		}
	}
	if len(bare) > serverBare {
		return nil
	}
	var out []Kin
	for o, mine := range names {
		others := len(rejected)
		for p, theirs := range names {
			if p != o {
				others += len(theirs)
			}
		}
		if len(mine) < serverShared || others > serverOthers {
			continue
		}
		for name, candidates := range bare {
			if mine[name] { // a part of a name that is known already
				continue
			}
			for _, c := range candidates {
				out = append(out, Kin{c, first[o]})
			}
		}
	}
	slices.SortFunc(out, func(a, b Kin) int { return cmp.Or(cmp.Compare(a.Candidate, b.Candidate), cmp.Compare(a.Of, b.Of)) })
	return out
}

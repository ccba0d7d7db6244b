// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// candidatesPage lists addresses that nobody has attributed, those that resemble a known one first.
func (v *visit) candidatesPage() error {
	p := CandidatesPage{Frame: v.frame("outlets", ui.T(v.ctx(), "Candidates")), Now: v.now, Said: v.said(), MayAttribute: v.may(iru.ToAttribute), MayWatch: v.may(iru.ToWatch)}
	err := v.read(func(t *db.Tx) error {
		all, err := t.Assets(v.ctx(), v.scope)
		if err != nil {
			return err
		}
		outlets, err := t.Outlets(v.ctx(), v.scope)
		if err != nil {
			return err
		}
		name := map[iru.OutletID]string{}
		for _, o := range outlets {
			name[o.ID] = o.Name
		}
		of := map[iru.AssetID]iru.OutletID{}
		for _, a := range all {
			of[a.ID] = a.Outlet
		}
		p.Rows = nil
		for _, a := range all {
			if a.State == iru.AssetCandidate {
				row := CandidateRow{Asset: a}
				if a.Lineage.Score > 0 {
					row.Outlet = name[of[a.Lineage.To]]
				}
				p.Rows = append(p.Rows, row)
			}
		}
		slices.SortStableFunc(p.Rows, func(a, b CandidateRow) int {
			return cmp.Or(cmp.Compare(b.Asset.Lineage.Score, a.Asset.Lineage.Score), cmp.Compare(b.Asset.ID, a.Asset.ID))
		})
		return nil
	})
	if err != nil {
		return err
	}
	return v.show(p.View())
}

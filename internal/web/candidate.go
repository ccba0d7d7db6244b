// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"slices"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// maxCandidates is how many the page lists; what was judged makes room for the next.
const maxCandidates = 500

// candidatesPage lists addresses that nobody has attributed, those that resemble a known one first.
func (v *visit) candidatesPage() error {
	p := CandidatesPage{Frame: v.frame("outlets", ui.T(v.ctx(), "Candidates")), Now: v.now, Said: v.said(), MayAttribute: v.may(iru.ToAttribute), MayWatch: v.may(iru.ToWatch)}
	err := v.read(func(t *db.Tx) error {
		all, err := t.AssetsIs(v.ctx(), v.scope, iru.AssetCandidate, maxCandidates)
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
		var like []iru.AssetID
		for _, a := range all {
			if a.Lineage.Score > 0 {
				like = append(like, a.Lineage.To)
			}
		}
		known, err := t.AssetsByID(v.ctx(), like)
		if err != nil {
			return err
		}
		ranked, err := v.desk.Rank(v.ctx(), t, v.scope)
		if err != nil {
			return err
		}
		logs, err := t.CTLogs(v.ctx())
		if err != nil {
			return err
		}
		p.Rows, p.Low, p.Logs = nil, nil, slices.DeleteFunc(logs, func(l iru.CTLog) bool { return l.Trouble == "" })
		for _, a := range all {
			row := CandidateRow{Asset: a, Low: ranked.Low(a)}
			if a.Lineage.Score > 0 {
				row.Outlet = name[known[a.Lineage.To].Outlet]
			}
			if row.Low != nil {
				p.Low = append(p.Low, row)
				continue
			}
			p.Rows = append(p.Rows, row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.show(p.View())
}

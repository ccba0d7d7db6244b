// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
)

// byDNS is the source of what the DNS says, as monitors name it.
const byDNS = "dns"

// mostServers is how many name servers of a name are kept; the DNS has thirteen for its own root.
const mostServers = 13

// RecordNameServers draws which name servers answer for an asset's registered name, and takes up to which candidates those lead that several names
// of an outlet share with them. An asset on a platform has no name of its own.
func (d *Desk) RecordNameServers(ctx context.Context, id iru.AssetID, servers []string) error {
	return d.enact(ctx, func(t *db.Tx, now time.Time) error {
		a, err := t.Asset(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		_, name := d.domains(a)
		if name == "" || a.State == iru.AssetRejected {
			return nil
		}
		servers := servers[:min(len(servers), mostServers)]
		w := draw{a: a, at: now}
		for _, s := range servers {
			w.edge(iru.Node{Kind: iru.NodeName, Name: name}, iru.RelDelegatedTo, iru.Node{Kind: iru.NodeNameServer, Name: s}, byDNS)
		}
		if err := t.SeeEdges(ctx, w.list); err != nil {
			return err
		}
		for _, s := range servers {
			all, err := t.Delegations(ctx, a.Unit, s, iru.MostDelegations)
			if err != nil {
				return err
			}
			if len(all) == iru.MostDelegations {
				continue
			}
			for _, k := range iru.KinByServer(all) {
				if err := d.seeKin(ctx, t, k, s, now); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// seeKin keeps why a candidate may belong to an asset's outlet: a person decides, and what is refused ranks the server's next ones low.
func (d *Desk) seeKin(ctx context.Context, t *db.Tx, k iru.Kin, server string, now time.Time) error {
	a, err := t.Asset(ctx, iru.Program(), k.Candidate)
	if err != nil {
		return err
	}
	l, err := locator.Parse(a.Locator)
	if err != nil || a.State != iru.AssetCandidate {
		return nil //nolint:nilerr // an address that nobody can follow
	}
	return see(ctx, t, a.Unit, a.ID, l, iru.Lead{Source: iru.LeadDNS, Path: iru.LeadPath{From: k.Of, Document: "dns " + l.Site(), How: "name server " + server}}, now)
}

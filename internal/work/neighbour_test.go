// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"net/netip"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/sim"
)

// On the range, two names of an outlet share the servers of Alder with a third one, which is a hint of whose that may be, and no more: it is a
// neighbour's. A name beside which the outlet has only one gets no hint. Refusals rank the server's next ones low.
func TestNameServersLead(t *testing.T) {
	r, err := sim.Start(t.Context(), sim.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		s.net = fetch.Network{Name: "north", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Resolver: r.Resolver(), Ports: r.Ports(), Roots: r.Roots()}
		s.look(fetch.Limits{}, nil)
		candidate := func(address string) iru.Asset {
			t.Helper()
			a, err := s.Desk.Watch(t.Context(), s.scope, desk.WatchRequest{Address: address})
			s.ok(err)
			var i iru.Item
			s.ok(d.View(t.Context(), func(x *db.Tx) (err error) { i, err = x.ItemByLocator(t.Context(), a.Unit, a.Locator); return err }))
			s.ok(s.capture(i, 0))
			return a
		}
		leads := func(a iru.Asset) (out []iru.Lead) {
			t.Helper()
			s.ok(d.View(t.Context(), func(x *db.Tx) error {
				all, err := x.LeadsOf(t.Context(), iru.Program(), a.ID)
				for _, l := range all {
					if l.Source == iru.LeadDNS {
						out = append(out, l)
					}
				}
				return err
			}))
			return out
		}
		early := candidate("https://plain-weather.test/")
		other := candidate("https://willow-allotments.test/")
		var of []iru.Asset
		for _, address := range []string{"https://halcyon-weather.test/", "https://northline-qitar.test/", "https://halcyon-meteo.test/"} {
			a, err := s.Desk.Watch(t.Context(), s.scope, desk.WatchRequest{Address: address, Name: "Halcyon Weather Wire"})
			s.ok(err)
			if n := len(leads(early)); len(of) < 2 && n != 0 {
				t.Errorf("%d leads by the servers of %d names", n, len(of))
			}
			s.ok(s.nameServers(t.Context(), a))
			of = append(of, a)
		}
		for range 2 { // told again, it is no other lead
			s.ok(s.nameServers(t.Context(), of[1]))
		}
		got := leads(early)
		if len(got) != 1 || got[0].Path.From != of[0].ID || got[0].Path.How != "name server ns1.alder.test" || got[0].Path.Document != "dns plain-weather.test" {
			t.Errorf("%+v", got)
		}
		if got := leads(other); len(got) != 0 {
			t.Errorf("one name of the outlet, and another's: %+v", got)
		}
		if a, err := s.asset(t.Context(), early.ID); err != nil || a.Outlet != 0 || a.State != iru.AssetCandidate {
			t.Errorf("nobody decided, and it is %+v, %v", a, err)
		}
		low := iru.LearnNoise([]iru.JudgedLead{{Lead: lead(1, got[0]), Refused: true}, {Lead: lead(2, got[0]), Refused: true}, {Lead: lead(3, got[0]), Refused: true}}, nil).Low([]iru.Lead{lead(4, got[0])})
		if len(low) != 1 || low[0].Mark.Value != "dns name server ns1.alder.test" {
			t.Errorf("refused three times: %+v", low)
		}
	})
}

// lead is the same lead to another address.
func lead(n iru.AssetID, l iru.Lead) iru.Lead {
	l.Asset, l.Address, l.Path.Document, l.Path.From = n, "", "", 0
	return l
}

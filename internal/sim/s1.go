// SPDX-License-Identifier: EUPL-1.2

package sim

// s1 is one site at one host that acts, beside an innocent neighbour at the same address.
func s1() (World, error) {
	return build(World{
		Scenario: "s1", Title: "One site, one host that acts",
		Domains: []Domain{
			{Name: "halcyon-weather.test", Registrar: "alder", DNS: "alder"},
			{Name: "quayside-choir.test", Registrar: "alder", DNS: "alder"},
		},
		Outlets: []Outlet{halcyon, choir},
		Assets: []Asset{
			{ID: "hw-en", Outlet: "halcyon", Kind: Site, Name: "Halcyon Weather Wire", Locator: "https://halcyon-weather.test/", Language: "en",
				Host: "birchrack", Addr: addr("birchrack", atShared), Posts: 5},
			{ID: "in-choir", Outlet: "choir", Kind: Site, Name: "Quayside Choir", Locator: "https://quayside-choir.test/", Language: "en",
				Host: "birchrack", Addr: addr("birchrack", atShared), Posts: 3},
		},
		Seeds: []string{"https://halcyon-weather.test/"},
	}, "registry", "alder", "birchrack")
}

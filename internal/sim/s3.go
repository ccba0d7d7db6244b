// SPDX-License-Identifier: EUPL-1.2

package sim

// s3 is the hydra: a head that is back within a day, three times, each time under a new name at another registrar and host.
func s3() (World, error) {
	head := func(id, name, host string, n byte, key, follows string) Asset {
		return Asset{ID: id, Outlet: "tideway", Kind: Site, Name: "Tideway Trams", Locator: "https://" + name + "/", Language: "en",
			Host: host, Addr: addr(host, n), Posts: 5, Key: key, Follows: follows, Latent: follows != ""}
	}
	back := func(on, raises string) Reaction {
		return Reaction{On: on, Asset: raises, After: Delay{9 * hour, .4, 20 * hour}, Announce: []string{"tw-links", "tw-account"}}
	}
	w := World{
		Scenario: "s3", Title: "Hydra: back within a day, three times",
		Domains: []Domain{
			{Name: "tideway-trams.test", Registrar: "alder", DNS: "alder"},
			{Name: "tideway-lines.test", Registrar: "beacon", DNS: "beacon"},
			{Name: "tideway-stops.test", Registrar: "cobalt", DNS: "cobalt"},
			{Name: "tideway-rails.test", Registrar: "deltaname", DNS: "deltaname"},
			{Name: "tram-museum.test", Registrar: "cobalt", DNS: "cobalt"},
		},
		Outlets: []Outlet{tideway, museum},
		Assets: []Asset{
			head("tw-1", "tideway-trams.test", "birchrack", 11, "tw-1", ""),
			head("tw-2", "tideway-lines.test", "cedarbox", 11, "tw-1", "tw-1"),
			head("tw-3", "tideway-stops.test", "elmgrid", 11, "tw-3", "tw-2"),
			head("tw-4", "tideway-rails.test", "birchrack", 12, "tw-1", "tw-3"),
			{ID: "tw-account", Outlet: "tideway", Kind: Account, Name: "Tideway Trams", Locator: "https://pond.test/@tideway", Language: "en",
				Host: "pond", Posts: 3, MarkScale: 60},
			{ID: "tw-links", Outlet: "tideway", Kind: Account, Name: "Tideway: all our places", Locator: "https://linkshelf.test/tideway",
				Language: "en", Host: "linkshelf", Posts: 1, MarkScale: 80},
			{ID: "in-museum", Outlet: "museum", Kind: Site, Name: "Tram Museum", Locator: "https://tram-museum.test/", Language: "fr",
				Host: "birchrack", Addr: addr("birchrack", atShared), Posts: 3},
		},
		Links: []Link{
			{"tw-1", "tw-account", InPage}, {"tw-account", "tw-links", InPage}, {"tw-account", "tw-1", InPage}, {"tw-1", "in-museum", InSource},
			{"tw-2", "tw-links", InPage}, {"tw-3", "tw-links", InPage}, {"tw-4", "tw-links", InPage},
		},
		Reactions: []Reaction{back("tw-1", "tw-2"), back("tw-2", "tw-3"), back("tw-3", "tw-4")},
		Seeds:     []string{"https://tideway-trams.test/", "https://pond.test/@tideway"},
	}
	return build(w, "registry", "alder", "beacon", "cobalt", "deltaname", "birchrack", "cedarbox", "elmgrid", "pond", "linkshelf")
}

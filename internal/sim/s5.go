// SPDX-License-Identifier: EUPL-1.2

package sim

import "fmt"

// s5 is an outlet among innocent neighbours: at an address and under a TLS key of shared hosting, below a name that gives homes to
// many, and in a folder of another. Whoever fells the address, the key's sites or the name, fells them all.
func s5() (World, error) {
	w := World{
		Scenario: "s5", Title: "A shared address, innocent neighbours",
		Domains: []Domain{
			{Name: "tideway-trams.test", Registrar: "alder", DNS: "alder"},
			{Name: "tideway-evening.test", Registrar: "alder", DNS: "alder"},
			{Name: "homesteads.test", Registrar: "beacon", DNS: "birchrack", Shared: true},
		},
		Outlets: []Outlet{tideway, choir, museum, allotment},
		Assets: []Asset{
			{ID: "tw-en", Outlet: "tideway", Kind: Site, Name: "Tideway Trams", Locator: "https://tideway-trams.test/", Language: "en", Host: "birchrack",
				Addr: addr("birchrack", atShared), Posts: 5, Key: "shared-birchrack", Reach: 5},
			{ID: "tw-evening", Outlet: "tideway", Kind: Site, Name: "Tideway in the evening", Locator: "https://tideway-evening.test/", Language: "fr",
				Host: "birchrack", Addr: addr("birchrack", atShared), Posts: 3, Key: "shared-birchrack", MarkScale: 80},
			{ID: "tw-home", Outlet: "tideway", Kind: Site, Name: "Tideway at home", Locator: "https://tideway.homesteads.test/", Language: "en",
				Host: "birchrack", Addr: addr("birchrack", 13), Posts: 3, MarkScale: 60},
			{ID: "tw-folder", Outlet: "tideway", Kind: Site, Name: "Tideway, old pages", Locator: "https://homesteads.test/~tideway/", Language: "en",
				Host: "birchrack", Addr: addr("birchrack", 13), MirrorOf: "tw-en", Posts: 5, MarkJPEG: true},
			{ID: "tw-account", Outlet: "tideway", Kind: Account, Name: "Tideway Trams", Locator: "https://pond.test/@tideway", Language: "en", Host: "pond",
				Posts: 3, MarkScale: 60, Reach: 2},
			{ID: "in-home", Outlet: "allotment", Kind: Site, Name: "Willow Allotments", Locator: "https://willow.homesteads.test/", Language: "en",
				Host: "birchrack", Addr: addr("birchrack", 13), Posts: 3},
			{ID: "in-folder", Outlet: "choir", Kind: Site, Name: "Quayside Choir", Locator: "https://homesteads.test/~quayside/", Language: "en",
				Host: "birchrack", Addr: addr("birchrack", 13), Posts: 2},
			{ID: "in-account", Outlet: "choir", Kind: Account, Name: "Quayside Choir", Locator: "https://pond.test/@quaysidechoir", Language: "en", Host: "pond",
				Posts: 2},
		},
		Links: []Link{{"tw-en", "tw-home", InPage}, {"tw-en", "tw-account", InPage}, {"tw-home", "tw-folder", InPage}, {"tw-account", "tw-evening", InPage},
			{"tw-evening", "tw-en", InPage}, {"tw-folder", "tw-en", InPage}, {"in-home", "in-folder", InPage}},
		Audiences: []Audience{{Outlet: "tideway", Size: 1000, Follows: 2, Patience: Delay{Median: 48 * hour, Sigma: .8}, Notices: .5}},
		Seeds:     []string{"https://tideway-trams.test/", "https://pond.test/@tideway"},
	}
	for n, name := range []string{"quayside-choir", "willow-allotments", "tram-museum", "harbour-bakers", "elm-gate-school", "heron-cyclists", "saltby-library",
		"millbrook-band", "fellside-walkers", "oakhaven-clinic", "lark-point-sailing", "greystone-knitters"} {
		o := []string{"choir", "allotment", "museum"}[n%3]
		if n > 2 {
			theme := []string{"choir", "garden", "trams"}[n%3]
			o = name
			w.Outlets = append(w.Outlets, Outlet{ID: name, Name: name, Group: name, Theme: theme, Innocent: true, Analytics: fmt.Sprintf("G-IN%08d", n),
				FeedKey: name, Contact: "office@" + name + ".test", Hue: 29 * n})
		}
		w.Domains = append(w.Domains, Domain{Name: name + ".test", Registrar: []string{"alder", "beacon"}[n%2], DNS: []string{"alder", "birchrack"}[n%2]})
		w.Assets = append(w.Assets, Asset{ID: "in-" + name, Outlet: o, Kind: Site, Name: name, Locator: "https://" + name + ".test/", Language: "en",
			Host: "birchrack", Addr: addr("birchrack", atShared), Posts: 2, Key: "shared-birchrack"})
	}
	return build(w, "registry", "alder", "beacon", "birchrack", "pond")
}

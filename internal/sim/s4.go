// SPDX-License-Identifier: EUPL-1.2

package sim

var galehead = Outlet{ID: "galehead", Name: "Galehead Bulletin", Group: "galehead", Theme: "weather", Analytics: "G-GH8K1S55QD", FeedKey: "ghb-77a0",
	Contact: "desk@galehead-bulletin.test", Donation: "give.tallyhouse.test/galehead-77a0", Hue: 140}

// s4 is an outlet most of which is stored at a host that refuses. What is left are its names, whose registrar asks first, the network that
// passes it on and knows where it is stored, and the copies at a file host and in a web archive. Names that die are taken by others.
func s4() (World, error) {
	w := World{
		Scenario: "s4", Title: "A host that refuses",
		Domains: []Domain{
			{Name: "galehead-bulletin.test", Registrar: "deltaname", DNS: "deltaname"},
			{Name: "galehead-annonces.test", Registrar: "cobalt", DNS: "cobalt"},
			{Name: "galehead-relay.test", Registrar: "alder", DNS: "fernedge"},
			{Name: "galehead-app.test", Registrar: "deltaname", DNS: "deltaname"},
			{Name: "galehead-signal.test", Registrar: "beacon", DNS: "beacon"},
			{Name: "galehead-lines.test", Registrar: "alder", DNS: "alder"},
			{Name: "tram-museum.test", Registrar: "cobalt", DNS: "cobalt"},
			{Name: "plain-weather.test", Registrar: "alder", DNS: "alder"},
		},
		Outlets: []Outlet{galehead, museum, plain},
		Assets: []Asset{
			{ID: "gh-en", Outlet: "galehead", Kind: Site, Name: "Galehead Bulletin", Locator: "https://galehead-bulletin.test/", Language: "en",
				Host: "dunehost", Addr: addr("dunehost", 11), Posts: 6, Reach: 6},
			{ID: "gh-fr", Outlet: "galehead", Kind: Site, Name: "Galehead Annonces", Locator: "https://galehead-annonces.test/", Language: "fr",
				Host: "dunehost", Addr: addr("dunehost", 11), Posts: 4, MarkScale: 80, Reach: 2},
			{ID: "gh-relay", Outlet: "galehead", Kind: Site, Name: "Galehead Bulletin", Locator: "https://www.galehead-relay.test/", Language: "en",
				Host: "fernedge", Addr: addr("fernedge", 31), Origin: "dunehost", MirrorOf: "gh-en", Posts: 6, MarkJPEG: true, Reach: 2},
			{ID: "gh-app", Outlet: "galehead", Kind: App, Name: "Galehead", Locator: "https://get.galehead-app.test/", Language: "en",
				Host: "dunehost", Addr: addr("dunehost", 12), MarkScale: 60},
			{ID: "gh-update", Outlet: "galehead", Kind: Update, Name: "Galehead update endpoint", Locator: "https://updates.galehead-app.test/v1/latest.json",
				Language: "en", Host: "dunehost", Addr: addr("dunehost", 12)},
			{ID: "gh-addon", Outlet: "galehead", Kind: Addon, Name: "Galehead Bar", Locator: "https://addons.marigold.test/addon/galehead-bar", Language: "en",
				Host: "marigold", MarkScale: 80},
			{ID: "gh-files", Outlet: "galehead", Kind: File, Name: "Galehead, all bulletins of the month", Locator: "https://files.hollowbox.test/f/galehead-month",
				Language: "en", Host: "hollowbox", MirrorOf: "gh-en", Posts: 6},
			{ID: "gh-copy", Outlet: "galehead", Kind: Copy, Name: "Galehead Bulletin", Locator: "https://backpage.test/web/20260302070000/https://galehead-bulletin.test/",
				Language: "en", Host: "backpage", MirrorOf: "gh-en", Posts: 6},
			{ID: "gh-list", Outlet: "galehead", Kind: List, Name: "Galehead Letter", Locator: "https://lists.postrook.test/galehead/", Language: "en",
				Host: "postrook", Posts: 4, Reach: 2},
			{ID: "gh-account", Outlet: "galehead", Kind: Account, Name: "Galehead", Locator: "https://pond.test/@galehead", Language: "en", Host: "pond",
				Posts: 3, MarkScale: 60, Reach: 3},

			{ID: "in-museum", Outlet: "museum", Kind: Site, Name: "Tram Museum", Locator: "https://tram-museum.test/", Language: "fr", Host: "dunehost",
				Addr: addr("dunehost", atShared), Posts: 3},
			{ID: "in-plain", Outlet: "plain", Kind: Site, Name: "Plain Weather", Locator: "https://plain-weather.test/", Language: "en", Host: "dunehost",
				Addr: addr("dunehost", 11), Posts: 5},
			{ID: "in-files", Outlet: "museum", Kind: File, Name: "Tram Museum, plans of cars", Locator: "https://files.hollowbox.test/f/tram-plans", Language: "fr",
				Host: "hollowbox", Posts: 2},
			{ID: "in-copy", Outlet: "museum", Kind: Copy, Name: "Tram Museum", Locator: "https://backpage.test/web/20260215090000/https://tram-museum.test/",
				Language: "fr", Host: "backpage", MirrorOf: "in-museum", Posts: 3},
		},
		Links: []Link{
			{"gh-en", "gh-fr", InPage}, {"gh-en", "gh-app", InPage}, {"gh-en", "gh-list", InPage}, {"gh-en", "gh-account", InPage}, {"gh-en", "in-plain", InSource},
			{"gh-fr", "gh-en", InPage}, {"gh-app", "gh-update", InManifest}, {"gh-update", "gh-relay", InManifest}, {"gh-relay", "gh-en", InPage},
			{"gh-addon", "gh-update", InManifest}, {"gh-account", "gh-files", InPage}, {"gh-list", "gh-copy", InPost}, {"gh-list", "gh-addon", InPage},
		},
		Operators: []Operator{{Group: "galehead", After: Delay{30 * hour, .4, 96 * hour}, Hosts: []string{"dunehost"}, DNS: []string{"beacon", "alder"},
			Spares: []Spare{{"gh-en", "galehead-signal.test"}, {"gh-en", "galehead-lines.test"}}, NewKey: 2, Announces: []string{"gh-account", "gh-list", "gh-addon"}}},
		Reactions: []Reaction{
			{On: "gh-en", Does: Expire, Asset: "gh-en", After: Delay{Median: 30 * 24 * hour}},
			{On: "gh-en", Does: Take, Asset: "gh-en", To: "parkway", After: Delay{Median: 36 * 24 * hour}},
			{On: "gh-fr", Does: Expire, Asset: "gh-fr", After: Delay{Median: 30 * 24 * hour}},
			{On: "gh-fr", Does: Take, Asset: "gh-fr", To: "sinkwell", After: Delay{Median: 31 * 24 * hour}},
		},
		Audiences: []Audience{{Outlet: "galehead", Size: 1000, Follows: 2, Patience: Delay{Median: 72 * hour, Sigma: .8}, Notices: .6, Grows: .01}},
		Seeds:     []string{"https://galehead-bulletin.test/", "https://pond.test/@galehead"},
	}
	return build(w, "registry", "alder", "beacon", "cobalt", "deltaname", "dunehost", "fernedge", "marigold", "postrook", "pond", "hollowbox", "backpage",
		"parkway", "sinkwell")
}

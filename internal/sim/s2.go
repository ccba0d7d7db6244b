// SPDX-License-Identifier: EUPL-1.2

package sim

// The outlets. All are invented; they publish weather, railway, tram and choir bulletins.
var (
	halcyon = Outlet{ID: "halcyon", Name: "Halcyon Weather Wire", Group: "meridian", Theme: "weather", Analytics: "G-HW7Q2M41XK",
		FeedKey: "hww-5f21", Contact: "desk@halcyon-weather.test", Hue: 205}
	northline = Outlet{ID: "northline", Name: "Northline Trains", Group: "meridian", Theme: "trains", Analytics: "G-NL3T8P60VB",
		FeedKey: "nlt-90c4", Contact: "desk@northline-trains.test", Hue: 20}
	tideway = Outlet{ID: "tideway", Name: "Tideway Trams", Group: "tideway", Theme: "trams", Analytics: "G-TW5R9D27HC",
		FeedKey: "twt-1b7e", Contact: "desk@tideway-trams.test", Hue: 285}
	choir = Outlet{ID: "choir", Name: "Quayside Choir", Group: "choir", Theme: "choir", Innocent: true, Analytics: "G-QC1A1A1A1A",
		FeedKey: "qc", Contact: "hello@quayside-choir.test", Hue: 60}
	allotment = Outlet{ID: "allotment", Name: "Willow Allotments", Group: "allotment", Theme: "garden", Innocent: true,
		Analytics: "G-WA2B2B2B2B", FeedKey: "wa", Contact: "plots@willow-allotments.test", Hue: 110}
	museum = Outlet{ID: "museum", Name: "Tram Museum", Group: "museum", Theme: "trams", Innocent: true, Analytics: "G-TM3C3C3C3C",
		FeedKey: "tm", Contact: "visit@tram-museum.test", Hue: 330}
	plain = Outlet{ID: "plain", Name: "Plain Weather", Group: "plain", Theme: "weather", Innocent: true, Analytics: "G-PW4D4D4D4D",
		FeedKey: "pw", Contact: "office@plain-weather.test", Hue: 170}
)

// s2 is the operation in small: two outlets of one group, eighteen assets in three languages, providers in four states, one of
// which refuses and one of which removes for one vantage range first; one head that re-emerges; innocent neighbours, and an
// unrelated site with the same theme that a page of the outlet names as its source.
func s2() (World, error) {
	w := World{
		Scenario: "s2", Title: "Two outlets of one group, four states",
		Domains: []Domain{
			{Name: "halcyon-weather.test", Registrar: "alder", DNS: "alder"},
			{Name: "halcyon-meteo.test", Registrar: "beacon", DNS: "beacon"},
			{Name: "halcyon-taqs.test", Registrar: "cobalt", DNS: "cobalt"},
			{Name: "halcyon-copy.test", Registrar: "alder", DNS: "fernedge"},
			{Name: "halcyon-app.test", Registrar: "deltaname", DNS: "deltaname"},
			{Name: "halcyon-skies.test", Registrar: "deltaname", DNS: "deltaname"},
			{Name: "northline-trains.test", Registrar: "beacon", DNS: "beacon"},
			{Name: "northline-rail.test", Registrar: "deltaname", DNS: "deltaname"},
			{Name: "northline-qitar.test", Registrar: "alder", DNS: "alder"},
			{Name: "northline-copy.test", Registrar: "cobalt", DNS: "cobalt"},
			{Name: "quayside-choir.test", Registrar: "alder", DNS: "alder"},
			{Name: "willow-allotments.test", Registrar: "beacon", DNS: "beacon"},
			{Name: "tram-museum.test", Registrar: "cobalt", DNS: "cobalt"},
			{Name: "plain-weather.test", Registrar: "alder", DNS: "alder"},
		},
		Outlets: []Outlet{halcyon, northline, choir, allotment, museum, plain},
		Assets: []Asset{
			{ID: "hw-en", Outlet: "halcyon", Kind: Site, Name: "Halcyon Weather Wire", Locator: "https://halcyon-weather.test/", Language: "en",
				Host: "birchrack", Addr: addr("birchrack", 11), Posts: 6},
			{ID: "hw-fr", Outlet: "halcyon", Kind: Site, Name: "Halcyon Météo", Locator: "https://halcyon-meteo.test/", Language: "fr",
				Host: "cedarbox", Addr: addr("cedarbox", atShared), Posts: 5, MarkScale: 80},
			{ID: "hw-ar", Outlet: "halcyon", Kind: Site, Name: "هالسيون للطقس", Locator: "https://halcyon-taqs.test/", Language: "ar",
				Host: "dunehost", Addr: addr("dunehost", atShared), Posts: 5, MarkJPEG: true},
			{ID: "hw-mirror", Outlet: "halcyon", Kind: Site, Name: "Halcyon Weather Wire", Locator: "https://www.halcyon-copy.test/", Language: "en",
				Host: "fernedge", Addr: addr("fernedge", 30), Origin: "cedarbox", MirrorOf: "hw-en", Posts: 6, MarkScale: 90, MarkJPEG: true},
			{ID: "hw-app", Outlet: "halcyon", Kind: App, Name: "Halcyon Weather for mobile", Locator: "https://get.halcyon-app.test/", Language: "en",
				Host: "elmgrid", Addr: addr("elmgrid", 11), MarkScale: 60},
			{ID: "hw-update", Outlet: "halcyon", Kind: Update, Name: "Halcyon Weather update endpoint",
				Locator: "https://updates.halcyon-app.test/v1/latest.json", Language: "en", Host: "birchrack", Addr: addr("birchrack", 12)},
			{ID: "hw-store", Outlet: "halcyon", Kind: App, Name: "Halcyon Weather", Locator: "https://apps.juniper.test/app/test.halcyon.weather",
				Language: "en", Host: "juniper", MarkScale: 80, MarkJPEG: true},
			{ID: "hw-addon", Outlet: "halcyon", Kind: Addon, Name: "Halcyon Weather Bar",
				Locator: "https://addons.marigold.test/addon/halcyon-weather-bar", Language: "en", Host: "marigold", MarkScale: 80},
			{ID: "hw-list", Outlet: "halcyon", Kind: List, Name: "Halcyon Weather Letter", Locator: "https://lists.postrook.test/halcyon-weather/",
				Language: "en", Host: "postrook", Posts: 4},
			{ID: "hw-stream", Outlet: "halcyon", Kind: Stream, Name: "Halcyon Weather Radio", Locator: "https://stream.airwave.test/halcyon",
				Language: "en", Host: "airwave"},
			{ID: "hw-evening", Outlet: "halcyon", Kind: Stream, Name: "Halcyon Evening Radio", Locator: "https://stream.airwave.test/halcyon-evening/",
				Language: "en", Host: "airwave"},
			{ID: "hw-account", Outlet: "halcyon", Kind: Account, Name: "Halcyon Weather", Locator: "https://pond.test/@halcyonweather",
				Language: "fr", Host: "pond", Posts: 4, MarkScale: 60},
			{ID: "hw-links", Outlet: "halcyon", Kind: Account, Name: "Halcyon: all our places", Locator: "https://linkshelf.test/halcyon",
				Language: "en", Host: "linkshelf", Posts: 1, MarkScale: 60, MarkJPEG: true},
			{ID: "nl-en", Outlet: "northline", Kind: Site, Name: "Northline Trains", Locator: "https://northline-trains.test/", Language: "en",
				Host: "elmgrid", Addr: addr("elmgrid", 12), Posts: 6},
			{ID: "nl-fr", Outlet: "northline", Kind: Site, Name: "Northline Rail", Locator: "https://northline-rail.test/", Language: "fr",
				Host: "birchrack", Addr: addr("birchrack", atShared), Posts: 4, MarkScale: 90},
			{ID: "nl-ar", Outlet: "northline", Kind: Site, Name: "نورثلاين للقطارات", Locator: "https://northline-qitar.test/", Language: "ar",
				Host: "cedarbox", Addr: addr("cedarbox", 11), Posts: 4, MarkScale: 80, MarkJPEG: true},
			{ID: "nl-mirror", Outlet: "northline", Kind: Site, Name: "Northline Trains", Locator: "https://northline-copy.test/", Language: "en",
				Host: "dunehost", Addr: addr("dunehost", 11), MirrorOf: "nl-en", Posts: 6, MarkJPEG: true},
			{ID: "nl-list", Outlet: "northline", Kind: List, Name: "Northline Letter", Locator: "https://lists.postrook.test/northline/",
				Language: "en", Host: "postrook", Posts: 3},
			{ID: "nl-account", Outlet: "northline", Kind: Account, Name: "Northline Trains", Locator: "https://pond.test/@northline",
				Language: "en", Host: "pond", Posts: 3, MarkScale: 60},
			{ID: "hw-en-2", Outlet: "halcyon", Kind: Site, Name: "Halcyon Weather Wire", Locator: "https://halcyon-skies.test/", Language: "en",
				Host: "cedarbox", Addr: addr("cedarbox", 12), Posts: 6, Key: "hw-en", MarkScale: 90, Latent: true, Follows: "hw-en"},

			{ID: "in-choir", Outlet: "choir", Kind: Site, Name: "Quayside Choir", Locator: "https://quayside-choir.test/", Language: "en",
				Host: "birchrack", Addr: addr("birchrack", atShared), Posts: 3},
			{ID: "in-garden", Outlet: "allotment", Kind: Site, Name: "Willow Allotments", Locator: "https://willow-allotments.test/", Language: "en",
				Host: "cedarbox", Addr: addr("cedarbox", atShared), Posts: 3},
			{ID: "in-museum", Outlet: "museum", Kind: Site, Name: "Tram Museum", Locator: "https://tram-museum.test/", Language: "fr",
				Host: "dunehost", Addr: addr("dunehost", atShared), Posts: 3},
			{ID: "in-plain", Outlet: "plain", Kind: Site, Name: "Plain Weather", Locator: "https://plain-weather.test/", Language: "en",
				Host: "elmgrid", Addr: addr("elmgrid", atShared), Posts: 5},
			{ID: "in-app", Outlet: "plain", Kind: App, Name: "Plain Clock", Locator: "https://apps.juniper.test/app/test.plain.clock",
				Language: "en", Host: "juniper"},
			{ID: "in-addon", Outlet: "plain", Kind: Addon, Name: "Plain Clock", Locator: "https://addons.marigold.test/addon/plain-clock",
				Language: "en", Host: "marigold"},
			{ID: "in-list", Outlet: "allotment", Kind: List, Name: "Allotment News", Locator: "https://lists.postrook.test/allotment-news/",
				Language: "en", Host: "postrook", Posts: 2},
			{ID: "in-stream", Outlet: "choir", Kind: Stream, Name: "Quayside Choir", Locator: "https://stream.airwave.test/quayside",
				Language: "en", Host: "airwave"},
			{ID: "in-account", Outlet: "choir", Kind: Account, Name: "Quayside Choir", Locator: "https://pond.test/@quaysidechoir",
				Language: "en", Host: "pond", Posts: 2},
		},
		Links: []Link{
			{"hw-en", "hw-fr", InPage}, {"hw-en", "hw-ar", InPage}, {"hw-en", "hw-app", InPage}, {"hw-en", "hw-list", InPage},
			{"hw-en", "hw-stream", InPlaylist}, {"hw-en", "hw-evening", InPlaylist}, {"hw-en", "in-plain", InSource}, {"hw-en", "nl-en", InPage},
			{"hw-fr", "hw-en", InPage}, {"hw-fr", "hw-account", InPage},
			{"hw-ar", "hw-en", InPage}, {"hw-ar", "hw-links", InPost},
			{"hw-account", "hw-links", InPage}, {"hw-links", "hw-addon", InPage}, {"hw-links", "hw-account", InPage},
			{"hw-app", "hw-store", InPage}, {"hw-app", "hw-update", InManifest},
			{"hw-update", "hw-mirror", InManifest}, {"hw-store", "hw-app", InPage},
			{"hw-addon", "hw-en", InPage}, {"hw-addon", "hw-update", InManifest},
			{"hw-list", "hw-mirror", InPost}, {"hw-list", "hw-en", InPage}, {"hw-mirror", "hw-en", InPage},
			{"nl-en", "nl-fr", InPage}, {"nl-en", "nl-list", InPage}, {"nl-en", "nl-account", InPage},
			{"nl-fr", "nl-en", InPage}, {"nl-fr", "nl-ar", InFeed}, {"nl-ar", "nl-en", InPage},
			{"nl-list", "nl-ar", InPost}, {"nl-account", "nl-mirror", InPage}, {"nl-mirror", "nl-en", InPage},
			{"hw-en-2", "hw-fr", InPage}, {"hw-en-2", "hw-account", InPage},
		},
		Reactions: []Reaction{{On: "hw-en", Asset: "hw-en-2", After: Delay{20 * hour, .15, 26 * hour},
			Announce: []string{"hw-links", "hw-account", "hw-list", "hw-addon", "hw-mirror"}}},
		Seeds: []string{"https://halcyon-weather.test/", "https://northline-trains.test/"},
	}
	return build(w, "registry", "alder", "beacon", "cobalt", "deltaname", "birchrack", "cedarbox", "dunehost", "elmgrid", "fernedge",
		"juniper", "marigold", "postrook", "airwave", "pond", "linkshelf")
}

// SPDX-License-Identifier: EUPL-1.2

package sim

// s6 has an outlet and others who look like it and are not: one of the same theme at the same host, registrar and name servers with a mark
// of the same colour, one that publishes the outlet's bulletins again, word for word, and one that quotes it.
func s6() (World, error) {
	var (
		plainRail = Outlet{ID: "plainrail", Name: "Plain Rail", Group: "plainrail", Theme: "trains", Innocent: true, Analytics: "G-PR6H2J18LM",
			FeedKey: "pr-3", Contact: "office@plain-rail.test", Hue: 20}
		digest = Outlet{ID: "digest", Name: "Platform Digest", Group: "digest", Theme: "trains", Innocent: true, Analytics: "G-PD1Z9X44RT", FeedKey: "pd-1",
			Contact: "editor@platform-digest.test", Hue: 25}
		notes = Outlet{ID: "notes", Name: "Signal Box Notes", Group: "notes", Theme: "trains", Innocent: true, Analytics: "G-SN7B7N70PA", FeedKey: "sbn",
			Contact: "me@signal-box-notes.test", Hue: 200}
	)
	w := World{
		Scenario: "s6", Title: "The same theme, another owner",
		Domains: []Domain{
			{Name: "northline-trains.test", Registrar: "beacon", DNS: "beacon"},
			{Name: "northline-rail.test", Registrar: "beacon", DNS: "beacon"},
			{Name: "northline-arrivals.test", Registrar: "cobalt", DNS: "cobalt"},
			{Name: "plain-rail.test", Registrar: "beacon", DNS: "beacon"},
			{Name: "northline-news.test", Registrar: "beacon", DNS: "beacon"},
			{Name: "platform-digest.test", Registrar: "beacon", DNS: "beacon"},
			{Name: "signal-box-notes.test", Registrar: "cobalt", DNS: "cobalt"},
		},
		Outlets: []Outlet{northline, plainRail, digest, notes},
		Assets: []Asset{
			{ID: "nl-en", Outlet: "northline", Kind: Site, Name: "Northline Trains", Locator: "https://northline-trains.test/", Language: "en", Host: "elmgrid",
				Addr: addr("elmgrid", 12), Posts: 6, Reach: 4},
			{ID: "nl-fr", Outlet: "northline", Kind: Site, Name: "Northline Trains", Locator: "https://northline-rail.test/", Language: "fr", Host: "elmgrid",
				Addr: addr("elmgrid", 12), Posts: 5, MarkScale: 80},
			{ID: "nl-app", Outlet: "northline", Kind: App, Name: "Northline", Locator: "https://apps.juniper.test/app/test.northline.trains", Language: "en",
				Host: "juniper", MarkScale: 80},
			{ID: "nl-en-2", Outlet: "northline", Kind: Site, Name: "Northline Trains", Locator: "https://northline-arrivals.test/", Language: "en", Host: "cedarbox",
				Addr: addr("cedarbox", 11), Posts: 6, MarkScale: 90, Latent: true, Follows: "nl-en"},
			{ID: "in-plain", Outlet: "plainrail", Kind: Site, Name: "Plain Rail", Locator: "https://plain-rail.test/", Language: "en", Host: "elmgrid",
				Addr: addr("elmgrid", 12), Posts: 6},
			{ID: "in-app", Outlet: "plainrail", Kind: App, Name: "Plain Rail", Locator: "https://apps.juniper.test/app/test.plainrail.times", Language: "en", Host: "juniper"},
			{ID: "in-digest", Outlet: "digest", Kind: Site, Name: "Platform Digest", Locator: "https://platform-digest.test/", Language: "en", Host: "elmgrid",
				Addr: addr("elmgrid", atShared), MirrorOf: "nl-en", Posts: 6},
			{ID: "in-news", Outlet: "notes", Kind: Site, Name: "Northline in the news", Locator: "https://northline-news.test/", Language: "en", Host: "elmgrid",
				Addr: addr("elmgrid", 13), Posts: 4},
			{ID: "in-notes", Outlet: "notes", Kind: Site, Name: "Signal Box Notes", Locator: "https://signal-box-notes.test/", Language: "en", Host: "cedarbox",
				Addr: addr("cedarbox", atShared), Posts: 4},
		},
		Links: []Link{{"nl-en", "nl-fr", InPage}, {"nl-fr", "nl-app", InPage}, {"nl-fr", "nl-en", InPage}, {"nl-en", "in-plain", InSource}, {"in-digest", "nl-en", InSource},
			{"in-news", "nl-en", InSource}, {"in-notes", "in-news", InPage}, {"in-plain", "in-app", InPage}, {"nl-en-2", "nl-fr", InPage}},
		Reactions: []Reaction{{On: "nl-en", Asset: "nl-en-2", After: Delay{14 * hour, .3, 24 * hour}, Announce: []string{"nl-app", "nl-fr"}}},
		Seeds:     []string{"https://northline-trains.test/"},
	}
	return build(w, "registry", "alder", "beacon", "cobalt", "cedarbox", "elmgrid", "juniper")
}

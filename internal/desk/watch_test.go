// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/link"
)

func TestWatch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		watch := func(who string, w desk.WatchRequest) (iru.Asset, error) { return u.Watch(ctx, u.scope(who), w) }
		_, err := watch("sig", desk.WatchRequest{Address: "https://a.test/"})
		refused(t, "a signing officer", err, iru.Forbidden, "put an address on watch")
		for _, bad := range []string{"", "  ", "snow line falls", "javascript:alert(1)", "file:///etc/hosts", "https://", "https://a b/", "https://a.test/\x00", "https://" + strings.Repeat("a", 5000) + ".test/"} {
			_, err := watch("ada", desk.WatchRequest{Address: bad})
			if !errors.Is(err, iru.Invalid) {
				t.Errorf("%.40q: %v", bad, err)
			}
		}
		_, err = watch("ada", desk.WatchRequest{Address: "https://a.test/", Kind: "balloon"})
		refused(t, "an unknown kind", err, iru.Invalid, "no kind of asset")
		a, err := watch("ada", desk.WatchRequest{Address: " hxxps://Halcyon-Weather[.]test/ ", Reason: "notified"})
		must(t, err)
		if a.Locator != "https://halcyon-weather.test/" || a.State != iru.AssetCandidate || a.Outlet != 0 || a.FoundBy != "person" || a.Kind != iru.Site {
			t.Errorf("%+v", a)
		}
		for _, again := range []string{"https://halcyon-weather.test/", "HTTPS://HALCYON-WEATHER.TEST", "halcyon-weather.test", "halcyon-weather[.]test"} {
			_, err := watch("ben", desk.WatchRequest{Address: again})
			refused(t, again, err, iru.Conflict, fmt.Sprintf("on watch already, as asset %d", a.ID))
		}
		for address, kind := range map[string]iru.AssetKind{"https://radio.test/live.mp3": iru.Stream, "https://get.test/app.apk": iru.App, "https://x.test/update.json": iru.Update, "stream:https://r.test/x": iru.Stream, "192.0.2.7": iru.Site} {
			a, err := watch("ada", desk.WatchRequest{Address: address})
			if err != nil || a.Kind != kind {
				t.Errorf("%s is a %s: %v", address, a.Kind, err)
			}
		}
		// With an outlet's name, the officer has attributed it.
		b, err := watch("ada", desk.WatchRequest{Address: "https://copy.test/", Name: " Halcyon Weather Wire "})
		must(t, err)
		c, err := watch("ada", desk.WatchRequest{Address: "https://third.test/", Name: "halcyon WEATHER wire"})
		must(t, err)
		if b.State != iru.AssetLive || b.Outlet == 0 || c.Outlet != b.Outlet {
			t.Errorf("attributed to %d and %d", b.Outlet, c.Outlet)
		}
		_, err = watch("ada", desk.WatchRequest{Address: "https://fourth.test/", Outlet: 999})
		refused(t, "an outlet that is not there", err, iru.NotFound, "outlet")
		if _, err := watch("ada", desk.WatchRequest{Address: "https://fourth.test/"}); err != nil {
			t.Errorf("the refusal before left something behind: %v", err)
		}
		u.whole()
	})
}

// A page of one asset that a person puts on watch by itself moves over, unless it was judged where it is.
func TestWatchAPage(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, i, _ := u.watched(ctx)
	page := "https://halcyon-weather.test/app.apk"
	_, err := u.RecordCapture(ctx, captured(i, u.now, "text", desk.Link{URL: page}, desk.Link{URL: "https://halcyon-weather.test/second"}))
	must(t, err)
	app, err := u.Watch(ctx, u.scope("ada"), desk.WatchRequest{Address: page})
	must(t, err)
	own := view(u, func(x *db.Tx) ([]iru.Item, error) { return x.ItemsOf(ctx, iru.Program(), app.ID) })
	if len(own) != 1 || own[0].Locator != page || app.Kind != iru.App {
		t.Errorf("the app's own item: %+v", own)
	}
	second := view(u, func(x *db.Tx) (iru.Item, error) {
		return x.ItemByLocator(ctx, a.Unit, "https://halcyon-weather.test/second")
	})
	_, err = u.RecordCapture(ctx, captured(second, u.now, "other"))
	must(t, err)
	_, err = u.Assess(ctx, u.scope("ada"), finding(second, iru.PurposeProceed))
	must(t, err)
	_, err = u.Watch(ctx, u.scope("ada"), desk.WatchRequest{Address: second.Locator})
	refused(t, "a page that was judged", err, iru.Conflict, "judged there")
}

// What a page links to: pages of its own become items, other addresses candidates, one step and no further.
func TestDiscover(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		u.Rules.Platforms = map[string]iru.AssetKind{"social.test": iru.Account}
		u.Rules.PerAsset = 12
		a, i, _ := u.watched(ctx) // its page links to halcyon-copy.test
		find := func(locator string) *iru.Asset {
			for _, x := range u.assets() {
				if x.Locator == locator {
					return &x
				}
			}
			return nil
		}
		mirror := find("https://halcyon-copy.test/")
		if mirror == nil || mirror.State != iru.AssetCandidate || mirror.Outlet != 0 || mirror.FoundFrom != a.ID || mirror.FoundBy != "link" {
			t.Fatalf("the linked address: %+v", mirror)
		}
		items := func(id iru.AssetID) (n int) {
			return len(view(u, func(x *db.Tx) ([]iru.Item, error) { return x.ItemsOf(ctx, iru.Program(), id) }))
		}
		_, err := u.RecordCapture(ctx, captured(i, u.now, "text",
			desk.Link{URL: "https://halcyon-weather.test/posts/1"}, desk.Link{URL: "https://halcyon-weather.test/posts/1#top"}, desk.Link{URL: "https://halcyon-weather.test/style.css"},
			desk.Link{URL: "https://social.test/@halcyon"}, desk.Link{URL: "https://social.test/"}, desk.Link{URL: "https://get.test/files/halcyon.apk"}, desk.Link{URL: "https://halcyon-copy.test/other"},
			desk.Link{URL: "mailto:a@b.test"}, desk.Link{URL: "javascript:void(0)"}, desk.Link{URL: "not an address"}, desk.Link{URL: ""}))
		must(t, err)
		if n := items(a.ID); n != 2 {
			t.Errorf("%d items on the page's own asset, want the start page and one post", n)
		}
		for locator, kind := range map[string]iru.AssetKind{"https://social.test/@halcyon": iru.Account, "https://get.test/files/halcyon.apk": iru.App} {
			if x := find(locator); x == nil || x.Kind != kind || x.State != iru.AssetCandidate {
				t.Errorf("%s: %+v", locator, x)
			}
		}
		if find("https://social.test/") != nil {
			t.Error("a platform itself became somebody's asset")
		}
		before := len(u.assets())
		mi := view(u, func(x *db.Tx) (iru.Item, error) { return x.ItemByLocator(ctx, a.Unit, mirror.Locator) })
		_, err = u.RecordCapture(ctx, captured(mi, u.now, "text", desk.Link{URL: "https://two-steps.test/"}, desk.Link{URL: "https://halcyon-copy.test/more"}))
		must(t, err)
		if len(u.assets()) != before || items(mirror.ID) != 1 {
			t.Error("a candidate's links were followed")
		}
		var many []desk.Link
		for n := range 300 {
			many = append(many, desk.Link{URL: fmt.Sprintf("https://flood-%d.test/", n)}, desk.Link{URL: fmt.Sprintf("https://halcyon-weather.test/p/%d", n)})
		}
		_, err = u.RecordCapture(ctx, captured(i, u.now, "text", many...))
		must(t, err)
		led := 0
		for _, x := range u.assets() {
			if x.FoundFrom == a.ID {
				led++
			}
		}
		if led > u.Rules.PerAsset || items(a.ID) > u.Rules.PerAsset {
			t.Errorf("a page with many links made %d candidates and %d items, limit %d", led, items(a.ID), u.Rules.PerAsset)
		}
		// A capture that met no content follows nothing and leaves earlier content alone.
		r := captured(i, u.now, "", desk.Link{URL: "https://new.test/"})
		r.Outcome, r.Title, r.Content = iru.Challenge, "Are you a robot?", ""
		_, err = u.RecordCapture(ctx, r)
		must(t, err)
		if now := u.item(i.ID); now.Title != "Weather" || now.State != iru.ItemReady || find("https://new.test/") != nil {
			t.Errorf("a challenge page was taken for content: %+v", now)
		}
		u.whole()
	})
}

// Judged content stays as it was judged; a later capture is an exhibit beside it.
func TestCaptureAfterFinding(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	_, i, _ := u.referred()
	before := u.item(i.ID)
	r := captured(i, u.now, "a page of tram times")
	r.Title, r.Content = "Trams", strings.Repeat("ee", 32)
	x, err := u.RecordCapture(ctx, r)
	must(t, err)
	after := u.item(i.ID)
	if after.Text != before.Text || after.Exhibit != before.Exhibit || after.Content != before.Content || after.Title != "Weather" || x.ID == before.Exhibit {
		t.Errorf("the finding now rests on another page: %+v", after)
	}
}

func TestAttributeAndReject(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, _, _ := u.watched(ctx)
		var c iru.Asset
		for _, x := range u.assets() {
			if x.Locator == "https://halcyon-copy.test/" {
				c = x
			}
		}
		ci := view(u, func(x *db.Tx) (iru.Item, error) { return x.ItemByLocator(ctx, a.Unit, c.Locator) })
		r := captured(ci, u.now, "snow line falls tonight")
		r.Lang = "ar"
		_, err := u.RecordCapture(ctx, r)
		must(t, err)
		// The same analytics identifier: a suggestion with its evidence, and nobody has judged it.
		c = u.asset(c.ID)
		if c.Lineage.To != a.ID || c.Lineage.Score <= 0 || len(c.Lineage.Evidence) != 1 || c.Lineage.Evidence[0].Kind != "analytics_id" || c.Lineage.Evidence[0].Note == "" || c.Lineage.Judged != 0 || c.State != iru.AssetCandidate {
			t.Fatalf("lineage %+v of a %s", c.Lineage, c.State)
		}
		_, err = u.Attribute(ctx, u.scope("sig"), c.ID, a.Outlet, "", "")
		refused(t, "a signing officer", err, iru.Forbidden, "attribute an asset")
		_, err = u.Attribute(ctx, u.scope("ada"), c.ID, 0, " ", "")
		refused(t, "no outlet", err, iru.Invalid, "no outlet")
		_, err = u.Attribute(ctx, u.scope("ada"), c.ID, 999, "", "")
		refused(t, "no such outlet", err, iru.NotFound, "outlet")
		_, err = u.Reject(ctx, u.scope("ada"), c.ID, " ")
		refused(t, "no reason", err, iru.Invalid, "reason is missing")
		_, err = u.Reject(ctx, u.scope("sig"), c.ID, "theirs")
		refused(t, "a signing officer", err, iru.Forbidden, "attribute an asset")
		b := u.second()
		_, err = u.Reject(ctx, u.scope("bea"), c.ID, "ours")
		refused(t, "another unit", err, iru.NotFound, "asset")
		_, err = u.Watch(ctx, u.scope("bea"), desk.WatchRequest{Address: "https://b.test/", Outlet: a.Outlet})
		refused(t, "another unit's outlet", err, iru.NotFound, "outlet")
		if b.ID == a.Unit {
			t.Fatal("there is one unit only")
		}
		got, err := u.Attribute(ctx, u.scope("ada"), c.ID, a.Outlet, "", "same key")
		must(t, err)
		if got.State != iru.AssetLive || got.Lineage.Judged != u.people["ada"].ID {
			t.Errorf("%+v", got)
		}
		o := view(u, func(x *db.Tx) (iru.Outlet, error) { return x.Outlet(ctx, iru.Program(), a.Outlet) })
		if strings.Join(o.Languages, " ") != "en ar" {
			t.Errorf("languages %q", o.Languages)
		}
		_, err = u.Attribute(ctx, u.scope("ada"), c.ID, a.Outlet, "", "again")
		refused(t, "twice", err, iru.Conflict, "cannot attribute what is live")
		_, err = u.Reject(ctx, u.scope("ada"), c.ID, "after all")
		refused(t, "rejected after attribution", err, iru.Conflict, "cannot reject")
		x, err := u.Watch(ctx, u.scope("ada"), desk.WatchRequest{Address: "https://innocent.test/"})
		must(t, err)
		x, err = u.Reject(ctx, u.scope("ada"), x.ID, "a school's trains club")
		must(t, err)
		ev := u.events("asset", int64(x.ID))
		if last := ev[len(ev)-1]; x.State != iru.AssetRejected || last.Verb != "reject" || last.Note != "a school's trains club" || last.By != u.people["ada"].ID {
			t.Errorf("%s, told as %+v", x.State, ev)
		}
		u.whole()
	})
}

// "Same outlet" is recorded as a person's word only where the person named that outlet.
func TestAttributeElsewhere(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, _, _ := u.watched(ctx)
	for _, x := range u.assets() {
		if x.ID == a.ID {
			continue
		}
		i := view(u, func(tx *db.Tx) (iru.Item, error) { return tx.ItemByLocator(ctx, a.Unit, x.Locator) })
		_, err := u.RecordCapture(ctx, captured(i, u.now, "snow line"))
		must(t, err)
		got, err := u.Attribute(ctx, u.scope("ada"), x.ID, 0, "Another Brand", "its own imprint")
		must(t, err)
		if got.Lineage.To != a.ID || got.Lineage.Judged != 0 {
			t.Errorf("attributed to another outlet, and the suggestion is recorded as judged: %+v", got.Lineage)
		}
	}
}

func TestLanguagesEnd(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, i, _ := u.watched(ctx)
	for n := range 80 {
		r := captured(i, u.now, "text")
		r.Lang = fmt.Sprintf("en-x%d", n)
		_, err := u.RecordCapture(ctx, r)
		must(t, err)
	}
	r := captured(i, u.now, "text")
	r.Lang = "<script>"
	_, err := u.RecordCapture(ctx, r)
	must(t, err)
	if got := u.asset(a.ID).Languages; len(got) > 64 || strings.Contains(strings.Join(got, " "), "<") {
		t.Errorf("%d languages: %q", len(got), got)
	}
}

// A key that a host lends a dozen customers makes none of them an outlet's, though the log shows it before anybody looked; the outlet's own names under
// it, which name its contact, are one owner.
func TestLentKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		_, i, _ := u.watched(ctx)
		key, contact := iru.Feature{Family: "tls", Kind: "spki", Value: "k1"}, iru.Feature{Family: "identity", Kind: "contact", Value: "desk@halcyon.test"}
		r := captured(i, u.now, "text")
		r.Features = append(r.Features, key, contact)
		_, err := u.RecordCapture(ctx, r)
		must(t, err)
		announced := func(from int, names ...string) {
			t.Helper()
			var seen []desk.Certificate
			for _, n := range names {
				seen = append(seen, desk.Certificate{Names: []string{n + ".test"}, SPKI: "k1"})
			}
			_, err := u.Announce(ctx, "log", int64(from), int64(from)+1, seen)
			must(t, err)
		}
		looked := func(name string, marks ...iru.Feature) float64 {
			t.Helper()
			a := u.at("https://" + name + ".test/")
			i := view(u, func(x *db.Tx) (iru.Item, error) { return x.ItemByLocator(ctx, a.Unit, a.Locator) })
			r := captured(i, u.now, "of "+name)
			r.Features = append([]iru.Feature{key}, marks...)
			_, err := u.RecordCapture(ctx, r)
			must(t, err)
			return u.at(a.Locator).Lineage.Score
		}
		announced(0, "mirror-a", "mirror-b", "mirror-c", "mirror-d")
		for n := range 4 { // the last sees what the others showed
			if s := looked("mirror-"+string("abcd"[n]), contact); n == 3 && s < link.Suggest+14 {
				t.Errorf("a name of its own under its own key: %.1f bits", s)
			}
		}
		var others []string
		for n := range 12 {
			others = append(others, fmt.Sprintf("neighbour-%d", n))
		}
		announced(1, others...)
		for n, o := range others {
			if s := looked(o, iru.Feature{Family: "identity", Kind: "contact", Value: o + "@neighbour.test"}); s >= link.Suggest {
				t.Errorf("neighbour %d is taken for the outlet's by %.1f bits", n, s)
			}
		}
	})
}

// A folder that a host gives one of its users is an asset of its own, and no reason to look at the whole host.
func TestHomes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		_, i, _ := u.watched(ctx)
		_, err := u.RecordCapture(ctx, captured(i, u.now, "text", desk.Link{URL: "https://homes.test/~halcyon/old/1.html"}, desk.Link{URL: "https://homes.test/~halcyon"},
			desk.Link{URL: "https://homes.test/~other/"}, desk.Link{URL: "https://plain.test/~/x"}, desk.Link{URL: "https://plain.test/news/~x/"}))
		must(t, err)
		var found []string
		for _, a := range u.assets() {
			if a.State == iru.AssetCandidate && a.Site != "halcyon-copy.test" {
				found = append(found, a.Locator)
			}
		}
		if got := strings.Join(found, " "); got != "https://homes.test/~halcyon/ https://homes.test/~other/ https://plain.test/" {
			t.Error(got)
		}
	})
}

func TestAnnounce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		_, i, _ := u.watched(ctx)
		r := captured(i, u.now, "text")
		r.Features = append(r.Features, iru.Feature{Family: "tls", Kind: "spki", Value: "k1"})
		_, err := u.RecordCapture(ctx, r)
		must(t, err)
		u.Rules.Words = []string{"HWW"}
		seen := []desk.Certificate{
			{Names: []string{"*.HALCYON-wire.test", "www.halcyon-wire.test"}},
			{Names: []string{"weather-today.test"}},         // a common word says nothing
			{Names: []string{"wire.test"}},                  // nor does a short one
			{Names: []string{"hww-radio.test"}},             // the unit's own word
			{Names: []string{"unrelated.test"}, SPKI: "k1"}, // the key of a known asset
			{Names: []string{"stranger.test"}, SPKI: "k2"},
			{Names: []string{"halcyon-weather.test"}}, // known
			{Names: []string{"not a name halcyon", ""}},
		}
		n, err := u.Announce(ctx, "log", 0, 17, seen)
		must(t, err)
		var found []string
		for _, a := range u.assets() {
			if a.FoundBy == "ct" {
				found = append(found, a.Locator)
				if a.State != iru.AssetCandidate || a.Outlet != 0 {
					t.Errorf("%s was attributed by a machine: %+v", a.Locator, a)
				}
				if key := slices.Contains(a.Features, iru.Feature{Family: "tls", Kind: "spki", Value: "k1"}); key != (a.Locator == "https://unrelated.test/") {
					t.Errorf("%s shows %+v", a.Locator, a.Features)
				}
			}
		}
		if got := strings.Join(found, " "); n != len(found) || got != "https://halcyon-wire.test/ https://www.halcyon-wire.test/ https://hww-radio.test/ https://unrelated.test/" {
			t.Errorf("%d: %s", n, got)
		}
		if c, err := u.Cursor(ctx, "log"); c != 17 || err != nil {
			t.Errorf("read on from %d: %v", c, err)
		}
		if n, err := u.Announce(ctx, "log", 17, 18, seen); n != 0 || err != nil {
			t.Errorf("announced again: %d, %v", n, err)
		}
		// What the log showed before somebody watched an outlet is read again for it, also by whoever was reading meanwhile.
		_, err = u.Watch(ctx, u.scope("ada"), desk.WatchRequest{Address: "https://stranger-trams.test/", Name: "Stranger Trams"})
		must(t, err)
		if c, err := u.Cursor(ctx, "log"); c != 0 || err != nil {
			t.Errorf("a new outlet is looked for from %d on: %v", c, err)
		}
		_, err = u.Announce(ctx, "log", 18, 19, nil)
		must(t, err)
		if c, err := u.Cursor(ctx, "log"); c != 0 || err != nil {
			t.Errorf("a reader who was ahead read on from %d: %v", c, err)
		}
		if n, err := u.Announce(ctx, "log", 0, 19, seen); n != 1 || err != nil {
			t.Errorf("what the log had shown before: %d, %v", n, err)
		}
		u.whole()
	})
}

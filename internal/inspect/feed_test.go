// SPDX-License-Identifier: EUPL-1.2

package inspect_test

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"iolaus/internal/inspect"
	"iolaus/internal/recognise"
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestFeed(t *testing.T) {
	base, _ := url.Parse("https://halcyon-weather.test/feed.xml")
	for name, c := range map[string]struct {
		body string
		want inspect.Feed
	}{
		"RSS": {`<?xml version="1.0"?><rss version="2.0"><channel><title>Halcyon &amp; co</title><link>https://halcyon-weather.test/</link><language>ar</language>
<image><title>A picture</title><link>https://picture.test/</link></image>
<item><title>Rain</title><link>/posts/1</link><guid>g1</guid><pubDate>Tue, 03 Mar 2026 08:00:00 +0100</pubDate><enclosure url="https://cdn.test/1.mp3"/></item>
<item><title>Sun</title><link>/posts/2</link><pubDate>nonsense</pubDate></item></channel></rss>`,
			inspect.Feed{Form: "rss", Title: "Halcyon & co", Lang: "ar", Site: "https://halcyon-weather.test/", Newest: at("2026-03-03T07:00:00Z"),
				Entries: []inspect.FeedEntry{{ID: "g1", Title: "Rain", Link: "https://halcyon-weather.test/posts/1", At: at("2026-03-03T07:00:00Z")}, {Title: "Sun", Link: "https://halcyon-weather.test/posts/2"}},
				Links:   []string{"https://halcyon-weather.test/", "https://halcyon-weather.test/posts/1", "https://cdn.test/1.mp3", "https://halcyon-weather.test/posts/2"}}},
		"Atom": {`<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Trains</title><id>urn:feed:k</id><author><name>Desk</name></author>
<link rel="self" href="/feed.xml"/><link rel="hub" href="https://hub.test/"/><link rel="related" href="https://other.test/"/><link href="https://halcyon-weather.test/"/>
<entry><id>urn:1</id><title>One</title><updated>2026-03-02T10:00:00Z</updated><link href="/1"/></entry></feed>`,
			inspect.Feed{Form: "atom", ID: "urn:feed:k", Title: "Trains", Lang: "fr", Author: "Desk", Self: "https://halcyon-weather.test/feed.xml", Hub: "https://hub.test/", Site: "https://halcyon-weather.test/",
				Newest: at("2026-03-02T10:00:00Z"), Entries: []inspect.FeedEntry{{ID: "urn:1", Title: "One", Link: "https://halcyon-weather.test/1", At: at("2026-03-02T10:00:00Z")}},
				Links: []string{"https://other.test/", "https://halcyon-weather.test/", "https://halcyon-weather.test/1"}}},
		"JSON": {`{"version":"https://jsonfeed.org/version/1.1","title":"Tides","home_page_url":"/","feed_url":"/feed.json","language":"en","items":[{"id":7,"url":"/7","date_published":"2026-03-01T00:00:00Z"}]}`,
			inspect.Feed{Form: "json", ID: "/feed.json", Title: "Tides", Lang: "en", Site: "https://halcyon-weather.test/", Self: "https://halcyon-weather.test/feed.json", Newest: at("2026-03-01T00:00:00Z"),
				Entries: []inspect.FeedEntry{{ID: "7", Link: "https://halcyon-weather.test/7", At: at("2026-03-01T00:00:00Z")}}, Links: []string{"https://halcyon-weather.test/", "https://halcyon-weather.test/7"}}},
		"cut": {`<rss><channel><title>Cut</title><item><title>One</title></item><item><title>Tw`,
			inspect.Feed{Form: "rss", Title: "Cut", Entries: []inspect.FeedEntry{{Title: "One"}}, Cut: true}},
	} {
		f, err := inspect.ReadFeed([]byte(c.body), "", base)
		if err != nil || !reflect.DeepEqual(f, c.want) {
			t.Errorf("%s:\n%+v\nwant\n%+v\n%v", name, f, c.want, err)
		}
	}
	for _, body := range []string{"", "weather", "<html><body>", `{"title":"x"}`, "<urlset/>"} {
		if f, err := inspect.ReadFeed([]byte(body), "", base); !errors.Is(err, recognise.ErrFormat) {
			t.Errorf("%q: %+v, %v", body, f, err)
		}
	}
}

// A feed that never ends, an entity that doubles itself, and a tower of elements cost what their bytes cost.
func TestEndlessFeed(t *testing.T) {
	endless := append([]byte("<rss><channel>"), bytes.Repeat([]byte("<item><title>again</title><link>https://a.test/</link></item>"), 20_000)...)
	f, err := inspect.ReadFeed(endless, "", nil)
	if err != nil || !f.Cut || len(f.Entries) != 500 || len(f.Links) != 1 {
		t.Errorf("%d entries, %d links, cut %v, %v", len(f.Entries), len(f.Links), f.Cut, err)
	}
	laughs := `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><rss><channel><title>&b;</title></channel></rss>`
	if f, err := inspect.ReadFeed([]byte(laughs), "", nil); err != nil || strings.Contains(f.Title, "hahaha") {
		t.Errorf("%+v, %v", f, err)
	}
	tower := []byte("<rss>" + strings.Repeat("<a>", 100_000))
	if _, err := inspect.ReadFeed(tower, "", nil); err != nil {
		t.Error(err)
	}
}

func TestSitemap(t *testing.T) {
	base, _ := url.Parse("https://halcyon-weather.test/sitemap.xml")
	s, err := inspect.ReadSitemap([]byte(`<urlset><url><loc>https://halcyon-weather.test/</loc><lastmod>2026-03-02</lastmod></url><url><loc> /b </loc></url></urlset>`), base)
	if want := (inspect.Sitemap{Entries: 2, Links: []string{"https://halcyon-weather.test/", "https://halcyon-weather.test/b"}, Newest: at("2026-03-02T00:00:00Z")}); err != nil || !reflect.DeepEqual(s, want) {
		t.Errorf("%+v, %v", s, err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, `<sitemapindex><sitemap><loc>https://halcyon-weather.test/1.xml</loc></sitemap></sitemapindex>`)
	z.Close()
	if s, err = inspect.ReadSitemap(packed.Bytes(), base); err != nil || !s.Index || s.Entries != 1 {
		t.Errorf("packed: %+v, %v", s, err)
	}
	if s, err = inspect.ReadSitemap([]byte("https://a.test/\nhttps://b.test/\n"), base); err != nil || s.Entries != 2 {
		t.Errorf("text: %+v, %v", s, err)
	}
	// A calendar has a page for every day that there ever was.
	var calendar bytes.Buffer
	calendar.WriteString("<urlset>")
	for n := range 60_000 {
		fmt.Fprintf(&calendar, "<url><loc>https://calendar.test/%d</loc></url>", n)
	}
	if s, err = inspect.ReadSitemap(calendar.Bytes(), base); err != nil || s.Entries != 50_000 || len(s.Links) != 500 || !s.Cut {
		t.Errorf("calendar: %d entries, %d links, %v", s.Entries, len(s.Links), err)
	}
	var bomb bytes.Buffer
	z = gzip.NewWriter(&bomb)
	z.Write([]byte("<urlset>"))
	z.Write(make([]byte, 17<<20))
	z.Close()
	if s, err = inspect.ReadSitemap(bomb.Bytes(), base); err != nil || !s.Cut {
		t.Errorf("bomb: %+v, %v", s, err)
	}
	for _, body := range []string{"", "<html>", "weather"} {
		if s, err := inspect.ReadSitemap([]byte(body), base); !errors.Is(err, recognise.ErrFormat) {
			t.Errorf("%q: %+v, %v", body, s, err)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"iolaus/internal/inspect"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
	"iolaus/internal/probe"
	"iolaus/internal/recognise"
)

// Limits of what one look at a site keeps: links to other sites, names in its text that are looked up. Sitemaps are long and change with
// the pages: they are read at the first look and at each eighth.
const (
	mostLinks    = 200
	mostNames    = 20
	sitemapEvery = 8
)

// site looks at a site: its front page, the feeds that it names, its sitemap.
func (k *looking) site(ctx context.Context) error {
	o, told, err := k.own(ctx, false)
	if err != nil || told {
		return err
	}
	last := k.last
	var seen iru.SiteSeen
	home := k.Of.Site
	switch {
	case o.same && last.Site != nil:
		seen = *last.Site
		seen.Feeds, seen.Sitemaps = nil, last.Site.Sitemaps
	default:
		if o.Page == nil && o.same {
			if o.Page, err = k.reading.page(ctx, o.Response.Body, o.Response.Header.Get("Content-Type"), o.base); err != nil && !errors.Is(err, iru.Invalid) {
				return err
			}
		}
		seen = k.front(ctx, o, home)
	}
	if o.Outcome == iru.Moved {
		seen = iru.SiteSeen{Address: seen.Address, Redirects: seen.Redirects}
		k.Seen.Site = &seen
		return nil
	}
	var feeds []string
	if o.Page != nil {
		feeds = o.Page.Feeds
	} else if last.Site != nil {
		for _, f := range last.Site.Feeds {
			feeds = append(feeds, f.Address)
		}
	}
	for _, f := range feeds[:min(len(feeds), maxFeeds)] {
		if err := k.feed(ctx, f, home, last.Site, &seen); err != nil {
			return err
		}
	}
	if k.Schedule.Looks%sitemapEvery == 0 && o.base != nil && k.Of.Kind == iru.Site {
		if err := k.sitemap(ctx, o.base, &seen); err != nil {
			return err
		}
	}
	k.Seen.Site = &seen
	return nil
}

// front is what a front page shows.
func (k *looking) front(ctx context.Context, o own, home string) iru.SiteSeen {
	s := iru.SiteSeen{Address: clean(o.Response.Final), Content: digestOf(o.Response.Body)}
	for _, h := range o.Response.Hops {
		s.Redirects = append(s.Redirects, abroad(home, 1, []string{h.URL})...)
	}
	g := o.Page
	if g == nil {
		return s
	}
	s.Title, s.Generator = line(clean(g.Title), 300), line(clean(g.Generator), 100)
	if l := recognise.LanguageOf(g.Lang, g.Text); l != "" {
		s.Languages = []string{l}
	}
	var links []string
	for _, l := range g.Links {
		links = append(links, l.URL)
	}
	s.Links = abroad(home, mostLinks, links)
	s.Resources = namesAbroad(home, 50, slices.Concat(g.Scripts, g.Images, g.Media))
	s.Analytics, s.Contacts = g.Analytics, g.Contacts
	for _, f := range k.Of.Features {
		if f.Kind == "favicon" {
			s.Favicon = f.Value
		}
	}
	more := inspect.PageOf(g)
	s.Donations = more.Accounts
	s.Names = k.announced(ctx, more.Names, home, links)
	return s
}

// announced are names in a page's text that no link leads to, of other sites, and that exist: text is full of what looks like a name.
func (k *looking) announced(ctx context.Context, names []string, home string, links []string) (out []string) {
	linked := map[string]bool{home: true}
	for _, l := range links {
		linked[siteOf(l)] = true
	}
	v := k.Vantages[0].Network()
	for _, n := range names {
		l, err := locator.Of(locator.KindDomain, n)
		if err != nil || linked[l.Site()] || len(out) >= mostNames {
			continue
		}
		linked[l.Site()] = true
		a, err := probe.DNS(ctx, probe.Resolver{Server: v.Resolver, Local: v.Local}, l.Host())
		if err == nil && len(a.A)+len(a.AAAA) > 0 {
			out = append(out, l.Host())
		}
	}
	return out
}

// feed reads one feed; one that is, byte for byte, the last one is not read again.
func (k *looking) feed(ctx context.Context, address, home string, last *iru.SiteSeen, into *iru.SiteSeen) error {
	res, err := k.get(ctx, address, "application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.1")
	if err != nil || res == nil {
		return err
	}
	sum := digestOf(res.Body)
	if last != nil {
		if n := slices.IndexFunc(last.Feeds, func(f iru.FeedSeen) bool { return f.Address == address && f.Content == sum }); n >= 0 {
			into.Feeds = append(into.Feeds, last.Feeds[n])
			return nil
		}
	}
	base, err := url.Parse(res.Final)
	if err != nil {
		return nil //nolint:nilerr // an address that nobody can follow
	}
	f, err := k.reading.inspect(ctx, inspect.KindFeed, res.Body, res.Header.Get("Content-Type"), base)
	if errors.Is(err, iru.Invalid) {
		return nil
	} else if err != nil {
		return err
	}
	links := slices.Concat([]string{f.Feed.Site, f.Feed.Self, f.Feed.Next}, f.Feed.Links)
	into.Feeds = append(into.Feeds, iru.FeedSeen{Address: address, Form: f.Feed.Form, ID: f.Feed.ID, Title: f.Feed.Title, Lang: f.Feed.Lang, Entries: len(f.Feed.Entries),
		Newest: f.Feed.Newest, Links: abroad(home, mostLinks, links), Content: sum})
	return nil
}

// sitemap reads the sitemap at its usual place.
func (k *looking) sitemap(ctx context.Context, base *url.URL, into *iru.SiteSeen) error {
	at := url.URL{Scheme: base.Scheme, Host: base.Host, Path: "/sitemap.xml"}
	res, err := k.get(ctx, at.String(), "application/xml, text/xml, */*;q=0.1")
	if err != nil || res == nil || strings.Contains(res.Type, "html") {
		return err
	}
	f, err := k.reading.inspect(ctx, inspect.KindSitemap, res.Body, res.Header.Get("Content-Type"), base)
	if errors.Is(err, iru.Invalid) {
		return nil
	} else if err != nil {
		return err
	}
	into.Sitemaps = []iru.SitemapSeen{{Address: at.String(), Index: f.Sitemap.Index, Entries: f.Sitemap.Entries, Newest: f.Sitemap.Newest}}
	return nil
}

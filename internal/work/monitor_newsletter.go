// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/inspect"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
)

// newsletter looks at the archive of a list on the web. Mail of the list itself comes to the unit's mailbox, see [Crew.Bulletin].
func (k *looking) newsletter(ctx context.Context) error {
	o, told, err := k.own(ctx, false)
	if err != nil || told || o.Outcome == iru.Moved {
		return err
	}
	last := k.last
	if o.same && last.Newsletter != nil {
		k.Seen.Newsletter = last.Newsletter
		return nil
	}
	g := o.Page
	if g == nil {
		if g, err = k.reading.page(ctx, o.Response.Body, o.Response.Header.Get("Content-Type"), o.base); err != nil {
			return err
		}
	}
	s := iru.NewsletterSeen{Archive: o.Response.Final, Title: line(clean(g.Title), 300), Service: siteOf(o.Response.Final)}
	if len(g.Contacts) > 0 {
		s.From = strings.ToLower(g.Contacts[0])
	}
	var links []string
	for _, l := range g.Links {
		links = append(links, l.URL)
		if u, err := url.Parse(l.URL); err == nil && o.base != nil && u.Host == o.base.Host && strings.HasPrefix(u.Path, strings.TrimSuffix(o.base.Path, "/")+"/") {
			s.Issues++
		}
	}
	s.Links = abroad(siteOf(o.Response.Final), mostLinks, links)
	k.Seen.Newsletter = &s
	return nil
}

// Bulletin takes in mail that a list sent to a voluntary subscription, where a watched newsletter is that list: by its List-Id, the address
// of its archive, or the domain that sends it. It reports whether one was.
func (c *Crew) Bulletin(ctx context.Context, raw []byte) (bool, error) {
	r := &reading{c: c}
	defer r.close()
	f, err := r.inspect(ctx, inspect.KindMail, raw, "message/rfc822", nil)
	if errors.Is(err, iru.Invalid) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	m := f.Mail
	if m.List == "" && len(m.Unsubscribe) == 0 {
		return false, nil // a person's mail
	}
	var of []iru.Asset
	if err := c.Desk.DB.View(ctx, func(t *db.Tx) error {
		of, err = c.subscribed(ctx, t, m)
		return err
	}); err != nil || len(of) == 0 {
		return false, err
	}
	home := ""
	if _, d, ok := strings.Cut(m.From, "@"); ok {
		home = siteOf(d)
	}
	seen := iru.NewsletterSeen{Archive: first(m.Archive), Title: m.ListName, Service: m.Service, List: m.List, From: m.From, Signers: m.Signers, Unsubscribe: m.Unsubscribe,
		Links: abroad(home, mostLinks, m.Links), Newest: m.Date}
	for _, a := range of {
		at := c.Desk.Now()
		if err := c.Desk.RecordSighting(ctx, iru.Sighting{Asset: a.ID, Vantage: "mail", Last: at, Seen: iru.Seen{Newsletter: &seen}}); err != nil {
			return false, err
		}
	}
	return true, nil
}

// subscribed are the watched newsletters that a mail may belong to.
func (c *Crew) subscribed(ctx context.Context, t *db.Tx, m *inspect.Mail) (out []iru.Asset, err error) {
	all, err := t.Newsletters(ctx)
	if err != nil {
		return nil, err
	}
	archives := map[string]bool{}
	for _, a := range m.Archive {
		if l, err := locator.Parse(a); err == nil {
			archives[l.Host()+l.Path()] = true
		}
	}
	for _, a := range all {
		l, err := locator.Parse(a.Locator)
		if err != nil {
			continue
		}
		path := strings.Trim(l.Path(), "/")
		list := m.List != "" && path != "" && strings.HasSuffix(m.List, "."+l.Host()) && strings.HasPrefix(m.List, path[strings.LastIndexByte(path, '/')+1:]+".")
		if archives[l.Host()+l.Path()] || archives[l.Host()+strings.TrimSuffix(l.Path(), "/")] || list {
			out = append(out, a)
		}
	}
	return out, nil
}

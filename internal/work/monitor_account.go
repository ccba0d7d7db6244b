// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"strings"

	"iolaus/internal/iru"
	"iolaus/internal/locator"
	"iolaus/internal/recognise"
)

// account looks at the public page of an account on a platform, as anybody may see it: nothing is logged in to.
func (k *looking) account(ctx context.Context) error {
	o, told, err := k.own(ctx, false)
	if err != nil || told || o.Outcome == iru.Moved {
		return err
	}
	last := k.last
	if o.same && last.Account != nil {
		k.Seen.Account = last.Account
		return nil
	}
	g := o.Page
	if g == nil {
		if g, err = k.reading.page(ctx, o.Response.Body, o.Response.Header.Get("Content-Type"), o.base); err != nil {
			return err
		}
	}
	s := iru.AccountSeen{Address: o.Response.Final, Platform: k.Of.Site, Handle: handle(k.Of.Locator), Name: line(clean(g.Title), 300), Contacts: g.Contacts, Feeds: g.Feeds, Content: digestOf(o.Response.Body)}
	if l := recognise.LanguageOf(g.Lang, g.Text); l != "" {
		s.Languages = []string{l}
	}
	var links []string
	for _, l := range g.Links {
		links = append(links, l.URL)
	}
	s.Links = abroad(k.Of.Site, mostLinks, links)
	k.Seen.Account = &s
	return nil
}

// handle is the part of an account's address that names it: the first of its path that is no word of the platform's own.
func handle(address string) string {
	l, err := locator.Parse(address)
	if err != nil {
		return ""
	}
	path, _, _ := strings.Cut(strings.Trim(l.Path(), "/"), "?")
	for p := range strings.SplitSeq(path, "/") {
		switch p {
		case "", "c", "s", "u", "user", "users", "channel", "channels", "profile", "in", "@":
		default:
			return strings.TrimPrefix(p, "@")
		}
	}
	return ""
}

// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// facts takes from one tag what it says of the page.
func (r *pageReader) facts(tag string, attr func(string) string) {
	p := &r.page
	switch tag {
	case "html", "body":
		if v := attr("lang"); v != "" && p.Lang == "" {
			p.Lang = language(v)
		}
		if v := strings.ToLower(attr("dir")); (v == "rtl" || v == "ltr") && p.Dir == "" {
			p.Dir = v
		}
	case "base":
		if u, err := url.Parse(attr("href")); err == nil && !r.seen["base"] && len(attr("href")) <= pageWord {
			r.seen["base"] = true
			if r.base != nil {
				u = r.base.ResolveReference(u)
			}
			r.base = u
		}
	case "a", "area":
		r.endLink()
		href := attr("href")
		if mail, ok := cutScheme(href, "mailto:"); ok {
			r.contact(mail)
		} else if u := r.absolute(href); u != "" {
			if len(p.Links) >= pageList {
				p.Truncated = true
				break
			}
			p.Links = append(p.Links, Link{URL: u, Rel: strings.ToLower(squeeze(attr("rel")))})
			if tag == "a" {
				r.link = new(strings.Builder)
			}
		}
	case "link":
		r.relation(strings.Fields(strings.ToLower(attr("rel"))), attr)
	case "meta":
		r.meta(attr)
	case "img":
		p.Images = r.list(p.Images, "image", attr("src"))
		if attr("src") == "" {
			p.Images = r.list(p.Images, "image", attr("data-src"))
		}
	case "video", "audio":
		p.Media = r.list(p.Media, "media", attr("src"))
	case "source":
		if r.opened["video"]+r.opened["audio"] > 0 {
			p.Media = r.list(p.Media, "media", attr("src"))
		}
	case "script", "iframe", "frame":
		p.Scripts = r.list(p.Scripts, "script", attr("src"))
		r.accounts(attr("src"))
		r.measuring(attr)
	case "input":
		if strings.EqualFold(attr("type"), "password") {
			p.Password = true
		}
	}
}

// language is a language tag of at most 35 bytes (RFC 5646, section 4.4.1).
func language(v string) string {
	v = strings.ToLower(squeeze(v[:min(len(v), 35)]))
	return strings.ToValidUTF8(v[:min(len(v), 35)], "")
}

func (r *pageReader) relation(rels []string, attr func(string) string) {
	p := &r.page
	switch {
	case slices.Contains(rels, "canonical") && p.Canonical == "":
		p.Canonical = r.absolute(attr("href"))
	case slices.Contains(rels, "icon") && p.Icon == "":
		p.Icon = r.absolute(attr("href"))
	case slices.Contains(rels, "alternate"):
		switch mime, _, _ := strings.Cut(strings.ToLower(attr("type")), ";"); strings.TrimSpace(mime) {
		case "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml":
			if len(p.Feeds) < pageList/20 {
				p.Feeds = r.list(p.Feeds, "feed", attr("href"))
			}
		}
	}
}

func (r *pageReader) meta(attr func(string) string) {
	p, content := &r.page, attr("content")
	switch strings.ToLower(attr("name")) {
	case "generator":
		if p.Generator == "" {
			p.Generator = squeeze(content)
		}
	}
	switch strings.ToLower(attr("property")) {
	case "og:title":
		r.social = content
	case "og:image", "og:image:url":
		p.Images = r.list(p.Images, "image", content)
	case "og:video", "og:video:url", "og:audio", "og:audio:url":
		p.Media = r.list(p.Media, "media", content)
	}
	switch strings.ToLower(attr("http-equiv")) {
	case "content-language":
		if p.Lang == "" && len(content) <= 35 && !strings.Contains(content, ",") {
			p.Lang = language(content)
		}
	case "refresh":
		if _, target, ok := strings.Cut(content, "="); ok && p.Refresh == "" {
			p.Refresh = r.absolute(strings.Trim(target, `'" `))
		}
	}
}

// absolute resolves an address against the page's own; "" for those that lead nowhere.
func (r *pageReader) absolute(ref string) string {
	if ref == "" || ref[0] == '#' || len(ref) > pageWord {
		return ""
	}
	u, err := url.Parse(ref)
	if err != nil {
		return ""
	}
	if r.base != nil {
		u = r.base.ResolveReference(u)
	}
	switch strings.ToLower(u.Scheme) {
	case "javascript", "data", "blob", "about", "mailto":
		return ""
	}
	u.RawQuery = strings.ReplaceAll(u.RawQuery, " ", "%20")   // browsers follow it, and so may who takes no spaces
	u.RawQuery = strings.ToValidUTF8(u.RawQuery, "%EF%BF%BD") // as browsers write what their encoding cannot read
	if s := u.String(); len(s) <= 2*pageWord {
		return s
	}
	return ""
}

// list adds an address once.
func (r *pageReader) list(to []string, kind, ref string) []string {
	u := r.absolute(ref)
	if u == "" || r.seen[kind+u] {
		return to
	}
	if len(to) >= pageList {
		r.page.Truncated = true
		return to
	}
	r.seen[kind+u] = true
	return append(to, u)
}

func cutScheme(s, scheme string) (string, bool) {
	if len(s) >= len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
		return s[len(scheme):], true
	}
	return "", false
}

// contact takes the addresses of a mailto link (RFC 6068), without its subject and body.
func (r *pageReader) contact(rest string) {
	rest, _, _ = strings.Cut(rest, "?")
	for one := range strings.SplitSeq(rest[:min(len(rest), pageWord)], ",") {
		one, err := url.PathUnescape(strings.TrimSpace(one))
		name, host, ok := strings.Cut(one, "@")
		if err != nil || !ok || name == "" || host == "" || squeeze(one) != one || strings.ContainsAny(one, " <>") {
			continue
		}
		one = name + "@" + strings.ToLower(host)
		if !r.seen["mail"+one] && len(r.page.Contacts) < pageList/20 {
			r.seen["mail"+one] = true
			r.page.Contacts = append(r.page.Contacts, one)
		}
	}
}

// measuring takes accounts from the attributes by which audience measurement is set up.
func (r *pageReader) measuring(attr func(string) string) {
	for _, a := range []struct{ attribute, kind string }{
		{"data-site-id", "site"}, {"data-website-id", "website"}, {"data-site", "site"}, {"data-domain", "domain"},
	} {
		if v := attr(a.attribute); v != "" && len(v) <= 100 && squeeze(v) == v {
			r.account(a.kind + ":" + v)
		}
	}
	if m := beaconToken.FindStringSubmatch(attr("data-cf-beacon")); m != nil {
		r.account("beacon:" + m[1])
	}
}

func (r *pageReader) account(v string) {
	if !r.seen["account"+v] && len(r.page.Analytics) < pageList/20 {
		r.seen["account"+v] = true
		r.page.Analytics = append(r.page.Analytics, v)
	}
}

// How accounts of common systems are written in scripts and their addresses. RE2 is linear in its input.
var (
	beaconToken   = regexp.MustCompile(`"token"\s*:\s*"([0-9A-Za-z]{8,64})"`)
	tagAccount    = regexp.MustCompile(`\b(G-[A-Z0-9]{6,12}|GT-[A-Z0-9]{6,12}|GTM-[A-Z0-9]{4,10}|AW-[0-9]{8,12}|UA-[0-9]{4,10}-[0-9]{1,4}|ca-pub-[0-9]{10,20})\b`)
	matomoHost    = regexp.MustCompile(`(?:var\s+u\s*=|setTrackerUrl['"]\s*,)\s*['"](?:https?:)?//([A-Za-z0-9.-]{1,253})`)
	matomoSite    = regexp.MustCompile(`setSiteId['"]\s*,\s*['"]?([0-9]{1,9})`)
	metrikaNumber = regexp.MustCompile(`(?:\bym\s*\(\s*|mc\.yandex\.ru/watch/)([0-9]{5,12})`)
	pixelNumber   = regexp.MustCompile(`fbq\s*\(\s*['"]init['"]\s*,\s*['"]([0-9]{8,20})`)
)

// accounts searches a script, or the address of one.
func (r *pageReader) accounts(script string) {
	for _, m := range tagAccount.FindAllString(script, 50) {
		kind, _, _ := strings.Cut(m, "-")
		r.account(strings.ToLower(kind) + ":" + m)
	}
	for _, m := range matomoSite.FindAllStringSubmatch(script, 10) {
		host := ""
		if h := matomoHost.FindStringSubmatch(script); h != nil {
			host = strings.ToLower(h[1])
		}
		r.account("matomo:" + host + "#" + m[1]) // a site number means something only together with its server
	}
	for _, m := range metrikaNumber.FindAllStringSubmatch(script, 10) {
		r.account("metrika:" + m[1])
	}
	for _, m := range pixelNumber.FindAllStringSubmatch(script, 10) {
		r.account("pixel:" + m[1])
	}
}

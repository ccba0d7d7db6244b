// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"bytes"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"iolaus/internal/fetch"
	"iolaus/internal/recognise"
)

// A crawlLink is one reference: to a page, or to a part that the page needs to be seen as it was.
type crawlLink struct {
	url  *url.URL // in normal form
	part bool
}

// Limits of what is followed from one body.
const (
	linksEach = 5000
	linkBytes = 8 << 20 // of a body that are searched
)

// linkFinder gathers the references of one body.
type linkFinder struct {
	base  *url.URL
	links []crawlLink
	seen  map[string]bool
}

// linksOf finds the references of a page or a style sheet. Damaged markup never fails; other media have none.
func linksOf(body []byte, contentType string, base *url.URL) []crawlLink {
	body = body[:min(len(body), linkBytes)]
	f := linkFinder{base: base, seen: map[string]bool{}}
	mime, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	switch strings.TrimSpace(mime) {
	case "text/css":
		f.css(body)
	case "text/html", "application/xhtml+xml", "image/svg+xml":
		f.html(body, contentType)
	}
	return f.links
}

// pageLinks are the references of a page that was read elsewhere.
func pageLinks(p *recognise.Page, base *url.URL) []crawlLink {
	f := linkFinder{base: base, seen: map[string]bool{}}
	for _, l := range p.Links {
		f.add(l.URL, false)
	}
	for _, l := range []string{p.Canonical, p.Refresh} {
		f.add(l, false)
	}
	for _, list := range [][]string{p.Images, p.Scripts, p.Feeds, {p.Icon}} {
		for _, l := range list {
			f.add(l, true)
		}
	}
	return f.links
}

func (f *linkFinder) add(ref string, part bool) {
	ref = strings.TrimSpace(ref)
	if ref == "" || ref[0] == '#' || len(f.links) >= linksEach || f.seen[ref] {
		return
	}
	f.seen[ref] = true
	u, err := url.Parse(ref)
	if err != nil {
		return
	}
	if f.base != nil {
		u = f.base.ResolveReference(u)
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return
	}
	if u, err = fetch.NormalURL(u); err == nil {
		f.links = append(f.links, crawlLink{u, part})
	}
}

func (f *linkFinder) html(body []byte, contentType string) {
	if !utf8.Valid(body) {
		if encoding, name, _ := charset.DetermineEncoding(body[:min(len(body), 1024)], contentType); name != "utf-8" {
			if b, err := encoding.NewDecoder().Bytes(body); err == nil {
				body = b
			}
		}
	}
	m := markup{rest: body}
	for {
		tag, ok := m.next()
		if !ok {
			return
		}
		f.tag(&m, tag)
		if text := m.raw(tag); string(tag) == "style" {
			f.css(text)
		}
	}
}

// tag takes the references of one start tag.
func (f *linkFinder) tag(m *markup, name []byte) {
	var rel, href, content, property string
	for {
		k, v, ok := m.attribute()
		if !ok {
			break
		}
		switch string(k) {
		case "href", "xlink:href":
			switch string(name) {
			case "a", "area":
				f.add(plainText(v), false)
			case "base":
				f.rebase(plainText(v))
			case "link":
				href = plainText(v)
			case "image", "use":
				f.add(plainText(v), true)
			}
		case "src", "data-src", "poster", "background":
			f.add(plainText(v), true)
		case "data":
			if string(name) == "object" {
				f.add(plainText(v), true)
			}
		case "srcset", "data-srcset", "imagesrcset":
			f.srcset(plainText(v))
		case "style":
			f.css([]byte(plainText(v)))
		case "rel":
			rel = strings.ToLower(plainText(v))
		case "content":
			content = plainText(v)
		case "property", "http-equiv":
			property = strings.ToLower(plainText(v))
		}
	}
	switch {
	case href != "":
		f.relation(rel, href)
	case property == "refresh":
		if _, to, ok := strings.Cut(content, "="); ok {
			f.add(strings.Trim(to, `'" `), false)
		}
	case property == "og:image", property == "og:image:url":
		f.add(content, true)
	}
}

func (f *linkFinder) rebase(to string) {
	if f.base != nil && !f.seen["<base>"] {
		if u, err := f.base.Parse(strings.TrimSpace(to)); err == nil {
			f.base, f.seen["<base>"] = u, true
		}
	}
}

func (f *linkFinder) relation(rel, href string) {
	for r := range strings.FieldsSeq(rel) {
		switch r {
		case "stylesheet", "icon", "apple-touch-icon", "mask-icon", "manifest", "preload", "modulepreload":
			f.add(href, true)
			return
		case "alternate", "canonical", "next", "prev", "amphtml":
			f.add(href, false)
			return
		}
	}
}

// srcset is a list of addresses with descriptors; a comma within an address is followed by no space.
func (f *linkFinder) srcset(v string) {
	for one := range strings.SplitSeq(v, ", ") {
		if address, _, _ := strings.Cut(strings.TrimSpace(one), " "); address != "" {
			f.add(strings.TrimRight(address, ","), true)
		}
	}
}

// css takes what a style sheet asks for: url(...) and @import "...".
func (f *linkFinder) css(text []byte) {
	for rest := text; len(f.links) < linksEach; {
		i := bytes.IndexByte(rest, '(')
		if i < 0 {
			break
		}
		head := rest[max(i-3, 0):i]
		if rest = rest[i+1:]; !bytes.EqualFold(head, []byte("url")) {
			continue
		}
		end := bytes.IndexByte(rest, ')')
		if end < 0 || end > 4096 {
			continue
		}
		f.add(strings.Trim(string(rest[:end]), "\"' \t\r\n"), true)
	}
	for rest := text; len(f.links) < linksEach; {
		i := bytes.Index(rest, []byte("@import"))
		if i < 0 {
			return
		}
		rest = bytes.TrimLeft(rest[i+len("@import"):], " \t\r\n")
		if len(rest) > 1 && (rest[0] == '"' || rest[0] == '\'') {
			if end := bytes.IndexByte(rest[1:], rest[0]); end >= 0 && end < 4096 {
				f.add(string(rest[1:end+1]), true)
			}
		}
	}
}

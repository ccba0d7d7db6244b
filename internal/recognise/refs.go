// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
)

// A Reference is where a file leads: to a page, or to a part that it needs to be seen as it was.
type Reference struct {
	URL  *url.URL // http or https, without user and fragment; nobody else has it
	Part bool
}

// Limits of what References takes from one body.
const (
	MaxReferences     = 5000
	MaxReference      = 32 << 10 // bytes of one address, as written out
	MaxReferencesText = 12 << 20 // of all of them
	MaxReferring      = 8 << 20  // of a body that are searched
	cssAddress        = 4 << 10  // of one address in a style sheet
	baseAddress       = 8 << 10  // of what a page says is its base: each address of it is put together with that
	triedReferences   = 4 * MaxReferences
)

// linkFinder gathers the references of one body.
type linkFinder struct {
	base  *url.URL
	refs  []Reference
	tried int
	room  int // bytes that addresses may still have, written out
	seen  map[string]bool
}

// References finds what a page, a drawing or a style sheet refers to, in its order, each once. It looks for more than ReadPage does and
// says less of it: srcset, style sheets and what they ask for. Damaged markup never fails; other media have none.
func References(body []byte, contentType string, base *url.URL) []Reference {
	body = body[:min(len(body), MaxReferring)]
	f := linkFinder{base: base, room: MaxReferencesText, seen: map[string]bool{}}
	switch referring(contentType) {
	case "text/css":
		f.css(body)
	case "text/html", "application/xhtml+xml", "image/svg+xml":
		f.html(body, contentType)
	}
	return f.refs
}

// Refers reports whether a body of this type may have references.
func Refers(contentType string) bool {
	switch referring(contentType) {
	case "text/css", "text/html", "application/xhtml+xml", "image/svg+xml":
		return true
	}
	return false
}

func referring(contentType string) string {
	mime, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	return strings.TrimSpace(mime)
}

func (f *linkFinder) add(ref string, part bool) {
	ref = strings.TrimSpace(ref)
	if ref == "" || ref[0] == '#' || len(ref) > MaxReference || len(f.refs) >= MaxReferences || f.tried >= triedReferences || f.seen[ref] {
		return
	}
	f.seen[ref] = true
	f.tried++
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
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	long := longest(u)
	if long > MaxReference || long > f.room {
		return
	}
	f.room -= long
	f.refs = append(f.refs, Reference{u, part})
}

// longest is what an address may have when it is written out: what is escaped takes thrice its bytes.
func longest(u *url.URL) int {
	return len("https://?") + len(u.Opaque) + 3*len(u.Host) + max(3*len(u.Path), len(u.RawPath)) + len(u.RawQuery) + len("./")
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
				f.add(attributeText(v), false)
			case "base":
				f.rebase(attributeText(v))
			case "link":
				href = attributeText(v)
			case "image", "use":
				f.add(attributeText(v), true)
			}
		case "src", "data-src", "poster", "background":
			f.add(attributeText(v), true)
		case "data":
			if string(name) == "object" {
				f.add(attributeText(v), true)
			}
		case "srcset", "data-srcset", "imagesrcset":
			f.srcset(attributeText(v))
		case "style":
			f.css([]byte(attributeText(v)))
		case "rel":
			rel = strings.ToLower(attributeText(v))
		case "content":
			content = attributeText(v)
		case "property", "http-equiv":
			property = strings.ToLower(attributeText(v))
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
		if u, err := f.base.Parse(strings.TrimSpace(to)); err == nil && longest(u) <= baseAddress {
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
	for rest := text; len(f.refs) < MaxReferences; {
		i := bytes.IndexByte(rest, '(')
		if i < 0 {
			break
		}
		head := rest[max(i-3, 0):i]
		if rest = rest[i+1:]; !bytes.EqualFold(head, []byte("url")) {
			continue
		}
		end := bytes.IndexByte(rest[:min(len(rest), cssAddress)], ')')
		if end < 0 {
			continue
		}
		f.add(strings.Trim(string(rest[:end]), "\"' \t\r\n"), true)
	}
	for rest := text; len(f.refs) < MaxReferences; {
		i := bytes.Index(rest, []byte("@import"))
		if i < 0 {
			return
		}
		rest = bytes.TrimLeft(rest[i+len("@import"):], " \t\r\n")
		if len(rest) > 1 && (rest[0] == '"' || rest[0] == '\'') {
			if end := bytes.IndexByte(rest[1:min(len(rest), cssAddress)], rest[0]); end >= 0 {
				f.add(string(rest[1:end+1]), true)
			}
		}
	}
}

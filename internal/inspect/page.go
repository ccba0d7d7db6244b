// SPDX-License-Identifier: EUPL-1.2

package inspect

import (
	"io"
	"net/url"
	"strings"

	"golang.org/x/net/html/charset"

	"iolaus/internal/recognise"
)

func charsetReader(label string, in io.Reader) (io.Reader, error) {
	return charset.NewReaderLabel(label, in)
}

// A Page is what a page says beyond what package recognise reads: names in its text that no link leads to, accounts for money.
type Page struct {
	Names    []string `json:"names,omitempty"`    // domain names, also those written so that nothing opens them
	Accounts []string `json:"accounts,omitempty"` // "bitcoin:…", "monero:…", "iban:…", "paypal:…"
	Handles  []string `json:"handles,omitempty"`  // accounts on platforms that it names as its own (rel=me)
	Onions   []string `json:"onions,omitempty"`
	Sitemaps []string `json:"sitemaps,omitempty"`
}

// ReadPage reads a page's text and links for them.
func ReadPage(body []byte, contentType string, base *url.URL) (Page, error) {
	g, err := recognise.ReadPage(body, contentType, base)
	if err != nil {
		return Page{}, wrong("page", "%v", err)
	}
	return PageOf(&g), nil
}

// PageOf reads a page that was read already.
func PageOf(g *recognise.Page) Page {
	var p Page
	var links []string
	var handles, sitemaps list
	for _, l := range g.Links {
		links = append(links, l.URL)
		if strings.Contains(" "+l.Rel+" ", " me ") {
			handles.add(absolute(nil, l.URL))
		}
		if l.Rel == "sitemap" {
			sitemaps.add(absolute(nil, l.URL))
		}
	}
	p.Names, p.Onions = NamesIn(g.Text), onionsIn(g.Text)
	p.Accounts, p.Handles, p.Sitemaps = AccountsIn(g.Text, links), handles.all, sitemaps.all
	return p
}

// named is a name as people write it, with the defences against its being opened: "name[.]example", "hxxps://name.example", "name (dot) example".
var (
	disarmed = lazily(`(?i)\s?[\[({]\s?(?:\.|dot|punkt|point|نقطة)\s?[\])}]\s?`)
	named    = lazily(`(?i)(?:^|[^\p{L}\p{N}@._-])((?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.){1,6}[\p{L}][\p{L}\p{M}\p{N}-]{1,23})(?:$|[^\p{L}\p{N}@_-])`)
	onion    = lazily(`(?i)\b([a-z2-7]{56})\.onion\b`)
)

// NamesIn finds domain names that a text announces, in lower case as they are written, at most 500. Whether a name exists, others find out.
func NamesIn(text string) []string {
	if len(text) > 1<<20 {
		text = strings.ToValidUTF8(text[:1<<20], "")
	}
	text = disarmed().ReplaceAllString(text, ".")
	var l list
	for len(text) > 0 && len(l.all) < maxList {
		m := named().FindStringSubmatchIndex(text)
		if m == nil {
			break
		}
		name := strings.ToLower(text[m[2]:m[3]])
		text = text[m[3]:]
		if last := name[strings.LastIndexByte(name, '.')+1:]; !endings[last] && !strings.HasSuffix(name, ".onion") {
			l.add(name)
		}
	}
	return l.all
}

// endings are ends of file names, and abbreviations, that text is full of.
var endings = map[string]bool{"html": true, "htm": true, "php": true, "js": true, "css": true, "png": true, "jpg": true, "jpeg": true, "gif": true, "pdf": true, "mp3": true, "mp4": true,
	"zip": true, "apk": true, "xml": true, "json": true, "txt": true, "doc": true, "docx": true, "exe": true, "webp": true, "svg": true, "m3u": true, "m3u8": true, "ogg": true}

func onionsIn(text string) []string {
	var l list
	for _, m := range onion().FindAllStringSubmatch(text, maxList) {
		l.add(strings.ToLower(m[1]) + ".onion")
	}
	return l.all
}

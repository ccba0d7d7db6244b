// SPDX-License-Identifier: EUPL-1.2

package inspect

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"io"
	"net/url"
	"strings"
	"time"
)

// A Sitemap is a sitemap or an index of sitemaps (sitemaps.org, protocol 0.9), or a plain list of addresses.
type Sitemap struct {
	Index   bool      `json:"index,omitempty"`
	Entries int       `json:"entries"`         // that were counted
	Links   []string  `json:"links,omitempty"` // the first ones
	Newest  time.Time `json:"newest,omitzero"`
	Cut     bool      `json:"cut,omitempty"`
}

// Bounds of one sitemap: the protocol allows 50,000 entries and 50 MB.
const (
	maxEntries = 50_000
	maxSitemap = 16 << 20
)

// ReadSitemap reads a sitemap, packed or not, as far as it goes.
func ReadSitemap(body []byte, base *url.URL) (Sitemap, error) {
	var s Sitemap
	if bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return s, wrong("sitemap", "%v", err)
		}
		body, err = io.ReadAll(io.LimitReader(z, maxSitemap+1))
		s.Cut = err != nil
	}
	if len(body) > maxSitemap {
		body, s.Cut = body[:maxSitemap], true
	}
	body = bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), " \t\r\n")
	var links list
	if !bytes.HasPrefix(body, []byte("<")) {
		for l := range bytes.Lines(body) {
			l = bytes.TrimSpace(l)
			if len(l) == 0 {
				continue
			}
			a := absolute(nil, string(l[:min(len(l), maxWord+1)]))
			if a == "" && s.Entries == 0 {
				return Sitemap{}, wrong("sitemap", "it is neither XML nor a list of addresses")
			}
			if !s.count() {
				break
			}
			links.add(a)
		}
		if s.Links = links.all; s.Entries == 0 {
			return Sitemap{}, wrong("sitemap", "it is empty")
		}
		return s, nil
	}
	d := xml.NewDecoder(bytes.NewReader(body))
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // addresses are ASCII in any of them
	root, text := false, []byte(nil)
walk:
	for {
		t, err := d.RawToken()
		if err != nil {
			s.Cut = s.Cut || err != io.EOF //nolint:errorlint // the decoder gives it as it is
			break
		}
		switch t := t.(type) {
		case xml.StartElement:
			text = text[:0]
			switch name := strings.ToLower(t.Name.Local); {
			case root:
			case name == "urlset", name == "sitemapindex":
				root, s.Index = true, name == "sitemapindex"
			default:
				return Sitemap{}, wrong("sitemap", "its root is %.40q", t.Name.Local)
			}
		case xml.CharData:
			if len(text) < 2*maxWord {
				text = append(text, t...)
			}
		case xml.EndElement:
			switch strings.ToLower(t.Name.Local) {
			case "loc":
				if !s.count() {
					break walk
				}
				links.add(absolute(base, string(text)))
			case "lastmod":
				s.Newest = later(s.Newest, date(string(text)))
			}
			text = text[:0]
		}
	}
	if !root {
		return Sitemap{}, wrong("sitemap", "it has no root")
	}
	s.Links = links.all
	return s, nil
}

func (s *Sitemap) count() bool {
	if s.Entries == maxEntries {
		s.Cut = true
		return false
	}
	s.Entries++
	return true
}

// SPDX-License-Identifier: EUPL-1.2

package inspect

import (
	"bytes"
	"encoding/json"
	"net/url"
	"path"
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"iolaus/internal/recognise"
)

// A Store is what the page of an app or an add-on in a store, or on a site of its own, says.
type Store struct {
	Title      string   `json:"title,omitempty"`
	Developer  string   `json:"developer,omitempty"`
	Version    string   `json:"version,omitempty"`
	Identifier string   `json:"identifier,omitempty"` // package name, or identifier of the add-on
	Updated    string   `json:"updated,omitempty"`    // as the page writes it
	Contact    string   `json:"contact,omitempty"`
	Site       string   `json:"site,omitempty"`
	Files      []string `json:"files,omitempty"`     // addresses of packages
	Manifests  []string `json:"manifests,omitempty"` // addresses of manifests of updates
	Links      []string `json:"links,omitempty"`     // to other sites
}

// What such pages write in words; each language of the stores that are known here says it in its own.
var (
	saysVersion = lazily(`(?i)\b(?:version|versión|versão|версия|الإصدار)\s*:?\s*([0-9][0-9A-Za-z.+_-]{0,40})`)
	saysID      = lazily(`(?i)\b(?:identifier|package(?: name)?|app id|extension id)\s*:?\s*([\p{L}\p{N}][\p{L}\p{N}._@{}-]{2,120})`)
	saysMaker   = lazily(`(?i)\b(?:publisher|developer|offered by|by)\s*:\s*([^\n.]{2,80})`)
)

// packages are the ends of file names of packages, manifests those of what an app reads before its next version.
var packages = map[string]bool{".apk": true, ".apkm": true, ".xapk": true, ".aab": true, ".crx": true, ".xpi": true, ".zip": true}

// ReadStore reads a store page: what it says for machines (JSON-LD, meta elements) first, then its words and links.
func ReadStore(body []byte, contentType string, base *url.URL) (Store, error) {
	var s Store
	g, err := recognise.ReadPage(body, contentType, base)
	if err != nil {
		return s, wrong("store page", "%v", err)
	}
	s.machine(body, base)
	if s.Title == "" {
		s.Title = word(g.Title)
	}
	first := func(into *string, re *regexp.Regexp) {
		if *into != "" {
			return
		}
		if m := re.FindStringSubmatch(g.Text[:min(len(g.Text), 64<<10)]); m != nil {
			*into = word(strings.TrimRight(m[1], "."))
		}
	}
	first(&s.Version, saysVersion())
	first(&s.Identifier, saysID())
	first(&s.Developer, saysMaker())
	if s.Identifier == "" && base != nil {
		s.Identifier = identifierIn(base)
	}
	if len(g.Contacts) > 0 {
		s.Contact = word(strings.ToLower(g.Contacts[0]))
	}
	var files, manifests, links list
	files.add(s.Files...)
	for _, l := range g.Links {
		a := absolute(nil, l.URL)
		u, err := url.Parse(a)
		if a == "" || err != nil {
			continue
		}
		ext, rel := strings.ToLower(path.Ext(u.Path)), " "+l.Rel+" "
		switch name := strings.ToLower(path.Base(u.Path)); {
		case packages[ext]:
			files.add(a)
		case strings.Contains(rel, " manifest "), (ext == ".json" || ext == ".xml") && (strings.Contains(name, "update") || strings.Contains(name, "manifest") || strings.Contains(name, "latest")):
			manifests.add(a)
		case base != nil && u.Hostname() != base.Hostname():
			links.add(a)
			if s.Site == "" && strings.Contains(strings.ToLower(l.Text), "website") {
				s.Site = a
			}
		}
	}
	s.Files, s.Manifests, s.Links = files.all, manifests.all, links.all
	return s, nil
}

// identifierIn is the identifier that a store's address carries: ?id=org.example.app, or its last part.
func identifierIn(u *url.URL) string {
	if id := u.Query().Get("id"); id != "" {
		return word(id)
	}
	if last := path.Base(u.Path); strings.Count(last, ".") >= 1 && !packages[strings.ToLower(path.Ext(last))] || len(last) == 32 && strings.Trim(last, "abcdefghijklmnop") == "" {
		return word(last)
	}
	return ""
}

// machine reads JSON-LD of a SoftwareApplication and meta elements.
func (s *Store) machine(body []byte, base *url.URL) {
	z := html.NewTokenizer(bytes.NewReader(body[:min(len(body), 4<<20)]))
	z.SetMaxBuf(2 << 20)
	for n := 0; n < 200_000; n++ {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			tag := string(name)
			if tag != "script" && tag != "meta" && tag != "link" {
				continue
			}
			attrs := map[string]string{}
			for more && len(attrs) < 32 {
				var k, v []byte
				k, v, more = z.TagAttr()
				attrs[string(k)] = string(v)
			}
			s.element(tag, attrs, z, base)
		}
	}
}

func (s *Store) element(tag string, attrs map[string]string, z *html.Tokenizer, base *url.URL) {
	switch {
	case tag == "script" && strings.Contains(attrs["type"], "ld+json"):
		if z.Next() == html.TextToken {
			s.linked(z.Text(), base)
		}
	case tag == "meta" && attrs["property"] == "og:title" && s.Title == "":
		s.Title = word(attrs["content"])
	case tag == "meta" && (attrs["itemprop"] == "softwareVersion" || attrs["itemprop"] == "version") && s.Version == "":
		s.Version = word(attrs["content"])
	case tag == "meta" && attrs["name"] == "author" && s.Developer == "":
		s.Developer = word(attrs["content"])
	}
}

// linked reads one JSON-LD object, or the first application of a list.
func (s *Store) linked(raw []byte, base *url.URL) {
	type maker struct {
		Name loose `json:"name"`
		URL  loose `json:"url"`
	}
	type app struct {
		Type     texts `json:"@type"`
		Name     loose `json:"name"`
		Version  loose `json:"softwareVersion"`
		Download loose `json:"downloadUrl"`
		Install  loose `json:"installUrl"`
		ID       loose `json:"identifier"`
		Modified loose `json:"dateModified"`
		Author   maker `json:"author"`
		By       maker `json:"publisher"`
	}
	var all []json.RawMessage
	var graph struct {
		Graph []json.RawMessage `json:"@graph"`
	}
	if json.Unmarshal(raw, &all) != nil {
		all = []json.RawMessage{raw}
		if json.Unmarshal(raw, &graph) == nil {
			all = append(all, graph.Graph...)
		}
	}
	for _, one := range all[:min(len(all), 64)] {
		var a app
		if decode(one, &a) != nil || !strings.Contains(strings.Join(a.Type, " "), "Application") {
			continue
		}
		s.Title, s.Version, s.Identifier, s.Updated = word(string(a.Name)), word(string(a.Version)), word(string(a.ID)), word(string(a.Modified))
		for _, f := range []loose{a.Download, a.Install} {
			if f := absolute(base, string(f)); f != "" {
				s.Files = append(s.Files, f)
			}
		}
		for _, m := range []maker{a.Author, a.By} {
			if s.Developer == "" {
				s.Developer = word(string(m.Name))
			}
			if s.Site == "" {
				s.Site = absolute(base, string(m.URL))
			}
		}
		return
	}
}

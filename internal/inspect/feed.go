// SPDX-License-Identifier: EUPL-1.2

package inspect

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html/charset"
)

// A Feed is what an RSS, Atom or JSON feed says.
type Feed struct {
	Form    string      `json:"form"` // "rss", "atom", "json"
	ID      string      `json:"id,omitempty"`
	Title   string      `json:"title,omitempty"`
	Lang    string      `json:"lang,omitempty"`
	Author  string      `json:"author,omitempty"`
	Site    string      `json:"site,omitempty"`
	Self    string      `json:"self,omitempty"`
	Hub     string      `json:"hub,omitempty"`
	Next    string      `json:"next,omitempty"` // address of its next part
	Entries []FeedEntry `json:"entries,omitempty"`
	Links   []string    `json:"links,omitempty"` // all other addresses in it
	Newest  time.Time   `json:"newest,omitzero"`
	Cut     bool        `json:"cut,omitempty"` // only its beginning was read
}

// A FeedEntry is one thing that a feed announces.
type FeedEntry struct {
	ID    string    `json:"id,omitempty"`
	Title string    `json:"title,omitempty"`
	Link  string    `json:"link,omitempty"`
	At    time.Time `json:"at,omitzero"`
}

// maxFeed is how many bytes of a feed are read; one of a gigabyte is read to there.
const maxFeed = 8 << 20

// ReadFeed reads a feed of any quality, as far as it goes.
func ReadFeed(body []byte, contentType string, base *url.URL) (Feed, error) {
	cut := len(body) > maxFeed
	body = bytes.TrimLeft(bytes.TrimPrefix(body[:min(len(body), maxFeed)], []byte("\xef\xbb\xbf")), " \t\r\n")
	var f Feed
	var err error
	if bytes.HasPrefix(body, []byte("{")) {
		f, err = readJSONFeed(body, base)
	} else {
		f, err = readXMLFeed(body, contentType, base)
	}
	f.Cut = f.Cut || cut
	return f, err
}

func readJSONFeed(body []byte, base *url.URL) (Feed, error) {
	var j struct {
		Version  loose `json:"version"`
		Title    loose `json:"title"`
		Home     loose `json:"home_page_url"`
		Feed     loose `json:"feed_url"`
		Next     loose `json:"next_url"`
		Language loose `json:"language"`
		Authors  []struct {
			Name loose `json:"name"`
		} `json:"authors"`
		Items []struct {
			ID        loose `json:"id"`
			URL       loose `json:"url"`
			External  loose `json:"external_url"`
			Title     loose `json:"title"`
			Published loose `json:"date_published"`
			Modified  loose `json:"date_modified"`
		} `json:"items"`
	}
	if err := decode(body, &j); err != nil || !strings.Contains(string(j.Version), "jsonfeed.org") {
		return Feed{}, wrong("feed", "it is no JSON feed")
	}
	f := Feed{Form: "json", ID: word(string(j.Feed)), Title: word(string(j.Title)), Lang: word(string(j.Language)),
		Site: absolute(base, string(j.Home)), Self: absolute(base, string(j.Feed)), Next: absolute(base, string(j.Next))}
	if len(j.Authors) > 0 {
		f.Author = word(string(j.Authors[0].Name))
	}
	var links list
	links.add(f.Site)
	for n, i := range j.Items {
		if n == maxList {
			f.Cut = true
			break
		}
		e := FeedEntry{ID: word(string(i.ID)), Title: word(string(i.Title)), Link: absolute(base, string(i.URL)), At: later(date(string(i.Published)), date(string(i.Modified)))}
		links.add(e.Link, absolute(base, string(i.External)))
		f.take(e)
	}
	f.Links = links.all
	return f, nil
}

func (f *Feed) take(e FeedEntry) {
	if len(f.Entries) >= maxList {
		f.Cut = true
		return
	}
	if e.At.After(f.Newest) {
		f.Newest = e.At
	}
	f.Entries = append(f.Entries, e)
}

// readXMLFeed walks raw tokens: nesting costs nothing, no entity of the file's own is expanded.
func readXMLFeed(body []byte, contentType string, base *url.URL) (Feed, error) {
	var in io.Reader = bytes.NewReader(body)
	d := xml.NewDecoder(in)
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) { return charset.NewReaderLabel(label, in) }
	r := feedReader{base: base}
	for {
		t, err := d.RawToken()
		if err != nil {
			r.f.Cut = r.f.Cut || !errors.Is(err, io.EOF)
			break
		}
		switch t := t.(type) {
		case xml.StartElement:
			if !r.start(t) {
				return Feed{}, wrong("feed", "its root is %.40q, the content type %.60q", t.Name.Local, contentType)
			}
		case xml.CharData:
			if len(r.text) < 2*maxWord {
				r.text = append(r.text, t...)
			}
		case xml.EndElement:
			r.end(t.Name)
		}
	}
	if r.f.Form == "" {
		return Feed{}, wrong("feed", "it has no root")
	}
	if r.entry != nil {
		r.f.Cut = true
	}
	r.f.Links = r.links.all
	return r.f, nil
}

type feedReader struct {
	f     Feed
	base  *url.URL
	entry *FeedEntry
	text  []byte
	links list
	root  bool
	image bool // within the channel's picture, whose title and link are its own
}

func (r *feedReader) start(t xml.StartElement) bool {
	r.text = r.text[:0]
	name := strings.ToLower(t.Name.Local)
	if !r.root {
		r.root = true
		switch name {
		case "rss", "rdf":
			r.f.Form = "rss"
		case "feed":
			r.f.Form = "atom"
		default:
			return false
		}
	}
	attr := func(want string) string {
		for _, a := range t.Attr {
			if strings.EqualFold(a.Name.Local, want) {
				return a.Value
			}
		}
		return ""
	}
	switch name {
	case "feed", "rss":
		if l := attr("lang"); l != "" {
			r.f.Lang = word(l)
		}
	case "item", "entry":
		r.entry = &FeedEntry{ID: word(attr("about"))}
	case "image":
		r.image = r.entry == nil
	case "link":
		if h := attr("href"); h != "" {
			r.href(strings.ToLower(attr("rel")), absolute(r.base, h))
		}
	case "enclosure", "content", "thumbnail":
		r.links.add(absolute(r.base, attr("url")))
	case "source":
		r.links.add(absolute(r.base, attr("url")))
	}
	return true
}

func (r *feedReader) href(rel, address string) {
	switch {
	case r.entry != nil && (rel == "" || rel == "alternate"):
		if r.entry.Link == "" {
			r.entry.Link = address
		}
	case r.entry != nil:
	case rel == "self":
		r.f.Self = address
		return
	case rel == "hub":
		r.f.Hub = address
		return
	case rel == "next":
		r.f.Next = address
		return
	case rel == "" || rel == "alternate":
		if r.f.Site == "" {
			r.f.Site = address
		}
	}
	r.links.add(address)
}

func (r *feedReader) end(name xml.Name) {
	text := strings.TrimSpace(string(r.text))
	r.text = r.text[:0]
	tag := strings.ToLower(name.Local)
	if tag == "image" {
		r.image = false
		return
	}
	if r.image {
		return
	}
	if e := r.entry; e != nil {
		switch tag {
		case "item", "entry":
			r.f.take(*e)
			r.entry = nil
		case "title":
			if e.Title == "" {
				e.Title = word(text)
			}
		case "guid", "id":
			e.ID = word(text)
		case "link":
			if a := absolute(r.base, text); a != "" {
				r.href("", a)
			}
		case "pubdate", "published", "updated", "date", "modified":
			e.At = later(e.At, date(text))
		}
		return
	}
	switch tag {
	case "title":
		if r.f.Title == "" {
			r.f.Title = word(text)
		}
	case "id":
		r.f.ID = word(text)
	case "language":
		r.f.Lang = word(text)
	case "managingeditor", "webmaster", "name", "creator":
		if r.f.Author == "" {
			r.f.Author = word(text)
		}
	case "link":
		if a := absolute(r.base, text); a != "" {
			r.href("", a)
		}
	case "lastbuilddate", "pubdate", "updated":
		r.f.Newest = later(r.f.Newest, date(text))
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// layouts in which feeds write time, the usual ones and those that are met.
var layouts = []string{time.RFC3339Nano, time.RFC1123Z, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05 -0700",
	"2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04 -0700", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05", time.DateOnly, "2006-01", "2006"}

// date reads a time of a stranger's clock; zero where it is none that can be.
func date(s string) time.Time {
	if s = strings.TrimSpace(s); len(s) < 4 || len(s) > 64 {
		return time.Time{}
	}
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil && t.Year() > 1970 && t.Year() < 10_000 {
			return t.UTC()
		}
	}
	return time.Time{}
}

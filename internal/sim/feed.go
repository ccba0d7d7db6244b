// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

type atomLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	Title   string     `xml:"title"`
	ID      string     `xml:"id"`
	Updated string     `xml:"updated"`
	Links   []atomLink `xml:"link"`
	Summary string     `xml:"summary"`
}

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	Title   string      `xml:"title"`
	ID      string      `xml:"id"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

// feed is an Atom feed (RFC 4287). Its identifier carries the outlet's feed key, the same on each of its sites.
func (r *Range) feed(w http.ResponseWriter, a *Asset) {
	o, _ := r.world.outlet(a.Outlet)
	f := atomFeed{Lang: a.Language, Title: a.Name, ID: "urn:feed:" + o.FeedKey, Author: o.Name, Updated: firstDay.Format(time.RFC3339),
		Links: []atomLink{{"self", a.Locator + "feed.xml"}, {"alternate", a.Locator}}}
	for _, l := range r.world.Links {
		if to, _ := r.world.asset(l.To); l.From == a.ID && l.Where == InFeed {
			f.Links = append(f.Links, atomLink{"related", to.Locator})
		}
	}
	for _, s := range r.estate.announcements(a.ID) {
		f.Entries = append(f.Entries, atomEntry{Title: s.Text, ID: "urn:feed:" + o.FeedKey + ":" + s.URL, Updated: f.Updated, Links: []atomLink{{"", s.URL}}, Summary: s.Text})
	}
	for _, b := range r.bulletins(a) {
		f.Updated = b.Date.Format(time.RFC3339)
		f.Entries = append(f.Entries, atomEntry{b.Title, "urn:feed:" + o.FeedKey + ":" + strconv.Itoa(b.N), f.Updated,
			[]atomLink{{"", r.postURL(a, b.N)}}, b.Paragraphs[0]})
	}
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	fmt.Fprint(w, xml.Header)
	xml.NewEncoder(w).Encode(f)
}

func (r *Range) sitemap(w http.ResponseWriter, a *Asset) {
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	fmt.Fprint(w, xml.Header+`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>`+a.Locator+"</loc></url>")
	for n := 1; n <= a.Posts; n++ {
		fmt.Fprint(w, "<url><loc>"+r.postURL(a, n)+"</loc></url>")
	}
	fmt.Fprint(w, "</urlset>\n")
}

// SPDX-License-Identifier: EUPL-1.2

// Package linktest makes sites of invented, benign outlets with labels: which two are one outlet's, and which only share a theme, a subject, a host and the
// bulletins of an agency. The linking is measured and calibrated on these. It knows nothing of the probabilities of package link: what an owner keeps when a
// site moves is drawn otherwise, on purpose.
package linktest

import (
	"fmt"
	"hash/fnv"
	"html"
	"math/rand/v2"
	"net/url"
	"strings"

	"iolaus/internal/link"
	"iolaus/internal/recognise"
)

// A Site is one site as a look shows it.
type Site struct {
	Outlet int
	Kit    int // generator and theme
	Page   string
	Text   string // what readers see
	Marks  []link.Feature
	Hash   uint64 // simhash of words and tags: what it is measured beside
}

// A World is outlets by kit, each with its site and the site after it moved.
type World struct {
	Before, After []Site // by outlet
}

// Shape says how large a world is.
type Shape struct {
	Seed    uint64
	Outlets int
	Kits    int // so many generators; outlets of one have the same theme, and half of them the same subject
}

type owner struct {
	id, kit, subject    int
	name                string
	analytics, contact  string
	donation, feed, key string
	icon                string
	pictures            []string
	posts               [][]string
}

// Make makes a world.
func Make(s Shape) World {
	r := rand.New(rand.NewPCG(s.Seed, 0x1017))
	var w World
	agency := make([][][]string, 6) // bulletins of agencies, by subject
	for n := range agency {
		for range 12 {
			agency[n] = append(agency[n], bulletin(r, n))
		}
	}
	for id := range s.Outlets {
		o := owner{id: id, kit: id % s.Kits, subject: (id / s.Kits) % 2 * 3 % 6, name: fmt.Sprintf("%s %s", word(r), word(r))}
		o.subject = (o.kit + o.subject) % 6
		o.icon = fmt.Sprintf("kit-%d-icon", o.kit)
		if r.Float64() < .55 {
			o.icon = fmt.Sprintf("icon-%d", id)
		}
		if r.Float64() < .5 {
			o.analytics = fmt.Sprintf("G-%08X", r.Uint32())
		}
		if r.Float64() < .7 {
			o.contact = fmt.Sprintf("desk-%d@outlet.test", id)
		}
		if r.Float64() < .2 {
			o.donation = fmt.Sprintf("ACC%09d", r.Uint32())
		}
		if r.Float64() < .4 {
			o.feed = fmt.Sprintf("feed-%x", r.Uint64())
		}
		o.key = fmt.Sprintf("spki-%d", id)
		for range 4 + r.IntN(6) {
			o.pictures = append(o.pictures, picture(r))
		}
		for range 8 + r.IntN(10) {
			o.posts = append(o.posts, bulletin(r, o.subject))
		}
		for range r.IntN(4) { // what an agency gives to everybody
			o.posts = append(o.posts, agency[o.subject][r.IntN(12)])
		}
		w.Before = append(w.Before, o.site(r, o.kit))
		w.After = append(w.After, o.moved(r, s.Kits, agency).site(r, -1))
	}
	return w
}

// moved is the owner after a move: a new name, mostly the old words at first, sometimes hardly any; identifiers changed by those who are careful.
func (o owner) moved(r *rand.Rand, kits int, agency [][][]string) owner {
	n := o
	careful := r.Float64() < .45
	drop := func(s *string, p float64) {
		if careful && r.Float64() < p {
			*s = ""
		}
	}
	drop(&n.analytics, .8)
	drop(&n.contact, .7)
	drop(&n.donation, .6)
	drop(&n.feed, .6)
	if r.Float64() < .75 || careful {
		n.key = fmt.Sprintf("spki-new-%d", o.id)
	}
	if careful && n.contact == "" && r.Float64() < .5 {
		n.contact = fmt.Sprintf("new-%d@outlet.test", o.id)
	}
	if r.Float64() < .3 {
		n.kit = r.IntN(kits)
		if strings.HasPrefix(n.icon, "kit") {
			n.icon = fmt.Sprintf("kit-%d-icon", n.kit)
		}
	}
	keep := r.Float64() // of the old posts
	if r.Float64() < .06 {
		keep = 0
	}
	n.posts, n.pictures = nil, nil
	for _, p := range o.posts {
		if r.Float64() < keep {
			n.posts = append(n.posts, edited(r, p))
		}
	}
	for _, p := range o.pictures {
		if r.Float64() < keep {
			n.pictures = append(n.pictures, near(r, p))
		}
	}
	for range 2 + r.IntN(8) {
		n.posts = append(n.posts, bulletin(r, o.subject))
	}
	for range r.IntN(4) {
		n.posts = append(n.posts, agency[o.subject][r.IntN(12)])
	}
	for range 1 + r.IntN(3) {
		n.pictures = append(n.pictures, picture(r))
	}
	return n
}

// site renders the owner's page with a kit (-1: its own) and reads it as a look does.
func (o owner) site(r *rand.Rand, kit int) Site {
	if kit < 0 {
		kit = o.kit
	}
	page := render(o, kit)
	base, _ := url.Parse("https://site.test/")
	p, err := recognise.ReadPage([]byte(page), "text/html; charset=utf-8", base)
	if err != nil {
		panic(err) // our own page
	}
	s := Site{Outlet: o.id, Kit: kit, Page: page, Text: p.Text}
	add := func(kind, value string) {
		if value != "" {
			s.Marks = append(s.Marks, link.New(kind, value))
		}
	}
	for _, id := range p.Analytics {
		add(link.AnalyticsID, id)
	}
	for _, c := range p.Contacts {
		add(link.Contact, c)
	}
	s.Marks = append(s.Marks, link.Shingles(p.Text)...)
	add(link.PageStructure, fmt.Sprintf("%016x", recognise.SimHash(p.Structure)))
	add(link.Favicon, o.icon)
	for n := range 3 {
		add(link.AssetHash, fmt.Sprintf("kit-%d-file-%d", kit, n))
	}
	for _, x := range o.pictures {
		add(link.ImagePDQ, x)
	}
	add(link.DonationID, o.donation)
	add(link.FeedKey, o.feed)
	add(link.SPKI, o.key)
	add(link.Network, fmt.Sprintf("AS%d", 64500+zipf(r, 9)))
	add(link.Registrar, fmt.Sprint("registrar ", zipf(r, 7)))
	ns := zipf(r, 8)
	add(link.NameServer, fmt.Sprintf("ns1.names-%d.test", ns))
	add(link.NameServer, fmt.Sprintf("ns2.names-%d.test", ns))
	s.Hash = simhash(page)
	return s
}

// simhash is that of a page's words and tags, 64 bits.
func simhash(page string) uint64 {
	var list []uint64
	for _, w := range strings.FieldsFunc(strings.ToLower(page), func(c rune) bool { return c == ' ' || c == '>' || c == '\n' }) {
		h := fnv.New64a()
		h.Write([]byte(w))
		list = append(list, h.Sum64())
	}
	return recognise.SimHash(list)
}

// render writes a page: what a kit writes is the same for everybody who installs it.
func render(o owner, kit int) string {
	k := rand.New(rand.NewPCG(uint64(kit), 7))
	box := []string{"div", "section", "main", "article", "aside"}
	a, b, c := box[k.IntN(5)], box[k.IntN(5)], box[k.IntN(5)]
	var s strings.Builder
	fmt.Fprintf(&s, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title><link rel=\"icon\" href=\"/icon.png\">", html.EscapeString(o.name))
	for n := range 3 {
		fmt.Fprintf(&s, "<link rel=\"stylesheet\" href=\"/kit-%d-%d.css\">", kit, n)
	}
	if o.analytics != "" {
		fmt.Fprintf(&s, "<script>gtag('config','%s');</script>", o.analytics)
	}
	fmt.Fprintf(&s, "</head><body><header><h1>%s</h1><nav>", html.EscapeString(o.name))
	for range 3 + k.IntN(5) {
		fmt.Fprintf(&s, "<a href=\"/%s\">%s</a>", word(k), word(k))
	}
	fmt.Fprintf(&s, "</nav></header><%s class=\"k%d\">", a, kit)
	for n, p := range o.posts {
		fmt.Fprintf(&s, "<%s><%s><h2>%s</h2>", b, c, html.EscapeString(p[0]))
		if n < len(o.pictures) && k.IntN(2) == 0 {
			s.WriteString("<figure><img src=\"/p.png\"></figure>")
		}
		for _, line := range p {
			fmt.Fprintf(&s, "<p>%s</p>", html.EscapeString(line))
		}
		fmt.Fprintf(&s, "</%s></%s>", c, b)
	}
	fmt.Fprintf(&s, "</%s><footer><p>%s</p><p>Set with kit %d, a free theme for everybody.</p>", a, sentence(k, 0), kit)
	if o.contact != "" {
		fmt.Fprintf(&s, "<a href=\"mailto:%s\">Write to us</a>", o.contact)
	}
	s.WriteString("</footer></body></html>")
	return s.String()
}

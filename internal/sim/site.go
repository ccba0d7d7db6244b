// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"fmt"
	"html/template"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// site serves a host name: the assets on it by path, and the provider's catalogue when the host is the provider's own.
func (r *Range) site(host string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		a := r.assetAt(host, q.URL.Path)
		lists := a != nil && a.Kind == List && r.lists[a.Host] != nil
		if q.Method != http.MethodGet && q.Method != http.MethodHead && !lists {
			http.Error(w, "This site is only for reading.", http.StatusMethodNotAllowed)
			return
		}
		from := visitor(q)
		if a == nil {
			r.catalogue(w, q, host, from)
			return
		}
		if e := r.estate.seen(a.ID, from); e != None {
			r.refuse(w, a, e)
			return
		}
		if e := r.estate.item(a.ID, q.URL.Path); e != None {
			r.refuse(w, a, e)
			return
		}
		if lists && r.lists[a.Host].join(w, q, a, strings.TrimPrefix(q.URL.Path, strings.TrimSuffix(a.path(), "/"))) {
			return
		}
		if q.Method == http.MethodPost {
			http.Error(w, "This site is only for reading.", http.StatusMethodNotAllowed)
			return
		}
		if r.hostile(w, q, a, from) {
			return
		}
		r.show(w, q, a, from)
	})
}

// assetAt is what a host name has at a path: the asset whose own path is the longest.
func (r *Range) assetAt(host, path string) (a *Asset) {
	for _, x := range r.estate.on(host) {
		if x.under(path) && (a == nil || len(x.path()) > len(a.path())) {
			a = x
		}
	}
	return a
}

func (r *Range) show(w http.ResponseWriter, q *http.Request, a *Asset, from netip.Addr) {
	switch {
	case a.Kind == Stream:
		r.serveStream(w, q, a, from)
	case a.Kind == Update:
		r.update(w, q, a)
	case a.Kind == File:
		r.file(w, q, a)
	case a.Kind == Copy:
		r.copied(w, q, a)
	case r.listed(a):
		r.listing(w, q, a)
	default:
		r.page(w, q, a)
	}
}

// refuse shows what is met in the place of content that was removed.
func (r *Range) refuse(w http.ResponseWriter, a *Asset, e Effect) {
	p, _ := r.world.provider(r.estate.place(a.ID).host)
	switch e {
	case Gone:
		notice(w, 410, "Gone", "This content was removed by "+p.Name+".")
	case LegalBlock:
		w.Header().Set("Link", "<https://"+p.Domain+`/>; rel="blocked-by"`) // RFC 7725
		notice(w, 451, "Unavailable For Legal Reasons", p.Name+" has made this content unavailable for legal reasons.")
	case Soft404:
		notice(w, 200, "Page not found", "Sorry, the page you are looking for does not exist. It may have been removed.")
	case Delisted:
		notice(w, 404, "Not available", "This item is no longer available in "+p.Name+".")
	case Mute:
		notice(w, 404, "File Not Found", "The file you requested could not be found: no such mount.")
	default:
		notice(w, 404, "Not Found", "There is no such page here.")
	}
}

func notice(w http.ResponseWriter, status int, title, text string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title></head><body><h1>%s</h1><p>%s</p></body></html>\n",
		template.HTMLEscapeString(title), template.HTMLEscapeString(title), template.HTMLEscapeString(text))
}

// A pageData fills the template of a page.
type pageData struct {
	Asset    *Asset
	Outlet   *Outlet
	RTL      bool
	Mark     string
	Posts    []bulletin
	Post     *bulletin // nil: the front page
	Base     string    // path of the asset, with a slash at its end
	Links    []linkData
	Said     []announcement
	Feed     bool
	Playlist bool
	Word     map[string]string
}

type linkData struct {
	Rel, Text, URL string
	Here           bool // stands on the page that is shown
}

var interfaceWords = map[string]map[string]string{
	"en": {"latest": "Latest bulletins", "links": "Elsewhere", "source": "Source", "contact": "Contact", "listen": "Listen", "moved": "News of this service", "back": "All bulletins", "give": "Support us"},
	"fr": {"latest": "Derniers bulletins", "links": "Ailleurs", "source": "Source", "contact": "Contact", "listen": "Écouter", "moved": "À propos de ce service", "back": "Tous les bulletins", "give": "Soutenez-nous"},
	"ar": {"latest": "آخر النشرات", "links": "مواقع أخرى", "source": "المصدر", "contact": "اتصل بنا", "listen": "استمع", "moved": "أخبار الخدمة", "back": "كل النشرات", "give": "ادعمونا"},
}

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"day": func(t time.Time) string { return t.Format("2006-01-02") }}).Parse(`<!doctype html>
<html lang="{{.Asset.Language}}"{{if .RTL}} dir="rtl"{{end}}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{with .Post}}{{.Title}} - {{end}}{{.Asset.Name}}</title>
<meta name="description" content="{{.Asset.Name}}: {{.Outlet.Theme}} bulletins">
<meta property="og:site_name" content="{{.Asset.Name}}">
<meta property="og:image" content="{{.Mark}}">
<link rel="icon" href="{{.Base}}favicon.ico">
{{if .Feed}}<link rel="alternate" type="application/atom+xml" href="{{.Base}}feed.xml">{{end}}
<style>body{font:16px/1.5 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#222}header img{width:96px;height:96px}nav a{margin-inline-end:1rem}article{border-top:1px solid #ccc}</style>
<script async src="https://count.tallyhouse.test/gtag/js?id={{.Outlet.Analytics}}"></script>
<script>window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments)}gtag('js',new Date());gtag('config',{{.Outlet.Analytics}});</script>
</head>
<body>
<header><a href="{{.Base}}"><img src="{{.Mark}}" alt="{{.Outlet.Name}}"></a><h1>{{.Asset.Name}}</h1></header>
{{with .Said}}<section class="announcement"><h2>{{$.Word.moved}}</h2>{{range .}}<p>{{.Text}} <a href="{{.URL}}">{{.URL}}</a></p>{{end}}</section>{{end}}
{{if .Post}}<p><a href="{{.Base}}">{{.Word.back}}</a></p><article><h2>{{.Post.Title}}</h2><p><time datetime="{{day .Post.Date}}">{{day .Post.Date}}</time></p>
<p><img src="{{.Base}}media/{{.Post.N}}.png" alt="" width="256" height="256"></p>
{{range .Post.Paragraphs}}<p>{{.}}</p>
{{end}}</article>
{{else}}<main><h2>{{.Word.latest}}</h2>
{{range .Posts}}<article><h3><a href="{{$.Base}}posts/{{.N}}.html">{{.Title}}</a></h3><p><time datetime="{{day .Date}}">{{day .Date}}</time></p><p>{{index .Paragraphs 0}}</p></article>
{{end}}</main>
{{end}}{{with .Links}}<nav><h2>{{$.Word.links}}</h2>{{range .}}{{if .Here}}<a rel="{{.Rel}}" href="{{.URL}}">{{if eq .Rel "external"}}{{$.Word.source}}: {{end}}{{.Text}}</a>
{{end}}{{end}}</nav>{{end}}
{{if .Playlist}}<p><a href="{{.Base}}listen.m3u">{{.Word.listen}}</a></p>{{end}}
{{with .Outlet.Donation}}<p>{{$.Word.give}}: <a rel="payment" href="https://{{.}}">{{.}}</a></p>{{end}}<footer><p>{{.Word.contact}}: <a href="mailto:{{.Outlet.Contact}}">{{.Outlet.Contact}}</a></p></footer>
</body>
</html>
`))

func (r *Range) pageData(a *Asset, post int) pageData {
	o, _ := r.world.outlet(a.Outlet)
	d := pageData{Asset: a, Outlet: o, RTL: a.Language == "ar", Base: strings.TrimSuffix(a.path(), "/") + "/", Posts: r.bulletins(a),
		Said: r.estate.announcements(a.ID), Word: interfaceWords[a.Language]}
	d.Feed = a.Kind == Site
	d.Mark = d.Base + "mark.png"
	if a.MarkJPEG {
		d.Mark = d.Base + "mark.jpg"
	}
	if post > 0 && post <= len(d.Posts) {
		d.Post = &d.Posts[post-1]
	}
	for _, l := range r.world.Links {
		to, _ := r.world.asset(l.To)
		if l.From != a.ID || to == nil {
			continue
		}
		switch l.Where {
		case InPlaylist:
			d.Playlist = true
		case InPage, InSource, InPost:
			rel := "me"
			if l.Where == InSource {
				rel = "external"
			}
			d.Links = append(d.Links, linkData{rel, to.Name, to.Locator, (l.Where == InPost && post == 1) || (l.Where != InPost && post == 0)})
		}
	}
	return d
}

// page serves an outlet's own site, or the page of its app on a site of its own.
func (r *Range) page(w http.ResponseWriter, q *http.Request, a *Asset) {
	rest := strings.TrimPrefix(q.URL.Path, strings.TrimSuffix(a.path(), "/"))
	o, _ := r.world.outlet(a.Outlet)
	switch rest {
	case "", "/":
		if a.Kind == App {
			r.listing(w, q, a)
			return
		}
		render(w, r.pageData(a, 0))
		return
	case "/feed.xml":
		if a.Kind == Site {
			r.feed(w, a)
			return
		}
	case "/manifest.json", "/app.apk", "/download":
		if r.packages(w, rest, a) {
			return
		}
	case "/sitemap.xml":
		r.sitemap(w, a)
		return
	case "/listen.m3u":
		if r.playlist(w, a) {
			return
		}
	}
	if r.common(w, rest, a, o) {
		return
	}
	if n, ok := number(rest, "/posts/", ".html"); ok && n <= a.Posts {
		render(w, r.pageData(a, n))
		return
	}
	plainNotFound(w)
}

// common serves pictures, packages and the small files that every site has.
func (r *Range) common(w http.ResponseWriter, rest string, a *Asset, o *Outlet) bool {
	if n, ok := number(rest, "/media/", ".png"); ok && n <= a.Posts {
		source := a.ID
		if a.MirrorOf != "" {
			source = a.MirrorOf
		} else if a.Follows != "" {
			source = a.Follows
		}
		blob(w, "image/png", r.pictures.photo(o, source, n))
		return true
	}
	switch rest {
	case "/mark.png", "/mark.jpg":
		data, t := r.pictures.mark(o, a)
		if strings.HasSuffix(rest, ".jpg") != a.MarkJPEG {
			return false
		}
		blob(w, t, data)
	case "/favicon.ico":
		blob(w, "image/x-icon", r.pictures.favicon(o))
	case "/robots.txt":
		blob(w, "text/plain; charset=utf-8", []byte("User-agent: *\nAllow: /\nSitemap: "+strings.TrimSuffix(a.Locator, "/")+"/sitemap.xml\n"))
	default:
		return false
	}
	return true
}

func (r *Range) playlist(w http.ResponseWriter, a *Asset) bool {
	found := false
	for _, l := range r.world.Links {
		if l.From == a.ID && l.Where == InPlaylist {
			to, _ := r.world.asset(l.To)
			if !found {
				w.Header().Set("Content-Type", "audio/x-mpegurl")
				fmt.Fprint(w, "#EXTM3U\n")
				found = true
			}
			fmt.Fprintf(w, "#EXTINF:-1,%s\n%s\n", to.Name, to.Locator)
		}
	}
	return found
}

// postURL is the address of a post.
func (r *Range) postURL(a *Asset, n int) string {
	base := strings.TrimSuffix(a.Locator, "/")
	return base + "/posts/" + strconv.Itoa(n) + ".html"
}

// document is the address of the document in which a link of an asset stands.
func (r *Range) document(a *Asset, where Where) string {
	base := strings.TrimSuffix(a.Locator, "/")
	switch where {
	case InPost:
		return r.postURL(a, 1)
	case InFeed:
		return base + "/feed.xml"
	case InPlaylist:
		return base + "/listen.m3u"
	case InManifest:
		if a.Kind != Update {
			return base + "/manifest.json"
		}
	}
	return a.Locator
}

func render(w http.ResponseWriter, d pageData) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	pageTemplate.Execute(w, d)
}

func blob(w http.ResponseWriter, mediaType string, b []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.Write(b)
}

// number reads the positive number between a prefix and a suffix.
func number(s, prefix, suffix string) (int, bool) {
	s, ok1 := strings.CutPrefix(s, prefix)
	s, ok2 := strings.CutSuffix(s, suffix)
	n, err := strconv.Atoi(s)
	return n, ok1 && ok2 && err == nil && n > 0
}

// catalogue is a provider's own page with what it carries and still shows.
func (r *Range) catalogue(w http.ResponseWriter, q *http.Request, host string, from netip.Addr) {
	var p *Provider
	for i := range r.world.Providers {
		if r.world.Providers[i].Domain == registered(host) {
			p = &r.world.Providers[i]
		}
	}
	if p == nil {
		plainNotFound(w)
		return
	}
	switch q.URL.Path {
	case "/":
		var lines strings.Builder
		for _, a := range r.estate.on(host) {
			if r.estate.seen(a.ID, from) == None {
				fmt.Fprintf(&lines, "<li><a href=\"%s\">%s</a></li>\n", template.HTMLEscapeString(a.Locator), template.HTMLEscapeString(a.Name))
			}
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title></head><body><h1>%s</h1><ul>\n%s</ul><p>Abuse desk: %s</p></body></html>\n",
			p.Name, p.Name, lines.String(), p.Desk.Mail)
	case "/abuse":
		notice(w, 200, "Report", "Write to "+p.Desk.Mail+".")
	case "/robots.txt":
		blob(w, "text/plain; charset=utf-8", []byte("User-agent: *\nAllow: /\n"))
	case "/.well-known/security.txt": // RFC 9116
		blob(w, "text/plain; charset=utf-8", []byte("Contact: mailto:security@"+p.Domain+"\nExpires: 2030-01-01T00:00:00Z\n"))
	case "/status-json.xsl":
		if p.Kind == StreamHost {
			r.streamStatus(w, host, from)
			return
		}
		plainNotFound(w)
	default:
		if of, ok := strings.CutPrefix(q.URL.Path, "/web/timemap/link/"); ok && p.Kind == Archive && r.timemap(w, host, of) {
			return
		}
		plainNotFound(w)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"crypto/sha256"
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

// Stores, list providers and platforms: assets that live at a provider's own name.

// listed reports whether the asset stands in a provider's catalogue, at the provider's own name.
func (r *Range) listed(a *Asset) bool {
	d, ok := r.world.domain(registered(a.hostname()))
	return ok && d.Shared && a.Kind != Site // a site may live below a name that gives homes to many
}

var listingTemplate = template.Must(template.New("listing").Parse(`<!doctype html>
<html lang="{{.Asset.Language}}">
<head><meta charset="utf-8"><title>{{.Asset.Name}}{{with .Provider}} - {{.}}{{end}}</title>
<meta property="og:title" content="{{.Asset.Name}}"><meta property="og:image" content="{{.Mark}}">
{{if .Package}}<link rel="manifest" href="{{.Base}}manifest.json">{{end}}</head>
<body>
{{with .Provider}}<p><a href="/">{{.}}</a></p>{{end}}
<h1><img src="{{.Mark}}" alt="{{.Outlet.Name}}" width="96" height="96"> {{.Asset.Name}}</h1>
{{with .Package}}<p>Publisher: {{$.Outlet.Name}}. Version {{$.Version}}. Identifier {{$.Identifier}}.</p>
<p><a href="{{.}}">Download</a>{{with $.File}}, <a href="{{.}}">the same as a file</a>{{end}}</p><p><a href="{{$.Base}}manifest.json">Manifest</a></p>
{{with $.Permissions}}<p>Permissions: {{range .}}<code>{{.}}</code> {{end}}</p>{{end}}{{end}}
{{if .Join}}<form method="post" action="{{.Base}}subscribe"><p><label>Your address <input type="email" name="email" required></label> <button>Subscribe</button></p></form>{{end}}
{{range .Said}}<p class="announcement">{{.Text}} <a href="{{.URL}}">{{.URL}}</a></p>{{end}}
{{if .Post}}<article><h2>{{.Post.Title}}</h2>{{range .Post.Paragraphs}}<p>{{.}}</p>{{end}}</article>
{{else}}<ul>{{range .Posts}}<li><a href="{{$.Base}}posts/{{.N}}.html">{{.Title}}</a>: {{index .Paragraphs 0}}</li>
{{end}}</ul>{{end}}
{{range .Links}}{{if .Here}}<p><a rel="{{.Rel}}" href="{{.URL}}">{{.Text}}</a></p>
{{end}}{{end}}<p>{{.Word.contact}}: <a href="mailto:{{.Outlet.Contact}}">{{.Outlet.Contact}}</a></p>
</body></html>
`))

type listingData struct {
	pageData
	Provider, Package, File, Version, Identifier string // File: the package by a name that tells what it is, where Package's does not
	Permissions                                  []string
	Join                                         bool // a list that can be subscribed to
}

// A release is a build of an app or an add-on.
type release struct {
	Version string
	Code    int
	Key     string // name of the key that signs it
}

// build is the present release of an asset's package. Apps and add-ons of one outlet carry one key, unless its operator took a new one.
func (r *Range) build(a *Asset) release {
	n, key := r.estate.built(a.ID)
	return r.release(a, n, key)
}

func (r *Range) release(a *Asset, n int, key string) release {
	if key == "" {
		key = "publisher " + a.Outlet
	}
	return release{fmt.Sprintf("1.4.%d", 2+n), 10402 + n, key}
}

// listing serves a store page, a list's archive or an account, and the page of an app on a site of its own.
func (r *Range) listing(w http.ResponseWriter, q *http.Request, a *Asset) {
	rest := strings.TrimPrefix(q.URL.Path, strings.TrimSuffix(a.path(), "/"))
	o, _ := r.world.outlet(a.Outlet)
	post := 0
	switch n, isPost := number(rest, "/posts/", ".html"); {
	case isPost && n <= a.Posts:
		post = n
	case rest == "" || rest == "/":
	case rest == ".json":
		writeJSON(w, 200, object{"name": a.Name, "url": a.Locator, "posts": a.Posts, "outlet": o.Name})
		return
	case r.packages(w, rest, a), r.common(w, rest, a, o):
		return
	default:
		plainNotFound(w)
		return
	}
	d := listingData{pageData: r.pageData(a, post), Version: r.build(a).Version, Identifier: r.identifier(a), Join: a.Kind == List}
	if r.listed(a) {
		p, _ := r.world.provider(a.Host)
		d.Provider = p.Name
	}
	switch a.Kind {
	case App:
		d.Package, d.Permissions = r.download(a), permissions
		if !r.listed(a) {
			d.File = d.Base + "app.apk"
		}
	case Addon:
		d.Package, d.Permissions = r.download(a), []string{"storage", "alarms"}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	listingTemplate.Execute(w, d)
}

// packages serves what an app or an add-on is downloaded and updated from.
func (r *Range) packages(w http.ResponseWriter, rest string, a *Asset) bool {
	switch {
	case rest == "/manifest.json" && (a.Kind == App || a.Kind == Addon):
		writeJSON(w, 200, r.manifest(a))
	case (rest == "/app.apk" || rest == "/download") && a.Kind == App:
		w.Header().Set("Content-Disposition", `attachment; filename="app.apk"`)
		blob(w, "application/vnd.android.package-archive", r.apk(a))
	case rest == "/addon.crx" && a.Kind == Addon:
		blob(w, "application/x-chrome-extension", r.crx(a))
	case rest == "/updates.xml" && a.Kind == Addon:
		blob(w, "text/xml; charset=utf-8", r.gupdates(a))
	default:
		return false
	}
	return true
}

// update answers at an update endpoint: JSON for an app, the update manifest of browsers for who asks with their parameter.
func (r *Range) update(w http.ResponseWriter, q *http.Request, a *Asset) {
	if q.URL.Query().Has("x") {
		var addons []*Asset
		for _, l := range r.world.Links {
			if from, ok := r.world.asset(l.From); ok && l.To == a.ID && from.Kind == Addon {
				addons = append(addons, from)
			}
		}
		blob(w, "text/xml; charset=utf-8", r.gupdates(addons...))
		return
	}
	writeJSON(w, 200, r.manifest(a))
}

// identifier is the package name of an app, or the identifier of an extension.
func (r *Range) identifier(a *Asset) string {
	return r.packageName(a, r.build(a))
}

func (r *Range) packageName(a *Asset, v release) string {
	if a.Kind == Addon {
		return extensionID(extensionKey(seededKey(r.opt.Seed, v.Key)))
	}
	return "test." + a.Outlet + ".app"
}

// manifest is what an app, an add-on or an update endpoint says of the current version and of further places.
func (r *Range) manifest(a *Asset) object {
	o, _ := r.world.outlet(a.Outlet)
	m := r.further(a, r.estate.announcements(a.ID))
	m["name"], m["id"], m["publisher"], m["contact"] = a.Name, r.identifier(a), o.Name, o.Contact
	of := r.updated(a)
	m["version"], m["version_code"] = r.build(of).Version, r.build(of).Code
	switch of.Kind {
	case App:
		m["download"], m["sha256"] = r.download(of), hexDigest(r.apk(of))
	case Addon:
		m["download"], m["sha256"] = r.download(of), hexDigest(r.crx(of))
	}
	return m
}

// updated is the app that an update endpoint speaks of: the last that asks it. Everything else speaks of itself.
func (r *Range) updated(a *Asset) *Asset {
	of := a
	for _, l := range r.world.Links {
		if from, ok := r.world.asset(l.From); ok && a.Kind == Update && l.To == a.ID && l.Where == InManifest && from.Kind == App {
			of = from
		}
	}
	return of
}

// download is the address of an asset's package. On a site of its own an app is offered without an end of name, as many are.
func (r *Range) download(a *Asset) string {
	base := strings.TrimSuffix(a.Locator, "/")
	switch {
	case a.Kind == Addon:
		return base + "/addon.crx"
	case r.listed(a):
		return base + "/app.apk"
	}
	return base + "/download"
}

// further says where else the outlet is: what stands in manifests, and in the packages themselves.
func (r *Range) further(a *Asset, said []announcement) object {
	m := object{}
	var more []string
	for _, l := range r.world.Links {
		if l.From != a.ID || l.Where != InManifest {
			continue
		}
		to, _ := r.world.asset(l.To)
		if to.Kind == Update {
			m["update_url"] = to.Locator
		} else {
			more = append(more, to.Locator)
		}
	}
	for _, s := range said {
		more = append(more, s.URL)
	}
	if more != nil {
		m["mirrors"] = more
	}
	return m
}

func sum(b []byte) []byte { s := sha256.Sum256(b); return s[:] }

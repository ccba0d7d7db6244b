// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"
	"time"
)

// Stores, list providers and platforms: assets that live at a provider's own name.

// listed reports whether the asset stands in a provider's catalogue, at the provider's own name.
func (r *Range) listed(a *Asset) bool {
	d, ok := r.world.domain(registered(a.hostname()))
	return ok && d.Shared
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
<p><a href="{{.}}">Download</a></p><p><a href="{{$.Base}}manifest.json">Manifest</a></p>{{end}}
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
	Provider, Package, Version, Identifier string
}

const version = "1.4.2"

// listing serves a store page, a list's archive or an account, and the page of an app on a site of its own.
func (r *Range) listing(w http.ResponseWriter, q *http.Request, a *Asset) {
	rest := strings.TrimPrefix(q.URL.Path, strings.TrimSuffix(a.path(), "/"))
	o, _ := r.world.outlet(a.Outlet)
	post := 0
	switch n, isPost := number(rest, "/posts/", ".html"); {
	case isPost && n <= a.Posts:
		post = n
	case rest == "" || rest == "/":
	case rest == "/manifest.json" && (a.Kind == App || a.Kind == Addon):
		writeJSON(w, 200, r.manifest(a))
		return
	case rest == ".json":
		writeJSON(w, 200, object{"name": a.Name, "url": a.Locator, "posts": a.Posts, "outlet": o.Name})
		return
	case r.common(w, rest, a, o):
		return
	default:
		plainNotFound(w)
		return
	}
	d := listingData{pageData: r.pageData(a, post), Version: version, Identifier: identifier(a)}
	if r.listed(a) {
		p, _ := r.world.provider(a.Host)
		d.Provider = p.Name
	}
	if a.Kind == App || a.Kind == Addon {
		d.Package = d.Base + "package.zip"
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	listingTemplate.Execute(w, d)
}

func identifier(a *Asset) string {
	name := a.path()[strings.LastIndexByte(a.path(), '/')+1:]
	if a.Kind == Addon {
		return name + "@" + a.Outlet + ".test"
	}
	return "test." + a.Outlet + ".app"
}

// manifest is what an app, an add-on or an update endpoint says of the current version and of further places.
func (r *Range) manifest(a *Asset) object {
	o, _ := r.world.outlet(a.Outlet)
	m := object{"name": a.Name, "id": identifier(a), "publisher": o.Name, "version": version, "contact": o.Contact,
		"sha256": hex.EncodeToString(sum(r.archive(a)))}
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
	for _, s := range r.estate.announcements(a.ID) {
		more = append(more, s.URL)
	}
	if more != nil {
		m["mirrors"] = more
	}
	return m
}

// archive is the package itself: a small ZIP file with a manifest and the publisher's key. Apps and add-ons of one outlet carry
// one key.
func (r *Range) archive(a *Asset) []byte {
	return r.pictures.once("package "+a.ID, func() []byte {
		o, _ := r.world.outlet(a.Outlet)
		key := seededKey(r.opt.Seed, "publisher "+o.ID).PublicKey
		raw, err := key.Bytes()
		if err != nil {
			panic(err) // a P-256 key has bytes
		}
		manifest, err := json.MarshalIndent(object{"manifest_version": 3, "name": a.Name, "version": version, "id": identifier(a),
			"key": base64.StdEncoding.EncodeToString(raw), "homepage_url": a.Locator}, "", " ")
		if err != nil {
			panic(err) // strings only
		}
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, f := range []struct {
			name string
			data []byte
		}{{"manifest.json", manifest}, {"README.txt", []byte("Shows bulletins of " + o.Name + ".\n")}} {
			w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Store, Modified: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
			if err == nil {
				_, err = w.Write(f.data)
			}
			if err != nil {
				panic(err) // a buffer takes all
			}
		}
		if err := z.Close(); err != nil {
			panic(err)
		}
		return b.Bytes()
	})
}

func sum(b []byte) []byte { s := sha256.Sum256(b); return s[:] }

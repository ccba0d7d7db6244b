// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"
)

// Copies of what an outlet published: bundles at file hosts, and what a web archive kept.

// bundle is a file with all posts of an asset as pages.
func (r *Range) bundle(a *Asset) []byte {
	return r.pictures.once("bundle "+a.ID, func() []byte {
		var files []packed
		for _, b := range r.bulletins(a) {
			files = append(files, packed{fmt.Sprintf("posts/%d.html", b.N), []byte("<!doctype html><meta charset=\"utf-8\"><h1>" + template.HTMLEscapeString(b.Title) + "</h1><p>" +
				template.HTMLEscapeString(strings.Join(b.Paragraphs, "\n")) + "</p>\n")})
		}
		return zipped(files...)
	})
}

// file serves a file host's page of one upload, and the upload.
func (r *Range) file(w http.ResponseWriter, q *http.Request, a *Asset) {
	data := r.bundle(a)
	name := a.path()[strings.LastIndexByte(a.path(), '/')+1:] + ".zip"
	switch strings.TrimPrefix(q.URL.Path, a.path()) {
	case "", "/":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<!doctype html><html lang=\"%s\"><head><meta charset=\"utf-8\"><title>%s</title></head><body><h1>%[2]s</h1><dl><dt>File</dt><dd>%s</dd><dt>Size</dt><dd>%d bytes</dd>"+
			"<dt>SHA-256</dt><dd>%s</dd><dt>Downloads</dt><dd>%d</dd></dl><p><a href=\"%s/download\">Download</a></p><p><a href=\"/abuse\">Report this file</a></p></body></html>\n",
			a.Language, template.HTMLEscapeString(a.Name), name, len(data), hexDigest(data), 40+len(a.Name), a.path())
	case "/download":
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
		blob(w, "application/zip", data)
	default:
		plainNotFound(w)
	}
}

// copied serves what a web archive kept of another asset on a day (RFC 7089: the date, and links to the original and to the list of copies).
func (r *Range) copied(w http.ResponseWriter, q *http.Request, a *Asset) {
	rest := strings.TrimPrefix(q.URL.Path, strings.TrimSuffix(a.path(), "/"))
	parts := strings.SplitN(a.path(), "/", 4) // "", "web", day, original
	source, ok := r.world.asset(a.MirrorOf)
	if len(parts) < 4 || !ok {
		plainNotFound(w)
		return
	}
	day, err := time.Parse("20060102150405", parts[2])
	if err != nil {
		plainNotFound(w)
		return
	}
	original := strings.TrimSuffix(parts[3], "/") + rest
	inner := &recording{header: http.Header{}, status: 200}
	x := *source // as it was then, with the posts that there were
	x.Locator, x.Posts = parts[3], a.Posts
	plain := q.Clone(q.Context())
	if plain.URL.Path = rest; rest == "" {
		plain.URL.Path = "/"
	}
	r.page(inner, plain, &x)
	for k, v := range inner.header {
		w.Header()[k] = v
	}
	base := "https://" + registered(a.hostname()) + "/web/"
	w.Header().Set("Memento-Datetime", day.Format(http.TimeFormat))
	w.Header().Set("Link", fmt.Sprintf(`<%s>; rel="original", <%stimemap/link/%[1]s>; rel="timemap"; type="application/link-format"`, original, base))
	body := inner.body.Bytes()
	if strings.HasPrefix(inner.header.Get("Content-Type"), "text/html") {
		prefix := strings.TrimSuffix(a.path(), "/")
		body = bytes.ReplaceAll(body, []byte(`href="/`), []byte(`href="`+prefix+"/"))
		body = bytes.ReplaceAll(body, []byte(`src="/`), []byte(`src="`+prefix+"/"))
		body = bytes.Replace(body, []byte("<body>"), []byte("<body>\n<!-- kept by "+registered(a.hostname())+" on "+parts[2]+" -->"), 1)
	}
	w.Header().Del("Content-Length")
	w.WriteHeader(inner.status)
	w.Write(body)
}

// timemap lists the copies of an address.
func (r *Range) timemap(w http.ResponseWriter, host, of string) bool {
	found := false
	for _, a := range r.estate.on(host) {
		parts := strings.SplitN(a.path(), "/", 4)
		if a.Kind != Copy || len(parts) < 4 || strings.TrimSuffix(parts[3], "/") != strings.TrimSuffix(of, "/") {
			continue
		}
		if day, err := time.Parse("20060102150405", parts[2]); err == nil {
			if !found {
				w.Header().Set("Content-Type", "application/link-format")
				fmt.Fprintf(w, "<%s>; rel=\"original\"", of)
				found = true
			}
			fmt.Fprintf(w, ",\n<%s>; rel=\"memento\"; datetime=\"%s\"", a.Locator, day.Format(http.TimeFormat))
		}
	}
	if found {
		fmt.Fprintln(w)
	}
	return found
}

// A recording keeps an answer instead of sending it.
type recording struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recording) Header() http.Header         { return w.header }
func (w *recording) Write(b []byte) (int, error) { return w.body.Write(b) }
func (w *recording) WriteHeader(status int)      { w.status = status }

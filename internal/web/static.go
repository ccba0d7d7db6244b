// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed static
var staticFiles embed.FS

// contentTypes are written out: the machine's own table may differ or be missing.
var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
	".txt":   "text/plain; charset=utf-8",
}

// Static serves the files of the binary. A name with the hash of its content is kept by browsers for good; the plain name is asked
// for anew each time and answered by ETag.
type Static struct {
	prefix string
	named  map[string]string // plain name -> name with hash
	files  map[string]staticFile
}

type staticFile struct {
	body  []byte
	kind  string
	etag  string
	fixed bool // the name carries the hash
}

// NewStatic prepares the embedded files for a path prefix such as "/static/".
func NewStatic(prefix string) *Static {
	s := &Static{prefix: prefix, named: map[string]string{}, files: map[string]staticFile{}}
	entries, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		panic("read embedded files: " + err.Error()) // cannot happen in a binary that was built
	}
	var sheets []string
	for _, e := range entries {
		body, err := staticFiles.ReadFile("static/" + e.Name())
		if err != nil {
			panic("read embedded file: " + err.Error())
		}
		if path.Ext(e.Name()) == ".css" {
			sheets = append(sheets, e.Name())
			continue
		}
		s.add(e.Name(), body)
	}
	for _, name := range sheets { // last: they name the fonts by their hashed names
		body, _ := staticFiles.ReadFile("static/" + name)
		for plain, hashed := range s.named {
			body = bytes.ReplaceAll(body, []byte("url("+plain+")"), []byte("url("+hashed+")"))
		}
		s.add(name, body)
	}
	return s
}

func (s *Static) add(name string, body []byte) {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	ext := path.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "." + hash[:12] + ext
	kind := contentTypes[ext]
	if kind == "" {
		kind = "application/octet-stream"
	}
	s.named[name] = hashed
	s.files[name] = staticFile{body, kind, `"` + hash[:32] + `"`, false}
	s.files[hashed] = staticFile{body, kind, `"` + hash[:32] + `"`, true}
}

// URL is the address of a file, for a page to link. An unknown name is returned plain, and answered 404.
func (s *Static) URL(name string) string {
	if hashed, ok := s.named[name]; ok {
		name = hashed
	}
	return s.prefix + name
}

// ServeHTTP implements http.Handler.
func (s *Static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := s.files[strings.TrimPrefix(r.URL.Path, s.prefix)]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("ETag", f.etag)
	if f.fixed {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.body))
}

// SPDX-License-Identifier: EUPL-1.2

package ui_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/a-h/templ"

	"iolaus/internal/web"
	"iolaus/internal/web/ui"
	"iolaus/internal/web/webtest"
)

var gallery = map[string]func(context.Context) templ.Component{
	"today": galleryToday, "triage": galleryTriage, "notice": galleryNotice, "outlet": galleryOutlet, "forms": galleryForms,
}

// serveGallery serves the gallery as the program serves its pages: same files, same headers.
func serveGallery(t *testing.T) string {
	t.Helper()
	static := web.NewStatic("/static/")
	mux := http.NewServeMux()
	mux.Handle("/static/", static)
	mux.HandleFunc("POST /language", web.SetLanguage(false))
	mux.HandleFunc("/{page}", func(w http.ResponseWriter, r *http.Request) {
		p, ok := gallery[r.PathValue("page")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if lang := r.URL.Query().Get("lang"); lang != "" {
			r = r.WithContext(ui.WithLanguage(r.Context(), lang))
		}
		if err := web.Render(w, r, http.StatusOK, p(r.Context())); err != nil {
			t.Error(err)
		}
	})
	s := httptest.NewServer(web.Security{}.Headers(web.Language(mux)))
	t.Cleanup(s.Close)
	return s.URL
}

func TestGalleryIsAccessible(t *testing.T) {
	url := serveGallery(t)
	for name := range gallery {
		webtest.AxeEverywhere(t, url+"/"+name)
	}
	webtest.Axe(t, url+"/triage?lang=ar", 1440, false)
	webtest.Axe(t, url+"/notice?lang=ar", 320, true)
}

func TestGalleryKeepsThePolicy(t *testing.T) {
	url := serveGallery(t)
	for name := range gallery {
		if name != "notice" { // its event stream does not exist, on purpose
			webtest.Quiet(t, url+"/"+name)
		}
	}
}

// TestGalleryPictures writes pictures for people to look at into the directory that IOLAUS_PICTURES names.
func TestGalleryPictures(t *testing.T) {
	dir := os.Getenv("IOLAUS_PICTURES")
	if dir == "" {
		dir = t.TempDir()
	}
	url := serveGallery(t)
	webtest.Screenshot(t, url+"/today", 1440, false, filepath.Join(dir, "today-light.png"))
	if os.Getenv("IOLAUS_PICTURES") != "" {
		for name := range gallery {
			webtest.Screenshot(t, url+"/"+name, 1440, false, filepath.Join(dir, name+"-light.png"))
			webtest.Screenshot(t, url+"/"+name, 1440, true, filepath.Join(dir, name+"-dark.png"))
			webtest.Screenshot(t, url+"/"+name, 400, false, filepath.Join(dir, name+"-narrow.png"))
			webtest.Screenshot(t, url+"/"+name+"?lang=ar", 1440, false, filepath.Join(dir, name+"-rtl.png"))
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "today-light.png")); err != nil || info.Size() < 20000 {
		t.Errorf("picture of the first page: %v, %v", info, err)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"embed"
	"io"
	"net/http"
	"strings"
	"time"

	"iolaus/internal/iru"
)

// ReplayWeb.page 2.5.3 and wabac.js 2.27.2 in it, as published: works of their own under AGPL-3.0-or-later, served and never changed.
//
//go:embed replay/ui.min.js replay/wabac.min.js replay/sw.js replay/LICENSE.txt
var replayFiles embed.FS

// The policies of a replay. Archived scripts run: nothing they do may reach another host.
const (
	replayPolicy = "sandbox allow-scripts allow-same-origin; default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; " +
		"connect-src 'self' data:; frame-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
	workerPolicy = "default-src 'none'; script-src 'self'; connect-src 'self'"
)

// replayFile answers with a file of the replay programme; it holds no secret.
func (s *origin) replayFile(w http.ResponseWriter, r *http.Request) {
	name, ok := map[string]string{"ui.js": "ui.min.js", "wabac.js": "wabac.min.js", "sw.js": "sw.js", "LICENSE.txt": "LICENSE.txt"}[r.PathValue("name")]
	if !ok {
		http.Error(w, "Nothing is here.", http.StatusNotFound)
		return
	}
	body, err := replayFiles.ReadFile("replay/" + name)
	if err != nil {
		panic("read embedded file: " + err.Error()) // cannot happen in a binary that was built
	}
	h := w.Header()
	h.Set("Content-Type", contentTypes[name[strings.LastIndexByte(name, '.'):]])
	h.Set("Content-Security-Policy", workerPolicy)
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(body)))
}

// replayIndex answers with the document that the programme opens in a frame of its own, until its service worker does.
func (s *origin) replayIndex(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", replayPolicy+s.ancestors("'self'"))
	h.Set("X-DNS-Prefetch-Control", "off")
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, `<!DOCTYPE html><html><head><meta charset="utf-8"><script src="./ui.js"></script></head><body><replay-app-main></replay-app-main></body></html>`)
}

// replay answers with the document that plays the capture.
func (l *looking) replay() error {
	if _, ok := fileOf(l.x, "warc"); !ok {
		return iru.NotFound
	}
	l.w.Header().Set("Content-Security-Policy", replayPolicy+l.ancestors())
	l.w.Header().Set("X-DNS-Prefetch-Control", "off")
	l.w.Header().Set("Clear-Site-Data", `"cache", "storage"`) // what another exhibit's scripts left; a credentialless frame has none anyway
	l.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	address := canonical(l.x.Final)
	if address == "" {
		address = canonical(l.x.Locator)
	}
	_ = replayDocument(l.path("capture.warc.gz"), address, l.x.At.UTC().Format("20060102150405"), "exhibit-"+id(l.x.ID)).Render(l.ctx, l.w) // the reader is gone
	return nil
}

// capture answers with the WARC file, whole or in ranges.
func (l *looking) capture() error {
	f, ok := fileOf(l.x, "warc")
	if !ok || l.can.Show != showReplay {
		return iru.NotFound
	}
	r, err := l.opts.Evidence.Open(l.ctx, l.x, f)
	if err != nil {
		return err
	}
	defer r.Close()
	l.w.Header().Set("Content-Type", "application/gzip")
	http.ServeContent(l.w, l.r, "", time.Time{}, io.NewSectionReader(r, 0, f.Size))
	return nil
}

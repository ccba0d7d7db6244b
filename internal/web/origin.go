// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// EvidenceOptions are what the evidence origin needs besides the desk.
type EvidenceOptions struct {
	Evidence  Evidence
	Links     *Links
	Workbench []string // origins of the workbench: nobody else may put a view into a frame
	Log       *slog.Logger
}

// An origin shows evidence on an origin of its own, where no cookie is set or read, by links that the workbench makes. It has no
// directory: without a link there is nothing.
type origin struct {
	desk  *desk.Desk
	opts  EvidenceOptions
	shelf *shelf
	slots chan struct{} // copies made at once: each may take some hundred MB for a moment
}

// NewEvidence gives the handler of the evidence origin. Its errors are Invalid.
func NewEvidence(d *desk.Desk, o EvidenceOptions) (http.Handler, error) {
	if d == nil || o.Evidence == nil || o.Links == nil {
		return nil, fmt.Errorf("make evidence origin: %w: it needs a desk, evidence and links", iru.Invalid)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &origin{desk: d, opts: o, shelf: newShelf(), slots: make(chan struct{}, 2)}
	m := http.NewServeMux()
	m.HandleFunc("GET /c/{token}/{$}", s.look(func(l *looking) error { return l.document(false) }))
	m.HandleFunc("GET /c/{token}/plain", s.look(func(l *looking) error { return l.document(true) }))
	m.HandleFunc("GET /c/{token}/image", s.look((*looking).screenshot))
	m.HandleFunc("GET /c/{token}/r/{key}", s.look((*looking).picture))
	m.HandleFunc("GET /c/{token}/s/{key}", s.look(func(l *looking) error { return l.style(true) }))
	m.HandleFunc("GET /c/{token}/f/{key}", s.look(func(l *looking) error { return l.style(false) }))
	m.HandleFunc("GET /c/{token}/capture.warc.gz", s.look((*looking).capture))
	m.HandleFunc("GET /look/{name}", s.sheet)
	m.HandleFunc("GET /replay/{$}", s.replayIndex)
	m.HandleFunc("GET /replay/{name}", s.replayFile)
	m.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "Nothing is here.", http.StatusNotFound) })
	return s.headers(m), nil
}

// headers sets what every answer carries; a view sets its own policy.
func (s *origin) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; "+s.ancestors())
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", permissions)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
		h.Set("Cache-Control", "no-store")
		if strings.HasPrefix(s.opts.Links.Origin(), "https://") {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// ancestors says who may put an answer into a frame.
func (s *origin) ancestors(more ...string) string {
	all := append(more, s.opts.Workbench...)
	if len(all) == 0 {
		all = []string{"'none'"}
	}
	return "frame-ancestors " + strings.Join(all, " ")
}

// A looking is one request with a good link.
type looking struct {
	*origin
	w     http.ResponseWriter
	r     *http.Request
	ctx   context.Context //nolint:containedctx // the request's, with the language
	token string
	can   capability
	x     iru.Exhibit
	item  iru.Item // zero where there is none
}

// look checks a link, and that its officer may still read the exhibit, and answers failures.
func (s *origin) look(do func(*looking) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		l := &looking{origin: s, w: w, r: r, ctx: r.Context(), token: r.PathValue("token")}
		if lang := r.URL.Query().Get("hl"); lang != "" {
			l.ctx = ui.WithLanguage(l.ctx, lang)
		}
		err := l.enter()
		if err == nil {
			err = do(l)
		}
		if err != nil && r.Context().Err() == nil {
			l.fail(err)
		}
	}
}

func (l *looking) enter() error {
	var err error
	if l.can, err = l.opts.Links.read(l.token, l.desk.Now()); err != nil {
		return err
	}
	return l.desk.DB.View(l.ctx, func(t *db.Tx) error {
		o, err := t.Officer(l.ctx, l.can.Officer)
		if err != nil {
			return err
		}
		u, err := t.Unit(l.ctx, o.Unit)
		if err != nil {
			return err
		}
		if o.State != iru.OfficerActive || u.State != iru.UnitActive {
			return iru.NotFound
		}
		if l.x, err = t.Exhibit(l.ctx, o.Scope(), l.can.Exhibit); err != nil {
			return err
		}
		if l.x.State == iru.ExhibitErased {
			return iru.NotFound
		}
		l.item, err = t.Item(l.ctx, o.Scope(), l.x.Item)
		if errors.Is(err, iru.NotFound) {
			return nil
		}
		return err
	})
}

// fail says in the frame why nothing is shown.
func (l *looking) fail(err error) {
	status, say := StatusOf(err), ui.T(l.ctx, "This cannot be shown. The file itself can be taken along from the page of the exhibit.")
	var why *iru.Refusal
	switch {
	case errors.Is(err, errExpired):
		status, say = http.StatusGone, ui.T(l.ctx, "This view has expired. Load the page of the exhibit again.")
	case errors.Is(err, iru.NotFound):
		say = ui.T(l.ctx, "Nothing is here.")
	case errors.As(err, &why):
		say = words(why)
	}
	if status >= http.StatusInternalServerError {
		l.opts.Log.Error("view failed", "exhibit", l.can.Exhibit, "officer", l.can.Officer, "error", err.Error())
	}
	l.policy("default-src 'none'; style-src 'self'")
	l.page(status, remark(say))
}

// policy sets the content policy of a document: nothing runs, nothing is sent.
func (l *looking) policy(rules string) {
	l.w.Header().Set("Content-Security-Policy", "sandbox; "+rules+"; base-uri 'none'; form-action 'none'; "+l.ancestors())
}

// page answers with a small document of our own.
func (l *looking) page(status int, body templ.Component) {
	l.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	l.w.WriteHeader(status)
	if l.r.Method != http.MethodHead {
		_ = viewDocument(body).Render(l.ctx, l.w) // the reader is gone; there is nobody to tell
	}
}

// path is an address under the same link, with the language.
func (l *looking) path(rest string) string {
	p := "/c/" + l.token + "/" + rest
	if tag := ui.LanguageOf(l.ctx).Tag; tag != ui.Languages[0].Tag {
		p += "?hl=" + tag
	}
	return p
}

// screenshot answers with the picture itself.
func (l *looking) screenshot() error {
	f, ok := fileOf(l.x, "screenshot")
	if !ok || l.can.Show != showScreenshot {
		return iru.NotFound
	}
	r, err := l.opts.Evidence.Open(l.ctx, l.x, f)
	if err != nil {
		return err
	}
	defer r.Close()
	h := l.w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // its document stands in a sandbox and so has no origin
	http.ServeContent(l.w, l.r, "", time.Time{}, io.NewSectionReader(r, 0, f.Size))
	return nil
}

// document answers with what stands in the frame; plain lifts the filter over pictures.
func (l *looking) document(plain bool) error {
	switch l.can.Show {
	case showScreenshot:
		if _, ok := fileOf(l.x, "screenshot"); !ok {
			return iru.NotFound
		}
		l.policy("default-src 'none'; img-src 'self'; style-src 'self'")
		l.page(http.StatusOK, pictureOf(l.path("image"), plain, ui.T(l.ctx, "Screenshot of exhibit %s", id(l.x.ID))))
		return nil
	case showCopy:
		return l.copy(plain)
	case showReplay:
		return l.replay()
	}
	return iru.NotFound
}

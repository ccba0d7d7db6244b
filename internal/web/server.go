// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// Options are what the workbench needs besides the desk.
type Options struct {
	Evidence Evidence
	Letters  Store    // of letters and their documents; nil: only previews are shown
	Links    *Links   // to the origin that shows evidence; nil: nothing of it is shown, only described
	Export   Export   // makes the bundle of an exhibit; nil: none is offered
	Portal   *Portal  // pages for addressees without an account; nil: there are none
	Training []string // networks that the guard is opened for; a red banner says so on every page
	Version  string
	Secure   bool // pages are served over TLS: cookies are sent over TLS only
	Log      *slog.Logger
}

// A server answers the workbench's requests.
type server struct {
	desk     *desk.Desk
	opts     Options
	static   *Static
	sessions *scs.SessionManager
	feed     *feed
	boards   *boards
	checks   *checkbook
	proving  chan struct{} // passwords checked at once: each takes 64 MiB
}

// Of the sign-in: so many attempts per name and per address in that time.
const (
	signInAttempts = 20
	signInWindow   = 10 * time.Minute
)

// New gives the handler of every page. Its errors are Invalid.
func New(d *desk.Desk, o Options) (http.Handler, error) {
	if d == nil || o.Evidence == nil {
		return nil, fmt.Errorf("make workbench: %w: it needs a desk and an evidence store", iru.Invalid)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &server{desk: d, opts: o, static: NewStatic("/static/"), sessions: sessionManager(d, o), feed: newFeed(d), boards: newBoards(), checks: &checkbook{}, proving: make(chan struct{}, 4)}

	pages := http.NewServeMux()
	for _, rt := range s.routes() {
		h := s.handler(rt)
		if rt.pattern == "POST /signin" {
			h = SlowSignIn(h, signInAttempts, signInWindow, s.refuse(http.StatusTooManyRequests))
		}
		pages.Handle(rt.pattern, h)
	}
	pages.Handle("/", s.handler(route{open: true, handle: func(*visit) error { return iru.NotFound }}))
	changes := SameOrigin(s.sessions.LoadAndSave(pages), s.refuse(http.StatusForbidden))

	all := http.NewServeMux()
	all.Handle("GET /static/", s.static)
	all.Handle(importPattern, Language(http.MaxBytesHandler(changes, MaxImport+importMemory))) // read by whoever is signed in, and nobody else
	all.Handle("/", Language(LimitBody(changes, MaxForm, s.refuse(http.StatusRequestEntityTooLarge))))
	if o.Portal != nil {
		p := newPortal(s)
		all.Handle("/p/", p)
		all.Handle("/verify", p)
	}
	return Security{Secure: o.Secure, EvidenceOrigin: o.Links.Origin()}.Headers(all), nil
}

// A route is one line of routes.go.
type route struct {
	pattern string
	handle  func(*visit) error
	open    bool // also for people who are not signed in
}

// handler runs a route for the officer who is signed in and answers its failure.
func (s *server) handler(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{server: s, w: w, r: r, now: s.desk.Now().UTC().Truncate(time.Microsecond)}
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				s.opts.Log.Error("page panicked", "page", rt.pattern, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				v.fail(fmt.Errorf("show page: %w", iru.Internal))
			}
		}()
		if err := v.enter(rt.open); err != nil {
			if !errors.Is(err, errSignIn) {
				v.fail(err)
			}
			return
		}
		if err := rt.handle(v); err != nil {
			v.fail(err)
		}
	})
}

// fail shows an error page, and logs what is not the reader's own doing.
func (v *visit) fail(err error) {
	if v.r.Context().Err() != nil {
		return // the reader is gone
	}
	frame := v.frame("", "")
	reference := Fail(v.w, v.r, frame, err)
	if StatusOf(err) >= 500 {
		v.opts.Log.Error("page failed", "page", v.r.Pattern, "officer", v.by.ID, "reference", reference, "error", err.Error())
	}
}

// refuse answers what was stopped before a page was chosen.
func (s *server) refuse(status int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{server: s, w: w, r: r, now: s.desk.Now().UTC()}
		page := ErrorFor(r.Context(), v.frame("", ""), status, nil)
		if err := Render(w, r, status, page.View()); err != nil {
			s.opts.Log.Error("page failed", "error", err.Error())
		}
	})
}

func (s *server) training() string { return strings.Join(s.opts.Training, ", ") }

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/httprate"
)

// Security says what the pages may reach besides their own origin.
type Security struct {
	// EvidenceOrigin is the origin without cookies that shows scriptless copies in a frame, as "https://evidence.unit.test"; empty:
	// no frame is shown.
	EvidenceOrigin string
	// Secure: the pages are served over TLS; browsers are told to stay there.
	Secure bool
}

// policy is the content security policy: everything from our own origin, nothing inline, no eval, HTML from strings only through the
// policy that app.js names.
func (s Security) policy() string {
	frames := "'none'"
	if s.EvidenceOrigin != "" {
		frames = s.EvidenceOrigin
	}
	return strings.Join([]string{
		"default-src 'self'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self'",
		"connect-src 'self'",
		"frame-src " + frames,
		"object-src 'none'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'",
		"require-trusted-types-for 'script'",
		"trusted-types iolaus",
	}, "; ")
}

// permissions switches off what no page uses. Copying an address needs the clipboard, writing only.
const permissions = "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), clipboard-write=(self), display-capture=(), " +
	"encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), " +
	"picture-in-picture=(), publickey-credentials-get=(self), screen-wake-lock=(self), serial=(), usb=(), xr-spatial-tracking=()"

// Headers sets the headers of every answer. Pages are never stored; static files set their own Cache-Control.
func (s Security) Headers(next http.Handler) http.Handler {
	policy := s.policy()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "same-origin") // without any, Chromium sends forms with "Origin: null" over plain HTTP, which SameOrigin refuses
		h.Set("Permissions-Policy", permissions)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cache-Control", "no-store")
		if s.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// SameOrigin refuses requests that change something and were sent by another site, by Sec-Fetch-Site and Origin; no token is
// needed. refuse answers them; nil answers 403 in plain text.
func SameOrigin(next http.Handler, refuse http.Handler) http.Handler {
	c := http.NewCrossOriginProtection()
	if refuse != nil {
		c.SetDenyHandler(refuse)
	}
	return c.Handler(next)
}

// MaxForm is the largest form that a page accepts, in bytes. Uploads have handlers and limits of their own.
const MaxForm = 1 << 20

// LimitBody cuts the body of every request at n bytes and reads its form: refuse answers one that is larger, so that no page takes the
// half of a form for all of it.
func LimitBody(next http.Handler, n int64, refuse http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil {
			r.Body = http.MaxBytesReader(w, r.Body, n)
		}
		err := r.ParseForm()
		if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && kind == "multipart/form-data" {
			err = r.ParseMultipartForm(n)
		}
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			refuse.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// SlowSignIn lets n attempts pass per window and address, and n per window and name that is tried, so that neither one guesser nor
// many together can try a list of passwords. refuse answers the rest; Retry-After is set, in seconds.
func SlowSignIn(next http.Handler, n int, window time.Duration, refuse http.Handler) http.Handler {
	byName := func(r *http.Request) (string, error) {
		return "name " + strings.ToLower(strings.TrimSpace(r.PostFormValue("name"))), nil
	}
	byAddress := func(r *http.Request) (string, error) { // of whoever connects: what a header says can be invented
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			host = r.RemoteAddr
		}
		return httprate.CanonicalizeIP(host), nil
	}
	limited := next
	for _, key := range []httprate.KeyFunc{byName, byAddress} {
		limited = httprate.LimitBy(n, window, key, httprate.WithLimitHandler(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", strconv.Itoa(int(window/time.Second)))
			refuse.ServeHTTP(w, r)
		}))(limited)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		limited.ServeHTTP(w, r)
	})
}

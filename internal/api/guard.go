// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"

	"iolaus/internal/iru"
)

// guard stands before every operation: headers, the token and its scope, the rate, the body's form and length, and the
// idempotency key.
func (s *server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.hma != nil && strings.HasPrefix(r.URL.Path, "/hma/") {
			s.hma.ServeHTTP(w, r)
			return
		}
		secure(w.Header())
		h, pattern := s.mux.Handler(r)
		rt, known := s.routes[pattern]
		switch {
		case pattern == "" || path.Clean(r.URL.Path) != r.URL.Path:
			s.nowhere(w, r, h, pattern)
			return
		case !known: // the documents, and what providers tell
			next.ServeHTTP(w, r)
			return
		}
		c, p := s.admit(r, rt)
		if p == nil && s.rate.OnLimit(w, r, number(c.token.ID)) {
			p = refusal(http.StatusTooManyRequests, "the token has made too many requests in a minute", "wait as long as Retry-After says")
		}
		var body []byte
		if p == nil && r.Method == http.MethodPost {
			body, p = s.read(w, r, rt)
		}
		if p != nil {
			p.write(w)
			return
		}
		r = r.WithContext(context.WithValue(r.Context(), callerKey{}, c))
		if r.Method == http.MethodPost && r.Header.Get(idempotencyKey) != "" {
			s.once(w, r, c, body, next)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// secure sets the headers of every answer: it is for programs, so a browser may do nothing with it.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cache-Control", "no-store")
}

// nowhere answers what no operation serves; h is what the mux would do.
func (s *server) nowhere(w http.ResponseWriter, r *http.Request, h http.Handler, pattern string) {
	if pattern == "" {
		said := &record{header: http.Header{}}
		h.ServeHTTP(said, r)
		if allow := said.header.Get("Allow"); said.status == http.StatusMethodNotAllowed && allow != "" {
			w.Header().Set("Allow", allow)
			refusal(http.StatusMethodNotAllowed, r.Method+" does nothing here", "possible: "+allow).write(w)
			return
		}
	}
	refusal(http.StatusNotFound, "there is no such address", "see /v1/openapi.yaml for those that there are").write(w)
}

// bearer takes the token out of the request.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || len(token) > 512 {
		return ""
	}
	return strings.TrimSpace(token)
}

// admit finds out who calls, and whether the token is for this.
func (s *server) admit(r *http.Request, rt route) (caller, *Problem) {
	token := bearer(r)
	if token == "" {
		return caller{}, unknown("the request has no bearer token", "issue one in the workbench under your name, and send it as Authorization: Bearer TOKEN")
	}
	o, k, err := s.desk.ByToken(r.Context(), token)
	if errors.Is(err, iru.Forbidden) {
		p := s.problem(err)
		return caller{}, unknown(p.Detail, p.Instead)
	}
	if err != nil {
		return caller{}, s.problem(err)
	}
	if !slices.Contains(k.Scopes, rt.scope) {
		p := refusal(http.StatusForbidden, "the token is not for this: it lacks the scope "+rt.scope, "issue one with the scope "+rt.scope)
		p.challenge = `Bearer error="insufficient_scope", scope="` + rt.scope + `"`
		return caller{}, p
	}
	sc := o.Scope()
	sc.Token = k.ID
	return caller{officer: o, token: k, scope: sc, url: r.URL}, nil
}

func unknown(detail, instead string) *Problem {
	p := refusal(http.StatusUnauthorized, detail, instead)
	p.challenge = `Bearer realm="iolaus"`
	return p
}

// read takes the body in, so that it can be compared with an earlier one, and refuses what is no JSON or not wanted.
func (s *server) read(w http.ResponseWriter, r *http.Request, rt route) ([]byte, *Problem) {
	body, p := whole(w, r, s.o.MaxBody)
	if p != nil {
		return nil, p
	}
	if len(body) > 0 {
		if p := isJSON(r); p != nil {
			return nil, p
		}
		if empty := bytes.Join(bytes.Fields(body), nil); !rt.body && string(empty) != "{}" {
			return nil, refusal(http.StatusUnprocessableEntity, "this takes no body", "send none, or {}")
		}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

func isJSON(r *http.Request) *Problem {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return refusal(http.StatusUnsupportedMediaType, "the body is not said to be JSON", "send it as Content-Type: application/json")
	}
	return nil
}

// whole reads a body of at most so many bytes.
func whole(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, *Problem) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return nil, refusal(http.StatusRequestEntityTooLarge, "the body has more than "+number(limit)+" bytes", "send less")
	case err != nil:
		return nil, refusal(http.StatusBadRequest, "the body did not arrive whole", "send it again")
	}
	return body, nil
}

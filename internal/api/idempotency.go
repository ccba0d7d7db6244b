// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"iolaus/internal/db"
)

const (
	idempotencyKey = "Idempotency-Key"
	maxKey         = 255
	purgeEvery     = 10 * time.Minute
	settleWithin   = 5 * time.Second // storing an answer outlives the request that it belongs to
)

// record is an answer that is kept before it is given.
type record struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *record) Header() http.Header { return r.header }

func (r *record) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *record) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}

// once runs the request under its key, or gives the answer that it had before. The key is taken first, so that two requests at the
// same time do not both run; a crash leaves it taken for a minute.
func (s *server) once(w http.ResponseWriter, r *http.Request, c caller, body []byte, next http.Handler) {
	a := db.Answer{Officer: c.officer.ID, Key: r.Header.Get(idempotencyKey), Created: s.now()}
	if len(a.Key) > maxKey || strings.ContainsFunc(a.Key, func(x rune) bool { return x < ' ' || x > '~' }) {
		refusal(http.StatusUnprocessableEntity, "the idempotency key is not plain text of at most 255 characters", "use a random number or a UUID").write(w)
		return
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n%s\n%d\n", r.Method, r.URL.RequestURI(), c.token.ID)
	sum.Write(body)
	a.Request = hex.EncodeToString(sum.Sum(nil))
	have, mine, purge := a, false, s.purgeDue(a.Created)
	err := s.desk.DB.Tx(r.Context(), func(t *db.Tx) error {
		if purge {
			if err := t.PurgeAnswers(r.Context(), a.Created); err != nil {
				return err
			}
		}
		var err error
		have, mine, err = t.Reserve(r.Context(), a)
		return err
	})
	switch {
	case err != nil:
		s.problem(err).write(w)
	case mine:
		s.run(w, r, a, next)
	case have.Request != a.Request:
		refusal(http.StatusUnprocessableEntity, "the idempotency key was used for another request", "use a new key for each act").write(w)
	case have.Status == 0:
		p := refusal(http.StatusConflict, "the same request is being done under this key", "ask again in a moment for its answer")
		p.retry = retryAfter
		p.write(w)
	default:
		w.Header().Set(replayed, "true")
		kind, rest, _ := bytes.Cut(have.Body, []byte("\n"))
		give(w, have.Status, string(kind), rest)
	}
}

// purgeDue reports, once in ten minutes, that old answers are to be forgotten.
func (s *server) purgeDue(now time.Time) bool {
	last := s.purged.Load()
	return now.Unix()-last >= int64(purgeEvery/time.Second) && s.purged.CompareAndSwap(last, now.Unix())
}

// run does the request and keeps its answer. What failed on our side changed nothing and may be tried again: its key is freed.
func (s *server) run(w http.ResponseWriter, r *http.Request, a db.Answer, next http.Handler) {
	said := &record{header: http.Header{}}
	done := false
	defer func() {
		if !done { // a panic
			s.settle(r, func(ctx context.Context, t *db.Tx) error { return t.Unreserve(ctx, a) })
		}
	}()
	next.ServeHTTP(said, r)
	if said.status == 0 {
		said.status = http.StatusOK
	}
	done = true
	kind := said.header.Get("Content-Type")
	s.settle(r, func(ctx context.Context, t *db.Tx) error {
		if said.status >= 500 {
			return t.Unreserve(ctx, a)
		}
		a.Status, a.Body = said.status, append([]byte(kind+"\n"), said.body.Bytes()...)
		return t.Answered(ctx, a)
	})
	for k, v := range said.header {
		w.Header()[k] = v
	}
	give(w, said.status, kind, said.body.Bytes())
}

func (s *server) settle(r *http.Request, f func(context.Context, *db.Tx) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), settleWithin)
	defer cancel()
	if err := s.desk.DB.Tx(ctx, func(t *db.Tx) error { return f(ctx, t) }); err != nil {
		s.o.Log.Warn("the answer to a request with an idempotency key was not kept", "error", err)
	}
}

func give(w http.ResponseWriter, status int, kind string, body []byte) {
	if kind != "" {
		w.Header().Set("Content-Type", kind)
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have gone
}

// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

func (w *world) keyed(token, key, path string, body any) *httptest.ResponseRecorder {
	r := req("POST", path, token, body)
	r.Header.Set(idempotencyKey, key)
	return w.do(r)
}

func (w *world) watching() int {
	w.t.Helper()
	var as things
	w.get("ada", "/v1/assets", &as)
	return len(as.Items)
}

func TestIdempotency(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ada, tram := w.tokens["ada"], words{"address": "https://tram-times.test/", "reason": "named"}
		first := w.keyed(ada, "k1", "/v1/watch", tram)
		again := w.keyed(ada, "k1", "/v1/watch", tram)
		if first.Code != 200 || again.Code != 200 || first.Body.String() != again.Body.String() || again.Header().Get("Content-Type") != "application/json" {
			t.Errorf("the same request: %d %s, then %d %s", first.Code, first.Body, again.Code, again.Body)
		}
		w.conform("POST /v1/watch", again)
		if first.Header().Get("Idempotent-Replayed") != "" || again.Header().Get("Idempotent-Replayed") != "true" {
			t.Error("which of the two was the answer of before?")
		}
		if rec := w.keyed(ada, "k1", "/v1/watch", words{"address": "https://train-times.test/", "reason": "named"}); rec.Code != 422 {
			t.Errorf("another request under the key: %d %s", rec.Code, rec.Body)
		}
		if rec := w.keyed(w.issue("ada", desk.ScopeDecide), "k1", "/v1/watch", tram); rec.Code != 422 {
			t.Errorf("another token under the key: %d %s", rec.Code, rec.Body)
		}
		if rec := w.keyed(w.tokens["bea"], "k1", "/v1/watch", tram); rec.Code != 200 || rec.Header().Get("Idempotent-Replayed") != "" {
			t.Errorf("another officer's key: %d %s", rec.Code, rec.Body)
		}
		if rec := w.keyed(ada, "k2", "/v1/watch", tram); rec.Code != 409 {
			t.Errorf("the same address again: %d %s", rec.Code, rec.Body)
		}
		if rec := w.keyed(ada, "k2", "/v1/watch", tram); rec.Code != 409 || rec.Header().Get("Idempotent-Replayed") != "true" || rec.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("a refusal is an answer too: %d %s", rec.Code, rec.Body)
		}
		if rec := w.keyed(ada, "k\x00", "/v1/watch", tram); rec.Code != 422 {
			t.Errorf("a key of control characters: %d", rec.Code)
		}
		if n := w.watching(); n != 1 {
			t.Errorf("%d assets are on watch", n)
		}
		w.later(db.KeepAnswer + time.Second)
		if rec := w.keyed(ada, "k1", "/v1/watch", words{"address": "https://train-times.test/", "reason": "named"}); rec.Code != 200 {
			t.Errorf("a day later the key is free: %d %s", rec.Code, rec.Body)
		}
		var n int
		must(t, d.View(t.Context(), func(x *db.Tx) error { return x.QueryRow(t.Context(), "SELECT COUNT(*) FROM idempotency").Scan(&n) }))
		if n != 1 {
			t.Errorf("%d answers are kept a day later", n)
		}
	})
}

// TestIdempotencyAtOnce sends the same request many times at once: one does it, the others hear of it or have to ask again.
func TestIdempotencyAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var wg sync.WaitGroup
		codes := make([]int, 12)
		for i := range codes {
			wg.Go(func() {
				rec := w.keyed(w.tokens["ada"], "same", "/v1/watch", words{"address": "https://tram-times.test/", "reason": "named"})
				codes[i] = rec.Code
				if rec.Code == 409 && rec.Header().Get("Retry-After") == "" {
					t.Errorf("a refusal that is not for the others: %s", rec.Body)
				}
			})
		}
		wg.Wait()
		done := 0
		for _, c := range codes {
			if c == 200 {
				done++
			} else if c != 409 && c != 503 {
				t.Errorf("codes %v", codes)
			}
		}
		if done == 0 || w.watching() != 1 {
			t.Errorf("%d assets on watch, codes %v", w.watching(), codes)
		}
	})
}

// TestIdempotencyCrash: a reservation that nobody will answer blocks its key for a minute, an error of ours and a panic not at all.
func TestIdempotencyCrash(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ada := w.tokens["ada"]
		runs, status := 0, 0
		w.server.mux.HandleFunc("POST /v1/test", func(rw http.ResponseWriter, _ *http.Request) {
			if runs++; status == 0 {
				panic(http.ErrAbortHandler)
			}
			rw.WriteHeader(status)
		})
		w.server.routes["POST /v1/test"] = route{scope: desk.ScopeDecide}
		func() {
			defer func() { _ = recover() }()
			w.keyed(ada, "k", "/v1/test", nil)
		}()
		status = 503
		w.keyed(ada, "k", "/v1/test", nil)
		status = 200
		if rec := w.keyed(ada, "k", "/v1/test", nil); rec.Code != 200 || runs != 3 {
			t.Errorf("after a panic and an error of ours: %d, %d runs", rec.Code, runs)
		}
		if rec := w.keyed(ada, "k", "/v1/test", nil); rec.Code != 200 || runs != 3 {
			t.Errorf("after success: %d, %d runs", rec.Code, runs)
		}

		// A process dies between the reservation and the answer, and comes back after another one has taken over.
		tram := words{"address": "https://tram-times.test/", "reason": "named"}
		w.keyed(ada, "dead", "/v1/watch", tram)
		dead := db.Answer{Officer: w.people["ada"].ID, Key: "dead", Created: w.now()}
		must(t, d.Tx(t.Context(), func(x *db.Tx) error {
			_, err := x.Exec(t.Context(), "UPDATE idempotency SET status=0, body=$1 WHERE key='dead'", []byte{})
			return err
		}))
		if rec := w.keyed(ada, "dead", "/v1/watch", tram); rec.Code != 409 || rec.Header().Get("Retry-After") == "" {
			t.Errorf("within the minute: %d %s", rec.Code, rec.Body)
		}
		w.later(db.KeepReserve)
		if rec := w.keyed(ada, "dead", "/v1/watch", tram); rec.Code != 409 || rec.Header().Get("Retry-After") != "" {
			t.Errorf("after the minute it runs, and finds the address on watch: %d %s", rec.Code, rec.Body)
		}
		err := d.Tx(t.Context(), func(x *db.Tx) error { return x.Answered(t.Context(), dead) })
		if !errors.Is(err, iru.Conflict) {
			t.Errorf("who lost the key answered: %v", err)
		}
	})
}

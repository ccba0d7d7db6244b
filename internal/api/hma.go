// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
	"iolaus/internal/recognise/ring"
)

// HMA opens the routes under /hma, which clients of Hasher-Matcher-Actioner know; docs/format/hma.md says where they differ. What a field
// is nil for is refused as that program refuses it.
type HMA struct {
	Near     Neighbours
	Pictures Pictures
	Web      Fetcher
	// MaxFile is the greatest length of a file in bytes, where it is no picture; 0 means 100 MiB, as there.
	MaxFile int64
}

// Neighbours finds fingerprints of pictures, whoever's they are; which of them may be told, the store says.
type Neighbours interface {
	// Near gives the ids of all signals within so many bits of q: with fresh of all that were entered before, else it need not wait for
	// what was entered in the last second.
	Near(ctx context.Context, q recognise.PDQ, radius int, fresh bool) ([]ring.Hit, error)
}

// Pictures reads hostile pictures, away from this process.
type Pictures interface {
	// Picture gives the hash of a PNG, JPEG, GIF or WebP picture and its quality, 0 to 100. iru.Invalid: it cannot be read.
	Picture(ctx context.Context, body []byte) (recognise.PDQ, int, error)
}

// Fetcher asks foreign servers, and none that the unit's configuration does not allow.
type Fetcher interface {
	// Get fetches an address. iru.Forbidden: it may not be asked for; iru.Invalid: it is none; iru.Unavailable: no answer came.
	Get(ctx context.Context, address string) (Fetched, error)
}

// Fetched is what a server answered.
type Fetched struct {
	Status int
	Type   string // media type, "" if nothing says it
	Body   []byte
	Cut    bool // the body is longer than may be fetched
}

// maxFile is the other program's default for what it fetches.
const maxFile = 100 << 20

// readAtOnce is how many files are taken in at once: each picture may need 32 MiB here and a cell beside.
const readAtOnce = 8

type hma struct {
	*server
	HMA
	mux    *http.ServeMux
	routes map[string]string // scope of the token by pattern; "" needs none
	turns  chan struct{}
	tally  tally

	entered, taken atomic.Int64 // how much was entered here, and how much of it a look-up has seen
}

func (s *server) openHMA(o HMA) *hma {
	if o.MaxFile <= 0 {
		o.MaxFile = maxFile
	}
	h := &hma{server: s, HMA: o, mux: http.NewServeMux(), routes: map[string]string{}, turns: make(chan struct{}, readAtOnce)}
	h.hashing()
	h.matching()
	h.banks()
	h.contents()
	h.exchanges()
	h.types()
	h.status()
	return h
}

// fault is a refusal in the other program's form.
type fault struct {
	status  int
	header  http.Header
	Message string `json:"message"`
	Details string `json:"details,omitempty"`
}

func (f *fault) Error() string { return f.Message }

func abort(status int, format string, args ...any) error {
	return &fault{status: status, Message: fmt.Sprintf(format, args...)}
}

// made is an answer 201.
type made struct{ v any }

// route opens one. The answer of f is JSON.
func (h *hma) route(pattern, scope string, f func(*http.Request) (any, error)) {
	h.routes[pattern] = scope
	h.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		v, err := f(r)
		if err != nil {
			h.refuse(w, err)
			return
		}
		status := http.StatusOK
		if m, ok := v.(made); ok {
			v, status = m.v, http.StatusCreated
		}
		h.answer(w, status, v)
	})
}

func (h *hma) answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return // the client has gone
	}
}

// ServeHTTP stands before every route, as guard does under /v1.
func (h *hma) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	handler, pattern := h.mux.Handler(r)
	scope, known := h.routes[pattern]
	if !known || path.Clean(r.URL.Path) != r.URL.Path {
		said := &record{header: http.Header{}}
		if pattern == "" {
			handler.ServeHTTP(said, r)
		}
		if allow := said.header.Get("Allow"); said.status == http.StatusMethodNotAllowed && allow != "" {
			w.Header().Set("Allow", allow)
			h.refuse(w, abort(http.StatusMethodNotAllowed, "%s does nothing here", r.Method))
			return
		}
		h.refuse(w, abort(http.StatusNotFound, "there is no such address: see /hma/site-map"))
		return
	}
	if scope == "" {
		h.mux.ServeHTTP(w, r)
		return
	}
	c, p := h.admit(r, route{scope: scope})
	if p == nil && h.rate.OnLimit(w, r, number(c.token.ID)) {
		p = refusal(http.StatusTooManyRequests, "the token has made too many requests in a minute", "wait as long as Retry-After says")
	}
	if p != nil {
		h.refuse(w, p)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, h.MaxFile+h.o.MaxBody)
	h.mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
}

// refuse answers with an error. What the desk calls invalid is 400 there.
func (h *hma) refuse(w http.ResponseWriter, err error) {
	var f *fault
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &f):
	case errors.As(err, &long):
		f = &fault{status: http.StatusRequestEntityTooLarge, Message: "Content too large"}
	default:
		p := h.problem(err)
		f = &fault{status: p.Status, header: p.GetHeaders(), Message: p.Detail, Details: p.Instead}
		if p.Status == http.StatusUnprocessableEntity {
			f.status = http.StatusBadRequest
		}
		if p.Instance != "" {
			f.Details = p.Instance
		}
	}
	for k, v := range f.header {
		w.Header()[k] = v
	}
	h.answer(w, f.status, f)
}

// object reads a body that must be a JSON object.
func (h *hma) object(r *http.Request) (map[string]json.RawMessage, error) {
	if p := isJSON(r); p != nil {
		return nil, p
	}
	body, p := whole(nil, r, h.o.MaxBody)
	if p != nil {
		return nil, p
	}
	var out map[string]json.RawMessage
	if err := json.Unmarshal(body, &out); err != nil || out == nil {
		return nil, abort(http.StatusBadRequest, "the body is not a JSON object")
	}
	return out, nil
}

// field reads a JSON value of an object; absent and null leave v as it is.
func field(o map[string]json.RawMessage, name string, v any) error {
	raw, ok := o[name]
	if !ok || string(raw) == "null" {
		return nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return abort(http.StatusUnprocessableEntity, "%s is not of the right type", name)
	}
	return nil
}

// yes reads a boolean as the other program does; def where it is absent.
func yes(r *http.Request, name string, def bool) (bool, error) {
	if !r.URL.Query().Has(name) {
		return def, nil
	}
	return truth(r.URL.Query().Get(name), name)
}

func truth(s, name string) (bool, error) {
	switch {
	case slices.Contains([]string{"true", "True", "TRUE", "1", "yes", "on", "t", "y"}, s):
		return true, nil
	case slices.Contains([]string{"false", "False", "FALSE", "0", "no", "off", "f", "n"}, s):
		return false, nil
	}
	return false, abort(http.StatusUnprocessableEntity, "%s is not true or false", name)
}

// status says that the program lives, to everybody: load balancers have no token.
func (h *hma) status() {
	plain := func(w http.ResponseWriter, status int, text string) {
		give(w, status, "text/html; charset=utf-8", []byte(text))
	}
	h.routes["GET /hma/status"], h.routes["GET /hma/status/live"] = "", ""
	h.mux.HandleFunc("GET /hma/status/live", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "I-AM-ALIVE") })
	h.mux.HandleFunc("GET /hma/status", func(w http.ResponseWriter, r *http.Request) {
		if h.Near == nil || h.desk.DB.View(r.Context(), func(*db.Tx) error { return nil }) != nil {
			plain(w, http.StatusServiceUnavailable, "INDEX-NOT-LOADED")
			return
		}
		plain(w, http.StatusOK, "I-AM-ALIVE")
	})
	h.route("GET /hma/site-map", "", func(*http.Request) (any, error) {
		var out []string
		for pattern := range h.routes {
			_, at, _ := strings.Cut(pattern, " /hma")
			out = append(out, at)
		}
		slices.Sort(out)
		return slices.Compact(out), nil
	})
}

// bank finds a bank of the caller's unit by the name in the path.
func (h *hma) bank(r *http.Request) (iru.Bank, error) {
	name := r.PathValue("bank")
	if !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) { // no engine would take it as a text
		return iru.Bank{}, abort(http.StatusNotFound, "bank '%.80q' not found", name)
	}
	b, err := view(r.Context(), h.server, func(t *db.Tx, sc iru.Scope) (iru.Bank, error) { return t.BankByName(r.Context(), sc.Unit, name) })
	if errors.Is(err, iru.NotFound) {
		return b, abort(http.StatusNotFound, "bank '%.80s' not found", name)
	}
	return b, err
}

// id reads the number in the path.
func (h *hma) id(r *http.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue("content"), 10, 64)
	if err != nil || n < 1 {
		return 0, abort(http.StatusNotFound, "content '%.20s' not found", r.PathValue("content"))
	}
	return n, nil
}

const (
	reads  = desk.ScopeRead
	writes = desk.ScopeDecide
)

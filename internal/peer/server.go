// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// The paths of the server.
const (
	pathMessages = "/peer/v1/messages"
	pathMark     = "/peer/v1/mark"
)

// idHeader is the id of the client's keys, hexadecimal.
const idHeader = "Iolaus-Peer"

const batchType = "application/vnd.iolaus.peer-batch"

// Server is ready for ServeTLS(listener, "", ""): its certificate, its timeouts, its bounds and its handler are set.
func Server(r Receiver, l Limits, now func() time.Time, current Identity, earlier ...Identity) (*http.Server, error) {
	c, err := TLSConfig(r, current, earlier...)
	if err != nil {
		return nil, err
	}
	l = l.withDefaults()
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler: Handler(r, l, now), TLSConfig: c, Protocols: protocols, MaxHeaderBytes: 8 << 10, ConnState: newCrowd(l).state,
		ErrorLog:          log.New(io.Discard, "", 0), // strangers would fill it
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10*time.Second + l.Timeout, WriteTimeout: 10*time.Second + 2*l.Timeout, IdleTimeout: 2 * time.Minute,
	}, nil
}

// slowest is the slowest line that is waited for, in bytes a second.
const slowest = 16 << 10

// within is how long a request with a body of that many bytes may take.
func within(base time.Duration, size int64) time.Duration {
	return base + time.Duration(size)*time.Second/slowest
}

type handler struct {
	receiver Receiver
	limits   Limits
	now      func() time.Time
	mu       sync.Mutex
	gates    map[[32]byte]*gate
}

// Handler answers partners. It needs the connection state of TLSConfig; a request without one is a stranger's.
func Handler(r Receiver, l Limits, now func() time.Time) http.Handler {
	h := &handler{receiver: r, limits: l.withDefaults(), now: now, gates: map[[32]byte]*gate{}}
	mux := http.NewServeMux()
	mux.Handle("POST "+pathMessages, h.with(h.messages))
	mux.Handle("GET "+pathMark, h.with(h.mark))
	return mux
}

func (h *handler) gate(of [32]byte, now time.Time) *gate {
	h.mu.Lock()
	defer h.mu.Unlock()
	g := h.gates[of]
	if g == nil {
		g = newGate(h.limits, now)
		h.gates[of] = g
	}
	return g
}

// with lets in whoever is a partner now, which may be fewer than at the handshake, and not too often.
func (h *handler) with(serve func(*http.Request, Card) (*Mark, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		received := h.now()
		if r.TLS == nil {
			h.answer(w, received, nil, Stranger)
			return
		}
		from, err := partnerOf(r.Context(), h.receiver, *r.TLS, r.Header.Get(idHeader))
		if err != nil {
			h.answer(w, received, nil, err)
			return
		}
		if r.ContentLength > MaxBatchSize || r.ContentLength < 0 {
			h.answer(w, received, nil, TooLarge)
			return
		}
		g := h.gate(from.ID(), received)
		wait, report := g.enter(received, float64(r.ContentLength))
		if report != nil {
			h.receiver.Flooded(r.Context(), from, *report)
		}
		if wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
			h.answer(w, received, nil, Flood)
			return
		}
		defer g.leave()
		limit := http.NewResponseController(w) // what cannot be set, such as in a test without a connection, stays as the server has it
		_ = limit.SetReadDeadline(time.Now().Add(within(h.limits.Timeout, r.ContentLength)))
		_ = limit.SetWriteDeadline(time.Now().Add(within(2*h.limits.Timeout, r.ContentLength)))
		m, err := serve(r, from)
		h.answer(w, received, m, err)
	})
}

func (h *handler) messages(r *http.Request, from Card) (*Mark, error) {
	if r.Header.Get("Content-Type") != batchType {
		return nil, wrong("read batch", Malformed, "its type is not %s", batchType)
	}
	body := make([]byte, r.ContentLength) // which is within the limits, and that of a partner
	if _, err := io.ReadFull(r.Body, body); err != nil {
		return nil, wrong("read batch", Truncated, "the connection broke")
	}
	sealed, err := DecodeBatch(body)
	if err != nil {
		return nil, err
	}
	m, err := h.receiver.Take(r.Context(), from, sealed)
	return &m, err
}

func (h *handler) mark(r *http.Request, from Card) (*Mark, error) {
	m, err := h.receiver.Last(r.Context(), from)
	if err != nil {
		return nil, err
	}
	return &m, nil
}

func (h *handler) answer(w http.ResponseWriter, received time.Time, m *Mark, err error) {
	a := answer{Received: received.UTC()}
	if m != nil {
		a.Mark = wire(m.normal())
	}
	if err != nil {
		a.Fault, a.Detail = explain(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if a.Fault == Stranger || a.Fault == TooLarge {
		w.Header().Set("Connection", "close")
	}
	a.Answered = h.now().UTC()
	b, err := json.Marshal(a)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.WriteHeader(status(a.Fault))
	_, _ = w.Write(append(b, '\n')) // whoever does not read it asks again
}

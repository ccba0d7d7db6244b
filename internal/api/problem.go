// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"iolaus/internal/iru"
)

// A Problem is how the interface refuses (RFC 9457).
type Problem struct {
	Title    string  `json:"title" doc:"What the status means."`
	Status   int     `json:"status" doc:"The HTTP status."`
	Detail   string  `json:"detail" doc:"The reason, in words for a person."`
	Instead  string  `json:"instead,omitempty" doc:"The way out, where there is one."`
	Instance string  `json:"instance,omitempty" doc:"Number of the entry in the program's log, for an error of its own."`
	Errors   []Fault `json:"errors,omitempty" nullable:"false" doc:"What is wrong with the request, by place."`

	retry     int    // seconds
	challenge string // what the client must prove (RFC 6750)
}

// A Fault is one thing that is wrong with a request.
type Fault struct {
	Location string `json:"location,omitempty" doc:"Where: body.reason, query.limit."`
	Message  string `json:"message"`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retry > 0 {
		h.Set(retry, strconv.Itoa(p.retry))
	}
	if p.challenge != "" {
		h.Set(challenge, p.challenge)
	}
	return h
}

func refusal(status int, detail, instead string) *Problem {
	return &Problem{Title: http.StatusText(status), Status: status, Detail: detail, Instead: instead}
}

// The wait that an answer 503 or a request that still runs asks for, in seconds.
const retryAfter = 1

// kindOf gives the one of the six kinds that an error wraps; what wraps none is a defect of ours.
func kindOf(err error) error {
	for _, k := range []error{iru.Invalid, iru.NotFound, iru.Conflict, iru.Forbidden, iru.Unavailable} {
		if errors.Is(err, k) {
			return k
		}
	}
	return iru.Internal
}

// answer is the one switch over the six kinds. What no person wrote for people, such as an engine's message, does not leave.
func answer(kind error) *Problem {
	switch {
	case errors.Is(kind, iru.Invalid):
		return refusal(http.StatusUnprocessableEntity, "the request is well-formed, but a value in it cannot be taken", "compare it with the documentation at /v1/openapi.yaml")
	case errors.Is(kind, iru.NotFound):
		return refusal(http.StatusNotFound, "there is no such thing, or your unit has no part in it", "")
	case errors.Is(kind, iru.Conflict):
		return refusal(http.StatusConflict, "it exists already, or somebody was first", "read it again and decide anew")
	case errors.Is(kind, iru.Forbidden):
		return refusal(http.StatusForbidden, "this officer may not do this", "")
	case errors.Is(kind, iru.Unavailable):
		p := refusal(http.StatusServiceUnavailable, "the store or the other side did not answer in time", "try again")
		p.retry = retryAfter
		return p
	case errors.Is(kind, iru.Internal):
		return refusal(http.StatusInternalServerError, "the program made a mistake, which it has put down in its log", "tell its operator the number of the log entry")
	}
	panic("api: no such kind of error: " + kind.Error())
}

// problem turns an error into what the client may know of it. An error of ours goes into the log, under a number that the client
// is told.
func (s *server) problem(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	p = answer(kindOf(err))
	var r *iru.Refusal
	if p.Status == http.StatusInternalServerError {
		p.Instance = "urn:iolaus:log:" + strings.ToLower(rand.Text()[:12])
		s.o.Log.Error("request failed", "instance", p.Instance, "error", err)
	} else if errors.As(err, &r) {
		p.Detail, p.Instead = r.Reason, r.Instead
	}
	return p
}

// write answers with the problem outside of an operation.
func (p *Problem) write(w http.ResponseWriter) {
	for k, v := range p.GetHeaders() {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(p); err != nil {
		return // the client has gone
	}
}

// documented turns the validation errors of the framework into problems. It leaves out the values, which may be secret.
func documented(_ huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := refusal(m.Status, m.Detail, "compare the request with the documentation at /v1/openapi.yaml")
	var words []string
	for _, e := range m.Errors {
		f := Fault{Location: e.Location, Message: e.Message}
		p.Errors = append(p.Errors, f)
		words = append(words, strings.TrimPrefix(f.Location+": "+f.Message, ": "))
	}
	if len(words) > 0 {
		p.Detail = "the request is not as documented: " + strings.Join(words[:min(len(words), 5)], "; ")
	}
	return p, nil
}

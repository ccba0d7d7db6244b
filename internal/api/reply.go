// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// replies takes what providers tell of a notice. The token is the notice's own, and whoever made it judges it.
func (s *server) replies() {
	s.mux.HandleFunc("POST /v1/replies", func(w http.ResponseWriter, r *http.Request) {
		if p := s.reply(w, r); p != nil {
			p.write(w)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	s.huma.OpenAPI().AddOperation(&huma.Operation{
		Method: http.MethodPost, Path: "/v1/replies", OperationID: "reply", Summary: "A provider tells what became of a notice", Tags: []string{"replies"},
		Description: "For providers. The token is the one that came with the notice. The same event told twice is taken in once.",
		Security:    []map[string][]string{{"callback": {}}},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: replySchema()}}},
		Responses:   map[string]*huma.Response{"204": {Description: "Taken in", Headers: headersOf()}, "default": refused(s.huma)},
	})
}

func (s *server) reply(w http.ResponseWriter, r *http.Request) *Problem {
	token := bearer(r)
	if token == "" {
		return unknown("the request has no bearer token", "send the one that came with the notice")
	}
	if s.told.OnLimit(w, r, token) {
		return refusal(http.StatusTooManyRequests, "too many events in a minute for one notice", "wait as long as Retry-After says")
	}
	if p := isJSON(r); p != nil {
		return p
	}
	body, p := whole(w, r, MaxReply)
	if p != nil {
		return p
	}
	if s.o.Callback == nil {
		return refusal(http.StatusServiceUnavailable, "events of providers are not taken in here", "answer by mail to the address on the notice")
	}
	if err := s.o.Callback(r.Context(), token, body); err != nil {
		return s.problem(err)
	}
	return nil
}

func replySchema() *huma.Schema {
	text := func(doc string) *huma.Schema { return &huma.Schema{Type: "string", Description: doc} }
	return &huma.Schema{Type: "object", Required: []string{"reference", "event", "at"}, Properties: map[string]*huma.Schema{
		"reference": text("The notice's reference or the provider's own number."),
		"event":     {Type: "string", Enum: []any{"received", "clarification", "done", "refused", "cannot", "impossible"}},
		"text":      text("The provider's words."),
		"at":        {Type: "string", Format: "date-time"},
		"id":        text("The provider's number of the event: told twice, it is taken in once."),
	}}
}

// SPDX-License-Identifier: EUPL-1.2

package api

import "github.com/danielgtaylor/huma/v2"

// The headers of answers that a client may want to read.
const (
	replayed  = "Idempotent-Replayed"
	retry     = "Retry-After"
	challenge = "WWW-Authenticate"
	rateAll   = "X-RateLimit-Limit"
	rateLeft  = "X-RateLimit-Remaining"
	rateReset = "X-RateLimit-Reset"
)

// headers describes them once; every answer that may have one refers to it.
func headers() map[string]*huma.Header {
	text := func(doc string) *huma.Header {
		return &huma.Header{Description: doc, Schema: &huma.Schema{Type: "string"}}
	}
	count := func(doc string) *huma.Header {
		return &huma.Header{Description: doc, Schema: &huma.Schema{Type: "integer"}}
	}
	return map[string]*huma.Header{
		replayed: {Description: "This is the answer that the same request had before under its idempotency key: it was not done again.",
			Schema: &huma.Schema{Type: "string", Enum: []any{"true"}}},
		retry:     count("Seconds after which to try again: with 429, with 503, and with 409 while the same request still runs."),
		challenge: text("What the token lacks (RFC 6750): with 401, and with 403 if a scope is missing."),
		rateAll:   count("Requests that the token may make in a minute."),
		rateLeft:  count("How many of them are left."),
		rateReset: count("When the minute ends: Unix seconds."),
	}
}

// headersOf refers to those that an answer may have besides the measure of the token, which most have.
func headersOf(names ...string) map[string]*huma.Header {
	out := map[string]*huma.Header{}
	for _, n := range append(names, rateAll, rateLeft, rateReset) {
		out[n] = &huma.Header{Ref: "#/components/headers/" + n}
	}
	return out
}

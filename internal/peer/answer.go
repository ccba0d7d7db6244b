// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"iolaus/internal/iru"
)

// answer is what the server says to every request, as JSON.
type answer struct {
	Fault    Fault     `json:"fault,omitempty"`
	Detail   string    `json:"detail,omitempty"` // a sentence for a person
	Mark     *wireMark `json:"mark,omitempty"`
	Received time.Time `json:"received"` // when the request's head had come, by the server's clock
	Answered time.Time `json:"answered"` // when the answer left
}

type wireMark struct {
	Epoch  uint64 `json:"epoch"`
	Seq    uint64 `json:"seq"`
	Digest string `json:"digest"` // hexadecimal
}

const maxAnswer = 16 << 10

func wire(m Mark) *wireMark { return &wireMark{m.Epoch, m.Seq, hex.EncodeToString(m.Digest[:])} }

func (w *wireMark) mark() (Mark, error) {
	if w == nil {
		return Mark{}, wrong("read answer", Malformed, "it has no mark")
	}
	d, err := hex.DecodeString(w.Digest)
	if err != nil || len(d) != 32 {
		return Mark{}, wrong("read answer", Malformed, "the mark has no digest")
	}
	return Mark{w.Epoch, w.Seq, [32]byte(d)}, nil
}

// explain gives the fault of an error and what a partner may be told of it: never more than the fault or a refusal's reason.
func explain(err error) (Fault, string) {
	f := FaultOf(err)
	if f == "" {
		f = Refused
		if errors.Is(err, iru.Unavailable) || errors.Is(err, iru.Internal) || !known(err) {
			f = Broken
		}
	}
	var r *iru.Refusal
	if f == Refused && errors.As(err, &r) {
		return f, r.Reason
	}
	return f, f.Error()
}

func known(err error) bool {
	return errors.Is(err, iru.Invalid) || errors.Is(err, iru.NotFound) || errors.Is(err, iru.Conflict) || errors.Is(err, iru.Forbidden)
}

func status(f Fault) int {
	switch f {
	case "":
		return http.StatusOK
	case TooLarge:
		return http.StatusRequestEntityTooLarge
	case Flood:
		return http.StatusTooManyRequests
	}
	switch kind := f.Unwrap(); {
	case errors.Is(kind, iru.Invalid):
		return http.StatusBadRequest
	case errors.Is(kind, iru.Forbidden):
		return http.StatusForbidden
	case errors.Is(kind, iru.Conflict):
		return http.StatusConflict
	}
	return http.StatusServiceUnavailable
}

func readAnswer(b []byte) (answer, error) {
	var a answer
	if err := json.Unmarshal(b, &a); err != nil || a.Received.IsZero() || a.Answered.IsZero() {
		return answer{}, wrong("read answer", Malformed, "it is not that of a partner's server")
	}
	return a, nil
}

// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"iolaus/internal/iru"
)

// MaxCallback is the greatest size of a callback's body in bytes.
const MaxCallback = 256 << 10

// events are the words of the provider interface and of the X-Desk-Event field.
var events = map[string]ReplyKind{
	"received": Acknowledgement, "clarification": Clarification, "done": Done, "refused": RefusedByProvider,
	"cannot": RefusedByProvider, "impossible": Impossible,
}

// ParseCallback reads an event of the provider interface: {"reference", "event", "text", "at", "id"}. Reply.At is the provider's
// "at"; Reply.MessageID is made of its "id", so that the same event told twice is the same reply. An event it does not know, a
// body that is no such JSON or lacks the reference, event or time is Invalid. Who may call is the caller's matter (the callback's
// token).
func ParseCallback(body []byte) (Reply, error) {
	wrong := func(what string) (Reply, error) {
		return Reply{}, fmt.Errorf("parse callback: %s: %w", what, iru.Invalid)
	}
	if len(body) > MaxCallback {
		return wrong(fmt.Sprintf("%d bytes, at most %d are read", len(body), MaxCallback))
	}
	if !utf8.Valid(body) {
		return wrong("not UTF-8")
	}
	var in struct {
		Reference string    `json:"reference"`
		Event     string    `json:"event"`
		Text      string    `json:"text"`
		At        time.Time `json:"at"`
		ID        string    `json:"id"`
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	if err := dec.Decode(&in); err != nil {
		return wrong("not the JSON object of an event: " + words(err.Error()))
	}
	if _, err := dec.Token(); err != io.EOF {
		return wrong("something follows the JSON object")
	}
	kind, known := events[in.Event]
	switch {
	case in.Reference == "" || len(in.Reference) > 200 || words(in.Reference) != in.Reference:
		return wrong("reference missing, too long or not one line")
	case !known:
		return wrong(fmt.Sprintf("event %q is none of received, clarification, done, refused, cannot, impossible", words(in.Event)))
	case in.At.IsZero() || in.At.Year() < 2000 || in.At.Year() > 2200:
		return wrong(`"at" missing or absurd`)
	}
	if in.ID == "" { // told by callback or asked for, the same event is the same
		sum := sha256.Sum256([]byte(in.Reference + "\x00" + in.Event + "\x00" + in.At.UTC().Format(time.RFC3339Nano) + "\x00" + in.Text))
		in.ID = "sha256-" + hex.EncodeToString(sum[:16])
	}
	if len(in.ID) > 200 || words(in.ID) != in.ID {
		return wrong("id too long or not one line")
	}
	text, cut := clean(in.Text)
	return Reply{
		Reference: in.Reference, At: in.At.UTC(), Written: in.At.UTC(), MessageID: "callback:" + in.ID, Kind: kind,
		Counts: true, Why: "the provider's interface reports on the notice: it has it", Text: text, Truncated: cut, Raw: body,
	}, nil
}

// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"iolaus/internal/iru"
)

// FuzzHMAMetadata: whatever metadata is taken comes back as it was given, and keeps within one line of a tag.
func FuzzHMAMetadata(f *testing.F) {
	for _, s := range []string{`{}`, `null`, `[]`, `{"content_id":"1197433091","json":{"n":12345678901234567}}`, `{"content_uri":"https://trains.test/\u2028","json":{"a":[1e400]}}`, `{"json":null}`, `{"json":{"finding":"no_action"}}`} {
		f.Add(s, "a train")
	}
	f.Fuzz(func(t *testing.T, meta, note string) {
		if !json.Valid([]byte(meta)) {
			return
		}
		quoted, err := json.Marshal(note)
		if err != nil {
			t.Fatal(err)
		}
		m, text, err := told(json.RawMessage(meta), quoted)
		if err != nil {
			return
		}
		k := iru.Known{Signals: []iru.Signal{{Medium: iru.MediumPDQ, Value: make([]byte, 32)}}}
		m.keep(&k, text)
		if k.Label == "" || strings.ContainsAny(k.Label+strings.Join(k.Tags, ""), "\n\r") {
			t.Fatalf("kept as %q %q", k.Label, k.Tags)
		}
		back := metadataOf(k, iru.Bank{})
		if back == nil {
			back = &metadata{}
		}
		if len(m.JSON) == 0 {
			m.JSON = nil
		}
		if back.ID != m.ID || back.URI != m.URI || !reflect.DeepEqual(back.JSON, m.JSON) {
			t.Fatalf("given %+v, came back %+v", m, *back)
		}
	})
}

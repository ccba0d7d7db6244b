// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"iolaus/internal/iru"
)

// metadata is what clients say of content: what they call it, where it is, and anything.
type metadata struct {
	ID     string              `json:"content_id,omitempty"`
	URI    string              `json:"content_uri,omitempty"`
	JSON   map[string]any      `json:"json,omitempty"`
	Collab map[string][]string `json:"collab,omitempty"` // of a feed: what it calls the content; read only
}

// The words under which metadata is kept that known content has no field for.
const (
	uriWord  = "hma.content_uri="
	jsonWord = "hma.json="
)

const (
	maxNote     = 255 // characters, as there
	maxMetadata = 16 << 10
)

// told reads metadata and note of a JSON body; either may be absent.
func told(meta, note json.RawMessage) (m metadata, text string, err error) {
	if len(meta) > maxMetadata {
		return m, "", abort(http.StatusBadRequest, "Invalid metadata: more than %d bytes", maxMetadata)
	}
	if len(meta) > 0 && string(meta) != "null" {
		if bytes.TrimSpace(meta)[0] != '{' {
			return m, "", abort(http.StatusBadRequest, "metadata should be a json object")
		}
		dec := json.NewDecoder(bytes.NewReader(meta))
		dec.DisallowUnknownFields()
		dec.UseNumber()
		if err := dec.Decode(&m); err != nil {
			return m, "", abort(http.StatusBadRequest, "Invalid metadata: it has content_id, content_uri (texts) and json (an object), and nothing else")
		}
		m.Collab = nil
	}
	if len(note) > 0 && string(note) != "null" && string(note) != "false" {
		if err := json.Unmarshal(note, &text); err != nil {
			return m, "", abort(http.StatusBadRequest, "note should be a string")
		}
	}
	text, err = m.check(text)
	return m, text, err
}

// toldInForm reads the fields beside a file.
func toldInForm(fields map[string]string) (m metadata, text string, err error) {
	if raw, ok := fields["metadata"]; ok {
		if !json.Valid([]byte(raw)) {
			return m, "", abort(http.StatusBadRequest, "metadata form field must be valid JSON")
		}
		if m, _, err = told(json.RawMessage(raw), nil); err != nil {
			return m, "", err
		}
	}
	if m.ID == "" {
		m.ID = fields["content_id"]
	}
	if m.URI == "" {
		m.URI = fields["content_uri"]
	}
	text, err = m.check(fields["note"])
	return m, text, err
}

// check refuses what would not be shown as it was given, and gives the note on one line.
func (m metadata) check(note string) (string, error) {
	line := strings.Join(strings.Fields(note), " ")
	switch {
	case utf8.RuneCountInString(note) > maxNote:
		return "", abort(http.StatusBadRequest, "note must be at most %d characters", maxNote)
	case len(m.ID) > 1024 || len(m.URI) > 8<<10:
		return "", abort(http.StatusBadRequest, "Invalid metadata: content_id or content_uri is too long")
	case strings.ContainsFunc(m.ID+m.URI+line, unicode.IsControl) || !utf8.ValidString(m.ID+m.URI+note):
		return "", abort(http.StatusBadRequest, "Invalid metadata: content_id, content_uri and note are texts without control characters")
	}
	return line, nil
}

// finding is what the client says was found then; content is banked because it was to be referred, as in a list that is imported.
func (m metadata) finding() string {
	if f, _ := m.JSON["finding"].(string); f == string(iru.FindNoAction) {
		return f
	}
	return string(iru.FindRefer)
}

// keep puts metadata and note into known content that has its signals.
func (m metadata) keep(k *iru.Known, note string) {
	k.Ref, k.Label = m.ID, note
	if k.Label == "" {
		k.Label = m.ID
	}
	if strings.TrimSpace(k.Label) == "" {
		k.Label = k.Signals[0].String()
	}
	if m.URI != "" {
		k.Tags = append(k.Tags, uriWord+m.URI)
	}
	if len(m.JSON) > 0 {
		if b, err := json.Marshal(m.JSON); err == nil { // on one line
			k.Tags = append(k.Tags, jsonWord+string(b))
		}
	}
}

// noteOf is the note that content was entered with.
func noteOf(k iru.Known) string {
	if k.Label == k.Ref || len(k.Signals) > 0 && k.Label == k.Signals[0].String() {
		return ""
	}
	return k.Label
}

// metadataOf is what keep kept; nil for nothing.
func metadataOf(k iru.Known, b iru.Bank) *metadata {
	var m metadata
	some := k.Ref != ""
	if m.ID = k.Ref; some && b.Feed != "" {
		m.ID, m.Collab = "", map[string][]string{b.Name: {k.Ref}}
	}
	for _, t := range k.Tags {
		if uri, ok := strings.CutPrefix(t, uriWord); ok {
			m.URI, some = uri, true
		}
		if text, ok := strings.CutPrefix(t, jsonWord); ok {
			dec := json.NewDecoder(strings.NewReader(text))
			dec.UseNumber()
			some = dec.Decode(&m.JSON) == nil || some
		}
	}
	if !some {
		return nil
	}
	return &m
}

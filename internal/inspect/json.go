// SPDX-License-Identifier: EUPL-1.2

package inspect

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
)

// A loose is a text of a stranger's JSON. A number counts as its digits, anything else as nothing.
type loose string

// UnmarshalJSON reads whatever stands there.
func (l *loose) UnmarshalJSON(b []byte) error {
	var v any
	if json.Unmarshal(b, &v) != nil {
		return nil
	}
	switch v := v.(type) {
	case string:
		*l = loose(v)
	case float64:
		*l = loose(strconv.FormatFloat(v, 'f', -1, 64))
	}
	return nil
}

// A texts is a list of texts, or one; what is none is left out.
type texts []string

// UnmarshalJSON reads whatever stands there.
func (t *texts) UnmarshalJSON(b []byte) error {
	var all []json.RawMessage
	if json.Unmarshal(b, &all) != nil {
		all = []json.RawMessage{b}
	}
	for _, raw := range all[:min(len(all), maxList)] {
		var s loose
		if _ = json.Unmarshal(raw, &s); s != "" {
			*t = append(*t, string(s))
		}
	}
	return nil
}

// decode reads JSON; one odd member spoils no file.
func decode(b []byte, v any) error {
	err := json.Unmarshal(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), v)
	var odd *json.UnmarshalTypeError
	if errors.As(err, &odd) {
		return nil
	}
	return err
}

// uncommented blanks the remarks that browsers allow in a manifest.
func uncommented(b []byte) []byte {
	out := bytes.Clone(b)
	text := false
	for i := 0; i < len(out); i++ {
		switch {
		case text && out[i] == '\\':
			i++
		case out[i] == '"':
			text = !text
		case !text && out[i] == '/' && i+1 < len(out) && out[i+1] == '/':
			for ; i < len(out) && out[i] != '\n'; i++ {
				out[i] = ' '
			}
		case !text && out[i] == '/' && i+1 < len(out) && out[i+1] == '*':
			end := bytes.Index(out[i+2:], []byte("*/"))
			if end < 0 {
				return b
			}
			for end += i + 4; i < end; i++ {
				out[i] = ' '
			}
			i--
		}
	}
	return out
}

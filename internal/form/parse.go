// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"bytes"
	"crypto/sha256"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MaxAct is the greatest length of a record in bytes, MaxTargets that of its list of places, MaxText that of one text in characters:
// what a provider's interface takes at once, and what a person can read.
const (
	MaxAct     = 1 << 20
	MaxTargets = 1000
	MaxText    = 20000
	maxList    = 1000
	maxLine    = 2000
)

// ErrAct says that a record of an act cannot be used. Each error that wraps it is a *Fault.
var ErrAct = errors.New("not a usable record of an act")

// A Fault says what is wrong with a record, where, and what to do.
type Fault struct {
	Where string // JSON pointer, such as /targets/0/address; "" for the whole
	What  string
	Do    string
}

func (f *Fault) Error() string {
	where := ""
	if f.Where != "" {
		where = f.Where + ": "
	}
	if f.Do == "" {
		return where + f.What
	}
	return where + f.What + "; " + f.Do
}

// Unwrap makes errors.Is(err, ErrAct) work.
func (f *Fault) Unwrap() error { return ErrAct }

func fault(where, what, do string) error { return &Fault{where, what, do} }

// ParseAct reads a record from JSON (docs/format/act.md) and checks it. A member that it does not know is an error: a fact that nobody
// would print must not seem to be said. Errors wrap ErrAct.
func ParseAct(data []byte) (Act, error) {
	var a Act
	if err := parseStrict(data, &a); err != nil {
		return Act{}, err
	}
	a = a.normal()
	return a, a.Check()
}

// ParseConfidential reads a section M. Errors wrap ErrAct.
func ParseConfidential(data []byte) (Confidential, error) {
	var c Confidential
	if err := parseStrict(data, &c); err != nil {
		return c, err
	}
	return c, c.Check()
}

func parseStrict(data []byte, to any) error {
	if len(data) > MaxAct {
		return fault("", fmt.Sprintf("it has %d bytes", len(data)), fmt.Sprintf("at most %d are read", MaxAct))
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return fault("", "it is empty", "write the facts as JSON; an example of each kind can be printed")
	}
	err := json.Unmarshal(data, to, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		line := 1 + bytes.Count(data[:min(int(syntax.ByteOffset), len(data))], []byte("\n"))
		return fault(clip(string(syntax.JSONPointer)), fmt.Sprintf("line %d is not JSON: %s", line, clip(syntax.Err.Error())), "mend it there")
	}
	var meaning *json.SemanticError
	if errors.As(err, &meaning) {
		where := clip(string(meaning.JSONPointer))
		switch {
		case errors.Is(meaning.Err, json.ErrUnknownName):
			return fault(where, "there is no such member", "take it out, or see the description of the format for its name")
		case meaning.GoType == reflect.TypeFor[time.Time]():
			return fault(where, "it is not a time", "write it as 2026-03-02T10:00:00Z")
		}
		return fault(where, fmt.Sprintf("a JSON %s stands there", kindWord(meaning.JSONKind)), "see the description of the format for what is expected")
	}
	return fault("", clip(err.Error()), "")
}

func kindWord(k jsontext.Kind) string {
	switch k {
	case 'n':
		return "null"
	case 't', 'f':
		return "boolean"
	case '"':
		return "string"
	case '0':
		return "number"
	case '{':
		return "object"
	case '[':
		return "array"
	}
	return "value that does not fit"
}

func clip(s string) string {
	s = strings.ToValidUTF8(s, "?")
	if utf8.RuneCountInString(s) > 200 {
		return string([]rune(s)[:200]) + "..."
	}
	return s
}

// JSON is the record as it travels: the same facts give the same bytes.
func JSON(a Act) ([]byte, error) { return canonical(a.normal()) }

func canonical(v any) ([]byte, error) {
	var b bytes.Buffer
	e := stdjson.NewEncoder(&b) // its output is fixed by the order of the fields; maps are sorted
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("write record of act: %w", err)
	}
	return b.Bytes(), nil
}

// Digest is the SHA-256 of the record as JSON writes it, in hex. PDF and mail name it.
func Digest(a Act) (string, error) {
	b, err := JSON(a)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", sha256.Sum256(b)), nil
}

// normal puts times into UTC, to the second.
func (a Act) normal() Act {
	at := func(t time.Time) time.Time {
		if t.IsZero() {
			return time.Time{}
		}
		return t.UTC().Truncate(time.Second)
	}
	a.IssuedAt, a.SeenAt = at(a.IssuedAt), at(a.SeenAt)
	if a.NonDisclosure != nil {
		n := *a.NonDisclosure
		n.Until, a.NonDisclosure = at(n.Until), &n
	}
	if a.Threat != nil {
		t := *a.Threat
		t.KnownAt, a.Threat = at(t.KnownAt), &t
	}
	if a.Targets == nil {
		a.Targets = []Target{}
	}
	return a
}

// texts walks every text of a value with its JSON pointer.
func texts(v reflect.Value, where string, see func(where, text string) error) error {
	switch v.Kind() {
	case reflect.String:
		return see(where, v.String())
	case reflect.Pointer:
		if !v.IsNil() {
			return texts(v.Elem(), where, see)
		}
	case reflect.Slice:
		if v.Len() > maxList {
			return fault(where, fmt.Sprintf("it has %d entries", v.Len()), fmt.Sprintf("at most %d are taken", maxList))
		}
		for n := range v.Len() {
			if err := texts(v.Index(n), fmt.Sprintf("%s/%d", where, n), see); err != nil {
				return err
			}
		}
	case reflect.Map:
		if v.Len() > maxList {
			return fault(where, fmt.Sprintf("it has %d entries", v.Len()), fmt.Sprintf("at most %d are taken", maxList))
		}
		for _, k := range v.MapKeys() {
			if err := texts(k, where, see); err != nil {
				return err
			}
			if err := texts(v.MapIndex(k), where+"/"+clip(k.String()), see); err != nil {
				return err
			}
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return nil
		}
		for n := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(n).Tag.Get("json"), ",")
			if err := texts(v.Field(n), where+"/"+name, see); err != nil {
				return err
			}
		}
	default: // numbers and truths say nothing
	}
	return nil
}

// long are the texts that may have several lines and up to MaxText characters.
var long = map[string]bool{"text": true, "translation": true, "reasons": true, "detail": true, "emergency": true, "what": true, "reason": true}

func checkText(where, text string) error {
	name := where[strings.LastIndexByte(where, '/')+1:]
	free := long[name] || strings.HasPrefix(where, "/certificate/values/") || strings.HasPrefix(where, "/values/")
	limit := maxLine
	if free {
		limit = MaxText
	}
	if !utf8.ValidString(text) {
		return fault(where, "it is not UTF-8", "write it anew")
	}
	if n := utf8.RuneCountInString(text); n > limit {
		return fault(where, fmt.Sprintf("it has %d characters", n), fmt.Sprintf("at most %d are printed there", limit))
	}
	for _, r := range text {
		switch {
		case r == '\n' && free, r == '\t' && free:
		case unicode.IsControl(r), r == 0x2028, r == 0x2029:
			return fault(where, fmt.Sprintf("it has the control character U+%04X", r), "take it out; only free texts have several lines")
		case turns(r) && !free:
			return fault(where, fmt.Sprintf("it has U+%04X, which makes text look like another", r), "take it out; it is kept in free texts and quotations only")
		}
	}
	return nil
}

// turns reports whether a character changes the direction of what follows (UAX #9, section 2).
func turns(r rune) bool { return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 }

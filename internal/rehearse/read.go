// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"
)

// Limits of a file of assumptions.
const (
	MaxFile    = 32 << 20 // bytes
	MaxEntries = 1_000_000
	MaxStage   = 366 * 24 * time.Hour // of a service before or after T0
)

// strict decodes one JSON value without unknown keys and with nothing after it.
func strict(b []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something stands after the end of the JSON value")
	}
	return nil
}

// Read reads a file of assumptions and lays it over the defaults: an entry of a list replaces the whole entry of that name. Its errors say
// what is wrong and where. What refers to a tree is checked by New.
func Read(r io.Reader) (Assumptions, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return Assumptions{}, fmt.Errorf("read assumptions: %w", err)
	}
	if len(b) > MaxFile {
		return Assumptions{}, fmt.Errorf("read assumptions: the file is larger than %d MiB", MaxFile>>20)
	}
	var a Assumptions
	if err := strict(b, &a); err != nil {
		return Assumptions{}, fmt.Errorf("read assumptions: %w", placed(b, err))
	}
	a = a.Over(Defaults())
	if err := a.Check(); err != nil {
		return Assumptions{}, fmt.Errorf("read assumptions: %w", err)
	}
	return a, nil
}

// placed says on which line of the file an error of its form is.
func placed(b []byte, err error) error {
	var form *json.SyntaxError
	var kind *json.UnmarshalTypeError
	at := int64(-1)
	if errors.As(err, &form) {
		at = form.Offset
	} else if errors.As(err, &kind) {
		at = kind.Offset
	} else if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the file ends before its JSON value does")
	}
	if at < 0 || at > int64(len(b)) {
		return err
	}
	return fmt.Errorf("line %d: %w", 1+bytes.Count(b[:at], []byte("\n")), err)
}

// Write writes assumptions as Read reads them.
func Write(w io.Writer, a Assumptions) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	if err := e.Encode(a); err != nil {
		return fmt.Errorf("write assumptions: %w", err)
	}
	return nil
}

// Over lays a over b: what a says stands.
func (a Assumptions) Over(b Assumptions) Assumptions {
	out := b
	if a.Title != "" {
		out.Title = a.Title
	}
	if a.Compliance != (Chance{}) {
		out.Compliance = a.Compliance
	}
	if a.Translation != (Delay{}) {
		out.Translation = a.Translation
	}
	if a.Answer != (Delay{}) {
		out.Answer = a.Answer
	}
	if a.Again != nil {
		out.Again = a.Again
	}
	if a.Hours != nil {
		out.Hours = a.Hours
	}
	out.Kinds, out.Habits, out.Addressees = over(a.Kinds, b.Kinds), over(a.Habits, b.Habits), over(a.Addressees, b.Addressees)
	out.Measures, out.Parts = over(a.Measures, b.Measures), over(a.Parts, b.Parts)
	if a.Successions != nil {
		out.Successions = a.Successions
	}
	return out
}

func over[V any](a, b map[string]V) map[string]V {
	if len(a)+len(b) == 0 {
		return nil
	}
	out := maps.Clone(b)
	if out == nil {
		out = map[string]V{}
	}
	maps.Copy(out, a)
	return out
}

type measureFile struct {
	Addressee  string    `json:"addressee,omitempty"`
	Instrument string    `json:"instrument,omitempty"`
	Stage      string    `json:"stage,omitempty"`
	Language   string    `json:"language,omitempty"`
	Translated bool      `json:"translated,omitempty"`
	From       time.Time `json:"from,omitzero"`
	Until      time.Time `json:"until,omitzero"`
	Chance     Chance    `json:"chance,omitzero"`
	Delay      Delay     `json:"delay,omitzero"`
	Back       Delay     `json:"back,omitzero"`
}

// MarshalJSON writes the stage as "-2h".
func (m Measure) MarshalJSON() ([]byte, error) {
	f := measureFile{m.Addressee, m.Instrument, "", m.Language, m.Translated, m.From, m.Until, m.Chance, m.Delay, m.Back}
	if m.Stage != 0 {
		f.Stage = short(m.Stage)
	}
	return json.Marshal(f)
}

// UnmarshalJSON reads it.
func (m *Measure) UnmarshalJSON(b []byte) error {
	var f measureFile
	if err := strict(b, &f); err != nil {
		return err
	}
	*m = Measure{f.Addressee, f.Instrument, 0, f.Language, f.Translated, f.From, f.Until, f.Chance, f.Delay, f.Back}
	if f.Stage != "" {
		d, err := span(strings.TrimPrefix(f.Stage, "+"))
		if err != nil {
			return err
		}
		m.Stage = d
	}
	return nil
}

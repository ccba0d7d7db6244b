// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed catalogue/*.json
var catalogueFiles embed.FS

// A Language is one the interface is translated into.
type Language struct {
	Tag  string // BCP 47
	Name string // in itself
	Dir  string // ltr or rtl
}

// Languages are those that have a catalogue; the first is the one the program is written in.
var Languages = []Language{{"en", "English", "ltr"}, {"ar", "العربية", "rtl"}}

// message is one entry of a catalogue: a text, or one text per plural category of CLDR.
type message struct {
	text  string
	forms map[string]string
}

func (m *message) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &m.text)
	}
	return json.Unmarshal(b, &m.forms)
}

// catalogues reads the files once. They are part of the binary: one that does not parse is a defect and stops the tests.
var catalogues = sync.OnceValue(func() map[string]map[string]message {
	all := map[string]map[string]message{}
	for _, l := range Languages {
		b, err := catalogueFiles.ReadFile("catalogue/" + l.Tag + ".json")
		if err != nil {
			panic("read catalogue " + l.Tag + ": " + err.Error())
		}
		c := map[string]message{}
		if err := json.Unmarshal(b, &c); err != nil {
			panic("parse catalogue " + l.Tag + ": " + err.Error())
		}
		all[l.Tag] = c
	}
	return all
})

type langKey struct{}

// WithLanguage makes tag the language of the interface; an unknown one leaves it English.
func WithLanguage(ctx context.Context, tag string) context.Context {
	for _, l := range Languages {
		if l.Tag == tag {
			return context.WithValue(ctx, langKey{}, l)
		}
	}
	return ctx
}

// LanguageOf is the language of the interface, English unless WithLanguage said otherwise.
func LanguageOf(ctx context.Context) Language {
	if l, ok := ctx.Value(langKey{}).(Language); ok {
		return l
	}
	return Languages[0]
}

// N marks a text that is translated later, where it is shown; it returns it unchanged.
func N(text string) string { return text }

// T translates text, which is its own key and is shown as it stands where a catalogue lacks it. Arguments are put in as by
// fmt.Sprintf and, in a right-to-left language, isolated, so that a name cannot turn the sentence round.
func T(ctx context.Context, text string, args ...any) string {
	l := LanguageOf(ctx)
	if m, ok := catalogues()[l.Tag][text]; ok && m.text != "" {
		text = m.text
	}
	return fill(l, text, args)
}

// Tn translates a text about n things. The text is the English plural with one verb for the number; the catalogues hold its forms
// by CLDR plural category.
func Tn(ctx context.Context, n int, text string) string {
	l := LanguageOf(ctx)
	if m, ok := catalogues()[l.Tag][text]; ok {
		if f := m.forms[plural(l.Tag, n)]; f != "" {
			text = f
		} else if f := m.forms["other"]; f != "" {
			text = f
		}
	}
	if !strings.Contains(text, "%") { // the dual of Arabic says the number in the word
		return text
	}
	return fill(l, text, []any{n})
}

func fill(l Language, text string, args []any) string {
	if len(args) == 0 {
		return text
	}
	if l.Dir == "rtl" {
		args = slices.Clone(args)
		for i, a := range args {
			if s, ok := a.(string); ok {
				args[i] = "\u2068" + s + "\u2069"
			}
		}
	}
	return fmt.Sprintf(text, args...)
}

// plural is the CLDR plural category of a whole number (CLDR 44, plurals.xml).
func plural(tag string, n int) string {
	if tag != "ar" {
		if n == 1 {
			return "one"
		}
		return "other"
	}
	switch r := n % 100; {
	case n == 0:
		return "zero"
	case n == 1:
		return "one"
	case n == 2:
		return "two"
	case r >= 3 && r <= 10:
		return "few"
	case r >= 11:
		return "many"
	}
	return "other"
}

// Keys lists the texts a catalogue translates, sorted.
func Keys(tag string) []string { return slices.Sorted(maps.Keys(catalogues()[tag])) }

// rightToLeft lists the languages of ISO 639 usually written from the right.
var rightToLeft = []string{"ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "pnb", "prs", "ps", "sd", "syr", "ug", "ur", "yi"}

// Dir is the direction a language is written in: rtl or ltr; auto when the language is not known. A script subtag decides before
// the language (az-Arab, pa-Latn).
func Dir(lang string) string {
	if lang == "" || lang == "und" {
		return "auto"
	}
	parts := strings.Split(strings.ToLower(lang), "-")
	for _, p := range parts[1:] {
		switch p {
		case "arab", "hebr", "syrc", "thaa", "nkoo", "adlm":
			return "rtl"
		case "latn", "cyrl", "grek", "deva", "guru", "beng":
			return "ltr"
		}
	}
	if slices.Contains(rightToLeft, parts[0]) {
		return "rtl"
	}
	return "ltr"
}

// Left writes a span of time as a clock shows it, without a sign: to the second below a day, whole hours below three days, then
// whole days. app.js ticks with the same rule.
func Left(ctx context.Context, d time.Duration) string {
	s := int64(d.Abs() / time.Second)
	switch {
	case s < 86400:
		return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
	case s < 259200:
		return fmt.Sprintf("%d %s", s/3600, T(ctx, "h"))
	}
	return fmt.Sprintf("%d %s", s/86400, T(ctx, "d"))
}

// Age writes how long ago something was: seconds, minutes, hours below two days, days.
func Age(ctx context.Context, d time.Duration) string {
	s := max(0, int64(d/time.Second))
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min", s/60)
	case s < 172800:
		return fmt.Sprintf("%d %s", s/3600, T(ctx, "h"))
	}
	return fmt.Sprintf("%d %s", s/86400, T(ctx, "d"))
}

// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A label of the annexes' forms, as they are printed (legal, shared by both unless said), and the name of the same field in a PDF form or
// in JSON. Order matters: the first that fits is it.
type annexLabel struct{ key, begins string }

var annexLabels = []annexLabel{
	{"addressee_reference", "file reference of the addressee"},
	{"reference", "file reference of the competent authority"},
	{"reference", "file reference"},
	{"addressee", "addressee of the removal order"},
	{"authority", "competent authority that issued"},
	{"received_at", "time and date of receipt"},
	{"measure_at", "time and date of the measure"},
	{"reasons", "please provide further information as to the reasons"},
	{"reasons", "further information as to the reasons"},
	{"needed", "if the removal order contains manifest errors"},
	{"needed", "errors, and the further information or clarification required"},
	{"name", "name of the hosting service provider"},
	{"establishment", "member state of the main establishment"},
	{"person", "name of the authorised person"},
	{"mail", "email address of the contact point"},
	{"mail", "contact details (email address)"},
	{"signature", "signature"},
	{"signed_at", "time and date"},
	{"signed_at", "date"},
}

// annexTicks are the boxes.
var annexTicks = []struct{ key, value, has string }{
	{"measure", MeasureRemoved, "terrorist content has been removed"},
	{"measure", MeasureDisabled, "access to the terrorist content has been disabled"},
	{"causes", CauseImpossible, "de facto impossibility"},
	{"causes", CauseErrors, "contains manifest errors"},
	{"causes", CauseUnclear, "does not contain sufficient information"},
}

// Text is the annex as text, with the labels of the regulation: what ReadAnnexText reads.
func (a Annex) Text() string {
	var b strings.Builder
	line := func(label, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", label, strings.Join(strings.Fields(value), " "))
		}
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.Format(time.RFC3339)
	}
	box := func(on bool, label string) {
		fmt.Fprintf(&b, "[%s] %s\n", map[bool]string{true: "x", false: " "}[on], label)
	}
	b.WriteString("Annex " + a.Number + " of Regulation (EU) 2021/784\n")
	line("Addressee of the removal order", a.Addressee)
	line("Competent authority that issued the removal order", a.Authority)
	line("File reference of the competent authority that issued the removal order", a.Reference)
	line("File reference of the addressee", a.Theirs)
	line("Time and date of receipt of the removal order", at(a.ReceivedAt))
	if a.Number == AnnexFeedback {
		box(a.Measure == MeasureRemoved, "the terrorist content has been removed")
		box(a.Measure == MeasureDisabled, "access to the terrorist content has been disabled in all Member States")
		line("Time and date of the measure taken", at(a.MeasureAt))
	} else {
		box(slices.Contains(a.Causes, CauseImpossible), "force majeure or de facto impossibility not attributable to the hosting service provider")
		box(slices.Contains(a.Causes, CauseErrors), "the removal order contains manifest errors")
		box(slices.Contains(a.Causes, CauseUnclear), "the removal order does not contain sufficient information")
		line("Please provide further information as to the reasons for non-execution", a.Reasons)
		line("Errors, and the further information or clarification required", a.Needed)
	}
	line("Name of the hosting service provider or of its legal representative", a.Name)
	line("Member State of the main establishment", a.State)
	line("Name of the authorised person", a.Person)
	line("Email address of the contact point", a.Mail)
	line("Signature", a.Signature)
	line("Date", at(a.SignedAt))
	return b.String()
}

// ReadAnnexText reads an annex out of text as people fill it in: a heading that names the annex, "label: value" on a line, boxes "[x]".
// NotFound: there is none in it. Invalid: there is one, and a person must read it.
func ReadAnnexText(text string) (Annex, error) {
	f := map[string][]string{}
	last := ""
	for l := range strings.Lines(text) {
		l = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(l), "•*-"))
		low := strings.ToLower(l)
		if _, has := f["annex"]; !has && len(l) < 200 && (strings.HasPrefix(low, "annex ii") || strings.Contains(low, "annex ii of") || strings.Contains(low, "annex iii of")) {
			f["annex"] = []string{AnnexFeedback}
			if strings.Contains(low, "annex iii") {
				f["annex"] = []string{AnnexImpossibility}
			}
			continue
		}
		if on, rest, ok := ticked(low); ok {
			for _, t := range annexTicks {
				if on && strings.Contains(rest, t.has) {
					f[t.key] = append(f[t.key], t.value)
				}
			}
			last = ""
			continue
		}
		label, value, ok := strings.Cut(l, ":")
		key := labelled(label)
		switch {
		case ok && key != "":
			f[key] = append(f[key], strings.TrimSpace(value))
			last = key
		case l == "":
			last = ""
		case last == "reasons" || last == "needed": // goes on over the line
			f[last][len(f[last])-1] = strings.TrimSpace(f[last][len(f[last])-1] + "\n" + l)
		}
	}
	if f["annex"] == nil {
		return Annex{}, fmt.Errorf("read annex: none is there: %w", NotFound)
	}
	return AnnexOf(f)
}

// ticked reads a box at the beginning of a line.
func ticked(l string) (on bool, rest string, ok bool) {
	for _, b := range []string{"[x]", "(x)", "☒", "☑", "✓", "✔"} {
		if rest, ok := strings.CutPrefix(l, b); ok {
			return true, rest, true
		}
	}
	for _, b := range []string{"[ ]", "[]", "( )", "☐"} {
		if rest, ok := strings.CutPrefix(l, b); ok {
			return false, rest, true
		}
	}
	return false, l, false
}

func labelled(s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	s = strings.TrimLeft(s, "()0123456789. ")
	for _, l := range annexLabels {
		if strings.HasPrefix(s, l.begins) || s == strings.ReplaceAll(l.key, "_", " ") {
			return l.key
		}
	}
	return ""
}

// AnnexOf makes an annex of fields by name: those of the JSON form, or of a PDF form. A field that stands there twice with two values makes
// it Invalid: a person reads it.
func AnnexOf(f map[string][]string) (Annex, error) {
	a := Annex{Schema: AnnexSchema}
	wrong := ""
	one := func(key string) string {
		v := slices.Compact(slices.Sorted(slices.Values(f[key])))
		v = slices.DeleteFunc(v, func(s string) bool { return s == "" })
		if len(v) > 1 && wrong == "" {
			wrong = key
		}
		if len(v) == 0 {
			return ""
		}
		return v[0]
	}
	at := func(key string) time.Time {
		s := one(key)
		t, ok := zoned(s)
		if s != "" && !ok && key != "signed_at" && wrong == "" { // of a date alone the day is enough
			wrong = key
		}
		return t
	}
	a.Number, a.Reference, a.Theirs = strings.ToUpper(one("annex")), one("reference"), one("addressee_reference")
	a.Addressee, a.Authority, a.ReceivedAt = one("addressee"), one("authority"), at("received_at")
	a.Measure, a.MeasureAt = one("measure"), at("measure_at")
	a.Causes = slices.Compact(slices.Sorted(slices.Values(f["causes"])))
	a.Reasons, a.Needed = one("reasons"), one("needed")
	a.Name, a.State, a.Person, a.Mail, a.Signature, a.SignedAt = one("name"), one("establishment"), one("person"), one("mail"), one("signature"), at("signed_at")
	if wrong != "" {
		return a, Refuse(Invalid, "the field "+wrong+" cannot be read", "a person must read it; times need a zone, such as 2026-03-29T14:05:00+02:00")
	}
	return a, a.Check()
}

// zoned reads a time that says its zone.
func zoned(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, form := range []string{time.RFC3339, "2006-01-02 15:04:05 -07:00", "2006-01-02 15:04 -07:00", "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05 UTC", "2006-01-02 15:04 UTC"} {
		if t, err := time.Parse(form, s); err == nil && t.Year() >= 2000 && t.Year() < 2200 {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

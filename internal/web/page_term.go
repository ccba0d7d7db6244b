// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// TermsPage is the watch lists, and one of them open.
type TermsPage struct {
	Frame ui.Frame
	Said  string
	May   bool // change them
	None  bool // there is no list at all

	Lists   ui.Table
	Open    iru.TermList // zero: none is open
	Terms   ui.Table
	Pages   ui.Pages
	Imports ui.Table
	Earlier RescanCard
	History ui.Table

	Begin  termForm
	Add    termForm
	Import termForm
}

// A termForm is one of the page's forms, as it was refused.
type termForm struct {
	Problem string
	Wrong   []iru.TermLine // lines of a file
	Fields  []ui.Field
	Rest    bool
}

func (p TermsPage) head(ctx context.Context) ui.Head {
	return ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Evidence"), Href: "/exhibits"}}, Title: ui.T(ctx, "Watch lists")}
}

// steps are those of the open list.
func (p TermsPage) steps(ctx context.Context) []ui.Button {
	if !p.May || p.Open.ID == 0 {
		return nil
	}
	var out []ui.Button
	for _, verb := range iru.TermTable.Verbs(p.Open.State) {
		out = append(out, ui.Button{Text: termVerbName(ctx, verb), Small: true, Submit: true, Name: "verb", Value: verb})
	}
	return out
}

func termVerbName(ctx context.Context, verb string) string {
	switch verb {
	case "mute":
		return ui.T(ctx, "Mute")
	case "unmute":
		return ui.T(ctx, "Look for it again")
	case "remove":
		return ui.T(ctx, "Remove")
	}
	return ui.T(ctx, "Put back")
}

func termStateName(ctx context.Context, s iru.TermState) string {
	//exhaustive:enforce
	switch s {
	case iru.TermActive:
		return ui.T(ctx, "looked for")
	case iru.TermMuted:
		return ui.T(ctx, "muted")
	case iru.TermWithdrawn:
		return ui.T(ctx, "removed")
	}
	return string(s)
}

func termState(ctx context.Context, s iru.TermState) ui.State {
	name := termStateName(ctx, s)
	switch s {
	case iru.TermActive:
		return ui.OK(name)
	case iru.TermMuted:
		return ui.Neutral(name).With(ui.IconHold)
	}
	return ui.Neutral(name).With(ui.IconBan)
}

func (v *visit) beginFields(l iru.TermList) []ui.Field {
	ctx := v.ctx()
	choice := func(name, label, is string, codes []string, prefix string) ui.Field {
		f := ui.Field{Name: name, Label: label, Type: "select", Value: is, Required: true}
		for _, c := range codes {
			f.Options = append(f.Options, ui.Option{Value: c, Text: prefix + c})
		}
		return f
	}
	h := l.Handling
	return []ui.Field{
		{Name: "name", Label: ui.T(ctx, "Name of the list"), Value: l.Name, Required: true, Max: 100, Autocomplete: "off"},
		{ID: "list-note", Name: "note", Label: ui.T(ctx, "Note"), Value: l.Note, Max: 500, Hint: ui.T(ctx, "What it collects, and whom it came from.")},
		choice("tlp", ui.T(ctx, "Who may see it"), h.TLP, iru.TLPs, "TLP:"),
		choice("pap", ui.T(ctx, "What may be done about it"), h.PAP, iru.PAPs, "PAP:"),
		choice("h", ui.T(ctx, "Under which condition it travels"), h.H, []string{"H0", "H1", "H2", "H1 H2"}, ""),
	}
}

func (v *visit) addFields(x iru.Term) []ui.Field {
	ctx := v.ctx()
	return []ui.Field{
		{Name: "text", Label: ui.T(ctx, "Term"), Value: x.Text, Required: true, Max: 300, Autocomplete: "off", Hint: ui.T(ctx, "Words or a short phrase. Spellings, accents, vowel signs and digits of any script are found by themselves."), More: map[string]any{"dir": "auto"}},
		v.langField("lang", x.Lang),
		{ID: "term-note", Name: "note", Label: ui.T(ctx, "Note"), Value: x.Note, Max: 500, Hint: ui.T(ctx, "Colleagues read this beside the term."), More: map[string]any{"dir": "auto"}},
	}
}

func (v *visit) importFields(lang string) []ui.Field {
	ctx := v.ctx()
	return []ui.Field{
		{Name: "file", Label: ui.T(ctx, "File"), Type: "file", Hint: ui.T(ctx, "A term a line, or CSV with the columns text, lang and note; up to 1 MB. Larger ones: iolaus terms import."), More: map[string]any{"accept": ".txt,.csv,text/plain,text/csv"}},
		{Name: "pasted", Label: ui.T(ctx, "Or paste the terms here"), Type: "textarea", Rows: 4, Value: v.value("pasted"), More: map[string]any{"dir": "auto"}},
		v.langField("import-lang", lang),
	}
}

func (v *visit) langField(fieldID, value string) ui.Field {
	ctx := v.ctx()
	return ui.Field{ID: fieldID, Name: "lang", Label: ui.T(ctx, "Language"), Value: value, Max: 3, Autocomplete: "off",
		Hint: ui.T(ctx, "ar, fa, ur, ckb, ru, tr, de, fr, en, id, bn or another code; it decides what counts as a spelling. Empty: not known.")}
}

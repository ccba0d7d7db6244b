// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// maxPassages is how many passages the page's form takes; the interface takes more.
const maxPassages = 3

// groundNames are the fields of an assessment's further parts.
var groundNames = []string{"press_who", "press_code", "press_why", "attr_name", "attr_source", "attr_info", "attr_why", "list_day", "list_name", "list_entry", "list_date", "list_words",
	"coll_names", "coll_mail", "coll_words", "less_name", "less_why", "less2_name", "less2_why", "less_words"}

// parts keeps the fields of the further parts as they were filled in.
func (v *visit) parts() url.Values {
	out := url.Values{}
	names := groundNames
	for n := range maxPassages {
		k := strconv.Itoa(n + 1)
		names = append(names, "text_"+k, "from_"+k, "to_"+k, "meets_"+k, "translation_"+k, "into_"+k, "translator_"+k, "engine_"+k)
	}
	for _, name := range names {
		for _, x := range v.values(name) {
			if x = strings.TrimSpace(x); x != "" {
				out.Add(name, x)
			}
		}
	}
	return out
}

// grounds reads the parts that somebody filled in; a part of which nothing was written stays open.
func grounds(f url.Values) iru.Grounds {
	var g iru.Grounds
	some := func(names ...string) bool {
		for _, n := range names {
			if f.Get(n) != "" {
				return true
			}
		}
		return false
	}
	if some("press_who", "press_code", "press_why") {
		g.Press = &iru.Press{Responsible: f.Get("press_who"), Standards: f.Get("press_code"), Why: f.Get("press_why")}
	}
	if some("attr_name", "attr_why") {
		g.Attribution = &iru.Attribution{Name: f.Get("attr_name"), Grade: iru.Rating{Source: f.Get("attr_source"), Information: f.Get("attr_info")}, Why: f.Get("attr_why")}
	}
	if some("list_day", "list_name", "list_entry", "list_words") {
		g.Listing = &iru.Listing{Checked: f.Get("list_day"), Words: f.Get("list_words")}
		if some("list_name", "list_entry") {
			g.Listing.Found = []iru.Listed{{List: f.Get("list_name"), Name: f.Get("list_entry"), Date: f.Get("list_date")}}
		}
	}
	if some("coll_names", "coll_mail", "coll_words") {
		g.Collateral = &iru.Collateral{Names: strings.Fields(f.Get("coll_names")), Mail: f.Get("coll_mail"), Words: f.Get("coll_words")}
	}
	if some("less_name", "less_why", "less_words") {
		g.Measure = &iru.Measure{Words: f.Get("less_words")}
		for _, k := range []string{"less", "less2"} {
			if some(k+"_name", k+"_why") {
				g.Measure.Weighed = append(g.Measure.Weighed, iru.Weighed{Measure: f.Get(k + "_name"), Why: f.Get(k + "_why")})
			}
		}
	}
	return g
}

// passages reads the passages, the first of which is text. Where there is one and nothing more of it, it meets every limb and is no
// further part.
func passages(f url.Values, text, lang string, limbs []string) []iru.Passage {
	var out []iru.Passage
	more := false
	for n := range maxPassages {
		k := strconv.Itoa(n + 1)
		p := iru.Passage{Text: f.Get("text_" + k), Lang: lang, From: moments(f.Get("from_" + k)), To: moments(f.Get("to_" + k)), Limbs: f["meets_"+k], Translation: f.Get("translation_" + k),
			Into: f.Get("into_" + k), Translator: f.Get("translator_" + k), Engine: f.Get("engine_"+k) != ""}
		if n == 0 {
			p.Text = text
			more = p.To != 0 || p.From != 0 || p.Translation != "" || p.Translator != "" || len(p.Limbs) > 0
		}
		if p.Text == "" && p.To == 0 {
			continue
		}
		if len(p.Limbs) == 0 && n == 0 {
			p.Limbs = limbs
		}
		out = append(out, p)
	}
	if len(out) == 1 && !more && text != "" {
		return nil
	}
	return out
}

// moments reads a place in a film, 0:01:15.5 or seconds, as milliseconds; -1 is none.
func moments(s string) int64 {
	if s == "" {
		return 0
	}
	total := 0.0
	for part := range strings.SplitSeq(s, ":") {
		x, err := strconv.ParseFloat(part, 64)
		if err != nil || x < 0 || x > 1e6 {
			return -1
		}
		total = total*60 + x
	}
	return int64(total*1000 + 0.5)
}

// passageGroups are the folds for what a single quotation does not say.
func passageGroups(ctx context.Context, f url.Values, lang string) []templ.Component {
	var out []templ.Component
	for n := range maxPassages {
		k := strconv.Itoa(n + 1)
		var fs []templ.Component
		title := ui.T(ctx, "First passage: time range, ground, translation")
		if n > 0 {
			title = ui.T(ctx, "Passage %s", k)
			fs = append(fs, ui.Field{Name: "text_" + k, Type: "textarea", Rows: 2, Label: ui.T(ctx, "Passage, in the original language"), Value: f.Get("text_" + k), Lang: lang, Max: 8000})
		}
		meets := ui.Choice{Name: "meets_" + k, Question: ui.T(ctx, "Meets"), Many: true, Chosen: f["meets_"+k]}
		if n == 0 {
			meets.Hint = ui.T(ctx, "None ticked: it meets every ground above.")
		}
		for _, l := range []string{"a", "b", "c", "d", "e"} {
			meets.Options = append(meets.Options, ui.ChoiceOption{Value: l, Text: "(" + l + ")"})
		}
		engine := ui.Choice{Name: "engine_" + k, Question: ui.T(ctx, "How it was translated"), Many: true, Chosen: f["engine_"+k],
			Options: []ui.ChoiceOption{{Value: "1", Text: ui.T(ctx, "By a machine, and no person has checked it")}}}
		fs = append(fs, meets, ui.Field{Name: "from_" + k, Label: ui.T(ctx, "From, in a film or sound"), Value: f.Get("from_" + k), Placeholder: "0:01:15", Max: 20},
			ui.Field{Name: "to_" + k, Label: ui.T(ctx, "To"), Value: f.Get("to_" + k), Placeholder: "0:01:30", Max: 20},
			ui.Field{Name: "translation_" + k, Type: "textarea", Rows: 2, Label: ui.T(ctx, "Translation"), Value: f.Get("translation_" + k), Max: 8000},
			ui.Field{Name: "into_" + k, Label: ui.T(ctx, "Into which language"), Value: f.Get("into_" + k), Placeholder: "en", Max: 35},
			ui.Field{Name: "translator_" + k, Label: ui.T(ctx, "Translator: the person, or the engine"), Value: f.Get("translator_" + k), Max: 200}, engine)
		open := false
		for _, name := range []string{"text_", "from_", "to_", "meets_", "translation_"} {
			open = open || f.Get(name+k) != ""
		}
		out = append(out, group(title, ui.T(ctx, "It stands in the act as you write it."), open, fs))
	}
	return out
}

// partGroups are the folds of the parts that a binding act needs; have are those that are there already.
func partGroups(ctx context.Context, f url.Values, have iru.Grounds, near []desk.Neighbour) []templ.Component {
	var out []templ.Component
	field := func(name, label, hint string) ui.Field {
		return ui.Field{Name: name, Label: label, Value: f.Get(name), Hint: hint, Max: 2000}
	}
	area := func(name, label, hint string) ui.Field {
		x := field(name, label, hint)
		x.Type, x.Rows = "textarea", 2
		return x
	}
	pick := func(name, label, hint, first string, all ...string) ui.Field {
		x := field(name, label, hint)
		x.Type = "select"
		if x.Value == "" {
			x.Value = first
		}
		for _, o := range all {
			x.Options = append(x.Options, ui.Option{Value: o, Text: o})
		}
		return x
	}
	add := func(title, hint string, fs ...templ.Component) {
		open := false
		for _, x := range fs {
			if one, ok := x.(ui.Field); ok && one.Type != "select" {
				open = open || one.Value != ""
			}
		}
		out = append(out, group(title, hint, open, fs))
	}
	if have.Attribution == nil {
		add(ui.T(ctx, "Attribution"), ui.T(ctx, "To whom the content is attributed. A binding act needs it."), field("attr_name", ui.T(ctx, "Outlet or group"), ""),
			pick("attr_source", ui.T(ctx, "Source, 4x4"), ui.T(ctx, "Found in the open: X. Nothing raises it but you."), iru.OpenSource.Source, iru.GradeSources...),
			pick("attr_info", ui.T(ctx, "Information, 4x4"), ui.T(ctx, "Found in the open: 4."), iru.OpenSource.Information, iru.GradeInformations...), area("attr_why", ui.T(ctx, "What it rests on"), ""))
	}
	if have.Listing == nil {
		add(ui.T(ctx, "Listing"), ui.T(ctx, "An important factor, neither required nor sufficient (recital 11). The Union's list first."),
			ui.Field{Name: "list_day", Type: "date", Label: ui.T(ctx, "Looked up on"), Value: f.Get("list_day")}, field("list_name", ui.T(ctx, "List"), ""),
			field("list_entry", ui.T(ctx, "Name as it stands there"), ""), ui.Field{Name: "list_date", Type: "date", Label: ui.T(ctx, "Date of the entry"), Value: f.Get("list_date")},
			area("list_words", ui.T(ctx, "None found: which lists were searched"), ""))
	}
	if have.Collateral == nil {
		mail := pick("coll_mail", ui.T(ctx, "Mail of third parties there"), "", "")
		mail.Options = []ui.Option{{Value: "", Text: ui.T(ctx, "choose")}, {Value: "no", Text: ui.T(ctx, "no")}, {Value: "yes", Text: ui.T(ctx, "yes")}, {Value: "unknown", Text: ui.T(ctx, "unknown")}}
		hint := ui.T(ctx, "The house knows of nothing else at that address.")
		if len(near) > 0 {
			var lines []string
			for _, n := range near {
				lines = append(lines, plainDefanged(n.Address)+" ("+n.Shares+")")
			}
			hint = ui.T(ctx, "The house knows of: %s. A suggestion; your own words decide.", strings.Join(lines, "; "))
		}
		add(ui.T(ctx, "Collateral"), ui.T(ctx, "What else a measure would strike. It is weighed here and not told to the addressee."), field("coll_names", ui.T(ctx, "Other names at that address"), hint), mail, area("coll_words", ui.T(ctx, "In your own words"), ""))
	}
	if have.Measure == nil {
		add(ui.T(ctx, "Least intrusive measure"), ui.T(ctx, "Which lesser measures were weighed, and why none is enough."), field("less_name", ui.T(ctx, "A lesser measure"), ""), area("less_why", ui.T(ctx, "Why it is not enough"), ""),
			field("less2_name", ui.T(ctx, "Another one"), ""), area("less2_why", ui.T(ctx, "Why that is not enough"), ""), area("less_words", ui.T(ctx, "Why this measure is the least that is enough"), ""))
	}
	if have.Press == nil {
		add(ui.T(ctx, "Editorial responsibility"), ui.T(ctx, "Only where somebody claims it: then press standards are weighed (recital 12)."), field("press_who", ui.T(ctx, "Who answers for it"), ""),
			field("press_code", ui.T(ctx, "Which press standards bind them"), ""), area("press_why", ui.T(ctx, "How that weighs here"), ""))
	}
	return out
}

// groundTerms are an assessment's parts, to read.
func groundTerms(ctx context.Context, a iru.Assessment) ui.Terms {
	var out ui.Terms
	say := func(name, text string) {
		out = append(out, ui.Term{Name: name, Value: ui.Isolated(plainDefanged(text))})
	}
	for _, q := range a.Quotes() {
		text := join(q.Quote(), "("+strings.Join(q.Limbs, ", ")+")")
		say(ui.T(ctx, "Passage"), text)
		if q.Translation != "" {
			say(ui.T(ctx, "Translation"), join(q.Translation, q.Into, q.By()))
		}
	}
	say(ui.T(ctx, "True purpose"), a.PurposeReason)
	g := a.Grounds
	if p := g.Press; p != nil {
		say(ui.T(ctx, "Editorial responsibility"), join(p.Responsible, p.Standards, p.Why))
	}
	if x := g.Attribution; x != nil {
		say(ui.T(ctx, "Attribution"), join(x.Name, x.Grade.String(), x.Why))
	}
	if l := g.Listing; l != nil {
		text := join(l.Checked, l.Words)
		for _, e := range l.Found {
			text = join(text, e.List, e.Name, e.Date)
		}
		say(ui.T(ctx, "Listing"), text)
	}
	if c := g.Collateral; c != nil {
		say(ui.T(ctx, "Collateral"), join(c.Words, strings.Join(c.Names, " ")))
	}
	if m := g.Measure; m != nil {
		text := ""
		for _, w := range m.Weighed {
			text = join(text, w.Measure+": "+w.Why)
		}
		say(ui.T(ctx, "Least intrusive measure"), join(text, m.Words))
	}
	if open := g.Missing(); len(open) > 0 && a.Finding == iru.FindRefer {
		var names []string
		for _, o := range open {
			names = append(names, partName(ctx, o))
		}
		out = append(out, ui.Term{Name: ui.T(ctx, "Left open"), Value: ui.Text(ui.T(ctx, "%s; a binding act needs it", list(names)))})
	}
	return out
}

func partName(ctx context.Context, part string) string {
	switch part {
	case "attribution":
		return ui.T(ctx, "Attribution")
	case "listing":
		return ui.T(ctx, "Listing")
	case "collateral":
		return ui.T(ctx, "Collateral")
	}
	return ui.T(ctx, "Least intrusive measure")
}

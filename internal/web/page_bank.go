// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// BanksPage lists the banks of known content.
type BanksPage struct {
	Frame ui.Frame
	Said  string
	May   bool // this officer may open one
	Count int

	Earlier RescanCard
	Table   ui.Table
}

// BankPage is one bank: what it is, and what is in it.
type BankPage struct {
	Frame    ui.Frame
	Now      time.Time
	Said     string
	Bank     iru.Bank
	By       string
	Size     int            // contents
	Media    map[string]int // fingerprints
	Cut      bool           // of the first contents only
	Imports  []iru.Event    // the last one
	May      bool
	Steps    []ui.Button
	Medium   string // what the list is narrowed to
	State    string
	Entries  ui.Table
	Pages    ui.Pages
	History  ui.Table
	Imported string          // what an import did
	Wrong    templ.Component // the lines that it left out
	Problem  string
	Typed    typedKnown
}

// typedKnown is what somebody typed into the form.
type typedKnown struct{ Medium, Value, Label, Finding string }

func (p BanksPage) todo(ctx context.Context) []ui.Todo {
	first := ui.Todo{Title: ui.T(ctx, "Assess an item"), Why: ui.T(ctx, "The first finding opens the bank “own” and makes its first entry."), Next: true, Button: ui.Button{Text: ui.T(ctx, "To triage"), Kind: ui.Primary, Href: "/triage"}}
	if !p.May {
		return []ui.Todo{first}
	}
	return []ui.Todo{first, {Title: ui.T(ctx, "Open a bank for what a partner hands over"), Why: ui.T(ctx, "Then import its file."), Button: ui.Button{Text: ui.T(ctx, "Open a bank"), Href: "/banks/new"}}}
}

func (p BanksPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Evidence"), Href: "/exhibits"}}, Title: ui.T(ctx, "Banks of known content"), Facts: []templ.Component{ui.Connection()}}
	if p.May && p.Count > 0 {
		h.Buttons = []ui.Button{{Text: ui.T(ctx, "Open a bank"), Href: "/banks/new", Kind: ui.Primary, Key: "o"}}
	}
	return h
}

func (p BankPage) head(ctx context.Context) ui.Head {
	return ui.Head{Crumbs: bankCrumbs(ctx), Title: p.Bank.Name, State: bankState(ctx, p.Bank), Handling: p.Frame.Handling, Buttons: p.Steps,
		Facts: []templ.Component{ui.Text(sourceName(ctx, p.Bank.Source)), ui.Text(ui.Tn(ctx, p.Size, "%d contents")), ui.Connection()}}
}

func (p BankPage) path() string { return "/banks/" + id(p.Bank.ID) }

func (p BankPage) terms(ctx context.Context) ui.Terms {
	t := ui.Terms{{Name: ui.T(ctx, "Whose word it is"), Value: ui.Text(sourceName(ctx, p.Bank.Source))}}
	if p.Bank.Note != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "What it is"), Value: ui.Isolated(plainDefanged(p.Bank.Note))})
	}
	if p.Bank.Feed != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "Fetched from"), Value: address(p.Bank.Feed)})
	}
	if words := mediaWords(ctx, p.Media, p.Cut); words != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "Fingerprints"), Value: ui.Text(words)})
	}
	if p.Bank.Handling.Note != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "The condition of H3"), Value: ui.Isolated(p.Bank.Handling.Note)})
	}
	t = append(t, ui.Term{Name: ui.T(ctx, "Opened"), Value: ui.All(ui.When{At: p.Bank.Created, Day: true}, ui.Isolated(p.By))})
	for _, e := range p.Imports {
		t = append(t, ui.Term{Name: ui.T(ctx, "Last import"), Value: ui.Both(moment(e.At), join(fact(e, "from"), ui.T(ctx, "rows: %s, new: %s, wrong: %s", fact(e, "rows"), fact(e, "added"), fact(e, "wrong"))))})
	}
	if p.Bank.Checkpoint != "" && p.Bank.Feed == "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "Import"), Value: ui.Warn(ui.T(ctx, "broken off; the same file goes on where it was"))})
	}
	return t
}

// fact is what an event says of a thing, as text.
func fact(e iru.Event, name string) string {
	if v, ok := e.Facts[name]; ok {
		return fmt.Sprint(v)
	}
	return ""
}

func (p BankPage) filters(ctx context.Context) []ui.Field {
	media := ui.Field{Name: "medium", ID: "filter-medium", Label: ui.T(ctx, "Fingerprint"), Type: "select", Required: true, Value: p.Medium, Options: []ui.Option{{Value: "", Text: ui.T(ctx, "any")}}}
	for _, m := range iru.Media {
		media.Options = append(media.Options, ui.Option{Value: m, Text: mediumName(ctx, m)})
	}
	return []ui.Field{media, {Name: "state", ID: "filter-state", Label: ui.T(ctx, "State"), Type: "select", Required: true, Value: p.State, Options: []ui.Option{{Value: "", Text: ui.T(ctx, "any")},
		{Value: string(iru.KnownActive), Text: ui.T(ctx, "in use")}, {Value: string(iru.FloodMarked), Text: ui.T(ctx, "Matches too much")}, {Value: string(iru.KnownQuarantined), Text: ui.T(ctx, "In quarantine")}, {Value: string(iru.KnownWithdrawn), Text: ui.T(ctx, "Withdrawn")}}}}
}

func (p BankPage) fields(ctx context.Context) []ui.Field {
	k := p.Typed
	types := []ui.Option{}
	for _, m := range []string{iru.MediumSHA256, iru.MediumPDQ, iru.MediumTLSH, iru.MediumText, iru.MediumMD5} {
		types = append(types, ui.Option{Value: m, Text: mediumName(ctx, m)})
	}
	return []ui.Field{
		{Name: "type", Label: ui.T(ctx, "Fingerprint"), Type: "select", Value: k.Medium, Required: true, Options: types},
		{Name: "value", Label: ui.T(ctx, "Value"), Value: k.Value, Required: true, Max: 20000, Autocomplete: "off", Hint: ui.T(ctx, "“iolaus hash” makes one of a file: 64 hexadecimal digits for SHA-256 and PDQ.")},
		{Name: "label", Label: ui.T(ctx, "What it is"), Value: k.Label, Required: true, Max: 300, Hint: ui.T(ctx, "Colleagues read this beside a match.")},
		{Name: "finding", Label: ui.T(ctx, "Judged then"), Type: "select", Value: k.Finding, Required: true, Options: findings(ctx)},
	}
}

func findings(ctx context.Context) []ui.Option {
	return []ui.Option{{Value: string(iru.FindRefer), Text: ui.T(ctx, "to be referred")}, {Value: string(iru.FindNoAction), Text: ui.T(ctx, "no action")}}
}

// wrongLines names the wrong lines of a file, count of them in all; nil for none.
func wrongLines(ctx context.Context, lines []wrongLine, count int) templ.Component {
	if len(lines) == 0 {
		return nil
	}
	t := ui.Table{Label: ui.T(ctx, "Wrong lines"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Line"), Num: true, NoWrap: true}, {Title: ui.T(ctx, "What is wrong")}}}
	for _, l := range lines {
		t.Rows = append(t.Rows, ui.Cells(ui.Text(ui.Thousands(l.Line)), law(ctx, plainDefanged(l.Why))))
	}
	c := ui.Card{ID: "wrong", Title: ui.T(ctx, "Wrong lines"), Pill: strconv.Itoa(max(count, len(lines)))}
	if count > len(lines) {
		c.Foot = ui.Text(ui.T(ctx, "The first %s are named.", strconv.Itoa(len(lines))))
	}
	return ui.Wrap(c, t)
}

func bankState(ctx context.Context, b iru.Bank) ui.State {
	if b.Muted {
		return ui.Neutral(ui.T(ctx, "muted")).With(ui.IconHold)
	}
	return ui.OK(ui.T(ctx, "in use"))
}

func sourceName(ctx context.Context, s iru.Source) string {
	//exhaustive:enforce
	switch s {
	case iru.SourceOwn:
		return ui.T(ctx, "this unit's own")
	case iru.SourcePartner:
		return ui.T(ctx, "a partner's")
	case iru.SourceFeed:
		return ui.T(ctx, "a feed's")
	}
	return string(s)
}

// mediumName says what a fingerprint recognises, and its name.
func mediumName(ctx context.Context, m string) string {
	switch m {
	case iru.MediumSHA256:
		return ui.T(ctx, "same bytes (SHA-256)")
	case iru.MediumMD5:
		return ui.T(ctx, "same bytes (MD5)")
	case iru.MediumPDQ:
		return ui.T(ctx, "near image (PDQ)")
	case iru.MediumTLSH:
		return ui.T(ctx, "near file (TLSH)")
	case iru.MediumText:
		return ui.T(ctx, "near text (sketch)")
	case iru.MediumVPDQ:
		return ui.T(ctx, "near film (vPDQ)")
	case iru.MediumAudio:
		return ui.T(ctx, "near sound (Chromaprint)")
	}
	return m
}

// mediumCode is a fingerprint's short name.
func mediumCode(ctx context.Context, m string) string {
	switch m {
	case iru.MediumSHA256:
		return "SHA-256"
	case iru.MediumMD5, iru.MediumPDQ, iru.MediumTLSH:
		return map[string]string{iru.MediumMD5: "MD5", iru.MediumPDQ: "PDQ", iru.MediumTLSH: "TLSH"}[m]
	case iru.MediumVPDQ:
		return "vPDQ"
	case iru.MediumText:
		return ui.T(ctx, "text sketch")
	case iru.MediumAudio:
		return ui.T(ctx, "sound")
	}
	return m
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// KnownPage is one known content: its fingerprints, what was said of it, and where it was met. The content itself is never shown.
type KnownPage struct {
	Frame    ui.Frame
	Now      time.Time
	Said     string
	Known    iru.Known
	Bank     iru.Bank
	By       string
	Opinions []OpinionLine
	Mine     iru.Opinion // this unit's own that stands; zero: none
	MayOpine bool
	Floods   []iru.Event // when and why it was marked as matching too much
	Spread   int         // items that it was met on, as far as 1,000
	Met      ui.Table
	Pages    ui.Pages
	History  ui.Table
	Steps    []ui.Button
	Problem  string
	Typed    iru.Opinion
}

// An OpinionLine is an opinion with whose it is.
type OpinionLine struct {
	iru.Opinion
	Voice  string
	By     string
	Stands bool
}

// longPrint is how many bytes a fingerprint on a page has at most; the bank's file has all of it.
const longPrint = 4000

func (p KnownPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Crumbs: append(bankCrumbs(ctx), ui.Crumb{Text: p.Bank.Name, Href: "/banks/" + id(p.Bank.ID)}), Title: cutText(p.Frame.Title, 120), State: knownState(ctx, p.Known), Handling: p.Frame.Handling,
		Facts: []templ.Component{ui.Text(judgedThen(ctx, p.Known.Finding)), ui.Text(ui.Tn(ctx, p.Spread, "met on %d items")), ui.Connection()}}
	if !p.floods() {
		h.Buttons = p.Steps
	}
	return h
}

// floods reports whether a person is asked what becomes of content that matches too much.
func (p KnownPage) floods() bool {
	return p.Known.State == iru.KnownActive && p.Known.Flood == iru.FloodMarked
}

func (p KnownPage) prints(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Fingerprints"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "What it recognises")}, {Title: ui.T(ctx, "Value"), NoWrap: true}, {Title: ui.T(ctx, "Bytes"), Num: true}}}
	for _, s := range p.Known.Signals {
		value := ui.Quiet(ui.T(ctx, "too long for a page; the bank's file has it"))
		if len(s.Value) <= longPrint {
			text := s.Text()
			value = ui.All(shortPrint(text), ui.CopyButton(text, ui.T(ctx, "Copy fingerprint")))
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Text(mediumName(ctx, s.Medium)), value, ui.Text(ui.Thousands(len(s.Value)))))
	}
	return t
}

// shortPrint is the beginning and the end of a fingerprint; the copy button has all of it.
func shortPrint(text string) templ.Component {
	if len(text) > 40 {
		text = text[:24] + "…" + text[len(text)-8:]
	}
	return code(text)
}

func (p KnownPage) terms(ctx context.Context) ui.Terms {
	k := p.Known
	t := ui.Terms{{Name: ui.T(ctx, "Bank"), Value: ui.Link("/banks/"+id(p.Bank.ID), p.Bank.Name)}, {Name: ui.T(ctx, "Judged then"), Value: ui.Text(knownFinding(ctx, k.Finding))}}
	if k.Label != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "What it is"), Value: ui.Isolated(plainDefanged(k.Label))})
	}
	if k.Ref != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "What the source calls it"), Value: ui.Isolated(plainDefanged(k.Ref))})
	}
	if len(k.Tags) > 0 {
		t = append(t, ui.Term{Name: ui.T(ctx, "The source's words"), Value: ui.Isolated(plainDefanged(list(k.Tags)))})
	}
	if k.Item != 0 {
		t = append(t, ui.Term{Name: ui.T(ctx, "Left by"), Value: ui.Link("/items/"+id(k.Item), ui.T(ctx, "Item %s", id(k.Item)))})
	}
	return append(t, ui.Term{Name: ui.T(ctx, "Entered"), Value: ui.All(ui.When{At: k.Created, Day: true}, ui.Isolated(p.By))})
}

func (p KnownPage) fields(ctx context.Context) []ui.Field {
	verdicts := []ui.Option{{Value: "", Text: ui.T(ctx, "choose")}, {Value: string(iru.VerdictConfirmed), Text: ui.T(ctx, "confirmed: it is what the bank says")}, {Value: string(iru.VerdictDisputed), Text: ui.T(ctx, "disputed: it is not")},
		{Value: string(iru.VerdictWithdrawn), Text: ui.T(ctx, "taken back: no opinion any more")}}
	return []ui.Field{
		{Name: "verdict", Label: ui.T(ctx, "Opinion"), Type: "select", Required: true, Value: string(p.Typed.Verdict), Options: verdicts},
		{Name: "opinion", Label: ui.T(ctx, "Why"), Type: "textarea", Max: 1000, Value: p.Typed.Note, Hint: ui.T(ctx, "The ledger keeps it.")},
		{Name: "partner", Label: ui.T(ctx, "In whose name"), Max: 200, Value: p.Typed.Partner, Autocomplete: "off", Hint: ui.T(ctx, "Empty: your unit's own. A partner's name: you hand its opinion on.")},
	}
}

func (p KnownPage) mine(ctx context.Context) string {
	if p.Mine.ID == 0 {
		return ui.T(ctx, "Your unit has said nothing yet.")
	}
	return verdictBy(ctx, p.Mine.Verdict, ui.T(ctx, "your unit"))
}

func verdictState(ctx context.Context, v iru.Verdict) ui.State {
	//exhaustive:enforce
	switch v {
	case iru.VerdictConfirmed:
		return ui.Info(ui.T(ctx, "Confirmed")).With(ui.IconOK)
	case iru.VerdictDisputed:
		return ui.Warn(ui.T(ctx, "Disputed")).With(ui.IconBan)
	case iru.VerdictWithdrawn:
		return ui.Neutral(ui.T(ctx, "Taken back")).With(ui.IconReturn)
	}
	return ui.Neutral(string(v))
}

// verdictBy says in words what somebody holds.
func verdictBy(ctx context.Context, v iru.Verdict, who string) string {
	//exhaustive:enforce
	switch v {
	case iru.VerdictConfirmed:
		return ui.T(ctx, "confirmed by %s", who)
	case iru.VerdictDisputed:
		return ui.T(ctx, "disputed by %s", who)
	case iru.VerdictWithdrawn:
		return ui.T(ctx, "taken back by %s", who)
	}
	return who
}

// knownState says whether known content is suggested, and if not, why.
func knownState(ctx context.Context, k iru.Known) ui.State {
	//exhaustive:enforce
	switch k.State {
	case iru.KnownQuarantined:
		return ui.Neutral(ui.T(ctx, "In quarantine")).With(ui.IconHold)
	case iru.KnownWithdrawn:
		return ui.Neutral(ui.T(ctx, "Withdrawn")).With(ui.IconBan)
	case iru.KnownActive:
	}
	switch {
	case k.Flood == iru.FloodMarked:
		return ui.Warn(ui.T(ctx, "Matches too much"))
	case k.Muted:
		return ui.Neutral(ui.T(ctx, "muted")).With(ui.IconHold)
	}
	return ui.OK(ui.T(ctx, "in use"))
}

// knownFinding is what was found about known content.
func knownFinding(ctx context.Context, finding string) string {
	if finding == string(iru.FindRefer) {
		return ui.T(ctx, "to be referred")
	}
	return ui.T(ctx, "no action")
}

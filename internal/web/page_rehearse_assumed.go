// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/rehearse"
	"iolaus/internal/web/ui"
)

// assumed are the figures that it plays with, and who says so.
func (r Rehearsal) assumed(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "What it assumes"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Of")}, {Title: ui.T(ctx, "What")}, {Title: ui.T(ctx, "Value"), Foreign: true}, {Title: ui.T(ctx, "Source"), Quiet: true, Foreign: true}}}
	for n, f := range r.Report.Assumed {
		if n == 400 {
			break
		}
		of := ui.Quiet(ui.T(ctx, "all"))
		if f.Of != "" {
			of = r.figureOf(ctx, f.Of)
		}
		value := ui.Isolated(f.Value)
		if f.What == "manner" {
			value = ui.Text(mannerWord(ctx, rehearse.Manner(f.Value)))
		}
		t.Rows = append(t.Rows, ui.Cells(of, r.what(ctx, f), value, told(ctx, f.Source)))
	}
	return t
}

// what names a figure; where the officer may change it by a rate, it leads there.
func (r Rehearsal) what(ctx context.Context, f rehearse.Figure) templ.Component {
	words := figureWord(ctx, f.What)
	if key := r.rate(f); key != "" {
		return ui.Link(at("/plans/rates", "rate", key)+"#set", words)
	}
	return ui.Text(words)
}

// rate is the unit's own number that a figure is from, or that would stand in its place; "" where there is none.
func (r Rehearsal) rate(f rehearse.Figure) string {
	if r.Layers == nil {
		return ""
	}
	switch f.What {
	case "compliance":
		return iru.RateChance
	case "translation":
		return iru.RateTranslation
	case "answer":
		return iru.RateAnswer
	case "ack", "act":
		if n, err := strconv.ParseInt(f.Addressee, 10, 64); err == nil {
			return iru.DeskRate(iru.ProviderID(n))
		}
	case "back":
		m, _ := strings.CutPrefix(f.Of, "measure ")
		if key := iru.BackRate(r.Layers[m]); slices.Contains(iru.RateKeys(), key) {
			return key
		}
	}
	return ""
}

// figureOf says of what a figure is: of a kind of part, of an act, of an addressee and perhaps an instrument.
func (r Rehearsal) figureOf(ctx context.Context, of string) templ.Component {
	if kind, ok := strings.CutPrefix(of, "kind "); ok {
		return ui.Text(nodeKindWord(ctx, iru.NodeKind(kind)))
	}
	if name, ok := strings.CutPrefix(of, "measure "); ok {
		return ui.Isolated(r.called(name))
	}
	if n := strings.LastIndex(of, ", "); n >= 0 {
		return templ.Join(ui.Isolated(of[:n]), ui.Quiet(" "+instrumentName(ctx, legal.Instrument(of[n+2:]))))
	}
	return ui.Isolated(of)
}

func mannerWord(ctx context.Context, m rehearse.Manner) string {
	switch m {
	case rehearse.Acts:
		return ui.T(ctx, "it acts")
	case rehearse.Clarifies:
		return ui.T(ctx, "it asks, then acts")
	case rehearse.Refuses:
		return ui.T(ctx, "it refuses")
	case rehearse.Order:
		return ui.T(ctx, "it acts upon an order only")
	case rehearse.Silent:
		return ui.T(ctx, "it never answers")
	case rehearse.Bounces:
		return ui.T(ctx, "its address does not work")
	}
	return string(m)
}

func figureWord(ctx context.Context, what string) string {
	switch what {
	case "compliance":
		return ui.T(ctx, "chance that an act takes effect")
	case "chance":
		return ui.T(ctx, "chance that it takes effect")
	case "translation":
		return ui.T(ctx, "translation")
	case "answer":
		return ui.T(ctx, "until we answer a desk that asks")
	case "again":
		return ui.T(ctx, "until we serve what came back")
	case "manner":
		return ui.T(ctx, "how it answers")
	case "ack":
		return ui.T(ctx, "until it acknowledges")
	case "act":
		return ui.T(ctx, "from there to the act")
	case "rest":
		return ui.T(ctx, "until it has reached everybody")
	case "delay":
		return ui.T(ctx, "from receipt to effect")
	case "hours":
		return ui.T(ctx, "when it works")
	case "back":
		return ui.T(ctx, "until it is replaced")
	case "cache":
		return ui.T(ctx, "how long caches keep it")
	case "succession":
		return ui.T(ctx, "until the one takes the other's place")
	}
	return what
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"fmt"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/web/ui"
)

// LedgerPage is what happened, newest first, and the signed checkpoint over it.
type LedgerPage struct {
	Frame    ui.Frame
	Now      time.Time
	Said     string
	Noun     string
	Nouns    []string
	Whole    bool // every unit's events, for an auditor who said why
	MayAudit bool
	Size     int64 // of the newest checkpoint; 0: none yet
	At       time.Time
	Root     string
	Origin   string
	Text     string // the signed checkpoint
	Waiting  int    // events without a place
	Table    ui.Table
	Pages    ui.Pages
	Report   *CheckReport

	Witnesses ui.Table // checkpoints that partners and we signed for each other
}

// A CheckReport is what "check again" found.
type CheckReport struct {
	ledger.Report
	At      time.Time
	Took    time.Duration
	TooMany bool // the log is too long to be checked within a request
}

func (r CheckReport) state(ctx context.Context) ui.State {
	switch {
	case r.TooMany:
		return ui.Neutral(ui.T(ctx, "Not checked"))
	case r.Err() != nil:
		return ui.Bad(ui.T(ctx, "Not whole"))
	}
	return ui.OK(ui.T(ctx, "Whole")).With(ui.IconLock)
}

func (r CheckReport) terms(ctx context.Context) ui.Terms {
	return ui.Terms{
		{Name: ui.T(ctx, "Entries checked"), Value: ui.Text(ui.Thousands(int(r.Size)))},
		{Name: ui.T(ctx, "Checkpoints that agree"), Value: ui.Text(ui.Thousands(int(r.Checkpoints)))},
		{Name: ui.T(ctx, "Root, computed anew"), Value: ui.Hash{Hex: fmt.Sprintf("%x", r.Root[:]), Copy: true}},
		{Name: ui.T(ctx, "Faults"), Value: ui.Text(ui.Thousands(len(r.Faults)))},
		{Name: ui.T(ctx, "Checked"), Value: ui.All(ui.When{At: r.At, Day: true}, ui.Quiet(ui.T(ctx, "in %s", r.Took.Round(time.Millisecond).String())))},
	}
}

func (p LedgerPage) nounField(ctx context.Context) ui.Field {
	f := ui.Field{Name: "noun", Label: ui.T(ctx, "About"), Type: "select", Value: p.Noun, Required: true, Options: []ui.Option{{Value: "", Text: ui.T(ctx, "everything")}}}
	for _, n := range p.Nouns {
		f.Options = append(f.Options, ui.Option{Value: n, Text: n})
	}
	return f
}

func (p LedgerPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Title: ui.T(ctx, "Ledger"), Facts: []templ.Component{ui.Connection()}, Buttons: []ui.Button{{Text: ui.T(ctx, "Reports"), Href: "/reports"}}}
	if p.Whole {
		h.State = ui.Info(ui.T(ctx, "Every unit")).With(ui.IconEye)
	}
	if p.Waiting > 0 {
		h.Facts = append(h.Facts, ui.Text(ui.Tn(ctx, p.Waiting, "%d events wait for their place")))
	}
	return h
}

func (p LedgerPage) checkpointTerms(ctx context.Context) ui.Terms {
	return ui.Terms{
		{Name: ui.T(ctx, "Log"), Value: ui.Isolated(p.Origin)},
		{Name: ui.T(ctx, "Size"), Value: ui.Text(ui.Thousands(int(p.Size)))},
		{Name: ui.T(ctx, "Root"), Value: ui.Hash{Hex: p.Root, Copy: true}},
		{Name: ui.T(ctx, "Signed"), Value: ui.All(ui.When{At: p.At, Day: true}, ui.Fresh{Seen: p.At, Now: p.Now})},
	}
}

// live is set only where the page shows the officer's own reach from its start.
func (p LedgerPage) live() string {
	if p.Whole || p.Pages.Previous != "" {
		return ""
	}
	return "/live/ledger"
}

// EventPage is one event with its place in the ledger.
type EventPage struct {
	Frame ui.Frame
	Event iru.Event
	By    string
	Facts [][2]string
	Proof *ProofCard

	Withheld bool // what it says is not shown yet
}

func (p EventPage) terms(ctx context.Context) ui.Terms {
	e := p.Event
	about := ui.Text(fmt.Sprintf("%s %d", e.Subject.Noun, e.Subject.ID))
	if h := eventHref(e); h != "" {
		about = ui.Link(h, fmt.Sprintf("%s %d", e.Subject.Noun, e.Subject.ID))
	}
	t := ui.Terms{
		{Name: ui.T(ctx, "What"), Value: code(eventKind(e))},
		{Name: ui.T(ctx, "When"), Value: ui.Text(precise(e.At))},
		{Name: ui.T(ctx, "Who"), Value: ui.Isolated(p.By)},
		{Name: ui.T(ctx, "About"), Value: about},
	}
	if s := stateChange(e); s != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "State"), Value: ui.Text(s)})
	}
	if e.Note != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "Why, or what was seen"), Value: ui.Isolated(plainDefanged(e.Note))})
	}
	if p.Withheld {
		t = append(t, ui.Term{Name: ui.T(ctx, "Why, or what was seen"), Value: ui.Quiet(notYet(ctx))})
	}
	for _, f := range p.Facts {
		t = append(t, ui.Term{Name: f[0], Value: ui.Isolated(plainDefanged(f[1]))})
	}
	return t
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// NoticesPage lists acts by where they stand.
type NoticesPage struct {
	Frame ui.Frame
	Said  string
	In    string // the group that is open
	State iru.NoticeState
	Count map[string]int // by group
	Total int
	Table ui.Table
	Pages ui.Pages
}

// A noticeGroup is a set of states that a person asks for together.
type noticeGroup struct {
	key    string
	states []iru.NoticeState
}

// noticeGroups: what waits for us, what waits for the addressee, what is over.
var noticeGroups = []noticeGroup{
	{"ours", []iru.NoticeState{iru.NoticeDraft, iru.NoticeSubmitted, iru.NoticeEndorsed, iru.NoticeClarifying, iru.NoticeRefused, iru.NoticeBounced, iru.NoticeBreached}},
	{"theirs", []iru.NoticeState{iru.NoticeApproved, iru.NoticeDispatched, iru.NoticeSent, iru.NoticeReceived, iru.NoticeClaimed}},
	{"over", []iru.NoticeState{iru.NoticeComplied, iru.NoticeEscalated, iru.NoticeWithdrawn}},
}

func groupName(ctx context.Context, key string) string {
	switch key {
	case "ours":
		return ui.T(ctx, "Waits for us")
	case "theirs":
		return ui.T(ctx, "With the addressee")
	case "over":
		return ui.T(ctx, "Over")
	}
	return ui.T(ctx, "All")
}

func (p NoticesPage) filters(ctx context.Context) []ui.Button {
	out := []ui.Button{}
	for _, g := range noticeGroups {
		out = append(out, ui.Button{Text: groupName(ctx, g.key) + " " + ui.Thousands(p.Count[g.key]), Small: true, Href: at("/notices", "in", g.key), Current: p.In == g.key})
	}
	return append(out, ui.Button{Text: groupName(ctx, ""), Small: true, Href: "/notices?in=all", Current: p.In == "all"})
}

func (p NoticesPage) stateField(ctx context.Context) ui.Field {
	f := ui.Field{Name: "state", Label: ui.T(ctx, "State"), Type: "select", Value: string(p.State), Required: true, Options: []ui.Option{{Value: "", Text: ui.T(ctx, "any")}}}
	for _, s := range iru.NoticeTable.States() {
		f.Options = append(f.Options, ui.Option{Value: string(s), Text: noticeState(ctx, s).Word})
	}
	return f
}

// NoticePage is one act from draft to removal: who did what when, what we saw, what was said, why this addressee, the proof.
type NoticePage struct {
	Frame     ui.Frame
	Now       time.Time
	Said      string
	Notice    iru.Notice
	Provider  iru.Provider
	Unit      iru.Unit
	Asset     iru.Asset
	Outlet    iru.Outlet
	Operation iru.Operation
	Parent    iru.Notice
	Ours      bool // the officer's unit serves it

	Buttons []ui.Button
	Steps   ui.Steps
	Waits   []ui.Line // what keeps it from leaving
	Barred  error     // why it must not leave as its codes are; nil: nothing
	Taken   time.Time // when it was verified gone, before it lost its effect
	Lost    string    // the verb by which it lost its effect after it was served; "": it stands
	Clocks  []iru.Clock
	Looks   ui.Table
	Need    iru.Agreement
	Next    string // when the next look is, in words

	Theirs      ui.State   // what the addressee said last
	Asked       iru.Letter // what it asked last, or that it cannot act now
	Outstanding bool       // that is answered, the receipt is missing
	Again       []AgainForm
	Thread      ui.Thread
	File        []FileForm
	MayAnswer   bool
	Record      Record
	Documents   ui.Table
	History     ui.Table
	Ruling      legal.Ruling // of the gate, on this act
	Gate        []GateLine   // the other carriers
	GateKnown   bool         // whether the gate could be asked again: the asset is within reach
	Limit       string
	Law         []Sheet // the law's own: all clocks, receipts, letters, appeals, secrecy
	Proof       *ProofCard
	Regime      string
	ReasonText  string
}

// A FileForm asks a person what a letter is whose kind was only guessed.
type FileForm struct {
	Letter int64
	Notice iru.NoticeID
	From   string
	At     time.Time
	Guess  string

	Stranger bool // its sender is not known to be the addressee
}

func (f FileForm) why(ctx context.Context) ui.State {
	if f.Stranger {
		return ui.Warn(ui.T(ctx, "Sender not recognised"))
	}
	return ui.Warn(ui.T(ctx, "Only guessed"))
}

// An AgainForm sends a letter again that came back.
type AgainForm struct {
	Letter int64
	Notice iru.NoticeID
	To     string
	At     time.Time
	Why    string
}

func (f FileForm) field(ctx context.Context) ui.Field {
	x := ui.Field{ID: "kind-" + id(f.Letter), Name: "kind", Label: ui.T(ctx, "What is the letter of %s?", f.At.UTC().Format("15:04:05")), Type: "select", Value: f.Guess, Required: true,
		Hint: ui.T(ctx, "The program guessed from its words; only a person's answer moves the act or its clock.")}
	if f.Stranger {
		x.Hint = ui.T(ctx, "Whoever was shown the act can write to its reply address. Make sure that it is the addressee's word: ask at the confirmed contact.")
	}
	if !slices.Contains(letterKinds, f.Guess) {
		x.Value = ""
	}
	x.Options = []ui.Option{{Text: ui.T(ctx, "Choose"), Disabled: true}}
	for _, k := range letterKinds {
		x.Options = append(x.Options, ui.Option{Value: k, Text: letterKind(ctx, k)})
	}
	return x
}

// A GateLine is another provider that carries the asset, and what the law says of this instrument there.
type GateLine struct {
	Provider iru.Provider
	Layer    legal.Layer
	Ruling   legal.Ruling
}

// A ProofCard is the place of an act in the ledger.
type ProofCard struct {
	Event   iru.EventID
	Kind    string
	Index   int64
	Size    int64
	Leaf    string // hex
	Root    string // hex
	At      time.Time
	Checked bool   // leaf, path, root and signature were checked now
	Fault   string // what is wrong, if they were and are not right
}

func (c ProofCard) state(ctx context.Context) ui.State {
	switch {
	case c.Fault != "":
		return ui.Bad(ui.T(ctx, "Does not verify")).Plain()
	case c.Checked:
		return ui.OK(ui.T(ctx, "Verified now")).With(ui.IconLock).Plain()
	}
	return ui.Neutral(ui.T(ctx, "Waits for its place")).With(ui.IconClock).Plain()
}

func (p NoticePage) title(ctx context.Context) string {
	return instrumentName(ctx, p.Notice.Instrument) + " " + p.Notice.Ref
}

func (p NoticePage) state(ctx context.Context) ui.State {
	for _, c := range p.Clocks {
		if s := clockState(ctx, c, p.Now); c.State == iru.ClockRunning && (s.Tone == ui.ToneWarn || s.Tone == ui.ToneBad) {
			return s
		}
	}
	return p.stands(ctx)
}

// stands is the act's state, with the word for how it lost its effect.
func (p NoticePage) stands(ctx context.Context) ui.State {
	if w := lostWords(ctx, p.Lost); w != "" {
		return ui.Neutral(w).With(ui.IconBan)
	}
	return noticeState(ctx, p.Notice.State)
}

func (p NoticePage) head(ctx context.Context) ui.Head {
	h := ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Notices"), Href: "/notices"}, {Text: instrumentName(ctx, p.Notice.Instrument)}}, Title: p.title(ctx), State: p.state(ctx),
		Handling: p.Frame.Handling, Buttons: p.Buttons,
		Facts: []templ.Component{ui.All(ui.Text(ui.T(ctx, "To")), ui.Link("/providers/"+id(p.Provider.ID), p.Provider.Name)), shortAddress(p.Notice.Locator)}}
	if p.Outlet.ID != 0 {
		h.Facts = append(h.Facts, ui.All(ui.Text(ui.T(ctx, "Outlet")), ui.Link("/outlets/"+id(p.Outlet.ID), p.Outlet.Name)))
	}
	h.Facts = append(h.Facts, ui.Text(ui.T(ctx, "Issued by %s", p.Unit.Name)))
	if p.Operation.ID != 0 {
		h.Facts = append(h.Facts, ui.All(ui.Text(ui.T(ctx, "Task of")), ui.Link("/operations/"+id(p.Operation.ID), p.Operation.Name)))
	}
	if n := p.Notice; n.Instrument.Binding() && n.State == iru.NoticeDraft {
		h.Buttons = append(slices.Clone(h.Buttons), ui.Button{Text: ui.T(ctx, "Mock scrutiny"), Href: "/notices/" + id(n.ID) + "/mock"})
	}
	if n := p.Notice; n.Batch != 0 {
		h.Facts = append(h.Facts, ui.Link("/batches/"+id(n.Batch), ui.T(ctx, "In a grouped letter")))
	}
	if n := p.Notice; n.Threat != 0 {
		h.Facts = append(h.Facts, ui.Link("/threats/"+id(n.Threat), ui.T(ctx, "Threat to life")))
	}
	if p.Parent.ID != 0 {
		h.Facts = append(h.Facts, ui.All(ui.Text(ui.T(ctx, "Follows")), ui.Link("/notices/"+id(p.Parent.ID), p.Parent.Ref)))
	}
	return h
}

// ours is what we wait for; it stands beside what the addressee said: two statuses, never one.
func (p NoticePage) ours(ctx context.Context) ui.State {
	switch p.Notice.State {
	case iru.NoticeSent, iru.NoticeDispatched:
		return ui.Info(ui.T(ctx, "Waiting for a receipt")).With(ui.IconClock)
	case iru.NoticeReceived, iru.NoticeClaimed, iru.NoticeRefused:
		return ui.Info(ui.T(ctx, "Waiting for proof")).With(ui.IconClock)
	case iru.NoticeClarifying:
		switch {
		case len(p.Again) > 0:
			return ui.Warn(ui.T(ctx, "Our answer came back"))
		case p.Asked.Kind == "impossible":
			return ui.Info(ui.T(ctx, "Waiting until they can act")).With(ui.IconClock)
		case p.Outstanding:
			return ui.Info(ui.T(ctx, "Answered, receipt outstanding")).With(ui.IconClock)
		}
		return ui.Warn(ui.T(ctx, "We owe an answer"))
	}
	return p.stands(ctx)
}

func (p NoticePage) clockTerms(ctx context.Context, c iru.Clock) ui.Terms {
	t := ui.Terms{
		{Name: ui.T(ctx, "Started"), Value: ui.All(ui.When{At: c.Started}, ui.Quiet(ui.T(ctx, "by receipt: %s", plainDefanged(c.Proof))))},
		{Name: ui.T(ctx, "Due"), Value: ui.All(ui.When{At: c.Due, Day: c.Length > 12*time.Hour}, ui.Text("UTC"), ui.Local{At: c.Due})},
	}
	if c.State != iru.ClockRunning {
		t = append(t, ui.Term{Name: ui.T(ctx, "Stopped"), Value: ui.All(ui.When{At: c.Ended}, ui.Quiet(c.Why))})
	} else {
		stops, not := ui.T(ctx, "gone from %d vantage points, %d looks in a row each; paused while the addressee waits for our answer, or cannot act", p.Need.Points, p.Need.Rounds),
			ui.T(ctx, "“done” without our own look; a “no”")
		t = append(t, ui.Term{Name: ui.T(ctx, "Stops on"), Value: ui.Text(stops)}, ui.Term{Name: ui.T(ctx, "Does not stop"), Value: ui.Text(not)},
			ui.Term{Name: ui.T(ctx, "Begins anew"), Value: ui.Text(ui.T(ctx, "when they have our answer to their question, or can act again"))})
	}
	return append(t, ui.Term{Name: ui.T(ctx, "Source"), Value: law(ctx, c.Source)})
}

func (p NoticePage) gateTerms(ctx context.Context) ui.Terms {
	n := p.Notice
	binding := ui.T(ctx, "not binding, one approval")
	if n.NeedsTwo() {
		binding = ui.T(ctx, "binding, two approvals")
	}
	if p.Limit != "" {
		binding = join(p.Limit, binding)
	}
	t := ui.Terms{
		{Name: ui.T(ctx, "Addressee"), Value: ui.All(ui.Strong(p.Provider.Name), ui.Quiet(layerName(ctx, n.Layer)))},
		{Name: ui.T(ctx, "Where"), Value: ui.All(ui.Text(jurisdiction(ctx, p.Provider)), contactState(ctx, p.Provider.Contact).Plain())},
		{Name: ui.T(ctx, "Act"), Value: ui.All(ui.Strong(instrumentName(ctx, n.Instrument)), ui.Quiet(binding))},
		{Name: ui.T(ctx, "Asks to"), Value: ui.Text(requestName(ctx, n.Request))},
		{Name: ui.T(ctx, "Basis"), Value: law(ctx, n.Basis)},
	}
	if p.GateKnown && p.Ruling.Reason != "" {
		t = append(t, ui.Term{Name: ui.T(ctx, "The law says"), Value: law(ctx, p.Ruling.Reason)})
	}
	return t
}

func (p NoticePage) gateState(ctx context.Context) ui.State {
	switch {
	case !p.GateKnown:
		return ui.State{}
	case !p.Ruling.Allowed:
		return ui.Warn(ui.T(ctx, "Refused today")).With(ui.IconBan).Plain()
	case p.Ruling.LegalView:
		return ui.Warn(ui.T(ctx, "Needs a lawyer's look")).Plain()
	}
	return ui.OK(ui.T(ctx, "Gate passed")).Plain()
}

func (g GateLine) state(ctx context.Context) ui.State {
	switch {
	case !g.Ruling.Allowed:
		return ui.Neutral(ui.T(ctx, "Refused")).With(ui.IconBan)
	case g.Ruling.LegalView:
		return ui.Warn(ui.T(ctx, "Lawyer's look"))
	}
	return ui.OK(ui.T(ctx, "Possible too")).Plain()
}

// instead names the way out of a refusal.
func instead(ctx context.Context, r legal.Ruling) string {
	if len(r.Instead) == 0 {
		return ""
	}
	var names []string
	for _, i := range r.Instead {
		names = append(names, instrumentName(ctx, i))
	}
	return ui.T(ctx, "Possible instead: %s.", list(names))
}

func list(names []string) string {
	s, comma := "", ", "
	if slices.ContainsFunc(names, func(s string) bool { return strings.ContainsFunc(s, rightToLeft) }) {
		comma = "، "
	}
	for i, n := range names {
		if i > 0 {
			s += comma
		}
		s += n
	}
	return s
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

func (v *visit) noticesPage() error {
	ctx, q := v.ctx(), v.r.URL.Query()
	p := NoticesPage{Frame: v.frame("notices", ui.T(ctx, "Notices")), Said: v.said(), In: q.Get("in"), State: iru.NoticeState(q.Get("state")), Count: map[string]int{}}
	if !slices.Contains(iru.NoticeTable.States(), p.State) {
		p.State = ""
	}
	var states []iru.NoticeState
	for _, g := range noticeGroups {
		if g.key == p.In {
			states = g.states
		}
	}
	if states == nil && p.In != "all" {
		p.In, states = "ours", noticeGroups[0].states
	}
	if p.State != "" {
		p.In, states = "all", nil
	}
	before, _ := strconv.ParseInt(q.Get("before"), 10, 64)
	err := v.read(func(t *db.Tx) error {
		n, err := t.NoticeCounts(ctx, v.scope)
		if err != nil {
			return err
		}
		p.Total = 0
		for _, g := range noticeGroups {
			p.Count[g.key] = 0
			for _, s := range g.states {
				p.Count[g.key] += n[s]
			}
			p.Total += p.Count[g.key]
		}
		ns, err := t.NoticesBefore(ctx, v.scope, states, db.NoticeFilter{State: p.State}, iru.NoticeID(max(before, 0)), perPage+1)
		if err != nil {
			return err
		}
		if len(ns) > perPage {
			ns = ns[:perPage]
			p.Pages.Next = at("/notices", "in", p.In, "state", string(p.State), "before", id(ns[perPage-1].ID))
		}
		p.Table, err = v.noticeTable(t, ns, true)
		return err
	})
	if err != nil {
		return err
	}
	p.Table.Empty = ui.T(ctx, "None here. %s", map[bool]string{true: ui.T(ctx, "Nothing waits for you."), false: ""}[p.In == "ours"])
	if before > 0 {
		p.Pages.Previous = at("/notices", "in", p.In, "state", string(p.State))
	}
	return v.show(p.View())
}

// noticeTable lists acts: what, on whom, where it stands, how long it has.
func (v *visit) noticeTable(t *db.Tx, ns []iru.Notice, addressee bool) (ui.Table, error) {
	ctx := v.ctx()
	tab := ui.Table{Label: ui.T(ctx, "Acts"), List: true, Empty: ui.T(ctx, "None yet."), Columns: []ui.Column{{Title: ui.T(ctx, "Reference"), NoWrap: true}, {Title: ui.T(ctx, "Act")}, {Title: ui.T(ctx, "Address")}}}
	if addressee {
		tab.Columns = append(tab.Columns, ui.Column{Title: ui.T(ctx, "Addressee")})
	}
	tab.Columns = append(tab.Columns, ui.Column{Title: ui.T(ctx, "State")}, ui.Column{Title: ui.T(ctx, "Time left"), Num: true}, ui.Column{Title: ui.T(ctx, "Drafted"), NoWrap: true})
	providers := map[iru.ProviderID]iru.Provider{}
	for _, n := range ns {
		if _, ok := providers[n.Provider]; !ok {
			p, err := t.Provider(ctx, iru.Program(), n.Provider) // named in an act within reach
			if err != nil {
				return tab, err
			}
			providers[n.Provider] = p
		}
		cs, err := t.ClocksOf(ctx, v.scope, n.ID)
		if err != nil {
			return tab, err
		}
		row := ui.Cells(ui.Link("/notices/"+id(n.ID), n.Ref), ui.Text(instrumentName(ctx, n.Instrument)), shortAddress(n.Locator))
		if addressee {
			row.Cells = append(row.Cells, ui.Text(providers[n.Provider].Name))
		}
		row.Cells = append(row.Cells, noticeState(ctx, n.State), v.clockCell(n, cs), ui.Fresh{Seen: n.Created, Now: v.now})
		tab.Rows = append(tab.Rows, row)
	}
	return tab, nil
}

// clockCell is the clock of an act in a table: the running one, else how the last one stopped.
func (v *visit) clockCell(n iru.Notice, cs []iru.Clock) templ.Component {
	ctx := v.ctx()
	for _, c := range cs {
		if c.State == iru.ClockRunning {
			k := clockOf(c, instrumentName(ctx, n.Instrument)+" "+n.Ref, v.now)
			if s := clockState(ctx, c, v.now); s.Tone != ui.ToneOK {
				return ui.All(k.Small(), s.Plain())
			}
			return k.Small()
		}
	}
	if len(cs) > 0 {
		return clockState(ctx, cs[len(cs)-1], v.now).Plain()
	}
	return ui.Quiet("–")
}

// thread shows letters. With refs, the act of each is named.
func (v *visit) thread(ls []iru.Letter, p iru.Provider, refs map[iru.NoticeID]string, addressed bool) ui.Thread {
	ctx := v.ctx()
	out := ui.Thread{Label: ui.T(ctx, "Messages")}
	for _, l := range ls {
		m := ui.Message{In: l.Inbound, At: l.At, From: ui.T(ctx, "We sent"), State: letterState(ctx, l)}
		switch {
		case l.Inbound && l.Kind == "bounce":
			m.From = ui.T(ctx, "Mail system")
		case l.Inbound:
			m.From = p.Name
		}
		var parts []templ.Component
		if ref := refs[l.Notice]; ref != "" {
			parts = append(parts, ui.Link("/notices/"+id(l.Notice), ref), ui.Text(" "))
		}
		switch l.Kind {
		case "notice":
			parts = append(parts, ui.Text(ui.T(ctx, "The act, whole, by %s.", channelName(ctx, l.Channel))), ui.Text(" "), ui.Link("/notices/"+id(l.Notice)+"/paper", ui.T(ctx, "Read it as the addressee does")))
		default:
			parts = append(parts, letterText(cutText(l.Text, 4000)))
		}
		switch {
		case l.Inbound && len(l.Proof) == 64:
			parts = append(parts, line(ui.T(ctx, "raw letter kept:")), ui.Hash{Prefix: "sha256:", Hex: l.Proof})
		case l.Inbound && l.Proof != "":
			parts = append(parts, line(plainDefanged(l.Proof)))
		case l.Failed != "":
			parts = append(parts, line(ui.T(ctx, "could not be delivered: %s", plainDefanged(l.Failed))))
		case !l.Inbound && l.Proof != "":
			parts = append(parts, line(ui.T(ctx, "accepted: %s", plainDefanged(l.Proof))))
		case !l.Inbound:
			parts = append(parts, line(ui.T(ctx, "not accepted by their server yet")))
		}
		if l.Remark != "" {
			parts = append(parts, line(ui.T(ctx, "To know: %s", plainDefanged(l.Remark))))
		}
		for _, f := range l.Files {
			parts = append(parts, line(ui.T(ctx, "kept: %s, %s bytes", plainDefanged(f.Name), ui.Thousands(int(f.Size)))), ui.Hash{Prefix: "sha256:", Hex: f.SHA256})
		}
		if l.Inbound && (l.Channel == iru.ByMail || l.Channel == iru.ByPortal) {
			parts = append(parts, line(senderWords(ctx, l)))
		}
		m.Body = templ.Join(parts...)
		out.Messages = append(out.Messages, m)
	}
	return out
}

// history lists what happened to a thing, newest first: who, what, when, its place in the ledger.
func (v *visit) history(t *db.Tx, sub iru.Subject, who names) (ui.Table, error) {
	ctx := v.ctx()
	es, err := t.EventsBefore(ctx, v.scope, sub, 0, maxThread)
	if err != nil {
		return ui.Table{}, err
	}
	return v.eventTable(t, es, who, false)
}

// eventTable lists events. With subject it says what each is about.
func (v *visit) eventTable(t *db.Tx, es []iru.Event, who names, subject bool) (ui.Table, error) {
	ctx := v.ctx()
	size, _, _, err := t.Checkpoint(ctx)
	if err != nil && !errors.Is(err, iru.NotFound) {
		return ui.Table{}, err
	}
	es, err = desk.Withhold(ctx, t, v.scope, es)
	if err != nil {
		return ui.Table{}, err
	}
	tab := ui.Table{Label: ui.T(ctx, "Events"), Compact: true, Empty: ui.T(ctx, "Nothing yet."),
		Columns: []ui.Column{{Title: ui.T(ctx, "When"), NoWrap: true}, {Title: ui.T(ctx, "Who")}, {Title: ui.T(ctx, "What"), Head: true, NoWrap: true}}}
	if subject {
		tab.Columns = append(tab.Columns, ui.Column{Title: ui.T(ctx, "About"), NoWrap: true})
	}
	tab.Columns = append(tab.Columns, ui.Column{Title: ui.T(ctx, "Why, or what was seen")}, ui.Column{Title: ui.T(ctx, "Entry"), Num: true}, ui.Column{Title: ui.T(ctx, "Ledger"), NoWrap: true})
	for _, e := range es {
		entry := ui.Text("–")
		if e.Index >= 0 {
			entry = ui.Link("/ledger/events/"+id(e.ID), ui.Thousands(int(e.Index)))
		}
		what := code(eventKind(e))
		row := ui.Cells(ui.When{At: e.At, Day: true}, ui.Isolated(who.of(ctx, t, e.By)), what)
		if subject {
			about := ui.Text(fmt.Sprintf("%s %d", e.Subject.Noun, e.Subject.ID))
			if h := eventHref(e); h != "" {
				about = ui.Link(h, fmt.Sprintf("%s %d", e.Subject.Noun, e.Subject.ID))
			}
			row.Cells = append(row.Cells, about)
		}
		why := plainDefanged(cutText(e.Note, 240))
		if desk.Withheld(e) {
			why = notYet(ctx)
		}
		row.Cells = append(row.Cells, change(stateChange(e), why), entry, sealedState(ctx, e.Index, size))
		tab.Rows = append(tab.Rows, row)
	}
	return tab, nil
}

// stateChange is the change of state that an event made, in the states' own names.
func stateChange(e iru.Event) string {
	switch {
	case e.From != "" && e.To != "":
		return e.From + " → " + e.To
	case e.To != "":
		return "→ " + e.To
	}
	return ""
}

func (v *visit) noticePage() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	if away, err := v.veiled(iru.NoticeID(n)); away || err != nil {
		return err
	}
	p := NoticePage{Now: v.now}
	if err := v.read(func(t *db.Tx) error { return v.fillNotice(t, &p, iru.NoticeID(n)) }); err != nil {
		return err
	}
	if err := v.gate(&p); err != nil {
		return err
	}
	said := v.said()
	p.Frame = v.frame("notices", p.title(v.ctx()))
	p.Frame.Handling, p.Said = handling(p.Outlet.Handling), said
	return v.show(p.View())
}

// fillNotice reads an act and everything around it at one instant.
func (v *visit) fillNotice(t *db.Tx, p *NoticePage, nid iru.NoticeID) error {
	ctx, who := v.ctx(), names{}
	var err error
	if p.Notice, err = t.Notice(ctx, v.scope, nid); err != nil {
		return err
	}
	n := p.Notice
	p.Ours, p.Need = n.Unit == v.by.Unit, v.desk.Rules.Agreement
	p.Regime = fmt.Sprintf("%s/%d", v.desk.Regime.ID, v.desk.Regime.Version)
	if p.Provider, err = t.Provider(ctx, iru.Program(), n.Provider); err != nil { // named in an act within reach
		return err
	}
	p.Provider.Token = ""
	if p.Unit, err = t.Unit(ctx, n.Unit); err != nil {
		return err
	}
	if p.Asset, err = t.Asset(ctx, v.scope, n.Asset); err != nil && !errors.Is(err, iru.NotFound) { // another unit's, in a shared operation
		return err
	}
	if p.Asset.Outlet != 0 {
		if p.Outlet, err = t.Outlet(ctx, v.scope, p.Asset.Outlet); err != nil && !errors.Is(err, iru.NotFound) {
			return err
		}
	}
	if n.Operation != 0 {
		if p.Operation, err = t.Operation(ctx, v.scope, n.Operation); err != nil {
			return err
		}
	}
	if n.Parent != 0 {
		if p.Parent, err = t.Notice(ctx, v.scope, n.Parent); err != nil && !errors.Is(err, iru.NotFound) {
			return err
		}
	}
	for _, c := range v.desk.Regime.ClocksFor(n.Instrument, n.Emergency.Declared()) {
		if !c.Internal {
			p.Limit = ui.T(ctx, "%s from receipt", lengthWords(ctx, c.Length))
		}
	}
	cs, err := t.ClocksOf(ctx, v.scope, n.ID)
	if err != nil {
		return err
	}
	p.Clocks = nil
	for _, c := range cs {
		if c.State != iru.ClockReplaced && c.About.Noun == "notice" && slices.ContainsFunc(v.desk.Regime.ClocksFor(n.Instrument, n.Emergency.Declared()), func(r legal.ClockRule) bool { return r.ID == c.Rule }) {
			p.Clocks = append(p.Clocks, c)
		}
	}
	slices.Reverse(p.Clocks)
	ms, err := t.MissivesAfter(ctx, v.scope, db.MissiveFilter{Notice: n.ID}, 0, maxThread)
	if err != nil {
		return err
	}
	if p.Law, err = v.lawSheets(t, n, cs, ms); err != nil {
		return err
	}
	if p.Lost, err = desk.Lost(ctx, t, n); err != nil {
		return err
	}
	if p.Taken = (time.Time{}); p.Lost != "" {
		es, err := t.LastOf(ctx, iru.Subject{Noun: "notice", ID: int64(n.ID)}, "verify", 1)
		if err != nil {
			return err
		}
		for _, e := range es {
			p.Taken = e.At
		}
	}
	p.Barred = nil
	if n.Unsent() || n.State == iru.NoticeDispatched || n.State == iru.NoticeBounced {
		if p.Barred = desk.Leave(ctx, t, n); p.Barred != nil && !errors.Is(p.Barred, iru.Forbidden) {
			return p.Barred
		}
	}
	ls, err := t.Letters(ctx, v.scope, n.ID)
	if err != nil {
		return err
	}
	p.Thread = v.thread(ls, p.Provider, nil, true)
	p.Asked, _ = iru.Asked(ls)
	p.Outstanding = iru.Outstanding(ls)
	p.File, p.Again, p.Theirs = nil, nil, ui.Neutral(ui.T(ctx, "silent"))
	for _, l := range ls {
		if l.Inbound && l.Kind != "bounce" {
			p.Theirs = letterState(ctx, l)
		}
		if l.Inbound && l.Guess && p.Ours && v.may(iru.ToAnswer) {
			p.File = append(p.File, FileForm{Letter: l.ID, Notice: n.ID, From: p.Provider.Name, At: l.At, Guess: l.Kind, Stranger: l.Channel == iru.ByMail && l.Authentic == ""})
		}
		if l.Failed != "" && p.Ours && v.may(iru.ToAnswer) {
			p.Again = append(p.Again, AgainForm{Letter: l.ID, Notice: n.ID, To: p.Provider.Name, At: l.At, Why: l.Failed})
		}
	}
	p.MayAnswer = p.Ours && v.may(iru.ToAnswer) && !n.SentAt.IsZero() && n.State != iru.NoticeWithdrawn
	ns, err := t.NoticesTo(ctx, v.scope, n.Provider)
	if err != nil {
		return err
	}
	answered, err := v.answered(t, n.Provider)
	if err != nil {
		return err
	}
	p.Record = recordOf(ns, answered)
	if err := v.looks(t, p); err != nil {
		return err
	}
	if err := v.documents(t, p, ls); err != nil {
		return err
	}
	if p.History, err = v.noticeStory(t, n, cs, ms, who); err != nil {
		return err
	}
	p.Proof = nil
	if eid := provedBy(t, v, n); eid != 0 {
		if p.Proof, err = v.proof(t, eid); err != nil {
			return err
		}
	}
	p.Steps = v.noticeSteps(t, p, who)
	p.Waits = v.waitsFor(p)
	p.Buttons = v.noticeButtons(p)
	return nil
}

// provedBy is the event whose place in the ledger an act's proof shows: the last approval, before that the draft.
func provedBy(t *db.Tx, v *visit, n iru.Notice) iru.EventID {
	if len(n.Approvals) > 0 {
		return n.Approvals[len(n.Approvals)-1].Event
	}
	es, err := t.EventsAbout(v.ctx(), v.scope, iru.Subject{Noun: "notice", ID: int64(n.ID)}, 0, 1)
	if err != nil || len(es) == 0 {
		return 0
	}
	return es[0].ID
}

// gate asks the law again about this act and about the asset's other carriers.
func (v *visit) gate(p *NoticePage) error {
	if p.Asset.ID == 0 || !p.Ours {
		return nil
	}
	opts, err := v.desk.Options(v.ctx(), v.scope, p.Asset.ID)
	if err != nil {
		return err
	}
	for _, o := range opts {
		for _, r := range o.Rulings {
			if r.Instrument != p.Notice.Instrument {
				continue
			}
			if o.Provider.ID == p.Notice.Provider && o.Carrier.Layer == p.Notice.Layer {
				p.Ruling, p.GateKnown = r, true
				v.seconded(p, o)
			} else {
				p.Gate = append(p.Gate, GateLine{o.Provider, o.Carrier.Layer, r})
			}
		}
	}
	if ctx := v.ctx(); !p.GateKnown && p.Notice.Unsent() && v.may(iru.ToDraft) {
		p.Waits = append(p.Waits, ui.Line{Text: ui.T(ctx, "%s no longer carries the address: take the act over to who does", p.Provider.Name), Href: "/notices/" + id(p.Notice.ID) + "/reroute"})
	}
	return nil
}

// seconded says what a second contact means for an order of one hour.
func (v *visit) seconded(p *NoticePage, o desk.Option) {
	n, ctx := p.Notice, v.ctx()
	switch {
	case n.Instrument != legal.RemovalOrder:
	case o.Second.ID == 0 && n.Unsent():
		p.Waits = append(p.Waits, ui.Line{Text: ui.T(ctx, "The addressee has one contact only; a second one would get a copy")})
	case o.Second.ID != 0 && (n.State.Open() || n.State == iru.NoticeBounced) && v.may(iru.ToAnswer):
		p.Buttons = append(p.Buttons, ui.Button{Text: ui.T(ctx, "Remind the second contact"), Href: "/notices/" + id(n.ID) + "/remind"})
	}
}

// looks is what we saw of the address, by vantage point.
func (v *visit) looks(t *db.Tx, p *NoticePage) error {
	ctx := v.ctx()
	p.Looks = ui.Table{Label: ui.T(ctx, "Looks by vantage point"), Empty: ui.T(ctx, "Nobody has looked yet; the first look follows the sending."),
		Columns: []ui.Column{{Title: ui.T(ctx, "Vantage point")}, {Title: ui.T(ctx, "Found")}, {Title: ui.T(ctx, "Seen"), NoWrap: true}, {Title: ui.T(ctx, "Agreement so far")}, {Title: ui.T(ctx, "In detail")}}}
	if p.Asset.ID == 0 {
		p.Looks.Empty = ui.T(ctx, "The asset belongs to another unit of this operation.")
		return nil
	}
	p.Next = ui.T(ctx, "until gone %d times in a row from %d points", p.Need.Rounds, p.Need.Points)
	if p.Notice.State == iru.NoticeComplied {
		p.Next = ui.T(ctx, "gone by agreement; looked at again at growing intervals")
	}
	os, err := t.Observations(ctx, v.scope, p.Asset.ID, 200)
	if err != nil {
		return err
	}
	slices.SortStableFunc(os, func(a, b iru.Observation) int { return strings.Compare(a.Vantage, b.Vantage) })
	seen := map[string]bool{}
	for _, o := range os {
		if seen[o.Vantage] {
			continue
		}
		seen[o.Vantage] = true
		found := lookState(ctx, o.Outcome, o.Status)
		p.Looks.Rows = append(p.Looks.Rows, ui.Cells(ui.Text(o.Vantage), found, ui.Fresh{Seen: o.At, Now: v.now, Stale: freshFor},
			ui.Text(agreementWords(ctx, p.Asset.Presence, o.Vantage, p.Need)), aside(plainDefanged(o.Detail))))
	}
	return nil
}

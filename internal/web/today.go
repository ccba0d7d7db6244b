// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// Of the first page: perKind is how many lines one kind of work takes, the rest is counted; counted is how far is counted.
const (
	perKind = 6
	counted = 500
)

// soonUnder is how near the end of a clock is that the first page counts as soon.
const soonUnder = 30 * time.Minute

// freshFor is how old a look may be before a page calls it stale.
const freshFor = 36 * time.Hour

func (v *visit) todayPage() error {
	p := TodayPage{Frame: v.frame("today", ui.T(v.ctx(), "Today")), Now: v.now, Said: v.said()}
	begun := false
	err := v.read(func(t *db.Tx) error {
		d := &today{v: v, t: t, ctx: v.ctx(), who: names{}}
		var err error
		if begun, err = d.begun(&p); err != nil || !begun {
			return err
		}
		return d.fill(&p)
	})
	if err != nil {
		return err
	}
	if !begun {
		return v.show(p.First.View())
	}
	p.MayTriage = v.may(iru.ToAssess)
	return v.show(p.View())
}

// today reads what the first page shows, in one transaction.
type today struct {
	v   *visit
	t   *db.Tx
	ctx context.Context
	who names

	outlets    []iru.Outlet
	stand      map[iru.OutletID]estate   // of what is attributed and not rejected
	known      map[iru.AssetID]iru.Asset // those that a line names
	suggested  []iru.Asset               // of the officer's own unit
	notices    []iru.Notice
	providers  map[iru.ProviderID]iru.Provider
	clocks     []iru.Clock // of the officer's own unit, the next to expire first
	needs      []need
	cut        int  // needs that are counted and not listed: their kind has too many
	most       bool // more exists than was counted
	moreClocks bool // more clocks may be over or soon over than were read
	mine       int  // acts that this officer may approve
	byID       map[iru.NoticeID]iru.Notice
}

// A need is one line of "Needs you now".
type need struct {
	rank  int // smaller is more urgent
	when  time.Time
	left  templ.Component
	state ui.State
	what  string
	why   string
	held  string
	href  string
	verb  string
}

// begun reports whether anything is watched; if not, it fills the list of what to do first.
func (d *today) begun(p *TodayPage) (bool, error) {
	all, err := d.t.Standings(d.ctx, d.v.scope)
	if err != nil {
		return false, err
	}
	d.stand, d.known = map[iru.OutletID]estate{}, map[iru.AssetID]iru.Asset{}
	for _, s := range all {
		if x := d.stand[s.Outlet]; s.Outlet != 0 && s.State != iru.AssetRejected {
			tally(&x.Availability, s.Presence, s.Count)
			if s.Seen.After(x.seen) {
				x.seen = s.Seen
			}
			d.stand[s.Outlet] = x
		}
	}
	ops, err := d.t.Operations(d.ctx, d.v.scope)
	if err != nil || len(all) > 0 || len(ops) > 0 {
		return true, err
	}
	officers, err := d.t.Officers(d.ctx)
	if err != nil {
		return false, err
	}
	people := 0
	for _, o := range officers {
		if o.Unit == d.v.by.Unit {
			people++
		}
	}
	p.First = WelcomePage{Frame: p.Frame, Done: 1, Steps: []string{"/admin", "/admin", "/watch", "/operations"}}
	p.First.Frame.Title = ui.T(d.ctx, "Welcome")
	if people >= 3 {
		p.First.Done = 2
	}
	p.First.Checks = d.checks()
	return false, nil
}

// checks says what the installation found of itself.
func (d *today) checks() ui.Lines {
	ledger := ui.Line{Text: ui.T(d.ctx, "Ledger"), Sub: ui.T(d.ctx, "the first checkpoint is signed after the first event"), End: ui.Neutral(ui.T(d.ctx, "Waits"))}
	if d.v.head != "" {
		ledger.Sub, ledger.End = ui.T(d.ctx, "the first checkpoint is signed"), ui.OK(ui.T(d.ctx, "Ready"))
	}
	lines := ui.Lines{{Text: ui.T(d.ctx, "Store"), Sub: d.v.desk.DB.Engine(), End: ui.OK(ui.T(d.ctx, "Ready"))}, ledger}
	if len(d.v.opts.Training) > 0 {
		lines = append(lines, ui.Line{Text: ui.T(d.ctx, "Guard"), Sub: ui.T(d.ctx, "opened for the training network %s", d.v.training()), End: ui.Warn(ui.T(d.ctx, "Training"))})
	} else {
		lines = append(lines, ui.Line{Text: ui.T(d.ctx, "Guard"), Sub: ui.T(d.ctx, "private and local networks are never visited"), End: ui.OK(ui.T(d.ctx, "Ready"))})
	}
	return lines
}

func (d *today) fill(p *TodayPage) error {
	err := d.load()
	if err != nil {
		return err
	}
	for _, f := range []func() error{d.needThreats, d.needReviews, d.needClocks, d.needApprovals, d.needMocks, d.needReturns, d.needAnswers, d.needHands, d.needUndelivered, d.needLetters, d.needStrays, d.needLaw, d.needContacts, d.needCandidates, d.needItems, d.needPolls, d.needQuestions} {
		if err := f(); err != nil {
			return err
		}
	}
	slices.SortStableFunc(d.needs, func(a, b need) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), a.when.Compare(b.when))
	})
	p.Needs, p.More = d.table(), max(0, len(d.needs)-maxNeeds)+d.cut
	p.Waiting = len(d.needs) + d.cut
	if p.Counts, err = d.counts(); err != nil {
		return err
	}
	p.AtLeast = d.most
	p.Clocks, p.First5 = d.running()
	if err := d.latest(p); err != nil {
		return err
	}
	if err := d.floods(p); err != nil {
		return err
	}
	if err := d.availability(p); err != nil {
		return err
	}
	return d.operations(p)
}

func (d *today) load() error {
	var err error
	if d.outlets, err = d.t.Outlets(d.ctx, d.v.scope); err != nil {
		return err
	}
	if d.notices, err = d.t.Notices(d.ctx, d.v.scope); err != nil {
		return err
	}
	ps, err := d.t.Providers(d.ctx, d.v.scope)
	if err != nil {
		return err
	}
	d.providers = map[iru.ProviderID]iru.Provider{}
	for _, p := range ps {
		d.providers[p.ID] = p
	}
	d.byID = map[iru.NoticeID]iru.Notice{}
	for _, n := range d.notices {
		d.byID[n.ID] = n
	}
	if d.suggested, err = d.t.Suggested(d.ctx, d.v.scope, counted); err != nil {
		return err
	}
	d.full(len(d.suggested))
	d.clocks, err = d.t.Running(d.ctx, d.v.scope, counted)
	if n := len(d.clocks); n == counted && d.clocks[n-1].Due.Before(d.v.now.Add(soonUnder)) { // else those that were not read are not soon
		d.most, d.moreClocks = true, true
	}
	d.clocks = slices.DeleteFunc(d.clocks, func(c iru.Clock) bool { // those that can be missed; times to keep and to appeal stand on the page of the clocks
		return c.Unit != d.v.by.Unit || c.Sense != legal.Deadline && c.Rule != "tco-72h-own" && c.Rule != "tco-6w"
	})
	return err
}

func (d *today) notice(id iru.NoticeID) iru.Notice { return d.byID[id] }

// ours reports whether an act is the officer's own unit's: an operation shares the others' for reading only.
func (d *today) ours(n iru.Notice) bool { return n.Unit == d.v.by.Unit }

// full notes that a list was read to its limit, so that its figures say "at least".
func (d *today) full(n int) { d.most = d.most || n >= counted }

// add lists a need or, when its kind has perKind lines already, counts it.
func (d *today) add(shown *int, n need) {
	if *shown++; *shown > perKind {
		d.cut++
		return
	}
	d.needs = append(d.needs, n)
}

func (d *today) noticeLine(n iru.Notice) string {
	return instrumentName(d.ctx, n.Instrument) + " " + n.Ref
}

// clockLine names what a clock runs about: the act, or what the clock is for.
func (d *today) clockLine(c iru.Clock) string {
	if n := d.notice(c.Notice); n.ID != 0 && c.About.Noun == "notice" {
		return d.noticeLine(n)
	}
	return ruleName(d.ctx, c.Rule) + " " + c.Ref
}

func (d *today) noticeWhy(n iru.Notice, more string) string {
	return join(d.providers[n.Provider].Name, defanged(n.Locator), more)
}

// join puts the parts that are not empty on one line. Where some are written from the right to the left, each keeps to itself.
func join(parts ...string) string {
	parts = slices.DeleteFunc(slices.Clone(parts), func(s string) bool { return s == "" })
	if slices.ContainsFunc(parts, func(s string) bool { return strings.ContainsFunc(s, rightToLeft) }) {
		for i, s := range parts {
			parts[i] = "\u2068" + s + "\u2069"
		}
	}
	return strings.Join(parts, " · ")
}

// rightToLeft reports whether a letter is of a script that is written so.
func rightToLeft(r rune) bool { return unicode.In(r, unicode.Arabic, unicode.Hebrew) }

func (d *today) since(at time.Time) templ.Component {
	if d.v.now.Sub(at) < 12*time.Hour {
		return ui.Strong(ui.T(d.ctx, "since %s", at.UTC().Format("15:04")))
	}
	return ui.Strong(ui.T(d.ctx, "since %s", at.UTC().Format("2 Jan")))
}

func (d *today) clockOf(c iru.Clock) ui.Clock {
	return ui.Clock{What: d.clockLine(c), Now: d.v.now, Started: c.Started, Due: c.Due, Risk: min(iru.AtRiskUnder, c.Length/4)}
}

// maxNeeds is how many lines the table shows.
const maxNeeds = 14

func (d *today) table() ui.Table {
	table := ui.Table{Label: ui.T(d.ctx, "Needs you now"), Stack: true, List: true, Empty: ui.T(d.ctx, "Nothing needs you. What comes in is shown here by itself."),
		Columns: []ui.Column{{Title: ui.T(d.ctx, "Time left"), NoWrap: true}, {Title: ui.T(d.ctx, "State")}, {Title: ui.T(d.ctx, "What and why"), Head: true},
			{Title: ui.T(d.ctx, "Held by"), Quiet: true, NoWrap: true}, {Title: ui.T(d.ctx, "Action"), Hidden: true, Num: true}}}
	for i, n := range d.needs {
		if i == maxNeeds {
			break
		}
		kind := ui.Ordinary
		if i == 0 {
			kind = ui.Primary
		}
		table.Rows = append(table.Rows, ui.Cells(n.left, n.state, ui.Both(n.what, n.why), ui.Text(n.held),
			ui.Button{Text: n.verb, Href: n.href, Small: true, Kind: kind, More: templ.Attributes{"aria-label": n.verb + ": " + n.what}}))
	}
	return table
}

func (d *today) counts() (ui.Counts, error) {
	var ready, second, approve, out, soon, late int
	for _, n := range d.notices {
		switch {
		case !d.ours(n):
		case n.State == iru.NoticeSubmitted || n.State == iru.NoticeEndorsed:
			approve++
		case n.State.Open():
			out++
		}
	}
	for _, c := range d.clocks {
		switch left := c.Due.Sub(d.v.now); {
		case left < 0 && c.Sense == legal.Deadline:
			late++
		case left >= 0 && left < soonUnder:
			soon++
		}
	}
	ready = d.v.waiting["triage"]
	items, err := d.t.ItemsIn(d.ctx, d.v.scope, iru.ItemSecond, counted)
	if err != nil {
		return ui.Counts{}, err
	}
	d.full(len(items))
	for _, i := range items {
		if i.Unit == d.v.by.Unit {
			second++
		}
	}
	ready = max(0, ready-second)
	return ui.Counts{Label: ui.T(d.ctx, "Queues"), Counts: []ui.Count{
		{N: ready, What: ui.T(d.ctx, "New items"), Note: ui.T(d.ctx, "most urgent first"), Href: "/triage"},
		{N: second, AtLeast: len(items) == counted, What: ui.T(d.ctx, "Second opinion"), Note: ui.T(d.ctx, "by another person"), Href: "/triage"},
		{N: approve, What: ui.T(d.ctx, "To approve"), Note: ui.T(d.ctx, "for you: %s", strconv.Itoa(d.mine)), Href: "/notices"},
		{N: out, What: ui.T(d.ctx, "With providers"), Note: ui.T(d.ctx, "under 30 min: %s", strconv.Itoa(soon)), Href: "/notices"},
		{N: len(d.suggested), AtLeast: len(d.suggested) == counted, What: ui.T(d.ctx, "Suggested returns"), Note: ui.T(d.ctx, "a person decides"), Href: "/candidates"},
		{N: late, AtLeast: d.moreClocks, What: ui.T(d.ctx, "Overdue"), Note: ui.T(d.ctx, "running clocks only"), Href: "/notices"},
	}}, nil
}

// running gives the clock that expires next, and the four after it.
func (d *today) running() (rest ui.Lines, first *TodayClock) {
	for i, c := range d.clocks {
		clock := d.clockOf(c)
		if i == 0 {
			first = &TodayClock{Clock: clock, Ref: c.Ref, Href: clockHref(c), Who: d.providers[c.Provider].Name, Proof: c.Proof}
			continue
		}
		if i == 5 {
			break
		}
		rest = append(rest, ui.Line{Text: c.Ref, Href: clockHref(c), Sub: d.providers[c.Provider].Name, End: templ.Join(clock.State(d.ctx).Plain(), clock.Small())})
	}
	return rest, first
}

func (d *today) operations(p *TodayPage) error {
	ops, err := d.t.Operations(d.ctx, d.v.scope)
	if err != nil {
		return err
	}
	p.Operations = ui.Table{Label: ui.T(d.ctx, "Operations"), Empty: ui.T(d.ctx, "No operation is planned."),
		Columns: []ui.Column{{Title: ui.T(d.ctx, "Operation")}, {Title: ui.T(d.ctx, "T clock"), NoWrap: true}, {Title: "T0", NoWrap: true}, {Title: ui.T(d.ctx, "Poll")},
			{Title: ui.T(d.ctx, "Tasks ready"), NoWrap: true}, {Title: ui.T(d.ctx, "State")}}}
	for _, o := range ops {
		if o.State == iru.OperationClosed || o.State == iru.OperationAborted {
			continue
		}
		polls, err := d.t.Polls(d.ctx, o.ID)
		if err != nil {
			return err
		}
		answers := map[iru.PollState]int{}
		for _, x := range polls {
			answers[x.State]++
		}
		ready, all := 0, 0
		for _, n := range d.notices {
			if n.Operation != o.ID || n.State == iru.NoticeWithdrawn {
				continue
			}
			all++
			if n.State != iru.NoticeDraft && n.State != iru.NoticeSubmitted && n.State != iru.NoticeEndorsed {
				ready++
			}
		}
		tClock, t0 := ui.Quiet(ui.T(d.ctx, "not set")), ui.T(d.ctx, "not set")
		if !o.T0.IsZero() {
			tClock, t0 = ui.Clock{What: o.Name, Now: d.v.now, Due: o.T0, Prefix: tPrefix(o.T0, d.v.now)}.Small(), moment(o.T0)
		}
		p.Operations.Rows = append(p.Operations.Rows, ui.Cells(ui.Link("/operations/"+id(o.ID), o.Name), tClock, ui.Text(t0),
			ui.Text(ui.T(d.ctx, "%s go, %s no-go, %s open", fmt.Sprint(answers[iru.PollGo]), fmt.Sprint(answers[iru.PollNoGo]), fmt.Sprint(answers[iru.PollOpen]))),
			ui.Text(ui.T(d.ctx, "%s of %s", fmt.Sprint(ready), fmt.Sprint(all))), operationState(d.ctx, o.State)))
	}
	return nil
}

func tPrefix(t0, now time.Time) string {
	if now.After(t0) {
		return "T"
	}
	return "T−"
}

// askedSecond says when a second opinion was asked for last, and by whom.
func askedSecond(ctx context.Context, t *db.Tx, i iru.ItemID) (time.Time, iru.OfficerID, error) {
	es, err := t.EventsOf(ctx, iru.Subject{Noun: "item", ID: int64(i)})
	for _, e := range slices.Backward(es) {
		if e.Verb == "ask_second" {
			return e.At, e.By, err
		}
	}
	return time.Time{}, 0, err
}

// latest lists what just happened within the officer's reach.
func (d *today) latest(p *TodayPage) error {
	es, err := d.t.Events(d.ctx, d.v.scope, 0, 60)
	for _, e := range es {
		if e.To == "" && e.Verb != "reply" || len(p.Latest) == 10 || e.Subject.Noun == "assessment" {
			continue
		}
		p.Latest = append(p.Latest, ui.Line{Text: d.name(e.Subject), Href: eventHref(e), Sub: join(eventWords(d.ctx, e), d.who.of(d.ctx, d.t, e.By)), End: ui.Fresh{Seen: e.At, Now: d.v.now}})
	}
	return err
}

// asset reads an asset that a line names, where the officer reaches it.
func (d *today) asset(id iru.AssetID) (iru.Asset, bool) {
	a, ok := d.known[id]
	if !ok {
		a, _ = d.t.Asset(d.ctx, d.v.scope, id) // one that is out of reach has no name
		d.known[id] = a
	}
	return a, a.ID != 0
}

// name is what people call a thing: its reference, its name or its host.
func (d *today) name(s iru.Subject) string {
	switch s.Noun {
	case "notice":
		if n := d.notice(iru.NoticeID(s.ID)); n.ID != 0 {
			return n.Ref
		}
	case "asset":
		if a, ok := d.asset(iru.AssetID(s.ID)); ok {
			return host(a.Locator)
		}
	case "outlet":
		for _, o := range d.outlets {
			if o.ID == iru.OutletID(s.ID) {
				return o.Name
			}
		}
	case "provider":
		if x, ok := d.providers[iru.ProviderID(s.ID)]; ok {
			return x.Name
		}
	}
	return nounWords(d.ctx, s)
}

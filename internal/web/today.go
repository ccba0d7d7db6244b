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
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// perKind is how many lines one kind of work takes on the first page; the rest is in its room.
const perKind = 6

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

	outlets   []iru.Outlet
	assets    []iru.Asset
	notices   []iru.Notice
	providers map[iru.ProviderID]iru.Provider
	clocks    []iru.Clock
	needs     []need
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
	var err error
	if d.assets, err = d.t.Assets(d.ctx, d.v.scope); err != nil {
		return false, err
	}
	ops, err := d.t.Operations(d.ctx, d.v.scope)
	if err != nil || len(d.assets) > 0 || len(ops) > 0 {
		return true, err
	}
	all, err := d.t.Officers(d.ctx)
	if err != nil {
		return false, err
	}
	people := 0
	for _, o := range all {
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
	if err := d.load(); err != nil {
		return err
	}
	for _, f := range []func() error{d.needClocks, d.needApprovals, d.needAnswers, d.needLetters, d.needContacts, d.needCandidates, d.needItems, d.needPolls} {
		if err := f(); err != nil {
			return err
		}
	}
	slices.SortStableFunc(d.needs, func(a, b need) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), a.when.Compare(b.when))
	})
	p.Needs, p.More = d.table(), max(0, len(d.needs)-maxNeeds)
	p.Waiting = len(d.needs)
	p.Counts = d.counts()
	p.Clocks, p.First5 = d.running()
	if err := d.latest(p); err != nil {
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
	d.clocks, err = d.t.Running(d.ctx, d.v.scope, 50)
	return err
}

func (d *today) notice(id iru.NoticeID) iru.Notice {
	for _, n := range d.notices {
		if n.ID == id {
			return n
		}
	}
	return iru.Notice{}
}

func (d *today) noticeLine(n iru.Notice) string {
	return instrumentName(d.ctx, n.Instrument) + " " + n.Ref
}

func (d *today) noticeWhy(n iru.Notice, more string) string {
	return join(d.providers[n.Provider].Name, defanged(n.Locator), more)
}

// join puts the parts that are not empty on one line. Where some are written from the right to the left, each keeps to itself.
func join(parts ...string) string {
	parts = slices.DeleteFunc(slices.Clone(parts), func(s string) bool { return s == "" })
	rtl := func(r rune) bool { return unicode.In(r, unicode.Arabic, unicode.Hebrew) }
	if slices.ContainsFunc(parts, func(s string) bool { return strings.ContainsFunc(s, rtl) }) {
		for i, s := range parts {
			parts[i] = "\u2068" + s + "\u2069"
		}
	}
	return strings.Join(parts, " · ")
}

func (d *today) since(at time.Time) templ.Component {
	if d.v.now.Sub(at) < 12*time.Hour {
		return ui.Strong(ui.T(d.ctx, "since %s", at.UTC().Format("15:04")))
	}
	return ui.Strong(ui.T(d.ctx, "since %s", at.UTC().Format("2 Jan")))
}

func (d *today) clockOf(c iru.Clock, n iru.Notice) ui.Clock {
	return ui.Clock{What: d.noticeLine(n), Now: d.v.now, Started: c.Started, Due: c.Due, Risk: min(iru.AtRiskUnder, c.Length/4)}
}

func (d *today) needClocks() error {
	for i, c := range d.clocks {
		if s := c.Status(d.v.now); i == perKind || s != iru.Overdue && s != iru.AtRisk {
			break
		}
		n := d.notice(c.Notice)
		clock := d.clockOf(c, n)
		d.needs = append(d.needs, need{rank: 0, when: c.Due, left: clock.Small(), state: clock.State(d.ctx), what: d.noticeLine(n),
			why: d.noticeWhy(n, c.Source), href: "/notices/" + id(n.ID), verb: ui.T(d.ctx, "Open")})
	}
	return nil
}

// needApprovals lists the acts that this officer may approve: the rule itself is asked.
func (d *today) needApprovals() error {
	k := 0
	for _, n := range slices.Backward(d.notices) { // oldest first
		if n.State != iru.NoticeSubmitted && n.State != iru.NoticeEndorsed || n.Unit != d.v.by.Unit {
			continue
		}
		digest, err := desk.ActDigest(n)
		if err != nil {
			return err
		}
		if _, _, err := n.Approve(d.v.by, digest, d.v.now); err != nil {
			continue
		}
		if k++; k > perKind {
			break
		}
		why := ui.T(d.ctx, "drafted by %s", d.who.of(d.ctx, d.t, n.Drafted))
		if len(n.Approvals) > 0 {
			why = ui.T(d.ctx, "first approval by %s; needs a second person", d.who.of(d.ctx, d.t, n.Approvals[0].By))
		}
		d.needs = append(d.needs, need{rank: 2, when: n.Created, left: d.since(n.Created), state: noticeState(d.ctx, n.State), what: d.noticeLine(n),
			why: d.noticeWhy(n, why), held: ui.T(d.ctx, "you may"), href: "/notices/" + id(n.ID), verb: ui.T(d.ctx, "Review")})
	}
	return nil
}

// needAnswers lists what addressees ask, refuse or could not be given, and what is up again.
func (d *today) needAnswers() error {
	for _, k := range []struct {
		state iru.NoticeState
		rank  int
		power iru.Power
		why   string
		verb  string
	}{
		{iru.NoticeBreached, 1, iru.ToDraft, ui.T(d.ctx, "it was removed, and is seen again"), ui.T(d.ctx, "Escalate")},
		{iru.NoticeClarifying, 3, iru.ToAnswer, ui.T(d.ctx, "the addressee asks, or cannot act now; its clock is stopped"), ui.T(d.ctx, "Answer")},
		{iru.NoticeRefused, 4, iru.ToDraft, ui.T(d.ctx, "somebody else may be able to act"), ui.T(d.ctx, "Escalate")},
		{iru.NoticeBounced, 4, iru.ToDraft, ui.T(d.ctx, "could not be delivered"), ui.T(d.ctx, "Open")},
	} {
		if !d.v.may(k.power) {
			continue
		}
		shown := 0
		for _, n := range slices.Backward(d.notices) {
			if n.State != k.state || shown == perKind {
				continue
			}
			shown++
			at := n.OutcomeAt
			if at.IsZero() {
				at = n.ReceivedAt
			}
			d.needs = append(d.needs, need{rank: k.rank, when: at, left: d.since(at), state: noticeState(d.ctx, n.State), what: d.noticeLine(n),
				why: d.noticeWhy(n, k.why), href: "/notices/" + id(n.ID), verb: k.verb})
		}
	}
	return nil
}

func (d *today) needLetters() error {
	if !d.v.may(iru.ToAnswer) {
		return nil
	}
	back, err := d.t.LettersFailed(d.ctx, d.v.scope, perKind)
	if err != nil {
		return err
	}
	for _, l := range back {
		n := d.notice(l.Notice)
		if n.Unit != d.v.by.Unit {
			continue
		}
		d.needs = append(d.needs, need{rank: 3, when: l.At, left: d.since(l.At), state: ui.Warn(ui.T(d.ctx, "Not delivered")), what: ui.T(d.ctx, "Letter about %s", n.Ref),
			why: join(d.providers[n.Provider].Name, ui.T(d.ctx, "our letter came back: send it again")), href: "/notices/" + id(n.ID), verb: ui.T(d.ctx, "Open")})
	}
	ls, err := d.t.LettersToFile(d.ctx, d.v.scope, perKind)
	for _, l := range ls {
		n := d.notice(l.Notice)
		d.needs = append(d.needs, need{rank: 5, when: l.At, left: d.since(l.At), state: ui.Info(ui.T(d.ctx, "To file")).With(ui.IconIn),
			what: ui.T(d.ctx, "Letter about %s", n.Ref), why: join(d.providers[n.Provider].Name, ui.T(d.ctx, "it is not known to be the addressee's word: a person files it")),
			href: "/notices/" + id(n.ID), verb: ui.T(d.ctx, "File it")})
	}
	return err
}

// needContacts lists contacts that stop sending until a person confirms them.
func (d *today) needContacts() error {
	if !d.v.may(iru.ToConfirm) {
		return nil
	}
	waits := map[iru.ProviderID]int{}
	for _, n := range d.notices {
		if n.State == iru.NoticeApproved || n.State == iru.NoticeEndorsed || n.State == iru.NoticeSubmitted || n.State == iru.NoticeDraft {
			waits[n.Provider]++
		}
	}
	var ps []iru.Provider
	for _, p := range d.providers {
		if p.Unit == d.v.by.Unit && p.Contact != iru.ContactConfirmed && p.Address != "" {
			ps = append(ps, p)
		}
	}
	slices.SortFunc(ps, func(a, b iru.Provider) int {
		return cmp.Or(cmp.Compare(waits[b.ID], waits[a.ID]), cmp.Compare(a.ID, b.ID))
	})
	for i, p := range ps {
		if i == perKind {
			break
		}
		why := p.Source
		if n := waits[p.ID]; n > 0 {
			why = join(p.Source, ui.Tn(d.ctx, n, "%d acts wait for it"))
		}
		d.needs = append(d.needs, need{rank: 6, when: p.SeenAt, left: d.since(p.SeenAt), state: contactState(d.ctx, p.Contact),
			what: ui.T(d.ctx, "Contact of %s", p.Name), why: why, href: "/providers/" + id(p.ID), verb: ui.T(d.ctx, "Confirm")})
	}
	return nil
}

func (d *today) needCandidates() error {
	if !d.v.may(iru.ToAttribute) {
		return nil
	}
	n := 0
	for _, a := range d.assets {
		if a.State != iru.AssetCandidate || a.Lineage.To == 0 || a.Lineage.Score <= 0 {
			continue
		}
		if n++; n > perKind {
			break
		}
		d.needs = append(d.needs, need{rank: 7, when: a.Created, left: d.since(a.Created), state: ui.Info(ui.T(d.ctx, "Candidate")).With(ui.IconReturn),
			what: ui.T(d.ctx, "Same outlet? %s", defanged(a.Locator)), why: join(d.outletOf(a.Lineage.To), strengthWords(d.ctx, a.Lineage)),
			href: "/assets/" + id(a.ID), verb: ui.T(d.ctx, "Judge")})
	}
	return nil
}

func (d *today) outletOf(a iru.AssetID) string {
	for _, x := range d.assets {
		if x.ID == a {
			for _, o := range d.outlets {
				if o.ID == x.Outlet {
					return o.Name
				}
			}
		}
	}
	return ""
}

// needItems lists what was put off and woke up, and the second opinions that this officer may give.
func (d *today) needItems() error {
	if !d.v.may(iru.ToAssess) {
		return nil
	}
	late, err := d.t.ItemsIn(d.ctx, d.v.scope, iru.ItemDeferred, 100)
	if err != nil {
		return err
	}
	n := 0
	for _, i := range late {
		if i.WakeAt.After(d.v.now) || n == perKind {
			continue
		}
		n++
		d.needs = append(d.needs, need{rank: 8, when: i.WakeAt, left: ui.Strong(ui.T(d.ctx, "woke %s", i.WakeAt.Format("15:04"))), state: ui.Neutral(ui.T(d.ctx, "Woke up")).With(ui.IconClock),
			what: ui.T(d.ctx, "Item %s", id(i.ID)), why: defanged(i.Locator), href: at("/triage", "item", id(i.ID)), verb: ui.T(d.ctx, "Open")})
	}
	second, err := d.t.ItemsIn(d.ctx, d.v.scope, iru.ItemSecond, 50)
	if err != nil {
		return err
	}
	n = 0
	for _, i := range second {
		asked, by, err := askedSecond(d.ctx, d.t, i.ID)
		if err != nil {
			return err
		}
		if by == d.v.by.ID || n == perKind {
			continue
		}
		n++
		d.needs = append(d.needs, need{rank: 9, when: asked, left: d.since(asked), state: itemState(d.ctx, i.State),
			what: ui.T(d.ctx, "Item %s", id(i.ID)), why: join(defanged(i.Locator), ui.T(d.ctx, "you are not shown the first answer")),
			held: d.holder(i), href: at("/triage", "item", id(i.ID)), verb: ui.T(d.ctx, "Judge")})
	}
	return nil
}

func (d *today) holder(i iru.Item) string {
	if i.HeldBy == 0 || d.v.now.After(i.HeldUntil) {
		return ""
	}
	return d.who.of(d.ctx, d.t, i.HeldBy)
}

func (d *today) needPolls() error {
	if !d.v.may(iru.ToPoll) {
		return nil
	}
	ops, err := d.t.Operations(d.ctx, d.v.scope)
	if err != nil {
		return err
	}
	for _, o := range ops {
		if o.State != iru.OperationPolling {
			continue
		}
		polls, err := d.t.Polls(d.ctx, o.ID)
		if err != nil {
			return err
		}
		for _, p := range polls {
			if p.Unit == d.v.by.Unit && p.State == iru.PollOpen {
				d.needs = append(d.needs, need{rank: 2, when: o.Created, left: ui.Strong(ui.T(d.ctx, "open")), state: ui.Info(ui.T(d.ctx, "Poll")), what: ui.T(d.ctx, "Operation %s: go?", o.Name),
					why: ui.T(d.ctx, "your unit has not answered on its tasks as they stand"), href: "/operations/" + id(o.ID), verb: ui.T(d.ctx, "Answer")})
			}
		}
	}
	return nil
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

func (d *today) counts() ui.Counts {
	var ready, second, mine, approve, out, soon, late, candidates int
	for _, n := range d.notices {
		switch {
		case n.State == iru.NoticeSubmitted || n.State == iru.NoticeEndorsed:
			approve++
		case n.State.Open():
			out++
		}
	}
	for _, n := range d.needs {
		if n.verb == ui.T(d.ctx, "Review") {
			mine++
		}
	}
	for _, c := range d.clocks {
		switch left := c.Due.Sub(d.v.now); {
		case left < 0:
			late++
		case left < 30*time.Minute:
			soon++
		}
	}
	for _, a := range d.assets {
		if a.State == iru.AssetCandidate && a.Lineage.To != 0 && a.Lineage.Score > 0 {
			candidates++
		}
	}
	ready = d.v.waiting["triage"]
	if items, err := d.t.ItemsIn(d.ctx, d.v.scope, iru.ItemSecond, 1000); err == nil {
		second = len(items)
	}
	ready -= second
	return ui.Counts{Label: ui.T(d.ctx, "Queues"), Counts: []ui.Count{
		{N: ready, What: ui.T(d.ctx, "New items"), Note: ui.T(d.ctx, "most urgent first"), Href: "/triage"},
		{N: second, What: ui.T(d.ctx, "Second opinion"), Note: ui.T(d.ctx, "by another person"), Href: "/triage"},
		{N: approve, What: ui.T(d.ctx, "To approve"), Note: ui.T(d.ctx, "for you: %s", strconv.Itoa(mine)), Href: "/notices"},
		{N: out, What: ui.T(d.ctx, "With providers"), Note: ui.T(d.ctx, "under 30 min: %s", strconv.Itoa(soon)), Href: "/notices"},
		{N: candidates, What: ui.T(d.ctx, "Suggested returns"), Note: ui.T(d.ctx, "a person decides"), Href: "/candidates"},
		{N: late, What: ui.T(d.ctx, "Overdue"), Note: ui.T(d.ctx, "running clocks only"), Href: "/notices"},
	}}
}

// running gives the clock that expires next, and the four after it.
func (d *today) running() (rest ui.Lines, first *TodayClock) {
	for i, c := range d.clocks {
		n := d.notice(c.Notice)
		clock := d.clockOf(c, n)
		if i == 0 {
			first = &TodayClock{Clock: clock, Ref: n.Ref, Href: "/notices/" + id(n.ID), Who: d.providers[n.Provider].Name, Proof: c.Proof}
			continue
		}
		if i == 5 {
			break
		}
		rest = append(rest, ui.Line{Text: n.Ref, Href: "/notices/" + id(n.ID), Sub: d.providers[n.Provider].Name, End: templ.Join(clock.State(d.ctx).Plain(), clock.Small())})
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
		tClock, t0 := templ.Component(ui.Quiet(ui.T(d.ctx, "not set"))), ui.T(d.ctx, "not set")
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

// name is what people call a thing: its reference, its name or its host.
func (d *today) name(s iru.Subject) string {
	switch s.Noun {
	case "notice":
		if n := d.notice(iru.NoticeID(s.ID)); n.ID != 0 {
			return n.Ref
		}
	case "asset":
		for _, a := range d.assets {
			if a.ID == iru.AssetID(s.ID) {
				return host(a.Locator)
			}
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

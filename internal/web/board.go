// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"
	"strconv"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// A zone is T0 on the clocks of those who take part.
type zone struct {
	Text  string // "13:00:00 CET Unit A"
	Moves bool   // the clocks there change between now and then
}

// zones writes T0 on the clocks of the capitals of who takes part, each zone once. A state whose zone is not known has UTC alone.
func (p BoardPage) zones() []zone {
	var out []zone
	at := map[string]int{}
	for _, r := range p.Rows {
		loc, known := legal.Zone(r.Unit.Country)
		if !known {
			continue
		}
		local := p.Count.T0.In(loc)
		clock := local.Format("2 Jan 15:04:05 MST")
		if n, seen := at[clock]; seen {
			if last := out[n].Text; !slices.Contains([]string{last}, clock+" "+r.Unit.Country) {
				out[n].Text = last + ", " + r.Unit.Country
			}
			continue
		}
		_, then := local.Zone()
		_, now := p.Now.In(loc).Zone()
		at[clock] = len(out)
		out = append(out, zone{clock + " " + r.Unit.Country, then != now})
	}
	return out
}

// leftWords says how many acts left or, in a drill, would have.
func (p BoardPage) leftWords(ctx context.Context) string {
	if p.Op.Drill {
		return ui.T(ctx, "%s of %s played", ui.Thousands(p.Sent), ui.Thousands(p.Active))
	}
	return ui.T(ctx, "%s of %s left", ui.Thousands(p.Sent), ui.Thousands(p.Active))
}

// dutyLines is how many lines of the duty log a board shows.
const dutyLines = 60

// theDay fills in the count, its holds, the stages and the duty log.
func (v *visit) theDay(t *db.Tx, p *BoardPage, acts []iru.Notice, who names) error {
	ctx := v.ctx()
	p.Count, p.MaySay = p.Op.Count(v.now), v.may(iru.ToPlan) || v.may(iru.ToPoll)
	p.Pauses = nil
	for _, x := range p.Op.Pauses {
		said := join(x.Name(), x.Why)
		switch {
		case !x.On.IsZero():
			said = join(said, ui.T(ctx, "stood %s, went on %s: %s", ui.Left(ctx, x.On.Sub(x.Since)), x.On.UTC().Format("15:04:05"), x.Reason))
		case p.Count.Pause != nil && p.Count.Pause.Before == x.Before:
			said = join(said, ui.T(ctx, "the count stands here"))
		}
		p.Pauses = append(p.Pauses, said)
	}
	p.Stages = nil
	for _, s := range iru.Stages {
		p.Stages = append(p.Stages, v.stageLine(p.Op, s, acts))
	}
	lines, err := desk.DutyLog(ctx, t, v.scope, p.Op.ID, dutyLines)
	if err != nil {
		return err
	}
	p.Duty = nil
	for _, l := range lines {
		p.Duty = append(p.Duty, v.dutyLine(ctx, t, l, who))
	}
	return nil
}

func stageTitle(ctx context.Context, s iru.Stage) string {
	switch s {
	case iru.StagePreservation:
		return ui.T(ctx, "Preservation, T−60 min")
	case iru.StageRegistrar:
		return ui.T(ctx, "Registrars, T+2 min")
	}
	return ui.T(ctx, "Acts, T0")
}

func (v *visit) stageLine(o iru.Operation, s iru.Stage, acts []iru.Notice) ui.Line {
	ctx := v.ctx()
	all, left, missed := 0, 0, 0
	for _, n := range acts {
		if n.Stage != s || n.State == iru.NoticeWithdrawn {
			continue
		}
		all++
		switch {
		case !n.SentAt.IsZero() || !n.PlayedAt.IsZero():
			left++
		case o.Came(s, v.now.Add(-10*time.Second)) && o.State == iru.OperationReleased:
			missed++
		}
	}
	l := ui.Line{Text: stageTitle(ctx, s), Sub: ui.T(ctx, "%s of %s left", strconv.Itoa(left), strconv.Itoa(all))}
	if o.Drill {
		l.Sub = ui.T(ctx, "%s of %s played", strconv.Itoa(left), strconv.Itoa(all))
	}
	at := o.Instant(s)
	switch {
	case all == 0:
		l.Sub, l.End = ui.T(ctx, "no act"), ui.Neutral(ui.T(ctx, "Nothing"))
	case missed > 0:
		l.End = ui.Bad(ui.Tn(ctx, missed, "%d did not leave"))
	case left == all:
		l.End = ui.OK(ui.T(ctx, "Done"))
	case at.IsZero():
		l.End = ui.Neutral(ui.T(ctx, "Not released"))
	case o.Bar(s) != nil && o.Count(v.now).Stands:
		l.End = ui.Warn(ui.T(ctx, "Waits for the count")).With(ui.IconHold)
	case o.Came(s, v.now):
		l.End = ui.Info(ui.T(ctx, "Leaving"))
	default:
		l.End = ui.All(ui.Info(ui.T(ctx, "Released")), ui.When{At: at})
	}
	if s == iru.StagePreservation && all == 0 { // captures are no acts
		l.Sub = ui.T(ctx, "captures of every asset are ordered by themselves")
	}
	return l
}

// dutyLine is one line of the duty log: when, who, what, and its codes.
func (v *visit) dutyLine(ctx context.Context, t *db.Tx, l desk.DutyLine, who names) ui.Line {
	by := ui.T(ctx, "the program")
	if l.By != 0 {
		by = who.of(ctx, t, l.By)
	}
	out := ui.Line{Sub: join(l.At.UTC().Format("15:04:05")+" UTC", by)}
	if l.Said == nil {
		out.Text = eventWords(ctx, *l.Event)
		out.Sub = join(out.Sub, l.Event.Note)
		return out
	}
	out.Text = l.Said.Text
	if l.Said.Participant != 0 {
		if p, err := t.Participant(ctx, l.Said.Participant); err == nil {
			out.Sub = join(out.Sub, ui.T(ctx, "to %s", p.Name))
		}
	}
	out.Sub = join(out.Sub, l.Said.Handling.String())
	if !l.Whole {
		out.End = ui.Bad(ui.T(ctx, "Not what the ledger has"))
	}
	return out
}

// lateFor is how long nothing may be heard of who takes part on the day before the board says so, and readyBy how long before T0 who is not
// ready is late.
const (
	lateFor = 10 * time.Minute
	readyBy = time.Hour
)

// releaseBy is how long before T0 a partner whose director has not released is told of in red.
const releaseBy = 5 * time.Minute

// unreleased says of a partner with tasks that its own director has not released for the T0 that was released here, from five minutes before it
// until it has. The partner that leads proposes T0, and its release is its own.
func (v *visit) unreleased(o iru.Operation, s iru.PartnerStanding) ui.State {
	ctx := v.ctx()
	if o.T0.IsZero() || !o.Leaves() || s.Partner == o.Lead || s.Agrees(o.T0) {
		return ui.State{}
	}
	other := s.State == iru.OperationReleased && !s.T0.IsZero()
	switch left := o.Count(v.now).T0.Sub(v.now); {
	case s.State == iru.OperationAborted:
		return ui.Bad(ui.T(ctx, "It aborted: nothing of it leaves"))
	case other:
		return ui.Bad(ui.T(ctx, "Released for another T0: %s UTC", s.T0.UTC().Format("2 Jan 15:04:05")))
	case o.Begun(v.now):
		return ui.Bad(ui.T(ctx, "NOT RELEASED: T0 has passed without it"))
	case left <= releaseBy:
		return ui.Bad(ui.T(ctx, "NOT RELEASED, less than five minutes before T0"))
	}
	return ui.Warn(ui.T(ctx, "Not released yet"))
}

// late says of a row that it is late, in words beside its colour.
func (v *visit) late(o iru.Operation, r AgencyRow, partner bool) ui.State {
	ctx := v.ctx()
	c := o.Count(v.now)
	if c.T0.IsZero() || o.State == iru.OperationClosed || o.State == iru.OperationAborted || o.Begun(v.now) {
		return ui.State{}
	}
	left := c.T0.Sub(v.now)
	switch {
	case partner && left < 24*time.Hour && v.now.Sub(r.Fresh) > lateFor:
		return ui.Bad(ui.T(ctx, "Not heard for %s", ui.Age(ctx, v.now.Sub(r.Fresh))))
	case left < readyBy && r.Tasks > 0 && (r.Answer != iru.PollGo || r.Expired):
		return ui.Bad(ui.T(ctx, "No GO at %s", "T−"+ui.Age(ctx, left)))
	case left < readyBy && r.Ready < r.Tasks:
		return ui.Warn(ui.T(ctx, "%d of %d not ready at %s", r.Tasks-r.Ready, r.Tasks, "T−"+ui.Age(ctx, left)))
	}
	return ui.State{}
}

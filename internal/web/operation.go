// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

func (v *visit) operationsPage() error {
	ctx := v.ctx()
	p := OperationsPage{Frame: v.frame("operations", ui.T(ctx, "Operations")), Said: v.said(), MayPlan: v.may(iru.ToPlan)}
	err := v.read(func(t *db.Tx) error {
		os, err := t.Operations(ctx, v.scope)
		if err != nil {
			return err
		}
		p.None = len(os) == 0
		p.Table = ui.Table{Label: ui.T(ctx, "Operations"), List: true, Columns: []ui.Column{{Title: ui.T(ctx, "Name")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Poll")},
			{Title: ui.T(ctx, "Tasks"), Num: true}, {Title: ui.T(ctx, "T0"), NoWrap: true}, {Title: ui.T(ctx, "Led by")}, {Title: ui.T(ctx, "Planned"), NoWrap: true}}}
		os = os[:min(len(os), 200)]
		var ids []iru.OperationID
		for _, o := range os {
			ids = append(ids, o.ID)
		}
		many, err := t.OperationTallies(ctx, v.scope, ids)
		if err != nil {
			return err
		}
		units := map[iru.UnitID]iru.Unit{}
		for _, o := range os {
			u, known := units[o.Unit]
			if !known {
				if u, err = t.Unit(ctx, o.Unit); err != nil {
					return err
				}
				units[o.Unit] = u
			}
			t0 := ui.Quiet(ui.T(ctx, "not set"))
			if !o.T0.IsZero() {
				t0 = ui.All(ui.When{At: o.T0, Day: true})
			}
			name := ui.Link("/operations/"+id(o.ID), o.Name)
			if o.Drill {
				name = ui.All(name, ui.Text(" "), ui.Info(ui.T(ctx, "Drill")))
			}
			p.Table.Rows = append(p.Table.Rows, ui.Cells(name, operationState(ctx, o.State), ui.Text(ui.T(ctx, "%s of %s go", strconv.Itoa(many[o.ID].Go), strconv.Itoa(many[o.ID].Polls))),
				ui.Text(ui.Thousands(many[o.ID].Acts)), t0, ui.Isolated(u.Name), ui.Fresh{Seen: o.Created, Now: v.now}))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.show(p.View())
}

func (v *visit) planPage() error {
	p := PlanPage{Chosen: map[string]bool{}}
	if o := v.r.URL.Query().Get("outlet"); o != "" {
		p.Chosen["outlet "+o] = true
	}
	if err := v.fillPlan(&p); err != nil {
		return err
	}
	return v.show(p.View())
}

func (v *visit) fillPlan(p *PlanPage) error {
	ctx := v.ctx()
	if err := v.scope.May(iru.ToPlan); err != nil {
		return err
	}
	p.Own = v.unit
	err := v.read(func(t *db.Tx) error {
		var err error
		p.Directors, p.Units = nil, nil
		if p.Outlets, err = t.Outlets(ctx, v.scope); err != nil {
			return err
		}
		units, err := t.Units(ctx)
		if err != nil {
			return err
		}
		for _, u := range units {
			if u.ID != v.by.Unit && u.State == iru.UnitActive {
				p.Units = append(p.Units, u)
			}
		}
		os, err := t.Officers(ctx)
		if err != nil {
			return err
		}
		for _, o := range os {
			if o.Unit == v.by.Unit && o.State == iru.OfficerActive && o.Scope().May(iru.ToRelease) == nil {
				p.Directors = append(p.Directors, o)
				if p.Director == 0 {
					p.Director = o.ID
				}
			}
		}
		return nil
	})
	p.Frame = v.frame("operations", ui.T(ctx, "Plan an operation"))
	return err
}

func (v *visit) plan() error {
	p := PlanPage{Name: v.value("name"), Note: v.value("note"), Kind: v.value("kind"), Director: iru.OfficerID(v.whole("director")), Chosen: map[string]bool{}}
	var outlets []iru.OutletID
	var units []iru.UnitID
	for _, x := range v.values("outlet") {
		if n, err := strconv.ParseInt(x, 10, 64); err == nil {
			outlets = append(outlets, iru.OutletID(n))
			p.Chosen["outlet "+x] = true
		}
	}
	for _, x := range v.values("unit") {
		if n, err := strconv.ParseInt(x, 10, 64); err == nil {
			units = append(units, iru.UnitID(n))
			p.Chosen["unit "+x] = true
		}
	}
	plan := v.desk.PlanOperation
	if p.Kind == "drill" {
		plan = v.desk.PlanDrill
	}
	o, err := plan(v.ctx(), v.scope, p.Name, outlets, units, p.Director, p.Note)
	if why, ok := complaint(err); ok {
		p.Problem = why
		if err := v.fillPlan(&p); err != nil {
			return err
		}
		return v.again(err, p.View())
	}
	if err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "%s is planned. Draft its tasks from the assets.", o.Name))
	return v.to("/operations/%d", o.ID)
}

// operation reads the one that the path names.
func (v *visit) operation() (iru.Operation, error) {
	n, err := v.number("id")
	if err != nil {
		return iru.Operation{}, err
	}
	var o iru.Operation
	err = v.read(func(t *db.Tx) error {
		var err error
		o, err = t.Operation(v.ctx(), v.scope, iru.OperationID(n))
		return err
	})
	return o, err
}

func (v *visit) boardPage() error { return v.board(false) }
func (v *visit) wallPage() error  { return v.board(true) }

func (v *visit) board(wall bool) error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	p := BoardPage{Now: v.now, Wall: wall}
	p.Ends, p.Idle = v.ends()
	room, err := v.boards.look(v, iru.OperationID(n))
	if err != nil {
		return err
	}
	room.into(v, &p)
	if ids := strings.Fields(v.fragment()); len(ids) > 0 {
		return v.show(p.parts(ids))
	}
	p.Frame = v.frame("operations", p.Op.Name)
	if len(p.Outlets) > 0 {
		p.Frame.Handling = handling(p.Outlets[0].Handling)
	}
	if wall {
		p.Frame.Nav, p.Frame.Search, p.Frame.SignOut, p.Frame.Officer, p.Frame.Theme = nil, "", "", "", "dark"
		p.Buttons, p.StandDown, p.MaySay = nil, false, false
	}
	if wall {
		return v.show(p.View())
	}
	p.Said = v.said()
	return v.show(p.View())
}

// fillBoard reads an operation at one instant, its day as it is given.
func (v *visit) fillBoard(t *db.Tx, p *BoardPage, oid iru.OperationID, read func(*visit, *db.Tx, iru.Operation) (*desk.Day, error)) error {
	ctx, who := v.ctx(), names{}
	var err error
	if p.Op, err = t.Operation(ctx, v.scope, oid); err != nil {
		return err
	}
	if p.Lead, err = t.Unit(ctx, p.Op.Unit); err != nil {
		return err
	}
	p.Director, p.MayDraft = who.of(ctx, t, p.Op.Director), v.may(iru.ToDraft)
	p.Outlets = nil
	for _, o := range p.Op.Outlets {
		if out, err := t.Outlet(ctx, v.scope, o); err == nil { // another unit's outlet has no page here
			p.Outlets = append(p.Outlets, out)
		}
	}
	day, err := read(v, t, p.Op)
	if err != nil {
		return err
	}
	tasks := day.Acts // who may read the operation may read them
	if err := v.agencyRows(t, p, day.Ballots(), who); err != nil {
		return err
	}
	v.taskTable(p, day)
	if err := v.tiles(t, p, day); err != nil {
		return err
	}
	v.holds(p, day)
	if p.Effect, err = desk.WindowIn(ctx, t, v.scope, oid); err != nil {
		return err
	}
	p.acts = tasks
	if err := v.theDay(t, p, tasks, who); err != nil {
		return err
	}
	v.personal(p)
	return nil
}

// dayNow reads the whole day of an operation.
func dayNow(v *visit, t *db.Tx, o iru.Operation) (*desk.Day, error) {
	return desk.ReadDay(v.ctx(), t, o, v.now)
}

// personal is what a board shows to this officer alone.
func (v *visit) personal(p *BoardPage) {
	p.Rows, p.StandDown = slices.Clone(p.Rows), false
	for n := range p.Rows {
		r := &p.Rows[n]
		r.Own, r.Word = r.Unit.ID == v.by.Unit, r.Body && p.Op.Unit == v.by.Unit
		r.StandDown = r.Unit.ID != 0 && v.mayStandDown(p.Op, r.Unit.ID, p.acts) == nil
		p.StandDown = p.StandDown || r.StandDown
	}
	p.MayDraft, p.MaySay = v.may(iru.ToDraft), v.may(iru.ToPlan) || v.may(iru.ToPoll)
	p.Buttons = v.operationButtons(p)
}

func (v *visit) agencyRows(t *db.Tx, p *BoardPage, ballots []desk.Ballot, who names) error {
	ctx := v.ctx()
	officers, err := t.Officers(ctx)
	if err != nil {
		return err
	}
	p.Rows, p.Go, p.StandDown, p.Unreleased = nil, 0, false, nil
	stand := map[iru.PartnerID]iru.PartnerStanding{}
	ss, err := t.PartnerStandings(ctx, p.Op.ID)
	if err != nil {
		return err
	}
	for _, s := range ss {
		stand[s.Partner] = s
	}
	several := map[iru.ParticipantID]int{}
	for _, x := range ballots {
		several[x.Participant]++
	}
	for _, x := range ballots {
		r := AgencyRow{Poll: x.ID, Part: x.Participant, As: x.Role, Body: x.Who.Alone(), When: x.At, Fresh: x.At, Own: x.Unit == v.by.Unit, Unit: iru.Unit{Name: x.Who.Name, Country: x.Who.Country}}
		if x.Unit != 0 {
			if r.Unit, err = t.Unit(ctx, x.Unit); err != nil {
				return err
			}
		}
		if several[x.Participant] > 1 {
			r.Role = taskRoleName(ctx, x.Role)
		}
		if x.Who.Heard.After(r.Fresh) {
			r.Fresh = x.Who.Heard
		}
		var acts []string
		for _, k := range x.Tasks {
			r.Tasks++
			if k.State != iru.TaskProposed && k.State != iru.TaskAccepted {
				r.Ready++
			}
			if k.At.After(r.Fresh) {
				r.Fresh = k.At
			}
		}
		for _, n := range x.Acts {
			r.Tasks++
			if n.State != iru.NoticeDraft && n.State != iru.NoticeSubmitted && n.State != iru.NoticeEndorsed {
				r.Ready++
			}
			if name := instrumentName(ctx, n.Instrument); !slices.Contains(acts, name) {
				acts = append(acts, name)
			}
			for _, at := range []time.Time{n.Created, n.SentAt, n.ReceivedAt} {
				if at.After(r.Fresh) {
					r.Fresh = at
				}
			}
			for _, a := range n.Approvals {
				if a.At.After(r.Fresh) {
					r.Fresh = a.At
				}
			}
		}
		r.Acts = list(acts)
		digest, err := x.Digest()
		if err != nil {
			return err
		}
		r.Digest = digest
		r.Answer = x.State
		r.Said, r.Expired = pollWord(v, x.Poll, digest)
		if x.State == iru.PollNoGo {
			r.Reason = x.Reason
		}
		if x.State == iru.PollGo && !r.Expired {
			p.Go++
		}
		if x.By != 0 {
			r.Officer = who.of(ctx, t, x.By)
		} else {
			r.Officer = liaisons(officers, x.Unit)
		}
		r.Late = v.late(p.Op, r, x.Who.Partner != 0)
		if s, ok := stand[x.Who.Partner]; ok && x.Who.Partner != 0 {
			if s.Heard.After(r.Fresh) {
				r.Fresh = s.Heard
			}
			if r.Officer == "" {
				r.Officer = s.Director
			}
			if un := v.unreleased(p.Op, s); un.Word != "" && r.Tasks > 0 {
				if r.Late = un; un.Tone == ui.ToneBad && !slices.Contains(p.Unreleased, r.Unit.Name) {
					p.Unreleased = append(p.Unreleased, r.Unit.Name)
				}
			}
		}
		switch {
		case r.Officer != "":
		case x.Who.Partner != 0:
			r.Officer = ui.T(ctx, "on its own installation")
		case r.Body:
			r.Officer = ui.T(ctx, "a person enters its answers")
		default:
			r.Officer = ui.T(ctx, "no liaison officer")
		}
		p.Rows = append(p.Rows, r)
	}
	return nil
}

// pollWord is a unit's answer with its time; one whose tasks changed since counts no more.
func pollWord(v *visit, x iru.Poll, digest string) (s ui.State, expired bool) {
	ctx := v.ctx()
	at := ""
	if !x.At.IsZero() {
		at = " " + x.At.UTC().Format("15:04:05")
	}
	switch {
	case x.State == iru.PollOpen && !x.At.IsZero(), x.State != iru.PollOpen && x.Digest != digest:
		return ui.Warn(ui.T(ctx, "Expired")).With(ui.IconClock), true
	case x.State == iru.PollGo:
		return ui.OK(ui.T(ctx, "GO") + at), false
	case x.State == iru.PollNoGo:
		return ui.Bad(ui.T(ctx, "NO-GO") + at), false
	}
	return ui.Info(ui.T(ctx, "Not polled")), false
}

// liaisons names who may answer for a unit.
func liaisons(all []iru.Officer, u iru.UnitID) string {
	var out []string
	for _, o := range all {
		if o.Unit == u && o.State == iru.OfficerActive && o.Scope().May(iru.ToPoll) == nil && len(out) < 3 {
			out = append(out, o.Name)
		}
	}
	return strings.Join(out, ", ")
}

func (v *visit) taskTable(p *BoardPage, day *desk.Day) {
	ctx := v.ctx()
	p.Tasks = ui.Table{Label: ui.T(ctx, "Tasks"), Compact: true, List: true, Empty: ui.T(ctx, "No task yet. Open an asset, choose who can act, and make it a task of this operation."),
		Columns: []ui.Column{{Title: ui.T(ctx, "Reference"), NoWrap: true}, {Title: ui.T(ctx, "Unit")}, {Title: ui.T(ctx, "Act")}, {Title: ui.T(ctx, "Addressee")}, {Title: ui.T(ctx, "Address")},
			{Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Left"), Num: true}, {Title: ui.T(ctx, "Time left"), Num: true}}}
	p.Sent, p.Active, p.Parked, p.rows = 0, 0, 0, nil
	units := map[iru.UnitID]string{}
	for _, r := range p.Rows {
		units[r.Unit.ID] = r.Unit.Name
	}
	for i, n := range day.Acts {
		if n.State != iru.NoticeWithdrawn {
			p.Active++
		}
		left := "–"
		if at := n.SentAt; !at.IsZero() || !n.PlayedAt.IsZero() {
			if n.Drill {
				at = n.PlayedAt
			}
			p.Sent++
			left = at.UTC().Format("15:04:05.000")
		} else if n.State == iru.NoticeApproved && p.Op.State == iru.OperationReleased && p.Op.Came(n.Stage, v.now.Add(-10*time.Second)) {
			p.Parked++
			left = ui.T(ctx, "did not leave")
		}
		if i >= desk.DayClocks {
			continue
		}
		row := ui.Cells(ui.Link("/notices/"+id(n.ID), n.Ref), ui.Isolated(units[n.Unit]), ui.Text(instrumentName(ctx, n.Instrument)), ui.Isolated(day.Providers[n.Provider].Name), v.boards.address(n.Locator),
			noticeState(ctx, n.State), ui.Text(left), v.clockCell(n, day.Clocks[n.ID]))
		row.ID = "act-" + id(n.ID)
		p.Tasks.Rows = append(p.Tasks.Rows, row)
		shown := string(n.State) + left
		for _, c := range day.Clocks[n.ID] {
			shown += join(id(c.ID), string(c.State), c.Due.String(), clockState(ctx, c, v.now).Word)
		}
		p.rows = append(p.rows, shown)
	}
}

func (v *visit) tiles(t *db.Tx, p *BoardPage, day *desk.Day) error {
	ctx := v.ctx()
	as, err := day.Tiles(ctx, t, v.scope, v.now)
	if err != nil {
		return err
	}
	p.Tiles = ui.Tiles{Label: ui.T(ctx, "Assets, live")}
	p.Tiles.Tiles = make([]ui.Tile, 0, len(as))
	p.Up, p.Down, p.Unknown = 0, 0, 0
	for _, a := range as {
		s := presenceState(ctx, a.Presence.State)
		switch a.Presence.State {
		case iru.PresenceUp:
			p.Up++
		case iru.PresenceBack:
			p.Up++
			s = ui.Bad(s.Word).With(ui.IconReturn)
		case iru.PresenceGone:
			p.Down++
		default:
			p.Unknown++
		}
		if a.Presence.State == iru.PresenceDoubtful {
			agree := 0
			for _, r := range a.Presence.Runs {
				if r.Length >= v.desk.Rules.Agreement.Rounds {
					agree++
				}
			}
			s.Word = join(s.Word, ui.T(ctx, "%d of %d points", agree, v.desk.Rules.Agreement.Points))
		}
		p.Tiles.Tiles = append(p.Tiles.Tiles, ui.Tile{ID: "tile-" + id(a.ID), State: s, Text: hostOf(v.boards.address(a.Locator)), Fresh: ui.Fresh{Seen: a.Seen, Now: v.now, Stale: freshFor}})
	}
	return nil
}

// holds names everything that keeps the director from releasing.
func (v *visit) holds(p *BoardPage, day *desk.Day) {
	ctx := v.ctx()
	p.Holds = nil
	if p.Op.State == iru.OperationReleased || p.Op.State == iru.OperationClosed || p.Op.State == iru.OperationAborted {
		return
	}
	add := func(what, href, why string, s ui.State) {
		p.Holds = append(p.Holds, ui.Line{Text: what, Href: href, Sub: why, End: s})
	}
	if p.Op.State == iru.OperationHeld {
		add(ui.T(ctx, "The director holds"), "", "", ui.Warn(ui.T(ctx, "Hold")).With(ui.IconHold))
	}
	if p.Op.State == iru.OperationDraft {
		add(ui.T(ctx, "The poll is not open"), "", "", ui.Neutral(ui.T(ctx, "Planning")))
	}
	if p.Active == 0 && !slices.ContainsFunc(p.Rows, func(r AgencyRow) bool { return r.Tasks > 0 }) {
		add(ui.T(ctx, "There is no task"), "/outlets", ui.T(ctx, "draft one from an asset"), ui.Neutral(ui.T(ctx, "Missing")))
	}
	for _, r := range p.Rows {
		if r.Said.Tone != ui.ToneOK && r.Asked() {
			add(join(r.Unit.Name, r.Role), "#"+r.anchor(), r.Reason, r.Said)
		}
	}
	v.agreedHolds(p, day, add)
	seen := map[iru.ProviderID]bool{}
	for _, n := range day.Acts {
		if n.State == iru.NoticeWithdrawn {
			continue
		}
		if n.State != iru.NoticeApproved && len(p.Holds) < 12 {
			add(n.Ref, "/notices/"+id(n.ID), ui.T(ctx, "not approved"), noticeState(ctx, n.State))
		}
		if seen[n.Provider] {
			continue
		}
		seen[n.Provider] = true
		if pr := day.Providers[n.Provider]; pr.Contact != iru.ContactConfirmed && len(p.Holds) < 12 {
			add(pr.Name, "/providers/"+id(pr.ID), ui.T(ctx, "its contact"), contactState(ctx, pr.Contact))
		}
	}
}

// agreedHolds names what is not agreed: questions that are open, and what tasks miss beside it.
func (v *visit) agreedHolds(p *BoardPage, day *desk.Day, add func(what, href, why string, s ui.State)) {
	ctx, base := v.ctx(), "/operations/"+id(p.Op.ID)
	count := map[iru.Lack]int{}
	for _, r := range day.Readiness(v.scope, p.Op, p.Op.T0, v.now) {
		for _, l := range r.Misses {
			count[l]++
		}
	}
	for _, l := range iru.Lacks {
		if count[l] == 0 || l == iru.LackApproval || l == iru.LackContact { // said one by one
			continue
		}
		to := base + "/agree"
		if l == iru.LackQuestion {
			to = base + "/questions"
		}
		add(ui.Tn(ctx, count[l], "%d tasks miss something"), to, lackName(ctx, l), ui.Warn(ui.T(ctx, "Missing")))
	}
}

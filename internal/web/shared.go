// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// SharedPage is an operation as it stands on the machines of partners: who said what, when it was heard, whose director released.
type SharedPage struct {
	Frame    ui.Frame
	Said     string
	Op       iru.Operation
	Lead     string
	Table    ui.Table
	Messages ui.Table
	Steps    []ui.Button
}

// View is the whole page.
func (p SharedPage) View() templ.Component { return p.view() }

func (v *visit) sharedPage() error {
	ctx := v.ctx()
	p := SharedPage{Said: v.said()}
	err := v.read(func(t *db.Tx) error {
		var err error
		if p.Op, err = v.sharedOperation(t); err != nil {
			return err
		}
		p.Table = ui.Table{Label: ui.T(ctx, "Partners"), List: true, Columns: []ui.Column{{Title: ui.T(ctx, "Name")}, {Title: ui.T(ctx, "Its operation")}, {Title: ui.T(ctx, "Its director")}, {Title: ui.T(ctx, "T0"), NoWrap: true},
			{Title: ui.T(ctx, "Its clock"), Num: true}, {Title: ui.T(ctx, "Last heard"), NoWrap: true}, {Title: ui.T(ctx, "Waits for it"), Num: true}}}
		ss, err := t.PartnerStandings(ctx, p.Op.ID)
		if err != nil {
			return err
		}
		for _, s := range ss {
			x, err := t.Partner(ctx, v.scope, s.Partner)
			if err != nil {
				return err
			}
			if s.Partner == p.Op.Lead {
				p.Lead = x.Name
			}
			l, err := t.Line(ctx, s.Partner)
			if err != nil {
				return err
			}
			b, err := t.Backlog(ctx, s.Partner)
			if err != nil {
				return err
			}
			p.Table.Rows = append(p.Table.Rows, ui.Cells(ui.Link("/partners/"+id(x.ID), x.Name), operationState(ctx, s.State), ui.Isolated(s.Director), partnerT0(ctx, p.Op, s), partnerClock(ctx, l), v.heard(x, l), v.partnerWaits(b)))
		}
		p.Messages, err = v.sharedMessages(t, p.Op)
		return err
	})
	if err != nil {
		return err
	}
	p.Frame = v.frame("operations", ui.T(ctx, "Partners of %s", p.Op.Name))
	base := "/operations/" + id(p.Op.ID) + "/partners/"
	if p.Op.Lead == 0 && p.Op.Unit == v.by.Unit && v.may(iru.ToPlan) {
		p.Steps = append(p.Steps, ui.Button{Text: ui.T(ctx, "Invite a partner"), Href: base + "invite"})
		if len(p.Table.Rows) > 0 {
			p.Steps = append(p.Steps, ui.Button{Text: ui.T(ctx, "Send its tasks"), Href: base + "package"})
		}
	}
	if p.Op.Lead == 0 && p.Op.Director == v.by.ID && len(p.Table.Rows) > 0 {
		p.Steps = append(p.Steps, ui.Button{Text: ui.T(ctx, "Propose T0"), Href: base + "t0"})
	}
	if len(p.Table.Rows) > 0 {
		p.Steps = append(p.Steps, ui.Button{Text: ui.T(ctx, "Write a duty message"), Href: base + "duty"})
	}
	return v.show(p.View())
}

// sharedOperation reads the one that the path names.
func (v *visit) sharedOperation(t *db.Tx) (iru.Operation, error) {
	n, err := v.number("id")
	if err != nil {
		return iru.Operation{}, err
	}
	return t.Operation(v.ctx(), v.scope, iru.OperationID(n))
}

// partnerT0 says whether a partner's director released for the instant that holds here.
func partnerT0(ctx context.Context, o iru.Operation, s iru.PartnerStanding) templ.Component {
	switch {
	case s.T0.IsZero():
		return ui.Quiet(ui.T(ctx, "not set"))
	case s.Partner == o.Lead:
		return ui.All(ui.Info(ui.T(ctx, "proposed")), ui.Text(" "), ui.When{At: s.T0, Day: true})
	case o.T0.IsZero():
		return ui.When{At: s.T0, Day: true}
	case s.Agrees(o.T0):
		return ui.OK(ui.T(ctx, "released for the same T0"))
	}
	return ui.All(ui.Bad(ui.T(ctx, "another T0")), ui.Text(" "), ui.When{At: s.T0, Day: true})
}

func (v *visit) sharedMessages(t *db.Tx, o iru.Operation) (ui.Table, error) {
	ctx := v.ctx()
	tab := ui.Table{Label: ui.T(ctx, "Messages"), Columns: []ui.Column{{Title: ui.T(ctx, "Direction"), NoWrap: true}, {Title: ui.T(ctx, "About")}, {Title: ui.T(ctx, "Words"), Foreign: true}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "When"), NoWrap: true}},
		Empty: ui.T(ctx, "Nothing was said yet.")}
	if o.UID == "" {
		return tab, nil
	}
	out, err := t.OutgoingOf(ctx, v.scope, o.UID, 500)
	if err != nil {
		return tab, err
	}
	in, err := t.IncomingOf(ctx, v.scope, o.UID, 500)
	if err != nil {
		return tab, err
	}
	for len(out) > 0 || len(in) > 0 { // the newest stand at the end of both
		if len(tab.Rows) >= 2*messagesShown {
			break
		}
		if len(in) == 0 || len(out) > 0 && out[len(out)-1].At.After(in[len(in)-1].At) {
			x := out[len(out)-1]
			out = out[:len(out)-1]
			tab.Rows = append(tab.Rows, ui.Cells(ui.Text(ui.T(ctx, "to the partner")), ui.Text(messageName(ctx, x.Kind)), ui.Isolated(messageWords(x.Kind, x.Operation, x.Body)), outgoingState(ctx, x.State), ui.Fresh{Seen: x.At, Now: v.now}))
			continue
		}
		x := in[len(in)-1]
		in = in[:len(in)-1]
		tab.Rows = append(tab.Rows, ui.Cells(ui.Text(ui.T(ctx, "from the partner")), ui.Text(messageName(ctx, x.Kind)), ui.Isolated(messageWords(x.Kind, x.Operation, x.Body)), incomingState(ctx, x.State), ui.Fresh{Seen: x.At, Now: v.now}))
	}
	return tab, nil
}

// messageWords are the words of a message that people wrote.
func messageWords(k iru.MessageKind, operation, body string) string {
	b, err := iru.ReadBody(k, operation, body)
	if err != nil {
		return ""
	}
	switch b := b.(type) {
	case *iru.DutyBody:
		return cutText(plainDefanged(b.By+": "+b.Text), 500)
	case *iru.StopBody:
		return cutText(plainDefanged(b.Reason), 300)
	case *iru.ConsentBody:
		return cutText(plainDefanged(strings.TrimSpace(b.Director+" "+b.Reason)), 300)
	case *iru.AnswerBody:
		return cutText(plainDefanged(strings.TrimSpace(string(b.State)+" "+b.By+" "+b.Reason)), 300)
	case *iru.StandingBody:
		return cutText(plainDefanged(strings.TrimSpace(string(b.State)+" "+b.Note)), 300)
	case *iru.T0Body:
		return b.T0.UTC().Format("2006-01-02 15:04:05.999999 UTC")
	case *iru.PackageBody:
		return fmt.Sprint(len(b.Tasks))
	case *iru.TasksBody:
		return fmt.Sprint(len(b.Tasks))
	}
	return ""
}

// witnessed lists the checkpoints that were last exchanged with partners.
func (v *visit) witnessed(t *db.Tx) (ui.Table, error) {
	ctx := v.ctx()
	tab := ui.Table{Label: ui.T(ctx, "Checkpoints shared with partners"), Columns: []ui.Column{{Title: ui.T(ctx, "Partner")}, {Title: ui.T(ctx, "Ledger")}, {Title: ui.T(ctx, "Events"), Num: true}, {Title: ui.T(ctx, "What was said")}, {Title: ui.T(ctx, "When"), NoWrap: true}}}
	ps, err := t.Partners(ctx, v.scope)
	if err != nil || len(ps) == 0 {
		return tab, err
	}
	name := map[iru.PartnerID]string{}
	for _, p := range ps {
		name[p.ID] = p.Name
	}
	ws, err := t.Witnesses(ctx, v.scope, 10)
	for _, w := range ws {
		tab.Rows = append(tab.Rows, witnessRow(ctx, w, v.now, name[w.Partner]))
	}
	return tab, err
}

// sharedStep is the page before a step towards the partners of an operation, and the step.
func (v *visit) sharedStep() error {
	ctx, verb := v.ctx(), v.r.PathValue("verb")
	var o iru.Operation
	var all, in []ui.Option
	if err := v.read(func(t *db.Tx) (err error) {
		if o, err = v.sharedOperation(t); err != nil {
			return err
		}
		ps, err := t.Partners(ctx, v.scope)
		if err != nil {
			return err
		}
		who, err := t.Participants(ctx, o.ID)
		all, in = nil, nil
		for _, p := range ps {
			takes := false
			for _, w := range who {
				takes = takes || w.Partner == p.ID
			}
			if takes {
				in = append(in, ui.Option{Value: id(p.ID), Text: p.Name})
			} else if p.State == iru.PartnerConfirmed {
				all = append(all, ui.Option{Value: id(p.ID), Text: p.Name})
			}
		}
		return err
	}); err != nil {
		return err
	}
	base := "/operations/" + id(o.ID) + "/partners"
	page := StepPage{State: operationState(ctx, o.State), Action: base + "/" + verb, Kind: ui.Primary, Back: base, Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Operations"), Href: "/operations"}, {Text: o.Name, Href: "/operations/" + id(o.ID)}}}
	pick := func(list []ui.Option) ui.Field {
		return ui.Field{Name: "partner", Label: ui.T(ctx, "Partner"), Type: "select", Options: list, Value: v.value("partner"), Required: true}
	}
	partner := iru.PartnerID(v.whole("partner"))
	var done string
	var do func() error
	switch verb {
	case "invite":
		if err := v.scope.May(iru.ToPlan); err != nil {
			return err
		}
		var roles []ui.Option
		for _, r := range iru.TaskRoles {
			if r != iru.RoleLead {
				roles = append(roles, ui.Option{Value: string(r), Text: taskRoleName(ctx, r)})
			}
		}
		page.Title, page.Verb = ui.T(ctx, "Invite a partner"), ui.T(ctx, "Invite")
		page.Next = []string{ui.T(ctx, "A person there accepts or declines, and names a director of its own."), ui.T(ctx, "It gets the name of the operation and its part, and nothing else before you send its tasks.")}
		page.Fields = []ui.Field{pick(all), {Name: "role", Label: ui.T(ctx, "Its part"), Type: "select", Options: roles, Value: v.value("role"), Required: true}, {Name: "note", Label: ui.T(ctx, "Note"), Type: "textarea", Value: v.value("note"), Max: 2000}}
		done, do = ui.T(ctx, "The invitation is on its way."), func() error {
			_, err := v.desk.InvitePartner(ctx, v.scope, desk.InviteRequest{Operation: o.ID, Partner: partner, Roles: []iru.TaskRole{iru.TaskRole(v.value("role"))}, Note: v.value("note")})
			return err
		}
	case "package":
		if err := v.scope.May(iru.ToPlan); err != nil {
			return err
		}
		page.Title, page.Verb = ui.T(ctx, "Send its tasks"), ui.T(ctx, "Send")
		page.Next = []string{ui.T(ctx, "The partner sees the addresses of its own tasks, and accepts or declines each."), ui.T(ctx, "Tasks whose codes keep them in the unit are named, and nothing is sent then.")}
		page.Fields = []ui.Field{pick(in)}
		done, do = ui.T(ctx, "The tasks are on their way."), func() error {
			_, err := v.desk.SendTasks(ctx, v.scope, o.ID, partner, nil)
			return err
		}
	case "t0":
		if err := v.scope.May(iru.ToRelease); err != nil {
			return err
		}
		page.Title, page.Verb = ui.T(ctx, "Propose T0"), ui.T(ctx, "Propose")
		page.Next = []string{ui.T(ctx, "Each partner's own director releases its own acts for that instant, or does not."), ui.T(ctx, "It is one instant everywhere: T0 in UTC, whatever the local time is.")}
		page.Fields = []ui.Field{{Name: "t0", Label: ui.T(ctx, "T0, in UTC"), Value: v.value("t0"), Required: true, Max: 30, Hint: ui.T(ctx, "As 2026-03-12T04:00:00Z.")}}
		done, do = ui.T(ctx, "T0 is proposed."), func() error {
			at, err := time.Parse(time.RFC3339Nano, v.value("t0"))
			if err != nil {
				return iru.Refuse(iru.Invalid, "that is no instant", "write it as 2026-03-12T04:00:00Z")
			}
			return v.desk.ProposeT0(ctx, v.scope, o.ID, at)
		}
	case "duty":
		page.Title, page.Verb = ui.T(ctx, "Write a duty message"), ui.T(ctx, "Send")
		page.Next = []string{ui.T(ctx, "It stands in the log of both sides.")}
		page.Fields = append([]ui.Field{pick(in), {Name: "text", Label: ui.T(ctx, "Words"), Type: "textarea", Rows: 4, Value: v.value("text"), Required: true, Max: 4000}}, handlingFields(ctx, v.dutyHandling())...)
		done, do = ui.T(ctx, "The message is on its way."), func() error {
			return v.desk.SendDuty(ctx, v.scope, o.ID, partner, v.typedHandling(), "", v.value("text"))
		}
	default:
		return iru.NotFound
	}
	page.Frame = v.frame("operations", page.Title+" · "+o.Name)
	return v.takeStep(page, func() (string, error) { return done, do() })
}

// dutyHandling are the codes that a duty message has unless somebody chooses others.
func (v *visit) dutyHandling() iru.Handling {
	if v.r.Method == "POST" {
		return v.typedHandling()
	}
	return iru.Handling{TLP: "AMBER", PAP: "AMBER", H: "H0"}
}

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// tasksShown is how many tasks or questions one page lists.
const tasksShown = 500

// An agreement is what the page of an operation's participants and tasks shows.
type agreement struct {
	op    iru.Operation
	who   []iru.Participant
	tasks []desk.Readiness
	open  int // questions that block
	dirs  []iru.Officer
}

func (v *visit) readAgreement(t *db.Tx, oid iru.OperationID) (agreement, error) {
	ctx := v.ctx()
	var a agreement
	var err error
	if a.op, err = t.Operation(ctx, v.scope, oid); err != nil {
		return a, err
	}
	if a.who, err = t.Participants(ctx, oid); err != nil {
		return a, err
	}
	if a.tasks, err = desk.ReadinessOf(ctx, t, v.scope, a.op, a.op.T0, v.now); err != nil {
		return a, err
	}
	qs, err := t.Deconflictions(ctx, v.scope, oid)
	if err != nil {
		return a, err
	}
	for _, q := range qs {
		if q.Blocks() {
			a.open++
		}
	}
	os, err := t.Officers(ctx)
	for _, o := range os {
		if o.Unit == a.op.Unit && o.State == iru.OfficerActive && o.ID != a.op.Director && o.Scope().May(iru.ToRelease) == nil {
			a.dirs = append(a.dirs, o)
		}
	}
	return a, err
}

// agreePage shows who takes part as what and what each task misses, and takes what is agreed.
func (v *visit) agreePage() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	why := ""
	var refused error
	if v.r.Method == http.MethodPost {
		done, err := v.agree(iru.OperationID(n))
		if err == nil {
			v.say(done)
			return v.to("/operations/%d/agree", n)
		}
		var ok bool
		if why, ok = complaint(err); !ok {
			return err
		}
		refused = err
	}
	var a agreement
	if err := v.read(func(t *db.Tx) (err error) { a, err = v.readAgreement(t, iru.OperationID(n)); return err }); err != nil {
		return err
	}
	base := "/operations/" + id(n)
	p := PlainPage{Frame: v.frame("operations", ui.T(ctx, "Who does what")+" · "+a.op.Name), Title: ui.T(ctx, "Who does what"), State: operationState(ctx, a.op.State), Said: v.said(), Problem: why,
		Crumbs:  []ui.Crumb{{Text: ui.T(ctx, "Operations"), Href: "/operations"}, {Text: a.op.Name, Href: base}},
		Buttons: []ui.Button{{Text: ui.T(ctx, "Questions before anything is touched"), Href: base + "/questions"}}}
	people, tasks := v.participantTable(a), v.agreedTable(a)
	p.Cards = []PlainCard{{ID: "participants", Title: ui.T(ctx, "Who takes part"), Pill: strconv.Itoa(len(a.who)), Table: &people},
		{ID: "tasks", Title: ui.T(ctx, "Tasks"), Pill: strconv.Itoa(len(a.tasks)), Table: &tasks}}
	if a.op.Unit == v.by.Unit {
		p.Cards = append(p.Cards, v.agreeForms(a)...)
	}
	if refused != nil {
		return v.again(refused, p.View())
	}
	return v.show(p.View())
}

func (v *visit) participantTable(a agreement) ui.Table {
	ctx := v.ctx()
	t := ui.Table{Label: ui.T(ctx, "Who takes part"), List: true, Columns: []ui.Column{{Title: ui.T(ctx, "Name")}, {Title: ui.T(ctx, "Country")}, {Title: ui.T(ctx, "Takes part as")}, {Title: ui.T(ctx, "Answers")}, {Title: ui.T(ctx, "Package")}}}
	for _, p := range a.who {
		var roles []string
		for _, r := range p.Roles {
			roles = append(roles, taskRoleName(ctx, r))
		}
		how := ui.T(ctx, "on this installation")
		switch {
		case p.Partner != 0:
			how = ui.T(ctx, "on its own installation")
		case p.Alone():
			how = ui.T(ctx, "a person enters its answers")
		}
		pack := ui.Text("–")
		if a.op.Unit == v.by.Unit || p.Unit == v.by.Unit {
			pack = ui.Link("/participants/"+id(p.ID)+"/package", ui.T(ctx, "Open"))
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Isolated(p.Name), ui.Text(p.Country), ui.Text(list(roles)), ui.Text(how), pack))
	}
	return t
}

func (v *visit) agreedTable(a agreement) ui.Table {
	ctx := v.ctx()
	t := ui.Table{Label: ui.T(ctx, "Tasks"), Compact: true, List: true, Empty: ui.T(ctx, "No task yet. A plan makes them, an act that is drafted for this operation is one, and others are proposed below."),
		Columns: []ui.Column{{Title: ui.T(ctx, "Address")}, {Title: ui.T(ctx, "Executor")}, {Title: ui.T(ctx, "Act")}, {Title: ui.T(ctx, "Jurisdiction")}, {Title: ui.T(ctx, "Stage")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Still missing")},
			{Title: ui.T(ctx, "Action"), Hidden: true}}}
	name := map[iru.ParticipantID]iru.Participant{}
	for _, p := range a.who {
		name[p.ID] = p
	}
	for i, r := range a.tasks {
		if i == tasksShown {
			break
		}
		k := r.Task
		act := ui.All(ui.Text(instrumentName(ctx, k.Instrument)))
		if r.Act.ID != 0 {
			act = ui.Ref("/notices/"+id(r.Act.ID), r.Act.Ref)
		}
		var missing []string
		for _, l := range r.Misses {
			missing = append(missing, lackName(ctx, l))
		}
		miss := ui.All(ui.OK(ui.T(ctx, "Nothing")))
		switch {
		case len(missing) > 0:
			miss = ui.Text(list(missing))
		case !k.Live():
			miss = ui.Text(k.Reason)
		}
		p := name[k.Participant]
		var steps []templ.Component
		for _, verb := range v.taskVerbs(a.op, p, k) {
			name := taskVerbName(ctx, verb)
			steps = append(steps, ui.Button{Text: name, Small: true, Href: "/tasks/" + id(k.ID) + "/step/" + verb, More: templ.Attributes{"aria-label": name + ": " + plainDefanged(k.Address)}}, ui.Text(" "))
		}
		t.Rows = append(t.Rows, ui.Cells(hostAddress(k.Address), ui.Isolated(p.Name), act, ui.Text(k.Jurisdiction), ui.Text(stageName(ctx, k.Stage)), agreedState(ctx, k.State), miss, ui.All(steps...)))
	}
	return t
}

// taskVerbs are the steps of a task that the officer may take.
func (v *visit) taskVerbs(o iru.Operation, p iru.Participant, k iru.Task) []string {
	if !v.may(iru.ToPlan) {
		return nil
	}
	var out []string
	for _, verb := range []string{"accept", "ready", "start", "finish", "fail", "unready", "entitle", "decline", "withdraw"} {
		lead := o.Unit == v.by.Unit
		may := verb == "withdraw" && lead || verb != "withdraw" && p.Partner == 0 && (p.Unit == v.by.Unit || p.Alone() && lead)
		if may && (k.Notice == 0 && iru.TaskTable.Can(k.State, verb) || verb == "entitle" && (k.State == iru.TaskAccepted || k.State == iru.TaskReady)) {
			out = append(out, verb)
		}
	}
	if k.Live() && k.Asset != 0 && slices.Contains([]iru.OperationState{iru.OperationDraft, iru.OperationPolling, iru.OperationHeld, iru.OperationReleased}, o.State) {
		out = append(out, keepVerb)
	}
	return out
}

// keepVerb asks for evidence first of what one task is about.
const keepVerb = "preserve"

func (v *visit) agreeForms(a agreement) []PlainCard {
	ctx, action := v.ctx(), "/operations/"+id(a.op.ID)+"/agree"
	form := func(do, title, verb string, next []string, fields ...templ.Component) PlainCard {
		return PlainCard{ID: do, Title: title, Form: &PlainForm{Action: action, Hidden: map[string]string{"do": do}, Next: next, Fields: fields, Verb: verb}}
	}
	var out []PlainCard
	if v.may(iru.ToPlan) && slices.Contains([]iru.OperationState{iru.OperationDraft, iru.OperationPolling, iru.OperationHeld}, a.op.State) {
		why := v.why(true)
		why.ID = "unkept-why"
		out = append(out, form("unkept", ui.T(ctx, "Preservation first"), ui.T(ctx, "They may be touched all the same"),
			[]string{ui.T(ctx, "An asset of which nothing was preserved since the operation began holds its tasks."), ui.T(ctx, "Your reason stands with every task that lacks it, by your name.")}, why),
			form("preserve", ui.T(ctx, "Preserve now"), ui.T(ctx, "Capture what lacks an exhibit"), []string{ui.T(ctx, "Each asset of which nothing was kept since the operation began is captured; a checkpoint seals it.")}))
		out = append(out, form("join", ui.T(ctx, "Have somebody take part"), ui.T(ctx, "Take part"), []string{ui.T(ctx, "Who acts is polled for each role, and asked about every asset that another one is to touch.")}, v.joinFields()...))
		out = append(out, form("cast", ui.T(ctx, "Other roles"), ui.T(ctx, "Set the roles"), []string{ui.T(ctx, "These roles take the place of those that it has. One in which something is to be done stays, and so does who leads."),
			ui.T(ctx, "It is polled anew in roles that it gets.")}, v.castFields(a)...))
		out = append(out, form("propose", ui.T(ctx, "Propose a task without an act"), ui.T(ctx, "Propose"), []string{ui.T(ctx, "For what no act of ours carries out, as a seizure. Acts become tasks when they are drafted.")}, v.proposeFields(a)...))
	}
	if len(a.dirs) > 0 && a.op.State != iru.OperationClosed && a.op.State != iru.OperationAborted && (v.may(iru.ToAdminister) || a.op.Director == v.by.ID) {
		var who []ui.Option
		for _, o := range a.dirs {
			who = append(who, ui.Option{Value: id(o.ID), Text: o.Name})
		}
		why := v.why(true)
		why.ID = "director-why"
		out = append(out, form("director", ui.T(ctx, "Another director"), ui.T(ctx, "Hand the operation over"), []string{ui.T(ctx, "From then on the old director conducts nothing of it.")},
			ui.Field{Name: "director", Label: ui.T(ctx, "Director"), Type: "select", Options: who, Required: true}, why))
	}
	return out
}

func (v *visit) joinFields() []templ.Component {
	ctx := v.ctx()
	units := []ui.Option{{Value: "", Text: ui.T(ctx, "none of this house: named below")}}
	_ = v.read(func(t *db.Tx) error {
		us, err := t.Units(ctx)
		for _, u := range us {
			if u.State == iru.UnitActive {
				units = append(units, ui.Option{Value: id(u.ID), Text: u.Name})
			}
		}
		return err
	})
	kinds := []ui.Option{{Value: "unit", Text: ui.T(ctx, "a unit or agency")}, {Value: "prosecutor", Text: ui.T(ctx, "a court or prosecutor")}, {Value: "support", Text: ui.T(ctx, "a supporting body")}}
	roles := ui.Choice{Name: "role", Question: ui.T(ctx, "Takes part as"), Many: true, Required: true, Chosen: v.values("role")}
	for _, r := range iru.TaskRoles[1:] {
		roles.Options = append(roles.Options, ui.ChoiceOption{Value: string(r), Text: taskRoleName(ctx, r)})
	}
	return []templ.Component{ui.Field{Name: "unit", Label: ui.T(ctx, "Unit"), Type: "select", Options: units, Value: v.value("unit")}, ui.Field{Name: "kind", Label: ui.T(ctx, "What it is"), Type: "select", Options: kinds, Required: true, Value: v.value("kind")},
		ui.Field{Name: "name", Label: ui.T(ctx, "Name"), Value: v.value("name"), Max: 200, Autocomplete: "off"}, ui.Field{Name: "country", Label: ui.T(ctx, "Country"), Value: v.value("country"), Max: 2, Autocomplete: "off"}, roles}
}

func (v *visit) castFields(a agreement) []templ.Component {
	ctx := v.ctx()
	var who []ui.Option
	for _, p := range a.who {
		who = append(who, ui.Option{Value: id(p.ID), Text: p.Name})
	}
	roles := ui.Choice{Name: "cast-as", Question: ui.T(ctx, "Takes part as"), Many: true, Required: true, Chosen: v.values("cast-as")}
	for _, r := range iru.TaskRoles {
		roles.Options = append(roles.Options, ui.ChoiceOption{Value: string(r), Text: taskRoleName(ctx, r)})
	}
	why := v.why(true)
	why.ID = "cast-why"
	return []templ.Component{ui.Field{Name: "who", Label: ui.T(ctx, "Who takes part"), Type: "select", Options: who, Value: v.value("who"), Required: true}, roles, why}
}

func (v *visit) proposeFields(a agreement) []templ.Component {
	ctx := v.ctx()
	who := []ui.Option{{Value: "", Text: ui.T(ctx, "suggested by jurisdiction")}}
	for _, p := range a.who {
		if p.Acts() {
			who = append(who, ui.Option{Value: id(p.ID), Text: p.Name})
		}
	}
	var roles, means, stages []ui.Option
	for _, r := range iru.TaskRoles {
		if r.Acts() {
			roles = append(roles, ui.Option{Value: string(r), Text: taskRoleName(ctx, r)})
		}
	}
	for _, i := range legal.Instruments() {
		means = append(means, ui.Option{Value: string(i), Text: instrumentName(ctx, i)})
	}
	for _, s := range iru.Stages {
		stages = append(stages, ui.Option{Value: string(s), Text: stageName(ctx, s)})
	}
	return []templ.Component{ui.Field{Name: "address", Label: ui.T(ctx, "Address"), Value: v.value("address"), Required: true, Max: 2048, Autocomplete: "off"},
		ui.Field{Name: "executor", Label: ui.T(ctx, "Executor"), Type: "select", Options: who, Value: v.value("executor")}, ui.Field{Name: "as", Label: ui.T(ctx, "Role"), Type: "select", Options: roles, Required: true, Value: v.value("as")},
		ui.Field{Name: "instrument", Label: ui.T(ctx, "Act"), Type: "select", Options: means, Required: true, Value: or(v.value("instrument"), string(legal.CourtOrder))}, ui.Field{Name: "stage", Label: ui.T(ctx, "Stage"), Type: "select", Options: stages, Required: true, Value: or(v.value("stage"), string(iru.StageAct))},
		ui.Field{Name: "state", Label: ui.T(ctx, "Jurisdiction"), Value: v.value("state"), Max: 2, Autocomplete: "off"}, ui.Field{Name: "note", Label: ui.T(ctx, "Note"), Value: v.value("note"), Max: 1000}}
}

func or(s, d string) string {
	if s == "" {
		return d
	}
	return s
}

// agree takes one of the page's forms in.
func (v *visit) agree(oid iru.OperationID) (string, error) {
	ctx := v.ctx()
	switch v.value("do") {
	case "unkept":
		n, err := v.desk.Unkept(ctx, v.scope, oid, nil, v.value("why"))
		return ui.Tn(ctx, n, "%d tasks have your reason."), err
	case "preserve":
		n, err := v.desk.Preserve(ctx, v.scope, oid)
		return ui.Tn(ctx, n, "%d assets are captured now."), err
	case "join":
		p := iru.Participant{Operation: oid, Unit: iru.UnitID(v.whole("unit")), Kind: iru.ParticipantKind(v.value("kind")), Name: v.value("name"), Country: v.value("country")}
		for _, r := range v.values("role") {
			p.Roles = append(p.Roles, iru.TaskRole(r))
		}
		p, err := v.desk.AddParticipant(ctx, v.scope, p)
		return ui.T(ctx, "%s takes part.", p.Name), err
	case "cast":
		var roles []iru.TaskRole
		for _, r := range v.values("cast-as") {
			roles = append(roles, iru.TaskRole(r))
		}
		p, err := v.desk.SetRoles(ctx, v.scope, iru.ParticipantID(v.whole("who")), roles, v.value("why"))
		return ui.T(ctx, "%s takes part in other roles now.", p.Name), err
	case "propose":
		_, err := v.propose(oid)
		return ui.T(ctx, "The task is proposed, and the others are asked about its asset."), err
	case "director":
		_, err := v.desk.HandOverOperation(ctx, v.scope, oid, iru.OfficerID(v.whole("director")), v.value("why"))
		return ui.T(ctx, "Another one directs the operation now."), err
	}
	return "", iru.Refuse(iru.Invalid, "it is not said what to change", "choose one")
}

// propose proposes the task of the form; an address that the store has is that asset.
func (v *visit) propose(oid iru.OperationID) (iru.Task, error) {
	r := desk.TaskRequest{Operation: oid, Participant: iru.ParticipantID(v.whole("executor")), Address: v.value("address"), Role: iru.TaskRole(v.value("as")), Instrument: legal.Instrument(v.value("instrument")),
		Stage: iru.Stage(v.value("stage")), Jurisdiction: v.value("state"), Note: v.value("note")}
	err := v.read(func(t *db.Tx) error {
		as, err := t.Assets(v.ctx(), v.scope)
		for _, a := range as {
			if a.Locator == r.Address || plainDefanged(a.Locator) == r.Address {
				r.Asset = a.ID
			}
		}
		return err
	})
	if err != nil {
		return iru.Task{}, err
	}
	return v.desk.ProposeTask(v.ctx(), v.scope, r)
}

// taskStep is the page before a task is moved, and the step.
func (v *visit) taskStep() error {
	ctx, verb := v.ctx(), v.r.PathValue("verb")
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var k iru.Task
	var o iru.Operation
	var p iru.Participant
	if err := v.read(func(t *db.Tx) error {
		if k, err = t.Task(ctx, v.scope, iru.TaskID(n)); err != nil {
			return err
		}
		if o, err = t.Operation(ctx, v.scope, k.Operation); err != nil {
			return err
		}
		p, err = t.Participant(ctx, k.Participant)
		return err
	}); err != nil {
		return err
	}
	if !slices.Contains(v.taskVerbs(o, p, k), verb) && v.r.Method == http.MethodGet {
		return iru.NotFound
	}
	title, back := taskVerbName(ctx, verb), "/operations/"+id(o.ID)+"/agree"
	s := StepPage{Frame: v.frame("operations", title), Title: title, State: agreedState(ctx, k.State), Action: "/tasks/" + id(k.ID) + "/step/" + verb, Verb: title, Kind: ui.Primary, Back: back,
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Operations"), Href: "/operations"}, {Text: o.Name, Href: "/operations/" + id(o.ID)}, {Text: ui.T(ctx, "Who does what"), Href: back}},
		Facts: ui.Terms{{Name: ui.T(ctx, "Address"), Value: hostAddress(k.Address)}, {Name: ui.T(ctx, "Executor"), Value: ui.Isolated(p.Name)}, {Name: ui.T(ctx, "Act"), Value: ui.Text(instrumentName(ctx, k.Instrument))},
			{Name: ui.T(ctx, "Stage"), Value: ui.Text(stageName(ctx, k.Stage))}}}
	step := desk.TaskStep{Verb: verb, Why: v.value("why")}
	switch verb {
	case "decline", "withdraw", "fail", "unready":
		s.Kind, s.Fields = ui.Danger, []ui.Field{v.why(true)}
	case "ready", "entitle":
		s.Next = []string{ui.T(ctx, "The release checks at T0 that the title is in force when this task starts.")}
		s.Fields = []ui.Field{{Name: "title", Label: ui.T(ctx, "Reference of the judicial title"), Value: v.value("title"), Required: true, Max: 300, Autocomplete: "off"}, v.instantField("from", ui.T(ctx, "Valid from, UTC")), v.instantField("until", ui.T(ctx, "Valid until, UTC"))}
		step.Title = v.value("title")
	case keepVerb:
		s.Next = []string{ui.T(ctx, "It is captured at once, whatever was kept of it before; a checkpoint seals it.")}
		return v.takeStep(s, func() (string, error) {
			_, err := v.desk.Preserve(ctx, v.scope, o.ID, k.ID)
			return ui.T(ctx, "It is captured now."), err
		})
	}
	return v.takeStep(s, func() (string, error) {
		var err error
		if step.ValidFrom, err = v.optional("from"); err != nil {
			return "", err
		}
		if step.ValidUntil, err = v.optional("until"); err != nil {
			return "", err
		}
		_, err = v.desk.StepTask(ctx, v.scope, k.ID, step)
		return ui.T(ctx, "The task is updated."), err
	})
}

func (v *visit) instantField(name, label string) ui.Field {
	return ui.Field{Name: name, Label: label, Type: "datetime-local", Value: v.value(name), More: templ.Attributes{"step": "1"}, Hint: ui.T(v.ctx(), "Now it is %s UTC.", v.now.UTC().Format("2 Jan 15:04"))}
}

// optional reads an instant in UTC; none is the zero time.
func (v *visit) optional(name string) (time.Time, error) {
	s := v.value(name)
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, s, time.UTC); err == nil {
			return t, nil
		}
	}
	return time.Time{}, iru.Refuse(iru.Invalid, "that is no instant", "choose a day and a time, in UTC")
}

func taskVerbName(ctx context.Context, verb string) string {
	switch verb {
	case "accept":
		return ui.T(ctx, "Accept")
	case "decline":
		return ui.T(ctx, "Decline")
	case "ready":
		return ui.T(ctx, "Say that it is ready")
	case "entitle":
		return ui.T(ctx, "Judicial title")
	case "unready":
		return ui.T(ctx, "Not ready any more")
	case "start":
		return ui.T(ctx, "Begun")
	case "finish":
		return ui.T(ctx, "Done")
	case "fail":
		return ui.T(ctx, "Failed")
	case keepVerb:
		return ui.T(ctx, "Evidence first")
	}
	return ui.T(ctx, "Withdraw")
}

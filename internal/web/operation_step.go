// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// operationVerbs are the steps of an operation that a person takes on a page of their own, in the order of the buttons.
var operationVerbs = []string{"open_poll", "go", "no_go", "go_on", "release", planCount, "hold", "resume", "close", "abort"}

// standDown is the step that takes one unit's tasks out; its button stands in the unit's row.
const standDown = "stand_down"

func operationVerbName(ctx context.Context, verb string) string {
	switch verb {
	case planCount:
		return ui.T(ctx, "Plan T0")
	case "go_on":
		return ui.T(ctx, "Have the count go on")
	case sayVerb:
		return ui.T(ctx, "Write into the duty log")
	case "open_poll":
		return ui.T(ctx, "Open the poll")
	case "go":
		return ui.T(ctx, "Answer GO")
	case "no_go":
		return ui.T(ctx, "Answer NO-GO")
	case "release":
		return ui.T(ctx, "Release")
	case "hold":
		return ui.T(ctx, "Hold")
	case "resume":
		return ui.T(ctx, "Go on after the hold")
	case "close":
		return ui.T(ctx, "Close the day")
	case standDown:
		return ui.T(ctx, "Stand down")
	}
	return ui.T(ctx, "Abort")
}

// mayConduct says why the officer cannot take the step now, or nil. part: the officer's unit takes part, with that answer.
func (v *visit) mayConduct(verb string, o iru.Operation, part *iru.Poll) error {
	switch verb {
	case "go", "no_go":
		if part == nil {
			return iru.Refuse(iru.Forbidden, "your unit does not take part in this operation", "")
		}
		if err := v.scope.May(iru.ToPoll); err != nil {
			return err
		}
		if o.State != iru.OperationPolling {
			return iru.Refuse(iru.Conflict, "the operation is "+string(o.State)+", not polling", "wait for the director to open the poll")
		}
		_, err := iru.PollTable.Next(part.State, verb)
		return err
	}
	if err := v.scope.May(iru.ToRelease); err != nil {
		return err
	}
	if o.Director != v.by.ID {
		return iru.Refuse(iru.Forbidden, "only the named director conducts the operation", "")
	}
	switch verb {
	case "release":
		_, err := iru.OperationTable.Next(o.State, verb)
		return err
	case "go_on":
		_, _, err := o.GoOn(v.by.ID, "x", 0, v.now)
		return err
	case planCount:
		_, _, err := o.PlanCount(v.by.ID, v.now.Add(time.Hour), nil, v.now)
		return err
	}
	_, _, err := o.Step(verb, v.by.ID, v.now, "")
	return err
}

// mayStandDown says why the officer cannot take a unit's tasks out of an operation now, or nil.
func (v *visit) mayStandDown(o iru.Operation, unit iru.UnitID, tasks []iru.Notice) error {
	own, directs := unit == v.by.Unit && v.may(iru.ToPoll), o.Director == v.by.ID && v.may(iru.ToRelease)
	switch {
	case !own && !directs:
		return iru.Refuse(iru.Forbidden, "a unit is stood down by its own liaison officer or by the director", "ask one of them")
	case o.State == iru.OperationClosed || o.State == iru.OperationAborted || !o.T0.IsZero() && !v.now.Before(o.T0):
		return iru.Refuse(iru.Conflict, "what was to leave has left", "withdraw its acts one by one")
	case !slices.ContainsFunc(tasks, func(n iru.Notice) bool { return n.Unit == unit && iru.NoticeTable.Can(n.State, "withdraw") }):
		return iru.Refuse(iru.Conflict, "that unit has no task here that could still be kept back", "")
	}
	return nil
}

// standDown is the page before a unit is stood down, and the step.
func (v *visit) standDown() error {
	ctx := v.ctx()
	o, err := v.operation()
	if err != nil {
		return err
	}
	unit := iru.UnitID(number(v.r.FormValue("unit")))
	var u iru.Unit
	var tasks []iru.Notice
	p := BoardPage{Now: v.now}
	err = v.read(func(t *db.Tx) error {
		if u, err = t.Unit(ctx, unit); err != nil {
			return err
		}
		if tasks, err = t.Tasks(ctx, v.scope, o.ID); err != nil {
			return err
		}
		return v.fillBoard(t, &p, o.ID, dayNow)
	})
	if err != nil {
		return err
	}
	if err := v.mayStandDown(o, unit, tasks); err != nil {
		return err
	}
	n := 0
	for _, x := range tasks {
		if x.Unit == unit && iru.NoticeTable.Can(x.State, "withdraw") {
			n++
		}
	}
	title, base := operationVerbName(ctx, standDown), "/operations/"+id(o.ID)
	s := StepPage{Frame: v.frame("operations", title+" · "+o.Name), Title: title + ": " + u.Name, State: operationState(ctx, o.State), Action: base + "/step/" + standDown, Verb: title, Kind: ui.Danger, Back: base,
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Operations"), Href: "/operations"}, {Text: o.Name, Href: base}}, Hidden: map[string]string{"unit": id(unit)}, Fields: []ui.Field{v.why(true)},
		Next: []string{ui.Tn(ctx, n, "%d tasks of this unit are withdrawn, with your reason."), ui.T(ctx, "The other units' tasks go on as they are."), ui.T(ctx, "What was withdrawn does not come back; it is drafted anew.")}}
	for _, r := range p.Rows {
		if r.Unit.ID == unit {
			s.Facts = ui.Terms{{Name: u.Name, Value: ui.All(r.Said, ui.Text(ui.T(ctx, "%d of %d tasks approved", r.Ready, r.Tasks)))}}
		}
	}
	return v.takeStep(s, func() (string, error) {
		return ui.T(ctx, "%s stands down.", u.Name), v.desk.StandDown(ctx, v.scope, o.ID, unit, v.value("why"))
	})
}

// part is a poll that the officer can answer by the verb, of the own unit or, where that leads, of a body without a machine; else one that it has, nil where it takes no part.
func (v *visit) part(t *db.Tx, o iru.Operation, verb string) (*iru.Poll, error) {
	bs, err := desk.BallotsOf(v.ctx(), t, o.ID)
	if err != nil {
		return nil, err
	}
	var out *iru.Poll
	for _, b := range bs {
		if b.Unit != v.by.Unit && (!b.Who.Alone() || o.Unit != v.by.Unit) {
			continue
		}
		if out == nil || !iru.PollTable.Can(out.State, verb) && iru.PollTable.Can(b.State, verb) {
			out = &b.Poll
		}
	}
	return out, nil
}

// operationButtons offers what the officer may do now; release waits until nothing holds it.
func (v *visit) operationButtons(p *BoardPage) []ui.Button {
	ctx := v.ctx()
	var out []ui.Button
	primary := false
	for _, verb := range operationVerbs {
		part := p.part(verb)
		if v.mayConduct(verb, p.Op, part) != nil || verb == "release" && len(p.Holds) > 0 {
			continue
		}
		b := ui.Button{Text: operationVerbName(ctx, verb), Href: "/operations/" + id(p.Op.ID) + "/step/" + verb, Legal: true}
		switch verb {
		case "abort":
			b.Kind = ui.Danger
		case "open_poll", "go", "release", "resume", "go_on":
			if !primary {
				b.Kind, primary = ui.Primary, true
			}
		}
		out = append(out, b)
	}
	return out
}

func (v *visit) operationStepPage() error { return v.operationStep("", nil) }

func (v *visit) operationStep(why string, refused error) error {
	ctx, verb := v.ctx(), v.r.PathValue("verb")
	switch verb {
	case standDown:
		return v.standDown()
	case sayVerb:
		return v.sayStep()
	}
	o, err := v.operation()
	if err != nil {
		return err
	}
	if !slices.Contains(operationVerbs, verb) {
		return iru.NotFound
	}
	p := BoardPage{Now: v.now, Op: o}
	var part *iru.Poll
	err = v.read(func(t *db.Tx) error {
		if err := v.fillBoard(t, &p, o.ID, dayNow); err != nil {
			return err
		}
		part, err = v.part(t, o, verb)
		return err
	})
	if err != nil {
		return err
	}
	if refused == nil {
		if err := v.mayConduct(verb, o, part); err != nil {
			return err
		}
	}
	base := "/operations/" + id(o.ID)
	title := operationVerbName(ctx, verb)
	s := StepPage{Frame: v.frame("operations", title+" · "+o.Name), Title: title, State: operationState(ctx, o.State), Problem: why, Action: base + "/step/" + verb, Verb: title, Kind: ui.Primary, Back: base,
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Operations"), Href: "/operations"}, {Text: o.Name, Href: base}}, Next: v.operationNext(verb, p), Facts: v.stepFacts(verb, p, part)}
	reason := ui.Field{Name: "why", Label: ui.T(ctx, "Why"), Type: "textarea", Required: true, Max: 1000, Value: v.value("why"), Hint: ui.T(ctx, "The ledger keeps it; all who take part read it.")}
	switch verb {
	case "go":
		s.Hidden, s.Fields = v.pollFields(p, verb)
	case "no_go":
		s.Kind = ui.Danger
		s.Hidden, s.Fields = v.pollFields(p, verb)
		s.Fields = append(s.Fields, reason)
	case "abort":
		s.Kind, s.Fields = ui.Danger, []ui.Field{reason}
		s.Check = &ui.Check{ID: "sure", Name: "sure", Value: "1", Label: ui.T(ctx, "Abort %s for all who take part", o.Name)}
	case "hold":
		reason.Required = false
		s.Fields = []ui.Field{reason}
	case "go_on":
		s.Fields = []ui.Field{reason}
	case planCount:
		s.Fields = v.countFields(o)
	case "release":
		s.Fields = v.releaseFields()
		s.Check = &ui.Check{ID: "sure", Name: "sure", Value: "1", Label: ui.T(ctx, "Everything above may leave at that instant")}
	}
	if refused != nil {
		return v.again(refused, s.View())
	}
	return v.show(s.View())
}

// stepFacts is what the officer answers for.
func (v *visit) stepFacts(verb string, p BoardPage, part *iru.Poll) ui.Terms {
	ctx := v.ctx()
	var out ui.Terms
	for _, r := range p.Rows {
		if (verb == "go" || verb == "no_go") && !r.Own && !r.Word {
			continue
		}
		out = append(out, ui.Term{Name: join(r.Unit.Name, r.Role), Value: ui.All(r.Said, ui.Text(ui.T(ctx, "%d of %d tasks approved", r.Ready, r.Tasks)))})
	}
	if verb == "release" {
		for _, h := range p.Holds {
			if strings.HasPrefix(h.Href, "#unit-") {
				continue // said above
			}
			out = append(out, ui.Term{Name: h.Text, Value: ui.All(h.End, ui.Text(h.Sub))})
		}
	}
	return out
}

func (v *visit) operationNext(verb string, p BoardPage) []string {
	ctx := v.ctx()
	switch verb {
	case "open_poll":
		return []string{ui.T(ctx, "Every unit that takes part is asked for GO or NO-GO on its own tasks.")}
	case "go":
		return []string{ui.T(ctx, "Your unit is ready: its tasks may leave at T0 as they stand now."), ui.T(ctx, "The answer expires by itself when one of them changes.")}
	case "no_go":
		return []string{ui.T(ctx, "The operation cannot be released until your unit answers GO.")}
	case "hold":
		if p.Op.State == iru.OperationReleased {
			return []string{ui.T(ctx, "Nothing of it leaves: what was on its way is called back."), ui.T(ctx, "T0 is set anew by the next release. Answers stay unless tasks change.")}
		}
		return []string{ui.T(ctx, "The count stands still; nothing is lost. Answers stay unless tasks change.")}
	case planCount:
		return []string{ui.T(ctx, "The count runs down to it, and stops at each built-in hold until you have it go on."), ui.T(ctx, "An hour before it captures of every asset are ordered. Nothing leaves by planning: that takes a release.")}
	case "go_on":
		return []string{ui.T(ctx, "T0 moves by as long as the count stood. The reason stands in the log.")}
	case "resume":
		return []string{ui.T(ctx, "The poll goes on where it stood.")}
	case "close":
		return []string{ui.T(ctx, "The day is over. Acts and clocks go on by themselves.")}
	case "release":
		return []string{ui.Tn(ctx, p.Active, "%d tasks leave at T0, all at one instant."), ui.T(ctx, "Until a second and a half before T0 you can still abort. What has left cannot be called back.")}
	}
	if p.Op.State == iru.OperationReleased && !v.now.Before(p.Op.T0) {
		return []string{ui.T(ctx, "What has left has left: withdraw those acts one by one."), ui.T(ctx, "Nothing else leaves for this operation.")}
	}
	return []string{ui.T(ctx, "Nothing leaves for this operation, now or later."), ui.T(ctx, "This cannot be undone; plan a new one instead.")}
}

// The ways to name T0.
const (
	t0In = "in"
	t0At = "at"
)

func (v *visit) releaseFields() []ui.Field {
	ctx := v.ctx()
	in := v.value("in")
	if in == "" {
		in = "60"
	}
	return []ui.Field{
		{Name: "how", Label: ui.T(ctx, "T0 is"), Type: "select", Value: v.value("how"), Required: true, Options: []ui.Option{{Value: t0In, Text: ui.T(ctx, "so many seconds from now")}, {Value: t0At, Text: ui.T(ctx, "at the instant below")}}},
		{Name: "in", Label: ui.T(ctx, "Seconds from now"), Type: "number", Value: in, Required: true, Hint: ui.T(ctx, "At least five; 600 are ten minutes."), More: map[string]any{"min": "5", "max": "86400", "inputmode": "numeric"}},
		{Name: "at", Label: ui.T(ctx, "Instant, UTC"), Type: "datetime-local", Value: v.value("at"), More: map[string]any{"step": "1"}, Hint: ui.T(ctx, "Now it is %s UTC.", v.now.UTC().Format("15:04:05"))},
	}
}

// instant reads T0 from the form.
func (v *visit) instant() (time.Time, error) {
	switch v.value("how") {
	case t0In:
		if n := v.whole("in"); n >= 5 && n <= 86400 {
			return v.now.Add(time.Duration(n) * time.Second), nil
		}
		return time.Time{}, iru.Refuse(iru.Invalid, "T0 must be five seconds to a day ahead", "write the seconds as a whole number")
	case t0At:
		for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04"} {
			if t, err := time.ParseInLocation(layout, v.value("at"), time.UTC); err == nil {
				return t, nil
			}
		}
	}
	return time.Time{}, iru.Refuse(iru.Invalid, "the instant of T0 is missing", "choose a day and a time, in UTC")
}

func (v *visit) stepOperation() error {
	ctx := v.ctx()
	switch v.r.PathValue("verb") {
	case standDown:
		return v.standDown()
	case sayVerb:
		return v.sayStep()
	}
	o, err := v.operation()
	if err != nil {
		return err
	}
	if !slices.Contains(operationVerbs, v.r.PathValue("verb")) {
		return iru.NotFound
	}
	err = v.read(func(t *db.Tx) error {
		part, err := v.part(t, o, v.r.PathValue("verb"))
		if err != nil {
			return err
		}
		return v.mayConduct(v.r.PathValue("verb"), o, part)
	})
	if err != nil {
		return err
	}
	done := ""
	switch v.r.PathValue("verb") {
	case "open_poll":
		_, err = v.desk.OpenPoll(ctx, v.scope, o.ID)
		done = ui.T(ctx, "The poll is open.")
	case "go":
		err = v.answerPoll(o, iru.PollGo)
		done = ui.T(ctx, "Your unit is GO.")
	case "no_go":
		err = v.answerPoll(o, iru.PollNoGo)
		done = ui.T(ctx, "Your unit is NO-GO.")
	case planCount:
		var t0 time.Time
		var holds []iru.Pause
		if t0, holds, err = v.countForm(); err == nil {
			_, err = v.desk.PlanCount(ctx, v.scope, o.ID, t0, holds)
		}
		done = ui.T(ctx, "T0 is planned for %s UTC.", t0.UTC().Format("2 Jan 15:04:05"))
	case "go_on":
		_, err = v.desk.GoOn(ctx, v.scope, o.ID, v.value("why"))
		done = ui.T(ctx, "The count goes on.")
	case "hold":
		_, err = v.desk.HoldOperation(ctx, v.scope, o.ID, v.value("why"))
		done = ui.T(ctx, "The operation is on hold.")
	case "resume":
		_, err = v.desk.Resume(ctx, v.scope, o.ID)
		done = ui.T(ctx, "The poll goes on.")
	case "close":
		_, err = v.desk.Close(ctx, v.scope, o.ID)
		done = ui.T(ctx, "The day is closed.")
	case "abort":
		if err = sure(v); err == nil {
			_, err = v.desk.Abort(ctx, v.scope, o.ID, v.value("why"))
		}
		done = ui.T(ctx, "The operation is aborted.")
	case "release":
		var t0 time.Time
		if err = sure(v); err == nil {
			t0, err = v.instant()
		}
		if err == nil {
			_, err = v.desk.Release(ctx, v.scope, o.ID, t0)
		}
		done = ui.T(ctx, "Released: T0 is %s UTC.", t0.UTC().Format("2 Jan 15:04:05"))
	}
	if errors.Is(err, iru.Invalid) {
		if why, ok := complaint(err); ok {
			return v.operationStep(why, err)
		}
	}
	if err != nil {
		return err
	}
	v.say(done)
	return v.to("/operations/%d", o.ID)
}

// part is a poll that the officer's unit can answer by the verb, else one that it has, nil where it takes no part.
func (p BoardPage) part(verb string) *iru.Poll {
	var out *iru.Poll
	for _, r := range p.Rows {
		if !r.Own && !r.Word {
			continue
		}
		if x := (iru.Poll{ID: r.Poll, State: r.Answer}); out == nil || !iru.PollTable.Can(out.State, verb) && iru.PollTable.Can(x.State, verb) {
			out = &x
		}
	}
	return out
}

// pollFields ask for which role, or which body, the answer is, where there are several; the digests of what each was read stand beside.
func (v *visit) pollFields(p BoardPage, verb string) (map[string]string, []ui.Field) {
	ctx := v.ctx()
	hidden := map[string]string{}
	var which []ui.Option
	word := false
	for _, r := range p.Rows {
		if (r.Own || r.Word) && iru.PollTable.Can(r.Answer, verb) {
			which, word = append(which, ui.Option{Value: id(r.Poll), Text: join(r.Unit.Name, taskRoleName(ctx, r.As))}), word || r.Word
			hidden["tasks-"+id(r.Poll)] = r.Digest
		}
	}
	if len(which) == 1 {
		hidden = map[string]string{"poll": which[0].Value, "tasks": hidden["tasks-"+which[0].Value]}
	}
	var fields []ui.Field
	if len(which) > 1 {
		fields = append(fields, ui.Field{Name: "poll", Label: ui.T(ctx, "Takes part as"), Type: "select", Options: which, Value: v.value("poll"), Required: true})
	}
	if word {
		fields = append(fields, ui.Field{Name: "word", Label: ui.T(ctx, "Whose word"), Value: v.value("word"), Max: 300, Hint: ui.T(ctx, "Only for a body without a machine: who told you, and when.")})
	}
	return hidden, fields
}

// answerPoll takes the answer of the form in.
func (v *visit) answerPoll(o iru.Operation, state iru.PollState) error {
	a := desk.PollAnswer{Operation: o.ID, State: state, Seen: v.value("tasks"), Reason: v.value("why"), Word: v.value("word")}
	if which := v.whole("poll"); which != 0 {
		if a.Seen == "" {
			a.Seen = v.value("tasks-" + id(which))
		}
		if err := v.read(func(t *db.Tx) error {
			ps, err := t.Polls(v.ctx(), o.ID)
			for _, p := range ps {
				if p.ID == which {
					a.Participant, a.Role = p.Participant, p.Role
				}
			}
			return err
		}); err != nil {
			return err
		}
	}
	if state == iru.PollNoGo {
		a.Seen = ""
	}
	_, err := v.desk.AnswerPoll(v.ctx(), v.scope, a)
	return err
}

// sure refuses what was not confirmed.
func sure(v *visit) error {
	if v.value("sure") == "" {
		return iru.Refuse(iru.Invalid, "the box is not ticked", "read what happens then, tick it and send again")
	}
	return nil
}

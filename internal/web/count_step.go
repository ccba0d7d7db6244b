// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"strconv"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// The steps of the count and of the duty log.
const (
	planCount = "plan_t0"
	sayVerb   = "say"
)

func (v *visit) countFields(o iru.Operation) []ui.Field {
	ctx := v.ctx()
	at, holds := v.value("at"), v.value("holds")
	if at == "" && !o.Planned.IsZero() {
		at = o.Planned.UTC().Format("2006-01-02T15:04:05")
	}
	if holds == "" && v.r.Method == "GET" {
		var lines []string
		for _, p := range o.Pauses {
			if p.On.IsZero() {
				lines = append(lines, strconv.FormatInt(int64(p.Before/time.Minute), 10)+" "+p.Why)
			}
		}
		holds = strings.Join(lines, "\n")
	}
	return []ui.Field{
		{Name: "at", Label: ui.T(ctx, "Instant, UTC"), Type: "datetime-local", Value: at, Required: true, More: map[string]any{"step": "1"}, Hint: ui.T(ctx, "Now it is %s UTC.", v.now.UTC().Format("15:04:05"))},
		{Name: "holds", Label: ui.T(ctx, "Built-in holds"), Type: "textarea", Value: holds, Max: 2000, Hint: ui.T(ctx, "One a line: minutes before T0, then what is waited for, such as: 10 last look at the servers")},
	}
}

// countForm reads a planned T0 with its holds. Its errors are Invalid.
func (v *visit) countForm() (time.Time, []iru.Pause, error) {
	var t0 time.Time
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, v.value("at"), time.UTC); err == nil {
			t0 = t
		}
	}
	if t0.IsZero() {
		return t0, nil, iru.Refuse(iru.Invalid, "the instant of T0 is missing", "choose a day and a time, in UTC")
	}
	var out []iru.Pause
	for line := range strings.Lines(v.value("holds")) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		number, why, _ := strings.Cut(line, " ")
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || !(n > 0 && n < 20000) {
			return t0, nil, iru.Refuse(iru.Invalid, strconv.Quote(line)+" is no built-in hold", "begin with the minutes before T0")
		}
		out = append(out, iru.Pause{Before: time.Duration(n * float64(time.Minute)).Round(time.Second), Why: why})
	}
	return t0, out, nil
}

// sayStep is the page on which something is written into the duty log, and the step.
func (v *visit) sayStep() error {
	ctx := v.ctx()
	o, err := v.operation()
	if err != nil {
		return err
	}
	if !v.may(iru.ToPlan) && !v.may(iru.ToPoll) {
		return v.scope.May(iru.ToPlan)
	}
	to := []ui.Option{{Value: "0", Text: ui.T(ctx, "all who take part")}}
	about := []ui.Option{{Value: "0", Text: ui.T(ctx, "the day as a whole")}}
	err = v.read(func(t *db.Tx) error {
		to, about = to[:1], about[:1]
		ps, err := t.Participants(ctx, o.ID)
		if err != nil {
			return err
		}
		for _, p := range ps {
			to = append(to, ui.Option{Value: id(p.ID), Text: p.Name})
		}
		ks, err := t.OperationTasks(ctx, v.scope, o.ID)
		if err != nil {
			return err
		}
		for _, k := range ks[:min(len(ks), 500)] {
			about = append(about, ui.Option{Value: id(k.ID), Text: defanged(k.Address) + " · " + stageTitle(ctx, k.Stage)})
		}
		return nil
	})
	if err != nil {
		return err
	}
	var codes []ui.Option
	for _, c := range iru.TLPs {
		codes = append(codes, ui.Option{Value: c, Text: "TLP:" + c})
	}
	tlp := v.value("tlp")
	if tlp == "" {
		tlp = "AMBER"
	}
	base, title := "/operations/"+id(o.ID), operationVerbName(ctx, sayVerb)
	s := StepPage{Frame: v.frame("operations", title+" · "+o.Name), Title: title, State: operationState(ctx, o.State), Action: base + "/step/" + sayVerb, Verb: ui.T(ctx, "Write it"), Kind: ui.Primary, Back: base,
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Operations"), Href: "/operations"}, {Text: o.Name, Href: base}},
		Fields: []ui.Field{
			{Name: "text", Label: ui.T(ctx, "What is said"), Type: "textarea", Required: true, Max: iru.MaxDuty, Value: v.value("text")},
			{Name: "task", Label: ui.T(ctx, "About"), Type: "select", Options: about, Value: or(v.value("task"), "0"), Required: true},
			{Name: "to", Label: ui.T(ctx, "For"), Type: "select", Options: to, Value: or(v.value("to"), "0"), Required: true, Hint: ui.T(ctx, "An entry about a task is for who carries it out.")},
			{Name: "tlp", Label: ui.T(ctx, "Handling"), Type: "select", Options: codes, Value: tlp, Required: true, Hint: ui.T(ctx, "RED and AMBER+STRICT stay within your unit.")},
		},
		Next: []string{ui.T(ctx, "It stands in the log for good; nobody can change it. Its digest goes into the ledger.")}}
	return v.takeStep(s, func() (string, error) {
		h := iru.Handling{TLP: tlp, PAP: "AMBER", H: "H0"}
		if tlp == "RED" || tlp == "AMBER+STRICT" {
			h.H = "H2"
		}
		_, err := v.desk.Say(ctx, v.scope, desk.Say{Operation: o.ID, Task: iru.TaskID(v.whole("task")), Participant: iru.ParticipantID(v.whole("to")), Text: v.value("text"), Handling: h})
		return ui.T(ctx, "It stands in the duty log."), err
	})
}

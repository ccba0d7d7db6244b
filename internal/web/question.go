// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// questionsPage shows an operation's questions to the unit that leads, and to another one what it is asked; it takes answers, many at once.
func (v *visit) questionsPage() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var o iru.Operation
	if err := v.read(func(t *db.Tx) error {
		o, err = t.Operation(v.ctx(), v.scope, iru.OperationID(n))
		return err
	}); err != nil {
		return err
	}
	return v.questions(o, "/operations/"+id(n)+"/questions")
}

// askedPage shows what the officer's unit is asked, in whichever operation.
func (v *visit) askedPage() error { return v.questions(iru.Operation{}, "/questions") }

func (v *visit) questions(o iru.Operation, path string) error {
	ctx := v.ctx()
	why := ""
	var refused error
	if v.r.Method == http.MethodPost {
		done, err := v.answerQuestions(o)
		if err == nil {
			v.say(done)
			return v.to("%s", path)
		}
		var ok bool
		if why, ok = complaint(err); !ok {
			return err
		}
		refused = err
	}
	var qs []iru.Deconfliction
	names := map[iru.DeconflictionID]string{}
	alone := map[iru.ParticipantID]bool{}
	var overridden PlainCard
	if err := v.read(func(t *db.Tx) (err error) {
		if o.ID != 0 {
			qs, err = t.Deconflictions(ctx, v.scope, o.ID)
		} else {
			qs, err = t.DeconflictionsAsked(ctx, v.scope, 0, 5000)
		}
		if err != nil {
			return err
		}
		if o.ID != 0 {
			ps, err := t.Participants(ctx, o.ID)
			if err != nil {
				return err
			}
			for _, p := range ps {
				alone[p.ID] = p.Alone()
				for _, q := range qs {
					if q.Participant == p.ID {
						names[q.ID] = p.Name
					}
				}
			}
		}
		for _, q := range qs {
			if names[q.ID] == "" && q.Unit != 0 {
				u, err := t.Unit(ctx, q.Unit)
				if err != nil {
					return err
				}
				names[q.ID] = u.Name
			}
		}
		overridden = v.overrides(t, qs)
		return nil
	}); err != nil {
		return err
	}
	title := ui.T(ctx, "Questions before anything is touched")
	p := PlainPage{Frame: v.frame("operations", title), Title: title, Said: v.said(), Problem: why, Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Operations"), Href: "/operations"}}}
	if o.ID != 0 {
		p.State = operationState(ctx, o.State)
		p.Crumbs = append(p.Crumbs, ui.Crumb{Text: o.Name, Href: "/operations/" + id(o.ID)})
	}
	open, table := 0, v.questionTable(qs, names)
	for _, q := range qs {
		if q.Blocks() {
			open++
		}
	}
	p.Cards = []PlainCard{{ID: "questions", Title: ui.T(ctx, "May these assets be touched?"), Pill: ui.T(ctx, "%s of %s hold the release", strconv.Itoa(open), strconv.Itoa(len(qs))), Table: &table}}
	if o.ID != 0 && o.Unit == v.by.Unit && overridden.Table != nil {
		p.Cards = append(p.Cards, overridden)
	}
	p.Cards = append(p.Cards, v.questionForms(o, path, qs, names, alone)...)
	if refused != nil {
		return v.again(refused, p.View())
	}
	return v.show(p.View())
}

func (v *visit) questionTable(qs []iru.Deconfliction, names map[iru.DeconflictionID]string) ui.Table {
	ctx := v.ctx()
	t := ui.Table{Label: ui.T(ctx, "Questions"), Compact: true, List: true, Empty: ui.T(ctx, "Nothing is asked. Questions are made when tasks are."),
		Columns: []ui.Column{{Title: ui.T(ctx, "Address")}, {Title: ui.T(ctx, "Asked")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "By when")}, {Title: ui.T(ctx, "Whom to call")}}}
	shown := slices.Clone(qs)
	slices.SortStableFunc(shown, func(a, b iru.Deconfliction) int { // what holds stands first
		return boolRank(b.Blocks()) - boolRank(a.Blocks())
	})
	for i, q := range shown {
		if i == tasksShown {
			break
		}
		by := ui.Text("–")
		if at := q.Next(); !at.IsZero() {
			by = ui.All(ui.When{At: at, Day: true})
		}
		t.Rows = append(t.Rows, ui.Cells(hostAddress(q.Address), ui.Isolated(names[q.ID]), questionState(ctx, q), by, ui.Isolated(join(q.Contact, q.Reference, q.Reason))))
	}
	return t
}

// overrides lists what two persons overrode for a threat to life, and what a third one found.
func (v *visit) overrides(t *db.Tx, qs []iru.Deconfliction) PlainCard {
	ctx, who := v.ctx(), names{}
	table := ui.Table{Label: ui.T(ctx, "Overridden for a threat to life"), Compact: true, List: true,
		Columns: []ui.Column{{Title: ui.T(ctx, "Address")}, {Title: ui.T(ctx, "What threatens")}, {Title: ui.T(ctx, "Said by")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Review until")}, {Title: ui.T(ctx, "Reviewed by")}}}
	for _, q := range qs {
		for _, o := range q.Overrides {
			state, by := ui.Warn(ui.T(ctx, "Review owed")), ui.Text("–")
			switch {
			case o.Owed():
			case o.Right:
				state = ui.OK(ui.T(ctx, "Reviewed: it was right"))
			default:
				state = ui.Warn(ui.T(ctx, "Reviewed: it was not right"))
			}
			if !o.Owed() {
				by = ui.Isolated(join(who.of(ctx, t, o.Review), moment(o.ReviewAt), o.ReviewWhy))
			}
			table.Rows = append(table.Rows, ui.Cells(hostAddress(q.Address), ui.Isolated(join(threatCategory(ctx, o.Category), o.Threat)),
				ui.Isolated(join(who.of(ctx, t, o.First), who.of(ctx, t, o.Second), moment(o.At))), state, ui.When{At: o.Due, Day: true}, by))
		}
	}
	if len(table.Rows) == 0 {
		return PlainCard{}
	}
	return PlainCard{ID: "overridden", Title: table.Label, Pill: strconv.Itoa(len(table.Rows)), Table: &table}
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// questionForms are the decisions that the officer may take on them, each over many.
func (v *visit) questionForms(o iru.Operation, path string, qs []iru.Deconfliction, names map[iru.DeconflictionID]string, alone map[iru.ParticipantID]bool) []PlainCard {
	ctx := v.ctx()
	lead := o.ID != 0 && o.Unit == v.by.Unit
	pick := func(name string, may func(iru.Deconfliction) bool) (ui.Choice, bool) {
		c := ui.Choice{Name: name, Question: ui.T(ctx, "Which assets"), Many: true, Required: true, Chosen: v.values(name)}
		for _, q := range qs {
			if may(q) && len(c.Options) < tasksShown {
				c.Options = append(c.Options, ui.ChoiceOption{Value: id(q.ID), Text: plainDefanged(q.Address), Hint: join(names[q.ID], questionWord(ctx, q.State))})
			}
		}
		return c, len(c.Options) > 0
	}
	var out []PlainCard
	card := func(do, title, verb string, next []string, kind ui.ButtonKind, fields ...templ.Component) {
		out = append(out, PlainCard{ID: do, Title: title, Form: &PlainForm{Action: path, Hidden: map[string]string{"do": do}, Next: next, Fields: fields, Verb: verb, Kind: kind, Legal: true}})
	}
	speaks := func(q iru.Deconfliction) bool {
		return q.Unit != 0 && q.Unit == v.by.Unit || lead && q.Unit == 0 && alone[q.Participant]
	}
	why := func(name string) ui.Field {
		f := v.why(true)
		f.ID = name
		return f
	}
	if c, ok := pick("q-answer", speaks); ok && v.may(iru.ToDeconflict) {
		how := ui.Choice{Name: "answer", Question: ui.T(ctx, "The answer"), Required: true, Chosen: v.values("answer"), Options: []ui.ChoiceOption{{Value: "clear", Text: ui.T(ctx, "No interest")},
			{Value: "duplicate", Text: ui.T(ctx, "We act on it already"), Hint: ui.T(ctx, "with a reference that tells outsiders nothing")}, {Value: "hold", Text: ui.T(ctx, "Hands off for now"), Hint: ui.T(ctx, "until an instant; whom to call")},
			{Value: "evidence", Text: ui.T(ctx, "Evidence first"), Hint: ui.T(ctx, "by an instant; whom to call")}, {Value: "join", Text: ui.T(ctx, "Together"), Hint: ui.T(ctx, "whom to call")}}}
		card("answer", ui.T(ctx, "Answer for your unit"), ui.T(ctx, "Answer"), []string{ui.T(ctx, "Who asks sees the answer and whom to call, never the case."), ui.T(ctx, "A hold stops a release whose T0 is set, and always ends: renew it, or the director decides.")}, ui.Primary, c, how,
			v.instantField("until", ui.T(ctx, "Until, UTC")), ui.Field{Name: "contact", Label: ui.T(ctx, "Whom to call"), Value: v.value("contact"), Max: 200}, ui.Field{Name: "reference", Label: ui.T(ctx, "Reference"), Value: v.value("reference"), Max: 100},
			ui.Field{Name: "word", Label: ui.T(ctx, "Whose word"), Value: v.value("word"), Max: 300, Hint: ui.T(ctx, "Only for a body without a machine: who told you, and when.")},
			ui.Field{Name: "why", ID: "answer-why", Label: ui.T(ctx, "Reason, for your own log alone"), Type: "textarea", Value: v.value("why"), Max: 1000})
	}
	if lead && v.may(iru.ToPlan) && slices.ContainsFunc(qs, func(q iru.Deconfliction) bool { return q.State == iru.DeconflictionRequested }) {
		by := v.instantField("by", ui.T(ctx, "Answer by, UTC"))
		by.Required = true
		card("time", ui.T(ctx, "Agree on a time"), ui.T(ctx, "Set the time"), []string{ui.T(ctx, "Until then everybody who has not answered may; after it their silence is recorded, and the director decides.")}, "", by)
	}
	if c, ok := pick("q-free", func(q iru.Deconfliction) bool { return speaks(q) && q.Held() }); ok && v.may(iru.ToDeconflict) {
		card("free", ui.T(ctx, "Let go"), ui.T(ctx, "Let go"), []string{ui.T(ctx, "The asset is free for the others.")}, "", c, why("free-why"))
	}
	if c, ok := pick("q-decide", iru.Deconfliction.Waits); ok && lead && o.Director == v.by.ID && v.may(iru.ToRelease) {
		card("decide", ui.T(ctx, "Go on all the same"), ui.T(ctx, "Go on"), []string{ui.T(ctx, "You decide, by your name, that silence, an expired hold or a duplicate does not stand in the way."), ui.T(ctx, "Who does not want to go on withdraws the task instead.")}, ui.Danger, c, why("decide-why"))
	}
	if c, ok := pick("q-endanger", func(q iru.Deconfliction) bool {
		return iru.DeconflictionTable.Can(q.State, "override") && q.First == 0
	}); ok && lead && v.may(iru.ToEndorse) {
		var kinds []ui.Option
		for _, k := range threatCategories(ctx) {
			kinds = append(kinds, ui.Option{Value: k.Value, Text: k.Text})
		}
		card("endanger", ui.T(ctx, "Lives are in danger"), ui.T(ctx, "Say so"), []string{ui.T(ctx, "You are the first of two persons. Nothing is free before a second, different one says so too.")}, ui.Danger, c,
			ui.Field{Name: "category", Label: ui.T(ctx, "What threatens"), Type: "select", Options: kinds, Required: true, Value: v.value("category")}, why("endanger-why"))
	}
	if c, ok := pick("q-override", func(q iru.Deconfliction) bool {
		return iru.DeconflictionTable.Can(q.State, "override") && q.First != 0
	}); ok && lead && v.may(iru.ToEndorse) {
		card("override", ui.T(ctx, "Second word: lives are in danger"), ui.T(ctx, "Override"), []string{ui.T(ctx, "You are the second person. The assets are free at once, and the log keeps both names."), ui.T(ctx, "A third person reviews it within 72 hours.")}, ui.Danger, c)
	}
	if c, ok := pick("q-review", func(q iru.Deconfliction) bool { return q.Reviewable(v.by.ID) >= 0 }); ok && lead && v.may(iru.ToEndorse) {
		card("review", ui.T(ctx, "Review what was overridden"), ui.T(ctx, "Record the review"), []string{ui.T(ctx, "You are the third person: you took no part in it. The asset stays as it is."), ui.T(ctx, "The report of the operation says what you find.")}, ui.Primary, c,
			ui.Choice{Name: "right", Question: ui.T(ctx, "Was it right to override?"), Required: true, Chosen: v.values("right"), Options: []ui.ChoiceOption{{Value: "yes", Text: ui.T(ctx, "yes")},
				{Value: "no", Text: ui.T(ctx, "no"), Hint: ui.T(ctx, "What follows is decided on the acts.")}}}, why("review-why"))
	}
	return out
}

// answerQuestions takes one of the forms in.
func (v *visit) answerQuestions(o iru.Operation) (string, error) {
	ctx, do := v.ctx(), v.value("do")
	var ids []iru.DeconflictionID
	for _, s := range v.values("q-" + do) {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			ids = append(ids, iru.DeconflictionID(n))
		}
	}
	done := ui.Tn(ctx, len(ids), "%d questions are answered.")
	var err error
	switch do {
	case "answer":
		a := iru.DeconflictionAnswer{Verb: v.value("answer"), Contact: v.value("contact"), Reference: v.value("reference"), Word: v.value("word"), Why: v.value("why")}
		if a.Until, err = v.optional("until"); err != nil {
			return "", err
		}
		_, err = v.desk.AnswerDeconflictions(ctx, v.scope, ids, a)
	case "time":
		by, err := v.optional("by")
		if err != nil {
			return "", err
		}
		n, err := v.desk.AgreeTime(ctx, v.scope, o.ID, by)
		return ui.Tn(ctx, n, "%d questions are to be answered by then."), err
	case "free":
		_, err = v.desk.FreeDeconflictions(ctx, v.scope, ids, v.value("why"))
	case "decide":
		_, err = v.desk.DecideDeconflictions(ctx, v.scope, ids, v.value("why"))
	case "endanger":
		_, err = v.desk.EndangerDeconflictions(ctx, v.scope, ids, v.value("category"), v.value("why"))
	case "override":
		_, err = v.desk.OverrideDeconflictions(ctx, v.scope, ids)
	case "review":
		if r := v.value("right"); r != "yes" && r != "no" {
			return "", iru.Refuse(iru.Invalid, "the outcome of the review is missing", "say whether it was right to override")
		}
		_, err = v.desk.ReviewDeconflictions(ctx, v.scope, ids, v.value("right") == "yes", v.value("why"))
		return ui.T(ctx, "The review was recorded."), err
	default:
		err = iru.Refuse(iru.Invalid, "it is not said what to change", "choose one")
	}
	return done, err
}

func questionWord(ctx context.Context, s iru.DeconflictionState) string {
	switch s {
	case iru.DeconflictionRequested:
		return ui.T(ctx, "Not answered")
	case iru.DeconflictionClear:
		return ui.T(ctx, "No interest")
	case iru.DeconflictionDuplicate:
		return ui.T(ctx, "Acts already")
	case iru.DeconflictionHold:
		return ui.T(ctx, "Hands off for now")
	case iru.DeconflictionEvidence:
		return ui.T(ctx, "Evidence first")
	case iru.DeconflictionJoint:
		return ui.T(ctx, "Together")
	case iru.DeconflictionNoAnswer:
		return ui.T(ctx, "Silent past the agreed time")
	case iru.DeconflictionExpired:
		return ui.T(ctx, "Hold expired")
	}
	return ui.T(ctx, "Free")
}

func questionState(ctx context.Context, q iru.Deconfliction) ui.State {
	word := questionWord(ctx, q.State)
	switch {
	case q.Held():
		return ui.Bad(word).With(ui.IconHold)
	case q.Waits():
		return ui.Warn(word)
	case q.Blocks():
		return ui.Info(word).With(ui.IconClock)
	}
	return ui.OK(word)
}

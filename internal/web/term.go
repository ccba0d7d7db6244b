// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// termsPage shows the watch lists, and the terms of the one that is asked for.
func (v *visit) termsPage() error {
	p := TermsPage{Said: v.said()}
	if err := v.fillTerms(&p, iru.TermListID(number(v.r.URL.Query().Get("list")))); err != nil {
		return err
	}
	return v.show(p.View())
}

func (v *visit) fillTerms(p *TermsPage, open iru.TermListID) error {
	ctx := v.ctx()
	p.Frame, p.May = v.frame("evidence", ui.T(ctx, "Watch lists")), v.may(iru.ToCurateBanks)
	if p.Begin.Fields == nil {
		p.Begin.Fields = v.beginFields(iru.TermList{Handling: iru.DefaultHandling})
	}
	if p.Add.Fields == nil {
		p.Add.Fields = v.addFields(iru.Term{})
	}
	if p.Import.Fields == nil {
		p.Import.Fields = v.importFields("")
	}
	err := v.read(func(t *db.Tx) error {
		ls, err := t.TermLists(ctx, v.scope)
		if err != nil {
			return err
		}
		counts, err := t.CountTerms(ctx, v.scope)
		if err != nil {
			return err
		}
		if p.Earlier, err = v.rescan(t, iru.SoughtTerms); err != nil {
			return err
		}
		p.None = len(ls) == 0
		p.Lists = v.listTable(t, ls, counts, open)
		if open == 0 {
			return nil
		}
		return v.openList(t, p, open)
	})
	if p.Open.ID != 0 {
		p.Frame.Handling = handling(p.Open.Handling)
	}
	return err
}

func (v *visit) listTable(t *db.Tx, ls []iru.TermList, counts map[iru.TermListID]map[iru.TermState]int, open iru.TermListID) ui.Table {
	ctx, who := v.ctx(), names{}
	out := ui.Table{Label: ui.T(ctx, "Watch lists"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Watch list")}, {Title: ui.T(ctx, "Terms"), Num: true}, {Title: ui.T(ctx, "Muted terms"), Num: true},
		{Title: ui.T(ctx, "Handling codes"), NoWrap: true}, {Title: ui.T(ctx, "By")}, {Title: ui.T(ctx, "Entered"), NoWrap: true}, {Title: ui.T(ctx, "State")}}}
	for _, l := range ls {
		n := counts[l.ID]
		out.Rows = append(out.Rows, ui.Row{Current: l.ID == open, Cells: []templ.Component{ui.Link(at("/terms", "list", id(l.ID)), l.Name), ui.Text(ui.Thousands(n[iru.TermActive] + n[iru.TermMuted])), ui.Text(ui.Thousands(n[iru.TermMuted])),
			ui.Text(l.Handling.String()), ui.Isolated(who.of(ctx, t, l.By)), ui.Text(day(l.Created)), termState(ctx, l.State).Plain()}})
	}
	return out
}

func (v *visit) openList(t *db.Tx, p *TermsPage, open iru.TermListID) error {
	ctx, who := v.ctx(), names{}
	var err error
	if p.Open, err = t.TermList(ctx, v.scope, open); err != nil {
		return err
	}
	after := number(v.r.URL.Query().Get("after"))
	xs, err := t.TermsAfter(ctx, v.scope, open, iru.TermID(after), perPage+1)
	if err != nil {
		return err
	}
	if len(xs) > perPage {
		xs = xs[:perPage]
		p.Pages.Next = at("/terms", "list", id(open), "after", id(xs[perPage-1].ID))
	}
	if after > 0 {
		p.Pages.Previous = at("/terms", "list", id(open))
	}
	p.Terms = ui.Table{Label: ui.T(ctx, "Terms"), Compact: true, Empty: ui.T(ctx, "No term yet: add one, or import a file."), Columns: []ui.Column{{Title: ui.T(ctx, "Term")}, {Title: ui.T(ctx, "Language")}, {Title: ui.T(ctx, "Note")},
		{Title: ui.T(ctx, "By")}, {Title: ui.T(ctx, "Entered"), NoWrap: true}, {Title: ui.T(ctx, "State")}}}
	if p.May {
		p.Terms.Columns = append(p.Terms.Columns, ui.Column{Title: ui.T(ctx, "Steps"), Hidden: true})
	}
	for _, x := range xs {
		row := ui.Cells(termWords(x.Lang, x.Text), ui.Text(x.Lang), ui.Isolated(plainDefanged(x.Note)), ui.Isolated(who.of(ctx, t, x.By)), ui.Text(day(x.Created)), termState(ctx, x.State).Plain())
		if p.May {
			row.Cells = append(row.Cells, termSteps(x))
		}
		p.Terms.Rows = append(p.Terms.Rows, row)
	}
	es, err := t.EventsOf(ctx, iru.Subject{Noun: "term_list", ID: int64(open)})
	if err != nil {
		return err
	}
	p.Imports = v.importTable(ctx, t, who, p, es)
	p.History, err = v.historyTable(ctx, t, who, es)
	return err
}

func (v *visit) importTable(ctx context.Context, t *db.Tx, who names, p *TermsPage, es []iru.Event) ui.Table {
	out := ui.Table{Label: ui.T(ctx, "Imports"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Import")}, {Title: ui.T(ctx, "File")}, {Title: ui.T(ctx, "Terms"), Num: true}, {Title: ui.T(ctx, "By")}, {Title: ui.T(ctx, "Entered"), NoWrap: true}, {Title: ui.T(ctx, "Steps"), Hidden: true}}}
	taken := map[int64]bool{}
	for _, e := range es {
		if e.Verb == "undo_import" {
			taken[factNumber(e.Facts["import"])] = true
		}
	}
	for _, e := range es {
		if e.Verb != "import" {
			continue
		}
		step := ui.Text("")
		switch {
		case taken[int64(e.ID)]:
			step = ui.Quiet(ui.T(ctx, "taken back"))
		case p.May:
			step = undoImport(p.Open.ID, e.ID)
		}
		out.Rows = append(out.Rows, ui.Cells(ui.Text(id(e.ID)), ui.Isolated(e.Note), ui.Text(ui.Thousands(int(factNumber(e.Facts["added"])+factNumber(e.Facts["back"])))), ui.Isolated(who.of(ctx, t, e.By)), ui.Isolated(moment(e.At)), step))
	}
	return out
}

// factNumber is a fact that is a whole number, as JSON gave it back.
func factNumber(fact any) int64 {
	switch n := fact.(type) {
	case float64:
		return int64(n)
	case int64:
		return n
	case int:
		return int64(n)
	}
	return 0
}

func (p TermsPage) firstStep(ctx context.Context) []ui.Todo {
	if !p.May {
		return []ui.Todo{{Title: ui.T(ctx, "Ask an analyst"), Why: ui.T(ctx, "Analysts and examiners keep the watch lists."), Next: true}}
	}
	return []ui.Todo{{Title: ui.T(ctx, "Begin a list"), Why: ui.T(ctx, "A name is enough; terms come after it."), Next: true, Button: ui.Button{Text: ui.T(ctx, "Begin"), Kind: ui.Primary, Href: "#go"}}}
}

// beginList begins a watch list.
func (v *visit) beginList() error {
	l := iru.TermList{Name: v.value("name"), Note: v.value("note"), Handling: iru.Handling{TLP: v.value("tlp"), PAP: v.value("pap"), H: v.value("h")}}
	made, err := v.desk.AddTermList(v.ctx(), v.scope, l)
	if why, ok := complaint(err); ok {
		p := TermsPage{Begin: termForm{Problem: why, Fields: v.beginFields(l)}}
		return v.termsAgain(err, &p, 0)
	}
	if err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "“%s” was entered.", made.Name))
	return v.to("%s", at("/terms", "list", id(made.ID)))
}

// termsAgain shows the page after a form of it was refused.
func (v *visit) termsAgain(err error, p *TermsPage, open iru.TermListID) error {
	if err := v.fillTerms(p, open); err != nil {
		return err
	}
	return v.again(err, p.View())
}

func (v *visit) addTerm() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	x := iru.Term{List: iru.TermListID(n), Text: v.value("text"), Lang: v.value("lang"), Note: v.value("note")}
	made, err := v.desk.AddTerm(v.ctx(), v.scope, x)
	if why, ok := complaint(err); ok {
		p := TermsPage{Add: termForm{Problem: why, Fields: v.addFields(x)}}
		return v.termsAgain(err, &p, x.List)
	}
	if err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "“%s” was entered.", made.Text))
	return v.to("%s", at("/terms", "list", id(x.List)))
}

func (v *visit) importTerms() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	in, name := io.Reader(strings.NewReader(v.r.PostFormValue("pasted"))), ui.T(v.ctx(), "pasted")
	if f, head, err := v.r.FormFile("file"); err == nil {
		defer f.Close()
		if head.Size > 0 {
			in, name = f, head.Filename
		}
	}
	r := desk.TermImport{List: iru.TermListID(n), Lang: strings.ToLower(v.value("lang")), Rest: v.value("rest") != "", Name: name}
	done, err := v.desk.ImportTerms(v.ctx(), v.scope, r, in)
	if why, ok := complaint(err); ok {
		p := TermsPage{Import: termForm{Problem: why, Wrong: done.Wrong, Fields: v.importFields(r.Lang), Rest: r.Rest}}
		return v.termsAgain(err, &p, r.List)
	}
	if err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "Terms added: %s. Put back: %s. On the list already: %s. Lines left out: %s.", strconv.Itoa(done.Added), strconv.Itoa(done.Back), strconv.Itoa(done.Present), strconv.Itoa(len(done.Wrong))))
	return v.to("%s", at("/terms", "list", id(r.List)))
}

func (v *visit) undoImport() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	e, err := v.number("import")
	if err != nil {
		return err
	}
	gone, err := v.desk.UndoImport(v.ctx(), v.scope, iru.TermListID(n), iru.EventID(e), "")
	if err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "The import was taken back; terms removed: %s.", strconv.Itoa(gone)))
	return v.to("%s", at("/terms", "list", id(n)))
}

func (v *visit) stepList() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	l, err := v.desk.JudgeTermList(v.ctx(), v.scope, iru.TermListID(n), v.value("verb"), "")
	if err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "“%s” is now: %s", l.Name, termStateName(v.ctx(), l.State)))
	return v.to("%s", at("/terms", "list", id(l.ID)))
}

func (v *visit) stepTerm() error {
	n, err := v.number("term")
	if err != nil {
		return err
	}
	x, err := v.desk.JudgeTerm(v.ctx(), v.scope, iru.TermID(n), v.value("verb"), "")
	if err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "“%s” is now: %s", x.Text, termStateName(v.ctx(), x.State)))
	return v.to("%s", at("/terms", "list", id(x.List)))
}

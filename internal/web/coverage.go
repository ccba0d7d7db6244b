// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// CoveragePage says which outlet publishes in what languages, and who in the unit reads it.
type CoveragePage struct {
	Frame    ui.Frame
	Coverage iru.Coverage
	Names    map[iru.OfficerID]string
}

func (v *visit) coveragePage() error {
	p := CoveragePage{Names: map[iru.OfficerID]string{}}
	err := v.read(func(t *db.Tx) (err error) {
		if p.Coverage, err = v.desk.Coverage(v.ctx(), t, v.scope); err != nil {
			return err
		}
		os, err := t.Officers(v.ctx())
		for _, o := range os {
			p.Names[o.ID] = o.Name
		}
		return err
	})
	if err != nil {
		return err
	}
	p.Frame = v.frame("outlets", ui.T(v.ctx(), "Languages"))
	return v.show(p.View())
}

func (p CoveragePage) table(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Languages"), Columns: []ui.Column{{Title: ui.T(ctx, "Outlet")}, {Title: ui.T(ctx, "Language")}, {Title: ui.T(ctx, "Addresses"), Num: true}, {Title: ui.T(ctx, "Read by")}}}
	for _, o := range p.Coverage.Outlets {
		for _, l := range o.Languages {
			t.Rows = append(t.Rows, ui.Cells(ui.Link("/outlets/"+id(o.Outlet.ID), o.Outlet.Name), languageName(ctx, l.Tag), ui.Text(strconv.Itoa(l.Assets)), p.readers(ctx, l)))
		}
	}
	return t
}

func languageName(ctx context.Context, tag string) templ.Component {
	if tag == "" {
		return ui.Quiet(ui.T(ctx, "not known"))
	}
	return languages([]string{tag})
}

func (p CoveragePage) readers(ctx context.Context, l iru.LanguageCover) templ.Component {
	var names []string
	for _, o := range l.Readers {
		names = append(names, p.Names[o])
	}
	switch {
	case len(names) > 0:
		return ui.Isolated(strings.Join(names, ", "))
	case l.Tag == "":
		return ui.Quiet("–")
	}
	return ui.Warn(ui.T(ctx, "nobody"))
}

func (p CoveragePage) gaps(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Languages that nobody reads"), Compact: true, Empty: ui.T(ctx, "None: every language that is known is read by somebody."),
		Columns: []ui.Column{{Title: ui.T(ctx, "Language")}, {Title: ui.T(ctx, "Addresses"), Num: true}}}
	for _, g := range p.Coverage.Gaps {
		t.Rows = append(t.Rows, ui.Cells(languageName(ctx, g.Tag), ui.Text(strconv.Itoa(g.Assets))))
	}
	return t
}

// speak takes an officer's word on the languages they read.
func (v *visit) speak() error {
	o, err := v.desk.SetLanguages(v.ctx(), v.scope, strings.FieldsFunc(v.value("languages"), func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\t' || r == '\r' }))
	if why, ok := complaint(err); ok {
		p := MePage{Days: "30", Scopes: []string{"read"}, Languages: v.value("languages"), LanguagesBad: why}
		if err := v.fillMe(&p); err != nil {
			return err
		}
		return v.again(err, p.View())
	}
	if err != nil {
		return err
	}
	v.by = o
	v.say(ui.T(v.ctx(), "Your languages are noted."))
	return v.to("/me")
}

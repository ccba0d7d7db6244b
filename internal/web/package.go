// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"encoding/json"
	"net/http"
	"strconv"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// packagePage shows a participant's target package, to read, to print, and for the unit that leads to hand out on record.
func (v *visit) packagePage() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	why := ""
	var refused error
	if v.r.Method == http.MethodPost {
		k, err := v.desk.HandPackage(ctx, v.scope, iru.ParticipantID(n), v.value("acknowledged") != "", v.value("why"))
		if err == nil {
			return v.packageFile(k)
		}
		var ok bool
		if why, ok = complaint(err); !ok {
			return err
		}
		refused = err
	}
	var k desk.Package
	var who iru.Participant
	var o iru.Operation
	if err := v.read(func(t *db.Tx) (err error) {
		if k, err = v.desk.TargetPackage(ctx, t, v.scope, iru.ParticipantID(n), v.r.URL.Query().Get("acknowledged") != ""); err != nil {
			return err
		}
		if who, err = t.Participant(ctx, iru.ParticipantID(n)); err != nil {
			return err
		}
		o, err = t.Operation(ctx, v.scope, who.Operation)
		return err
	}); err != nil {
		return err
	}
	title := ui.T(ctx, "Package for %s", k.Participant)
	p := PlainPage{Frame: v.frame("operations", title), Title: title, State: operationState(ctx, o.State), Problem: why,
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Operations"), Href: "/operations"}, {Text: o.Name, Href: "/operations/" + id(o.ID)}, {Text: ui.T(ctx, "Who does what"), Href: "/operations/" + id(o.ID) + "/agree"}}}
	table, kept := v.packageTables(k)
	p.Cards = []PlainCard{{ID: "tasks", Title: ui.T(ctx, "Tasks"), Pill: strconv.Itoa(len(k.Tasks)), Table: &table}}
	if len(k.Conditions) > 0 {
		p.Cards[0].Words = append([]string{ui.T(ctx, "A condition applies:")}, k.Conditions...)
	}
	if len(k.Withheld) > 0 {
		p.Cards = append(p.Cards, PlainCard{ID: "withheld", Title: ui.T(ctx, "Withheld"), Pill: strconv.Itoa(len(k.Withheld)), Table: &kept})
	}
	if o.Unit == v.by.Unit && v.may(iru.ToDisclose) {
		p.Cards = append(p.Cards, PlainCard{ID: "hand", Title: ui.T(ctx, "Hand it out"), Form: &PlainForm{Action: "/participants/" + id(n) + "/package", Verb: ui.T(ctx, "Hand it out"), Legal: true,
			Next:  []string{ui.T(ctx, "You get the package as a file; to whom it went, and its digest, stand in the ledger.")},
			Check: &ui.Check{ID: "acknowledged", Name: "acknowledged", Value: "1", Label: ui.T(ctx, "The conditions of H3 will be kept")}}})
		f := v.why(true)
		p.Cards[len(p.Cards)-1].Form.Fields = append(p.Cards[len(p.Cards)-1].Form.Fields, f)
	}
	if refused != nil {
		return v.again(refused, p.View())
	}
	return v.show(p.View())
}

func (v *visit) packageTables(k desk.Package) (tasks, withheld ui.Table) {
	ctx := v.ctx()
	tasks = ui.Table{Label: ui.T(ctx, "Tasks"), Empty: ui.T(ctx, "Nothing that this participant may see."), Columns: []ui.Column{{Title: ui.T(ctx, "Address")}, {Title: ui.T(ctx, "Role")}, {Title: ui.T(ctx, "Act")}, {Title: ui.T(ctx, "Addressee")},
		{Title: ui.T(ctx, "Stage")}, {Title: ui.T(ctx, "State")}, {Title: ui.T(ctx, "Whom to call")}, {Title: ui.T(ctx, "Handling")}}}
	for _, x := range k.Tasks {
		tasks.Rows = append(tasks.Rows, ui.Cells(ui.Isolated(x.Address), ui.Text(taskRoleName(ctx, x.Role)), ui.Text(join(instrumentName(ctx, x.Instrument), x.Act, x.Title)), ui.Isolated(x.Addressee),
			ui.Text(stageName(ctx, x.Stage)), agreedState(ctx, x.State), ui.Isolated(list(x.Call)), ui.Text(x.Handling)))
	}
	withheld = ui.Table{Label: ui.T(ctx, "Withheld"), Columns: []ui.Column{{Title: ui.T(ctx, "Role")}, {Title: ui.T(ctx, "Stage")}, {Title: ui.T(ctx, "Why")}}}
	for _, x := range k.Withheld {
		withheld.Rows = append(withheld.Rows, ui.Cells(ui.Text(taskRoleName(ctx, x.Role)), ui.Text(stageName(ctx, x.Stage)), ui.Text(x.Why)))
	}
	return tasks, withheld
}

// packageFile gives it as a file.
func (v *visit) packageFile(k desk.Package) error {
	b, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/json")
	v.w.Header().Set("Content-Disposition", `attachment; filename="package.json"`)
	_, err = v.w.Write(b)
	return err
}

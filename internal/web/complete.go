// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"
	"net/url"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// completePage fills in parts of a finding that were left open.
func (v *visit) completePage() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var a iru.Assessment
	if err := v.read(func(t *db.Tx) error {
		var err error
		if a, err = t.Assessment(ctx, v.scope, iru.AssessmentID(n)); err != nil {
			return err
		}
		hidden, err := desk.Hidden(ctx, t, v.scope, a.Item)
		if err == nil && (hidden || a.State == iru.AssessmentDoubted && a.By != v.by.ID) {
			return desk.NotYet
		}
		return err
	}); err != nil {
		return err
	}
	if err := v.ours(a.Unit); err != nil {
		return err
	}
	if err := v.scope.May(iru.ToAssess); err != nil {
		return err
	}
	near, err := v.desk.Neighbours(ctx, v.scope, a.Item)
	if err != nil {
		return err
	}
	f := url.Values{}
	if v.r.Method == http.MethodPost {
		f = v.parts()
	}
	back := "/items/" + id(a.Item)
	title := ui.T(ctx, "Complete the assessment")
	p := PlainPage{Frame: v.frame("triage", title), Title: title, Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Triage"), Href: "/triage"}, {Text: ui.T(ctx, "Item %s", id(a.Item)), Href: back}},
		Cards: []PlainCard{{ID: "given", Title: ui.T(ctx, "What was given"), Facts: groundTerms(ctx, a)},
			{ID: "open", Title: ui.T(ctx, "What is open"), Form: &PlainForm{Action: "/assessments/" + id(a.ID) + "/complete", Fields: partGroups(ctx, f, a.Grounds, near), Verb: ui.T(ctx, "Record these parts"), Kind: ui.Primary,
				Next: []string{ui.T(ctx, "What you write is recorded under your name. What is there stays as it is."), ui.T(ctx, "A part of which nothing is written stays open.")}}}}}
	if v.r.Method != http.MethodPost {
		return v.show(p.View())
	}
	_, err = v.desk.Complete(ctx, v.scope, a.ID, grounds(f))
	if why, ok := complaint(err); ok {
		p.Problem = why
		return v.again(err, p.View())
	}
	if err != nil {
		return err
	}
	v.say(ui.T(ctx, "The assessment was completed."))
	return v.to("%s", back)
}

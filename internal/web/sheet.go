// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"net/http"

	"iolaus/internal/web/ui"
)

// sheet shows a page of cards or, when one of its forms was sent, does what the form says and leads back to the page. A refusal stands
// at its top.
func (v *visit) sheet(p PlainPage, back string, do func(verb string) (done string, err error)) error {
	p.Said = v.said()
	if v.r.Method != http.MethodPost {
		return v.show(p.View())
	}
	done, err := do(v.value("verb"))
	if why, ok := complaint(err); ok {
		p.Problem = why
		return v.again(err, p.View())
	}
	if err != nil {
		return err
	}
	v.say(done)
	return v.to("%s", back)
}

// area is a long text of a form.
func (v *visit) area(name, label, hint string, required bool) ui.Field {
	return ui.Field{Name: name, Label: label, Type: "textarea", Rows: 3, Required: required, Max: 4000, Value: v.value(name), Hint: hint}
}

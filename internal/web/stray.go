// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// StraysPage lists mail that names no act, until a person finds its place.
type StraysPage struct {
	Frame ui.Frame
	Said  string
	Rows  []StrayRow
	May   bool
}

// A StrayRow is one such mail.
type StrayRow struct {
	Stray iru.Stray
	Text  ui.Passage
}

// View is the whole page.
func (p StraysPage) View() component { return p.view() }

// maxStrays is how many are shown at once; the next come up as those are filed.
const maxStrays = 50

func (v *visit) straysPage() error {
	ctx := v.ctx()
	p := StraysPage{Frame: v.frame("notices", ui.T(ctx, "Mail that names no act")), Said: v.said(), May: v.may(iru.ToAnswer)}
	err := v.read(func(t *db.Tx) error {
		list, err := t.Strays(ctx, v.scope, iru.StrayOpen, maxStrays)
		p.Rows = nil
		for _, s := range list {
			p.Rows = append(p.Rows, StrayRow{s, letterText(cutText(s.Text, 4000))})
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.show(p.View())
}

// stepStray files a mail in an act's thread, or sets it aside.
func (v *visit) stepStray() error {
	ctx := v.ctx()
	n, err := v.number("id")
	if err != nil {
		return err
	}
	if v.value("do") == "dismiss" {
		if err := v.desk.DismissStray(ctx, v.scope, n, v.value("why")); err != nil {
			return err
		}
		v.say(ui.T(ctx, "Set aside. It is kept."))
		return v.to("/strays")
	}
	var act iru.Notice
	if err := v.read(func(t *db.Tx) error {
		var err error
		act, err = t.NoticeByRef(ctx, v.scope, v.value("ref"))
		return err
	}); err != nil {
		return err
	}
	if _, err := v.desk.FileStray(ctx, v.scope, n, act.ID); err != nil {
		return err
	}
	v.say(ui.T(ctx, "It stands in the thread of %s; say there what it is.", act.Ref))
	return v.to("/notices/%d", act.ID)
}

func strayTitle(ctx context.Context, s iru.Stray) string {
	if s.Subject == "" {
		return ui.T(ctx, "Mail without a subject")
	}
	return plainDefanged(s.Subject)
}

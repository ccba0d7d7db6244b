// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/form"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// An act says what was approved, in a language that its addressee declared; if what it says was changed meanwhile it does not leave.
func TestActSaysWhatWasApproved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		change := func(sql string) {
			t.Helper()
			must(t, u.DB.Tx(ctx, func(x *db.Tx) error {
				_, err := x.Exec(ctx, sql)
				return err
			}))
		}
		change(`UPDATE provider SET languages='["fr","de"]'`)
		wrong := order(a, i, host)
		wrong.Lang = "es"
		_, err := u.Draft(ctx, u.scope("ada"), wrong)
		refused(t, "a language that was not declared", err, iru.Invalid, "it declared fr, de")
		n := u.approved(order(a, i, host))
		if n = u.notice(n.ID); n.Lang != "fr" || n.Facts == "" {
			t.Fatalf("language %q, facts %q", n.Lang, n.Facts)
		}
		record, err := form.ParseAct([]byte(n.Facts))
		must(t, err)
		if record.Template != form.TemplateFor("removal_order", "fr") || !record.IssuedAt.IsZero() || len(record.Limbs) == 0 || record.Limit.Rule != "tco-1h" || record.Ref != n.Ref {
			t.Errorf("%+v", record)
		}
		// Another name of the addressee is another act.
		change(`UPDATE provider SET name=name || ' East'`)
		_, err = u.Dispatch(ctx, n.ID)
		refused(t, "the addressee's name was changed", err, iru.Conflict, "the addressee")
		change(`UPDATE provider SET name=replace(name, ' East', '')`)
		// So is a record that somebody changed in the store.
		change(`UPDATE notice SET facts=replace(facts, '"fr"', '"de"')`)
		_, err = u.Dispatch(ctx, n.ID)
		refused(t, "the record was changed", err, iru.Conflict, "is not what was approved")
		change(`UPDATE notice SET facts=replace(facts, '"de"', '"fr"')`)
		_, err = u.SetLetterhead(ctx, u.scope("ada"), iru.Letterhead{Phone: "1"})
		refused(t, "a letterhead by an analyst", err, iru.Forbidden, "")
	})
}

// Evidence under H1 goes into no judicial document.
func TestH1StaysOutOfJudicialDocuments(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		u.now = time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC) // preservation orders are in force
		a, i, host := u.referred()
		must(t, u.DB.Tx(ctx, func(x *db.Tx) error {
			for _, sql := range []string{"UPDATE unit SET kind='court'", `UPDATE outlet SET handling='{"tlp":"RED","pap":"RED","h":"H1"}'`} {
				if _, err := x.Exec(ctx, sql); err != nil {
					return err
				}
			}
			return nil
		}))
		r := order(a, i, host)
		r.Instrument, r.Request = legal.PreservationOrder, legal.Preserve
		n, err := u.Draft(ctx, u.scope("ada"), r)
		must(t, err)
		_, err = u.Submit(ctx, u.scope("ada"), n.ID)
		refused(t, "H1", err, iru.Forbidden, "H1")
		_, err = u.Preview(ctx, u.scope("ada"), n.ID)
		if err == nil || !strings.Contains(err.Error(), "H1") {
			t.Error(err)
		}
	})
}

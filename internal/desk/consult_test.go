// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"errors"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

func TestConsultation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		u.join("aud", u.people["ada"].Unit, iru.Auditor)
		if err := u.Consult(ctx, u.scope("ada"), desk.WholeLog, "curious"); !errors.Is(err, iru.Forbidden) {
			t.Errorf("an analyst read the whole log: %v", err)
		}
		if err := u.Consult(ctx, u.scope("aud"), desk.WholeLog, "  "); !errors.Is(err, iru.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		must(t, u.Consult(ctx, u.scope("aud"), desk.WholeLog, "yearly sample"))
		must(t, u.DB.View(ctx, func(t2 *db.Tx) error {
			es, err := t2.EventsBefore(ctx, iru.Program(), iru.Subject{Noun: "log"}, 0, 5)
			if err == nil && (len(es) != 1 || es[0].Verb != "consult" || es[0].Note != "yearly sample" || es[0].By != u.people["aud"].ID) {
				t.Errorf("recorded: %+v", es)
			}
			return err
		}))
		u.whole()
	})
}

func TestGroundsAreThoseOfTheFinding(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, i, _ := u.watched(ctx)
	if _, _, err := u.Grounds(ctx, u.scope("ada"), a.ID, 0); !errors.Is(err, iru.Conflict) {
		t.Errorf("grounds without a finding: %v", err)
	}
	_, err := u.Assess(ctx, u.scope("ada"), finding(i, iru.PurposeProceed))
	must(t, err)
	f, text, err := u.Grounds(ctx, u.scope("ada"), a.ID, i.ID)
	must(t, err)
	if f.Item != i.ID || !strings.Contains(text, "Article 2(7)(c)") || !strings.Contains(text, "snow line") {
		t.Errorf("grounds: %+v, %q", f, text)
	}
	if _, _, err := u.Grounds(ctx, iru.Scope{Officer: 1, Unit: 99}, a.ID, 0); !errors.Is(err, iru.NotFound) {
		t.Errorf("grounds of another unit: %v", err)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"fmt"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// TestWithhold: until the second opinion is given, only its author reads the first one in the log.
func TestWithhold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, _ := u.watched(ctx)
		other := u.page(a, i, "/other", "99")
		f := finding(other, iru.PurposeExcluded)
		f.Finding, f.Reason = iru.FindNoAction, "only a timetable"
		_, err := u.Assess(ctx, u.scope("ben"), f)
		must(t, err)
		f = finding(i, iru.PurposeDoubt)
		f.Reason = "perhaps a journalist"
		_, err = u.Assess(ctx, u.scope("ada"), f)
		must(t, err)
		log := func(s iru.Scope) (text string, hidden int) {
			t.Helper()
			for _, e := range view(u, func(x *db.Tx) ([]iru.Event, error) {
				es, err := x.Events(ctx, iru.Program(), 0, 200)
				if err != nil {
					return nil, err
				}
				was := fmt.Sprint(es)
				out, err := desk.Withhold(ctx, x, s, es)
				if fmt.Sprint(es) != was {
					t.Error("the events that were read have changed")
				}
				return out, err
			}) {
				if desk.Withheld(e) {
					hidden++
				}
				text += fmt.Sprintln(e.Subject, e.Verb, e.From, e.To, e.Note, e.Facts)
			}
			return text, hidden
		}
		for who, sees := range map[string]bool{"ada": true, "ben": false, "lena": false, "admin": false, "": true} {
			s := iru.Program()
			if who != "" {
				s = u.scope(who)
			}
			text, hidden := log(s)
			for _, word := range []string{"perhaps a journalist", "doubted", string(iru.PurposeDoubt)} {
				if strings.Contains(text, word) != sees {
					t.Errorf("%q reads %q: %v in\n%s", who, word, !sees, text)
				}
			}
			if !strings.Contains(text, "only a timetable") || !sees && hidden < 2 || who == "" && hidden != 0 {
				t.Errorf("%q: %d withheld in\n%s", who, hidden, text)
			}
		}
		_, err = u.Assess(ctx, u.scope("ben"), finding(i, iru.PurposeProceed))
		must(t, err)
		if text, hidden := log(u.scope("ben")); hidden != 0 || !strings.Contains(text, "perhaps a journalist") {
			t.Errorf("afterwards %d are withheld in\n%s", hidden, text)
		}
	})
}

// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"context"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// The duty log: who said what, to whom its codes allow, never changed, and in the ledger; what the program did stands in it too.
func TestDutyLog(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, _, theirs := u.joint()
		open := iru.Handling{TLP: "GREEN", PAP: "AMBER", H: "H0"}
		say := func(who string, r desk.Say) (iru.Duty, error) { r.Operation = o.ID; return u.Say(ctx, u.scope(who), r) }
		var to iru.Participant
		for _, p := range view(u, func(x *db.Tx) ([]iru.Participant, error) { return x.Participants(ctx, o.ID) }) {
			if p.Unit == theirs.Unit {
				to = p
			}
		}
		all, err := say("ben", desk.Say{Text: "Weather is fair", Handling: open})
		must(t, err)
		_, err = say("ben", desk.Say{Text: "Only for us"}) // the codes that a thing has until somebody decides otherwise
		must(t, err)
		_, err = say("dora", desk.Say{Text: "Only for B", Participant: to.ID, Handling: open})
		must(t, err)
		_, err = say("dora", desk.Say{Text: "Their codes forbid it", Participant: to.ID, Handling: iru.Handling{TLP: "RED", PAP: "RED", H: "H2"}})
		refused(t, "a message whose codes keep it within the unit", err, iru.Forbidden, "H2")
		_, err = say("ben", desk.Say{Text: " "})
		refused(t, "nothing", err, iru.Invalid, "nothing is said")
		_, err = say("ben", desk.Say{Text: strings.Repeat("x", iru.MaxDuty+1)})
		refused(t, "too much", err, iru.Invalid, "more than")
		_, err = say("ben", desk.Say{Text: "x", Handling: iru.Handling{TLP: "BLUE", PAP: "RED", H: "H0"}})
		refused(t, "no such code", err, iru.Invalid, "TLP:BLUE")
		_, err = say("sig", desk.Say{Text: "x"})
		refused(t, "a signing officer", err, iru.Forbidden, "")
		_, err = say("brit", desk.Say{Text: "x", Participant: 99})
		refused(t, "nobody", err, iru.NotFound, "")
		u.join("cid", u.strangers("Unit C"), iru.Liaison)
		_, err = say("cid", desk.Say{Text: "x"})
		refused(t, "a unit that takes no part", err, iru.NotFound, "operation")
		_, err = u.Seal(ctx, "test")
		must(t, err)

		read := func(who string) (said []string, program int) {
			for _, l := range view(u, func(x *db.Tx) ([]desk.DutyLine, error) { return desk.DutyLog(ctx, x, u.scope(who), o.ID, 100) }) {
				switch {
				case l.Said == nil:
					program++
				case !l.Whole || l.Event == nil || l.Event.Index < 0:
					t.Errorf("%q is not what the ledger has", l.Said.Text)
				default:
					said = append(said, l.Said.Text)
				}
			}
			return said, program
		}
		if said, program := read("dora"); strings.Join(said, "; ") != "Only for B; Only for us; Weather is fair" || program == 0 {
			t.Errorf("unit A reads %q and %d of the program", said, program)
		}
		if said, _ := read("brit"); strings.Join(said, "; ") != "Only for B; Weather is fair" {
			t.Errorf("unit B reads %q", said)
		}
		for _, change := range []string{"UPDATE duty SET text='other' WHERE id=$1", "DELETE FROM duty WHERE id=$1"} {
			if err := d.Tx(ctx, func(x *db.Tx) error { _, err := x.Exec(context.WithoutCancel(ctx), change, all.ID); return err }); err == nil || !strings.Contains(err.Error(), "never changed") {
				t.Errorf("%s: %v", change, err)
			}
		}
		u.whole()
	})
}

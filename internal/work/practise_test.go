// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A practice order whose job vanished from the queue is found in the store, and leaves once.
func TestLostDrill(t *testing.T) {
	o := newOffice(t, iru.ByMail, "abuse@birchrack.test")
	o.Post.Base = "https://unit-a.test"
	box, ctx := o.mail(), t.Context()
	liaison := iru.Officer{ID: o.notice.Drafted, Unit: o.notice.Unit, Roles: []iru.Role{iru.Liaison}, State: iru.OfficerActive}
	k, err := o.Desk.Drill(ctx, liaison.Scope(), o.notice.Provider)
	must(t, err)
	jobs := func() (out []desk.Practise) {
		must(t, o.Desk.DB.View(ctx, func(x *db.Tx) error {
			texts, err := db.All(ctx, x, func(s *string) []any { return []any{s} }, "SELECT json(args) FROM river_job WHERE kind='practise'")
			out = nil
			for _, s := range texts {
				var a desk.Practise
				must(t, json.Unmarshal([]byte(s), &a))
				out = append(out, a)
			}
			return err
		}))
		return out
	}
	lose := func() {
		must(t, o.Desk.DB.Tx(ctx, func(x *db.Tx) error {
			_, err := x.Exec(ctx, "DELETE FROM river_job WHERE kind='practise'")
			return err
		}))
	}
	lose()
	if _, err := o.Desk.SweepActs(ctx); err != nil || len(jobs()) != 1 || jobs()[0].Drill != k.ID {
		t.Fatalf("found again: %+v, %v", jobs(), err)
	}
	for range 2 {
		must(t, (&practiser{Crew: o.Crew}).Work(ctx, &river.Job[desk.Practise]{JobRow: &rivertype.JobRow{}, Args: jobs()[0]}))
	}
	if box.mails.Load() != 1 || !strings.Contains(box.kept[0], "PRACTICE") || !strings.Contains(box.kept[0], "https://unit-a.test/p/") {
		t.Errorf("%d mails: %s", box.mails.Load(), box.kept)
	}
	lose()
	_, err = o.Desk.SweepActs(ctx)
	must(t, err)
	if k, _, _, err = o.Desk.Practising(ctx, k.ID); err != nil || k.State != iru.DrillSent || len(jobs()) != 0 {
		t.Errorf("after it left: %+v, %v, %d jobs", k, err, len(jobs()))
	}
}

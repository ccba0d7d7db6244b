// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/form"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A production order in an emergency says so, gives eight hours, and its receipt starts that clock and not the one of ten days.
func TestEmergencyGivesEightHours(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		u.now = time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC) // production orders are in force
		a, i, host := u.referred()
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			_, err := x.Exec(ctx, "UPDATE unit SET kind='court'")
			return err
		}))
		r := order(a, i, host)
		r.Instrument, r.Request = legal.PreservationOrder, legal.Preserve
		keep, err := u.Draft(ctx, u.scope("ada"), r)
		must(t, err)
		urgent := iru.Emergency{Kind: iru.LifeAtRisk, Why: "A bridge is said to be unsafe for the train of 12:30."}
		_, err = u.DeclareEmergency(ctx, u.scope("ada"), keep.ID, urgent)
		refused(t, "of a preservation order", err, iru.Invalid, "no production order")
		r.Instrument, r.Request = legal.ProductionOrder, legal.ProduceData
		n, err := u.Draft(ctx, u.scope("ada"), r)
		must(t, err)
		_, err = u.DeclareEmergency(ctx, u.scope("ada"), n.ID, iru.Emergency{Kind: "haste", Why: "soon"})
		refused(t, "haste", err, iru.Invalid, "no emergency")
		_, err = u.DeclareEmergency(ctx, u.scope("ada"), n.ID, iru.Emergency{Kind: iru.LifeAtRisk, Why: " "})
		refused(t, "without grounds", err, iru.Invalid, "grounds")
		_, err = u.DeclareEmergency(ctx, u.scope("sig"), n.ID, urgent)
		refused(t, "by one who does not draft", err, iru.Forbidden, "")
		says := func(limit string, box ...string) {
			t.Helper()
			p, err := u.Preview(ctx, u.scope("ada"), n.ID)
			must(t, err)
			if p.Act.Limit == nil || p.Act.Limit.Rule != limit || !slices.Equal(boxes(p.Act.Certificate), box) {
				t.Errorf("limit %+v, boxes %v; want %s, %v", p.Act.Limit, boxes(p.Act.Certificate), limit, box)
			}
		}
		says("epoc", "C2")
		_, err = u.DeclareEmergency(ctx, u.scope("ada"), n.ID, urgent)
		must(t, err)
		says("epoc-8h", "C4", "C5")
		_, err = u.DeclareEmergency(ctx, u.scope("ada"), n.ID, iru.Emergency{})
		must(t, err)
		says("epoc", "C2")
		_, err = u.DeclareEmergency(ctx, u.scope("ada"), n.ID, iru.Emergency{Kind: iru.InfrastructureAtRisk, Why: "The points of a main line."})
		must(t, err)
		says("epoc-8h", "C4", "C6")
		n, err = u.Submit(ctx, u.scope("ada"), n.ID)
		must(t, err)
		if !strings.Contains(n.Facts, "The points of a main line.") {
			t.Errorf("the grounds are not approved:\n%s", n.Facts)
		}
		_, err = u.DeclareEmergency(ctx, u.scope("ada"), n.ID, urgent)
		refused(t, "after it was handed in", err, iru.Conflict, "draft")
		n = u.leaves(n)
		u.reply(n.ID, "receipt", "1")
		if c := u.running(n.ID, "epoc-8h"); len(c) != 1 || c[0].Due.Sub(c[0].Started) != 8*time.Hour || len(u.running(n.ID, "epoc")) != 0 {
			t.Errorf("clocks: %+v", u.clocks(n.ID))
		}
		u.whole()
	})
}

// boxes are the ticks of section C.
func boxes(c *form.Certificate) (out []string) {
	for _, t := range c.Ticks {
		if strings.HasPrefix(t, "C") {
			out = append(out, t)
		}
	}
	return out
}

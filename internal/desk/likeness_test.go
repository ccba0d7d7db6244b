// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// alike relates an item to others as a worker does.
func (u *unit) alike(i iru.Item, others ...iru.Item) {
	u.t.Helper()
	c := desk.Compared{Began: u.now}
	for n, o := range others {
		c.Like = append(c.Like, iru.Likeness{Item: min(i.ID, o.ID), Other: max(i.ID, o.ID), Medium: iru.MediumPDQ, Distance: float64(n), Sign: fmt.Sprint("sign ", n)})
	}
	must(u.t, u.RecordLikenesses(u.t.Context(), u.item(i.ID).Exhibit, c))
}

func (u *unit) near(i iru.Item) int {
	return len(view(u, func(x *db.Tx) ([]db.Near, error) { return x.ItemsNear(u.t.Context(), iru.ProgramFor(i.Unit), i.ID, 99) }))
}

// One finding settles the near copies that are named, each by an assessment of its own, and nothing else; taken back, it frees all of them.
func TestNearCopiesAreSettled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, _ := u.watched(ctx)
		one, two, three, far := u.page(a, i, "/one", "11"), u.page(a, i, "/two", "22"), u.page(a, i, "/three", "33"), u.page(a, i, "/far", "44")
		u.alike(i, one, two)
		u.alike(two, i, three)
		if u.near(i) != 2 || u.near(two) != 2 || u.near(one) != 1 || u.near(far) != 0 {
			t.Fatalf("%d, %d, %d, %d", u.near(i), u.near(two), u.near(one), u.near(far))
		}
		es := view(u, func(x *db.Tx) ([]iru.Event, error) {
			return x.EventsOf(ctx, iru.Subject{Noun: "item", ID: int64(two.ID)})
		})
		if e := es[len(es)-1]; e.Verb != "relate" || e.By != 0 {
			t.Errorf("%+v", e)
		}
		f := finding(i, iru.PurposeProceed)
		also := []iru.ItemID{one.ID, far.ID}
		_, err := u.Assess(ctx, u.scope("ada"), f, also...)
		refused(t, "no near copy", err, iru.Conflict, "is no near copy of this one")
		also, f.Purpose = []iru.ItemID{one.ID}, iru.PurposeDoubt
		_, err = u.Assess(ctx, u.scope("ada"), f, also...)
		refused(t, "with a doubt", err, iru.Invalid, "stands by itself")
		_, err = u.Hold(ctx, u.scope("ben"), two.ID)
		must(t, err)
		also, f.Purpose = []iru.ItemID{two.ID}, iru.PurposeProceed
		_, err = u.Assess(ctx, u.scope("ada"), f, also...)
		refused(t, "held by another", err, iru.Conflict, "is not free any more")
		must(t, u.PassOn(ctx, u.scope("ben"), two.ID))
		if n := len(u.opinions(i.ID)); n != 0 {
			t.Fatalf("%d refused assessments were stored", n)
		}
		also = []iru.ItemID{two.ID, two.ID}
		given, err := u.Assess(ctx, u.scope("ada"), f, also...)
		must(t, err)
		states := func(when string, want ...iru.ItemState) {
			t.Helper()
			for n, x := range []iru.Item{i, one, two, three, far} {
				if got := u.item(x.ID).State; got != want[n] {
					t.Errorf("%s: item %d of the test is %s, not %s", when, n, got, want[n])
				}
			}
		}
		states("settled", iru.ItemReferred, iru.ItemReady, iru.ItemReferred, iru.ItemReady, iru.ItemReady)
		os := u.opinions(two.ID)
		if len(os) != 1 || os[0].By != u.people["ada"].ID || os[0].Exhibit != u.item(two.ID).Exhibit || os[0].Content != two.Content ||
			!strings.HasPrefix(os[0].Reason, fmt.Sprintf("near copy of item %d, settled with it: ", i.ID)) {
			t.Errorf("%+v", os)
		}
		// What is left of the near copies is compared with what is known now; what was judged is related to nothing further.
		if u.heard(one.ID) {
			t.Error("matched without a worker")
		}
		u.alike(i, three)
		if u.near(three) != 1 || u.near(one) != 1 {
			t.Errorf("a judged item was related: %d, %d", u.near(three), u.near(one))
		}
		u.now = u.now.Add(time.Second)
		must(t, u.Undo(ctx, u.scope("ada"), given.ID))
		states("undone", iru.ItemReady, iru.ItemReady, iru.ItemReady, iru.ItemReady, iru.ItemReady)
		u.whole()
	})
}

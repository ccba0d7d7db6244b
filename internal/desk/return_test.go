// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// What returns with other content than was judged is judged anew; with the same content the finding stands.
func TestReturnedContent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		u.sent(order(a, i, host))
		capture := func(content string) iru.Item {
			t.Helper()
			u.later(time.Hour)
			r := captured(u.item(i.ID), u.now, "trams run again")
			r.Content = strings.Repeat(content, 32)
			x, err := u.RecordCapture(ctx, r)
			must(t, err)
			must(t, u.RecordMatches(ctx, x.ID, nil))
			return u.item(i.ID)
		}
		if got := capture("ef"); got.State != iru.ItemReferred || got.Content != i.Content && got.Content != strings.Repeat("cd", 32) {
			t.Errorf("a page that changes while it is up is judged for what was seen: %s", got.State)
		}
		back := func(content string) iru.Item {
			t.Helper()
			for range 3 {
				u.look(a.ID, iru.Gone, iru.Gone)
			}
			u.later(24 * time.Hour)
			u.look(a.ID, iru.Up, iru.Up)
			return capture(content)
		}
		if got := back("cd"); got.State != iru.ItemReferred {
			t.Errorf("the same content is back: %s", got.State)
		}
		got := back("ef")
		if got.State != iru.ItemReady || got.Content != strings.Repeat("ef", 32) || !strings.Contains(got.Text, "trams") {
			t.Errorf("other content is back: %s, %q", got.State, got.Text)
		}
		q := view(u, func(x *db.Tx) ([]iru.Item, error) { return x.Queue(ctx, u.scope("ada"), u.now, 9) })
		if len(q) == 0 || q[0].ID != i.ID || !strings.Contains(q[0].Reasons[len(q[0].Reasons)-1].Words, "up again") {
			t.Errorf("it is not the first in the queue: %+v", q)
		}
		r := order(a, i, host)
		_, err := u.Draft(ctx, u.scope("ada"), r)
		refused(t, "an act on what nobody has judged", err, iru.Conflict, "no person has found")
		_, err = u.Assess(ctx, u.scope("ada"), iru.Assessment{Item: i.ID, Finding: iru.FindNoAction, Reason: "trams only"})
		must(t, err)
		_, err = u.Draft(ctx, u.scope("ada"), r)
		refused(t, "an act on a finding about other content", err, iru.Conflict, "no person has found")
		if got := capture("aa"); got.State != iru.ItemDismissed {
			t.Errorf("once a return, and yet: %s", got.State)
		}
		u.whole()
	})
}

// A colleague finds otherwise: the finding is overturned, and with it what was settled by it elsewhere.
func TestReopen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.watched(ctx)
		b, err := u.Watch(ctx, u.scope("ada"), desk.WatchRequest{Address: "https://halcyon-twin.test/", Name: "Halcyon Weather Wire"})
		must(t, err)
		twin := view(u, func(x *db.Tx) (iru.Item, error) { return x.ItemByLocator(ctx, a.Unit, b.Locator) })
		_, err = u.RecordCapture(ctx, captured(twin, u.now, "snow line falls tonight"))
		must(t, err)
		refused(t, "not judged", u.Reopen(ctx, u.scope("ben"), i.ID, "x"), iru.Conflict, "not judged")
		_, err = u.Assess(ctx, u.scope("ada"), finding(i, iru.PurposeProceed))
		must(t, err)
		if u.item(twin.ID).State != iru.ItemReferred {
			t.Fatalf("the same content elsewhere is %s", u.item(twin.ID).State)
		}
		u.later(time.Hour)
		_, err = u.Confirm(ctx, u.scope("ben"), host.ID, "called")
		must(t, err)
		n := u.approved(order(a, i, host))
		refused(t, "without a reason", u.Reopen(ctx, u.scope("ben"), i.ID, " "), iru.Invalid, "reason is missing")
		refused(t, "one's own", u.Reopen(ctx, u.scope("ada"), i.ID, "wrong"), iru.Forbidden, "your own")
		refused(t, "by a signing officer", u.Reopen(ctx, u.scope("sig"), i.ID, "wrong"), iru.Forbidden, "assess")
		refused(t, "an act rests on it", u.Reopen(ctx, u.scope("ben"), i.ID, "wrong"), iru.Conflict, n.Ref+" rests on")
		_, err = u.Withdraw(ctx, u.scope("lena"), n.ID, "the finding is wrong")
		must(t, err)
		must(t, u.Reopen(ctx, u.scope("ben"), i.ID, "a newspaper's own report"))
		for _, x := range []iru.Item{u.item(i.ID), u.item(twin.ID)} {
			if x.State != iru.ItemReady || u.opinions(x.ID)[0].State != iru.AssessmentOverturned {
				t.Errorf("item %d is %s, its finding %s", x.ID, x.State, u.opinions(x.ID)[0].State)
			}
		}
		for _, k := range view(u, func(x *db.Tx) ([]iru.Known, error) { return x.KnownsFrom(ctx, a.Unit, desk.OwnBank, i.ID) }) {
			if k.State != iru.KnownWithdrawn {
				t.Errorf("the bank still says %s", k.Finding)
			}
		}
		u.whole()
	})
}

func TestHandOver(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	_, i, _ := u.watched(ctx)
	u.second()
	_, err := u.HandOver(ctx, u.scope("ada"), i.ID, u.people["ben"].ID)
	refused(t, "not held", err, iru.Conflict, "do not hold")
	_, err = u.Hold(ctx, u.scope("ada"), i.ID)
	must(t, err)
	for _, who := range []string{"sig", "bea"} {
		_, err = u.HandOver(ctx, u.scope("ada"), i.ID, u.people[who].ID)
		refused(t, "to "+who, err, iru.Invalid, "cannot judge")
	}
	_, err = u.HandOver(ctx, u.scope("ada"), i.ID, u.people["ben"].ID)
	must(t, err)
	must(t, u.AskSecond(ctx, u.scope("ben"), i.ID, "unsure"))
	_, err = u.Hold(ctx, u.scope("ada"), i.ID)
	must(t, err)
	_, err = u.HandOver(ctx, u.scope("ada"), i.ID, u.people["ben"].ID)
	refused(t, "to the one who asks", err, iru.Forbidden, "another person")
	_, err = u.HandOver(ctx, u.scope("ada"), i.ID, u.people["lena"].ID)
	must(t, err)
	if _, err = u.Assess(ctx, u.scope("ada"), finding(i, iru.PurposeProceed)); err == nil || strings.Contains(err.Error(), "officer 2") {
		t.Errorf("judged by the one who handed it over: %v", err)
	}
	_, err = u.Assess(ctx, u.scope("lena"), finding(i, iru.PurposeProceed))
	must(t, err)
}

func TestRecapture(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	_, i, _ := u.watched(ctx)
	u.drop()
	refused(t, "by a signing officer", u.Recapture(ctx, u.scope("sig"), i.ID), iru.Forbidden, "watch")
	must(t, u.Recapture(ctx, u.scope("ada"), i.ID))
	must(t, u.Recapture(ctx, u.scope("ada"), i.ID))
	if u.jobs("capture") != 2 {
		t.Errorf("%d captures", u.jobs("capture"))
	}
}

// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A wrong word about an asset can be taken back; one that nobody takes down can be given up.
func TestAssetIsReconsidered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		b, err := u.Watch(ctx, u.scope("ada"), desk.WatchRequest{Address: "https://tea-and-maps.test/"})
		must(t, err)
		_, err = u.Reject(ctx, u.scope("ada"), b.ID, "a shop")
		must(t, err)
		_, err = u.Reconsider(ctx, u.scope("ada"), b.ID, "")
		refused(t, "without a reason", err, iru.Invalid, "reason is missing")
		b, err = u.Reconsider(ctx, u.scope("ada"), b.ID, "it links back")
		must(t, err)
		if b.State != iru.AssetCandidate {
			t.Errorf("reconsidered: %s", b.State)
		}
		b, err = u.Attribute(ctx, u.scope("ada"), b.ID, 0, "Northline Trains", "its own mark")
		must(t, err)
		if b, err = u.Reconsider(ctx, u.scope("ada"), b.ID, "the wrong outlet"); err != nil || b.State != iru.AssetCandidate || b.Outlet != 0 {
			t.Errorf("attributed wrongly: %+v, %v", b, err)
		}
		n := u.approved(order(a, i, host))
		_, err = u.Reconsider(ctx, u.scope("ada"), a.ID, "the wrong outlet")
		refused(t, "while an act is under way", err, iru.Conflict, n.Ref+" is about this asset")
		_, err = u.Dispatch(ctx, n.ID)
		must(t, err)
		must(t, u.RecordSent(ctx, n.ID, desk.Sending{At: u.now, Proof: "250 ok"}))
		_, err = u.GiveUp(ctx, u.scope("ada"), a.ID, "nobody acts")
		refused(t, "while an act is with its addressee", err, iru.Conflict, "still with")
		_, err = u.Withdraw(ctx, u.scope("lena"), n.ID, "too broad")
		must(t, err)
		if u.asset(a.ID).State != iru.AssetLive {
			t.Errorf("the last act was withdrawn, and the asset is %s", u.asset(a.ID).State)
		}
		n = u.sent(order(a, i, host))
		must(t, u.Receive(ctx, desk.Reply{Notice: n.ID, Kind: "refused", Authentic: iru.ByAPI, At: u.now, MessageID: "no"}))
		if a, err = u.GiveUp(ctx, u.scope("ada"), a.ID, "the host refuses, and nobody else carries it"); err != nil || a.State != iru.AssetLive {
			t.Errorf("given up: %s, %v", a.State, err)
		}
		u.whole()
	})
}

// An outlet that is closed is left alone until somebody watches it again.
func TestOutletIsClosed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, _, _ := u.watched(ctx)
		_, err := u.CloseOutlet(ctx, u.scope("ada"), a.Outlet, "")
		refused(t, "without a reason", err, iru.Invalid, "reason is missing")
		_, err = u.CloseOutlet(ctx, u.scope("lena"), a.Outlet, "over")
		refused(t, "by a reviewer", err, iru.Forbidden, "watch")
		o, err := u.CloseOutlet(ctx, u.scope("ada"), a.Outlet, "silent for a year")
		must(t, err)
		if o.State != iru.OutletClosed {
			t.Errorf("%s", o.State)
		}
		u.drop()
		if n, err := u.SweepLooks(ctx); n != 1 || err != nil { // the page that it links to, never captured
			t.Errorf("a closed outlet is visited: %d jobs, %v", n, err)
		}
		u.drop()
		_, err = u.WatchOutlet(ctx, u.scope("ada"), a.Outlet, "up again")
		must(t, err)
		if u.jobs("monitor") != 1 {
			t.Errorf("%d visits", u.jobs("monitor"))
		}
		u.whole()
	})
}

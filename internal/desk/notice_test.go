// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

func TestDraft(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		registrar := view(u, func(x *db.Tx) (iru.Provider, error) {
			return x.ProviderByName(ctx, a.Unit, "Alder Names", legal.Registrar)
		})
		draft := func(who string, f func(*desk.DraftRequest)) error {
			r := order(a, i, host)
			f(&r)
			_, err := u.Draft(ctx, u.scope(who), r)
			return err
		}
		refused(t, "a signing officer", draft("sig", func(*desk.DraftRequest) {}), iru.Forbidden, "draft a notice")
		toRegistrar := func(i legal.Instrument) func(*desk.DraftRequest) {
			return func(r *desk.DraftRequest) {
				r.Provider, r.Layer, r.Instrument = registrar.ID, legal.Registrar, i
			}
		}
		err := draft("ada", toRegistrar(legal.RemovalOrder))
		refused(t, "a removal order to a registrar", err, iru.Forbidden, "possible instead: ")
		refused(t, "its way out", err, iru.Forbidden, legal.OrderToAct.Title())
		refused(t, "deletion of the name", draft("ada", func(r *desk.DraftRequest) {
			toRegistrar(legal.OrderToAct)(r)
			r.Request = legal.DeleteName
		}), iru.Forbidden, "frees it for registration")
		refused(t, "a provider that does not carry it so", draft("ada", func(r *desk.DraftRequest) { r.Layer = legal.CDN }), iru.Invalid, "does not carry this asset")
		refused(t, "no such provider", draft("ada", func(r *desk.DraftRequest) { r.Provider = 999 }), iru.NotFound, "provider")
		refused(t, "no such instrument", draft("ada", func(r *desk.DraftRequest) { r.Instrument = "letter" }), iru.Forbidden, "not known")
		refused(t, "not in force yet", draft("ada", func(r *desk.DraftRequest) { r.Instrument, r.Request = legal.ProductionOrder, legal.ProduceData }), iru.Forbidden, "")
		refused(t, "in no language", draft("ada", func(r *desk.DraftRequest) { r.Lang = "zz-nonsense" }), iru.Invalid, "zz-nonsense")
		refused(t, "for another unit", draft("ada", func(r *desk.DraftRequest) { r.Unit = 999 }), iru.Forbidden, "your own unit only")
		refused(t, "an item that nobody found should go", draft("ada", func(r *desk.DraftRequest) { r.Item = u.page(a, i, "/other", "99").ID }), iru.Conflict, "no person has found")
		c, err := u.Watch(ctx, u.scope("ada"), desk.WatchRequest{Address: "https://somebody.test/"})
		must(t, err)
		refused(t, "unattributed", draft("ada", func(r *desk.DraftRequest) { r.Asset = c.ID }), iru.Conflict, "nobody has attributed")
		// A unit that is no competent authority issues no removal order.
		must(t, u.DB.Tx(ctx, func(x *db.Tx) error { _, err := x.Exec(ctx, "UPDATE unit SET kind='unit'"); return err }))
		refused(t, "a unit that is not competent", draft("ada", func(*desk.DraftRequest) {}), iru.Forbidden, "possible instead")
		must(t, u.DB.Tx(ctx, func(x *db.Tx) error {
			_, err := x.Exec(ctx, "UPDATE unit SET kind='competent_authority'")
			return err
		}))
		n, err := u.Draft(ctx, u.scope("ada"), order(a, i, host))
		must(t, err)
		if n.State != iru.NoticeDraft || n.Drafted != u.people["ada"].ID || n.Request != legal.RemoveContent || n.Lang != "en" || !strings.Contains(n.Reasons, "snow line") || n.Basis != legal.RemovalOrder.Basis() || n.Regime != "eu/1" || len(n.Key) != 32 {
			t.Errorf("%+v", n)
		}
		blank := order(a, i, host)
		blank.Reasons, blank.Lang = " \n", "bg"
		second, err := u.Draft(ctx, u.scope("ada"), blank)
		must(t, err)
		if second.Reasons != n.Reasons || second.Lang != "bg" || second.Ref == n.Ref || second.Key == n.Key || u.jobs("deliver") != 0 {
			t.Errorf("two drafts: %s %s, and %d deliveries", n.Ref, second.Ref, u.jobs("deliver"))
		}
		// Every option that is shown as allowed can be drafted, and no other.
		options, err := u.Options(ctx, u.scope("ada"), a.ID)
		must(t, err)
		if len(options) != 2 {
			t.Fatalf("%d options", len(options))
		}
		for _, o := range options {
			for _, rule := range o.Rulings {
				_, err := u.Draft(ctx, u.scope("ada"), desk.DraftRequest{Asset: a.ID, Item: i.ID, Provider: o.Provider.ID, Layer: o.Carrier.Layer, Instrument: rule.Instrument})
				inForce := u.Regime.InForce(rule.Instrument, u.now)
				usual := u.Regime.Rule(rule.Instrument, legal.CompetentAuthority, legal.Target{Layer: o.Carrier.Layer, Audience: legal.Public, Request: desk.Usual(o.Carrier.Layer, rule.Instrument)})
				if (err == nil) != (usual.Allowed && inForce) || err == nil && !rule.Allowed {
					t.Errorf("%s to %s as %s: shown as allowed %v, in force %v, %v", rule.Instrument, o.Provider.Name, o.Carrier.Layer, rule.Allowed, inForce, err)
				}
			}
		}
		u.whole()
	})
}

func TestApprove(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		u.join("sal", a.Unit, iru.Signer, iru.Analyst)
		u.join("sam", a.Unit, iru.Signer)
		n, err := u.Draft(ctx, u.scope("sal"), order(a, i, host))
		must(t, err)
		_, err = u.Approve(ctx, u.scope("lena"), n.ID)
		refused(t, "a draft", err, iru.Conflict, "possible now: [submit withdraw]")
		_, err = u.Edit(ctx, u.scope("sal"), n.ID, " \n", "en")
		refused(t, "without reasons", err, iru.Invalid, "statement of reasons")
		_, err = u.Edit(ctx, u.scope("sal"), n.ID, "the passage", "zz-nonsense")
		refused(t, "in no language", err, iru.Invalid, "zz-nonsense")
		if kept := u.notice(n.ID); kept.Reasons != n.Reasons || kept.Lang != "en" {
			t.Errorf("refused, and yet: %+v", kept)
		}
		n, err = u.Edit(ctx, u.scope("sal"), n.ID, " the passage ", "sv")
		must(t, err)
		if n.Reasons != "the passage" || n.Lang != "sv" {
			t.Errorf("edited: %+v", n)
		}
		_, err = u.Submit(ctx, u.scope("sal"), n.ID)
		must(t, err)
		_, err = u.Edit(ctx, u.scope("sal"), n.ID, "another passage", "en")
		refused(t, "edited under the eyes of those who approve", err, iru.Conflict, "only a draft")
		_, err = u.Approve(ctx, u.scope("admin"), n.ID)
		refused(t, "an administrator", err, iru.Forbidden, "approve a notice first")
		_, err = u.Approve(ctx, iru.Program(), n.ID)
		if err == nil {
			t.Error("the program approved")
		}
		u.second()
		_, err = u.Approve(ctx, u.scope("bo"), n.ID)
		refused(t, "another unit", err, iru.NotFound, "notice")
		n, err = u.Approve(ctx, u.scope("lena"), n.ID)
		must(t, err)
		if n.State != iru.NoticeEndorsed || u.jobs("deliver") != 0 {
			t.Errorf("after one approval: %s, %d deliveries", n.State, u.jobs("deliver"))
		}
		_, err = u.Approve(ctx, u.scope("sal"), n.ID)
		refused(t, "who drafted it signs", err, iru.Forbidden, "who drafted a binding act cannot sign it")
		_, err = u.Approve(ctx, u.scope("ben"), n.ID)
		refused(t, "an analyst signs", err, iru.Forbidden, "sign a binding act")
		// Changed behind everybody's back.
		change := func(reasons string) {
			must(t, u.DB.Tx(ctx, func(x *db.Tx) error {
				_, err := x.Exec(ctx, "UPDATE notice SET reasons=$1 WHERE id=$2", reasons, n.ID)
				return err
			}))
		}
		change("something else")
		_, err = u.Approve(ctx, u.scope("sig"), n.ID)
		refused(t, "changed after the first approval", err, iru.Conflict, "changed after the first approval")
		change("the passage")
		_, err = u.Suspend(ctx, u.scope("admin"), u.people["sig"].ID, "on leave")
		must(t, err)
		_, err = u.Approve(ctx, u.scope("sig"), n.ID)
		refused(t, "a suspended officer", err, iru.Forbidden, "suspended")
		_, err = u.Restore(ctx, u.scope("admin"), u.people["sig"].ID, "back")
		must(t, err)
		// Returned: the approval lapses, and both are needed anew.
		n, err = u.Return(ctx, u.scope("sig"), n.ID, "name the time range")
		must(t, err)
		if n.State != iru.NoticeDraft || len(n.Approvals) != 0 || len(u.notice(n.ID).Approvals) != 0 {
			t.Errorf("after the return: %+v", n)
		}
		_, err = u.Edit(ctx, u.scope("sal"), n.ID, "the passage from 0:10 to 0:20", "en")
		must(t, err)
		_, err = u.Submit(ctx, u.scope("sal"), n.ID)
		must(t, err)
		n, err = u.Approve(ctx, u.scope("sam"), n.ID)
		must(t, err)
		if n.State != iru.NoticeEndorsed {
			t.Errorf("one approval after the return: %s", n.State)
		}
		n, err = u.Approve(ctx, u.scope("sig"), n.ID)
		must(t, err)
		if n.State != iru.NoticeApproved || len(n.Approvals) != 2 || n.Approvals[0].Event == n.Approvals[1].Event || u.jobs("deliver") != 1 {
			t.Errorf("%+v, %d deliveries", n, u.jobs("deliver"))
		}
		_, err = u.Return(ctx, u.scope("sig"), n.ID, "")
		refused(t, "returned after approval", err, iru.Conflict, "cannot return")
		_, err = u.Withdraw(ctx, u.scope("sig"), n.ID, " ")
		refused(t, "withdrawn without a reason", err, iru.Invalid, "reason is missing")
		n, err = u.Withdraw(ctx, u.scope("sig"), n.ID, "the host has removed it")
		must(t, err)
		_, err = u.Dispatch(ctx, n.ID)
		refused(t, "sent after it was withdrawn", err, iru.Unavailable, "checkpoint")
		u.whole()
		_, err = u.Dispatch(ctx, n.ID)
		refused(t, "sent after it was withdrawn", err, iru.Conflict, "nothing more")
		// A plain letter needs one.
		r := order(a, i, host)
		r.Instrument = legal.Referral
		if n := u.approved(r); len(n.Approvals) != 1 || n.Approvals[0].By != u.people["lena"].ID {
			t.Errorf("a referral: %+v", n.Approvals)
		}
		u.whole()
	})
}

// Where the law asks for a lawyer's look, a legal reviewer is the first to approve.
func TestLegalView(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, i, _ := u.referred()
	must(t, u.RecordCarriers(ctx, a.ID, []desk.Carriage{{Name: "Store", Site: "store.test", Layer: legal.AppStore, Channel: iru.ByMail, Address: "abuse@store.test"}}))
	store := view(u, func(x *db.Tx) (iru.Provider, error) { return x.ProviderByName(ctx, a.Unit, "Store", legal.AppStore) })
	n, err := u.Draft(ctx, u.scope("ada"), desk.DraftRequest{Asset: a.ID, Item: i.ID, Provider: store.ID, Layer: legal.AppStore, Instrument: legal.RemovalOrder, Request: legal.RemoveContent})
	must(t, err)
	_, err = u.Submit(ctx, u.scope("ada"), n.ID)
	must(t, err)
	_, err = u.Approve(ctx, u.scope("ben"), n.ID)
	refused(t, "without a lawyer", err, iru.Forbidden, "needs a legal view")
	_, err = u.Approve(ctx, u.scope("lena"), n.ID)
	must(t, err)
	if n, err = u.Approve(ctx, u.scope("sig"), n.ID); err != nil || n.State != iru.NoticeApproved {
		t.Errorf("after the lawyer: %s, %v", n.State, err)
	}
}

func TestDispatch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.referred()
		n := u.approved(order(a, i, host))
		refused(t, "sent again before it was sent", u.Resend(ctx, u.scope("ben"), n.ID), iru.Conflict, "only what bounced")
		// Another contact was found in the meantime.
		must(t, u.RecordCarriers(ctx, a.ID, []desk.Carriage{{Name: "Birchrack", Layer: legal.Host, Channel: iru.ByMail, Address: "other@birchrack.test", Source: "RDAP"}}))
		_, err := u.Dispatch(ctx, n.ID)
		refused(t, "to a contact that changed", err, iru.Conflict, "changed")
		u.drop()
		_, err = u.Confirm(ctx, u.scope("ben"), host.ID, "called")
		must(t, err)
		if u.jobs("deliver") != 1 {
			t.Errorf("what waited for the contact does not go on: %d jobs", u.jobs("deliver"))
		}
		// What leaves is what was approved, or nothing.
		set := func(q string, args ...any) {
			t.Helper()
			must(t, u.DB.Tx(ctx, func(x *db.Tx) error { _, err := x.Exec(ctx, q, args...); return err }))
		}
		set("UPDATE notice SET locator='https://innocent.test/' WHERE id=$1", n.ID)
		_, err = u.Dispatch(ctx, n.ID)
		refused(t, "another address than approved", err, iru.Conflict, "not what was approved")
		set("UPDATE notice SET locator=$2 WHERE id=$1", n.ID, n.Locator)
		n1 := u.notice(n.ID)
		n1.Approvals = n1.Approvals[:1]
		must(t, u.DB.Tx(ctx, func(x *db.Tx) error { return x.UpdateNotice(ctx, n1, iru.NoticeApproved) }))
		_, err = u.Dispatch(ctx, n.ID)
		refused(t, "with one signature", err, iru.Forbidden, "1 of 2 approvals")
		must(t, u.DB.Tx(ctx, func(x *db.Tx) error { return x.UpdateNotice(ctx, n, iru.NoticeApproved) }))
		got, err := u.Dispatch(ctx, n.ID)
		must(t, err)
		if got.Provider.Address != "other@birchrack.test" || got.Letter.MessageID != n.Key || got.Notice.State != iru.NoticeDispatched || u.asset(a.ID).State != iru.AssetActioned {
			t.Errorf("%+v", got)
		}
		for _, part := range []string{n.Ref, n.Locator, "1 hour from receipt", "Article 3"} {
			if !strings.Contains(got.Letter.Text, part) {
				t.Errorf("the letter does not say %q:\n%s", part, got.Letter.Text)
			}
		}
		must(t, u.Undeliverable(ctx, n.ID, "550 no such user"))
		must(t, u.Undeliverable(ctx, n.ID, "550 no such user"))
		if x := u.notice(n.ID); x.State != iru.NoticeBounced || x.Outcome != "550 no such user" {
			t.Errorf("%+v", x)
		}
		refused(t, "a signing officer sends again", u.Resend(ctx, u.scope("sig"), n.ID), iru.Forbidden, "answer")
		must(t, u.Resend(ctx, u.scope("ben"), n.ID))
		again, err := u.Dispatch(ctx, n.ID)
		must(t, err)
		if again.Letter.ID != got.Letter.ID {
			t.Error("sent again as another letter")
		}
		u.whole()
	})
}

// What another unit may read it may not decide.
func TestSharedIsForReading(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, i, host := u.referred()
	b := u.second()
	o, err := u.PlanOperation(ctx, u.scope("dora"), "Snowfall", []iru.OutletID{a.Outlet}, []iru.UnitID{b.ID}, 0, "")
	must(t, err)
	r := order(a, i, host)
	r.Operation = o.ID
	n := u.approved(r)
	other := u.scope("bea")
	if got := view(u, func(x *db.Tx) (iru.Notice, error) { return x.Notice(ctx, other, n.ID) }); got.ID != n.ID {
		t.Fatal("it is not shared")
	}
	_, err = u.Withdraw(ctx, other, n.ID, "we say so")
	refused(t, "withdraw", err, iru.Forbidden, "another unit's")
	_, err = u.Escalate(ctx, other, n.ID, desk.DraftRequest{})
	refused(t, "escalate", err, iru.Forbidden, "another unit's")
	_, err = u.Answer(ctx, other, n.ID, "hello")
	refused(t, "answer", err, iru.Forbidden, "another unit's")
	_, err = u.Approve(ctx, u.scope("bo"), n.ID)
	refused(t, "approve", err, iru.Forbidden, "unit that serves it")
	// With an act of its own on that asset it sees the case, and still decides nothing in it.
	r.Unit = b.ID
	mine, err := u.Draft(ctx, u.scope("dora"), r)
	must(t, err)
	if mine.Unit != b.ID {
		t.Fatalf("drafted for %d", mine.Unit)
	}
	_, err = u.Hold(ctx, other, i.ID)
	refused(t, "hold", err, iru.Forbidden, "another unit's")
	_, err = u.Confirm(ctx, u.scope("brit"), host.ID, "")
	refused(t, "confirm", err, iru.Forbidden, "another unit's")
	_, err = u.Reject(ctx, other, a.ID, "ours")
	refused(t, "reject", err, iru.Forbidden, "another unit's")
	_, err = u.Watch(ctx, other, desk.WatchRequest{Address: "https://b.test/", Outlet: a.Outlet})
	refused(t, "attribute to another unit's outlet", err, iru.Forbidden, "another unit's")
	// The lead may write and hand in what it drafted, and take a draft back, but not what the other unit has in hand.
	_, err = u.Edit(ctx, u.scope("dora"), mine.ID, "as agreed", "en")
	must(t, err)
	_, err = u.Submit(ctx, u.scope("dora"), mine.ID)
	must(t, err)
	_, err = u.Return(ctx, u.scope("dora"), mine.ID, "changed my mind")
	refused(t, "return", err, iru.Forbidden, "another unit's")
}

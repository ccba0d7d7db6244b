// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"errors"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// refused makes sure that a verb said no, by kind and by reason.
func refused(t *testing.T, what string, err, kind error, says string) {
	t.Helper()
	if !errors.Is(err, kind) || !strings.Contains(err.Error(), says) {
		t.Errorf("%s: %v; want %v: %q", what, err, kind, says)
	}
}

// view reads what no verb gives.
func view[T any](u *unit, f func(*db.Tx) (T, error)) (v T) {
	u.t.Helper()
	must(u.t, u.DB.View(u.t.Context(), func(x *db.Tx) error { var err error; v, err = f(x); return err }))
	return v
}

func (u *unit) asset(id iru.AssetID) iru.Asset {
	u.t.Helper()
	return view(u, func(x *db.Tx) (iru.Asset, error) { return x.Asset(u.t.Context(), iru.Program(), id) })
}

func (u *unit) item(id iru.ItemID) iru.Item {
	u.t.Helper()
	return view(u, func(x *db.Tx) (iru.Item, error) { return x.Item(u.t.Context(), iru.Program(), id) })
}

func (u *unit) assets() []iru.Asset {
	u.t.Helper()
	return view(u, func(x *db.Tx) ([]iru.Asset, error) { return x.Assets(u.t.Context(), iru.Program()) })
}

func (u *unit) opinions(id iru.ItemID) []iru.Assessment {
	u.t.Helper()
	return view(u, func(x *db.Tx) ([]iru.Assessment, error) { return x.AssessmentsOf(u.t.Context(), iru.Program(), id) })
}

func (u *unit) letters(id iru.NoticeID) []iru.Letter {
	u.t.Helper()
	return view(u, func(x *db.Tx) ([]iru.Letter, error) { return x.Letters(u.t.Context(), iru.Program(), id) })
}

func (u *unit) events(noun string, id int64) []iru.Event {
	u.t.Helper()
	return view(u, func(x *db.Tx) ([]iru.Event, error) {
		return x.EventsOf(u.t.Context(), iru.Subject{Noun: noun, ID: id})
	})
}

// jobs counts the jobs of a kind that wait.
func (u *unit) jobs(kind string) int {
	u.t.Helper()
	return view(u, func(x *db.Tx) (n int, err error) {
		err = x.QueryRow(u.t.Context(), "SELECT COUNT(*) FROM river_job WHERE kind=$1", kind).Scan(&n)
		return n, err
	})
}

// drop forgets the jobs that wait, as if they had been done.
func (u *unit) drop() {
	u.t.Helper()
	must(u.t, u.DB.Tx(u.t.Context(), func(x *db.Tx) error { _, err := x.Exec(u.t.Context(), "DELETE FROM river_job"); return err }))
}

// referred gives an attributed asset whose first item a person found should go, and its host with a confirmed contact.
func (u *unit) referred() (iru.Asset, iru.Item, iru.Provider) {
	u.t.Helper()
	a, i, host := u.watched(u.t.Context())
	_, err := u.Assess(u.t.Context(), u.scope("ada"), finding(i, iru.PurposeProceed))
	must(u.t, err)
	_, err = u.Confirm(u.t.Context(), u.scope("ben"), host.ID, "called")
	must(u.t, err)
	return a, i, host
}

func order(a iru.Asset, i iru.Item, host iru.Provider) desk.DraftRequest {
	return desk.DraftRequest{Asset: a.ID, Item: i.ID, Provider: host.ID, Layer: legal.Host, Instrument: legal.RemovalOrder}
}

// approved drafts, submits and approves, and seals.
func (u *unit) approved(r desk.DraftRequest) iru.Notice {
	u.t.Helper()
	ctx := u.t.Context()
	n, err := u.Draft(ctx, u.scope("ada"), r)
	must(u.t, err)
	n, err = u.Submit(ctx, u.scope("ada"), n.ID)
	must(u.t, err)
	for _, who := range []string{"lena", "sig"} {
		if n.State != iru.NoticeApproved {
			n, err = u.Approve(ctx, u.scope(who), n.ID)
			must(u.t, err)
		}
	}
	_, err = u.Seal(ctx, "test")
	must(u.t, err)
	return n
}

// sent has an act approved and accepted by the addressee's server.
func (u *unit) sent(r desk.DraftRequest) iru.Notice {
	u.t.Helper()
	return u.dispatched(u.approved(r))
}

// leaves has an act that was handed in approved, sealed, and accepted by the addressee's server.
func (u *unit) leaves(n iru.Notice) iru.Notice {
	u.t.Helper()
	for _, who := range []string{"lena", "sig"} {
		_, err := u.Approve(u.t.Context(), u.scope(who), n.ID)
		must(u.t, err)
	}
	_, err := u.Seal(u.t.Context(), "test")
	must(u.t, err)
	return u.dispatched(n)
}

func (u *unit) dispatched(n iru.Notice) iru.Notice {
	u.t.Helper()
	_, err := u.Dispatch(u.t.Context(), n.ID)
	must(u.t, err)
	must(u.t, u.RecordSent(u.t.Context(), n.ID, desk.Sending{At: u.now, Proof: "250 ok"}))
	return u.notice(n.ID)
}

// second adds another unit with people of every kind: bea, bo, brit.
func (u *unit) second() iru.Unit {
	u.t.Helper()
	b, err := u.AddUnit(u.t.Context(), u.scope("admin"), iru.Unit{Name: "Unit B", Country: "XB", Kind: legal.CompetentAuthority})
	must(u.t, err)
	u.join("bea", b.ID, iru.Analyst, iru.Reviewer)
	u.join("bo", b.ID, iru.Signer)
	u.join("brit", b.ID, iru.Liaison)
	return b
}
